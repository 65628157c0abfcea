"""What pages may ask a browser for (https://www.w3.org/TR/permissions-policy/)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

#: Where one is (`common/js/position.js`) is asked on a button; a view that needs more says so.
CLOSED = "camera=(), microphone=(), geolocation=(self)"


class PermissionsPolicyMiddleware:
    """No page gets at camera or microphone, unless its view has set the header itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", CLOSED)
        return response
