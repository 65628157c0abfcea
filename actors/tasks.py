"""Background work of the directory."""

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="29 3 * * *")
@app.task(name="actors.sweep_pictures", queueing_lock="actors.sweep_pictures")
def sweep_pictures(timestamp: int) -> None:
    """Remove files of pictures that no row names."""
    from ssoe_portal.common.stored_pictures import kinds

    for model in kinds().values():
        model.sweep()


@app.task(name="actors.settle_offer")
def settle_offer(offer_id: int) -> None:
    """Let places that nobody took up go, and pass them on. Queued for when an offered place is no
    longer kept."""
    from actors import joining

    joining.settle(offer_id)


@app.periodic(cron="5-55/10 * * * *")
@app.task(name="actors.settle_all", queueing_lock="actors.settle_all")
def settle_all(timestamp: int) -> None:
    """Do so for every offer with a waiting list or an open offer of a place: when one came back to
    the public, was given more places in the admin, or a job was lost."""
    from actors import joining
    from actors.models import JoinRequest

    waiting = JoinRequest.objects.filter(
        state__in=[JoinRequest.State.WAITING, JoinRequest.State.OFFERED]
    )
    for offer_id in waiting.values_list("offer_id", flat=True).order_by().distinct():
        joining.settle(offer_id)


@app.periodic(cron="7 0 * * *")
@app.task(name="actors.end_series", queueing_lock="actors.end_series")
def end_series(timestamp: int) -> None:
    """Take the usual days of series that ended yesterday out of the search's rows."""
    from actors.models import offer_when

    offer_when.refresh(timezone.localdate())


@app.periodic(cron="37 3 * * *")
@app.task(name="actors.keep_true", queueing_lock="actors.keep_true")
def keep_true(timestamp: int) -> None:
    """Ask what is due, let fade and archive what nobody confirms; look for duplicates."""
    from actors import confirmation, duplicates

    confirmation.run(timezone.now())
    duplicates.find()


@app.task(name="actors.compare")
def compare(organisation_id: int) -> None:
    """Look whether an organisation is listed twice."""
    from actors import duplicates

    duplicates.find(only=organisation_id)


@app.task(name="actors.compare_changed")
def compare_changed() -> None:
    """Look which of the organisations that have changed are listed twice."""
    from actors import duplicates

    duplicates.find()


@app.task(name="actors.work_on_list")
def work_on_list(list_id: int, by_id: int | None) -> None:
    """Check a list that was uploaded, write it, or take it back."""
    from actors.importing import running

    running.work(list_id=list_id, by_id=by_id)
