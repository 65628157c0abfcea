"""Mails to whoever follows a programme: asked for without an account, confirmed by a link, ended by
another one; after each release one mail that tells what changed."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from events import emails
from events.models import Event, ProgrammeChange, ProgrammeRelease, ProgrammeSubscription
from ssoe_portal.common.translation import current_language


@transaction.atomic
def ask(event: Event, email: str) -> None:
    """Note that somebody wants these mails, and ask to confirm the address. Whoever follows already
    gets the link to end it instead; the caller cannot tell the difference."""
    Event.objects.locked().get(pk=event.pk)
    wanted = event.programme_subscriptions.filter(email__iexact=email).first()
    if wanted is None:
        wanted = ProgrammeSubscription.objects.create(
            event=event, email=email, language=current_language()
        )
    if wanted.confirmed_at is None:
        emails.confirm_following(wanted)
    else:
        emails.already_following(wanted)


@transaction.atomic
def confirm(pk: int | str) -> ProgrammeSubscription | None:
    """Let the mails begin: what is public now is known. Safe to do twice; None where it was ended
    or erased meanwhile."""
    held = ProgrammeSubscription.objects.select_for_update(of=("self",)).select_related("event")
    found = held.filter(pk=pk).first()
    if found is not None and found.confirmed_at is None:
        found.confirmed_at = timezone.now()
        found.told = found.event.releases.aggregate(last=Max("number"))["last"] or 0
        found.save(update_fields=["confirmed_at", "told"])
    return found


def tell(release_id: int) -> int:
    """Write to everybody who does not know a release yet; return to how many. Each mail is stored
    together with the note that it was written: whoever has one gets no second."""
    release = ProgrammeRelease.objects.select_related("event").get(pk=release_id)
    waiting = release.event.programme_subscriptions.confirmed().filter(told__lt=release.number)
    return sum(_tell(pk, release) for pk in waiting.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _tell(pk: int, release: ProgrammeRelease) -> bool:
    held = ProgrammeSubscription.objects.confirmed().select_for_update()
    found = held.filter(pk=pk, told__lt=release.number).first()
    if found is None:
        return False
    found.event = release.event
    emails.programme_changed(found, release, changes_since(release, found.told))
    found.told = release.number
    found.save(update_fields=["told"])
    return True


def tell_called_off(event_id: int, words: str) -> int:
    """Write to everybody who follows the programme of an event that was called off, and end their
    mails; return to how many. Each mail is stored together with that: nobody gets a second one."""
    followers = ProgrammeSubscription.objects.confirmed().filter(
        event=event_id, event__status=Event.Status.ARCHIVED
    )
    keys = list(followers.order_by("pk").values_list("pk", flat=True))
    return sum(_tell_called_off(pk, words) for pk in keys)


@transaction.atomic
def _tell_called_off(pk: int, words: str) -> bool:
    held = ProgrammeSubscription.objects.select_for_update(of=("self",)).select_related("event")
    found = held.filter(pk=pk).first()
    if found is None:
        return False
    emails.programme_called_off(found, words)
    found.delete()
    return True


def changes_since(release: ProgrammeRelease, told: int) -> list[int]:
    """Return the keys of what changed after the release `told`, up to this one: of each session
    what became of it last."""
    rows = ProgrammeChange.objects.filter(
        release__event=release.event_id,
        release__number__gt=told,
        release__number__lte=release.number,
    )
    last = dict(rows.order_by("release__number").values_list("item", "pk"))
    return sorted(last.values())
