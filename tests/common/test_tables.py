"""Tables that come in through Django admin; lists of organisations and offers come in at the desk
(`tests/actors/importing`)."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from actors.models import TargetGroup
from ssoe_portal.common.geography import Area
from ssoe_portal.common.tables import TermsWidget, TermWidget, harmless, unguarded
from tests.world import make_area, make_user

pytestmark = pytest.mark.django_db
IMPORT = "/admin/common/area/import/"


@pytest.fixture(autouse=True)
def administrator(client):
    client.force_login(make_user("admin"))
    make_area("buch", labels={"de": "Buch", "en": "Buch (Berlin)", "uk": "Бух"})
    for key, german in (("children", "Kinder"), ("refugees", "Geflüchtete, Neue")):
        TargetGroup.objects.create(key=key, labels={"de": german, "en": key.title()})


def send(client, rows: str | bytes, name: str = "liste.csv"):
    file = SimpleUploadedFile(name, rows.encode() if isinstance(rows, str) else rows)
    return client.post(IMPORT, {"resource": "0", "import_file": file})


class TestTerms:
    @pytest.mark.parametrize("name", ["buch", "Buch", " BUCH ", "Бух", "Buch (Berlin)"])
    def test_come_by_key_or_by_name_in_any_language(self, name):
        assert TermWidget(Area).clean(name).key == "buch"

    @pytest.mark.parametrize(
        "names",
        ["Kinder; Geflüchtete, Neue", "children refugees", "children, Refugees", "Kinder;refugees"],
    )
    def test_come_several_in_a_cell(self, names):
        found = TermsWidget(TargetGroup).clean(names)
        assert {term.key for term in found} == {"children", "refugees"}

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            # What was perhaps meant, and nothing else.
            (
                "Kinder; Geflüchtet",
                "„Geflüchtet“ ist hier unbekannt. Meinten Sie: Geflüchtete, Neue?",
            ),
            ("kind", "„kind“ ist hier unbekannt. Meinten Sie: Kinder?"),
            # Else some of what is possible; nobody reads a page of names, or an essay in a cell.
            (
                "Riesen",
                "„Riesen“ ist hier unbekannt. Möglich sind: Kinder; Geflüchtete, Neue; A; …",
            ),
            (f"Riesen {'x' * 99}", f"„Riesen {'x' * 52}…“ ist hier unbekannt. Möglich sind"),
        ],
    )
    def test_that_are_unknown_are_told_in_short(self, typed, told):
        for name in "ABC":
            TargetGroup.objects.create(key=name.lower(), labels={"de": name}, position=9)
        with pytest.raises(ValueError) as error:
            TermsWidget(TargetGroup).clean(typed)
        assert str(error.value).startswith(told)


class TestFormulas:
    @pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|x", "-x", "\t=1", "'=1", "''@x"])
    def test_are_neutralised_and_come_back_as_they_were(self, text):
        assert harmless(text) == f"'{text}"
        assert unguarded(harmless(text)) == text

    @pytest.mark.parametrize("text", ["+49 30 123", "-3", "Haus", "'zitiert'", ""])
    def test_are_no_numbers_and_no_words(self, text):
        assert harmless(text) == unguarded(text) == text


class TestPage:
    def test_explains_the_columns_and_offers_an_empty_table(self, client):
        assert "<code>label_de</code>" in client.get(IMPORT).content.decode()
        answer = client.get(f"{IMPORT}template/")
        assert answer["Content-Disposition"] == 'attachment; filename="area.xlsx"'
        rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
        assert len(rows) == 1 and {"key", "label_de"} <= set(rows[0])

    def test_says_what_is_missing(self, client):
        page = client.post(IMPORT, {"resource": "0"}).content.decode()
        assert "Bitte wählen Sie zuerst eine Datei" in page

    def test_says_which_files_it_reads(self, client):
        page = send(client, "key,label_de\n", name="liste.pdf").content.decode()
        assert "weder .xlsx noch .csv" in page

    def test_speaks_politely(self, client):
        for rows in ("key,label_de\nneu,Neu\n", "key,label_de\nneu,\n"):
            page = send(client, rows).content.decode()
            assert not any(word in page for word in ("klicke", "deine", "lade sie"))

    def test_is_for_administrators(self, client):
        client.force_login(make_user("reviewer"))
        assert client.get(f"{IMPORT}template/").status_code in (302, 403)


def excel(*rows: list) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def problems(answer) -> list[str]:
    """What is wrong, without what to do about it."""
    listed = answer.text.split("import-problems")[1].split("</ul>")[0]
    return [words.split(".")[0] for words in re.findall(r"<li>([^<]+)</li>", listed)]


class TestColumns:
    @pytest.mark.parametrize("name", ["liste.csv", "liste.xlsx"])
    def test_that_are_unknown_or_there_twice_are_told_and_nothing_else(self, client, name):
        def content(*table: list[str]) -> str | bytes:
            return excel(*table) if name == "liste.xlsx" else "\n".join(map(",".join, table))

        heading = ["Key", "label_DE ", "label_kl", "", "position", "position"]
        row = ["neu", "", "Dup", "übrig", "1", "2"]
        assert problems(send(client, content(heading, row), name)) == [
            "Die Spalte „label_kl“ ist unbekannt",
            "Spalte D hat in der ersten Zeile keinen Namen",
            "Es gibt zwei Spalten „position“",
        ]
        table = content([*heading[:2], ""], ["buch", "Neu", ""])
        answer = send(client, table, name)
        client.post(f"{IMPORT[:-7]}process_import/", answer.context["confirm_form"].initial)
        assert str(Area.objects.get(key="buch")) == "Neu"


class TestExcel:
    def test_tells_a_formula_without_a_value_at_its_cell(self, client):
        rows = (["neu", "Neu", "=B2"], ["buch", "Buch", ""], ["a", "=B2", "=C2"])
        answer = send(client, excel(["key", "label_de", "label_en"], *rows), "liste.xlsx")
        assert [words for words in problems(answer) if "kind" not in words] == [
            "Zeile 2, Spalte „label_en“: Hier steht eine Formel ohne Wert",
            "Zeile 4, Spalte „label_de“: Hier steht eine Formel ohne Wert",
            "Zeile 4, Spalte „label_en“: Hier steht eine Formel ohne Wert",
        ]

    def test_says_which_row_stands_far_below_and_reads_none_of_those_between(self, client):
        book = Workbook()
        book.active.append(["key", "label_de"])
        book.active.cell(1_048_576, 1, "neu")
        out = io.BytesIO()
        book.save(out)
        assert "Zeile 1048576 steht weit unter" in send(client, out.getvalue(), "liste.xlsx").text

    def test_that_is_none_is_told_in_words(self, client):
        assert "Bitte speichern Sie Ihre Tabelle" in send(client, b"%PDF-1.7", "liste.xlsx").text
