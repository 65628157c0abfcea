from django.contrib.postgres.indexes import GinIndex
from django.db import IntegrityError, models, transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.entry import EntryQuerySet
from actors.models.membership import Membership
from ssoe_portal.common.confirmation import Confirmed
from ssoe_portal.common.facets import keys
from ssoe_portal.common.history import tracked
from ssoe_portal.common.moderation import Status, TransitionNotAllowed
from ssoe_portal.common.search import (
    SearchableQuerySet,
    search_vector,
    translated_search_vector,
)
from ssoe_portal.common.slugs import reserve_slug
from ssoe_portal.common.translation import (
    CONTENT_LANGUAGES,
    Translatable,
    TranslatableQuerySet,
    Translation,
    revision_triggers,
)


class Step(models.TextChoices):
    """The way from an idea to a social enterprise."""

    IDEA = "idea", _("Idea")
    TRYING = "trying", _("Trying it out")
    BUILDING = "building", _("Building it up")
    FOUNDING = "founding", _("Founding")
    RUNNING = "running", _("Social enterprise")


class InitiativeQuerySet(EntryQuerySet, TranslatableQuerySet, SearchableQuerySet):
    ALONG = ("organisation", "area")
    TERMS = ("fields",)
    TITLE = "name"
    #: As with offers: while the organisation that carries it is public. One that nobody carries
    #: stands by itself.
    PUBLIC = Q(status=Status.PUBLISHED) & (
        Q(organisation__isnull=True) | Q(organisation__status=Status.PUBLISHED)
    )
    GAPS = Q(step="") | Q(description="")

    def for_hits(self) -> "InitiativeQuerySet":
        """With what a hit of the search for everything shows, but for texts in other languages."""
        return self.select_related("organisation", "area").defer(
            "search", "description", "organisation__description"
        )

    def for_cards(self) -> "InitiativeQuerySet":
        """With everything a card shows, in a constant number of queries."""
        return (
            self.for_hits()
            .annotate(
                fetched_owner=Exists(
                    Membership.objects.reachable_owners().filter(
                        organisation=OuterRef("organisation")
                    )
                )
            )
            .with_translation()
        )

    def with_wanting(self) -> "InitiativeQuerySet":
        """Annotate `wanting`: how many people want to join in, as the organisation gets to see."""
        confirmed = Q(supporters__confirmed_at__isnull=False)
        return self.annotate(wanting=Count("supporters", filter=confirmed))

    def with_choices(self) -> "InitiativeQuerySet":
        """Annotate what the list is narrowed by: `takes_people`, whether somebody can join and is
        answered (as `reaches_someone`), and `field_ids`."""
        fields = Initiative.fields.through.objects.filter(initiative=OuterRef("pk"))
        return self.annotate(
            takes_people=Case(
                When(Q(takes_supporters=True) & self._reaches_somebody(), then=True), default=False
            ),
            field_ids=keys(fields.order_by("field").values("field")),
        )


@tracked(exclude=("search",), relations=("fields",))
class Initiative(Confirmed, Translatable):
    """A project workshop on its way from idea to social enterprise, with people who want in."""

    TRANSLATED_FIELDS = ("name", "summary", "description")
    Step = Step

    name = models.CharField(_("name"), max_length=140)
    slug = models.SlugField(_("address"), max_length=80, unique=True, editable=False)
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("carried by"),
        null=True,
        blank=True,
        related_name="initiatives",
        on_delete=models.PROTECT,
    )
    step = models.CharField(_("step"), max_length=10, choices=Step, blank=True)
    summary = models.CharField(_("in one sentence"), max_length=240)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    fields = models.ManyToManyField("actors.Field", verbose_name=_("fields"), blank=True)
    area = models.ForeignKey(
        "common.Area",
        verbose_name=_("neighbourhood"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    takes_supporters = models.BooleanField(
        _("people can join here"),
        default=False,
        help_text=_("Only with an organisation that answers them."),
    )

    search = search_vector({"name": "A", "summary": "B", "description": "C"})

    objects = InitiativeQuerySet.as_manager()

    class Meta(Confirmed.Meta):
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        ordering = ["name", "pk"]
        indexes = [GinIndex(fields=["search"], name="initiative_search")]
        constraints = [
            *Confirmed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(takes_supporters=False) | Q(organisation__isnull=False),
                name="actors_initiative_supporters_answered",
                violation_error_message=_(
                    "Someone has to answer people who want in: please name an organisation."
                ),
            ),
        ]
        triggers = revision_triggers("name", "summary", "description")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        if not self.slug:
            self.slug = reserve_slug("initiative", self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("actors:initiative-detail", args=[self.slug])

    def get_edit_url(self) -> str:
        return reverse("actors:initiative-edit", args=[self.slug])

    @property
    def gaps(self) -> dict[str, str]:
        """What readers need and is not there yet: labels by field."""
        return {
            name: str(self._meta.get_field(name).verbose_name)
            for name in ("step", "description")
            if not getattr(self, name)
        }

    @property
    def stations(self) -> list[dict]:
        """The way from idea to social enterprise, each station with where this one stands."""
        if not self.step:
            return []
        here = Step.values.index(self.step)
        return [
            {"label": step.label, "done": index < here, "here": index == here}
            for index, step in enumerate(Step)
        ]

    @property
    def is_public(self) -> bool:
        return self.is_published and (self.organisation is None or self.organisation.is_published)

    @property
    def reaches_someone(self) -> bool:
        """Whether it takes people in and there is someone who can answer them."""
        if not self.takes_supporters or self.organisation is None:
            return False
        fetched: bool | None = getattr(self, "fetched_owner", None)
        if fetched is None:
            return self.organisation.can_answer
        return fetched or bool(self.organisation.email)

    @property
    def is_open_to_supporters(self) -> bool:
        """Whether someone can say "I want in" now."""
        return self.is_public and self.reaches_someone


@tracked(exclude=("search",))
class InitiativeTranslation(Translation):
    original = models.ForeignKey(Initiative, related_name="translations", on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=140)
    summary = models.CharField(_("in one sentence"), max_length=240)
    description = models.TextField(_("description"), max_length=5000, blank=True)

    search = translated_search_vector({"name": "A", "summary": "B", "description": "C"})

    class Meta(Translation.Meta):
        verbose_name = _("translation of an initiative")
        verbose_name_plural = _("translations of initiatives")
        indexes = [GinIndex(fields=["search"], name="initiativetr_search")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class SupporterQuerySet(models.QuerySet):
    def confirmed(self) -> "SupporterQuerySet":
        """Those whose address is real, newest first: what an organisation gets to see."""
        return self.filter(confirmed_at__isnull=False).order_by("-confirmed_at", "-pk")


class Supporter(models.Model):
    """A person without an account who wants in; counts once the address is confirmed."""

    initiative = models.ForeignKey(
        Initiative,
        verbose_name=_("initiative"),
        related_name="supporters",
        on_delete=models.CASCADE,
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    message = models.TextField(_("message"), max_length=1000, blank=True)
    language = models.CharField(
        _("language of mails"), max_length=12, choices=CONTENT_LANGUAGES, default="de"
    )
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)

    objects = SupporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "initiative",
                Lower("email"),
                condition=Q(confirmed_at__isnull=False),
                name="actors_supporter_once",
                violation_error_message=_("This address is already on the list."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} – {self.initiative}"

    def confirm(self) -> None:
        """The address is real: the organisation gets to see this person. Raises
        TransitionNotAllowed when this or another request from the same address came first."""
        now = timezone.now()
        unconfirmed = Supporter.objects.filter(pk=self.pk, confirmed_at=None)
        try:
            with transaction.atomic():
                updated = unconfirmed.update(confirmed_at=now)
        except IntegrityError as error:
            raise TransitionNotAllowed(f"supporter {self.pk} is on the list already") from error
        if not updated:
            raise TransitionNotAllowed(f"supporter {self.pk} is confirmed already")
        self.confirmed_at = now

    def withdraw(self) -> bool:
        """Erase what this person sent, confirmed or not; say whether it was still there."""
        return bool(Supporter.objects.filter(pk=self.pk).delete()[0])
