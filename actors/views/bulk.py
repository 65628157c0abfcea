"""Lists at the desk in which entries are ticked and one button does something with all of them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actors import moderation
from actors.forms.bulk import BulkForm, Ticked
from actors.forms.narrowing import NarrowForm
from ssoe_portal.common.history import latest_state
from ssoe_portal.common.moderation import Moderated, Status, TransitionNotAllowed

PER_PAGE = 30


@dataclass(frozen=True)
class Action:
    """`take(item, reason)` does it to one entry; raises TransitionNotAllowed when it is too late.
    `done(number)` says so, `besides(items)` what else is to be known of those it was done to."""

    take: Callable[[Moderated, str], None]
    done: Callable[[int], str]
    needs_reason: bool = False
    besides: Callable[[list[Moderated]], str] = lambda items: ""


@dataclass
class Desk:
    """A list at the desk: its rows as its address narrows them, its template, what can be done with
    what is ticked: `actions` with one entry after the other, `together` with all of them at once,
    which raises ValidationError when nothing came of it."""

    rows: Callable[[moderation.Narrowing], Any]
    template: str
    actions: dict[str, Action] = field(default_factory=dict)
    reason_label: str | Promise = ""
    reason_help: str | Promise = ""
    along: Callable[[Iterable], dict] = lambda rows: {}
    together: dict[str, Callable[[HttpRequest, list[Moderated], str], None]] = field(
        default_factory=dict
    )

    def form(self, data=None) -> BulkForm:
        return BulkForm(
            data,
            actions={name: action.needs_reason for name, action in self.actions.items()}
            | dict.fromkeys(self.together, False),
            label=self.reason_label,
            help_text=self.reason_help,
        )


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show a list, narrowed by its address; a POST does what its button says."""
    form = desk.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _take(request, desk, form):
        return redirect(request.get_full_path())
    narrow = NarrowForm(request.GET, user=request.user)
    narrowing = narrow.narrowing
    page = Paginator(desk.rows(narrowing), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    labels = {name: model._meta.verbose_name for name, model in moderation.KINDS.items()}
    states = moderation.states(rows) if desk.actions else {}
    along = desk.along(rows)
    return render(
        request,
        desk.template,
        {
            "page_obj": page,
            "rows": [
                {
                    "row": row,
                    "kind_label": labels[row.what],
                    "state_label": Status(row.state).label if hasattr(row, "state") else "",
                    "key": f"{row.what}:{row.pk}:{states.get((row.what, row.pk), 0)}",
                    # A list says of its rows where there is nothing to tick.
                    "may_be_ticked": getattr(row, "may_be_asked", True),
                    "is_ticked": (row.what, row.pk) in form.ticked_keys,
                    "along": along.get((row.what, row.pk)),
                }
                for row in rows
            ],
            # Where nothing can be ticked, nothing can be done with it; but what somebody has just
            # written is shown.
            "may_tick": form.is_bound or any(getattr(row, "may_be_asked", True) for row in rows),
            "narrow": narrow,
            "is_narrowed": bool(narrowing),
            "form": form,
        },
        status=422 if form.is_bound else 200,
    )


def _take(request: HttpRequest, desk: Desk, form: BulkForm) -> bool:
    """Do it; where nothing came of it, the form says why and keeps what was ticked and written."""
    name, reason = form.cleaned_data["action"], form.cleaned_data["reason"]
    if take_all := desk.together.get(name):
        try:
            take_all(request, _found(request, form.ticked), reason)
        except ValidationError as error:
            form.add_error(None, error)
            return False
        return True
    action = desk.actions[name]
    results: Counter[str] = Counter()
    done: list[Moderated] = []
    for ticked in form.ticked:
        results[_take_one(request, action, ticked, reason, done)] += 1
    if done:
        messages.success(request, action.done(len(done)))
    if besides := action.besides(done):
        messages.info(request, besides)
    if results["changed"]:
        messages.warning(
            request,
            ngettext(
                "One entry has changed since you opened the list. Please look at it first.",
                "%(number)s entries have changed since you opened the list. "
                "Please look at them first.",
                results["changed"],
            )
            % {"number": results["changed"]},
        )
    if results["refused"]:
        messages.info(request, _("Somebody else was faster with the others. Nothing was changed."))
    return True


def _find(request: HttpRequest, ticked: Ticked) -> Moderated | None:
    if ticked.kind not in moderation.KINDS:
        return None
    return moderation.entries(ticked.kind, to=request.user).filter(pk=ticked.pk).first()


def _take_one(
    request: HttpRequest, action: Action, ticked: Ticked, reason: str, done: list[Moderated]
) -> str:
    item = _find(request, ticked)
    if item is None:
        return "refused"
    try:
        with transaction.atomic():
            # Held while deciding, as on an entry's own page.
            held = item.held()
            if latest_state(held) != ticked.state:
                return "changed"
            action.take(held, reason)
    except (TransitionNotAllowed, ValidationError):
        return "refused"
    done.append(held)
    return "done"


def _found(request: HttpRequest, ticked: list[Ticked]) -> list[Moderated]:
    found = [_find(request, one) for one in ticked]
    return [item for item in found if item is not None]
