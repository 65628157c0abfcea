"""The programme is planned at the desk: the board, moving, sessions, speakers."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import ProgrammeItem, ProgrammeItemTranslation, Speaker
from tests.events.world import (
    desk_url,
    make_event,
    make_item,
    make_speaker,
    make_venue,
)
from tests.world import make_organisation

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
#: Ten o'clock in Berlin.
TEN = datetime(2030, 4, 27, 8, tzinfo=UTC)


def value(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


@pytest.fixture
def event():
    return make_event(starts_at=TEN, ends_at=TEN + 8 * HOUR)


@pytest.fixture
def hall(event):
    return make_venue(event, name="Halle")


def session(venue, **fields) -> ProgrammeItem:
    return make_item(venue, **{"starts_at": TEN, "ends_at": TEN + HOUR, **fields})


def send(client, item: ProgrammeItem, **fields):
    """Move a session as the form does; what is not said stays as the page shows it."""
    path = reverse("events:desk-item-move", args=[item.event.slug, item.pk])
    form = client.get(path).context["form"]
    shown = {name: form[name].value() for name in ("was", "venue", "room", "starts_at")}
    shown |= {"starts_at": f"{shown['starts_at']:%Y-%m-%dT%H:%M}"}
    data = {**shown, **fields}
    return client.post(path, {name: each for name, each in data.items() if each is not None})


class TestBoard:
    def columns(self, page) -> list[tuple[str, str]]:
        return [(column.venue.name, column.room) for column in page.context["board"].columns]

    def placed(self, page) -> dict[str, tuple[str, int, int]]:
        """Of each session when its row begins, its column and its rows."""
        return {
            cell.card.item.title: (
                f"{timezone.localtime(row.starts_at):%H:%M}",
                cell.column.number,
                cell.span,
            )
            for row in page.context["board"].rows
            for cell in row.cells
            if cell.card
        }

    def test_has_a_column_for_each_room_and_a_row_for_each_quarter_of_an_hour(
        self, client, event, hall
    ):
        make_venue(event, name="Hof", position=1)
        session(hall, title="Reden", room="Bühne", ends_at=TEN + HOUR / 2)
        session(hall, title="Kochen", room="küche", starts_at=TEN + HOUR, ends_at=TEN + 2 * HOUR)
        page = client.get(desk_url("programme", event))
        assert self.columns(page) == [("Halle", "Bühne"), ("Halle", "küche"), ("Hof", "")]
        assert self.placed(page) == {"Reden": ("10:00", 0, 2), "Kochen": ("11:00", 1, 4)}
        rows = page.context["board"].rows
        assert (len(rows), rows[0].value, rows[-1].value) == (
            32, "2030-04-27T10:00", "2030-04-27T17:45",
        )  # fmt: skip

    def test_has_finer_rows_where_a_session_needs_them(self, client, event, hall):
        minutes = timedelta(minutes=5)
        session(hall, title="Reden", starts_at=TEN + minutes, ends_at=TEN + 4 * minutes)
        page = client.get(desk_url("programme", event))
        assert self.placed(page) == {"Reden": ("10:05", 0, 3)}

    def test_draws_each_of_several_sessions_within_five_minutes(self, client, event, hall):
        for title, starts, ends in (
            ("Gruß", 0, 12),
            ("Rede", 12, 30),
            ("Lied", 31, 33),
            ("Dank", 33, 34),
            ("Ende", 479, 480),
        ):
            minutes = {"starts_at": TEN + timedelta(minutes=starts)}
            session(hall, title=title, ends_at=TEN + timedelta(minutes=ends), **minutes)
        page = client.get(desk_url("programme", event))
        at = {title: (when, rows) for title, (when, _column, rows) in self.placed(page).items()}
        assert at == {
            "Gruß": ("10:00", 3),
            "Rede": ("10:15", 3),
            "Lied": ("10:30", 1),
            "Dank": ("10:35", 1),
            "Ende": ("17:55", 1),
        }

    def test_draws_more_sessions_than_an_hour_has_rows(self, client):
        event = make_event(starts_at=TEN, ends_at=TEN + HOUR)
        room = make_venue(event)
        for minute in range(0, 60, 4):
            starts = TEN + timedelta(minutes=minute)
            session(room, title=f"{minute}", starts_at=starts, ends_at=starts + HOUR / 15)
        assert len(self.placed(client.get(desk_url("programme", event)))) == 15

    def test_shows_one_day_at_a_time(self, client, hall):
        event = make_event(starts_at=TEN, ends_at=TEN + timedelta(days=1))
        venue = make_venue(event)
        session(venue, title="Anfang")
        session(venue, title="Schluss", starts_at=TEN + timedelta(hours=23),
                ends_at=TEN + timedelta(days=1))  # fmt: skip
        path = desk_url("programme", event)
        assert self.placed(client.get(path)) == {"Anfang": ("10:00", 0, 4)}
        assert self.placed(client.get(path, {"day": "2030-04-28"})) == {"Schluss": ("09:00", 0, 4)}
        assert self.placed(client.get(path, {"day": "x"})) == {"Anfang": ("10:00", 0, 4)}

    def test_keeps_its_hours_when_the_clocks_change(self, client):
        """On 27 October 2030 the hour from two to three comes twice."""
        night = datetime(2030, 10, 26, 22, tzinfo=UTC)
        event = make_event(starts_at=night, ends_at=night + timedelta(hours=6))
        session(make_venue(event), title="Nachtlied", starts_at=night + 4 * HOUR,
                ends_at=night + 5 * HOUR)  # fmt: skip
        page = client.get(desk_url("programme", event))
        assert self.placed(page) == {"Nachtlied": ("03:00", 0, 4)}
        assert len(page.context["board"].rows) == 24

    def test_has_what_is_not_placed_beside_it(self, client, event, hall):
        waiting = make_item(event=event)
        page = client.get(desk_url("programme", event))
        assert [card.item for card in page.context["board"].tray] == [waiting]

    def test_warns_of_what_is_unlikely_to_be_meant(self, client, event):
        venue = make_venue(event, name="Rad", opens_at=TEN + HOUR, closes_at=TEN + 2 * HOUR)
        session(venue)
        assert (
            "Rad ist geöffnet: Samstag, 27. April 2030, 11:00–12:00 Uhr."
            in client.get(desk_url("programme", event)).text
        )

    def test_says_how_much_waits_for_a_release(self, client, event, hall):
        session(hall, released=False)
        assert "1 Änderung freigeben" in client.get(desk_url("programme", event)).text

    def test_asks_for_a_venue_first(self, client, event):
        assert "Es gibt noch keinen Ort" in client.get(desk_url("programme", event)).text

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(("language", "queries"), [("de", 7), ("en", 10)])
    def test_takes_so_many_queries(
        self, client, django_assert_num_queries, event, rows, language, queries
    ):
        for _ in range(rows):
            item = session(make_venue(event), organisation=make_organisation())
            make_speaker(event, item)
            make_item(event=event)
        path = f"/{language}/events/desk/{event.slug}/programme/"
        client.get(path)
        with django_assert_num_queries(queries):
            client.get(path)


class TestMoving:
    def test_changes_place_and_time_and_keeps_how_long_it_takes(self, client, event, hall):
        item, other = session(hall, room="Bühne"), make_venue(event)
        answer = send(client, item, venue=other.pk, room=" Saal  2", starts_at="2030-04-27T13:30")
        assert answer["Location"].endswith(f"/programme/?day=2030-04-27#item-{item.pk}")
        item.refresh_from_db()
        assert (item.venue, item.room) == (other, "Saal 2")
        assert (item.starts_at, item.ends_at) == (TEN + 3.5 * HOUR, TEN + 4.5 * HOUR)

    def test_takes_it_off_the_board(self, client, hall):
        item = session(hall)
        assert send(client, item, venue="").status_code == 302
        item.refresh_from_db()
        assert not item.is_placed

    def test_begins_where_the_address_says(self, client, event, hall):
        item = make_item(event=event)
        path = reverse("events:desk-item-move", args=[event.slug, item.pk])
        page = client.get(path, {"venue": hall.pk, "starts_at": "2030-04-27T11:00", "room": "Hof"})
        assert str(page.context["form"]["venue"].value()) == str(hall.pk)
        assert 'value="2030-04-27T11:00"' in page.text

    def test_ends_before_the_end_of_time(self, client, hall):
        answer = send(client, session(hall), starts_at="9999-12-31T23:30")
        assert answer.status_code == 422
        assert "Bitte geben Sie einen Tag zwischen 2000 und 2099 an." in answer.text

    def test_says_what_is_there_and_saves_nothing(self, client, hall):
        item = session(hall, starts_at=TEN + 3 * HOUR, ends_at=TEN + 4 * HOUR)
        there = session(hall, title="Kochen")
        answer = send(client, item, starts_at="2030-04-27T10:30")
        assert answer.status_code == 422
        assert "Dort ist „Kochen“, 10:00–11:00 Uhr." in answer.text
        assert 'value="2030-04-27T10:30"' in answer.text
        item.refresh_from_db()
        assert item.starts_at == there.starts_at + 3 * HOUR

    def test_says_who_is_elsewhere_then(self, client, event, hall):
        item = session(hall, starts_at=TEN + 3 * HOUR, ends_at=TEN + 4 * HOUR)
        elsewhere = session(make_venue(event), title="Kochen")
        make_speaker(event, item, elsewhere, name="Mara Beispiel")
        answer = send(client, item, starts_at="2030-04-27T10:30", anyway="on")
        assert "Mara Beispiel ist dann bei „Kochen“, 10:00–11:00 Uhr." in answer.text
        assert answer.status_code == 422

    def test_asks_whether_a_host_twice_at_once_is_meant(self, client, event, hall):
        host = make_organisation("Beispiel Haus")
        item = session(hall, organisation=host, starts_at=TEN + 3 * HOUR, ends_at=TEN + 4 * HOUR)
        session(make_venue(event), title="Kochen", organisation=host)
        answer = send(client, item, starts_at="2030-04-27T10:00")
        assert answer.status_code == 422
        assert "Beispiel Haus veranstaltet dann „Kochen“" in answer.text
        assert send(client, item, starts_at="2030-04-27T10:00", anyway="on").status_code == 302

    def test_asks_whether_it_is_meant_outside_the_hours_of_a_venue(self, client, event, hall):
        item = session(hall)
        answer = send(client, item, starts_at="2030-04-27T08:00")
        assert answer.status_code == 422
        assert "Halle ist geöffnet" in answer.text
        assert send(client, item, starts_at="2030-04-27T08:00", anyway="on").status_code == 302

    def test_of_what_somebody_moved_meanwhile_changes_nothing(self, client, hall):
        item = session(hall)
        answer = send(client, item, was=f"{hall.pk} 1 2 ", starts_at="2030-04-27T12:00")
        assert answer.status_code == 409
        assert "Inzwischen hat jemand anderes" in answer.text
        item.refresh_from_db()
        assert item.starts_at == TEN
        again = answer.context["form"]["was"].value()
        assert send(client, item, was=again, starts_at="2030-04-27T12:00").status_code == 302

    def test_needs_a_venue_of_the_event(self, client, hall):
        assert send(client, session(hall), venue=make_venue().pk).status_code == 422

    def test_names_the_room_in_english_as_other_sessions_there_do(self, client, hall):
        item, other = (session(hall, room=room) for room in ("Saal", "Bühne"))
        for each, room in ((item, "Hall"), (other, "Stage")):
            ProgrammeItemTranslation.objects.create(
                original=each, language="en", title="Talk", room=room
            )
        send(client, item, room="Bühne", starts_at="2030-04-27T12:00")
        row = item.translations.get()
        assert (row.room, row.is_outdated) == ("Stage", False)
        send(client, item, room="Hof")
        row.refresh_from_db()
        assert (row.room, row.is_outdated) == ("", False)


class TestSession:
    def data(self, **fields) -> dict:
        return {
            "title": "Kochen",
            "format": "food",
            "starts_at": value(TEN),
            "ends_at": value(TEN + HOUR),
            **fields,
        }

    def test_is_set_up_with_speakers_and_english_texts(self, client, event, hall):
        speaker = make_speaker(event)
        path = reverse("events:desk-item-new", args=[event.slug])
        data = self.data(venue=hall.pk, speakers=[speaker.pk], places=12, **{"en-title": "Cooking"})
        assert client.post(path, data).status_code == 302
        item = event.programme_items.get()
        assert (item.venue, item.places, list(item.speakers.all())) == (hall, 12, [speaker])
        assert item.translations.get().title == "Cooking"
        assert item.appearances.get().starts_at == TEN

    def test_may_be_without_a_place(self, client, event):
        path = reverse("events:desk-item-new", args=[event.slug])
        assert client.post(path, self.data()).status_code == 302
        assert not event.programme_items.get().is_placed

    def test_says_what_is_in_the_way(self, client, event, hall):
        there = session(hall, title="Reden")
        speaker = make_speaker(event, there, name="Mara Beispiel")
        path = reverse("events:desk-item-new", args=[event.slug])
        page = client.post(path, self.data(venue=hall.pk, speakers=[speaker.pk]))
        assert page.status_code == 422
        assert "Dort ist „Reden“" in page.text
        assert "Mara Beispiel ist dann bei „Reden“" in page.text
        assert 'value="Kochen"' in page.text

    @pytest.mark.parametrize("hours", [0, -1])
    def test_says_at_its_field_that_the_end_is_not_after_the_start(
        self, client, event, hall, hours
    ):
        path = reverse("events:desk-item-new", args=[event.slug])
        data = self.data(venue=hall.pk, room="Saal", ends_at=value(TEN + hours * HOUR))
        page = client.post(path, data)
        assert page.status_code == 422
        assert page.context["form"].errors == {"ends_at": ["Das Ende muss nach dem Anfang liegen."]}

    def test_keeps_what_two_people_change_at_once(self, client, hall):
        item = session(hall)
        path = reverse("events:desk-item", args=[item.event.slug, item.pk])
        seen = client.get(path).context["form"]["seen"].value()
        ProgrammeItem.objects.update(summary="Von jemand anderem.")
        data = self.data(title="Neu", venue=hall.pk, format="talk", seen=seen)
        assert client.post(path, data).status_code == 302
        item.refresh_from_db()
        assert (item.title, item.summary) == ("Neu", "Von jemand anderem.")

    def test_is_deleted_only_where_it_never_was_public(self, client, hall):
        private, public = session(hall, released=False), session(hall, room="Saal")
        for item in (private, public):
            client.post(reverse("events:desk-item-remove", args=[item.event.slug, item.pk]))
        assert list(ProgrammeItem.objects.all()) == [public]
        page = client.get(reverse("events:desk-item", args=[public.event.slug, public.pk]))
        assert "Er war schon öffentlich" in page.text


class TestSpeakers:
    def test_are_entered_with_what_is_said_of_them(self, client, event):
        path = reverse("events:desk-speaker-new", args=[event.slug])
        data = {"name": " Mara  Beispiel ", "about": "Kocht.", "en-about": "Cooks."}
        assert client.post(path, data).status_code == 302
        speaker = Speaker.objects.get()
        assert (speaker.name, speaker.about) == ("Mara Beispiel", "Kocht.")
        assert speaker.translations.get().about == "Cooks."
        assert client.post(path, data).status_code == 422
        assert "Mara Beispiel" in client.get(desk_url("speakers", event)).text

    def test_are_public_with_their_session_and_gone_when_deleted(self, client, event, hall):
        item = session(hall, released=False)
        speaker = make_speaker(event, item, name="Mara Beispiel", about="Kocht gern.")
        path = reverse("events:programme", args=[event.slug])
        assert "Mara" not in client.get(path).text
        item.delete()
        speaker.items.add(session(hall))
        text = client.get(path).text
        assert "Mara Beispiel" in text
        assert "Kocht gern." in text
        client.post(reverse("events:desk-speaker-remove", args=[event.slug, speaker.pk]))
        assert "Mara" not in client.get(path).text

    def test_narrow_the_programme(self, client, event, hall):
        for name in ("Mara", "Jona"):
            item = session(hall, title=f"Mit {name}", room=name)
            make_speaker(event, item, name=name)
        page = client.get(reverse("events:programme", args=[event.slug]), {"speaker": "Jona"})
        assert "Mit Jona</h4>" in page.text
        assert "Mit Mara</h4>" not in page.text

    @pytest.mark.parametrize("rows", [1, 3])
    def test_take_so_many_queries(self, client, django_assert_num_queries, event, hall, rows):
        for number in range(rows):
            make_speaker(event, session(hall, room=str(number)), organisation=make_organisation())
        client.get(desk_url("speakers", event))
        with django_assert_num_queries(7):
            client.get(desk_url("speakers", event))
        path = reverse("events:programme", args=[event.slug])
        client.logout()
        client.get(path)
        with django_assert_num_queries(5):
            client.get(path)
