"""The programme at the desk: the board, sessions, and what becomes public of it."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from events import planning, releasing
from events.board import board
from events.forms.programme import ItemEnglishForm, ItemForm, MoveForm, ReleaseForm
from events.models import Event, ProgrammeItem
from events.programme import planned, shown
from events.views.desk.lookup import event_or_404
from ssoe_portal.common.roles import event_manager_required

#: Releases that the page lists.
LATEST = 10


def held_event(request: HttpRequest, slug: str) -> Event:
    """The event, with the rooms that its sessions have already; while something is sent its row is
    held, so that nobody else plans meanwhile."""
    events = Event.objects.locked() if request.method == "POST" else Event.objects.all()
    return get_object_or_404(events.with_rooms().with_translation(), slug=slug)


def while_held(request: HttpRequest) -> AbstractContextManager:
    """A transaction where something is sent; to look takes none."""
    return transaction.atomic() if request.method == "POST" else nullcontext()


def _item(event: Event, pk: int) -> ProgrammeItem:
    """One of its sessions; a venue it has knows its event."""
    item = get_object_or_404(event.programme_items.for_planning().select_related("venue"), pk=pk)
    item.event = event
    if item.venue is not None:
        item.venue.event = event
    return item


@event_manager_required
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The board of one day (`?day=`), and what is not placed yet beside it."""
    event = event_or_404(slug)
    venues = list(event.venues.with_stops().with_translation())
    items = planned(event, venues)
    shown_day = board(event, venues, items, request.GET.get("day", ""))
    return render(request, "events/desk/programme.html", {"event": event, "board": shown_day})


def _to_board(event: Event, item: ProgrammeItem) -> HttpResponse:
    day = timezone.localdate(item.starts_at).isoformat()
    path = reverse("events:desk-programme", args=[event.slug])
    return redirect(f"{path}?day={day}#item-{item.pk}")


@event_manager_required
def move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Move a session: the form that the board fills in for a mouse or a keyboard. What is in the
    way is said before anything is saved."""
    with while_held(request):
        event = held_event(request, slug)
        item = _item(event, pk)
        initial = {name: request.GET[name] for name in MoveForm.Meta.fields if name in request.GET}
        form = MoveForm(request.POST or None, instance=item, initial=initial)
        status = 422 if form.is_bound else 200
        if form.is_bound and form.is_valid():
            try:
                with transaction.atomic():
                    planning.save_placing(form.instance, room_before=form.room_before)
            except IntegrityError:
                form.add_error(None, _("Something else was put there a moment ago."))
                status = 409
            else:
                messages.success(request, _("Moved: “%(item)s”.") % {"item": item.text.title})
                return _to_board(event, form.instance)
        elif form.is_stale:
            status = 409
    context = {"event": event, "item": item, "form": form}
    return render(request, "events/desk/move.html", context, status=status)


@event_manager_required
def edit(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Set up a session, or change one (`pk`)."""
    with while_held(request):
        event = held_event(request, slug)
        if pk is None:
            ends_at = min(event.ends_at, event.starts_at + planning.USUAL)
            item = ProgrammeItem(event=event, starts_at=event.starts_at, ends_at=ends_at)
        else:
            item = _item(event, pk)
        form = ItemForm(request.POST or None, instance=item)
        english_form = ItemEnglishForm.of(item, request.POST or None)
        if request.method == "POST" and all([form.is_valid(), english_form.is_valid()]):
            try:
                with transaction.atomic():
                    saved = form.save()
                    english_form.save_for(saved)
            except IntegrityError:
                form.add_error(None, _("Something else was put there a moment ago."))
            else:
                messages.success(request, _("Saved."))
                return _to_board(event, saved)
    context: dict[str, Any] = {"event": event, "form": form, "english_form": english_form}
    if pk is not None:
        context |= {"item": item, "title": form.initial["title"], "is_public": item.is_released}
    return render(request, "events/desk/item.html", context, status=422 if form.is_bound else 200)


@event_manager_required
@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a session that never was public; what was public is taken out by a release."""
    with transaction.atomic():
        event = held_event(request, slug)
        item = _item(event, pk)
        if item.is_released:
            messages.error(
                request, _("This was public: take it off the board and release the programme.")
            )
            return redirect("events:desk-item", slug=slug, pk=pk)
        item.delete()
    messages.success(request, _("Deleted."))
    return redirect("events:desk-programme", slug=slug)


@event_manager_required
def release(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what would change for the public, then do it. Where the list that was read is no longer
    true, nothing is released: it comes anew, with what was written."""
    event = event_or_404(slug)
    form = ReleaseForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _release_page(request, event, form, status=422 if form.is_bound else 200)
    try:
        made = releasing.release(event, by=request.user, **form.cleaned_data)
    except releasing.ChangedMeanwhile:
        messages.warning(
            request, _("The programme has changed meanwhile. Please read the list once more.")
        )
        anew = ReleaseForm(initial={"note": form.cleaned_data["note"]})
        return _release_page(request, event, anew, status=409)
    except releasing.NothingToRelease:
        messages.info(request, _("There was nothing left to release."))
    else:
        released = (
            _("Released. The public page shows it now.")
            if event.is_published
            else _("Released. Everybody reads it as soon as the event is published.")
        )
        told = releasing.reach(event, made.changes.values("item"))
        messages.success(request, f"{released} {_in_words(told.mails)}")
    return redirect("events:desk-release", slug=event.slug)


def _in_words(mails: int) -> str:
    if not mails:
        return _("Nobody gets a mail about it.")
    words = ngettext(
        "%(number)s mail about it goes out.", "%(number)s mails about it go out.", mails
    )
    return words % {"number": mails}


def _release_page(
    request: HttpRequest, event: Event, form: ReleaseForm, status: int
) -> HttpResponse:
    venues = event.venues.with_stops().with_translation()
    steps = releasing.pending(event)
    form.initial["seen"] = releasing.digest(steps)
    return render(
        request,
        "events/desk/release.html",
        {
            "event": event,
            "form": form,
            "changes": shown((releasing.change(step) for step in steps), venues),
            "reach": releasing.reach(event, [step.item.pk for step in steps]),
            "releases": event.releases.select_related("released_by").annotate(
                changed=Count("changes")
            )[:LATEST],
        },
        status=status,
    )
