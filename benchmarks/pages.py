"""What pages take on the server: by the clock, beside the baseline, and what Python and the
database compute for them, which means something on a busy machine, too."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping

import psutil
from django.db import connection


def verdict(reached: bool) -> str:
    return "reached" if reached else "MISSED"


def database_cpu() -> float:
    """The seconds that this process's connection has computed in the database, without processes
    that the database starts to help it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        times = psutil.Process(cursor.fetchone()[0]).cpu_times()
    return times.user + times.system


def timed(ask: Callable[[str], int], addresses: list[str], rounds: int) -> list[float]:
    """Return how many milliseconds each answer took, in order; the first round warms up."""
    taken = []
    for number in range(rounds + 1):
        for address in addresses:
            began = time.perf_counter()
            ask(address)
            if number:
                taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def p95(taken: list[float]) -> float:
    return taken[int(len(taken) * 0.95)]


def settle() -> None:
    """Let the database look at its rows, as it does by itself after a while."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def megabytes() -> float:
    return psutil.Process().memory_info().rss / 1e6


class Reader:
    """Asks for pages, as a browser that takes compressed ones; notes how large the largest is."""

    def __init__(self, **headers: str) -> None:
        from django.test import Client

        self.client = Client(headers={"host": "localhost", **headers})
        self.largest = 0

    def __call__(self, address: str) -> int:
        answer = self.client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        self.largest = max(self.largest, len(answer.content))
        return len(answer.content)


def report(
    ask: Reader,
    kinds: Iterable[tuple[str, list[str]]],
    rounds: int,
    goals: Mapping[str, float],
    sizes: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Print what each kind of pages takes, and return p95 of each. `goals` are milliseconds at the
    95th percentile, `sizes` kB at most."""
    load = os.getloadavg()[0]
    print(
        f"\n{'milliseconds':24}{'least':>9}{'p50':>9}{'p95':>9}{'baselines':>11}"
        f"{'python':>9}{'database':>9}"
    )
    baseline = timed(ask, ["/baseline"], rounds * 5)
    base = statistics.median(baseline)
    print(f"{'baseline':24}{baseline[0]:9.1f}{base:9.1f}{p95(baseline):9.1f}{1:11.0f}")
    found = {}
    for kind, addresses in kinds:
        ask.largest = 0
        here, there = time.process_time(), database_cpu()
        taken = timed(ask, addresses, rounds)
        asked = len(addresses) * (rounds + 1)
        here = (time.process_time() - here) / asked * 1000
        there = (database_cpu() - there) / asked * 1000
        middle, found[kind] = statistics.median(taken), p95(taken)
        wanted = []
        if kind in goals:
            wanted.append(f"wanted {goals[kind]}: {verdict(found[kind] <= goals[kind])}")
        if sizes and kind in sizes:
            wanted.append(
                f"at most {ask.largest / 1000:.1f} kB, wanted {sizes[kind]}: "
                f"{verdict(ask.largest <= sizes[kind] * 1000)}"
            )
        print(
            f"{kind:24}{taken[0]:9.1f}{middle:9.1f}{found[kind]:9.1f}{middle / base:11.0f}"
            f"{here:9.1f}{there:9.1f}   {'; '.join(wanted)}".rstrip(),
            flush=True,
        )
    print(f"Load of the machine: {load:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end")
    return found
