from datetime import datetime

from django.db import IntegrityError, models, transaction
from django.db.models import Case, F, Q, When
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.hours_words import day_in_words
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.translation import CONTENT_LANGUAGES


class State(models.TextChoices):
    UNCONFIRMED = "unconfirmed", _("Address not confirmed yet")
    OPEN = "open", _("Waiting for an answer")
    WAITING = "waiting", _("On the waiting list")
    OFFERED = "offered", _("A place is offered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Cancelled by the person")
    EXPIRED = "expired", _("Place not taken up in time")
    CANCELLED = "cancelled", _("Cancelled by the organisation")
    CALLED_OFF = "called-off", _("No longer takes place")


#: What counts against the places of an offer.
HOLDING = (State.ACCEPTED, State.OFFERED)
#: What stands for somebody who would like to come, or will. One per offer and address.
ACTIVE = (State.OPEN, State.WAITING, *HOLDING)
#: What the organisation may answer.
ANSWERABLE = (State.OPEN, State.WAITING)
#: How an organisation reads them; whatever is over follows.
IN_ORDER = (State.OPEN, State.ACCEPTED, State.OFFERED, State.WAITING)

DECLINED_WITHOUT_ANSWER = _("Please add a sentence: why not, or who could help instead.")


class JoinRequestQuerySet(models.QuerySet):
    def confirmed(self) -> "JoinRequestQuerySet":
        """Requests whose sender confirmed the address: what an organisation gets to see."""
        return self.filter(confirmed_at__isnull=False)

    def open(self) -> "JoinRequestQuerySet":
        """Those that wait for the organisation's answer."""
        return self.filter(state=State.OPEN)

    def active(self) -> "JoinRequestQuerySet":
        """Those that stand for somebody who would like to come, or will: one per offer and
        address."""
        return self.filter(state__in=ACTIVE)

    def holding_places(self) -> "JoinRequestQuerySet":
        """Accepted, or offered a place and not answered yet."""
        return self.filter(state__in=HOLDING)

    def waiting(self) -> "JoinRequestQuerySet":
        """The waiting list, who waits longest first."""
        return self.filter(state=State.WAITING).order_by("confirmed_at", "pk")

    def overdue(self, now: datetime) -> "JoinRequestQuerySet":
        """Places that were offered and that nobody took up in time."""
        return self.filter(state=State.OFFERED, offered_until__lte=now)

    def from_address(self, email: str) -> "JoinRequestQuerySet":
        return self.filter(email__iexact=email)

    def waiting_first(self) -> "JoinRequestQuerySet":
        """Unanswered ones first, the longest waiting at the top; then who comes, by name; then who
        is offered a place, and the waiting list in its order; then the latest answers."""
        return self.order_by(
            Case(
                *(When(state=state, then=place) for place, state in enumerate(IN_ORDER)),
                default=len(IN_ORDER),
            ),
            Case(When(state__in=ANSWERABLE, then=F("confirmed_at"))).asc(nulls_last=True),
            Case(When(state=State.ACCEPTED, then=Lower("name"))).asc(nulls_last=True),
            F("closed_at").desc(nulls_last=True),
            "pk",
        )

    def coming(self) -> "JoinRequestQuerySet":
        """Who was accepted, by name."""
        return self.filter(state=State.ACCEPTED).order_by(Lower("name"), "pk")

    def visible_to(self, user) -> "JoinRequestQuerySet":
        """Confirmed requests for offers of one's own organisations; for admins all."""
        if not user.is_authenticated:
            return self.none()
        if user.may_administer:
            return self.confirmed()
        return self.confirmed().filter(
            offer__organisation__in=user.memberships.values("organisation")
        )


class JoinRequest(models.Model):
    """A person without an account who wants to come to an offer.

    The address counts once its owner confirmed it by mail (double opt-in). Erased when its
    retention time is over (`actors/privacy.py`).
    """

    State = State
    DECLINED_WITHOUT_ANSWER = DECLINED_WITHOUT_ANSWER

    offer = models.ForeignKey(
        "actors.Offer",
        verbose_name=_("offer"),
        related_name="join_requests",
        on_delete=models.CASCADE,
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    message = models.TextField(_("message"), max_length=1000, blank=True)
    wanted_day = models.DateField(_("date wanted"), null=True, blank=True)
    language = models.CharField(
        _("language of mails"), max_length=12, choices=CONTENT_LANGUAGES, default="de"
    )
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.UNCONFIRMED, editable=False
    )
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    offered_until = models.DateTimeField(
        _("place kept until"), null=True, blank=True, editable=False
    )

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "offer",
                Lower("email"),
                condition=Q(state__in=["open", "waiting", "accepted", "offered"]),
                name="actors_joinrequest_once",
                violation_error_message=_("There is already a request from this address."),
            ),
            models.CheckConstraint(
                condition=Q(state="unconfirmed") | Q(confirmed_at__isnull=False),
                name="actors_joinrequest_confirmed_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "cancelled"]) | ~Q(answer=""),
                name="actors_joinrequest_declined_with_answer",
                violation_error_message=DECLINED_WITHOUT_ANSWER,
            ),
            models.CheckConstraint(
                condition=Q(state="offered", offered_until__isnull=False)
                | (~Q(state="offered") & Q(offered_until__isnull=True)),
                name="actors_joinrequest_offered_until",
            ),
        ]
        indexes = [
            models.Index(
                fields=["offered_until"], condition=Q(state="offered"), name="joinrequest_offers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} – {self.offer}"

    def _move(self, allowed: set[str], **changes) -> None:
        updated = JoinRequest.objects.filter(
            pk=self.pk, state__in=[str(s) for s in allowed]
        ).update(**changes)
        if not updated:
            raise TransitionNotAllowed(f"request {self.pk} is {self.state}")
        for name, value in changes.items():
            setattr(self, name, value)

    @property
    def wanted(self) -> str:
        """The day this person would like to come, or would like to begin, in the reader's words;
        empty where they have left that open."""
        return day_in_words(self.wanted_day) if self.wanted_day else ""

    @property
    def has_lost_its_day(self) -> bool:
        """Whether nothing takes place any more on the day to come that this person wanted. Where an
        offer has no dates at all, nobody can tell."""
        day = self.wanted_day
        if day is None or day < timezone.localdate() or not self.is_active:
            return False
        return bool(self.offer.hours) and not self.offer.hours.on(day)

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_answerable(self) -> bool:
        return self.state in ANSWERABLE

    @property
    def has_place(self) -> bool:
        """Accepted, or offered a place and not answered yet."""
        return self.state in HOLDING

    @property
    def is_waiting(self) -> bool:
        return self.state == State.WAITING

    @property
    def is_offered(self) -> bool:
        return self.state == State.OFFERED

    def offer_is_open(self, now: datetime) -> bool:
        """Whether the place that was offered is still kept."""
        return self.offered_until is not None and self.offered_until > now

    @property
    def position(self) -> int:
        """The place on the waiting list, from 1."""
        ahead = self.offer.join_requests.waiting().filter(
            Q(confirmed_at__lt=self.confirmed_at)
            | Q(confirmed_at=self.confirmed_at, pk__lt=self.pk)
        )
        return ahead.count() + 1

    def confirm(self, *, is_full: bool = False) -> None:
        """The address is real: the organisation gets to see the request. Where every place is
        taken it goes on the waiting list.

        Raises TransitionNotAllowed when it was confirmed before, or when another request from the
        same address for the same offer is active: the unique constraint decides.
        """
        state = State.WAITING if is_full else State.OPEN
        try:
            with transaction.atomic():
                self._move({State.UNCONFIRMED}, state=state, confirmed_at=timezone.now())
        except IntegrityError as error:
            raise TransitionNotAllowed(f"request {self.pk} exists already") from error

    def decide(self, *, accept: bool, answer: str) -> None:
        """The organisation's answer; who declines says why. Whoever accepts holds the offer and
        has counted its places (`actors/joining.py`)."""
        self._move(
            set(ANSWERABLE),
            state=State.ACCEPTED if accept else State.DECLINED,
            answer=answer.strip(),
            closed_at=timezone.now(),
        )

    def wait(self) -> None:
        """The organisation puts an open request on the waiting list."""
        self._move({State.OPEN}, state=State.WAITING)

    def offer_place(self, *, until: datetime) -> None:
        """A place has become free: it is kept for this person for a while."""
        self._move({State.WAITING}, state=State.OFFERED, offered_until=until)

    def take_place(self, now: datetime) -> None:
        """The person takes the place that is kept. Raises TransitionNotAllowed when too late."""
        if not self.offer_is_open(now):
            raise TransitionNotAllowed(f"request {self.pk} has no open offer")
        self._move({State.OFFERED}, state=State.ACCEPTED, offered_until=None, closed_at=now)

    def expire(self) -> None:
        """The place was kept long enough."""
        self._move(
            {State.OFFERED}, state=State.EXPIRED, offered_until=None, closed_at=timezone.now()
        )

    def withdraw(self) -> None:
        """The person does not want to come any more."""
        self._move(set(ACTIVE), state=State.WITHDRAWN, offered_until=None, closed_at=timezone.now())

    def cancel(self, reason: str) -> None:
        """The organisation takes a place back, and says why."""
        self._move(
            set(HOLDING),
            state=State.CANCELLED,
            answer=reason.strip(),
            offered_until=None,
            closed_at=timezone.now(),
        )

    def call_off(self) -> None:
        """The offer is in the archive."""
        self._move(
            set(ACTIVE), state=State.CALLED_OFF, offered_until=None, closed_at=timezone.now()
        )
