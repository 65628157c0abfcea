"""The task force's part: decide what was handed in, look at what owners changed, read histories."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from actors import care, moderation, services
from actors.forms.moderation import DecisionForm
from actors.models import Offer, Organisation, rows
from actors.views import bulk
from actors.views.organisations import own_rows
from ssoe_portal.common.changes import changes, recent
from ssoe_portal.common.history import latest_state
from ssoe_portal.common.mini_map import mini_map
from ssoe_portal.common.moderation import Moderated, Status, TransitionNotAllowed
from ssoe_portal.common.roles import reviewer_required

#: How many changes a decision shows, if staff have not missed more; how many a page of a history.
RECENT, HISTORY_PER_PAGE = 10, 100


def _publish(item: Moderated, reason: str) -> None:
    services.publish(item=item, only_from=Status.SUBMITTED)


def _waits_for_its_organisation(items: list[Moderated]) -> str:
    """What was published may belong to an organisation that is not: nobody sees it yet. Asked when
    all is done, since the organisation may have been ticked, too."""
    for item in items:
        if not item.is_public:
            item.refresh_from_db(fields=["organisation"])
    number = sum(not item.is_public for item in items)
    if not number:
        return ""
    return ngettext(
        "One of them appears only when its organisation is published.",
        "%(number)s of them appear only when their organisation is published.",
        number,
    ) % {"number": number}


def _return(item: Moderated, reason: str) -> None:
    services.return_to_owner(item=item, reason=reason, only_from=Status.SUBMITTED)


WAITING = bulk.Desk(
    rows=moderation.awaiting,
    template="actors/moderation/queue.html",
    actions={
        "publish": bulk.Action(
            _publish,
            lambda number: (
                ngettext("One entry is published.", "%(number)s entries are published.", number)
                % {"number": number}
            ),
            besides=_waits_for_its_organisation,
        ),
        "return": bulk.Action(
            _return,
            lambda number: (
                ngettext(
                    "One entry is returned with your words.",
                    "%(number)s entries are returned with your words.",
                    number,
                )
                % {"number": number}
            ),
            needs_reason=True,
        ),
    },
    reason_label=gettext_lazy("What should be different?"),
    reason_help=gettext_lazy(
        "Only for returning. The owners read this in a mail and in their area."
    ),
)
CHANGED = bulk.Desk(
    rows=moderation.changed,
    template="actors/moderation/changes.html",
    actions={
        "reviewed": bulk.Action(
            lambda item, reason: item.mark_reviewed(),
            lambda number: (
                ngettext("One entry is looked at.", "%(number)s entries are looked at.", number)
                % {"number": number}
            ),
        )
    },
)
ARCHIVED = bulk.Desk(rows=moderation.archived, template="actors/moderation/archived.html")


@reviewer_required
def queue(request: HttpRequest) -> HttpResponse:
    """What was handed in and waits for a decision."""
    return bulk.show(request, WAITING)


@reviewer_required
def recent_changes(request: HttpRequest) -> HttpResponse:
    """What owners changed since somebody last looked."""
    return bulk.show(request, CHANGED)


@reviewer_required
@require_safe
def archived(request: HttpRequest) -> HttpResponse:
    """What is in the archive, and why."""
    return bulk.show(request, ARCHIVED)


@reviewer_required
@require_safe
def all_entries(request: HttpRequest) -> HttpResponse:
    """Every entry by its name, in whatever state: also what is in no queue."""
    rows = partial(moderation.everything, to=request.user)
    return bulk.show(request, bulk.Desk(rows=rows, template="actors/moderation/entries.html"))


@reviewer_required
def review(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Show one entry as readers will see it, and decide.

    Of two people who decide at once the second is told; and whoever looked at an older text than
    what is stored now looks again before deciding.
    """
    form = None
    if request.method == "POST":
        form = DecisionForm(request.POST)
        entries = moderation.entries(kind, to=request.user)
        if done := _take(request, get_object_or_404(entries, slug=slug), form):
            return done
    # Read after what `seen` stands for, or with it: what is shown is never older.
    item = moderation.for_review(kind, slug, to=request.user)
    return render(
        request,
        "actors/moderation/review.html",
        {
            "item": item,
            "kind": kind,
            "kind_label": item._meta.verbose_name,
            "preview": f"actors/{kind}/_entry.html",
            "is_preview": True,
            "other_versions": moderation.other_versions(item),
            "form": form or DecisionForm(initial={"seen": item.latest_state, "was": item.status}),
            "history": recent(item, number=RECENT, since=item.reviewed_at),
            "similar": moderation.similar(item, to=request.user),
            "merged_from": getattr(item, "merged", []),
            "is_waiting": item.status == Status.SUBMITTED,
            "is_changed": item.is_changed,
            "may_come_back": item.status == Status.ARCHIVED and item.can_submit,
            "will_miss": _will_miss(item),
            **_entry(item),
        },
    )


def _will_miss(item: Moderated) -> list[str]:
    """What readers of an entry would miss, named as in a list."""
    if isinstance(item, Organisation):
        return list(item.gaps.values())
    return item.missing_for_submission


def _take(request: HttpRequest, item: Moderated, form: DecisionForm) -> HttpResponse | None:
    """Decide as the form says; nothing where it has errors or was about an older state."""
    with transaction.atomic():
        # Held while deciding: what is compared here is what the decision is about.
        held = item.held()
        latest = latest_state(held)
        if not form.is_valid():
            return None
        decision = form.cleaned_data
        # Where somebody else has decided, `_decide` says so.
        if held.status != decision["was"] or decision["seen"] == latest:
            return _decide(request, held, decision)
    form.data = request.POST.copy()
    form.data["seen"] = latest
    messages.warning(request, _("This entry has just been changed. Please look at it once more."))
    return None


def _entry(item: Moderated) -> dict:
    """What the kind's own template needs to show it."""
    if isinstance(item, Organisation):
        # Without its offers and the like: each is decided about by itself.
        return {**own_rows(item), "staff_contacts": rows.read_staff(item)}
    if isinstance(item, Offer):
        return {"offer": item, "map": mini_map(item.point, area=item.place.area)}
    return {item._meta.model_name: item}


def _decide(request: HttpRequest, item: Moderated, decision: dict) -> HttpResponse:
    next_page = reverse("actors:moderation-queue")
    # What goes into the archive, or comes back from it, came from no queue.
    own_page = reverse("actors:moderation-review", args=[item._meta.model_name, item.slug])
    try:
        if item.status != decision["was"]:
            raise TransitionNotAllowed(f"{item._meta.label} {item.pk} is {item.status}")
        if decision["action"] == DecisionForm.PUBLISH:
            next_page = own_page if item.status == Status.ARCHIVED else next_page
            services.publish(item=item, only_from=decision["was"])
            messages.success(
                request,
                (
                    _("Published: %(item)s")
                    if item.is_public
                    else _("“%(item)s” is accepted and appears once its organisation is published.")
                )
                % {"item": item},
            )
        elif decision["action"] == DecisionForm.RETURN:
            services.return_to_owner(
                item=item, reason=decision["reason"], only_from=decision["was"]
            )
            messages.success(request, _("Returned: %(item)s") % {"item": item})
        elif decision["action"] == DecisionForm.ARCHIVE:
            next_page = own_page
            care.archive(item=item, reason=decision["reason"])
            messages.success(request, _("Archived: %(item)s") % {"item": item})
        else:
            item.mark_reviewed()
            messages.success(request, _("Looked at: %(item)s") % {"item": item})
            next_page = reverse("actors:moderation-changes")
    except TransitionNotAllowed:
        messages.warning(
            request,
            _("Somebody else was faster: %(item)s is decided already. Nothing was changed.")
            % {"item": item},
        )
    return redirect(next_page)


@reviewer_required
def history(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Who changed what, and when."""
    item = get_object_or_404(moderation.entries(kind, to=request.user), slug=slug)
    page = Paginator(changes(item), HISTORY_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "actors/moderation/history.html",
        {"item": item, "kind": kind, "page_obj": page, "changes": page.object_list},
    )
