"""A member registers many families at once, and looks after them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Exists, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from actors.models import Organisation
from events import grouping, qr, registering
from events.forms.group import GroupForm, RowChangeForm, RowFormSet
from events.models import Event, GroupRegistration, ItemSignUp, Registration
from events.tables import PER_PAGE
from events.views.changing import store_change, why_no_place
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.translation import texts_along


@login_required
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """Register families, or add some to the group that there is."""
    event = get_object_or_404(Event.objects.published().for_page(), slug=slug)
    own = Organisation.objects.may_act_for(request.user).order_by("name", "pk")
    if not own:
        messages.info(request, _("Organisations register groups. Please enter yours first."))
        return redirect("actors:organisation-register")
    if not event.registration_is_open:
        return render(request, "events/registration/closed.html", {"event": event})
    data = request.POST if request.method == "POST" else None
    form = GroupForm(data, organisations=own, initial=_shown(request, event))
    rows = RowFormSet(data, prefix="rows")
    if data is not None and all([form.is_valid(), rows.is_valid()]):
        if parties := rows.parties:
            done = _register(request, event, form, parties)
            if done is not None:
                return done
        else:
            form.add_error(None, _("Please write down at least one family."))
    # The page is long, and leads to what is wrong from its top.
    form.row_sets = [rows]
    return render(
        request,
        "events/group/form.html",
        {
            "event": event,
            "form": form,
            "rows": rows,
            "places": registering.free_places(event),
            "asks_others_more": event.questions.exists(),
        },
        status=422 if data is not None else 200,
    )


def _shown(request: HttpRequest, event: Event) -> dict:
    """Whose group `?group=` adds to, and how many families there are in it."""
    key = request.GET.get("group", "")
    groups = GroupRegistration.objects.editable_by(request.user).filter(event=event)
    found = groups.filter(pk=key).first() if key.isdecimal() and len(key) < 10 else None
    if found is None:
        return {"known": 0}
    return {"known": found.registrations.count(), "organisation": found.organisation_id}


def _register(
    request: HttpRequest, event: Event, form: GroupForm, parties: list[Registration]
) -> HttpResponse | None:
    """Register and lead on, or say at the form what one should look at first."""
    try:
        group = grouping.register(
            event=event,
            organisation=form.cleaned_data["organisation"],
            contact=request.user,
            parties=parties,
            known=form.cleaned_data["known"],
        )
    except registering.RegistrationClosed:
        return render(request, "events/registration/closed.html", {"event": event})
    except grouping.ListChanged as changed:
        if changed.group is None or changed.has_all(parties):
            messages.info(
                request, _("This list has changed meanwhile. Please look before you add families.")
            )
            return redirect(changed.group or event)
        form.show_known(changed.group)
        return None
    messages.success(request, _("The families are registered. This is how they stand."))
    return redirect(group)


def _group(request: HttpRequest, pk: int, *, with_numbers: bool = False) -> GroupRegistration:
    groups = GroupRegistration.objects.editable_by(request.user)
    if with_numbers:
        groups = groups.with_numbers()
    return get_object_or_404(
        groups.select_related("event", "organisation").prefetch_related(
            *texts_along("event", Event)
        ),
        pk=pk,
    )


@login_required
@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The families with their states; what is cancelled comes last."""
    group = _group(request, pk, with_numbers=True)
    with_items = Prefetch("sign_ups", ItemSignUp.objects.with_items())
    items = group.event.released_items.with_places()
    families = group.registrations.prefetch_related(with_items).annotate(can_choose=Exists(items))
    paginator = Paginator(families.active_first(), PER_PAGE)
    paginator.count = group.ever
    page = paginator.get_page(request.GET.get("page"))
    return render(
        request,
        "events/group/detail.html",
        {
            "group": group,
            "event": group.event,
            "page_obj": page,
            # What is done to a family leads back here.
            "on_page": f"?page={page.number}" if page.number > 1 else "",
        },
    )


@login_required
@never_cache
def tickets(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet to print and cut: a ticket for each family that has its places."""
    group = _group(request, pk)
    with_items = Prefetch("sign_ups", ItemSignUp.objects.taking_place().with_items())
    confirmed = group.registrations.confirmed().prefetch_related(with_items)
    parties = list(confirmed.order_by("name", "pk"))
    for party in parties:
        party.event = group.event
    return render(
        request,
        "events/group/tickets.html",
        {
            "group": group,
            "event": group.event,
            "venue": group.event.venues.with_translation().first(),
            "tickets": [(party, qr.data_url(party)) for party in parties],
        },
    )


def page_of_group(request: HttpRequest, group: GroupRegistration) -> str:
    """The group's page that one came from: it has several, which `?page=` counts."""
    page = request.GET.get("page", "")
    known = page.isdecimal() and len(page) < 6 and int(page) > 1
    return f"{group.get_absolute_url()}?page={int(page)}" if known else group.get_absolute_url()


def party_of_group(request: HttpRequest, pk: int, code: str) -> Registration:
    group = _group(request, pk)
    party = get_object_or_404(group.registrations, code=code)
    party.event = group.event
    return party


@login_required
@never_cache
def change(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Another number of people, another name, other needs of one family."""
    party = party_of_group(request, pk, code)
    group_url = page_of_group(request, party.group)
    if not party.is_active or party.event.is_over:
        return redirect(group_url)
    with transaction.atomic():
        if request.method == "POST":
            party = registering.hold(party)
        form = RowChangeForm(request.POST or None, instance=party)
        if request.method == "POST" and form.is_valid() and store_change(request, form):
            return redirect(group_url)
    return render(
        request,
        "events/group/change.html",
        {"event": party.event, "party": party, "group_url": group_url, "form": form},
        status=422 if form.errors else 200,
    )


@login_required
@never_cache
def cancel(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Ask whether it is meant, then cancel one family."""
    party = party_of_group(request, pk, code)
    group_url = page_of_group(request, party.group)
    if party.event.is_over:
        return redirect(group_url)
    if request.method != "POST" and party.is_active:
        return render(
            request,
            "events/group/cancel.html",
            {"event": party.event, "party": party, "group_url": group_url},
        )
    if request.method == "POST":
        try:
            registering.cancel(party)
        except TransitionNotAllowed:
            messages.info(request, _("This registration was already cancelled."))
        else:
            messages.success(request, _("Cancelled; that makes room for others."))
    return redirect(group_url)


@login_required
@require_POST
def accept(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Take up the place that was offered to one family."""
    party = party_of_group(request, pk, code)
    try:
        registering.accept(party)
    except TransitionNotAllowed:
        messages.error(request, why_no_place(party))
    else:
        messages.success(
            request,
            _("The place is taken. The ticket is on the sheet.")
            if party.event.is_on_site
            else _("The place is taken."),
        )
    return redirect(page_of_group(request, party.group))
