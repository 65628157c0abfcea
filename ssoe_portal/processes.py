"""Processes that `ssoe_portal.run` starts, and the record by which the next start knows them."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

GRACE = 10  # seconds between asking a process to end and ending it
GRACE_OF_LEFTOVERS = 4  # the same where the database may be gone, which a worker waits for
LONGEST_DELAY = 60  # seconds before a process that keeps failing is started again
LARGEST_LOG = 5_000_000  # bytes


class Child:
    """A program of the portal in a session of its own, its output in a log."""

    def __init__(
        self,
        name: str,
        command: list[str],
        environment: dict[str, str],
        log: Path,
        *,
        shown: bool = False,
    ) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.log = log
        self.shown = shown
        self.restart_at: float | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._failures = 0
        self._read_up_to = 0
        self._last_error = ""

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode if self._process else None

    def start(self) -> None:
        """Start the program; `shown` ones write to this terminal instead of the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._read_up_to = log.tell()
            self._process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=None if self.shown else log,
                stderr=None if self.shown else subprocess.STDOUT,
                start_new_session=True,
            )
        self._started = time.monotonic()
        self.restart_at = None

    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def plan_restart(self) -> float:
        """Choose when to start it again, later each time it fails soon; return the delay."""
        if time.monotonic() - self._started > LONGEST_DELAY:
            self._failures = 0
        delay = min(2**self._failures, LONGEST_DELAY)
        self._failures += 1
        self.restart_at = time.monotonic() + delay
        return delay

    def ask_to_end(self) -> None:
        if self._process is not None and not self.has_ended():
            self._process.terminate()

    def end(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """End the program and what it started: politely, after ten seconds or in a hurry not."""
        if self._process is None:
            return
        self.ask_to_end()
        deadline = time.monotonic() + GRACE
        while not self.has_ended() and time.monotonic() < deadline and not hurry():
            time.sleep(0.02)
        # Its session outlives it when it was killed, or when it forgot a child of its own.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def new_errors(self) -> list[str]:
        """Return what the log says of errors since the last look, a line each."""
        if self.shown or not self.log.exists():
            return []
        with self.log.open("rb") as log:
            log.seek(self._read_up_to)
            lines = log.read().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            lines.pop()
        self._read_up_to += sum(map(len, lines))
        errors = [text for text in map(_error_in, lines) if text]
        # What repeats itself is said once; the log has every line.
        new = [text for text in dict.fromkeys(errors) if text != self._last_error]
        self._last_error = errors[-1] if errors else self._last_error
        return new

    def last_lines(self, count: int = 15) -> str:
        if self.shown or not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(self.log.stat().st_size - 20_000, 0))
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-count:])


def _error_in(line: bytes) -> str:
    """Return the message of a log line that is an error, "" for others and for what is no log."""
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(entry, dict) or entry.get("level") not in ("error", "critical"):
        return ""
    described = entry.get("exception")
    kinds = [part.get("type") for part in described or () if isinstance(part, dict)]
    parts = [entry.get("message"), entry.get("route"), *kinds[:1]]
    return " ".join(" ".join(str(part) for part in parts if part).split())


# --- The record -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class KnownProcess:
    """A process, told apart from a later one with the same number."""

    name: str
    pid: int
    created: float
    command: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, name: str, pid: int, command: list[str]) -> "KnownProcess | None":
        try:
            return cls(name, pid, psutil.Process(pid).create_time(), command)
        except psutil.Error:
            return None

    def find(self) -> psutil.Process | None:
        """Return the process if it is still there and still the same."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < 1
            # Empty for a moment while a program begins. How the path to Python is written may
            # differ, what it runs may not.
            command = process.cmdline()
            if same and self.command and command:
                same = command[1:] == self.command[1:]
            alive = process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return None
        return process if same and alive else None


class Record:
    """var/run.json: who runs this clone, by whom started, with which children."""

    def __init__(self, path: Path, make_pid: int | None = None) -> None:
        self.path = path
        self._make = KnownProcess.of("make", make_pid, []) if make_pid else None

    def write(self, children: Iterable[Child] = (), *, ending: bool = False) -> None:
        known = [KnownProcess.of(child.name, child.pid, child.command) for child in children]
        content = {
            "pid": os.getpid(),
            "ending": ending,
            "make": vars(self._make) if self._make else None,
            "children": [vars(process) for process in known if process],
        }
        temporary = self.path.with_suffix(".json.new")
        temporary.write_text(json.dumps(content, indent=1))
        temporary.replace(self.path)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class ReadRecord:
    """What another start has written down."""

    pid: int = 0
    ending: bool = False
    make: KnownProcess | None = None
    children: tuple[KnownProcess, ...] = ()

    def is_ending(self) -> bool:
        """Return whether the portal is on its way out, or will be because its `make` is gone."""
        return self.ending or (self.make is not None and self.make.find() is None)

    def end_leftovers(self) -> list[str]:
        """End the recorded children that still run; return their names."""
        found = [(known, process) for known in self.children if (process := known.find())]
        for _, process in found:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        processes = [process for _, process in found]
        _, alive = psutil.wait_procs(processes, timeout=GRACE_OF_LEFTOVERS)
        for process in alive:
            # A session of its own: the process group has its number.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        psutil.wait_procs(alive, timeout=GRACE)
        return [known.name for known, _ in found]


def read_record(path: Path) -> ReadRecord:
    """Return what is recorded; an empty record when there is none or it is damaged."""
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        return ReadRecord(
            pid=content["pid"],
            ending=content["ending"],
            make=KnownProcess(**content["make"]) if content["make"] else None,
            children=tuple(KnownProcess(**child) for child in content["children"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ReadRecord()
