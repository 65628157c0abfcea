"""Whoever follows a programme hears what changed: with a confirmed address, once a release."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from events import calling_off, following, releasing
from events.models import ProgrammeItem, ProgrammeSubscription
from ssoe_portal.common.privacy import erase_expired
from tests.events.world import in_days, make_event, make_item, make_venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
ADDRESS = "leserin@example.org"
HOUR = timedelta(hours=1)


@pytest.fixture
def item():
    return make_item(make_venue(make_event(title="Beispielmarkt")), released=False)


def ask(client, event, email: str = ADDRESS, language: str = "de"):
    return client.post(f"/{language}/events/{event.slug}/programme/mails/", {"email": email})


def link_in(mail, kind: str) -> str:
    return re.search(rf"/\w\w/events/programme-mails/\S+/{kind}/", mail.text)[0]


def follow(event, email: str = ADDRESS, **fields) -> ProgrammeSubscription:
    values = {"event": event, "email": email, "confirmed_at": timezone.now(), **fields}
    return ProgrammeSubscription.objects.create(**values)


def move(item: ProgrammeItem, hours: int = 1) -> None:
    item.starts_at, item.ends_at = item.starts_at + hours * HOUR, item.ends_at + hours * HOUR
    item.save()


class TestFollowing:
    def test_begins_with_a_confirmed_address_and_ends_by_a_link(
        self, client, item, mailbox, deliver_jobs
    ):
        releasing.release(item.event)
        assert ask(client, item.event, " Leserin@example.org ").status_code == 302
        deliver_jobs()
        confirm = link_in(mailbox.latest(ADDRESS), "confirm")
        assert client.get(confirm).status_code == 200
        assert not ProgrammeSubscription.objects.confirmed().exists()
        assert client.post(confirm).status_code == 302
        assert client.post(confirm).status_code == 302
        move(item)
        releasing.release(item.event, note="Später.")
        deliver_jobs()
        mail = mailbox.latest(ADDRESS)
        assert mail.subject == "Das Programm hat sich geändert: Beispielmarkt"
        for words in (item.title, "vorher", item.venue.name, "Später."):
            assert words in mail.text
            assert words in mail.html
        end = link_in(mail, "end")
        client.get(end)
        assert ProgrammeSubscription.objects.exists()
        client.post(end)
        assert not ProgrammeSubscription.objects.exists()
        assert client.get(end).status_code == 410

    def test_ends_with_a_mail_when_the_event_is_called_off(self, item, mailbox, deliver_jobs):
        follow(item.event)
        follow(item.event, "reader@example.org", language="en")
        follow(item.event, "niemand@example.org", confirmed_at=None)
        calling_off.call_off(item.event, "Es <stürmt> zu sehr.")
        deliver_jobs()
        following.tell_called_off(item.event.pk, "Es <stürmt> zu sehr.")
        deliver_jobs()
        mail = mailbox.latest(ADDRESS)
        assert mail.subject == "Findet nicht statt: Beispielmarkt"
        assert "Es <stürmt> zu sehr." in mail.text
        assert "Es &lt;stürmt&gt; zu sehr." in mail.html
        assert mailbox.latest("reader@example.org").subject == "Does not take place: Beispielmarkt"
        assert len(mailbox.mails()) == 2
        assert not ProgrammeSubscription.objects.confirmed().exists()

    def test_asked_for_twice_says_nothing_to_others(self, client, item, mailbox, deliver_jobs):
        answers = []
        for _ in range(2):
            answers.append(ask(client, item.event))
            deliver_jobs()
        assert "Bitte bestätigen" in mailbox.latest(ADDRESS).subject
        follow_row = ProgrammeSubscription.objects.get()
        following.confirm(follow_row.pk)
        answers.append(ask(client, item.event))
        deliver_jobs()
        assert "schon E-Mails" in mailbox.latest(ADDRESS).subject
        assert {(answer.status_code, answer["Location"]) for answer in answers} == {
            (302, reverse("events:programme", args=[item.event.slug]))
        }

    def test_says_what_is_wrong_with_an_address(self, client, item):
        answer = ask(client, item.event, "keine Adresse")
        assert answer.status_code == 422
        assert "keine Adresse" in answer.text

    def test_of_what_is_over_is_not_asked_for(self, client):
        over = make_event(starts_at=in_days(-3), ends_at=in_days(-2))
        ask(client, over)
        assert not ProgrammeSubscription.objects.exists()

    def test_is_of_one_address_once(self, item):
        follow(item.event)
        with pytest.raises(IntegrityError, match="events_programmesubscription_once"):
            follow(item.event, ADDRESS.upper())

    def test_does_not_tell_those_who_have_not_confirmed(self, item, mailbox, deliver_jobs):
        follow(item.event, confirmed_at=None)
        releasing.release(item.event)
        deliver_jobs()
        assert mailbox.mails() == []


class TestTelling:
    def test_is_in_the_reader_s_language(self, item, mailbox, deliver_jobs):
        follow(item.event, language="en")
        releasing.release(item.event)
        deliver_jobs()
        assert mailbox.latest(ADDRESS).subject == "The programme has changed: Beispielmarkt"

    def test_names_a_room_in_the_reader_s_language(self, item, mailbox, deliver_jobs):
        item.room = "Marktküche"
        item.save()
        item.translations.create(language="en", title="Talk", room="Market kitchen")
        follow(item.event, language="en")
        releasing.release(item.event)
        deliver_jobs()
        assert "Market kitchen" in mailbox.latest(ADDRESS).text
        ProgrammeItem.objects.filter(pk=item.pk).update(room="Bühne")
        releasing.release(item.event)
        deliver_jobs()
        assert "(before:" in mailbox.latest(ADDRESS).text
        assert "Marktküche" in mailbox.latest(ADDRESS).text

    def test_done_again_writes_nothing(self, item, mailbox, deliver_jobs):
        follow(item.event)
        made = releasing.release(item.event)
        assert [following.tell(made.pk) for _ in range(2)] == [1, 0]
        deliver_jobs()
        assert len(mailbox.mails()) == 1

    def test_catches_up_with_several_releases_in_one_mail(self, item, mailbox, deliver_jobs):
        row = follow(item.event)
        other = make_item(item.venue, released=False, room="Saal")
        releasing.release(item.event)
        move(item)
        last = releasing.release(item.event)
        assert following.tell(last.pk) == 1
        deliver_jobs()
        (mail,) = mailbox.mails()
        assert mail.text.count(item.title) == mail.text.count(other.title) == 1
        row.refresh_from_db()
        assert row.told == 2

    def test_counts_those_who_are_written_to_before(self, client, manager, item):
        follow(item.event)
        page = client.get(reverse("events:desk-release", args=[item.event.slug]))
        assert "Eine Person verfolgt das Programm" in page.text


class TestPrivacy:
    def test_forgets_unconfirmed_addresses_after_a_week_and_all_after_the_event(self, item):
        week = timezone.now() - timedelta(days=7)
        follow(item.event, "a@example.org", confirmed_at=None, created_at=week)
        young = follow(item.event, "b@example.org", confirmed_at=None)
        kept = follow(item.event, "c@example.org", created_at=week)
        over = make_event(starts_at=in_days(-32), ends_at=in_days(-31))
        follow(over, "d@example.org")
        erase_expired()
        assert set(ProgrammeSubscription.objects.all()) == {young, kept}
