"""A small closed-loop load generator: plain sockets, kept open, so that it costs little itself."""

import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat


@dataclass(frozen=True)
class Figures:
    """Requests per second over all connections, and latencies in milliseconds."""

    rate: float
    p50: float
    p95: float
    requests: int


class _Connection:
    def __init__(self, port: int) -> None:
        self.port = port
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.file = self.socket.makefile("rb")

    def ask(self, request: bytes) -> int:
        """Send one request, read its whole answer, return the status."""
        self.socket.sendall(request)
        line = self.file.readline()
        if not line:  # the server closed a connection it had kept long enough
            self.open()
            return self.ask(request)
        status, length, closing = int(line.split()[1]), 0, False
        while (line := self.file.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            match name.lower():
                case b"content-length":
                    length = int(value)
                case b"connection":
                    closing = b"close" in value.lower()
        self.file.read(length)
        if closing:
            self.socket.close()
            self.open()
        return status


def measure(
    port: int,
    path: str,
    *,
    seconds: float,
    connections: int = 4,
    least: int = 20,
    cookie: str = "",
) -> Figures:
    """Ask for one page again and again over some connections at once; all answers must be 200,
    and at least `least` of them, for the percentiles to mean something. With a `cookie` each is
    written anew (`ssoe_portal.common.microcache`)."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Accept-Encoding: gzip, br"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    request = "\r\n".join([*lines, "", ""]).encode()
    return _measure(
        port, lambda: repeat(request), wanted=200, what=path, seconds=seconds,
        connections=connections, least=least,
    )  # fmt: skip


def measure_posts(
    port: int,
    requests: Callable[[], Iterator[bytes]],
    *,
    seconds: float,
    connections: int = 4,
    least: int = 20,
) -> Figures:
    """Send requests, each connection its own; all answers must lead on (302)."""
    return _measure(
        port, requests, wanted=302, what="a page", seconds=seconds, connections=connections,
        least=least,
    )  # fmt: skip


def _measure(
    port: int,
    requests: Callable[[], Iterator[bytes]],
    *,
    wanted: int,
    what: str,
    seconds: float,
    connections: int,
    least: int,
) -> Figures:
    latencies: list[list[float]] = [[] for _ in range(connections)]
    errors: list[int] = []

    def run(mine: list[float], until: float, sent: Iterator[bytes]) -> None:
        connection = _Connection(port)
        while (started := time.perf_counter()) < until:
            status = connection.ask(next(sent))
            mine.append((time.perf_counter() - started) * 1000)
            if status != wanted:
                errors.append(status)

    streams = [requests() for _ in latencies]
    for number, stream in enumerate(streams):
        # What makes requests may have to prepare something: not while the clock runs.
        streams[number] = chain([next(stream)], stream)
    started = time.perf_counter()
    threads = [
        threading.Thread(target=run, args=(mine, started + seconds, stream))
        for mine, stream in zip(latencies, streams, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    if errors:
        raise RuntimeError(f"{what} answered {sorted(set(errors))}")
    every = sorted(value for mine in latencies for value in mine)
    if len(every) < least:
        raise RuntimeError(f"{what}: only {len(every)} answers in {elapsed:.0f} s")
    cuts = statistics.quantiles(every, n=100)
    return Figures(len(every) / elapsed, cuts[49], cuts[94], len(every))
