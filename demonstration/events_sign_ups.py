"""Who is registered for the market, and for which programme items; all of them are invented."""

from datetime import timedelta

from django.utils import timezone

from events.models import Event, ItemSignUp, Registration

WORKSHOP = "Projektwerkstatt: Was Pankow braucht"
COOKING = "Gemeinsam kochen: drei Küchen, ein Tisch"
SEWING = "Pop-up-Manufaktur: eine Tasche aus altem Stoff"
#: Of the sewing no place is left.
PLACES = {WORKSHOP: 20, COOKING: 12, SEWING: 6}
PARTIES = (
    ("Yasmin Beispiel", 2, {WORKSHOP: 2}),
    ("Familie Beispiel aus Karow", 5, {COOKING: 3, SEWING: 2}),
    ("Tomasz Beispiel", 1, {COOKING: 1}),
    ("Wohngruppe Beispiel", 6, {COOKING: 4, SEWING: 2}),
    ("Linh Beispiel", 2, {SEWING: 2}),
    ("Mehmet Beispiel", 3, {}),
)


def load(event: Event) -> None:
    """Register parties, and sign them up for what they want to take part in."""
    items = {item.title: item for item in event.programme_items.filter(title__in=PLACES)}
    for title, item in items.items():
        item.places = PLACES[title]
        item.save(update_fields=["places"])
    for number, (name, size, chosen) in enumerate(PARTIES):
        party = Registration.objects.create(
            event=event,
            name=name,
            email=f"markt{number + 1}@beispiel.example",
            size=size,
            state=Registration.State.CONFIRMED,
            created_at=timezone.now() - timedelta(days=9 - number),
        )
        for title, people in chosen.items():
            ItemSignUp.objects.create(registration=party, item=items[title], people=people)
