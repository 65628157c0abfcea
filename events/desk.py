"""What waits for event managers."""

from collections.abc import Callable, Mapping, Sequence

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.models import Event
from ssoe_portal.common.desk import Queue


def queues() -> list[Queue]:
    """Stalls to decide, stalls without a pitch, waiting lists; of events that are not over.

    One query. A queue leads to the event that has most of it, or to the list of events.
    """
    events = (
        Event.objects.filter(ends_at__gte=timezone.now())
        .annotate(
            undecided=Count(
                "stall_applications",
                filter=Q(stall_applications__state="submitted"),
                distinct=True,
            ),
            without_pitch=Count(
                "stall_applications",
                filter=Q(
                    stall_applications__state="accepted",
                    stall_applications__assignment__isnull=True,
                ),
                distinct=True,
            ),
            waiting=Count("registrations", filter=Q(registrations__state="waiting"), distinct=True),
        )
        .values("slug", "undecided", "without_pitch", "waiting")
    )
    rows = list(events)
    return [
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
        _queue(
            rows,
            "waiting",
            heading=lambda n: ngettext("party on waiting lists", "parties on waiting lists", n),
            hint=_("More room, or a second date?"),
            url_name="events:desk-registrations",
            query="?state=waiting",
            is_urgent=True,
        ),
    ]


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
