"""Telephone numbers: what is public as a link can be dialled."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from actors.phone import validate_phone
from tests.world import make_member, make_offer, make_organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "phone", ["030 123456", "+49 (0)30 / 123-45", "030/12345", "(030) 90295-0", " 12345 "]
)
def test_takes_numbers_as_people_write_them(phone):
    validate_phone(phone)


@pytest.mark.parametrize(
    "phone", ["abc", "030", "+()-/ ", "030 123456 abends", "1+23456", "٠٣٠١٢٣٤٥"]
)
def test_refuses_what_nobody_can_dial(phone):
    with pytest.raises(ValidationError):
        validate_phone(phone)


def test_organisations_are_told(client):
    organisation = make_organisation()
    client.force_login(make_member(organisation))
    url = reverse("actors:organisation-edit-step", args=[organisation.slug, "contact"])
    page = client.post(url, {"phone": "abc", "email": "a@example.org"})
    assert "Telefonnummer nur mit Ziffern" in page.context["form"].errors["phone"][0]
    organisation.refresh_from_db()
    assert organisation.phone == ""


def test_offers_are_checked_by_the_model_too():
    offer = make_offer()
    offer.phone = "abc"
    with pytest.raises(ValidationError) as error:
        offer.full_clean()
    assert list(error.value.message_dict) == ["phone"]
