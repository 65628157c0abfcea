"""A wave of a hundred thousand responses to sixty questions, generated: how many pages a second
people can hand in, how long counting takes, and how long the tables to take along.

    python -m benchmarks.surveys [--responses 100000] [--seconds 5]

fills an empty database of its own. Pages go through the real server, each with answers of its own,
to drafts of many people at once; the tables are made as the page makes them.
"""

import argparse
import itertools
import json
import random
import resource
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlencode

import psutil
from django.db import connection

from benchmarks.__main__ import free_port, row, server
from benchmarks.load import measure, measure_posts
from benchmarks.pages import verdict
from benchmarks.portal import empty_portal

#: What to reach: pages a second, seconds, milliseconds, seconds, megabytes.
PAGES_A_SECOND, COUNTED_IN, READ_IN, EXPORTED_IN, MEGABYTES = 100, 20, 50, 60, 500
STAGES = ("established", "new", "transition")
SECTIONS, QUESTIONS = 10, 6
CHOICES = 5


def text(words: str) -> dict[str, str]:
    return {"de": words, "en": words}


def choices(number: int = CHOICES) -> list[dict]:
    return [{"key": f"c{i}", "label": text(f"Antwort {i}")} for i in range(number)]


def definition() -> dict:
    """Ten pages of six questions: choices, several choices, scales, a number, words; every second
    page depends on an answer."""
    kinds = ("single", "multiple", "scale", "number", "single", "short")
    stage = {
        "key": "stage", "kind": "single", "wording": text("Wo stehen Sie?"), "required": True,
        "vocabulary": "stage", "profile_field": "stage",
    }  # fmt: skip
    sections = []
    for page in range(SECTIONS):
        asked = []
        for place, kind in enumerate(kinds):
            if page == place == 0:
                asked.append(stage)
                continue
            question = {
                "key": f"q{page}_{place}", "kind": kind, "wording": text(f"Frage {page}.{place}?")
            }  # fmt: skip
            if kind in ("single", "multiple", "scale"):
                question["choices"] = choices()
            if kind == "number":
                question["constraint"] = ". <= 1000"
            asked.append(question)
        section = {"key": f"page{page}", "title": text(f"Seite {page}"), "questions": asked}
        if page % 2:
            section["relevant"] = f"${{q{page - 1}_4}} != 'c9'"
        sections.append(section)
    return {
        "survey": {
            "slug": "groessenprobe", "minutes": 20, "title": text("Größenprobe"),
            "introduction": text("Erzeugt."), "asked_by": text("Niemand"),
            "purpose": text("Keiner"),
        },
        "sections": sections,
    }  # fmt: skip


def answers(chance: random.Random) -> dict:
    found = {"stage": chance.choice(STAGES)}
    for page in range(SECTIONS):
        for place in range(QUESTIONS):
            if page == place == 0 or chance.random() < 0.1:
                continue
            key = f"q{page}_{place}"
            match place:
                case 0 | 2 | 4:
                    found[key] = f"c{chance.randrange(CHOICES)}"
                case 1:
                    found[key] = sorted(
                        {f"c{chance.randrange(CHOICES)}" for _ in range(chance.randint(1, 3))}
                    )
                case 3:
                    found[key] = chance.randint(0, 200)
                case _:
                    found[key] = f"Wort {chance.randrange(1000)} und noch eins"
    return found


def fill(responses: int):
    """Make an open wave with drafts, and a closed one with responses, each of an organisation of
    its own (so that all of them are in the tables)."""
    from django.utils import timezone

    from actors.models import Organisation
    from surveys.loading import load_definition
    from surveys.models import Response, Wave

    questionnaire = load_definition(definition()).questionnaire
    now = timezone.now()
    closed, opened = (
        Wave.objects.create(
            survey=questionnaire.survey,
            questionnaire=questionnaire,
            title=title,
            opens_at=now + start * timedelta(days=1),
            closes_at=now + end * timedelta(days=1),
        )
        for title, start, end in (("Vorbei", -30, -10), ("Offen", -5, 30))
    )
    with connection.cursor() as cursor:
        # Words and history of these organisations are not what is measured here.
        cursor.execute("SET session_replication_role = replica")
        for some in itertools.batched(range(responses), 5000, strict=False):
            Organisation.objects.bulk_create(
                Organisation(name=f"Beispiel {n}", slug=f"beispiel-{n}", kind="association")
                for n in some
            )  # fmt: skip
        cursor.execute("SET session_replication_role = origin")
        chance = random.Random(3)  # noqa: S311
        organisations = list(Organisation.objects.order_by("pk").values_list("pk", flat=True))
        day = timezone.localdate()
        with cursor.copy(
            "COPY surveys_response (id, wave_id, mode, state, organisation_id, stage, link_number,"
            " answers, prefilled, consented, interviewer, objection, submitted_on) FROM STDIN"
        ) as copy:
            for organisation in organisations:
                given = answers(chance)
                copy.write_row(
                    (uuid.UUID(int=chance.getrandbits(128)), closed.pk, "online", "submitted",
                     organisation, given["stage"], 0, json.dumps(given), "[]", False, "", "", day)
                )  # fmt: skip
        cursor.execute("ANALYZE")
    assert Response.objects.submitted().count() == responses
    return closed, opened


def posts(wave) -> Callable[[], Iterator[bytes]]:
    """Return what makes the requests of one connection: pages of its own drafts, again and
    again."""
    from surveys.services import begin_anonymous

    def requests() -> Iterator[bytes]:
        chance = random.Random(secrets.randbits(32))  # noqa: S311
        token = secrets.token_hex(16)
        # Each from an address of its own: how much one address sends is limited.
        drafts = [
            (
                begin_anonymous(wave=wave).token,
                f"10.{chance.randrange(256)}.{chance.randrange(256)}.9",
            )
            for _ in range(25)
        ]
        for draft, address in itertools.cycle(drafts):
            for page in range(SECTIONS):
                given = answers(chance)
                here = {k: v for k, v in given.items() if k.startswith(f"q{page}_")}
                if page == 0:
                    here["stage"] = given["stage"]
                body = urlencode(
                    {"csrfmiddlewaretoken": token, "action": "next", **here}, doseq=True
                ).encode()
                yield (
                    f"POST /de/surveys/answers/{draft}/page/page{page}/ HTTP/1.1\r\n"
                    f"Host: localhost\r\nX-Forwarded-For: {address}\r\n"
                    f"Cookie: csrftoken={token}\r\n"
                    f"Content-Type: application/x-www-form-urlencoded\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n"
                ).encode() + body

    return requests


def report_pages(wave, seconds: float) -> None:
    port = free_port()
    with server(port):
        measure(port, "/baseline", seconds=1)
        before = measure(port, "/baseline", seconds=seconds)
        print(f"{'':24}{'requests/s':>11}{'p50 ms':>9}{'p95 ms':>9}{'of baseline':>13}{'1/n':>7}")
        row("baseline", before, before)
        requests = posts(wave)
        measure_posts(port, requests, seconds=1, least=2)
        figures = measure_posts(port, requests, seconds=seconds)
        row("a page handed in", figures, before)
        reached = figures.rate >= PAGES_A_SECOND
        print(f"{'':24}wanted: {PAGES_A_SECOND} a second: {verdict(reached)}\n")


def report_table(name: str, wave) -> None:
    """Make a table in a process of its own, so that its memory can be told."""
    started, used = time.perf_counter(), seconds_of_children()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.surveys", "--table", name, str(wave.pk)]
    )
    most = 0.0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            most = max(most, watched.memory_info().rss / 1e6)
        except psutil.Error:
            break
        time.sleep(0.05)
    if process.wait():
        raise SystemExit(f"{name} failed")
    seconds = time.perf_counter() - started
    reached = seconds <= EXPORTED_IN and most <= MEGABYTES
    print(
        f"{name:24}{seconds:9.1f} s (own work {seconds_of_children() - used:.1f} s)"
        f"{most:6.0f} MB   wanted {EXPORTED_IN} s, {MEGABYTES} MB: {verdict(reached)}"
    )


def seconds_of_children() -> float:
    """What processes that have ended have worked, without the database."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make_table(name: str, wave_id: int) -> None:
    import django

    django.setup()
    from django.utils import translation

    from ssoe_portal.common.excel_files import xlsx_chunks
    from ssoe_portal.common.table_files import csv_lines
    from surveys.exporting import Export
    from surveys.models import Wave

    with translation.override("de"):
        found = Export.of(Wave.objects.get(pk=wave_id))
        if name == "Excel, everything":
            pieces = xlsx_chunks(*found.tables())
        else:
            pieces = csv_lines(found.responses(in_words="words" in name))
        for _piece in pieces:
            pass


def report_counting(wave, seconds_to_measure: float) -> None:
    from django.urls import reverse
    from django.utils import translation

    from surveys import snapshots

    with translation.override("de"):
        started, used = time.perf_counter(), time.process_time()
        snapshot, _is_new = snapshots.begin(wave)
        snapshots.make(snapshot)
        seconds = time.perf_counter() - started
        used = time.process_time() - used
        address = reverse("surveys:results", args=[wave.survey.slug, wave.pk])
    print(
        f"{'counting and checking':24}{seconds:9.1f} s (own work {used:.1f} s)   "
        f"{len(snapshot.figures)} questions, wanted {COUNTED_IN} s: "
        f"{verdict(seconds <= COUNTED_IN)}"
    )
    wave.publish_results()
    port = free_port()
    with server(port):
        measure(port, address, seconds=1, least=2)
        figures = measure(port, address, seconds=seconds_to_measure, connections=1)
    print(
        f"{'the page of results':24}{figures.p50:8.0f} ms   wanted {READ_IN} ms: "
        f"{verdict(figures.p50 <= READ_IN)}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--table", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.table:
        make_table(options.table[0], int(options.table[1]))
        return
    print(f"Preparing a wave of {options.responses} responses …", flush=True)
    with empty_portal(LOG_LEVEL="WARNING", TRUSTED_PROXY_COUNT="1"):
        closed, opened = fill(options.responses)
        report_pages(opened, options.seconds)
        report_counting(closed, options.seconds)
        for name in ("values (CSV)", "words (CSV)", "Excel, everything"):
            report_table(name, closed)


if __name__ == "__main__":
    main()
