"""The programme becomes public by releases: what changes, who may see it, what calendars hear."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from events import releasing
from events.models import Event, ProgrammeChange, ProgrammeItem, ReleasedItem
from tests.events.world import (
    desk_url,
    in_days,
    make_event,
    make_group,
    make_item,
    make_registration,
    make_venue,
    release_item,
    sign_up,
)
from tests.world import make_member, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def planned(**fields) -> ProgrammeItem:
    return make_item(released=False, **fields)


def move(item: ProgrammeItem, by: timedelta = HOUR) -> None:
    item.starts_at, item.ends_at = item.starts_at + by, item.ends_at + by
    item.save()


def take_out(item: ProgrammeItem) -> None:
    item.venue = None
    item.save()


def kinds(event) -> list[str]:
    return [str(step.kind) for step in releasing.pending(event)]


def programme(client, event) -> str:
    return client.get(reverse("events:programme", args=[event.slug])).text


class TestProgramme:
    def test_is_for_nobody_before_its_first_release(self, client):
        item = planned()
        paths = [reverse(f"events:{name}", args=[item.event.slug])
                 for name in ("event-detail", "programme", "programme-ics")]  # fmt: skip
        assert not any(item.title in client.get(path).text for path in paths)
        releasing.release(item.event)
        assert all(item.title in client.get(path).text for path in paths)

    def test_stays_where_it_was_until_the_next_release(self, client):
        item = planned(room="Bühne")
        releasing.release(item.event)
        item.room = "Saal"
        item.save()
        text = programme(client, item.event)
        assert "Bühne" in text
        assert "Saal" not in text
        releasing.release(item.event)
        assert "Saal" in programme(client, item.event)

    def test_has_today_s_texts_without_a_release(self, client):
        item = planned()
        releasing.release(item.event)
        ProgrammeItem.objects.update(title="Neuer Titel")
        assert "Neuer Titel" in programme(client, item.event)

    def test_says_what_does_not_take_place(self, client):
        item, other = planned(), planned()
        ProgrammeItem.objects.filter(pk=other.pk).update(event=item.event, venue=item.venue,
                                                         room="Saal")  # fmt: skip
        releasing.release(item.event)
        take_out(item)
        releasing.release(item.event)
        text = programme(client, item.event)
        assert "entfällt" in text
        assert "1 Programmpunkt<" in text
        assert item.title not in client.get(item.event.get_absolute_url()).text

    def test_says_what_the_latest_release_changed(self, client):
        item = planned(room="Bühne")
        releasing.release(item.event)
        assert "Geändert am" not in programme(client, item.event)
        item.room = "Saal"
        item.save()
        releasing.release(item.event, note="Die Bühne ist zu klein.")
        text = programme(client, item.event)
        for words in ("Geändert am", "Die Bühne ist zu klein.", "Saal", "vorher", "Bühne"):
            assert words in text

    def test_says_what_is_on_and_what_comes_next(self, client):
        now = timezone.now()
        event = make_event(starts_at=now - HOUR, ends_at=now + 5 * HOUR)
        venue = make_venue(event)
        make_item(venue, title="Laufendes", starts_at=now - HOUR, ends_at=now + HOUR)
        make_item(venue, title="Folgendes", starts_at=now + HOUR, ends_at=now + 2 * HOUR)
        make_item(venue, title="Späteres", starts_at=now + 2 * HOUR, ends_at=now + 3 * HOUR)
        shown = programme(client, event).split('class="programme-now"')[1].split("</section>")[0]
        assert shown.index("Jetzt") < shown.index("Laufendes") < shown.index("Folgendes")
        assert "Späteres" not in shown

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, {"Reden", "Kochen"}),
            ({"format": "food"}, {"Kochen"}),
            ({"format": "tour"}, {"Reden", "Kochen"}),
            ({"day": "first"}, {"Reden"}),
            ({"day": "first", "format": "food"}, set()),
            ({"day": "\0", "venue": "x'; --", "language": "zz"}, {"Reden", "Kochen"}),
        ],
    )
    def test_is_narrowed(self, client, query, found):
        event = make_event(starts_at=in_days(30), ends_at=in_days(32))
        venue = make_venue(event)
        first = make_item(venue, title="Reden")
        make_item(venue, title="Kochen", format="food", starts_at=in_days(31),
                  ends_at=in_days(31) + HOUR)  # fmt: skip
        if query.get("day") == "first":
            query = {**query, "day": timezone.localdate(first.starts_at).isoformat()}
        text = client.get(reverse("events:programme", args=[event.slug]), query).text
        assert {title for title in ("Reden", "Kochen") if f">{title}</h4>" in text} == found


class TestPending:
    def test_is_what_differs_from_what_is_public(self):
        venue = make_venue()
        same, moved, gone, back = (planned(venue=venue, room=str(n)) for n in range(4))
        for item in (same, moved, gone):
            release_item(item)
        release_item(back, is_cancelled=True)
        move(moved)
        take_out(gone)
        new = planned(venue=venue, room="neu")
        make_item(event=venue.event)
        found = {step.item.pk: str(step.kind) for step in releasing.pending(venue.event)}
        assert found == {moved.pk: "moved", gone.pk: "cancelled", back.pk: "back", new.pk: "new"}

    def test_is_nothing_for_what_is_cancelled_and_still_nowhere(self):
        item = planned()
        release_item(item, is_cancelled=True)
        take_out(item)
        assert kinds(item.event) == []


class TestRelease:
    def test_is_counted_and_tells_its_changes(self):
        item = planned()
        first = releasing.release(item.event)
        move(item)
        second = releasing.release(item.event, note=" Später. ")
        assert (first.number, second.number, second.note) == (1, 2, "Später.")
        change = second.changes.get()
        assert (change.kind, change.starts_after) == ("moved", item.starts_at)
        assert change.starts_before == item.starts_at - HOUR

    def test_of_nothing_is_none(self):
        item = planned()
        releasing.release(item.event)
        with pytest.raises(releasing.NothingToRelease):
            releasing.release(item.event)
        assert item.event.releases.count() == 1

    def test_is_of_what_was_read(self):
        item = planned()
        seen = releasing.digest(releasing.pending(item.event))
        move(item)
        with pytest.raises(releasing.ChangedMeanwhile):
            releasing.release(item.event, seen=seen)
        assert not ReleasedItem.objects.exists()


class TestCalendar:
    def entry(self, client, event):
        answer = client.get(reverse("events:programme-ics", args=[event.slug]))
        (entry,) = Calendar.from_ical(answer.content).events
        return entry

    def test_hears_of_what_moves_is_cancelled_and_comes_back(self, client):
        item = planned()
        event, venue = item.event, item.venue
        releasing.release(event)
        entries = [self.entry(client, event)]

        def put_back(item: ProgrammeItem) -> None:
            item.venue = venue
            item.save()

        for step in (move, take_out, put_back):
            step(item)
            assert self.entry(client, event)["SEQUENCE"] == entries[-1]["SEQUENCE"]
            releasing.release(event)
            entries.append(self.entry(client, event))
        assert {entry["UID"] for entry in entries} == {f"programme-{item.pk}@localhost"}
        assert [entry["SEQUENCE"] for entry in entries] == [0, 1, 2, 3]
        states = [entry["STATUS"] for entry in entries]
        assert states == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED"]
        assert entries[1].start == entries[0].start + HOUR

    def test_hears_of_a_new_title(self, client):
        item = make_item()
        before = self.entry(client, item.event)
        ProgrammeItem.objects.update(title="Neuer Titel")
        after = self.entry(client, item.event)
        assert (str(after["SUMMARY"]), after["SEQUENCE"]) == ("Neuer Titel", before["SEQUENCE"] + 1)


class TestConstraints:
    def test_hold_a_release_s_number_and_its_changes(self):
        item = planned()
        made = releasing.release(item.event)
        for wrong in (
            lambda: made.event.releases.create(number=1),
            lambda: ProgrammeChange.objects.create(release=made, item=item, kind="new"),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                wrong()

    def test_hold_a_change_to_what_its_kind_says(self):
        made = releasing.release(planned().event)
        with pytest.raises(IntegrityError, match="events_programmechange_before_and_after"):
            made.changes.create(item=planned(), kind="moved", starts_after=in_days(1))

    def test_hold_that_a_session_ends_after_it_starts(self):
        item = planned()
        with pytest.raises(IntegrityError, match="events_releaseditem_ends_after_start"):
            release_item(item, ends_at=item.starts_at)


@pytest.mark.usefixtures("manager")
class TestDesk:
    @pytest.mark.parametrize(
        ("status", "said"), [("published", "zeigt es jetzt"), ("draft", "sobald die Veranstaltung")]
    )
    def test_shows_what_would_change_and_does_it(self, client, status, said):
        item = planned(room="Bühne")
        Event.objects.update(status=status)
        path = desk_url("release", item.event)
        page = client.get(path)
        assert "1 Änderung" in page.text
        assert item.title in page.text
        seen = page.context["form"]["seen"].value()
        answer = client.post(path, {"seen": seen, "note": "Das erste."}, follow=True)
        assert said in answer.text
        assert ReleasedItem.objects.get().room == "Bühne"
        text = client.get(path).text
        assert "Es gibt nichts freizugeben" in text
        assert "Das erste." in text

    def test_releases_nothing_that_was_not_read(self, client):
        item = planned()
        path = desk_url("release", item.event)
        seen = client.get(path).context["form"]["seen"].value()
        move(item)
        answer = client.post(path, {"seen": seen, "note": "Ein Satz"})
        assert answer.status_code == 409
        assert "Ein Satz" in answer.text
        assert not ReleasedItem.objects.exists()
        again = answer.context["form"]["seen"].value()
        assert client.post(path, {"seen": again}).status_code == 302
        # A double click: the second one finds nothing left.
        assert client.post(path, {"seen": again}).status_code == 302
        assert item.event.releases.count() == 1

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(("language", "queries"), [("de", 8), ("en", 11)])
    def test_takes_so_many_queries(
        self, client, django_assert_num_queries, rows, language, queries
    ):
        venue = make_venue()
        for number in range(rows):
            planned(venue=venue, room=str(number))
        releasing.release(venue.event)
        for item in ProgrammeItem.objects.all():
            move(item)
        path = f"/{language}/events/desk/{venue.event.slug}/programme/release/"
        client.get(path)
        with django_assert_num_queries(queries):
            client.get(path)


class TestReach:
    """How many a release writes to is said before it, and after it: as many as then are written."""

    @pytest.fixture
    def venue(self):
        return make_venue(make_event())

    @pytest.fixture
    def event(self, venue):
        return venue.event

    @pytest.fixture
    def item(self, venue):
        return make_item(venue, places=4)

    def release(self, client, event) -> tuple[str, str]:
        path = f"/de/events/desk/{event.slug}/programme/release/"
        page = client.get(path)
        seen = page.context["form"]["seen"].value()
        done = client.post(path, {"seen": seen}, follow=True)
        return page.text.replace("\u2011", "-"), done.text.replace("\u2011", "-")

    def test_counts_the_mails_there_are(self, client, event, venue, item, mailbox, deliver_jobs):
        client.force_login(make_user("event_manager"))
        other = make_item(venue, title="Tanzen", room="Bühne", places=9)
        group = make_group(event, families=2, contact=make_user())
        left = make_group(event, families=2)
        left.contact, *_owners = [make_member(left.organisation) for _ in range(3)]
        left.contact.is_active = False
        left.contact.save()
        left.save()
        item.places = 40
        item.save()
        follower = make_registration(event, email="beides@example.org")
        reached = [
            make_registration(event),
            follower,
            make_registration(event, email="", at_desk=True),
        ]
        for party in [*reached, *group.registrations.all(), *left.registrations.all()]:
            sign_up(party, item)
        sign_up(make_registration(event), other)
        event.programme_subscriptions.create(
            email="Beides@example.org", confirmed_at=timezone.now(), language="de"
        )
        event.programme_subscriptions.create(email="c@example.org", language="de")
        item.room = "Saal"
        item.save()
        before, after = self.release(client, event)
        assert "4 E-Mails gehen an Angemeldete" in before
        assert "Eine Person verfolgt das Programm" in before
        assert "1 Gruppe hat keine E-Mail-Adresse" in before
        assert "5 E-Mails dazu gehen hinaus." in after
        deliver_jobs()
        assert len(mailbox.mails()) == 5

    def test_says_that_nobody_is_written_to(self, client, event, item, mailbox, deliver_jobs):
        client.force_login(make_user("event_manager"))
        make_registration(event)
        item.room = "Saal"
        item.save()
        assert all(
            "Niemand bekommt dazu eine E-Mail." in each for each in self.release(client, event)
        )
        deliver_jobs()
        assert not mailbox.mails()

    def test_writes_to_no_party_of_an_event_that_is_over(self, client, mailbox, deliver_jobs):
        client.force_login(make_user("event_manager"))
        event = make_event(starts_at=in_days(-3), ends_at=in_days(-2))
        item = make_item(make_venue(event), places=4)
        sign_up(make_registration(event), item)
        item.room = "Saal"
        item.save()
        assert all(
            "Niemand bekommt dazu eine E-Mail." in each for each in self.release(client, event)
        )
        deliver_jobs()
        assert not mailbox.mails()
