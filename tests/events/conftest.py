import pytest
from django.core.cache import cache

from tests.events.world import in_days, make_event
from tests.world import make_member, make_organisation, make_user


@pytest.fixture
def fresh_limits(db):
    cache.clear()


@pytest.fixture
def manager(client):
    user = make_user("event_manager")
    client.force_login(user)
    return user


@pytest.fixture
def organisation():
    return make_organisation("Beispiel Nähcafé")


@pytest.fixture
def member(organisation):
    return make_member(organisation, email="naehcafe@example.org")


@pytest.fixture
def event():
    return make_event(title="Beispielmarkt", stalls_until=in_days(10))
