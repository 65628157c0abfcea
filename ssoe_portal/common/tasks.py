"""Background work that belongs to no app."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.management import call_command
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

# 4 s, 16 s, 1 min, 4 min, 17 min, 1 h, 5 h, 18 h: a mail server may be away over a night and a day.
PATIENT = RetryStrategy(max_attempts=9, exponential_wait=4)


def one_by_one(do: Callable[[int], Any], keys: Iterable[int]) -> None:
    """Do something for each of some rows. Where it fails for one it is done for the others all the
    same; then raises ExceptionGroup, so that whoever looks after the portal reads of it."""
    failed: list[Exception] = []
    for key in keys:
        try:
            do(key)
        except Exception as error:
            error.add_note(f"{do.__name__} {key}")
            failed.append(error)
    if failed:
        raise ExceptionGroup("some rows are left over", failed)


@app.task(name="common.deliver_mail", retry=PATIENT)
def deliver_mail(mail_id: int) -> None:
    from ssoe_portal.common.mail import OutgoingMail

    mail = OutgoingMail.objects.filter(pk=mail_id).first()
    if mail is not None:
        mail.deliver()


@app.periodic(cron="17 3 * * *")
@app.task(name="common.erase_expired", queueing_lock="common.erase_expired")
def erase_expired(timestamp: int) -> None:
    """Erase personal data whose time is over (`common/privacy.py`), and ended sessions."""
    from ssoe_portal.common import privacy

    privacy.erase_expired()
    call_command("clearsessions")


@app.periodic(cron="*/2 * * * *")
@app.task(name="common.requeue_stalled", queueing_lock="common.requeue_stalled", pass_context=True)
async def requeue_stalled(context, timestamp: int) -> None:
    """Queue the jobs of a worker that died again, so that a crash loses none."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)


@app.periodic(cron="41 3 * * *")
@app.task(name="common.forget_jobs", queueing_lock="common.forget_jobs", pass_context=True)
async def forget_jobs(context, timestamp: int) -> None:
    """Delete the records of jobs that succeeded over two weeks ago."""
    await context.app.job_manager.delete_old_jobs(nb_hours=24 * 14)


@app.periodic(cron="*/15 * * * *")
@app.task(name="common.learn_words", queueing_lock="common.learn_words")
def learn_words(timestamp: int) -> None:
    """Learn the words of what was published or changed lately (`common/known_words.py`)."""
    from ssoe_portal.common import known_words

    known_words.learn(datetime.fromtimestamp(timestamp, tz=UTC) - 2 * known_words.EVERY)


@app.periodic(cron="53 2 * * *")
@app.task(name="common.learn_all_words", queueing_lock="common.learn_all_words")
def learn_all_words(timestamp: int) -> None:
    """Learn every word there is: an administrator's or an import's leave no date of change."""
    from ssoe_portal.common import known_words

    known_words.learn()
