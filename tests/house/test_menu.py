"""The main menu leads into every room, on a desk and on a phone."""

import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

ROOMS = [
    "actors:offer-list",
    "actors:organisation-list",
    "actors:listing-list",
    "events:event-list",
    "actors:initiative-list",
    "surveys:survey-list",
]


def menus(client, url: str) -> list[str]:
    return re.findall(r'<nav[^>]*aria-label="Hauptmenü".*?</nav>', client.get(url).text, re.S)


def test_leads_into_every_room(client):
    found = menus(client, "/de/")
    assert len(found) == 2
    for menu in found:
        links = re.findall(r'href="([^"]+)"', menu)
        assert links[: len(ROOMS)] == [reverse(name) for name in ROOMS]


@pytest.mark.parametrize("name", ROOMS)
def test_says_which_room_one_is_in(client, name):
    for menu in menus(client, reverse(name)):
        [here] = re.findall(r'href="([^"]+)" aria-current="true"', menu)
        assert here == reverse(name)
