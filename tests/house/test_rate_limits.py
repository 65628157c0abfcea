"""What a visitor may post is limited per client, on every page of the portal."""

import inspect
from collections.abc import Callable

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.access import LOGIN
from tests.house.test_permissions import table

#: They come from django-allauth, which counts for itself (`ACCOUNT_RATE_LIMITS`).
FOREIGN = ("allauth.",)


def views() -> dict[str, Callable]:
    """Return the portal's own views by URL name; Django admin asks for an account first."""
    found = {}

    def walk(patterns, namespace: str) -> None:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                inner = ":".join(filter(None, [namespace, entry.namespace]))
                if entry.namespace != "admin":
                    walk(entry.url_patterns, inner)
            elif isinstance(entry, URLPattern):
                found[f"{namespace}:{entry.name}" if namespace else entry.name] = entry.callback

    walk(get_resolver().url_patterns, "")
    return {name: view for name, view in found.items() if not view.__module__.startswith(FOREIGN)}


def handles_post(view: Callable) -> bool:
    """Whether a view's own source speaks of POST: `request.POST`, its method, require_POST."""
    source = getattr(view, "view_class", None) or inspect.unwrap(view)
    return "POST" in inspect.getsource(source)


def open_to_visitors() -> list[str]:
    """Return what a visitor is not sent away from, by the table of permissions."""
    access = table()
    return sorted(
        name
        for name, view in views().items()
        if access[name].expected("visitor") != LOGIN and handles_post(view)
    )


def test_finds_the_forms_for_visitors():
    assert {
        "actors:offer-join",
        "actors:initiative-detail",
        "actors:supporter-confirm",
        "actors:organisation-begin",
        "events:register",
        "surveys:start",
    } <= set(open_to_visitors())


@pytest.mark.parametrize("name", open_to_visitors())
def test_what_a_visitor_posts_is_limited_per_client(name):
    limit = getattr(views()[name], "rate_limit", "")
    assert limit, f"{name} takes POSTs from visitors: put @rate_limited(…) on its view"


@pytest.mark.parametrize("name", open_to_visitors())
def test_the_limit_counts_clients(name, settings):
    rates = settings.RATE_LIMITS[views()[name].rate_limit].split(",")
    assert any(rate.strip().endswith("/ip") for rate in rates)
