"""What `make run` shows: honest about real organisations, loaded once, and within the budgets."""

import re
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

import demonstration
from actors.models import Initiative, Listing, Network, Offer, Organisation
from actors.moderation import KINDS
from actors.views.registration import STEPS
from demonstration import actors_facts
from demonstration.accounts import person
from demonstration.events_past import NEIGHBOURS
from events.models import Event, GroupRegistration
from ssoe_portal.common.users import User
from surveys.models import Choice, Question, Response, Section, Survey, Wave
from tests.access import Access
from tests.house.kept import kept
from tests.house.test_permissions import table

QUERIES_A_PAGE = 12
#: Files of something whole; their own tests (`test_exporting.py`) state their queries.
FILES = {
    *(
        f"actors:{kind}-{ending}"
        for kind in ("organisation", "offer")
        for ending in ("csv", "xlsx")
    ),
    "surveys:desk-export",
    "surveys:desk-xlsform",
}
EXAMPLE = "Beispiel"
#: Of each kind, opened at each address.
MOST_ENTRIES = 8


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
        survey = Survey.objects.get(slug="beispiel-nachbarschaftstag")
        Survey.objects.filter(pk=survey.pk).update(title="Umbenannt")
        models = (Organisation, Offer, Listing, Network, Initiative, Event, User)
        models += (Survey, Wave, Question, Response)
        before = [model.objects.count() for model in models]
        demonstration.load()
        assert [model.objects.count() for model in models] == before
        assert Offer.objects.get(pk=offer.pk).title == "Umbenannt"
        assert Survey.objects.get(pk=survey.pk).title == "Umbenannt"

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
                    organisation.confirmed_at,
                    organisation.offers.exists(),
                    organisation.listings.exists(),
                    organisation.memberships.exists(),
                ]
            ), organisation

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_the_search_finds_what_its_own_example_says(self, client, language):
        home = client.get(f"/{language}/").content.decode()
        example = re.search(r'placeholder="(?:z. B\.|e\.g\.) ([^"]+)"', home)[1]
        hits = client.get(f"/{language}/search/", {"q": example}).context["sections"][0].hits
        assert {hit.category.key for hit in hits} == {"language-learning"}

    def test_every_text_is_there_in_english_too(self):
        for model in (Organisation, Offer, Listing, Initiative):
            missing = model.objects.published().exclude(translations__language="en")
            assert not missing.exists(), list(missing)

    def test_surveys_ask_in_english_too(self):
        for model in (Survey, Wave, Section, Question, Choice):
            missing = model.objects.exclude(translations__language="en")
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
        "veranstaltung@beispiel.example": [
            "/de/desk/",
            "/de/events/desk/",
            "/de/events/desk/erasing/",
            *(
                f"/de/events/desk/beispiel-nachbarschaftstag/{page}/"
                for page in ("registrations", "report", "door", "messages", "questions")
            ),
        ],
    }[who]


class TestWhatWas:
    """An event that is over has all there is to see afterwards."""

    def test_is_told_by_numbers_and_by_what_came_of_it(self, client):
        client.force_login(person("veranstaltung@beispiel.example"))
        desk = "/de/events/desk/beispiel-nachbarschaftstag"
        report = client.get(f"{desk}/report/").context["report"]
        assert (report.people, report.walk_ins, report.waiting_parties) == (40, 11, 2)
        assert len(report.places) == 5
        assert NEIGHBOURS in client.get("/de/events/desk/erasing/").text
        public = client.get("/de/events/beispiel-nachbarschaftstag/").text
        for part in ("Rund vierzig Menschen", "Der Hof mit Beeten"):
            assert part in public, part

    @pytest.mark.parametrize(
        ("language", "link", "title", "question"),
        [
            ("de", "Sagen, wie es war", "Beispiel: Wie war der Nachbarschaftstag?", "Was war gut?"),
            ("en", "Say how it was", "Example: How was the neighbourhood day?", "What was good?"),
        ],
    )
    def test_asks_whoever_was_there_and_nobody_s_organisation(
        self, client, language, link, title, question
    ):
        event = client.get(f"/{language}/events/beispiel-nachbarschaftstag/").text
        survey = re.search(rf'href="([^"]+)">{link}<', event)[1]
        assert f"{title}</h1>" in client.get(survey).text
        draft = client.post(f"{survey}start/").url
        page = client.get(draft, follow=True)
        assert question in page.text
        assert {block.question.profile_field for block in page.context["form"].blocks()} == {""}
        here = page.request["PATH_INFO"]
        answers = {"action": "next", "how-was-it": "4", "good": ["people"], "again": "yes"}
        assert client.post(here, answers).url == f"{draft}review/"
        assert client.post(f"{draft}submit/").status_code == 200
        wave = Wave.objects.get(survey__slug="beispiel-nachbarschaftstag")
        handed_in = wave.responses.get()
        assert (handed_in.state, handed_in.organisation, handed_in.stage) == ("submitted", None, "")
        assert not Wave.objects.open().exclude(pk=wave.pk).filter(responses__isnull=False).exists()

    def test_has_a_group_whose_contact_looks_after_it(self, client):
        client.force_login(person("organisation@beispiel.example"))
        for group in GroupRegistration.objects.all():
            assert client.get(group.get_absolute_url()).status_code == 200
        assert "Familie" in client.get(group.get_absolute_url()).text


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
            reset_queries()
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200, path
            spent[path] = len(queries)
        assert {path: n for path, n in spent.items() if n > QUERIES_A_PAGE} == {}


def world() -> SimpleNamespace:
    """The example organisation and its people, as the tables of access want them."""
    return SimpleNamespace(
        organisation=Organisation.objects.get(name="Beispiel Nähcafé Buch"),
        people={
            "owner": person("organisation@beispiel.example"),
            "reviewer": person("taskforce@beispiel.example"),
            "event_manager": person("veranstaltung@beispiel.example"),
            "admin": person("admin@beispiel.example"),
        },
    )


def arguments_of(name: str, access: Access, state: SimpleNamespace) -> list[dict]:
    """The table's own arguments, of which the entry is bare, and entries that hold all there is:
    texts in two languages, terms, what was changed."""
    given = access.arguments(state) if access.arguments else {}
    noun = name.partition(":")[2].partition("-")[0]
    if "kind" in given and "slug" in given:
        return [given] + [
            given | {"kind": kind, "slug": slug} for kind in KINDS for slug in slugs(KINDS[kind])
        ]
    if "step" in given:
        return [given | {"step": step.key} for step in STEPS]
    if name.startswith("actors:") and noun in KINDS and set(given) == {"slug"}:
        return [given] + [{"slug": slug} for slug in slugs(KINDS[noun], state.organisation)]
    if name.startswith("events:") and set(given) == {"slug"}:
        return [given] + [{"slug": slug} for slug in slugs(Event)]
    return [given]


def slugs(model, organisation: Organisation | None = None) -> list[str]:
    """Entries of the example organisations, or of one; a few from the first to the last."""
    rows = model.objects.order_by("pk")
    if model is Organisation:
        rows = rows.filter(name__startswith=EXAMPLE)
    elif organisation:
        rows = rows.filter(organisation=organisation)
    found = list(rows.values_list("slug", flat=True))
    return found[:: -(-len(found) // MOST_ENTRIES) or 1]


#: Pages that each role is known to reach, so that the walk cannot silently miss them.
OPENED = {
    "owner": {"actors:organisation-edit-step", "actors:team", "actors:offer-edit"},
    "reviewer": {"actors:moderation-review", "actors:cooperation-edit", "surveys:desk-results"},
    "event_manager": {"events:desk-event", "events:desk-stalls"},
    "admin": {"actors:moderation-history", "actors:listing-edit", "events:desk-registrations"},
}


class TestQueryBudgetEverywhere:
    """In English, where a page reads the translations besides what a German one reads."""

    def test_holds_for_every_address(self):
        state = world()
        opened: dict[str, set[str]] = {}
        with translation.override("en"):
            for role in OPENED:
                read = set().union(*opened.values())
                opened[role] = self.walk(role, state, read)
                assert OPENED[role] <= opened[role], role

    def walk(self, role: str, state: SimpleNamespace, read: set[str]) -> set[str]:
        """Open every address in one role; return the names of those it may open. Of what somebody
        else has read before every entry, one is enough."""
        client = Client()
        client.force_login(state.people[role])
        spent, opened = {}, set()
        for name, access in table().items():
            if name in FILES:
                continue
            # What the table makes for one address is gone before the next one.
            with transaction.atomic():
                for arguments in arguments_of(name, access, state)[: 1 if name in read else None]:
                    path = reverse(name, kwargs=arguments)
                    reset_queries()  # a log that is full would count none
                    with CaptureQueriesContext(connection) as queries:
                        answer = client.get(path + (access.query and f"?{access.query}"))
                    if answer.status_code != 200:  # nor are its other entries for this role
                        break
                    if len(queries) > QUERIES_A_PAGE:
                        spent[path] = len(queries)
                    opened.add(name)
                transaction.set_rollback(True)
        assert spent == {}, role
        return opened
