"""`make bench`: the real server with the demonstration data, every figure beside the baseline's.

    python -m benchmarks [--seconds 5]

A view of one query and two bytes is measured first and again at the end; a page's ratio says what
share of the baseline's throughput it reaches. Nothing is cached between requests but the page of
an event for strangers; it is measured without that as well.
"""

import argparse
import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import psutil

from benchmarks.load import Figures, measure
from benchmarks.pages import verdict
from benchmarks.portal import empty_portal
from benchmarks.weight import weigh

#: Page: the lowest share of the baseline's throughput that we want to reach, where one is set.
TARGETS = {"offers, filtered": 1 / 25, "an event": 1 / 15, "an event, kept briefly": 1 / 8}
#: Who brings a cookie gets a page written anew; of these, only the event's is ever kept.
COOKIE = "visited=yes"
FIRST_VISIT_BYTES, FIRST_VISIT_REQUESTS, WORKER_MEGABYTES = 100_000, 12, 150


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def pages() -> dict[str, str]:
    """Return the pages to measure, with addresses that exist in the demonstration data."""
    from actors.models import Offer
    from events.models import Event
    from surveys.models import Wave

    offer = Offer.objects.published().order_by("pk").first()
    event = Event.objects.published().upcoming().order_by("pk").first()
    wave = Wave.objects.order_by("-opens_at", "pk").first()
    return {
        "home": "/de/",
        "offers, all": "/de/offers/",
        "offers, filtered": "/de/offers/?category=language-learning&area=buch&cost=free",
        "offers in English": "/en/offers/?area=buch",
        "an offer": f"/de{offer.get_absolute_url()[3:]}",
        "an event": f"/de{event.get_absolute_url()[3:]}",
        "an event, kept briefly": f"/de{event.get_absolute_url()[3:]}",
        "a survey": f"/de{wave.survey.get_absolute_url()[3:]}",
        "search": "/de/search/?q=Deutsch",
    }


@contextlib.contextmanager
def server(port: int) -> Iterator[psutil.Process]:
    """Run gunicorn as `make run` does."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "ssoe_portal.wsgi:application",
            "--bind", f"127.0.0.1:{port}", "--workers", "2", "--worker-class", "gthread",
            "--threads", "4", "--preload", "--no-control-socket", "--log-level", "warning",
        ],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/baseline", timeout=5)
                break
            time.sleep(0.1)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def worker() -> Iterator[psutil.Process]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker"], stderr=subprocess.DEVNULL
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def megabytes(process: psutil.Process) -> float:
    """Return the memory of a process and its children, shared pages counted once (PSS)."""
    family = [process, *process.children(recursive=True)]
    return sum(member.memory_full_info().pss for member in family) / 1e6


def report(port: int, seconds: float) -> None:
    measure(port, "/baseline", seconds=1)  # warm up
    before = measure(port, "/baseline", seconds=seconds)
    print(f"{'':24}{'requests/s':>11}{'p50 ms':>9}{'p95 ms':>9}{'of baseline':>13}{'1/n':>7}")
    row("baseline", before, before)
    missed = []
    for name, path in pages().items():
        cookie = "" if "kept" in name else COOKIE
        measure(port, path, seconds=1, least=2, cookie=cookie)  # warm up: templates, connections
        figures = measure(port, path, seconds=seconds, cookie=cookie)
        row(name, figures, before)
        share = figures.rate / before.rate
        if name in TARGETS:
            missed.append(
                f"{name}: 1/{1 / share:.1f} of the baseline, wanted 1/{1 / TARGETS[name]:.0f}: "
                f"{verdict(share >= TARGETS[name])}"
            )
    row("baseline, again", measure(port, "/baseline", seconds=seconds), before)
    print("\n" + "\n".join(missed))


def row(name: str, figures: Figures, baseline: Figures) -> None:
    share = figures.rate / baseline.rate
    print(
        f"{name:24}{figures.rate:11.0f}{figures.p50:9.1f}{figures.p95:9.1f}"
        f"{share:13.3f}{1 / share:7.1f}"
    )


def report_weights(port: int) -> None:
    print(f"\n{'first visit':24}{'page kB':>11}{'all kB':>9}{'requests':>9}")
    for name, path in pages().items():
        weight = weigh(f"http://127.0.0.1:{port}{path}")
        print(f"{name:24}{weight.page / 1000:11.1f}{weight.total / 1000:9.1f}{weight.requests:9}")
        if name == "offers, all":
            reached = weight.total <= FIRST_VISIT_BYTES and weight.requests <= FIRST_VISIT_REQUESTS
            print(f"{'':24}wanted: 100 kB, 12 requests: {verdict(reached)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="per page")
    options = parser.parse_args()
    port = free_port()
    print("Preparing a database with the demonstration data …", flush=True)
    with empty_portal(PUBLIC_URL=f"http://localhost:{port}", LOG_LEVEL="WARNING"):
        import demonstration

        demonstration.load()
        with server(port) as web:
            report(port, options.seconds)
            report_weights(port)
            print(f"\nweb server (2 processes): {megabytes(web):.0f} MB")
        with worker() as process:
            time.sleep(5)
            used = megabytes(process)
        print(
            f"worker: {used:.0f} MB, wanted {WORKER_MEGABYTES}: {verdict(used <= WORKER_MEGABYTES)}"
        )


if __name__ == "__main__":
    main()
