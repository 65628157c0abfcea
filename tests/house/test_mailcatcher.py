"""The mail catcher: what comes in over SMTP is kept whole, and shown harmless."""

import http.client
import smtplib
import threading
from email.message import EmailMessage, MIMEPart

import pytest

from demonstration.mailcatcher import MailCatcher, preferred_language, serve_page

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def catcher(tmp_path):
    catcher = MailCatcher(tmp_path / "mail").start()
    yield catcher
    catcher.stop()


@pytest.fixture
def ask(catcher):
    """Ask the page for a path: `ask("/")` returns status, headers and text."""
    server = serve_page(catcher)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()

    def ask(path: str, **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, dict(answer.getheaders()), text

    yield ask
    server.shutdown()
    server.server_close()
    thread.join()


def message(**fields) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = fields.get("subject", "Grüße aus Buch")
    mail["From"] = "Portal <portal@example.org>"
    mail["To"] = "Nachbarin <nachbarin@example.org>"
    mail.set_content(fields.get("text", "Hallo, öffnen Sie https://example.org/a?b=1&c=2.\n"))
    mail.add_alternative(fields.get("html", "<p>Hallo</p>"), subtype="html")
    mail.add_attachment(b"BEGIN:VCALENDAR", "text", "calendar", filename="täglich.ics")
    return mail


def send(catcher: MailCatcher, mail: EmailMessage, **envelope) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.port) as server:
        server.send_message(mail, **envelope)


class TestReceiving:
    def test_keeps_every_part_of_a_mail(self, catcher):
        send(catcher, message())
        (mail,) = catcher.mails()
        assert mail.subject == "Grüße aus Buch"
        assert mail.recipients == ["nachbarin@example.org"]
        assert mail.sender == "portal@example.org"
        assert mail.links == ["https://example.org/a?b=1&c=2"]
        assert mail.html.strip() == "<p>Hallo</p>"
        (attachment,) = mail.attachments
        assert (attachment.name, attachment.content) == ("täglich.ics", b"BEGIN:VCALENDAR")

    def test_believes_the_envelope_and_not_the_headers(self, catcher):
        send(catcher, message(), to_addrs=["hidden@example.org"])
        assert catcher.mails(to="nachbarin@example.org") == []
        assert len(catcher.mails(to="hidden@example.org")) == 1

    def test_keeps_the_order_of_arrival(self, catcher):
        for number in range(5):
            send(catcher, message(subject=str(number)))
        assert [mail.subject for mail in catcher.mails()] == ["0", "1", "2", "3", "4"]

    def test_can_refuse_as_a_broken_server_does(self, catcher):
        catcher.refuse()
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            send(catcher, message())
        assert catcher.mails() == []
        catcher.refuse("")
        send(catcher, message())
        assert len(catcher.mails()) == 1


class TestPage:
    def test_lists_the_newest_first(self, catcher, ask):
        assert "Noch keine E-Mail" in ask("/")[2]
        send(catcher, message(subject="first"))
        send(catcher, message(subject="second"))
        text = ask("/")[2]
        assert text.index("second") < text.index("first")

    def test_speaks_the_reader_s_language(self, ask):
        assert '<html lang="en">' in ask("/", **{"Accept-Language": "en-GB,en;q=0.9"})[2]
        assert '<html lang="de">' in ask("/", **{"Accept-Language": "vi"})[2]

    def test_shows_a_mail_with_links_and_attachments(self, catcher, ask):
        send(catcher, message())
        (mail,) = catcher.mails()
        text = ask(f"/mail/{mail.name}/")[2]
        assert 'href="https://example.org/a?b=1&amp;c=2"' in text
        status, headers, content = ask(f"/mail/{mail.name}/attachment/1")
        assert (status, content) == (200, "BEGIN:VCALENDAR")
        assert headers["Content-Disposition"].startswith("attachment;")
        assert headers["Content-Type"] == "application/octet-stream"
        assert "MIME-Version: 1.0" in ask(f"/mail/{mail.name}/source")[2]

    def test_runs_nothing_that_came_by_mail(self, catcher, ask):
        send(catcher, message(subject=HOSTILE, text=HOSTILE, html=HOSTILE))
        (mail,) = catcher.mails()
        for path in ("/", f"/mail/{mail.name}/"):
            _, headers, text = ask(path)
            assert HOSTILE not in text
            assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        _, headers, text = ask(f"/mail/{mail.name}/html")
        assert HOSTILE in text, "shown as it came, where it can do nothing"
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "sandbox allow-same-origin allow-popups" in policy
        assert "script" not in policy
        assert "http" not in policy, "nothing is fetched from elsewhere"

    def test_shows_pictures_of_the_mail_in_their_place(self, catcher, ask):
        html = '<img src="cid:qr-code"><img src="cid:none"><a href="https://example.org/">x</a>'
        mail = message(html=html)
        picture = MIMEPart()
        picture.set_content(b"not really", "image", "png", disposition="inline", cid="<qr-code>")
        mail.attach(picture)
        send(catcher, mail)
        (mail,) = catcher.mails()
        address = f"/mail/{mail.name}/picture/qr-code"
        shown = ask(f"/mail/{mail.name}/html")[2]
        assert f'<img src="{address}"><img src="cid:none"><a href="https://example.org/">' in shown
        status, headers, content = ask(address)
        assert (status, headers["Content-Type"], content) == (200, "image/png", "not really")
        assert ask(f"/mail/{mail.name}/picture/other")[0] == 404
        # Not among the files beside the mail a second time.
        assert [attachment.name for attachment in mail.attachments] == ["täglich.ics"]

    @pytest.mark.parametrize("kind", ["svg+xml", "x-unknown"])
    def test_shows_only_plain_pictures(self, catcher, ask, kind):
        mail = message(html='<img src="cid:drawing">')
        part = MIMEPart()
        part.set_content(HOSTILE.encode(), "image", kind, disposition="inline", cid="<drawing>")
        mail.attach(part)
        send(catcher, mail)
        (mail,) = catcher.mails()
        assert ask(f"/mail/{mail.name}/picture/drawing")[0] == 404
        assert len(mail.attachments) == 2

    def test_names_an_attachment_without_a_name_by_its_kind(self, catcher):
        mail = EmailMessage()
        mail["From"], mail["To"] = "a@example.org", "b@example.org"
        mail.set_content("Hallo")
        mail.add_attachment(b"%PDF-", "application", "pdf")
        send(catcher, mail)
        assert catcher.mails()[0].attachments[0].name == "attachment-1.pdf"

    @pytest.mark.parametrize(
        "path",
        ["/nothing", "/mail/none/", "/mail/../../secret-key/source", "/mail/%2e%2e/source"],
    )
    def test_knows_no_other_files(self, ask, path):
        assert ask(path)[0] == 404

    @pytest.mark.parametrize("number", ["0", "2", "-1", "x", "99999999999999999999"])
    def test_knows_no_other_attachments(self, catcher, ask, number):
        send(catcher, message())
        (mail,) = catcher.mails()
        assert ask(f"/mail/{mail.name}/attachment/{number}")[0] == 404

    def test_answers_to_no_other_name(self, ask):
        """A hostile site could give itself a name that leads to this machine (DNS rebinding)."""
        assert ask("/", Host="hostile.example:80")[0] == 400
        assert ask("/", Host="localhost")[0] == 200


def test_preferred_language_is_the_first_there_is():
    assert preferred_language("tr,en;q=0.8,de;q=0.7") == "en"
    assert preferred_language("") == "de"
