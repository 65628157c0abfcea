"""What a questionnaire says where its form says nothing."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

OTHER_LABEL = gettext_noop("Something else")
PAGE = gettext_noop("Page %(number)s")
PART = gettext_noop("%(title)s (%(number)s)")
EVERY_ROW = gettext_noop("What is right for each row?")
INTRODUCTION = gettext_noop("These are the questions of “%(title)s”.")
OWN_WORDS = gettext_noop("In your own words")
ASKED_BY = gettext_noop("The task force of the SSÖ portal")
PURPOSE = gettext_noop("Not described yet. To be written before the survey begins.")


def in_interface_languages(message: str, **values: Any) -> dict[str, str]:
    """A message in every language of the interface, by language."""
    return in_each_language(lambda: gettext(message) % values if values else gettext(message))


def in_each_language(words: Callable[[], str]) -> dict[str, str]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = words()
    return found
