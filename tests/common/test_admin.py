import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import django
import pytest
from allauth.account.models import EmailAddress
from babel.messages.extract import extract
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from openpyxl import load_workbook
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from actors.models import Listing, Offer, Organisation, TargetGroup
from ssoe_portal.admin_jobs import TASKS
from ssoe_portal.common.mail import OutgoingMail, absolute
from ssoe_portal.common.messages import KEYWORDS, extract_template
from ssoe_portal.common.tasks import deliver_mail
from ssoe_portal.common.users import User
from surveys.models.choice import Vocabulary
from tests.events.world import make_event
from tests.sending import OpenForm, as_shown
from tests.world import (
    make_area,
    make_contact,
    make_initiative,
    make_language,
    make_listing,
    make_member,
    make_network,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db


LIBRARIES = Path(django.__file__).parent.parent
#: What a form leaves out on purpose.
NOT_ASKED = {"User": {"password", "last_login", "groups", "user_permissions"}}


@pytest.fixture
def administrator(client):
    user = make_user("admin")
    client.force_login(user)
    return user


def change_page(item) -> str:
    meta = item._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[item.pk])


def history_page(item) -> str:
    meta = item._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_history", args=[item.pk])


class _Fields(HTMLParser):
    """The values a browser would send for the text fields and formset counts of a form."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.select = self.area = ""

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if "__prefix__" in name:
            self.select = self.area = ""
            return
        if tag == "input" and given.get("type") not in {"checkbox", "radio", "submit"} and name:
            self.values.setdefault(name, given.get("value", ""))
        if tag == "select":
            self.select = name
        if tag == "option" and "selected" in given and self.select not in {"", "action"}:
            self.values[self.select] = given.get("value", "")
        self.area = name if tag == "textarea" else ""

    def handle_data(self, data):
        if self.area:
            self.values[self.area] = data.strip()

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = ""


def posted_form(page: str) -> dict[str, str]:
    fields = _Fields()
    fields.feed(page)
    return {name: value for name, value in fields.values.items() if name != "action"}


class TestChangePages:
    def test_open_for_every_model_that_has_a_row(self, administrator, client):
        make_offer()
        make_listing()
        make_initiative()
        make_network()
        make_area()
        opened = set()
        for model in admin.site._registry:
            item = model._default_manager.first()
            if item is not None:
                assert client.get(change_page(item)).status_code == 200, model
                opened.add(model.__name__)
        assert {"Organisation", "Offer", "Listing", "Initiative", "Network", "User"} <= opened


class TestLists:
    @pytest.mark.filterwarnings("error::DeprecationWarning")
    def test_open_without_what_the_next_django_drops(self, administrator, client):
        """Searched through, and with the form for a new row."""
        make_offer()
        for model in admin.site._registry:
            meta = model._meta
            address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
            page = client.get(address, {"q": "a"})
            assert page.status_code == 200, model
            if admin.site.get_model_admin(model).has_add_permission(page.wsgi_request):
                assert client.get(address + "add/").status_code == 200, model

    def test_stand_on_the_front_page_once_each_by_what_they_are_for(self, administrator, client):
        groups = client.get(reverse("admin:index")).context["app_list"]
        listed = [row["model"] for group in groups for row in group["models"]]
        assert len(listed) == len(set(listed)) == len(admin.site._registry)
        names = [str(group["name"]) for group in groups]
        assert names == [
            "Organisationen",
            "Menschen und Teams",
            "Umfragen",
            "Veranstaltungen",
            "Vokabulare",
            "Protokolle",
        ]

    def test_that_would_go_around_the_portals_own_ways_are_left_out(self, administrator, client):
        for address in ("auth/group", "account/emailaddress", "mfa/authenticator"):
            assert client.get(f"/admin/{address}/").status_code == 404

    def test_are_named_and_filtered_in_german(self, administrator, client):
        make_organisation()
        page = client.get("/admin/actors/organisation/").content.decode()
        assert "<h1>Organisationen</h1>" in page
        assert "Nach Datum (angelegt)" in page
        assert ">Ausführen</button>" in page
        for english in ("Filter by", ">Run<", "Select", "Search"):
            assert english not in page


class TestForms:
    def test_hold_every_field_that_can_be_changed(self, administrator, rf):
        request = rf.get("/")
        request.user = administrator
        for model, model_admin in admin.site._registry.items():
            if not model_admin.has_add_permission(request):
                continue
            shown = set(flatten_fieldsets(model_admin.get_fieldsets(request)))
            kept_out = {*(model_admin.exclude or ()), *model_admin.get_readonly_fields(request)}
            editable = {
                field.name
                for field in (*model._meta.fields, *model._meta.many_to_many)
                if (
                    field.editable
                    and not (field.auto_created or field.primary_key or field.generated)
                    and getattr(field.remote_field, "through", None) is None
                )
                or (
                    field in model._meta.many_to_many
                    and field.remote_field.through._meta.auto_created
                )
            }
            assert editable - kept_out - NOT_ASKED.get(model.__name__, set()) <= shown, model

    def test_of_an_entry_begin_with_its_name_and_tell_the_street_from_the_web_address(
        self, administrator, client
    ):
        organisation = make_organisation("Beispiel Name", street="Beispielstraße 1")
        page = client.get(change_page(organisation)).content.decode()
        places = [page.index(f'name="{name}"') for name in ("name", "summary", "street", "email")]
        assert places == sorted(places)
        assert "Internetadresse:" in page
        assert "Adresse:" not in page.replace("E-Mail-Adresse:", "")
        path = organisation.get_absolute_url()
        assert f'<a href="{path}">{absolute(path)}</a>' in page

    def test_keep_a_membership_with_its_person(self, administrator, client):
        organisation = make_organisation()
        membership = make_member(organisation, "editor").memberships.get()
        other = make_user()
        client.post(change_page(membership), {"user": other.pk, "role": "owner"})
        membership.refresh_from_db()
        assert (membership.role, membership.user == other) == ("owner", False)


class TestTwoPeople:
    """Who saves a form second loses nothing and overwrites nothing unawares."""

    @pytest.mark.parametrize(
        ("make", "mine", "theirs"),
        [
            (make_organisation, {"name": "Haus"}, {"summary": "Neu."}),
            (make_organisation, {"is_nonprofit": "true"}, {"is_step_free": "false"}),
            (make_organisation, {"has_lift": "on"}, {"postcode": "13125"}),
            (make_offer, {"cost": "donation"}, {"title": "Tee"}),
            (make_event, {"ends_at_1": "23:59"}, {"title": "Fest"}),
            (make_network, {"name": "Kreis"}, {"description": "Neu."}),
            (make_contact, {"name": "Samira"}, {"role": "Kurse"}),
            (make_area, {"label_de": "Buch!"}, {"label_en": "Buch?"}),
        ],
    )
    def test_both_are_kept(self, administrator, client, make, mine, theirs):
        item = make()
        first, second = (OpenForm(client, change_page(item)) for _person in range(2))
        for form, changes in ((first, mine), (second, theirs)):
            answer = form.send(**changes)
            assert answer.status_code == 302, answer.context["errors"]
        shown = OpenForm(client, change_page(item)).fields
        for name, value in {**mine, **theirs}.items():
            assert shown[name][0].startswith(value)

    def test_several_choices_are_one_answer(self, administrator, client):
        offer = make_offer()
        arabic, turkish = make_language("ar"), make_language("tr")
        first, second, third = (OpenForm(client, change_page(offer)) for _person in range(3))
        first.send(languages=[arabic.pk])
        second.send(title="Tee")
        offer.refresh_from_db()
        assert (offer.title, list(offer.languages.all())) == ("Tee", [arabic])
        answer = third.send(languages=[turkish.pk])
        assert "Jetzt steht dort: „ar“" in answer.text
        assert list(offer.languages.all()) == [arabic]

    def test_the_same_answer_is_asked_for_again_once(self, administrator, client):
        organisation = make_organisation("Alt")
        first, second = (OpenForm(client, change_page(organisation)) for _person in range(2))
        first.send(name="Neu")
        answer = second.send(name="Neuer", summary="Anders.")
        assert "Jetzt steht dort: „Neu“" in answer.text
        again = as_shown(answer.text)
        assert (again["name"], again["summary"]) == (["Neuer"], ["Anders."])
        second.fields = again
        assert second.send().status_code == 302
        organisation.refresh_from_db()
        assert (organisation.name, organisation.summary) == ("Neuer", "Anders.")


class TestRecords:
    def test_of_jobs_speak_german(self, administrator, client):
        deliver_mail.defer(mail_id=7)
        page = client.get("/admin/procrastinate/procrastinatejob/").content.decode()
        assert "<h1>Aufgaben im Hintergrund</h1>" in page
        assert "Mail verschicken" in page and "wartet" in page
        for english in ("Procrastinate", "procrastinate jobs", "queue name", "todo</a>"):
            assert english not in page
        job = ProcrastinateJob.objects.latest("pk")
        page = client.get(change_page(job)).content.decode()
        assert "beauftragt" in page and "Nummer, um die es geht" in page

    def test_of_jobs_know_every_job_there_is(self):
        own = {name for name in app.tasks if "builtin" not in name}
        assert own <= set(TASKS)

    def test_of_addresses_name_what_they_are_given_to(self, administrator, client):
        make_offer()
        page = client.get("/admin/common/reservedslug/").content.decode()
        assert '<td class="field-kind">Angebot</td>' in page
        assert "?namespace=offer" in page and ">offer<" not in page


class TestExport:
    def test_offers_what_an_office_opens_and_needs_no_script(self, administrator, client):
        TargetGroup.objects.create(key="alle", labels={"de": "Beispiel Liste"})
        address = reverse("admin:actors_targetgroup_export")
        page = client.get(address).content.decode()
        assert "xlsx" in page and "csv" in page and "yaml" not in page
        assert "onchange" not in page
        answer = client.post(address, {"format": "1", "resource": ""})
        assert "Beispiel Liste" in answer.content.decode()

    def test_is_no_formula(self, administrator, client):
        TargetGroup.objects.create(key="alle", labels={"de": "=1+1"})
        address = reverse("admin:actors_targetgroup_export")
        answer = client.post(address, {"format": "1", "resource": ""})
        assert "'=1+1" in answer.content.decode()
        answer = client.post(address, {"format": "0", "resource": ""})
        cells = [cell for row in load_workbook(io.BytesIO(answer.content)).active for cell in row]
        assert "'=1+1" in [cell.value for cell in cells]
        assert all(cell.data_type != "f" for cell in cells)


class TestHistory:
    def test_says_in_german_who_changed_what_from_what_to_what(self, administrator, client):
        organisation = make_organisation("Beispiel Alt")
        page = client.get(change_page(organisation)).content.decode()
        sent = {
            **posted_form(page),
            "name": "Beispiel Neu",
        }
        assert client.post(change_page(organisation), sent).status_code == 302
        page = client.get(history_page(organisation)).content.decode()
        assert "<del>Beispiel Alt</del> → <ins>Beispiel Neu</ins>" in page
        assert f"<td>{administrator.get_full_name()}</td>" in page
        assert "Was sich geändert hat" in page

    def test_asks_the_database_as_often_for_three_changes_as_for_one(self, administrator, client):
        organisation = make_organisation("Beispiel 0")
        areas = [make_area("buch"), make_area("karow")]
        client.get(history_page(organisation))

        def queries_after(steps: range) -> int:
            for step in steps:
                organisation.name = f"Beispiel {step}"
                organisation.area = areas[step % 2]
                organisation.save()
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(history_page(organisation))
            return len(queries)

        assert queries_after(range(1, 3)) == queries_after(range(3, 9))

    def test_shows_the_last_hundred_states_and_says_so(self, administrator, client):
        organisation = make_organisation("Beispiel 0")
        for step in range(1, 105):
            Organisation.objects.filter(pk=organisation.pk).update(name=f"Beispiel {step}")
        page = client.get(history_page(organisation)).content.decode()
        assert page.count("<del>Beispiel") == 100
        assert "<ins>Beispiel 104</ins>" in page
        assert "Die letzten 100 Änderungen" in page

    def test_of_what_is_not_tracked_is_django_admins(self, administrator, client):
        area = make_area("buch")
        page = client.get(history_page(area)).content.decode()
        assert "keine Änderungsgeschichte" in page


class TestWords:
    def test_of_the_libraries_pages_are_german(self):
        """Finds what Django admin and the import bring without German after an upgrade."""
        missing = set()
        with override("de"):
            for package in ("django/contrib/admin/templates/admin", "import_export/templates"):
                for path in sorted((LIBRARIES / package).rglob("*.html")):
                    if "auth/user" in path.as_posix():
                        continue  # accounts have forms of their own
                    with path.open("rb") as template:
                        for message in extract(extract_template, template, KEYWORDS, ()):
                            texts = message[1]
                            text = texts if isinstance(texts, str) else texts[0]
                            if text and gettext(text) == text:
                                missing.add(text)
        assert missing == set()

    def test_of_fields_are_said_and_not_made_of_their_names(self, administrator, rf):
        """Django names a field without words of its own by its name in code, in every language."""
        request = rf.get("/admin/")
        request.user = administrator
        made = set()
        for page in admin.site._registry.values():
            for part in [page, *page.get_inline_instances(request)]:
                shown = {*flatten_fieldsets(part.get_fieldsets(request))}
                shown |= {*getattr(part, "list_display", ())}
                made |= {
                    f"{part.model.__name__}.{field.name}"
                    for field in part.model._meta.fields
                    if field.name in shown and not isinstance(field.verbose_name, Promise)
                }
        assert made == set()

    def test_of_the_way_in_are_those_of_the_way_out(self, administrator, client):
        page = client.get("/admin/actors/category/", headers={"Accept-Language": "de"}).text
        assert "Importieren" in page and "Exportieren" in page

    def test_of_one_mail_are_not_those_of_many(self):
        with override("de"):
            names = OutgoingMail._meta.verbose_name, OutgoingMail._meta.verbose_name_plural
            assert [str(name) for name in names] == ["ausgehende E-Mail", "ausgehende E-Mails"]

    def test_of_lists_are_each_lists_own(self, administrator, client):
        apps = client.get("/admin/").context["app_list"]
        names = [str(row["name"]) for app in apps for row in app["models"]]
        assert {"Veranstaltungsorte", "Ortsteile"} <= set(names)
        assert len(names) == len(set(names))

    def test_tell_what_offers_are_from_what_is_given_sought_and_asked_about(self):
        """One word, one thing: a category is no topic."""
        fields = (Offer._meta.get_field("category"), Listing._meta.get_field("topic"))
        vocabularies = [field.related_model._meta.verbose_name_plural for field in fields]
        with override("de"):
            assert [str(field.verbose_name) for field in fields] == ["Kategorie", "Thema"]
            assert [str(name) for name in vocabularies] == ["Kategorien von Angeboten", "Themen"]
            assert str(Vocabulary.TOPIC.label) == "Themen"

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            (forms.IntegerField(min_value=0), "-1", "Bitte geben Sie eine Zahl ab 0 ein."),
            (forms.IntegerField(max_value=9), "10", "Bitte geben Sie eine Zahl bis 9 ein."),
            (forms.URLField(), "kein Link", "https://www.beispiel.de"),
            (forms.EmailField(), "name@", "name@beispiel.de"),
        ],
    )
    def test_of_errors_say_how_to_mend_it(self, field, value, words):
        with override("de"), pytest.raises(forms.ValidationError, match=re.escape(words)):
            field.clean(value)

    def test_of_django_admins_scripts_are_german(self, administrator, client):
        catalogue = client.get("/admin/jsi18n/", headers={"accept-language": "de"})
        words = catalogue.content.decode()
        assert "Zeitzone" in words
        known = json.loads(re.search(r"newcatalog = ({.*?});\n", words, re.S)[1])
        scripts = LIBRARIES / "django/contrib/admin/static/admin/js"
        asked = set()
        for path in scripts.rglob("*.js"):
            if "vendor" in path.parts:
                continue
            for call in re.findall(
                r"""\bn?gettext\(\s*((?:(['"]).*?\2[\s+]*)+)""", path.read_text()
            ):
                asked.add("".join(text for _, text in re.findall(r"""(['"])(.*?)\1""", call[0])))
        assert asked and asked - known.keys() == set()


class TestAccounts:
    fields = {"name": "Neu", "language": "de", "is_active": "on"}

    def test_keep_their_address_so_that_it_stays_the_one_to_sign_in_with(
        self, administrator, client
    ):
        account = make_user(email="alt@example.org")
        EmailAddress.objects.get_or_create(
            user=account, email=account.email, defaults={"verified": True, "primary": True}
        )
        page = client.get(change_page(account)).content.decode()
        assert 'name="email"' not in page and "alt@example.org" in page
        counts = {"emailaddress_set-TOTAL_FORMS": 0, "emailaddress_set-INITIAL_FORMS": 0}
        sent = {**self.fields, **counts, "email": "neu@example.org"}
        assert client.post(change_page(account), sent).status_code == 302
        account.refresh_from_db()
        assert (account.name, account.email) == ("Neu", "alt@example.org")
        assert account.emailaddress_set.get().email == "alt@example.org"

    def test_are_added_with_one_confirmed_address(self, administrator, client):
        address = reverse("admin:common_user_add")
        assert "emailaddress_set" not in client.get(address).content.decode()
        sent = {**self.fields, "email": "neu@example.org"}
        assert client.post(address, sent).status_code == 302
        account = User.objects.get(email="neu@example.org")
        kept = account.emailaddress_set.get()
        assert (kept.email, kept.verified, kept.primary) == ("neu@example.org", True, True)
        assert not account.has_usable_password()
