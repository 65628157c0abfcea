"""What somebody picks from a programme for themselves, without an account."""

from django.contrib.sessions.models import Session
from django.db import transaction
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


@transaction.atomic
def pick(request: HttpRequest, event: Event, item: ReleasedItem) -> None:
    mine = picked(request, event) or _begun(request, event)
    mine.items.add(item.item_id)


def _begun(request: HttpRequest, event: Event) -> MyProgramme:
    """Begin what this browser picks, unless it did at this moment in another tab: where it has a
    session that is held, read anew, and stored before anybody else reads it."""
    session = request.session
    was_modified, key = session.modified, session.session_key
    held = Session.objects.select_for_update().filter(pk=key).first() if key else None
    if held is not None:
        session[SESSION_KEY] = session.load().get(SESSION_KEY, {})
    mine = picked(request, event)
    if mine is None:
        mine = MyProgramme.objects.create(event=event)
        others = list(session.get(SESSION_KEY, {}).items())
        session[SESSION_KEY] = dict([*others, (str(event.pk), mine.pk)][-KEPT:])
    if held is not None:
        session.save()
        # Not once more with the answer: others may have stored more by then.
        session.modified = was_modified
    return mine


def drop(request: HttpRequest, event: Event, item: ReleasedItem) -> None:
    mine = picked(request, event)
    if mine is not None:
        mine.items.remove(item.item_id)
