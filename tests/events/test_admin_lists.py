"""Every list of events in Django admin: opens, is searched, and asks no more for more rows."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events import messaging, releasing
from events.models import (
    Arrival,
    EventMove,
    EventPicture,
    EventQuestion,
    EventSeries,
    ExportLog,
    ItemSignUp,
    Message,
    MyProgramme,
    ProgrammeSubscription,
    Registration,
    StallFormat,
    VenueStop,
)
from tests.events.world import (
    in_days,
    make_event,
    make_group,
    make_item,
    make_pitch,
    make_question,
    make_registration,
    make_speaker,
    make_stall,
    make_venue,
    place,
)
from tests.sending import admin_data
from tests.world import make_organisation, make_user

pytestmark = pytest.mark.django_db

#: Session and account, how many there are (twice), their dates (twice), the rows, and filters with
#: a query of their own.
MOST_QUERIES = 14


@pytest.fixture(autouse=True)
def administrator(client):
    client.force_login(make_user("admin"))


def models() -> list:
    """All but the vocabulary, which has tests of its own."""
    ours = [model for model in admin.site._registry if model._meta.app_label == "events"]
    return [model for model in ours if model is not StallFormat]


def address(model, page: str = "changelist", *args) -> str:
    return reverse(f"admin:events_{model._meta.model_name}_{page}", args=args)


def one_of_each() -> None:
    """A row in every list, each of another event and with other people."""
    person = make_user()
    series = EventSeries.objects.create(rhythm="weekly", until=in_days(90))
    event = make_event(organisation=make_organisation(), series=series)
    venue, pop_up = make_venue(event), make_venue(event, kind="pop-up")
    VenueStop.objects.create(
        venue=pop_up, name="Bahnhof", starts_at=in_days(30), ends_at=in_days(30.1)
    )
    item = make_item(venue, released=False, places=9, organisation=make_organisation())
    speaker = make_speaker(event, organisation=make_organisation())
    speaker.items.add(item)
    releasing.release(event, by=person)
    place(make_stall(event, state="accepted"), make_pitch(venue))
    question = make_question(event)
    party = make_registration(event)
    party.answers.create(question=question, text="Salat")
    ItemSignUp.objects.create(registration=party, item=item, people=1)
    make_group(event, contact=make_user())
    messaging.send(Message(event=event, subject="Bald", text="Bis bald.", sent_by=person))
    Arrival.objects.create(
        event=event, registration=party, item=item, reported=1, people=1, key=uuid.uuid4()
    )
    EventMove.objects.filter(event=event).delete()
    EventMove.objects.create(event=event, was_starts_at=in_days(1), was_ends_at=in_days(2))
    EventPicture.objects.create(
        event=event, alt="Ein Raum.", digest=f"{event.pk:064}", width=800, height=600
    )
    MyProgramme.objects.create(event=event).items.add(item)
    ProgrammeSubscription.objects.create(event=event, email=f"{event.pk}@example.org")
    ExportLog.objects.create(event=event, by=person, rows=1)


class TestLists:
    @pytest.mark.parametrize("model", models(), ids=lambda model: model._meta.model_name)
    def test_ask_as_much_for_three_rows_as_for_one(self, client, model):
        numbers = []
        for rows in (1, 2):
            for _ in range(rows):
                one_of_each()
            client.get(address(model))
            with CaptureQueriesContext(connection) as asked:
                page = client.get(address(model))
            assert len(page.context["cl"].result_list) >= rows, model
            numbers.append(len(asked))
        assert numbers[0] == numbers[1] <= MOST_QUERIES

    @pytest.mark.parametrize("model", models(), ids=lambda model: model._meta.model_name)
    def test_are_searched_filtered_and_sorted_whole(self, client, model):
        one_of_each()
        one_of_each()
        shown = admin.site.get_model_admin(model)
        assert shown.search_fields or shown.get_search_fields(None), model
        assert client.get(address(model), {"q": "Beispiel"}).status_code == 200
        page = client.get(address(model))
        assert page.context["cl"].has_filters, model
        assert page.context["cl"].queryset.totally_ordered, model
        item = page.context["cl"].result_list[0]
        opened = client.get(address(model, "change", item.pk))
        assert opened.status_code == 200, model


class TestDays:
    def test_tell_events_of_one_title_apart(self, client):
        for day in (3, 4):
            make_venue(make_event(title="Suppenabend", starts_at=in_days(day)))
        page = client.get(reverse("admin:events_venue_changelist")).text
        for day in (3, 4):
            shown = timezone.localtime(in_days(day)).strftime("%d.%m.%Y")
            assert f"Suppenabend, {shown}" in page

    def test_name_an_arrival_by_the_clock_of_the_place(self):
        arrived = timezone.now().replace(year=2026, month=7, day=1, hour=10, minute=6)
        assert str(Arrival(people=4, arrived_at=arrived)) == "4 · 01.07.2026, 12:06"

    @pytest.mark.parametrize(
        ("model", "field"), [(EventMove, "was_starts_at"), (MyProgramme, "created_at")]
    )
    def test_stand_as_people_of_the_place_write_them(self, model, field):
        late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
        row = model(event=make_event(title="Beispielmarkt"), **{field: late})
        assert str(row) == "Beispielmarkt: 23.11.2026"

    def test_name_a_series_by_its_last_one(self):
        series = EventSeries(rhythm="weekly", until=date(2027, 1, 16))
        assert str(series) == "jede Woche bis 16.01.2027"


class TestRegistration:
    def test_is_found_by_number_and_shows_answers_and_who_noted_it(self, client):
        party = make_registration(
            email="", at_desk=True, phone="030 777", noted_by=make_user(), name="Amira"
        )
        question = make_question(party.event)
        party.answers.create(question=question, text="Nudelsalat")
        assert "Amira" in client.get(address(Registration), {"q": "777"}).text
        page = client.get(address(Registration, "change", party.pk)).text
        for words in ("Nudelsalat", "030 777", party.noted_by.email, party.get_desk_url()):
            assert words in page
        assert f'"{party.get_absolute_url()}"' not in page

    def test_without_a_name_is_called_anonymous(self, client):
        make_registration(name="", email="", anonymised_at=timezone.now())
        assert ">anonym</a>" in client.get(address(Registration)).text


class TestGroup:
    def test_gets_another_contact_and_keeps_its_families(self, client):
        group, colleague = make_group(), make_user()
        url = address(type(group), "change", group.pk)
        data = admin_data(client.get(url)) | {"contact": colleague.pk}
        assert client.post(url, data).status_code == 302
        group.refresh_from_db()
        assert group.contact == colleague
        assert client.post(address(type(group), "delete", group.pk)).status_code == 403


class TestQuestion:
    def test_comes_last_and_keeps_the_rules_of_the_desk(self, client):
        first = make_question()
        url = address(EventQuestion, "add")
        data = admin_data(client.get(url)) | {
            "event": first.event_id,
            "wording": "Welche Farbe?",
            "why": "Für das Schild.",
            "kind": "choice",
            "choices": "rot",
        }
        assert "zwei bis zwölf" in client.post(url, data).text
        assert client.post(url, data | {"choices": "rot\nblau"}).status_code == 302
        assert [one.wording for one in first.event.questions.in_order()][1] == "Welche Farbe?"


class TestSecrets:
    def test_of_a_picked_programme_are_not_shown(self, client):
        mine = MyProgramme.objects.create(event=make_event())
        assert mine.key not in client.get(address(MyProgramme, "change", mine.pk)).text


class TestMoves:
    def test_say_what_people_thought_and_whether_they_know(self, client):
        event = make_event(title="Beispielmarkt")
        make_registration(event)
        event.starts_at += timedelta(hours=1)
        event.save()
        assert "Beispielmarkt" in client.get(address(EventMove), {"told_at__isempty": "1"}).text
