"""The desk's lists: what is ticked there, and what one button does with it."""

import re
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from actors import care, moderation
from actors.models import Initiative, Listing, Offer, OfferException, Organisation
from ssoe_portal.common.confirmation import months_before
from ssoe_portal.common.history import latest_state
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.moderation import Status
from tests.world import (
    make_initiative,
    make_listing,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

QUEUE, CHANGES = "/de/desk/moderation/", "/de/desk/moderation/changes/"
STALE, INCOMPLETE = "/de/desk/moderation/stale/", "/de/desk/moderation/incomplete/"


@pytest.fixture(autouse=True)
def reviewer(client):
    user = make_user("reviewer")
    client.force_login(user)
    return user


def aged(item, months: int):
    at = months_before(timezone.now(), months)
    type(item).objects.filter(pk=item.pk).update(published_at=at, confirmed_at=None)
    return item


def key(item) -> str:
    return f"{item._meta.model_name}:{item.pk}:{latest_state(item)}"


def status_of(item) -> str:
    item.refresh_from_db()
    return item.status


class TestTicking:
    def test_publishes_several_at_once_and_tells_their_owners(self, client):
        items = [make_organisation(status="submitted"), make_listing(status="submitted")]
        make_member(items[0], email="owner@example.org")
        page = client.post(
            QUEUE, {"action": "publish", "entry": [key(item) for item in items]}, follow=True
        )
        assert "2 Einträge sind veröffentlicht." in page.text
        assert {status_of(item) for item in items} == {Status.PUBLISHED}
        assert OutgoingMail.objects.get().recipients == ["owner@example.org"]

    @pytest.mark.parametrize("along", [True, False])
    def test_says_what_waits_for_its_organisation(self, client, along):
        home = make_organisation(status="submitted")
        item = make_offer(home, status="submitted")
        ticked = [item, home] if along else [item]
        page = client.post(
            QUEUE, {"action": "publish", "entry": [key(one) for one in ticked]}, follow=True
        )
        assert ("erscheint erst, wenn" in page.text) is not along
        assert status_of(item) == Status.PUBLISHED

    def test_returns_several_with_one_reason_that_owners_read(self, client):
        items = [make_offer(status="submitted"), make_offer(status="submitted")]
        for item in items:
            make_member(item.organisation)
        data = {"action": "return", "entry": [key(item) for item in items]}
        answer = client.post(QUEUE, data)
        assert answer.status_code == 422 and "Bitte sagen Sie, warum" in answer.text
        assert answer.text.count(" checked") == 2  # nothing ticked is lost
        client.post(QUEUE, data | {"reason": "Bitte Uhrzeiten nennen."})
        for item in items:
            assert status_of(item) == Status.RETURNED
            assert item.return_reason == "Bitte Uhrzeiten nennen."
        assert OutgoingMail.objects.count() == 2

    def test_passes_over_what_has_changed_since_the_list_was_opened(self, client):
        item, other = make_listing(status="submitted"), make_listing(status="submitted")
        keys = [key(item), key(other)]
        Listing.objects.filter(pk=item.pk).update(title="Ganz anders")
        page = client.post(QUEUE, {"action": "publish", "entry": keys}, follow=True)
        assert "Ein Eintrag hat sich geändert" in page.text
        assert status_of(item) == Status.SUBMITTED and status_of(other) == Status.PUBLISHED

    def test_says_when_somebody_was_faster(self, client):
        item = make_listing(status="submitted")
        item.publish()
        page = client.post(QUEUE, {"action": "publish", "entry": [key(item)]}, follow=True)
        assert "schneller" in page.text

    def test_of_nothing_says_so(self, client):
        make_listing(status="submitted")
        answer = client.post(QUEUE, {"action": "publish"})
        assert answer.status_code == 422 and "mindestens einen Eintrag" in answer.text

    @pytest.mark.parametrize(
        "entry",
        ["", "offer", "offer:1", "event:1:1", "offer:1:1", "user:1:1", "offer:9" + "9" * 30 + ":1"],
    )
    @pytest.mark.parametrize("path", [QUEUE, CHANGES, STALE, INCOMPLETE])
    def test_takes_any_input(self, client, path, entry):
        for action in ("publish", "reviewed", "check", "archive", "ask", "'"):
            data = {"action": action, "entry": entry, "reason": "x"}
            assert client.post(path, data).status_code in {302, 422}

    @pytest.mark.parametrize("path", [CHANGES, STALE, INCOMPLETE])
    def test_lists_are_searched_by_names(self, client, path):
        for name in ("Beispiel Hof", "Beispiel Haus"):
            item = aged(make_organisation(name, description=""), 14)
            item.record_change()
        page = client.get(path, {"name": "hof", "kind": "organisation"})
        assert [row.label for row in page.context["page_obj"]] == ["Beispiel Hof"]

    def test_settles_several_changes(self, client):
        items = [make_listing(), make_offer()]
        for item in items:
            item.record_change()
        client.post(CHANGES, {"action": "reviewed", "entry": [key(item) for item in items]})
        assert not moderation.changed().exists()

    def test_keeps_the_address_of_the_list(self, client):
        item = make_listing(status="submitted")
        answer = client.post(QUEUE + "?kind=listing", {"action": "publish", "entry": [key(item)]})
        assert answer.url == QUEUE + "?kind=listing"


class TestStale:
    def test_holds_what_has_faded_and_what_reaches_nobody(self, client):
        faded, alone = aged(make_organisation(), 13), aged(make_organisation(email=""), 12)
        aged(make_organisation(), 12)
        nobodys = aged(make_initiative(), 12)
        rows = client.get(STALE).context["page_obj"].object_list
        assert {(row.what, row.pk) for row in rows} == {
            ("organisation", faded.pk),
            ("organisation", alone.pk),
            ("initiative", nobodys.pk),
        }
        assert rows[0].pk == faded.pk  # what was vouched for longest ago

    def test_takes_the_task_forces_own_look_without_claiming_the_owners(self, client):
        organisation = aged(make_organisation("Beispiel Alt"), 14)
        client.post(STALE, {"action": "check", "entry": key(organisation)})
        organisation.refresh_from_db()
        assert organisation.confirmed_at is None and organisation.checked_at
        assert not moderation.stale(now=timezone.now()).exists()
        text = client.get("/de/organisations/").text
        assert "von der Taskforce geprüft im" in text and "bestätigt im" not in text

    def test_archives_with_a_reason_that_owners_read(self, client, mailbox, deliver_jobs):
        organisation = aged(make_organisation(), 14)
        make_member(organisation, email="owner@example.org")
        data = {"action": "archive", "entry": key(organisation)}
        assert client.post(STALE, data).status_code == 422
        client.post(STALE, data | {"reason": "Das Telefon ist abgemeldet."})
        assert status_of(organisation) == Status.ARCHIVED
        deliver_jobs()
        assert "Das Telefon ist abgemeldet." in mailbox.latest("owner@example.org").text
        # What staff archive comes back through them, not with the yearly link.
        assert organisation.lapsed_at is None

    def test_is_totally_ordered(self):
        for _number in range(3):
            aged(make_organisation(), 14)
            aged(make_initiative(), 14)
        now = timezone.now()
        for model in (Organisation, Initiative):
            model.objects.update(published_at=months_before(now, 14))
        rows = [(row.since, row.what, row.pk) for row in moderation.stale(now=now)]
        assert rows == sorted(rows) and len(set(rows)) == 6

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_a_constant_number_of_queries(self, client, django_assert_num_queries, number):
        for _number in range(number):
            aged(make_organisation(), 14)
            aged(make_initiative(), 14)
        client.get(STALE)
        # session, account, second factor, lists, count, rows, newest in their histories
        with django_assert_num_queries(7):
            client.get(STALE)


def make_offer_on_a_single_day(**fields) -> Offer:
    offer = make_offer(**fields)
    day = timezone.localdate() + timedelta(days=9)
    single = OfferException(first_day=day, last_day=day, opens=time(10), closes=time(12))
    offer.set_hours([], [single])
    return offer


GAPS = [
    (make_organisation, {"stage": ""}),
    (make_organisation, {"stage": "", "kind": "public"}),
    (make_organisation, {"stage": "", "kind": "public", "summary": ""}),
    (make_organisation, {"summary": ""}),
    (make_organisation, {"description": ""}),
    (make_organisation, {"email": ""}),
    (make_organisation, {}),
    (make_offer, {"schedule": ""}),
    (make_offer_on_a_single_day, {"schedule": ""}),
    (make_offer, {"takes_requests": False}),
    (make_offer, {"takes_requests": False, "phone": "030 12345"}),
    (make_initiative, {"step": "", "description": "Taschen."}),
    (make_initiative, {"step": "idea", "description": ""}),
    (make_initiative, {"step": "idea", "description": "Taschen."}),
    (make_listing, {}),
]


class TestIncomplete:
    @pytest.mark.parametrize(("make", "fields"), GAPS)
    def test_asks_the_database_what_the_entry_itself_says(self, make, fields):
        item = make(**fields)
        if isinstance(item, Offer) and "takes_requests" in fields:
            Organisation.objects.filter(pk=item.organisation_id).update(email="")
        item = type(item).objects.get(pk=item.pk)
        found = type(item).objects.incomplete().filter(pk=item.pk).exists()
        assert found == bool(item.gaps)

    def test_asks_the_owners_in_one_mail_and_not_again_for_a_month(self, client):
        organisation = make_organisation(description="")
        make_member(organisation, email="owner@example.org")
        offer = make_offer(organisation, schedule="")
        data = {
            "action": "ask",
            "entry": [key(organisation), key(offer)],
            "reason": "Es ist schnell getan.",
        }
        page = client.post(INCOMPLETE, data, follow=True)
        assert "Eine Organisation bekommt eine E-Mail." in page.text
        assert "gefragt am" in page.text and "Beschreibung" in page.text
        page = client.post(INCOMPLETE, data, follow=True)
        assert "Zu 2 Einträgen wurde niemand gefragt" in page.text
        assert OutgoingMail.objects.count() == 1
        text = bytes(OutgoingMail.objects.get().content).decode()
        assert "schnell getan" in text and f"/offers/{offer.slug}/edit/" in text
        later = timezone.now() + timedelta(days=31)
        assert care.ask_to_complete(
            organisation=organisation, items=[organisation, offer], note="", now=later
        )

    def test_asks_each_organisation_once_and_counts(self):
        homes = [make_organisation(description="") for _number in range(2)]
        alone = make_organisation(email="", phone="030 12345", description="")
        offer = make_offer(homes[0], schedule="")
        nobodys = make_initiative(step="")
        items = [alone, offer, *homes, nobodys]
        asked = care.ask_to_complete_all(items=items, note="", now=timezone.now())
        assert (asked.entries, asked.organisations) == (3, 2)
        assert OutgoingMail.objects.count() == 2

    def test_says_when_there_is_nobody_to_ask(self, client):
        organisation = make_organisation(email="", phone="030 12345", description="")
        page = client.post(INCOMPLETE, {"action": "ask", "entry": key(organisation)}, follow=True)
        assert "wurde niemand gefragt" in page.text and not OutgoingMail.objects.exists()

    def test_has_no_box_where_nobody_can_be_asked(self, client):
        alone = make_organisation(email="", phone="030 12345", description="")
        asked, long_ago, open_one = (make_organisation(description="") for _number in range(3))
        for organisation, days in ((asked, 29), (long_ago, 31)):
            at = timezone.now() - timedelta(days=days)
            Organisation.objects.filter(pk=organisation.pk).update(nudged_at=at)
        text = client.get(INCOMPLETE).text
        boxes = set(re.findall(r'name="entry" value="organisation:(\d+):', text))
        assert boxes == {str(long_ago.pk), str(open_one.pk)}
        assert text.count("niemand zu fragen") == 1 and text.count("gefragt am") == 2
        assert alone.name in text
        # The ticks' column has ticks and nothing else.
        assert re.search(r'<tr>\s*<td></td>\s*<th scope="row"', text)

    def test_leads_staff_on_where_nobody_can_be_asked(self, client):
        alone = make_organisation(email="", phone="030 12345", description="")
        admin_url = reverse("admin:actors_organisation_change", args=[alone.pk])
        text = client.get(INCOMPLETE).text
        assert f'href="{alone.get_absolute_url()}"' in text and admin_url not in text
        # Nothing can be ticked, so nothing is offered for that.
        for words in ("data-tick-all", 'value="ask"', "Mit den angehakten"):
            assert words not in text
        client.force_login(make_user("admin"))
        assert f'href="{admin_url}"' in client.get(INCOMPLETE).text
        make_organisation(description="")
        text = client.get(INCOMPLETE).text
        assert "data-tick-all" in text and 'value="ask"' in text

    def test_asks_an_authority_for_no_stage(self, client):
        authority = make_organisation(kind="public", stage="")
        client.force_login(make_member(authority))
        assert authority.gaps == {}
        url = reverse("actors:organisation-edit-step", args=[authority.slug, "basics"])
        data = {"name": authority.name, "kind": "public"}
        assert client.post(url, data).status_code == 302
        page = client.post(url, data | {"kind": "agency"})
        assert list(page.context["form"].errors) == ["stage"]

    def test_keeps_the_words_where_nobody_was_asked(self, client):
        organisation = make_organisation(description="")
        data = {"action": "ask", "entry": key(organisation), "reason": "Es ist schnell getan."}
        # Somebody else asks meanwhile.
        Organisation.objects.filter(pk=organisation.pk).update(nudged_at=timezone.now())
        page = client.post(INCOMPLETE, data)
        assert page.status_code == 422 and "wurde niemand gefragt" in page.text
        assert "Es ist schnell getan.</textarea>" in page.text

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_a_constant_number_of_queries(self, client, django_assert_num_queries, number):
        for _number in range(number):
            make_organisation(description="")
            make_offer(schedule="")
        client.get(INCOMPLETE)
        # session, account, second factor, lists, count, rows, two kinds' gaps
        with django_assert_num_queries(8):
            client.get(INCOMPLETE)

    def test_names_a_missing_contact_as_staff_do(self, client):
        make_organisation(email="", website="", phone="")
        for language, words in (("de", "Kontakt"), ("en", "contact")):
            text = client.get(INCOMPLETE.replace("/de/", f"/{language}/")).text
            assert re.search(rf"data-label=[^>]+>\s*[^<]*\b{words}\b", text)

    def test_says_once_that_words_are_optional(self, client):
        make_organisation(description="")
        assert client.get(INCOMPLETE).text.count("(freiwillig)") == 1

    def test_leads_to_each_entry(self, client):
        offer = make_offer(schedule="")
        url = reverse("actors:moderation-review", args=["offer", offer.slug])
        assert f'href="{url}"' in client.get(INCOMPLETE).text
