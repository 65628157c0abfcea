"""What decides whether somebody may come: said on every page, the link for online only to some."""

import json
import re

import pytest
from django.db import IntegrityError, transaction
from icalendar import Calendar

from actors.models import SpokenLanguage
from events import letters, links, registering
from events.models import Event, EventTranslation, Registration, VenueTranslation
from tests.events.world import in_days, make_event, make_group, make_registration, make_venue
from tests.world import make_user

pytestmark = pytest.mark.django_db
SECRET = "https://meet.example.org/geheim-4711"


def language(key: str, label: str) -> SpokenLanguage:
    return SpokenLanguage.objects.get_or_create(
        key=key, defaults={"labels": {"de": label}, "native": label}
    )[0]


def structured(page) -> dict:
    return json.loads(re.search(r'ld\+json">(.*?)</script>', page.text, re.DOTALL)[1])


class TestFacts:
    def test_are_chips_on_the_page_and_in_the_list(self, client):
        event = make_event(
            cost="price", price="5 €, ermäßigt 2 €", attendance="both", is_step_free=True,
            has_sign_language=True, has_easy_language=True, has_childcare=True,
        )  # fmt: skip
        event.languages.set([language("de", "Deutsch"), language("ar", "Arabisch")])
        for path in (event.get_absolute_url(), "/de/events/"):
            text = client.get(path).text
            for words in (
                "5\xa0€, ermäßigt 2\xa0€", "Vor Ort und online", "Gebärdensprache",
                "Leichte Sprache", "Mit Kinderbetreuung", "Stufenlos", "Deutsch, Arabisch",
            ):  # fmt: skip
                assert f"<span>{words}</span>" in text, (path, words)

    def test_are_said_of_a_venue_that_says_nothing_of_its_own(self, client):
        event = make_event(is_step_free=True)
        make_venue(event)
        assert "Noch keine Angabe" not in client.get(event.get_absolute_url()).text

    def test_say_nothing_that_nobody_has_said(self, client):
        text = client.get(make_event().get_absolute_url()).text
        assert "Kostenlos" not in text
        assert "event-chips" not in text

    def test_have_their_price_in_the_reader_s_language(self, client):
        event = make_event(cost="price", price="Eintritt frei bis 12")
        EventTranslation.objects.create(
            original=event, language="en", title="Fair", summary="A fair.", price="Free until 12"
        )
        assert "Free until 12" in client.get(f"/en/events/{event.slug}/").text

    def test_are_what_machines_read(self, client):
        event = make_event(
            cost="free", attendance="both", capacity=3, is_step_free=True, has_sign_language=True
        )
        event.languages.add(language("ar", "Arabisch"))
        make_venue(event, street="Beispielweg 3", postcode="13125")
        make_registration(event, size=2)
        data = structured(client.get(event.get_absolute_url()))
        assert data["eventStatus"] == "https://schema.org/EventScheduled"
        assert data["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
        assert data["inLanguage"] == ["ar", "gsg"]
        assert data["isAccessibleForFree"] is True
        assert data["offers"]["price"] == 0
        assert data["offers"]["availability"] == "https://schema.org/InStock"
        assert data["offers"]["url"].endswith(f"/events/{event.slug}/register/")
        assert data["remainingAttendeeCapacity"] == 1
        on_site, online = data["location"]
        assert on_site["amenityFeature"]["value"] is True
        assert online["url"].endswith(event.get_absolute_url())
        make_registration(event)
        data = structured(client.get(event.get_absolute_url()))
        assert data["offers"]["availability"] == "https://schema.org/SoldOut"

    def test_tell_machines_that_an_event_is_called_off(self, client):
        event = make_event(status="archived")
        client.force_login(make_user("event_manager"))
        data = structured(client.get(event.get_absolute_url()))
        assert data["eventStatus"] == "https://schema.org/EventCancelled"


class TestOnlineLink:
    def online(self, **fields) -> Event:
        return make_event(**{"attendance": "online", "online_url": SECRET, "capacity": 2, **fields})

    def test_is_on_no_page_feed_or_history_for_everyone(self, client):
        event = self.online()
        event.title = "Anders"
        event.save()
        path = event.get_absolute_url()
        for address in (
            path, f"{path}event.ics", f"{path}programme/", f"{path}programme.ics",
            f"{path}register/", f"{path}registered/", "/de/events/", "/de/search/?q=Anders",
        ):  # fmt: skip
            answer = client.get(address)
            assert answer.status_code == 200
            assert "geheim-4711" not in answer.text, address
        assert not any(name == "online_url" for name in _names(event.events.model))
        client.force_login(make_user("event_manager"))
        assert "geheim-4711" not in client.get(path).text

    @pytest.mark.parametrize(("size", "knows"), [(2, True), (3, False)])
    def test_comes_with_the_confirmation_and_not_with_the_waiting_list(
        self, client, mailbox, deliver_jobs, size, knows
    ):
        event = self.online()
        party = registering.register(
            event=event,
            registration=Registration(name="Gast", email="gast@example.org", size=size),
        )
        deliver_jobs()
        sent = mailbox.latest("gast@example.org")
        files = [Calendar.from_ical(f.content) for f in sent.attachments if "calendar" in f.kind]
        assert [file.events[0].get("CONFERENCE") for file in files] == ([SECRET] if knows else [])
        assert (SECRET in sent.text) is knows
        assert (SECRET in sent.html) is knows
        client.get("/" + links.link(party).split("/", 3)[3])
        assert (SECRET in client.get(party.get_absolute_url()).text) is knows
        own = client.get(f"{party.get_absolute_url()}event.ics")
        entry = Calendar.from_ical(own.content).events[0]
        assert ("CONFERENCE" in entry) is knows
        assert entry["UID"] == f"event-{event.pk}@localhost"
        assert entry["LOCATION"] == "Online"

    def test_stands_in_the_reminder_too(self, mailbox, deliver_jobs):
        party = make_registration(self.online())
        letters.queue("reminder", party)
        deliver_jobs()
        sent = mailbox.latest(party.email)
        assert SECRET in sent.text
        assert SECRET in sent.html

    @pytest.mark.parametrize(("state", "knows"), [("confirmed", True), ("waiting", False)])
    def test_is_told_to_a_group_that_has_places(self, client, member, organisation, state, knows):
        group = make_group(self.online(), organisation=organisation, families=0)
        make_registration(group.event, group=group, email="", state=state)
        client.force_login(member)
        assert (SECRET in client.get(group.get_absolute_url()).text) is knows

    def test_raises_the_sequence_when_it_changes(self):
        event = self.online()
        event.refresh_from_db()
        before = event.sequence
        Event.objects.filter(pk=event.pk).update(online_url=f"{SECRET}-neu")
        event.refresh_from_db()
        assert event.sequence == before + 1

    @pytest.mark.parametrize("fields", [{"attendance": "on-site"}, {"takes_registrations": False}])
    def test_is_only_for_events_online_that_people_register_for(self, fields):
        event = self.online()
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.filter(pk=event.pk).update(**fields)


class TestSequence:
    """A calendar in English must hear of English texts."""

    def test_follows_translations(self):
        event = make_event()
        venue = make_venue(event)

        def sequence() -> int:
            return Event.objects.values_list("sequence", flat=True).get(pk=event.pk)

        before = sequence()
        english = EventTranslation.objects.create(
            original=event, language="en", title="Fair", summary="A fair."
        )
        assert sequence() == before + 1
        english.description = "Long."
        english.save()
        assert sequence() == before + 1
        english.title = "Great fair"
        english.save()
        assert sequence() == before + 2
        place = VenueTranslation.objects.create(original=venue, language="en", name="Hall")
        assert sequence() == before + 3
        place.delete()
        assert sequence() == before + 4
        Event.objects.filter(pk=event.pk).update(starts_at=in_days(29))
        assert sequence() == before + 5


def _names(model) -> list[str]:
    return [field.name for field in model._meta.fields]
