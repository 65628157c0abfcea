"""Background work of the surveys."""

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


@app.task(name="surveys.send_invitations")
def send_invitations(wave_id: int) -> None:
    """Send what is waiting to be sent; a second run goes on where the first one stopped."""
    from surveys import inviting
    from surveys.models import Wave

    inviting.send_waiting(Wave.objects.get(pk=wave_id))


def is_sending(wave_id: int) -> bool:
    """Whether the worker is to send invitations to a wave, or is at it."""
    return ProcrastinateJob.objects.filter(
        task_name=send_invitations.name, args__wave_id=wave_id, status__in=("todo", "doing")
    ).exists()


@app.task(name="surveys.make_snapshot")
def make_snapshot(wave_id: int) -> None:
    """Count a wave and freeze its results."""
    from surveys import snapshots
    from surveys.models import Snapshot

    snapshots.make(Snapshot.objects.select_related("wave").get(pk=wave_id))


@app.periodic(cron="23 7 * * *")
@app.task(name="surveys.remind_on_time", queueing_lock="surveys.remind_on_time")
def remind_on_time(timestamp: int) -> None:
    """Remind where a wave names a day for it; a day that was missed is made up for."""
    from surveys import inviting

    inviting.remind_on_time()


@app.task(name="surveys.send_reminders")
def send_reminders(wave_id: int) -> None:
    from surveys import inviting
    from surveys.models import Wave

    inviting.remind(Wave.objects.get(pk=wave_id))
