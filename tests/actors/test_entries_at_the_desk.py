"""Entries at the desk that wait for nothing: the archive, all of them, their histories."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actors.models import Organisation, TargetGroup
from ssoe_portal.common.changes import changes, recent
from ssoe_portal.common.history import latest_state
from ssoe_portal.common.moderation import Status
from tests.actors.reviewing import review_url, seen
from tests.world import (
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

    def test_stand_as_in_a_telephone_book(self, client, reviewer):
        home = make_organisation("Öffnung")
        make_listing(home, title="beta")
        make_offer(home, title="Zirkus")
        make_initiative(name="Anfang")
        rows = client.get(self.URL).context["page_obj"]
        assert [row.label for row in rows] == ["Anfang", "beta", "Öffnung", "Zirkus"]

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
