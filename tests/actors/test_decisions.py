"""What the task force decides about an entry, and what follows from it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from actors.models import Organisation
from ssoe_portal.common.changes import changes
from ssoe_portal.common.moderation import Status
from tests.actors.reviewing import review_url, seen
from tests.world import (
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


class TestComingBack:
    def test_says_what_readers_would_miss(self, client, reviewer):
        organisation = make_organisation(status="draft", summary="")
        offer = make_offer(organisation=organisation, status="archived")
        words = "das Profil Ihrer Organisation, zur Prüfung eingereicht"
        assert words in client.get(review_url(offer)).text
        organisation.archive()
        page = client.get(review_url(organisation)).text
        assert "in einem Satz" in page.split("Lesenden wird fehlen: ", 1)[1].split("<")[0]


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
            offer.schedule, "3\xa0€ am Abend", offer.papers, offer.place_name, offer.street,
            offer.phone, "Nur mit Termin", "Nur für Frauen", "Mit Kinderbetreuung", "ab 16 Jahren",
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

    def test_says_that_what_is_accepted_waits_for_its_organisation(self, client, reviewer):
        item = make_offer(make_organisation(status="submitted"), status="submitted")
        answer = client.post(
            review_url(item), {"action": "publish", **seen(client, item)}, follow=True
        )
        assert "erscheint, sobald die Organisation" in answer.text

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
        assert ("Beschreibung auf Englisch", "English description", "Something else.") in (
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
