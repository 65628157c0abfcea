"""Lists that come in: the whole way through the pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actors.importing import running
from actors.models import (
    ListImport,
    Offer,
    Organisation,
    SpokenLanguage,
    TargetGroup,
)
from ssoe_portal.common.changes import changes
from tests.actors.importing.world import (
    HEADING,
    OFFERS,
    csv_file,
    offer_row,
    outcomes,
    page,
    results,
    row,
)
from tests.world import (
    make_area,
    make_category,
    make_offer,
    make_organisation,
)

pytestmark = pytest.mark.django_db


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
            heading=["Titel", "Organisation", "Kategorie", "In einem Satz", "Sprachen", "Für wen"],
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
                heading=["Titel", "Organisation", "Kategorie", "In einem Satz", "Für wen"],
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
