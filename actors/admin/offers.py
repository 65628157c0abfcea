"""Offers and sign-ups."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from actors import services
from actors.admin.base import WITH_AREA, HoursInline, WithHoursAdmin, WithModeration
from actors.models import JoinRequest, Offer, OfferException, OfferTime, OfferTranslation
from ssoe_portal.common.admin import ModeratedAdmin, TranslationInline


class OfferTranslationInline(TranslationInline):
    model = OfferTranslation


class OfferTimeInline(HoursInline):
    model = OfferTime


class OfferExceptionInline(HoursInline):
    model = OfferException


@admin.register(Offer)
class OfferAdmin(WithModeration, WithHoursAdmin, ModeratedAdmin):
    lists_view = "desk:front"
    list_display = ("title", "status", "organisation", "category", "confirmed_on")
    list_filter = ("category", "cost", "appointment", WITH_AREA)
    list_select_related = ("organisation", "category", "area")
    search_fields = ("title", "summary", "organisation__name")
    autocomplete_fields = ("organisation", "category", "area", "target_groups", "languages")
    parts = (
        (None, ("title", "organisation", "category")),
        (_("What it is"), ("summary", "description", "target_groups", "languages")),
        (
            _("When and where"),
            (
                "schedule",
                "closed_on_holidays",
                "appointment",
                "is_online",
                "place_name",
                "street",
                ("postcode", "area"),
            ),
        ),
        (
            _("Who can come"),
            (
                ("cost", "price"),
                ("age_from", "age_to"),
                ("is_women_only", "has_childcare", "is_step_free"),
                "residence_status",
                "papers",
            ),
        ),
        (_("Joining"), ("takes_requests", "places", "phone")),
    )
    inlines = (OfferTranslationInline, OfferTimeInline, OfferExceptionInline)

    def in_use(self, items: Any) -> Iterable[models.Model]:
        offers = Offer.objects.published().filter(pk__in=[item.pk for item in items])
        return JoinRequest.objects.active().filter(offer__in=offers).select_related("offer")

    def save_model(self, request: HttpRequest, obj: Offer, form, change: bool) -> None:
        services.keep_offer(
            offer=obj,
            save=partial(super().save_model, request, obj, form, change),
            has_moved=bool({"postcode", "area"} & set(form.changed_data)),
            has_other_places="places" in form.changed_data,
        )


@admin.register(JoinRequest)
class JoinRequestAdmin(admin.ModelAdmin):
    list_display = ("name", "offer", "wanted_day", "state", "created_at", "confirmed_at")
    list_filter = ("state",)
    list_select_related = ("offer",)
    search_fields = ("name", "email", "offer__title")
    autocomplete_fields = ("offer",)
    readonly_fields = ("state", "created_at", "confirmed_at", "offered_until", "closed_at")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves: the address has to be confirmed."""
        return False
