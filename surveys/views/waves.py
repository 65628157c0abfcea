"""Planning a wave at the desk, and changing what is not yet promised."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ssoe_portal.common.roles import reviewer_required
from surveys.models import Questionnaire, Wave
from surveys.wave_forms import WaveAtDeskForm, proposed


@never_cache
@reviewer_required
@require_http_methods(["GET", "POST"])
@transaction.atomic
def create(request: HttpRequest) -> HttpResponse:
    """A new wave, of the version named in the address or of the newest."""
    versions = Questionnaire.objects.select_related("survey").order_by("-pk")
    named = request.GET.get("questionnaire", "")
    chosen = versions.filter(pk=named).first() if named.isdecimal() else None
    form = WaveAtDeskForm(
        request.POST if request.method == "POST" else None,
        initial=proposed(chosen or versions.first()),
    )
    if form.is_valid():
        made = form.save()
        messages.success(
            request,
            _("The wave is open. It closes by itself.")
            if made.is_open
            else _("The wave is planned. It opens and closes by itself."),
        )
        return redirect(made)
    return _page(request, form)


@never_cache
@reviewer_required
@require_http_methods(["GET", "POST"])
@transaction.atomic
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """A wave's name and dates; once it has opened only its end."""
    rows = Wave.objects.select_related("survey", "questionnaire").with_texts()
    if request.method == "POST":
        rows = rows.select_for_update(no_key=True, of=("self",))
    wave = get_object_or_404(rows, pk=pk)
    form = WaveAtDeskForm(request.POST if request.method == "POST" else None, instance=wave)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(wave)
    return _page(request, form, wave=wave)


@never_cache
@reviewer_required
@require_http_methods(["GET", "POST"])
@transaction.atomic
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """A wave that was planned by mistake, after asking once; what has opened stays."""
    rows = Wave.objects.select_related("survey").with_texts()
    if request.method == "POST":
        rows = rows.select_for_update(no_key=True, of=("self",))
    wave = get_object_or_404(rows, pk=pk)
    if wave.has_opened:
        messages.warning(request, _("The wave has opened: it stays, with what people answered."))
        return redirect(wave)
    if request.method == "POST":
        wave.delete()
        messages.success(request, _("The planned wave is deleted."))
        return redirect("surveys:desk-list")
    return render(
        request, "surveys/desk/delete.html", {"wave": wave, "invited": wave.invitations.count()}
    )


def _page(request: HttpRequest, form: WaveAtDeskForm, **context) -> HttpResponse:
    return render(
        request,
        "surveys/desk/edit.html",
        {"form": form, **context},
        status=422 if form.errors else 200,
    )
