import pytest

from ssoe_portal.common import known_words
from ssoe_portal.common.asking import KnownWord
from tests.world import make_category, make_offer

pytestmark = pytest.mark.django_db


def known() -> set[str]:
    return set(KnownWord.objects.values_list("word", flat=True))


class TestLearn:
    def test_takes_what_is_public(self):
        make_offer(title="Nähwerkstatt")
        make_offer(title="Geheimnis", status="draft")
        known_words.learn()
        assert "nähwerkstatt" in known()
        assert "geheimnis" not in known()

    def test_forgets_what_nothing_has_any_more(self):
        offer = make_offer(title="Nähwerkstadt", category=make_category("sewing"))
        make_offer(title="Teeabend").archive()
        known_words.learn()
        assert {"nähwerkstadt", "sewing"} <= known()
        offer.title = "Nähwerkstatt"
        offer.save()
        assert known_words.learn() == 1
        assert "nähwerkstadt" not in known()
        assert {"nähwerkstatt", "sewing"} <= known()

    def test_of_the_last_hour_forgets_nothing(self):
        offer = make_offer(title="Nähwerkstatt")
        known_words.learn()
        offer.archive()
        known_words.learn(offer.published_at)
        assert "nähwerkstatt" in known()
