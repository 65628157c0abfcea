"""Fixtures for what happens after a request: queued jobs are run, mail is received and read."""

import asyncio
import json
import re
from collections.abc import Iterator

import asgiref.sync
import procrastinate.utils
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import connection, transaction
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.worker import Worker

from demonstration.mailcatcher import CaughtMail, MailCatcher
from ssoe_portal import settings as written_settings
from tests import environment

__all__ = ["deliver_jobs", "forget_leftovers", "mail_settings", "mailbox", "mailbox_server"]


# --- Jobs -----------------------------------------------------------------------------------------


class _TestWorker(Worker):
    """procrastinate's own worker; only the clock that queues periodic jobs stands still."""

    async def _periodic_deferrer(self) -> None:
        await asyncio.Event().wait()


class _TestConnector(DjangoConnector):
    """Django's connection for the worker, which wants its JSON decoded."""

    def _dictfetch(self, cursor):
        for row in super()._dictfetch(cursor):
            if isinstance(row.get("args"), str):
                row["args"] = json.loads(row["args"])
            yield row


class JobDelivery:
    """Runs the jobs that are queued, with procrastinate's worker, until none is left.

    An ordinary `django_db` test never commits, so its jobs are visible to its own connection only:
    the worker runs on that one. Where the test commits (`transaction=True`, the live server), it
    sees what other threads have queued as well.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # Playwright keeps its loop in the test's thread. asyncio refuses a second one there, and
        # with or without a loop Django takes another connection: so ours runs without, and
        # whatever asks the database runs as the test does.
        self._playwrights = asyncio._get_running_loop()

        def to_async(function, **options):
            def as_the_test(*args, **kwargs):
                current = asyncio._get_running_loop()
                asyncio._set_running_loop(self._playwrights)
                try:
                    return function(*args, **kwargs)
                finally:
                    asyncio._set_running_loop(current)

            return sync_to_async(as_the_test, thread_sensitive=True)

        # procrastinate runs tasks in any thread, which would bring a connection of its own.
        async def in_this_thread(function, *args, **kwargs):
            return await to_async(function)(*args, **kwargs)

        monkeypatch.setattr(procrastinate.utils, "sync_to_async", in_this_thread)
        monkeypatch.setattr(asgiref.sync, "sync_to_async", to_async)

    def __call__(self, *, failing: bool = False, early: bool = False) -> list[str]:
        """Run what is due and return the names of the tasks, in order.

        A job that fails fails the test, unless `failing=True`. `early=True` also runs what is
        planned for later: retries, reminders.
        """
        if early:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'"
                )
        names: list[str] = []
        errors: list[BaseException] = []

        asyncio._set_running_loop(None)
        try:
            async_to_sync(self._work)(names, errors)
        finally:
            asyncio._set_running_loop(self._playwrights)
        if errors and not failing:
            raise errors[0]
        return names

    async def _work(self, names: list[str], errors: list[BaseException]) -> None:
        def remember(call_next, context, worker):
            names.append(context.job.task_name)
            try:
                if not connection.in_atomic_block:
                    return call_next()
                # The test's own transaction must survive an error in the database.
                with transaction.atomic():
                    return call_next()
            except BaseException as error:
                errors.append(error)
                raise

        async def remember_async(call_next, context, worker):
            names.append(context.job.task_name)
            try:
                return await call_next()
            except BaseException as error:
                errors.append(error)
                raise

        with app.replace_connector(_TestConnector()) as test_app:
            await self._run_worker(test_app, [remember, remember_async])

    async def _run_worker(self, test_app: App, middleware: list) -> None:
        worker = _TestWorker(
            app=test_app,
            wait=False,
            listen_notify=False,
            install_signal_handlers=False,
            task_middleware=middleware,
        )
        await worker.run()


@pytest.fixture
def deliver_jobs(monkeypatch: pytest.MonkeyPatch) -> JobDelivery:
    """Call it to run the queued jobs: `deliver_jobs()`."""
    return JobDelivery(monkeypatch)


@pytest.fixture(autouse=True)
def forget_leftovers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Remove the jobs and counted attempts of a committing test: Django empties only models."""
    commits = "transactional_db" in request.fixturenames or any(
        marker.kwargs.get("transaction") for marker in request.node.iter_markers("django_db")
    )
    yield
    if commits:
        with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, cache CASCADE")


# --- Mail -----------------------------------------------------------------------------------------


class Mailbox(MailCatcher):
    """What the portal really sent, over SMTP; see `MailCatcher` and `CaughtMail`."""

    def latest(self, to: str = "") -> CaughtMail:
        """Return the newest mail, perhaps to one address; without any, say what there is."""
        found = self.mails(to=to)
        if not found:
            there_is = "\n".join(map(repr, self.mails())) or "no mail at all"
            raise AssertionError(f"No mail to {to or 'anybody'}; there is:\n{there_is}")
        return found[-1]

    def link(self, to: str = "", *, containing: str = "") -> str:
        """Return the first link in the newest mail whose address matches a pattern."""
        mail = self.latest(to)
        for link in mail.links:
            if re.search(containing, link):
                return link
        raise AssertionError(f"No link with {containing!r} in this mail:\n{mail.text}")


@pytest.fixture(scope="session")
def mailbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    server = Mailbox(tmp_path_factory.mktemp("mail"), listener=environment.mail_listener)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mailbox(mailbox_server: Mailbox) -> Iterator[Mailbox]:
    """An empty mailbox that receives everything; mails arrive with `deliver_jobs()`."""
    mailbox_server.clear()
    yield mailbox_server
    mailbox_server.refuse("")


@pytest.fixture(scope="session", autouse=True)
def mail_settings(django_test_environment: None) -> None:
    """Undo Django's replacement of every mailer: here the real ones are used."""
    settings.MAILERS = written_settings.MAILERS
