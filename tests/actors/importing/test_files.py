"""What comes as a file, and what is wrong with it."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from actors.importing import running
from actors.importing.kinds import LISTS
from actors.models import LegalForm, ListImport, Organisation, TargetGroup
from tests.actors.importing.world import (
    HEADING,
    csv_file,
    excel_file,
    outcomes,
    page,
    row,
    upload,
)
from tests.world import (
    make_area,
    make_organisation,
)

pytestmark = pytest.mark.django_db


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("delimiter", [";", ",", "\t"])
    def test_are_read_as_offices_save_them(self, encoding, delimiter, read):
        of = read(csv_file(row("Beispiel Größe"), encoding=encoding, delimiter=delimiter))
        assert of.rows.get().title == "Beispiel Größe"

    def test_are_read_from_excel(self, read):
        of = read(excel_file(row("Beispiel Größe")), name="liste.xlsx")
        assert (of.rows.get().title, of.rows.get().outcome) == ("Beispiel Größe", "new")

    def test_tell_a_formula_without_a_value_at_its_cell_also_when_they_come_again(
        self, client, read
    ):
        there = make_organisation("Beispiel Hof", summary="Es gab uns.")
        heading = ["Adresse auf dem Portal", "Name", "Art", "In einem Satz"]
        rows = [
            [there.slug, "Beispiel Hof", "Stiftung", "=B2&C2"],
            ["", "=A3", "Stiftung", "Kurz."],
        ]
        of = read(excel_file(*rows, heading=heading), name="liste.xlsx")
        again = read(client.get(reverse("actors:import-errors", args=[of.pk])).getvalue())
        for one in (of, again):
            errors = [(row.number, row.errors) for row in one.rows.order_by("number")]
            assert [(n, [e["column"] for e in found]) for n, found in errors] == [
                (2, ["In einem Satz"]),
                (3, ["Name"]),
            ]
            assert "Hier steht eine Formel ohne Wert" in page(client, one, "wrong")

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
        assert "fehlt: Kategorie, In einem Satz, Organisation" in page(client, of)

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
            assert ("Kinder; Frauen" if language == "de" else "Children; Women") in groups

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

    def test_leave_out_a_cell_with_unknown_words_but_not_its_row(self, client, read, enter):
        there = make_organisation("Beispiel Dort", area=make_area("buch"))
        there.target_groups.add(TargetGroup.objects.create(key="all", labels={"de": "Alle"}))
        heading = [*HEADING, "Adresse auf dem Portal", "Stufenloser Eingang"]
        rows = [
            [*row("Beispiel Hof", groups="Marsmenschen"), "", "vielleicht"],
            [*row("Beispiel Haus"), "", ""],
            [*row("Beispiel Dort", groups="Marsmenschen"), there.slug, ""],
            [*row("Beispiel Falsch", kind="Geheimbund", groups="Marsmenschen"), "", ""],
        ]
        of = read(csv_file(*rows, heading=heading))
        assert outcomes(of) == ["new", "new", "changed", "wrong"]
        told = [[e["column"] for e in line.errors] for line in of.rows.order_by("number")]
        # Of a row that is to be mended all is told: whoever mends it does not lose the other cell.
        assert told == [
            ["Zielgruppen", "Stufenloser Eingang"],
            [],
            ["Zielgruppen"],
            ["Art", "Zielgruppen"],
        ]
        shown = page(client, of, "new")
        assert shown.count("bleibt weg</span>") == 1 and shown.count(">Marsmenschen<") == 1
        assert "In 2 Zeilen sagt eine Zelle etwas Unbekanntes." in shown
        assert ">Marsmenschen<" in page(client, of, "changed")
        enter(of)
        new = Organisation.objects.get(name="Beispiel Hof")
        assert new.is_step_free is None and not new.target_groups.exists()
        assert there.target_groups.count() == 1  # left out is not emptied

    @pytest.mark.parametrize(
        ("cell", "key"),
        [
            ("gGmbH", "ggmbh"),
            ("GGMBH", "ggmbh"),
            ("UG", "ug"),
            ("gGm", None),  # no whole word
            ("Verein", None),  # could be two
            ("Gesellschaft", None),
        ],
    )
    def test_take_the_beginning_of_one_name_for_it(self, read, cell, key):
        names = ("gGmbH (gemeinnützige GmbH)", "UG (haftungsbeschränkt)", "Verein (e. V.)",
                 "Verein ohne Eintrag")  # fmt: skip
        for term, name in zip(("ggmbh", "ug", "ev", "ne"), names, strict=True):
            LegalForm.objects.create(key=term, labels={"de": name})
        of = read(csv_file([*row("Beispiel Hof"), cell], heading=[*HEADING, "Rechtsform"]))
        [line] = of.rows.all()
        found = LegalForm.objects.filter(pk=line.values.get("legal_form")).first()
        assert (found and found.key) == key and bool(line.errors) == (key is None)

    def test_take_the_beginning_of_one_choice_for_it(self, read):
        of = read(csv_file(row("Beispiel Hof", kind="Öffentliche"), row("B", kind="Sozial")))
        assert outcomes(of) == ["new", "wrong"]
        assert of.rows.get(number=2).values["kind"] == "public"

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
