"""The calendar for other programs: files to subscribe to, a feed, a frame on another site."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
import vobject
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from events import calendar_feed, calling_off
from events import calendar_lines as lines
from events.models import Event, EventTranslation, MyProgramme
from tests.events.world import in_days, make_event, make_item, make_venue
from tests.world import make_area

pytestmark = pytest.mark.django_db
FILE = "/de/events/calendar.ics"
ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client, path: str = FILE, **query: str) -> dict:
    """Read a file as two programs do that did not write it; return its entries by UID."""
    answer = client.get(path, query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    assert b"\n" not in answer.content.replace(b"\r\n", b"")
    found = {str(entry["UID"]): entry for entry in Calendar.from_ical(answer.content).events}
    other = vobject.readOne(answer.content.decode())
    other.validate(raiseException=True)
    seen = {entry.uid.value: entry for entry in other.contents.get("vevent", [])}
    assert set(seen) == set(found)
    for uid, entry in seen.items():
        assert entry.summary.value == str(found[uid]["SUMMARY"])
        begins, same = entry.dtstart.value, found[uid].start
        assert (
            begins == same
            if not isinstance(begins, datetime)
            else begins.astimezone(UTC) == same.astimezone(UTC)
        )
    return found


def by_own_rules(content: bytes) -> list[tuple[datetime, datetime]]:
    """Return when the entries of a file begin and end, in UTC and in order, as two programs read it
    that know nothing of Berlin but the time zone inside the file."""
    calendar = Calendar.from_ical(content)
    rules = calendar.timezones[0].to_tz(lookup_tzid=False)

    def utc(value) -> datetime:
        moment = value.dt
        if "TZID" in value.params:
            moment = moment.replace(tzinfo=None).replace(tzinfo=rules)
        return moment.astimezone(UTC)

    found = sorted((utc(entry["DTSTART"]), utc(entry["DTEND"])) for entry in calendar.events)
    other = vobject.readOne(content.decode())
    other.validate(raiseException=True)
    assert found == sorted(
        (entry.dtstart.value.astimezone(UTC), entry.dtend.value.astimezone(UTC))
        for entry in other.vevent_list
    )
    return found


def uid(event: Event) -> str:
    return f"event-{event.pk}@localhost"


class TestFile:
    def test_holds_what_the_list_shows_and_what_was_lately(self, client):
        to_come, lately = make_event(), make_event(starts_at=in_days(-9), ends_at=in_days(-8))
        long_ago = make_event(starts_at=in_days(-90), ends_at=in_days(-89))
        make_event(status="draft")
        assert set(entries(client)) == {uid(to_come), uid(lately)}
        assert set(entries(client, when="past")) == {uid(lately), uid(long_ago)}
        assert set(entries(client, when="upcoming")) == {uid(to_come)}

    def test_is_narrowed_by_the_list_s_filters_and_named_after_them(self, client):
        wanted = make_event(is_step_free=True, title="Suppenfest")
        make_venue(wanted, area=make_area("buch"))
        make_venue(make_event(), area=make_area("karow"))
        query = {"area": "buch", "step_free": "1", "view": "month", "page": "3"}
        assert set(entries(client, **query)) == {uid(wanted)}
        name = Calendar.from_ical(client.get(FILE, query).content)["X-WR-CALNAME"]
        assert str(name) == "Veranstaltungen: Buch, Stufenlos · SSÖ-Portal Berlin-Pankow"
        assert set(entries(client, q="Suppenfest")) == {uid(wanted)}

    def test_keeps_an_entry_s_uid_and_raises_its_sequence(self, client):
        event = make_event()
        before = entries(client)[uid(event)]
        Event.objects.filter(pk=event.pk).update(starts_at=event.starts_at + timedelta(hours=1))
        after = entries(client)[uid(event)]
        assert after["SEQUENCE"] == before["SEQUENCE"] + 1
        assert after.start == before.start + timedelta(hours=1)

    @pytest.mark.parametrize("what", ["title", "venue", "english"])
    def test_never_holds_what_was_kept_before_a_change(self, client, what):
        event = make_event(title="Alt")
        venue = make_venue(event, name="Alt")
        english = EventTranslation.objects.create(
            original=event, language="en", title="Old", summary="Old."
        )
        path = "/en/events/calendar.ics" if what == "english" else FILE
        assert "Neu" not in client.get(path).text
        if what == "title":
            Event.objects.filter(pk=event.pk).update(title="Neu")
        elif what == "venue":
            venue.name = "Neu"
            venue.save()
        else:
            english.title = "Neu"
            english.save()
        assert "Neu" in client.get(path).text

    def test_writes_an_entry_once(self, client):
        for _ in range(3):
            make_venue(make_event())
        client.get(FILE)
        with CaptureQueriesContext(connection) as queries:
            client.get(FILE)
        asked = " ".join(query["sql"] for query in queries)
        assert '"events_venue"."street"' not in asked
        assert len(queries) <= 3

    def test_strikes_out_what_was_called_off(self, client):
        event = make_event()
        before = entries(client)[uid(event)]
        calling_off.call_off(event, "Leider nicht.")
        after = entries(client)[uid(event)]
        assert after["STATUS"] == "CANCELLED"
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert client.get(event.get_absolute_url()).status_code == 410

    def test_leaves_out_what_is_only_put_away_and_what_was_never_public(self, client):
        over = make_event(starts_at=in_days(-9), ends_at=in_days(-8))
        over.archive()
        make_event(status="archived")
        called_off_long_ago = make_event()
        called_off_long_ago.archive()
        Event.objects.filter(pk=called_off_long_ago.pk).update(
            starts_at=in_days(-90), ends_at=in_days(-89)
        )
        assert entries(client) == {}

    def test_is_not_sent_again_while_nothing_has_changed(self, client):
        event = make_event()
        first = client.get(FILE)
        assert first["Last-Modified"]
        again = client.get(FILE, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        since = client.get(FILE, headers={"If-Modified-Since": first["Last-Modified"]})
        assert since.status_code == 304
        assert client.get(FILE, {"q": "x"}, headers={"If-None-Match": first["ETag"]}).content
        Event.objects.filter(pk=event.pk).update(title="Neu")
        assert client.get(FILE, headers={"If-None-Match": first["ETag"]}).status_code == 200

    def test_survives_what_people_look_for(self, client):
        assert entries(client, q="END:VCALENDAR") == {}

    def test_survives_what_people_write(self, client):
        title = "Reden; essen, trinken\\ und „mehr“ – 漢字 🎉" * 2
        event = make_event(title=title[:140], summary="Erst dies,\ndann das;\x07 Ende\\n")
        entry = entries(client)[uid(event)]
        assert str(entry["SUMMARY"]) == title[:140]
        assert str(entry["DESCRIPTION"]).startswith("Erst dies,\ndann das; Ende\\n\n")

    def test_lacks_nothing_that_another_thread_forgets_meanwhile(self, client, monkeypatch):
        class Forgotten(dict):
            """What is looked at, and gone before it is looked at again."""

            def get(self, *args):
                found = super().get(*args)
                self.clear()
                return found

        made = [make_event() for _ in range(3)]
        monkeypatch.setattr(calendar_feed, "_entries", Forgotten())
        for _ in range(2):
            assert set(entries(client)) == {uid(event) for event in made}

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(("language", "queries"), [("de", 4), ("en", 4)])
    def test_takes_so_many_queries_when_all_is_new(
        self, client, django_assert_max_num_queries, rows, language, queries
    ):
        for _ in range(rows):
            make_venue(make_event())
        with django_assert_max_num_queries(queries):
            client.get(f"/{language}/events/calendar.ics")


class TestClocks:
    """Berlin's clocks go on on 29 March 2026 at 1:00 UTC and back on 25 October 2026 at 1:00."""

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ((2026, 3, 29, 0, 30), (2026, 3, 29, 1, 30)),
            ((2026, 3, 29, 0, 59), (2026, 3, 29, 1, 0)),
            ((2026, 10, 24, 22, 0), (2026, 10, 25, 0, 30)),
            ((2026, 10, 25, 0, 30), (2026, 10, 25, 1, 30)),
            ((2026, 10, 25, 1, 15), (2026, 10, 25, 3, 0)),
            ((2041, 7, 1, 10, 0), (2041, 12, 1, 10, 0)),
        ],
    )
    @pytest.mark.parametrize("kind", ["calendar", "event", "programme", "mine"])
    def test_are_right_by_the_file_s_own_rules(self, client, start, end, kind):
        begins, ends = datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC)
        event = make_event(starts_at=begins, ends_at=ends)
        item = make_item(make_venue(event), starts_at=begins, ends_at=ends)
        mine = MyProgramme.objects.create(event=event)
        mine.items.add(item)
        path = {
            "calendar": FILE,
            "event": f"{event.get_absolute_url()}event.ics",
            "programme": f"{event.get_absolute_url()}programme.ics",
            "mine": reverse("events:my-calendar", args=[mine.key]),
        }[kind]
        query = {"when": "past"} if ends < in_days(0) and kind == "calendar" else {}
        assert by_own_rules(client.get(path, query).content) == [(begins, ends)]

    def test_are_right_in_a_programme_that_goes_over_both_changes(self, client):
        days = [datetime(2026, 3, 28, 9, tzinfo=UTC) + timedelta(days=number) for number in (0, 1)]
        days += [datetime(2026, 10, 24, 9, tzinfo=UTC) + timedelta(days=n) for n in (0, 1)]
        venue = make_venue(make_event(starts_at=days[0], ends_at=days[-1] + timedelta(hours=5)))
        hour = timedelta(hours=1)
        for day in days:
            make_item(venue, starts_at=day, ends_at=day + hour)
        content = client.get(f"{venue.event.get_absolute_url()}programme.ics").content
        assert by_own_rules(content) == [(day, day + hour) for day in days]
        clocks = [entry["DTSTART"].dt.hour for entry in Calendar.from_ical(content).events]
        assert sorted(clocks) == [10, 10, 11, 11]

    def test_hold_whole_days_as_dates(self, client):
        start = datetime(2026, 10, 24, 22, tzinfo=UTC)
        event = make_event(starts_at=start, ends_at=start + timedelta(hours=25))
        entry = entries(client, when="past")[uid(event)]
        assert (entry.start.isoformat(), entry.end.isoformat()) == ("2026-10-25", "2026-10-26")


class TestLines:
    @given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
    def test_come_back_as_they_were_written(self, value):
        line = lines.text("SUMMARY", value)
        assert all(len(part.encode()) <= 75 for part in line.split("\r\n"))
        unfolded = line.replace("\r\n ", "").removesuffix("\r\n")
        assert "\r" not in unfolded and "\n" not in unfolded
        back = re.sub(
            r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], unfolded.removeprefix("SUMMARY:")
        )
        gone = "".join(chr(n) for n in (*range(32), 127) if chr(n) not in "\n\t")
        assert back == value.translate(dict.fromkeys(map(ord, gone)))


class TestAtom:
    def test_has_what_changed_last_first(self, client):
        first, second = make_event(title="Eins & zwei"), make_event()
        make_event(status="draft")
        Event.objects.filter(pk=first.pk).update(modified_at=in_days(1))
        answer = client.get("/de/events/feed.atom")
        assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
        feed = ElementTree.fromstring(answer.content)
        found = feed.findall(f"{ATOM}entry")
        assert [entry.findtext(f"{ATOM}title") for entry in found] == ["Eins & zwei", second.title]
        ids = [entry.findtext(f"{ATOM}id") for entry in found]
        assert ids[0].endswith(f":event-{first.pk}")
        first.refresh_from_db()
        assert datetime.fromisoformat(
            found[0].findtext(f"{ATOM}updated")
        ) == first.modified_at.replace(microsecond=0)
        links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        assert links["self"].endswith("/de/events/feed.atom")
        assert "Uhr" in found[0].findtext(f"{ATOM}summary")

    def test_is_narrowed_like_the_list(self, client):
        wanted = make_event(cost="free")
        make_event(cost="price")
        feed = ElementTree.fromstring(client.get("/de/events/feed.atom?cost=free").content)
        titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
        assert titles == [wanted.title]
        assert "Kostenlos" in feed.findtext(f"{ATOM}title")

    @pytest.mark.parametrize("rows", [1, 3])
    def test_takes_so_many_queries(self, client, django_assert_max_num_queries, rows):
        for _ in range(rows):
            make_venue(make_event())
        client.get("/en/events/feed.atom")
        with django_assert_max_num_queries(8):
            client.get("/en/events/feed.atom")


class TestFrame:
    def test_alone_may_stand_on_other_people_s_pages(self, client):
        event = make_event(cost="free")
        make_event(cost="price")
        answer = client.get("/de/events/embed/", {"cost": "free"})
        assert "X-Frame-Options" not in answer
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors *" in policy
        assert "script-src 'self'" in policy
        assert not answer.cookies
        for link in re.findall(r"<a [^>]+>", answer.text):
            assert 'target="_blank"' in link and 'rel="noopener"' in link
        assert event.title in answer.text
        assert answer.text.count('class="embed__entry"') == 1
        for path in ("/de/events/", "/de/events/subscribe/", event.get_absolute_url()):
            other = client.get(path)
            assert other["X-Frame-Options"] == "DENY"
            assert "frame-ancestors 'none'" in other["Content-Security-Policy"]

    def test_comes_as_lines_to_copy_with_the_chosen_filters(self, client):
        make_event(cost="free")
        page = client.get("/de/events/subscribe/", {"cost": "free", "page": "2"}).text
        site = settings.PUBLIC_URL
        assert f'&lt;iframe src="{site}/de/events/embed/?cost=free"' in page
        webcal = site.replace("http", "webcal")
        assert f'href="{webcal}/de/events/calendar.ics?cost=free"' in page
        assert f"{site}/de/events/feed.atom?cost=free" in page
        assert "Kostenlos" in page

    def test_quotes_what_somebody_typed(self, client):
        page = client.get("/de/events/subscribe/", {"q": '"><script>x</script>'}).text
        assert "<script>x" not in page
