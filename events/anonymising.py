"""When an event is long over, only numbers are left of who came.

The day is the event's own (`Event.anonymises_on`), and it comes by itself: `events/privacy.py`
hands these rows to the nightly erasing.
"""

from datetime import datetime, time, timedelta
from itertools import batched

from django.db import transaction
from django.db.models import Count, DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from events.models import Arrival, Event, Registration, RegistrationAnswer
from events.models.afterwards import KEPT
from events.models.registration import new_code
from ssoe_portal.common.translation import BASE_LANGUAGE

BATCH = 500
FIELDS = (
    *("name", "email", "companions", "access_needs", "had_access_needs", "interpreting"),
    *("phone", "noted_by", "corrected_by", "call_about", "code", "created_at", "language"),
    "anonymised_at",
)


def over(before: datetime) -> Q:
    """Events whose day has come, as a condition on events; `before` is KEPT ago."""
    today = timezone.localdate(before + KEPT)
    # Those that name no day as those that do: by the day, which forms tell, not by the hour.
    over = timezone.make_aware(datetime.combine(today + timedelta(days=1), time())) - KEPT
    return Q(anonymise_on__lte=today) | Q(anonymise_on__isnull=True, ends_at__lt=over)


def due(before: datetime) -> QuerySet[Registration]:
    """Registrations of these events that still say who it was."""
    events = Event.objects.filter(over(before))
    return Registration.objects.known().filter(event__in=events.values("pk"))


def arrivals_due(before: datetime) -> QuerySet[Arrival]:
    """Arrivals of these events that still say who noted them."""
    events = Event.objects.filter(over(before))
    return Arrival.objects.filter(event__in=events.values("pk"), noted_by__isnull=False)


@transaction.atomic
def anonymise(rows: QuerySet[Registration]) -> int:
    """Erase who it was, what was written and answered; size, children, state, the day, whether
    there were needs and the language to interpret into stay. Return how many there were.

    The code is another one afterwards, so that no mail and no ticket leads to a row.
    """
    now, done = timezone.now(), 0
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for some in batched(keys, BATCH):
        parties = list(Registration.objects.select_for_update(no_key=True).filter(pk__in=some))
        for party in parties:
            party.had_access_needs = bool(party.access_needs)
            party.name = party.email = party.phone = party.access_needs = ""
            party.noted_by = party.corrected_by = None
            party.call_about = []
            party.companions = []
            party.interpreting = party.language_known(BASE_LANGUAGE)
            party.code = new_code()
            day = timezone.localtime(party.created_at)
            party.created_at = day.replace(hour=0, minute=0, second=0, microsecond=0)
            party.language = BASE_LANGUAGE
            party.anonymised_at = now
        Registration.objects.bulk_update(parties, FIELDS)
        RegistrationAnswer.objects.filter(registration__in=some).delete()
        done += len(parties)
    return done


def forget_who_noted(rows: QuerySet[Arrival]) -> int:
    return rows.update(noted_by=None)


def calendar() -> QuerySet[Event]:
    """Events of which something personal is held, the one that is erased next first; each with
    `parties` of which names are known and `goes_on`, the day."""
    after = ExpressionWrapper(F("ends_at") + KEPT, output_field=DateTimeField())
    return (
        Event.objects.with_translation()
        .annotate(
            parties=Count("registrations", filter=Q(registrations__anonymised_at__isnull=True)),
            goes_on=Coalesce("anonymise_on", TruncDate(after)),
        )
        .filter(parties__gt=0)
        .defer("search", "description")
        .order_by("goes_on", "pk")
    )
