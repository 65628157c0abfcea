"""Personal data of events."""

from datetime import timedelta

import pytest
from django.apps import apps

from ssoe_portal.common.privacy import erase_expired
from tests.events.world import make_event, make_registration

pytestmark = pytest.mark.django_db


class TestPrivacy:
    def test_erases_cancelled_registrations_after_thirty_days(self):
        event = make_event()
        make_registration(event, state="cancelled", cancelled_at=event.ends_at)
        erase_expired(event.ends_at + timedelta(days=29))
        assert event.registrations.count() == 1
        erase_expired(event.ends_at + timedelta(days=30))
        assert not event.registrations.exists()

    def test_keeps_no_history_of_registrations(self):
        tracked = {
            model.pgh_tracked_model._meta.label
            for model in apps.get_models()
            if getattr(model, "pgh_tracked_model", None)
        }
        assert "events.Event" in tracked
        assert "events.Registration" not in tracked
