"""An organisation applies for a stall, and sees what became of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from actors.models import Organisation
from events import placing
from events.forms.stalls import StallApplicationForm
from events.models import Event, Pitch, StallApplication
from events.plan import plans
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import rate_limited


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """All stall applications of one's own organisations."""
    own = request.user.memberships.values("organisation")
    applications = (
        StallApplication.objects.filter(organisation__in=own)
        .for_tables()
        .with_texts()
        .order_by("-event__starts_at", "-pk")
    )
    return render(
        request,
        "events/stall/list.html",
        {
            "applications": applications,
            "open_events": placing.worth_applying(request.user)
            .order_by("starts_at", "pk")
            .with_translation(),
        },
    )


@login_required
@rate_limited("contact")
def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """Apply for one of one's own organisations; `?organisation=` preselects it."""
    # What was typed before the event closed, or was called off, is answered beside it.
    is_sent = request.method == "POST"
    events = Event.objects.once_public() if is_sent else Event.objects.published()
    event = get_object_or_404(events.with_translation(), slug=slug)
    organisations = Organisation.objects.may_act_for(request.user)
    free = placing.may_apply(request.user, event)
    if not (is_sent or (event.takes_stalls and free.exists())) or not organisations.exists():
        context = {
            "event": event,
            "is_member": request.user.memberships.exists(),
            "applications": StallApplication.objects.open()
            .filter(event=event, organisation__in=organisations)
            .select_related("organisation")
            .order_by("organisation__name", "pk"),
        }
        return render(request, "events/stall/not_now.html", context)
    application = StallApplication(event=event, applied_by=request.user)
    asked = request.GET.get("organisation", "")
    chosen = next((one for one in free if one.slug == asked), None) if asked else None
    initial = {"organisation": chosen} if chosen else {}
    form = StallApplicationForm(
        request.POST or None, instance=application, user=request.user, initial=initial
    )
    if is_sent and form.is_valid():
        try:
            placing.apply(application=form.save(commit=False))
        except placing.StallsClosed:
            form.add_error(None, _("This event takes no more applications for stalls."))
        except IntegrityError:
            # A double click: the first one won.
            form.add_error(
                "organisation",
                _("Your organisation has already applied for a stall at this event."),
            )
        else:
            messages.success(request, _("Your application has arrived. The organisers will write."))
            return redirect(application)
    return render(
        request,
        "events/stall/form.html",
        {"event": event, "form": form},
        status=422 if form.errors else 200,
    )


def _own(request: HttpRequest, pk: int) -> StallApplication:
    return get_object_or_404(StallApplication.objects.editable_by(request.user).for_tables(), pk=pk)


@login_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    application = _own(request, pk)
    pitches = []
    if application.pitch:
        pitches = Pitch.objects.filter(venue=application.pitch.venue).for_plans()
    return render(
        request,
        "events/stall/detail.html",
        {
            "application": application,
            "event": application.event,
            "plans": plans(pitches, mine=application),
        },
    )


@login_required
@rate_limited("contact")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an application until it is decided."""
    application = _own(request, pk)
    form = None
    with transaction.atomic():
        # Held until saved, so that nobody decides on a text that changes under their eyes.
        held = StallApplication.objects.locked().get(pk=application.pk)
        if not held.is_undecided:
            messages.info(request, _("This application is decided and can no longer be changed."))
            return redirect(application)
        form = StallApplicationForm(request.POST or None, instance=held, user=request.user)
        if request.method == "POST" and form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect(application)
    return render(
        request,
        "events/stall/form.html",
        {"event": application.event, "application": application, "form": form},
        status=422 if form.errors else 200,
    )


@login_required
@rate_limited("contact")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether it is meant, then withdraw."""
    application = _own(request, pk)
    if request.method != "POST":
        if not application.can_be_withdrawn:
            return redirect(application)
        return render(
            request,
            "events/stall/withdraw.html",
            {"application": application, "event": application.event},
        )
    try:
        application.withdraw()
    except TransitionNotAllowed:
        messages.info(request, _("This application was already closed."))
    else:
        messages.success(request, _("Your application is withdrawn."))
    return redirect(application)
