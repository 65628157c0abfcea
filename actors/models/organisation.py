from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, JSONObject, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from actors.legal_forms import without_legal_form
from actors.models import rows
from actors.models.accessibility import Accessible
from actors.models.entry import EntryQuerySet
from actors.models.membership import Membership
from actors.models.self_assessment import SelfAssessed
from actors.phone import dial, validate_phone
from ssoe_portal.common.addresses import page_of
from ssoe_portal.common.asking import folded
from ssoe_portal.common.confirmation import Confirmed
from ssoe_portal.common.geography import Area, Located, LocatedQuerySet
from ssoe_portal.common.history import tracked
from ssoe_portal.common.hours import BERLIN, HoursQuerySet, KeepsHours
from ssoe_portal.common.moderation import Status
from ssoe_portal.common.search_rows import InRowsQuerySet
from ssoe_portal.common.slugs import reserve_slug
from ssoe_portal.common.translation import (
    Part,
    Translatable,
    TranslatableQuerySet,
    Translation,
    revision_triggers,
)

if TYPE_CHECKING:
    from actors.models.picture import Logo


def in_telephone_book(field: str) -> Lower:
    """Return what names are sorted by: neither capitals nor accents count. PostgreSQL here has no
    ICU."""
    return Lower(Func(F(field), function="unaccent"))


BY_NAME = (in_telephone_book("name"), "pk")


def _likeness(function: str, *texts: Combinable) -> Func:
    """pg_trgm's measure from 0 to 1. Django's own classes are for a plain word and a field."""
    return Func(*texts, function=function, output_field=models.FloatField())


#: How many other names, and how long each may be, as long as the name itself.
MOST_OTHER_NAMES, OTHER_NAME_LENGTH = 10, 160


def validate_other_names(text: str) -> None:
    """One name on each line: not too many, none too long."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_OTHER_NAMES or any(len(line) > OTHER_NAME_LENGTH for line in lines):
        raise ValidationError(
            _("Please write one name on each line, ten names at most."), code="other_names"
        )


def this_year() -> int:
    """Return the last year in which an organisation can have begun."""
    return timezone.localdate(timezone=BERLIN).year


class Stage(models.TextChoices):
    """Where an organisation stands: the three groups of the Pankow survey."""

    ESTABLISHED = "established", _("Established")
    NEW = "new", _("Newly founded")
    TRANSITION = "transition", _("On the way to becoming a social enterprise")


class Kind(models.TextChoices):
    SOCIAL_ENTERPRISE = "social-enterprise", _("Social enterprise")
    AGENCY = "agency", _("Social agency (Träger)")
    PUBLIC = "public", _("Public administration")
    ASSOCIATION = "association", _("Association or network")
    COMPANY = "company", _("Company")
    FOUNDATION = "foundation", _("Foundation")
    ACCOMMODATION = "accommodation", _("Accommodation for refugees")
    EDUCATION = "education", _("Education or research")
    INITIATIVE = "initiative", _("Initiative")


class OrganisationQuerySet(
    EntryQuerySet, TranslatableQuerySet, LocatedQuerySet, InRowsQuerySet, HoursQuerySet
):
    OWNER = "pk"
    ALONG = ("area", "legal_form", "icnpo_group", "logo", "merged_into")
    TERMS = ("fields", "target_groups", "languages", "self_descriptions", "sdgs")
    GAPS = (
        Q(stage="") & ~Q(kind=Kind.PUBLIC)
        | Q(summary="")
        | Q(description="")
        | Q(email="", phone="", website="")
    )

    def may_act_for(self, user) -> "OrganisationQuerySet":
        """Those in whose name this person may speak to others: published ones they belong to.

        Anyone can create a draft under any name; only a published entry was looked at by staff.
        """
        if not user.is_authenticated:
            return self.none()
        return self.published().filter(pk__in=user.memberships.values("organisation"))

    def to_write_for(self, user, *, also: int | None = None) -> "OrganisationQuerySet":
        """Those this person may write an entry for, by name: archived ones publish nothing new,
        but `also` the one that an entry belongs to already."""
        kept = ~Q(status=Status.ARCHIVED) | Q(pk=also)
        return self.editable_by(user).filter(kept).order_by(*BY_NAME)

    def called(self, slug: str) -> "OrganisationQuerySet":
        """The one at an address, or the one that what was there has become part of."""
        merged = self.model._base_manager.filter(slug=slug).values("merged_into")
        return self.filter(Q(slug=slug) | Q(pk__in=merged))

    def with_claimable(self) -> "OrganisationQuerySet":
        """With `Organisation.may_be_claimed`, in the same query."""
        owners = Membership.objects.reachable_owners().filter(organisation=OuterRef("pk"))
        return self.annotate(
            may_be_claimed=ExpressionWrapper(
                Q(merged_into=None) & ~Exists(owners), output_field=models.BooleanField()
            )
        )

    def locked(self) -> "OrganisationQuerySet":
        """Hold the rows until the transaction ends; what only refers to them may be written."""
        return self.select_for_update(of=("self",), no_key=True)

    def for_hits(self) -> "OrganisationQuerySet":
        """With what a hit of the search for everything shows, but for texts in other languages."""
        return self.select_related("area").defer("description", *Organisation.DIMENSIONS)

    def for_cards(self) -> "OrganisationQuerySet":
        """With everything a card shows, in a constant number of queries."""
        return self.for_hits().select_related("logo").prefetch_related("fields").with_translation()

    def with_rows(self) -> "OrganisationQuerySet":
        """With contact persons, further addresses, pictures and partners as readers see them;
        `actors.models.rows.read` makes objects of them."""
        return self.annotate(**rows.annotations())

    def for_review(self) -> "OrganisationQuerySet":
        # Entries that became part of this one: their histories go on telling of them.
        merged = self.model._default_manager.filter(merged_into=OuterRef("pk")).order_by("pk")
        return (
            super()
            .for_review()
            .with_rows()
            .annotate(
                merged=ArraySubquery(merged.values(entry=JSONObject(slug="slug", name="name"))),
                **rows.staff_annotations(),
            )
        )

    def similar_to(self, name: str) -> "OrganisationQuerySet":
        """Those whose name is like this one, most alike first; archived ones are left out. Its
        legal form tells apart only what is alike otherwise."""
        whole = folded(Value(name))
        words = folded(Value(without_legal_form(name.casefold()) or name))
        return (
            self.exclude(status=Status.ARCHIVED)
            .alias(
                folded_name=folded(F("name")),
                folded_short_name=folded(F("short_name")),
                folded_others=folded(F("other_names")),
            )
            .filter(
                Q(folded_name__trigram_similar=words)
                | Q(folded_name__trigram_word_similar=words)
                | Q(folded_name__contains=words)
                | Q(folded_short_name=words)
                | Q(folded_others__trigram_word_similar=words)
            )
            .annotate(
                likeness=Greatest(
                    _likeness("similarity", words, F("folded_name")),
                    _likeness("word_similarity", words, F("folded_name")),
                    _likeness("word_similarity", words, F("folded_others")),
                    Case(When(folded_short_name=words, then=1.0), default=0.0),
                )
            )
            .order_by("-likeness", _likeness("similarity", whole, F("folded_name")).desc(), "pk")
        )


@tracked(
    exclude=("compared",),
    relations=("fields", "target_groups", "languages", "self_descriptions", "sdgs"),
    rows=("contacts", "branches", "logo", "pictures", "partnerships"),
)
class Organisation(Confirmed, Translatable, Located, SelfAssessed, Accessible, KeepsHours):
    """An actor of the district: social enterprise, agency, public body, association, initiative."""

    TRANSLATED_FIELDS = ("summary", "description", "access_note", *SelfAssessed.DIMENSIONS)
    #: What readers need to know; with a way to reach it, that is what makes an entry complete.
    NEEDED = ("stage", "summary", "description")
    #: What is asked for where one of these, or a way to be reached, is missing: nouns of a list.
    ASKED: ClassVar = {
        "stage": _("where you stand"),
        "summary": _("what you do in one sentence"),
        "description": _("what people should know about you"),
        "contact": _("a way to reach you"),
    }
    #: Where it went, and what it was compared as, are no texts either: a form that was open while
    #: two entries became one does not part them again.
    LIFE = (*Confirmed.LIFE, "merged_into", "compared")
    Stage = Stage
    Kind = Kind

    name = models.CharField(_("name"), max_length=160)
    short_name = models.CharField(
        _("short name"), max_length=40, blank=True, help_text=_("If people know you by one.")
    )
    other_names = models.TextField(
        _("other names"),
        max_length=600,
        blank=True,
        validators=[validate_other_names],
        help_text=_("Former names and names in other languages, one on each line."),
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
        _("charitable status"),
        null=True,
        blank=True,
        help_text=_("Recognised as serving the public good by the tax office."),
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, blank=True)
    founded = models.PositiveSmallIntegerField(
        _("founded in"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1200), MaxValueValidator(this_year)],
    )

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
    sdgs = models.ManyToManyField(
        "actors.Sdg", verbose_name=_("sustainable development goals"), blank=True
    )
    icnpo_group = models.ForeignKey(
        "actors.IcnpoGroup",
        verbose_name=_("group for statistics (ICNPO)"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )

    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("public e-mail address"), blank=True)
    phone = models.CharField(
        _("public telephone number"), max_length=40, blank=True, validators=[validate_phone]
    )

    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        related_name="merged_from",
        on_delete=models.CASCADE,
        help_text=_("What is archived as a duplicate: its address leads on to this entry."),
    )
    compared = models.CharField(
        max_length=32,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("What its name, place and contacts were when duplicates were last looked for."),
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta(Confirmed.Meta, Located.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = [*BY_NAME]
        constraints = [
            *Confirmed.Meta.constraints,
            *Located.Meta.constraints,
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="archived"),
                name="actors_organisation_merged_is_archived",
                violation_error_message=_("This entry was merged into another one."),
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("pk")), name="actors_organisation_merged_elsewhere"
            ),
        ]
        indexes = [
            GinIndex(
                OpClass(folded(F("name")), name="gin_trgm_ops"), name="organisation_folded_name"
            ),
            models.Index(fields=["status", "submitted_at"], name="organisation_queue"),
        ]
        triggers = revision_triggers(
            "summary", "description", "access_note", *SelfAssessed.DIMENSIONS
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        if not self.slug:
            self.slug = reserve_slug("organisation", self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return page_of("actors:organisation-detail", self.slug)

    def get_edit_url(self) -> str:
        return reverse("actors:organisation-edit", args=[self.slug])

    # As Django says these two, which puts all choices together anew for each card of a list.

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        return str(Kind(self.kind).label) if self.kind in Kind else self.kind

    def get_stage_display(self) -> str:  # type: ignore[no-redef]
        return str(Stage(self.stage).label) if self.stage in Stage else self.stage

    @property
    def own_logo(self) -> "Logo | None":
        """Its logo; None without one, where `logo` raises what templates take long to pass over."""
        return getattr(self, "logo", None)

    def merge_into(self, other: "Organisation") -> None:
        """End in the archive, and lead on to another entry (`actors/merging.py`)."""
        self._move(set(Status), status=Status.ARCHIVED, lapsed_at=None, merged_into=other)

    @property
    def can_submit(self) -> bool:
        return super().can_submit and self.merged_into_id is None

    def _move(self, allowed, *, where: Q | None = None, **changes) -> None:
        """What was merged into another entry takes no step of its own any more."""
        super()._move(allowed, where=Q(merged_into=None) & (where or Q()), **changes)

    @property
    def organisation(self) -> "Organisation":
        """Who answers for this entry, as for every other kind: itself."""
        return self

    @property
    def other_name_list(self) -> list[str]:
        return [line.strip() for line in self.other_names.splitlines() if line.strip()]

    @property
    def assessment(self) -> list[tuple[str, Part]]:
        """What it says of itself in the six dimensions: name of the dimension, text."""
        return [
            (str(capfirst(self._meta.get_field(name).verbose_name)), part)
            for name in self.DIMENSIONS
            if (part := getattr(self.parts, name))
        ]

    @property
    def assessment_in_german(self) -> list[tuple[str, str]]:
        """The same as its people wrote it, whatever language the page is in."""
        return [
            (str(capfirst(self._meta.get_field(name).verbose_name)), text)
            for name in self.DIMENSIONS
            if (text := getattr(self, name))
        ]

    @property
    def place_name(self) -> str:
        """Where it is, in a word or two."""
        return self.area.label if self.area else str(_("All of Berlin"))

    @property
    def has_address(self) -> bool:
        return bool(self.street or self.postcode)

    @property
    def lacks_area(self) -> bool:
        """Whether it has an address of which nobody has said the neighbourhood yet."""
        return self.has_address and self.area_id is None

    def settle_in(self, area: Area) -> None:
        """Add the neighbourhood that the address was missing; call it in a transaction."""
        self.area = area
        if self.point is None:
            self.locate()
        self.save(update_fields=["area", "latitude", "longitude"])
        self.record_change()

    @cached_property
    def used_vocabularies(self) -> set[str]:
        """The names of its vocabularies that something is chosen from, in one query for all."""
        found = {
            field.name: Exists(
                field.remote_field.through._base_manager.filter(
                    **{field.m2m_field_name(): OuterRef("pk")}
                )
            )
            for field in self._meta.many_to_many
        }
        [values] = Organisation.objects.filter(pk=self.pk).order_by().values_list(*found.values())
        return {name for name, is_used in zip(found, values, strict=True) if is_used}

    @property
    def website_label(self) -> str:
        """The website without what only browsers read."""
        return self.website.split("://", 1)[-1].removeprefix("www.").rstrip("/")

    @property
    def phone_uri(self) -> str:
        return dial(self.phone)

    @property
    def owners(self) -> models.QuerySet:
        """The accounts that own this entry; mails about it go to them."""
        from ssoe_portal.common.users import User

        owners = self.memberships.reachable_owners()
        return User.objects.filter(memberships__in=owners).order_by("pk")

    @property
    def team(self) -> models.QuerySet:
        """The accounts that look after this entry, owners and editors."""
        from ssoe_portal.common.users import User

        return User.objects.filter(memberships__organisation=self, is_active=True).order_by("pk")

    def is_looked_after_by(self, user) -> bool:
        """Whether this person is in its team and so may say on its behalf that it is right."""
        return self.memberships.filter(user=user).exists()

    @property
    def is_reachable(self) -> bool:
        """Whether readers have a way to reach it without the portal."""
        return bool(self.email or self.phone or self.website)

    @cached_property
    def may_be_claimed(self) -> bool:
        """Whether it can be handed to somebody who asks for it (`Claim`): no open account owns it.
        From `with_claimable`, else read."""
        return self.merged_into_id is None and not self.memberships.reachable_owners().exists()

    @property
    def can_answer(self) -> bool:
        """Whether what people write to it through the portal reaches anybody."""
        return bool(self.email) or self.memberships.reachable_owners().exists()

    def ensure_managed_by(self, user) -> None:
        """Raise PermissionDenied unless this person owns the entry or is an administrator."""
        if not (user.may_administer or self.memberships.owners().filter(user=user).exists()):
            raise PermissionDenied

    @property
    def has_stages(self) -> bool:
        """Whether it says how far it has come: an authority is neither an idea nor established."""
        return self.kind != Kind.PUBLIC

    @property
    def gaps(self) -> dict[str, str]:
        """What readers need and is not there yet: labels by field, "contact" for a way to reach it;
        empty when it can be handed in."""
        missing = {
            name: str(self._meta.get_field(name).verbose_name)
            for name in self.NEEDED
            if not getattr(self, name) and (name != "stage" or self.has_stages)
        }
        if not self.is_reachable:
            missing["contact"] = str(_("contact"))
        return missing

    @property
    def missing_for_submission(self) -> list[str]:
        """Its gaps as its team is asked for them, so that they are found in the form again."""
        return [str(self.ASKED[gap]) for gap in self.gaps]


@tracked()
class OrganisationTranslation(Translation, SelfAssessed):
    original = models.ForeignKey(
        Organisation, related_name="translations", on_delete=models.CASCADE
    )
    summary = models.CharField(_("in one sentence"), max_length=240)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    access_note = models.CharField(_("about getting in"), max_length=300, blank=True)

    class Meta(Translation.Meta):
        verbose_name = _("translation of an organisation")
        verbose_name_plural = _("translations of organisations")

    def __str__(self) -> str:
        return f"{self.original} ({self.language})"
