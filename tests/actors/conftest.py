import pytest

from tests.world import make_member, make_offer, make_organisation


@pytest.fixture
def offer():
    """An offer of an organisation with one owner, owner@example.org."""
    organisation = make_organisation("Beispiel Haus")
    make_member(organisation, email="owner@example.org")
    return make_offer(organisation, title="Deutsch im Café")
