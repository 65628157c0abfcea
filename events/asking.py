"""The order of an event's questions to those who register."""

from django.db import transaction
from django.db.models import Max

from events.models import Event, EventQuestion


@transaction.atomic
def save(question: EventQuestion) -> EventQuestion:
    """Store a question; a new one comes last."""
    if question.pk is None:
        event = Event.objects.locked().only("pk").get(pk=question.event_id)
        last = event.questions.aggregate(last=Max("position"))["last"]
        question.position = 0 if last is None else last + 1
    question.save()
    return question


@transaction.atomic
def move_up(question: EventQuestion) -> None:
    """Let it change places with the one before it, if there is one."""
    event = Event.objects.locked().only("pk").get(pk=question.event_id)
    order = list(event.questions.in_order())
    place = order.index(question) if question in order else 0  # else it was removed meanwhile
    if place:
        order.insert(place - 1, order.pop(place))
    for position, row in enumerate(order):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])
