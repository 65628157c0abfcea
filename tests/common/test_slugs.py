import re

import pytest
from django.urls import URLPattern, get_resolver

from actors.models import Organisation
from ssoe_portal.common.slugs import ADDRESS_WORDS, reserve_slug
from tests.world import make_organisation

pytestmark = pytest.mark.django_db


def addresses() -> list[tuple[str, ...]]:
    """Return the segments of every address, as they are written in the URL patterns."""
    found = []

    def walk(patterns, prefix: str) -> None:
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                found.append(tuple(segment for segment in route.split("/") if segment))
            elif entry.namespace != "admin":
                walk(entry.url_patterns, route)

    walk(get_resolver().url_patterns, "")
    return found


def words_beside_slugs() -> set[str]:
    """Return every literal segment that stands where another address has an object's slug."""
    places = {
        address[:depth]
        for address in addresses()
        for depth, segment in enumerate(address)
        if segment == "<slug:slug>"
    }
    return {
        address[len(place)]
        for place in places
        for address in addresses()
        if address[: len(place)] == place
        and len(address) > len(place)
        and re.fullmatch(r"[\w-]+", address[len(place)])
    }


class TestAddressWords:
    def test_are_the_words_that_stand_beside_a_slug(self):
        assert words_beside_slugs() == ADDRESS_WORDS

    @pytest.mark.parametrize("word", sorted(ADDRESS_WORDS))
    def test_never_become_a_slug(self, word):
        assert reserve_slug("kind", word) == f"kind-{word}"
        assert reserve_slug("kind", word.capitalize()) == f"kind-{word}-2"


class TestReserveSlug:
    def test_is_readable_in_german(self):
        assert reserve_slug("x", "Nähcafé & Größe im Süden") == "naehcafe-groesse-im-sueden"

    def test_is_never_given_out_twice_even_after_deletion(self):
        organisation = make_organisation("Beispiel Haus")
        Organisation.objects.all().delete()
        assert organisation.slug == "beispiel-haus"
        assert make_organisation("Beispiel Haus").slug == "beispiel-haus-2"

    def test_is_separate_for_each_kind(self):
        assert reserve_slug("a", "Treff") == reserve_slug("b", "Treff") == "treff"

    @pytest.mark.parametrize("text", ["", "…", "🙂", "日本語"])
    def test_falls_back_to_the_kind_where_nothing_readable_is_left(self, text):
        assert reserve_slug("offer", text) == "offer"

    def test_is_short_enough_for_its_column(self):
        for _ in range(3):
            assert len(reserve_slug("offer", "Wort " * 60)) <= 80
