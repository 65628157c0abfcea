"""The yearly question "still right?": asked, repeated once, and what follows from no answer.

`run` is what happens every night. Each organisation is a transaction of its own, under the lock on
its row: what is noted on its entries and the mail in the queue come together or not at all, so a
crash loses nothing and nobody gets the same mail twice.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.crypto import constant_time_compare

from actors import archiving, emails
from actors.links import STILL_RIGHT, seal
from actors.models import Initiative, Listing, Offer, Organisation
from actors.models.entry import EntryQuerySet
from ssoe_portal.common.confirmation import Confirmed
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.signed_links import LinkProblem
from ssoe_portal.common.users import User

logger = logging.getLogger(__name__)
KINDS: tuple[type[Confirmed], ...] = (Organisation, Offer, Listing, Initiative)

Chosen = Callable[[EntryQuerySet], EntryQuerySet]


def run(now: datetime) -> dict[str, int]:
    """Do everything that is due at this moment; return how many entries it was, by step. To run it
    twice changes nothing."""
    return {
        "faded": fade(now),
        "asked": _for_each(now, _ask, lambda rows: rows.due_for_confirmation(now).unasked()),
        "reminded": _for_each(
            now, _remind, lambda rows: rows.due_for_confirmation(now).to_remind(now)
        ),
        "archived": _for_each(now, _lapse, lambda rows: rows.lapsed(now).unanswered(now)),
    }


def fade(now: datetime) -> int:
    """Note on every entry whether it has faded, so that lists can sort by it."""
    changed = 0
    for model in KINDS:
        faded = model.objects.faded(now).order_by().values("pk")
        changed += model.objects.filter(pk__in=faded, is_faded=False).update(is_faded=True)
        model.objects.filter(is_faded=True).exclude(pk__in=faded).update(is_faded=False)
    return changed


def _for_each(
    now: datetime, step: Callable[[Organisation, Chosen, datetime], int], chosen: Chosen
) -> int:
    """Take a step for every organisation that somebody answers for and that has such entries."""
    concerned: set[int] = set()
    for model in KINDS:
        rows = chosen(model.objects.reachable()).order_by()
        concerned.update(rows.values_list(rows.OWNER, flat=True))
    done = 0
    for pk in sorted(concerned):
        with transaction.atomic():
            organisation = Organisation.objects.locked().filter(pk=pk).first()
            if organisation is not None:
                done += step(organisation, chosen, now)
    return done


def _of(organisation: Organisation, chosen: Chosen) -> list[Confirmed]:
    """Return an organisation's entries of a choice, read anew and held."""
    found: list[Confirmed] = []
    for model in KINDS:
        rows = model.objects.filter(**{model.objects.all().OWNER: organisation.pk})
        found += chosen(rows).order_by("pk").select_for_update(of=("self",), no_key=True)
    return found


def _note(items: list[Confirmed], **values) -> None:
    for item in items:
        for name, value in values.items():
            setattr(item, name, value)
        item.save(update_fields=list(values))


def _ask(organisation: Organisation, chosen: Chosen, now: datetime) -> int:
    items = _of(organisation, chosen)
    if items:
        _note(items, asked_at=now)
        emails.still_right(organisation, items)
    return len(items)


def _remind(organisation: Organisation, chosen: Chosen, now: datetime) -> int:
    items = _of(organisation, chosen)
    if items:
        _note(items, reminded_at=now)
        emails.still_right(organisation, items, again=True)
    return len(items)


def _lapse(organisation: Organisation, chosen: Chosen, now: datetime) -> int:
    items = _of(organisation, chosen)
    if organisation in items and has_fresh_entries(organisation, now):
        # Somebody there is awake: what they have just confirmed is not to go with the profile.
        items.remove(organisation)
    for item in items:
        archiving.lapse(item, now)
    if items:
        emails.archived(organisation, items)
    return len(items)


def has_fresh_entries(organisation: Organisation, now: datetime) -> bool:
    """Whether something of an organisation is public and not due."""
    return any(
        model.objects.published()
        .filter(organisation=organisation)
        .exclude(pk__in=model.objects.due_for_confirmation(now).order_by().values("pk"))
        .exists()
        for model in KINDS[1:]
    )


# --- The link in the mail ----------------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """Who opens the link: an owner, or (None) whoever reads the organisation's own mail."""

    organisation: Organisation
    user: User | None


def read(token: str) -> Reader:
    """Return who a link is for; raises LinkProblem when it is for nobody any more: it ends with an
    owner's ownership, or when the organisation has another address. One to an entry that was
    merged into another leads there."""
    pk, _dash, sealed = str(STILL_RIGHT.read(token)).partition("-")
    organisation = Organisation.objects.filter(pk=pk).select_related("merged_into").first()
    if organisation is None:
        raise LinkProblem("expired")
    organisation = organisation.merged_into or organisation
    owners = list(organisation.owners)
    for user in owners:
        if constant_time_compare(seal(user.email), sealed):
            return Reader(organisation, user)
    if not owners and constant_time_compare(seal(organisation.email), sealed):
        return Reader(organisation, None)
    raise LinkProblem("expired")


def entries_of(organisation: Organisation, now: datetime) -> list[Confirmed]:
    """Return what the confirming page asks about: everything of the organisation that is public,
    what is due first, and what was archived unconfirmed. `is_due` is set on each."""
    found: list[Confirmed] = []
    for model in KINDS:
        mine = model.objects.filter(**{model.objects.all().OWNER: organisation.pk})
        published = mine.filter(status="published")
        due = mine.due_for_confirmation(now).order_by().filter(pk=OuterRef("pk"))
        found += (
            (published | mine.archived_unconfirmed()).annotate(is_due=Exists(due)).order_by("pk")
        )
    for item in found:
        if not isinstance(item, Organisation):
            item.organisation = organisation
    # Stable: among equals the organisation comes first, then by kind.
    return sorted(found, key=lambda item: not (item.is_due or item.lapsed_at))


@dataclass
class Outcome:
    """What an answer changed."""

    confirmed: int = 0
    archived: int = 0
    brought_back: int = 0

    @property
    def total(self) -> int:
        return self.confirmed + self.archived + self.brought_back


def answer(*, organisation: Organisation, answers: dict[tuple[str, int], str]) -> Outcome:
    """Take an organisation's word about its entries, all or nothing: ("offer", 12) → "yes" or
    "archive". What is not the organisation's, or is in another state meanwhile, is passed over."""
    outcome = Outcome()
    with transaction.atomic():
        Organisation.objects.locked().get(pk=organisation.pk)
        for model in KINDS:
            chosen = {pk: word for (kind, pk), word in answers.items() if kind == kind_of(model)}
            mine = model.objects.filter(
                **{model.objects.all().OWNER: organisation.pk}, pk__in=chosen
            )
            for item in mine.order_by("pk"):
                _take(item, chosen[item.pk], outcome)
    return outcome


def _take(item: Confirmed, word: str, outcome: Outcome) -> None:
    try:
        if word == "archive":
            archiving.archive(item)
            outcome.archived += 1
        elif item.is_published:
            item.confirm()
            outcome.confirmed += 1
        else:
            item.bring_back()
            outcome.brought_back += 1
    except TransitionNotAllowed:
        logger.info("answered too late", extra={"data": {"kind": kind_of(type(item))}})


def kind_of(model: type[Confirmed]) -> str:
    """A kind's name in addresses and forms."""
    return str(model._meta.model_name)
