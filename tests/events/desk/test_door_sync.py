"""What telephones at the door send and are told."""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Arrival
from tests.events.world import desk_url, in_days, make_event, make_item, make_registration

pytestmark = pytest.mark.django_db


def send(client, event, *notes, sent_at: float = 0, **fields):
    body = {"sent_at": sent_at, "notes": notes, **fields}
    return client.post(
        desk_url("door-sync", event), json.dumps(body), content_type="application/json"
    )


def note(code: str = "", people: object = 1, **fields) -> dict:
    return {
        "key": str(uuid.uuid4()),
        "code": code,
        "people": people,
        "at": "",
        "arrived_at": 0,
        "undone": False,
        **fields,
    }


class TestSync:
    def test_takes_everything_once_and_says_what_became_of_it(self, client, manager):
        event = make_event()
        party = make_registration(event, size=2)
        notes = [
            note(party.code, 2),
            note(party.code, 2),
            note("", 5),
            note("0000000000", 3),
            note(party.code, 1, undone=True),
            note(party.code, 0),
            note("", 1, at="venue-1"),
            note("", 1, key="x"),
        ]
        for _ in range(2):
            outcomes = send(client, event, *notes).json()["outcomes"]
            assert list(outcomes.values()) == [
                *("counted", "doubled", "counted", "walk-in"),
                *("undone", "refused", "refused", "refused"),
            ]
        assert Arrival.objects.of_parties().people() == 2
        assert Arrival.objects.walk_ins().people() == 8
        assert set(Arrival.objects.values_list("noted_by", flat=True)) == {manager.pk}

    def test_takes_back_what_was_undone_later(self, client):
        event = make_event()
        sent = note("", 4)
        send(client, event, sent)
        send(client, event, {**sent, "undone": True})
        assert Arrival.objects.people() == 0

    def test_gives_the_list_without_addresses_and_only_when_it_is_another(self, client):
        event = make_event()
        party = make_registration(event, name="Amira", size=2, access_needs="Rollstuhl")
        make_registration(event, state="waiting")
        first = send(client, event).json()
        said = {"code": party.code, "name": "Amira", "size": 2, "signed_up": {}, "here": {}}
        assert first["parties"] == [said]
        assert party.email not in str(first)
        assert "Rollstuhl" not in str(first)
        assert "parties" not in send(client, event, seen=first["seen"]).json()
        later = send(client, event, note(party.code, 1), seen=first["seen"]).json()
        (here,) = later["parties"]
        assert here["here"][""][:2] == [1, 1]

    def test_believes_how_long_ago_something_was_and_no_clock(self, client):
        event = make_event()
        notes = [note(arrived_at=when) for when in (-600_000, 600_000, "x", None, -1e300, "nan")]
        send(client, event, *notes, sent_at=0)
        came = dict(Arrival.objects.values_list("key", "arrived_at"))
        ago = [timezone.now() - came[uuid.UUID(each["key"])] for each in notes]
        assert timedelta(minutes=9) < ago[0] < timedelta(minutes=11)
        assert all(timedelta() <= each < timedelta(minutes=1) for each in (*ago[1:4], ago[5]))
        assert ago[4] < timedelta(days=31)

    @pytest.mark.parametrize(
        "body",
        [
            *("", "[]", "null", "{}", '{"sent_at": 1, "notes": [1]}', "[" * 5000),
            '{"sent_at": 1%s, "notes": []}' % ("0" * 400),
        ],
    )
    def test_refuses_what_it_does_not_understand(self, client, body):
        path = desk_url("door-sync", make_event())
        assert client.post(path, body, content_type="application/json").status_code == 400

    def test_refuses_a_form(self, client):
        assert client.post(desk_url("door-sync", make_event()), {"people": 1}).status_code == 400

    @pytest.mark.parametrize("rows", [1, 3])
    def test_takes_as_many_queries_whoever_is_here(self, client, django_assert_num_queries, rows):
        event = make_event()
        for _ in range(rows):
            send(client, event, note(make_registration(event).code))
        with django_assert_num_queries(8):
            send(client, event)


class TestPage:
    def test_is_kept_by_telephones_without_anybody_on_it(self, client):
        event = make_event()
        make_registration(event, name="Amira")
        assert "Amira" in client.get(desk_url("door", event)).text
        shell = client.get(desk_url("door", event), {"shell": 1})
        assert "Amira" not in shell.text
        assert "data-door" in shell.text

    def test_alone_may_use_the_camera(self, client):
        event = make_event()
        policy = client.get(desk_url("door", event))["Permissions-Policy"]
        assert "camera=(self)" in policy
        assert "camera=()" in client.get(desk_url("event", event))["Permissions-Policy"]
        assert "camera=()" in client.get("/de/")["Permissions-Policy"]

    def test_has_a_worker_that_reaches_no_further(self, client):
        event = make_event()
        answer = client.get(desk_url("door-worker", event))
        assert answer["Content-Type"] == "text/javascript"
        assert "Service-Worker-Allowed" not in answer
        assert answer.request["PATH_INFO"].startswith(desk_url("door", event))

    def test_names_the_places_in_the_reader_s_language(self, client):
        item = make_item(starts_at=in_days(30), title="Suppe")
        places = send(client, item.venue.event).json()["places"]
        assert places[0] == ["", "Eingang der Veranstaltung"]
        assert places[1][0] == f"item-{item.pk}"
        assert places[1][1].endswith("Suppe")
