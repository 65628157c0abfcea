"""Public pages: the directory, profiles, networks."""

import pytest
from django.urls import reverse

from actors.models import Field, LegalForm, NetworkMembership, Organisation
from tests.world import (
    make_area,
    make_initiative,
    make_listing,
    make_member,
    make_network,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

LIST = "/de/organisations/"


def names(answer) -> list[str]:
    return [organisation.name for organisation in answer.context["page_obj"]]


class TestList:
    def test_shows_what_is_published_and_nothing_else(self, client):
        for status in ("draft", "submitted", "returned", "archived", "published"):
            make_organisation(f"Beispiel {status}", status=status)
        assert names(client.get(LIST)) == ["Beispiel published"]

    def test_sorts_like_a_telephone_book(self, client):
        for name in ("Zebra", "ärmel", "beta", "Alpha", "Öl"):
            make_organisation(name)
        assert names(client.get(LIST)) == ["Alpha", "ärmel", "beta", "Öl", "Zebra"]

    def test_filters(self, client):
        area = make_area("buch")
        field = Field.objects.create(key="food", labels={"de": "Ernährung"})
        found = make_organisation("Gesucht", kind="agency", stage="established", area=area)
        found.fields.add(field)
        make_organisation("Anders", kind="company", stage="new", area=make_area("karow"))
        for query in (
            {"kind": "agency"},
            {"stage": "established"},
            {"field": "food"},
            {"area": "buch"},
            {"q": "gesucht"},
            {"kind": "agency", "stage": "established", "field": "food", "area": "buch"},
        ):
            assert names(client.get(LIST, query)) == ["Gesucht"], query

    def test_ignores_what_it_does_not_know(self, client):
        make_organisation("Da")
        for query in ({"kind": "x"}, {"area": "'"}, {"page": "99"}, {"page": "x"}, {"q": "\x00"}):
            assert names(client.get(LIST, query)) == ["Da"], query

    @pytest.mark.parametrize("path", [LIST, "/de/exchange/", "/de/initiatives/"])
    def test_leaves_empty_fields_out_of_the_address(self, client, path):
        answer = client.get(path, {"q": "Suppe", "kind": "", "area": " "})
        assert (answer.status_code, answer.url) == (302, f"{path}?q=Suppe")
        assert client.get(path, {"q": "", "kind": ""}).url == path
        assert client.get(path, {"q": "Suppe"}).status_code == 200

    def test_takes_a_name_that_is_not_there_along_to_the_registration(self, client):
        register = reverse("actors:organisation-register")
        make_organisation("Beispiel Werkstatt")
        page = client.get(LIST, {"q": "Café & Co"}).text
        assert f'href="{register}?name=Caf%C3%A9%20%26%20Co"' in page
        there = client.get(f"{register}?name=Caf%C3%A9%20%26%20Co").text
        assert 'name="name" value="Café &amp; Co"' in there
        assert f'href="{register}"' in client.get(LIST, {"q": "Werkstatt"}).text

    @pytest.mark.parametrize("number", [1, 3])
    @pytest.mark.parametrize("language", ["de", "en"])
    def test_takes_a_constant_number_of_queries(
        self, client, django_assert_num_queries, number, language
    ):
        field = Field.objects.create(key="food", labels={"de": "Ernährung"})
        for _number in range(number):
            organisation = make_organisation(area=make_area())
            organisation.fields.add(field)
            organisation.translations.create(language="en", summary="We cook.")
        # vocabularies, all numbers, which ones, rows, their fields (and translations)
        with django_assert_num_queries({"de": 5, "en": 6}[language]):
            answer = client.get(f"/{language}/organisations/")
        assert ("We cook." in answer.text) == (language == "en")

    def test_without_entries_leads_on(self, client):
        assert reverse("actors:organisation-register") in client.get(LIST).text


class TestProfile:
    def test_comes_in_the_order_of_a_visitor_s_questions(self, client):
        organisation = make_organisation(
            summary="Wir reparieren.",
            description="Seit zehn Jahren.",
            phone="030 123456",
            legal_form=LegalForm.objects.create(key="ev", labels={"de": "Verein"}),
        )
        make_offer(organisation, title="Offene Werkstatt")
        page = client.get(organisation.get_absolute_url()).text.split("<h1>")[1]
        words = ("Wir reparieren.", "030 123456", "Offene Werkstatt", "Seit zehn Jahren.", "Verein")
        assert sorted(words, key=page.index) == list(words)

    def test_shows_what_belongs_to_it_as_far_as_it_is_public(self, client):
        organisation = make_organisation()
        shown = [
            make_offer(organisation),
            make_listing(organisation),
            make_initiative(organisation=organisation),
        ]
        hidden = [
            make_offer(organisation, status="draft"),
            make_listing(organisation, status="submitted"),
            make_initiative(organisation=organisation, status="archived"),
        ]
        page = client.get(organisation.get_absolute_url()).text
        assert all(str(item) in page for item in shown)
        assert not any(item.get_absolute_url() in page for item in hidden)

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_a_constant_number_of_queries(self, client, django_assert_num_queries, number):
        organisation = make_organisation(area=make_area(), postcode="13125")
        for _number in range(number):
            make_offer(organisation)
            make_listing(organisation)
            make_initiative(organisation=organisation)
            NetworkMembership.objects.create(network=make_network(), organisation=organisation)
        # the entry with its rows, its terms, offers with theirs, listings, initiatives, networks
        with django_assert_num_queries(7):
            client.get(organisation.get_absolute_url())

    def test_members_cost_no_more_than_who_they_are(self, client, django_assert_num_queries):
        organisation = make_organisation()
        NetworkMembership.objects.create(network=make_network(), organisation=organisation)
        client.force_login(make_member(organisation))
        # As for everybody, and the session and the account.
        with django_assert_num_queries(9):
            page = client.get(organisation.get_absolute_url())
        assert page.context["may_edit"]

    def test_of_a_draft_is_for_its_team(self, client):
        organisation = make_organisation(status="draft")
        assert client.get(organisation.get_absolute_url()).status_code == 404
        client.force_login(make_member(organisation, "editor"))
        page = client.get(organisation.get_absolute_url())
        assert "Diese Seite sieht nur Ihr Team" in page.text

    def test_escapes_what_people_write(self, client):
        organisation = make_organisation(description="<script>alert(1)</script>")
        page = client.get(organisation.get_absolute_url()).text
        assert "<script>alert(1)" not in page


class TestNetworks:
    def test_show_members_that_are_public_with_role_and_commitment(self, client):
        network = make_network()
        for status in ("published", "draft"):
            NetworkMembership.objects.create(
                network=network,
                organisation=make_organisation(f"Beispiel {status}", status=status),
                role="Moderation",
                commitment="Ein Raum im Monat",
            )
        page = client.get(network.get_absolute_url()).text
        assert "Beispiel published" in page
        assert "Ein Raum im Monat" in page
        assert "Beispiel draft" not in page
        assert "1 Mitglied" in client.get(reverse("actors:network-list")).text

    @pytest.mark.parametrize("number", [1, 3])
    def test_list_takes_a_constant_number_of_queries(
        self, client, django_assert_num_queries, number
    ):
        for _number in range(number):
            make_network()
        with django_assert_num_queries(2):
            client.get(reverse("actors:network-list"))

    def test_says_whom_an_organisation_writes_to_that_belongs_there(self, client):
        network = make_network()
        changed = reverse("admin:actors_network_change", args=[network.pk])
        addresses = [reverse("actors:network-list"), network.get_absolute_url()]
        for address in addresses:
            page = client.get(address).text
            assert "Gehört Ihre Organisation zu einem Netzwerk" in page
            main = page.partition("<main")[2].partition("</main")[0]
            assert f'href="{reverse("imprint")}"' in main
            assert "/admin/" not in page
        client.force_login(make_user("admin"))
        kept = [reverse("admin:actors_network_changelist"), changed]
        for address, way in zip(addresses, kept, strict=True):
            assert way in client.get(address).text

    def test_list_is_ordered_as_in_a_telephone_book(self, client):
        for name in ("Zirkel", "älter werden", "begleiten", "Bauen"):
            make_network(name=name)
        page = client.get(reverse("actors:network-list")).context["page_obj"]
        names = [network.name for network in page]
        assert names == ["älter werden", "Bauen", "begleiten", "Zirkel"]


class TestNames:
    def test_are_found_without_accents_and_with_a_slip(self):
        wanted = make_organisation("Beispiel Nähcafé Buch")
        make_organisation("Beispiel Gartenverein Karow")
        for text in ("nähcafe", "Nahcafe", "nähcaffé", "Naehcafe", "NAEHCAFE"):
            assert list(Organisation.objects.matching(text)) == [wanted], text
            assert list(Organisation.objects.similar_to(text)) == [wanted], text

    @pytest.mark.parametrize(
        ("typed", "name"),
        [
            ("Koestlich", "Beispiel Köstlich"),
            ("Kueche", "Beispiel Küche"),
            ("Strasse", "Beispiel Straße"),
            ("Straße", "Beispiel Strasse"),
            ("Küche", "Beispiel Kueche"),
            ("Aue", "Beispiel Aue"),
        ],
    )
    def test_fold_umlauts_the_same_before_one_registers(self, client, typed, name):
        wanted = make_organisation(name)
        page = client.get(reverse("actors:organisation-register"), {"name": typed})
        assert page.context["matches"] == [wanted]
        listed = client.get(reverse("actors:organisation-list"), {"q": typed})
        assert list(listed.context["page_obj"]) == [wanted]

    def test_leave_que_alone(self):
        make_organisation("Beispiel Quartier")
        assert not Organisation.objects.similar_to("Que").exists()
