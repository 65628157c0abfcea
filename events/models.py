from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.history import tracked
from ssoe_portal.common.moderation import Moderated, ModeratedQuerySet
from ssoe_portal.common.search import (
    SearchableQuerySet,
    search_vector,
    translated_search_vector,
)
from ssoe_portal.common.slugs import reserve_slug
from ssoe_portal.common.translation import (
    Translatable,
    TranslatableQuerySet,
    Translation,
    revision_triggers,
)


class EventQuerySet(ModeratedQuerySet, TranslatableQuerySet, SearchableQuerySet):
    def upcoming(self, now=None) -> "EventQuerySet":
        """Not over yet, the next one first."""
        return self.filter(ends_at__gte=now or timezone.now()).order_by("starts_at", "pk")

    def past(self, now=None) -> "EventQuerySet":
        """Over, the latest one first."""
        return self.filter(ends_at__lt=now or timezone.now()).order_by("-starts_at", "-pk")


@tracked(exclude=("search",))
class Event(Moderated, Translatable):
    TRANSLATED_FIELDS = ("title", "summary", "description")

    title = models.CharField(_("title"), max_length=140)
    slug = models.SlugField(_("address"), max_length=80, unique=True, editable=False)
    summary = models.CharField(_("in one sentence"), max_length=240)
    description = models.TextField(_("description"), max_length=8000, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    search = search_vector({"title": "A", "summary": "B", "description": "C"})

    objects = EventQuerySet.as_manager()

    class Meta(Moderated.Meta):
        abstract = False
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_at", "-pk"]
        indexes = [GinIndex(fields=["search"], name="event_search")]
        triggers = revision_triggers("title", "summary", "description")

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs) -> None:
        if not self.slug:
            self.slug = reserve_slug("event", self.title)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("events:event-detail", args=[self.slug])


class EventTranslation(Translation):
    original = models.ForeignKey(Event, related_name="translations", on_delete=models.CASCADE)
    title = models.CharField(_("title"), max_length=140)
    summary = models.CharField(_("in one sentence"), max_length=240)
    description = models.TextField(_("description"), max_length=8000, blank=True)

    search = translated_search_vector({"title": "A", "summary": "B", "description": "C"})

    class Meta:
        verbose_name = _("translation of an event")
        verbose_name_plural = _("translations of events")
        ordering = ["original", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["original", "language"], name="events_eventtranslation_unique"
            )
        ]
        indexes = [GinIndex(fields=["search"], name="eventtr_search")]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
