import pytest

from tests.world import make_member, make_offer, make_organisation, make_user


@pytest.fixture
def offer():
    """An offer of an organisation with one owner, owner@example.org."""
    organisation = make_organisation("Beispiel Haus")
    make_member(organisation, email="owner@example.org")
    return make_offer(organisation, title="Deutsch im Café")


@pytest.fixture
def reviewer(client):
    """One of the task force, signed in."""
    user = make_user("reviewer")
    client.force_login(user)
    return user
