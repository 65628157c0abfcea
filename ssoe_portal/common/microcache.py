"""A page that is the same for all strangers, kept for a moment.

When a mail with a link goes to hundreds of people, they open the page within a minute. The portal
writes it once in a few seconds then, instead of once for each of them.
"""

import time
from collections.abc import Callable
from functools import wraps

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

#: No page that strangers read is older, counted from before its first question to the database.
SECONDS = 5


def microcached(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the same answer to everyone who reads a page within `SECONDS`.

    Whoever brings a cookie gets a page written for them, so that nothing personal is ever kept; so
    does whoever asks with a query string, which anybody could make up without end. Only pages that
    were found (200) and that begin nothing with their reader are kept, by each process for itself;
    the address holds the language. Browsers and proxies still ask each time (`revalidation`).
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method != "GET" or request.COOKIES or request.META.get("QUERY_STRING"):
            return view(request, *args, **kwargs)
        pages, key = caches["pages"], f"{request.get_host()}{request.path}"
        kept = pages.get(key)
        if kept is None:
            began = time.monotonic()
            response = view(request, *args, **kwargs)
            left = SECONDS - (time.monotonic() - began)
            if left > 0 and response.status_code == 200 and _is_for_everyone(request, response):
                pages.set(key, (response.content, dict(response.headers)), left)
            return response
        content, headers = kept
        return HttpResponse(content, headers=headers)

    return answer


def _is_for_everyone(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the page holds no form with a token and says nothing that its reader alone is to
    hear. Cookies for these are set when the view is through."""
    begins_session = request.session.modified or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    return not (response.cookies or begins_session)
