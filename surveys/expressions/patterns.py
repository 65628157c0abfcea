"""Patterns of regex(): RE2, whose time grows with the length of the text and nothing else.

Questionnaires are written by others, and Python's own patterns can be made to take hours.
"""

from functools import lru_cache
from typing import Any

import re2
from django.utils.translation import gettext as _

LONGEST_PATTERN = 1_000
#: What RE2 does not know because it could not be fast: looking around, and groups again.
_TOO_CLEVER = ("(?=", "(?!", "(?<=", "(?<!", "(?>", *(f"\\{digit}" for digit in range(1, 10)))


class PatternError(ValueError):
    """The pattern cannot be used; the message says why."""


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options


_OPTIONS = _options()


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Any:
    if len(pattern) > LONGEST_PATTERN:
        raise PatternError(
            _("A pattern may have %(number)s characters at most.") % {"number": LONGEST_PATTERN}
        )
    try:
        return re2.compile(pattern, _OPTIONS)
    except (re2.error, UnicodeError) as error:
        if any(part in pattern for part in _TOO_CLEVER):
            raise PatternError(
                _(
                    "Patterns that look around, such as (?=…), or repeat a group, such as \\1, "
                    "cannot be checked here."
                )
            ) from error
        reason = error.args[0]
        raise PatternError(
            _("This pattern cannot be understood: %(reason)s")
            % {"reason": reason.decode() if isinstance(reason, bytes) else error}
        ) from error


def matches(text: str, pattern: str) -> bool:
    """Return whether the pattern fits the whole text; one that cannot be used fits none."""
    try:
        return compile_pattern(pattern).fullmatch(text) is not None
    except (PatternError, UnicodeError):
        return False
