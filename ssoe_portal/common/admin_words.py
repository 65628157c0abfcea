"""Words of Django admin's scripts for which Django has no German: in the portal's catalogue, and
added to what the scripts are given. A test finds what is missing here after an upgrade."""

from django.utils.translation import gettext, gettext_noop, ngettext
from django.views.i18n import JavaScriptCatalog

WORDS = (
    # The calendar and the clock. Months stand before their year, days before their month.
    gettext_noop("%(month)s %(day)s, %(year)s"),
    gettext_noop("%s (today, current selection)"),
    gettext_noop("%s (today)"),
    gettext_noop("%s (current selection)"),
    gettext_noop("Today (%(date)s)"),
    gettext_noop("Yesterday (%(date)s)"),
    gettext_noop("Tomorrow (%(date)s)"),
    gettext_noop("Previous (%(month)s %(year)s)"),
    gettext_noop("Next (%(month)s %(year)s)"),
    gettext_noop("server"),
    # Lists.
    gettext_noop(
        "You have selected an action, and you haven’t made any changes on individual fields. "
        "You’re probably looking for the Run button rather than the Save button."
    ),
    # Two lists with arrows between them.
    gettext_noop('Choose %s by selecting them and then select the "Choose" arrow button.'),
    gettext_noop('Remove %s by selecting them and then select the "Remove" arrow button.'),
    gettext_noop("Choose all %s"),
    gettext_noop("Choose selected %s"),
    gettext_noop("Remove all %s"),
    gettext_noop("Remove selected %s"),
    gettext_noop("(click to clear)"),
)


def other_time_zone(hours: int) -> dict[str, str]:
    """Below a time, for whoever's clock is in another time zone."""
    ahead = ngettext(
        "Note: Enter times in the %(timezone)s timezone. (You are %(offset)s hour ahead.)",
        "Note: Enter times in the %(timezone)s timezone. (You are %(offset)s hours ahead.)",
        hours,
    )
    behind = ngettext(
        "Note: Enter times in the %(timezone)s timezone. (You are %(offset)s hour behind.)",
        "Note: Enter times in the %(timezone)s timezone. (You are %(offset)s hours behind.)",
        hours,
    )
    note = "Note: Enter times in the %(timezone)s timezone."
    return {
        f"{note} (You are %(offset)s hour ahead.)": ahead,
        f"{note} (You are %(offset)s hour behind.)": behind,
    }


class AdminCatalog(JavaScriptCatalog):
    """What Django admin's scripts say, in the reader's language."""

    packages = ["django.contrib.admin"]

    def get_catalog(self) -> dict:
        """Django's own words, and ours where it has none."""
        one, more = other_time_zone(1), other_time_zone(2)
        plurals = {message: [one[message], more[message]] for message in one}
        ours = {word: gettext(word) for word in WORDS} | plurals
        return ours | super().get_catalog()
