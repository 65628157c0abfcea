import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models.programme import ProgrammeItem
from events.models.registration import Registration, RegistrationQuerySet, RegistrationState
from ssoe_portal.common.translation import texts_along


class Audience(models.TextChoices):
    """Who is written to, of those who are registered."""

    ACTIVE = "active", _("everybody who is registered, also on the waiting list")
    CONFIRMED = "confirmed", _("everybody with a place")
    OFFERED = "offered", _("everybody who was offered a place")
    WAITING = "waiting", _("everybody on the waiting list")
    GROUPS = "groups", _("the contacts of groups")
    ITEM = "item", _("everybody who signed up for a programme item")


class MessageQuerySet(models.QuerySet):
    def for_reading(self) -> Self:
        """With who wrote them, and titles of programme items."""
        return self.select_related("sent_by", "item").prefetch_related(
            *texts_along("item", ProgrammeItem)
        )


class Message(models.Model):
    """What event managers wrote to those who are registered for an event. It was sent once:
    `key` comes with the page, so that a second press of the button finds what the first has made.
    """

    Audience = Audience

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="messages", on_delete=models.CASCADE
    )
    audience = models.CharField(
        _("to whom"), max_length=9, choices=Audience, default=Audience.CONFIRMED
    )
    item = models.ForeignKey(
        "events.ProgrammeItem",
        verbose_name=_("programme item"),
        related_name="messages",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.RESTRICT,
    )
    subject = models.CharField(_("subject"), max_length=120)
    text = models.TextField(
        _("message"),
        max_length=4000,
        help_text=_(
            "It goes out as it stands here. Nobody reads answers to the mail: write whom to ask."
        ),
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sent by"),
        related_name="+",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
    )
    sent_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    parties = models.PositiveIntegerField(_("registrations written to"), default=0, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to those who are registered")
        verbose_name_plural = _("messages to those who are registered")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="item", item__isnull=False)
                | (~Q(audience="item") & Q(item__isnull=True)),
                name="events_message_item",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def recipients(self) -> RegistrationQuerySet:
        """Whom it would reach now."""
        return addressed(self.event_id, self.audience, self.item_id)

    @property
    def to_whom(self) -> str:
        """The audience in words, with the programme item if it is about one."""
        if self.item is None:
            return self.get_audience_display()
        return signed_up_for(self.item)


def signed_up_for(item: ProgrammeItem) -> str:
    return gettext("everybody who signed up for “%(item)s”") % {"item": item.text.title}


def addressed(event_id: int, audience: str, item_id: int | None = None) -> RegistrationQuerySet:
    """The registrations of an audience, as they are now."""
    registered = Registration.objects.filter(event=event_id).active()
    if audience == Audience.ITEM:
        return registered.confirmed().filter(sign_ups__item=item_id)
    if audience == Audience.ACTIVE:
        return registered
    if audience == Audience.GROUPS:
        return registered.filter(group__isnull=False)
    return registered.filter(state=RegistrationState(audience))
