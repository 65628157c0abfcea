from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors.models.entry import EntryQuerySet
from ssoe_portal.common.confirmation import Confirmed
from ssoe_portal.common.history import tracked
from ssoe_portal.common.moderation import Status
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


class Direction(models.TextChoices):
    GIVES = "gives", _("Gives")
    SEEKS = "seeks", _("Seeks")


class Resource(models.TextChoices):
    """What changes hands between organisations."""

    ROOM = "room", _("Room")
    TOOL = "tool", _("Tools and equipment")
    VEHICLE = "vehicle", _("Vehicle")
    KNOWHOW = "know-how", _("Know-how and advice")
    VOLUNTEERS = "volunteers", _("Volunteers")
    ORDERS = "orders", _("Orders and work")
    MONEY = "money", _("Money and sponsorship")
    OTHER = "other", _("Something else")


class ListingQuerySet(EntryQuerySet, TranslatableQuerySet, SearchableQuerySet):
    SEARCHED_TERMS = ("topic",)
    ALONG = ("organisation", "topic")

    #: Of published organisations only.
    PUBLIC = Q(status=Status.PUBLISHED, organisation__status=Status.PUBLISHED)

    def gives(self) -> "ListingQuerySet":
        return self.filter(direction=Direction.GIVES)

    def seeks(self) -> "ListingQuerySet":
        return self.filter(direction=Direction.SEEKS)

    def for_hits(self) -> "ListingQuerySet":
        """With what a hit of the search for everything shows, but for texts in other languages."""
        return self.select_related("organisation__area").defer(
            "search", "organisation__description"
        )

    def for_cards(self) -> "ListingQuerySet":
        """With everything a card shows, in a constant number of queries."""
        return (
            self.select_related("organisation", "topic")
            .with_translation()
            .defer("search", "organisation__description")
        )

    def answering(self, listing: "Listing") -> "ListingQuerySet":
        """Published listings of others in the other direction about the same topic; where one of
        the two names none, about the same resource."""
        alike = Q(resource=listing.resource)
        if listing.topic_id:
            alike = Q(topic=listing.topic_id) | alike & Q(topic=None)
        return (
            self.published()
            .exclude(organisation=listing.organisation_id)
            .exclude(direction=listing.direction)
            .filter(alike)
            .order_by("-published_at", "-pk")
        )

    def with_cooperation(self, listing: "Listing") -> "ListingQuerySet":
        """Annotate `cooperation_pk`: the cooperation that brings each and `listing` together."""
        if listing.gives:
            met = listing.cooperations_giving.filter(seeking=OuterRef("pk"))
        else:
            met = listing.cooperations_seeking.filter(giving=OuterRef("pk"))
        return self.annotate(cooperation_pk=Subquery(met.values("pk")[:1]))


@tracked(exclude=("search",))
class Listing(Confirmed, Translatable):
    """What an organisation gives to, or seeks from, other organisations."""

    TRANSLATED_FIELDS = ("title", "description", "available")
    Direction = Direction
    Resource = Resource

    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="listings",
        on_delete=models.CASCADE,
    )
    direction = models.CharField(_("direction"), max_length=5, choices=Direction)
    title = models.CharField(_("title"), max_length=140)
    slug = models.SlugField(_("address"), max_length=80, unique=True, editable=False)
    resource = models.CharField(_("kind"), max_length=12, choices=Resource)
    topic = models.ForeignKey(
        "actors.Topic",
        verbose_name=_("topic"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text=_("Helps us to bring you together with others."),
    )
    description = models.TextField(_("description"), max_length=3000)
    available = models.CharField(
        _("when"), max_length=160, blank=True, help_text=_("For example: weekends, from March on.")
    )

    search = search_vector({"title": "A", "description": "C"})

    objects = ListingQuerySet.as_manager()

    class Meta(Confirmed.Meta):
        verbose_name = _("give or seek")
        verbose_name_plural = _("gives and seeks")
        ordering = ["-published_at", "-pk"]
        indexes = [
            GinIndex(fields=["search"], name="listing_search"),
            models.Index(
                fields=["status", "is_faded", "-published_at", "-id"], name="listing_list"
            ),
        ]
        triggers = revision_triggers("title", "description", "available")

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs) -> None:
        if not self.slug:
            self.slug = reserve_slug("listing", self.title)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("actors:listing-detail", args=[self.slug])

    def get_edit_url(self) -> str:
        return reverse("actors:listing-edit", args=[self.slug])

    @property
    def is_public(self) -> bool:
        return self.is_published and self.organisation.is_published

    @property
    def gaps(self) -> dict[str, str]:
        """Nothing: without what readers need it cannot be stored."""
        return {}

    @property
    def gives(self) -> bool:
        return self.direction == Direction.GIVES


@tracked(exclude=("search",))
class ListingTranslation(Translation):
    original = models.ForeignKey(Listing, related_name="translations", on_delete=models.CASCADE)
    title = models.CharField(_("title"), max_length=140)
    description = models.TextField(_("description"), max_length=3000)
    available = models.CharField(_("when"), max_length=160, blank=True)

    search = translated_search_vector({"title": "A", "description": "C"})

    class Meta(Translation.Meta):
        verbose_name = _("translation of a listing")
        verbose_name_plural = _("translations of listings")
        indexes = [GinIndex(fields=["search"], name="listingtr_search")]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
