"""Limits on what a stranger may post, counted by django-allauth in the cache table.

django-allauth's public wrapper reads only its own settings; the function underneath takes ours
(`settings.RATE_LIMITS`). It fails closed: when the counter cannot be had, the answer is no.
"""

from collections.abc import Callable
from functools import wraps

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Return what stands in the cache table for a key. Keys of counters hold IP addresses: only
    whoever has the portal's secret key can try which one it was."""
    name = f"{key_prefix}:{version}:{key}"
    return salted_hmac("ssoe_portal.cache", name, algorithm="sha256").hexdigest()


def allowed(request: HttpRequest, action: str, key: str | None = None) -> bool:
    """Count one attempt and say whether it may go on.

    With a `key` (an e-mail address) the action's limits per key count, without one all others.
    """
    rates = [
        rate
        for rate in settings.RATE_LIMITS[action].split(",")
        if rate.strip().endswith("/key") == (key is not None)
    ]
    return bool(
        ratelimit.consume(
            request,
            app="ssoe",
            action=action,
            config={action: ",".join(rates)},
            key=key,
            limit_get=True,
        )
    )


def rate_limited(action: str, *, gets: bool = False) -> Callable:
    """Limit a view's POSTs per client, its GETs too if told; too many get the 429 page."""

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def limited(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if (gets or request.method == "POST") and not allowed(request, action):
                return ratelimit.respond_429(request)
            return view(request, *args, **kwargs)

        limited.rate_limit = action
        return limited

    return decorator
