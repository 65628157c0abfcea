"""What becomes of events and stalls when two organisations are merged (`actors/merging.py`)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from actors.merging import Rule, moves, register
from actors.models import Organisation
from events.models import Event, ProgrammeItem, Speaker, StallApplication


def _both_open(gone: Organisation, stays: Organisation):
    """The other entry's open applications for events for which the one that stays has one too."""
    theirs = StallApplication.objects.open().filter(organisation=stays).values("event")
    return StallApplication.objects.open().filter(organisation=gone, event__in=theirs)


def _obstacles(gone: Organisation, stays: Organisation) -> list[str]:
    coming = _both_open(gone, stays).filter(event__ends_at__gte=timezone.now())
    return [
        _(
            "Both have an open application for a stall at “%(event)s”. "
            "Please let one of them be withdrawn or decided first."
        )
        % {"event": application.event}
        for application in coming.select_related("event").order_by("event__starts_at", "pk")
    ]


def _move_applications(gone: Organisation, stays: Organisation) -> None:
    """Of two stalls at an event that is over, the other entry's stays with it in the archive."""
    left = _both_open(gone, stays).values("pk")
    StallApplication.objects.filter(organisation=gone).exclude(pk__in=left).update(
        organisation=stays
    )


register(Event, "organisation", Rule(moves(Event)))
register(ProgrammeItem, "organisation", Rule(moves(ProgrammeItem)))
register(Speaker, "organisation", Rule(moves(Speaker)))
register(StallApplication, "organisation", Rule(_move_applications, obstacles=_obstacles))
