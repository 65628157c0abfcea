"""Messages to all or some of those who are registered."""

import uuid

import pytest

from events.models import Message
from tests.events.world import desk_url, make_event, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    event = make_event(title="Beispielfest")
    make_registration(event, email="dabei@example.org", size=3)
    make_registration(event, email="wartet@example.org", state="waiting")
    make_registration(event, email="offen@example.org", state="offered")
    make_registration(event, email="weg@example.org", state="cancelled")
    make_registration(email="anderswo@example.org")
    return event


def sent(**fields) -> dict:
    return {
        "key": str(uuid.uuid4()), "audience": "confirmed", "subject": "Bitte Becher mitbringen",
        "text": "Es gibt Tee.\n\nFragen an Jana.", **fields,
    }  # fmt: skip


class TestMessage:
    @pytest.mark.parametrize(
        ("audience", "names"),
        [
            ("confirmed", {"dabei"}),
            ("waiting", {"wartet"}),
            ("offered", {"offen"}),
            ("active", {"dabei", "wartet", "offen"}),
        ],
    )
    def test_reaches_whom_it_is_meant_for(
        self, client, event, mailbox, deliver_jobs, audience, names
    ):
        client.post(desk_url("message-new", event), sent(audience=audience, send="1"))
        deliver_jobs()
        mails = mailbox.mails()
        assert {to for mail in mails for to in mail.recipients} == {
            f"{name}@example.org" for name in names
        }
        assert all(mail.subject == "Bitte Becher mitbringen" for mail in mails)
        assert all("Fragen an Jana." in mail.text for mail in mails)
        assert all("Beispielfest" in mail.text for mail in mails)

    def test_is_shown_with_its_numbers_before_it_is_sent(self, client, event):
        page = client.post(desk_url("message-new", event), sent())
        assert "1 Anmeldung (3 Personen)" in " ".join(page.text.split())
        assert "<p>Es gibt Tee.</p>" in page.text
        assert not Message.objects.exists()

    def test_can_be_changed_after_looking(self, client, event):
        page = client.post(desk_url("message-new", event), sent(change="1"))
        assert "Bitte Becher mitbringen" in page.text
        assert page.context["form"]["text"].value().startswith("Es gibt Tee.")

    def test_is_sent_once_however_often_the_button_is_pressed(
        self, client, event, mailbox, deliver_jobs
    ):
        again = sent(send="1")
        for _ in range(3):
            answer = client.post(desk_url("message-new", event), again, follow=True)
            assert "An 1 Anmeldung gesendet." in answer.text
        deliver_jobs()
        assert len(mailbox.mails()) == 1
        assert Message.objects.get().parties == 1

    def test_to_nobody_is_not_sent(self, client):
        event = make_event()
        answer = client.post(desk_url("message-new", event), sent(send="1"), follow=True)
        assert "Es ist niemand mehr da" in answer.text
        assert not Message.objects.exists()

    @pytest.mark.parametrize("field", ["subject", "text", "audience"])
    def test_needs_everything(self, client, event, field):
        answer = client.post(desk_url("message-new", event), sent(**{field: ""}, send="1"))
        assert answer.status_code == 422
        assert field in answer.context["form"].errors

    def test_stays_in_the_list_with_who_sent_it(self, client, event, manager):
        client.post(desk_url("message-new", event), sent(send="1"))
        page = client.get(desk_url("messages", event))
        assert "Bitte Becher mitbringen" in page.text
        assert str(manager) in page.text

    @pytest.mark.parametrize("rows", [1, 3])
    def test_list_takes_so_many_queries(self, client, event, django_assert_num_queries, rows):
        for _ in range(rows):
            client.post(desk_url("message-new", event), sent(send="1"))
        client.get(desk_url("messages", event))
        with django_assert_num_queries(6):
            client.get(desk_url("messages", event))


class TestSearch:
    @pytest.mark.parametrize("text", ["amira", "@nachbarn", "ABCDEF", "beispiel amira"])
    def test_finds_a_party_as_somebody_says_it(self, client, text):
        event = make_event()
        party = make_registration(
            event, name="Amira Beispiel", email="a@nachbarn.example", code="0ABCDEF123"
        )
        make_registration(event)
        page = client.get(desk_url("registrations", event), {"q": text})
        assert list(page.context["page_obj"]) == [party]
