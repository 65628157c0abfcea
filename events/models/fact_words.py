"""Words that find an event by what it is, though no text of it says so: whoever looks for
"Kinderbetreuung" means what the switch "With childcare" narrows to."""

from django.db.models import Exists, OuterRef, Q

from events.models.narrowing import FACTS, Fact

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
POP_UP = ("popup",)


def found_by_facts(text: str) -> Q:
    """Return what finds events by one word that somebody typed; empty where it names no fact, or is
    a text with websearch syntax."""
    if not text.isalnum():
        return Q()
    word, found = text.lower(), Q()
    for fact, beginnings in BEGINNINGS.items():
        if word.startswith(beginnings):
            found |= FACTS[fact]
    if word.startswith(POP_UP):
        from events.models.venue import Venue

        pop_ups = Venue.objects.filter(event=OuterRef("pk"), kind=Venue.Kind.POP_UP)
        found |= Exists(pop_ups)
    return found
