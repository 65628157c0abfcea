"""Who may open the pages that belong to no app, django-allauth's among them."""

from tests.access import DENIED, LOGIN, OK, PUBLIC, Access, desk, signed_in

#: Pages that send people who are signed in to where they wanted to go.
_ENTRANCE = Access(302, {"visitor": OK})
#: Pages that ask for the password again before they open.
_AGAIN = Access(302, {"visitor": LOGIN})

ACCESS = {
    "root": Access(302),
    "healthz": Access(503),  # no worker runs in this test
    "home": PUBLIC,
    "search": PUBLIC,
    "privacy": PUBLIC,
    "imprint": PUBLIC,
    "accessibility": PUBLIC,
    "desk:front": desk(),
    "desk:styleguide": desk(),
    "account_settings": signed_in(),
    "account_login": _ENTRANCE,
    "account_signup": _ENTRANCE,
}
assert DENIED
