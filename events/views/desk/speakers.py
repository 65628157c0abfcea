"""Who takes part in an event's programme by name."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events.forms.programme import SpeakerEnglishForm, SpeakerForm
from events.models import Speaker
from events.views.desk.lookup import event_or_404
from events.views.desk.programme import held_event
from ssoe_portal.common.roles import event_manager_required

PER_PAGE = 50


@event_manager_required
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """All of an event, with their sessions."""
    event = event_or_404(slug)
    rows = event.speakers.select_related("organisation").prefetch_related("items")
    page = Paginator(rows.order_by("name", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "events/desk/speakers.html", {"event": event, "page_obj": page})


@event_manager_required
def edit(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Add somebody, or change what is said about them (`pk`)."""
    with transaction.atomic():
        event = held_event(request, slug)
        speaker = get_object_or_404(event.speakers, pk=pk) if pk else Speaker(event=event)
        name = speaker.name
        form = SpeakerForm(request.POST or None, instance=speaker, event=event)
        english_form = SpeakerEnglishForm.of(speaker, request.POST or None)
        if request.method == "POST" and all([form.is_valid(), english_form.is_valid()]):
            english_form.save_for(form.save())
            messages.success(request, _("Saved."))
            return redirect("events:desk-speakers", slug=slug)
    return render(
        request,
        "events/desk/speaker.html",
        {"event": event, "name": name, "form": form, "english_form": english_form, "pk": pk},
        status=422 if form.is_bound else 200,
    )


@event_manager_required
@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take somebody out of the programme, and forget them."""
    with transaction.atomic():
        event = held_event(request, slug)
        get_object_or_404(event.speakers, pk=pk).delete()
    messages.success(request, _("Deleted."))
    return redirect("events:desk-speakers", slug=slug)
