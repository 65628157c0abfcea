from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.geography import Located, LocatedQuerySet
from ssoe_portal.common.history import tracked
from ssoe_portal.common.moderation import Moderated, ModeratedQuerySet, Status
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


class Stage(models.TextChoices):
    """Where an organisation stands: the three groups of the Pankow survey."""

    ESTABLISHED = "established", _("established")
    NEW = "new", _("newly founded")
    TRANSITION = "transition", _("on the way to becoming a social enterprise")


class Kind(models.TextChoices):
    SOCIAL_ENTERPRISE = "social-enterprise", _("social enterprise")
    AGENCY = "agency", _("social agency (Träger)")
    PUBLIC = "public", _("public administration")
    ASSOCIATION = "association", _("association or network")
    COMPANY = "company", _("company")
    FOUNDATION = "foundation", _("foundation")
    ACCOMMODATION = "accommodation", _("accommodation for refugees")
    EDUCATION = "education", _("education or research")
    INITIATIVE = "initiative", _("initiative")


class OrganisationQuerySet(
    ModeratedQuerySet, TranslatableQuerySet, LocatedQuerySet, SearchableQuerySet
):
    def visible_to(self, user) -> "OrganisationQuerySet":
        """Published ones; members also see their own; the task force sees all."""
        if user.is_authenticated:
            if user.may_review:
                return self
            return self.filter(
                Q(status=Status.PUBLISHED) | Q(pk__in=user.memberships.values("organisation"))
            )
        return self.published()

    def editable_by(self, user) -> "OrganisationQuerySet":
        """Those that this person may change: their own; for admins all."""
        if not user.is_authenticated:
            return self.none()
        if user.may_administer:
            return self
        return self.filter(pk__in=user.memberships.values("organisation"))

    def similar_to(self, name: str) -> "OrganisationQuerySet":
        """Those whose name is like this one, most alike first; archived ones are left out."""
        return (
            self.exclude(status=Status.ARCHIVED)
            .filter(
                Q(name__trigram_similar=name) | Q(name__icontains=name) | Q(short_name__iexact=name)
            )
            .order_by("name", "pk")
        )


@tracked(exclude=("search",))
class Organisation(Moderated, Translatable, Located):
    """An actor of the district: social enterprise, agency, public body, association, initiative."""

    TRANSLATED_FIELDS = ("summary", "description")
    Stage = Stage
    Kind = Kind

    name = models.CharField(_("name"), max_length=160)
    short_name = models.CharField(
        _("short name"), max_length=40, blank=True, help_text=_("If people know you by one.")
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    legal_form = models.ForeignKey(
        "actors.LegalForm",
        verbose_name=_("legal form"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    is_nonprofit = models.BooleanField(
        _("gemeinnützig"),
        null=True,
        blank=True,
        help_text=_("Recognised as serving the public good by the tax office."),
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, blank=True)
    founded = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)

    summary = models.CharField(
        _("in one sentence"),
        max_length=240,
        blank=True,
        help_text=_("Shown in lists. What do you do, for whom?"),
    )
    description = models.TextField(_("description"), max_length=5000, blank=True)
    fields = models.ManyToManyField("actors.Field", verbose_name=_("fields"), blank=True)
    target_groups = models.ManyToManyField(
        "actors.TargetGroup", verbose_name=_("target groups"), blank=True
    )
    languages = models.ManyToManyField(
        "actors.SpokenLanguage", verbose_name=_("languages spoken in the house"), blank=True
    )
    self_descriptions = models.ManyToManyField(
        "actors.SelfDescription", verbose_name=_("how you see yourselves"), blank=True
    )

    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("public e-mail address"), blank=True)
    phone = models.CharField(_("public telephone number"), max_length=40, blank=True)

    search = search_vector({"name": "A", "short_name": "A", "summary": "B", "description": "C"})

    objects = OrganisationQuerySet.as_manager()

    class Meta(Moderated.Meta, Located.Meta):
        abstract = False
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = [Lower("name"), "pk"]
        constraints = [*Moderated.Meta.constraints, *Located.Meta.constraints]
        indexes = [
            GinIndex(fields=["search"], name="organisation_search"),
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="organisation_name_trgm"),
            models.Index(fields=["status", "submitted_at"], name="organisation_queue"),
        ]
        triggers = revision_triggers("summary", "description")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        if not self.slug:
            self.slug = reserve_slug("organisation", self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("actors:organisation-detail", args=[self.slug])

    @property
    def owners(self) -> models.QuerySet:
        """The accounts that own this entry; mails about it go to them."""
        from ssoe_portal.common.users import User

        return User.objects.filter(
            memberships__organisation=self, memberships__role="owner", is_active=True
        ).order_by("pk")

    @property
    def missing_for_submission(self) -> list[str]:
        """What readers need and is not there yet, as labels; empty when it can be handed in."""
        needed = ["summary", "description", "stage"]
        missing = [
            str(self._meta.get_field(name).verbose_name)
            for name in needed
            if not getattr(self, name)
        ]
        if not (self.email or self.phone or self.website):
            missing.append(str(_("a way to reach you")))
        return missing


class OrganisationTranslation(Translation):
    original = models.ForeignKey(
        Organisation, related_name="translations", on_delete=models.CASCADE
    )
    summary = models.CharField(_("in one sentence"), max_length=240)
    description = models.TextField(_("description"), max_length=5000, blank=True)

    search = translated_search_vector({"summary": "B", "description": "C"})

    class Meta:
        verbose_name = _("translation of an organisation")
        verbose_name_plural = _("translations of organisations")
        ordering = ["original", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["original", "language"],
                name="actors_organisationtranslation_unique",
                violation_error_message=_("There is already a translation into this language."),
            )
        ]
        indexes = [GinIndex(fields=["search"], name="organisationtr_search")]

    def __str__(self) -> str:
        return f"{self.original} ({self.language})"
