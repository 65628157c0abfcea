from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actors.models.entry import EntryQuerySet
from actors.models.joining import JoinRequest, State
from actors.models.organisation import Organisation
from actors.models.vocabulary import SpokenLanguage, TargetGroup
from actors.phone import dial, validate_phone
from ssoe_portal.common.addresses import page_of
from ssoe_portal.common.confirmation import Confirmed
from ssoe_portal.common.geography import Located, LocatedQuerySet
from ssoe_portal.common.history import tracked
from ssoe_portal.common.hours import Hours, HoursQuerySet, KeepsHours
from ssoe_portal.common.hours_words import exception_line, occurrence_line
from ssoe_portal.common.moderation import Status
from ssoe_portal.common.plain_text import unbroken_amounts
from ssoe_portal.common.search_rows import InRowsQuerySet
from ssoe_portal.common.slugs import reserve_slug
from ssoe_portal.common.translation import (
    BASE_LANGUAGE,
    Translatable,
    TranslatableQuerySet,
    Translation,
    current_language,
    revision_triggers,
)
from ssoe_portal.common.vocabulary import label_in


class Cost(models.TextChoices):
    FREE = "free", _("Free of charge")
    DONATION = "donation", _("By donation")
    PRICE = "price", _("Costs something")


class Appointment(models.TextChoices):
    NONE = "none", _("No appointment needed")
    REGISTRATION = "registration", _("With sign-up")
    REQUIRED = "required", _("By appointment only")


class ResidenceStatus(models.TextChoices):
    """Whether somebody there wants to know with which papers people live in Germany."""

    UNKNOWN = "unknown", _("Not stated")
    NOT_ASKED = "not-asked", _("Nobody asks for it")
    ASKED = "asked", _("It is asked for")


@dataclass(frozen=True, slots=True)
class Chip:
    """One answer to "may I come?", short enough for a card: an icon of the icon sheet and words.

    `kind` is "yes" for what opens the door, "quiet" for what one should know. `lang` is set where
    the words were written by the organisation and not translated.
    """

    icon: str
    label: str | Promise
    kind: str = ""
    lang: str = ""


def cost_chip(item: Any) -> Chip:
    """What something with `cost` and a translated `price` costs."""
    if item.cost == Cost.FREE:
        return Chip("free", Cost.FREE.label, "yes")
    if item.price:
        price = item.parts.price
        words = unbroken_amounts(str(price))
        return Chip("euro", words, "quiet", price.lang if price.is_foreign else "")
    return Chip("euro", Cost(item.cost).label, "quiet")


def language_chips(languages: list[str]) -> list[Chip]:
    """The languages spoken, three by name at most; no chip where none is stated."""
    more = f" +{len(languages) - 3}" if len(languages) > 3 else ""
    return [Chip("languages", ", ".join(languages[:3]) + more)] if languages else []


#: What a card shows. A list page makes a dozen of them, and rows are wide.
CARD_FIELDS = (
    "title",
    "slug",
    "summary",
    "schedule",
    "cost",
    "price",
    "appointment",
    "is_women_only",
    "has_childcare",
    "is_step_free",
    "is_online",
    "status",
    "published_at",
    "confirmed_at",
    "checked_at",
    "is_faded",
    "latitude",
    "longitude",
    "street",
    "postcode",
    "area__key",
    "area__labels",
    "category__labels",
    "category__icon",
    "organisation__name",
    "organisation__slug",
    "organisation__status",
    "organisation__area",
    "organisation__postcode",
)


class OfferQuerySet(
    EntryQuerySet, TranslatableQuerySet, LocatedQuerySet, InRowsQuerySet, HoursQuerySet
):
    ALONG = ("organisation__area", "category", "area")
    TERMS = ("languages", "target_groups")

    #: Of published organisations only.
    PUBLIC = Q(status=Status.PUBLISHED, organisation__status=Status.PUBLISHED)
    GAPS = Q(schedule="", times_summary="") | Q(
        takes_requests=False,
        phone="",
        organisation__phone="",
        organisation__email="",
        organisation__website="",
    )

    def move_along(self, areas: Mapping[int, int | None]) -> int:
        """Offers at the address of their organisation move with it, in one statement; return how
        many. `areas` are those in which the organisations were before, by key."""
        here = Q()
        for area in {area for area in areas.values() if area is not None}:
            here |= Q(area=area, organisation__in=[key for key in areas if areas[key] == area])
        if not here:
            return 0
        home = Organisation.objects.filter(pk=OuterRef("organisation")).order_by()
        return self.filter(here, street="", postcode="").update(
            **{name: Subquery(home.values(name)) for name in ("area", "latitude", "longitude")}
        )

    def for_words(self) -> "OfferQuerySet":
        """With what mails say of an offer in any language, as it is stored now."""
        return (
            self.select_related("organisation__area", "area")
            .prefetch_related("translations")
            .with_hours()
        )

    def locked(self) -> "OfferQuerySet":
        """Hold the rows until the transaction ends: whoever gives or takes a place counts alone."""
        return self.select_for_update(of=("self",), no_key=True).select_related("organisation")

    def with_waiting(self) -> "OfferQuerySet":
        """Annotate `waiting`: how many people wait for the organisation's answer."""
        open_ones = Q(join_requests__state=State.OPEN)
        return self.annotate(waiting=Count("join_requests", filter=open_ones))

    def for_hits(self) -> "OfferQuerySet":
        """With what a hit of the search for everything shows, but for texts in other languages."""
        return (
            self.select_related("organisation", "category", "area")
            .only(*CARD_FIELDS)
            .with_times()
            .annotate(
                fetched_languages=ArraySubquery(
                    SpokenLanguage.objects.filter(offer=OuterRef("pk"))
                    .order_by("position", "pk")
                    .values_list(label_in(), flat=True)
                )
            )
        )

    def with_people(self) -> "OfferQuerySet":
        """Annotate `people`: how many have a place, are offered one, wait for one or an answer."""
        active = JoinRequest.objects.active().filter(offer=OuterRef("pk")).order_by()
        counted = active.values("offer").annotate(number=Count("pk")).values("number")
        return self.annotate(people=Coalesce(Subquery(counted), 0))

    def for_cards(self) -> "OfferQuerySet":
        """With what a card shows and nothing else, in a constant number of queries."""
        return (
            self.for_hits()
            .annotate(
                has_no_place_left=Exists(
                    JoinRequest.objects.holding_places()
                    .filter(offer=OuterRef("pk"))
                    .order_by()
                    .values("offer")
                    .annotate(number=Count("pk"))
                    .filter(number__gte=OuterRef("places"))
                ),
            )
            .with_translation()
        )


@tracked(relations=("target_groups", "languages"))
class Offer(Confirmed, Translatable, Located, KeepsHours):
    """Something people can come to: a course, advice, a meeting place, a job."""

    TRANSLATED_FIELDS = (
        "title",
        "summary",
        "description",
        "schedule",
        "papers",
        "price",
        "place_name",
    )
    Cost = Cost
    Appointment = Appointment
    ResidenceStatus = ResidenceStatus

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
    residence_status = models.CharField(
        _("residence status"),
        max_length=9,
        choices=ResidenceStatus,
        default=ResidenceStatus.UNKNOWN,
    )
    papers = models.CharField(
        _("what to bring"),
        max_length=240,
        blank=True,
        help_text=_("Papers or things that people need. If they need nothing, please write that."),
    )
    schedule = models.CharField(
        _("when"), max_length=240, blank=True, help_text=_("For example: Tuesdays 16:00–18:00.")
    )
    place_name = models.CharField(
        _("place"), max_length=120, blank=True, help_text=_("For example: ground floor, room 3.")
    )
    takes_requests = models.BooleanField(
        _("people can sign up here"),
        default=True,
        help_text=_("Requests reach you by e-mail and in your area of the portal."),
    )
    places = models.PositiveSmallIntegerField(
        _("number of places"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    phone = models.CharField(
        _("telephone for questions"), max_length=40, blank=True, validators=[validate_phone]
    )

    objects = OfferQuerySet.as_manager()

    class Meta(Confirmed.Meta, Located.Meta):
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-published_at", "-pk"]
        constraints = [
            *Confirmed.Meta.constraints,
            *Located.Meta.constraints,
            models.CheckConstraint(
                condition=Q(age_from__isnull=True)
                | Q(age_to__isnull=True)
                | Q(age_from__lte=models.F("age_to")),
                name="actors_offer_age_range",
                violation_error_message=_("The lower age must not be above the upper one."),
            ),
            models.CheckConstraint(
                condition=Q(places__isnull=True) | Q(places__gte=1),
                name="actors_offer_places",
                violation_error_message=_("At least one place, or leave it empty."),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "is_faded", "-published_at", "-id"], name="offer_list"),
            models.Index(Upper("title"), name="offer_titled"),
        ]
        triggers = revision_triggers(
            "title", "summary", "description", "schedule", "papers", "price", "place_name"
        )

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs) -> None:
        if not self.slug:
            self.slug = reserve_slug("offer", self.title)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return page_of("actors:offer-detail", self.slug)

    def get_edit_url(self) -> str:
        return reverse("actors:offer-edit", args=[self.slug])

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
    def language_labels(self) -> list[str]:
        """The languages spoken, in the reader's words."""
        fetched: list[str] | None = getattr(self, "fetched_languages", None)
        if fetched is not None:
            return fetched
        return [language.label for language in self.languages.all()]

    @property
    def audience(self) -> list[str]:
        """The target groups, in the reader's words; without women where it is for women only,
        which says more and is said by itself."""
        left_out = {TargetGroup.WOMEN} if self.is_women_only else set()
        return [group.label for group in self.target_groups.all() if group.key not in left_out]

    @property
    def chips(self) -> list[Chip]:
        """What decides whether someone may come, the most deciding first."""
        full = [Chip("group", _("Full: waiting list"), "quiet")]
        chips = full if getattr(self, "has_no_place_left", False) else []
        chips.append(cost_chip(self))
        if self.appointment == Appointment.NONE:
            chips.append(Chip("no-appointment", Appointment.NONE.label, "yes"))
        else:
            chips.append(Chip("calendar", Appointment(self.appointment).label, "quiet"))
        chips += language_chips(self.language_labels)
        if self.is_women_only:
            chips.append(Chip("women", _("Women only")))
        if self.has_childcare:
            chips.append(Chip("child", _("With childcare"), "yes"))
        if self.is_step_free:
            chips.append(Chip("step-free", _("Step-free"), "yes"))
        if self.is_online:
            chips.append(Chip("online", _("Online")))
        return chips

    @property
    def first_chips(self) -> list[Chip]:
        """What decides most, for a hit among others: what it costs and what is spoken there."""
        return [cost_chip(self), *language_chips(self.language_labels)]

    @property
    def when_lines(self) -> list[str]:
        """The weekly times as a card shows them: three lines at most, or two and that there are
        more. What changes them is not read for that."""
        lines = Hours(self._in_order("times")).lines
        if len(lines) <= 3:
            return lines
        return [*lines[:2], gettext("and more times")]

    @property
    def times_line(self) -> str:
        """The weekly times on one line, in the reader's words; the German ones are stored."""
        if not self.times_summary or current_language() == BASE_LANGUAGE:
            return self.times_summary
        return ", ".join(Hours(self._in_order("times")).lines)

    @property
    def when(self) -> str:
        """When it is, on one line for mails: the times, or the next dates where there are only
        such, and what there is to say about them."""
        lines = self.hours.lines or [occurrence_line(date) for date in self.hours.next]
        return "; ".join(part for part in (*lines, str(self.parts.schedule)) if part)

    @property
    def when_in_full(self) -> str:
        """The same with the days to come on which it is different."""
        today = timezone.localdate()
        coming = [row for row in self.hours.exceptions if row.last_day >= today]
        return "; ".join(part for part in (self.when, *map(exception_line, coming)) if part)

    @property
    def where(self) -> str:
        """Where people go or take part, on one line; empty where it has no place."""
        parts = [gettext("Online") if self.is_online else "", self.way_there]
        return ", ".join(part for part in parts if part)

    @property
    def price_line(self) -> str:
        """What it costs, on one line."""
        is_said = self.cost != Cost.FREE and self.price
        return str(self.parts.price if is_said else Cost(self.cost).label)

    @property
    def is_over(self) -> bool:
        """Whether it had dates, and the last one is past."""
        return bool(self.hours) and not self.hours.next

    @property
    def asks_residence_status(self) -> bool | None:
        """Whether the residence status is asked for; None where nobody has said."""
        return {
            ResidenceStatus.ASKED.value: True,
            ResidenceStatus.NOT_ASKED.value: False,
        }.get(self.residence_status)

    @property
    def has_own_address(self) -> bool:
        return bool(self.street or self.postcode)

    @property
    def is_only_online(self) -> bool:
        """Nobody has to get there, so no page asks about steps."""
        return self.is_online and self.area_id is None and not self.has_own_address

    @property
    def is_at_organisation(self) -> bool:
        """Whether it happens where its organisation is: in its area, with no address of its own."""
        return (
            not self.has_own_address
            and self.area_id is not None
            and self.area_id == self.organisation.area_id
        )

    @property
    def place(self) -> Located:
        """Whose address people go to: its own, else the organisation's."""
        return self.organisation if self.is_at_organisation else self

    @property
    def way_there(self) -> str:
        """Where people go, on one line: room and address; empty where there is none."""
        parts = [str(self.parts.place_name), self.place.full_address]
        return ", ".join(part for part in parts if part)

    @property
    def contact_phone(self) -> str:
        return self.phone or self.organisation.phone

    @property
    def phone_uri(self) -> str:
        return dial(self.contact_phone)

    @property
    def reaches_someone(self) -> bool:
        """Whether it takes requests and there is someone who can answer them."""
        return self.takes_requests and self.organisation.can_answer

    @property
    def can_be_joined(self) -> bool:
        """Whether one can sign up now."""
        return self.is_public and self.reaches_someone

    @property
    def missing_for_submission(self) -> list[str]:
        """What readers need and is not there yet, in words; empty when it can be handed in."""
        missing = []
        if self.organisation.status not in {Status.SUBMITTED, Status.PUBLISHED}:
            missing.append(str(_("the profile of your organisation, submitted for review")))
        return missing + list(self.gaps.values())

    @property
    def gaps(self) -> dict[str, str]:
        """What readers need of the offer itself and is not there yet: labels by field."""
        missing = {}
        if not (self.schedule or self.hours):
            missing["schedule"] = str(self._meta.get_field("schedule").verbose_name)
        contact = self.contact_phone or self.organisation.email or self.organisation.website
        if not (self.takes_requests or contact):
            missing["contact"] = str(_("contact"))
        return missing

    def locate(self) -> None:
        """Set the point from its own address, the organisation's where it is there, or its area."""
        super().locate()
        if self.is_at_organisation and self.organisation.point:
            self.latitude = self.organisation.latitude
            self.longitude = self.organisation.longitude
            self.__dict__.pop("point", None)


@tracked()
class OfferTranslation(Translation):
    original = models.ForeignKey(Offer, related_name="translations", on_delete=models.CASCADE)
    title = models.CharField(_("title"), max_length=140)
    summary = models.CharField(_("in one sentence"), max_length=240)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    schedule = models.CharField(_("when"), max_length=240, blank=True)
    papers = models.CharField(_("what to bring"), max_length=240, blank=True)
    price = models.CharField(_("price"), max_length=80, blank=True)
    place_name = models.CharField(_("place"), max_length=120, blank=True)

    class Meta(Translation.Meta):
        verbose_name = _("translation of an offer")
        verbose_name_plural = _("translations of offers")
        indexes = [models.Index(Upper("title"), name="offertranslation_titled")]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
