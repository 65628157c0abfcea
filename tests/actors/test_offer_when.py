"""The filter "when": usual days as the database keeps them, and what is open at a moment."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import translation

from actors import tasks
from actors.filters import OfferFilter
from actors.models import (
    Offer,
    OfferException,
    OfferSearch,
    OfferTime,
    OfferTrait,
    OfferTranslation,
    Organisation,
    Week,
    When,
    offer_when,
)
from actors.moments import understood
from ssoe_portal.common.hours import BERLIN
from tests.world import make_area, make_category, make_language, make_offer, make_organisation

pytestmark = pytest.mark.django_db
LIST = "/de/offers/"
DAY = timedelta(days=1)
#: A Tuesday without anything particular, and the Day of German Unity, a Saturday.
TUESDAY, UNITY_DAY = date(2026, 11, 24), date(2026, 10, 3)


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), BERLIN)


def offering(title: str, *times: OfferTime, exceptions=(), **fields) -> Offer:
    offer = make_offer(title=title, **fields)
    offer.set_hours(times, exceptions)
    return offer


def weekly(weekday: int, opens: str, closes: str, **fields) -> OfferTime:
    return OfferTime(
        weekday=weekday, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes),
        **{"rhythm": "weekly", **fields},
    )  # fmt: skip


def different(day: date, opens: str = "", closes: str = "", *, days: int = 1) -> OfferException:
    return OfferException(
        first_day=day, last_day=day + (days - 1) * DAY,
        opens=time.fromisoformat(opens) if opens else None,
        closes=time.fromisoformat(closes) if closes else None,
    )  # fmt: skip


def narrowed(moment: datetime | None = None, **query: str) -> OfferFilter:
    data = QueryDict(mutable=True)
    data.update(query)
    return OfferFilter(data, moment)


def found(when: str, moment: datetime | None = None, **query: str) -> set[str]:
    shown = narrowed(moment, when=when, **query)
    titles = {offer.title for offer in shown.hits[:100]}
    assert len(titles) == shown.tally.total
    # The number beside the choice says the same.
    numbers = {option.value: option.count for option in shown.choices["when"]}
    assert numbers.get(when, 0) == len(titles)
    return titles


def bits() -> Week:
    return Week(OfferSearch.objects.get().week)


class TestUsualDays:
    def test_are_written_when_times_change_by_whomever(self):
        offer = offering("Tee", weekly(0, "10:00", "12:00"), weekly(5, "17:00", "19:30"))
        assert bits() == Week.MONDAY | Week.SATURDAY | Week.EVENING
        OfferTime.objects.filter(weekday=5).update(weekday=6, closes=time(18))
        assert bits() == Week.MONDAY | Week.SUNDAY
        offer.times.filter(weekday=0).delete()
        assert bits() == Week.SUNDAY
        offer.set_hours([])
        assert bits() == Week(0)

    @pytest.mark.parametrize(
        ("opens", "closes", "is_evening"),
        [
            ("16:00", "18:00", False),
            ("16:00", "18:30", True),
            ("19:00", "21:00", True),
            ("20:00", "00:00", True),
            ("00:00", "06:00", False),
        ],
    )
    def test_evening_is_what_goes_on_after_six(self, opens, closes, is_evening):
        offering("Tee", weekly(1, opens, closes))
        assert (Week.EVENING in bits()) == is_evening

    def test_find_offers_by_day_weekend_and_evening(self):
        offering("Montag", weekly(0, "10:00", "12:00"))
        offering("Samstagabend", weekly(5, "19:00", "22:00", rhythm="first"))
        offering("Sonntag", weekly(6, "10:00", "12:00"))
        make_offer(title="Ohne Zeiten", schedule="Montags ab 19 Uhr")
        assert found("monday") == {"Montag"}
        assert found("saturday") == found("evening") == {"Samstagabend"}
        assert found("weekend") == {"Samstagabend", "Sonntag"}

    def test_end_with_their_series(self):
        last = date(2099, 1, 5)
        offering(
            "Reihe", weekly(0, "10:00", "12:00", valid_until=last), weekly(2, "09:00", "11:00")
        )
        assert found("monday") == {"Reihe"}
        assert OfferSearch.objects.get().week_until == last
        # As if a day went by and nobody changed anything.
        last = date(2020, 1, 6)
        OfferTime.objects.filter(weekday=0).update(valid_until=last)
        OfferSearch.objects.update(week=Week.MONDAY | Week.WEDNESDAY, week_until=last)
        assert offer_when.refresh(last) == 0
        assert offer_when.refresh(last + DAY) == 1
        row = OfferSearch.objects.get()
        assert (Week(row.week), row.week_until) == (Week.WEDNESDAY, None)
        assert offer_when.refresh(last + DAY) == 0

    def test_are_looked_at_each_night(self, monkeypatch):
        looked = []
        monkeypatch.setattr(offer_when, "refresh", looked.append)
        monkeypatch.setattr(tasks.timezone, "localdate", lambda: TUESDAY)
        tasks.end_series(0)
        assert looked == [TUESDAY]


class TestOpenNow:
    def test_is_right_to_the_minute(self):
        offering("Tee", weekly(1, "16:00", "18:00"))
        make_offer(title="Ohne Zeiten")
        for clock, is_open in {
            "15:59": False, "16:00": True, "17:59": True, "18:00": False,
        }.items():  # fmt: skip
            moment = at(TUESDAY, clock)
            assert (narrowed(moment, when="now").tally.total == 1) == is_open, clock
            assert (narrowed(moment, when="today").tally.total == 1) == (clock < "18:00"), clock
        assert found("now", at(TUESDAY, "16:30")) == {"Tee"}
        assert found("today", at(TUESDAY, "09:00")) == {"Tee"}
        assert narrowed(at(TUESDAY + DAY, "16:30"), when="now").tally.total == 0

    def test_minds_exceptions(self):
        usual = weekly(1, "16:00", "18:00")
        offering("Wie immer", weekly(1, "16:00", "18:00"))
        offering("Geschlossen", usual, exceptions=[different(TUESDAY - DAY, days=9)])
        offering("Früher", usual, exceptions=[different(TUESDAY, "10:00", "12:00")])
        offering(
            "Ferienzeiten", usual, exceptions=[different(TUESDAY - DAY, "11:00", "13:00", days=9)]
        )
        offering("Mittwochs", weekly(2, "16:00", "18:00"),
                 exceptions=[different(TUESDAY, "11:00", "17:00")])  # fmt: skip
        offering("Einmal", exceptions=[different(TUESDAY, "16:00", "00:00")])
        assert found("now", at(TUESDAY, "11:30")) == {"Früher", "Ferienzeiten", "Mittwochs"}
        assert found("now", at(TUESDAY, "16:30")) == {"Wie immer", "Mittwochs", "Einmal"}
        assert found("today", at(TUESDAY, "12:30")) == {
            "Wie immer", "Ferienzeiten", "Mittwochs", "Einmal",
        }  # fmt: skip

    def test_minds_holidays(self):
        usual = weekly(5, "10:00", "12:00")
        offering("Zu", usual)
        offering("Auf", usual, closed_on_holidays=False)
        offering("Besonders", usual, exceptions=[different(UNITY_DAY, "10:00", "11:00")])
        assert found("now", at(UNITY_DAY, "10:30")) == {"Auf", "Besonders"}
        assert found("now", at(UNITY_DAY + 7 * DAY, "10:30")) == {"Zu", "Auf", "Besonders"}

    def test_says_the_same_as_the_offer_itself(self):
        offers = [
            offering("A", weekly(1, "08:00", "00:00", rhythm="last"), weekly(3, "00:00", "09:00")),
            offering("B", weekly(1, "16:00", "18:00", rhythm="fortnightly", valid_from=TUESDAY)),
            offering("C", weekly(1, "09:00", "10:00"), exceptions=[different(TUESDAY + 2 * DAY,
                     "12:00", "13:00")]),
        ]  # fmt: skip
        # Of every moment: tests/common/test_hours.py.
        for moment in (
            at(TUESDAY, "08:30"),
            at(TUESDAY, "17:00"),
            at(TUESDAY + 2 * DAY, "12:30"),
        ):
            open_now = {offer.title for offer in offers if offer.hours.is_open_at(moment)}
            later = {
                offer.title
                for offer in offers
                if any(row.end > moment for row in offer.hours.on(moment.date()))
            }
            assert found("now", moment) == open_now != set()
            assert found("today", moment) == later


class TestNumbers:
    def test_agree_with_the_list_under_every_other_filter(self):
        moment = at(TUESDAY, "17:00")
        organisation, category = make_organisation(), make_category("food-and-cooking")
        for number in range(12):
            offering(
                f"Tee {number}" if number % 2 else f"Saft {number}",
                *[weekly((number + n) % 7, "16:00", "19:00") for n in range(number % 4)],
                organisation=organisation,
                cost=("free", "price")[number % 2],
                category=category if number % 3 else None,
                exceptions=[different(TUESDAY)] if number == 5 else (),
            )
        for query in ({}, {"q": "Tee"}, {"cost": "free"}, {"category": category.key, "q": "Saft"}):
            shown = narrowed(moment, **query)
            assert shown.choices["when"]
            for option in shown.choices["when"]:
                assert len(found(option.value, moment, **query)) == option.count
            both = narrowed(moment, when="evening", **query)
            for option in both.choices["cost"]:
                chosen = narrowed(moment, **{**query, "when": "evening", "cost": option.value})
                assert chosen.tally.total == option.count

    def test_say_what_to_leave_out(self, client):
        offering("Tee", weekly(0, "10:00", "12:00"), cost="price")
        page = client.get(LIST, {"when": "sunday", "cost": "price"}).text
        assert "ohne „Sonntags“: 1 Treffer" in page
        assert "Das passt beinahe" in page

    def test_say_at_once_how_many_hits_none_of_them_finds(self, client):
        offering("Tee", weekly(0, "10:00", "12:00"))
        note = '<div class="form-text" id="when-note">{}</div>'
        assert note.format("") in client.get(LIST).text
        make_offer(title="Saft", schedule="nach Absprache", cost="price")
        told = "1 Angebot ohne feste Wochenzeiten fehlt bei jeder Auswahl."
        assert note.format(told) in client.get(LIST).text
        # Who has chosen is told above the hits, too; htmx brings both.
        chosen = client.get(LIST, {"when": "monday"})
        assert chosen.text.count(told) == 2
        partial = client.get(LIST, {"when": "monday"}, headers={"HX-Request": "true"}).text
        assert f'<div id="when-note" hx-swap-oob="innerHTML">{told}</div>' in partial
        # Of the hits only: what other filters leave out is not missing here.
        assert told not in client.get(LIST, {"when": "monday", "cost": "free"}).text
        make_offer(title="Kuchen", schedule="nach Absprache")
        assert "2 Angebote ohne feste Wochenzeiten fehlen" in client.get(LIST).text

    def test_come_in_as_many_queries_as_without(self, client, django_assert_num_queries):
        for number in (1, 3):
            while Offer.objects.count() < number:
                offering("Tee", weekly(0, "10:00", "12:00"))
            for when in ("monday", "evening"):
                with django_assert_num_queries(5):
                    client.get(LIST, {"when": when})

    def test_an_unknown_time_is_told_at_the_field_and_the_list_stays(self, client):
        make_offer(title="Tee")
        page = client.get(LIST, {"when": "immer"}).text
        assert 'id="when-error"><p class="invalid-feedback">' in page
        assert "Tee</a>" in page


class TestWords:
    @pytest.fixture
    def offers(self):
        OfferTrait.objects.load()
        offering("Frühstück", weekly(5, "09:00", "11:00"), cost="price")
        offering("Chor", weekly(2, "19:00", "21:00"), cost="free")

    @pytest.mark.parametrize(
        ("typed", "wanted"),
        [
            ("am Samstag", ["Frühstück"]),
            ("sonnabends", ["Frühstück"]),
            ("am Wochenende", ["Frühstück"]),
            ("on Saturday", ["Frühstück"]),
            ("в субботу", ["Frühstück"]),
            ("السبت", ["Frühstück"]),
            ("abends", ["Chor"]),
            ("Mittwoch Abend", ["Chor"]),
            ("kostenlos", ["Chor"]),
            ("le soir", ["Chor"]),
        ],
    )
    def test_name_days_and_evenings(self, offers, typed, wanted):
        assert [offer.title for offer in narrowed(q=typed).hits[:9]] == wanted

    @pytest.mark.parametrize(
        ("typed", "clear"),
        [
            ("jetzt offen", "when=now"),
            ("Deutschkurs jetzt  geöffnet", "q=Deutschkurs&when=now"),
            ("tea Open Now please", "q=tea+please&when=now"),
            ("heute noch Beratung", "q=Beratung&when=today"),
            ("دورة اليوم", "q=%D8%AF%D9%88%D8%B1%D8%A9&when=today"),
            ("heutige Themen", "q=heutige+Themen"),
            ('"jetzt offen"', "q=%22jetzt+offen%22"),
        ],
    )
    def test_that_mean_a_moment_become_the_filter(self, typed, clear):
        query = QueryDict(mutable=True)
        query["q"] = typed
        assert understood(query).urlencode() == clear

    def test_do_not_change_what_somebody_has_chosen(self):
        query = QueryDict("q=heute&when=monday")
        assert understood(query) == query

    def test_are_left_alone_where_there_are_too_many(self, client):
        typed = f"jetzt offen {'Tee ' * 60}".strip()
        page = client.get(LIST, {"q": typed})
        assert page.status_code == 200
        assert typed in page.text and 'id="q-error"><p class="invalid-feedback">' in page.text

    def test_lead_to_an_address_that_says_so(self, client):
        answer = client.get(LIST, {"q": "Chor jetzt offen"})
        assert answer.url == "/de/offers/?q=Chor&when=now"
        answer = client.get(LIST, {"q": "jetzt offen"}, headers={"HX-Request": "true"})
        assert answer["HX-Push-Url"] == "/de/offers/?when=now"

    def test_traits_are_those_that_rows_have(self):
        """Each trait people may name is written into the words of an offer that has it."""
        days = [weekly(day, "10:00", "19:00") for day in range(7)]
        offering("Alles", *days, is_women_only=True, has_childcare=True, is_step_free=True,
                 is_online=True)  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SELECT tsvector_to_array(vector) FROM actors_offersearch")
            words = cursor.fetchone()[0]
        assert {f"=trait={term.key}" for term in OfferTrait.in_file()} <= set(words)


class TestWhatTheHouseHas:
    def test_counts_for_offers_that_take_place_there(self):
        buch, karow = make_area("buch"), make_area("karow")
        house = make_organisation(area=buch, has_lift=True, has_quiet_room=True)
        make_offer(house, title="Im Haus", area=buch)
        make_offer(house, title="Anderswo", area=karow)
        make_offer(house, title="Eigene Adresse", area=buch, street="Weg 1")
        make_offer(make_organisation(area=buch), title="Ohne Aufzug", area=buch)
        for name in ("lift", "quiet_room"):
            shown = narrowed(**{name: "1"})
            assert [offer.title for offer in shown.hits[:9]] == ["Im Haus"]
            assert {option.value: option.count for option in shown.further_switches}[name] == 1
            assert shown.further_is_on
        Organisation.objects.filter(pk=house.pk).update(has_lift=False, has_induction_loop=True)
        assert narrowed(lift="1").tally.total == 0
        assert narrowed(induction_loop="1").tally.total == 1
        Organisation.objects.filter(pk=house.pk).update(area=karow)
        assert [offer.title for offer in narrowed(quiet_room="1").hits[:9]] == ["Anderswo"]

    def test_papers_that_nobody_asks_for(self):
        make_offer(title="Ohne Fragen", residence_status="not-asked")
        make_offer(title="Unklar")
        assert [offer.title for offer in narrowed(status_not_asked="1").hits[:9]] == ["Ohne Fragen"]


class TestRow:
    def test_goes_with_an_offer_that_has_everything(self):
        offer = offering("Tee", weekly(0, "10:00", "12:00"), exceptions=[different(TUESDAY)])
        offer.languages.add(make_language("ar"))
        OfferTranslation.objects.create(
            original=offer, language="en", title="Tea", summary="-", base_revision=1
        )
        offer.delete()
        assert not OfferSearch.objects.exists()


def test_the_choices_are_bits_of_the_week():
    stored = int(Week.EVENING) * 2 - 1
    assert {when for when in When if not when.bit & stored} == {When.NOW, When.TODAY}
    assert When.MONDAY.bit == 1 << 0
    assert When.SUNDAY.bit == 1 << 6
    with translation.override("en"):
        assert str(When.EVENING.label) == "In the evening, after 18:00"
