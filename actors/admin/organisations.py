"""Organisations, and what belongs to their profiles."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors import services
from actors.admin.base import (
    WITH_AREA,
    FixedForm,
    HoursInline,
    WithHoursAdmin,
    WithModeration,
    WithPreview,
)
from actors.models import (
    Branch,
    Contact,
    Listing,
    Logo,
    Membership,
    NetworkMembership,
    Offer,
    Organisation,
    OrganisationException,
    OrganisationTime,
    OrganisationTranslation,
    Partnership,
    Picture,
)
from ssoe_portal.common.admin import ModeratedAdmin, NoticesOthersAdmin, TranslationInline
from ssoe_portal.common.admin_deletion import Instead


class OrganisationTimeInline(HoursInline):
    model = OrganisationTime


class OrganisationExceptionInline(HoursInline):
    model = OrganisationException


class OrganisationTranslationInline(TranslationInline):
    model = OrganisationTranslation


class MembershipForm(FixedForm):
    """Another person is another membership: what follows from leaving must follow here too."""

    FIXED = ("user",)


class MembershipInline(admin.TabularInline):
    model = Membership
    form = MembershipForm
    extra = 0
    fields = ("user", "role")
    autocomplete_fields = ("user",)


class NetworkMembershipInline(admin.TabularInline):
    model = NetworkMembership
    extra = 0
    autocomplete_fields = ("network", "organisation")


class ContactInline(admin.TabularInline):
    model = Contact
    extra = 0
    fields = ("name", "role", "phone", "email", "audience")


class BranchInline(admin.TabularInline):
    model = Branch
    extra = 0
    fields = ("name", "street", "postcode", "area")
    autocomplete_fields = ("area",)


class PartnershipForm(FixedForm):
    """What one has confirmed, another has not."""

    FIXED = ("partner",)


class PartnershipInline(admin.TabularInline):
    model = Partnership
    form = PartnershipForm
    fk_name = "organisation"
    extra = 0
    fields = ("partner", "name", "confirmed_at")
    readonly_fields = ("confirmed_at",)
    autocomplete_fields = ("partner",)


class LogoInline(WithPreview, admin.TabularInline):
    model = Logo
    extra = 0
    fields = ("preview",)
    readonly_fields = ("preview",)


class PictureInline(WithPreview, admin.TabularInline):
    model = Picture
    extra = 0
    fields = ("preview", "alt", "is_decoration")
    readonly_fields = ("preview",)


@admin.register(Organisation)
class OrganisationAdmin(WithModeration, WithHoursAdmin, ModeratedAdmin):
    """Lists of organisations come in and go out at the desk (`actors/importing`)."""

    lists_view = "desk:front"

    list_display = ("name", "status", "kind", "area", "team", "confirmed_on")
    list_filter = ("kind", "stage", "is_nonprofit", "is_step_free", WITH_AREA)
    list_select_related = ("area",)
    search_fields = ("name", "short_name", "other_names", "summary")
    autocomplete_fields = (
        "sdgs",
        "icnpo_group",
        "legal_form",
        "area",
        "fields",
        "target_groups",
        "languages",
        "self_descriptions",
    )
    parts = (
        (None, ("name", "short_name", "other_names", "kind", "stage")),
        (_("Legal form"), ("legal_form", "is_nonprofit", "founded")),
        (
            _("What it does"),
            ("summary", "description", "fields", "target_groups", "languages", "self_descriptions"),
        ),
        (_("Where it is"), ("street", ("postcode", "area"))),
        (_("Public contact"), ("website", "email", "phone")),
        (_("Getting in"), ("is_step_free", Organisation.AIDS, "access_note")),
        (_("Opening hours"), ("closed_on_holidays",)),
        (_("Self-assessment"), Organisation.DIMENSIONS),
        (_("Goals and statistics"), ("sdgs", "icnpo_group")),
    )
    archive_note = _(
        "What belongs to an organisation goes out of sight along with it: offers, gives and seeks, "
        "initiatives. It comes back with the organisation."
    )
    inlines = (
        OrganisationTranslationInline,
        ContactInline,
        BranchInline,
        OrganisationTimeInline,
        OrganisationExceptionInline,
        LogoInline,
        PictureInline,
        PartnershipInline,
        MembershipInline,
        NetworkMembershipInline,
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(team_size=models.Count("memberships"))

    @admin.display(description=_("team"), ordering="team_size")
    def team(self, organisation: Organisation) -> int:
        return organisation.team_size

    def instead_of_deleting(self, items: list[Organisation]) -> list[Instead]:
        """Of what is there twice one entry stays, with everything that belongs to both."""
        url = reverse("actors:duplicates")
        if len(items) == 1:
            url = reverse("actors:moderation-review", args=["organisation", items[0].slug])
        return [
            *super().instead_of_deleting(items),
            Instead(
                _("Is it there twice? Then make one entry of two at the desk."),
                _("Compare and merge"),
                url,
            ),
        ]

    def in_use(self, items: Any) -> Iterable[models.Model]:
        keys = [item.pk for item in items]
        offers, listings = Offer.objects.published(), Listing.objects.published()
        return [*offers.filter(organisation__in=keys), *listings.filter(organisation__in=keys)]

    def save_model(self, request: HttpRequest, obj: Organisation, form, change: bool) -> None:
        save = partial(super().save_model, request, obj, form, change)
        if {"postcode", "area"} & set(form.changed_data):
            services.keep_place(organisation=obj, save=save)
        else:
            save()

    def save_formset(self, request: HttpRequest, form, formset, change: bool) -> None:
        if formset.model is Branch:
            for row in formset.forms:
                if {"postcode", "area"} & set(row.changed_data):
                    row.instance.locate()
        super().save_formset(request, form, formset, change)


@admin.register(Contact)
class ContactAdmin(NoticesOthersAdmin, admin.ModelAdmin):
    list_display = ("name", "role", "organisation", "audience", "updated_at")
    list_filter = ("audience",)
    list_select_related = ("organisation",)
    search_fields = ("name", "role", "email", "phone", "organisation__name")
    autocomplete_fields = ("organisation",)
    readonly_fields = ("updated_at",)
    date_hierarchy = "updated_at"


@admin.register(Branch)
class BranchAdmin(NoticesOthersAdmin, admin.ModelAdmin):
    fields = ("organisation", "name", "street", ("postcode", "area"))
    list_display = ("name", "organisation", "street", "postcode", "area")
    list_filter = (WITH_AREA,)
    list_select_related = ("organisation", "area")
    search_fields = ("name", "street", "postcode", "organisation__name")
    autocomplete_fields = ("organisation", "area")

    def save_model(self, request: HttpRequest, obj: Branch, form, change: bool) -> None:
        if {"postcode", "area"} & set(form.changed_data):
            obj.locate()
        super().save_model(request, obj, form, change)


class StoredPictureAdmin(WithPreview, admin.ModelAdmin):
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "digest")
    readonly_fields = ("organisation", "preview", "width", "height", "digest", "created_at")
    date_hierarchy = "created_at"


@admin.register(Logo)
class LogoAdmin(StoredPictureAdmin):
    list_display = ("organisation", "preview", "created_at")


@admin.register(Picture)
class PictureAdmin(StoredPictureAdmin):
    list_display = ("alt_or_not", "organisation", "preview", "is_decoration", "created_at")
    list_filter = ("is_decoration", ("alt", admin.EmptyFieldListFilter))
    search_fields = (*StoredPictureAdmin.search_fields, "alt")

    @admin.display(description=_("what can be seen"), ordering="alt")
    def alt_or_not(self, picture: Picture) -> str:
        return str(picture)


@admin.register(Partnership)
class PartnershipAdmin(admin.ModelAdmin):
    list_display = ("organisation", "partner", "name", "created_at", "confirmed_at")
    list_filter = (("confirmed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("organisation", "partner")
    search_fields = ("organisation__name", "partner__name", "name")
    autocomplete_fields = ("organisation", "partner")
    date_hierarchy = "created_at"

    def get_readonly_fields(self, request: HttpRequest, obj: Partnership | None = None) -> tuple:
        """Who was named, and by whom, stays: what one has confirmed, another has not."""
        life = ("created_at", "confirmed_at")
        return life if obj is None else ("organisation", "partner", *life)
