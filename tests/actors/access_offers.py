"""Who may open what: offers and joining them."""

from actors.links import JOIN_CONFIRM, JOIN_WITHDRAW
from actors.models import JoinRequest
from tests.access import LOGIN, PUBLIC, Access, members
from tests.world import make_join_request, make_offer


def offer(world) -> dict:
    return {"slug": make_offer(world.organisation).slug}


def asked(world, state: str = "open") -> JoinRequest:
    return make_join_request(make_offer(world.organisation), state=state)


ACCESS = {
    "actors:offer-list": PUBLIC,
    "actors:offer-map": Access(200, query="bbox=13.3,52.5,13.6,52.7"),
    "actors:offer-detail": Access(200, arguments=offer),
    "actors:offer-join": Access(200, arguments=offer),
    "actors:offer-join-sent": Access(200, arguments=offer),
    "actors:join-confirm": Access(
        200,
        arguments=lambda world: {"token": JOIN_CONFIRM.token(asked(world, "unconfirmed").pk)},
    ),
    "actors:join-withdraw": Access(
        200, arguments=lambda world: {"token": JOIN_WITHDRAW.token(asked(world).pk)}
    ),
    # Those without an organisation are sent to enter one.
    "actors:offer-create": Access(
        302, {"visitor": LOGIN, "stranger": 200, "editor": 200, "owner": 200}
    ),
    "actors:offer-edit": members(arguments=offer),
    "actors:offer-submit": Access(405, {"visitor": LOGIN}, arguments=offer, post=members()),
    "actors:offer-copy": Access(405, {"visitor": LOGIN}, arguments=offer, post=members(302)),
    "actors:offer-calendar": Access(200, arguments=offer),
    "actors:offer-handout": Access(200, arguments=offer),
    "actors:offer-archive": members(arguments=offer),
    "actors:offer-requests": members(arguments=offer),
    "actors:offer-requests-sheet": members(arguments=offer),
    "actors:join-answer": members(arguments=lambda world: {"pk": asked(world).pk}),
    "actors:join-cancel": members(arguments=lambda world: {"pk": asked(world, "accepted").pk}),
}
