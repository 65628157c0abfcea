"""The mails of the directory, one function per message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from actors.links import (
    INVITATION,
    JOIN_CONFIRM,
    JOIN_WITHDRAW,
    STILL_RIGHT,
    SUPPORTER,
    SUPPORTER_WITHDRAW,
    still_right_value,
)
from actors.models import (
    Claim,
    Cooperation,
    Invitation,
    JoinRequest,
    Listing,
    Membership,
    Offer,
    Organisation,
    Partnership,
    Supporter,
)
from ssoe_portal.common import mail
from ssoe_portal.common.confirmation import Confirmed
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.moderation import Moderated
from ssoe_portal.common.users import User


def owners_of(item: Moderated) -> list[User]:
    organisation = item.organisation
    return list(organisation.owners) if organisation else []


def readers_of(organisation: Organisation | None) -> list[tuple[str, str]]:
    """Return addresses and languages of those who answer for an organisation: its owners, or
    where there is no account its own address."""
    return _or_public_address(organisation, organisation.owners) if organisation else []


def team_of(organisation: Organisation) -> list[tuple[str, str]]:
    """Return addresses and languages of everybody who looks after an organisation, or where there
    is no account its own address.

    What passes between organisations goes to the whole team: every one of them may propose and
    answer, and who proposes may be an editor. What people write goes to `readers_of`, the owners:
    names and messages are not for more eyes than need be.
    """
    return _or_public_address(organisation, organisation.team)


def _or_public_address(organisation: Organisation, people: Iterable[User]) -> list[tuple[str, str]]:
    found = [(person.email, person.language) for person in people]
    return found or ([(organisation.email, "de")] if organisation.email else [])


def _may_claim(organisation: Organisation) -> bool:
    """Whether whoever reads the mail of an organisation without a team can ask for its entry, to
    answer on the portal."""
    return (
        organisation.is_published and organisation.may_be_claimed and not organisation.team.exists()
    )


def link(name: str, *args: object, language: str) -> str:
    """Return the public address of a page in a reader's language."""
    with translation.override(language):
        return absolute(reverse(name, args=args))


def submitted(item: Moderated, *, to: User) -> None:
    """A receipt: what happens now, and that nothing more needs doing."""
    mail.send(
        "actors/mail/submitted.html",
        to=to.email,
        language=to.language,
        context={"item": item, "url": link("actors:dashboard", language=to.language)},
    )


def returned(item: Moderated) -> None:
    """The task force has a question; with its words, and the way to mend the entry."""
    for owner in owners_of(item):
        mail.send(
            "actors/mail/returned.html",
            to=owner.email,
            language=owner.language,
            context={
                "item": item,
                "reason": item.return_reason,
                "url": link(
                    f"actors:{item._meta.model_name}-edit", item.slug, language=owner.language
                ),
            },
        )


def published(item: Moderated) -> None:
    for owner in owners_of(item):
        mail.send(
            "actors/mail/published.html",
            to=owner.email,
            language=owner.language,
            context={
                "item": item,
                "is_organisation": isinstance(item, Organisation),
                "url": link(
                    f"actors:{item._meta.model_name}-detail", item.slug, language=owner.language
                ),
                "dashboard_url": link("actors:dashboard", language=owner.language),
            },
        )


def invitation(invitation: Invitation) -> None:
    """Only a published organisation is named, and nobody else: whoever makes an account could
    otherwise send words of their own to any address."""
    language = invitation.invited_by.language if invitation.invited_by else "de"
    token = INVITATION.token(invitation.pk)
    organisation = invitation.organisation
    mail.send(
        "actors/mail/invitation.html",
        to=invitation.email,
        language=language,
        context={
            "organisation": organisation.name if organisation.is_published else "",
            "url": link("actors:invitation-accept", token, language=language),
            "days": INVITATION.max_age.days,
        },
    )


def claim_answered(claim: Claim, *, accepted: bool, reason: str = "") -> None:
    """The task force's yes or no to somebody who asked for an entry."""
    name = "actors:organisation-review" if accepted else "actors:organisation-claim"
    mail.send(
        "actors/mail/claim_answered.html",
        to=claim.user.email,
        language=claim.user.language,
        context={
            "organisation": claim.organisation.name,
            "accepted": accepted,
            "reason": reason,
            "url": link(name, claim.organisation.slug, language=claim.user.language),
        },
    )


def cooperation_proposed(cooperation: Cooperation, *, own: Listing, other: Listing) -> None:
    """Tell the other side's whole team, any of whom may answer (`team_of`); by ordinary mail, too:
    where there is no account, that is the only way."""
    organisation = other.organisation
    claim = "actors:organisation-claim" if _may_claim(organisation) else ""
    for address, language in team_of(organisation):
        mail.send(
            "actors/mail/cooperation_proposed.html",
            to=address,
            language=language,
            context={
                "own": own,
                "other": other,
                "url": link("actors:cooperation-edit", cooperation.pk, language=language),
                "claim_url": claim and link(claim, organisation.slug, language=language),
            },
            reply_to=own.organisation.email,
        )


def cooperation_moved(
    cooperation: Cooperation,
    *,
    step: str,
    to: Organisation,
    partner: Organisation,
    by_partner: bool,
) -> None:
    """Tell a side's whole team (`team_of`) what was answered or noted (`Cooperation.step_to`). Not
    `by_partner`: an administrator wrote it down."""
    claim = "actors:organisation-claim" if _may_claim(to) else ""
    for address, language in team_of(to):
        mail.send(
            "actors/mail/cooperation_moved.html",
            to=address,
            language=language,
            context={
                "cooperation": cooperation,
                "step": step,
                "partner": partner,
                "by_partner": by_partner,
                "url": link("actors:cooperation-edit", cooperation.pk, language=language),
                "claim_url": claim and link(claim, to.slug, language=language),
            },
            reply_to=partner.email if by_partner else "",
        )


def supporter_confirm(supporter: Supporter) -> None:
    """Double opt-in: nobody is put on a list by somebody else. Without any word the sender
    chose: the address may be a stranger's."""
    token = SUPPORTER.token(supporter.pk)
    withdraw = SUPPORTER_WITHDRAW.token(supporter.pk)
    mail.send(
        "actors/mail/supporter_confirm.html",
        to=supporter.email,
        language=supporter.language,
        context={
            "initiative": supporter.initiative,
            "url": link("actors:supporter-confirm", token, language=supporter.language),
            "withdraw_url": link(
                "actors:supporter-withdraw", withdraw, language=supporter.language
            ),
            "days": SUPPORTER.max_age.days,
        },
    )


def supporter_new(supporter: Supporter) -> None:
    """Tell the organisation that carries the initiative, which answers by ordinary mail."""
    initiative = supporter.initiative
    for address, language in readers_of(initiative.organisation):
        mail.send(
            "actors/mail/supporter_new.html",
            to=address,
            language=language,
            context={"supporter": supporter, "initiative": initiative},
            reply_to=supporter.email,
        )


def supporter_withdrawn(supporter: Supporter) -> None:
    """Their name and message are in the organisation's mailbox; only it can erase them there."""
    initiative = supporter.initiative
    for address, language in readers_of(initiative.organisation):
        mail.send(
            "actors/mail/supporter_withdrawn.html",
            to=address,
            language=language,
            context={"supporter": supporter, "initiative": initiative},
        )


def join_confirm(request: JoinRequest, *, is_full: bool) -> None:
    """Double opt-in: the organisation hears of a request when its sender has confirmed it. Where
    every place is taken (`is_full`) the mail says that it is for the waiting list."""
    token = JOIN_CONFIRM.token(request.pk)
    _to_applicant(
        "actors/mail/join_confirm.html",
        request,
        url=link("actors:join-confirm", token, language=request.language),
        days=JOIN_CONFIRM.max_age.days,
        is_full=is_full,
    )


def join_exists(request: JoinRequest) -> None:
    """Somebody asked again from an address whose request is active."""
    _to_applicant("actors/mail/join_exists.html", request)


def join_received(request: JoinRequest) -> None:
    """A receipt with what happens next, where it is, whom to ask, and the way back."""
    organisation = request.offer.organisation
    page = link("actors:organisation-detail", organisation.slug, language=request.language)
    _to_applicant(
        "actors/mail/join_received.html",
        request,
        organisation_url=page if organisation.is_published else "",
    )


def join_waiting(request: JoinRequest) -> None:
    """No place yet: how many are ahead, and what happens when one becomes free."""
    _to_applicant("actors/mail/join_waiting.html", request, position=request.position)


def join_offered(request: JoinRequest) -> None:
    """A place has become free: until when it is kept, and the link to take it."""
    _to_applicant("actors/mail/join_offered.html", request)


def join_expired(request: JoinRequest) -> None:
    """The place was not taken up in time and goes to the next one."""
    _to_applicant("actors/mail/join_expired.html", request)


def join_taken(request: JoinRequest) -> None:
    """Tell the organisation that somebody came up from the waiting list."""
    _to_organisation("actors/mail/join_taken.html", request)


def join_answered(request: JoinRequest) -> None:
    _to_applicant(
        "actors/mail/join_answered.html", request, reply_to=request.offer.organisation.email
    )


def join_cancelled(request: JoinRequest) -> None:
    """The organisation takes the place back; with its words."""
    _to_applicant(
        "actors/mail/join_cancelled.html", request, reply_to=request.offer.organisation.email
    )


def join_called_off(request: JoinRequest) -> None:
    """The offer no longer takes place; with whom to ask."""
    _to_applicant(
        "actors/mail/join_called_off.html",
        request,
        reply_to=request.offer.organisation.email,
        list_url=link("actors:offer-list", language=request.language),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What of an offer was one thing and is another now."""

    label: str
    before: str
    now: str


def _changes(before: Offer, now: Offer) -> list[Change]:
    """What somebody who comes has to know of, in the language that is active."""
    pairs = (
        (gettext("When:"), before.when_in_full, now.when_in_full),
        (gettext("Where:"), before.where, now.where),
        (gettext("Price:"), before.price_line, now.price_line),
    )
    return [Change(label, old, new) for label, old, new in pairs if old != new]


def join_changed(request: JoinRequest, before: Offer) -> bool:
    """Say what has changed since somebody signed up; return whether there was anything to say."""
    with translation.override(request.language):
        changes = _changes(before, request.offer)
    if changes:
        _to_applicant(
            "actors/mail/join_changed.html",
            request,
            reply_to=request.offer.organisation.email,
            changes=changes,
        )
    return bool(changes)


def join_new(request: JoinRequest) -> None:
    """Tell the organisation. Name and address stay on the portal, where they are erased in time."""
    _to_organisation("actors/mail/join_new.html", request)


def join_withdrawn(request: JoinRequest) -> None:
    _to_organisation("actors/mail/join_withdrawn.html", request)


def _to_applicant(
    template: str, request: JoinRequest, *, reply_to: str = "", **context: object
) -> None:
    language = request.language
    mail.send(
        template,
        to=request.email,
        language=language,
        context={
            "request": request,
            "offer": request.offer,
            "offer_url": link("actors:offer-detail", request.offer.slug, language=language),
            "withdraw_url": link(
                "actors:join-withdraw", JOIN_WITHDRAW.token(request.pk), language=language
            ),
            **context,
        },
        reply_to=reply_to,
    )


def _to_organisation(template: str, request: JoinRequest) -> None:
    for address, language in readers_of(request.offer.organisation):
        mail.send(
            template,
            to=address,
            language=language,
            context={
                "request": request,
                "offer": request.offer,
                "url": link("actors:offer-requests", request.offer.slug, language=language),
            },
        )


def partnership_named(partnership: Partnership) -> None:
    """Ask the other side's team whether they say so, too."""
    partner = partnership.partner
    assert partner is not None  # a plain name has nobody to ask
    claim = "actors:organisation-claim" if _may_claim(partner) else ""
    for address, language in team_of(partner):
        mail.send(
            "actors/mail/partnership_named.html",
            to=address,
            language=language,
            context={
                "partner": partner,
                "organisation": partnership.organisation,
                "organisation_url": link(
                    "actors:organisation-detail", partnership.organisation.slug, language=language
                ),
                "url": link("actors:partners", partner.slug, language=language),
                "claim_url": claim and link(claim, partner.slug, language=language),
            },
            reply_to=partnership.organisation.email,
        )


def partnership_confirmed(partnership: Partnership) -> None:
    """Tell whoever named the partner that it says so, too."""
    organisation = partnership.organisation
    for address, language in team_of(organisation):
        mail.send(
            "actors/mail/partnership_confirmed.html",
            to=address,
            language=language,
            context={
                "partner": partnership.partner,
                "organisation": organisation,
                "url": link("actors:organisation-detail", organisation.slug, language=language),
            },
        )


def still_right(
    organisation: Organisation, items: Sequence[Confirmed], *, again: bool = False
) -> None:
    """Ask once a year about everything of an organisation that is due, in one mail."""
    _with_link("actors/mail/still_right.html", organisation, items, again=again)


def archived(organisation: Organisation, items: Sequence[Confirmed], *, reason: str = "") -> None:
    """Say what is in the archive now, why, and how it comes back; `reason` are the task force's
    own words, where it did this."""
    _with_link("actors/mail/archived.html", organisation, items, reason=reason)


def _with_link(
    template: str, organisation: Organisation, items: Sequence[Confirmed], **context: object
) -> None:
    for address, language in readers_of(organisation):
        token = STILL_RIGHT.token(still_right_value(organisation.pk, address))
        mail.send(
            template,
            to=address,
            language=language,
            context={
                "organisation": organisation,
                "items": items,
                "url": link("actors:still-right", token, language=language),
                "dashboard_url": link("actors:dashboard", language=language),
                "days": STILL_RIGHT.max_age.days,
                **context,
            },
        )


def complete(organisation: Organisation, items: Sequence[Confirmed], *, note: str = "") -> None:
    """Ask for what readers miss, with the task force's own words where it has some."""
    claim = organisation.is_published and organisation.may_be_claimed
    for address, language in readers_of(organisation):
        mail.send(
            "actors/mail/complete.html",
            to=address,
            language=language,
            context={
                "organisation": organisation,
                "items": [
                    {
                        "item": item,
                        "url": link(
                            f"actors:{item._meta.model_name}-edit", item.slug, language=language
                        ),
                    }
                    for item in items
                ],
                "note": note,
                "claim_url": claim
                and link("actors:organisation-claim", organisation.slug, language=language),
            },
        )


def merged(*, gone: Organisation, stays: Organisation) -> None:
    """Tell those who look after the entry that is left, of both former teams."""
    for person in stays.team:
        mail.send(
            "actors/mail/merged.html",
            to=person.email,
            language=person.language,
            context={
                "gone": gone,
                "stays": stays,
                "url": link("actors:organisation-review", stays.slug, language=person.language),
            },
        )


def no_longer_member(person: User, organisation: Organisation) -> None:
    """Tell somebody that an owner has taken them out of the team."""
    mail.send(
        "actors/mail/no_longer_member.html",
        to=person.email,
        language=person.language,
        context={
            "organisation": organisation,
            "url": link("actors:dashboard", language=person.language),
        },
    )


def became_owner(membership: Membership, *, from_name: str) -> None:
    """Tell somebody that an owner has handed the entry over to them."""
    person, organisation = membership.user, membership.organisation
    mail.send(
        "actors/mail/became_owner.html",
        to=person.email,
        language=person.language,
        context={
            "organisation": organisation,
            "from_name": from_name,
            "url": link("actors:team", organisation.slug, language=person.language),
        },
    )
