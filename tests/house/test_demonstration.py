"""What `make run` shows: honest about real organisations, loaded once, and within the budgets."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import demonstration
from actors.models import Initiative, Listing, Network, Offer, Organisation
from demonstration import actors_facts
from demonstration.accounts import person
from events.models import Event
from ssoe_portal.common.users import User
from tests.house.kept import kept

QUERIES_A_PAGE = 12
EXAMPLE = "Beispiel"


def show() -> None:
    call_command("load_vocabularies", verbosity=0)
    demonstration.load()


pytestmark = pytest.mark.django_db
state = kept(show)


class TestDemonstration:
    def test_loads_once_and_leaves_alone_what_people_changed(self):
        offer = Offer.objects.order_by("pk").first()
        Offer.objects.filter(pk=offer.pk).update(title="Umbenannt")
        Listing.objects.order_by("pk").first().delete()
        models = (Organisation, Offer, Listing, Network, Initiative, Event, User)
        before = [model.objects.count() for model in models]
        demonstration.load()
        assert [model.objects.count() for model in models] == before
        assert Offer.objects.get(pk=offer.pk).title == "Umbenannt"

    def test_gives_real_organisations_nothing_that_the_reports_do_not_say(self):
        named = {row["name"] for row in actors_facts.ORGANISATIONS}
        real = Organisation.objects.exclude(name__startswith=EXAMPLE)
        assert set(real.values_list("name", flat=True)) == named
        for organisation in real:
            assert not any(
                [
                    organisation.street,
                    organisation.postcode,
                    organisation.email,
                    organisation.phone,
                    organisation.website,
                    organisation.founded,
                    organisation.stage,
                    organisation.offers.exists(),
                    organisation.listings.exists(),
                    organisation.memberships.exists(),
                ]
            ), organisation

    def test_every_text_is_there_in_english_too(self):
        for model in (Organisation, Offer, Listing, Initiative):
            missing = model.objects.published().exclude(translations__language="en")
            assert not missing.exists(), list(missing)

    def test_short_texts_are_there_in_english_where_there_is_an_english_text(self):
        short = ("schedule", "papers", "price", "place_name", "available")
        missing = [
            (str(row), name)
            for model in (Offer, Listing)
            for item in model.objects.all()
            for row in item.translations.filter(language="en")
            for name in set(short) & set(model.TRANSLATED_FIELDS)
            if getattr(item, name) and not getattr(row, name)
        ]
        assert missing == []

    def test_staff_get_codes_that_work_once(self):
        staff = [account for account in demonstration.printable_accounts() if account.codes]
        assert {account.email.split("@")[0] for account in staff} == {
            "taskforce",
            "veranstaltung",
            "admin",
        }
        assert all(len(set(account.codes)) == 3 for account in staff)


def pages_for(who: str) -> list[str]:
    offer = Offer.objects.published().order_by("pk").first()
    event = Event.objects.published().upcoming().order_by("pk").first()
    organisation = Organisation.objects.get(name="Beispiel Nähcafé Buch")
    public = [
        "/de/", "/en/", "/de/search/?q=Deutsch", "/en/search/?q=sewing",
        "/de/offers/", "/en/offers/?area=buch&cost=free&near=13125", "/de/organisations/",
        "/de/exchange/", "/de/initiatives/", "/de/networks/", "/de/events/", "/de/surveys/",
        offer.get_absolute_url(), event.get_absolute_url(), organisation.get_absolute_url(),
        *(network.get_absolute_url() for network in Network.objects.all()),
        *(initiative.get_absolute_url() for initiative in Initiative.objects.all()),
        *(listing.get_absolute_url() for listing in Listing.objects.published()),
    ]  # fmt: skip
    return {
        "": public,
        "organisation@beispiel.example": [*public, "/de/account/"],
        "taskforce@beispiel.example": ["/de/desk/", "/de/desk/moderation/", "/de/surveys/desk/"],
        "veranstaltung@beispiel.example": ["/de/desk/", "/de/events/desk/"],
    }[who]


class TestQueryBudget:
    @pytest.mark.parametrize(
        "who",
        [
            "",
            "organisation@beispiel.example",
            "taskforce@beispiel.example",
            "veranstaltung@beispiel.example",
        ],
    )
    def test_no_page_needs_more_than_twelve_queries(self, who):
        client = Client()
        if who:
            client.force_login(person(who))
        spent = {}
        for path in pages_for(who):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200, path
            spent[path] = len(queries)
        assert {path: n for path, n in spent.items() if n > QUERIES_A_PAGE} == {}
