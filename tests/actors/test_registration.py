"""An organisation's way in, over HTTP, with the mails it really gets."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from actors.models import Field, Membership, Organisation, OrganisationTranslation
from ssoe_portal.common.moderation import Status
from tests.world import (
    PASSWORD,
    make_area,
    make_contact,
    make_language,
    make_member,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

BASICS = {"name": "Beispiel Radküche", "kind": "initiative", "stage": "new"}
WORK = {"summary": "Wir kochen und reparieren.", "description": "Jeden Freitag, für alle."}


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def step_url(organisation, step: str) -> str:
    return reverse("actors:organisation-edit-step", args=[organisation.slug, step])


class TestTheWholeWay:
    def test_leads_from_the_search_to_the_published_entry(self, client, mailbox, deliver_jobs):
        make_organisation("Beispiel Radwerkstatt Buch")

        # Looks for itself; the similar one is not it.
        page = client.get(reverse("actors:organisation-register"), {"name": "Beispiel Radküche"})
        assert "Beispiel Radwerkstatt Buch" in page.text

        # The name typed is kept through account and confirmation.
        answer = client.post(reverse("actors:organisation-begin"), {"name": "Beispiel Radküche"})
        start_url = reverse("actors:organisation-start", query={"name": "Beispiel Radküche"})
        assert urlsplit(answer.url).path == reverse("account_signup")
        assert parse_qs(urlsplit(answer.url).query) == {"next": [start_url]}
        page = client.post(
            reverse("account_signup"),
            {
                "email": "radkueche@example.org",
                "password1": PASSWORD,
                "name": "Lena",
                "next": start_url,
            },
            follow=True,
        )
        assert "an radkueche@example.org geschickt, mit der Sie die Adresse" in page.text
        deliver_jobs()
        confirm = path_of(mailbox.link("radkueche@example.org", containing="confirm"))
        answer = client.post(confirm)
        assert answer.url == start_url
        page = client.get(start_url)
        assert 'value="Beispiel Radküche"' in page.text
        assert "Schritt 1 von 6" in page.text

        # Six steps, each kept at once.
        answer = client.post(start_url, {**BASICS, "go": "later"})
        assert answer.url == reverse("actors:dashboard")
        organisation = Organisation.objects.get(name="Beispiel Radküche")
        assert organisation.status == Status.DRAFT
        assert "Es fehlt noch" in client.get(reverse("actors:dashboard")).text
        answer = client.get(reverse("actors:organisation-edit", args=[organisation.slug]))
        assert answer.url == step_url(organisation, "work")
        answer = client.post(step_url(organisation, "work"), {**WORK, "go": "next"})
        assert answer.url == step_url(organisation, "people")
        answer = client.post(step_url(organisation, "people"), {"go": "next"})
        assert answer.url == step_url(organisation, "contact")
        answer = client.post(
            step_url(organisation, "contact"),
            {"email": "info@example.org", "area": "berlin", "go": "next"},
        )
        assert answer.url == step_url(organisation, "hours")
        answer = client.post(step_url(organisation, "hours"), {"go": "next"})
        assert answer.url == step_url(organisation, "details")
        answer = client.post(
            step_url(organisation, "details"), {"is_nonprofit": "no", "go": "next"}
        )
        review_url = reverse("actors:organisation-review", args=[organisation.slug])
        assert answer.url == review_url

        # Hands in; nobody finds it yet; the owner gets a receipt.
        client.post(review_url)
        deliver_jobs()
        assert "Beispiel Radküche" in mailbox.latest("radkueche@example.org").subject
        visitor = type(client)()
        assert "Radküche" not in visitor.get(reverse("actors:organisation-list")).text
        assert visitor.get(organisation.get_absolute_url()).status_code == 404

        # Returned with a reason, which stands in the mail and in the own area.
        staff = type(client)()
        staff.force_login(make_user("reviewer"))
        self.decide(staff, organisation, action="return", reason="Bitte nennen Sie die Uhrzeit.")
        deliver_jobs()
        mail = mailbox.latest("radkueche@example.org")
        assert "Bitte nennen Sie die Uhrzeit." in mail.text
        page = client.get(path_of(mail.links[0]), follow=True)
        assert "Bitte nennen Sie die Uhrzeit." in page.text
        assert "Bitte nennen Sie die Uhrzeit." in client.get(reverse("actors:dashboard")).text

        # Corrects, hands in again, is published and found.
        client.post(step_url(organisation, "work"), {**WORK, "description": "Freitags um 18 Uhr."})
        client.post(review_url)
        self.decide(staff, organisation, action="publish")
        deliver_jobs()
        assert organisation.get_absolute_url() in mailbox.latest("radkueche@example.org").text
        found = visitor.get(reverse("actors:organisation-list"), {"q": "radkuche"})
        assert "Beispiel Radküche" in found.text
        assert "Freitags um 18 Uhr." in visitor.get(organisation.get_absolute_url()).text

        # Adds a gives and a seeks.
        for direction in ("gives", "seeks"):
            client.post(
                reverse("actors:listing-create"),
                {
                    "organisation": organisation.pk,
                    "direction": direction,
                    "title": f"Küche ({direction})",
                    "resource": "room",
                    "description": "Für zehn Menschen.",
                    "go": "submit",
                },
            )
        assert list(organisation.listings.order_by("pk").values_list("direction", "status")) == [
            ("gives", "submitted"),
            ("seeks", "submitted"),
        ]

    def decide(self, staff, organisation, **data) -> None:
        url = reverse("actors:moderation-review", args=["organisation", organisation.slug])
        seen = staff.get(url).context["form"].initial
        assert staff.post(url, {**seen, **data}).status_code == 302


class TestSearchForOneself:
    def test_finds_half_a_name_without_its_accents(self, client):
        make_organisation("Beispiel Nähcafé Buch")
        page = client.get(reverse("actors:organisation-register"), {"name": "nahcafe"})
        assert [found.name for found in page.context["matches"]] == ["Beispiel Nähcafé Buch"]

    def test_does_not_show_the_drafts_of_others(self, client):
        make_organisation("Beispiel Geheim", status="draft")
        page = client.get(reverse("actors:organisation-register"), {"name": "Beispiel Geheim"})
        assert page.context["matches"] == []

    def test_shows_that_one_is_being_reviewed(self, client):
        make_organisation("Beispiel Neuling", status="submitted")
        page = client.get(reverse("actors:organisation-register"), {"name": "Neuling"})
        assert "wird gerade geprüft" in page.text

    def test_takes_any_input(self, client):
        for name in ("\x00", "%_'\"\\", "a" * 5000, "   "):
            url = reverse("actors:organisation-register")
            assert client.get(url, {"name": name}).status_code == 200


class TestStep:
    @pytest.fixture
    def organisation(self, client):
        organisation = make_organisation(status="draft", summary="", description="", stage="")
        client.force_login(make_member(organisation))
        return organisation

    def test_keeps_what_was_typed_when_a_field_is_wrong(self, client, organisation):
        page = client.post(
            step_url(organisation, "contact"),
            {"street": "Weg 1", "postcode": "131", "phone": "030 12345"},
        )
        assert "Weg 1" in page.text
        assert (
            "Eine deutsche Postleitzahl hat fünf Ziffern."
            in page.context["form"].errors["postcode"]
        )
        organisation.refresh_from_db()
        assert organisation.street == ""

    def test_says_at_the_field_that_a_postcode_does_not_exist(self, client, organisation):
        values = {"street": "Weg 1", "postcode": "99999", "area": make_area().pk}
        form = client.post(step_url(organisation, "contact"), values).context["form"]
        assert "kennen wir nicht" in form.errors["postcode"][0]

    def test_says_at_the_field_that_postcode_and_place_do_not_fit(self, client, organisation):
        values = {"street": "Weg 1", "postcode": "10439", "area": make_area().pk}
        page = client.post(step_url(organisation, "contact"), values)
        assert "passt nicht zu „Buch“" in page.context["form"].errors["postcode"][0]
        assert 'value="Weg 1"' in page.text

    def test_asks_where_an_address_is(self, client, organisation):
        values = {"street": "Weg 1", "postcode": "13125", "phone": "030 12345"}
        url = step_url(organisation, "contact")
        page = client.post(url, values)
        assert "wo diese Adresse liegt" in page.context["form"].errors["area"][0]
        assert client.post(url, {**values, "area": make_area().pk}).status_code == 302
        assert client.post(url, {"phone": "030 12345", "area": "berlin"}).status_code == 302

    def test_takes_no_place_that_nobody_has_chosen(self, client):
        organisation = make_organisation(status="draft", email="", phone="", website="")
        client.force_login(make_member(organisation))
        url = step_url(organisation, "contact")
        page = client.get(url)
        assert page.context["form"]["area"].value() is None
        assert '<option value="" selected>Bitte wählen' in page.text
        page = client.post(url, {"phone": "030 12345"})
        assert "wo Sie sitzen" in page.context["form"].errors["area"][0]
        review = reverse("actors:organisation-review", args=[organisation.slug])
        assert "Ganz Berlin" not in client.get(review).text
        assert client.post(url, {"phone": "030 12345", "area": "berlin"}).status_code == 302
        organisation.refresh_from_db()
        assert organisation.area is None
        assert "Ganz Berlin" in client.get(review).text
        assert '<option value="berlin" selected>' in client.get(url).text

    def test_says_that_one_way_to_reach_you_is_needed(self, client, organisation):
        page = client.get(step_url(organisation, "contact"))
        assert "Mindestens eine dieser drei Angaben" in page.text
        for name in ("email", "phone", "website", "area"):
            assert page.context["form"].fields[name].needed
        organisation.publish()
        page = client.get(step_url(organisation, "contact"))
        assert "Wer hier liest, braucht mindestens eine dieser drei Angaben." in page.text

    def test_says_at_the_question_what_handing_in_needs(self, client):
        organisation = make_organisation(status="draft", stage="")
        client.force_login(make_member(organisation))
        needed = "(zum Einreichen nötig)"
        assert client.get(step_url(organisation, "basics")).text.count(needed) == 1
        assert client.get(step_url(organisation, "work")).text.count(needed) == 2
        organisation.kind = Organisation.Kind.PUBLIC
        organisation.save()
        assert needed not in client.get(step_url(organisation, "basics")).text
        public = make_organisation()
        client.force_login(make_member(public))
        assert needed not in client.get(step_url(public, "work")).text

    def test_ticks_no_step_that_lacks_something(self, client):
        organisation = make_organisation(status="draft", description="")
        client.force_login(make_member(organisation))
        url = step_url(organisation, "details")
        ticks = "steps__item--done"
        # Who you are, how to reach you.
        assert client.get(url).text.count(ticks) == 2
        organisation.description = "Für alle."
        organisation.save()
        assert client.get(url).text.count(ticks) == 3

    def test_ticks_what_nobody_needs_to_say_once_something_is_said(self, client):
        organisation = make_organisation(status="draft")
        client.force_login(make_member(organisation))
        page = client.get(step_url(organisation, "details"))
        ticks = "steps__item--done"
        before = page.text.count(ticks)
        organisation.languages.add(make_language())
        assert client.get(step_url(organisation, "details")).text.count(ticks) == before + 1
        organisation.times.create(weekday=1, opens="10:00", closes="12:00")
        organisation.summarise_hours()
        assert client.get(step_url(organisation, "details")).text.count(ticks) == before + 2

    def test_sorts_fields_by_their_names(self, client, organisation):
        for key, label in (
            ("z", "Zirkus"),
            ("e", "Ernährung"),
            ("o", "Öffentliches"),
            ("p", "Post"),
        ):
            Field.objects.create(key=key, labels={"de": label})
        choices = client.get(step_url(organisation, "work")).context["form"].fields["fields"]
        labels = [term.label for term in choices.queryset]
        assert labels == ["Ernährung", "Öffentliches", "Post", "Zirkus"]

    def test_overview_leads_to_what_is_missing(self, client):
        organisation = make_organisation(
            status="draft", stage="", summary="", description="", email=""
        )
        client.force_login(make_member(organisation))
        page = client.get(reverse("actors:organisation-review", args=[organisation.slug])).text
        for step, field, label in (
            ("basics", "stage", "Wo stehen Sie?"),
            ("work", "summary", "Was machen Sie, in einem Satz?"),
            ("work", "description", "Was sollen Menschen über Sie wissen?"),
            ("contact", "email", "E-Mail, Telefon oder Website"),
        ):
            url, anchor = step_url(organisation, step), f"div_id_{field}"
            assert f'<li><a href="{url}#{anchor}">{label}</a></li>' in page
            there = client.get(url).text
            assert f'id="{anchor}"' in there
            assert label in there
        assert '<dd lang="de">–</dd>' in page

    def test_overview_adds_what_is_not_there_and_changes_what_is(self, client, organisation):
        url = reverse("actors:organisation-review", args=[organisation.slug])
        button = '{}<span class="visually-hidden">: {}'
        assert button.format("Hinzufügen", "Ansprechpersonen") in client.get(url).text
        make_contact(organisation)
        page = client.get(url).text
        assert button.format("Ändern", "Ansprechpersonen") in page
        assert button.format("Hinzufügen", "Weitere Adressen") in page

    def test_overview_says_why_it_is_archived(self, client, organisation):
        organisation.archive("Das gibt es schon zweimal.")
        page = client.get(reverse("actors:organisation-review", args=[organisation.slug])).text
        assert "Dieser Eintrag ist archiviert." in page and "Das gibt es schon zweimal." in page

    def test_goes_back_without_losing_anything(self, client, organisation):
        answer = client.post(
            step_url(organisation, "work"), {"summary": "Halb fertig", "go": "back"}
        )
        assert answer.url == step_url(organisation, "basics")
        organisation.refresh_from_db()
        assert organisation.summary == "Halb fertig"

    def test_clears_boxes(self, client, organisation):
        from actors.models import TargetGroup

        group = TargetGroup.objects.create(key="women", labels={"de": "Frauen"})
        client.post(step_url(organisation, "people"), {"target_groups": [group.pk]})
        assert organisation.target_groups.count() == 1
        client.post(step_url(organisation, "people"), {})
        assert organisation.target_groups.count() == 0

    def test_finds_the_point_of_the_postcode(self, client, organisation):
        client.post(
            step_url(organisation, "contact"),
            {"postcode": "13125", "email": "a@example.org", "area": "berlin"},
        )
        organisation.refresh_from_db()
        assert organisation.latitude == pytest.approx(52.63, abs=0.1)

    def test_knows_no_other_steps(self, client, organisation):
        assert client.get(step_url(organisation, "secrets")).status_code == 404

    def test_of_others_is_not_there(self, client, organisation):
        client.force_login(make_member(make_organisation()))
        assert client.get(step_url(organisation, "work")).status_code == 404
        assert client.post(step_url(organisation, "work"), WORK).status_code == 404


class TestPublishedEntry:
    @pytest.fixture
    def organisation(self, client):
        organisation = make_organisation()
        client.force_login(make_member(organisation, "editor"))
        return organisation

    def test_changes_go_live_and_are_looked_at_again(self, client, organisation):
        client.post(step_url(organisation, "work"), {**WORK, "summary": "Neuer Satz."})
        assert list(Organisation.objects.recently_changed()) == [organisation]
        assert "Neuer Satz." in client.get(organisation.get_absolute_url()).text

    def test_saving_without_a_change_bothers_nobody(self, client, organisation):
        client.post(
            step_url(organisation, "work"),
            {"summary": organisation.summary, "description": organisation.description},
        )
        assert not Organisation.objects.recently_changed().exists()

    def test_does_not_lose_what_readers_need(self, client, organisation):
        page = client.post(step_url(organisation, "work"), {"summary": "", "description": "x"})
        assert "summary" in page.context["form"].errors
        page = client.post(step_url(organisation, "contact"), {"email": ""})
        assert "email" in page.context["form"].errors
        organisation.refresh_from_db()
        assert organisation.summary and organisation.email


class TestHandingIn:
    def test_is_refused_while_something_is_missing_even_past_the_form(self):
        organisation = make_organisation(status="draft", summary="", email="")
        with pytest.raises(ValidationError, match="in einem Satz"):
            organisation.submit()
        organisation.refresh_from_db()
        assert organisation.status == Status.DRAFT

    def test_says_what_is_missing(self, client):
        organisation = make_organisation(status="draft", summary="")
        client.force_login(make_member(organisation))
        url = reverse("actors:organisation-review", args=[organisation.slug])
        assert "In einem Satz" in client.get(url).text
        assert "Es fehlt noch: was Sie in einem Satz machen" in client.post(url, follow=True).text

    def test_twice_sends_one_receipt(self, client, mailbox, deliver_jobs):
        organisation = make_organisation(status="draft")
        client.force_login(make_member(organisation))
        url = reverse("actors:organisation-review", args=[organisation.slug])
        client.post(url)
        client.post(url)
        deliver_jobs()
        assert len(mailbox.mails()) == 1


class TestEnglish:
    def test_is_made_from_the_german_text_of_today_and_gets_outdated(self, client):
        organisation = make_organisation()
        client.force_login(make_member(organisation))
        url = reverse("actors:organisation-english", args=[organisation.slug])
        client.post(url, {"summary": "We repair bicycles.", "description": ""})
        row = OrganisationTranslation.objects.get(original=organisation)
        assert not row.is_outdated
        client.post(step_url(organisation, "work"), {**WORK, "summary": "Etwas anderes."})
        assert list(OrganisationTranslation.objects.outdated()) == [row]
        page = client.get("/en" + organisation.get_absolute_url().removeprefix("/de"))
        assert "We repair bicycles." in page.text

    def test_is_written_beside_all_of_the_german_text(self, client):
        organisation = make_organisation(access_note="Klingel links", impact="Wir zählen mit.")
        client.force_login(make_member(organisation))
        page = client.get(reverse("actors:organisation-english", args=[organisation.slug])).text
        german = page.split("Der deutsche Text zum Vergleich", 1)[1].split("</details>")[0]
        assert "Klingel links" in german and "Wir zählen mit." in german

    def test_emptied_is_gone(self, client):
        organisation = make_organisation()
        client.force_login(make_member(organisation))
        url = reverse("actors:organisation-english", args=[organisation.slug])
        client.post(url, {"summary": "We repair bicycles."})
        client.post(url, {"summary": "", "description": ""})
        assert not OrganisationTranslation.objects.exists()


class TestAccountConfirmedOnAnotherDevice:
    def test_goes_on_there_with_the_name_that_was_typed(self, client, mailbox, deliver_jobs):
        begun = client.post(reverse("actors:organisation-begin"), {"name": "Beispiel & Söhne"})
        data = {"email": "lena@example.org", "password1": PASSWORD, "name": "Lena"}
        client.post(begun.url, {**data, "next": parse_qs(urlsplit(begun.url).query)["next"][0]})
        deliver_jobs()

        telephone = Client()
        page = telephone.get(path_of(mailbox.link("lena@example.org", containing="confirm")))
        begun = page.context["redirect_field_value"]
        answer = telephone.post(page.request["PATH_INFO"], {"next": begun})
        login = telephone.get(answer.url, follow=True)
        assert login.resolver_match.view_name == "account_login"
        page = telephone.post(
            login.request["PATH_INFO"],
            {
                "login": "lena@example.org",
                "password": PASSWORD,
                "next": login.context["redirect_field_value"],
            },
            follow=True,
        )
        assert page.context["form"]["name"].value() == "Beispiel & Söhne"

    def test_leads_nowhere_else(self, client, mailbox, deliver_jobs):
        data = {"email": "lena@example.org", "password1": PASSWORD, "name": "Lena"}
        client.post(
            reverse("account_signup"), {**data, "next": "https://boese.example/organisations/"}
        )
        deliver_jobs()
        assert "boese" not in mailbox.latest("lena@example.org").text


class TestNewOrganisation:
    def test_belongs_to_whoever_entered_it(self, client):
        user = make_user()
        client.force_login(user)
        client.post(reverse("actors:organisation-start"), {**BASICS, "go": "next"})
        membership = Membership.objects.get(organisation__name="Beispiel Radküche")
        assert (membership.user, membership.role) == (user, "owner")

    def test_is_limited_in_number(self, client):
        client.force_login(make_user())
        url = reverse("actors:organisation-start")
        answers = [client.post(url, BASICS).status_code for _attempt in range(6)]
        assert answers == [302] * 5 + [429]

    def test_typing_errors_lock_nobody_out(self, client):
        client.force_login(make_user())
        url = reverse("actors:organisation-start")
        for _attempt in range(6):
            assert client.post(url, {**BASICS, "name": ""}).status_code == 200
        assert client.post(url, BASICS).status_code == 302

    def test_a_refusal_keeps_what_was_typed(self, client):
        client.force_login(make_user())
        url = reverse("actors:organisation-start")
        for _attempt in range(5):
            client.post(url, BASICS)
        page = client.post(url, {**BASICS, "name": "Beispiel Sechste"})
        assert page.status_code == 429
        assert page.context["form"].non_field_errors()
        assert "Beispiel Sechste" in page.text

    def test_one_computer_begins_twenty_times_an_hour_at_most(self, client):
        url = reverse("actors:organisation-begin")
        answers = [client.post(url, {"name": "A"}).status_code for _attempt in range(21)]
        assert answers == [302] * 20 + [429]

    def test_named_like_a_fixed_address_can_be_opened(self, client):
        organisation = make_organisation("Register")
        make_area()
        assert client.get(organisation.get_absolute_url()).context["organisation"] == organisation
