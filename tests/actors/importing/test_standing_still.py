"""Lists whose worker died or whose rows cannot be written."""

import pytest
from django.urls import reverse

from actors.importing import checking, running, undoing, writing
from actors.models import (
    ListImport,
    Organisation,
)
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.actors.importing.world import (
    csv_file,
    page,
    row,
)

pytestmark = pytest.mark.django_db


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
