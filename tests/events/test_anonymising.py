"""On the day an event names, only numbers are left of who registered."""

import uuid
from datetime import datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import anonymising, links
from events.arriving import check_in
from events.models import Arrival, Event, EventQuestion, RegistrationAnswer
from events.models.afterwards import KEPT
from ssoe_portal.common.privacy import erase_expired
from tests.events.world import desk_url, in_days, make_event, make_registration
from tests.world import make_user

pytestmark = pytest.mark.django_db


def over_event(days: float = 10, **fields):
    return make_event(starts_at=in_days(-days - 0.1), ends_at=in_days(-days), **fields)


class TestDay:
    def test_is_sixty_days_after_the_event_unless_it_names_one(self):
        event = make_event()
        last = timezone.localdate(event.ends_at)
        assert event.anonymises_on == last + timedelta(days=60)
        event.anonymise_on = last + timedelta(days=3)
        assert event.anonymises_on == last + timedelta(days=3)

    def test_of_an_event_that_names_none_is_that_day_whatever_its_hour(self):
        day = datetime.combine(timezone.localdate() - timedelta(days=60), time(12))
        for hours in (0, 11.5):
            end = timezone.make_aware(day) + timedelta(hours=hours)
            make_registration(make_event(starts_at=end - timedelta(hours=2), ends_at=end))
        morning = timezone.make_aware(datetime.combine(timezone.localdate(), time(3, 17)))
        with_day_come = [row for row in Event.objects.all()
                         if row.anonymises_on <= timezone.localdate(morning)]  # fmt: skip
        due = anonymising.due(morning - KEPT)
        assert {party.event for party in due} == set(with_day_come)
        assert due

    def test_comes_by_itself(self):
        early = over_event(anonymise_on=timezone.localdate() - timedelta(days=1))
        today = over_event(anonymise_on=timezone.localdate())
        late = over_event(70, anonymise_on=timezone.localdate() + timedelta(days=1))
        usual, not_yet = over_event(61), over_event(59)
        for event in (early, today, late, usual, not_yet):
            make_registration(event)
        assert erase_expired()["event-registrations"] == 3
        gone = {event for event in (early, today, usual, late, not_yet) if not known(event)}
        assert gone == {early, today, usual}
        assert erase_expired()["event-registrations"] == 0

    @pytest.mark.parametrize("days", [0, -1, 400])
    def test_is_after_the_event_and_within_a_year(self, days):
        event = make_event()
        event.anonymise_on = timezone.localdate(event.ends_at) + timedelta(days=days)
        with pytest.raises(IntegrityError, match="events_event_anonymise_on"), transaction.atomic():
            event.save()
        event.anonymise_on = timezone.localdate(event.ends_at) + timedelta(days=360)
        event.save()

    def test_is_asked_for_at_the_desk(self, client, manager):
        event = make_event()
        page = client.get(desk_url("edit", event))
        data = {
            name: value if value is not None else ""
            for name, value in page.context["form"].initial.items()
            if not isinstance(value, bool) or value
        }
        for name in ("starts_at", "ends_at"):
            data[name] = timezone.localtime(getattr(event, name)).strftime("%Y-%m-%dT%H:%M")
        data["languages"] = []
        data["anonymise_on"] = timezone.localdate(event.starts_at).isoformat()
        answer = client.post(desk_url("edit", event), data)
        assert "Anmeldungen werden nach der Veranstaltung anonym" in answer.text

    def test_stands_in_the_form_for_guests(self, client):
        event = make_event(
            starts_at=in_days(30), ends_at=in_days(30.1), anonymise_on=in_days(35).date()
        )
        text = client.get(f"/de/events/{event.slug}/register/").text
        assert "Was Sie hier schreiben, wird am " in text
        assert "60 Tage" not in text


def known(event) -> bool:
    return event.registrations.known().exists()


class TestAnonymous:
    def anonymised(self, **fields):
        party = make_registration(over_event(70), **fields)
        anonymising.anonymise(party.event.registrations.all())
        before = party.code
        party.refresh_from_db()
        assert party.code != before
        return party

    def test_leaves_numbers_and_nothing_that_was_written(self):
        party = self.anonymised(
            size=4,
            children=2,
            access_needs="Rollstuhl",
            interpreting="arabisch",
            companions=["Jonas"],
        )
        assert (party.name, party.email, party.access_needs) == ("", "", "")
        assert party.companions == []
        assert (party.size, party.children, party.had_access_needs) == (4, 2, True)
        assert party.interpreting == "Arabisch"
        assert timezone.localtime(party.created_at).hour == 0

    def test_forgets_a_language_that_is_none_we_know(self):
        assert self.anonymised(interpreting="so wie Tante Erna").interpreting == ""

    def test_forgets_answers(self):
        event = over_event(70)
        question = EventQuestion.objects.create(event=event, wording="Woher?", kind="text")
        party = make_registration(event)
        RegistrationAnswer.objects.create(registration=party, question=question, text="Buch")
        anonymising.anonymise(event.registrations.all())
        assert not RegistrationAnswer.objects.exists()

    def test_forgets_who_noted_at_the_door_and_keeps_who_came(self):
        party = make_registration(over_event(61), size=2)
        staff = make_user("event_manager")
        check_in(event=party.event, code=party.code, people=2, key=uuid.uuid4(), by=staff)
        erase_expired()
        arrival = Arrival.objects.get()
        assert (arrival.noted_by, arrival.registration, arrival.people) == (None, party, 2)

    def test_is_held_by_the_database(self):
        party = make_registration()
        party.anonymised_at = timezone.now()
        with pytest.raises(IntegrityError, match="events_registration_anonymous"):
            party.save()

    def test_has_no_link_any_more(self, client):
        party = make_registration(over_event(61))
        path = f"/de/events/registrations/link/{links.REGISTRATION.token(party.link_key)}/"
        assert client.get(path).status_code == 302
        code = party.code
        assert client.get(f"/de/events/registrations/{code}/").status_code == 200
        erase_expired()
        party.refresh_from_db()
        assert client.get(path).status_code == 410
        assert client.get(f"/de/events/registrations/{party.code}/").status_code == 410

    def test_is_named_so_at_the_desk_and_cannot_be_cancelled(self, client, manager):
        party = self.anonymised()
        assert "anonym</a>" in client.get(desk_url("registrations", party.event)).text
        page = client.get(f"/de/events/desk/registrations/{party.code}/").text
        assert "mailto:" not in page
        client.post(f"/de/events/desk/registrations/{party.code}/cancel/")
        party.refresh_from_db()
        assert party.is_confirmed


class TestCalendar:
    @pytest.mark.parametrize("rows", [1, 3])
    def test_shows_what_goes_next(self, client, manager, django_assert_num_queries, rows):
        for number in range(rows):
            make_registration(over_event(60 - number))
        make_registration(make_event(), state="cancelled")
        anonymising.anonymise(make_registration(over_event(3)).event.registrations.all())
        with django_assert_num_queries(5):
            page = client.get("/de/events/desk/erasing/")
        days = [event.goes_on for event in page.context["page_obj"]]
        assert days == sorted(days)
        assert len(days) == rows + 1
        assert "in der kommenden Nacht" in page.text

    def test_has_a_total_order_and_the_days_that_events_tell(self):
        event = make_registration().event
        other = make_registration(over_event(anonymise_on=timezone.localdate())).event
        rows = anonymising.calendar()
        assert rows.totally_ordered
        assert {row: row.goes_on for row in rows} == {
            each: each.anonymises_on for each in (event, other)
        }
