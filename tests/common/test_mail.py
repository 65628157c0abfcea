from email import message_from_bytes
from email.policy import default

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from ssoe_portal.common import mail
from ssoe_portal.common.mail import OutgoingMail

pytestmark = pytest.mark.django_db


def send(subject: str = "Grüße aus Buch") -> None:
    EmailMessage(subject, "Guten Tag", to=["leserin@example.org"]).send()


def refuse_recipients(monkeypatch, mailbox, answer: str) -> None:
    """Let the mail server refuse every address when it is named (RCPT TO)."""

    async def refuse(server, session, envelope, address, options):
        return answer

    monkeypatch.setattr(mailbox, "handle_RCPT", refuse, raising=False)


class TestQueuedEmailBackend:
    def test_stores_and_queues_and_the_worker_sends_over_smtp(self, mailbox, deliver_jobs):
        send()
        assert mailbox.mails() == []
        assert OutgoingMail.objects.unsent().count() == 1
        assert deliver_jobs() == ["common.deliver_mail"]
        assert mailbox.latest("leserin@example.org").subject == "Grüße aus Buch"
        assert not OutgoingMail.objects.unsent().exists()

    def test_sends_nothing_when_the_transaction_does_not_happen(self, mailbox, deliver_jobs):
        with pytest.raises(RuntimeError), transaction.atomic():
            send()
            raise RuntimeError
        assert deliver_jobs() == []
        assert mailbox.mails() == []

    def test_tries_again_when_the_server_refuses(self, mailbox, deliver_jobs):
        send()
        mailbox.refuse("450 try again later")
        deliver_jobs(failing=True)
        assert OutgoingMail.objects.unsent().count() == 1
        mailbox.refuse("")
        assert deliver_jobs(early=True) == ["common.deliver_mail"]
        assert len(mailbox.mails()) == 1

    def test_gives_up_at_once_where_the_address_is_refused_for_good(
        self, mailbox, deliver_jobs, caplog, monkeypatch
    ):
        refuse_recipients(monkeypatch, mailbox, "550 no such mailbox")
        send()
        assert deliver_jobs() == ["common.deliver_mail"]
        assert not OutgoingMail.objects.exists()
        assert deliver_jobs(early=True) == []
        (record,) = [one for one in caplog.records if one.name == "ssoe_portal.common.mail"]
        assert record.getMessage() == "refused"
        assert record.data["codes"] == [550]
        assert "example.org" not in f"{record.getMessage()} {record.data}"

    def test_tries_again_where_the_address_is_refused_for_now(
        self, mailbox, deliver_jobs, monkeypatch
    ):
        refuse_recipients(monkeypatch, mailbox, "450 mailbox busy")
        send()
        deliver_jobs(failing=True)
        assert OutgoingMail.objects.unsent().count() == 1
        assert deliver_jobs(early=True, failing=True) == ["common.deliver_mail"]

    def test_never_sends_a_message_twice(self, mailbox, deliver_jobs):
        send()
        deliver_jobs()
        OutgoingMail.objects.get().deliver()
        assert len(mailbox.mails()) == 1

    def test_keeps_no_copy_where_none_is_wanted(self, mailbox, deliver_jobs):
        message = EmailMessage("Ihr Link", "Guten Tag", to=["leserin@example.org"])
        message.keeps_copy = False
        message.send()
        deliver_jobs()
        assert mailbox.latest("leserin@example.org").subject == "Ihr Link"
        assert not OutgoingMail.objects.exists()

    def test_keeps_line_breaks_out_of_headers(self):
        with pytest.raises(ValueError):
            send("Betreff\nBcc: alle@example.org")
        assert not OutgoingMail.objects.exists()

    def test_stores_what_goes_over_the_wire(self):
        send()
        stored = message_from_bytes(bytes(OutgoingMail.objects.get().content), policy=default)
        assert stored["Subject"] == "Grüße aus Buch"
        assert stored["From"]


class TestSend:
    @pytest.mark.parametrize(
        ("template", "reason"),
        [
            ("actors/mail/no_longer_member.html", "weil Sie in diesem Team waren."),
            # Its own reason is the one of all mails.
            ("actors/mail/supporter_confirm.html", "weil Ihre Adresse im Portal angegeben wurde."),
        ],
    )
    def test_says_in_both_versions_why_and_from_whom_a_mail_comes(
        self, mailbox, deliver_jobs, template, reason
    ):
        mail.send(template, to="leserin@example.org", language="de", context={"days": 7})
        deliver_jobs()
        caught = mailbox.latest("leserin@example.org")
        text, foot = caught.text.split("\r\n-- \r\n")
        assert reason not in text
        assert reason in foot and reason in caught.html
        assert foot.rstrip().endswith(f"SSÖ-Portal Berlin-Pankow · {settings.PUBLIC_URL}")
