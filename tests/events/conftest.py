import pytest
from django.core.cache import cache
from django.utils import translation


@pytest.fixture(autouse=True)
def in_german():
    """A request leaves its language behind in the thread; every test starts in German."""
    with translation.override("de"):
        yield


@pytest.fixture
def fresh_limits(db):
    cache.clear()
