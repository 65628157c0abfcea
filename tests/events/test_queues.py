"""What waits for event managers, on the desk’s front page."""

import pytest

from events import desk
from tests.events.world import busy_event, desk_url, in_days, make_event, make_stall
from tests.world import make_organisation, make_user

pytestmark = pytest.mark.django_db


class TestQueues:
    def test_count_what_waits_and_lead_to_it(self, django_assert_num_queries):
        event = busy_event(2)
        over = make_event(starts_at=in_days(-9), ends_at=in_days(-8))
        make_stall(over)
        with django_assert_num_queries(1):
            queues = desk.queues()
        assert [queue.count for queue in queues] == [0, 0, 2, 2, 2]
        assert queues[2].url == f"{desk_url('stalls', event)}?state=submitted"

    def test_name_stalls_whose_organisation_has_gone_into_the_archive(self):
        event = make_event()
        make_stall(event, state="accepted")
        gone = make_stall(event, state="accepted")
        assert len(desk.queues()) == 5
        gone.organisation.archive()
        [queue] = [queue for queue in desk.queues() if "archivierten Organisation" in queue.heading]
        assert (queue.count, queue.is_urgent) == (1, True)
        assert queue.url == f"{desk_url('stalls', event)}?state=accepted"

    def test_lead_to_the_list_when_it_is_several_events(self):
        make_stall(make_event())
        make_stall(make_event())
        assert desk.queues()[2].url == "/de/events/desk/"

    def test_count_proposals_and_what_organisations_changed(self):
        organisation = make_organisation()
        make_event(status="submitted", organisation=organisation)
        make_event(organisation=organisation).record_change()
        proposed, changed = desk.queues()[:2]
        assert (proposed.count, changed.count) == (1, 1)
        assert proposed.url == "/de/events/desk/proposals/"

    @pytest.mark.parametrize(
        ("number", "headings"),
        [
            (1, ["Stand zu entscheiden", "Stand ohne Standplatz", "Gruppe auf einer Warteliste"]),
            (2, ["Stände zu entscheiden", "Stände ohne Standplatz", "Gruppen auf Wartelisten"]),
        ],
    )
    def test_count_in_words_that_fit_the_number(self, client, number, headings):
        event = busy_event(number)
        assert [queue.heading for queue in desk.queues()[2:]] == headings
        client.force_login(make_user("event_manager"))
        page = client.get(desk_url("event", event)).text
        for words in headings[:2]:
            assert f'{number}</span><span class="queue__label">{words}</span>' in page
