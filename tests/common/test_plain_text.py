import io

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from actors.models import Organisation
from ssoe_portal.common.plain_text import (
    PlainTextMiddleware,
    unbroken_amounts,
    without_tricks,
)
from tests.world import make_member, make_organisation

#: A right-to-left override, an isolate that never ends, a bell, a byte order mark.
TRICKS = "\u202e\u2067\x07\ufeff"


class TestWithoutTricks:
    @pytest.mark.parametrize(
        "text", ["Nähcafé", "Zeile\r\nzwei\tdrei", "می‌خواهم", "דוגמה\u200f!", "👩‍👧 ja"]
    )
    def test_leaves_what_people_write(self, text):
        assert without_tricks(text) == text

    @given(st.text())
    def test_leaves_nothing_that_turns_what_follows(self, text):
        clean = without_tricks(text + TRICKS + text)
        assert not set(TRICKS) & set(clean)
        assert without_tricks(clean) == clean


class TestUnbrokenAmounts:
    @pytest.mark.parametrize(
        ("text", "held"),
        [
            ("5 €, ermäßigt 2 €", "5\xa0€, ermäßigt 2\xa0€"),
            ("ab 3 Euro im Monat", "ab 3\xa0Euro im Monat"),
            ("für 3 Euronormen und €3", "für 3 Euronormen und €3"),
        ],
    )
    def test_keep_amount_and_currency_on_one_line(self, text, held):
        assert unbroken_amounts(text) == held


class TornBody(io.RawIOBase):
    """What is left of an upload when the telephone went into a tunnel."""

    def readable(self):
        return True

    def readinto(self, target):
        raise OSError("connection reset")


class TestTornForm:
    def test_goes_on_as_an_empty_one(self):
        request = RequestFactory().post("/de/", {"name": "Samira"})
        request._stream = TornBody()
        seen = []

        def view(request):
            seen.append(dict(request.POST))
            return HttpResponse()

        assert PlainTextMiddleware(view)(request).status_code == 200
        assert seen == [{}]


@pytest.mark.django_db
class TestMiddleware:
    def test_takes_them_out_of_forms(self, client):
        organisation = make_organisation("Beispiel Nähcafé")
        client.force_login(make_member(organisation))
        answer = client.post(
            reverse("actors:contacts", args=[organisation.slug]),
            {"name": f"Samira{TRICKS} Beispiel", "role": "Kurse", "audience": "public",
             "email": "samira@beispiel.example"},
        )  # fmt: skip
        assert answer.status_code == 302
        assert organisation.contacts.get().name == "Samira Beispiel"

    def test_takes_them_out_of_searches(self, client):
        make_organisation("Beispiel Nähcafé")
        page = client.get("/de/search/", {"q": f"Näh{TRICKS}café"}).content.decode()
        assert "Beispiel Nähcafé" in page
        assert not set(TRICKS) & set(page)

    def test_leaves_a_form_its_error_for_what_no_text_has(self, client):
        organisation = make_organisation()
        client.force_login(make_member(organisation))
        answer = client.post(
            reverse("actors:contacts", args=[organisation.slug]), {"name": "Sam\x00ira"}
        )
        assert answer.status_code == 422
        assert Organisation.objects.get().contacts.count() == 0
