"""Writing to those who are registered: once, however often the button is pressed."""

from django.db import transaction

from events import letters
from events.models import Message


class NobodyThere(Exception):
    """The audience is empty by now."""


@transaction.atomic
def send(message: Message) -> Message:
    """Queue an unsaved message for everybody it is meant for now, and remember it.

    Sent again with the same key, nothing happens: what was sent is returned. Raises NobodyThere.
    """
    parties = list(message.recipients.order_by("pk"))
    if not parties and not Message.objects.filter(key=message.key).exists():
        raise NobodyThere(message.audience)
    stored, is_new = Message.objects.get_or_create(
        key=message.key,
        defaults={
            "event_id": message.event_id,
            "audience": message.audience,
            "item_id": message.item_id,
            "subject": message.subject,
            "text": message.text,
            "sent_by": message.sent_by,
            "parties": len(parties),
        },
    )
    if is_new:
        for party in parties:
            letters.queue("message", party, message_id=stored.pk)
    return stored
