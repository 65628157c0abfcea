"""What somebody who types may mean: names of things, while the word is not finished."""

from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db.models import Case, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat

from actors.models import Category, Offer, OfferSearch, OfferTrait, Organisation, SpokenLanguage
from ssoe_portal.common.asking import LONGEST, configuration, folded
from ssoe_portal.common.geography import Area
from ssoe_portal.common.translation import BASE_LANGUAGE
from ssoe_portal.common.vocabulary import label_in, unaccented

#: Shown at once, and of each kind; letters from which on it is worth asking.
MOST, OF_EACH, SHORTEST = 8, 4, 2


@dataclass(frozen=True)
class Suggestion:
    """Words to search for; `lang` where they are in German and the reader's language is not."""

    words: str
    lang: str = ""


def suggestions(typed: str) -> list[Suggestion]:
    """Return names of which a word begins with these letters: topics, places and languages first,
    then organisations, then titles of offers. Four queries at most."""
    typed = " ".join(typed.replace("\0", " ").split())[:LONGEST]
    if len(typed) < SHORTEST:
        return []
    found = dict.fromkeys([*_terms(typed), *_organisations(typed)])
    suggested = [Suggestion(words) for words in found]
    if len(suggested) < MOST:
        offers = {offer.words: offer for offer in _offers(typed) if offer.words not in found}
        suggested += offers.values()
    return suggested[:MOST]


def _begins(name: str, typed: str) -> Q:
    """Where a folded name, or a word in it, begins with these letters."""
    letters: Combinable = folded(Value(typed))
    return Q(**{f"{name}__startswith": letters}) | Q(
        **{f"{name}__contains": Concat(Value(" "), letters)}
    )


def _terms(typed: str) -> list[str]:
    parts = [
        vocabulary.objects.alias(name=folded(label_in()))
        .filter(_begins("name", typed))
        .order_by()
        .values_list(label_in())
        for vocabulary in (Category, Area, OfferTrait, SpokenLanguage)
    ]
    labels = [label for (label,) in parts[0].union(*parts[1:]).order_by()]
    return sorted(labels, key=lambda label: _distance(label, typed))[:OF_EACH]


def _distance(label: str, typed: str) -> tuple[bool, bool, int, str]:
    """What is called so before what begins so ("Buch", "Buchholz"), and that before what has it in
    another word ("Französisch Buchholz"); the short ones first."""
    name, start = unaccented(label), unaccented(typed)
    return (name != start, not name.startswith(start), len(name), name)


def _organisations(typed: str) -> list[str]:
    named = Organisation.objects.published().alias(folded_name=folded("name"))
    begins = Case(When(folded_name__startswith=folded(Value(typed)), then=0), default=1)
    found = named.filter(_begins("folded_name", typed)).order_by(begins, "name", "pk")
    return list(found.values_list("name", flat=True)[:OF_EACH])


def _offers(typed: str) -> list[Suggestion]:
    """Titles, the freshest offers first: the index of titles knows words by their beginnings."""
    *whole, last = typed.split()
    if not last.isalnum():
        return []
    config = configuration(BASE_LANGUAGE)
    query = SearchQuery(f"{last}:*", config=config, search_type="raw")
    for word in whole:
        query = query & SearchQuery(word, config=config)
    rows = OfferSearch.objects.filter(title=query).order_by("-fresh", "-pk").values("pk")[:OF_EACH]
    offers = Offer.objects.filter(pk__in=rows).only("title", "slug").with_translation()
    texts = [offer.text for offer in offers.order_by("-found_as__fresh", "-pk")]
    return [Suggestion(text.title, text.lang if text.is_foreign else "") for text in texts]
