"""Times of offers and organisations: written in rows, read on pages, taken into a calendar."""

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from icalendar import Calendar

from actors import ics
from actors.models import Offer, OfferException, OfferTime, OrganisationTime
from ssoe_portal.common.hours import BERLIN
from tests.sending import admin_data
from tests.world import (
    make_category,
    make_join_request,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

EMPTY = {"weekday": "", "opens": "", "closes": "", "rhythm": "weekly"}
TUESDAY = {"weekday": "1", "opens": "16:00", "closes": "18:00", "rhythm": "weekly"}
SAY_WHEN = "Ohne das kann niemand kommen"
TODAY = timezone.localdate()


def url(name: str, *args) -> str:
    return reverse(f"actors:{name}", args=args)


def rows(prefix: str, *given: dict, initial: int = 0) -> dict:
    """Return what a browser sends for rows."""
    sent = {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(given):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


def written(**changes) -> dict:
    return {
        "title": "Nähen",
        "category": str(make_category().pk),
        "summary": "Wir nähen.",
        "cost": "free",
        "appointment": "none",
        "residence_status": "not-asked",
        "where": "everywhere",
        "closed_on_holidays": "on",
        "go": "draft",
    } | changes


@pytest.fixture
def home(client):
    home = make_organisation("Beispiel Haus")
    client.force_login(make_member(home, email="owner@example.org"))
    return home


class TestRowsOfAnOffer:
    def test_are_there_without_a_script_some_of_them_empty(self, client, home):
        page = client.get(url("offer-create")).text
        for number in range(3):
            assert f'name="times-{number}-weekday"' in page
        assert 'name="exceptions-1-first_day"' in page

    def test_are_kept(self, client, home):
        client.post(
            url("offer-create"),
            written(
                **rows("times", TUESDAY, EMPTY, {**TUESDAY, "weekday": "3", "rhythm": "first"}),
                **rows("exceptions", {"first_day": "2099-01-05", "note": "Inventur"}),
            ),
        )
        offer = Offer.objects.get()
        kept = list(offer.times.values_list("weekday", "opens", "closes", "rhythm"))
        assert kept == [
            (1, time(16), time(18), "weekly"),
            (3, time(16), time(18), "first"),
        ]
        [closed] = offer.exceptions.all()
        assert (closed.first_day, closed.last_day) == (date(2099, 1, 5), date(2099, 1, 5))
        assert closed.note == "Inventur"
        assert offer.residence_status == "not-asked"
        assert "Di 16–18 Uhr" in offer.times_summary

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"closes": "15:00"}, "Das Ende liegt vor dem Anfang."),
            ({"weekday": ""}, "Bitte wählen Sie eine Antwort aus."),
            ({"opens": "x"}, "Bitte eine gültige Uhrzeit eingeben."),
            ({"rhythm": "fortnightly"}, "An welchem Tag geht es los?"),
            ({"valid_from": "2027-02-01", "valid_until": "2027-01-01"}, "Der letzte Tag liegt"),
            ({"weekday": "9"}, "ist keine gültige Auswahl"),
        ],
    )
    def test_wrong_ones_are_told_at_the_field_and_nothing_is_lost(
        self, client, home, change, message
    ):
        answer = client.post(
            url("offer-create"), written(**rows("times", {**TUESDAY, **change}, TUESDAY))
        )
        assert answer.status_code == 422
        assert message in answer.text
        summary, below = answer.text.split("</h2>", 1)
        assert "Bitte sehen Sie sich eine Angabe noch einmal an." in summary
        assert ">Zeit 1: " in below.split("</ul>", 1)[0]
        assert "Bitte sehen Sie sich die Zeiten noch einmal an." in below.split("</ul>", 1)[1]
        assert 'value="Nähen"' in answer.text
        assert answer.text.count('value="18:00"') >= 1
        assert not Offer.objects.exists()

    def test_wrong_ones_are_named_as_their_rows_are_headed(self, client, home):
        wrong = {**TUESDAY, "closes": ""}
        answer = client.post(url("offer-create"), written(**rows("times", TUESDAY, wrong)))
        assert '<a href="#id_times-1-closes">Zeit 2: Bis</a>' in answer.text
        assert "Zeit <span data-number>2</span></legend>" in answer.text

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (
                [
                    {"first_day": "2099-01-05", "last_day": "2099-01-09"},
                    {"first_day": "2099-01-07"},
                ],
                "Für diesen Tag gibt es schon eine Ausnahme.",
            ),
            ([{"first_day": "2099-01-05", "last_day": "2099-01-01"}], "Der letzte Tag liegt"),
            ([{"first_day": "2099-01-05", "opens": "10:00"}], "geben Sie beide Uhrzeiten an"),
            ([{"note": "nur so"}], "Bitte füllen Sie dieses Feld aus."),
        ],
    )
    def test_wrong_exceptions_are_told_too(self, client, home, given, message):
        answer = client.post(url("offer-create"), written(**rows("exceptions", *given)))
        assert answer.status_code == 422
        assert message in answer.text
        weekly = answer.text.split('id="times-rows"', 1)[1].split('id="exceptions-rows"', 1)[0]
        assert "Bitte sehen Sie sich die Zeiten noch einmal an." not in weekly
        assert not Offer.objects.exists()

    def test_more_than_anyone_has_are_refused(self, client, home):
        sent = written(**rows("times", TUESDAY))
        sent["times-TOTAL_FORMS"] = "100000"
        assert client.post(url("offer-create"), sent).status_code == 422

    def test_people_write_hours_as_they_like_where_there_is_no_field_for_them(self, client, home):
        client.post(
            url("offer-create"),
            written(**rows("times", {**TUESDAY, "opens": "9.30", "closes": "24"}, TUESDAY)),
        )
        assert not Offer.objects.exists()  # 24 is no hour; midnight is 0:00
        client.post(
            url("offer-create"),
            written(**rows("times", {**TUESDAY, "opens": "9.30", "closes": "00:00"})),
        )
        assert OfferTime.objects.get().opens == time(9, 30)

    def test_are_changed_removed_and_told_to_staff(self, client, home):
        offer = make_offer(home)
        offer.set_hours([OfferTime(weekday=1, opens=time(16), closes=time(18))])
        page = client.get(url("offer-edit", offer.slug))
        assert page.context["form"].times.initial[0]["opens"] == time(16)
        unchanged = rows("times", TUESDAY, EMPTY, initial=1) | {"schedule": offer.schedule}
        text = written(title=offer.title, summary=offer.summary, residence_status="unknown")
        text |= {"takes_requests": "on"}
        client.post(url("offer-edit", offer.slug), text | unchanged)
        offer.refresh_from_db()
        assert offer.changed_at is None
        removed = rows("times", {**TUESDAY, "DELETE": "on"}, {**TUESDAY, "weekday": "2"}, initial=1)
        client.post(url("offer-edit", offer.slug), text | removed | {"schedule": offer.schedule})
        offer = Offer.objects.get()
        assert [row.weekday for row in offer.times.all()] == [2]
        assert offer.changed_at is not None
        assert "Mi 16–18 Uhr" in offer.times_summary

    def test_a_form_that_knows_no_rows_leaves_them_alone(self, client, home):
        offer = make_offer(home, closed_on_holidays=False)
        offer.set_hours([OfferTime(weekday=1, opens=time(16), closes=time(18))])
        without = written(title="Neu", schedule="immer")
        del without["closed_on_holidays"], without["residence_status"]
        client.post(url("offer-edit", offer.slug), without)
        offer.refresh_from_db()
        assert (offer.title, offer.times.count()) == ("Neu", 1)
        assert not offer.closed_on_holidays

    def test_a_published_offer_says_when_in_rows_or_in_words(self, client, home):
        offer = make_offer(home, schedule="")
        answer = client.post(url("offer-edit", offer.slug), written())
        assert SAY_WHEN in answer.text
        answer = client.post(url("offer-edit", offer.slug), written(**rows("times", TUESDAY)))
        assert answer.status_code == 302

    def test_missing_are_asked_for_where_they_are_written(self, client, home):
        offer = make_offer(home, schedule="")
        sent = written(**rows("times", {**EMPTY, "DELETE": "on"}, EMPTY, initial=1))
        page = client.post(url("offer-edit", offer.slug), sent).text
        assert SAY_WHEN in page.split('href="#id_times-1-weekday"', 1)[1].split("</li>")[0]
        field = page.split('id="div_id_times-1-weekday"', 1)[1].split("<select")[0]
        assert SAY_WHEN in field and page.count(SAY_WHEN) == 2

    def test_are_enough_to_hand_in(self, client, home):
        answer = client.post(url("offer-create"), written(go="submit", takes_requests="on"))
        assert SAY_WHEN in answer.text
        client.post(
            url("offer-create"),
            written(go="submit", takes_requests="on", **rows("times", TUESDAY)),
        )
        assert Offer.objects.get().status == "submitted"

    def test_single_dates_are_enough_to_hand_in(self, client, home):
        day = (TODAY + timedelta(days=9)).isoformat()
        single = {"first_day": day, "last_day": day, "opens": "10:00", "closes": "12:00"}
        sent = rows("times") | rows("exceptions", single)
        client.post(url("offer-create"), written(go="submit", takes_requests="on", **sent))
        assert Offer.objects.get().status == "submitted"

    def test_other_times_make_another_offer_the_same_ones_do_not(self, client, home):
        for _ in range(2):
            client.post(url("offer-create"), written(**rows("times", TUESDAY)))
        assert Offer.objects.count() == 1
        client.post(url("offer-create"), written(**rows("times", {**TUESDAY, "weekday": "4"})))
        assert Offer.objects.count() == 2

    def test_exceptions_that_are_over_go_with_the_next_change(self, client, home):
        offer = make_offer(home)
        offer.set_hours([], [OfferException(first_day=date(2020, 1, 1), last_day=date(2020, 1, 2))])
        page = client.get(url("offer-edit", offer.slug))
        assert page.context["form"].exceptions.initial == []
        client.post(
            url("offer-edit", offer.slug),
            written(**rows("times", TUESDAY), **rows("exceptions")),
        )
        assert not OfferException.objects.exists()


class TestPageOfAnOffer:
    def test_shows_times_next_dates_and_what_is_different(self, client):
        offer = make_offer(schedule="bei Regen drinnen", closed_on_holidays=False)
        day = TODAY + timedelta(days=1)
        weekly = OfferTime(weekday=day.weekday(), opens=time(16), closes=time(18))
        closed = OfferException(
            first_day=day + timedelta(days=7), last_day=day + timedelta(days=7), note="Ausflug"
        )
        offer.set_hours([weekly], [closed])
        page = client.get(offer.get_absolute_url())
        assert "bei Regen drinnen" in page.text
        assert "16\u2060–\u206018\u00a0Uhr" in page.text
        assert [row.day for row in page.context["offer"].hours.next] == [
            day,
            day + timedelta(days=14),
            day + timedelta(days=21),
        ]
        assert "Nächste Termine" in page.text
        assert 'lang="de" dir="ltr">Ausflug' in page.text
        english = client.get(url("offer-detail", offer.slug).replace("/de/", "/en/")).text
        assert "16:00\u2060–\u206018:00" in english
        marked = 'dir="ltr">Ausflug</span> <span class="tag">in German</span>'
        assert marked in " ".join(english.split()) and 'class="tag"' not in page.text

    def test_says_as_its_sheet_whether_it_takes_place_on_holidays(self, client):
        for is_closed in (True, False):
            offer = make_offer(closed_on_holidays=is_closed)
            offer.set_hours([OfferTime(weekday=1, opens=time(16), closes=time(18))])
            for address in (offer.get_absolute_url(), url("offer-handout", offer.slug)):
                assert ("nicht an Feiertagen" in client.get(address).text) == is_closed

    def test_shows_single_dates_where_there_are_no_weekly_times(self, client):
        offer = make_offer(schedule="")
        day = TODAY + timedelta(days=9)
        single = OfferException(first_day=day, last_day=day, opens=time(10), closes=time(12))
        offer.set_hours([], [single])
        page = client.get(offer.get_absolute_url()).text
        assert "Nächste Termine" in page
        assert "10\u2060–\u206012\u00a0Uhr" in page
        assert url("offer-calendar", offer.slug) in page
        assert "Bitte fragen Sie die Organisation" not in page
        assert "10\u2060–\u206012\u00a0Uhr" in client.get(url("offer-handout", offer.slug)).text
        with translation.override("en"):
            assert Offer.objects.get(pk=offer.pk).when.endswith("10:00–12:00")

    def test_says_so_when_there_is_no_next_date(self, client):
        offer = make_offer()
        offer.set_hours(
            [OfferTime(weekday=1, opens=time(9), closes=time(10), valid_until=date(2020, 1, 1))]
        )
        assert "Zurzeit keine." in client.get(offer.get_absolute_url()).text

    def test_shows_whether_anybody_asks_for_the_residence_status(self, client):
        text = {
            "asked": "Danach werden Sie gefragt",
            "not-asked": "Danach fragt niemand",
            "unknown": "",
        }
        for value, words in text.items():
            page = client.get(make_offer(residence_status=value).get_absolute_url()).text
            assert ("Aufenthaltsstatus" in page) == bool(words)
            assert words in page

    def test_counts_places(self, client):
        offer = make_offer(places=2)
        assert "2 von 2 Plätzen sind frei" in client.get(offer.get_absolute_url()).text
        make_join_request(offer, state="accepted")
        assert "Einer von 2 Plätzen ist frei" in client.get(offer.get_absolute_url()).text
        make_join_request(offer, state="open")
        page = client.get(offer.get_absolute_url()).text
        assert "Einer von 2 Plätzen ist noch nicht vergeben" in page
        assert "1 Anfrage wartet auf Antwort" in page and "ist frei" not in page
        assert "Voll: Warteliste" not in client.get("/de/offers/").text
        make_join_request(offer, state="offered")
        assert client.get("/de/offers/").text.count("Voll: Warteliste") == 1
        page = client.get(offer.get_absolute_url()).text
        assert "Alle Plätze sind vergeben." in page
        assert "Warteliste" in page

    def test_says_in_words_that_fit_what_there_is_one_of(self, client):
        page = client.get(make_offer(places=1, age_to=1).get_absolute_url()).text
        assert "Der einzige Platz ist frei" in page
        assert "bis 1 Jahr\n" in page
        assert "ab 1 Jahr\n" in client.get(make_offer(age_from=1).get_absolute_url()).text
        page = client.get(make_offer(age_from=0, age_to=3).get_absolute_url()).text
        assert "0 bis 3 Jahre\n" in page

    def test_costs_no_query_more_with_times(self, client, django_assert_num_queries):
        offer = make_offer()
        client.get(offer.get_absolute_url())
        offer.set_hours([OfferTime(weekday=day, opens=time(9), closes=time(10)) for day in (1, 2)])
        with django_assert_num_queries(3):
            client.get(offer.get_absolute_url())


class TestCards:
    @pytest.mark.parametrize("number", [1, 3])
    def test_show_times_without_a_query_of_their_own(
        self, client, number, django_assert_num_queries
    ):
        for _ in range(number):
            make_offer(schedule="").set_hours(
                [OfferTime(weekday=1, opens=time(16), closes=time(18), rhythm="first")]
            )
        with django_assert_num_queries(5):
            page = client.get(url("offer-list")).text
        assert page.count("jeden 1.\u00a0Dienstag im Monat") == number

    def test_show_three_lines_at_most(self):
        offer = make_offer()
        offer.set_hours(
            [OfferTime(weekday=day, opens=time(day), closes=time(20)) for day in range(1, 6)]
        )
        with translation.override("de"):
            assert offer.when_lines == ["Di 1–20 Uhr", "Mi 2–20 Uhr", "und weitere Zeiten"]


class TestOpeningHours:
    def test_are_a_step_of_the_profile_and_shown_there(self, client, home):
        step = url("organisation-edit-step", home.slug, "hours")
        assert client.get(step).status_code == 200
        answer = client.post(
            step, rows("times", TUESDAY) | {"closed_on_holidays": "on", "go": "overview"}
        )
        assert answer.status_code == 302
        assert OrganisationTime.objects.get().organisation == home
        home.refresh_from_db()
        assert home.changed_at is not None
        for page in (home.get_absolute_url(), url("organisation-review", home.slug)):
            assert "Di 16\u2060–\u206018\u00a0Uhr" in client.get(page).text

    def test_wrong_ones_come_back(self, client, home):
        step = url("organisation-edit-step", home.slug, "hours")
        page = client.post(step, rows("times", {**TUESDAY, "closes": "10:00"}))
        assert "Das Ende liegt vor dem Anfang." in page.text
        assert 'value="10:00"' in page.text
        assert not OrganisationTime.objects.exists()


class TestAdmin:
    def test_edits_the_rows_and_writes_them_down_for_the_history(self, client):
        offer = make_offer()
        client.force_login(make_user("admin"))
        address = reverse("admin:actors_offer_change", args=[offer.pk])
        page = client.get(address)
        answer = client.post(address, admin_data(page) | rows("times", TUESDAY))
        assert answer.status_code == 302, answer.context and answer.context["errors"]
        offer.refresh_from_db()
        assert offer.times_summary == "Di 16–18 Uhr"


def events(offer: Offer, now: datetime) -> list:
    offer = Offer.objects.with_hours().get(pk=offer.pk)
    return Calendar.from_ical(ics.for_offer(offer, now)).walk("VEVENT")


class TestCalendarFile:
    NOW = datetime(2026, 11, 22, 12, tzinfo=BERLIN)

    def test_recurs_from_the_first_day_on(self, client):
        offer = make_offer(title="Deutsch")
        offer.set_hours([OfferTime(weekday=1, opens=time(16), closes=time(18))])
        [entry] = events(offer, self.NOW)
        assert entry["summary"] == "Deutsch"
        assert entry.decoded("dtstart") == datetime(2026, 11, 24, 16, tzinfo=BERLIN)
        assert entry.decoded("dtend") == datetime(2026, 11, 24, 18, tzinfo=BERLIN)
        rule = entry["rrule"].to_ical().decode()
        assert "FREQ=WEEKLY" in rule
        assert "BYDAY=TU" in rule
        answer = client.get(url("offer-calendar", offer.slug))
        assert answer["Content-Type"].startswith("text/calendar")
        assert "Europe/Berlin" in answer.text
        assert answer["X-Robots-Tag"] == "noindex"

    @pytest.mark.parametrize(
        ("fields", "rule", "first"),
        [
            ({"rhythm": "last"}, "FREQ=MONTHLY;BYDAY=-1TU", date(2026, 11, 24)),
            ({"rhythm": "first"}, "FREQ=MONTHLY;BYDAY=1TU", date(2026, 12, 1)),
            (
                {"rhythm": "fortnightly", "valid_from": date(2026, 11, 10)},
                "INTERVAL=2",
                date(2026, 11, 24),
            ),
            ({"valid_until": date(2026, 12, 8)}, "UNTIL=20261208T225959Z", date(2026, 11, 24)),
        ],
    )
    def test_keeps_rhythm_and_period(self, fields, rule, first):
        offer = make_offer()
        offer.set_hours([OfferTime(weekday=1, opens=time(16), closes=time(18), **fields)])
        [entry] = events(offer, self.NOW)
        assert rule in entry["rrule"].to_ical().decode()
        assert entry.decoded("dtstart").date() == first

    def test_takes_out_holidays_and_what_is_closed_and_adds_what_is_moved(self):
        offer = make_offer()
        offer.set_hours(
            [OfferTime(weekday=4, opens=time(16), closes=time(18))],
            [
                OfferException(first_day=date(2026, 12, 4), last_day=date(2026, 12, 4)),
                OfferException(
                    first_day=date(2026, 12, 11),
                    last_day=date(2026, 12, 11),
                    opens=time(10),
                    closes=time(12),
                ),
            ],
        )
        entry, moved = events(offer, self.NOW)
        out = {row.dt.date() for row in entry["exdate"].dts}
        assert {date(2026, 12, 4), date(2026, 12, 11), date(2026, 12, 25)} <= out
        assert date(2026, 12, 18) not in out
        assert moved.decoded("dtstart") == datetime(2026, 12, 11, 10, tzinfo=BERLIN)
        assert "rrule" not in moved

    def test_names_the_same_time_of_two_periods_apart(self):
        offer = make_offer()
        same = {"weekday": 1, "opens": time(16), "closes": time(18)}
        every_second = {**same, "rhythm": "fortnightly"}
        for first, second in (
            ({**same, "valid_until": date(2027, 6, 30)}, {**same, "valid_from": date(2027, 9, 1)}),
            (
                {**every_second, "valid_from": date(2026, 11, 10)},
                {**every_second, "valid_from": date(2026, 11, 17)},
            ),
        ):
            offer.set_hours([OfferTime(**first), OfferTime(**second)])
            one, other = events(offer, self.NOW)
            assert one["uid"] != other["uid"]
            assert [entry["uid"] for entry in events(offer, self.NOW)] == [one["uid"], other["uid"]]

    def test_leaves_out_what_is_over(self):
        offer = make_offer()
        offer.set_hours(
            [OfferTime(weekday=1, opens=time(9), closes=time(10), valid_until=date(2020, 1, 1))]
        )
        assert events(offer, self.NOW) == []
