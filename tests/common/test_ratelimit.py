import pytest
from django.conf import settings
from django.test import RequestFactory

from ssoe_portal.common.ratelimit import allowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def limits(settings):
    settings.RATE_LIMITS = {"join": "2/h/ip", "mail": "1/h/key"}


class TestAllowed:
    def test_counts_per_client(self, limits):
        request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.1")
        assert [allowed(request, "join") for _ in range(3)] == [True, True, False]
        other = RequestFactory().post("/", REMOTE_ADDR="192.0.2.2")
        assert allowed(other, "join")

    def test_counts_per_key(self, limits):
        request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.1")
        assert allowed(request, "mail", "a@example.org")
        assert not allowed(request, "mail", "a@example.org")
        assert allowed(request, "mail", "b@example.org")

    def test_every_action_of_the_settings_can_be_read(self):
        request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.3")
        for action in settings.RATE_LIMITS:
            assert allowed(request, action, "somebody@example.org")
