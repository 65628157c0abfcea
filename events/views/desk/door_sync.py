"""The door on a telephone that may lose its connection: what it keeps, sends and is told.

`static/events/js/door.js` notes arrivals on the telephone and sends them here until it is answered.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events import arriving
from events.forms.door import ArrivalForm
from events.models import Event
from events.reporting import place_name
from events.times import hour
from events.views.desk.lookup import event_or_404
from ssoe_portal.common.roles import event_manager_required

#: More than one telephone notes in a day; it sends the rest the next time.
MOST_NOTES = 500
#: What is older was not noted at this event's door, whatever the telephone's clock says.
OLDEST = timedelta(days=30)
#: How long after the event a telephone keeps what it has, to send what it could not send.
KEPT = timedelta(days=2)
REFUSED = "refused"
NOT_UNDERSTOOD = (
    *(ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError),
)


def words() -> dict[str, str]:
    """What the page says by itself, without the server; numbers follow a colon, so that no language
    needs a plural."""
    return {
        "sent": _("Everything is sent."),
        "unsent": _("Not sent yet, kept here: %s."),
        "offline": _("No connection: just go on."),
        "trouble": _(
            "The portal could not take what you noted. It is kept and sent again: just go on, and "
            "tell whoever looks after the portal if this stays."
        ),
        "signed_out": _("You are signed out. What you noted is kept; sign in again to send it."),
        "as_of": _("List as of %s"),
        "none_here": _("not here yet"),
        "some_here": _("%1 of %2 here, since %3"),
        "all_here": _("all here, since %s"),
        "size": _("%s people"),
        "size_one": _("1 person"),
        "let_in": _("Let in: %s"),
        "how_many": _("How many are coming in: %s"),
        "registered": _("registered: %1 of %2"),
        "signed_up_here": _("registered: %1; signed up for this item: %2"),
        "signed_up": _("signed up for this: %s"),
        "walk_in_count": _("without registration: %s"),
        "more": _("Further: %s. Please search."),
        "nobody": _("Nobody found on the list of this telephone."),
        "unknown": _(
            "This code is not on the list of this telephone. If no place is kept under it, whoever "
            "you let in counts as without registration."
        ),
        "not_a_code": _("This is no code of a registration."),
        "no_camera": _("The camera cannot be used here. Please search for the name or code."),
        "doubled": _("%1: noted at two doors, counts only once: %2"),
        "walk_in": _("%s: no place under this code, counted as without registration"),
        "refused": _("%s: not counted, because the place or the number does not exist"),
        "walk_ins": _("without registration"),
        "undone": _("undone"),
        "erase": _("Not sent yet: %s. They would be lost. Erase all the same?"),
        "erased": _("Nothing of this event is on this telephone any more."),
    }


@event_manager_required
@never_cache
def worker(request: HttpRequest, slug: str) -> HttpResponse:
    """The service worker; its address below the door's is all it may have a say in."""
    return render(
        request,
        "events/desk/door/worker.js",
        {"slug": event_or_404(slug).slug},
        content_type="text/javascript",
    )


@event_manager_required
@require_POST
@never_cache
def sync(request: HttpRequest, slug: str) -> JsonResponse:
    """Take what was noted, and tell what became of each; give the list, if it is another than the
    telephone has (`seen`).

    What comes is `{"sent_at", "seen", "notes"}`, each note with `key`, `code`, `people`, `at` (a
    place's key), `arrived_at` and `undone`;
    moments are milliseconds of the telephone's own clock, which may be wrong: only how long ago
    something was counts.
    """
    event = event_or_404(slug)
    try:
        sent = json.loads(request.body)
        notes, sent_at, seen = sent["notes"], float(sent["sent_at"]), str(sent.get("seen", ""))
        if not isinstance(notes, list) or not all(isinstance(note, dict) for note in notes):
            raise TypeError
    except (*NOT_UNDERSTOOD, RawPostDataException):
        return JsonResponse({"error": "not understood"}, status=400)
    places: dict[str, arriving.Place | None] = {}
    outcomes = {
        str(note.get("key", ""))[:40]: _take(event, note, sent_at, places, request.user)
        for note in notes[:MOST_NOTES]
    }
    listed = _listed(event)
    digest = hashlib.sha256(json.dumps(listed, cls=DjangoJSONEncoder).encode()).hexdigest()[:16]
    answer: dict[str, Any] = {
        "outcomes": outcomes,
        "seen": digest,
        "until": (event.ends_at + KEPT).isoformat(),
    }
    if seen != digest:
        answer |= listed
    return JsonResponse(answer)


def _take(event: Event, note: dict, sent_at: float, places: dict, by) -> str:
    """Note one arrival of a telephone; return what became of it."""
    at = str(note.get("at", ""))[:40]
    if at not in places:
        places[at] = arriving.place_of(event, at)
    form = ArrivalForm(note)
    if places[at] is None or not form.is_valid():
        return REFUSED
    try:
        noted = arriving.check_in(
            event=event,
            place=places[at],
            by=by,
            arrived_at=_moment(note.get("arrived_at"), sent_at),
            undone=note.get("undone") is True,
            **form.cleaned_data,
        )
    except arriving.KeyTaken:
        return REFUSED
    return noted.outcome


def _moment(arrived_at: object, sent_at: float) -> datetime:
    now = timezone.now()
    try:
        ago = timedelta(milliseconds=sent_at - float(arrived_at))
    except (TypeError, ValueError, OverflowError):
        return now
    return now - max(min(ago, OLDEST), timedelta())


def _listed(event: Event) -> dict[str, Any]:
    """All a telephone needs at the door: no addresses, no needs."""
    parties = {party.code: {**asdict(party), "here": {}} for party in arriving.roster(event)}
    walk_ins: dict[str, int] = {}
    for came in arriving.by_place(event):
        if came.code is None:
            walk_ins[came.place] = came.people
        elif came.code in parties:
            here = [came.people, came.reported, hour(came.since)]
            parties[came.code]["here"][came.place] = here
    return {
        "parties": list(parties.values()),
        "walk_ins": walk_ins,
        "places": [[place.key, place_name(place)] for place in arriving.places(event)],
    }
