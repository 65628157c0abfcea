"""Words of the libraries' own pages that come without German: named here, so that they stand in
the portal's catalogue. Nothing imports this module; a test finds what is missing in it.
"""

from django.utils.translation import gettext_noop, ngettext

#: Django admin.
ADMIN = (
    gettext_noop("Run"),
    # Django says “Speichern” and “Sichern und …” on one form.
    gettext_noop("Save and add another"),
    gettext_noop("Save and continue editing"),
    gettext_noop("Filter by %(field_name)s"),
    gettext_noop("Search %(name)s"),
    gettext_noop("Pagination %(name)s"),
    gettext_noop("Pagination %(name)s entries"),
    gettext_noop(
        "Are you sure you want to delete the %(object_name)s “%(escaped_object)s”? All of the "
        "following related items will be deleted:"
    ),
    gettext_noop(
        "Deleting the %(object_name)s “%(escaped_object)s” would require deleting the following "
        "protected related objects:"
    ),
    gettext_noop(
        "Deleting the %(object_name)s “%(escaped_object)s” would result in deleting related "
        "objects, but your account doesn't have permission to delete the following types of "
        "objects:"
    ),
)


def more_objects(count: int) -> str:
    """The end of a long list of what would be deleted."""
    return ngettext("…and %(count)d more object.", "…and %(count)d more objects.", count)


#: Forms and import of tables.
FORMS = (
    gettext_noop("- Select an option -"),
    gettext_noop("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    gettext_noop("Select all"),
    # Django's German says what is wrong; this says how to mend it.
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("Enter a valid URL."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Enter a whole number."),
)


def too_long(count: int) -> str:
    """What a field says of a text that is too long."""
    return ngettext(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        count,
    )


#: Django's own German for these is hard to understand.
PASSWORDS = (
    gettext_noop("Your password can’t be too similar to your other personal information."),
    gettext_noop("Your password can’t be a commonly used password."),
)

#: django-allauth speaks to people as friends (“du”); the portal does not.
ACCOUNTS = (
    gettext_noop("You cannot remove your primary email address."),
    gettext_noop("Please type your current password."),
    gettext_noop("You cannot add more than %d email addresses."),
    gettext_noop("Your primary email address must be verified."),
    gettext_noop("Please select only one."),
    gettext_noop("Please contact us if you have any trouble resetting your password."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("Be patient, you are sending too many requests."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("You must type the same email each time."),
    gettext_noop("Do you really want to remove the selected email address?"),
    gettext_noop("Your password has been changed."),
    gettext_noop("Your email address is still pending verification."),
    gettext_noop("Are you sure you want to sign out?"),
    gettext_noop("You cannot remove your primary email address (%(email)s)."),
    gettext_noop("You have confirmed %(email)s."),
    gettext_noop("You have signed out."),
    gettext_noop("Successfully signed in as %(name)s."),
    gettext_noop(
        "Forgotten your password? Enter your email address below, and we'll send you an email "
        "allowing you to reset it."
    ),
    gettext_noop(
        "We have sent you an email. If you have not received it please check your spam folder. "
        "Otherwise contact us if you do not receive it in a few minutes."
    ),
    gettext_noop(
        "The password reset link was invalid, possibly because it has already been used.  Please "
        'request a <a href="%(passwd_reset_url)s">new password reset</a>.'
    ),
    gettext_noop("Your password is now changed."),
    gettext_noop("You are already logged in as %(user_display)s."),
    gettext_noop(
        "You currently do not have any email address set up. You should really add an email "
        "address so you can receive notifications, reset your password, etc."
    ),
    gettext_noop("Verify Your Email Address"),
    gettext_noop("You are about to generate a new set of recovery codes for your account."),
    gettext_noop(
        "You are about to deactivate authenticator app based authentication. Are you sure?"
    ),
    gettext_noop("Your account has no password set up."),
    gettext_noop("Your account has no verified email address."),
)

#: django-allauth's words where the portal has another one for the same thing, or a mistake.
MENDED = (
    gettext_noop("Two-Factor Authentication"),
    gettext_noop("Primary email address set."),
    gettext_noop("Recovery codes"),
    gettext_noop("Recovery Codes"),
    gettext_noop("A new set of recovery codes has been generated."),
    gettext_noop("Authentication using an authenticator app is active."),
    gettext_noop("The new value must be different from the current one."),
    gettext_noop("Added on %(created_at)s"),
    gettext_noop("Sign Out"),
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("Incorrect code."),
    gettext_noop("Please reauthenticate to safeguard your account."),
    gettext_noop("Alternative options"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Authenticator secret"),
    gettext_noop("Authenticator code"),
    gettext_noop(
        "You can store this secret and use it to reinstall your authenticator app at a later time."
    ),
    gettext_noop(
        "To protect your account with two-factor authentication, scan the QR code below with your "
        "authenticator app. Then, input the verification code generated by the app below."
    ),
    gettext_noop("Passwordless"),
    gettext_noop("Generate"),
    gettext_noop(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes "
        "additional requirements such as biometrics or PIN protection."
    ),
    gettext_noop("This action will invalidate your existing codes."),
)
