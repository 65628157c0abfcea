"""The page behind the link in the yearly mail: is this still right? No account is needed."""

from datetime import datetime

import pghistory
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from actors import confirmation
from actors.confirmation import Outcome, Reader
from ssoe_portal.common.confirmation import Confirmed
from ssoe_portal.common.ratelimit import rate_limited

WORDS = ("yes", "archive")


@never_cache
@rate_limited("link")
def still_right(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST acts: yes for everything, or a word for each entry."""
    reader = confirmation.read(token)
    now = timezone.now()
    items = confirmation.entries_of(reader.organisation, now)
    if request.method == "POST":
        answers = _answers(request, items)
        if answers:
            with pghistory.context(user=reader.user.pk if reader.user else None):
                outcome = confirmation.answer(organisation=reader.organisation, answers=answers)
            _say(request, outcome)
        else:
            messages.warning(request, _("Please choose an answer for at least one entry."))
        return redirect("actors:still-right", token=token)
    return render(request, "actors/still_right/page.html", _page(reader, items, now))


def _page(reader: Reader, items: list[Confirmed], now: datetime) -> dict:
    waiting = [item for item in items if item.is_due or not item.is_published]
    return {
        "organisation": reader.organisation,
        "has_account": reader.user is not None,
        "may_claim": reader.user is None and reader.organisation.is_published,
        "items": [
            {
                "item": item,
                "kind": confirmation.kind_of(type(item)),
                "key": f"{confirmation.kind_of(type(item))}-{item.pk}",
                "kind_label": item._meta.verbose_name,
                "is_back": not item.is_published,
            }
            for item in items
        ],
        "public": [item for item in items if item.is_public],
        "number_waiting": len(waiting),
    }


def _answers(request: HttpRequest, items: list[Confirmed]) -> dict[tuple[str, int], str]:
    """Return the words given; "everything" is yes for what the page showed and nothing else was
    said about."""
    everything = request.POST.get("answer") == "everything"
    shown = set(request.POST.getlist("shown"))
    found = {}
    for item in items:
        kind = confirmation.kind_of(type(item))
        key = f"{kind}-{item.pk}"
        word = request.POST.get(key, "yes" if everything and key in shown else "")
        if word in WORDS and (item.is_published or word == "yes"):
            found[kind, item.pk] = word
    return found


def _say(request: HttpRequest, outcome: Outcome) -> None:
    if outcome.confirmed:
        messages.success(
            request,
            ngettext(
                "Thank you. Readers now see that you have confirmed one entry.",
                "Thank you. Readers now see that you have confirmed %(number)s entries.",
                outcome.confirmed,
            )
            % {"number": outcome.confirmed},
        )
    if outcome.brought_back:
        messages.success(
            request,
            ngettext(
                "One entry is public again.",
                "%(number)s entries are public again.",
                outcome.brought_back,
            )
            % {"number": outcome.brought_back},
        )
    if outcome.archived:
        messages.success(
            request,
            ngettext(
                "One entry is archived. Nobody sees it any more.",
                "%(number)s entries are archived. Nobody sees them any more.",
                outcome.archived,
            )
            % {"number": outcome.archived},
        )
    if not outcome.total:
        messages.info(request, _("Nothing was changed: the entries are in another state by now."))
