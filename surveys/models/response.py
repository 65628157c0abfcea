"""What came back. No history is kept of these tables, no time of day, and no running numbers.

An anonymous response knows neither organisation nor account, and once handed in no date either;
the secret of its link is forgotten in the same moment. What remains is `AnswerLink`, which only
says that a link existed, so that someone who comes back with it reads a clear word.

What the task force enters from paper or from an interview is a response like others. Who entered
it, who asked and on which day stands with attributed ones only, and only those can be corrected
afterwards: they stay handed in, and have a link again for so long.

What PostgreSQL itself notes of rows (xmin, ctid) tells no order either: see `surveys/mixing.py`.
"""

import datetime as dt
import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.core import signing
from django.db import connection, models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from ssoe_portal.common.translation import texts_along
from surveys.models.survey import Survey

#: A draft is erased so long after somebody last worked on it.
DRAFT_KEPT = dt.timedelta(days=90)
#: So long somebody who was asked has to confirm the protocol; without a word it stays as it is.
CONFIRMING = dt.timedelta(days=14)


def new_token() -> str:
    """A secret of 256 bits for an anonymous draft's link; only its hash is stored."""
    return secrets.token_urlsafe(32)


def attributed_token(response_id: uuid.UUID, link_number: int = 0) -> str:
    """The secret of an attributed draft: made from the portal's key, so that it can be made
    again for another member of the organisation, and from the database alone by nobody.

    Whoever leaves the organisation keeps a link that leads nowhere: `link_number` goes up."""
    which = f"{response_id}:{link_number}"
    digest = salted_hmac("surveys.attributed-draft", which, algorithm="sha256").digest()
    return signing.b64_encode(digest).decode()


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class AnswerLink(models.Model):
    """A link to a draft that was once given out; without date, without the draft.

    `is_replaced`: somebody has left the organisation since, and its draft has another link."""

    token_hash = models.CharField(_("hash of the secret"), max_length=64, primary_key=True)
    wave = models.ForeignKey(
        "surveys.Wave", verbose_name=_("wave"), related_name="+", on_delete=models.CASCADE
    )
    is_replaced = models.BooleanField(_("replaced"), default=False)

    class Meta:
        verbose_name = _("link to a draft")
        verbose_name_plural = _("links to drafts")
        ordering = ["token_hash"]

    def __str__(self) -> str:
        return self.token_hash[:8]


class ResponseQuerySet(models.QuerySet):
    def drafts(self) -> Self:
        return self.filter(state=Response.State.DRAFT)

    def submitted(self) -> Self:
        return self.filter(state=Response.State.SUBMITTED)

    def entered(self) -> Self:
        """What staff have entered from paper or an interview, or are entering."""
        return self.exclude(mode=Response.Mode.ONLINE)

    def entered_by(self, user) -> Self:
        """What this person has entered, as far as that is known: drafts, and attributed ones."""
        if not (user.is_authenticated and user.may_review):
            return self.none()
        return self.entered().filter(entered_by=user)

    def attributed(self) -> Self:
        return self.filter(organisation__isnull=False)

    def being_corrected(self) -> Self:
        return self.submitted().filter(token_hash__isnull=False)

    def with_token(self, token: str) -> Self:
        """The draft, or what is being corrected, behind a secret link."""
        return self.filter(token_hash=token_hash(token))

    def with_texts(self) -> Self:
        """Fetch the reader's texts of the survey along."""
        return self.prefetch_related(*texts_along("wave__survey", Survey))

    def of_members(self, user) -> Self:
        """Attributed ones of the organisations that this person belongs to; of what staff enter
        and of entries that were merged into one of these only what is finished."""
        if not user.is_authenticated:
            return self.none()
        finished = Q(state=Response.State.SUBMITTED)
        mine = user.memberships.values("organisation")
        own = (Q(mode=Response.Mode.ONLINE) | finished) & Q(organisation__in=mine)
        return self.filter(own | (finished & Q(organisation__merged_into__in=mine)))

    def behind(self, token: str) -> "Response | None":
        """Which of these attributed ones a link led to while it was a draft."""
        return next((found for found in self if found.team_token == token), None)

    def answer_counts(self, keys: Iterable[str]) -> Iterator[tuple[str, Any, str, bool, int]]:
        """Count equal answers: the question's key, the answer, the stage, whether the respondents
        are anonymous, and how many they are. What stands in repeated sections is not counted."""
        rows, params = self.order_by().values("pk").query.sql_with_params()
        counts = f"""
            SELECT given.key, given.value, stage, organisation_id IS NULL, count(*)
            FROM surveys_response, LATERAL jsonb_each(answers) AS given
            WHERE id IN ({rows}) AND given.key = ANY(%s)
            GROUP BY 1, 2, 3, 4
        """  # noqa: S608 - what is put in was written by Django
        with connection.cursor() as cursor:
            cursor.execute(counts, [*params, list(keys)])
            for key, value, stage, is_anonymous, number in cursor:
                yield key, json.loads(value), stage, is_anonymous, number

    def readable_by(self, user) -> Self:
        """Raw answers that the task force may read: attributed, handed in, and only when the
        wave is over. Anonymous ones are never shown one by one."""
        if not (user.is_authenticated and user.may_review):
            return self.none()
        return self.attributed().submitted().filter(wave__closes_at__lte=timezone.now())


class Response(models.Model):
    """One respondent's answers to one wave, as draft or handed in.

    `answers` holds them by the keys of their questions; what was passed over is not in it. What a
    value looks like depends on the question's kind: single, scale: "key"; multiple, ranking:
    ["key", …]; matrix: {"row": "point"}; number: 3 or 2.5; texts: "words"; date, time, moment: ISO
    8601; organisation: {"name": "…", "id": 7 or null}; consent: true. Words of one's own beside a
    choice stand under "<question>.other". A section that is asked several times is a list under its
    own key: [{"question": value}, …].
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("handed in")

    class Mode(models.TextChoices):
        ONLINE = "online", _("online")
        PAPER = "paper", _("on paper")
        INTERVIEW = "interview", _("interview")

    class Confirmation(models.TextChoices):
        """What the respondent says of the protocol of an interview."""

        NOT_ASKED = "not-asked", _("not sent yet")
        WAITING = "waiting", _("not confirmed yet")
        SILENT = "silent", _("not confirmed, no word")
        CONFIRMED = "confirmed", _("confirmed")
        OBJECTED = "objected", _("something is wrong")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(
        "surveys.Wave", verbose_name=_("wave"), related_name="responses", on_delete=models.PROTECT
    )
    mode = models.CharField(_("how"), max_length=9, choices=Mode, default=Mode.ONLINE)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        related_name="responses",
        on_delete=models.PROTECT,
        help_text=_("Empty for anonymous answers."),
    )
    stage = models.CharField(
        _("stage"), max_length=12, choices=Organisation.Stage, blank=True, default=""
    )
    token_hash = models.CharField(  # noqa: DJ001 - unique where there is one
        _("hash of the secret"), max_length=64, null=True, unique=True, editable=False
    )
    link_number = models.PositiveSmallIntegerField(
        _("number of the link"), default=0, editable=False
    )
    answers = models.JSONField(_("answers"), default=dict, editable=False)
    prefilled = models.JSONField(
        _("filled in from the profile, not yet seen"), default=list, editable=False
    )
    consented = models.BooleanField(
        _("told and agreed"),
        default=False,
        editable=False,
        help_text=_("Of what staff enter: the person was told what for, and agreed."),
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        editable=False,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    interviewer = models.CharField(
        _("who asked"), max_length=120, blank=True, default="", editable=False
    )
    held_on = models.DateField(_("day of the form or interview"), null=True, editable=False)
    asked_on = models.DateField(_("protocol given out on"), null=True, editable=False)
    confirmed_on = models.DateField(_("protocol confirmed on"), null=True, editable=False)
    objection = models.TextField(
        _("what is wrong in the protocol"),
        max_length=4000,
        blank=True,
        default="",
        editable=False,
    )
    touched_on = models.DateField(_("last worked on"), null=True, editable=False)
    submitted_on = models.DateField(_("handed in on"), null=True, editable=False)
    corrected_on = models.DateField(
        _("corrected on"),
        null=True,
        editable=False,
        help_text=_("By whoever entered it, from the same form or interview."),
    )

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["wave", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "organisation"],
                condition=Q(organisation__isnull=False),
                name="surveys_response_once_per_organisation",
                violation_error_message=_("This organisation has already answered."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", token_hash__isnull=False, touched_on__isnull=False)
                | Q(state="submitted", token_hash__isnull=True, touched_on__isnull=True)
                | Q(organisation__isnull=False, token_hash__isnull=False, touched_on__isnull=False)
                & ~Q(mode="online"),
                name="surveys_response_link_ends",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted")
                | Q(organisation__isnull=True, submitted_on__isnull=True)
                | Q(organisation__isnull=False, submitted_on__isnull=False),
                name="surveys_response_anonymous_undated",
                violation_error_message=_("Anonymous answers carry no date."),
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted")
                | Q(organisation__isnull=False)
                | Q(
                    entered_by__isnull=True,
                    interviewer="",
                    held_on__isnull=True,
                    corrected_on__isnull=True,
                ),
                name="surveys_response_anonymous_unasked",
                violation_error_message=_("Anonymous answers do not say who asked, nor when."),
            ),
            models.CheckConstraint(
                condition=Q(
                    mode="online",
                    consented=False,
                    entered_by__isnull=True,
                    interviewer="",
                    held_on__isnull=True,
                    corrected_on__isnull=True,
                )
                | ~Q(mode="online") & Q(consented=True),
                name="surveys_response_entered_with_consent",
                violation_error_message=_("What is entered for others needs their consent."),
            ),
            models.CheckConstraint(
                condition=Q(mode="online")
                | Q(organisation__isnull=True)
                | Q(held_on__isnull=False),
                name="surveys_response_entered_dated",
                violation_error_message=_("A form or interview with a name has a day."),
            ),
            models.CheckConstraint(
                condition=Q(asked_on__isnull=True, confirmed_on__isnull=True, objection="")
                | Q(
                    mode="interview",
                    state="submitted",
                    organisation__isnull=False,
                    asked_on__isnull=False,
                ),
                name="surveys_response_protocol_of_interview",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_on__isnull=True) | Q(objection=""),
                name="surveys_response_confirmed_or_not",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="entered_in_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.mode = 'online' OR NEW.state <> 'submitted' THEN
                        RETURN NEW;
                    END IF;
                    IF TG_OP = 'UPDATE' THEN
                        IF OLD.state = 'submitted'
                            AND NEW.answers IS NOT DISTINCT FROM OLD.answers
                            AND NEW.stage IS NOT DISTINCT FROM OLD.stage
                        THEN RETURN NEW; END IF;
                    END IF;
                    -- Whoever ends the entering waits until this is written, or is waited for.
                    PERFORM 1 FROM surveys_wave
                        WHERE id = NEW.wave_id AND entering_ended_at IS NULL FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'entering has ended' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]
        indexes = [
            models.Index(fields=["wave", "state", "stage"], name="response_results"),
            models.Index(
                fields=["wave", "id"],
                condition=Q(state="submitted", organisation__isnull=True),
                name="response_mixing",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation) if self.organisation_id else str(_("anonymous"))

    @property
    def is_anonymous(self) -> bool:
        return self.organisation_id is None

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_entered(self) -> bool:
        """Whether staff enter it from paper or an interview."""
        return self.mode != self.Mode.ONLINE

    @property
    def is_being_corrected(self) -> bool:
        """Whether staff have opened again what they had entered. It counts as it is."""
        return self.state == self.State.SUBMITTED and self.token_hash is not None

    @property
    def may_be_corrected(self) -> bool:
        """Whether it can be opened again. Nobody knows any more who entered an anonymous one."""
        return not self.is_anonymous and self.is_entered and self.wave.takes_entries

    @property
    def has_protocol(self) -> bool:
        """Whether its respondent is asked to confirm it: an interview under a name."""
        return self.mode == self.Mode.INTERVIEW and not self.is_anonymous

    @property
    def is_in_time(self) -> bool:
        """Whether it may be handed in as far as the wave is concerned."""
        return self.wave.takes_entries if self.is_entered else self.wave.is_open

    @property
    def confirmation(self) -> str:
        """What is known of the respondent's word about an interview; nothing of others."""
        if not self.has_protocol or self.is_draft:
            return ""
        if self.confirmed_on:
            return self.Confirmation.CONFIRMED
        if self.objection:
            return self.Confirmation.OBJECTED
        if self.asked_on is None:
            return self.Confirmation.NOT_ASKED
        is_waiting = timezone.localdate() < self.asked_on + CONFIRMING
        return self.Confirmation.WAITING if is_waiting else self.Confirmation.SILENT

    @property
    def confirmation_label(self) -> str:
        return str(self.Confirmation(self.confirmation).label) if self.confirmation else ""

    @property
    def may_be_handed_in(self) -> bool:
        """Whether somebody may still speak for the organisation; only public ones speak here
        (`Organisation.objects.may_act_for`). Anonymous ones need nobody; what staff enter was
        given by the organisation itself."""
        return self.organisation is None or self.is_entered or self.organisation.is_published

    @property
    def usable_until(self) -> dt.date:
        """The last whole day on which this draft can be gone on with, if nobody touches it before:
        it is erased in the night to the day after, or the wave ends sooner."""
        touched_on = self.touched_on or timezone.localdate()
        kept = touched_on + DRAFT_KEPT - dt.timedelta(days=1)
        return min(kept, timezone.localtime(self.wave.closes_at).date())

    @property
    def ends_with_wave(self) -> bool:
        return self.usable_until == timezone.localtime(self.wave.closes_at).date()

    @property
    def team_token(self) -> str:
        """The secret that members of the organisation share as long as the draft is one."""
        return attributed_token(self.pk, self.link_number)

    def resume_url(self) -> str:
        """Where a member of the organisation goes on with its attributed draft."""
        return reverse("surveys:resume", args=[self.team_token])
