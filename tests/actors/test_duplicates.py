"""Organisations that may be listed twice are found, told apart, and shown before they come in."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from actors import duplicates
from actors.models import DuplicatePair, Organisation
from actors.models.duplicate import Sameness
from tests.world import make_area, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db

LIST = "/de/desk/moderation/duplicates/"


def make(name: str, **fields) -> Organisation:
    return make_organisation(name, **{"email": "", "phone": "030 1234567", **fields})


def found() -> dict[tuple[str, str], list[str]]:
    duplicates.find()
    pairs = DuplicatePair.objects.open().select_related("first", "second")
    return {(pair.first.name, pair.second.name): pair.reasons for pair in pairs}


def unlike(**fields) -> list[Organisation]:
    """Two whose names have nothing in common."""
    return [make("Nähcafé", phone="", **fields), make("Werkstatt Rad und Tat", phone="", **fields)]


class TestFinding:
    @pytest.mark.parametrize(
        "other",
        [
            "Beispiel Naehcafe Buch e. V.",
            "beispiel nähcafe buch",
            "Beispiel Nähcafé  Buch gGmbH",
            "Nähcafé Buch, Beispiel",
        ],
    )
    def test_by_a_similar_name_in_the_same_place(self, other):
        area = make_area()
        one = make("Beispiel Nähcafé Buch", area=area, phone="")
        two = make(other, area=area, phone="")
        assert found() == {(one.name, two.name): [Sameness.NAME]}

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Spok gGmbH", "Spok e. V."),
            ("Spok", "SPOK GmbH & Co. KG"),
            ("Spök", "Spoek UG (haftungsbeschränkt)"),
        ],
    )
    def test_by_a_short_name_whatever_its_legal_form(self, one, other):
        make(one, phone="")
        make(other, phone="")
        make("Spokanisches Haus", phone="")
        make("e. V.", phone="")
        assert found() == {(one, other): [Sameness.NAME]}
        assert DuplicatePair.objects.get().likeness == 1
        assert [row.name for row in Organisation.objects.similar_to(other)][:2] == [other, one]

    def test_not_by_a_similar_name_in_another_place(self):
        make("Beispiel Nähcafé", area=make_area(), phone="")
        make("Beispiel Nähcafé e. V.", area=make_area("karow"), phone="")
        assert found() == {}

    def test_by_a_similar_name_where_one_says_no_place(self):
        make("Beispiel Nähcafé", area=make_area(), phone="")
        make("Beispiel Nähcafé e. V.", phone="")
        assert len(found()) == 1

    @pytest.mark.parametrize(
        ("name", "one", "two"),
        [
            ("website", "https://www.example.org/", "http://EXAMPLE.org"),
            ("email", "Haus@example.org", "haus@example.org"),
            ("phone", "030 123 45 67", "+49 (0)30/1234567"),
            ("phone", "0049 30 1234567", "030-1234567"),
        ],
    )
    def test_by_the_same_contact_however_it_is_written(self, name, one, two):
        first, second = unlike()
        Organisation.objects.filter(pk=first.pk).update(**{name: one})
        Organisation.objects.filter(pk=second.pk).update(**{name: two})
        assert list(found().values()) == [[name]]

    def test_not_by_what_both_leave_empty(self):
        unlike(website="")
        assert found() == {}

    def test_leaves_out_drafts_of_others_and_the_archive(self):
        make("Beispiel Nähcafé")
        make("Beispiel Nähcafé e. V.", status="draft")
        make("Beispiel Nähcafé gUG", status="archived")
        assert found() == {}

    def test_compares_only_what_has_changed(self):
        one, _two = make("Beispiel Nähcafé"), make("Ganz anders", phone="")
        assert duplicates.find() == 2
        assert duplicates.find() == 0
        Organisation.objects.filter(pk=one.pk).update(summary="Neu")
        assert duplicates.find() == 0
        Organisation.objects.filter(pk=one.pk).update(name="Ganz andere")
        assert duplicates.find() == 1
        assert DuplicatePair.objects.count() == 1

    def test_compares_what_returns_from_the_archive_with_what_came_meanwhile(self):
        one = make("Beispiel Nähcafé")
        assert found() == {}
        Organisation.objects.filter(pk=one.pk).update(status="archived", lapsed_at=timezone.now())
        other = make("Beispiel Nähcafé Buch", phone="030 1234567")
        assert found() == {}
        one.refresh_from_db()
        one.bring_back()
        assert set(found()) == {(one.name, other.name)}

    def test_does_so_when_only_the_other_one_was_compared(self):
        one, other = make("Beispiel Nähcafé"), make("Werkstatt", phone="030 999")
        assert found() == {}
        one.archive()
        Organisation.objects.filter(pk=other.pk).update(phone="030 1234567")
        duplicates.find(only=other.pk)
        one.publish()
        assert set(found()) == {(one.name, other.name)}

    def test_forgets_a_pair_that_is_none_any_more(self):
        one, _two = make("Beispiel Nähcafé", phone=""), make("Beispiel Nähcafé e. V.", phone="")
        assert len(found()) == 1
        Organisation.objects.filter(pk=one.pk).update(name="Werkstatt Rad und Tat")
        assert found() == {}

    def test_changes_nothing_for_later_searches(self):
        make("Beispiel Nähcafé")
        with transaction.atomic():
            duplicates.find()
            assert Organisation.objects.similar_to("Nähcafe Beispl").exists()

    def test_keeps_a_pair_once_and_in_order(self):
        one, two = make("Beispiel Nähcafé"), make("Beispiel Nähcafé e. V.")
        duplicates.find()
        for pair in [(one, two), (two, one), (one, one)]:
            with pytest.raises(IntegrityError), transaction.atomic():
                DuplicatePair.objects.create(
                    first=pair[0], second=pair[1], likeness=1, reasons=["name"]
                )

    def test_takes_one_statement_however_many_there_are(self, django_assert_num_queries):
        for number in range(30):
            make(f"Beispiel Nähcafé {number}")
        # what lies in the archive; a savepoint each: what has changed, threshold, forget, find,
        # remember, threshold
        with django_assert_num_queries(12):
            duplicates.find()


class TestDesk:
    @pytest.fixture(autouse=True)
    def reviewer(self, client):
        user = make_user("reviewer")
        client.force_login(user)
        return user

    def test_leads_to_both_and_to_merging(self, client):
        one, two = make("Beispiel Nähcafé"), make("Beispiel Nähcafé e. V.")
        duplicates.find()
        page = client.get(LIST).text
        assert reverse("actors:duplicates-merge", args=[one.slug, two.slug]) in page
        assert "Ähnlicher Name am selben Ort" in page and "dieselbe Telefonnummer" in page

    def test_can_be_searched_by_either_name(self, client):
        for name in ("Hof", "Haus"):
            one, other = make_organisation(f"{name} Eins"), make_organisation(f"{name} Zwei")
            DuplicatePair.objects.create(first=one, second=other, likeness=0.9, reasons=["name"])
        for words, first in (("haus zwei", ["Haus Eins"]), ("hof haus", []), ("zwei", None)):
            page = client.get(LIST, {"name": words})
            names = [pair.first.name for pair in page.context["page_obj"]]
            assert names == first or (first is None and len(names) == 2)
            assert ("Nichts gefunden" in page.text) == (not names)

    def test_remembers_what_is_different(self, client, reviewer):
        one, _two = make("Beispiel Nähcafé"), make("Beispiel Nähcafé e. V.")
        duplicates.find()
        pair = DuplicatePair.objects.get()
        review = reverse("actors:moderation-review", args=["organisation", one.slug])
        assert "Doppelt vorhanden?" in client.get(review).text
        page = client.post(LIST, {"pair": pair.pk}, follow=True)
        assert "sind zwei Organisationen" in page.text and "Nichts wartet" in page.text
        pair.refresh_from_db()
        assert pair.decided_by == reviewer
        Organisation.objects.filter(pk=one.pk).update(name="Beispiel Nähcafe")
        assert found() == {}
        assert "Doppelt vorhanden?" not in client.get(review).text

    @pytest.mark.parametrize(
        ("name", "is_alike"),
        [
            ("Beispiel Digital-Werkstatt", True),
            ("Beispiel Rad und Werkstatt gUG", False),
            ("DIWEBU e. V.", True),
        ],
    )
    def test_asks_at_an_entry_only_of_what_is_nearly_called_the_same(
        self, client, reviewer, name, is_alike
    ):
        make_organisation("Beispiel Digitalwerkstatt eG", short_name="DiWeBu")
        new = make_organisation(name, status="submitted")
        review = reverse("actors:moderation-review", args=["organisation", new.slug])
        assert ("Doppelt vorhanden?" in client.get(review).text) is is_alike

    def test_says_when_somebody_was_faster(self, client):
        make("Beispiel Nähcafé"), make("Beispiel Nähcafé e. V.")
        duplicates.find()
        pair = DuplicatePair.objects.get()
        pair.say_different(make_user("reviewer"))
        page = client.post(LIST, {"pair": pair.pk}, follow=True)
        assert "Jemand anderes war schneller." in page.text
        assert "Gemerkt" not in page.text

    @pytest.mark.parametrize("pair", ["", "x", "-1", "9" * 30, "²"])
    def test_takes_any_input(self, client, pair):
        assert client.post(LIST, {"pair": pair}).status_code == 302

    @pytest.mark.parametrize("number", [2, 4])
    def test_takes_a_constant_number_of_queries(self, client, django_assert_num_queries, number):
        for _number in range(number):
            make("Beispiel Nähcafé")
        duplicates.find()
        client.get(LIST)
        # session, account, second factor, count, pairs with both sides
        with django_assert_num_queries(5):
            client.get(LIST)

    def test_is_totally_ordered(self):
        assert DuplicatePair.objects.open().totally_ordered


class TestComingIn:
    def test_a_draft_is_told_before_it_is_handed_in(self, client, deliver_jobs):
        area = make_area()
        twin = make("Beispiel Nähcafé", area=area)
        draft = make("Beispiel Naehcafe e. V.", area=area, status="draft", phone="")
        client.force_login(make_member(draft))
        review = reverse("actors:organisation-review", args=[draft.slug])
        assert "sehr ähnlich" not in client.get(review).text
        step = reverse("actors:organisation-edit-step", args=[draft.slug, "work"])
        client.post(step, {"summary": "Nähen", "description": "Mit Maschinen."})
        deliver_jobs()
        page = client.get(review).text
        assert "Sind Sie das? Ein Eintrag ist Ihrem sehr ähnlich" in page
        assert reverse("actors:organisation-claim", args=[twin.slug]) in page

    def test_whoever_reviews_it_is_told(self, client, mailbox, deliver_jobs):
        one = make("Werkstatt Rad und Tat")
        draft = make("Fahrradladen", status="draft")
        client.force_login(make_member(draft))
        client.post(reverse("actors:organisation-review", args=[draft.slug]))
        deliver_jobs()
        client.force_login(make_user("reviewer"))
        review = reverse("actors:moderation-review", args=["organisation", draft.slug])
        assert one.name in client.get(review).text  # by its telephone number
        assert DuplicatePair.objects.open().count() == 1
