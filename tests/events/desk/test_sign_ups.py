"""Sign-ups for programme items at the desk: who they are, on paper, writing to them, the report."""

import re
import uuid

import pytest
from django.db import IntegrityError, transaction

from events import arriving, releasing, reporting, signing_up
from events.models import ExportLog, Message
from tests.events.test_signing_up import form, signed_up
from tests.events.world import (
    desk_url,
    in_days,
    make_event,
    make_item,
    make_registration,
    make_venue,
    sign_up,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("manager")]


@pytest.fixture
def event():
    return make_event(title="Beispielmarkt")


@pytest.fixture
def item(event):
    return make_item(make_venue(event), title="Suppe kochen", places=5)


@pytest.fixture
def party(event, item):
    party = make_registration(event, name="Amira", size=3)
    sign_up(party, item, 2)
    return party


def item_url(item, *parts: str) -> str:
    return "/".join([f"{desk_url('programme', item.event)}{item.pk}", *parts, ""])


class TestItem:
    def test_says_how_many_are_signed_up_and_leads_to_who(self, client, item, party):
        text = client.get(item_url(item)).text
        assert "2 Personen sind angemeldet, 3 Plätze sind frei." in text
        assert item_url(item, "sign-ups") in text
        text = client.get(item_url(item, "sign-ups")).text
        for words in ("Amira", party.code, party.email, "2 von 3"):
            assert words in text

    def test_is_where_everybody_reads_that_it_is_not_where_it_is_planned_anew(
        self, client, item, party
    ):
        item.room = "Saal"
        item.save()
        releasing.release(item.event)
        item.room = "Keller"
        item.save()
        for page in (
            client.get(item_url(item, "sign-ups")),
            client.post(item_url(item, "sign-ups", "sheet")),
        ):
            assert "Saal" in page.text
            assert "Keller" not in page.text
        item.venue = None
        item.save()
        releasing.release(item.event)
        assert "entfällt" in client.get(item_url(item, "sign-ups")).text

    def test_says_nothing_where_everybody_simply_comes(self, client, event):
        item = make_item(make_venue(event))
        assert "sind angemeldet" not in client.get(item_url(item)).text
        assert "Alle kommen einfach." in client.get(item_url(item, "sign-ups")).text

    def test_keeps_the_places_that_are_taken(self, client, item, party):
        page = client.get(item_url(item))
        answer = client.post(item_url(item), form(page, places="1"))
        assert answer.status_code == 422
        assert "2 Plätze sind schon vergeben." in answer.text

    def test_of_another_event_is_not_there(self, client, item):
        path = item_url(item, "sign-ups").replace(item.event.slug, make_event().slug)
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("rows", [1, 3])
    def test_list_takes_so_many_queries(self, client, item, django_assert_num_queries, rows):
        for _ in range(rows):
            sign_up(make_registration(item.event), item)
        client.get(item_url(item, "sign-ups"))
        with django_assert_num_queries(8):
            client.get(item_url(item, "sign-ups"))


class TestSheet:
    def test_names_all_of_them_and_is_recorded(self, client, manager, item, party):
        make_registration(item.event, name="Jonas")
        path = item_url(item, "sign-ups", "sheet")
        assert client.get(path).url == item_url(item, "sign-ups")
        assert not ExportLog.objects.exists()
        text = client.post(path).text
        assert "Amira" in text
        assert "Jonas" not in text
        assert party.email not in text
        log = ExportLog.objects.get()
        assert (log.by, log.event, log.rows) == (manager, item.event, 1)

    def test_has_a_box_for_each_place_and_the_room_in_the_readers_language(
        self, client, item, party
    ):
        item.room = "Marktküche"
        item.save()
        item.translations.create(
            language="en", title="Soup", room="Market kitchen", base_revision=item.revision
        )
        releasing.release(item.event)
        page = client.post(item_url(item, "sign-ups", "sheet").replace("/de/", "/en/")).text
        assert page.count('class="sheet__box"') == 2
        assert "Market kitchen" in page
        assert "Marktküche" not in page


class TestRegistration:
    def test_shows_its_items_and_changes_them(self, client, item, party, mailbox, deliver_jobs):
        page = client.get(party.get_desk_url())
        assert "Suppe kochen" in page.text
        assert "(2 Plätze)" in page.text
        path = f"{party.get_desk_url()}programme/"
        assert path in page.text
        sent = form(client.get(path), **{f"item_{item.pk}": "3"})
        answer = client.post(path, sent)
        assert answer.url == party.get_desk_url()
        assert signed_up(party) == {item.pk: 3}
        deliver_jobs()
        assert "hat Ihre Anmeldung geändert" in mailbox.latest(party.email).text

    def test_has_nothing_to_choose_where_it_waits(self, client, event, item):
        party = make_registration(event, state="waiting")
        assert "/programme/" not in client.get(party.get_desk_url()).text.split("<main")[1]
        answer = client.get(f"{party.get_desk_url()}programme/")
        assert answer.url == party.get_desk_url()

    def test_on_paper_names_its_items(self, client, party):
        text = client.get(f"{party.get_desk_url()}confirmation/").text
        assert "Ihre Programmpunkte" in text
        assert "Suppe kochen" in text


class TestMessage:
    def sent(self, **fields) -> dict:
        return {
            "key": str(uuid.uuid4()),
            "subject": "Schürze",
            "text": "Bitte mitbringen.",
            **fields,
        }

    def test_reaches_those_of_one_item(self, client, event, item, party, mailbox, deliver_jobs):
        make_registration(event)
        other = make_item(make_venue(event), title="Tanzen", places=5)
        sign_up(make_registration(event), other)
        path = desk_url("message-new", event)
        page = client.get(f"{path}?item={item.pk}")
        assert "alle, die zu „Suppe kochen“ angemeldet sind: 1 Anmeldung" in page.text
        assert page.context["form"]["audience"].value() == f"item-{item.pk}"
        sent = self.sent(audience=f"item-{item.pk}")
        looked_at = client.post(path, sent)
        assert "alle, die zu „Suppe kochen“ angemeldet sind" in looked_at.text
        assert f'value="item-{item.pk}"' in looked_at.text
        for _ in range(2):
            client.post(path, {**sent, "send": "1"})
        deliver_jobs()
        assert [mail.recipients for mail in mailbox.mails()] == [[party.email]]
        assert "alle, die zu „Suppe kochen“" in client.get(desk_url("messages", event)).text

    @pytest.mark.parametrize("audience", ["item", "item-0", "item-x"])
    def test_needs_an_item_of_the_event(self, client, event, item, party, audience):
        answer = client.post(desk_url("message-new", event), self.sent(audience=audience))
        assert answer.status_code == 422

    def test_about_no_item_has_none(self, event, item):
        for fields in ({"audience": "item"}, {"audience": "confirmed", "item": item}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Message.objects.create(event=event, subject="x", text="x", **fields)


class TestReport:
    def test_names_who_had_signed_up_beside_who_came(self, client):
        event = make_event(starts_at=in_days(-2), ends_at=in_days(-1))
        item = make_item(make_venue(event), title="Suppe kochen", places=5)
        sign_up(make_registration(event, size=3), item)
        (at,) = reporting.report(event).places
        assert (at.signed_up, at.people) == (3, 0)
        assert "Suppe kochen" in client.get(desk_url("report", event)).text
        table = client.get(desk_url("report-csv", event)).content.decode("utf-8-sig")
        assert "Personen, die kommen wollten" in table

    def test_tells_them_from_others_who_came(self, client, item, party):
        others = make_registration(item.event, size=4)
        place = arriving.place_of(item.event, f"item-{item.pk}")
        for came in ((others.code, 4), (party.code, 3), ("", 5)):
            code, people = came
            arriving.check_in(
                event=item.event, code=code, people=people, key=uuid.uuid4(), place=place
            )
        (at,) = reporting.report(item.event).places
        assert (at.signed_up, at.came_signed_up, at.of_parties, at.walk_ins) == (2, 2, 7, 5)
        page = client.get(desk_url("report", item.event)).text
        assert "davon da" in page and "Gezählt wird am Eingang." in page
        assert "Dort wurde niemand gezählt." in page
        table = client.get(desk_url("report-csv", item.event)).content.decode("utf-8-sig")
        assert re.search("kommen wollten und da waren;[^;]*Suppe kochen;2", table)


class TestDoor:
    """Of a programme item that people have signed up for."""

    @pytest.fixture
    def other(self, item):
        return make_registration(item.event, name="Aaron", size=4)

    def test_has_those_first_who_signed_up_for_it(self, client, item, party, other):
        address = desk_url("door", item.event)
        page = client.get(address, {"at": f"item-{item.pk}"}).text
        assert page.index("Amira") < page.index("Aaron")
        assert page.count("hierfür angemeldet: 2") == 1
        assert "0 mit Anmeldung da, 2 hierfür angemeldet" in page
        # As many come in as have signed up, not the whole party.
        assert re.search(f'id="people-{party.code}">.*?value="2" selected', page)
        assert re.search(f'id="people-{other.code}">.*?value="4" selected', page)
        page = client.get(address).text
        assert page.index("Aaron") < page.index("Amira")
        assert "hierfür angemeldet: 2" not in page and "0 von 7 Angemeldeten" in page
        assert re.search(f'id="people-{party.code}">.*?value="3" selected', page)

    def test_gives_telephones_who_signed_up_for_what(self, client, item, party, other):
        sent = {"sent_at": 0, "seen": "", "notes": []}
        path = desk_url("door-sync", item.event)
        answer = client.post(path, sent, content_type="application/json").json()
        signed_up = {each["name"]: each["signed_up"] for each in answer["parties"]}
        assert signed_up == {"Aaron": {}, "Amira": {f"item-{item.pk}": 2}}


class TestWithoutAddress:
    def test_is_called_about_a_change_of_what_was_chosen(
        self, client, event, item, mailbox, deliver_jobs
    ):
        party = make_registration(event, email="", phone="030 123", at_desk=True)
        assert signing_up.choose(party, {item.pk: 1}, by_staff=True)
        item.room = "Saal"
        item.save()
        releasing.release(event)
        deliver_jobs()
        assert not mailbox.mails()
        assert "siehe Programm" in client.get(party.get_desk_url()).text
