"""Rows of a list that are perhaps there already."""

import re

import pytest
from django.urls import reverse

from actors.importing import checking
from actors.models import (
    DuplicatePair,
    Organisation,
    TargetGroup,
)
from tests.actors.importing.world import (
    HEADING,
    csv_file,
    outcomes,
    page,
    results,
    row,
)
from tests.world import (
    make_area,
    make_organisation,
)

pytestmark = pytest.mark.django_db


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

    def test_entered_against_the_warning_may_still_be_duplicates(self, client, read, enter):
        there = make_organisation("Beispiel Nähcafé", area=make_area("buch"))
        of = read(csv_file(row("Beispiel Nähcafé e.V.")))
        decide = reverse("actors:import-decide", args=[of.pk])
        client.post(decide, {f"row_{of.rows.get().pk}": "new"})
        enter(of, "published")
        made = Organisation.objects.exclude(pk=there.pk).get()
        own = reverse("actors:moderation-review", args=["organisation", made.slug])
        for url in (own, reverse("actors:duplicates")):
            assert there.name in client.get(url).text
        # Who says that they are two is not asked anywhere any more.
        pair = DuplicatePair.objects.get()
        client.post(reverse("actors:duplicates"), {"pair": pair.pk})
        for url in (own, reverse("actors:duplicates")):
            assert there.name not in client.get(url).text.replace(made.name, "")

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
