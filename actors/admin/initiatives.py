"""Initiatives and networks."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from actors.admin.base import WITH_AREA, WithModeration
from actors.admin.organisations import NetworkMembershipInline
from actors.models import (
    Initiative,
    InitiativeTranslation,
    Network,
    NetworkMembership,
    NetworkTranslation,
    Supporter,
)
from ssoe_portal.common.admin import ModeratedAdmin, NoticesOthersAdmin, TranslationInline


class InitiativeTranslationInline(TranslationInline):
    model = InitiativeTranslation


@admin.register(Initiative)
class InitiativeAdmin(WithModeration, ModeratedAdmin):
    list_display = ("name", "status", "step", "organisation", "area", "takes_supporters")
    list_filter = ("step", "takes_supporters", WITH_AREA)
    list_select_related = ("organisation", "area")
    search_fields = ("name", "summary", "organisation__name")
    autocomplete_fields = ("organisation", "fields", "area")
    parts = (
        (None, ("name", "organisation", "step")),
        (_("What it is"), ("summary", "description", "fields", "area")),
        (_("Joining"), ("takes_supporters",)),
    )
    inlines = (InitiativeTranslationInline,)


@admin.register(Supporter)
class SupporterAdmin(admin.ModelAdmin):
    list_display = ("name", "initiative", "created_at", "confirmed_at")
    list_filter = ("initiative", ("confirmed_at", admin.EmptyFieldListFilter))
    list_select_related = ("initiative",)
    search_fields = ("name", "email", "initiative__name")
    autocomplete_fields = ("initiative",)
    readonly_fields = ("created_at", "confirmed_at")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves: the address has to be confirmed."""
        return False


class NetworkTranslationInline(TranslationInline):
    model = NetworkTranslation


@admin.register(Network)
class NetworkAdmin(NoticesOthersAdmin, admin.ModelAdmin):
    list_display = ("name", "size")
    search_fields = ("name", "description")
    fields = ("name", "description")
    inlines = (NetworkMembershipInline, NetworkTranslationInline)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(member_count=models.Count("members"))

    @admin.display(description=_("members"), ordering="member_count")
    def size(self, network: Network) -> int:
        return network.member_count


@admin.register(NetworkMembership)
class NetworkMembershipAdmin(admin.ModelAdmin):
    list_display = ("organisation", "network", "role")
    list_filter = ("network",)
    list_select_related = ("organisation", "network")
    search_fields = ("organisation__name", "network__name", "role")
    autocomplete_fields = ("organisation", "network")
