"""Every address × every role, from one table (`tests/access.py` and each app's `access.py`)."""

import importlib
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from ssoe_portal.common.users import User
from tests.access import LOGIN, REFUSALS, ROLES, Access
from tests.house import access as house
from tests.house.kept import kept
from tests.world import make_member, make_organisation, make_user

TABLES = [
    "tests.actors.access",
    "tests.actors.access_offers",
    "tests.actors.access_lists",
    "tests.surveys.access",
    "tests.events.access",
]


def table() -> dict[str, Access]:
    merged = dict(house.ACCESS)
    for name in TABLES:
        merged |= importlib.import_module(name).ACCESS
    return merged


def url_names() -> set[str]:
    """Return every named address of the portal but Django admin's, which has its own test."""
    found = set()

    def walk(patterns, namespace: str) -> None:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                inner = ":".join(filter(None, [namespace, entry.namespace]))
                if entry.namespace != "admin":
                    walk(entry.url_patterns, inner)
            elif isinstance(entry, URLPattern):
                assert entry.name, f"{entry.pattern} has no name"
                found.add(f"{namespace}:{entry.name}" if namespace else entry.name)

    walk(get_resolver().url_patterns, "")
    return found


def build_world() -> SimpleNamespace:
    """One organisation with its people, and somebody of every other role."""
    organisation = make_organisation("Beispiel Rechte")
    people = {
        "visitor": None,
        "stranger": make_member(make_organisation("Beispiel Fremd")),
        "editor": make_member(organisation, "editor"),
        "owner": make_member(organisation, "owner"),
        "reviewer": make_user("reviewer"),
        "event_manager": make_user("event_manager"),
        "admin": make_user("admin"),
    }
    return SimpleNamespace(
        organisation=organisation,
        people=people,
        client=Client(),
        cookies={role: signed_in_cookies(user) for role, user in people.items()},
    )


def signed_in_cookies(user: User | None) -> dict[str, str]:
    """Sign in once for all tests: two thousand sign-ins would take longer than all the pages."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return {name: morsel.value for name, morsel in client.cookies.items()}


def browser_of(world: SimpleNamespace, role: str) -> Client:
    """Return a browser in which only this role has signed in, and nothing else happened yet. It is
    the same one for all, emptied: a new one makes all middleware anew, a third of a request."""
    world.client.cookies.clear()
    world.client.cookies.load(world.cookies[role])
    return world.client


pytestmark = pytest.mark.django_db
state = kept(build_world)


@pytest.fixture
def world(state):
    return state


def test_every_address_is_in_the_table():
    missing = url_names() - set(table())
    unknown = set(table()) - url_names()
    assert not missing, f"say in access.py who may open: {sorted(missing)}"
    assert not unknown, f"there is no such address: {sorted(unknown)}"


@pytest.mark.parametrize("name", sorted(table()))
def test_answers_each_role_as_the_table_says(name, world):
    access = table()[name]
    arguments = access.arguments(world) if access.arguments else {}
    try:
        url = reverse(name, kwargs=arguments)
    except NoReverseMatch:  # a table without arguments for an address that needs them
        pytest.fail(f"{name} needs arguments")
    answers = {}
    for role in ROLES:
        answer = browser_of(world, role).get(url + (f"?{access.query}" if access.query else ""))
        assert b'href=""' not in getattr(answer, "content", b""), "a link that leads nowhere"
        at_login = answer.status_code == 302 and answer.url.startswith(reverse("account_login"))
        answers[role] = LOGIN if at_login else answer.status_code
    assert answers == {role: access.expected(role) for role in ROLES}


@pytest.mark.parametrize("name", sorted(table()))
def test_refuses_a_post_to_those_whom_the_table_refuses(name, world):
    access = table()[name]
    assert access.post or access.others != 405, f"say in `post` who may post to {name}"
    allowed = access.post or access
    url = reverse(name, kwargs=access.arguments(world) if access.arguments else {})
    wrong = {}
    for role in ROLES:
        client = browser_of(world, role)
        with transaction.atomic():  # whatever it did is undone for the next role
            answer = client.post(url)
            transaction.set_rollback(True)
        at_login = answer.status_code == 302 and answer.url.startswith(reverse("account_login"))
        got, expected = LOGIN if at_login else answer.status_code, allowed.expected(role)
        refused = expected in REFUSALS
        if answer.status_code != 405 and (got != expected if refused else got in REFUSALS):
            wrong[role] = (got, expected)
    assert wrong == {}, "role: (got, expected)"


class TestAdmin:
    @pytest.mark.parametrize(
        ("role", "status"),
        [
            ("visitor", LOGIN),
            ("stranger", 403),
            ("editor", 403),
            ("reviewer", 403),
            ("event_manager", 403),
            ("admin", 200),
        ],
    )
    def test_is_for_administrators_alone(self, role, status, world, client):
        if world.people[role] is not None:
            client.force_login(world.people[role])
        answer = client.get(reverse("admin:index"), follow=True)
        if status == LOGIN:
            assert answer.request["PATH_INFO"] == reverse("account_login")
        else:
            assert answer.status_code == status

    def test_asks_an_administrator_for_a_second_factor(self, client):
        client.force_login(make_user("admin", second_factor=False))
        answer = client.get(reverse("admin:index"), follow=True)
        assert answer.request["PATH_INFO"] == reverse("mfa_index")
