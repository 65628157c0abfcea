"""Links in mails that stand for a person: signed, limited in time, and without power on GET.

Opening such a link shows a page with a button; only the button's POST acts, because mail scanners
open links. The token is in the path and the request log names routes, never paths.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class LinkProblem(Exception):
    """A link that does not work any more: `problem` is "invalid", "expired" or "used", or
    "uninvited" where somebody else has to send a new one. Or this browser has not opened the link
    that its page needs: "unopened"."""

    def __init__(self, problem: str, next_url: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.next_url = next_url


@dataclass(frozen=True)
class SignedLink:
    """Tokens for one purpose, for example SignedLink("offer-join", timedelta(days=3)); `too_old` is
    the problem of one that is."""

    purpose: str
    max_age: timedelta
    too_old: str = "expired"

    def token(self, value: int | str) -> str:
        """Return a URL-safe token for an object's primary key."""
        return signing.dumps(value, salt=f"link:{self.purpose}")

    def read(self, token: str) -> int | str:
        """Return the primary key in a token; raise LinkProblem when it is wrong or too old."""
        try:
            return signing.loads(token, salt=f"link:{self.purpose}", max_age=self.max_age)
        except signing.SignatureExpired as error:
            raise LinkProblem(self.too_old) from error
        except signing.BadSignature as error:
            raise LinkProblem("invalid") from error


class LinkProblemMiddleware:
    """Show a page that says what to do next when a view raises LinkProblem."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, LinkProblem):
            return None
        return render(
            request,
            "common/signed_links/problem.html",
            {"problem": error.problem, "next_url": error.next_url},
            status=404 if error.problem == "invalid" else 410,
        )
