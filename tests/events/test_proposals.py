"""Organisations propose events; event managers publish them or give them back."""

import pytest
from django.urls import reverse

from events.models import Event
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.events.world import desk_url, in_days, make_event, make_venue
from tests.sending import as_shown
from tests.world import make_language, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db


def form(organisation=None, **fields) -> dict:
    own = {"organisation": organisation.pk} if organisation else {}
    return own | {
        "title": "Beispiel-Nähtag",
        "summary": "Wir nähen Taschen.",
        "attendance": "on-site",
        "starts_at": in_days(20).strftime("%Y-%m-%dT%H:%M"),
        "ends_at": in_days(20.1).strftime("%Y-%m-%dT%H:%M"),
        **fields,
    }


def own_url(event, name="event") -> str:
    return reverse(f"events:own-{name}", args=[event.slug])


@pytest.fixture
def draft(organisation):
    event = make_event(status="draft", title="Beispiel-Nähtag", organisation=organisation)
    make_venue(event)
    return event


@pytest.fixture
def proposed(organisation):
    return make_event(status="submitted", title="Beispiel-Nähtag", organisation=organisation)


def decide(client, event, action, **fields):
    page = client.get(desk_url("event", event))
    shown = page.context["decision_form"].initial
    return client.post(desk_url("decide", event), {**shown, "action": action, **fields})


class TestProposing:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, member):
        client.force_login(member)

    def test_is_read_where_it_is_decided(self, client, proposed):
        client.force_login(make_user("event_manager"))
        page = client.get(desk_url("event", proposed)).text
        box = page.split('aria-labelledby="decision-heading"')[1].split("</section>")[0]
        assert proposed.summary in box
        assert f'href="{proposed.get_absolute_url()}"' in box

    def test_says_at_the_field_that_it_ends_before_it_begins(self, client, organisation):
        early = in_days(19).strftime("%Y-%m-%dT%H:%M")
        answer = client.post("/de/events/own/new/", form(organisation, ends_at=early))
        assert list(answer.context["form"].errors) == ["ends_at"]
        assert '<a href="#id_ends_at">' in answer.text

    def test_goes_from_draft_to_the_queue_of_event_managers(
        self, client, organisation, mailbox, deliver_jobs
    ):
        make_user("event_manager", email="leitung@example.org")
        answer = client.post("/de/events/own/new/", form(organisation), follow=True)
        event = Event.objects.get()
        assert (event.organisation, event.status) == (organisation, "draft")
        assert "Es fehlt noch:" in answer.text
        client.post(
            reverse("events:venue-new", args=[event.slug]),
            {"name": "Nähcafé", "kind": "main", "position": "0"},
        )
        answer = client.post(own_url(event, "step"), {"step": "submit"}, follow=True)
        assert "Eingereicht." in answer.text
        event.refresh_from_db()
        assert event.status == "submitted"
        assert event.confirmed_at is not None
        deliver_jobs()
        mail = mailbox.latest("leitung@example.org")
        assert mail.subject == "Vorgeschlagen: Beispiel-Nähtag"
        assert desk_url("event", event) in mail.text

    def test_sent_twice_is_one_event(self, client, organisation):
        answers = [client.post("/de/events/own/new/", form(organisation)) for _ in range(2)]
        assert Event.objects.count() == 1
        assert answers[0].url == answers[1].url

    def test_is_only_for_ones_own_organisations(self, client):
        answer = client.post("/de/events/own/new/", form(make_organisation()))
        assert answer.status_code == 422
        assert not Event.objects.exists()

    def test_needs_an_organisation(self, client):
        client.force_login(make_user())
        answer = client.get("/de/events/own/new/")
        assert answer.url == reverse("actors:organisation-register")

    def test_says_what_to_mend_and_keeps_what_was_typed(self, client, organisation):
        answer = client.post("/de/events/own/new/", form(organisation, ends_at="2020-01-01T10:00"))
        assert answer.status_code == 422
        assert "Das Ende muss nach dem Anfang liegen." in answer.text
        assert "Wir nähen Taschen." in answer.text

    def test_with_last_year_s_date_says_so_at_once(self, client, organisation):
        moments = {
            name: in_days(days).strftime("%Y-%m-%dT%H:%M")
            for name, days in (("starts_at", -365), ("ends_at", -364.9))
        }
        answer = client.post("/de/events/own/new/", form(organisation, **moments))
        assert list(answer.context["form"].errors) == ["starts_at"]
        assert "Das ist schon vorbei." in answer.text
        assert not Event.objects.exists()

    def test_once_public_is_not_moved_into_the_past(self, client, organisation):
        event = make_event(organisation=organisation)
        past = {
            name: in_days(days).strftime("%Y-%m-%dT%H:%M")
            for name, days in (("starts_at", -365), ("ends_at", -364.9))
        }
        answer = client.post(own_url(event, "edit"), form(organisation, **past))
        assert list(answer.context["form"].errors) == ["starts_at"]

    def test_of_what_is_over_is_not_handed_in(self, client, draft):
        Event.objects.update(starts_at=in_days(-2), ends_at=in_days(-1))
        answer = client.post(own_url(draft, "step"), {"step": "submit"}, follow=True)
        assert "ein Termin, der noch bevorsteht" in answer.text
        draft.refresh_from_db()
        assert draft.status == "draft"

    def test_that_was_called_off_says_so_and_why(self, client, organisation):
        event = make_event(organisation=organisation)
        event.archive("Die Vorleserin ist krank.")
        page = client.get(own_url(event)).text
        assert "Diese Veranstaltung findet nicht statt." in page
        assert "Die Vorleserin ist krank." in page

    def test_that_was_called_off_is_not_handed_in_again(self, client, organisation):
        event = make_event(organisation=organisation)
        make_venue(event)
        event.archive("Die Vorleserin ist krank.")
        page = client.get(own_url(event)).text
        assert 'value="submit"' not in page
        assert f'href="{reverse("events:own-new")}"' in page
        assert "Öffentliche Seite ansehen" in page
        answer = client.post(own_url(event, "step"), {"step": "submit"}, follow=True)
        assert "Dieser Schritt ist nicht möglich." in answer.text
        event.refresh_from_db()
        assert event.status == "archived"

    def test_that_is_called_off_meanwhile_is_not_handed_in(self, organisation):
        event = make_event(organisation=organisation, status="returned")
        make_venue(event)
        Event.objects.get(pk=event.pk).publish()
        Event.objects.get(pk=event.pk).archive("Die Vorleserin ist krank.")
        with pytest.raises(TransitionNotAllowed):
            event.submit()

    def test_that_was_called_off_is_not_changed(self, client, organisation):
        event = make_event(organisation=organisation)
        venue = make_venue(event)
        event.archive("Die Vorleserin ist krank.")
        edit = reverse("events:own-edit", args=[event.slug])
        page = client.get(own_url(event)).text
        assert edit not in page
        assert venue.name in page
        assert f"/{event.slug}/venues/" not in page
        assert client.post(edit, {"title": "Anders"}).url == own_url(event)

    def test_online_needs_no_venue_and_says_what_decides(self, client, organisation):
        make_language("ar")
        values = form(
            organisation,
            attendance="online",
            takes_registrations="on",
            online_url="https://meet.example.org/beispiel",
            cost="price",
            languages=[make_language("uk").pk],
            has_sign_language="on",
        )
        answer = client.post("/de/events/own/new/", values)
        assert "Bitte sagen Sie, wie viel" in answer.text
        answer = client.post("/de/events/own/new/", values | {"price": "3 €"}, follow=True)
        event = Event.objects.get()
        assert (event.price, event.language_keys) == ("3 €", ["uk"])
        assert event.has_sign_language
        assert "Es fehlt noch:" not in answer.text

    def test_is_withdrawn_until_it_is_decided(self, client, proposed):
        client.post(own_url(proposed, "step"), {"step": "withdraw"})
        proposed.refresh_from_db()
        assert proposed.status == "draft"
        proposed.submit()
        proposed.publish()
        answer = client.post(own_url(proposed, "step"), {"step": "withdraw"}, follow=True)
        assert "Dieser Schritt ist nicht möglich." in answer.text
        proposed.refresh_from_db()
        assert proposed.is_published

    def test_shows_the_page_to_the_team_before_it_is_public(self, client, draft):
        assert "Nur Ihr Team" in client.get(draft.get_absolute_url()).text
        client.force_login(make_member(make_organisation()))
        assert client.get(draft.get_absolute_url()).status_code == 404

    @pytest.mark.parametrize("rows", [1, 3])
    def test_lists_own_events_in_a_constant_number_of_queries(
        self, client, organisation, rows, django_assert_num_queries
    ):
        for _ in range(rows):
            make_event(organisation=organisation)
        make_event()
        with django_assert_num_queries(5):
            page = client.get("/de/events/own/")
        assert len(page.context["page_obj"]) == rows


class TestChanging:
    def test_what_is_public_is_seen_at_once_and_looked_at(self, client, organisation, member):
        event = make_event(organisation=organisation)
        client.force_login(member)
        client.post(own_url(event, "edit"), form(summary="Wir nähen Kissen."))
        assert "Wir nähen Kissen." in client.get(event.get_absolute_url()).text
        event.refresh_from_db()
        assert event.is_changed_by_owner
        client.force_login(make_user("event_manager"))
        assert event in client.get("/de/events/desk/proposals/").context["changed"]
        decide(client, event, "reviewed")
        event.refresh_from_db()
        assert not event.is_changed_by_owner

    def test_keeps_what_the_organisation_does_not_set(self, client, organisation, member):
        event = make_event(organisation=organisation, stalls_until=in_days(5))
        client.force_login(member)
        client.post(own_url(event, "edit"), form(organisation="", stalls_until=""))
        event.refresh_from_db()
        assert event.organisation == organisation
        assert event.stalls_until is not None


class TestDeciding:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, manager):
        """Here an event manager decides."""

    def test_publishes_and_writes_to_the_owners(
        self, client, proposed, member, mailbox, deliver_jobs
    ):
        assert proposed in client.get("/de/events/desk/proposals/").context["page_obj"]
        decide(client, proposed, "publish")
        proposed.refresh_from_db()
        assert proposed.is_published
        deliver_jobs()
        mail = mailbox.latest(member.email)
        assert mail.subject == "Im Kalender: Beispiel-Nähtag"
        assert proposed.get_absolute_url() in mail.text

    def test_returns_with_words_that_the_owners_read(
        self, client, proposed, member, mailbox, deliver_jobs
    ):
        decide(client, proposed, "return", reason="Für wen ist <das>?")
        deliver_jobs()
        mail = mailbox.latest(member.email)
        assert "Für wen ist <das>?" in mail.text
        assert own_url(proposed) in mail.text
        client.force_login(member)
        page = client.get(own_url(proposed)).text
        assert "Für wen ist &lt;das&gt;?" in page
        assert "Rückfrage zu Ihrer Veranstaltung" in client.get(reverse("actors:dashboard")).text

    def test_shows_what_was_asked_once_it_is_in_again(self, client, proposed, member):
        make_venue(proposed)
        assert "Was bei der Rückgabe" not in client.get(desk_url("event", proposed)).text
        for question in ("Für wen?", "Auch für <Kinder>?"):
            decide(client, proposed, "return", reason=question)
            client.force_login(member)
            client.post(own_url(proposed, "step"), {"step": "submit"})
            client.force_login(make_user("event_manager"))
        page = client.get(desk_url("event", proposed)).text
        assert "Was bei der Rückgabe gefragt wurde" in page
        assert "Auch für &lt;Kinder&gt;?" in page
        assert "asked_before" not in page
        assert "Für wen?" not in page

    @pytest.mark.parametrize(
        ("reason", "words"),
        [("  ", "Bitte nennen Sie den Grund"), ("Warum? " * 150, "höchstens 1000 Zeichen")],
    )
    def test_says_at_the_field_what_is_wrong_with_the_words(self, client, proposed, reason, words):
        answer = decide(client, proposed, "return", reason=reason)
        assert answer.status_code == 422
        assert answer.text.count(words) == 2  # at the field, and in the list above
        assert 'href="#id_reason"' in answer.text
        assert reason.strip() in answer.text
        proposed.refresh_from_db()
        assert proposed.status == "submitted"
        client.post(
            answer.request["PATH_INFO"], as_shown(answer.text) | {"action": "publish", "reason": ""}
        )
        proposed.refresh_from_db()
        assert proposed.is_published

    def test_leads_from_the_answer_in_another_language_to_the_page(self, client, proposed):
        answer = client.get(desk_url("decide", proposed).replace("/de/", "/en/"), follow=True)
        assert "Return with this question" in answer.text

    def test_looks_again_at_a_text_that_has_just_changed(self, client, proposed):
        shown = client.get(desk_url("event", proposed)).context["decision_form"].initial
        Event.objects.update(title="Beispiel-Nähnacht")
        typed = {"action": "publish", "reason": "Für wen ist das?"}
        answer = client.post(desk_url("decide", proposed), {**shown, **typed})
        assert "gerade geändert" in answer.text
        assert "Für wen ist das?" in answer.text
        proposed.refresh_from_db()
        assert proposed.status == "submitted"
        client.post(desk_url("decide", proposed), as_shown(answer.text) | typed)
        proposed.refresh_from_db()
        assert proposed.is_published

    def test_tells_the_second_of_two(self, client, proposed):
        shown = client.get(desk_url("event", proposed)).context["decision_form"].initial
        decide(client, proposed, "publish")
        answer = client.post(
            desk_url("decide", proposed), {**shown, "action": "return", "reason": "Nein."}
        )
        assert "Inzwischen hat jemand anderes entschieden." in client.get(answer.url).text
        proposed.refresh_from_db()
        assert proposed.is_published

    @pytest.mark.parametrize("rows", [1, 3])
    def test_lists_proposals_in_a_constant_number_of_queries(
        self, client, organisation, rows, django_assert_num_queries
    ):
        for _ in range(rows):
            make_event(status="submitted", organisation=make_organisation())
            make_event(organisation=organisation).record_change()
        # Of both lists how many there are and the rows; of these the texts are there.
        with django_assert_num_queries(7):
            page = client.get("/de/events/desk/proposals/")
        assert len(page.context["page_obj"]) == len(page.context["changed"]) == rows

    def test_lists_all_that_changed_on_pages_of_their_own(self, client, organisation):
        for _ in range(31):
            make_event(organisation=organisation).record_change()
        first, second = (
            client.get("/de/events/desk/proposals/", {"changed": page}) for page in (1, 2)
        )
        assert "?changed=2#changed" in first.text
        shown = [*first.context["changed"], *second.context["changed"]]
        assert len(set(shown)) == len(shown) == 31
