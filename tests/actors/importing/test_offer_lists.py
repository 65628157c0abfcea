"""Lists of offers, and the organisations they belong to."""

import pytest

from actors import merging
from actors.models import (
    Offer,
    Organisation,
    TargetGroup,
)
from tests.actors.importing.world import (
    OFFERS,
    csv_file,
    offer_row,
    outcomes,
    page,
    results,
)
from tests.world import (
    make_area,
    make_category,
    make_language,
    make_offer,
    make_organisation,
)

pytestmark = pytest.mark.django_db


def goes(organisation: Organisation, how: str) -> Organisation:
    """Take an organisation away; return the one that it is part of where it was "merged"."""
    stays = make_organisation("Beispiel Bleibt")
    if how == "merged":
        merging.merge(gone=organisation, stays=stays)
    else:
        organisation.delete()
    return stays


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
            ({"Kategorie": "Gibt es nicht"}, "Kategorie"),
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
        stays = goes(other, how)
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
        stays = goes(home, how)
        take_back(of)
        there.refresh_from_db()
        assert of.step == "undone"
        expected = (["undone"], stays) if how == "merged" else (["edited"], other)
        assert (results(of), there.organisation) == expected
