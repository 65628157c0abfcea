"""The steps of a list as people take them, and the jobs that they start."""

from collections.abc import Callable
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from actors.importing.checking import check
from actors.importing.kinds import LISTS
from actors.importing.preview import decide
from actors.importing.undoing import undo
from actors.importing.writing import write
from actors.models import ListImport
from actors.models.list_import import ASSIGNABLE, DISCARDABLE, UNDOABLE, Step
from ssoe_portal.common import table_files
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.users import User

WORK: dict[Step, Callable[..., None]] = {
    Step.CHECKING: check,
    Step.WRITING: write,
    Step.UNDOING: undo,
}


@transaction.atomic
def begin(*, kind: str, filename: str, content: bytes, by: User) -> ListImport:
    """Keep an uploaded list, and check it at once where every heading is known and none is
    missing. Raises ValidationError for a file that cannot be read, has none of our columns or no
    rows."""
    heading = table_files.heading(content)
    known = LISTS[kind](by)
    assigned = known.columns.assign(heading)
    if not any(assigned) and len(heading) < 2:
        raise ValidationError(
            _(
                "No column of this file has a heading that we know. The first row has to say what "
                "stands in the columns: the template shows how."
            ),
            code="headings",
        )
    if not table_files.has_rows(content):
        raise ValidationError(_("The list has no rows below its heading."), code="rows")
    of = ListImport(
        kind=kind,
        filename=table_files.plain(filename).rpartition("/")[2][-120:] or kind,
        content=content,
        by=by,
        language=translation.get_language() or "de",
        headings=heading,
        assigned=assigned,
    )
    of.save()
    if None not in assigned and not known.lacking(assigned):
        start_check(of=of)
    return of


@transaction.atomic
def start_check(*, of: ListImport, assigned: list[str] | None = None) -> None:
    """Check the rows, by these columns; what an earlier check found is forgotten. Raises
    TransitionNotAllowed once the list is being written."""
    columns = [name or "" for name in (of.assigned if assigned is None else assigned)]
    total = table_files.count(of.read_file())
    _take(of, ASSIGNABLE, Step.CHECKING, assigned=columns, total=total)
    of.rows.all().delete()
    _start(of, of.by)


@transaction.atomic
def start_writing(
    *, of: ListImport, by: User, new_as: str, decisions: dict[int, str] | None = None
) -> None:
    """Write what the check has found, with these decisions about rows that are perhaps there
    already. Raises TransitionNotAllowed likewise, and ValidationError where these leave nothing to
    write; then nothing is decided either."""
    if decisions:
        decide(of, decisions)
        if not of.rows.to_write().exists():
            raise ValidationError(
                _("Nothing would be imported: all rows are left out."), code="nothing"
            )
    changes = {"new_as": new_as, "content": b"", "written_at": timezone.now()}
    _take(of, (Step.CHECKED,), Step.WRITING, **changes)
    _count(of, of.rows.to_write())
    _start(of, by)


@transaction.atomic
def start_undo(*, of: ListImport, by: User) -> None:
    """Take back what was written; a list that is being written stops after its batch."""
    _take(of, UNDOABLE, Step.UNDOING, undone_at=timezone.now())
    _count(of, of.rows.to_undo())
    _start(of, by)


@transaction.atomic
def go_on(*, of: ListImport, by: User) -> None:
    """Start again what stands still; what is done stays done."""
    stopped = ListImport.objects.filter(pk=of.pk, step=of.step).exclude(problem="")
    if of.step not in WORK or not stopped.update(problem=""):
        raise TransitionNotAllowed(f"list {of.pk} is {of.step}")
    _start(of, of.by if of.step == Step.CHECKING else by)


@transaction.atomic
def discard(*, of: ListImport) -> bool:
    """Delete a list of which nothing was written, with its rows; say whether that was so."""
    rows = ListImport.objects.without_file().filter(pk=of.pk, step__in=DISCARDABLE)
    return bool(rows.delete()[0])


def _take(of: ListImport, allowed: tuple[Step, ...], step: Step, **changes: Any) -> None:
    if not of.move(allowed, step, **changes):
        raise TransitionNotAllowed(f"list {of.pk} is {of.step}")


def _count(of: ListImport, rows: QuerySet) -> None:
    """Note how many rows the step is about, once it is taken: a batch that somebody waited for is
    counted as it is."""
    of.total = rows.count()
    ListImport.objects.filter(pk=of.pk).update(total=of.total)


def _start(of: ListImport, by: User | None) -> None:
    from actors.tasks import work_on_list

    work_on_list.defer(list_id=of.pk, by_id=by.pk if by else None)


def work(*, list_id: int, by_id: int | None) -> None:
    """Do what a list waits for, in its words and its author's name. What goes wrong stops it: the
    page says so and offers to go on, and what was written can be taken back."""
    of = ListImport.objects.without_file().filter(pk=list_id).select_related("by").first()
    by = User.objects.filter(pk=by_id).first()
    if of is None or of.step not in WORK or of.problem:
        return
    with translation.override(of.language):
        if by is None or not by.may_review:
            _stop(of, _("The account that started this no longer has the right to do so."))
            return
        try:
            with pghistory.context(user=by.pk, list_import=of.pk):
                WORK[Step(of.step)](of, *([] if of.step == Step.CHECKING else [by]))
        except ValidationError as error:
            _stop(of, " ".join(error.messages))
        except Exception:
            _stop(of, _("Something went wrong on our side."))
            raise


def _stop(of: ListImport, problem: str) -> None:
    ListImport.objects.filter(pk=of.pk, step=of.step).update(problem=problem[:400])
