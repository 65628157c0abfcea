"""What the database itself holds, whoever writes: every test here goes past the forms."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, RestrictedError
from django.utils import timezone

from events.models import (
    Event,
    PitchAssignment,
    ProgrammeItem,
    Registration,
    StallApplication,
    Venue,
    VenueStop,
)
from tests.events.world import (
    in_days,
    make_event,
    make_item,
    make_pitch,
    make_registration,
    make_speaker,
    make_stall,
    make_venue,
    place,
)
from tests.world import make_organisation

pytestmark = pytest.mark.django_db


def make_stop(**fields) -> VenueStop:
    return VenueStop.objects.create(venue=make_venue(), name="Beispielplatz", **fields)


def refused(name: str):
    return pytest.raises(IntegrityError, match=name)


class TestReach:
    """Years that nobody means: Python, calendars or the database cannot count on from them."""

    FAR, LONG_AGO = datetime(9999, 12, 1, tzinfo=UTC), datetime(26, 5, 1, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("make", "first", "last"),
        [
            (make_event, "starts_at", "ends_at"),
            (make_venue, "opens_at", "closes_at"),
            (make_item, "starts_at", "ends_at"),
            (make_stop, "starts_at", "ends_at"),
        ],
    )
    def test_holds_for_everything_that_has_a_time(self, make, first, last):
        for fields in (
            {first: in_days(1), last: self.FAR},
            {first: self.LONG_AGO, last: in_days(1)},
        ):
            with refused(f"{first}_in_reach"), transaction.atomic():
                make(**fields)

    @pytest.mark.parametrize(
        "name", ["registration_opens_at", "registration_closes_at", "stalls_until"]
    )
    def test_holds_for_deadlines(self, name):
        with refused("in_reach"):
            make_event(**{name: self.FAR})

    def test_is_said_at_the_field(self):
        event = make_event()
        event.ends_at = self.FAR
        with pytest.raises(ValidationError) as refusal:
            event.full_clean()
        assert list(refusal.value.error_dict) == ["ends_at"]


class TestEvent:
    def test_ends_after_it_starts(self):
        with refused("events_event_ends_after_start"):
            make_event(starts_at=in_days(2), ends_at=in_days(2))

    def test_has_at_least_one_place(self):
        with refused("events_event_capacity_positive"):
            make_event(capacity=0)

    def test_closes_registration_after_opening_it(self):
        with refused("events_event_registration_window"):
            make_event(registration_opens_at=in_days(3), registration_closes_at=in_days(2))

    def test_never_gets_an_address_that_is_a_page(self):
        for word in ("Desk", "Stalls", "Registrations"):
            assert make_event(title=word).slug == f"event-{word.lower()}"


class TestVenue:
    def test_has_a_name_of_its_own_within_the_event(self):
        venue = make_venue()
        with refused("events_venue_name_unique"):
            make_venue(venue.event, name=venue.name)

    @pytest.mark.parametrize(
        "hours",
        [{"opens_at": in_days(1)}, {"opens_at": in_days(2), "closes_at": in_days(1)}],
    )
    def test_has_both_hours_or_none(self, hours):
        with refused("events_venue_hours"):
            make_venue(**hours)

    def test_takes_its_hours_from_the_event(self):
        venue = make_venue()
        assert (venue.starts_at, venue.ends_at) == (venue.event.starts_at, venue.event.ends_at)


class TestProgrammeItem:
    def test_ends_after_it_starts(self):
        with refused("events_programmeitem_ends_after_start"):
            make_item(starts_at=in_days(2), ends_at=in_days(1))

    @pytest.mark.parametrize("room", ["Bühne", "bühne", ""])
    def test_is_alone_in_its_room(self, room):
        item = make_item(room=room.title())
        later = item.ends_at + timedelta(hours=1)
        with refused("events_programmeitem_room_once"), transaction.atomic():
            make_item(item.venue, room=room, starts_at=item.starts_at + timedelta(minutes=30),
                      ends_at=later)  # fmt: skip
        make_item(item.venue, room="Saal")
        make_item(item.venue, room=room, starts_at=item.ends_at, ends_at=later)
        make_item(make_venue(item.event), room=room)

    def test_takes_no_room_before_it_is_placed(self):
        event = make_event()
        items = [make_item(event=event, room="Bühne") for _ in range(2)]
        assert not any(item.is_placed for item in items)

    def test_moves_with_all_the_others_at_once(self):
        first = make_item(room="Bühne")
        make_item(first.venue, room="Bühne", starts_at=first.ends_at,
                  ends_at=first.ends_at + timedelta(hours=1))  # fmt: skip
        hour = timedelta(hours=1)
        items = first.event.programme_items
        assert items.update(starts_at=F("starts_at") + hour, ends_at=F("ends_at") + hour) == 2

    def test_says_so_in_words_before_saving(self):
        item = make_item(room="Bühne")
        twin = make_item(item.venue, room="Saal")
        twin.room = "Bühne"
        with pytest.raises(ValidationError, match="Dort findet"):
            twin.full_clean()

    def test_is_at_a_venue_of_its_event(self):
        item, elsewhere = make_item(), make_venue()
        with pytest.raises(IntegrityError, match="venue of its event"), transaction.atomic():
            make_item(elsewhere, event=item.event)
        with pytest.raises(IntegrityError, match="venue of its event"), transaction.atomic():
            ProgrammeItem.objects.filter(pk=item.pk).update(event=elsewhere.event)
        item.venue = elsewhere
        with pytest.raises(ValidationError, match="gehört zu einer anderen"):
            item.full_clean()

    def test_keeps_its_venue_at_the_event(self):
        item = make_item()
        with pytest.raises(IntegrityError, match="sessions of its event"):
            Venue.objects.filter(pk=item.venue_id).update(event=make_event())

    def test_keeps_the_venue_that_readers_know_at_the_event(self):
        item = make_item()
        before = item.venue_id
        ProgrammeItem.objects.filter(pk=item.pk).update(venue=make_venue(item.event))
        with pytest.raises(IntegrityError, match="sessions of its event"):
            Venue.objects.filter(pk=before).update(event=make_event())

    def test_has_at_least_one_place(self):
        with refused("events_programmeitem_places_positive"):
            make_item(places=0)

    def test_goes_with_its_event_but_not_with_its_venue(self):
        item = make_item()
        with pytest.raises(RestrictedError):
            item.venue.delete()
        item.event.delete()
        assert not ProgrammeItem.objects.exists()


class TestAppearance:
    """Of a speaker in a session."""

    def two_at_once(self) -> tuple[ProgrammeItem, ProgrammeItem]:
        item = make_item()
        return item, make_item(make_venue(item.event))

    def test_is_one_at_a_time(self):
        item, other = self.two_at_once()
        speaker = make_speaker(item.event, item)
        with refused("events_appearance_speaker_once"), transaction.atomic():
            speaker.items.add(other)
        later = {"starts_at": item.ends_at, "ends_at": item.ends_at + timedelta(hours=1)}
        ProgrammeItem.objects.filter(pk=other.pk).update(**later)
        speaker.items.add(other)
        with refused("events_appearance_speaker_once"):
            ProgrammeItem.objects.filter(pk=other.pk).update(
                starts_at=item.starts_at, ends_at=item.ends_at
            )

    def test_is_in_nobody_s_way_before_its_session_is_placed(self):
        item, other = self.two_at_once()
        ProgrammeItem.objects.filter(pk=other.pk).update(venue=None)
        speaker = make_speaker(item.event, item, other)
        assert speaker.items.count() == 2
        with refused("events_appearance_speaker_once"):
            ProgrammeItem.objects.filter(pk=other.pk).update(venue=make_venue(item.event))

    def test_moves_with_all_the_others_at_once(self):
        item, other = self.two_at_once()
        hour = timedelta(hours=1)
        ProgrammeItem.objects.filter(pk=other.pk).update(
            starts_at=F("starts_at") + hour, ends_at=F("ends_at") + hour
        )
        speaker = make_speaker(item.event, item, other)
        item.event.programme_items.update(
            starts_at=F("starts_at") + hour, ends_at=F("ends_at") + hour
        )
        starts = speaker.appearances.order_by("starts_at").values_list("starts_at", flat=True)
        assert list(starts) == [item.starts_at + hour, item.starts_at + 2 * hour]

    def test_stays_within_the_event(self):
        with pytest.raises(IntegrityError, match="sessions of the same event"):
            make_speaker(make_event(), make_item())

    def test_is_of_somebody_with_a_name_of_their_own(self):
        speaker = make_speaker()
        with refused("events_speaker_name_unique"):
            make_speaker(speaker.event, name=speaker.name)


class TestRegistration:
    @pytest.mark.parametrize("size", [0, 11])
    def test_is_one_to_ten_people(self, size):
        with refused("events_registration_size"):
            make_registration(size=size)

    def test_is_one_for_each_address(self):
        party = make_registration(email="gast@example.org")
        with refused("events_registration_once"), transaction.atomic():
            make_registration(party.event, email="GAST@example.org", state="waiting")
        make_registration(party.event, email="gast@example.org", state="cancelled")
        make_registration(email="gast@example.org")

    @pytest.mark.parametrize(
        ("state", "until"), [("offered", None), ("confirmed", in_days(1)), ("waiting", in_days(1))]
    )
    def test_is_offered_until_a_time_and_nothing_else_is(self, state, until):
        with refused("events_registration_offered_until"):
            make_registration(state=state, offered_until=until)

    @pytest.mark.parametrize(
        "fields",
        [
            {"state": "cancelled", "cancelled_at": None},
            {"state": "cancelled", "cancelled_because": ""},
            {"state": "confirmed", "cancelled_at": timezone.now()},
        ],
    )
    def test_says_when_and_why_it_was_cancelled(self, fields):
        with refused("events_registration_cancelled_when"):
            make_registration(**fields)

    def test_has_a_code_nobody_guesses(self):
        codes = {Registration().code for _ in range(50)}
        assert len(codes) == 50
        assert all(len(code) == 10 for code in codes)


class TestStallApplication:
    def test_is_one_for_each_organisation_and_event(self):
        stall = make_stall()
        with refused("events_stallapplication_once"), transaction.atomic():
            make_stall(stall.event, organisation=stall.organisation)
        stall.withdraw()
        make_stall(stall.event, organisation=stall.organisation)

    def test_is_declined_with_a_reason(self):
        with refused("events_stallapplication_declined_with_reason"):
            make_stall().decline("  ")

    def test_says_when_it_was_decided(self):
        stall = make_stall()
        with refused("events_stallapplication_decided_when"):
            StallApplication.objects.filter(pk=stall.pk).update(state="accepted")

    def test_has_somebody_at_it(self):
        with refused("events_stallapplication_people"):
            make_stall(people=0)


class TestPitch:
    def test_has_a_number_of_its_own(self):
        pitch = make_pitch()
        with refused("events_pitch_label_unique"):
            make_pitch(pitch.venue, label=pitch.label)

    def test_has_a_square_of_its_own(self):
        pitch = make_pitch()
        with refused("events_pitch_square_unique"):
            make_pitch(pitch.venue, x=pitch.x, y=pitch.y)


class TestPitchAssignment:
    def test_is_one_stall_to_a_pitch_and_one_pitch_to_a_stall(self):
        venue = make_venue()
        pitch, other = make_pitch(venue), make_pitch(venue)
        stall = make_stall(venue.event, state="accepted")
        place(stall, pitch)
        with pytest.raises(IntegrityError), transaction.atomic():
            place(make_stall(venue.event, state="accepted"), pitch)
        with pytest.raises(IntegrityError), transaction.atomic():
            place(stall, other)

    def test_stays_within_the_event(self):
        with pytest.raises(IntegrityError, match="same event"):
            place(make_stall(state="accepted"), make_pitch())

    def test_is_for_accepted_stalls(self):
        venue = make_venue()
        with pytest.raises(IntegrityError, match="accepted stall"):
            place(make_stall(venue.event), make_pitch(venue))

    @pytest.mark.parametrize("step", ["withdraw", "decline"])
    def test_ends_with_the_stall(self, step):
        venue = make_venue()
        stall = make_stall(venue.event, state="accepted")
        place(stall, make_pitch(venue))
        stall.withdraw() if step == "withdraw" else stall.take_back("Doch nicht.")
        assert not PitchAssignment.objects.exists()


class TestCalendarSequence:
    def test_rises_when_time_or_title_change(self):
        event = make_event()
        event.refresh_from_db()
        before = event.sequence
        event.starts_at += timedelta(hours=1)
        event.save()
        event.refresh_from_db()
        assert event.sequence == before + 1
        event.capacity = 5
        event.save()
        event.refresh_from_db()
        assert event.sequence == before + 1

    def test_rises_for_event_and_sessions_when_the_place_changes(self):
        item = make_item()
        event = Event.objects.get(pk=item.venue.event_id)
        Venue.objects.filter(pk=item.venue_id).update(street="Beispielweg 1")
        before = event.sequence
        event.refresh_from_db()
        item.released.refresh_from_db()
        assert (event.sequence, item.released.sequence) == (before + 1, 1)

    def test_rises_when_a_venue_comes_or_goes(self):
        event = make_event()
        event.refresh_from_db()
        before = event.sequence
        venue = make_venue(event)
        venue.delete()
        event.refresh_from_db()
        assert event.sequence == before + 2


class TestOrganisationGone:
    def test_leaves_the_event_without_a_lead(self):
        organisation = make_organisation()
        event = make_event(organisation=organisation)
        organisation.delete()
        event.refresh_from_db()
        assert event.organisation is None
