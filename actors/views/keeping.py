"""What follows once an entry is saved, the same for every kind: hand it in, and say what is so."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from actors import services
from actors.forms.english import EnglishForm
from ssoe_portal.common.moderation import Moderated, Status, TransitionNotAllowed


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
    if request.POST.get("go") == "submit" and item.can_submit:
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
