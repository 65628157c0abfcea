"""The calendar as a list and as a month, narrowed by what people ask for."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateformat import format as date_format

from actors.models import SpokenLanguage
from events.filters import BERLIN, EventFilter
from events.models import Event, EventSeries, EventTranslation, Venue, VenueStop
from events.months import MonthCalendar, days_of
from ssoe_portal.common.facets import missing
from tests.events.world import in_days, make_event, make_venue
from tests.world import make_area, make_organisation

pytestmark = pytest.mark.django_db
LIST = "/de/events/"
#: What is asked of pages is to come, whenever that is.
YEAR = timezone.localdate().year + 1


def shown(page) -> list[Event]:
    return list(page.context["page_obj"])


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


def lasting(start: datetime, hours: float = 2, **fields) -> Event:
    return make_event(starts_at=start, ends_at=start + timedelta(hours=hours), **fields)


def found(moment: datetime, **query: str) -> set[Event]:
    """What the list shows at a moment."""
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    data.update(query)
    hits = EventFilter(data, moment).hits
    return set(hits[: hits.total]) if hits.total else set()


def full_event(rows: int, **fields) -> Event:
    event = make_event(organisation=make_organisation(), cost="free", **fields)
    language = SpokenLanguage.objects.get_or_create(
        key="de", defaults={"labels": {"de": "Deutsch"}, "native": "Deutsch"}
    )[0]
    event.languages.add(language)
    for _ in range(rows):
        make_venue(event, area=make_area())
    return event


class TestList:
    def test_shows_the_next_one_first_and_past_ones_below(self, client):
        later = make_event(starts_at=in_days(20), ends_at=in_days(21))
        sooner = make_event(starts_at=in_days(10), ends_at=in_days(11))
        over = make_event(starts_at=in_days(-10), ends_at=in_days(-9))
        draft = make_event(status="draft")
        page = client.get(LIST)
        assert shown(page) == [sooner, later]
        assert page.context["filter"].what_was == [over]
        assert draft.title not in page.text

    def test_shows_past_ones_latest_first(self, client):
        older = make_event(starts_at=in_days(-20), ends_at=in_days(-19))
        newer = make_event(starts_at=in_days(-10), ends_at=in_days(-9))
        make_event()
        page = client.get(LIST, {"when": "past"})
        assert shown(page) == [newer, older]
        assert "Fand statt" in page.text

    def test_finds_by_words_what_is_to_come_before_what_was(self, client):
        over = make_event(title="Beispielmarkt", starts_at=in_days(-9), ends_at=in_days(-8))
        to_come = make_event(title="Fest mit Beispielmarkt am See")
        make_event()
        page = client.get(LIST, {"q": "Beispielmarkt"})
        assert shown(page) == [to_come, over]
        assert 'aria-current="true"' not in page.text.split("<main")[1].split("</main>")[0]

    @pytest.mark.parametrize(
        ("words", "facts"),
        [
            ("Kinderbetreuung", {"has_childcare": True}),
            ("gebärdensprache", {"has_sign_language": True}),
            ("stufenlos", {"is_step_free": True}),
            ("Fest online", {"attendance": "online", "title": "Beispielfest"}),
            ("accessible", {"is_step_free": True}),
            ("Leichte Sprache", {"has_easy_language": True}),
            ("Fest in leichter Sprache", {"has_easy_language": True, "title": "Beispielfest"}),
            ("step-free", {"is_step_free": True}),
            ("ohne Stufen", {"is_step_free": True}),
            ("sign language", {"has_sign_language": True}),
            ("Sign-Language concert", {"has_sign_language": True, "title": "Concert"}),
        ],
    )
    def test_finds_by_words_what_a_fact_says(self, client, words, facts):
        event = make_event(**facts)
        make_event()
        assert shown(client.get(LIST, {"q": words})) == [event]
        assert event.title in client.get("/de/search/", {"q": words}).text

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_has_the_very_title_before_what_is_like_it(self, client, language):
        """In English too, where the other one is translated and this one is not."""
        like = make_event(title="Sommerfest im Garten und Hofmarkt", starts_at=in_days(3))
        EventTranslation.objects.create(
            original=like, language="en", title="Sommerfest and Hofmarkt", base_revision=1
        )
        very = make_event(title="Hofmarkt und Sommerfest")
        make_event(title="Hofmarkt und Sommerfest am See", starts_at=in_days(4))
        page = client.get(LIST.replace("/de/", f"/{language}/"), {"q": "hofmarkt und Sommerfest "})
        assert shown(page)[0] == very
        assert len(shown(page)) == 3
        found = client.get(f"/{language}/search/", {"q": very.title})
        (events,) = [each for each in found.context["sections"] if each.key == "events"]
        assert events.hits[0] == very

    def test_finds_by_a_fact_of_several_words_nothing_that_has_one_of_them(self, client):
        """Neither a word alone, nor what stands beside them, is the fact."""
        make_event(title="Sprache und Klang")
        easy = make_event(has_easy_language=True)
        drum = make_event(title="Trommeln für alle", has_easy_language=True)
        assert shown(client.get(LIST, {"q": "Leichte Sprache"})) == [easy, drum]
        assert shown(client.get(LIST, {"q": "Trommeln leichte Sprache"})) == [drum]
        assert easy not in shown(client.get(LIST, {"q": "Sprache"}))

    @pytest.mark.parametrize("words", ["Popups", "Pop-up", "pop ups"])
    def test_finds_pop_ups_by_their_name(self, client, words):
        make_venue(make_event())
        moving = make_venue(make_event(), kind="pop-up").event
        assert shown(client.get(LIST, {"q": words})) == [moving]

    def test_leaves_out_what_is_excluded_though_a_fact_says_it(self, client):
        make_event(title="Gartenfest", attendance="online")
        assert shown(client.get(LIST, {"q": "online -Gartenfest"})) == []

    def test_is_narrowed_to_a_neighbourhood(self, client):
        pankow = make_area("pankow-district", kind="district", parent="")
        everywhere, here, there, online = (make_event() for _ in range(4))
        make_venue(everywhere, area=pankow)
        make_venue(here, area=make_area("buch"))
        make_venue(here, area=make_area("buch"))
        make_venue(there, area=make_area("karow"))
        page = client.get(LIST, {"area": "buch"})
        assert set(shown(page)) == {everywhere, here, online}
        assert '<span class="visually-hidden">Filter entfernen: </span>Buch' in page.text
        assert {o.value: o.count for o in page.context["filter"].places} == {
            pankow.key: 4, "buch": 3, "karow": 3,
        }  # fmt: skip
        for wrong in ("nowhere", "\0", "buch\0" * 30):
            page = client.get(LIST, {"area": wrong})
            assert len(shown(page)) == 4

    def test_keeps_its_filters_between_list_and_month(self, client):
        make_venue(make_event(), area=make_area("buch"))
        page = client.get(LIST, {"area": "buch"}).text
        assert 'href="?area=buch&amp;when=past"' in page
        assert 'href="?area=buch&amp;view=month"' in page
        page = client.get(LIST, {"area": "buch", "view": "month"}).text
        assert '<input type="hidden" name="view" value="month">' in page
        assert 'href="?area=buch"' in page

    def test_has_no_chip_for_what_its_tabs_say(self, client):
        make_event(starts_at=in_days(-2), ends_at=in_days(-1))
        for when, chips in (("past", []), ("upcoming", []), ("week", ["when"])):
            names = [each.name for each in client.get(LIST, {"when": when}).context["filter"].chips]
            assert names == chips

    @pytest.mark.parametrize(
        ("query", "fields"),
        [
            ({"step_free": "1"}, {"is_step_free": True}),
            ({"sign_language": "1"}, {"has_sign_language": True}),
            ({"easy_language": "1"}, {"has_easy_language": True}),
            ({"childcare": "1"}, {"has_childcare": True}),
            ({"cost": "free"}, {"cost": "free"}),
            ({"cost": "price"}, {"cost": "price"}),
            ({"attendance": "online"}, {"attendance": "both"}),
            ({"attendance": "online"}, {"attendance": "online"}),
        ],
    )
    def test_is_narrowed_by_each_fact_and_counts_it(self, client, query, fields):
        [(name, value)] = query.items()
        wanted = make_event(**fields)
        make_event()
        assert shown(client.get(LIST, query)) == [wanted]
        filters = client.get(LIST).context["filter"]
        counts = {switch.value: switch.count for switch in filters.switches}
        for options in filters.choices.values():
            counts |= {option.value: option.count for option in options}
        assert counts[name if name in counts else value] == 1

    def test_finds_what_is_on_site_also_where_one_may_stay_away(self, client):
        both, online = make_event(attendance="both"), make_event(attendance="online")
        on_site = make_event()
        assert set(shown(client.get(LIST, {"attendance": "on-site"}))) == {both, on_site}
        assert online in shown(client.get(LIST))

    def test_is_narrowed_by_language(self, client):
        arabic = SpokenLanguage.objects.create(key="ar", labels={"de": "Arabisch"}, native="x")
        wanted = make_event()
        wanted.languages.add(arabic)
        make_event()
        assert shown(client.get(LIST, {"language": "ar"})) == [wanted]

    def test_offers_a_next_step_when_there_is_none(self, client):
        assert "Zurzeit ist keine Veranstaltung geplant" in client.get(LIST).text

    def test_says_which_filter_stands_in_the_way(self, client):
        make_event(cost="price")
        over = lasting(in_days(-9), cost="free")
        page = client.get(LIST, {"cost": "free", "step_free": "1"})
        assert not shown(page)
        page = client.get(LIST, {"cost": "free"})
        assert "Lassen Sie einen Filter weg" in page.text
        assert over.title not in page.text

    @pytest.mark.parametrize("query", [{}, {"when": "past"}, {"q": "fest"}])
    def test_is_ordered_totally(self, client, query):
        full_event(1)
        filters = client.get(LIST, query).context["filter"]
        assert all(rows.totally_ordered for rows in filters.in_order(filters.everything()))

    def test_goes_on_over_pages(self, client):
        for _ in range(13):
            make_event()
        assert len(shown(client.get(LIST))) == 12
        assert len(shown(client.get(LIST, {"page": 2}))) == 1

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(("language", "queries"), [("de", 8), ("en", 12)])
    @pytest.mark.parametrize("view", ["", "?view=month"])
    def test_takes_so_many_queries(
        self, client, django_assert_max_num_queries, rows, language, queries, view
    ):
        for number in range(rows):
            full_event(1)
            full_event(1, starts_at=in_days(-20 - number), ends_at=in_days(-19 - number))
        client.get(f"/{language}/events/{view}")
        with django_assert_max_num_queries(queries):
            client.get(f"/{language}/events/{view}")


class TestWhen:
    """On Thursday 10 December 2026 at noon."""

    NOW = at(2026, 12, 10, 12)

    @pytest.fixture
    def days(self) -> dict[str, Event]:
        starts = {
            "this morning": at(2026, 12, 10, 8), "tonight": at(2026, 12, 10, 19),
            "friday": at(2026, 12, 11, 18), "saturday": at(2026, 12, 12, 10),
            "sunday": at(2026, 12, 13, 10), "monday": at(2026, 12, 14, 0),
            "next week": at(2026, 12, 18, 10), "january": at(2027, 1, 5, 10),
        }  # fmt: skip
        return {name: lasting(start) for name, start in starts.items()}

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ({"when": "today"}, "tonight"),
            ({"when": "tomorrow"}, "friday"),
            ({"when": "weekend"}, "saturday, sunday"),
            ({"when": "week"}, "tonight, friday, saturday, sunday, monday"),
            ({"when": "past"}, "this morning"),
            ({"month": "2027-01"}, "january"),
            ({"month": "2026-12", "when": "past"}, "this morning"),
            ({"day": "2026-12-12"}, "saturday"),
            ({"day": "2026-12-09"}, ""),
            ({"day": "2026-12-12", "when": "weekend"}, "saturday"),
        ],
    )
    def test_finds(self, days, query, wanted):
        assert found(self.NOW, **query) == {days[name] for name in wanted.split(", ") if name}

    def test_means_what_is_to_come_where_nobody_says(self, days):
        assert found(self.NOW) == set(days.values()) - {days["this morning"]}

    def test_means_what_was_of_a_month_that_is_over(self, days):
        assert found(at(2027, 1, 1, 9), month="2026-12") == set(days.values()) - {days["january"]}

    def test_counts_what_goes_on_over_the_end_of_a_month_in_both(self):
        from django.http import QueryDict

        lasting(at(2026, 12, 31, 20), 8)
        lasting(at(2026, 12, 31, 20), 4)  # till midnight
        lasting(at(2027, 1, 31, 20), 24 * 40)
        filters = MonthCalendar(QueryDict(), self.NOW)
        counts = {option.value: option.count for option in filters.choices["month"]}
        assert counts == {"2027-01": 2, "2027-02": 1, "2027-03": 1}
        assert filters.tally.total == 2  # this month
        for month, count in counts.items():
            assert len(found(self.NOW, month=month)) == count

    def test_weekend_on_a_sunday_is_what_is_left_of_it(self, days):
        assert found(at(2026, 12, 13, 9), when="weekend") == {days["sunday"]}

    def test_a_day_ends_an_hour_later_when_the_clocks_go_back(self):
        night = make_event(
            starts_at=datetime(2026, 10, 25, 22, 30, tzinfo=UTC),
            ends_at=datetime(2026, 10, 25, 22, 50, tzinfo=UTC),
        )
        assert found(at(2026, 10, 20, 9), day="2026-10-25") == {night}
        assert found(at(2026, 10, 20, 9), day="2026-10-26") == set()

    @pytest.mark.parametrize(
        "query",
        [
            {"month": "2026-13"}, {"month": "soon"}, {"month": "1899-01"}, {"month": "9999-12"},
            {"day": "2026-02-30"}, {"day": "0001-01-01"}, {"day": "9999-12-31"}, {"when": "never"},
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("view", ["", "month"])
    def test_wrong_answers_get_a_word(self, client, query, view):
        make_event()
        page = client.get(LIST, {**query, "view": view}, follow=True)
        assert page.status_code == 200
        if not (view and {"day", "when"} & set(query)):  # a month has no such fields
            assert 'class="invalid-feedback"' in page.text


class TestMonth:
    def test_shows_each_day_with_what_is_on(self, client):
        start = at(YEAR, 5, 7, 18)
        event = lasting(start, 30, title="Nachtmarkt")
        EventTranslation.objects.create(
            original=event, language="en", title="Night market", summary="A market."
        )
        page = client.get(f"/en/events/?view=month&month={YEAR}-05")
        days = {day.key: day for day in page.context["filter"].days}
        assert len(days) == 31
        assert [e.hour for e in days[f"{YEAR}-05-07"].entries] == ["18:00"]
        assert [e.hour for e in days[f"{YEAR}-05-08"].entries] == [""]
        assert not days[f"{YEAR}-05-09"].entries
        assert page.text.count("Night market") >= 2
        assert f'href="?view=month&amp;month={YEAR}-06"' in page.text
        assert f'href="?view=month&amp;month={YEAR}-04"' in page.text

    def test_begins_with_this_one_and_keeps_what_is_over(self, client):
        today = timezone.localdate()
        start = at(today.year, today.month, 1, 0)
        event = lasting(start, 0.1)
        page = client.get(LIST, {"view": "month"})
        assert shown(page) == [event]
        assert page.context["filter"].chosen == today.replace(day=1)
        assert 'aria-current="date"' in page.text

    def test_is_narrowed_and_counts_like_the_list(self, client):
        free = lasting(at(YEAR, 5, 7, 18), cost="free")
        lasting(at(YEAR, 5, 8, 18), cost="price")
        lasting(at(YEAR, 6, 8, 18), cost="free")
        page = client.get(LIST, {"view": "month", "month": f"{YEAR}-05", "cost": "free"})
        assert shown(page) == [free]
        counts = {o.value: o.count for o in page.context["filter"].choices["cost"]}
        assert (counts["free"], counts["price"]) == (1, 1)
        months = {o.value: o.count for o in page.context["filter"].choices["month"]}
        assert months == {f"{YEAR}-05": 1, f"{YEAR}-06": 1}

    def test_leads_from_a_full_day_to_all_of_it(self, client):
        for number in range(7):
            lasting(at(YEAR, 5, 7, 8 + number))
        page = client.get(LIST, {"view": "month", "month": f"{YEAR}-05"})
        assert "3 weitere" in page.text
        assert f'href="?day={YEAR}-05-07"' in page.text
        assert len(shown(client.get(LIST, {"day": f"{YEAR}-05-07"}))) == 7

    @pytest.mark.parametrize(
        ("month", "length"), [((2027, 2), 28), ((2028, 2), 29), ((2026, 10), 31), ((2026, 12), 31)]
    )
    def test_has_all_its_days(self, month, length):
        days = days_of(date(*month, 1), [], date(*month, 5))
        assert [day.date.day for day in days] == list(range(1, length + 1))
        assert [day.is_today for day in days].index(True) == 4

    def test_answers_htmx_with_the_results_alone(self, client):
        lasting(at(YEAR, 5, 7, 18))
        page = client.get(
            LIST, {"view": "month", "month": f"{YEAR}-05"}, headers={"HX-Request": "true"}
        )
        assert "<html" not in page.text
        assert f"Mai {YEAR}" in page.text


class TestColumns:
    """What the database itself writes about an event, whoever changes what it comes from."""

    def keys(self, event: Event) -> tuple[str, str]:
        return Event.objects.values_list("place_keys", "spoken_keys").get(pk=event.pk)

    def test_follow_venues_stops_and_languages(self):
        buch, karow = make_area("buch"), make_area("karow")
        arabic = SpokenLanguage.objects.create(key="ar", labels={"de": "Arabisch"}, native="x")
        event, other = make_event(), make_event()
        venue = make_venue(event, area=karow)
        event.languages.add(arabic)
        assert self.keys(event) == (f",{karow.pk},", f",{arabic.pk},")
        stop = VenueStop.objects.create(
            venue=venue, area=buch, name="Platz", starts_at=in_days(30), ends_at=in_days(30.1)
        )
        assert self.keys(event)[0] == f",{min(buch.pk, karow.pk)},{max(buch.pk, karow.pk)},"
        stop.delete()
        Venue.objects.filter(pk=venue.pk).update(event=other, area=buch)
        assert (self.keys(event)[0], self.keys(other)[0]) == ("", f",{buch.pk},")
        event.languages.clear()
        assert self.keys(event) == ("", "")

    def test_stay_right_when_somebody_saves_what_was(self):
        event = make_event()
        before = Event.objects.get(pk=event.pk)
        venue = make_venue(event, area=make_area("buch"))
        sequence = Event.objects.get(pk=event.pk).sequence
        before.save()
        assert self.keys(event)[0] == f",{venue.area_id},"
        assert Event.objects.get(pk=event.pk).sequence == sequence > before.sequence

    def test_let_an_event_go(self):
        event = make_event()
        make_venue(event, area=make_area("buch"))
        event.languages.add(
            SpokenLanguage.objects.create(key="ar", labels={"de": "Arabisch"}, native="x")
        )
        event.delete()
        assert not Event.objects.filter(pk=event.pk).exists()

    @pytest.mark.parametrize("kind", [EventFilter, MonthCalendar])
    def test_that_lists_count_and_order_by_lie_in_an_index(self, kind):
        """Texts are wide: of thousands of events a list reads those of one page."""
        make_area("buch")
        filters = kind(QueryDict("area=buch&cost=free&step_free=1"))
        columns = {each.column for each in filters.filters.values() if each.column}
        counted = missing(filters.counted(filters.rows).order_by(), filters.conditions)
        [ordered] = filters.in_order(filters.queryset.filter(*filters.conditions.values()))
        index = next(each for each in Event._meta.indexes if each.name == "event_calendar")
        held = {Event._meta.get_field(n).column for n in (*index.fields, *index.include)}
        for rows in (counted.values("missed", *columns), ordered.values("pk")):
            read = set(re.findall(r'"events_event"\."(\w+)"', str(rows.query)))
            assert {"status", "starts_at", "place_keys"} <= read <= held


class TestSeries:
    NOW = TestWhen.NOW

    @pytest.fixture
    def dates(self) -> list[Event]:
        series = EventSeries.objects.create(rhythm="weekly", until=date(YEAR, 1, 31))
        return [lasting(self.NOW + timedelta(days=7 * n), series=series) for n in range(-1, 4)]

    def filters(self, **query: str) -> EventFilter:
        from django.http import QueryDict

        data = QueryDict(mutable=True)
        data.update(query)
        return EventFilter(data, self.NOW)

    def test_stand_once_in_the_list_and_say_that_there_are_more(self, dates):
        alone = lasting(self.NOW + timedelta(days=3))
        filters = self.filters()
        assert [event.pk for event in filters.hits[:9]] == [dates[1].pk, alone.pk]
        assert filters.hits[:9][0].later_dates == 3
        assert filters.tally.total == 2

    def test_show_every_date_where_somebody_says_when(self, dates):
        for query, found in (
            ({"when": "upcoming"}, dates[1:]),
            ({"when": "week"}, dates[1:2]),
            ({"day": f"{timezone.localdate(dates[2].starts_at)}"}, dates[2:3]),
            ({"when": "past"}, dates[:1]),
        ):
            assert [event.pk for event in self.filters(**query).hits[:9]] == [e.pk for e in found]
            if "when" in query:
                counts = {o.value: o.count for o in self.filters().tabs("when")}
                assert counts[query["when"]] == len(found)

    def test_month_that_is_now_is_named_where_one_may_choose(self, client, dates):
        choice = MonthCalendar(QueryDict("view=month"), self.NOW)
        label = choice.filters["month"].any_label
        assert label == date_format(self.NOW, "F Y")
        [(_heading, options)] = choice.filters["month"].groups(
            Counter({self.NOW.year * 12 + self.NOW.month - 1: 2}), ""
        )
        assert options == []

    def test_stand_once_where_words_find_them(self, client, dates):
        for each in dates:
            each.title = "Suppe am Kanal"
            each.save()
        over = EventSeries.objects.create(rhythm="weekly", until=date(YEAR, 1, 31))
        ended = [
            lasting(self.NOW - timedelta(days=7 * n), series=over, title="Suppe im Hof")
            for n in (2, 3)
        ]
        alone = lasting(self.NOW + timedelta(days=9), title="Suppe")
        found = self.filters(q="Suppe")
        assert {event.pk for event in found.hits[:9]} == {dates[1].pk, alone.pk, ended[0].pk}
        assert found.tally.total == 3

    def test_of_equal_fit_have_the_next_first_and_what_was_last_latest(self, dates):
        days = (12, 5, -5, -12)
        events = [lasting(self.NOW + timedelta(days=number), title="Flickabend") for number in days]
        found = [event.pk for event in self.filters(q="Flickabend").hits[:9]]
        assert found == [events[n].pk for n in (1, 0, 2, 3)]

    def test_say_how_many_the_list_has_without_the_words(self, dates):
        lasting(self.NOW - timedelta(days=20))
        found = self.filters(q="unfindbarkeit")
        assert [(active.name, number) for active, number in found.less_strict()] == [("q", 1)]

    def test_go_on_with_the_next_date_when_one_is_called_off(self, dates):
        dates[1].archive()
        assert [event.pk for event in self.filters().hits[:9]] == [dates[2].pk]

    def test_show_a_later_date_by_its_day_or_month_with_that_date(self, client, dates):
        series = EventSeries.objects.create(rhythm="monthly", until=date(YEAR, 12, 31))
        for number in (10, 45, 80):
            lasting(in_days(number), series=series, title=f"Beispielchor {number}")
        day = timezone.localdate(in_days(45))
        for query in (f"day={day}", f"month={day:%Y-%m}", f"view=month&month={day:%Y-%m}"):
            page = client.get(f"{LIST}?{query}").text
            assert "Beispielchor 45" in page
            assert "Beispielchor 80" not in page

    def test_are_found_by_what_only_a_later_date_is(self, dates):
        dates[3].is_step_free = True
        dates[3].save()
        found = self.filters(step_free="on")
        assert [event.pk for event in found.hits[:9]] == [dates[3].pk]
        [step_free] = [box for box in self.filters().switches if box.value == "step_free"]
        assert step_free.count == found.tally.total == 1

    def test_are_whole_in_calendars(self, client):
        series = EventSeries.objects.create(rhythm="weekly", until=date(YEAR, 1, 31))
        for number in (3, 10, 17):
            lasting(in_days(number), series=series)
        assert client.get("/de/events/calendar.ics").text.count("BEGIN:VEVENT") == 3
        assert "und 2 weitere Termine" in client.get(LIST).text
