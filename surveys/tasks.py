"""Background work of the surveys."""

from procrastinate.contrib.django import app


@app.task(name="surveys.send_invitations")
def send_invitations(wave_id: int) -> None:
    """Send what is waiting to be sent; a second run goes on where the first one stopped."""
    from surveys import inviting
    from surveys.models import Wave

    inviting.send_waiting(Wave.objects.get(pk=wave_id))


@app.task(name="surveys.make_snapshot")
def make_snapshot(wave_id: int) -> None:
    """Count a wave and freeze its results."""
    from surveys import snapshots
    from surveys.models import Snapshot

    snapshots.make(Snapshot.objects.select_related("wave").get(pk=wave_id))


@app.task(name="surveys.send_reminders")
def send_reminders(wave_id: int) -> None:
    from surveys import inviting
    from surveys.models import Wave

    inviting.remind(Wave.objects.get(pk=wave_id))
