"""A form of a thousand questions, read in and stored: seconds, and the most memory it took.

    python -m benchmarks.xlsforms [--questions 1000]

fills an empty database of its own, on Linux. The form is an .xlsx as a research institute would
write it: two languages, groups of twelve questions, most kinds of questions, choices for each, and
every third question asked only after a certain answer. It is read, checked and stored as the desk
and `manage.py import_xlsform` do it, in a process of its own, and goes out again.
"""

import argparse
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

from benchmarks.importing import peak_memory
from benchmarks.portal import empty_portal

#: What to reach.
SECONDS, MEGABYTES = 3.0, 300
LANGUAGES = ("Deutsch (de)", "English (en)")
TYPES = [
    *(
        "select_one rating",
        "select_multiple topics",
        "integer",
        "text",
        "select_one yes_no",
        "date",
    ),
    *("decimal", "rank topics", "note", "calculate", "select_multiple places", "text"),
]


def form(questions: int) -> bytes:
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    choices, settings = book.create_sheet("choices"), book.create_sheet("settings")
    translated = [f"{field}::{name}" for field in ("label", "hint") for name in LANGUAGES]
    more = (f"constraint_message::{LANGUAGES[0]}", "calculation", "choice_filter")
    survey.append(["type", "name", *translated, "required", "relevant", "constraint", *more])
    before = ""
    for number in range(questions):
        if number % len(TYPES) == 0:
            part = number // len(TYPES) + 1
            if number:
                survey.append(["end_group"])
            survey.append(["begin_group", f"part_{part}", f"Abschnitt {part}", f"Part {part}"])
        kind, name = TYPES[number % len(TYPES)], f"q_{number}"
        asked_if = f"selected(${{{before}}}, 'yes') or ${{{before}}} = ''"
        survey.append(
            [
                *(kind, name),
                *(f"Wie steht es um Sache {number}?", f"How about thing number {number}?"),
                *("Ein Hinweis dazu, der etwas länger ist.", "A hint that is a little longer."),
                "yes" if number % 5 == 0 else "",
                asked_if if before and number % 3 == 0 else "",
                *(". >= 0 and . <= 500" if kind == "integer" else "", "Von 0 bis 500."),
                "1 + 1" if kind == "calculate" else "",
                "region = 'pankow'" if "places" in kind else "",
            ]
        )
        if kind == "select_one yes_no":
            before = name
    survey.append(["end_group"])
    choices.append(["list_name", "name", *translated[:2], "region"])
    for name, size in (("rating", 5), ("topics", 12), ("places", 30)):
        for number in range(size):
            region = "pankow" if number % 2 else "mitte"
            choices.append([name, f"{name}_{number}", f"Wahl {number}", f"Choice {number}", region])
    choices.append(["yes_no", "yes", "Ja", "Yes"])
    choices.append(["yes_no", "no", "Nein", "No"])
    settings.append(["form_title", "form_id", "default_language"])
    settings.append(["Tausend Fragen", "tausend-fragen", LANGUAGES[0]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def work(path: Path) -> None:
    """Read a form and store it; say how long it took and what it needed."""
    from surveys.xlsform import read_xlsform, store
    from surveys.xlsform.writing import workbook_of

    content = path.read_bytes()
    idle = peak_memory()
    read, reading = timed(lambda: read_xlsform(content, path.name))
    if read.definition is None:
        raise SystemExit("\n".join(map(str, read.errors)))
    loaded, storing = timed(lambda: store(read))
    needed = peak_memory() - idle
    _sent, writing = timed(lambda: workbook_of(loaded.questionnaire))
    reached = reading + storing <= SECONDS and needed <= MEGABYTES
    print(
        f"read and checked {reading:.2f} s, stored {storing:.2f} s, together "
        f"{reading + storing:.2f} s, {needed:.0f} MB   wanted {SECONDS:g} s and {MEGABYTES} MB: "
        f"{'reached' if reached else 'MISSED'}\nwritten again {writing:.2f} s"
    )


def timed[Result](work: Callable[[], Result]) -> tuple[Result, float]:
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.xlsforms")
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        import django

        django.setup()
        work(args.work)
        return
    with empty_portal(), tempfile.TemporaryDirectory() as folder:
        content = form(args.questions)
        print(f"\nA form of {args.questions} questions, {len(content) / 1e3:.0f} kB")
        path = Path(folder) / "form.xlsx"
        path.write_bytes(content)
        command = [sys.executable, "-m", "benchmarks.xlsforms", "--work", str(path)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
