import json
import re

import pytest
from django.urls import reverse

from tests.events.world import in_days, make_event, make_venue
from tests.surveys.world import make_wave
from tests.world import (
    make_initiative,
    make_language,
    make_listing,
    make_network,
    make_offer,
    make_organisation,
)

pytestmark = pytest.mark.django_db

HOSTILE = '</script><script>alert("1")</script><!-- & \u2028 "quoted" \\'


def data_of(client, address: str) -> dict:
    """Return what a page says of itself."""
    answer = client.get(address)
    assert answer.status_code == 200
    found = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', answer.content.decode(), re.S
    )
    assert len(found) == 1
    return json.loads(found[0])


def make_school(**fields):
    return make_organisation(
        "Beispiel Sprachschule",
        kind="association",
        street="Groscurthstraße 29",
        postcode="13125",
        **fields,
    )


class TestOrganisation:
    def test_says_who_where_and_when(self, client):
        school = make_school(website="https://sprachschule.beispiel.example", founded=2009)
        school.languages.add(make_language("ar"))
        school.times.create(weekday=1, opens="10:00", closes="16:00")
        school.times.create(weekday=2, opens="10:00", closes="16:00", rhythm="first")
        said = data_of(client, school.get_absolute_url())
        assert said["@type"] == "NGO"
        assert said["@id"].endswith(school.get_absolute_url())
        assert said["@id"].startswith("http")
        assert said["name"] == "Beispiel Sprachschule"
        assert said["foundingDate"] == "2009"
        assert said["knowsLanguage"] == ["ar"]
        assert said["sameAs"] == "https://sprachschule.beispiel.example"
        assert said["location"]["address"]["streetAddress"] == "Groscurthstraße 29"
        # Once a month has no word there.
        assert [
            (hours["dayOfWeek"], hours["opens"], hours["closes"])
            for hours in said["location"]["openingHoursSpecification"]
        ] == [("https://schema.org/Tuesday", "10:00", "16:00")]

    def test_leaves_out_what_nobody_has_said(self, client):
        said = data_of(client, make_organisation("Beispiel Tauschring").get_absolute_url())
        assert "foundingDate" not in said
        assert "sameAs" not in said
        assert "logo" not in said

    def test_is_data_whatever_its_texts_are(self, client):
        organisation = make_organisation(HOSTILE[:150], summary=HOSTILE)
        said = data_of(client, organisation.get_absolute_url())
        assert said["name"] == HOSTILE[:150]
        assert said["description"] == HOSTILE


class TestOffer:
    def test_is_a_service(self, client):
        offer = make_offer(title="Deutsch am Abend", organisation=make_school(), cost="free")
        offer.languages.add(make_language("uk"))
        offer.times.create(weekday=0, opens="18:00", closes="20:00")
        said = data_of(client, offer.get_absolute_url())
        assert (said["@type"], said["name"]) == ("Service", "Deutsch am Abend")
        assert said["provider"]["name"] == "Beispiel Sprachschule"
        assert said["availableChannel"]["availableLanguage"] == ["uk"]
        assert said["hoursAvailable"][0]["dayOfWeek"].endswith("Monday")
        assert said["offers"]["price"] == "0"

    def test_says_no_price_that_nobody_named(self, client):
        offer = make_offer(cost="donation")
        assert "offers" not in data_of(client, offer.get_absolute_url())

    def test_is_in_the_language_of_its_text(self, client):
        offer = make_offer(title="Nähen")
        assert data_of(client, f"/en/offers/{offer.slug}/")["inLanguage"] == "de"
        offer.translations.create(language="en", title="Sewing", summary="-", base_revision=1)
        said = data_of(client, f"/en/offers/{offer.slug}/")
        assert (said["inLanguage"], said["name"]) == ("en", "Sewing")


class TestOtherEntries:
    def test_who_gives_offers_and_who_seeks_demands(self, client):
        school = make_school()
        given = make_listing(organisation=school, direction="gives")
        sought = make_listing(organisation=school, direction="seeks")
        said = data_of(client, given.get_absolute_url())
        assert (said["@type"], said["offeredBy"]["name"]) == ("Offer", school.name)
        said = data_of(client, sought.get_absolute_url())
        assert (said["@type"], said["@reverse"]["seeks"]["name"]) == ("Demand", school.name)

    def test_an_initiative_is_a_project(self, client):
        initiative = make_initiative(name="Beispiel Nähwerkstatt")
        said = data_of(client, initiative.get_absolute_url())
        assert (said["@type"], said["name"]) == ("Project", "Beispiel Nähwerkstatt")

    def test_a_network_names_its_public_members(self, client):
        network, school = make_network(name="Beispiel Kreis"), make_school()
        network.members.add(school, make_organisation(status="draft"))
        said = data_of(client, network.get_absolute_url())
        assert [member["name"] for member in said["member"]] == [school.name]

    def test_an_event_says_when_and_where(self, client):
        event = make_event(title="Beispiel Markt", starts_at=in_days(5), ends_at=in_days(5.2))
        make_venue(event, name="Halle", street="Wiltbergstraße 50", postcode="13125")
        said = data_of(client, event.get_absolute_url())
        assert (said["@type"], said["name"]) == ("Event", "Beispiel Markt")
        assert said["eventStatus"].endswith("EventScheduled")
        assert said["location"][0]["name"] == "Halle"
        assert said["startDate"] < said["endDate"]

    def test_a_survey_is_a_page(self, client):
        wave = make_wave()
        assert data_of(client, wave.survey.get_absolute_url())["@type"] == "WebPage"

    @pytest.mark.parametrize(
        ("make", "name"),
        [
            (make_offer, "actors:offer-list"),
            (make_organisation, "actors:organisation-list"),
            (make_listing, "actors:listing-list"),
            (make_initiative, "actors:initiative-list"),
            (make_network, "actors:network-list"),
            (make_event, "events:event-list"),
            (lambda: make_wave().survey, "surveys:survey-list"),
        ],
    )
    def test_lists_name_their_entries(self, client, make, name):
        entry = make()
        said = data_of(client, reverse(name))
        assert (said["@type"], said["numberOfItems"]) == ("ItemList", 1)
        (only,) = said["itemListElement"]
        assert (only["position"], only["name"]) == (1, str(entry))
        assert only["url"].endswith(entry.get_absolute_url())

    def test_home_names_the_search(self, client):
        said = data_of(client, reverse("home"))
        assert said["@type"] == "WebSite"
        assert "/de/search/?q={" in said["potentialAction"]["target"]["urlTemplate"]


class TestRevalidation:
    """A page that has not changed is not sent again."""

    def pages(self):
        offer = make_offer(organisation=make_school())
        event = make_event()
        return [
            reverse("home"),
            reverse("actors:offer-list"),
            reverse("actors:organisation-list"),
            reverse("actors:listing-list"),
            reverse("actors:initiative-list"),
            reverse("actors:network-list"),
            reverse("events:event-list"),
            reverse("surveys:survey-list"),
            reverse("search") + "?q=Deutsch",
            offer.get_absolute_url(),
            offer.organisation.get_absolute_url(),
            make_listing().get_absolute_url(),
            make_initiative().get_absolute_url(),
            make_network().get_absolute_url(),
            event.get_absolute_url(),
            reverse("events:event-ics", args=[event.slug]),
        ]

    def test_spares_readers_what_they_have(self, client):
        for address in self.pages():
            answer = client.get(address)
            assert answer.headers["Cache-Control"] == "private, no-cache", address
            again = client.get(address, headers={"if-none-match": answer.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b""), address
            assert "Content-Security-Policy" not in again.headers

    def test_sends_what_has_changed(self, client):
        offer = make_offer(title="Tee")
        tag = client.get(offer.get_absolute_url()).headers["ETag"]
        offer.title = "Kaffee"
        offer.save()
        answer = client.get(offer.get_absolute_url(), headers={"if-none-match": tag})
        assert answer.status_code == 200
        assert "Kaffee" in answer.content.decode()

    def test_leaves_pages_alone_that_nobody_may_keep(self, client):
        assert "no-store" in client.get("/healthz").headers["Cache-Control"]
