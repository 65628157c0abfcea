"""What an organisation adds to its profile: names, accessibility, self-assessment, goals, contact
persons, further addresses, and what is said about what is not there."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from actors import services
from actors.additions import additions
from actors.models import Branch, Contact, IcnpoGroup, Organisation, Sdg, SpokenLanguage
from actors.privacy import CONTACTS
from ssoe_portal.common import privacy
from ssoe_portal.common.translation import CONTENT_LANGUAGES
from tests.world import (
    make_area,
    make_branch,
    make_contact,
    make_language,
    make_logo,
    make_member,
    make_organisation,
    make_picture,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation(client):
    organisation = make_organisation(area=make_area("buch"))
    client.force_login(make_member(organisation, "editor"))
    return organisation


def step_url(organisation, step: str) -> str:
    return reverse("actors:organisation-edit-step", args=[organisation.slug, step])


def visit(client, organisation, language="de") -> str:
    """The page as somebody sees it who is not signed in."""
    with translation.override(language):
        return type(client)().get(organisation.get_absolute_url()).text


class TestOtherNames:
    def test_are_kept_a_line_each_and_shown(self, client, organisation):
        values = {"name": organisation.name, "kind": "agency", "stage": "new"}
        client.post(
            step_url(organisation, "basics"),
            {**values, "other_names": "  Nähstube   Buch \r\n\r\nNähstube Buch\r\nSewing Café"},
        )
        organisation.refresh_from_db()
        assert organisation.other_name_list == ["Nähstube Buch", "Sewing Café"]
        assert "Nähstube Buch, Sewing Café" in visit(client, organisation)

    @pytest.mark.parametrize("typed", ["Nähstube", "naehstube", "nahstub", "Nähstubbe"])
    def test_lead_to_the_entry(self, client, typed):
        wanted = make_organisation("Beispiel Textilwerk", other_names="Nähstube Buch\nAtelier")
        assert list(Organisation.objects.matching(typed)) == [wanted]
        page = client.get(reverse("actors:organisation-register"), {"name": typed})
        assert page.context["matches"] == [wanted]

    def test_are_ten_at_most(self, client, organisation):
        values = {"name": organisation.name, "kind": "agency", "stage": "new"}
        for names in ("\n".join("abcdefghijk"), "x" * 161):
            page = client.post(step_url(organisation, "basics"), {**values, "other_names": names})
            assert "höchstens zehn" in page.context["form"].errors["other_names"][0]
            assert names in page.text


class TestGettingIn:
    def test_is_asked_in_the_step_about_the_place_and_shown(self, client, organisation):
        values = {"area": organisation.area_id, "email": "a@example.org"}
        client.post(
            step_url(organisation, "contact"),
            {
                **values,
                "is_step_free": "yes",
                "aids": ["has_lift", "has_induction_loop"],
                "access_note": "Klingel links.",
            },
        )
        page = visit(client, organisation)
        for words in (
            "<h2>Zugang</h2>",
            "Stufenloser Eingang",
            "Aufzug",
            "Induktionsschleife",
            "Klingel links.",
        ):
            assert words in page
        assert "Ruheraum" not in page
        page = client.get(step_url(organisation, "contact"))
        assert "Barrierefreie Toilette" in page.text
        form = page.context["form"]
        assert form["is_step_free"].value() == "yes"
        assert form["aids"].value() == ["has_lift", "has_induction_loop"]
        client.post(step_url(organisation, "contact"), {**values, "is_step_free": "no"})
        page = visit(client, organisation)
        assert "Eingang mit Stufen" in page
        assert "Aufzug" not in page

    def test_says_nothing_where_nothing_is_known(self, client, organisation):
        assert "<h2>Zugang</h2>" not in visit(client, organisation)

    def test_no_answer_is_not_no(self, client, organisation):
        values = {"area": organisation.area_id, "email": "a@example.org", "is_step_free": ""}
        client.post(step_url(organisation, "contact"), values)
        organisation.refresh_from_db()
        assert organisation.is_step_free is None


class TestSelfAssessment:
    def test_is_shown_in_the_readers_language_else_in_german(self, client, organisation):
        client.post(
            step_url(organisation, "details"),
            {"social_purpose": "Arbeit für alle.", "structure": "Alle entscheiden mit."},
        )
        organisation.refresh_from_db()
        url = reverse("actors:organisation-english", args=[organisation.slug])
        form = client.get(url).context["form"]
        assert set(form.texts) == {"summary", "description", "social_purpose", "structure"}
        client.post(url, {"summary": "We sew.", "social_purpose": "Work for everybody."})
        page = visit(client, organisation, "en")
        assert "Work for everybody." in page
        assert 'lang="de" dir="ltr"><p>Alle entscheiden mit.' in page
        page = visit(client, organisation)
        assert "Arbeit für alle." in page
        assert "Unabhängigkeit" not in page

    def test_is_read_over_in_german_whatever_language_the_page_is_in(self, client, organisation):
        Organisation.objects.filter(pk=organisation.pk).update(impact="Buch und Karow.")
        organisation.translations.create(language="en", summary="We sew.", impact="Buch and Karow.")
        with translation.override("en"):
            url = reverse("actors:organisation-review", args=[organisation.slug])
        page = client.get(url).text
        assert '<dt>Field of impact</dt><dd lang="de"><p>Buch und Karow.</p></dd>' in page
        assert "Buch and Karow." not in page

    def test_a_change_makes_the_english_text_outdated(self, organisation):
        organisation.translations.create(language="en", summary="We sew.")
        organisation.impact = "Buch."
        organisation.save()
        assert organisation.is_outdated_in("en")

    def test_is_folded_until_there_is_something_in_it(self, client, organisation):
        url = step_url(organisation, "details")
        assert client.get(url).text.count('<details class="fold form-section">') == 2
        client.post(url, {"impact": "Buch."})
        assert '<details class="fold form-section" open>' in client.get(url).text

    def test_too_long_an_answer_is_kept_and_shown(self, client, organisation):
        page = client.post(step_url(organisation, "details"), {"impact": "x" * 601})
        assert "impact" in page.context["form"].errors
        assert "x" * 601 in page.text


class TestYearOfFoundation:
    def test_is_not_one_that_has_not_begun(self, client, organisation):
        this_year = timezone.localdate().year
        page = client.post(step_url(organisation, "details"), {"founded": this_year + 1})
        assert page.context["form"].errors["founded"] == [
            f"Bitte geben Sie eine Zahl bis {this_year} ein."
        ]
        client.post(step_url(organisation, "details"), {"founded": this_year})
        organisation.refresh_from_db()
        assert organisation.founded == this_year


class TestVocabularies:
    def test_name_the_goals_and_groups_in_every_language(self):
        languages = {code for code, _name in CONTENT_LANGUAGES} - {"de-x-leicht"}
        for model, count in ((Sdg, 17), (IcnpoGroup, 12)):
            terms = model.in_file()
            assert [int(term.number) for term in terms] == list(range(1, count + 1))
            for term in terms:
                assert set(term.labels) == languages, term.key
                assert all(term.labels.values())

    def test_a_website_that_is_none_is_told_what_one_looks_like(self, client, organisation):
        page = client.post(step_url(organisation, "contact"), {"website": "wege"}).text
        assert "Bitte schreiben Sie die ganze Adresse mit ihrer Endung" in page
        assert 'value="wege"' in page
        data = {"website": "www.wege.example", "area": make_area().pk, "email": "a@wege.example"}
        client.post(step_url(organisation, "contact"), data)
        organisation.refresh_from_db()
        assert organisation.website == "https://www.wege.example"

    def test_which_steps_are_done_is_asked_in_one_query(
        self, client, organisation, django_assert_max_num_queries
    ):
        client.force_login(make_user("admin"))
        for language in ("de", "en"):
            address = step_url(organisation, "details").replace("/de/", f"/{language}/", 1)
            with django_assert_max_num_queries(12):
                assert client.get(address).status_code == 200
        assert organisation.used_vocabularies == set()
        organisation.languages.add(make_language())
        assert Organisation.objects.get(pk=organisation.pk).used_vocabularies == {"languages"}

    def test_goals_are_shown_with_their_number(self, client, organisation):
        call_command("load_vocabularies", verbosity=0)
        goals = Sdg.objects.filter(key__in=("sdg-5", "sdg-12"))
        url = step_url(organisation, "details")
        assert "12 · Nachhaltiger Konsum" in client.get(url).text
        client.post(url, {"sdgs": [goal.pk for goal in goals]})
        assert set(organisation.sdgs.all()) == set(goals)
        assert "Gender equality" in visit(client, organisation, "en")


class TestContacts:
    VALUES = {"name": "Samira", "role": "Kurse", "phone": "030 123456", "audience": "public"}

    def url(self, organisation) -> str:
        return reverse("actors:contacts", args=[organisation.slug])

    def test_are_added_changed_and_removed(self, client, organisation):
        client.post(self.url(organisation), self.VALUES)
        contact = organisation.contacts.get()
        assert "Samira" in visit(client, organisation)
        english = visit(client, organisation, "en")
        assert '<span lang="de">Kurse</span> <span class="tag">in German</span>' in " ".join(
            english.split()
        )
        edit_url = reverse("actors:contacts-edit", args=[organisation.slug, contact.pk])
        for answer in (client.get(edit_url), client.post(edit_url, {**self.VALUES, "name": ""})):
            assert "<h1>Ändern: Samira" in answer.text
        client.post(edit_url, {**self.VALUES, "name": "Samira B."})
        assert "Samira B." in visit(client, organisation)
        remove_url = reverse("actors:contacts-remove", args=[organisation.slug, contact.pk])
        for _tap in range(2):
            assert client.post(remove_url).status_code == 302
        assert not organisation.contacts.exists()
        assert list(Organisation.objects.recently_changed()) == [organisation]

    def test_removed_by_a_colleague_meanwhile_say_so_and_do_not_come_back(
        self, client, organisation, monkeypatch
    ):
        contact = make_contact(organisation)
        keep_row = services.keep_row

        def keep_too_late(*, row) -> None:
            services.remove_row(row=Contact.objects.get(pk=contact.pk))
            keep_row(row=row)

        monkeypatch.setattr(services, "keep_row", keep_too_late)
        edit_url = reverse("actors:contacts-edit", args=[organisation.slug, contact.pk])
        page = client.post(edit_url, {**self.VALUES, "name": "Samira B."})
        assert page.status_code == 422
        assert "inzwischen entfernt" in page.text and 'value="Samira B."' in page.text
        assert not organisation.contacts.exists()

    @pytest.mark.parametrize("number", [1, 3])
    def test_page_takes_a_constant_number_of_queries(
        self, client, organisation, django_assert_num_queries, number
    ):
        for _number in range(number):
            make_contact(organisation)
        # session, account, organisation, how many, rows
        with django_assert_num_queries(5):
            client.get(self.url(organisation))

    def test_need_a_way_to_reach_them(self, client, organisation):
        page = client.post(self.url(organisation), {**self.VALUES, "phone": ""})
        assert page.status_code == 422
        assert "Telefonnummer oder eine E\u2011Mail-Adresse" in page.text
        assert 'value="Samira"' in page.text
        with pytest.raises(IntegrityError), transaction.atomic():
            Contact.objects.create(organisation=organisation, name="Niemand")

    def test_twice_the_same_is_one(self, client, organisation):
        client.post(self.url(organisation), self.VALUES)
        page = client.post(self.url(organisation), self.VALUES)
        assert page.status_code == 422
        assert "schon eingetragen" in page.text
        assert organisation.contacts.count() == 1

    def test_are_twelve_at_most(self, client, organisation):
        for _number in range(12):
            make_contact(organisation)
        page = client.post(self.url(organisation), self.VALUES)
        assert "Platz für 12" in page.text
        assert organisation.contacts.count() == 12

    def test_for_staff_are_never_on_a_public_page(self, client, organisation):
        make_contact(organisation, name="Jo Geheim", phone="030 998877", audience="staff")
        make_contact(organisation, name="Mina Offen")
        for language in ("de", "en"):
            page = visit(client, organisation, language)
            assert "Mina Offen" in page
            assert "Geheim" not in page
            assert "998877" not in page
        # Their own team, on its own pages; on the public page not even for them.
        assert "Geheim" in client.get(self.url(organisation)).text
        assert "Geheim" not in client.get(organisation.get_absolute_url()).text
        # The task force, at the desk.
        client.force_login(make_user("reviewer"))
        url = reverse("actors:moderation-review", args=["organisation", organisation.slug])
        assert "Geheim" in client.get(url).text
        assert "Geheim" not in client.get(organisation.get_absolute_url()).text
        client.force_login(make_user("event_manager"))
        assert client.get(url).status_code == 403

    def test_of_another_organisation_are_not_there(self, client, organisation):
        contact = make_contact()
        for name in ("contacts-edit", "contacts-remove"):
            url = reverse(f"actors:{name}", args=[organisation.slug, contact.pk])
            client.post(url, self.VALUES)
        contact.refresh_from_db()
        assert contact.name != "Samira"

    @pytest.mark.parametrize(
        "name", ["<script>alert(1)</script>", "\u202eevil", "x" * 121, "\x00", "{{ 7*7 }}"]
    )
    def test_hostile_names_do_no_harm(self, client, organisation, name):
        answer = client.post(self.url(organisation), {**self.VALUES, "name": name})
        assert answer.status_code in {302, 422}
        page = visit(client, organisation)
        assert "<script>alert(1)" not in page
        assert ">49<" not in page

    def test_are_erased_when_nobody_vouches_for_them_any_more(self, organisation):
        contact = make_contact(organisation)
        later = timezone.now() + CONTACTS.keep + timedelta(days=1)
        Organisation.objects.update(confirmed_at=timezone.now() + timedelta(days=30))
        privacy.erase_expired(later)
        assert Contact.objects.filter(pk=contact.pk).exists()
        privacy.erase_expired(later + timedelta(days=30))
        assert not Contact.objects.exists()

    def test_leave_no_history_behind_after_half_a_year(self, client, organisation):
        client.post(self.url(organisation), self.VALUES)
        services.remove_row(row=organisation.contacts.get())
        events = Contact.pgh_event_model.objects
        assert events.filter(name="Samira").count() == 2
        privacy.erase_expired(timezone.now() + timedelta(days=181))
        assert not events.exists()

    def test_changes_are_told_to_staff(self, client, organisation):
        contact = make_contact(organisation, name="Samira", role="Kurse")
        edit_url = reverse("actors:contacts-edit", args=[organisation.slug, contact.pk])
        client.post(edit_url, {**self.VALUES, "role": "Werkstatt"})
        client.force_login(make_user("reviewer"))
        url = reverse("actors:moderation-history", args=["organisation", organisation.slug])
        page = client.get(url).text
        assert "Ansprechperson „Samira“: Aufgabe" in page
        assert "Werkstatt" in page


class TestBranches:
    def test_are_found_where_they_are(self, client, organisation):
        karow = make_area("karow", latitude=52.61, longitude=13.48)
        url = reverse("actors:branches", args=[organisation.slug])
        listed = client.get("/de/organisations/", {"area": "karow"})
        assert list(listed.context["page_obj"]) == []
        client.post(
            url,
            {"name": "Lager", "street": "Weg 2", "postcode": "13125", "area": karow.pk},
        )
        assert organisation.branches.get().point is not None
        page = visit(client, organisation)
        assert "Lager" in page
        assert "Weg 2" in page
        listed = client.get("/de/organisations/", {"area": "karow"})
        assert list(listed.context["page_obj"]) == [organisation]

    @pytest.mark.parametrize("area", ["", "berlin", "99999999"])
    def test_are_somewhere(self, client, organisation, area):
        url = reverse("actors:branches", args=[organisation.slug])
        page = client.post(url, {"name": "Lager", "area": area})
        assert page.status_code == 422
        assert "area" in page.context["form"].errors
        assert 'value="Lager"' in page.text
        with pytest.raises(IntegrityError), transaction.atomic():
            Branch.objects.create(organisation=organisation, name="Nirgends")

    @pytest.mark.parametrize("number", [1, 3])
    def test_page_takes_a_constant_number_of_queries(
        self, client, organisation, django_assert_num_queries, number
    ):
        for _number in range(number):
            make_branch(organisation)
        # session, account, organisation, how many, rows, places to choose from
        with django_assert_num_queries(6):
            client.get(reverse("actors:branches", args=[organisation.slug]))


class TestAdditions:
    def test_say_what_readers_would_gain_and_lead_there(self, client, organisation):
        page = client.get(reverse("actors:organisation-review", args=[organisation.slug])).text
        assert "ob sie mit Rollstuhl oder Kinderwagen hineinkommen" in page
        assert f'href="{step_url(organisation, "contact")}#div_id_is_step_free"' in page
        shown, folded = page.split('id="additions"')[1].split("<details>")
        assert shown.count("<li>") == 3
        assert "weitere Anregungen" in folded and folded.split("</details>")[0].count("<li>") >= 7
        assert "%" not in page.split('id="additions"')[1].split("</section>")[0]

    def test_every_link_leads_to_a_field_that_is_there(self, client, organisation):
        found = additions(Organisation.objects.get(pk=organisation.pk))
        assert len(found) >= 10
        for addition in found:
            address, _hash, anchor = addition.url.partition("#")
            page = client.get(address)
            assert page.status_code == 200, address
            assert f'id="{anchor}"' in page.text or not anchor, addition.url

    def test_say_nothing_where_everything_is_there(self, client, organisation):
        call_command("load_vocabularies", verbosity=0)
        make_contact(organisation)
        make_picture(organisation)
        make_logo(organisation)
        organisation.translations.create(language="en", summary="We sew.")
        for name in ("fields", "target_groups", "sdgs"):
            getattr(organisation, name).add(
                organisation._meta.get_field(name).related_model.objects.first()
            )
        organisation.languages.add(SpokenLanguage.objects.first())
        Organisation.objects.filter(pk=organisation.pk).update(
            is_step_free=False, phone="030 1", street="Weg 1", impact="Buch."
        )
        assert additions(Organisation.objects.get(pk=organisation.pk)) == []
        page = client.get(reverse("actors:organisation-review", args=[organisation.slug])).text
        assert "Was Ihren Leserinnen und Lesern helfen würde" not in page

    def test_are_for_the_team_only(self, client, organisation):
        assert "Rollstuhl" not in visit(client, organisation)


class TestSteps:
    def test_lead_to_what_may_be_added_and_keep_what_was_typed(self, client, organisation):
        url = step_url(organisation, "contact")
        assert 'value="contacts"' in client.get(url).text
        values = {"area": organisation.area_id, "email": "neu@example.org"}
        answer = client.post(url, {**values, "go": "contacts"})
        assert answer.url == reverse("actors:contacts", args=[organisation.slug])
        organisation.refresh_from_db()
        assert organisation.email == "neu@example.org"

    def test_nothing_new_is_needed_to_hand_in(self):
        make_organisation(status="draft").submit()

    def test_saving_everything_empty_bothers_nobody(self, client, organisation):
        client.post(step_url(organisation, "details"), {})
        assert not Organisation.objects.recently_changed().exists()


class TestRows:
    def test_a_rule_of_the_database_is_said_at_the_form(self):
        organisation = make_organisation()
        make_branch(organisation, name="Lager")
        row = Branch(organisation=organisation, name="Lager", area=make_area("karow"))
        with pytest.raises(ValidationError, match="gibt es schon"):
            services.keep_row(row=row)
