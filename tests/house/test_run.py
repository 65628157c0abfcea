"""`make run` for real, in a copy of this tree: started, disturbed, killed, started again.

The copy shares the installed packages with this tree; everything else it makes for itself. Its slow
first start happens once; each test asks for the portal as it needs it, `running` or `stopped`.
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ssoe_portal.processes import Child, KnownProcess, ReadRecord, read_record

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = (
    "var", ".git", ".venv", "node_modules", "__pycache__", "*.mo", ".*_cache", ".hypothesis",
)  # fmt: skip
#: Seconds that anything may take: beside other tests, on a small machine, all of it takes longer.
PATIENCE = 120
pytestmark = pytest.mark.portal


class Copy:
    """A copy of the tree and the portal that runs in it."""

    def __init__(self, path: Path, port: int) -> None:
        self.path = path
        self.port = port
        self.log = path / "run.log"
        self.make: subprocess.Popen | None = None
        self.heard = 0
        self.first_said = ""

    def start(self, *, wait: bool = True) -> "Copy":
        """Type `make run`; what was installed before counts as installed."""
        environment = bare_environment(PORT=str(self.port))
        self.heard = 0
        with self.log.open("w") as log:
            self.make = subprocess.Popen(
                ["make", "-o", ".venv/.installed", "-o", "node_modules/.installed", "run"],
                cwd=self.path,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if wait:
            self.wait_for("The portal is ready")
        return self

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while text not in self.said():
            assert time.monotonic() < deadline, f"{text!r} was not said:\n{self.said()}"
            ended = self.make.poll() is not None
            assert not ended or text in self.said(), f"ended without {text!r}:\n{self.said()}"
            time.sleep(0.05)

    def said(self) -> str:
        """Return what this start has said, from where the test began to listen."""
        return self.log.read_text()[self.heard :]

    def runs(self) -> bool:
        return self.make is not None and self.make.poll() is None and self.is_well()

    def stop(self) -> None:
        """End it as `kill` does; what a failed test left behind goes the hard way."""
        if self.make is not None and self.make.poll() is None:
            self.make.terminate()
            self.make.wait(PATIENCE)
        self.kill_all()

    def kill_all(self) -> None:
        """End it the hard way. Whatever comes next finds its ports free, and nobody writes."""
        self.kill(lambda _process: True)
        self.wait_until_nothing_runs()

    def kill(self, chosen: Callable[[psutil.Process], bool]) -> None:
        """Kill what runs in the copy and is chosen; one may take others along before their turn."""
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                if chosen(process):
                    process.kill()

    def record(self) -> dict:
        return json.loads((self.path / "var" / "run.json").read_text())

    def get(self, path: str, *, port: int = 0) -> tuple[int, bytes, dict[str, str]]:
        url = f"http://localhost:{port or self.port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read(), dict(error.headers)

    def is_well(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except (OSError, http.client.HTTPException):  # nobody answers, or breaks off
            return False

    def wait_until_well(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.is_well():
            assert time.monotonic() < deadline, f"it does not get well:\n{self.said()}"
            time.sleep(0.1)

    def processes(self) -> list[psutil.Process]:
        """Everything that runs in the copy, found by where it works or what it runs."""
        found = []
        for process in psutil.process_iter():
            try:
                inside = Path(process.cwd()).is_relative_to(self.path)
                if inside and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def wait_until_nothing_runs(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while left := self.processes():
            assert time.monotonic() < deadline, f"these still run: {left}"
            time.sleep(0.1)

    def assert_nothing_runs(self) -> None:
        self.wait_until_nothing_runs()
        for port in range(self.port, self.port + 3):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))


def is_worker(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return "procrastinate" in process.cmdline()
    return False


def bare_environment(**variables: str) -> dict[str, str]:
    """Return what finds programs and libraries; no settings of whoever runs the tests."""
    kept = ("PATH", "HOME", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | variables


def three_free_ports() -> int:
    for port in range(20_000 + os.getpid() % 5_000, 30_000, 7):
        try:
            for offset in range(3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port + offset))
        except OSError:
            continue
        return port
    raise AssertionError("no three free ports in a row")


@pytest.fixture(scope="module")
def copy() -> Iterator[Copy]:
    """A copy after its first start; whether it still runs depends on the tests before."""
    # Directly below /tmp, because pytest closes its own directories to other accounts again and
    # again; with a space in its name, because paths must be quoted everywhere.
    with tempfile.TemporaryDirectory(prefix="ssoe-run-") as place:
        path = Path(place).resolve() / "a copy"
        shutil.copytree(ROOT, path, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)
        for shared in (".venv", "node_modules"):
            (path / shared).symlink_to(ROOT / shared)
        copy = Copy(path, three_free_ports())
        try:
            copy.start()
            copy.first_said = copy.said()
            yield copy
        finally:
            copy.kill_all()


@pytest.fixture
def running(copy) -> None:
    """The portal, well; what it said before is not heard."""
    if not copy.runs():
        copy.stop()
        copy.start()
    copy.heard = len(copy.log.read_text())


@pytest.fixture
def stopped(copy) -> None:
    """The portal, started once and ended."""
    copy.stop()


class TestFirstStart:
    def test_shows_its_steps_and_accounts(self, copy):
        steps = re.findall(r"^(\d/7)  (\w+)", copy.first_said, re.M)
        assert [number for number, _ in steps] == [f"{number}/7" for number in range(1, 8)]
        assert [name for _, name in steps][:3] == ["Database", "Translations", "Schema"]
        assert len(re.findall(r"\(\d+\.\d s\)$", copy.first_said, re.M)) == 7
        assert f"http://localhost:{copy.port}/" in copy.first_said
        assert re.search(r"@beispiel\.example / \S+", copy.first_said)

    def test_keeps_what_it_makes_to_its_owner(self, copy):
        assert (copy.path / "var" / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("running")
class TestRunning:
    def test_serves_pages_whose_assets_are_all_there_and_may_be_kept(self, copy):
        status, body, headers = copy.get("/de/")
        assert status == 200
        assert "script-src 'self';" in headers["Content-Security-Policy"]
        assets = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', body.decode()))
        assert assets
        for asset in assets:
            status, _, headers = copy.get(asset)
            assert status == 200, asset
            assert "immutable" in headers["Cache-Control"], f"{asset} has no hash in its name"

    def test_answers_a_wrong_address_with_a_page_of_its_own(self, copy):
        status, body, _ = copy.get("/de/gibt-es-nicht/")
        assert status == 404
        assert b"</html>" in body

    def test_catches_mail_that_is_in_its_reader_s_language_from_the_first_start(self, copy):
        deadline = time.monotonic() + PATIENCE
        while "nennt Sie als Partnerorganisation" not in (page := self.mails(copy)):
            assert time.monotonic() < deadline, page
            time.sleep(0.2)
        assert "names you as a partner" not in page

    def mails(self, copy) -> str:
        status, body, _ = copy.get("/", port=copy.port + 1)
        assert status == 200
        return body.decode()

    def test_a_second_one_in_the_same_clone_is_told_so(self, copy):
        second = subprocess.run(
            [ROOT / ".venv/bin/python", "-m", "ssoe_portal.run"],
            cwd=copy.path,
            env=bare_environment(PORT=str(copy.port)),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert second.returncode == 1
        assert f"running already (process {copy.record()['pid']})" in second.stdout
        assert copy.is_well()

    def test_starts_a_killed_web_server_again(self, copy):
        (web,) = [child for child in copy.record()["children"] if child["name"] == "web server"]
        os.killpg(web["pid"], signal.SIGKILL)
        copy.wait_for("The web server has ended")
        copy.wait_until_well()

    def test_starts_a_killed_database_again(self, copy):
        copy.kill(lambda process: process.name() == "postgres")
        copy.wait_for("The database has ended; starting it again.")
        # The worker gives up its lost connection after some seconds and is started again.
        copy.wait_for("The worker has ended")
        copy.wait_until_well()


@pytest.mark.usefixtures("running")
class TestEnd:
    def test_comes_to_everything_by_sigterm(self, copy):
        copy.make.terminate()
        copy.make.wait(PATIENCE)
        copy.assert_nothing_runs()
        assert "Stopped." in copy.said()
        assert not (copy.path / "var" / "run.json").exists()

    def test_comes_to_everything_by_ctrl_c(self, copy):
        os.killpg(copy.make.pid, signal.SIGINT)
        copy.make.wait(PATIENCE)
        copy.assert_nothing_runs()
        assert "Stopped." in copy.said()

    def test_comes_to_everything_when_make_was_killed(self, copy):
        copy.make.kill()
        copy.make.wait()
        copy.assert_nothing_runs()


@pytest.mark.usefixtures("stopped")
class TestPortInUse:
    def test_is_said_before_anything_is_changed(self, copy):
        before = sorted((copy.path / "var").iterdir())
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", copy.port))
            other.listen()
            copy.start(wait=False)
            assert copy.make.wait(PATIENCE) != 0
        assert f"Port {copy.port}, for the web server, is in use" in copy.said()
        assert "PORT=" in copy.said()
        assert sorted((copy.path / "var").iterdir()) == before

    @pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
    def test_a_port_that_is_none_is_refused(self, copy, port):
        refused = subprocess.run(
            [ROOT / ".venv/bin/python", "-m", "ssoe_portal.run"],
            cwd=copy.path,
            env=bare_environment(PORT=port),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert refused.returncode == 1
        assert "PORT must be a number" in refused.stderr


@pytest.mark.usefixtures("stopped")
class TestSecondStart:
    def test_keeps_the_data_and_is_soon_ready(self, copy, record_property):
        key = (copy.path / "var" / "secret-key").read_text()
        began = time.monotonic()
        copy.start()
        record_property("second start of the portal", f"{time.monotonic() - began:.1f} s")
        assert copy.is_well()
        assert "up to date" in copy.said()
        assert "migrations applied" not in copy.said()
        assert (copy.path / "var" / "secret-key").read_text() == key


@pytest.mark.usefixtures("running")
class TestAfterAKill:
    def test_starts_on_what_a_killed_portal_left_behind(self, copy):
        main_pid = copy.record()["pid"]
        # The main process and the database go, web server and worker stay without them.
        copy.kill(lambda process: process.pid == main_pid or process.name() in {"postgres", "make"})
        copy.make.wait()
        assert copy.processes(), "there is nothing left to clear away"
        copy.start()
        # A worker that has missed its database by then has ended by itself.
        assert "Ended what an earlier start left behind: web server" in copy.said()
        assert sum(is_worker(process) for process in copy.processes()) == 1
        assert copy.is_well()


class TestErrorsInLogs:
    @pytest.mark.parametrize(
        ("line", "shown"),
        [
            ({"level": "info", "message": "request"}, []),
            ({"level": "error", "message": "two\nlines"}, ["two lines"]),
            (
                {"level": "error", "message": "failed", "exception": [{"type": "a.B"}, {}]},
                ["failed a.B"],
            ),
            ({"level": "error", "message": None, "exception": "text"}, []),
            ({"level": ["error"]}, []),
            (["error"], []),
            ("error", []),
        ],
    )
    def test_are_shown_and_nothing_else_disturbs(self, tmp_path, line, shown):
        child = Child("web server", ["true"], {}, tmp_path / "web.log")
        child.log.write_text(f"Plain text\n{json.dumps(line)}\n\xff\nnot yet a whole line")
        assert child.new_errors() == shown

    def test_are_said_once_however_often_they_are_repeated(self, tmp_path):
        child = Child("worker", ["true"], {}, tmp_path / "worker.log")
        line = json.dumps({"level": "error", "message": "again"}) + "\n"
        child.log.write_text(line * 3)
        assert child.new_errors() == ["again"]
        child.log.write_text(line * 5)
        assert child.new_errors() == []


class TestRecord:
    """Another process that has got a recorded number must never be ended."""

    def test_knows_a_process_by_more_than_its_number(self):
        with subprocess.Popen(["sleep", "60"]) as process:
            known = KnownProcess.of("sleeper", process.pid, ["sleep", "60"])
            assert known.find() is not None
            while not psutil.Process(process.pid).cmdline():
                time.sleep(0.01)  # while a program begins, a command is not yet compared
            other_time = KnownProcess("sleeper", process.pid, known.created - 100, known.command)
            other_command = KnownProcess("sleeper", process.pid, known.created, ["sleep", "61"])
            assert ReadRecord(children=(other_time, other_command)).end_leftovers() == []
            assert process.poll() is None
            assert ReadRecord(children=(known,)).end_leftovers() == ["sleeper"]
            process.wait(PATIENCE)

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "null"])
    def test_a_damaged_one_is_an_empty_one(self, tmp_path, content):
        (tmp_path / "run.json").write_text(content)
        assert read_record(tmp_path / "run.json") == ReadRecord()
