"""What people send is text and nothing that acts on the text around it."""

import re
from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError

#: Signs that nobody types: they turn the direction of all that follows, in a page, a mail or a
#: file name (embeddings, overrides and isolates; Unicode Technical Report 36, 2.10), or have no
#: place in a text. Marks and joiners that Arabic, Persian and Hebrew need stay, line breaks and
#: tabs, too. NUL is left to the forms, which say that it is wrong.
TRICKS = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)


#: Between an amount and its currency no line breaks.
_BEFORE_CURRENCY = re.compile(r"(?<=\d) (?=€|EUR\b|Euro\b)")


def without_tricks(text: str) -> str:
    return TRICKS.sub("", text)


def unbroken_amounts(text: str) -> str:
    """A price as pages print it: "3 €" stays on one line."""
    return _BEFORE_CURRENCY.sub("\u00a0", text)


class PlainTextMiddleware:
    """Take such signs out of query strings and forms, whatever page they are sent to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _has_tricks(request.GET):
            request.GET = _cleaned(request.GET)
        # What breaks off on its way is an empty form, as Django's protection of forms has it.
        with suppress(UnreadablePostError):
            if request.method == "POST" and _has_tricks(request.POST):
                request.POST = _cleaned(request.POST)
        return self.get_response(request)


def _has_tricks(data: QueryDict) -> bool:
    return any(TRICKS.search(value) for _name, values in data.lists() for value in values)


def _cleaned(data: QueryDict) -> QueryDict:
    clean = data.copy()
    for name, values in data.lists():
        clean.setlist(name, [without_tricks(value) for value in values])
    clean._mutable = False
    return clean
