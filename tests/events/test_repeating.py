"""Events that repeat: their days, their copies, changes to all following dates."""

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events import repeating
from events.models import Event, EventSeries
from tests.events.world import (
    desk_url,
    make_event,
    make_item,
    make_registration,
    make_speaker,
    make_stall,
    make_venue,
)
from tests.sending import as_shown
from tests.world import make_language, make_member

pytestmark = pytest.mark.django_db


def at(day: date, hour: int = 18):
    return timezone.make_aware(datetime.combine(day, time(hour)))


#: A Sunday; on the last Sunday of March the clocks go forward.
FIRST = date(2027, 3, 14)


@pytest.fixture
def event():
    return make_event(
        title="Beispielchor",
        starts_at=at(FIRST),
        ends_at=at(FIRST, 20),
        registration_opens_at=at(FIRST - timedelta(days=7), 9),
        capacity=10,
        cost="free",
        has_childcare=True,
    )


def repeat(event: Event, number: int = 3, **kwargs) -> list[Event]:
    days = [FIRST + timedelta(weeks=week) for week in range(1, number + 1)]
    until = days[-1]
    return repeating.repeat(event, days, rhythm="weekly", until=until, **kwargs)


class TestDays:
    @pytest.mark.parametrize(
        ("rhythm", "first", "until", "days"),
        [
            ("weekly", FIRST, date(2027, 4, 1), ["2027-03-21", "2027-03-28"]),
            ("fortnightly", FIRST, date(2027, 4, 11), ["2027-03-28", "2027-04-11"]),
            # The second Sunday of each month.
            ("monthly", FIRST, date(2027, 6, 30), ["2027-04-11", "2027-05-09", "2027-06-13"]),
            # A fifth Friday: the last one of each month.
            (
                "monthly",
                date(2027, 1, 29),
                date(2027, 4, 30),
                ["2027-02-26", "2027-03-26", "2027-04-30"],
            ),
            ("monthly", date(2026, 11, 3), date(2027, 1, 5), ["2026-12-01", "2027-01-05"]),
        ],
    )
    def test_follow_the_rhythm(self, rhythm, first, until, days):
        assert [f"{day}" for day in repeating.days_after(first, rhythm, until)] == days

    def test_are_bounded(self):
        with pytest.raises(repeating.TooManyDates):
            repeating.days_after(FIRST, "weekly", FIRST + timedelta(weeks=60))
        assert len(repeating.days_after(FIRST, "weekly", FIRST + timedelta(weeks=59))) == 59

    def test_know_holidays_and_what_is_there(self, event):
        repeat(event, 1)
        event.refresh_from_db()
        offered = repeating.offered(event, "weekly", date(2027, 4, 4))
        assert [each.is_taken for each in offered] == [True, False, False]
        assert not any(each.holiday for each in offered)
        friday = make_event(starts_at=at(date(2027, 3, 19)), ends_at=at(date(2027, 3, 19), 20))
        assert repeating.offered(friday, "weekly", date(2027, 3, 26))[0].holiday == "Karfreitag"


class TestCopies:
    def test_keep_the_hour_over_the_change_of_the_clocks(self, event):
        dates = [event, *repeat(event)]
        hours = [timezone.localtime(each.starts_at).hour for each in dates]
        assert hours == [18, 18, 18, 18]
        assert dates[2].starts_at - dates[1].starts_at == timedelta(days=7, hours=-1)
        opens = timezone.localtime(dates[2].registration_opens_at)
        assert (f"{opens:%Y-%m-%d %H:%M}") == "2027-03-21 09:00"

    def test_have_texts_facts_questions_and_venues_and_nobody_in_them(self, event):
        event.languages.add(make_language("uk"))
        event.translations.create(language="en", title="Choir", summary="Sing.")
        venue = make_venue(event, kind="pop-up", opens_at=at(FIRST, 17), closes_at=at(FIRST, 21))
        venue.translations.create(language="en", name="Hall")
        venue.stops.create(name="Bahnhof", starts_at=at(FIRST, 17), ends_at=at(FIRST, 18))
        question = event.questions.create(wording="Stimmlage?", why="Für die Noten.")
        make_registration(event)
        [made] = repeat(event, 1)
        assert (made.title, made.capacity, made.cost) == ("Beispielchor", 10, "free")
        assert made.has_childcare
        assert made.is_published
        assert made.slug == "beispielchor-21-03-2027"
        assert made.language_keys == ["uk"]
        assert made.translations.get().title == "Choir"
        assert not made.is_outdated_in("en")
        hall = made.venues.get()
        assert hall.translations.get().name == "Hall"
        assert hall.opens_at == at(FIRST + timedelta(days=7), 17)
        assert hall.stops.get().starts_at == at(FIRST + timedelta(days=7), 17)
        assert made.questions.get().wording == question.wording
        assert not made.registrations.exists()
        assert made.pk != event.pk
        assert Event.objects.get(pk=event.pk).series == made.series

    @pytest.mark.parametrize("wished", [True, False])
    def test_have_the_programme_if_wished(self, event, wished):
        item = make_item(make_venue(event))
        make_speaker(event, item, name="Amira Beispiel")
        [made] = repeat(event, 1, with_programme=wished)
        found = [each.title for each in made.programme_items.all()]
        assert found == ([item.title] if wished else [])
        speakers = [each.name for each in made.speakers.filter(appearances__item__event=made)]
        assert speakers == (["Amira Beispiel"] if wished else [])

    def test_are_drafts_of_a_draft(self):
        event = make_event(status="draft", starts_at=at(FIRST), ends_at=at(FIRST, 20))
        assert [each.status for each in repeat(event)] == ["draft"] * 3

    def test_are_made_once_a_day(self, event):
        repeat(event)
        event.refresh_from_db()
        assert repeat(event) == []
        assert EventSeries.objects.count() == 1
        assert Event.objects.count() == 4


class TestDesk:
    @pytest.fixture(autouse=True)
    def signed_in(self, manager):
        """Here an event manager is at work."""

    def test_offers_the_days_and_sets_up_those_that_are_left(self, client, event):
        page = desk_url("dates", event) + "?rhythm=weekly&until=2027-04-04"
        form = client.get(page).context["days_form"]
        assert [key for key, _ in form.fields["days"].choices] == [
            "2027-03-21",
            "2027-03-28",
            "2027-04-04",
        ]
        answer = client.post(page, {"days": ["2027-03-21", "2027-04-04"]}, follow=True)
        assert "2 weitere Termine." in answer.text
        days = [timezone.localdate(each.starts_at) for each in answer.context["dates"]]
        assert days == [FIRST, date(2027, 3, 21), date(2027, 4, 4)]
        public = client.get(event.get_absolute_url()).text
        assert "/events/beispielchor-21-03-2027/" in public

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("rhythm=weekly&until=2027-03-01", "Das liegt vor dem nächsten Termin."),
            ("rhythm=monthly&until=2027-03-20", "Vor diesem Tag liegt kein Termin."),
            ("rhythm=weekly&until=2030-01-01", "mehr als 60 Termine"),
        ],
    )
    def test_says_what_to_mend(self, client, event, query, words):
        assert words in client.get(f"{desk_url('dates', event)}?{query}").text

    def test_needs_one_day_and_only_offered_ones(self, client, event):
        page = desk_url("dates", event) + "?rhythm=weekly&until=2027-04-04"
        assert client.post(page, {}).status_code == 422
        assert client.post(page, {"days": ["2027-03-22"]}).status_code == 422
        assert Event.objects.count() == 1

    def test_publishes_all_drafts(self, client):
        event = make_event(status="draft", starts_at=at(FIRST), ends_at=at(FIRST, 20))
        repeat(event)
        publish = reverse("events:desk-dates-publish", args=[event.slug])
        answer = client.post(publish, follow=True)
        said = answer.text.replace("\u00a0", " ")
        assert f"Sonntag, 14. März 2027, {event.title}: Es gibt noch keinen Ort" in said
        assert not Event.objects.published().exists()
        for each in Event.objects.all():
            make_venue(each)
        client.post(publish)
        assert Event.objects.published().count() == 4

    def test_lists_dates_in_a_constant_number_of_queries(
        self, client, event, django_assert_num_queries
    ):
        repeat(event, 1)
        event.refresh_from_db()
        for _ in range(2):
            with django_assert_num_queries(6):
                client.get(desk_url("dates", event))
            repeat(event, 3)


class TestChanging:
    @pytest.fixture(autouse=True)
    def signed_in(self, manager):
        """Here an event manager is at work."""

    def save(self, client, event, **fields):
        page = desk_url("edit", event)
        return client.post(page, as_shown(client.get(page).text) | fields)

    def times(self) -> list[str]:
        rows = Event.objects.order_by("starts_at")
        return [f"{timezone.localtime(each.starts_at):%d %H:%M}" for each in rows]

    def test_one_date_leaves_the_others(self, client, event):
        second = repeat(event)[0]
        self.save(client, second, title="Beispielorchester", starts_at="2027-03-21T17:00")
        assert Event.objects.filter(title="Beispielorchester").count() == 1
        assert self.times() == ["14 18:00", "21 17:00", "28 18:00", "04 18:00"]

    def test_this_and_all_following_moves_and_changes_them_alike(self, client, event):
        second = repeat(event)[0]
        third = Event.objects.order_by("starts_at")[2]
        venue = make_venue(third, opens_at=third.starts_at, closes_at=third.ends_at)
        self.save(
            client,
            second,
            scope="following",
            title="Beispielorchester",
            starts_at="2027-03-22T17:00",
            ends_at="2027-03-22T19:00",
            capacity="12",
            **{"en-title": "Orchestra", "en-summary": "Play."},
        )
        assert self.times() == ["14 18:00", "22 17:00", "29 17:00", "05 17:00"]
        third.refresh_from_db()
        assert (third.title, third.capacity) == ("Beispielorchester", 12)
        assert third.ends_at - third.starts_at == timedelta(hours=2)
        assert third.translations.get().title == "Orchestra"
        venue.refresh_from_db()
        assert venue.opens_at == third.starts_at
        event.refresh_from_db()
        assert (event.title, event.capacity) == ("Beispielchor", 10)

    def test_is_all_or_nothing_where_one_date_has_too_many_people(self, client, event):
        second, third, _ = repeat(event)
        make_registration(third, size=8)
        answer = self.save(client, second, scope="following", capacity="7")
        assert answer.status_code == 422
        assert "28.03.2027: 8 Plätze sind schon vergeben." in answer.text
        assert set(Event.objects.values_list("capacity", flat=True)) == {10}

    def test_offers_added_places_of_every_date_to_those_who_wait(self, client, event):
        second, third, _ = repeat(event)
        make_registration(third, size=10)
        waiting = make_registration(third, size=2, state="waiting")
        self.save(client, second, scope="following", capacity="12")
        waiting.refresh_from_db()
        assert waiting.is_offered

    def venue_names(self) -> list[list[str]]:
        rows = Event.objects.order_by("starts_at")
        return [[venue.in_one_line for venue in each.venues.all()] for each in rows]

    def test_a_venue_changes_on_one_date_or_on_all_following(self, client, event):
        make_venue(event, name="Halle", opens_at=event.starts_at, closes_at=event.ends_at)
        second, third, fourth = repeat(event)
        page = reverse("events:venue-edit", args=[second.slug, second.venues.get().pk])
        shown = as_shown(client.get(page).text)
        client.post(page, shown | {"scope": "one", "street": "Beispielweg 1"})
        assert self.venue_names()[1:3] == [["Halle, Beispielweg 1, Berlin"], ["Halle"]]
        shown = as_shown(client.get(page).text)
        client.post(
            page,
            shown
            | {"scope": "following", "name": "Saal", "opens_at": "2027-03-21T17:30"}
            | {"en-name": "Room"},
        )
        assert self.venue_names() == [
            ["Halle"],
            ["Saal, Beispielweg 1, Berlin"],
            ["Saal"],
            ["Saal"],
        ]
        saal = fourth.venues.get()
        assert saal.opens_at == at(date(2027, 4, 4), 17) + timedelta(minutes=30)
        assert saal.translations.get().name == "Room"
        new = reverse("events:venue-new", args=[third.slug])
        client.post(new, {"name": "Hof", "kind": "main", "position": "4", "scope": "following"})
        assert [len(names) for names in self.venue_names()] == [1, 1, 2, 2]
        answer = client.post(
            page, as_shown(client.get(page).text) | {"scope": "following", "name": "Hof"}
        )
        assert answer.status_code == 422
        assert "hat schon einen Ort mit diesem Namen" in answer.text

    def test_calls_off_one_or_all_following(self, client, event, mailbox, deliver_jobs):
        second, third, _ = repeat(event)
        make_stall(third)
        make_registration(third, email="gast@example.org")
        page = desk_url("call-off", second)
        assert "Personen: 1" in client.get(page).text
        answer = client.post(page, {"scope": "following", "words": ""})
        assert answer.status_code == 422
        client.post(page, {"scope": "following", "words": "Der Chor zieht um."})
        deliver_jobs()
        status = Event.objects.order_by("starts_at").values_list("status", flat=True)
        assert list(status) == ["published", "archived", "archived", "archived"]
        assert "Der Chor zieht um." in mailbox.latest("gast@example.org").text

    def test_tells_who_leads_it_in_one_mail(
        self, client, event, organisation, mailbox, deliver_jobs
    ):
        make_member(organisation, email="leitung@example.org")
        event.organisation = organisation
        event.save()
        second, *_rest = repeat(event)
        make_registration(event)
        words = {"scope": "following", "words": "Der Chor zieht um."}
        client.post(desk_url("call-off", second), words)
        deliver_jobs()
        (mail,) = mailbox.mails(to="leitung@example.org")
        for text in (mail.text, mail.html):
            assert [day in text for day in ("14. März", "21. März", "28. März", "4. April")] == [
                False, True, True, True,
            ]  # fmt: skip
            assert "Auch diese weiteren Termine finden nicht statt:" in text

    def test_calls_off_one_date_of_several(self, client, event):
        second = repeat(event)[0]
        page = client.get(desk_url("call-off", second)).text
        assert "Zu diesem Termin hat sich niemand angemeldet oder um einen Stand beworben." in page
        assert "Auch zu den folgenden Terminen hat sich niemand angemeldet." in page
        assert "alle benachrichtigen" not in page
        answer = client.post(
            desk_url("call-off", second), {"scope": "one", "words": ""}, follow=True
        )
        assert "Abgesagt." in answer.text and "benachrichtigt" not in answer.text
        assert Event.objects.filter(status="archived").get() == second


@pytest.mark.usefixtures("manager")
class TestPopUp:
    """Stops of a pop-up, on one date or on all following."""

    @pytest.fixture
    def dates(self, event) -> list[Event]:
        bike = make_venue(event, name="Rad", kind="pop-up")
        bike.stops.create(name="Bahnhof", starts_at=at(FIRST, 18), ends_at=at(FIRST, 19))
        return [event, *repeat(event)]

    def stops(self) -> list[list[str]]:
        """Of each date the stops of its pop-up, with the hour."""
        rows = Event.objects.order_by("starts_at")
        return [
            [
                f"{timezone.localtime(stop.starts_at):%d %H} {stop.name}"
                for stop in venue.stops.all()
            ]
            for each in rows
            for venue in each.venues.filter(name="Rad")
        ]

    def page(self, name: str, event: Event, *more: int) -> str:
        return reverse(f"events:{name}", args=[event.slug, event.venues.get(name="Rad").pk, *more])

    def test_gets_a_stop_on_all_following_dates_at_the_same_time_by_the_clock(self, client, dates):
        new = {"name": "Markt", "starts_at": "2027-03-21T19:00", "ends_at": "2027-03-21T20:00"}
        client.post(self.page("stop-list", dates[1]), new | {"scope": "following"})
        assert self.stops() == [
            ["14 18 Bahnhof"],
            ["21 18 Bahnhof", "21 19 Markt"],
            ["28 18 Bahnhof", "28 19 Markt"],
            ["04 18 Bahnhof", "04 19 Markt"],
        ]

    @pytest.mark.parametrize(("scope", "changed"), [("one", 1), ("following", 3)])
    def test_changes_a_stop(self, client, dates, scope, changed):
        stop = dates[1].venues.get().stops.get()
        page = self.page("stop-edit", dates[1], stop.pk)
        shown = as_shown(client.get(page).text)
        client.post(
            page, shown | {"scope": scope, "name": "Rathaus", "starts_at": "2027-03-21T18:30"}
        )
        names = [stop for of_date in self.stops() for stop in of_date]
        assert [name.endswith("Rathaus") for name in names] == [
            number in range(1, 1 + changed) for number in range(4)
        ]

    def test_says_on_which_date_it_is_somewhere_else(self, client, dates):
        dates[2].venues.get().stops.create(
            name="Schule", starts_at=at(FIRST + timedelta(days=14), 19),
            ends_at=at(FIRST + timedelta(days=14), 20),
        )  # fmt: skip
        new = {"name": "Markt", "starts_at": "2027-03-21T19:00", "ends_at": "2027-03-21T20:00"}
        answer = client.post(self.page("stop-list", dates[1]), new | {"scope": "following"})
        assert answer.status_code == 422
        assert "28.03.2027: Das Pop-up ist zu dieser Zeit woanders." in answer.text
        assert "Markt" not in str(self.stops())

    @pytest.mark.parametrize(("data", "left"), [({}, 3), ({"scope": "following"}, 1)])
    def test_loses_a_stop(self, client, dates, data, left):
        stop = dates[1].venues.get().stops.get()
        client.post(self.page("stop-remove", dates[1], stop.pk), data)
        assert sum(map(bool, self.stops())) == left

    @pytest.mark.parametrize(("scope", "left"), [("one", 3), ("following", 1)])
    def test_is_removed(self, client, dates, scope, left):
        for each in dates:
            make_venue(each)
        client.post(self.page("venue-remove", dates[1]), {"scope": scope})
        assert len(self.stops()) == left

    def test_is_removed_nowhere_where_something_takes_place_on_a_following_date(
        self, client, dates
    ):
        make_item(dates[3].venues.get())
        for each in dates:
            make_venue(each)
        page = client.post(self.page("venue-remove", dates[1]), {"scope": "following"}, follow=True)
        assert "04.04.2027: An diesem Ort gibt es Programmpunkte" in page.text
        assert len(self.stops()) == 4

    def test_is_removed_nowhere_where_a_following_date_has_no_other_venue(self, client, dates):
        for each in dates[:3]:
            make_venue(each)
        page = client.post(self.page("venue-remove", dates[1]), {"scope": "following"}, follow=True)
        assert "04.04.2027: Das ist der einzige Ort dieser Veranstaltung" in page.text
        assert len(self.stops()) == 4
