"""What waits for event managers."""

from collections.abc import Callable, Mapping, Sequence

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.models import Event, Registration, StallApplication
from events.models.event import of_each_event
from ssoe_portal.common.desk import Queue


def queues() -> list[Queue]:
    """Proposals and changes, stalls to decide, stalls without a pitch, where there are any those of
    archived organisations, waiting lists; of events that are not over.

    One query. A queue leads to the event that has all of it, or to the list of events.
    """
    stalls, parties = StallApplication.objects.all(), Registration.objects.all()
    events = (
        Event.objects.filter(ends_at__gte=timezone.now())
        .order_by()
        .annotate(
            undecided=of_each_event(stalls.undecided(), Count("pk")),
            without_pitch=of_each_event(stalls.without_pitch(), Count("pk")),
            of_archived=of_each_event(stalls.of_archived(), Count("pk")),
            waiting=of_each_event(parties.waiting(), Count("pk")),
        )
        .values(
            *("slug", "status", "changed_at", "reviewed_at"),
            *("undecided", "without_pitch", "of_archived", "waiting"),
        )
    )
    rows = list(events)
    proposed = sum(row["status"] == Event.Status.SUBMITTED for row in rows)
    proposals = reverse("events:desk-proposals")
    of_archived = _queue(
        rows,
        "of_archived",
        heading=lambda n: ngettext(
            "Stall of an archived organisation", "Stalls of archived organisations", n
        ),
        hint=_("Does anybody come? If not, take the acceptance back: its pitch is free then."),
        url_name="events:desk-stalls",
        query="?state=accepted",
        is_urgent=True,
    )
    return [
        Queue(
            ngettext("Event proposed", "Events proposed", proposed),
            proposed,
            proposals,
            _("By organisations that wait for an answer."),
            is_urgent=True,
        ),
        Queue(
            _("Events changed"),
            sum(_is_changed(row) for row in rows),
            proposals + "#changed",
            _("Published ones that their organisation changed."),
        ),
        _queue(
            rows,
            "undecided",
            heading=lambda n: ngettext("Stall to decide", "Stalls to decide", n),
            hint=_("Organisations that want a stall and wait for an answer."),
            url_name="events:desk-stalls",
            query="?state=submitted",
            is_urgent=True,
        ),
        _queue(
            rows,
            "without_pitch",
            heading=lambda n: ngettext("Stall without a pitch", "Stalls without a pitch", n),
            hint=_("Accepted, but nobody said where they stand."),
            url_name="events:desk-stalls",
            query="?state=without-pitch",
        ),
        *([of_archived] if of_archived.count else []),
        _queue(
            rows,
            "waiting",
            heading=lambda n: ngettext("Party on waiting lists", "Parties on waiting lists", n),
            hint=_("More room, or a second date?"),
            url_name="events:desk-registrations",
            query="?state=waiting",
            is_urgent=True,
        ),
    ]


def _is_changed(row: Mapping) -> bool:
    """`EventQuerySet.recently_changed`, of a row."""
    changed, reviewed = row["changed_at"], row["reviewed_at"]
    is_newer = changed is not None and (reviewed is None or changed > reviewed)
    return row["status"] == Event.Status.PUBLISHED and is_newer


def _queue(
    rows: Sequence[Mapping],
    key: str,
    *,
    heading: Callable[[int], str],
    hint: str | Promise,
    url_name: str,
    query: str,
    is_urgent: bool = False,
) -> Queue:
    busy = [row for row in rows if row[key]]
    if len(busy) == 1:
        url = reverse(url_name, args=[busy[0]["slug"]]) + query
    else:
        url = reverse("events:desk-list")
    count = sum(row[key] for row in busy)
    return Queue(heading(count), count, url, hint, is_urgent)
