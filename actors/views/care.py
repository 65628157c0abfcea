"""The desk's lists that keep the directory true: what is stale, and what lacks something."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from actors import care, moderation
from actors.views import bulk
from ssoe_portal.common.moderation import Moderated
from ssoe_portal.common.roles import reviewer_required

STALE = bulk.Desk(
    rows=lambda narrowing: moderation.stale(narrowing, now=timezone.now()),
    template="actors/moderation/stale.html",
    actions={
        "check": bulk.Action(
            lambda item, reason: item.check_for_owner(),
            lambda number: (
                ngettext(
                    "One entry is checked and right for another year.",
                    "%(number)s entries are checked and right for another year.",
                    number,
                )
                % {"number": number}
            ),
        ),
        "archive": bulk.Action(
            lambda item, reason: care.archive(item=item, reason=reason),
            lambda number: (
                ngettext("One entry is archived.", "%(number)s entries are archived.", number)
                % {"number": number}
            ),
            needs_reason=True,
        ),
    },
    reason_label=gettext_lazy("Reason for archiving"),
    reason_help=gettext_lazy(
        "Only for archiving. If there is anybody to write to, they read this in a mail that says "
        "how the entry comes back. People who have signed up for an offer get a mail that it no "
        "longer takes place."
    ),
)


@reviewer_required
def stale(request: HttpRequest) -> HttpResponse:
    """What has faded, or is due while nobody can be asked: the task force looks itself."""
    return bulk.show(request, STALE)


def _gaps(rows: Iterable) -> dict[tuple[str, int], list[str]]:
    """Return the labels of what is missing, by entry: one query for each kind on the page."""
    keys: dict[str, list[int]] = {}
    for row in rows:
        keys.setdefault(row.what, []).append(row.pk)
    found = {}
    for kind, pks in keys.items():
        items = moderation.KINDS[kind]._default_manager.filter(pk__in=pks)
        if kind != "organisation":
            items = items.select_related("organisation")
        if kind == "offer":
            items = items.with_hours()
        found |= {(kind, item.pk): list(item.gaps.values()) for item in items}
    return found


def _ask(request: HttpRequest, items: list[Moderated], note: str) -> None:
    """Ask the owners of what is ticked, and say what happened; refuses where nobody was asked."""
    asked = care.ask_to_complete_all(items=items, note=note, now=timezone.now())
    alone = len(items) - asked.entries
    left_out = ngettext(
        "About one entry nobody was asked: there is no address, or its owners were asked "
        "less than a month ago.",
        "About %(number)s entries nobody was asked: there is no address, or their owners "
        "were asked less than a month ago.",
        alone,
    ) % {"number": alone}
    if not asked.entries:
        raise ValidationError(left_out, code="nobody")
    messages.success(
        request,
        ngettext(
            "One organisation gets a mail.",
            "%(number)s organisations get a mail.",
            asked.organisations,
        )
        % {"number": asked.organisations},
    )
    if alone:
        messages.warning(request, left_out)


INCOMPLETE = bulk.Desk(
    rows=lambda narrowing: moderation.incomplete(narrowing, now=timezone.now()),
    template="actors/moderation/incomplete.html",
    together={"ask": _ask},
    reason_label=gettext_lazy("A word of your own"),
    reason_help=gettext_lazy(
        "The mail names what is missing, has a link to the entry and carries your words."
    ),
    along=_gaps,
)


@reviewer_required
def incomplete(request: HttpRequest) -> HttpResponse:
    """What is public, but lacks something that readers need."""
    return bulk.show(request, INCOMPLETE)
