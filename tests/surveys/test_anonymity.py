"""An attacker who has the whole database and the logs tries to find out who answered what."""

import json
import logging
import random
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surveys import inviting, mixing
from surveys.models import Participation, Response
from tests.surveys.test_answering import fill
from tests.surveys.world import make_wave

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 13
#: Whoever guesses gets one of thirteen right on average, and six or more once in 1,700 times.
BY_CHANCE = 5


@pytest.fixture
def wave(monkeypatch):
    # The same order in every run: chance decides for the attacker, never about the test.
    monkeypatch.setattr(mixing, "chance", random.Random(16))
    return make_wave()


def answer_all(wave) -> None:
    """Thirteen people get a link, and answer one after the other, each something of their own:
    their number is in both, so that the attacker's guesses can be checked."""
    people = [
        wave.invitations.create(email=f"p{number}@example.org", sent_on=timezone.localdate())
        for number in range(PEOPLE)
    ]
    order = list(range(PEOPLE))
    random.Random(5).shuffle(order)
    for number in order:
        browser = Client(REMOTE_ADDR=f"192.0.2.{number + 1}", HTTP_USER_AGENT=f"Browser {number}")
        token = inviting.LINK.token(people[number].pk)
        draft = browser.post(reverse("surveys:invited", args=[token]), {"action": "begin"}).url
        fill(browser, draft, "about", stage="established", people=str(number))
        fill(browser, draft, "needs", **{"topics.money": "urgent"})
        assert browser.post(f"{draft}submit/").status_code == 200


def rows(table: str) -> list[dict]:
    """Everything that the database knows of a table's rows, also what it keeps for itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT *, xmin::text::bigint AS xmin, xmax::text::bigint AS xmax, "
            f"ctid::text AS place FROM {table} ORDER BY ctid"
        )
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def responses() -> list[dict]:
    found = rows("surveys_response")
    assert len(found) == PEOPLE
    return found


def people() -> list[dict]:
    """Who has answered: each participation with its invitation."""
    invited = {row["id"]: row for row in rows("surveys_invitation")}
    found = rows("surveys_participation")
    assert len(found) == PEOPLE
    return [
        {**{f"of_invitation_{key}": value for key, value in invited[row["invitation_id"]].items()},
         **row}
        for row in found
    ]  # fmt: skip


def right(pairs) -> int:
    """How often a response was laid beside the person who gave it."""
    return sum(
        f"p{json.loads(response['answers'])['people']}@example.org" == person["of_invitation_email"]
        for response, person in pairs
    )


def in_order_of(found: list[dict], column: str) -> list[dict]:
    return sorted(found, key=lambda row: (str(type(row[column])), row[column] or 0)
                  if not isinstance(row[column], str) else ("str", row[column]))  # fmt: skip


class TestAttack:
    def test_on_the_rows_is_a_guess(self, wave):
        """Neither a common value, nor the order in which rows were written, leads anywhere."""
        answer_all(wave)
        answered, known = responses(), people()
        seen = Counter(str(value) for person in known for value in set(map(str, person.values())))
        for response in answered:
            assert not {value for value in map(str, response.values()) if seen[value] == 1}
        for own in ("xmin", "xmax", "place", "id"):
            for other in ("xmin", "xmax", "place", "id", "of_invitation_xmax"):
                guess = zip(in_order_of(answered, own), in_order_of(known, other), strict=True)
                assert right(guess) <= BY_CHANCE, (own, other)
        # All of a kind were written by one transaction.
        assert len({row["xmin"] for row in answered}) == len({row["xmin"] for row in known}) == 1

    def test_without_mixing_finds_everybody(self, wave, monkeypatch):
        """What the mixing is for."""
        monkeypatch.setattr(mixing, "MIXED", 0)
        answer_all(wave)
        guess = zip(in_order_of(responses(), "xmin"), in_order_of(people(), "xmin"), strict=True)
        assert right(guess) == PEOPLE

    def test_on_everything_else_finds_nothing(self, wave, caplog):
        """No other table and no log names a response, a moment of it, a computer or a browser."""
        caplog.set_level(logging.DEBUG, logger="ssoe_portal")
        answer_all(wave)
        keys = [str(key) for key in Response.objects.values_list("pk", flat=True)]
        places = {
            name: str(rows(name)) for name in connection.introspection.table_names()
            if name not in ("surveys_response", "pg_stat_statements")
        }  # fmt: skip
        places["the log"] = " ".join(
            str(vars(record)) for record in caplog.records if record.name.startswith("ssoe_portal")
        )
        assert "surveys:submit" in places["the log"]
        for place, told in places.items():
            assert not any(key in told for key in keys), place
            assert "192.0.2." not in told and "Browser 1" not in told, place
        assert "@example.org" not in places["the log"]
        moments = [
            field.name
            for model in (Response, Participation)
            for field in model._meta.get_fields()
            if field.get_internal_type() in ("DateTimeField", "DateField", "TimeField")
        ]
        assert set(moments) == {
            "touched_on", "submitted_on", "held_on", "asked_on", "confirmed_on", "corrected_on",
        }  # fmt: skip
        assert not Response.objects.exclude(**dict.fromkeys(moments)).exists()
