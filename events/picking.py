"""What somebody picks from a programme for themselves, without an account."""

from django.http import HttpRequest

from events.models import Event, MyProgramme, ReleasedItem

SESSION_KEY = "my_programmes"
#: Events for which one browser keeps what it picked.
KEPT = 20


def picked(request: HttpRequest, event: Event) -> MyProgramme | None:
    """What this browser has picked from an event; asks nothing where there is none."""
    pk = request.session.get(SESSION_KEY, {}).get(str(event.pk))
    return event.my_programmes.filter(pk=pk).first() if pk else None


def picked_items(request: HttpRequest, event: Event) -> set[int]:
    """The keys of the sessions that this browser has picked."""
    pk = request.session.get(SESSION_KEY, {}).get(str(event.pk))
    if not pk:
        return set()
    rows = MyProgramme.items.through.objects.filter(myprogramme=pk, myprogramme__event=event)
    return set(rows.values_list("programmeitem", flat=True))


def pick(request: HttpRequest, event: Event, item: ReleasedItem) -> None:
    mine = picked(request, event)
    if mine is None:
        mine = MyProgramme.objects.create(event=event)
        others = list(request.session.get(SESSION_KEY, {}).items())
        request.session[SESSION_KEY] = dict([*others, (str(event.pk), mine.pk)][-KEPT:])
    mine.items.add(item.item_id)


def drop(request: HttpRequest, event: Event, item: ReleasedItem) -> None:
    mine = picked(request, event)
    if mine is not None:
        mine.items.remove(item.item_id)
