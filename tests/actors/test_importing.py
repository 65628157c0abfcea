"""Lists that come in: the whole way through the pages, with the worker's own function."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

import actors.urls
from actors import merging
from actors.importing import checking, running, undoing, writing
from actors.importing.kinds import LISTS
from actors.models import (
    ImportRow,
    ListImport,
    Offer,
    Organisation,
    SpokenLanguage,
    TargetGroup,
)
from ssoe_portal.common.changes import changes
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.privacy import erase_expired
from tests.world import (
    make_area,
    make_category,
    make_language,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

HEADING = ["Name", "Art", "In einem Satz", "Ortsteil", "Zielgruppen", "Öffentliche E-Mail-Adresse"]


@pytest.fixture
def reviewer(client):
    user = make_user("reviewer")
    client.force_login(user)
    make_area("buch", labels={"de": "Buch", "en": "Buch"})
    make_area("karow", labels={"de": "Karow", "en": "Karow"})
    for key, label in (("children", "Kinder"), ("women", "Frauen")):
        TargetGroup.objects.create(key=key, labels={"de": label, "en": key.title()})
    return user


def row(name: str, **cells: str) -> list[str]:
    known = {
        "kind": "Stiftung",
        "summary": "Wir helfen.",
        "area": "Buch",
        "groups": "",
        "email": "",
    }
    known |= cells
    return [name, *(known.get(key, "") for key in ("kind", "summary", "area", "groups", "email"))]


def csv_file(*rows: list[str], heading: list[str] = HEADING, encoding: str = "utf-8-sig",
             delimiter: str = ";") -> bytes:  # fmt: skip
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([heading, *rows])
    return out.getvalue().encode(encoding)


def excel_file(*rows: list, heading: list[str] = HEADING) -> bytes:
    book = Workbook()
    for line in (heading, *rows):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


OFFERS = ["Titel", "Organisation", "Thema", "In einem Satz", "Für wen"]


def offer_row(title: str, home: str = "Beispiel Träger", *, summary: str = "Kurz.") -> list[str]:
    return [title, home, "advice", summary, "Kinder"]


def upload(client, content: bytes, kind: str = "organisation", name: str = "liste.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("actors:import-new", args=[kind]), {"file": file}, follow=True)


@pytest.fixture
def read(client, reviewer, deliver_jobs):
    """Upload a list and let the worker check it."""

    def read_one(content: bytes, kind: str = "organisation", name: str = "liste.csv") -> ListImport:
        answer = upload(client, content, kind, name)
        assert answer.status_code == 200, answer.text
        deliver_jobs()
        return ListImport.objects.latest("pk")

    return read_one


@pytest.fixture
def enter(client, deliver_jobs):
    def enter_one(of: ListImport, new_as: str = "submitted") -> ListImport:
        client.post(reverse("actors:import-write", args=[of.pk]), {"new_as": new_as})
        deliver_jobs()
        of.refresh_from_db()
        return of

    return enter_one


@pytest.fixture
def take_back(client, deliver_jobs):
    def take_one(of: ListImport) -> ListImport:
        client.post(reverse("actors:import-undo", args=[of.pk]))
        deliver_jobs()
        of.refresh_from_db()
        return of

    return take_one


@pytest.fixture
def decide(client):
    """Say what becomes of all rows that are perhaps there already."""

    def decide_all(of: ListImport, decision: str) -> None:
        client.post(reverse("actors:import-decide", args=[of.pk]), {"all": decision})

    return decide_all


@pytest.fixture
def home(reviewer):
    """Whose offers lists are about."""
    make_category("advice")
    return make_organisation("Beispiel Träger", area=make_area("buch"))


def page(client, of: ListImport, rows: str = "") -> str:
    return client.get(of.get_absolute_url(), {"rows": rows} if rows else {}).text


def results(of: ListImport) -> list[str]:
    return list(of.rows.order_by("number").values_list("result", flat=True))


def outcomes(of: ListImport) -> list[str]:
    return list(of.rows.order_by("number").values_list("outcome", flat=True))


class TestTheWholeWay:
    @pytest.mark.parametrize("found_by", ["address", "name"])
    def test_empties_only_what_is_found_by_its_address(
        self, found_by, client, read, enter, decide, reviewer
    ):
        there = make_organisation("Beispiel Alt", area=make_area("buch"))
        assert there.email
        slug = there.slug if found_by == "address" else ""
        rows = [slug, *row("Beispiel Alt", summary="Jetzt.")]
        of = read(csv_file(rows, heading=["Adresse auf dem Portal", *HEADING]))
        decide(of, "update")
        emptied = f"<del>{there.email}</del> → <ins>%s</ins>"
        shown = page(client, of, of.rows.get().outcome)
        assert (emptied % "wird geleert" in shown) == (found_by == "address")
        enter(of)
        there.refresh_from_db()
        assert (there.summary, bool(there.email)) == ("Jetzt.", found_by == "name")
        assert (emptied % "leer" in page(client, of)) == (found_by == "address")
        told = "behält, was Ihre Liste leer lässt"
        assert told in client.get(reverse("actors:import-new", args=["organisation"])).text

    def test_enters_what_is_new_and_takes_it_back(self, client, read, enter, take_back, reviewer):
        of = read(csv_file(row("Beispiel Haus", groups="Kinder; Frauen"), row("Beispiel Hof")))
        assert outcomes(of) == ["new", "new"]
        assert not Organisation.objects.exists()
        assert "Noch ist nichts eingetragen" in page(client, of)
        enter(of)
        house = Organisation.objects.get(name="Beispiel Haus")
        assert (house.status, house.slug) == ("submitted", "beispiel-haus")
        assert house.area.key == "buch"
        assert house.latitude == house.area.latitude
        assert {group.key for group in house.target_groups.all()} == {"children", "women"}
        assert changes(house)[0].by == reviewer
        assert bytes(ListImport.objects.get().content) == b""
        assert take_back(of).step == "undone"
        assert not Organisation.objects.exists()
        assert set(of.rows.values_list("result", flat=True)) == {"undone"}

    def test_shows_what_would_change_and_puts_it_back(
        self, client, read, enter, take_back, reviewer
    ):
        there = make_organisation("Beispiel Alt", summary="Früher.", area=make_area("buch"))
        there.target_groups.set([TargetGroup.objects.get(key="children")])
        heading = ["Adresse auf dem Portal", *HEADING]
        rows = [there.slug, *row("Beispiel Neu", summary="Jetzt.", groups="Frauen")]
        of = read(csv_file(rows, heading=heading))
        assert outcomes(of) == ["changed"]
        shown = page(client, of)
        for words in ("<del>Früher.</del>", "<ins>Jetzt.</ins>", "<del>Kinder</del>"):
            assert words in shown
        enter(of)
        there.refresh_from_db()
        assert (there.name, there.summary, there.status) == ("Beispiel Neu", "Jetzt.", "published")
        assert [group.key for group in there.target_groups.all()] == ["women"]
        assert there.revision == 2
        take_back(of)
        shown = page(client, of)
        assert "<del>Jetzt.</del> → <ins>Früher.</ins>" in shown
        assert '<th scope="col">Zurückgenommen</th>' in shown
        assert "<ins>Jetzt.</ins>" not in shown
        there.refresh_from_db()
        assert (there.name, there.summary) == ("Beispiel Alt", "Früher.")
        assert there.email == "kontakt@example.org"
        assert [group.key for group in there.target_groups.all()] == ["children"]
        assert [change.by for change in changes(there)[:2]] == [reviewer, reviewer]

    def test_keeps_what_somebody_has_changed_since(self, client, read, enter, take_back):
        of = enter(read(csv_file(row("Beispiel Eins"), row("Beispiel Zwei"), row("Beispiel Drei"))))
        Organisation.objects.filter(name="Beispiel Eins").update(summary="Von Hand.")
        make_offer(Organisation.objects.get(name="Beispiel Zwei"))
        take_back(of)
        assert {item.name for item in Organisation.objects.all()} == {
            "Beispiel Eins",
            "Beispiel Zwei",
        }
        assert dict(of.rows.values_list("title", "result")) == {
            "Beispiel Eins": "edited",
            "Beispiel Zwei": "used",
            "Beispiel Drei": "undone",
        }
        shown = page(client, of, "edited")
        assert "Beispiel Eins" in shown and "Vorher → nachher" not in shown

    def test_reads_offers_of_organisations_by_name(self, client, read, enter, take_back):
        make_category("advice")
        home = make_organisation("Beispiel Träger", area=make_area("buch"))
        content = csv_file(
            ["Deutsch am Abend", "beispiel träger", "advice", "Sprechen.", "dienstags", "12"],
            ["Deutsch am Tag", "Gibt es nicht", "advice", "Sprechen.", "", ""],
            heading=["Titel", "Organisation", "Thema", "In einem Satz", "Wann", "Ab Alter"],
        )
        of = read(content, "offer")
        assert outcomes(of) == ["new", "wrong"]
        enter(of, "published")
        offer = Offer.objects.get()
        assert (offer.organisation, offer.area, offer.age_from) == (home, home.area, 12)
        assert (offer.status, offer.latitude) == ("published", home.area.latitude)
        assert Offer.objects.matching("Deutsch").exists()  # the search has it
        assert "Deutsch am Abend" in client.get("/de/offers/").text
        take_back(of)
        assert not Offer.objects.exists()

    def test_takes_a_published_offer_with_languages_out_of_the_search(self, read, enter, take_back):
        make_category("advice")
        SpokenLanguage.objects.create(key="ar", labels={"de": "Arabisch"}, native="العربية")
        make_organisation("Beispiel Träger")
        content = csv_file(
            ["Nähen", "Beispiel Träger", "advice", "Nähen.", "Arabisch", "Kinder"],
            heading=["Titel", "Organisation", "Thema", "In einem Satz", "Sprachen", "Für wen"],
        )
        of = enter(read(content, "offer"), "published")
        assert Offer.objects.get().found_as.languages
        assert take_back(of).step == "undone"
        connection.check_constraints()
        assert not Offer.objects.exists()

    def test_writes_to_nobody(self, read, enter, mailbox, deliver_jobs):
        enter(read(csv_file(row("Beispiel Haus", email="haus@example.org"))), "published")
        deliver_jobs()
        assert Organisation.objects.get(status="published").email == "haus@example.org"
        assert mailbox.mails() == []


class TestSuspects:
    @pytest.mark.parametrize(
        "name",
        [
            "beispiel naehcafe e.V.",
            "Beispiel-Nähcafé",
            "BEISPIEL NÄHCAFÉ gGmbH",
            "Beispiel Nähcafé UG (haftungsbeschränkt)",
            "Beispiel Nähcafé gUG haftungsbeschraenkt",
        ],
    )
    def test_are_rows_with_the_same_name_in_the_same_place(self, name, read, enter):
        make_organisation("Beispiel Nähcafé", area=make_area("buch"))
        of = read(csv_file(row(name), row(name, area="Karow")))
        assert outcomes(of) == ["suspect", "new"]
        enter(of)
        assert Organisation.objects.count() == 2  # the one that was there, the one in Karow

    def test_are_changed_or_entered_where_staff_say_so(self, client, read, enter):
        there = make_organisation("Beispiel Café", area=make_area("buch"), summary="Alt.")
        other = make_organisation("Beispiel Hof", area=make_area("buch"))
        of = read(csv_file(row("Beispiel Café", summary="Neu."), row("Beispiel Hof")))
        shown = page(client, of, "suspect")
        assert there.get_absolute_url() in shown and other.get_absolute_url() in shown
        first, second = of.rows.order_by("number")
        decide = reverse("actors:import-decide", args=[of.pk])
        client.post(decide, {f"row_{first.pk}": "update", f"row_{second.pk}": "new"})
        enter(of)
        there.refresh_from_db()
        assert there.summary == "Neu."
        assert Organisation.objects.filter(name="Beispiel Hof").count() == 2

    def test_show_what_would_change_in_the_entry(self, client, read):
        there = make_organisation("Beispiel Café", area=make_area("buch"), summary="Alt.")
        there.target_groups.set([TargetGroup.objects.get(key="women")])
        same = make_organisation("Beispiel Hof", area=make_area("buch"), summary="Wir helfen.")
        same.refresh_from_db()
        heading = ["Name", "Ortsteil", "In einem Satz", "Zielgruppen", "Art"]
        kind = dict(Organisation._meta.get_field("kind").flatchoices)[same.kind]
        of = read(
            csv_file(
                ["Beispiel Café", "Buch", "Neu.", "Kinder", str(kind)],
                ["Beispiel Hof", "Buch", "Wir helfen.", "", str(kind)],
                heading=heading,
            )
        )
        assert outcomes(of) == ["suspect", "suspect"]
        shown = page(client, of, "suspect")
        assert "2 Änderungen daran" in shown
        for before, after in (("Alt.", "Neu."), ("Frauen", "Kinder")):
            assert f"<del>{before}</del> → <ins>{after}</ins>" in shown
        assert shown.count("Daran würde sich nichts ändern.") == 1

    def test_are_decided_by_the_button_that_enters_them(self, client, read, deliver_jobs):
        there = make_organisation("Beispiel Café", area=make_area("buch"), summary="Alt.")
        of = read(csv_file(row("Beispiel Café", summary="Neu."), row("Beispiel Hof")))
        suspect = of.rows.get(outcome="suspect")
        write = reverse("actors:import-write", args=[of.pk])
        [form] = re.findall(r"<form [^>]*/decide/.*?</form>", page(client, of, "suspect"), re.S)
        assert f'name="row_{suspect.pk}"' in form and f'formaction="{write}?rows=suspect' in form
        client.post(write, {f"row_{suspect.pk}": "update", "new_as": "submitted"})
        deliver_jobs()
        there.refresh_from_db()
        assert (there.summary, results(of)) == ("Neu.", ["updated", "created"])

    def test_that_are_all_left_out_leave_nothing_to_enter(self, client, read, decide):
        make_organisation("Beispiel Café", area=make_area("buch"))
        of = read(csv_file(row("Beispiel Café", summary="Neu.")))
        decide(of, "update")
        sent = {f"row_{of.rows.get().pk}": "skip", "new_as": "submitted"}
        write = reverse("actors:import-write", args=[of.pk])
        answer = client.post(f"{write}?rows=suspect", sent)
        assert answer.status_code == 422
        assert "Nichts würde eingetragen: Alle Zeilen werden weggelassen." in answer.text
        of.refresh_from_db()
        assert (of.step, of.rows.get().decision) == ("checked", "update")

    def test_alone_say_that_they_are_to_be_decided(self, client, read, decide):
        make_organisation("Beispiel Café", area=make_area("buch"))
        of = read(csv_file(row("Beispiel Café")))
        hint = "Noch nichts zum Eintragen: Bitte entscheiden Sie oben."
        shown = page(client, of)
        assert hint in shown and ">Eintragen</button>" not in shown
        assert 'class="btn btn-outline-primary btn-sm" type="submit" name="all"' in shown
        decide(of, "update")
        shown = page(client, of)
        assert hint not in shown and ">Eintragen</button>" in shown

    def test_within_the_file_have_no_entry_to_change(self, client, read, enter):
        of = read(csv_file(row("Beispiel Hof"), row("Beispiel-Hof")))
        assert outcomes(of) == ["new", "suspect"]
        assert "wie Zeile 2" in page(client, of, "suspect")
        client.post(reverse("actors:import-decide", args=[of.pk]), {"all": "update"})
        assert of.rows.get(number=3).decision == "skip"
        client.post(reverse("actors:import-decide", args=[of.pk]), {"all": "new"})
        enter(of)
        assert {item.slug for item in Organisation.objects.all()} == {
            "beispiel-hof",
            "beispiel-hof-2",
        }

    @pytest.mark.parametrize("batch", [1, 500])
    def test_without_a_place_are_like_those_in_any(self, batch, read, monkeypatch):
        monkeypatch.setattr(checking, "BATCH", batch)
        of = read(csv_file(row("Beispiel Hof", area=""), row("Beispiel Hof"), row("Beispiel Hof")))
        assert outcomes(of) == ["new", "suspect", "suspect"]
        assert [item.same_as_row for item in of.rows.order_by("number")] == [None, 2, 2]

    @pytest.mark.parametrize("batch", [1, 500])
    def test_about_an_entry_of_another_row_do_not_change_it_twice(
        self, batch, read, enter, decide, monkeypatch
    ):
        monkeypatch.setattr(checking, "BATCH", batch)
        there = make_organisation("Beispiel Hof", area=make_area("buch"))
        also = make_organisation("Beispiel Haus", area=make_area("buch"))
        of = read(
            csv_file(
                [there.slug, *row("Beispiel Hof", summary="Zuerst.")],
                ["", *row("Beispiel Hof", summary="Danach.")],
                ["", *row("Beispiel Haus", summary="Zuerst.")],
                [also.slug, *row("Beispiel Haus", summary="Danach.")],
                heading=["Adresse auf dem Portal", *HEADING],
            )
        )
        assert outcomes(of) == ["changed", "suspect", "suspect", "wrong"]
        found = of.rows.order_by("number").values_list("same_as_row", "organisation")
        assert list(found)[:3] == [(None, there.pk), (2, None), (None, also.pk)]
        assert "Zeile 4" in of.rows.get(number=5).errors[0]["message"]
        decide(of, "update")
        enter(of)
        assert results(of) == ["updated", "", "updated", ""]

    def test_whose_entry_changed_after_the_check_leave_it(self, read, enter, decide):
        there = make_organisation("Beispiel Hof", area=make_area("buch"))
        of = read(csv_file(row("Beispiel Hof", summary="Liste.")))
        Organisation.objects.filter(pk=there.pk).update(summary="Von Hand.")
        decide(of, "update")
        enter(of)
        there.refresh_from_db()
        assert (there.summary, results(of)) == ("Von Hand.", ["moved-on"])

    def test_whose_entry_goes_during_the_check_are_new(self, read, monkeypatch):
        there = make_organisation("Beispiel Hof", area=make_area("buch"))
        monkeypatch.setattr(checking, "BATCH", 1)
        store = checking.Check._store

        def store_and_delete(check, rows):
            Organisation.objects.filter(pk=there.pk).delete()
            return store(check, rows)

        monkeypatch.setattr(checking.Check, "_store", store_and_delete)
        of = read(csv_file(row("Beispiel Haus"), row("Beispiel Hof")))
        assert (of.problem, outcomes(of)) == ("", ["new", "new"])

    def test_that_came_after_the_check_are_left_out(self, client, read, enter):
        of = read(csv_file(row("Beispiel Hof"), row("Beispiel Haus")))
        make_organisation("Beispiel Hof", area=make_area("buch"))
        enter(of)
        assert Organisation.objects.count() == 2
        assert "war inzwischen schon da" in page(client, of)

    def test_entries_changed_after_the_check_stay_as_they_are(self, client, read, enter):
        there = make_organisation("Beispiel Hof", area=make_area("buch"))
        heading = ["Adresse auf dem Portal", *HEADING]
        of = read(csv_file([there.slug, *row("Beispiel Hof", summary="Liste.")], heading=heading))
        Organisation.objects.filter(pk=there.pk).update(summary="Von Hand.")
        enter(of)
        there.refresh_from_db()
        assert there.summary == "Von Hand."
        assert of.rows.get().result == "moved-on"


class TestOffers:
    @pytest.mark.parametrize("title", ["naehen", "NÄHEN", "Nähen!"])
    def test_with_the_same_title_are_perhaps_there_already(self, title, client, home, read, enter):
        there = make_offer(home, title="Nähen")
        make_offer(title="Kochen")  # of another organisation
        rows = (offer_row(title), offer_row("Kochen"), offer_row("kochen"))
        of = read(csv_file(*rows, heading=OFFERS), "offer")
        assert outcomes(of) == ["suspect", "new", "suspect"]
        assert there.get_absolute_url() in page(client, of, "suspect")
        assert [item.same_as_row for item in of.rows.order_by("number")] == [None, None, 3]
        enter(of)
        assert results(of) == ["", "created", ""]

    def test_are_changed_and_get_back_what_they_had(self, client, home, read, enter, take_back):
        make_category("sewing")
        there = make_offer(home, title="Nähen", category=make_category("advice"), age_from=6)
        there.target_groups.set([TargetGroup.objects.get(key="children")])
        there.languages.add(make_language("ar"))
        other = make_organisation("Beispiel Hof")
        heading = ["Adresse auf dem Portal", *OFFERS, "Ab Alter", "Gesprochene Sprachen"]
        cells = [there.slug, "Nähen am Abend", other.name, "sewing", "Neu.", "Frauen", "", ""]
        of = read(csv_file(cells, heading=heading), "offer")
        assert outcomes(of) == ["changed"]
        shown = page(client, of)
        for words in ("<del>Nähen</del>", "<ins>Beispiel Hof</ins>", "<del>Kinder</del>"):
            assert words in shown

        def told() -> tuple:
            there.refresh_from_db()
            terms = [*there.target_groups.all(), *there.languages.all()]
            return (
                *(there.title, there.organisation, there.category.key, there.summary),
                *(there.age_from, [term.key for term in terms]),
            )

        before = told()
        enter(of)
        assert told() == ("Nähen am Abend", other, "sewing", "Neu.", None, ["women"])
        assert there.revision == 2
        take_back(of)
        assert told() == before

    @pytest.mark.parametrize(
        ("cells", "column"),
        [
            ({"Titel": ""}, "Titel"),
            ({"Organisation": ""}, "Organisation"),
            ({"Organisation": "Gibt es nicht"}, "Organisation"),
            ({"Organisation": "Beispiel Zweimal"}, "Organisation"),
            ({"Thema": "Gibt es nicht"}, "Thema"),
            ({"Ab Alter": "20", "Bis Alter": "10"}, "Ab Alter"),
            ({"Ab Alter": "-1"}, "Ab Alter"),
            ({"Zahl der Plätze": "0"}, "Zahl der Plätze"),
            ({"Zahl der Plätze": "viele"}, "Zahl der Plätze"),
        ],
    )
    def test_say_in_which_column_they_are_wrong(self, cells, column, home, read):
        for _entry in range(2):
            make_organisation("Beispiel Zweimal")
        right = {**dict(zip(OFFERS, offer_row("Nähen"), strict=True)), "Ab Alter": "6"}
        right |= {"Bis Alter": "12", "Zahl der Plätze": "8"}
        wrong = right | cells
        content = csv_file(
            list(wrong.values()), ["Kochen", *list(right.values())[1:]], heading=list(right)
        )
        of = read(content, "offer")
        assert outcomes(of) == ["wrong", "new"]
        assert [error["column"] for error in of.rows.get(number=2).errors] == [column]

    def test_name_one_of_two_organisations_by_its_address(self, home, read, enter):
        make_organisation("Beispiel Zweimal")
        second = make_organisation("Beispiel Zweimal")
        heading = [*OFFERS, "Adresse der Organisation auf dem Portal"]
        cells = [*offer_row("Nähen", "Beispiel Zweimal"), second.slug]
        enter(read(csv_file(cells, heading=heading), "offer"))
        assert Offer.objects.get().organisation == second

    def test_that_are_changed_stay_where_they_are(self, home, read, enter, decide):
        there = make_offer(home, title="Nähen", area=make_area("karow"))
        of = read(csv_file(offer_row("Nähen", summary="Neu."), heading=OFFERS), "offer")
        assert outcomes(of) == ["suspect"]
        decide(of, "update")
        enter(of)
        there.refresh_from_db()
        assert (there.summary, there.area.key) == ("Neu.", "karow")

    def test_that_are_entered_beside_one_are_at_their_organisation(self, home, read, enter, decide):
        make_offer(home, title="Nähen", area=make_area("karow"))
        of = read(csv_file(offer_row("Nähen"), heading=OFFERS), "offer")
        decide(of, "new")
        enter(of)
        assert Offer.objects.latest("pk").is_at_organisation

    def test_that_would_be_wrong_with_what_stands_there_stay_as_they_are(
        self, client, home, read, enter, decide
    ):
        there = make_offer(home, title="Nähen", age_to=15)
        content = csv_file(
            [*offer_row("Nähen"), "20"], [*offer_row("Kochen"), "20"], heading=[*OFFERS, "Ab Alter"]
        )
        of = read(content, "offer")
        assert outcomes(of) == ["suspect", "new"]
        decide(of, "update")
        enter(of)
        there.refresh_from_db()
        assert (of.step, results(of), there.age_from) == ("written", ["clashes", "created"], None)
        assert "passt nicht" in page(client, of)

    def test_go_to_the_organisation_that_theirs_became(self, home, read, enter):
        stays = make_organisation("Beispiel Bleibt", area=make_area("karow"))
        make_offer(stays, title="Kochen")
        rows = (offer_row("Nähen"), offer_row("Kochen"))
        of = read(csv_file(*rows, heading=OFFERS), "offer")
        merging.merge(gone=home, stays=stays)
        enter(of)
        assert (of.step, results(of)) == ("written", ["created", "there"])
        offer = Offer.objects.get(title="Nähen")
        assert (offer.organisation, offer.area) == (stays, stays.area)

    def test_of_an_organisation_that_is_gone_are_left_out(self, home, read, enter):
        make_organisation("Beispiel Hof")
        rows = (offer_row("Nähen"), offer_row("Kochen", "Beispiel Hof"))
        of = read(csv_file(*rows, heading=OFFERS), "offer")
        home.delete()
        enter(of)
        assert (of.step, results(of)) == ("written", ["gone", "created"])

    @pytest.mark.parametrize("how", ["deleted", "merged"])
    def test_change_hands_only_to_who_is_there(self, how, home, read, enter):
        there = make_offer(home, title="Nähen")
        make_organisation("Beispiel Hof")
        heading = ["Adresse auf dem Portal", *OFFERS]
        content = csv_file([there.slug, *offer_row("Nähen", "Beispiel Hof")], heading=heading)
        of = read(content, "offer")
        other = Organisation.objects.get(name="Beispiel Hof")
        stays = make_organisation("Beispiel Bleibt")
        if how == "merged":
            merging.merge(gone=other, stays=stays)
        else:
            other.delete()
        enter(of)
        there.refresh_from_db()
        assert of.step == "written"
        expected = (["updated"], stays) if how == "merged" else (["gone"], home)
        assert (results(of), there.organisation) == expected

    @pytest.mark.parametrize("how", ["deleted", "merged"])
    def test_go_back_only_to_who_is_there(self, how, home, read, enter, take_back):
        there = make_offer(home, title="Nähen")
        other = make_organisation("Beispiel Hof")
        heading = ["Adresse auf dem Portal", *OFFERS]
        content = csv_file([there.slug, *offer_row("Nähen", "Beispiel Hof")], heading=heading)
        of = enter(read(content, "offer"))
        stays = make_organisation("Beispiel Bleibt")
        if how == "merged":
            merging.merge(gone=home, stays=stays)
        else:
            home.delete()
        take_back(of)
        there.refresh_from_db()
        assert of.step == "undone"
        expected = (["undone"], stays) if how == "merged" else (["edited"], other)
        assert (results(of), there.organisation) == expected


class TestDrafts:
    """Nobody but administrators sees drafts of others; those of one's own list are known to it."""

    @pytest.fixture(params=["organisation", "offer"])
    def content(self, request, home):
        """A list of either kind, with another sentence each time."""
        self.kind = request.param
        self.model = Organisation if self.kind == "organisation" else Offer

        def made(summary: str = "Kurz.") -> tuple[bytes, str]:
            if self.kind == "organisation":
                return csv_file(row("Beispiel Hof", summary=summary)), self.kind
            return csv_file(offer_row("Nähen", summary=summary), heading=OFFERS), self.kind

        return made

    def drafts(self):
        return self.model.objects.filter(status="draft")

    def test_go_when_the_list_is_taken_back(self, content, read, enter, take_back):
        of = enter(read(*content()), "draft")
        assert self.drafts().exists()
        take_back(of)
        assert results(of) == ["undone"] and not self.drafts().exists()

    def test_are_known_to_the_next_list(self, content, read, enter, take_back, decide):
        first = enter(read(*content()), "draft")
        again = read(*content("Besser."))
        assert outcomes(again) == ["suspect"]
        decide(again, "update")
        enter(again, "draft")
        assert (results(again), self.drafts().get().summary) == (["updated"], "Besser.")
        take_back(again)
        assert self.drafts().get().summary == "Kurz."
        take_back(first)
        assert results(first) == ["edited"]

    def test_that_somebody_has_taken_over_are_theirs(self, content, read, enter, decide):
        enter(read(*content()), "draft")
        self.drafts().update(summary="Von Hand.")
        again = read(*content("Besser."))
        assert outcomes(again) == ["suspect"]
        decide(again, "update")
        enter(again, "draft")
        assert (results(again), self.drafts().get().summary) == (["moved-on"], "Von Hand.")

    def test_can_have_offers_of_the_next_list(self, home, read, enter):
        enter(read(csv_file(row("Beispiel Hof"))), "draft")
        content = csv_file(offer_row("Nähen", "Beispiel Hof"), heading=OFFERS)
        assert outcomes(read(content, "offer")) == ["new"]


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("delimiter", [";", ",", "\t"])
    def test_are_read_as_offices_save_them(self, encoding, delimiter, read):
        of = read(csv_file(row("Beispiel Größe"), encoding=encoding, delimiter=delimiter))
        assert of.rows.get().title == "Beispiel Größe"

    def test_are_read_from_excel(self, read):
        of = read(excel_file(row("Beispiel Größe")), name="liste.xlsx")
        assert (of.rows.get().title, of.rows.get().outcome) == ("Beispiel Größe", "new")

    def test_have_headings_as_they_are_pasted(self, read):
        heading = ["Na\u00adme", "Art\u200b", "In\u00a0einem\nSatz", *HEADING[3:]]
        assert outcomes(read(csv_file(row("Beispiel Hof"), heading=heading))) == ["new"]

    def test_without_a_column_that_new_entries_need_say_so_before_the_check(self, client, read):
        of = read(csv_file(["Beispiel Hof", "Buch"], heading=["Name", "Ortsteil"]))
        assert of.step == "columns"
        assert "Für neue Einträge fehlt: Art." in page(client, of)
        check = reverse("actors:import-columns", args=[of.pk])
        answer = client.post(check, {"column_0": "name", "column_1": "area"})
        assert answer.status_code == 422
        assert "Diese Spalten fehlen: Art." in answer.text
        of = read(csv_file(["Nähen"], heading=["Titel"]), "offer")
        assert "fehlt: Thema, In einem Satz, Organisation" in page(client, of)

    def test_with_addresses_may_lack_columns_that_stay_as_they_are(self, read):
        there = make_organisation("Beispiel Hof", area=make_area("buch"))
        heading = ["Adresse auf dem Portal", "Ortsteil"]
        assert outcomes(read(csv_file([there.slug, "Karow"], heading=heading))) == ["changed"]

    def test_ask_first_for_headings_that_nobody_knows(self, client, read):
        of = read(csv_file(["x", *row("Beispiel Hof")], heading=["Vermerk", *HEADING]))
        asked, known = page(client, of).split("6 Überschriften sind bekannt")
        assert "Vermerk" in asked and "Ortsteil</label>" not in asked
        assert "Ortsteil" in known

    @pytest.mark.parametrize("kind", ["organisation", "offer"])
    def test_begin_with_an_empty_table_that_is_known_as_it_is(self, kind, client, reviewer):
        for language in ("de", "en"):
            address = reverse("actors:import-template", args=[kind])
            answer = client.get(address.replace("/de/", f"/{language}/"))
            assert f"{kind}.xlsx" in answer["Content-Disposition"]
            headings, notes = load_workbook(io.BytesIO(answer.content)).worksheets
            (cells,) = headings.values
            columns = LISTS[kind](reviewer).columns
            assert columns.assign(list(cells)) == [column.name for column in columns.incoming]
            beside = dict(list(notes.values)[1:])
            assert list(beside) == list(cells)
            groups = beside[cells[columns.assign(list(cells)).index("target_groups")]]
            assert ("Kinder, Frauen" if language == "de" else "Children, Women") in groups

    @pytest.mark.parametrize("heading", [["Wer", "Was", "Wo"], HEADING])
    @pytest.mark.parametrize("file", [csv_file, excel_file])
    def test_without_rows_are_refused_at_the_field(self, file, heading, client, reviewer):
        answer = upload(client, file(heading=heading))
        assert answer.status_code == 422
        assert "Die Liste hat keine Zeilen unter ihrer Überschrift." in answer.text
        assert not ListImport.objects.exists()

    def test_larger_than_may_be_are_refused(self, client, reviewer, settings):
        settings.UPLOAD_MAX_BYTES = 1_000
        answer = upload(client, csv_file(*(row(f"Beispiel {n}") for n in range(100))))
        assert answer.status_code == 422 and "Bitte teilen Sie sie auf" in answer.text
        assert not ListImport.objects.exists()

    def test_that_cannot_be_read_are_refused_at_the_field(self, client, reviewer):
        answer = upload(client, b"%PDF-1.7", name="liste.csv")
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"] and not ListImport.objects.exists()

    def test_whose_headings_nobody_knows_ask_what_they_mean(self, client, read, deliver_jobs):
        of = read(csv_file(["Beispiel Hof", "Stiftung"], heading=["Firmenname", "Typ"]))
        shown = page(client, of)
        assert "Firmenname" in shown and of.step == "columns"
        check = reverse("actors:import-columns", args=[of.pk])
        answer = client.post(check, {"column_0": "kind", "column_1": "kind"})
        assert answer.status_code == 422
        client.post(check, {"column_0": "name", "column_1": "kind"})
        deliver_jobs()
        assert outcomes(of) == ["new"]

    def test_with_errors_say_row_and_column_and_come_back_to_be_mended(self, client, read):
        rows = [row("Beispiel Hof", area="Atlantis", email="kein at"), row("", kind="")]
        of = read(csv_file(*rows))
        assert outcomes(of) == ["wrong", "wrong"]
        shown = page(client, of)
        assert "Atlantis" in shown and "ist hier unbekannt" in shown
        answer = client.get(reverse("actors:import-errors", args=[of.pk]))
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text), delimiter=";"))
        assert lines[0][2:] == HEADING
        assert lines[1][0] == "2" and "Ortsteil" in lines[1][1] and lines[1][2] == "Beispiel Hof"
        # Mended, the file is known as it is: its first two columns are passed over.
        lines[1][5], lines[1][7] = "Buch", ""
        again = read(csv_file(lines[1], heading=lines[0]))
        assert outcomes(again) == ["new"]

    def test_with_nothing_but_errors_have_nothing_to_enter(self, client, read):
        of = read(csv_file(row("")))
        assert "In dieser Liste gibt es nichts einzutragen." in page(client, of)

    def test_with_errors_come_back_without_formulas(self, client, read):
        of = read(csv_file([*row("=1+1", kind="=2+2"), ""], heading=[*HEADING, "=3+3"]))
        sent = {f"column_{number}": name for number, name in enumerate(of.assigned) if name}
        client.post(reverse("actors:import-columns", args=[of.pk]), sent)
        running.work(list_id=of.pk, by_id=of.by_id)
        answer = client.get(reverse("actors:import-errors", args=[of.pk]))
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        heading, (_number, notes, *cells) = csv.reader(io.StringIO(text), delimiter=";")
        assert heading[-1] == "'=3+3" and cells[:2] == ["'=1+1", "'=2+2"]
        assert not notes.startswith("=")

    def test_that_are_already_there_change_nothing(self, client, read):
        make_organisation("Beispiel Hof", status="published", area=make_area("buch"))
        answer = client.get(reverse("actors:organisation-csv"))
        content = b"".join(answer.streaming_content)
        assert outcomes(read(content)) == ["unchanged"]


class TestStandingStill:
    def test_says_why_and_is_deleted_with_one_button(self, client, read):
        content = csv_file(row("Beispiel Hof")) + b'"' + b"x" * 200_000
        of = read(content)
        assert of.step == "checking" and "Zeile 3" in of.problem
        assert "steht still" in page(client, of)
        client.post(reverse("actors:import-discard", args=[of.pk]))
        assert not ListImport.objects.exists()

    @pytest.mark.parametrize(
        ("step", "module", "owner", "name", "after", "entered"),
        [
            ("checking", checking, checking.Check, "_store", ("checked", 0), 0),
            ("writing", writing, writing, "_create", ("written", 5), 5),
            ("undoing", undoing, undoing, "_used", ("undone", 5), 0),
        ],
    )
    def test_goes_on_where_a_worker_died(
        self, client, reviewer, monkeypatch, deliver_jobs, step, module, owner, name, after, entered
    ):
        content = csv_file(*(row(f"Beispiel {number}") for number in range(5)))
        of = running.begin(kind="organisation", filename="x.csv", content=content, by=reviewer)
        if step != "checking":
            deliver_jobs()
            of.refresh_from_db()
            running.start_writing(of=of, by=reviewer, new_as="submitted")
        if step == "undoing":
            deliver_jobs()
            running.start_undo(of=of, by=reviewer)
        monkeypatch.setattr(module, "BATCH", 2)
        call = getattr(owner, name)
        done = []

        def dies(*args):
            done.append(ListImport.objects.get().done)
            if len(done) == 2:
                raise MemoryError
            return call(*args)

        monkeypatch.setattr(owner, name, dies)
        with pytest.raises(MemoryError):
            running.work(list_id=of.pk, by_id=reviewer.pk)
        of.refresh_from_db()
        assert (of.step, of.done, of.total) == (step, 2, 5)
        assert "Noch einmal versuchen" in page(client, of)
        client.post(reverse("actors:import-go-on", args=[of.pk]))
        deliver_jobs()
        of.refresh_from_db()
        assert done[-1] == 4  # nothing is counted twice
        assert (of.step, of.done) == after
        assert (of.total, of.rows.count(), Organisation.objects.count()) == (5, 5, entered)

    def test_is_taken_back_in_the_middle(self, client, read, monkeypatch, deliver_jobs):
        of = read(csv_file(*(row(f"Beispiel {number}") for number in range(5))))
        monkeypatch.setattr(writing, "BATCH", 2)
        client.post(reverse("actors:import-write", args=[of.pk]), {"new_as": "submitted"})
        kind = writing.LISTS["organisation"](of.by)
        assert writing._batch(of.pk, kind)
        client.post(reverse("actors:import-undo", args=[of.pk]))
        assert not writing._batch(of.pk, kind)
        deliver_jobs()
        of.refresh_from_db()
        assert (of.step, Organisation.objects.count()) == ("undone", 0)

    def test_of_two_who_press_the_button_one_starts_it_again(self, read):
        of = read(csv_file(row("Beispiel Hof")))
        ListImport.objects.filter(pk=of.pk).update(step="checking", problem="Das war nichts.")
        first, second = (ListImport.objects.get(pk=of.pk) for _press in range(2))
        running.go_on(of=first, by=of.by)
        with pytest.raises(TransitionNotAllowed):
            running.go_on(of=second, by=of.by)

    def test_checks_no_rows_by_columns_that_are_others_by_now(self, reviewer):
        content = csv_file(row("Beispiel Hof"))
        of = running.begin(kind="organisation", filename="x.csv", content=content, by=reviewer)
        assigned = ["", *of.assigned[1:]]
        ListImport.objects.filter(pk=of.pk).update(assigned=assigned)
        checking.check(of)
        assert not of.rows.exists()
        assert ListImport.objects.get(pk=of.pk).step == "checking"

    def test_is_not_through_while_a_later_check_has_rows_before_it(self, reviewer, monkeypatch):
        content = csv_file(*(row(f"Beispiel {number}") for number in range(4)))
        of = running.begin(kind="organisation", filename="x.csv", content=content, by=reviewer)
        monkeypatch.setattr(checking, "BATCH", 2)
        store = checking.Check._store
        batches = []

        def begins_anew(check, *args):
            batches.append(1)
            if len(batches) == 2:
                of.rows.all().delete()
            return store(check, *args)

        monkeypatch.setattr(checking.Check, "_store", begins_anew)
        checking.check(of)
        assert ListImport.objects.get(pk=of.pk).step == "checking"
        checking.check(ListImport.objects.get(pk=of.pk))
        of.refresh_from_db()
        assert (of.step, of.total, of.rows.count()) == ("checked", 4, 4)


class TestPages:
    HTMX = {"HX-Request": "true"}

    @pytest.fixture
    def busy(self, client, reviewer) -> ListImport:
        upload(client, csv_file(row("Beispiel Hof")))
        return ListImport.objects.get()

    def test_that_wait_ask_for_the_progress_alone(self, client, busy):
        answer = client.get(busy.get_absolute_url(), headers=self.HTMX)
        assert "0 von 1 Zeile geprüft" in answer.text and "<h1" not in answer.text

    def test_that_wait_are_loaded_anew_when_it_is_done(self, client, busy, deliver_jobs):
        deliver_jobs()
        answer = client.get(busy.get_absolute_url(), headers=self.HTMX)
        assert (answer["HX-Refresh"], answer.text) == ("true", "")
        assert "Noch ist nichts eingetragen" in page(client, busy)

    def test_that_wait_are_loaded_anew_when_it_stands_still(self, client, busy):
        ListImport.objects.update(problem="Zeile 3 geht nicht.")
        answer = client.get(busy.get_absolute_url(), headers=self.HTMX)
        assert (answer["HX-Refresh"], answer.text) == ("true", "")
        assert "Zeile 3 geht nicht." in page(client, busy)

    def test_of_rows_show_what_says_most(self, client, read):
        of = read(csv_file(row("Beispiel Hof", groups="Kinder")))
        shown = page(client, of, "new")
        assert "Stiftung · Buch" in shown and "Alle 4 Spalten" in shown
        assert ">Name</th>" in shown
        make_category("advice")
        make_organisation("Beispiel Träger")
        heading = ["Titel", "Organisation", "Thema", "In einem Satz"]
        of = read(csv_file(["Nähen", "Beispiel Träger", "advice", "x"], heading=heading), "offer")
        shown = page(client, of, "new")
        assert "Beispiel Träger · advice" in shown and ">Titel</th>" in shown

    def test_of_rows_say_what_is_incomplete(self, client, read):
        heading = ["Name", "Art", "stage", "In einem Satz", "Beschreibung", "Website"]
        of = read(
            csv_file(
                ["Beispiel Hof", "Stiftung", "new", "Kurz.", "Lang.", "hof.example"],
                ["Beispiel Haus", "Stiftung", "new", "Kurz.", "", "haus.example"],
                heading=heading,
            )
        )
        assert dict(of.rows.values_list("title", "is_incomplete")) == {
            "Beispiel Hof": False,
            "Beispiel Haus": True,
        }
        shown = page(client, of, "new")
        assert "In 1 Zeile fehlt etwas, das Lesende brauchen." in shown
        assert shown.count("fehlt: ") == 1 and ">fehlt: Beschreibung<" in shown

    def test_of_rows_say_what_offers_lack(self, client, home, read):
        offers = [offer_row(f"Kurs {number}") for number in range(3)]
        counts = []
        for some in (offers[:1], offers):
            of = read(csv_file(*some, heading=OFFERS), "offer")
            with CaptureQueriesContext(connection) as captured:
                shown = page(client, of, "new")
            counts.append(len(captured))
            assert shown.count(">fehlt: wann<") == len(some)
        assert counts[0] == counts[1]

    def test_of_columns_assign_them_once_more(self, client, read, deliver_jobs):
        of = read(csv_file(row("Beispiel Hof", area="Karow")))
        assign = reverse("actors:import-assign", args=[of.pk])
        asked = client.get(assign)
        assert asked.context["form"]["column_3"].value() == "area"
        sent = {f"column_{number}": name for number, name in enumerate(of.assigned)}
        client.post(reverse("actors:import-columns", args=[of.pk]), sent | {"column_3": ""})
        assert not of.rows.exists()
        deliver_jobs()
        assert "area" not in of.rows.get().values
        ListImport.objects.update(step="written")
        assert client.get(assign).url == of.get_absolute_url()

    def test_speak_of_imports_in_english(self, client, read):
        of = read(csv_file(row("Beispiel Hof")))
        for address, words in (
            (reverse("actors:imports"), ["Import lists", "Import organisations", "Import offers"]),
            (reverse("actors:import-new", args=["organisation"]), ["Import organisations"]),
            (of.get_absolute_url(), ["What this import will change", "Import 1 row", ">Import<"]),
        ):
            shown = client.get(address.replace("/de/", "/en/")).text
            assert [text for text in words if text not in shown] == []

    def test_say_what_was_not_understood(self, client, read):
        make_organisation("Beispiel Haus", area=make_area("buch"))
        of = read(csv_file(row("Beispiel Haus"), row("Beispiel Hof"), row("Beispiel-Hof")))
        write = reverse("actors:import-write", args=[of.pk])
        answer = client.post(write, {"new_as": "archived"})
        assert answer.status_code == 422 and 'href="#id_new_as_0"' in answer.text
        assert "new_as" in answer.context["write_form"].errors
        with_entry, without = of.rows.filter(outcome="suspect").order_by("number")
        decide = reverse("actors:import-decide", args=[of.pk])
        sent = {f"row_{with_entry.pk}": "update", f"row_{without.pk}": "update"}
        answer = client.post(f"{decide}?rows=suspect&page=1", sent)
        assert answer.status_code == 422
        assert list(answer.context["decision_form"].errors) == [f"row_{without.pk}"]
        assert f'href="#id_row_{without.pk}"' in answer.text
        assert set(of.rows.values_list("decision", flat=True)) == {"skip"}
        of.refresh_from_db()
        assert of.step == "checked"

    def test_say_that_somebody_else_was_faster(self, client, read, enter):
        make_organisation("Beispiel Haus", area=make_area("buch"))
        of = read(csv_file(row("Beispiel Haus"), row("Beispiel Hof")))
        suspect = of.rows.get(outcome="suspect")
        enter(of)
        for name, sent in (
            ("write", {"new_as": "draft"}),
            ("write", {"new_as": "?"}),
            ("decide", {f"row_{suspect.pk}": "new"}),
            ("columns", {"column_0": "name", "column_1": "kind", "column_2": "summary"}),
        ):
            address = reverse(f"actors:import-{name}", args=[of.pk])
            assert "Jemand anders war schneller" in client.post(address, sent, follow=True).text
        of.refresh_from_db()
        suspect.refresh_from_db()
        assert (of.step, of.new_as, suspect.decision) == ("written", "submitted", "skip")
        assert Organisation.objects.count() == 2

    def test_say_who_took_it_back_first(self, client, read, enter, monkeypatch):
        of = enter(read(csv_file(row("Beispiel Hof"))))
        start = running.start_undo

        def twice(**named):
            start(**named)
            start(**named)

        monkeypatch.setattr(running, "start_undo", twice)
        address = reverse("actors:import-undo", args=[of.pk])
        assert "Jemand anders war schneller" in client.post(address, follow=True).text

    @pytest.mark.parametrize(
        ("step", "offered"),
        [
            ("checking", {"new", "go-on", "discard"}),
            ("writing", {"go-on", "undo"}),
            ("undoing", {"go-on"}),
        ],
    )
    def test_of_a_list_that_stands_still_offer_what_is_possible(
        self, step, offered, client, reviewer
    ):
        of = ListImport.objects.create(
            kind="organisation", filename="liste.csv", by=reviewer, step=step, problem="Ach."
        )
        shown = page(client, of)
        every = {name: [of.pk] for name in ("go-on", "discard", "undo")} | {"new": [of.kind]}
        addresses = {name: reverse(f"actors:import-{name}", args=a) for name, a in every.items()}
        assert {name for name, address in addresses.items() if f'"{address}"' in shown} == offered
        assert "status--failed" in client.get(reverse("actors:imports")).text


class TestPeople:
    def test_neither_see_nor_touch_the_lists_of_others(self, client, read):
        make_organisation("Beispiel Hof", area=make_area("buch"))
        of = read(csv_file(row("Beispiel Hof"), row("Beispiel Haus")))
        client.force_login(make_user("reviewer"))
        assert "liste.csv" not in client.get(reverse("actors:imports")).text
        names = {
            pattern.name
            for pattern in actors.urls.urlpatterns
            if (pattern.name or "").startswith("import-") and "pk" in pattern.pattern.converters
        }
        assert len(names) >= 9
        sent = {
            "all": "new",
            "new_as": "published",
            **{f"column_{number}": name for number, name in enumerate(of.assigned)},
        }
        for step in ("checked", "written", "checking"):
            ListImport.objects.update(step=step, problem="x" if step == "checking" else "")
            before = list(ListImport.objects.values()), list(ImportRow.objects.values())
            for name in names:
                path = reverse(f"actors:{name}", args=[of.pk])
                answers = client.get(path).status_code, client.post(path, sent).status_code
                assert set(answers) <= {404, 405} and 404 in answers, name
            assert before == (list(ListImport.objects.values()), list(ImportRow.objects.values()))
        assert not Organisation.objects.filter(name="Beispiel Haus").exists()
        client.force_login(make_user("admin"))
        assert client.get(of.get_absolute_url()).status_code == 200

    def test_cannot_change_drafts_of_others(self, read):
        draft = make_organisation("Beispiel Entwurf", status="draft")
        heading = ["Adresse auf dem Portal", *HEADING]
        of = read(csv_file([draft.slug, *row("Beispiel Anders")], heading=heading))
        assert outcomes(of) == ["wrong"]

    def test_who_lost_their_role_write_nothing(self, client, read, reviewer, deliver_jobs):
        of = read(csv_file(row("Beispiel Hof")))
        client.post(reverse("actors:import-write", args=[of.pk]), {"new_as": "submitted"})
        type(reviewer).objects.filter(pk=reviewer.pk).update(is_reviewer=False)
        ListImport.objects.update(language="en")
        deliver_jobs()
        of.refresh_from_db()
        assert of.problem == "The account that started this no longer has the right to do so."
        assert not Organisation.objects.exists()

    def test_in_it_are_forgotten_after_thirty_days(self, read):
        of = read(csv_file(row("Beispiel Hof")))
        ListImport.objects.filter(pk=of.pk).update(created_at=timezone.now() - timedelta(days=29))
        erase_expired()
        assert ImportRow.objects.exists()
        ListImport.objects.filter(pk=of.pk).update(created_at=timezone.now() - timedelta(days=31))
        with CaptureQueriesContext(connection) as queries:
            erase_expired()
        assert not ImportRow.objects.exists()
        # The files would come in whole, all that are due at once.
        assert not [query for query in queries if '"content"' in query["sql"]]

    def test_discard_a_list_without_reading_its_file(self, client, read):
        of = read(csv_file(row("Beispiel Hof")))
        with CaptureQueriesContext(connection) as queries:
            client.post(reverse("actors:import-discard", args=[of.pk]))
        assert not ListImport.objects.exists()
        assert not [query for query in queries if '"content"' in query["sql"]]


class TestQueries:
    def count(self, action) -> int:
        with CaptureQueriesContext(connection) as captured:
            action()
        return len(captured)

    @pytest.mark.parametrize("kind", ["organisation", "offer"])
    def test_of_a_batch_are_the_same_for_one_row_and_for_many(
        self, kind, client, reviewer, deliver_jobs
    ):
        make_category("advice")
        make_organisation("Beispiel Träger", area=make_area("buch"))

        def content(start: int, number: int) -> bytes:
            if kind == "organisation":
                return csv_file(
                    *(row(f"Beispiel {start + n}", groups="Kinder") for n in range(number))
                )
            return csv_file(
                *(
                    [f"Kurs {start + n}", "Beispiel Träger", "advice", "Kurz.", "Kinder"]
                    for n in range(number)
                ),
                heading=["Titel", "Organisation", "Thema", "In einem Satz", "Für wen"],
            )

        def counted(start: int, number: int) -> list[int]:
            of = running.begin(
                kind=kind, filename="x.csv", content=content(start, number), by=reviewer
            )
            found = []
            for begin in (
                lambda: None,
                lambda: running.start_writing(of=of, by=reviewer, new_as="published"),
                lambda: running.start_undo(of=of, by=reviewer),
            ):
                begin()
                found.append(self.count(lambda: running.work(list_id=of.pk, by_id=reviewer.pk)))
                of.refresh_from_db()
                assert not of.problem
            assert of.step == "undone" and of.done == number
            return found

        counted(0, 1)  # what is read once and remembered
        assert counted(100, 2) == counted(200, 40)

    def test_of_the_page_of_suspects_are_the_same_for_one_row_and_for_many(self, client, read):
        heading = [*HEADING, "Beschreibung"]
        for number in range(4):
            there = make_organisation(f"Beispiel {number}", area=make_area("buch"))
            there.target_groups.set([TargetGroup.objects.get(key="women")])
        lines = [[*row(f"Beispiel {number}", groups="Kinder"), "Lang."] for number in range(4)]
        counts = []
        for some in (lines[:1], lines):
            of = read(csv_file(*some, heading=heading))
            counts.append(self.count(lambda of=of: page(client, of, "suspect")))
        assert counts[0] == counts[1] <= 13

    def test_of_the_pages_are_few(self, client, read, django_assert_max_num_queries):
        there = make_organisation("Beispiel Alt", area=make_area("karow"))
        heading = ["Adresse auf dem Portal", *HEADING]
        of = read(
            csv_file(
                [there.slug, *row("Beispiel Alt", groups="Kinder")],
                ["", *row("Beispiel Neu")],
                ["", *row("Beispiel Neu")],
                ["", *row("", area="?")],
                heading=heading,
            )
        )
        for rows in ("changed", "new", "suspect", "wrong"):
            with django_assert_max_num_queries(12):
                client.get(of.get_absolute_url(), {"rows": rows})
        with django_assert_max_num_queries(12):
            client.get(reverse("actors:imports"))
