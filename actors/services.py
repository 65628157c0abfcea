"""What touches several models or sends mail; one verb each, all or nothing."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actors import duplicates, emails, joining
from actors.models import (
    Branch,
    Claim,
    Contact,
    Cooperation,
    Invitation,
    Listing,
    Logo,
    Membership,
    Offer,
    Organisation,
    Partnership,
    Picture,
)
from ssoe_portal.common.confirmation import Confirmed
from ssoe_portal.common.geography import Area
from ssoe_portal.common.moderation import Moderated
from ssoe_portal.common.pictures import Prepared
from ssoe_portal.common.users import User


@transaction.atomic
def register_organisation(*, organisation: Organisation, by: User) -> Organisation:
    """Keep a new organisation as a draft, owned by the person who entered it."""
    organisation.save()
    Membership.objects.create(organisation=organisation, user=by, role=Membership.Role.OWNER)
    return organisation


@transaction.atomic
def change_organisation(
    *, organisation: Organisation, save: Callable[[], object], has_moved: bool = False
) -> None:
    """Keep what its team has changed in an entry; `save` writes it. Staff see that it has changed,
    and it is compared anew with entries that may be about the same organisation."""
    if has_moved:
        keep_place(organisation=organisation, save=save)
    else:
        save()
    organisation.record_change()
    duplicates.find_soon(organisation)


@transaction.atomic
def keep_place(*, organisation: Organisation, save: Callable[[], object]) -> None:
    """Keep an organisation whose address or neighbourhood may have changed; `save` writes it.
    Its point is found anew, and offers at its address move along: else they would lose it."""
    before = Organisation.objects.locked().only("area").filter(pk=organisation.pk).first()
    organisation.locate()
    save()
    if before is not None:
        Offer.objects.move_along({organisation.pk: before.area_id})


@transaction.atomic
def keep_offer(
    *,
    offer: Offer,
    save: Callable[[], object],
    home_area: Area | None = None,
    has_moved: bool = True,
    has_other_places: bool = False,
    tells_people: bool = False,
) -> int:
    """Keep an offer that was written or changed; `save` writes it and its texts. `home_area` is the
    neighbourhood of its organisation, where only this offer says it: kept there, too. Places that
    there are more of are offered to who waits. With `tells_people` those who signed up get a mail
    about what has changed; return how many got one."""
    stored = Offer.objects.for_words().filter(pk=offer.pk)
    before = stored.first() if tells_people else None
    if home_area is not None and offer.organisation.lacks_area:
        offer.organisation.settle_in(home_area)
    if has_moved:
        offer.locate()
    is_new = offer._state.adding
    save()
    told = joining.tell_change(before=before, now=stored.get()) if before is not None else 0
    if has_other_places and not is_new:
        joining.settle(offer.pk)
    return told


def may_confirm(item: Confirmed, user: User) -> bool:
    """Whether this person is of an entry's own organisation, and so may say that it is right."""
    organisation = item.organisation
    return organisation is not None and organisation.is_looked_after_by(user)


def should_confirm(item: Confirmed, user: User) -> bool:
    """Whether this person is asked for a word that nobody of the organisation has given yet, or
    not for a year."""
    is_open = item.lacks_confirmation or item.waits_for_confirmation
    return is_open and may_confirm(item, user)


def confirm(*, item: Confirmed, by: User) -> None:
    """Note that an entry's own organisation says: it is right. Raises PermissionDenied for others,
    administrators too, and TransitionNotAllowed while it is not published."""
    if not may_confirm(item, by):
        raise PermissionDenied
    item.confirm()


@transaction.atomic
def submit(*, item: Confirmed, by: User) -> None:
    """Hand an entry in for review; whoever did gets a receipt. Only somebody of the organisation's
    own team confirms it by that: whoever administers the portal does not speak for it.

    Raises ValidationError while it is incomplete, TransitionNotAllowed when it is in already.
    """
    item.submit(by_owner=may_confirm(item, by))
    if isinstance(item, Organisation):
        duplicates.find_soon(item)
    emails.submitted(item, to=by)


@transaction.atomic
def publish(*, item: Moderated, only_from: str = "") -> None:
    """Publish an entry and tell its owners. `only_from` is the status the decision is about:
    raises TransitionNotAllowed when somebody else has decided meanwhile. The partners that a new
    organisation has named hear of it now (`name_partner`)."""
    is_new = item.published_at is None
    item.publish(only_from=only_from)
    emails.published(item)
    if isinstance(item, Organisation):
        duplicates.find_soon(item)
        for named in item.partnerships.with_sides().unanswered() if is_new else ():
            emails.partnership_named(named)


@transaction.atomic
def return_to_owner(*, item: Moderated, reason: str, only_from: str = "") -> None:
    """Give an entry back; its owners read the reason. Raises TransitionNotAllowed likewise."""
    item.return_to_owner(reason, only_from=only_from)
    emails.returned(item)


@transaction.atomic
def invite(*, invitation: Invitation, by: User) -> Invitation:
    """Send someone a link into a team."""
    invitation.invited_by = by
    invitation.save()
    emails.invitation(invitation)
    return invitation


@transaction.atomic
def hand_over(*, membership: Membership, to: Membership) -> None:
    """Leave a team and make a colleague owner, who gets a mail. Raises Membership.DoesNotExist
    where one of them has left meanwhile."""
    from_name = membership.user.get_full_name()
    membership.hand_over(to)
    to.refresh_from_db()
    emails.became_owner(to, from_name=from_name)


@transaction.atomic
def remove_member(*, membership: Membership) -> None:
    """Take somebody out of a team; they get a mail. Raises LastOwner."""
    person, organisation = membership.user, membership.organisation
    membership.end()
    emails.no_longer_member(person, organisation)


@transaction.atomic
def send_claim(*, claim: Claim, organisation: Organisation, by: User) -> Claim:
    """Put a request for an entry into the task force's queue; a second one changes nothing."""
    values = {"name": claim.name, "position": claim.position, "message": claim.message}
    return organisation.claims.get_or_create(user=by, defaults=values)[0]


@transaction.atomic
def accept_claim(*, claim: Claim) -> Membership:
    """Hand an entry over and tell its new owner. Raises TransitionNotAllowed when too late."""
    membership = claim.accept()
    emails.claim_answered(claim, accepted=True)
    return membership


@transaction.atomic
def decline_claim(*, claim: Claim, reason: str) -> None:
    """Say no, with a sentence. Raises TransitionNotAllowed when too late."""
    claim.close()
    emails.claim_answered(claim, accepted=False, reason=reason)


@transaction.atomic
def propose_cooperation(*, own: Listing, other: Listing) -> Cooperation:
    """Bring one's own listing and somebody else's together, and write to the other side.

    Proposing the same two again changes nothing and sends nothing.
    """
    giving, seeking = (own, other) if own.gives else (other, own)
    cooperation, created = Cooperation.objects.get_or_create(
        giving=giving, seeking=seeking, defaults={"proposed_by": own.direction}
    )
    if created:
        emails.cooperation_proposed(cooperation, own=own, other=other)
    return cooperation


@transaction.atomic
def move_cooperation(
    *, cooperation: Cooperation, status: str, by: User, outcome: str = ""
) -> Cooperation:
    """Set what comes next, and write to the other side; where an administrator of neither side
    does it, to both. Raises TransitionNotAllowed when somebody was faster."""
    side = cooperation.side_of(by)
    step = cooperation.step_to(status, side)
    cooperation.move(status, outcome=outcome)
    gives, seeks = cooperation.giving.organisation, cooperation.seeking.organisation
    for reader, partner, partners_side in ((gives, seeks, "seeks"), (seeks, gives, "gives")):
        if side in {"", partners_side}:
            emails.cooperation_moved(
                cooperation, step=step, to=reader, partner=partner, by_partner=bool(side)
            )
    return cooperation


@transaction.atomic
def keep_row(*, row: Branch | Contact | Picture | Logo, prepared: Prepared | None = None) -> None:
    """Keep what belongs to an organisation's profile, and its file where it has one.

    Raises ValidationError where there are as many as there may be, where it is there already, or
    where what was changed is gone meanwhile: counted and compared under the organisation's lock, so
    that of two forms sent at once the second one sees what the first one has done.
    """
    organisation = Organisation.objects.locked().get(pk=row.organisation_id)
    rows = type(row).objects.filter(organisation=organisation)
    if organisation.merged_into_id is not None:
        raise ValidationError(_("This entry was merged into another one."), code="merged")
    # Held, because whoever erases what is too old asks nobody.
    stored = rows.filter(pk=row.pk).order_by("pk").select_for_update(of=("self",))
    if not row._state.adding and stored.first() is None:
        raise ValidationError(_("Somebody has removed this meanwhile."), code="gone")
    if isinstance(row, Logo):
        # A new logo takes the old one's place; that one's files go with it.
        for old in rows:
            old.delete()
    elif row._state.adding and rows.count() >= row.MOST:
        raise ValidationError(
            _("There is room for %(number)s. Please remove one first."),
            code="too_many",
            params={"number": row.MOST},
        )
    if prepared is not None:
        row.take_on(prepared)
    row.validate_constraints()
    if prepared is not None:
        row.write(prepared)
    row.save()
    organisation.record_change()


@transaction.atomic
def remove_row(*, row: Branch | Contact | Picture | Logo | Partnership) -> None:
    """Take something out of an organisation's profile; its files follow."""
    organisation = Organisation.objects.locked().get(pk=row.organisation_id)
    row.delete()
    organisation.record_change()


@transaction.atomic
def name_partner(
    *, organisation: Organisation, partner: Organisation | None, name: str = ""
) -> Partnership:
    """Say that an organisation works with another one, or with somebody outside the portal.

    The other one is asked by mail and is shown when it says so, too. Where it has named this one
    already, that is said by this, however many it has named. Two who name each other at the same
    moment make one partnership: the second one's row gives way to the first one's (a constraint on
    the pair), which is then confirmed.
    Of an entry that staff have not looked at nobody hears by mail: anyone can write one under any
    name. They hear once it is public (`publish`). Raises ValidationError for too many.
    """
    Organisation.objects.locked().get(pk=organisation.pk)
    if kept := _known_partner(organisation, partner, name):
        return kept
    if organisation.partnerships.count() >= Partnership.MOST:
        raise ValidationError(
            _("You have named %(number)s partners; that is as many as readers will look at."),
            code="too_many",
            params={"number": Partnership.MOST},
        )
    row = Partnership(organisation=organisation, partner=partner, name="" if partner else name)
    Partnership.objects.bulk_create([row], ignore_conflicts=True)
    organisation.record_change()
    kept = _known_partner(organisation, partner, name)
    assert kept is not None  # made here, or what it gave way to
    is_own = kept.created_at == row.created_at
    if partner is not None and is_own and organisation.is_published:
        emails.partnership_named(kept)
    return kept


def _known_partner(
    organisation: Organisation, partner: Organisation | None, name: str
) -> Partnership | None:
    """Return what stands there already about two who work together. Where only the other one has
    said so, it is confirmed by this."""
    if partner is None:
        return organisation.partnerships.filter(partner=None, name__iexact=name).first()
    # Held, so that it is not confirmed or taken back between reading and confirming.
    rows = Partnership.objects.of(organisation).of(partner).order_by("pk")
    kept = rows.select_for_update(of=("self",)).first()
    if kept is not None and kept.organisation_id == partner.pk and not kept.is_shown:
        confirm_partner(partnership=kept)
    return kept


@transaction.atomic
def confirm_partner(*, partnership: Partnership) -> None:
    """Say so, too. Raises TransitionNotAllowed where that is said already."""
    partnership.confirm()
    emails.partnership_confirmed(partnership)
