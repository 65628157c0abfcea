"""Words that find an event by what it is, though no text of it says so: whoever looks for
"Kinderbetreuung" or "Leichte Sprache" means what the switches of these names narrow to."""

from django.db.models import Exists, OuterRef, Q

from events.models.narrowing import FACTS, Fact
from ssoe_portal.common.asking import Word

#: How such words begin, in German and English, in small letters.
BEGINNINGS = {
    Fact.ONLINE: ("online",),
    Fact.STEP_FREE: (
        *("stufenlos", "stufenfrei", "barrierefrei", "rollstuhl"),
        *("accessib", "wheelchair"),
    ),
    Fact.SIGN_LANGUAGE: ("gebärden", "gebaerden"),
    Fact.CHILDCARE: ("kinderbetreu", "childcare"),
}
#: What says so in several words, which may have a hyphen between them.
PHRASES = {
    Fact.STEP_FREE: (
        *("ohne stufen", "ohne treppe", "ohne treppen"),
        *("step free", "step free access", "without steps"),
    ),
    Fact.SIGN_LANGUAGE: ("sign language", "sign languages"),
    Fact.EASY_LANGUAGE: (
        *("leichte sprache", "leichter sprache", "leichten sprache"),
        *("easy language", "easy read", "easy to read", "easy german"),
    ),
    Fact.CHILDCARE: ("child care",),
}
POP_UP, POP_UPS = ("popup",), ("pop up", "pop ups")


def found_by_facts(word: Word) -> Q:
    """Return what finds events by a word that somebody typed, alone or with those beside it; empty
    where that names no fact, or is a text with websearch syntax."""
    if not word.text.isalnum():
        return Q()
    text, found = word.text.lower(), Q()
    for fact, condition in FACTS.items():
        alone = text.startswith(BEGINNINGS.get(fact, ()))
        if alone or not word.phrases.isdisjoint(PHRASES.get(fact, ())):
            found |= condition
    if text.startswith(POP_UP) or not word.phrases.isdisjoint(POP_UPS):
        from events.models.venue import Venue

        pop_ups = Venue.objects.filter(event=OuterRef("pk"), kind=Venue.Kind.POP_UP)
        found |= Exists(pop_ups)
    return found
