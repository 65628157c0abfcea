"""What the pages of a list show and refuse, and to whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import actors.urls
from actors.importing import running
from actors.models import (
    ImportRow,
    ListImport,
    Organisation,
)
from ssoe_portal.common.privacy import erase_expired
from tests.actors.importing.world import (
    HEADING,
    OFFERS,
    csv_file,
    offer_row,
    outcomes,
    page,
    row,
    upload,
)
from tests.world import (
    make_area,
    make_category,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db


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
        heading = ["Titel", "Organisation", "Kategorie", "In einem Satz"]
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
