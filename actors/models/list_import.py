"""A list that staff have uploaded: checked row by row, shown, written, and maybe taken back.

The rows keep what each would do and what it did, with what stood there before (`actors/importing`).
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import BinaryField, Count, Q
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: How long a list and its rows are kept; until then it can be taken back.
KEPT = timedelta(days=30)
#: How much of a file is read at a time.
PART = 1 << 20


class Step(models.TextChoices):
    """What a list waits for, or what is being done with it."""

    COLUMNS = "columns", _("Columns to assign")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked, waits for you")
    WRITING = "writing", _("Being entered")
    WRITTEN = "written", _("Entered")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")


#: What a worker is doing.
BUSY = (Step.CHECKING, Step.WRITING, Step.UNDOING)
#: When columns may be assigned, when a list may be forgotten, and when it may be taken back.
ASSIGNABLE = (Step.COLUMNS, Step.CHECKED)
DISCARDABLE = (Step.COLUMNS, Step.CHECKING, Step.CHECKED)
UNDOABLE = (Step.WRITING, Step.WRITTEN)
#: Which mark of the desk stands beside a list.
MARKS: dict[str, str] = {
    **dict.fromkeys(BUSY, "waiting"),
    Step.WRITTEN: "published",
    Step.UNDONE: "archived",
}


class Outcome(models.TextChoices):
    """What a row would do."""

    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    SUSPECT = "suspect", _("perhaps there already")
    WRONG = "wrong", _("with errors")


class Decision(models.TextChoices):
    """What staff want with a row that is perhaps there already."""

    SKIP = "skip", _("leave out")
    UPDATE = "update", _("change that entry")
    NEW = "new", _("enter as new")


class Result(models.TextChoices):
    """What became of a row."""

    NONE = "", _("nothing")
    CREATED = "created", _("entered")
    UPDATED = "updated", _("changed")
    THERE = "there", _("left out: it was there meanwhile")
    MOVED_ON = "moved-on", _("left out: somebody changed the entry after the check")
    GONE = "gone", _("left out: the entry or its organisation is no longer there")
    CLASHES = "clashes", _("left out: it does not go with what the entry says")
    UNDONE = "undone", _("taken back")
    EDITED = "edited", _("kept: somebody changed it since")
    USED = "used", _("kept: something else belongs to it by now")


#: What can be taken back, and what could not be.
WRITTEN = (Result.CREATED, Result.UPDATED)
LEFT_OUT = (Result.THERE, Result.MOVED_ON, Result.GONE, Result.CLASHES)
KEPT_BACK = (Result.EDITED, Result.USED)


class ListImportQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ListImportQuerySet":
        """One's own; administrators see all: a list may hold drafts of others and contacts."""
        if not user.may_review:
            return self.none()
        return self if user.may_administer else self.filter(by=user)

    def with_entries(self) -> "ListImportQuerySet":
        """Those that have entered something, the latest first."""
        return self.filter(step__in=[Step.WRITING, Step.WRITTEN, Step.UNDOING]).order_by(
            "-created_at", "-pk"
        )

    def without_file(self) -> "ListImportQuerySet":
        return self.defer("content")

    def outdated(self, before: datetime) -> "ListImportQuerySet":
        return self.filter(created_at__lte=before)


class ListImport(models.Model):
    """One uploaded list. `done` of `total` rows are through the step it is in."""

    class As(models.TextChoices):
        """What new entries become."""

        SUBMITTED = "submitted", _("Waiting for review: they come to the queue at the desk")
        PUBLISHED = "published", _("Published at once: everyone can read them")
        DRAFT = "draft", _("Drafts: only administrators see them")

    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=[("organisation", _("Organisations")), ("offer", _("Offers"))],
    )
    filename = models.CharField(_("file"), max_length=120)
    content = models.BinaryField(_("content"), default=bytes)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        null=True,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    language = models.CharField(_("language of the notes"), max_length=10, default="de")
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    step = models.CharField(_("state"), max_length=8, choices=Step, default=Step.COLUMNS)
    problem = models.CharField(_("why it stands still"), max_length=400, blank=True)
    headings = models.JSONField(_("headings"), default=list)
    assigned = models.JSONField(_("columns they mean"), default=list)
    new_as = models.CharField(
        _("new entries become"), max_length=9, choices=As, default=As.SUBMITTED
    )
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    written_at = models.DateTimeField(_("entered"), null=True, blank=True, editable=False)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)

    objects = ListImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("list read in")
        verbose_name_plural = _("lists read in")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="listimport_list")]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("actors:import-detail", args=[self.pk])

    def read_file(self) -> bytes:
        """The uploaded file, read in parts: whole, it would come in twice its size."""
        parts: list[bytes] = []
        rows = type(self).objects.filter(pk=self.pk)
        while True:
            part = Substr("content", 1 + PART * len(parts), PART, output_field=BinaryField())
            found = bytes(rows.values_list(part, flat=True).get() or b"")
            if not found:
                return b"".join(parts)
            parts.append(found)

    @property
    def is_busy(self) -> bool:
        return self.step in BUSY and not self.problem

    @property
    def state(self) -> str:
        """What it waits for, or that it stands still."""
        return str(_("Stands still")) if self.problem else self.get_step_display()

    @property
    def mark(self) -> str:
        return "failed" if self.problem else MARKS.get(self.step, "draft")

    @property
    def is_checked(self) -> bool:
        return self.step == Step.CHECKED

    @property
    def may_be_assigned(self) -> bool:
        return self.step in ASSIGNABLE

    @property
    def may_be_discarded(self) -> bool:
        return self.step in DISCARDABLE

    @property
    def may_be_undone(self) -> bool:
        return self.step in UNDOABLE

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def kept_until(self) -> datetime:
        return self.created_at + KEPT

    def move(self, allowed: tuple[Step, ...], step: Step, **changes: Any) -> bool:
        """Take a step, in one conditional UPDATE: of two who press a button, one takes it."""
        changes = {"step": step, "problem": "", "done": 0, **changes}
        if not type(self).objects.filter(pk=self.pk, step__in=allowed).update(**changes):
            return False
        for name, value in changes.items():
            setattr(self, name, value)
        return True

    def numbers(self) -> dict[str, int]:
        """How many rows there are of each outcome and of each result, in one query."""
        counted: dict[str, Any] = {
            f"outcome_{value}": Count("pk", filter=Q(outcome=value)) for value in Outcome.values
        }
        counted |= {
            f"result_{value.replace('-', '_')}": Count("pk", filter=Q(result=value))
            for value in Result.values
            if value
        }
        counted["incomplete"] = Count("pk", filter=Q(outcome=Outcome.NEW, is_incomplete=True))
        counted["left_out"] = Count("pk", filter=~Q(outcome=Outcome.WRONG) & ~Q(errors=[]))
        counted["skipped"] = Count("pk", filter=Q(outcome=Outcome.SUSPECT, decision=Decision.SKIP))
        counted["to_write"] = Count("pk", filter=WANTED)
        return self.rows.aggregate(**counted)


#: What will be written when staff say so.
WANTED = Q(outcome__in=[Outcome.NEW, Outcome.CHANGED]) | Q(
    outcome=Outcome.SUSPECT, decision__in=[Decision.UPDATE, Decision.NEW]
)


class ImportRowQuerySet(models.QuerySet):
    def to_write(self) -> "ImportRowQuerySet":
        """What is still to be written, in the order of the file."""
        return self.filter(WANTED, result=Result.NONE).order_by("number")

    def to_undo(self) -> "ImportRowQuerySet":
        """What is still to be taken back: the last one first."""
        return self.filter(result__in=WRITTEN).order_by("-number")


class ImportRow(models.Model):
    """A row of a list. `values` are what it says by column, `before` what stood there; `cells` are
    kept where something is wrong, so that it can be mended in the file. `errors` are what is wrong
    in a row that is left out, else which of its cells are.

    `seen` is the entry's state in its history when the row was checked, and after it was written:
    a later one means that somebody else was there (`common/history.py`).
    """

    of = models.ForeignKey(
        ListImport, verbose_name=_("list"), related_name="rows", on_delete=models.CASCADE
    )
    number = models.PositiveIntegerField(_("row in the file"))
    title = models.CharField(_("title"), max_length=160, blank=True)
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome)
    decision = models.CharField(
        _("decision"), max_length=6, choices=Decision, default=Decision.SKIP
    )
    result = models.CharField(_("result"), max_length=8, choices=Result, blank=True)
    is_incomplete = models.BooleanField(_("lacks what readers need"), default=False)
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        null=True,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    offer = models.ForeignKey(
        "actors.Offer",
        verbose_name=_("offer"),
        null=True,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    same_as_row = models.PositiveIntegerField(_("same as row"), null=True)
    values = models.JSONField(_("values"), default=dict)
    before = models.JSONField(_("before"), default=dict)
    cells = models.JSONField(_("cells"), default=list)
    errors = models.JSONField(_("errors"), default=list)
    seen = models.BigIntegerField(_("state in the history"), null=True)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a list")
        verbose_name_plural = _("rows of lists")
        ordering = ["of", "number"]
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="actors_importrow_unique"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) | Q(offer__isnull=True),
                name="actors_importrow_one_entry",
            ),
        ]
        indexes = [models.Index(fields=["of", "outcome", "number"], name="importrow_outcome")]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"

    @property
    def decisions(self) -> list[tuple[str, str]]:
        """What may become of it. What is like another row of the file only, has no entry that
        could be changed."""
        has_entry = self.organisation_id is not None or self.offer_id is not None
        return [
            (value, label)
            for value, label in Decision.choices
            if has_entry or value != Decision.UPDATE
        ]
