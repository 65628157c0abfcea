import pytest
from django.utils import translation

from actors.models import Offer, OfferTranslation
from tests.world import make_offer

pytestmark = pytest.mark.django_db


def translated(offer: Offer, language: str, title: str) -> Offer:
    OfferTranslation.objects.create(
        original=offer, language=language, title=title, summary="-", base_revision=offer.revision
    )
    return offer


class TestMatching:
    def test_finds_german_words_in_other_forms(self):
        offer = make_offer(title="Fahrräder reparieren")
        make_offer(title="Gemeinsam kochen")
        assert list(Offer.objects.matching("Fahrrad")) == [offer]
        assert list(Offer.objects.matching("Gemeinsames")) != [offer]

    def test_finds_a_translation_in_the_readers_language_with_its_own_grammar(self):
        offer = translated(make_offer(title="Nähen"), "en", "Sewing courses")
        with translation.override("en"):
            assert list(Offer.objects.matching("sew course")) == [offer]
        with translation.override("de"):
            assert list(Offer.objects.matching("sewing")) == []

    @pytest.mark.parametrize(
        ("language", "title", "query"),
        [("ar", "دورة خياطة", "خياطة"), ("uk", "Курс шиття", "шиття"), ("ru", "Курсы шитья", "курс")],
    )
    def test_searches_every_language_with_its_configuration(self, language, title, query):
        offer = translated(make_offer(), language, title)
        with translation.override(language):
            assert list(Offer.objects.matching(query)) == [offer]

    def test_puts_hits_in_the_title_first_and_is_totally_ordered(self):
        second = make_offer(title="Treffpunkt", description="Hier wird auch genäht und Tee gekocht.")
        first = make_offer(title="Tee am Nachmittag")
        rows = Offer.objects.matching("Tee")
        assert list(rows) == [first, second]
        assert rows.totally_ordered

    @pytest.mark.parametrize("query", ["", "   ", "'", '"', "& | !", "\\", "%_", "a" * 5000, "\x1f"])
    def test_survives_whatever_is_typed(self, query):
        make_offer()
        assert list(Offer.objects.matching(query)) == []
