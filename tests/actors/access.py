"""Who may open what: organisations, registration, exchange, initiatives, networks, moderation."""

from dataclasses import replace

from actors.links import (
    INVITATION,
    STILL_RIGHT,
    SUPPORTER,
    SUPPORTER_WITHDRAW,
    still_right_value,
)
from actors.models import Claim, Cooperation, Invitation, Membership, Partnership, Supporter
from tests.access import (
    DENIED,
    LOGIN,
    MISSING,
    OK,
    PUBLIC,
    Access,
    members,
    owners,
    reviewers,
    signed_in,
)
from tests.world import (
    make_branch,
    make_contact,
    make_initiative,
    make_listing,
    make_network,
    make_organisation,
    make_picture,
    make_user,
)


def organisation(world) -> dict:
    return {"slug": world.organisation.slug}


def step(world) -> dict:
    return {"slug": world.organisation.slug, "step": "work"}


def membership(world) -> dict:
    row = Membership.objects.filter(organisation=world.organisation).first()
    return {"slug": world.organisation.slug, "pk": row.pk}


def invited(world) -> Invitation:
    return Invitation.objects.create(organisation=world.organisation, email="neu@example.org")


def listing(world) -> dict:
    return {"slug": make_listing(world.organisation).slug}


def initiative(world) -> dict:
    return {"slug": make_initiative(organisation=world.organisation).slug}


def cooperation(world) -> dict:
    row = Cooperation.objects.create(
        giving=make_listing(world.organisation, direction="gives"),
        seeking=make_listing(make_organisation(), direction="seeks"),
        proposed_by="seeks",
    )
    return {"pk": row.pk}


def new_supporter(world) -> Supporter:
    return Supporter.objects.create(
        initiative=make_initiative(organisation=world.organisation, takes_supporters=True),
        name="Minh",
        email="minh@example.org",
    )


def contact(world) -> dict:
    return {"slug": world.organisation.slug, "pk": make_contact(world.organisation).pk}


def branch(world) -> dict:
    return {"slug": world.organisation.slug, "pk": make_branch(world.organisation).pk}


def picture(world) -> dict:
    return {"slug": world.organisation.slug, "pk": make_picture(world.organisation).pk}


def public_picture(world) -> dict:
    row = make_picture(world.organisation)
    return {"folder": "pictures", "digest": row.digest, "box": row.boxes[0]}


def partnership(world) -> dict:
    row = Partnership.objects.create(organisation=make_organisation(), partner=world.organisation)
    return {"slug": world.organisation.slug, "pk": row.pk}


def posting() -> Access:
    """Only a POST; the organisation's own people and admins may send one."""
    return Access(405, {"visitor": LOGIN}, post=members())


def claim(world) -> dict:
    row = Claim.objects.create(
        organisation=make_organisation(),
        user=make_user(),
        name="Minh",
        position="Leitung",
        message="030 0000",
    )
    return {"pk": row.pk}


def still_right(world) -> dict:
    value = still_right_value(world.organisation.pk, world.people["owner"].email)
    return {"token": STILL_RIGHT.token(value)}


#: Those without an organisation are sent to enter one.
WITH_ORGANISATION = Access(
    302, {"visitor": LOGIN, "stranger": 200, "editor": 200, "owner": 200, "admin": 200}
)

ACCESS = {
    "actors:organisation-list": PUBLIC,
    "actors:organisation-map": Access(OK, query="bbox=13.3,52.5,13.6,52.7"),
    "actors:organisation-detail": Access(200, arguments=organisation),
    "actors:organisation-register": PUBLIC,
    "actors:organisation-begin": Access(405, post=PUBLIC),
    "actors:organisation-start": signed_in(),
    "actors:organisation-edit": members(302, arguments=organisation),
    "actors:organisation-edit-step": members(arguments=step),
    "actors:organisation-review": members(arguments=organisation),
    "actors:organisation-english": members(arguments=organisation),
    "actors:contacts": members(arguments=organisation),
    "actors:contacts-edit": members(arguments=contact),
    "actors:contacts-remove": replace(posting(), arguments=contact),
    "actors:branches": members(arguments=organisation),
    "actors:branches-edit": members(arguments=branch),
    "actors:branches-remove": replace(posting(), arguments=branch),
    "actors:pictures": members(arguments=organisation),
    "actors:pictures-edit": members(arguments=picture),
    "actors:pictures-remove": replace(posting(), arguments=picture),
    "actors:logo-remove": replace(posting(), arguments=organisation),
    "actors:partners": members(arguments=organisation),
    "actors:partners-confirm": replace(posting(), arguments=partnership),
    "actors:partners-remove": replace(posting(), arguments=partnership),
    "picture": replace(PUBLIC, arguments=public_picture),
    "actors:organisation-claim": Access(200, arguments=organisation),
    "actors:claims": reviewers(),
    "actors:stale": reviewers(),
    "actors:incomplete": reviewers(),
    "actors:archived-entries": reviewers(),
    "actors:all-entries": reviewers(),
    "actors:duplicates": reviewers(),
    "actors:duplicates-merge": reviewers(
        arguments=lambda world: {
            "first": world.organisation.slug,
            "second": make_organisation().slug,
        }
    ),
    # Everybody with the link in the mail answers for the organisation.
    "actors:still-right": Access(OK, arguments=still_right),
    "actors:claim-decide": reviewers(arguments=claim),
    "actors:organisation-archive": owners(arguments=organisation),
    "actors:team": owners(arguments=organisation),
    "actors:team-member": Access(405, {"visitor": LOGIN}, arguments=membership, post=owners()),
    "actors:team-remove": owners(arguments=membership),
    "actors:team-leave": Access(
        MISSING, {"visitor": LOGIN, "editor": 200, "owner": 200}, arguments=organisation
    ),
    "actors:invitation-withdraw": Access(
        405,
        {"visitor": LOGIN},
        arguments=lambda world: {"slug": world.organisation.slug, "pk": invited(world).pk},
        post=owners(),
    ),
    "actors:invitation-pending": Access(302, {"visitor": LOGIN}),
    # Everybody with the link reads for whom it is; none of these has the address it was sent to.
    "actors:invitation-accept": Access(
        OK,
        arguments=lambda world: {"token": INVITATION.token(invited(world).pk)},
        post=Access(DENIED, {"visitor": OK}),
    ),
    "actors:listing-list": PUBLIC,
    "actors:listing-detail": Access(200, arguments=listing),
    "actors:listing-create": WITH_ORGANISATION,
    "actors:listing-edit": members(arguments=listing),
    "actors:listing-submit": Access(405, {"visitor": LOGIN}, arguments=listing, post=members()),
    "actors:listing-archive": members(arguments=listing),
    "actors:cooperation-propose": Access(
        405, {"visitor": LOGIN}, arguments=listing, post=Access(MISSING, {"visitor": LOGIN})
    ),
    "actors:cooperation-edit": Access(
        MISSING,
        {"visitor": LOGIN, "editor": 200, "owner": 200, "reviewer": 200, "admin": 200},
        arguments=cooperation,
        post=Access(
            MISSING,
            {"visitor": LOGIN, "editor": 200, "owner": 200, "reviewer": DENIED, "admin": 200},
        ),
    ),
    "actors:initiative-list": PUBLIC,
    "actors:initiative-create": WITH_ORGANISATION,
    "actors:initiative-detail": Access(200, arguments=initiative, post=Access(MISSING)),
    "actors:initiative-edit": members(arguments=initiative),
    "actors:initiative-archive": members(arguments=initiative),
    "actors:supporter-sent": PUBLIC,
    "actors:supporter-confirm": Access(
        200, arguments=lambda world: {"token": SUPPORTER.token(new_supporter(world).pk)}
    ),
    "actors:supporter-withdraw": Access(
        200, arguments=lambda world: {"token": SUPPORTER_WITHDRAW.token(new_supporter(world).pk)}
    ),
    "actors:initiative-supporters": members(arguments=initiative),
    "actors:network-list": PUBLIC,
    "actors:network-detail": Access(200, arguments=lambda world: {"slug": make_network().slug}),
    "actors:dashboard": signed_in(),
    "actors:entry-confirm": Access(
        405,
        {"visitor": LOGIN},
        arguments=lambda world: {"kind": "organisation", "slug": world.organisation.slug},
        post=Access(MISSING, {"visitor": LOGIN, "editor": OK, "owner": OK, "admin": DENIED}),
    ),
    "actors:entry-english-fits": replace(
        posting(), arguments=lambda world: {"kind": "organisation", "slug": world.organisation.slug}
    ),
    "actors:moderation-queue": reviewers(),
    "actors:moderation-changes": reviewers(),
    "actors:moderation-review": reviewers(
        arguments=lambda world: {"kind": "organisation", "slug": world.organisation.slug}
    ),
    "actors:moderation-history": reviewers(
        arguments=lambda world: {"kind": "organisation", "slug": world.organisation.slug}
    ),
}
