"""Parties sign up for programme items that have a number of places: rules, pages, mails."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from icalendar import Calendar

from events import calling_off, links, registering, releasing, reminding
from events.models import ItemSignUp, ProgrammeItem, Registration
from events.signing_up import NoRoom, choose
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.privacy import erase_expired
from tests.events.test_registration_pages import open_link
from tests.events.world import (
    in_days,
    make_event,
    make_group,
    make_item,
    make_registration,
    make_venue,
    sign_up,
)
from tests.world import make_member, make_organisation, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
HOUR = timedelta(hours=1)


@pytest.fixture
def event():
    return make_event(title="Beispielmarkt")


@pytest.fixture
def venue(event):
    return make_venue(event, name="Beispielhof")


@pytest.fixture
def item(venue):
    return make_item(venue, title="Suppe kochen", room="Küche", places=4)


@pytest.fixture
def party(event):
    return make_registration(event, name="Amira", size=3)


def later_item(venue, **fields):
    """Begins when `item` ends."""
    starts = venue.event.starts_at + HOUR
    return make_item(venue, starts_at=starts, ends_at=starts + HOUR, **fields)


def signed_up(party: Registration) -> dict[int, int]:
    return dict(party.sign_ups.values_list("item", "people"))


class TestChoosing:
    def test_signs_so_many_of_the_party_up_and_takes_them_out(self, item, party):
        assert choose(party, {item.pk: 2})
        assert signed_up(party) == {item.pk: 2}
        assert choose(party, {item.pk: 3})
        assert signed_up(party) == {item.pk: 3}
        assert choose(party, {item.pk: 0})
        assert signed_up(party) == {}

    def test_twice_changes_nothing_the_second_time(self, item, party, mailbox, deliver_jobs):
        assert choose(party, {item.pk: 2})
        assert not choose(party, {item.pk: 2})
        deliver_jobs()
        assert len(mailbox.mails(to=party.email)) == 1

    def test_never_takes_more_than_the_places_of_the_item(self, event, item, party):
        sign_up(make_registration(event, size=2), item)
        with pytest.raises(NoRoom) as error:
            choose(party, {item.pk: 3})
        assert error.value.free == {item.pk: 2}
        assert choose(party, {item.pk: 2})

    def test_changes_nothing_where_one_of_several_does_not_fit(self, venue, item, party):
        other = make_item(venue, room="Saal", places=1)
        with pytest.raises(NoRoom):
            choose(party, {item.pk: 1, other.pk: 2})
        assert signed_up(party) == {}

    @pytest.mark.parametrize("state", ["waiting", "offered", "cancelled"])
    def test_is_for_parties_with_a_place(self, event, item, state):
        with pytest.raises(TransitionNotAllowed):
            choose(make_registration(event, state=state), {item.pk: 1})

    def test_never_takes_more_people_than_the_party_has(self, item, party):
        with pytest.raises(TransitionNotAllowed):
            choose(party, {item.pk: 4})

    def test_is_only_for_what_is_public_still_to_come_and_has_places(self, venue, party):
        begun = make_item(venue, room="a", places=5, starts_at=in_days(-1), ends_at=in_days(1))
        called_off = make_item(venue, room="b", places=5)
        called_off.released.is_cancelled = True
        called_off.released.save()
        for item in (
            begun,
            called_off,
            make_item(venue, room="c", places=5, released=False),
            make_item(venue, room="d"),
            make_item(places=5),
        ):
            with pytest.raises(TransitionNotAllowed):
                choose(party, {item.pk: 1})

    def test_can_be_taken_back_after_it_has_begun(self, venue, party):
        item = make_item(venue, places=5, starts_at=in_days(-1), ends_at=in_days(1))
        sign_up(party, item, 2)
        assert choose(party, {item.pk: 1})
        assert choose(party, {item.pk: 0})


class TestDatabase:
    """What nobody gets past, whichever way a row is written."""

    def refuse(self, **fields) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            ItemSignUp.objects.create(**fields)

    def test_refuses_too_many_strangers_and_those_without_a_place(self, event, item, party):
        self.refuse(registration=party, item=item, people=4)
        self.refuse(registration=party, item=item, people=0)
        self.refuse(registration=party, item=make_item(places=5), people=1)
        waiting = make_registration(event, state="waiting")
        self.refuse(registration=waiting, item=item, people=1)
        sign_up(make_registration(event, size=2), item)
        self.refuse(registration=party, item=item, people=3)
        sign_up(party, item, 2)
        self.refuse(registration=party, item=item, people=1)

    def test_refuses_to_raise_beyond_the_places(self, event, item, party):
        sign_up(make_registration(event, size=2), item)
        row = sign_up(party, item, 2)
        with pytest.raises(IntegrityError), transaction.atomic():
            ItemSignUp.objects.filter(pk=row.pk).update(people=3)

    def test_keeps_places_that_are_taken(self, item, party):
        sign_up(party, item)
        with pytest.raises(IntegrityError), transaction.atomic():
            ProgrammeItem.objects.filter(pk=item.pk).update(places=2)
        item.places = 2
        with pytest.raises(ValidationError, match="3 Plätze sind schon vergeben"):
            item.full_clean()
        for places in (3, None):
            item.places = places
            item.full_clean()
            item.save()

    def test_lets_sign_ups_follow_the_party(self, venue, item, party):
        other = make_item(venue, room="Saal", places=9)
        sign_up(party, item, 3)
        sign_up(party, other, 1)
        Registration.objects.filter(pk=party.pk).update(size=2)
        assert signed_up(party) == {item.pk: 2, other.pk: 1}
        Registration.objects.filter(pk=party.pk).update(size=3)
        assert signed_up(party) == {item.pk: 2, other.pk: 1}


class TestParty:
    def test_that_shrinks_is_told_with_how_many_it_takes_part(
        self, item, party, mailbox, deliver_jobs
    ):
        sign_up(party, item)
        party.size = 2
        registering.change(party)
        assert signed_up(party) == {item.pk: 2}
        deliver_jobs()
        mail = mailbox.latest(party.email)
        assert "Suppe kochen" in mail.text
        assert "(2 Plätze)" in mail.text

    def test_about_to_shrink_reads_which_places_go_back(self, client, venue, item, party):
        other = make_item(venue, title="Tanzen", room="Saal", places=9)
        sign_up(party, item)
        sign_up(party, other, 2)
        url = f"{open_link(client, party)}change/"
        asked = client.post(url, form(client.get(url), size="2"))
        told = asked.text.split("<main")[1]
        assert "Suppe kochen</span> (1 von 3 Plätzen)" in told
        assert "Tanzen" not in told

    def test_that_cancels_gives_its_places_back(self, item, party):
        sign_up(party, item)
        registering.cancel(party)
        assert not ItemSignUp.objects.exists()

    def test_whose_event_is_called_off_is_signed_up_for_nothing(self, event, item, party):
        sign_up(party, item)
        calling_off.call_off(event, "Leider krank.")
        assert not ItemSignUp.objects.exists()

    def test_made_anonymous_leaves_numbers(self):
        event = make_event(starts_at=in_days(-99), ends_at=in_days(-98))
        item = make_item(make_venue(event), places=5)
        party = make_registration(event, size=2)
        sign_up(party, item)
        erase_expired()
        party.refresh_from_db()
        assert party.is_anonymous
        assert item.sign_ups.people() == 2


def form(page, **fields) -> dict:
    """What a browser sends of a page's form, with some answers changed."""
    return {
        **{field.name: "" if (v := field.value()) is None else v for field in page.context["form"]},
        **fields,
    }


class TestPage:
    @pytest.fixture
    def url(self, client, party):
        return f"{open_link(client, party)}programme/"

    def test_is_reached_from_the_registration_and_shows_what_was_chosen(
        self, client, url, item, party, mailbox, deliver_jobs
    ):
        assert url in client.get(party.get_absolute_url()).text
        page = client.get(url)
        assert "4 Plätze sind frei." in page.text
        answer = client.post(url, form(page, **{f"item_{item.pk}": "2"}), follow=True)
        assert answer.redirect_chain == [(party.get_absolute_url(), 302)]
        for words in ("Suppe kochen", "Küche", "2 Plätze", "Programmpunkte ändern"):
            assert words in answer.text
        deliver_jobs()
        mail = mailbox.latest(party.email)
        for words in ("Suppe kochen", "Beispielhof", "Küche", "(2 Plätze)"):
            assert words in mail.text
            assert words in mail.html
        entry = Calendar.from_ical(
            next(file.content for file in mail.attachments if file.kind == "text/calendar")
        ).events[0]
        assert "Suppe kochen (Beispielhof, Küche)" in entry["DESCRIPTION"]
        own = client.get(f"{party.get_absolute_url()}event.ics").content.decode()
        assert "Suppe kochen" in own.replace("\r\n ", "")

    def test_sent_twice_changes_nothing_and_says_so(self, client, url, item):
        sent = form(client.get(url), **{f"item_{item.pk}": "2"})
        assert "Gespeichert." in client.post(url, sent, follow=True).text
        assert "Nichts hat sich geändert." in client.post(url, sent, follow=True).text

    def test_in_a_stale_tab_leaves_alone_what_it_did_not_change(
        self, client, url, venue, item, party
    ):
        other = later_item(venue, places=9)
        page = client.get(url)
        choose(party, {item.pk: 3})
        client.post(url, form(page, **{f"item_{other.pk}": "1"}))
        assert signed_up(party) == {item.pk: 3, other.pk: 1}

    def test_says_at_the_item_that_somebody_was_quicker(self, client, url, event, item, party):
        page = client.get(url)
        sign_up(make_registration(event, size=3), item)
        answer = client.post(url, form(page, **{f"item_{item.pk}": "2"}))
        assert answer.status_code == 422
        assert "nur noch einen Platz für Sie" in answer.text
        assert f'href="#id_item_{item.pk}"' in answer.text
        assert signed_up(party) == {}

    def test_offers_no_more_than_there_is(self, client, url, event, item):
        sign_up(make_registration(event, size=3), item)
        text = client.get(url).text
        assert re.findall(r'<option value="(\d)"', text) == ["0", "1"]
        sign_up(make_registration(event, size=1), item)
        text = client.get(url).text
        assert "Alle Plätze sind vergeben." in text
        assert "<select" not in text

    def test_takes_what_is_free_beside_what_is_not(self, client, url, event, venue, item, party):
        sign_up(make_registration(event, size=4), item)
        other = make_item(venue, room="Saal", places=9)
        seen = client.get(url).context["form"]["seen"].value()
        assert client.post(url, {"seen": seen, f"item_{other.pk}": "2"}).status_code == 302
        assert signed_up(party) == {other.pk: 2}

    def test_takes_nothing_but_numbers_of_the_party(self, client, url, item, party):
        page = client.get(url)
        for sent in ("4", "-1", "viele", "9" * 50, "²"):
            assert client.post(url, form(page, **{f"item_{item.pk}": sent})).status_code == 422
        assert client.post(url, {"seen": "::x 1:2"}).status_code == 302
        assert signed_up(party) == {}

    def test_tells_what_overlaps_and_lets_it_be(self, client, url, venue, item, party):
        other = make_item(venue, title="Tanzen", room="Saal", places=9)
        choose(party, {item.pk: 1, other.pk: 2})
        for address in (url, party.get_absolute_url()):
            text = client.get(address).text
            assert "überschneiden sich" in text
            assert "Das geht, wenn sich die Gruppe aufteilt." in text

    def test_does_not_call_it_fine_where_a_party_has_become_too_small(
        self, client, url, venue, item, party
    ):
        other = make_item(venue, room="Saal", places=9)
        choose(party, {item.pk: 1, other.pk: 2})
        party.size = 2
        registering.change(party)
        for address in (url, party.get_absolute_url()):
            text = client.get(address).text
            assert "überschneiden sich" in text
            assert "Das geht, wenn" not in text

    def test_takes_nobody_who_would_have_to_be_in_two_places(self, client, url, venue, item, party):
        """Their places would be missing to others."""
        other = make_item(venue, title="Tanzen", room="Saal", places=9)
        choose(party, {item.pk: 2})
        page = client.get(url)
        answer = client.post(url, form(page, **{f"item_{other.pk}": "2"}))
        assert answer.status_code == 422
        assert "„Suppe kochen“ ist zur gleichen Zeit: Das wären zusammen 4 Personen" in answer.text
        assert f'href="#id_item_{other.pk}"' in answer.text
        assert signed_up(party) == {item.pk: 2}
        both = form(page, **{f"item_{item.pk}": "1", f"item_{other.pk}": "2"})
        assert client.post(url, both).status_code == 302
        assert signed_up(party) == {item.pk: 1, other.pk: 2}

    def test_takes_all_of_them_one_after_the_other(self, client, url, venue, item, party):
        later = later_item(venue, places=9)
        assert later.starts_at == item.ends_at
        choose(party, {item.pk: 3, later.pk: 3})
        assert signed_up(party) == {item.pk: 3, later.pk: 3}

    @pytest.mark.parametrize("state", ["waiting", "cancelled"])
    def test_leads_back_where_there_is_nothing_to_choose(self, client, event, item, state):
        party = make_registration(event, state=state)
        url = open_link(client, party)
        for answer in (client.get(f"{url}programme/"), client.post(f"{url}programme/", {})):
            assert answer.status_code == 302
            assert answer.url == url
        assert "Programmpunkte wählen" not in client.get(url).text

    @pytest.mark.parametrize(
        ("meanwhile", "words"),
        [
            (lambda party: registering.cancel(party), "können Sie sich neu anmelden"),
            (lambda party: calling_off.call_off(party.event, "Sturm."), "niemand muss kommen"),
        ],
    )
    def test_says_that_there_is_no_registration_any_more(
        self, client, url, item, party, meanwhile, words
    ):
        sent = form(client.get(url), **{f"item_{item.pk}": "2"})
        meanwhile(party)
        answer = client.post(url, sent, follow=True)
        assert answer.redirect_chain == [(party.get_absolute_url(), 302)]
        assert words in answer.text
        assert not item.sign_ups.exists()

    def test_of_one_person_asks_for_yes_or_no(self, client, event, item):
        url = open_link(client, make_registration(event, size=1))
        text = client.get(f"{url}programme/").text
        assert re.findall(r"<option[^>]*>(\w+)<", text) == ["nein", "ja"]

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_so_many_queries(
        self, client, url, venue, party, number, django_assert_num_queries
    ):
        for each in range(number):
            sign_up(party, make_item(venue, room=f"Raum {each}", places=9))
        with django_assert_num_queries(6):
            client.get(url)
        with django_assert_num_queries(5):
            client.get(party.get_absolute_url())


class TestProgramme:
    def test_says_how_many_places_are_free_and_how_to_get_one(self, client, event, item, party):
        sign_up(party, item)
        for page in ("", "programme/"):
            text = client.get(f"/de/events/{event.slug}/{page}").text
            assert "Mit Anmeldung, noch ein Platz frei" in text
            assert f"/de/events/{event.slug}/programme/#sign-up" in text
        assert 'id="sign-up"' in client.get(f"/de/events/{event.slug}/programme/").text
        sign_up(make_registration(event), item)
        text = client.get(f"/de/events/{event.slug}/").text
        assert "Mit Anmeldung, zurzeit sind alle Plätze vergeben" in text

    def test_leads_whoever_opened_the_link_to_the_own_page(self, client, event, item, party):
        url = open_link(client, party)
        assert f"{url}programme/" in client.get(f"/de/events/{event.slug}/programme/").text

    def test_says_nothing_where_the_event_takes_no_registrations(self, client, event, item):
        event.takes_registrations = False
        event.save()
        assert "Mit Anmeldung" not in client.get(f"/de/events/{event.slug}/programme/").text


class TestLetters:
    def test_of_those_with_a_place_say_that_there_is_something_to_choose(
        self, event, item, mailbox, deliver_jobs
    ):
        party = Registration(name="Amira", email="amira@example.org", size=2)
        registering.register(event=event, registration=party)
        deliver_jobs()
        mail = mailbox.latest("amira@example.org")
        for text in (mail.text, mail.html):
            assert "Wählen Sie sie auf der Seite Ihrer Anmeldung." in text

    def test_remind_of_what_was_chosen(self, mailbox, deliver_jobs):
        event = make_event(starts_at=in_days(1), ends_at=in_days(1.3))
        item = make_item(make_venue(event), title="Suppe kochen", places=4)
        party = make_registration(event, size=2, created_at=in_days(-9))
        sign_up(party, item)
        reminding.remind()
        deliver_jobs()
        assert "Suppe kochen" in mailbox.latest(party.email).text


class TestRelease:
    """What moves or is called off is told to those who signed up, once a release."""

    def move(self, item: ProgrammeItem) -> None:
        item.starts_at, item.ends_at, item.room = (
            item.starts_at + HOUR, item.ends_at + HOUR, "Saal"
        )  # fmt: skip
        item.save()

    def test_tells_parties_once_what_moved(self, event, venue, item, party, mailbox, deliver_jobs):
        other = make_item(venue, title="Tanzen", room="Bühne", places=9)
        stranger = make_registration(event)
        sign_up(stranger, other)
        sign_up(party, item)
        self.move(item)
        releasing.release(event, note="Die Küche ist belegt.")
        deliver_jobs()
        deliver_jobs()
        assert not mailbox.mails(to=stranger.email)
        (mail,) = mailbox.mails(to=party.email)
        assert mail.subject == "Ihre Programmpunkte haben sich geändert: Beispielmarkt"
        for text in (mail.text, mail.html):
            for words in ("Suppe kochen", "Saal", "Küche", "Die Küche ist belegt."):
                assert words in text
            assert "Tanzen" not in text

    def test_tells_what_is_called_off_and_what_takes_place_after_all(
        self, event, venue, item, party, mailbox, deliver_jobs
    ):
        sign_up(party, item)
        for place, words in ((None, "entfällt"), (venue, "findet doch statt")):
            item.venue = place
            item.save()
            releasing.release(event)
            deliver_jobs()
            assert words in mailbox.latest(party.email).text
        assert len(mailbox.mails(to=party.email)) == 2
        assert signed_up(party) == {item.pk: 3}

    def test_says_nothing_to_whoever_dropped_it_meanwhile(
        self, event, item, party, mailbox, deliver_jobs
    ):
        sign_up(party, item)
        self.move(item)
        releasing.release(event)
        party.sign_ups.all().delete()
        deliver_jobs()
        assert not mailbox.mails(to=party.email)

    def test_says_nothing_to_a_group_that_dropped_it_meanwhile(
        self, event, item, mailbox, deliver_jobs
    ):
        group = make_group(event, contact=make_user())
        party = group.registrations.get()
        sign_up(party, item)
        self.move(item)
        releasing.release(event)
        party.sign_ups.all().delete()
        deliver_jobs()
        assert not mailbox.mails(to=group.contact.email)

    def test_writes_once_to_whoever_follows_the_programme_too(
        self, client, event, item, party, mailbox, deliver_jobs
    ):
        sign_up(party, item)
        event.programme_subscriptions.create(
            email=party.email.upper(), confirmed_at=timezone.now(), language="de"
        )
        self.move(item)
        releasing.release(event)
        deliver_jobs()
        assert not mailbox.mails(to=party.email)
        (mail,) = mailbox.mails(to=party.email.upper())
        assert mail.subject == "Das Programm hat sich geändert: Beispielmarkt"
        for text in (mail.text, mail.html):
            assert "Sie sind für etwas davon angemeldet." in text
            # The rest of the link is the moment it was signed at.
            assert links.link(party).rsplit(":", 2)[0] in text

    def test_writes_to_the_contact_of_a_group_once(self, event, item, mailbox, deliver_jobs):
        owner = make_member(make_organisation(), email="heim@example.org")
        group = make_group(event, families=2, contact=owner)
        for family in group.registrations.all():
            sign_up(family, item)
        self.move(item)
        releasing.release(event)
        deliver_jobs()
        (mail,) = mailbox.mails(to="heim@example.org")
        assert mail.subject == "Programmpunkte haben sich geändert: Beispielmarkt"
        assert "Suppe kochen" in mail.text


class TestFamily:
    def test_is_signed_up_by_whoever_looks_after_the_group(
        self, client, event, item, mailbox, deliver_jobs
    ):
        organisation = make_organisation()
        owner = make_member(organisation, email="heim@example.org")
        client.force_login(owner)
        group = make_group(event, organisation=organisation, contact=owner)
        family = group.registrations.get()
        page = client.get(f"/de/events/groups/{group.pk}/{family.code}/programme/")
        assert "Wie viele von ihnen nehmen teil?" in page.text
        assert page.wsgi_request.path in client.get(group.get_absolute_url()).text
        answer = client.post(
            page.wsgi_request.path, form(page, **{f"item_{item.pk}": "2"}), follow=True
        )
        assert answer.redirect_chain == [(group.get_absolute_url(), 302)]
        assert signed_up(family) == {item.pk: 2}
        assert "Suppe kochen" in answer.text
        deliver_jobs()
        assert "Suppe kochen" in mailbox.latest("heim@example.org").text
