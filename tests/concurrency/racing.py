"""Threads with connections of their own that do something at the same moment."""

import threading
import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, connections

#: Seconds a thread waits at most for the other at a meeting point, and a test for a thread. Nothing
#: waits so long where all goes well: a machine that is busy with other tests gets its time.
LONGEST, PATIENCE = 20.0, 60.0
#: Of people only: what tidies the database up waits for locks, too.
WAITING = """
SELECT EXISTS (
    SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND backend_type = 'client backend'
)
"""


def wait_for(other: threading.Event) -> None:
    """Wait until the other thread comes. With the lock on, it waits for the lock and never comes:
    so this ends, too, once the database says that somebody waits for a lock."""
    # A connection of its own: in a transaction, what the database says of others stays the same.
    params = {**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}
    params.pop("pool", None)
    with psycopg.connect(**params, autocommit=True) as watching:
        end = time.monotonic() + LONGEST
        while not other.wait(0.01) and time.monotonic() < end:
            if watching.execute(WAITING).fetchone()[0]:
                return


def at_once(*actions: Callable[[], object], seconds: float = PATIENCE) -> list[object]:
    """Run actions that start together; return what each returned or raised, in their order.

    With hundreds of them, `seconds` for all: they share the connections that the settings allow.
    """
    results: list[object] = [None] * len(actions)
    start = threading.Barrier(len(actions))

    def run(number: int, action: Callable[[], object]) -> None:
        try:
            start.wait(timeout=PATIENCE)
            results[number] = action()
        except BaseException as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    end = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=max(end - time.monotonic(), 0))
        assert not thread.is_alive(), "the threads wait for each other"
    return results


def raised_at_once(*actions: Callable[[], object]) -> list[type[BaseException] | None]:
    """The same, but return only what each raised; None where it went well."""
    return [
        type(result) if isinstance(result, BaseException) else None for result in at_once(*actions)
    ]


def both_meet(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, after: bool = False
) -> None:
    """Let two threads wait for each other before they call something, or with what it has told
    them, if both get that far."""
    one_is_here, over = threading.Event(), threading.Event()
    one_at_a_time = threading.Lock()
    call = getattr(owner, name)

    def meet() -> None:
        with one_at_a_time:
            first = not one_is_here.is_set()
            one_is_here.set()
        if first:
            wait_for(over)
        over.set()

    def wait_and_call(*args, **kwargs):
        if not after:
            meet()
        result = call(*args, **kwargs)
        if after:
            meet()
        return result

    monkeypatch.setattr(owner, name, wait_and_call)


class Meeting:
    """One thread has looked and goes on when the other has done what it came for, if it can."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.looked, self.done = threading.Event(), threading.Event()

    def before(self, owner: object, name: str) -> None:
        """Let whoever is about to call this wait."""
        call = getattr(owner, name)

        def wait_and_call(*args, **kwargs):
            self.wait()
            return call(*args, **kwargs)

        self.monkeypatch.setattr(owner, name, wait_and_call)

    def after(self, owner: type, name: str) -> None:
        """Let whoever has asked for this property wait before acting on the answer."""
        ask = getattr(owner, name).fget

        def ask_and_wait(thing):
            answer = ask(thing)
            self.wait()
            return answer

        self.monkeypatch.setattr(owner, name, property(ask_and_wait))

    def wait(self) -> None:
        self.looked.set()
        wait_for(self.done)

    def meanwhile(self, call: Callable[[], object]) -> Callable[[], object]:
        """Return the same call for the other thread, which begins when the first one waits."""

        def do() -> object:
            assert self.looked.wait(LONGEST), "the first one never came to where it waits"
            result = call()
            self.done.set()
            return result

        return do
