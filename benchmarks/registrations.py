"""Registration opens, and everybody comes: how many parties a second get a place or one on the
waiting list, through the real server, while the worker writes their mails.

    python -m benchmarks.registrations [--seconds 5]

An empty database of its own, on the disk as in operation; one event with a hundred places, parties
of one to five. Afterwards all of them are looked at: no place is given away twice, and everybody
has a mail.
"""

import argparse
import contextlib
import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import psutil

from benchmarks.__main__ import free_port, row, server, worker
from benchmarks.load import Figures, measure, measure_posts
from benchmarks.pages import verdict
from benchmarks.portal import empty_portal
from ssoe_portal import embedded

#: What to reach.
REGISTRATIONS_A_SECOND = 100
PLACES, LARGEST = 100, 5


def open_event():
    from django.utils import timezone

    from events.models import Event, Venue

    now = timezone.now()
    event = Event.objects.create(
        title="Andrang",
        summary="Erzeugt.",
        starts_at=now + timedelta(days=30),
        ends_at=now + timedelta(days=30, hours=3),
        takes_registrations=True,
        capacity=PLACES,
    )
    Venue.objects.create(event=event, name="Halle", street="Beispielstraße 1", postcode="13125")
    event.publish()
    return event


def posts(event) -> Iterator[bytes]:
    """Return the requests of one connection: a party after the other, each of its own computer."""
    chance = random.Random(secrets.randbits(32))  # noqa: S311
    token, stream = secrets.token_hex(16), secrets.token_hex(4)
    for number in count():
        address = ".".join(str(chance.randrange(256)) for _ in range(3))
        body = urlencode(
            {
                "csrfmiddlewaretoken": token,
                "name": f"Gast {number}",
                "email": f"{stream}-{number}@example.org",
                "size": chance.randint(1, LARGEST),
                "language": "de",
            }
        ).encode()
        yield (
            f"POST /de/events/{event.slug}/register/ HTTP/1.1\r\n"
            f"Host: localhost\r\nX-Forwarded-For: 10.{address}\r\n"
            f"Cookie: csrftoken={token}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body


def come(port: int, event, seconds: float, at_work: list[psutil.Process]) -> Figures:
    """Let parties come for some seconds and say what they cost, whatever else the computer does."""
    measure_posts(port, lambda: posts(event), seconds=1, least=2)
    used = [seconds_of(process) for process in at_work]
    figures = measure_posts(port, lambda: posts(event), seconds=seconds, connections=8)
    web, database = (
        (seconds_of(process) - before) / figures.requests * 1000
        for process, before in zip(at_work, used, strict=True)
    )
    print(
        f"{'':24}own work for each: web server {web:.1f} ms, database {database:.1f} ms; "
        f"two cores have time for {2000 / (web + database):.0f} a second"
    )
    return figures


def seconds_of(process: psutil.Process) -> float:
    """What a process and its children have worked."""
    used = 0.0
    for member in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = member.cpu_times()
            used += times.user + times.system
    return used


def check(event) -> None:
    """Say how it ended; a place too many is an error."""
    parties = event.registrations
    held = parties.confirmed().people()
    if held > PLACES:
        raise SystemExit(f"{held} people for {PLACES} places")
    print(
        f"{'':24}{parties.count()} parties: {held} people have a place, "
        f"{parties.waiting().count()} parties wait"
    )


def wait_for_mails(event) -> float:
    """Return how many seconds it takes until everybody has a mail."""
    from ssoe_portal.common.mail import OutgoingMail

    started, wanted = time.perf_counter(), event.registrations.count()
    while OutgoingMail.objects.count() < wanted:
        if time.perf_counter() - started > 300:
            raise SystemExit(f"{wanted - OutgoingMail.objects.count()} mails are missing")
        time.sleep(0.2)
    return time.perf_counter() - started


def report(seconds: float, database: psutil.Process) -> None:
    port = free_port()
    with server(port) as web:
        measure(port, "/baseline", seconds=1)
        before = measure(port, "/baseline", seconds=seconds)
        print(f"{'':24}{'requests/s':>11}{'p50 ms':>9}{'p95 ms':>9}{'of baseline':>13}{'1/n':>7}")
        row("baseline", before, before)
        event = open_event()
        figures = come(port, event, seconds, [web, database])
        row("registrations", figures, before)
        reached = figures.rate >= REGISTRATIONS_A_SECOND
        print(f"{'':24}wanted: {REGISTRATIONS_A_SECOND} a second: {verdict(reached)}")
        check(event)
        with worker():
            print(f"{'':24}the worker has written all mails after {wait_for_mails(event):.0f} s")
            event = open_event()
            row("while it writes mails", come(port, event, seconds, [web, database]), before)
            check(event)
            print(f"{'':24}and these after {wait_for_mails(event):.0f} s more")


def postmaster(directory: Path) -> psutil.Process:
    found = next(directory.rglob("postmaster.pid"))
    return psutil.Process(int(found.read_text(encoding="ascii").split()[0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="ssoe-bench-"))
    print("Preparing an empty database …", flush=True)
    with empty_portal(embedded.start(directory), LOG_LEVEL="WARNING", TRUSTED_PROXY_COUNT="1"):
        report(options.seconds, postmaster(directory))


if __name__ == "__main__":
    main()
