"""Who acts for organisations, and entries that may be one."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from actors.models import Claim, DuplicatePair, Invitation, Membership


@admin.register(DuplicatePair)
class DuplicatePairAdmin(admin.ModelAdmin):
    """What was found and what staff said of it; to take "these are different" back, delete it: the
    pair is found again when one of the two changes."""

    list_display = ("first", "second", "likeness_shown", "found_at", "differ_since", "decided_by")
    list_filter = (("differ_since", admin.EmptyFieldListFilter),)
    list_select_related = ("first", "second", "decided_by")
    search_fields = ("first__name", "second__name")
    date_hierarchy = "found_at"
    fields = readonly_fields = (
        "first",
        "second",
        "likeness_shown",
        "reasons_in_words",
        "found_at",
        "differ_since",
        "decided_by",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(
        description=DuplicatePair._meta.get_field("likeness").verbose_name, ordering="likeness"
    )
    def likeness_shown(self, pair: DuplicatePair) -> str:
        return number_format(round(pair.likeness, 2), 2)

    @admin.display(description=_("why"))
    def reasons_in_words(self, pair: DuplicatePair) -> str:
        return ", ".join(pair.reason_labels)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ("user", "organisation", "role", "joined_at")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "user__name", "organisation__name")
    autocomplete_fields = ("user", "organisation")
    date_hierarchy = "joined_at"

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple:
        """Another person is another membership: what follows from leaving must follow here too."""
        return () if obj is None else ("user", "organisation", "joined_at")


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    list_display = ("email", "organisation", "role", "created_at", "accepted_at")
    list_filter = ("role", ("accepted_at", admin.EmptyFieldListFilter))
    list_select_related = ("organisation",)
    search_fields = ("email", "organisation__name")
    autocomplete_fields = ("organisation", "invited_by")
    readonly_fields = ("created_at", "accepted_at")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Invitations are sent from the team's page, which also writes the mail."""
        return False


@admin.register(Claim)
class ClaimAdmin(admin.ModelAdmin):
    list_display = ("organisation", "name", "user", "created_at")
    list_select_related = ("organisation", "user")
    search_fields = ("name", "user__email", "organisation__name")
    autocomplete_fields = ("organisation", "user")
    readonly_fields = ("created_at",)
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People ask for themselves, on the organisation's page; the desk answers by mail."""
        return False
