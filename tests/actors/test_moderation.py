"""The task force's queue, decisions, second looks and histories."""

from datetime import timedelta
from unittest.mock import Mock

import pghistory
import pytest
from django.core.paginator import Paginator
from django.db import connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from actors import desk, moderation
from actors.models import DuplicatePair, ImportRow, ListImport, Organisation, TargetGroup
from ssoe_portal.common.changes import changes, recent
from ssoe_portal.common.history import latest_state
from ssoe_portal.common.moderation import Status
from tests.world import (
    make_area,
    make_contact,
    make_initiative,
    make_language,
    make_listing,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

QUEUE = "/de/desk/moderation/"


@pytest.fixture
def reviewer(client):
    user = make_user("reviewer")
    client.force_login(user)
    return user


def review_url(item) -> str:
    return reverse("actors:moderation-review", args=[item._meta.model_name, item.slug])


def seen(client, item) -> dict:
    """What the page showed when it was opened, which goes along with the decision."""
    return client.get(review_url(item)).context["form"].initial


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
            ListImport.objects.create(kind=kind, filename=f"{kind}.csv", step="written")
            for kind in ("organisation", "offer")
        ]
        ListImport.objects.create(kind="offer", filename="nie-eingetragen.csv", step="checked")
        rows = (({"organisation": mine}, "created"), ({"organisation": other}, "updated"))
        for number, (entry, result) in enumerate(rows):
            ImportRow.objects.create(of=lists[0], number=number, result=result, **entry)
        ImportRow.objects.create(of=lists[1], number=1, result="created", offer=offer)
        for of, slugs in zip(lists, ([mine.slug], [offer.slug]), strict=True):
            page = client.get(QUEUE, {"from_list": of.pk})
            assert [row.slug for row in page.context["page_obj"]] == slugs
        assert "offer.csv, " in page.text and "nie-eingetragen" not in page.text
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
        of = ListImport.objects.create(kind="organisation", filename="liste.csv", step="written")
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

    def test_names_in_the_history_what_the_terms_are_called(self, client, reviewer):
        organisation = make_organisation(status="submitted", area=make_area("buch"))
        organisation.target_groups.add(self.group())
        Organisation.objects.filter(pk=organisation.pk).update(area=make_area("karow"))
        page = client.get(review_url(organisation)).text
        what_changed = page[page.index("what-changed") :]
        assert "<del>Buch</del>" in what_changed
        assert "<ins>Karow</ins>" in what_changed


class TestDecision:
    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    def test_publishes_every_kind_and_tells_the_owners(
        self, client, reviewer, mailbox, deliver_jobs, make
    ):
        item = make(status="submitted")
        organisation = item if isinstance(item, Organisation) else item.organisation
        if organisation is None:
            item.organisation = organisation = make_organisation()
            item.save()
        owner = make_member(organisation)
        client.post(review_url(item), {"action": "publish", **seen(client, item)})
        item.refresh_from_db()
        assert item.status == Status.PUBLISHED
        deliver_jobs()
        assert item.get_absolute_url() in mailbox.latest(owner.email).text

    def test_shows_the_entry_as_readers_will_see_it(self, client, reviewer):
        for item in (make_offer(status="submitted"), make_listing(status="submitted")):
            page = client.get(review_url(item)).text
            assert str(item) in page
            assert item.description in page

    def test_shows_of_an_offer_all_that_decides_whether_people_can_come(self, client, reviewer):
        offer = make_offer(
            status="submitted",
            cost="price",
            price="3 € am Abend",
            papers="Ausweis",
            place_name="Haus 3",
            street="Beispielstraße 1",
            postcode="13125",
            phone="030 123456",
            appointment="required",
            is_women_only=True,
            has_childcare=True,
            is_step_free=True,
            age_from=16,
        )
        offer.languages.add(make_language("ar"))
        offer.organisation.email = "post@beispiel.example"
        offer.organisation.save()
        page = client.get(review_url(offer)).text
        preview = page[page.index('class="preview"') : page.index("what-changed")]
        for fact in (
            offer.schedule, offer.price, offer.papers, offer.place_name, offer.street, offer.phone,
            "Nur mit Termin", "Nur für Frauen", "Mit Kinderbetreuung", "ab 16 Jahren",
            "Per E-Mail anmelden", "sobald das Angebot veröffentlicht ist", "<dd>ar</dd>",
        ):  # fmt: skip
            assert fact in preview, fact
        assert reverse("actors:offer-join", args=[offer.slug]) not in page

    def test_says_where_nobody_would_get_what_readers_send(self, client, reviewer):
        silent = make_organisation(email="")
        offer = make_offer(silent, status="submitted", takes_requests=True)
        initiative = make_initiative(organisation=silent, status="submitted", takes_supporters=True)
        for item in (offer, initiative):
            assert "niemand bekäme" in client.get(review_url(item)).text
        make_member(silent)
        for item in (offer, initiative):
            assert "niemand bekäme" not in client.get(review_url(item)).text

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    def test_shows_the_texts_in_every_language_that_goes_public(self, client, reviewer, make):
        item = make(status="submitted")
        texts = {name: f"English {name}" for name in item.TRANSLATED_FIELDS}
        item.translations.create(language="en", **texts)
        name = item.TRANSLATED_FIELDS[0]
        [version] = client.get(review_url(item)).context["other_versions"]
        assert (version.language, version.fields[0][1]) == ("en", f"English {name}")
        page = client.get(review_url(item).replace("/de/", "/en/"))
        [version] = page.context["other_versions"]
        assert (version.language, version.fields[0][1]) == ("de", getattr(item, name))
        assert getattr(item, name) in page.text

    def test_returning_needs_a_reason_and_keeps_nothing_without(self, client, reviewer):
        item = make_organisation(status="submitted")
        page = client.post(review_url(item), {"action": "return", **seen(client, item)})
        [error] = page.context["form"].errors["reason"]
        assert error in page.text
        item.refresh_from_db()
        assert item.status == Status.SUBMITTED

    def test_the_second_of_two_is_told(self, client, reviewer):
        item = make_organisation(status="submitted")
        first = seen(client, item)
        item.publish()
        answer = client.post(review_url(item), {"action": "publish", **first}, follow=True)
        assert "schon entschieden" in answer.text

    def test_an_entry_that_just_changed_is_looked_at_again(self, client, reviewer):
        item = make_organisation(status="submitted")
        before = seen(client, item)
        item.summary = "Etwas ganz anderes."
        item.save()
        page = client.post(review_url(item), {"action": "publish", **before})
        assert "gerade geändert" in page.text
        assert "Etwas ganz anderes." in page.text
        item.refresh_from_db()
        assert item.status == Status.SUBMITTED
        client.post(review_url(item), {"action": "publish", **seen(client, item)})
        item.refresh_from_db()
        assert item.status == Status.PUBLISHED

    @pytest.mark.parametrize("status", ["submitted", "published"])
    @pytest.mark.parametrize("action", ["publish", "reviewed", "return"])
    def test_a_change_nobody_looked_at_is_not_ticked_off(self, client, reviewer, status, action):
        item = make_organisation(status=status)
        item.record_change()
        before = seen(client, item)
        item.summary = "Etwas ganz anderes."
        item.save()
        item.record_change()
        decision = {"action": action, "reason": "Bitte kürzer.", **before}
        page = client.post(review_url(item), decision)
        assert page.status_code == 200
        assert "Etwas ganz anderes." in page.text
        stored = Organisation.objects.get(pk=item.pk)
        assert stored.status == status
        assert not stored.reviewed_at or stored.reviewed_at < item.changed_at

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    def test_a_translation_belongs_to_what_is_looked_at(self, client, reviewer, make):
        item = make(status="submitted")
        texts = {name: f"English {name}" for name in item.TRANSLATED_FIELDS}
        states = [seen(client, item)]
        row = item.translations.create(language="en", **texts)
        states.append(seen(client, item))
        row.description = "Something else."
        row.save()
        states.append(seen(client, item))
        page = client.get(review_url(item)).text
        assert "English description" in page
        assert "Something else." in page
        row.delete()
        states.append(seen(client, item))
        assert len({state["seen"] for state in states}) == 4
        for state in states[:-1]:
            page = client.post(review_url(item), {"action": "publish", **state})
            assert "gerade geändert" in page.text
        item.refresh_from_db()
        assert item.status == Status.SUBMITTED
        steps = [change for change in changes(item) if change.language == "en"]
        assert [step.kind for step in steps] == ["delete", "update", "insert"]
        assert ("Beschreibung (English)", "English description", "Something else.") in (
            steps[1].fields
        )

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    def test_drafts_of_others_are_not_for_reviewers(self, client, reviewer, make):
        draft, handed_in = make(status="draft"), make(status="submitted")
        history = reverse("actors:moderation-history", args=[draft._meta.model_name, draft.slug])
        for url in (draft.get_absolute_url(), review_url(draft), history):
            assert client.get(url).status_code == 404
        for url in (handed_in.get_absolute_url(), review_url(handed_in)):
            assert client.get(url).status_code == 200
        visible = type(draft).objects.visible_to
        assert draft in visible(make_user("admin"))
        if make is make_initiative:
            draft.organisation = make_organisation()
            draft.save()
        own = draft if make is make_organisation else draft.organisation
        own.memberships.create(user=reviewer, role="editor")
        assert set(visible(reviewer)) >= {draft, handed_in}

    def test_warns_of_an_organisation_that_is_there_already(self, client, reviewer):
        make_organisation("Beispiel Radwerkstatt Buch e. V.")
        item = make_organisation("Beispiel Radwerkstatt Buch", status="submitted")
        assert "Beispiel Radwerkstatt Buch e. V." in client.get(review_url(item)).text

    def test_knows_no_other_kinds(self, client, reviewer):
        assert client.get("/de/desk/moderation/user/1/").status_code == 404

    def test_is_not_for_members(self, client):
        item = make_organisation(status="submitted")
        client.force_login(make_member(item))
        assert client.post(review_url(item), {"action": "publish"}).status_code == 403

    def test_waits_for_the_second_factor(self, client):
        client.force_login(make_user("reviewer", second_factor=False))
        assert client.get(QUEUE).url == reverse("mfa_index")


class TestRecentlyChanged:
    def test_lists_what_owners_changed_until_somebody_looked(self, client, reviewer):
        item = make_organisation()
        item.record_change()
        url = reverse("actors:moderation-changes")
        assert item.name in client.get(url).text
        client.post(review_url(item), {"action": "reviewed", **seen(client, item)})
        assert client.get(url).context["page_obj"].paginator.count == 0

    def test_can_be_taken_offline_with_a_reason(self, client, reviewer):
        item = make_organisation()
        item.record_change()
        client.post(
            review_url(item),
            {"action": "return", "reason": "Das ist Werbung.", **seen(client, item)},
        )
        assert not Organisation.objects.published().exists()


class TestArchive:
    """What staff archive keeps its reason, is found again and comes back."""

    URL = "/de/desk/moderation/archived/"

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    def test_takes_an_entry_with_a_reason_and_gives_it_back(
        self, client, reviewer, mailbox, deliver_jobs, make
    ):
        item = make()
        decision = {"action": "archive", "reason": " ", **seen(client, item)}
        page = client.post(review_url(item), decision)
        assert "Bitte sagen Sie, warum" in page.text
        page = client.post(review_url(item), decision | {"reason": "Umgezogen."}, follow=True)
        item.refresh_from_db()
        assert (item.status, item.return_reason) == (Status.ARCHIVED, "Umgezogen.")
        assert ("Begründung der Taskforce", "", "Umgezogen.") in changes(item)[0].fields
        preview, history = page.text.split("what-changed", 1)
        assert "Archiviert mit der Begründung" in preview and "Umgezogen." in history
        [row] = client.get(self.URL, {"name": str(item)}).context["page_obj"]
        assert (row.slug, row.reason) == (item.slug, "Umgezogen.")
        assert "Umgezogen." in client.get(self.URL).text
        assert "Umgezogen." in client.get(item.get_absolute_url()).text

        if organisation := item.organisation:
            make_member(organisation, email="owner@example.org")
        client.post(review_url(item), {"action": "publish", **seen(client, item)})
        item.refresh_from_db()
        assert (item.status, item.return_reason) == (Status.PUBLISHED, "")
        assert ("Begründung der Taskforce", "Umgezogen.", "") in changes(item)[0].fields
        deliver_jobs()
        if organisation:
            assert item.get_absolute_url() in mailbox.latest("owner@example.org").text
        assert not client.get(self.URL).context["rows"]

    def test_of_two_who_bring_it_back_the_second_is_told(self, client, reviewer):
        item = make_listing(status="archived")
        first = seen(client, item)
        item.publish()
        for action in ("publish", "archive"):
            data = {"action": action, "reason": "Nein.", **first}
            assert "schon entschieden" in client.post(review_url(item), data, follow=True).text
        item.refresh_from_db()
        assert item.status == Status.PUBLISHED

    def test_holds_the_latest_first_but_nothing_that_was_merged(self, client, reviewer):
        items = [make_organisation("Beispiel Alt"), make_listing(), make_offer()]
        for item in reversed(items):
            item.archive()
        gone = make_organisation()
        gone.merge_into(make_organisation())
        for days, item in enumerate(items):
            # What happens to it in the archive is not when it went there.
            type(item).objects.filter(pk=item.pk).update(slug=f"im-archiv-{days}")
            at = timezone.now() - timedelta(days=days)
            latest = item.events.order_by("-pgh_id").values_list("pgh_id", flat=True)
            item.events.filter(pgh_id=latest[1]).update(pgh_created_at=at)
        rows = client.get(self.URL).context["page_obj"].object_list
        assert [row.slug for row in rows] == ["im-archiv-0", "im-archiv-1", "im-archiv-2"]
        assert [(timezone.now() - row.since).days for row in rows] == [0, 1, 2]
        page = client.get(review_url(gone)).text
        assert "in einem anderen aufgegangen" in page and "Wieder veröffentlichen" not in page

    def test_says_what_readers_will_miss(self, client, reviewer):
        page = client.get(review_url(make_organisation(status="archived", description=""))).text
        assert "wird fehlen: " in page and "Wieder veröffentlichen" in page

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_a_constant_number_of_queries(self, client, reviewer, number):
        for _number in range(number):
            make_organisation(status="archived")
            make_initiative(status="archived")
        for url in (self.URL, TestAllEntries.URL):
            client.get(url)
            # session, account, second factor, lists, count, rows
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            assert len(queries) == 6


class TestAllEntries:
    """Whatever its state and its queue, an entry is found by its name."""

    URL = "/de/desk/moderation/entries/"

    def test_are_found_by_their_names(self, client, reviewer):
        home = make_organisation("Beispiel Hof")
        offer = make_offer(home, title="Hoffest", status="returned")
        listing = make_listing(title="Hofladen", status="archived")
        make_listing(title="Hofentwurf", status="draft")
        make_listing(title="Garten")
        page = client.get(self.URL, {"name": "hof"})
        assert [(row.label, row.state) for row in page.context["page_obj"]] == [
            ("Beispiel Hof", "published"),
            ("Hoffest", "returned"),
            ("Hofladen", "archived"),
        ]
        for item in (home, offer, listing):
            assert f'href="{review_url(item)}"' in page.text
        assert "Zurückgegeben" in page.text or "Rückfrage" in page.text
        assert "checkbox" not in page.text
        assert f'action="{self.URL}"' in client.get("/de/desk/").text
        client.force_login(make_user("admin"))
        assert "Hofentwurf" in client.get(self.URL, {"name": "hofentwurf"}).text

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    def test_public_pages_lead_staff_to_the_desk(self, client, make):
        item = make()
        url, kind = item.get_absolute_url(), item._meta.model_name
        history = reverse("actors:moderation-history", args=[kind, item.slug])
        owner = make_member(make_organisation() if make is make_initiative else item.organisation)
        for user, number in ((None, 0), (owner, 0), (make_user("reviewer"), 1)):
            if user:
                client.force_login(user)
            page = client.get(url).text
            for link in (review_url(item), history):
                assert page.count(f'href="{link}"') == number


class TestNotPublic:
    """What the page of an entry says about who sees it."""

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    def test_says_who_sees_it_now(self, client, make):
        item = make(status="draft")
        if make is make_initiative:
            item.organisation = make_organisation()
            item.save()
        client.force_login(make_member(item if make is make_organisation else item.organisation))
        url = item.get_absolute_url()
        words = {
            "draft": "sieht nur Ihr Team, bis Sie den Eintrag einreichen",
            "submitted": "sehen nur das Team und die Taskforce, bis",
            "returned": "reichen Sie ihn noch einmal ein",
            "archived": "Dieser Eintrag ist archiviert",
        }
        for status, here in words.items():
            type(item).objects.filter(pk=item.pk).update(
                status=status, return_reason="Bitte kürzer." if status == "returned" else ""
            )
            page = client.get(url).text
            assert [text for text in words.values() if text in page] == [here]
        type(item).objects.filter(pk=item.pk).update(
            status="published", published_at=timezone.now()
        )
        page = client.get(url).text
        assert not [text for text in words.values() if text in page]


class TestHistory:
    def test_says_who_changed_what(self, client):
        organisation = make_organisation()
        owner = make_member(organisation)
        client.force_login(owner)
        client.post(
            reverse("actors:organisation-edit-step", args=[organisation.slug, "work"]),
            {"summary": "Neuer Satz.", "description": organisation.description},
        )
        change = next(c for c in changes(organisation) if c.by == owner)
        assert change.fields == [
            (
                "In einem Satz",
                "Wir reparieren Fahrräder mit Nachbarinnen und Nachbarn.",
                "Neuer Satz.",
            )
        ]
        client.force_login(make_user("reviewer"))
        url = reverse("actors:moderation-history", args=["organisation", organisation.slug])
        page = client.get(url).text
        assert owner.get_full_name() in page
        assert "Neuer Satz." in page

    def test_shows_choices_as_people_read_them(self):
        organisation = make_organisation(stage="new")
        organisation.stage = "established"
        organisation.save()
        assert changes(organisation)[0].fields == [
            ("Entwicklungsstand", "Neu gegründet", "Etabliert")
        ]

    def test_tells_what_came_into_a_list_and_what_went(self, client):
        offer = make_offer(title="Deutsch im Café")
        arabic, english = make_language("ar"), make_language("en")
        offer.languages.set([arabic])
        owner = make_member(offer.organisation)
        client.force_login(owner)
        values = {
            "title": "Deutsch im Garten",
            "category": offer.category.pk,
            "summary": offer.summary,
            "cost": "free",
            "appointment": "none",
            "schedule": offer.schedule,
            "where": "everywhere",
            "takes_requests": "on",
            "languages": [english.pk],
        }
        client.post(reverse("actors:offer-edit", args=[offer.slug]), values)
        [change] = [change for change in changes(offer) if change.by == owner]
        assert ("Titel", "Deutsch im Café", "Deutsch im Garten") in change.fields
        assert ("Gesprochene Sprachen", "ar", "en") in change.fields

    def test_counts_what_came_and_went_as_a_newer_state(self):
        organisation = make_organisation()
        before = latest_state(organisation)
        group = TargetGroup.objects.create(key="women", labels={"de": "Frauen"})
        organisation.target_groups.add(group)
        added = latest_state(organisation)
        assert added > before
        organisation.target_groups.clear()
        group.delete()
        assert latest_state(organisation) == added + 1

    @pytest.mark.django_db(transaction=True)
    def test_tells_of_each_time_a_list_changed(self):
        organisation = make_organisation()
        group = TargetGroup.objects.create(key="women", labels={"de": "Frauen"})
        organisation.target_groups.add(group)
        organisation.target_groups.clear()
        steps = [change.fields for change in changes(organisation)][:2]
        assert steps == [[("Zielgruppen", "Frauen", "")], [("Zielgruppen", "", "Frauen")]]
        number = str(group.pk)
        group.delete()
        assert changes(organisation)[0].fields == [("Zielgruppen", number, "")]

    @pytest.mark.django_db(transaction=True)
    def test_does_not_call_a_change_what_an_entry_began_with(self):
        with transaction.atomic():
            offer = make_offer(status="draft")
            offer.languages.add(make_language("ar"))
        assert [(change.kind, change.fields) for change in changes(offer)] == [("insert", [])]

    @pytest.mark.django_db(transaction=True)
    def test_is_one_order_of_all_there_is(self):
        """Nothing is left out because so much else happened, nothing is told that did not happen:
        what is shown is the beginning of the whole history."""
        organisation = make_organisation()
        contact = make_contact(organisation, name="Samira Beispiel")
        english = organisation.translations.create(language="en", summary="We mend.")
        for number in range(25):
            english.summary = f"We mend {number}."
            english.save()
        make_contact(organisation, name="Jo Beispiel")
        contact.name = "Samira Muster"
        contact.save()
        organisation.summary = "Wir reparieren."
        organisation.save()
        for _number in range(12):
            organisation.record_change()  # tells nothing by itself
        whole = changes(organisation)
        assert [step.fields[0][0].partition(":")[0] for step in whole[:3]] == [
            "In einem Satz",
            "Ansprechperson „Samira Muster“",
            "Ansprechperson „Jo Beispiel“",
        ]
        assert [step.at for step in whole] == sorted((step.at for step in whole), reverse=True)
        # Entered and published, a contact, English 26 times, and what is named above.
        assert len(whole) == 2 + 1 + 26 + 3
        assert [step.kind for step in whole if step.fields == []] == ["insert"]
        now = timezone.now() + timedelta(hours=1)
        for number in (1, 3, 10, 28):
            part = recent(organisation, number=number, since=now)
            assert (part.shown, part.older) == (whole[:number], len(whole) - number)
        # What staff have not seen is never left out.
        assert recent(organisation, number=2, since=whole[5].at).older == 0
        hour_ago = timezone.now() - timedelta(hours=1)
        organisation.events.update(pgh_created_at=hour_ago)
        part = recent(organisation, number=2, since=hour_ago + timedelta(minutes=30))
        assert len(part.shown) == 29
        assert recent(organisation, number=2, since=None).older == 0

    def test_is_told_in_part_beside_a_decision_and_page_by_page_in_whole(self, client):
        client.force_login(make_user("reviewer"))
        organisation = make_organisation()
        for number in range(104):
            organisation.summary = f"Satz {number}."
            organisation.save()
        Organisation.objects.filter(pk=organisation.pk).update(
            reviewed_at=timezone.now() + timedelta(hours=1)
        )
        whole = len(changes(organisation))
        page = client.get(review_url(organisation))
        assert len(page.context["history"].shown) == 10
        assert f"… und {whole - 10} weitere, ältere" in page.text
        assert "Satz 103." in page.text and "Satz 80." not in page.text
        url = reverse("actors:moderation-history", args=["organisation", organisation.slug])
        first, second = client.get(url), client.get(url, {"page": 2})
        assert "Satz 103." in first.text and "Eingetragen" in second.text
        told = [len(page.context["changes"]) for page in (first, second)]
        assert told == [100, whole - 100]
