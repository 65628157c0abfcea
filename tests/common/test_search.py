import pytest
from django.utils import translation

from actors.models import Offer, OfferTranslation
from tests.world import make_area, make_category, make_offer

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

    def test_finds_compounds_and_words_still_being_typed(self):
        course = make_offer(title="Deutschkurs für Eltern")
        make_offer(title="Gemeinsam kochen", category=make_category("food-and-cooking"))
        assert list(Offer.objects.matching("Deutschk Elt")) == [course]

    def test_finds_what_nobody_translated_by_its_category_in_any_language(self):
        category = make_category("food-and-cooking")
        category.labels = {"de": "Essen und Kochen", "ar": "الطعام والطبخ"}
        category.synonyms = {"uk": ["кухня"]}
        category.save()
        offer = make_offer(title="Offener Herd", category=category)
        make_offer(title="Nähen")
        with translation.override("uk"):
            assert list(Offer.objects.matching("кухня")) == [offer]
        assert list(Offer.objects.matching("الطبخ")) == [offer]

    def test_finds_a_course_in_a_neighbourhood_by_both_names(self):
        learning = make_category("language-learning")
        learning.synonyms = {"de": ["Deutschkurs"], "en": ["German course"]}
        learning.save()
        buch, karow, buchholz = map(make_area, ("buch", "karow", "buchholz"))
        here = make_offer(title="Sprechen beim Tee", category=learning, area=buch)
        there = make_offer(title="Sprechen beim Nähen", category=learning, area=karow)
        make_offer(title="Kochen", area=buch, category=make_category("food-and-cooking"))
        make_offer(title="Sprechen beim Kochen", category=learning, area=buchholz)
        for text in ("Deutschkurs in Buch", "german course near Buch", "Deutschkurs, Buch"):
            assert list(Offer.objects.matching(text)) == [here], text
        assert list(Offer.objects.matching("Deutschkurs Karow")) == [there]

    def test_a_word_that_nothing_has_takes_nothing_away(self):
        offers = {make_offer(title="Deutschkurs am Morgen"), make_offer(title="Deutschkurs")}
        make_offer(title="Kochen")
        assert set(Offer.objects.matching("bezahlbarer Deutschkurs")) == offers
        assert list(Offer.objects.matching("bezahlbar")) == []

    def test_leaves_out_what_a_minus_forbids(self):
        wanted = make_offer(title="Tee am Abend")
        make_offer(title="Tee am Morgen")
        assert list(Offer.objects.matching("Tee -Morgen")) == [wanted]

    def test_finds_a_translation_in_the_readers_language_with_its_own_grammar(self):
        offer = translated(make_offer(title="Nähen"), "en", "Sewing courses")
        with translation.override("en"):
            assert list(Offer.objects.matching("sew course")) == [offer]
        with translation.override("de"):
            assert list(Offer.objects.matching("sewing")) == []

    @pytest.mark.parametrize(
        ("language", "title", "query"),
        [
            ("ar", "دورة خياطة", "خياطة"),
            ("uk", "Курс шиття", "шиття"),
            ("ru", "Курсы шитья", "курс"),
        ],
    )
    def test_searches_every_language_with_its_configuration(self, language, title, query):
        offer = translated(make_offer(), language, title)
        with translation.override(language):
            assert list(Offer.objects.matching(query)) == [offer]

    def test_puts_hits_in_the_title_first_and_is_totally_ordered(self):
        second = make_offer(
            title="Treffpunkt", description="Hier wird auch genäht und Tee gekocht."
        )
        first = make_offer(title="Tee am Nachmittag")
        rows = Offer.objects.matching("Tee")
        assert list(rows) == [first, second]
        assert rows.totally_ordered

    @pytest.mark.parametrize(
        "query", ["", "   ", "'", '"', "& | !", "\\", "%_", "a" * 5000, "\x1f"]
    )
    def test_survives_whatever_is_typed(self, query):
        make_offer()
        assert list(Offer.objects.matching(query)) == []
