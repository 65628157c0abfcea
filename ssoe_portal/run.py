"""`make run`: the whole portal on one machine, with one command, and nothing left of it afterwards.

    python -m ssoe_portal.run [--dev] [--demonstration MODULE] [--mail-catcher MODULE]

Prepares the database, its schema, vocabularies and static files in this process, then starts the
web server and the worker and watches them. SIGINT, SIGTERM or SIGHUP end everything it started.

Variables: PORT (8000; the two ports after it are the mail catcher's), BIND (127.0.0.1),
WEB_CONCURRENCY (processes, 2), WEB_THREADS (of each, 4), and all of `ssoe_portal/settings.py`.
"""

import argparse
import contextlib
import errno
import fcntl
import http.client
import importlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import psutil
import psycopg

from ssoe_portal import embedded, local
from ssoe_portal.processes import Child, Record, read_record

READY_SECONDS = 90
OLDEST_POSTGRESQL = 15
LOOK_EVERY = 0.25  # seconds
LOCK = local.VAR / "run.lock"
RECORD = local.VAR / "run.json"
LOGS = local.VAR / "log"


class Stop(BaseException):
    """Somebody asked the portal to end."""


class CannotStart(Exception):
    """The portal cannot start; the message says why and what to do."""


def say(message: str = "", *, end: str = "\n") -> None:
    """Print at once; that nobody reads any more is no reason to fail."""
    with contextlib.suppress(OSError, ValueError):
        print(message, end=end, flush=True)


class Steps:
    """Numbered steps with what came of each and how long it took."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.number = 0
        self._noticed = False

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Announce a step; what the caller says in it is shown with its duration."""
        self.number += 1
        began = time.monotonic()
        notes: list[str] = []
        say(f"{self.number}/{self.total}  {name:<16}", end="")
        try:
            yield notes.append
        except BaseException:
            say()
            raise
        if self._noticed:
            self._noticed = False
            say(f"     {name:<16}", end="")
        say(f"{'; '.join(notes) or 'done'} ({time.monotonic() - began:.1f} s)")

    def notice(self, message: str) -> None:
        """Show what cannot wait for the end of the step."""
        say(f"{'' if self._noticed else chr(10)}     {message}")
        self._noticed = True


class Portal:
    """Everything `make run` starts, from the database to the last child."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.port = local.port()
        self.bind = os.environ.get("BIND") or local.LOCALHOST
        self.catches_mail = bool(options.mail_catcher) and not os.environ.get("SMTP_URL")
        self.database: embedded.Server | None = None
        self.children: list[Child] = []
        self.record = Record(RECORD, os.getppid() if options.by_make else None)
        self.accounts: list[str] = []
        self._stop_requested = False
        self._interruptible = True
        self._hurry = False
        self._parent = os.getppid()
        self._code = _newest_code() if options.dev else 0.0
        self._code_looked_at = time.monotonic()

    # --- From start to end --------------------------------------------------------------------

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        lock = None
        try:
            lock = self._take_lock()
            self._end_leftovers()
            self._check_ports()
            self.record.write()
            self._prepare()
            self._start()
            self._watch()
        except Stop:
            say("\nStopping …")
        except (CannotStart, embedded.EmbeddedDatabaseError) as error:
            say(f"\n{error}")
            return 1
        finally:
            self._stop_requested = True
            self._interruptible = False
            if lock is not None:
                self._stop()
                os.close(lock)
        say("Stopped.")
        return 0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._stop_requested:
            self._hurry = True
            return
        self._stop_requested = True
        if self._interruptible:
            raise Stop

    @contextlib.contextmanager
    def _uninterrupted(self) -> Iterator[None]:
        """Finish what would leave a process nobody knows of, then stop if that was asked."""
        self._interruptible = False
        try:
            yield
        finally:
            self._interruptible = True
        if self._stop_requested:
            raise Stop

    # --- Before anything is changed -----------------------------------------------------------

    def _take_lock(self) -> int:
        """Make sure that nobody else runs this clone; a portal on its way out is waited for."""
        local.VAR.mkdir(exist_ok=True)
        lock = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + 30
        waiting = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                other = read_record(RECORD)
                if not other.is_ending() or time.monotonic() > deadline:
                    os.close(lock)
                    raise CannotStart(
                        f"This clone's portal is running already (process {other.pid}). "
                        f"End it with Ctrl-C in its window, or: kill {other.pid}"
                    ) from None
                if not waiting:
                    say(f"Waiting for the portal that is ending (process {other.pid}) …")
                    waiting = True
                time.sleep(0.1)
            else:
                return lock

    def _end_leftovers(self) -> None:
        ended = read_record(RECORD).end_leftovers()
        if ended:
            say(f"Ended what an earlier start left behind: {', '.join(ended)}")

    def _check_ports(self) -> None:
        wanted = {"web server": (self.bind, self.port)}
        if self.catches_mail:
            wanted["page of the mail catcher"] = (local.LOCALHOST, local.mail_page_port())
            wanted["mail catcher"] = (local.LOCALHOST, local.mail_port())
        for what, (host, port) in wanted.items():
            problem = _why_not(host, port)
            if problem:
                raise CannotStart(
                    f"Port {port}, for the {what}, {problem}. "
                    f"Choose another one, for example: PORT={self.port + 123} make run"
                )

    # --- Preparing ----------------------------------------------------------------------------

    def _prepare(self) -> None:
        if self.options.dev:
            os.environ["DEBUG"] = "1"
        self.steps = Steps(7)
        with self.steps.step("Database") as note:
            self._start_database(note)
        with self.steps.step("Translations") as note:
            self._compile_messages(note)
        with self.steps.step("Schema") as note:
            self._migrate(note)
        with self.steps.step("Vocabularies"):
            from django.core.management import call_command

            call_command("load_vocabularies", verbosity=0)
        from ssoe_portal.static import collect

        # Compressing needs no database, so it goes on beside what waits for one.
        with ThreadPoolExecutor(1) as beside:
            collected = None if self.options.dev else beside.submit(collect)
            with self.steps.step("Demonstration") as note:
                self._load_demonstration(note)
            with self.steps.step("Static files") as note:
                if collected is None:
                    note("served from where they are")
                else:
                    note("collected and compressed" if collected.result() else "up to date")
        from django.db import connections

        connections.close_all()
        for connection in connections.all():
            connection.close_pool()  # type: ignore[attr-defined]

    def _start_database(self, note: Callable[[str], None]) -> None:
        local.fill_environment()
        if os.environ.get("DATABASE_URL"):
            note(f"PostgreSQL {_check_database()} of DATABASE_URL")
        else:
            with self._uninterrupted():
                self.database = embedded.start(local.VAR / "postgres", say=self.steps.notice)
                os.environ["DATABASE_URL"] = self.database.url()
            note("PostgreSQL in var/postgres")

    def _compile_messages(self, note: Callable[[str], None]) -> None:
        from ssoe_portal.common import messages

        messages.compile_all()
        import django

        # Only now: what Django has read of a language once, it does not read again.
        django.setup()

    def _migrate(self, note: Callable[[str], None]) -> None:
        from django.core.management import call_command
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        # Two portals on one database must not change its schema at the same time.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('ssoe_portal.migrate'))")
            try:
                executor = MigrationExecutor(connection)
                plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
                call_command("migrate", interactive=False, verbosity=0)
                call_command("createcachetable", verbosity=0)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('ssoe_portal.migrate'))")
        note(f"{len(plan)} migrations applied" if plan else "up to date")

    def _load_demonstration(self, note: Callable[[str], None]) -> None:
        if not self.options.demonstration:
            note("none asked for")
            return
        module = importlib.import_module(self.options.demonstration)
        module.load()
        self.accounts = [str(account) for account in module.printable_accounts()]

    # --- Running ------------------------------------------------------------------------------

    def _start(self) -> None:
        with self.steps.step("Starting") as note:
            for child in self._planned():
                self._spawn(child)
            self._wait_until_well()
            note("web server, worker" + (", mail catcher" if self.catches_mail else ""))
        self._announce()

    def _planned(self) -> list[Child]:
        python, environment = sys.executable, dict(os.environ)
        if self.options.dev:
            web = [python, "manage.py", "runserver", f"{self.bind}:{self.port}"]
        else:
            web = [
                python, "-m", "gunicorn", "ssoe_portal.wsgi:application",
                "--bind", f"{self.bind}:{self.port}",
                "--workers", os.environ.get("WEB_CONCURRENCY") or "2",
                "--worker-class", "gthread",
                "--threads", os.environ.get("WEB_THREADS") or "4",
                "--preload",
                "--no-control-socket",
                "--timeout", "60",
                "--graceful-timeout", "8",
                "--log-level", "warning",
            ]  # fmt: skip
        # The checks load every page, which the worker never shows.
        worker = [
            python, "manage.py", "procrastinate", "--skip-checks", "worker",
            "--shutdown-graceful-timeout", "8",
        ]  # fmt: skip
        planned = [
            Child("web server", web, environment, LOGS / "web.log", shown=self.options.dev),
            Child("worker", worker, environment, LOGS / "worker.log", shown=self.options.dev),
        ]
        if self.catches_mail:
            catcher = [
                python, "-m", self.options.mail_catcher,
                "--smtp-port", str(local.mail_port()),
                "--web-port", str(local.mail_page_port()),
                "--directory", str(local.VAR / "mail"),
            ]  # fmt: skip
            planned.append(Child("mail catcher", catcher, environment, LOGS / "mail.log"))
        return planned

    def _spawn(self, child: Child) -> None:
        with self._uninterrupted():
            child.start()
            if child not in self.children:
                self.children.append(child)
            self.record.write(self.children)

    def _wait_until_well(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        answer = ""
        while time.monotonic() < deadline:
            for child in self.children:
                if child.has_ended():
                    raise CannotStart(
                        f"The {child.name} ended at once (exit code {child.exit_code}). "
                        f"The end of {_short(child.log)}:\n{child.last_lines()}"
                    )
            status, answer = self._ask_health()
            if status == 200 and (not self.catches_mail or _is_open(local.mail_page_port())):
                return
            # An answer costs what the worker needs to begin: ask less often then.
            time.sleep(0.2 if status else 0.05)
        raise CannotStart(
            f"The portal did not get well within {READY_SECONDS} s. /healthz says: "
            f"{answer or 'nothing'}. More in {_short(LOGS)}/."
        )

    def _ask_health(self) -> tuple[int, str]:
        host = local.LOCALHOST if self.bind in {"0.0.0.0", "::"} else self.bind  # noqa: S104
        connection = http.client.HTTPConnection(host, self.port, timeout=10)
        try:
            name = urlsplit(os.environ["PUBLIC_URL"]).netloc
            connection.request("GET", "/healthz", headers={"Host": name})
            response = connection.getresponse()
            return response.status, response.read(2000).decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def _announce(self) -> None:
        say()
        seconds = time.time() - psutil.Process().create_time()
        say(f"The portal is ready after {seconds:.1f} s:")
        say()
        say(f"    {os.environ['PUBLIC_URL']}/")
        if self.catches_mail:
            say(f"    http://localhost:{local.mail_page_port()}/  its mails, to read here")
        if self.accounts:
            say()
            for account in self.accounts:
                say(f"    {account}".rstrip())
        say()
        if not self.options.dev:
            say(f"Logs are in {_short(LOGS)}/. ", end="")
        say("Ctrl-C ends everything.")

    def _watch(self) -> None:
        """Keep everything running until somebody ends it."""
        while not self._stop_requested:
            time.sleep(LOOK_EVERY)
            if self.options.by_make and os.getppid() != self._parent:
                raise Stop
            if self.database is not None and not self.database.is_running():
                say("The database has ended; starting it again.")
                with self._uninterrupted():
                    self.database.ensure_running()
            for child in self.children:
                for line in child.new_errors():
                    say(f"{child.name}: {line}  (more in {_short(child.log)})")
                if child.has_ended():
                    self._restart(child)
            if self.options.dev:
                self._restart_worker_after_changes()
        raise Stop

    def _restart(self, child: Child) -> None:
        if child.restart_at is None:
            delay = child.plan_restart()
            say(
                f"The {child.name} has ended (exit code {child.exit_code}), "
                f"starting it again in {delay:.0f} s; see {_short(child.log)}"
            )
        elif time.monotonic() >= child.restart_at:
            self._spawn(child)

    def _restart_worker_after_changes(self) -> None:
        """Do for the worker what Django's autoreload does for the web server."""
        if time.monotonic() - self._code_looked_at < 1:
            return
        self._code_looked_at = time.monotonic()
        newest = _newest_code()
        if newest > self._code:
            self._code = newest
            for child in self.children:
                if child.name == "worker" and not child.has_ended():
                    say("The code has changed, starting the worker again.")
                    child.end(lambda: self._hurry)
                    self._spawn(child)

    def _stop(self) -> None:
        self.record.write(self.children, ending=True)
        for child in self.children:
            child.ask_to_end()
        for child in self.children:
            child.end(lambda: self._hurry)
        if self.database is not None:
            self.database.stop()
        self.record.remove()


def _why_not(host: str, port: int) -> str:
    """Return why nobody can listen there, "" when somebody can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"is in use{_by_whom(port)}"
            if error.errno == errno.EACCES:
                return "is for root only"
            return f"cannot be used at {host} ({error.strerror})"
    return ""


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((local.LOCALHOST, port)) == 0


def _by_whom(port: int) -> str:
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            listening = connection.status == psutil.CONN_LISTEN
            if listening and connection.laddr.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    return " by another program"


def _check_database() -> int:
    """Return the version of the server of DATABASE_URL, or say why it cannot be used."""
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as error:
        raise CannotStart(f"The server of DATABASE_URL cannot be used: {error}") from error
    if version < OLDEST_POSTGRESQL:
        raise CannotStart(f"PostgreSQL {OLDEST_POSTGRESQL} is needed, this server has {version}.")
    return version


def _newest_code() -> float:
    """Return when the youngest Python file of the portal was changed."""
    folders = ("ssoe_portal", "actors", "surveys", "events")
    files = (path for folder in folders for path in (local.BASE_DIR / folder).rglob("*.py"))
    return max((path.stat().st_mtime for path in files), default=0.0)


def _short(path: Path) -> str:
    return str(path.relative_to(local.BASE_DIR))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ssoe_portal.run", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--dev", action="store_true", help="DEBUG, and reload when code changes")
    parser.add_argument("--demonstration", metavar="MODULE", help="load its data")
    parser.add_argument("--mail-catcher", metavar="MODULE", help="take mail here: python -m MODULE")
    parser.add_argument("--by-make", action="store_true", help="end when make has ended")
    os.chdir(local.BASE_DIR)
    return Portal(parser.parse_args(arguments)).run()


if __name__ == "__main__":
    sys.exit(main())
