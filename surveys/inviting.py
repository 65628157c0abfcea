"""Inviting: personal links, reminders for those who have not answered, and an end to both."""

import contextlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from actors.models import Organisation
from ssoe_portal.common.signed_links import LinkProblem, SignedLink
from surveys import emails, mixing
from surveys.models import Invitation, OptOut, Participation, Wave
from surveys.models.invitation import address_hash

#: A wave is rarely longer; afterwards the page says that it is over.
LINK = SignedLink("survey-invitation", timedelta(days=400), too_old="uninvited")


@dataclass(frozen=True)
class Outcome:
    """What became of addresses: newly invited, there already, wanting no mail."""

    invited: int = 0
    known: int = 0
    opted_out: int = 0


def invite(*, wave: Wave, organisations: Iterable[Organisation], emails: Iterable[str]) -> Outcome:
    """Invite organisations at their own addresses, and further addresses; nobody twice.

    Only notes who is to be invited: the worker sends (`send_waiting`)."""
    wanted: dict[str, Organisation | None] = {email.strip().lower(): None for email in emails}
    wanted |= {o.email.strip().lower(): o for o in organisations if o.email}
    opted_out = _opted_out(wanted)
    rows = [
        Invitation(wave=wave, organisation=organisation, email=email)
        for email, organisation in sorted(wanted.items())
        if email not in opted_out
    ]
    before = wave.invitations.count()
    with transaction.atomic():
        Invitation.objects.bulk_create(rows, ignore_conflicts=True)
    invited = wave.invitations.count() - before
    return Outcome(invited, len(rows) - invited, len(opted_out))


def _opted_out(emails: Iterable[str]) -> set[str]:
    """Those of some addresses that want no mail."""
    hashes = {email: address_hash(email) for email in emails}
    silent = set(OptOut.objects.filter(pk__in=hashes.values()).values_list("pk", flat=True))
    return {email for email, key in hashes.items() if key in silent}


def number_new(wave: Wave, emails: Collection[str]) -> int:
    """How many of these addresses an invitation would go to."""
    invited = wave.invitations.filter(email__in=emails).values_list("email", flat=True)
    return len(set(emails) - set(invited) - _opted_out(emails))


def number_to_remind(wave: Wave) -> int:
    """How many addresses a reminder would go to today."""
    emails = list(wave.invitations.to_remind().values_list("email", flat=True))
    return len(emails) - len(_opted_out(emails))


def send_waiting(wave: Wave) -> int:
    """Send what has not been sent yet, one transaction each: none is lost and none goes twice.
    Return how many went out."""
    return _each(wave, wave.invitations.filter(sent_on__isnull=True), _send)


def remind(wave: Wave) -> int:
    """Remind those who have not answered, nobody too often; return how many."""
    return _each(wave, wave.invitations.to_remind(), _remind)


def remind_on_time() -> int:
    """Remind in each open wave whose day has come; a second run reminds nobody again."""
    waves = Wave.objects.open().filter(remind_on__lte=timezone.localdate()).order_by("pk")
    return sum(_each(wave, wave.invitations.due(), _remind) for wave in waves)


def _each(wave: Wave, rows, act) -> int:
    number = 0
    for key in list(rows.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = rows.filter(pk=key).select_for_update(of=("self",)).first()
            if row is None or not wave.is_open:
                continue
            if wants_no_mails(row.email):
                # Whoever has a link may still answer by it, and counts among those invited.
                if row.sent_on is None:
                    row.delete()
                continue
            act(row)
            number += 1
    return number


def _send(invitation: Invitation) -> None:
    invitation.sent_on = timezone.localdate()
    invitation.save(update_fields=["sent_on"])
    emails.invitation(invitation, token=LINK.token(invitation.pk))


def _remind(invitation: Invitation) -> None:
    invitation.reminded_on = timezone.localdate()
    invitation.reminders += 1
    invitation.save(update_fields=["reminded_on", "reminders"])
    emails.reminder(invitation, token=LINK.token(invitation.pk))


def find(token: str) -> Invitation:
    """Return the invitation behind a link. Raises LinkProblem."""
    key = LINK.read(token)
    rows = Invitation.objects.select_related("wave__survey", "organisation").with_answered()
    invitation = rows.filter(pk=key).first()
    if invitation is None:
        raise LinkProblem("uninvited")
    return invitation


def note_answer(token: str) -> None:
    """Note that whoever has this link has answered, or wants to be asked no more; once, and in a
    transaction of its own: what was answered is in another one. A link that is none is left alone.
    """
    try:
        invitation = find(token)
    except LinkProblem:
        return
    # Of two at once the database takes one; the other has nothing to add.
    with contextlib.suppress(IntegrityError), transaction.atomic():
        mixing.put(
            Participation(wave=invitation.wave, invitation=invitation),
            Participation.objects.filter(wave=invitation.wave).exclude(invitation=invitation),
        )


def wants_no_mails(email: str) -> bool:
    return OptOut.objects.filter(pk=address_hash(email)).exists()


def opt_out(token: str) -> None:
    """Write to this address about no survey any more."""
    invitation = find(token)
    with transaction.atomic():
        OptOut.objects.get_or_create(pk=address_hash(invitation.email))
        Invitation.objects.filter(email__iexact=invitation.email, sent_on__isnull=True).delete()
