"""Background work of events."""

from django.utils import timezone
from procrastinate.contrib.django import app

from ssoe_portal.common.tasks import PATIENT, one_by_one


@app.task(name="events.write_letter", retry=PATIENT, pass_context=True)
def write_letter(context, letter: str, registration_id: int, **facts) -> None:
    """Write a party what happened to it, once, even if the worker dies over it."""
    from events import letters

    letters.write(letter, registration_id, key=f"events.letter.{context.job.id}", **facts)


@app.task(name="events.write_group_letter", retry=PATIENT, pass_context=True)
def write_group_letter(context, group_id: int, **facts) -> None:
    """Write a group's contact what became of the families just registered, once."""
    from events import emails
    from events.models import GroupRegistration

    groups = GroupRegistration.objects.select_related("event", "contact", "organisation")
    group = groups.filter(pk=group_id).first()
    if group is not None:
        key = f"events.letter.{context.job.id}"
        emails.group_letter(group, group.event, "registered", key=key, **facts)


@app.task(name="events.settle_event")
def settle_event(event_id: int) -> None:
    """Let offers that ran out expire and pass their places on. Queued for when an offer ends."""
    from events import registering

    registering.settle(event_id)


@app.periodic(cron="*/10 * * * *")
@app.task(name="events.settle_all", queueing_lock="events.settle_all")
def settle_all(timestamp: int) -> None:
    """Do so for every event with a waiting list or an open offer, in case a job was lost."""
    from events import registering
    from events.models import Event, Registration

    events = Event.objects.filter(
        ends_at__gte=timezone.now(),
        registrations__state__in=[Registration.State.WAITING, Registration.State.OFFERED],
    )
    one_by_one(registering.settle, events.order_by("pk").values_list("pk", flat=True).distinct())


@app.periodic(cron="5 9 * * *")
@app.task(name="events.ask_for_feedback", queueing_lock="events.ask_for_feedback")
def ask_for_feedback(timestamp: int) -> None:
    """The day after an event, ask whoever came how it was."""
    from events import feedback

    one_by_one(feedback.ask, feedback.due().values_list("pk", flat=True))


@app.periodic(cron="*/20 * * * *")
@app.task(name="events.remind", queueing_lock="events.remind")
def remind(timestamp: int) -> None:
    """Remind those who have a place and whose event is near."""
    from events import reminding

    reminding.remind()


@app.periodic(cron="*/5 * * * *")
@app.task(name="events.tell_moves", queueing_lock="events.tell_moves")
def tell_moves(timestamp: int) -> None:
    """Write to those who registered for an event that has moved."""
    from events import moving

    moving.tell_due()


@app.task(name="events.tell_of_calling_off", retry=PATIENT)
def tell_of_calling_off(event_id: int, words: str) -> None:
    """Write to whoever follows the programme of an event that was called off; safe to run twice."""
    from events import following

    following.tell_called_off(event_id, words)


@app.task(name="events.tell_of_release", retry=PATIENT)
def tell_of_release(release_id: int) -> None:
    """Write to whoever follows a programme what has changed; safe to run twice."""
    from events import following

    following.tell(release_id)
