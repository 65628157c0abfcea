"""An entry's form, the same for every kind: show it, keep what was written, hand it in."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actors import services
from actors.forms.english import EnglishForm
from actors.forms.hours import WithHours
from actors.models import Organisation
from actors.models.entry import EntryQuerySet
from ssoe_portal.common.moderation import Moderated, Status, TransitionNotAllowed

#: Calls the function it gets, which writes an entry and its texts, and does what follows from it.
type Keep = Callable[[Callable[[], object]], object]


@contextmanager
def held(request: HttpRequest, entries: EntryQuerySet, slug: str) -> Iterator[None]:
    """Hold an entry, and before it its organisation and the one it is to go to, from reading it to
    keeping what was sent: a form that compares what is stored with what it showed (`NoticesOthers`)
    does so alone. Organisations are held in the order of their keys and before their entries,
    wherever both are: of two people nobody waits for the other for ever."""
    if request.method != "POST":
        yield
        return
    with transaction.atomic():
        owner = entries.filter(slug=slug).order_by().values_list(entries.OWNER, flat=True).first()
        sent = request.POST.get("organisation", "")
        owners = {owner, int(sent) if re.fullmatch(r"[0-9]{1,18}", sent) else None} - {None}
        merged = Organisation.objects.filter(pk__in=owners).order_by().values("merged_into")
        hold(Organisation.objects.filter(Q(pk__in=owners) | Q(pk__in=merged)))
        hold(entries.model._default_manager.filter(slug=slug))
        yield


def hold(rows: QuerySet) -> None:
    """Hold rows until the transaction ends; what only refers to them may be written."""
    list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))


def edit(
    request: HttpRequest,
    template: str,
    *,
    form: ModelForm,
    english_form: EnglishForm,
    keep: Keep = lambda write: write(),
    **context,
) -> HttpResponse:
    """Show an entry's form, or keep what was written and lead to the entry."""
    if request.method == "POST" and all([form.is_valid(), english_form.is_valid()]):
        if form.instance.pk:
            item, is_new = save(form, english_form, keep), True
        else:
            item, is_new = save_once(form, english_form, keep)
        if is_new:
            go_on(request, item)
        else:
            lead_to(request, item)
        return redirect(item)
    return render(
        request,
        template,
        {"form": form, "english_form": english_form, **context},
        status=422 if form.is_bound else 200,
    )


def edit_anywhere(
    request: HttpRequest,
    template: str,
    *,
    entries: EntryQuerySet,
    slug: str,
    form: Callable[..., ModelForm],
    english_form: type[EnglishForm],
) -> HttpResponse:
    """The same for an entry that may go to another organisation; the template gets it, as it is
    stored, by the name of its model."""
    with held(request, entries, slug):
        item = get_object_or_404(entries, slug=slug)
        organisations = Organisation.objects.to_write_for(request.user, also=item.organisation_id)
        # The form writes on the other one.
        stored = {entries.model._meta.model_name: entries.model._default_manager.get(pk=item.pk)}
        return edit(
            request,
            template,
            form=form(request.POST or None, organisations=organisations, instance=item),
            english_form=english_form.of(item, request.POST or None),
            **stored,
        )


@transaction.atomic
def save_once(form: ModelForm, english_form: EnglishForm, keep: Keep) -> tuple[Moderated, bool]:
    """Keep a new entry. Who goes back in the browser, or presses twice, and sends the same form
    again does not want two: then return the entry that is there, and False."""
    item = form.instance
    _hold_owner(item)
    columns = {field.name for field in item._meta.fields if field.name in form.fields}
    several = [field.name for field in item._meta.many_to_many if field.name in form.fields]
    same = type(item).objects.entered_like(
        item,
        {"organisation", *columns},
        terms={name: form.cleaned_data[name] for name in several},
        english={name: english_form.cleaned_data.get(name, "") for name in english_form.texts},
        **({"and_also": form.has_same_hours} if isinstance(form, WithHours) else {}),
    )
    return (same, False) if same else (save(form, english_form, keep), True)


def _hold_owner(item: Moderated) -> None:
    """Hold an entry's organisation: of two requests at once the second one sees what the first one
    has kept, and an entry whose organisation has just become part of another one goes there."""
    if isinstance(item, Organisation) or item.organisation_id is None:
        return
    owner = Organisation.objects.locked().get(pk=item.organisation_id)
    if owner.merged_into_id:
        item.organisation = owner.merged_into


def lead_to(request: HttpRequest, item: Moderated) -> None:
    """Say that an entry exists, and hand it in where the button said so."""
    messages.info(request, _("This entry exists already."))
    if is_to_hand_in(request, item):
        hand_in(request, item)


def is_to_hand_in(request: HttpRequest, item: Moderated) -> bool:
    """Whether the button said so, and it is possible."""
    return request.POST.get("go") == "submit" and item.can_submit


@transaction.atomic
def save(form: ModelForm, english_form: EnglishForm, keep: Keep) -> Moderated:
    """Keep an entry's German and English texts, and note a change to what is public."""
    _hold_owner(form.instance)

    def write() -> None:
        form.save()
        english_form.save_for(form.instance)

    keep(write)
    if form.has_changed() or english_form.has_changed():
        form.instance.record_change()
    return form.instance


def go_on(request: HttpRequest, item: Moderated) -> None:
    """Hand a saved entry in where the button said so, else tell who sees it now."""
    if is_to_hand_in(request, item):
        hand_in(request, item)
    elif item.is_public:
        messages.success(request, _("Saved. Everyone sees the change at once."))
    elif item.status == Status.DRAFT:
        messages.success(request, _("Saved as a draft. Only your team sees it."))
    else:
        messages.success(request, _("Saved."))


def hand_in(request: HttpRequest, item: Moderated) -> bool:
    """Hand in and say so, or say why not; return whether it is handed in by this request."""
    try:
        services.submit(item=item, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except TransitionNotAllowed:
        messages.info(request, _("This entry is handed in already."))
    else:
        messages.success(
            request,
            _("Handed in. The task force looks at it within a few working days and writes to you."),
        )
        return True
    return False


def say_who_was_told(request: HttpRequest, people: int) -> None:
    """Say how many people got a mail because of what was done, if anybody did."""
    if people:
        messages.info(
            request,
            ngettext(
                "We have written to one person who signed up.",
                "We have written to %(number)s people who signed up.",
                people,
            )
            % {"number": people},
        )
