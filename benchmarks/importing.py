"""A list of thirty thousand organisations and one of as many offers, read in by the worker's own
function: rows a second for checking, writing and taking back, and the most memory it took.

    python -m benchmarks.importing [--rows 30000]

fills an empty database of its own, on Linux. The lists are CSV as an office would save them, twenty
columns for organisations and twelve for offers; each step is a process of its own. Rows with errors
and rows that are perhaps there already are checked and not written.
"""

import argparse
import csv
import io
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from benchmarks.directory import Writer
from benchmarks.pages import database_cpu, megabytes
from benchmarks.portal import empty_portal

#: What to reach.
ROWS_A_SECOND, MEGABYTES = 500, 300


def organisations(number: int) -> Iterator[list[object]]:
    from actors.models import Field, SpokenLanguage, TargetGroup
    from ssoe_portal.common.geography import Area

    writer = Writer(3)
    chance = writer.random
    fields, groups, languages = (
        [term.labels["de"] for term in model.objects.all()]
        for model in (Field, TargetGroup, SpokenLanguage)
    )
    areas = cycle([area.labels["de"] for area in Area.objects.all()])
    postcodes = cycle(["13125", "13187", "10405", "13086", "13156"])
    yield [
        *("Name", "Kurzname", "Art", "Entwicklungsstand", "Gründungsjahr", "In einem Satz"),
        *("Beschreibung", "Arbeitsfelder", "Zielgruppen", "Sprachen"),
        *("Straße und Hausnummer", "Postleitzahl", "Ortsteil", "Website"),
        *("Öffentliche E-Mail-Adresse", "Öffentliche Telefonnummer", "Stufenloser Eingang"),
        *("Aufzug", "Zum Zugang", "Nachhaltigkeitsziele"),
    ]
    for row in range(number):
        yield [
            f"Beispiel {writer.text(2).title()} {row}", "",
            chance.choice(("Verband oder Netzwerk", "agency")),
            chance.choice(("established", "new")), chance.randint(1950, 2024), writer.text(14),
            writer.text(25), "; ".join(chance.sample(fields, 2)),
            "; ".join(chance.sample(groups, 2)), "; ".join(chance.sample(languages, 3)),
            f"Beispielstraße {row % 300 + 1}", next(postcodes), next(areas),
            f"www.beispiel-{row}.example", f"kontakt-{row}@example.org", f"030 {100000 + row}",
            chance.choice(("ja", "nein", "")), chance.choice(("ja", "")), "", "",
        ]  # fmt: skip


def offers(number: int) -> Iterator[list[object]]:
    from actors.models import Category, Organisation, SpokenLanguage, TargetGroup

    writer = Writer(5)
    chance = writer.random
    categories, groups, languages = (
        [term.labels["de"] for term in model.objects.all()]
        for model in (Category, TargetGroup, SpokenLanguage)
    )
    owners = cycle(list(Organisation.objects.order_by("pk").values_list("name", flat=True)))
    yield [
        *("Titel", "Organisation", "Kategorie", "In einem Satz", "Beschreibung", "Für wen"),
        *("Gesprochene Sprachen", "Kosten", "Termin", "Wann", "Nur für Frauen", "Ab Alter"),
    ]
    for row in range(number):
        yield [
            f"{writer.text(3).title()} {row}", next(owners), chance.choice(categories),
            writer.text(14), writer.text(30), "; ".join(chance.sample(groups, 1)),
            "; ".join(chance.sample(languages, 3)), chance.choice(("kostenlos", "free", "price")),
            chance.choice(("none", "required")), "Dienstags 16 bis 18 Uhr",
            chance.choice(("ja", "nein")), chance.choice(("", 6, 18)),
        ]  # fmt: skip


def content(table: Iterator[list[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(table)
    return out.getvalue().encode("utf-8-sig")


def work(list_id: int, by_id: int) -> None:
    """What the worker does, in this process; the last line says how long by the clock, how long
    here and in the database was computed, and how much memory it took."""
    from actors.importing import running

    began, computed = time.perf_counter(), time.process_time() + database_cpu()
    running.work(list_id=list_id, by_id=by_id)
    taken = time.perf_counter() - began
    print(f"{taken} {time.process_time() + database_cpu() - computed} {peak_memory()}")


def peak_memory() -> float:
    """The most memory this process has had, in MB. `ru_maxrss` begins with the parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000


def measured(list_id: int, by_id: int) -> tuple[float, float, float]:
    """Seconds by the clock, seconds computed, megabytes."""
    command = [sys.executable, "-m", "benchmarks.importing", "--work", f"{list_id},{by_id}"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    taken, computed, peak = map(float, answer.stdout.split()[-3:])
    return taken, computed, peak


def step(name: str, of, by, rows: int) -> None:
    """Do what a list waits for, which is about so many rows."""
    taken, computed, peak = measured(of.pk, by.pk)
    speed = rows / taken
    reached = speed >= ROWS_A_SECOND and peak <= MEGABYTES
    print(
        f"{name:14}{rows:8} rows{taken:8.1f} s{speed:9.0f} rows/s{rows / computed:9.0f}{peak:7.0f} "
        f"MB   wanted {ROWS_A_SECOND} and {MEGABYTES}: {'reached' if reached else 'MISSED'}",
        flush=True,
    )
    of.refresh_from_db()
    if of.problem:
        raise SystemExit(of.problem)


def read_in(kind: str, file: bytes, rows: int, by):
    """Check a list and write it; return it."""
    from actors.importing import running
    from actors.models import ListImport

    print(
        f"\n{rows} {kind}s, a file of {len(file) / 1e6:.0f} MB. After rows/s by the clock: "
        "rows in a second of computing, here and in the database"
    )
    began = time.perf_counter()
    of = running.begin(kind=kind, filename="liste.csv", content=file, by=by)
    print(f"{'taking it':14}{time.perf_counter() - began:8.1f} s")
    if of.step != "checking":
        unknown = [h for h, name in zip(of.headings, of.assigned, strict=True) if name is None]
        raise SystemExit(f"headings that nobody knows: {unknown}")

    step("checking", of, by, rows)
    numbers = of.numbers()
    print(f"{'':14}{ ({name: number for name, number in numbers.items() if number}) }")
    running.start_writing(of=of, by=by, new_as=ListImport.As.PUBLISHED)
    step("writing", of, by, numbers["to_write"])
    return of


def take_back(of, by) -> None:
    from actors.importing import running

    print(f"\nThe list of {of.kind}s")
    numbers = of.numbers()
    running.start_undo(of=of, by=by)
    step("taking back", of, by, numbers["result_created"] + numbers["result_updated"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.importing")
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        import django

        django.setup()
        work(*map(int, args.work.split(",")))
        return
    with empty_portal():
        from tests.world import make_user

        by = make_user("admin")
        homes = read_in("organisation", content(organisations(args.rows)), args.rows, by)
        offered = read_in("offer", content(offers(args.rows)), args.rows, by)
        take_back(offered, by)
        take_back(homes, by)
        print(f"\nMemory of this process: {megabytes():.0f} MB")


if __name__ == "__main__":
    main()
