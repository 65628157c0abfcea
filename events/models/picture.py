"""Pictures of what was. Their files are made by `ssoe_portal.common.pictures`."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.history import tracked
from ssoe_portal.common.moderation import Status
from ssoe_portal.common.pictures import Purpose
from ssoe_portal.common.stored_pictures import StoredPicture


class EventPictureQuerySet(models.QuerySet):
    def published(self) -> Self:
        """Those that everyone may see."""
        return self.filter(event__status=Status.PUBLISHED)

    def visible_to(self, user) -> Self:
        """Those of events that this person may see."""
        from events.models.event import Event

        return self.filter(event__in=Event.objects.visible_to(user).order_by())


@tracked()
class EventPicture(StoredPicture):
    """A picture of a past event, with words for those who cannot see it."""

    FOLDER = "event-pictures"
    PURPOSE = Purpose(boxes=(480, 960, 1600), smallest=400, ratio=4)
    OWNER = "event"
    #: Of one event. Held by `remembering.add_picture`, under its lock.
    MOST = 12

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="pictures", on_delete=models.CASCADE
    )
    alt = models.CharField(_("what can be seen"), max_length=200)

    objects = EventPictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture of an event")
        verbose_name_plural = _("pictures of events")
        ordering = ["event", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(alt=""),
                name="events_eventpicture_words",
                violation_error_message=_("Please say in one sentence what can be seen."),
            ),
            models.UniqueConstraint(
                fields=["event", "digest"],
                name="events_eventpicture_unique",
                violation_error_message=_("This picture is already there."),
            ),
        ]

    def __str__(self) -> str:
        return self.alt
