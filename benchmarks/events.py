"""A calendar of 5,000 events, generated: its list, its months, and the file that calendars fetch.

    python -m benchmarks.events [--events 5000]

fills an empty database of its own and prints what a page takes on the server: by the clock, and
what Python and the database compute for it.
"""

import argparse
import random
import time
from collections.abc import Iterator
from datetime import timedelta

from benchmarks import pages
from benchmarks.portal import empty_portal

#: What to reach, in milliseconds at the 95th percentile.
GOALS = {"list": 60, "list, filtered": 60, "month": 60, "file of all": 300}
WORDS = "suppe markt werkstatt fest chor garten rad tanz lesung kino beratung treffen".split()  # noqa: SIM905

#: How many series there are.
SERIES = 100


def fill(count: int) -> None:
    """Write events of the weeks that a calendar keeps and of a year to come, with venues, languages
    and English texts; four of five are dates of series."""
    from django.utils import timezone

    from actors.models import SpokenLanguage
    from events.models import Event, EventSeries, EventTranslation, Venue
    from ssoe_portal.common.geography import Area

    chance = random.Random(7)  # noqa: S311 (texts, not keys)
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    areas, languages = list(Area.objects.all()), list(SpokenLanguage.objects.all()[:12])

    def some(number: int) -> str:
        return " ".join(chance.choices(WORDS, k=number)).capitalize()

    # The dates of a series are alike.
    kinds = [number % SERIES if number % 5 else SERIES + number for number in range(count)]
    alike = {
        kind: {
            "cost": chance.choice(("", "free", "free", "donation", "price")),
            "attendance": chance.choices(Event.Attendance.values, (8, 1, 1))[0],
            "is_step_free": chance.random() < 0.4,
            "has_childcare": chance.random() < 0.2,
            "has_sign_language": chance.random() < 0.05,
        }
        for kind in sorted(set(kinds))
    }
    area_of = {kind: chance.choice(areas) for kind in alike}
    spoken_at = {kind: chance.sample(languages, chance.randint(0, 3)) for kind in alike}
    series = EventSeries.objects.bulk_create(
        [EventSeries(rhythm="weekly", until=now.date()) for _ in range(SERIES)]
    )
    events = []
    for number, kind in enumerate(kinds):
        start = now + timedelta(hours=chance.randint(-50 * 24, 365 * 24))
        events.append(
            Event(
                title=f"{some(3)} {number}",
                slug=f"event-{number}",
                summary=some(14),
                description=some(120),
                starts_at=start,
                ends_at=start + timedelta(hours=chance.choice((2, 3, 5, 30))),
                status="published",
                published_at=now,
                series=series[kind] if kind < SERIES else None,
                **alike[kind],
            )
        )
    events = Event.objects.bulk_create(events, batch_size=1000)
    Venue.objects.bulk_create(
        [
            Venue(
                event=event,
                name=f"{some(2)} {event.pk}",
                street=f"{some(1)}straße {event.pk % 90}",
                postcode="13125",
                area=area_of[kind],
                latitude=52.6,
                longitude=13.5,
            )
            for event, kind in zip(events, kinds, strict=True)
        ],
        batch_size=1000,
    )
    EventTranslation.objects.bulk_create(
        [
            EventTranslation(original=event, language="en", title=some(3), summary=some(14))
            for event in events[::2]
        ],
        batch_size=1000,
    )
    spoken = Event.languages.through
    spoken.objects.bulk_create(
        [
            spoken(event_id=event.pk, spokenlanguage_id=language.pk)
            for event, kind in zip(events, kinds, strict=True)
            for language in spoken_at[kind]
        ],
        batch_size=5000,
    )


def questions() -> Iterator[tuple[str, list[str]]]:
    """Yield kinds of pages with their addresses."""
    there = "/de/events/"
    yield "list", [there, f"{there}?page=30"]
    yield "list in English", ["/en/events/"]
    yield "list, filtered", [f"{there}?area=buch&cost=free", f"{there}?when=weekend&step_free=1"]
    yield "list, words", [f"{there}?q=suppe", f"{there}?q=chor+garten"]
    yield "month", [f"{there}?view=month", f"{there}?view=month&cost=free"]
    yield "file of all", [f"{there}calendar.ics"]
    yield "file, filtered", [f"{there}calendar.ics?area=buch"]
    yield "feed", [f"{there}feed.atom"]
    yield "on another site", [f"{there}embed/"]


def report_first(ask: pages.Reader) -> None:
    """Say how long those wait who ask first: nothing is written yet in their language."""
    from django.conf import settings

    ask("/de/events/")
    taken, used = [], time.process_time()
    for language, _name in settings.LANGUAGES:
        began = time.perf_counter()
        size = ask(f"/{language}/events/calendar.ics")
        taken.append((time.perf_counter() - began) * 1000)
    used = (time.process_time() - used) / len(taken) * 1000
    longest, wanted = max(taken), GOALS["file of all"]
    print(
        f"the first file of a language, {size / 1000:.0f} kB compressed: {min(taken):.0f} to "
        f"{longest:.0f} ms (python {used:.0f}), wanted {wanted}: "
        f"{pages.verdict(longest <= wanted)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.events")
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    with empty_portal():
        fill(args.events)
        pages.settle()
        print(f"{args.events} events")
        # What a browser or a calendar says that it can read; the file is compressed for them.
        ask = pages.Reader(**{"accept-encoding": "gzip"})
        report_first(ask)
        pages.report(ask, questions(), args.rounds, GOALS)
        print(f"\nMemory of this process: {pages.megabytes():.0f} MB")


if __name__ == "__main__":
    main()
