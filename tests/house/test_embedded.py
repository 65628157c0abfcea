"""The embedded server: real servers in temporary directories, killed and started again."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from ssoe_portal import embedded

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")


@pytest.fixture
def place():
    """A directory directly below /tmp: pytest closes its own to other accounts again and again."""
    with tempfile.TemporaryDirectory(prefix="ssoe-embedded-") as name:
        path = Path(name).resolve()
        yield path
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if Path(process.cwd()).is_relative_to(path):
                    process.kill()


@pytest.fixture(scope="session")
def prototype():
    """A server that has run once: a copy of it is there sooner than a new one."""
    with tempfile.TemporaryDirectory(prefix="ssoe-embedded-") as name:
        start(Path(name) / "postgres").stop()
        yield Path(name) / "postgres"


@pytest.fixture
def directory(place, prototype):
    subprocess.run(["cp", "-a", prototype, place], check=True)
    return place / "postgres"


def start(directory: Path) -> embedded.Server:
    return embedded.start(directory, durable=False)


def processes_of(directory: Path) -> list[psutil.Process]:
    """Every process that works in the data directory, however it came to be there."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(directory.resolve() / "data"):
                found.append(process)
        except psutil.Error:
            continue
    return found


def execute(server: embedded.Server, statement: str):
    with psycopg.connect(server.url(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone() if cursor.description else None


def wait_until_gone(directory: Path) -> None:
    deadline = time.monotonic() + 60
    while processes_of(directory) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes_of(directory)


class TestStart:
    def test_makes_a_database_that_knows_every_alphabet(self, place):
        with start(place / "new" / "postgres") as server:
            assert execute(server, "SELECT lower('ÄЖ')") == ("äж",)
            execute(server, "CREATE EXTENSION pg_trgm")
            assert execute(server, "SELECT similarity('العربية', 'عربية') > 0") == (True,)

    def test_keeps_the_data(self, directory):
        with start(directory) as server:
            execute(server, "CREATE TABLE kept AS SELECT 1 AS number")
        with start(directory) as server:
            assert execute(server, "SELECT number FROM kept") == (1,)

    def test_listens_on_no_network_and_lets_only_its_account_in(self, directory):
        with start(directory) as server:
            assert execute(server, "SHOW listen_addresses") == ("",)
            main_process = psutil.Process(int(server._pid_file()[0]))
            assert main_process.net_connections("inet") == []
            assert stat.S_IMODE((directory / "data").stat().st_mode) == 0o700

    def test_logs_nothing_that_people_typed(self, directory):
        with start(directory) as server:
            execute(server, "CREATE TABLE people (email text UNIQUE)")
            execute(server, "INSERT INTO people VALUES ('typed@example.org')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                execute(server, "INSERT INTO people VALUES ('typed@example.org')")
        assert "unique constraint" in server.log.read_text()
        assert "typed@example.org" not in server.log.read_text()

    def test_works_below_a_path_that_no_socket_and_no_shell_likes(self, place):
        directory = place / "a path, with 'quotes' \"and\" $(spaces) & ümlauts" / ("long" * 30)
        with start(directory) as server:
            assert execute(server, "SELECT 1") == (1,)
            sockets = server._socket_directory()
            assert len(str(sockets)) < 100
            assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert not sockets.exists()

    def test_starts_anew_after_a_first_start_was_cut_off(self, place):
        directory = place / "postgres"
        (directory / "data.new").mkdir(parents=True)
        (directory / "data.new" / "PG_VERSION").write_text("18\n")
        with start(directory) as server:
            assert execute(server, "SELECT 1") == (1,)

    def test_refuses_data_of_another_version_and_says_what_to_do(self, directory):
        (directory / "data" / "PG_VERSION").write_text("12\n")
        with pytest.raises(embedded.EmbeddedDatabaseError, match=r"made by PostgreSQL 12.*Dump it"):
            start(directory)

    def test_refuses_data_of_another_user_and_says_what_to_do(self, directory, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 54321)
        with pytest.raises(embedded.EmbeddedDatabaseError, match=r"another user.*chown"):
            start(directory)

    def test_says_why_it_failed(self, directory):
        (directory / "data" / "postgresql.conf").write_text("shared_buffers = nonsense\n")
        with pytest.raises(embedded.EmbeddedDatabaseError, match="shared_buffers"):
            start(directory)
        assert processes_of(directory) == []


class TestStop:
    def test_leaves_nothing_behind(self, directory):
        start(directory).stop()
        assert processes_of(directory) == []
        assert not (directory / "data" / "postmaster.pid").exists()

    def test_waits_for_the_last_user(self, directory):
        first, second = start(directory), start(directory)
        first.stop()
        assert execute(second, "SELECT 1") == (1,)
        second.stop()
        assert processes_of(directory) == []

    def test_counts_users_in_other_processes_even_killed_ones(self, directory):
        program = f"""
            import sys, time
            from pathlib import Path
            from ssoe_portal import embedded
            embedded.start(Path({str(directory)!r}), durable=False)
            print("started", flush=True)
            time.sleep(60)
        """
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout.readline() == "started\n"
            start(directory).stop()
            assert processes_of(directory), "the other process still uses it"
            other.kill()
        start(directory).stop()
        assert processes_of(directory) == []

    def test_happens_at_the_end_of_the_process(self, directory):
        program = (
            "from pathlib import Path; from ssoe_portal import embedded; "
            f"embedded.start(Path({str(directory)!r}), durable=False)"
        )
        subprocess.run([sys.executable, "-c", program], check=True)
        assert processes_of(directory) == []


class TestAfterACrash:
    def test_recovers_when_every_process_was_killed(self, directory):
        server = embedded.start(directory)  # durable: what was committed must be there
        execute(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        for process in processes_of(directory):
            with contextlib.suppress(psutil.NoSuchProcess):  # one takes others along
                process.kill()
        wait_until_gone(directory)
        server.ensure_running()
        assert execute(server, "SELECT count(*) FROM kept") == (1000,)
        server.stop()

    def test_waits_for_what_a_killed_server_left_running(self, directory):
        server = start(directory)
        busy = psycopg.connect(server.url())
        busy.execute("SELECT 1")
        server._process.kill()
        server._process.wait()
        server.ensure_running()
        with pytest.raises(psycopg.OperationalError):
            busy.execute("SELECT 1")
        assert execute(server, "SELECT 1") == (1,)
        server.stop()

    def test_is_not_fooled_by_another_process_with_the_old_number(self, directory):
        with subprocess.Popen(["sleep", "60"]) as stranger:
            for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
                path = directory / "data" / name
                path.write_text(f"{stranger.pid}\n{directory / 'data'}\n1\n5432\n\n\n\nready   \n")
            with start(directory) as server:
                assert execute(server, "SELECT 1") == (1,)
            assert stranger.poll() is None, "a process that is not ours was ended"
            stranger.kill()

    def test_is_not_fooled_by_an_empty_file(self, directory):
        (directory / "data" / "postmaster.pid").write_text("")
        with start(directory) as server:
            assert execute(server, "SELECT 1") == (1,)

    def test_one_that_another_start_removed_meanwhile_stops_nobody(self, tmp_path):
        embedded._sweep(tmp_path / "gone")

    def test_temporary_servers_of_killed_tests_are_removed(self, place, monkeypatch):
        monkeypatch.setattr(embedded.tempfile, "gettempdir", lambda: str(place))
        monkeypatch.setenv("TMPDIR", str(place))
        program = (
            "import os, signal; from ssoe_portal import embedded; import tempfile; "
            f"tempfile.tempdir = {str(place)!r}; embedded.temporary('killed-'); "
            "os.kill(os.getpid(), signal.SIGKILL)"
        )
        killed = subprocess.run([sys.executable, "-c", program])
        assert killed.returncode == -signal.SIGKILL
        (leftover,) = place.glob("killed-*")
        assert processes_of(leftover)
        monkeypatch.setattr(embedded.tempfile, "tempdir", str(place))
        embedded.discard(embedded.temporary("killed-"))
        assert list(place.glob("killed-*")) == []
        assert processes_of(leftover) == []


@as_root
class TestAsRoot:
    def test_opens_a_closed_directory_for_one_account_only(self, place, prototype):
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        subprocess.run(["cp", "-a", prototype, closed], check=True)
        said = []
        with embedded.start(closed / "postgres", durable=False, say=said.append) as server:
            assert execute(server, "SELECT 1") == (1,)
            account = server._account
        assert stat.S_IMODE(closed.stat().st_mode) & 0o007 == 0, "everybody may pass"
        assert f"{closed}: {account.name} may now pass through" in "\n".join(said)
        assert not embedded._may(account, "-r", closed), "it may pass through, not look around"

    def test_lets_those_pass_who_could_pass_before(self, place):
        closed = place / "closed"
        place.chmod(0o711)
        closed.mkdir(mode=0o750)
        first, second, stranger = (embedded.Account("", uid, uid) for uid in (54321, 54322, 54323))
        group = embedded.Account("", 54324, closed.stat().st_gid)
        for account in (first, second):
            assert embedded._admit(closed, account)
        allowed = [embedded._may(a, "-x", closed) for a in (first, second, group, stranger)]
        assert allowed == [True, True, True, False]
        assert [embedded._may(a, "-r", closed) for a in (first, group)] == [False, True]

    def test_runs_as_whoever_owns_the_data(self, directory):
        with start(directory) as server:
            assert server._account.uid == (directory / "data").stat().st_uid != 0
            owners = set()
            for process in processes_of(directory):
                with contextlib.suppress(psutil.NoSuchProcess):  # some come and go
                    owners.add(process.uids().effective)
        assert owners == {server._account.uid}
