"""What everyone reads about events, over HTTP."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from actors.models import SpokenLanguage
from events.models import Event, EventTranslation, ProgrammeItemTranslation
from tests.events.world import (
    in_days,
    make_event,
    make_item,
    make_pitch,
    make_registration,
    make_stall,
    make_venue,
    place,
)
from tests.world import make_area, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db


def full_event(rows: int, **fields) -> Event:
    """An event with so many venues, sessions, stalls and parties."""
    event = make_event(capacity=100, organisation=make_organisation(), **fields)
    german = SpokenLanguage.objects.get_or_create(
        key="de", defaults={"labels": {"de": "Deutsch"}, "native": "Deutsch"}
    )[0]
    for _ in range(rows):
        venue = make_venue(event, area=make_area())
        make_item(venue, organisation=make_organisation()).languages.add(german)
        place(make_stall(event, state="accepted"), make_pitch(venue))
        make_registration(event)
        make_registration(event, state="waiting")
    return event


class TestEvent:
    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize("language", ["de", "en"])
    def test_takes_so_many_queries_however_much_there_is(
        self, client, django_assert_num_queries, rows, language
    ):
        event = full_event(rows)
        path = f"/{language}/events/{event.slug}/"
        client.get(path)
        with django_assert_num_queries({"de": 5, "en": 8}[language]):
            client.get(path)

    def test_invites_nobody_when_registration_is_closed(self, client):
        page = client.get(make_event().get_absolute_url()).text
        assert "<h2>Kommen Sie vorbei</h2>" in page
        closed = client.get(make_event(registration_closes_at=in_days(-1)).get_absolute_url()).text
        assert "Die Anmeldung ist geschlossen." in closed
        assert "Kommen Sie vorbei" not in closed

    def test_shows_where_when_and_how_to_get_in(self, client):
        event = make_event()
        make_venue(
            event,
            name="Beispielhof",
            street="Beispielweg 3",
            postcode="13125",
            accessibility="Eine Stufe am Eingang. Eine Rampe liegt bereit.",
        )
        make_venue(
            event,
            name="Beispielrad",
            kind="pop-up",
            opens_at=event.starts_at,
            closes_at=event.starts_at + timedelta(hours=2),
        )
        page = client.get(event.get_absolute_url())
        for words in ("Beispielweg 3, 13125 Berlin", "Eine Rampe liegt bereit", "mobiles Pop-up"):
            assert words in page.text
        assert "Barrieren</dt>" in page.text
        assert "Stufenlos" not in page.text
        assert "mini-map" in page.text

    def test_says_how_many_places_are_free(self, client):
        event = make_event(capacity=8)
        make_registration(event, size=3)
        make_registration(event, size=2, state="offered")
        page = client.get(event.get_absolute_url())
        assert "3 Plätze sind noch frei." in page.text
        assert f"/de/events/{event.slug}/register/" in page.text

    def test_says_honestly_when_it_is_full(self, client):
        event = make_event(capacity=3)
        make_registration(event, size=3)
        page = client.get(event.get_absolute_url())
        assert "Alle Plätze sind vergeben." in page.text
        assert "stehen auf der Warteliste" not in page.text
        form = client.get(f"{event.get_absolute_url()}register/").text
        assert "Alle Plätze sind vergeben." in form
        assert "warten vor Ihnen" not in form
        make_registration(event, state="waiting")
        assert "1 Gruppe steht auf der Warteliste." in client.get(event.get_absolute_url()).text

    def test_looks_past_when_it_is_past(self, client):
        day = timezone.make_aware(datetime(2025, 6, 2))  # noqa: DTZ001
        event = make_event(starts_at=day, ends_at=day + timedelta(days=1))
        page = client.get(event.get_absolute_url())
        assert "Fand statt am Montag, 2.\xa0Juni 2025" in page.text
        assert "00:00" not in page.text
        assert "/register/" not in page.text

    def test_lists_only_stalls_that_have_a_pitch(self, client):
        venue = make_venue()
        placed = make_stall(venue.event, state="accepted")
        place(placed, make_pitch(venue, label="A7"))
        accepted = make_stall(venue.event, state="accepted")
        waiting = make_stall(venue.event)
        text = client.get(venue.event.get_absolute_url()).text
        assert placed.title in text
        assert placed.organisation.name in text
        assert "A7" in text
        assert accepted.title not in text
        assert waiting.title not in text

    def test_links_no_organisation_that_is_not_public(self, client):
        event = make_event(organisation=make_organisation("Beispiel Still", status="draft"))
        text = client.get(event.get_absolute_url()).text
        assert "Beispiel Still" in text
        assert event.organisation.get_absolute_url() not in text

    def test_is_there_for_staff_before_it_is_public(self, client):
        event = make_event(status="draft")
        assert client.get(event.get_absolute_url()).status_code == 404
        client.force_login(make_user("event_manager"))
        page = client.get(event.get_absolute_url())
        assert "Die Veranstaltung ist nicht öffentlich" in page.text

    def test_speaks_the_reader_s_language_or_marks_german(self, client):
        event = make_event(title="Suppenfest", date_note="")
        german = client.get(f"/en/events/{event.slug}/").text
        assert '<h1 lang="de" dir="ltr">Suppenfest</h1>' in german
        EventTranslation.objects.create(
            original=event, language="en", title="Soup festival", summary="Soup."
        )
        assert "<h1>Soup festival</h1>" in client.get(f"/en/events/{event.slug}/").text


class TestProgramme:
    def test_is_grouped_by_day_and_venue(self, client):
        noon = timezone.localtime(in_days(30)).replace(hour=12)
        event = make_event(starts_at=noon, ends_at=noon + timedelta(days=2))
        hall, park = make_venue(event, position=0), make_venue(event, position=1)
        first = make_item(hall)
        second = make_item(
            hall, starts_at=first.ends_at, ends_at=first.ends_at + timedelta(hours=1)
        )
        outside = make_item(park)
        tomorrow = make_item(
            park, starts_at=noon + timedelta(days=1), ends_at=noon + timedelta(days=1, hours=1)
        )
        days = client.get(f"{event.get_absolute_url()}programme/").context["days"]
        found = [[[i.pk for i in c.items] for c in day.columns] for day in days]
        assert found == [[[first.pk, second.pk], [outside.pk]], [[tomorrow.pk]]]

    def test_is_filtered_by_venue_and_language(self, client):
        event = make_event()
        hall, park = make_venue(event), make_venue(event)
        arabic, german = (
            SpokenLanguage.objects.create(key=key, labels={"de": key}, native=key)
            for key in ("ar", "de")
        )
        in_arabic = make_item(hall)
        in_arabic.languages.set([arabic, german])
        in_german = make_item(park)
        in_german.languages.add(german)
        path = f"{event.get_absolute_url()}programme/"

        def shown(**query) -> set[str]:
            page = client.get(path, query)
            return {i.title for i in (in_arabic, in_german) if i.title in page.text}

        assert shown(language="ar") == {in_arabic.title}
        assert shown(venue=park.pk) == {in_german.title}
        assert shown(venue=park.pk, language="ar") == set()
        assert (
            "Nichts in dieser Auswahl"
            in client.get(path, {"venue": park.pk, "language": "ar"}).text
        )
        assert shown(venue="x'; --", language="zz") == {in_arabic.title, in_german.title}
        # Folded away on a phone; how many are set stays to be seen.
        assert '<span class="filters__count">' not in client.get(path).text
        page = client.get(path, {"venue": park.pk, "language": "de"}).text
        assert '<span class="filters__count">2</span>' in page

    def test_says_when_there_is_none_yet(self, client):
        page = client.get(f"{make_event().get_absolute_url()}programme/")
        assert "Das Programm entsteht noch" in page.text

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize("language", ["de", "en"])
    def test_takes_so_many_queries(self, client, django_assert_num_queries, rows, language):
        event = full_event(rows)
        path = f"/{language}/events/{event.slug}/programme/"
        client.get(path)
        with django_assert_num_queries({"de": 5, "en": 8}[language]):
            client.get(path)


class TestRooms:
    @pytest.mark.parametrize(
        ("english", "shown"),
        [("Stage", "<span>Stage</span>"), ("", '<span lang="de" dir="ltr">Bühne</span>')],
    )
    def test_have_their_name_in_the_reader_s_language_else_german(self, client, english, shown):
        item = make_item(room="Bühne")
        ProgrammeItemTranslation.objects.create(
            original=item, language="en", title="Talk", room=english
        )
        path = f"/en/events/{item.venue.event.slug}/programme"
        assert shown in client.get(f"{path}/").text
        calendar = Calendar.from_ical(client.get(f"{path}.ics").content)
        assert str(calendar.events[0]["LOCATION"]).startswith(english or "Bühne")
        assert "<span>Bühne</span>" in client.get(path.replace("/en/", "/de/") + "/").text


class TestCalendarFile:
    def parsed(self, client, path: str) -> Calendar:
        answer = client.get(path)
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
        return Calendar.from_ical(answer.content)

    def test_holds_the_event(self, client):
        event = make_event(starts_at=datetime(2027, 7, 3, 9, tzinfo=UTC),
                           ends_at=datetime(2027, 7, 3, 15, tzinfo=UTC))  # fmt: skip
        make_venue(event, name="Beispielhof", street="Beispielweg 3", postcode="13125")
        event.refresh_from_db()
        calendar = self.parsed(client, f"{event.get_absolute_url()}event.ics")
        (entry,) = calendar.events
        assert entry["UID"] == f"event-{event.pk}@localhost"
        assert str(entry["SUMMARY"]) == event.title
        assert entry.start.isoformat() == "2027-07-03T11:00:00+02:00"
        assert entry["DTSTART"].params["TZID"] == "Europe/Berlin"
        assert str(entry["LOCATION"]) == "Beispielhof, Beispielweg 3, 13125 Berlin"
        assert entry["SEQUENCE"] == event.sequence
        assert entry["LAST-MODIFIED"].dt == event.modified_at.replace(microsecond=0)
        assert entry["URL"].endswith(event.get_absolute_url())

    @pytest.mark.parametrize(
        ("date_note", "status"), [("", "CONFIRMED"), ("Noch nicht beschlossen", "TENTATIVE")]
    )
    def test_calls_a_date_with_a_note_tentative(self, client, date_note, status):
        event = make_event(date_note=date_note)
        entry = self.parsed(client, f"{event.get_absolute_url()}event.ics").events[0]
        assert entry["STATUS"] == status

    def test_keeps_its_uid_and_raises_its_sequence_when_the_event_moves(self, client):
        event = make_event()
        path = f"{event.get_absolute_url()}event.ics"
        before = self.parsed(client, path).events[0]
        event.starts_at += timedelta(hours=1)
        event.ends_at += timedelta(hours=1)
        event.save()
        after = self.parsed(client, path).events[0]
        assert after["UID"] == before["UID"]
        assert after["SEQUENCE"] == before["SEQUENCE"] + 1
        assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt

    def test_brings_the_rules_of_berlin_s_time_zone(self, client):
        """Read by the file's own VTIMEZONE, noon in January and July are 11 and 10 o'clock UTC."""
        event = make_event(starts_at=datetime(2027, 1, 16, 11, tzinfo=UTC),
                           ends_at=datetime(2027, 7, 17, 10, tzinfo=UTC))  # fmt: skip
        calendar = self.parsed(client, f"{event.get_absolute_url()}event.ics")
        (zone,) = calendar.timezones
        assert zone["TZID"] == "Europe/Berlin"
        rules = zone.to_tz(lookup_tzid=False)
        entry = calendar.events[0]
        for moment, hour in ((entry["DTSTART"].dt, 11), (entry["DTEND"].dt, 10)):
            assert moment.hour == 12
            own = moment.replace(tzinfo=None).replace(tzinfo=rules)
            assert own.astimezone(UTC).hour == hour

    def test_holds_whole_days_as_dates(self, client):
        day = timezone.make_aware(datetime(2025, 6, 2))  # noqa: DTZ001
        event = make_event(starts_at=day, ends_at=day + timedelta(days=1))
        entry = self.parsed(client, f"{event.get_absolute_url()}event.ics").events[0]
        assert (entry.start.isoformat(), entry.end.isoformat()) == ("2025-06-02", "2025-06-03")

    def test_of_the_programme_holds_every_session(self, client):
        venue = make_venue(name="Beispielhof")
        items = [
            make_item(venue, room="Bühne"),
            make_item(venue, title="Reden; essen, trinken\nund mehr"),
        ]
        calendar = self.parsed(client, f"{venue.event.get_absolute_url()}programme.ics")
        entries = calendar.events
        assert {e["UID"] for e in entries} == {f"programme-{i.pk}@localhost" for i in items}
        assert {str(e["SUMMARY"]) for e in entries} == {i.title for i in items}
        assert {str(e["LOCATION"]) for e in entries} == {"Bühne, Beispielhof", "Beispielhof"}

    def test_does_not_show_drafts(self, client):
        event = make_event(status="draft")
        for name in ("event.ics", "programme.ics"):
            assert client.get(f"{event.get_absolute_url()}{name}").status_code == 404


class TestTimes:
    @pytest.mark.parametrize(
        ("start", "end", "german"),
        [
            (
                (2027, 4, 24, 11, 0),
                (2027, 4, 24, 18, 30),
                "Samstag, 24. April 2027, 11:00–18:30 Uhr",
            ),
            (
                (2027, 4, 24, 11, 0),
                (2027, 4, 25, 17, 0),
                "Sa, 24. April, 11:00 Uhr bis So, 25. April 2027, 17:00 Uhr",
            ),
            ((2025, 6, 2, 0, 0), (2025, 6, 3, 0, 0), "Montag, 2. Juni 2025"),
            (
                (2026, 12, 31, 0, 0),
                (2027, 1, 2, 0, 0),
                "Do, 31. Dezember 2026 bis Fr, 1. Januar 2027",
            ),
        ],
    )
    def test_when_is_written_in_words(self, start, end, german):
        from events import times

        moments = [timezone.make_aware(datetime(*parts)) for parts in (start, end)]  # noqa: DTZ001
        assert times.when(*moments) == german


def test_upcoming_and_past_share_no_event():
    now = timezone.now()
    moments = [now - timedelta(hours=1), now, now + timedelta(hours=1)]
    for start, end in pairwise([now - timedelta(days=9), *moments]):
        make_event(starts_at=start, ends_at=end)
    upcoming, past = Event.objects.upcoming(now), Event.objects.past(now)
    assert set(upcoming) | set(past) == set(Event.objects.all())
    assert not set(upcoming) & set(past)


class TestSpeed:
    def test_counts_no_places_without_a_limit(self, client):
        event = make_event(capacity=None)
        make_venue(event, area=make_area(), latitude=52.63, longitude=13.5)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(event.get_absolute_url())
        tables = " ".join(query["sql"] for query in queries)
        assert 'class="event-map"' in page.text
        assert 'FROM "events_registration"' not in tables


class TestDays:
    """Where an hour alone does not say when, the day stands with it."""

    @pytest.mark.parametrize(
        ("ends_at", "several"),
        [
            (datetime(2030, 4, 28, 15, tzinfo=UTC), True),
            (datetime(2030, 4, 27, 22, tzinfo=UTC), False),  # midnight in Berlin
            (datetime(2030, 4, 27, 15, tzinfo=UTC), False),
        ],
    )
    def test_stand_above_the_sessions_of_an_event_of_several(self, client, ends_at, several):
        event = make_event(starts_at=datetime(2030, 4, 27, 8, tzinfo=UTC), ends_at=ends_at)
        venue = make_venue(event)
        make_item(venue, title="Anfang")
        if several:
            start = datetime(2030, 4, 28, 9, tzinfo=UTC)
            make_item(venue, title="Schluss", starts_at=start, ends_at=start + timedelta(hours=1))
        text = client.get(f"/de/events/{event.slug}/").text
        assert event.lasts_several_days is several
        assert ('<h3 class="mb-3">Samstag, 27.\xa0April 2030</h3>' in text) is several
        if several:
            sunday = text.index('<h3 class="mb-3">Sonntag, 28.\xa0April 2030</h3>')
            assert text.index("Anfang") < sunday < text.index("Schluss")

    def test_are_said_to_whoever_applies_for_a_stall(self, client):
        organisation = make_organisation()
        client.force_login(make_member(organisation))
        words = "Ihr Stand steht an allen"
        start = in_days(30).replace(hour=9)
        for hours in (4, 28):
            event = make_event(
                starts_at=start, ends_at=start + timedelta(hours=hours), stalls_until=in_days(10)
            )
            page = client.get(f"/de/events/{event.slug}/stall/apply/").text
            assert (words in page) is (hours == 28)
