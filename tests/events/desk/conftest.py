import pytest


@pytest.fixture(autouse=True)
def signed_in(manager):
    """Everything here is done by an event manager."""
