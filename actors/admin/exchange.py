"""Gives, seeks and cooperations."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from actors.admin.base import WithModeration
from actors.models import Cooperation, Listing, ListingTranslation
from ssoe_portal.common.admin import ModeratedAdmin, TranslationInline


class ListingTranslationInline(TranslationInline):
    model = ListingTranslation


@admin.register(Listing)
class ListingAdmin(WithModeration, ModeratedAdmin):
    list_display = ("title", "status", "direction", "resource", "organisation", "confirmed_on")
    list_filter = ("direction", "resource", "topic")
    list_select_related = ("organisation", "topic")
    search_fields = ("title", "description", "organisation__name")
    autocomplete_fields = ("organisation", "topic")
    parts = (
        (None, ("title", "organisation", ("direction", "resource"), "topic")),
        (_("What it is"), ("description", "available")),
    )
    inlines = (ListingTranslationInline,)


@admin.register(Cooperation)
class CooperationAdmin(admin.ModelAdmin):
    list_display = ("giving", "seeking", "status", "proposed_by", "created_at")
    list_filter = ("status", "proposed_by")
    list_select_related = ("giving", "seeking")
    search_fields = (
        "giving__title",
        "seeking__title",
        "giving__organisation__name",
        "seeking__organisation__name",
    )
    autocomplete_fields = ("giving", "seeking")
    readonly_fields = ("created_at",)
    date_hierarchy = "created_at"
