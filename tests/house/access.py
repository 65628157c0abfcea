"""Who may open the pages that belong to no app, django-allauth's among them."""

from tests.access import DENIED, LOGIN, MISSING, OK, PUBLIC, Access, desk, reviewers, signed_in

#: Pages that send people who are signed in to where they wanted to go.
_ENTRANCE = Access(302, {"visitor": OK})
#: Steps of a sign-in that has not begun: everybody is sent away.
_MIDWAY = Access(302, {"visitor": LOGIN})
#: Pages that ask for the password again before they open.
_AGAIN = Access(302, {"visitor": LOGIN})
#: The same, for those who have a second factor: the staff of the tests.
_AGAIN_WITH_FACTOR = Access(
    302, {"visitor": LOGIN, **dict.fromkeys(("stranger", "editor", "owner"), MISSING)}
)
_WITH_FACTOR = Access(OK, {"visitor": LOGIN, **dict.fromkeys(("stranger", "editor", "owner"), 302)})

ACCESS = {
    "root": Access(302),
    "healthz": Access(503),  # no worker runs in this test
    "postcodes": PUBLIC,
    "home": PUBLIC,
    "search": PUBLIC,
    "search-suggestions": PUBLIC,
    "privacy": PUBLIC,
    "imprint": PUBLIC,
    "accessibility": PUBLIC,
    "desk:front": desk(),
    "desk:styleguide": desk(),
    "desk:unmet": reviewers(),
    "desk:unmet-settle": Access(
        405,
        {
            "visitor": LOGIN,
            **dict.fromkeys(("stranger", "editor", "owner", "event_manager"), DENIED),
        },
        arguments=lambda world: {"pk": 1},
        post=reviewers(MISSING),
    ),
    "account_settings": signed_in(),
    "account_login": _ENTRANCE,
    "account_signup": _ENTRANCE,
    "account_logout": Access(OK, {"visitor": 302}),
    "account_inactive": PUBLIC,
    "account_reauthenticate": signed_in(),
    "account_email": signed_in(),
    "account_email_verification_sent": PUBLIC,
    "account_change_password": signed_in(),
    "account_set_password": _MIDWAY,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": Access(
        OK, arguments=lambda world: {"uidb36": "1", "key": "wrong-key"}
    ),
    "account_reset_password_from_key_done": PUBLIC,
    "account_confirm_login_code": _MIDWAY,
    "account_confirm_email": Access(
        OK, arguments=lambda world: {"key": "wrong-key"}, post=Access(MISSING)
    ),
    "mfa_index": signed_in(),
    "mfa_authenticate": _MIDWAY,
    "mfa_reauthenticate": _WITH_FACTOR,
    "mfa_activate_totp": _AGAIN,
    "mfa_deactivate_totp": _AGAIN_WITH_FACTOR,
    "mfa_view_recovery_codes": _AGAIN_WITH_FACTOR,
    "mfa_generate_recovery_codes": _AGAIN,
    "mfa_download_recovery_codes": _AGAIN_WITH_FACTOR,
    "mfa_list_webauthn": signed_in(),
    "mfa_add_webauthn": _AGAIN,
    "mfa_edit_webauthn": Access(302, {"visitor": LOGIN}, arguments=lambda world: {"pk": 1}),
    "mfa_remove_webauthn": Access(302, {"visitor": LOGIN}, arguments=lambda world: {"pk": 1}),
    "mfa_login_webauthn": _MIDWAY,
    "mfa_reauthenticate_webauthn": Access(302, {"visitor": LOGIN}),
}
