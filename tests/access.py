"""Who may open what: one table for every address, put together from each app's `access.py`.

An app's table maps a URL name to `Access`. `test_permissions.py` walks every URL × every role, and
fails for a URL that is in no table, so a new page cannot forget its permission.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: Nobody signed in; a member of another organisation; an editor and the owner of the organisation
#: in question; task force; event manager; administrator.
ROLES = ("visitor", "stranger", "editor", "owner", "reviewer", "event_manager", "admin")

OK = 200
LOGIN = "login"  # sent to the sign-in page
DENIED = 403
MISSING = 404  # not even told that it exists


@dataclass(frozen=True)
class Access:
    """What a GET of one address answers, by role; `others` for the roles not named.

    `arguments` builds the URL's keyword arguments from the world (tests/world.py); `query` is a
    query string. A POST is refused to the same people in the same way; an address that takes only
    POST answers 405 here, and says in `post` who may send one.
    """

    others: int | str
    by_role: dict[str, int | str] = field(default_factory=dict)
    arguments: Callable[[Any], dict[str, Any]] | None = None
    query: str = ""
    post: "Access | None" = None

    def expected(self, role: str) -> int | str:
        return self.by_role.get(role, self.others)


#: What refuses somebody.
REFUSALS = {LOGIN, DENIED, MISSING}

PUBLIC = Access(OK)


def signed_in(**kwargs) -> Access:
    """Everybody with an account; visitors are sent to sign in."""
    return Access(OK, {"visitor": LOGIN}, **kwargs)


def members(status: int = OK, **kwargs) -> Access:
    """The organisation's own people and admins; others are not told that it exists."""
    return Access(
        MISSING,
        {"visitor": LOGIN, "editor": status, "owner": status, "admin": status},
        **kwargs,
    )


def owners(status: int = OK, **kwargs) -> Access:
    """The organisation's owners and admins."""
    return Access(
        MISSING,
        {"visitor": LOGIN, "editor": DENIED, "owner": status, "admin": status},
        **kwargs,
    )


def reviewers(status: int = OK, **kwargs) -> Access:
    return Access(DENIED, {"visitor": LOGIN, "reviewer": status, "admin": status}, **kwargs)


def event_managers(status: int = OK, **kwargs) -> Access:
    return Access(DENIED, {"visitor": LOGIN, "event_manager": status, "admin": status}, **kwargs)


def desk(status: int = OK, **kwargs) -> Access:
    return Access(
        DENIED,
        {"visitor": LOGIN, "reviewer": status, "event_manager": status, "admin": status},
        **kwargs,
    )
