"""What follows once an entry is saved, the same for every kind: hand it in, and say what is so."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from actors import services
from actors.forms.english import EnglishForm
from actors.models import Listing, Offer
from ssoe_portal.common.moderation import Moderated, Status, TransitionNotAllowed

#: For how long the same form sent again is taken for the browser's way back.
SENT_TWICE_WITHIN = timedelta(hours=1)


def same_entry(form: ModelForm, english_form: EnglishForm) -> Listing | Offer | None:
    """Return the entry that this form, filled in just like this, has made a short while ago: who
    goes back in the browser and sends it again does not want two. None where any answer differs.
    """
    item: Listing | Offer = form.instance
    data = form.cleaned_data
    asked = [field for field in item._meta.fields if field.name in form.fields]
    several = [field.name for field in item._meta.many_to_many if field.name in data]
    made = type(item)._default_manager.filter(
        organisation=item.organisation,
        title=item.title,
        created_at__gte=timezone.now() - SENT_TWICE_WITHIN,
    )
    for entry in made.exclude(status=Status.ARCHIVED).order_by("-pk").prefetch_related(*several):
        alike = all(
            getattr(entry, field.attname) == getattr(item, field.attname) for field in asked
        ) and all(set(getattr(entry, name).all()) == set(data[name]) for name in several)
        if alike and not type(english_form).of(entry, english_form.data).has_changed():
            return entry
    return None


def lead_to(request: HttpRequest, item: Moderated) -> None:
    """Say that an entry exists, and hand it in where the button said so."""
    messages.info(request, _("This entry exists already."))
    if is_to_hand_in(request, item):
        hand_in(request, item)


def is_to_hand_in(request: HttpRequest, item: Moderated) -> bool:
    """Whether the button said so, and it is possible."""
    return request.POST.get("go") == "submit" and item.can_submit


@transaction.atomic
def save(form: ModelForm, english_form: EnglishForm) -> Moderated:
    """Keep an entry's German and English texts, and note a change to what is public."""
    item = form.save()
    english_form.save_for(item)
    if form.has_changed() or english_form.has_changed():
        item.record_change()
    return item


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
