"""A mail server for development that delivers nothing and shows everything.

    python -m demonstration.mailcatcher --smtp-port 8002 --web-port 8001 --directory var/mail

Mails arrive over real SMTP, are kept as .eml files and can be read on a small page, newest first.
It listens on this machine only. The tests use the same `MailCatcher`, without the page.
"""

import argparse
import asyncio
import email
import email.message
import email.policy
import logging
import mimetypes
import re
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from functools import cached_property
from html import unescape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session

# aiosmtpd logs every command with its addresses.
logging.getLogger("mail.log").setLevel(logging.ERROR)

HOST = "127.0.0.1"
TEMPLATES = Path(__file__).resolve().parent / "templates" / "mailcatcher"
LARGEST_MAIL = 25_000_000  # bytes
KEPT = 500  # mails; the oldest are removed
#: What is shown inside of a mail. A drawing (SVG) could carry more than a picture.
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
#: A quoted address of a part of the same mail.
CID = re.compile(r"""["']cid:([^"'<>\s]+)["']""")


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    kind: str
    content: bytes

    @property
    def kilobytes(self) -> float:
        return max(0.1, round(len(self.content) / 1000, 1))


class CaughtMail:
    """One mail as it came in over SMTP."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.stem

    def __repr__(self) -> str:
        return f"<CaughtMail {self.subject!r} to {', '.join(self.recipients)}>"

    @cached_property
    def source(self) -> bytes:
        """The mail as it went over the wire, after the two lines that hold its envelope."""
        return self.path.read_bytes().split(b"\n", 2)[2]

    @cached_property
    def message(self) -> email.message.EmailMessage:
        return email.message_from_bytes(self.source, policy=email.policy.default)

    @cached_property
    def _envelope(self) -> list[str]:
        first, second, _ = self.path.read_bytes().split(b"\n", 2)
        return [line.decode().partition(": ")[2] for line in (first, second)]

    @property
    def sender(self) -> str:
        """The address errors would go back to (RFC 5321, MAIL FROM)."""
        return self._envelope[0]

    @property
    def recipients(self) -> list[str]:
        """Everyone it was sent to (RFC 5321, RCPT TO), whatever its headers say."""
        return self._envelope[1].split(", ")

    @property
    def received_at(self) -> datetime:
        return datetime.strptime(self.name[:15] + "+0000", "%Y%m%d-%H%M%S%z")

    @cached_property
    def subject(self) -> str:
        """Read from the head alone: a list of mails need not take their files apart."""
        head = BytesHeaderParser(policy=email.policy.default).parsebytes(self.source)
        return str(head.get("Subject", ""))

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    @property
    def text(self) -> str:
        """The plain text part, "" without one."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML part, "" without one."""
        return self._body("html")

    @property
    def links(self) -> list[str]:
        """Every address in the text, in order."""
        return [link.rstrip(".,;:)>") for link in re.findall(r"https?://[^\s<>\"]+", self.text)]

    @cached_property
    def attachments(self) -> list[Attachment]:
        """The files beside the mail; not the pictures that stand in its HTML part."""
        parts = [part for part in self.message.iter_attachments() if not self._stands_in(part)]
        return [
            Attachment(
                # A part without a name is at least of a kind: "attachment-1.ics".
                part.get_filename() or f"attachment-{number}{_ending(part)}",
                part.get_content_type(),
                _content(part),
            )
            for number, part in enumerate(parts, start=1)
        ]

    @cached_property
    def pictures(self) -> dict[str, Attachment]:
        """The pictures of the HTML part by their content id (RFC 2392: "cid:…")."""
        return {
            _content_id(part): Attachment(
                part.get_filename() or _content_id(part), part.get_content_type(), _content(part)
            )
            for part in self.message.walk()
            if self._stands_in(part)
        }

    def _stands_in(self, part: email.message.EmailMessage) -> bool:
        cid = _content_id(part)
        is_picture = part.get_content_type() in PICTURES
        return is_picture and cid != "" and cid in self._shown

    @cached_property
    def _shown(self) -> set[str]:
        return {unquote(unescape(cid)) for cid in CID.findall(self.html)}

    def html_with_pictures(self, address: str) -> str:
        """The HTML part; what it shows by content id comes from `address`, a path that ends in
        "/"."""
        return CID.sub(
            lambda found: (
                '"' + address + quote(unquote(unescape(found[1])), safe="") + '"'
                if unquote(unescape(found[1])) in self.pictures
                else found[0]
            ),
            self.html,
        )

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return part.get_content() if part is not None else ""


def _content(part: email.message.EmailMessage) -> bytes:
    content = part.get_content()
    if isinstance(content, str):
        return content.encode(part.get_content_charset() or "utf-8", "replace")
    return content if isinstance(content, bytes) else content.as_bytes()


def _content_id(part: email.message.EmailMessage) -> str:
    return str(part.get("Content-ID", "")).strip().strip("<>")


def _ending(part: email.message.EmailMessage) -> str:
    """Return what a file of this kind ends in, "" where that is not known."""
    return mimetypes.guess_extension(part.get_content_type()) or ""


class MailCatcher:
    """Receives mail over SMTP in a thread of its own and keeps it in a directory.

    Pass a bound socket to know the port before starting.
    """

    def __init__(
        self, directory: Path, port: int = 0, *, listener: socket.socket | None = None
    ) -> None:
        self.directory = directory
        self._listener = listener or reserve(port)
        self.port: int = self._listener.getsockname()[1]
        self.refusal = ""
        self._number = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="mail-catcher", daemon=True)
        self._started = threading.Event()

    def start(self) -> "MailCatcher":
        self.directory.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        self._started.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def mails(self, *, to: str = "") -> list[CaughtMail]:
        """Return what came in, oldest first, perhaps only to one address."""
        found = [CaughtMail(path) for path in sorted(self.directory.glob("*.eml"))]
        return [mail for mail in found if not to or to in mail.recipients]

    def clear(self) -> None:
        for path in self.directory.glob("*.eml"):
            path.unlink()

    def refuse(self, answer: str = "451 4.3.0 Try again later") -> None:
        """Answer every mail with an error from now on, as a broken server would; "" ends it."""
        self.refusal = answer

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: SMTP(
                    self,
                    data_size_limit=LARGEST_MAIL,
                    enable_SMTPUTF8=True,
                    hostname="localhost",
                    loop=self._loop,
                ),
                sock=self._listener,
            )
        )
        self._started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep one mail (called by aiosmtpd)."""
        if self.refusal:
            return self.refusal
        content = envelope.original_content or b""
        # The number keeps the order of mails within one microsecond, the rest makes names unique.
        self._number += 1
        now = datetime.now(UTC)
        name = f"{now:%Y%m%d-%H%M%S-%f}-{self._number:06}-{secrets.token_hex(4)}"
        envelope_lines = (
            f"X-Envelope-From: {envelope.mail_from}\n"
            f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\n"
        )
        temporary = self.directory / f"{name}.part"
        temporary.write_bytes(envelope_lines.encode() + content)
        temporary.rename(self.directory / f"{name}.eml")
        for path in sorted(self.directory.glob("*.eml"))[:-KEPT]:
            path.unlink(missing_ok=True)
        return "250 Message accepted for delivery"


def reserve(port: int = 0) -> socket.socket:
    """Return a socket bound to a port of this machine (0: any), not yet listening."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener


# --- The page -------------------------------------------------------------------------------------

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# What is in a mail may not run, leave its frame or load anything but its own pictures; links open
# outside of it. "allow-same-origin" lets frame.js see how high it is; without "allow-scripts", and
# with no script allowed by the policy either, the mail itself can do nothing with it.
POLICY_OF_A_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
FILES = {"style.css": "text/css", "frame.js": "text/javascript"}
WORDS = {
    "de": {
        "title": "Abgefangene E-Mails",
        "what": "Alles, was das Portal auf diesem Rechner verschickt, kommt hier an und geht "
        "nirgendwohin sonst.",
        "empty": "Noch keine E-Mail. Melden Sie sich zum Beispiel bei einem Angebot an.",
        "all": "Alle E-Mails",
        "from": "Von",
        "to": "An",
        "subject": "Betreff",
        "received": "Eingegangen",
        "attachments": "Anhänge",
        "html": "Gestaltete Fassung",
        "alone": "Für sich öffnen",
        "headers": "Kopfzeilen",
        "source": "Quelltext",
        "reload": "Neu laden",
        "missing": "Diese E-Mail gibt es nicht (mehr).",
        "no_subject": "(ohne Betreff)",
        "no_text": "Diese E-Mail hat keinen Textteil.",
    },
    "en": {
        "title": "Caught mail",
        "what": "Everything the portal sends on this machine arrives here and goes nowhere else.",
        "empty": "No mail yet. Join an offer, for example.",
        "all": "All mail",
        "from": "From",
        "to": "To",
        "subject": "Subject",
        "received": "Received",
        "attachments": "Attachments",
        "html": "Formatted version",
        "alone": "Open it by itself",
        "headers": "Headers",
        "source": "Source",
        "reload": "Reload",
        "missing": "This mail does not exist (any more).",
        "no_subject": "(no subject)",
        "no_text": "This mail has no text part.",
    },
}


def preferred_language(accepted: str) -> str:
    """Return "de" or "en", whichever an Accept-Language header names first; else German."""
    for choice in re.findall(r"[a-z]{2}", accepted.lower()):
        if choice in WORDS:
            return choice
    return "de"


class MailPage(BaseHTTPRequestHandler):
    """The pages: a list, a mail, its parts. They only read."""

    catcher: ClassVar[MailCatcher]
    render: ClassVar[Callable[[str, dict[str, Any]], str]]

    def do_GET(self) -> None:
        host = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host")
        if host not in {"localhost", "127.0.0.1", "[::1]"}:
            # Another site's name that was made to lead here must not read the mails.
            self.respond(HTTPStatus.BAD_REQUEST, b"Unknown host.", "text/plain; charset=utf-8")
            return
        parts = [part for part in urlsplit(self.path).path.split("/") if part]
        match parts:
            case []:
                self.page("list.html", mails=self.catcher.mails()[::-1])
            case [name] if name in FILES:
                content = (TEMPLATES / name).read_bytes()
                self.respond(HTTPStatus.OK, content, f"{FILES[name]}; charset=utf-8")
            case ["mail", name, *rest]:
                self.mail(name, rest)
            case _:
                self.missing()

    do_HEAD = do_GET

    def mail(self, name: str, rest: list[str]) -> None:
        mail = next((mail for mail in self.catcher.mails() if mail.name == name), None)
        match rest:
            case _ if mail is None:
                self.missing()
            case []:
                self.page("mail.html", mail=mail)
            case ["html"]:
                # A page of the portal refuses to be shown in a frame.
                html = '<base target="_blank">' + mail.html_with_pictures(f"/mail/{name}/picture/")
                self.respond(
                    HTTPStatus.OK, html.encode(), "text/html; charset=utf-8", POLICY_OF_A_MAIL
                )
            case ["picture", cid] if unquote(cid) in mail.pictures:
                picture = mail.pictures[unquote(cid)]
                self.respond(HTTPStatus.OK, picture.content, picture.kind)
            case ["source"]:
                self.respond(HTTPStatus.OK, mail.source, "text/plain; charset=utf-8")
            case ["attachment", number] if number.isascii() and number.isdigit():
                try:
                    attachment = mail.attachments[int(number) - 1] if int(number) else None
                except IndexError:
                    attachment = None
                if attachment is None:
                    self.missing()
                    return
                name = quote(attachment.name, safe="")
                self.respond(
                    HTTPStatus.OK,
                    attachment.content,
                    "application/octet-stream",
                    disposition=f"attachment; filename*=UTF-8''{name}",
                )
            case _:
                self.missing()

    def missing(self) -> None:
        self.page("missing.html", HTTPStatus.NOT_FOUND)

    def page(self, template: str, status: HTTPStatus = HTTPStatus.OK, **context: Any) -> None:
        language = preferred_language(self.headers.get("Accept-Language") or "")
        context |= {"words": WORDS[language], "language": language}
        html = type(self).render(template, context)
        self.respond(status, html.encode(), "text/html; charset=utf-8")

    def respond(
        self,
        status: HTTPStatus,
        body: bytes,
        kind: str,
        policy: str = POLICY,
        disposition: str = "",
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        if disposition:
            self.send_header("Content-Disposition", disposition)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        return "mailcatcher"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: addresses of mails are no business of a log."""


def renderer() -> Callable[[str, dict[str, Any]], str]:
    """Return a function that renders the templates here, outside of the portal's settings."""
    from django.conf import settings
    from django.template import Context, Engine

    if not settings.configured:
        settings.configure(USE_I18N=False, USE_TZ=True, TIME_ZONE="Europe/Berlin")
    engine = Engine(dirs=[str(TEMPLATES)], libraries={"tz": "django.templatetags.tz"}, builtins=[])
    return lambda name, context: engine.get_template(name).render(Context(context, use_tz=True))


def serve_page(catcher: MailCatcher, port: int = 0) -> ThreadingHTTPServer:
    """Return the web server of a catcher, ready for `serve_forever`."""
    attributes = {"catcher": catcher, "render": staticmethod(renderer())}
    server = ThreadingHTTPServer((HOST, port), type("Page", (MailPage,), attributes))
    server.daemon_threads = True
    return server


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smtp-port", type=int, default=8002)
    parser.add_argument("--web-port", type=int, default=8001)
    parser.add_argument("--directory", type=Path, default=Path("var/mail"))
    options = parser.parse_args(arguments)
    catcher = MailCatcher(options.directory, options.smtp_port).start()
    server = serve_page(catcher, options.web_port)

    def stop(*_: object) -> None:
        # shutdown() waits for serve_forever, which this signal has interrupted.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"Mail: smtp://{HOST}:{catcher.port}, http://localhost:{server.server_port}/", flush=True)
    server.serve_forever(poll_interval=0.2)
    server.server_close()
    catcher.stop()


if __name__ == "__main__":
    main()
