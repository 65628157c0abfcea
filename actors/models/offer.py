from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
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


class Cost(models.TextChoices):
    FREE = "free", _("free of charge")
    DONATION = "donation", _("by donation")
    PRICE = "price", _("costs something")


class Appointment(models.TextChoices):
    NONE = "none", _("no appointment needed")
    REGISTRATION = "registration", _("with registration")
    REQUIRED = "required", _("by appointment only")


class OfferQuerySet(ModeratedQuerySet, TranslatableQuerySet, LocatedQuerySet, SearchableQuerySet):
    def published(self) -> "OfferQuerySet":
        """Published offers of published organisations: what everyone may read."""
        return self.filter(status=Status.PUBLISHED, organisation__status=Status.PUBLISHED)

    def visible_to(self, user) -> "OfferQuerySet":
        """Published ones; members also see their own; the task force sees all."""
        if user.is_authenticated:
            if user.may_review:
                return self
            return self.filter(
                Q(status=Status.PUBLISHED, organisation__status=Status.PUBLISHED)
                | Q(organisation__in=user.memberships.values("organisation"))
            )
        return self.published()

    def editable_by(self, user) -> "OfferQuerySet":
        """Offers of one's own organisations; for admins all."""
        if not user.is_authenticated:
            return self.none()
        if user.may_administer:
            return self
        return self.filter(organisation__in=user.memberships.values("organisation"))

    def for_cards(self) -> "OfferQuerySet":
        """With everything a card shows, in a constant number of queries."""
        return (
            self.select_related("organisation", "category", "area")
            .prefetch_related("languages")
            .with_translation()
            .defer("search", "organisation__search", "description", "organisation__description")
        )


@tracked(exclude=("search",))
class Offer(Moderated, Translatable, Located):
    """Something people can come to: a course, advice, a meeting place, a job."""

    TRANSLATED_FIELDS = ("title", "summary", "description", "schedule", "papers")
    Cost = Cost
    Appointment = Appointment

    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="offers",
        on_delete=models.CASCADE,
    )
    title = models.CharField(_("title"), max_length=140)
    slug = models.SlugField(_("address"), max_length=80, unique=True, editable=False)
    category = models.ForeignKey(
        "actors.Category", verbose_name=_("category"), on_delete=models.PROTECT
    )
    summary = models.CharField(
        _("in one sentence"), max_length=240, help_text=_("What happens there, in plain words.")
    )
    description = models.TextField(_("description"), max_length=5000, blank=True)
    target_groups = models.ManyToManyField(
        "actors.TargetGroup",
        verbose_name=_("for whom"),
        blank=True,
        help_text=_("Leave empty if everyone is welcome."),
    )
    languages = models.ManyToManyField(
        "actors.SpokenLanguage", verbose_name=_("languages spoken"), blank=True
    )

    cost = models.CharField(_("cost"), max_length=8, choices=Cost, default=Cost.FREE)
    price = models.CharField(
        _("price"), max_length=80, blank=True, help_text=_("For example: 3 € per evening.")
    )
    appointment = models.CharField(
        _("appointment"), max_length=12, choices=Appointment, default=Appointment.NONE
    )
    is_women_only = models.BooleanField(_("women only"), default=False)
    has_childcare = models.BooleanField(_("with childcare"), default=False)
    is_step_free = models.BooleanField(_("step-free"), default=False)
    is_online = models.BooleanField(_("online"), default=False)
    age_from = models.PositiveSmallIntegerField(
        _("from age"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    age_to = models.PositiveSmallIntegerField(
        _("up to age"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    papers = models.CharField(
        _("what to bring"),
        max_length=240,
        blank=True,
        help_text=_("Papers or things people need. Empty means: nothing."),
    )
    schedule = models.CharField(
        _("when"), max_length=240, blank=True, help_text=_("For example: Tuesdays 4–6 pm.")
    )
    place_name = models.CharField(
        _("place"), max_length=120, blank=True, help_text=_("For example: ground floor, room 3.")
    )
    takes_requests = models.BooleanField(
        _("people can sign up here"),
        default=True,
        help_text=_("Requests reach you by e-mail and in your area of the portal."),
    )
    phone = models.CharField(_("telephone for questions"), max_length=40, blank=True)

    search = search_vector({"title": "A", "summary": "B", "description": "C"})

    objects = OfferQuerySet.as_manager()

    class Meta(Moderated.Meta, Located.Meta):
        abstract = False
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-published_at", "-pk"]
        constraints = [
            *Moderated.Meta.constraints,
            *Located.Meta.constraints,
            models.CheckConstraint(
                condition=Q(age_from__isnull=True)
                | Q(age_to__isnull=True)
                | Q(age_from__lte=models.F("age_to")),
                name="actors_offer_age_range",
                violation_error_message=_("The lower age must not be above the upper one."),
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="offer_search"),
            models.Index(fields=["status", "-published_at", "-id"], name="offer_list"),
        ]
        triggers = revision_triggers("title", "summary", "description", "schedule", "papers")

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs) -> None:
        if not self.slug:
            self.slug = reserve_slug("offer", self.title)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("actors:offer-detail", args=[self.slug])

    @property
    def is_public(self) -> bool:
        return self.is_published and self.organisation.is_published

    @property
    def needs_no_appointment(self) -> bool:
        return self.appointment == Appointment.NONE

    @property
    def is_free(self) -> bool:
        return self.cost == Cost.FREE

    @property
    def place(self) -> "Offer | object":
        """Where it happens: its own address, else the organisation's."""
        return self if self.street or self.postcode else self.organisation


class OfferTranslation(Translation):
    original = models.ForeignKey(Offer, related_name="translations", on_delete=models.CASCADE)
    title = models.CharField(_("title"), max_length=140)
    summary = models.CharField(_("in one sentence"), max_length=240)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    schedule = models.CharField(_("when"), max_length=240, blank=True)
    papers = models.CharField(_("what to bring"), max_length=240, blank=True)

    search = translated_search_vector({"title": "A", "summary": "B", "description": "C"})

    class Meta:
        verbose_name = _("translation of an offer")
        verbose_name_plural = _("translations of offers")
        ordering = ["original", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["original", "language"],
                name="actors_offertranslation_unique",
                violation_error_message=_("There is already a translation into this language."),
            )
        ]
        indexes = [GinIndex(fields=["search"], name="offertr_search")]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
