"""The desk's lists that keep the directory true: what is stale, and what lacks something."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from actors import care, moderation
from actors.models import Organisation
from actors.views import bulk
from ssoe_portal.common.moderation import Moderated
from ssoe_portal.common.roles import reviewer_required

STALE = bulk.Desk(
    rows=lambda kind: moderation.stale(kind, now=timezone.now()),
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
    reason_label=gettext_lazy("Why does it go?"),
    reason_help=gettext_lazy(
        "Only for archiving. If there is anybody to write to, they read this in a mail that says "
        "how the entry comes back."
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
    """Ask the owners of what is ticked, each organisation in one mail, and say what happened."""
    groups: dict[Organisation, list[Moderated]] = {}
    for item in items:
        if item.organisation is not None:
            groups.setdefault(item.organisation, []).append(item)
    asked = written = 0
    for organisation, mine in groups.items():
        if not organisation.can_answer:
            continue
        done = care.ask_to_complete(
            organisation=organisation, items=mine, note=note, now=timezone.now()
        )
        asked += len(done)
        written += bool(done)
    if asked:
        messages.success(
            request,
            ngettext(
                "One organisation gets a mail.",
                "%(number)s organisations get a mail.",
                written,
            )
            % {"number": written},
        )
    if asked < len(items):
        messages.warning(
            request,
            ngettext(
                "About one entry nobody was asked: there is no address, or its owners were asked "
                "less than a month ago.",
                "About %(number)s entries nobody was asked: there is no address, or their owners "
                "were asked less than a month ago.",
                len(items) - asked,
            )
            % {"number": len(items) - asked},
        )


INCOMPLETE = bulk.Desk(
    rows=moderation.incomplete,
    template="actors/moderation/incomplete.html",
    actions={"ask": bulk.Action(lambda item, reason: None, lambda number: "")},
    reason_label=gettext_lazy("A word of your own"),
    reason_help=gettext_lazy(
        "The mail names what is missing and has a link to the entry. The owners read this above."
    ),
    along=_gaps,
    takes_all=_ask,
)


@reviewer_required
def incomplete(request: HttpRequest) -> HttpResponse:
    """What is public, but lacks something that readers need."""
    return bulk.show(request, INCOMPLETE)
