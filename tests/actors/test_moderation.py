"""The task force's queue, and the page of an entry in it."""

from datetime import timedelta
from unittest.mock import Mock

import pghistory
import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from actors import desk, moderation
from actors.models import (
    DuplicatePair,
    ImportRow,
    ListImport,
    Organisation,
    TargetGroup,
)
from tests.actors.reviewing import review_url
from tests.world import (
    make_area,
    make_initiative,
    make_language,
    make_listing,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

QUEUE = "/de/desk/moderation/"


class TestQueue:
    def test_holds_every_kind_the_longest_waiting_first(self, client, reviewer):
        organisation = make_organisation(status="submitted")
        items = [
            make_listing(status="submitted"),
            organisation,
            make_initiative(status="submitted", organisation=organisation),
            make_offer(status="submitted"),
        ]
        for days, item in enumerate(items):
            type(item).objects.filter(pk=item.pk).update(
                submitted_at=timezone.now() - timedelta(days=days)
            )
        rows = client.get(QUEUE).context["page_obj"].object_list
        assert [(row.what, row.slug) for row in rows] == [
            (item._meta.model_name, item.slug) for item in reversed(items)
        ]

    def test_says_whose_an_entry_is_but_of_no_organisation_twice(self, client, reviewer):
        organisation = make_organisation("Beispiel Haus", status="submitted")
        make_offer(organisation, title="Tee", status="submitted")
        rows = client.get(QUEUE).context["page_obj"].object_list
        assert {(row.label, row.who) for row in rows} == {
            ("Beispiel Haus", ""),
            ("Tee", "Beispiel Haus"),
        }

    def test_marks_what_may_be_there_already(self, client, reviewer):
        home, twin = make_organisation(status="submitted"), make_organisation()
        less, other = make_organisation(), make_organisation(status="submitted")
        make_offer(home, status="submitted")
        DuplicatePair.objects.create(first=home, second=less, likeness=0.7, reasons=["name"])
        pair = DuplicatePair.objects.create(first=home, second=twin, likeness=0.9, reasons=["name"])
        rows = client.get(QUEUE).context["page_obj"].object_list
        assert {row.slug: row.twin for row in rows if row.twin} == {home.slug: twin.slug}
        url = reverse("actors:duplicates-merge", args=[home.slug, twin.slug])
        text = client.get(QUEUE).text
        assert text.count("vielleicht schon da") == 1 and f'href="{url}"' in text
        # Its own page says so, too.
        assert f'href="{url}"' in client.get(review_url(home)).text
        assert client.get(url).status_code == 200
        pair.say_different(reviewer)
        DuplicatePair.objects.create(first=twin, second=other, likeness=0.9, reasons=["name"])
        rows = client.get(QUEUE).context["page_obj"].object_list
        assert {row.slug: row.twin for row in rows if row.twin} == {
            home.slug: less.slug,
            other.slug: twin.slug,
        }

    def test_writes_thousands_with_a_dot(self, client, reviewer, monkeypatch):
        make_organisation(status="submitted")
        monkeypatch.setattr(Paginator, "count", 3000)
        monkeypatch.setattr(desk.moderation, "awaiting", lambda: Mock(count=lambda: 3000))
        assert ">3.000 Einträge<" in client.get(QUEUE).text
        assert ">3.000</span>" in client.get("/de/desk/").text

    def test_can_be_narrowed_to_a_kind(self, client, reviewer):
        make_organisation(status="submitted")
        listing = make_listing(status="submitted")
        rows = client.get(QUEUE, {"kind": "listing"}).context["page_obj"].object_list
        assert [row.slug for row in rows] == [listing.slug]
        assert client.get(QUEUE, {"kind": "'; --"}).context["page_obj"].paginator.count == 2

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("naehcafé", {"Beispiel Nähcafé", "Taschen flicken"}),
            ("CAFE beispiel", {"Beispiel Nähcafé", "Taschen flicken"}),
            ("taschen nähcafé", {"Taschen flicken"}),
            ("Nadelöhr", {"Beispiel Nähcafé"}),  # another name it has
            ("%", set()),
            ("gibt es nicht", set()),
            ("x" * 101, {"Beispiel Nähcafé", "Taschen flicken", "Raum"}),
            ("a\x00", {"Beispiel Nähcafé", "Taschen flicken", "Raum"}),
        ],
    )
    def test_can_be_searched_by_names(self, client, reviewer, words, found):
        home = make_organisation("Beispiel Nähcafé", other_names="Nadelöhr", status="submitted")
        make_offer(home, title="Taschen flicken", status="submitted")
        make_listing(title="Raum", status="submitted")
        page = client.get(QUEUE, {"name": words})
        assert {row.label for row in page.context["page_obj"]} == found
        assert ("invalid-feedback" in page.text) == (len(found) == 3)
        assert ("Nichts gefunden" in page.text) == (not found)

    def test_can_be_narrowed_to_what_a_list_has_entered(self, client, reviewer):
        assert "from_list" not in client.get(QUEUE).text  # no list, nothing to choose
        mine, other = make_organisation(status="submitted"), make_organisation(status="submitted")
        offer = make_offer(status="submitted")
        make_listing(status="submitted")
        lists = [
            ListImport.objects.create(
                kind=kind, filename=f"{kind}.csv", step="written", by=reviewer
            )
            for kind in ("organisation", "offer")
        ]
        ListImport.objects.create(kind="offer", filename="nie-eingetragen.csv", by=reviewer)
        ListImport.objects.create(kind="offer", filename="von-anderen.csv", step="written")
        rows = (({"organisation": mine}, "created"), ({"organisation": other}, "updated"))
        for number, (entry, result) in enumerate(rows):
            ImportRow.objects.create(of=lists[0], number=number, result=result, **entry)
        ImportRow.objects.create(of=lists[1], number=1, result="created", offer=offer)
        for of, slugs in zip(lists, ([mine.slug], [offer.slug]), strict=True):
            page = client.get(QUEUE, {"from_list": of.pk})
            assert [row.slug for row in page.context["page_obj"]] == slugs
        assert "offer.csv, " in page.text
        assert "nie-eingetragen" not in page.text and "von-anderen" not in page.text
        for wrong in ("0", "x", "9" * 30):
            page = client.get(QUEUE, {"from_list": wrong, "kind": "offer"})
            assert [row.slug for row in page.context["page_obj"]] == [offer.slug]
        assert not client.get(QUEUE, {"from_list": lists[0].pk, "kind": "offer"}).context["rows"]

    def test_is_totally_ordered_where_everything_came_at_once(self):
        now = timezone.now()
        for _number in range(3):
            make_organisation(status="submitted")
            make_listing(status="submitted")
        for model in moderation.KINDS.values():
            model.objects.filter(status="submitted").update(submitted_at=now)
        rows = [(row.what, row.pk) for row in moderation.awaiting()]
        assert rows == sorted(rows)
        assert len(set(rows)) == 6

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_a_constant_number_of_queries(
        self, client, reviewer, django_assert_num_queries, number
    ):
        for _number in range(number):
            make_organisation(status="submitted")
            make_offer(status="submitted")
        of = ListImport.objects.create(
            kind="organisation", filename="liste.csv", step="written", by=reviewer
        )
        client.get(QUEUE)
        # session, account, second factor, lists, count, rows, what is newest in their histories
        with django_assert_num_queries(7):
            client.get(QUEUE)
        for item in Organisation.objects.awaiting_review():
            ImportRow.objects.create(of=of, number=item.pk, organisation=item, result="created")
        with django_assert_num_queries(7):
            page = client.get(QUEUE, {"name": "beispiel", "from_list": of.pk})
        assert page.context["page_obj"].paginator.count == number

    def test_is_counted_at_the_desk(self):
        make_organisation(status="submitted")
        make_offer(status="submitted")
        changed = make_listing()
        changed.record_change()
        assert [queue.count for queue in desk.queues()][:2] == [2, 1]


class TestForReview:
    """What the desk shows of an entry is read at once, in whatever language."""

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    @pytest.mark.parametrize("language", ["de", "en", "fr"])
    def test_takes_three_queries(self, make, language, django_assert_max_num_queries):
        item = make(status="submitted")
        texts = {name: f"English {name}" for name in item.TRANSLATED_FIELDS}
        item.translations.create(language="en", **texts)
        terms = type(item).objects.all().TERMS
        kind, reader = item._meta.model_name, make_user("reviewer")
        assert reader.may_review  # known from here on
        # The entry, its texts, its terms.
        with translation.override(language), django_assert_max_num_queries(3):
            item = moderation.for_review(kind, item.slug, to=reader)
            assert item.text.description.startswith("English") == (language == "en")
            assert len(item.translations.all()) == 1
            assert [list(getattr(item, name).all()) for name in terms] == [[]] * len(terms)
            assert (item.latest_state > 0, item.is_changed) == (True, False)

    def test_knows_what_its_owner_changed(self):
        item = make_listing()
        item.record_change()
        assert moderation.for_review("listing", item.slug, to=make_user("reviewer")).is_changed

    def test_is_missing_for_what_is_no_kind_and_for_what_one_may_not_see(self):
        draft, stranger = make_listing(status="draft"), make_user()
        for kind, slug in (("listing", draft.slug), ("event", draft.slug), ("listing", "x")):
            with pytest.raises(Http404):
                moderation.for_review(kind, slug, to=stranger)


class TestQueriesOfAReview:
    """What the house promises of every page, where an entry has all there is to tell."""

    @pytest.mark.parametrize("translated", [False, True])
    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    def test_are_twelve_at_most(self, client, reviewer, make, translated):
        item = make(status="submitted", **self.all_there_is(make))
        for name, term in (("languages", make_language("ar")), ("target_groups", self.group())):
            if hasattr(item, name):
                getattr(item, name).add(term)
        if translated:
            texts = dict.fromkeys(("title", "name", "summary", "description"), "Put in English")
            item.translations.create(
                language="en",
                **{name: texts[name] for name in set(texts) & set(item.TRANSLATED_FIELDS)},
            )
        # Everything that the history has to look up: who, where, for whom.
        with pghistory.context(user=reviewer.pk):
            if hasattr(item, "area"):
                item.area = make_area("karow")
            item.description = "Neu geschrieben."
            item.save()
            if hasattr(item, "target_groups"):
                item.target_groups.clear()
        for language in ("de", "en"):
            with translation.override(language), CaptureQueriesContext(connection) as queries:
                page = client.get(review_url(item))
            assert ("Put in English" in page.text) == translated
            assert "Neu geschrieben." in page.text
            assert reviewer.get_full_name() in page.text
            assert len(queries) <= 12, [query["sql"][:90] for query in queries]

    def all_there_is(self, make) -> dict:
        organisation = {"organisation": make_organisation(email="")}
        return {
            make_offer: organisation
            | {"area": make_area("buch"), "takes_requests": True, "description": "Alt."},
            make_listing: organisation,
            make_initiative: organisation | {"area": make_area("buch"), "takes_supporters": True},
            make_organisation: {"area": make_area("buch"), "email": "post@beispiel.example"},
        }[make]

    def group(self) -> TargetGroup:
        return TargetGroup.objects.create(key="families", labels={"de": "Familien"})

    def test_shows_in_the_history_names_that_stand_below_each_other_as_such(self, client, reviewer):
        organisation = make_organisation(status="submitted")
        organisation.other_names = "Nähstube Buch\nSewing Café"
        organisation.save()
        assert (
            "<ins>Nähstube Buch<br>Sewing Café</ins>" in client.get(review_url(organisation)).text
        )

    def test_names_in_the_history_what_the_terms_are_called(self, client, reviewer):
        organisation = make_organisation(status="submitted", area=make_area("buch"))
        organisation.target_groups.add(self.group())
        Organisation.objects.filter(pk=organisation.pk).update(area=make_area("karow"))
        page = client.get(review_url(organisation)).text
        what_changed = page[page.index("what-changed") :]
        assert "<del>Buch</del>" in what_changed
        assert "<ins>Karow</ins>" in what_changed
