"""Afterwards: what came of an event, and pictures, by event managers and its organisation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actors.forms.limits import refuse
from actors.forms.profile import add_errors
from events import remembering
from events.forms.outcome import OutcomeEnglishForm, OutcomeForm, PictureForm
from events.models import EventPicture
from events.views.venues import home, note_change, own_event
from ssoe_portal.common.ratelimit import allowed


@login_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Words and pictures; a POST sends either the words or one picture ("what" says which)."""
    sends_picture = request.POST.get("what") == "picture"
    with transaction.atomic():
        event = own_event(request, slug)
        if not event.is_over:
            messages.info(request, _("This can be written when the event is over."))
            return home(request, event)
        words = request.POST if request.method == "POST" and not sends_picture else None
        form = OutcomeForm(words, instance=event)
        english_form = None
        if event.translations.filter(language="en").exists():
            english_form = OutcomeEnglishForm.of(event, words)
        checked = [form.is_valid(), english_form is None or english_form.is_valid()]
        if words is not None and all(checked):
            form.save()
            if english_form is not None:
                _save_english(english_form, event)
            note_change(request, event)
            messages.success(request, _("Saved."))
            return redirect("events:outcome", event.slug)
    picture_form = PictureForm(*([request.POST, request.FILES] if sends_picture else []))
    status = 422 if request.method == "POST" else 200
    if sends_picture:
        if not allowed(request, "upload", key=f"user:{request.user.pk}"):
            refuse(picture_form)
            status = 429
        elif picture_form.is_valid() and _add(event, picture_form):
            note_change(request, event)
            messages.success(request, _("The picture is on the page of the event."))
            return redirect("events:outcome", event.slug)
    pictures = list(event.pictures.order_by("pk"))
    return render(
        request,
        "events/outcome/edit.html",
        {
            "event": event,
            "form": form,
            "english_form": english_form,
            "picture_form": picture_form,
            "pictures": pictures,
            "is_full": len(pictures) >= EventPicture.MOST,
        },
        status=status,
    )


def _save_english(form: OutcomeEnglishForm, event) -> None:
    """The other English texts stay, however this one is."""
    if form.has_changed():
        form.instance.outcome = form.cleaned_data["outcome"]
        form.instance.save(update_fields=["outcome"])


def _add(event, form: PictureForm) -> bool:
    try:
        remembering.add_picture(event=event, alt=form.cleaned_data["alt"], prepared=form.prepared)
    except ValidationError as error:
        add_errors(form, error, "file")
        return False
    return True


@login_required
@require_POST
def remove_picture(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    with transaction.atomic():
        event = own_event(request, slug)
        get_object_or_404(event.pictures, pk=pk).delete()
        note_change(request, event)
    messages.success(request, _("The picture is removed."))
    return redirect("events:outcome", event.slug)
