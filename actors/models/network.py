from django.db import models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.slugs import reserve_slug
from ssoe_portal.common.translation import (
    Translatable,
    TranslatableQuerySet,
    Translation,
    current_language,
    revision_triggers,
)


class NetworkQuerySet(TranslatableQuerySet):
    def as_choices(self, kind: str, extra: str = "") -> models.QuerySet:
        """As of a vocabulary (`TermQuerySet.as_choices`), by the names in the reader's language."""
        own = NetworkTranslation.objects.filter(
            original=OuterRef("pk"), language=current_language()
        )
        name = Coalesce(Subquery(own.values("name")[:1]), "name")
        return self.order_by().values_list(Value(kind), Value(0), "slug", name, "pk", Value(""))


class Network(Translatable):
    """A lasting circle of organisations: task force, development partnership, club."""

    TRANSLATED_FIELDS = ("name", "description")
    #: There are no drafts: the search knows its words (`common/known_words.py`).
    ALWAYS_PUBLIC = True

    name = models.CharField(_("name"), max_length=140)
    slug = models.SlugField(_("address"), max_length=80, unique=True, editable=False)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    members = models.ManyToManyField(
        "actors.Organisation", through="actors.NetworkMembership", related_name="networks"
    )

    objects = NetworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks")
        ordering = ["name", "pk"]
        triggers = revision_triggers("name", "description")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        if not self.slug:
            self.slug = reserve_slug("network", self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("actors:network-detail", args=[self.slug])


class NetworkTranslation(Translation):
    original = models.ForeignKey(Network, related_name="translations", on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=140)
    description = models.TextField(_("description"), max_length=5000, blank=True)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a network")
        verbose_name_plural = _("translations of networks")

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class NetworkMembership(models.Model):
    """An organisation in a network, with its role there and what it committed to."""

    network = models.ForeignKey(
        Network, verbose_name=_("network"), related_name="memberships", on_delete=models.CASCADE
    )
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="network_memberships",
        on_delete=models.CASCADE,
    )
    role = models.CharField(_("role"), max_length=160, blank=True)
    commitment = models.CharField(_("commitment"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("network member")
        verbose_name_plural = _("network members")
        ordering = ["network", "organisation__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "organisation"],
                name="actors_networkmembership_unique",
                violation_error_message=_("This organisation is already in the network."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.network}"
