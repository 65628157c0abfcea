import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from actors.models import Organisation, TargetGroup
from tests.world import make_area, make_organisation, make_user

pytestmark = pytest.mark.django_db
IMPORT = "/admin/actors/organisation/import/"


@pytest.fixture(autouse=True)
def administrator(client):
    client.force_login(make_user("admin"))
    make_area("buch", labels={"de": "Buch", "en": "Buch (Berlin)", "uk": "Бух"})
    for key, german in (("children", "Kinder"), ("refugees", "Geflüchtete, Neue")):
        TargetGroup.objects.create(key=key, labels={"de": german, "en": key.title()})


def send(client, rows: str, name: str = "liste.csv"):
    file = SimpleUploadedFile(name, rows.encode())
    return client.post(IMPORT, {"resource": "0", "import_file": file})


def table(**cells: str) -> str:
    cells = {"slug": "", "name": "Beispiel Neu", "kind": "association", **cells}
    return ",".join(cells) + "\n" + ",".join(f'"{value}"' for value in cells.values()) + "\n"


class TestTerms:
    @pytest.mark.parametrize("name", ["buch", "Buch", " BUCH ", "Бух", "Buch (Berlin)"])
    def test_come_by_key_or_by_name_in_any_language(self, name, client):
        answer = send(client, table(area=name))
        form = answer.context["confirm_form"]
        assert client.post("/admin/actors/organisation/process_import/", form.initial)
        assert Organisation.objects.get(name="Beispiel Neu").area.key == "buch"

    @pytest.mark.parametrize(
        "names",
        ["Kinder; Geflüchtete, Neue", "children refugees", "children, Refugees", "Kinder;refugees"],
    )
    def test_come_several_in_a_cell(self, names, client):
        answer = send(client, table(target_groups=names))
        client.post(
            "/admin/actors/organisation/process_import/", answer.context["confirm_form"].initial
        )
        groups = Organisation.objects.get(name="Beispiel Neu").target_groups
        assert set(groups.values_list("key", flat=True)) == {"children", "refugees"}

    def test_that_are_unknown_are_named_with_row_and_column(self, client):
        rows = table(area="Atlantis", target_groups="Kinder; Riesen mit Bart")
        page = send(client, rows).content.decode()
        assert "Zeile 2, Spalte „area“: „Atlantis“ ist hier unbekannt" in page
        assert "Buch" in page
        assert "Zeile 2, Spalte „target_groups“: „Riesen mit Bart“ ist hier unbekannt" in page
        assert "<details open>" not in page  # what is wrong is not below a long table
        assert "matching query" not in page
        assert not Organisation.objects.exists()


class TestNames:
    def test_that_exist_are_an_error_that_names_the_slug(self, client):
        there = make_organisation("Beispiel-Nähcafé Buch", status="archived")
        rows = table(name="beispiel-naehcafe BUCH")
        page = send(client, rows).content.decode()
        words = f"tragen Sie {there.slug} in die Spalte „slug“ ein"
        assert "Zeile 2, Spalte „name“: Den Eintrag „Beispiel-Nähcafé Buch“ gibt es schon" in page
        assert words in page

    def test_that_stand_twice_in_the_file_are_an_error(self, client):
        rows = table(name="Beispiel Nähcafé") + ',"Beispiel Naehcafe","association"\n'
        page = send(client, rows).content.decode()
        assert "Zeile 3, Spalte „name“: Denselben Namen hat schon Zeile 2." in page
        assert "Zeile 2, Spalte" not in page
        assert not Organisation.objects.exists()

    @pytest.mark.parametrize("slug", ["", "gibt-es-nicht"])
    def test_are_only_checked_where_a_row_is_new(self, client, slug):
        there = make_organisation("Beispiel Nähcafé")
        known = send(client, table(name="Beispiel Nähcafé", slug=there.slug, phone="030 123456"))
        assert known.context["result"].totals["update"] == 1
        assert (
            send(client, table(name="Beispiel Nähcafé", slug=slug))
            .context["result"]
            .has_validation_errors()
        )

    def test_preview_says_that_new_ones_become_drafts(self, client):
        words = "Neue Zeilen werden Entwürfe"
        assert words in send(client, table()).content.decode()
        there = make_organisation("Beispiel Nähcafé")
        changed = table(name="Beispiel Nähcafé", slug=there.slug, phone="030 123456")
        assert words not in send(client, changed).content.decode()


class TestPage:
    def test_explains_the_columns_and_offers_an_empty_table(self, client):
        page = client.get(IMPORT).content.decode()
        assert "<code>target_groups</code>" in page and "Kinder" in page
        assert "association = " in page
        answer = client.get(f"{IMPORT}template/")
        assert answer["Content-Disposition"] == 'attachment; filename="organisation.xlsx"'
        rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
        assert len(rows) == 1 and {"slug", "name", "area", "languages"} <= set(rows[0])

    def test_of_another_list_explains_its_columns_too(self, client):
        assert "<code>label_de</code>" in client.get("/admin/common/area/import/").content.decode()

    def test_says_what_is_missing(self, client):
        page = client.post(IMPORT, {"resource": "0"}).content.decode()
        assert "Bitte wählen Sie zuerst eine Datei" in page

    def test_says_which_files_it_reads(self, client):
        page = send(client, table(), name="liste.pdf").content.decode()
        assert "weder .xlsx noch .csv" in page

    def test_speaks_politely(self, client):
        for answer in (send(client, table()), send(client, table(area="Nirgendwo"))):
            page = answer.content.decode()
            assert not any(word in page for word in ("klicke", "deine", "lade sie"))

    def test_is_for_administrators(self, client):
        client.force_login(make_user("reviewer"))
        assert client.get(f"{IMPORT}template/").status_code in (302, 403)
