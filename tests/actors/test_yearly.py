"""The yearly question "still right?", from the first mail to the archive and back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from actors import confirmation, desk, tasks
from actors.links import STILL_RIGHT, still_right_value
from actors.models import Initiative, Listing, Offer, Organisation
from ssoe_portal.common.confirmation import months_before
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.moderation import Status, TransitionNotAllowed
from tests.world import (
    make_initiative,
    make_listing,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 3, 37, tzinfo=UTC)
MAKERS = [make_organisation, make_offer, make_listing, make_initiative]


def vouched(item, months: int, *, published_months: int | None = None, days: int = 0):
    """Let an entry have been confirmed so many months (and days) before NOW."""
    at = months_before(NOW, months) - timedelta(days=days)
    published = at if published_months is None else months_before(NOW, published_months)
    type(item).objects.filter(pk=item.pk).update(published_at=published, confirmed_at=at)
    item.refresh_from_db()
    return item


def later(months: int) -> datetime:
    """So many months after NOW, all of which have a day 22."""
    return months_before(NOW, -months)


def subjects() -> list[str]:
    return list(OutgoingMail.objects.order_by("pk").values_list("subject", flat=True))


@pytest.fixture
def due():
    """An organisation with an owner whose profile, two offers and a listing are due."""
    organisation = vouched(make_organisation("Beispiel Haus"), 12)
    make_member(organisation, email="owner@example.org")
    for title in ("Deutsch im Café", "Nähen am Abend"):
        vouched(make_offer(organisation, title=title), 12)
    vouched(make_listing(organisation), 12)
    return organisation


class TestTheWords:
    @pytest.mark.parametrize("make", MAKERS)
    @pytest.mark.parametrize(
        ("months", "word"),
        [(12, "due_for_confirmation"), (13, "faded"), (15, "lapsed")],
    )
    def test_begin_on_the_day(self, make, months, word):
        item = make()
        rows = type(item).objects
        if not isinstance(item, Organisation) and item.organisation:
            vouched(item.organisation, 1)
        vouched(item, months)
        assert list(getattr(rows, word)(NOW)) == [item]
        assert not getattr(rows, word)(NOW - timedelta(minutes=1)).exists()

    @pytest.mark.parametrize("make", MAKERS)
    def test_count_from_the_latest_of_the_three_days(self, make):
        item = vouched(make(), 20, published_months=11)
        rows = type(item).objects
        assert not rows.due_for_confirmation(NOW).exists()
        rows.filter(pk=item.pk).update(confirmed_at=None)
        assert not rows.due_for_confirmation(NOW).exists()
        rows.filter(pk=item.pk).update(published_at=months_before(NOW, 12))
        assert rows.due_for_confirmation(NOW).exists()
        rows.filter(pk=item.pk).update(checked_at=months_before(NOW, 2))
        assert not rows.due_for_confirmation(NOW).exists()

    def test_leave_out_what_is_not_public(self):
        organisation = make_organisation()
        offer = vouched(make_offer(organisation), 20)
        organisation.archive()
        assert not Offer.objects.lapsed(NOW).filter(pk=offer.pk).exists()

    @pytest.mark.parametrize("make", MAKERS)
    def test_faded_entries_come_last_in_lists(self, client, make):
        old, new = make(), make()
        type(old).objects.filter(pk=old.pk).update(published_at=later(1), is_faded=True)
        order = list(type(old).objects.published().fresh_first())
        assert order == [new, old]
        assert type(old).objects.published().fresh_first().totally_ordered


class TestAsking:
    def test_is_one_mail_for_everything_that_is_due(self, due):
        fresh = vouched(make_offer(due, title="Neu"), 3)
        confirmation.run(NOW)
        assert subjects() == ["Stimmen die Einträge von Beispiel Haus noch?"]
        text = bytes(OutgoingMail.objects.get().content).decode()
        assert "N=C3=A4hen am Abend" in text and "Neu (" not in text
        fresh.refresh_from_db()
        assert fresh.asked_at is None

    def test_is_done_once_however_often_it_runs(self, due):
        confirmation.run(NOW)
        confirmation.run(NOW)
        confirmation.run(NOW + timedelta(days=20))
        assert len(subjects()) == 1

    def test_does_nothing_when_its_mail_cannot_be_queued(self, due, monkeypatch):
        def fail(*args, **kwargs):
            raise OSError("no space left")

        with monkeypatch.context() as patch:
            patch.setattr("actors.emails.still_right", fail)
            with pytest.raises(OSError, match="space"):
                confirmation.run(NOW)
        assert not Offer.objects.filter(asked_at__isnull=False).exists()
        confirmation.run(NOW)
        assert len(subjects()) == 1

    def test_is_repeated_once_a_month_later(self, due):
        confirmation.run(NOW)
        confirmation.run(later(1) - timedelta(minutes=1))
        assert len(subjects()) == 1
        confirmation.run(later(1))
        confirmation.run(later(1) + timedelta(days=3))
        assert subjects()[1:] == [
            "Bitte antworten Sie: Stimmen die Einträge von Beispiel Haus noch?"
        ]

    def test_comes_again_a_year_after_the_answer(self, due):
        confirmation.run(NOW)
        Organisation.objects.filter(pk=due.pk).update(confirmed_at=NOW)
        Offer.objects.all().delete()
        Listing.objects.all().delete()
        confirmation.run(later(1))
        assert len(subjects()) == 1
        confirmation.run(later(12))
        assert len(subjects()) == 2

    def test_goes_to_the_public_address_where_there_is_no_account(self):
        vouched(make_organisation(email="haus@example.org"), 12)
        confirmation.run(NOW)
        assert OutgoingMail.objects.get().recipients == ["haus@example.org"]

    @pytest.mark.parametrize("months", [12, 20])
    def test_leaves_what_reaches_nobody_to_the_desk(self, months):
        organisation = vouched(make_organisation(email=""), months)
        initiative = vouched(make_initiative(), months)
        for moment in (NOW, later(1), later(3), later(6)):
            confirmation.run(moment)
        assert subjects() == []
        organisation.refresh_from_db(), initiative.refresh_from_db()
        assert organisation.status == initiative.status == Status.PUBLISHED
        assert list(Organisation.objects.stale(NOW)) == [organisation]
        assert list(Initiative.objects.stale(NOW)) == [initiative]

    def test_runs_every_night(self, due, deliver_jobs, mailbox):
        Organisation.objects.update(published_at=months_before(timezone.now(), 12))
        Organisation.objects.update(confirmed_at=None)
        tasks.keep_true.defer(timestamp=0)
        assert "actors.keep_true" in deliver_jobs()
        assert "/still-right/" in mailbox.link("owner@example.org", containing="still-right")


class TestNoAnswer:
    def walk(self, *months: int) -> None:
        for number in months:
            confirmation.run(later(number))

    def test_fades_after_thirteen_months_and_is_archived_after_fifteen(self, due):
        self.walk(0)
        due.refresh_from_db()
        assert not due.is_faded
        self.walk(1)
        due.refresh_from_db()
        assert due.is_faded and due.status == Status.PUBLISHED
        self.walk(2)
        due.refresh_from_db()
        assert due.status == Status.PUBLISHED
        self.walk(3)
        due.refresh_from_db()
        assert due.status == Status.ARCHIVED and due.lapsed_at == later(3)
        assert set(Offer.objects.values_list("status", flat=True)) == {Status.ARCHIVED}
        assert subjects()[2:] == ["Einträge von Beispiel Haus sind jetzt im Archiv"]
        self.walk(3, 4)
        assert len(subjects()) == 3

    def test_archives_nothing_that_nobody_was_asked_about(self):
        """The worker stood still for a year, or an owner came only now."""
        organisation = vouched(make_organisation(), 30)
        make_member(organisation)
        self.walk(0)
        organisation.refresh_from_db()
        assert organisation.status == Status.PUBLISHED and organisation.is_faded
        self.walk(1, 2)
        organisation.refresh_from_db()
        assert organisation.status == Status.PUBLISHED
        self.walk(3)
        organisation.refresh_from_db()
        assert organisation.status == Status.ARCHIVED

    def test_keeps_the_profile_of_those_who_confirm_their_offers(self, due):
        self.walk(0, 1)
        Offer.objects.filter(title="Nähen am Abend").update(confirmed_at=later(2))
        self.walk(3)
        due.refresh_from_db()
        assert due.status == Status.PUBLISHED and due.is_faded
        assert Offer.objects.get(title="Deutsch im Café").status == Status.ARCHIVED

    def test_is_told_on_card_and_page(self, client):
        organisation = vouched(make_organisation(), 14)
        confirmation.fade(NOW)
        for page in ("/de/organisations/", organisation.get_absolute_url()):
            assert "uletzt bestätigt am 22.\xa0September 2025" in client.get(page).text
        assert "Seit über einem Jahr" in client.get(organisation.get_absolute_url()).text
        assert "last confirmed on" in client.get("/en/organisations/").text

    @pytest.mark.parametrize("make", MAKERS)
    def test_is_over_when_it_is_confirmed_or_checked(self, make):
        for step in ("confirm", "check_for_owner"):
            item = vouched(make(), 14)
            if not isinstance(item, Organisation) and item.organisation:
                vouched(item.organisation, 0)
            confirmation.fade(NOW)
            item.refresh_from_db()
            assert item.is_faded
            getattr(item, step)()
            item.refresh_from_db()
            assert not item.is_faded

    def test_of_what_staff_publish_anew_begins_another_year(self):
        organisation = vouched(make_organisation(), 20)
        organisation.archive()
        organisation.publish()
        organisation.refresh_from_db()
        assert organisation.vouched_for_at > NOW - timedelta(days=365)


def page_of(organisation, address="owner@example.org") -> str:
    value = still_right_value(organisation.pk, address)
    return reverse("actors:still-right", args=[STILL_RIGHT.token(value)])


def recent(item, months: int):
    """As `vouched`, counted from the clock: the page knows no other."""
    at = months_before(timezone.now(), months)
    type(item).objects.filter(pk=item.pk).update(published_at=at, confirmed_at=at)
    return item


class TestPage:
    @pytest.fixture
    def organisation(self):
        organisation = recent(make_organisation("Beispiel Haus"), 12)
        make_member(organisation, email="owner@example.org")
        recent(make_offer(organisation, title="Deutsch im Café"), 12)
        recent(make_listing(organisation, title="Raum für Treffen"), 2)
        return organisation

    def answer(self, client, organisation, **words):
        return client.post(page_of(organisation), words, follow=True)

    def keys(self, organisation) -> dict[str, str]:
        return {
            "organisation": f"organisation-{organisation.pk}",
            "offer": f"offer-{organisation.offers.get().pk}",
            "listing": f"listing-{organisation.listings.get().pk}",
        }

    def test_does_nothing_when_it_is_only_opened(self, client, organisation):
        page = client.get(page_of(organisation)).text
        assert "Ja, alle 3 stimmen" in page and "Deutsch im Café" in page
        organisation.listings.get().archive()
        assert "Ja, beide stimmen" in client.get(page_of(organisation)).text
        organisation.refresh_from_db()
        assert organisation.waits_for_confirmation

    def test_yes_for_everything_is_one_button_and_one_day_for_all(self, client, organisation):
        keys = self.keys(organisation)
        page = self.answer(client, organisation, answer="everything", shown=list(keys.values()))
        assert "dass Sie 3 Einträge bestätigt haben" in page.text
        assert "Alles ist bestätigt" in page.text
        assert "Das ist jetzt öffentlich" in page.text
        thanks, folded = page.text.split('<details class="fold"')
        for item in (organisation, organisation.offers.get(), organisation.listings.get()):
            assert f'href="{item.get_absolute_url()}"' in thanks
        assert 'type="radio"' not in thanks and folded.count('value="archive"') == 3
        for model in (Organisation, Offer, Listing):
            item = model.objects.get()
            assert item.confirmed_at > timezone.now() - timedelta(minutes=1)

    def test_yes_is_not_said_of_what_the_page_did_not_show(self, client, organisation):
        late = recent(make_offer(organisation, title="Später"), 12)
        shown = list(self.keys_of_first(organisation))
        self.answer(client, organisation, answer="everything", shown=shown)
        late.refresh_from_db()
        assert late.confirmed_at < timezone.now() - timedelta(days=300)

    def keys_of_first(self, organisation):
        yield f"organisation-{organisation.pk}"

    def test_takes_a_word_for_each(self, client, organisation):
        keys = self.keys(organisation)
        self.answer(
            client,
            organisation,
            answer="each",
            **{keys["organisation"]: "yes", keys["offer"]: "archive"},
        )
        organisation.refresh_from_db()
        assert not organisation.waits_for_confirmation
        assert organisation.offers.get().status == Status.ARCHIVED
        assert organisation.offers.get().lapsed_at is None

    def test_never_takes_back_a_word_with_the_button_for_everything(self, client, organisation):
        keys = self.keys(organisation)
        words = {"shown": list(keys.values()), keys["offer"]: "archive"}
        self.answer(client, organisation, answer="everything", **words)
        assert organisation.offers.get().status == Status.ARCHIVED

    def test_touches_nothing_of_others(self, client, organisation):
        other = recent(make_offer(), 12)
        self.answer(client, organisation, answer="each", **{f"offer-{other.pk}": "archive"})
        other.refresh_from_db()
        assert other.status == Status.PUBLISHED

    def test_takes_any_input(self, client, organisation):
        page = self.answer(client, organisation, answer="'; --", shown="x", **{"offer-x": "no"})
        assert "mindestens einen Eintrag" in page.text

    def test_brings_back_what_was_archived_unconfirmed(self, client, organisation):
        offer = organisation.offers.get()
        organisation.lapse(timezone.now())
        offer.lapse(timezone.now())
        page = client.get(page_of(organisation)).text
        assert "wieder veröffentlichen" in page
        keys = self.keys(organisation)
        self.answer(client, organisation, answer="everything", shown=list(keys.values()))
        offer.refresh_from_db()
        assert offer.is_public and offer.lapsed_at is None
        # Whatever was changed in the archive is read by staff.
        assert Offer.objects.recently_changed().filter(pk=offer.pk).exists()

    def test_does_not_bring_back_what_somebody_archived(self, client, organisation):
        offer = organisation.offers.get()
        offer.lapse(timezone.now())
        offer.publish()
        offer.archive()
        with pytest.raises(TransitionNotAllowed):
            offer.bring_back()
        self.answer(client, organisation, answer="each", **{f"offer-{offer.pk}": "yes"})
        offer.refresh_from_db()
        assert offer.status == Status.ARCHIVED

    def test_ends_with_the_ownership(self, client, organisation):
        url = page_of(organisation)
        membership = organisation.memberships.get()
        make_member(organisation)
        membership.end()
        answer = client.get(url)
        assert answer.status_code == 410

    def test_is_not_for_the_public_address_while_there_is_an_owner(self, client, organisation):
        url = page_of(organisation, organisation.email)
        assert client.get(url).status_code == 410
        organisation.memberships.all().delete()
        page = client.get(url)
        assert page.status_code == 200 and "nach dem Eintrag" in page.text

    def test_is_told_in_the_history_as_the_owners_word(self, client, organisation):
        self.answer(
            client, organisation, answer="each", **{f"organisation-{organisation.pk}": "yes"}
        )
        event = organisation.events.order_by("-pgh_id").first()
        assert event.pgh_context.metadata["user"] == organisation.memberships.get().user_id

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_a_constant_number_of_queries(
        self, client, organisation, django_assert_num_queries, number
    ):
        for _number in range(number):
            recent(make_offer(organisation), 12)
        url = page_of(organisation)
        # organisation, owners, four kinds
        with django_assert_num_queries(6):
            client.get(url)

    def test_is_offered_in_the_owners_own_area(self, client, organisation):
        client.force_login(organisation.memberships.get().user)
        page = client.get(reverse("actors:dashboard"))
        assert "Stimmen 2 Einträge noch?" in page.text
        url = page.context["due"][0]["url"]
        assert client.get(url).status_code == 200


class TestDesk:
    def test_counts_what_is_stale(self):
        recent(make_organisation(email=""), 12)
        recent(make_organisation(), 12)  # has an address: is asked in the next night
        recent(make_organisation(), 13)
        counts = {str(queue.url): queue.count for queue in desk.queues()}
        assert counts[reverse("actors:stale")] == 2

    @pytest.mark.parametrize("number", [1, 3])
    def test_front_takes_a_constant_number_of_queries(
        self, client, django_assert_num_queries, number
    ):
        for _number in range(number):
            recent(make_organisation(email=""), 14)
        client.force_login(make_user("reviewer"))
        client.get("/de/desk/")
        with django_assert_num_queries(11):
            client.get("/de/desk/")
