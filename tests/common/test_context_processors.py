"""Every page leads to itself in the other languages."""

import re

import pytest
from django.urls import reverse

from tests.world import make_user

pytestmark = pytest.mark.django_db


def addresses(response) -> dict[str, str]:
    links = re.findall(r'hreflang="(\w+)" href="[^"]*?://[^/"]+([^"]*)"', response.text)
    return {code: address.replace("&amp;", "&") for code, address in links}


class TestLanguageLinks:
    def test_lead_to_the_same_page(self, client):
        assert addresses(client.get("/de/offers/")) == {"de": "/de/offers/", "en": "/en/offers/"}

    def test_keep_the_whole_state_of_a_list(self, client):
        found = addresses(client.get("/de/offers/", {"q": "Kaffee & Käse?", "area": "buch"}))
        assert found["en"] == "/en/offers/?q=Kaffee+%26+K%C3%A4se%3F&area=buch"
        assert found["de"] == found["en"].replace("/en/", "/de/")

    def test_stay_where_a_page_was_not_found(self, client):
        response = client.get("/de/events/gibt-es-nicht/")
        assert response.status_code == 404
        assert addresses(response)["en"] == "/en/events/gibt-es-nicht/"
        nowhere = client.get("/de/gibt/es/nicht/?a=%3F")
        assert set(addresses(nowhere).values()) == {"/de/gibt/es/nicht/?a=%3F"}

    def test_stay_where_what_was_found_has_no_name(self, client):
        client.force_login(make_user("admin"))
        response = client.get("/admin/gibt-es-nicht/")
        assert response.status_code == 404
        assert set(addresses(response).values()) == {"/admin/gibt-es-nicht/"}

    def test_of_a_form_with_errors_lead_to_the_form(self, client):
        response = client.post(reverse("account_login"), {"login": "", "password": ""})
        assert addresses(response)["en"] == "/en/account/login/"
