import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, ExpressionWrapper, F, Q, Sum, Value, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import SpokenLanguage
from actors.phone import validate_phone
from events.models.item_sign_up import takes_sign_ups_along
from ssoe_portal.common.moderation import Status

LARGEST_PARTY = 10
_MOMENT = models.DateTimeField()
#: Letters and digits that nobody mixes up when reading a code aloud (Crockford's base 32).
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10


def new_code() -> str:
    """Return a code of 50 random bits, which is on the QR code and in addresses."""
    return "".join(secrets.choice(CODE_ALPHABET) for _i in range(CODE_LENGTH))


@cache
def _languages() -> dict[str, SpokenLanguage]:
    """Languages by every name people call them by; from the vocabulary's file, which costs a list
    of registrations no query."""
    return {
        name.casefold(): language
        for language in SpokenLanguage.in_file()
        for name in (language.native, *language.labels.values())
    }


class RegistrationState(models.TextChoices):
    CONFIRMED = "confirmed", _("confirmed")
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("place offered")
    CANCELLED = "cancelled", _("cancelled")


class CancelledBecause(models.TextChoices):
    GUEST = "guest", _("cancelled by the guests")
    LEFT = "left", _("left the waiting list")
    STAFF = "staff", _("cancelled by the organisers")
    EXPIRED = "expired", _("offer not taken up in time")


class CallAbout(models.TextChoices):
    """What somebody is told by telephone who has no e-mail address; the keys are letters'."""

    OFFERED = "offered", _("A place is free for them, until somebody says yes or the time is over.")
    CANCELLED = "cancelled", _("Their registration is cancelled.")
    MOVED = "moved", _("The event is at another time or place.")
    CALLED_OFF = "called_off", _("The event does not take place.")
    ITEMS_CHANGED = (
        "items_changed",
        _("Something they signed up for has changed: see the programme."),
    )
    MESSAGE = "message", _("There is a message to those who are registered.")


HOLDING = (RegistrationState.CONFIRMED, RegistrationState.OFFERED)
ACTIVE = (*HOLDING, RegistrationState.WAITING)


class RegistrationQuerySet(models.QuerySet):
    def known(self) -> Self:
        """Of whom more than numbers is known: not made anonymous."""
        return self.filter(anonymised_at__isnull=True)

    def active(self) -> Self:
        """Everything that is not cancelled."""
        return self.filter(state__in=ACTIVE)

    def holding_places(self) -> Self:
        """Confirmed, or offered and not answered yet: what counts against the capacity."""
        return self.filter(state__in=HOLDING)

    def confirmed(self) -> Self:
        return self.filter(state=RegistrationState.CONFIRMED)

    def waiting(self) -> Self:
        """The waiting list, who waits longest first."""
        return self.filter(state=RegistrationState.WAITING).order_by("created_at", "pk")

    def offered(self) -> Self:
        return self.filter(state=RegistrationState.OFFERED)

    def overdue(self, now: datetime) -> Self:
        """Offers nobody took up in time."""
        return self.offered().filter(offered_until__lte=now)

    def of_address(self, email: str) -> Self:
        """Of one e-mail address, however it is written; asked as the index has it."""
        return self.alias(address=Lower("email")).filter(address=Lower(Value(email)))

    def to_call(self) -> Self:
        """Who has no e-mail address and something to be told."""
        return self.exclude(call_about=[])

    def due_for_reminder(self, now: datetime) -> Self:
        """With a place at a public event that begins within as many days as it reminds before, not
        reminded yet, and registered before that day."""
        days = ExpressionWrapper(
            F("event__reminder_days") * Value(timedelta(days=1)), models.DurationField()
        )
        return (
            self.confirmed()
            .alias(remind_at=ExpressionWrapper(F("event__starts_at") - days, _MOMENT))
            .filter(
                reminded_at__isnull=True,
                event__status="published",
                event__starts_at__gt=now,
                remind_at__lte=now,
                created_at__lt=F("remind_at"),
            )
        )

    def matching(self, text: str) -> Self:
        """With these words in name, address or code, as somebody says them on the telephone."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(email__icontains=word)
                | Q(phone__icontains=word)
                | Q(code__icontains=word)
            )
        return found

    def numbers_of_parties(self) -> dict[str, int]:
        """How many parties there are by state, `active` ones altogether, those of `groups`, and
        those `to_call`."""
        numbers = {state: Count("pk", filter=Q(state=state)) for state in RegistrationState.values}
        active = Q(state__in=ACTIVE)
        return self.aggregate(
            **numbers,
            active=Count("pk", filter=active),
            groups=Count("pk", filter=active & Q(group__isnull=False)),
            to_call=Count("pk", filter=~Q(call_about=[])),
        )

    def numbers(self) -> dict[str, int]:
        """People `confirmed`, `offered` a place and `waiting`; of the confirmed ones the `children`
        among them and how many `parties` they are."""
        confirmed = Q(state=RegistrationState.CONFIRMED)
        return self.aggregate(
            confirmed=Sum("size", filter=confirmed, default=0),
            offered=Sum("size", filter=Q(state=RegistrationState.OFFERED), default=0),
            waiting=Sum("size", filter=Q(state=RegistrationState.WAITING), default=0),
            children=Sum("children", filter=confirmed, default=0),
            parties=Count("pk", filter=confirmed),
        )

    def active_first(self) -> Self:
        """In the order in which they registered; what is cancelled comes last."""
        is_cancelled = Case(When(state=RegistrationState.CANCELLED, then=1), default=0)
        return self.order_by(is_cancelled, "created_at", "pk")

    def people(self) -> int:
        """How many people these parties are together."""
        return self.aggregate(people=Sum("size", default=0))["people"]


class Registration(models.Model):
    """A party of N people who want to come to an event, known by one name and e-mail address.

    Not in the history: what is erased here (`events/privacy.py`) must be gone everywhere.
    """

    State = RegistrationState
    Because = CancelledBecause
    CallAbout = CallAbout

    event = models.ForeignKey(
        "events.Event",
        verbose_name=_("event"),
        related_name="registrations",
        on_delete=models.CASCADE,
    )
    group = models.ForeignKey(
        "events.GroupRegistration",
        verbose_name=_("group registration"),
        related_name="registrations",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
    )
    code = models.CharField(
        _("code"), max_length=CODE_LENGTH, unique=True, default=new_code, editable=False
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("May be missing in groups, and of whoever registers by telephone."),
    )
    phone = models.CharField(
        _("telephone number"),
        max_length=40,
        blank=True,
        validators=[validate_phone],
        help_text=_("Only of those who have no e-mail address."),
    )
    language = models.CharField(
        _("language of mails"), max_length=12, choices=settings.LANGUAGES, default="de"
    )
    size = models.PositiveSmallIntegerField(
        _("how many people"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST_PARTY)],
    )
    companions = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("who comes along"),
        default=list,
        blank=True,
        help_text=_("Only where the event asks for names."),
    )
    access_needs = models.CharField(_("access"), max_length=300, blank=True)
    interpreting = models.CharField(_("interpreting into"), max_length=80, blank=True)
    children = models.PositiveSmallIntegerField(
        _("children to be looked after"), default=0, validators=[MaxValueValidator(LARGEST_PARTY)]
    )

    state = models.CharField(_("status"), max_length=9, choices=RegistrationState, editable=False)
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    offered_until = models.DateTimeField(
        _("offer valid until"), null=True, blank=True, editable=False
    )
    #: Since they registered that way, or since the desk took the address away.
    at_desk = models.BooleanField(_("by telephone"), default=False, editable=False)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("noted by"),
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
    )
    #: As letters would be queued: `about` what, its `key`, and the `facts` of that letter.
    call_about = models.JSONField(
        _("to be told by telephone"), default=list, blank=True, editable=False
    )
    corrected_at = models.DateTimeField(
        _("address or number corrected"), null=True, blank=True, editable=False
    )
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("corrected by"),
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
    )
    #: Counted up with each other address: whoever read the mails to the one before may be a
    #: stranger, and the links in them end.
    link_number = models.PositiveSmallIntegerField(default=0, editable=False)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled on"), null=True, blank=True, editable=False)
    cancelled_because = models.CharField(
        _("why cancelled"), max_length=7, choices=CancelledBecause, blank=True, editable=False
    )

    #: What is left of the needs of a party that was made anonymous (`events/anonymising.py`).
    had_access_needs = models.BooleanField(_("had access needs"), default=False, editable=False)
    anonymised_at = models.DateTimeField(_("made anonymous"), null=True, blank=True, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "event",
                Lower("email"),
                condition=~Q(state="cancelled") & ~Q(email=""),
                name="events_registration_once",
                violation_error_message=_("There is already a registration from this address."),
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True)
                | Q(name="", email="", phone="", access_needs="", companions=[])
                & Q(noted_by__isnull=True, corrected_by__isnull=True, call_about=[]),
                name="events_registration_anonymous",
            ),
            models.CheckConstraint(
                condition=Q(size__range=(1, LARGEST_PARTY)),
                name="events_registration_size",
                violation_error_message=_("A party is 1 to 10 people."),
            ),
            models.CheckConstraint(
                condition=Q(email__gt="")
                | Q(group__isnull=False)
                | Q(at_desk=True)
                | Q(anonymised_at__isnull=False),
                name="events_registration_email",
                violation_error_message=_("An e-mail address is needed."),
            ),
            models.CheckConstraint(
                condition=Q(phone="", call_about=[]) | Q(email="", at_desk=True),
                name="events_registration_phone",
                violation_error_message=_("With an e-mail address no number is needed."),
            ),
            models.CheckConstraint(
                condition=Q(companions=[]) | Q(companions__len__lt=F("size")),
                name="events_registration_companions",
                violation_error_message=_("These are more names than people."),
            ),
            models.CheckConstraint(
                condition=Q(state="offered", offered_until__isnull=False)
                | (~Q(state="offered") & Q(offered_until__isnull=True)),
                name="events_registration_offered_until",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False, cancelled_because__gt="")
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True, cancelled_because="")),
                name="events_registration_cancelled_when",
            ),
        ]
        indexes = [
            models.Index(fields=["event", "state", "created_at"], name="registration_queue"),
            models.Index(
                fields=["offered_until"],
                condition=Q(state="offered"),
                name="registration_offers",
            ),
        ]
        triggers = [
            # A foreign key cannot say that the group is one of the same event; this can.
            pgtrigger.Trigger(
                name="group_of_the_event",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("group_id", "event_id"),
                condition=pgtrigger.Q(new__group__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM events_groupregistration
                        WHERE id = NEW.group_id AND event_id = NEW.event_id
                    ) THEN
                        RAISE EXCEPTION 'the group is not of this event'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            takes_sign_ups_along,
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.size})"

    def get_absolute_url(self) -> str:
        return reverse("events:registration", args=[self.code])

    def get_desk_url(self) -> str:
        return reverse("events:desk-registration", args=[self.code])

    @property
    def is_anonymous(self) -> bool:
        """Whether only numbers are left of it."""
        return self.anonymised_at is not None

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_confirmed(self) -> bool:
        return self.state == RegistrationState.CONFIRMED

    @property
    def is_waiting(self) -> bool:
        return self.state == RegistrationState.WAITING

    @property
    def is_offered(self) -> bool:
        return self.state == RegistrationState.OFFERED

    @property
    def is_out_of_reach(self) -> bool:
        """Whether it counts on the event and nobody can tell it anything: it registered by
        telephone and left neither address nor number."""
        has_way = self.email or self.phone or self.group_id
        return self.is_active and not self.is_anonymous and not has_way

    @property
    def online_url(self) -> str:
        """The event's link for taking part online, once the party's places are theirs."""
        return self.event.online_url if self.is_confirmed else ""

    @property
    def offer_is_open(self) -> bool:
        return self.is_offered and (
            self.offered_until is not None and self.offered_until > timezone.now()
        )

    @property
    def has_left_waiting_list(self) -> bool:
        """Whether the guests gave up waiting: they had no places that could go to others."""
        return self.cancelled_because == CancelledBecause.LEFT

    @property
    def was_cancelled_by_staff(self) -> bool:
        return self.cancelled_because == CancelledBecause.STAFF

    @property
    def is_called_off(self) -> bool:
        """Whether it was cancelled along with its event."""
        return self.was_cancelled_by_staff and self.event.status == Status.ARCHIVED

    @property
    def has_needs(self) -> bool:
        return bool(self.access_needs or self.interpreting or self.children)

    @property
    def interpreting_into(self) -> str:
        """The language to interpret into, in the reader's words where it is one we know."""
        known = _languages().get(self.interpreting.strip().casefold())
        return known.label if known else self.interpreting

    def language_known(self, language: str) -> str:
        """Its name in a language of the interface where it is one we know, else ""."""
        known = _languages().get(self.interpreting.strip().casefold())
        return known.labels.get(language, "") if known else ""

    @property
    def link_key(self) -> str:
        """What links in its mails stand for: this party, under the address it has now."""
        return f"{self.pk}-{self.link_number}"

    @property
    def ahead(self) -> models.QuerySet:
        """The parties on the waiting list before this one."""
        return self.event.registrations.waiting().filter(
            Q(created_at__lt=self.created_at) | Q(created_at=self.created_at, pk__lt=self.pk)
        )

    @property
    def position(self) -> int:
        """The place on the waiting list, counted in parties, from 1."""
        return self.ahead.count() + 1

    def give_up(self, because: str, now: datetime | None = None) -> None:
        """Become cancelled. Whoever calls it holds the event's row and writes to the party. Guests
        who wait have no place to give back: they leave the list."""
        if because == CancelledBecause.GUEST and self.is_waiting:
            because = CancelledBecause.LEFT
        self.state = RegistrationState.CANCELLED
        self.offered_until = None
        self.cancelled_at = now or timezone.now()
        self.cancelled_because = because
        self.save(update_fields=["state", "offered_until", "cancelled_at", "cancelled_because"])
