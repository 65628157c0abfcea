import gzip
import json
import re
from datetime import datetime

import pytest
from django.conf import settings
from django.urls import reverse

from ssoe_portal.common.hours import BERLIN
from surveys.models import Survey
from tests.events.world import make_event, make_venue
from tests.surveys.world import make_wave
from tests.world import (
    make_initiative,
    make_language,
    make_listing,
    make_logo,
    make_network,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

HOSTILE = '</script><script>alert("1")</script><!-- & \u2028 "quoted" \\'

#: Every browser asks for it, and a compressed page has an ETag of its own kind.
BROWSER = {"accept-encoding": "gzip"}


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


def make_survey(title: str) -> Survey:
    survey = make_wave().survey
    survey.title = title
    survey.save()
    return survey


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

    def test_shows_its_logo_where_it_has_one(self, client):
        school = make_school()
        logo = make_logo(school)
        said = data_of(client, school.get_absolute_url())
        assert said["logo"] == settings.PUBLIC_URL + logo.url


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

    def test_an_event_says_where(self, client):
        event = make_event(title="Beispiel Markt")
        make_venue(event, name="Halle", street="Wiltbergstraße 50", postcode="13125")
        said = data_of(client, event.get_absolute_url())
        assert (said["@type"], said["name"]) == ("Event", "Beispiel Markt")
        assert said["eventStatus"].endswith("EventScheduled")
        assert said["location"][0]["name"] == "Halle"

    @pytest.mark.parametrize(
        ("starts", "ends", "says"),
        [
            (
                datetime(2027, 4, 24, 14, tzinfo=BERLIN),
                datetime(2027, 4, 24, 18, 30, tzinfo=BERLIN),
                ("2027-04-24T14:00:00+02:00", "2027-04-24T18:30:00+02:00"),
            ),
            # Whole days end at the midnight after the last of them.
            (
                datetime(2027, 4, 24, tzinfo=BERLIN),
                datetime(2027, 4, 26, tzinfo=BERLIN),
                ("2027-04-24", "2027-04-25"),
            ),
        ],
    )
    def test_an_event_says_when(self, client, starts, ends, says):
        event = make_event(starts_at=starts, ends_at=ends)
        said = data_of(client, event.get_absolute_url())
        assert (said["startDate"], said["endDate"]) == says

    def test_a_survey_is_a_page(self, client):
        survey = make_survey(title="Beispiel Umfrage")
        assert data_of(client, survey.get_absolute_url())["@type"] == "WebPage"


@pytest.mark.parametrize(
    ("make", "title", "text", "list_name"),
    [
        (make_offer, "title", "summary", "actors:offer-list"),
        (make_organisation, "name", "summary", "actors:organisation-list"),
        (make_listing, "title", "description", "actors:listing-list"),
        (make_initiative, "name", "summary", "actors:initiative-list"),
        (make_network, "name", "description", "actors:network-list"),
        (make_event, "title", "summary", "events:event-list"),
        (make_survey, "title", None, "surveys:survey-list"),
    ],
)
class TestAnyEntry:
    def test_is_data_whatever_its_texts_are(self, client, make, title, text, list_name):
        entry = make(**{title: HOSTILE} | ({text: HOSTILE} if text else {}))
        said = data_of(client, entry.get_absolute_url())
        assert said["name"] == HOSTILE
        assert said.get("description") == (HOSTILE if text else None)

    def test_is_named_in_its_list(self, client, make, title, text, list_name):
        entry = make(**{title: HOSTILE})
        said = data_of(client, reverse(list_name))
        assert (said["@type"], said["numberOfItems"]) == ("ItemList", 1)
        (only,) = said["itemListElement"]
        assert (only["position"], only["name"]) == (1, HOSTILE)
        assert only["url"].endswith(entry.get_absolute_url())


class TestHome:
    def test_names_the_search(self, client):
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
            answer = client.get(address, headers=BROWSER)
            assert answer.headers["Cache-Control"] == "private, no-cache", address
            has = {**BROWSER, "if-none-match": answer.headers["ETag"]}
            again = client.get(address, headers=has)
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

    def test_sends_a_page_anew_to_who_signs_in_or_out(self, client):
        address = reverse("actors:offer-list")
        visitors = client.get(address, headers=BROWSER)
        client.force_login(make_user())
        members = client.get(
            address, headers={**BROWSER, "if-none-match": visitors.headers["ETag"]}
        )
        assert members.status_code == 200
        assert reverse("account_logout") in gzip.decompress(members.content).decode()
        client.logout()
        answer = client.get(address, headers={**BROWSER, "if-none-match": members.headers["ETag"]})
        assert answer.status_code == 200
        assert reverse("account_login") in gzip.decompress(answer.content).decode()

    def test_leaves_pages_alone_that_nobody_may_keep(self, client):
        assert "no-store" in client.get("/healthz").headers["Cache-Control"]
