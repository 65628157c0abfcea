"""Events and stalls in a member's own area: markets to apply for, and what became of applications
and proposals."""

from collections.abc import Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from actors.models import Organisation
from events.models import Event, GroupRegistration, StallApplication
from ssoe_portal.common.own_area import Door, register, register_standing
from ssoe_portal.common.translation import texts_along

register_standing(
    Door(
        gettext_lazy("Our events"),
        gettext_lazy("Propose an event, and see what became of it"),
        reverse_lazy("events:own-list"),
        "calendar",
    )
)
register_standing(
    Door(
        gettext_lazy("Our stalls"),
        gettext_lazy("Applications, decisions and pitches"),
        reverse_lazy("events:stall-list"),
        "calendar",
    )
)


@register
def doors(organisations: Sequence[Organisation]) -> list[Door]:
    """Events that one of these has not answered yet, then what became of applications."""
    applications = list(
        StallApplication.objects.filter(
            organisation__in=organisations, event__ends_at__gte=timezone.now()
        )
        .select_related("event", "assignment__pitch")
        .defer("event__search", "event__description")
        .prefetch_related(*texts_along("event", Event))
        .order_by("event__starts_at", "pk")
    )
    # Whoever was declined or has withdrawn may apply again, but is not asked to.
    applied = {(stall.event_id, stall.organisation_id) for stall in applications}
    returned = Q(organisation__in=organisations, status=Event.Status.RETURNED)
    groups = GroupRegistration.objects.filter(
        organisation__in=organisations, event__ends_at__gte=timezone.now()
    )
    events = (
        Event.objects.annotate(own_groups=_groups_of_each(groups))
        .filter(
            returned
            | Q(own_groups__len__gt=0)
            | Q(pk__in=Event.objects.taking_stalls().values("pk"))
        )
        .defer("search", "description")
        .order_by("stalls_until", "starts_at", "pk")
        .with_translation()
    )
    return [
        *(_returned(event) for event in events if event.status == Event.Status.RETURNED),
        *(
            _invitation(event, missing)
            for event in events
            if event.takes_stalls
            and (missing := [who for who in organisations if (event.pk, who.pk) not in applied])
        ),
        *(_application(stall) for stall in applications if stall.is_active),
        *(_group(event, **group) for event in events for group in event.own_groups),
    ]


def _groups_of_each(groups: QuerySet[GroupRegistration]) -> ArraySubquery:
    """Of each event its groups among these, with the people in them; in the query of the events."""
    own = groups.filter(event=OuterRef("pk")).with_numbers().order_by("pk")
    return ArraySubquery(own.values(group=JSONObject(pk="pk", people="people")))


def _returned(event: Event) -> Door:
    return Door(
        _("The organisers ask about your event"),
        event.text.title,
        reverse("events:own-event", args=[event.slug]),
        "calendar",
        waits=True,
    )


def _invitation(event: Event, missing: list[Organisation]) -> Door:
    url = reverse("events:stall-apply", args=[event.slug])
    if len(missing) == 1:
        url += "?" + urlencode({"organisation": missing[0].slug})
    return Door(
        _("Apply for a stall"),
        _("%(event)s: until %(day)s")
        % {
            "event": event.text.title,
            "day": date_format(timezone.localtime(event.stalls_until), "DATE_FORMAT"),
        },
        url,
        "calendar",
        waits=True,
    )


def _application(stall: StallApplication) -> Door:
    state = stall.get_state_display()
    if stall.pitch:
        state = _("pitch %(pitch)s") % {"pitch": stall.pitch.label}
    return Door(
        _("Your stall"),
        f"{stall.event.text.title}: {stall.title}, {state}",
        stall.get_absolute_url(),
        "pin" if stall.pitch else "calendar",
    )


def _group(event: Event, *, pk: int, people: int) -> Door:
    words = ngettext("%(number)s person", "%(number)s people", people) % {"number": people}
    return Door(
        _("Your group"),
        f"{event.text.title}: {words}",
        reverse("events:group", args=[pk]),
        "group",
    )
