"""Events in Django admin: everything, with search, filters, history, import and export."""

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from events import registering
from events.admin_tables import PitchResource, ProgrammeItemResource, StallApplicationResource
from events.calling_off import WordsMissing, call_off
from events.models import (
    Appearance,
    Arrival,
    Event,
    EventTranslation,
    ExportLog,
    Pitch,
    PitchAssignment,
    ProgrammeItem,
    ProgrammeItemTranslation,
    ProgrammeRelease,
    ProgrammeSubscription,
    Registration,
    ReleasedItem,
    Speaker,
    SpeakerTranslation,
    StallApplication,
    StallFormat,
    Venue,
    VenueStop,
    VenueTranslation,
)
from events.models.registration import CancelledBecause
from ssoe_portal.common.admin import (
    AccessRecordAdmin,
    ListsAdmin,
    ModeratedAdmin,
    NoticesOthersAdmin,
    ReadOnlyAdmin,
    TermAdmin,
    TranslationInline,
)
from ssoe_portal.common.moderation import TransitionNotAllowed


class EventTranslationInline(TranslationInline):
    model = EventTranslation


class VenueTranslationInline(TranslationInline):
    model = VenueTranslation


class ProgrammeItemTranslationInline(TranslationInline):
    model = ProgrammeItemTranslation


class VenueInline(admin.TabularInline):
    """What is where in short; address, opening hours and pitches are on each venue's own page."""

    model = Venue
    extra = 0
    fields = ("name", "kind", "position")
    show_change_link = True


@admin.register(Event)
class EventAdmin(ModeratedAdmin):
    list_display = ("title", "status", "starts_at", "ends_at", "takes_registrations", "capacity")
    list_filter = ("takes_registrations", "attendance", "cost", "starts_at")
    search_fields = ("title", "summary", "description", "translations__title")
    date_hierarchy = "starts_at"
    autocomplete_fields = ("organisation", "languages")
    parts = (
        (None, ("title", "organisation")),
        (_("What it is about"), ("summary", "description")),
        (_("When"), ("starts_at", "ends_at", "date_note")),
        (
            _("Who can come"),
            (
                "attendance",
                "online_url",
                "languages",
                ("cost", "price"),
                ("is_step_free", "has_childcare"),
                ("has_sign_language", "has_easy_language"),
            ),
        ),
        (
            _("Registration"),
            (
                "takes_registrations",
                "capacity",
                "registration_opens_at",
                "registration_closes_at",
                "asks_names",
                "reminder_days",
            ),
        ),
        (_("Stalls"), ("stalls_until",)),
        (_("Afterwards"), ("outcome", "feedback_url", "anonymise_on")),
    )
    inlines = (EventTranslationInline, VenueInline)

    archive_note = _(
        "What somebody is registered for, or has a stall at, stays: it is called off at the desk."
    )

    def archive_one(self, item: Event) -> None:
        call_off(item)

    def refusal(self, item: Event, error: TransitionNotAllowed) -> str:
        if not isinstance(error, WordsMissing):
            return super().refusal(item, error)
        return format_html(
            '{} <a href="{}">{}</a>',
            _("People count on %(event)s, so it stays for now.") % {"event": item},
            reverse("events:desk-call-off", args=[item.slug]),
            _("Call it off at the desk"),
        )

    def save_model(self, request: HttpRequest, obj: Event, form: forms.Form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # More places may have become free.
        registering.settle(obj.pk)


class StopInline(admin.TabularInline):
    model = VenueStop
    extra = 0
    fields = ("name", "street", "postcode", "area", "starts_at", "ends_at")
    autocomplete_fields = ("area",)


class PitchInline(admin.TabularInline):
    model = Pitch
    extra = 0


@admin.register(Venue)
class VenueAdmin(NoticesOthersAdmin, admin.ModelAdmin):
    list_display = ("name", "event", "kind", "street", "postcode", "area")
    list_filter = ("kind", "event")
    list_select_related = ("event", "area")
    search_fields = ("name", "event__title", "street", "translations__name")
    autocomplete_fields = ("event", "area")
    fieldsets = (
        (None, {"fields": ("event", "name", "kind", "position")}),
        (_("Where"), {"fields": ("street", ("postcode", "area"), "directions", "accessibility")}),
        (_("When it is open"), {"fields": ("opens_at", "closes_at")}),
    )
    inlines = (VenueTranslationInline, StopInline, PitchInline)

    def save_model(self, request: HttpRequest, obj: Venue, form: forms.Form, change: bool) -> None:
        if {"street", "postcode", "area"} & set(form.changed_data):
            obj.locate()
        super().save_model(request, obj, form, change)


@admin.register(ProgrammeItem)
class ProgrammeItemAdmin(ListsAdmin):
    resource_classes = (ProgrammeItemResource,)
    list_display = ("title", "starts_at", "venue", "room", "format", "organisation", "places")
    list_filter = ("event", "format", ("languages", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("venue", "organisation")
    search_fields = ("title", "summary", "room", "translations__title", "organisation__name")
    date_hierarchy = "starts_at"
    autocomplete_fields = ("event", "venue", "organisation", "languages")
    fieldsets = (
        (None, {"fields": ("event", "title", "summary", "format", "organisation", "languages")}),
        (_("When and where"), {"fields": ("starts_at", "ends_at", "venue", "room", "places")}),
    )
    inlines = (ProgrammeItemTranslationInline,)


class SpeakerTranslationInline(TranslationInline):
    model = SpeakerTranslation


class AppearanceInline(admin.TabularInline):
    model = Appearance
    extra = 0
    autocomplete_fields = ("item",)


@admin.register(Speaker)
class SpeakerAdmin(NoticesOthersAdmin, admin.ModelAdmin):
    list_display = ("name", "event", "organisation")
    list_filter = ("event",)
    list_select_related = ("event", "organisation")
    search_fields = ("name", "about", "organisation__name", "event__title")
    autocomplete_fields = ("event", "organisation")
    fields = ("event", "name", "about", "organisation")
    inlines = (SpeakerTranslationInline, AppearanceInline)


@admin.register(ReleasedItem)
class ReleasedItemAdmin(ReadOnlyAdmin):
    """What the public reads of the programme; a release at the desk changes it."""

    list_display = ("item", "starts_at", "venue", "room", "is_cancelled")
    list_filter = ("event", "is_cancelled")
    list_select_related = ("item", "venue")
    search_fields = ("item__title", "room", "venue__name")
    date_hierarchy = "starts_at"


@admin.register(ProgrammeRelease)
class ProgrammeReleaseAdmin(ReadOnlyAdmin):
    """When the programme was released, and by whom."""

    list_display = ("event", "number", "released_at", "released_by", "note")
    list_filter = ("event",)
    list_select_related = ("event", "released_by")
    search_fields = ("event__title", "note")
    date_hierarchy = "released_at"


@admin.register(ProgrammeSubscription)
class ProgrammeSubscriptionAdmin(ReadOnlyAdmin):
    """Who follows a programme; they begin and end it themselves, by links in mails."""

    list_display = ("email", "event", "language", "created_at", "confirmed_at")
    list_filter = ("event",)
    list_select_related = ("event",)
    search_fields = ("email", "event__title")
    date_hierarchy = "created_at"


@admin.register(StallFormat)
class StallFormatAdmin(TermAdmin):
    pass


@admin.register(StallApplication)
class StallApplicationAdmin(ListsAdmin):
    """Decisions are made at the desk, where the organisation gets its mail."""

    resource_classes = (StallApplicationResource,)
    list_display = ("title", "state", "organisation", "format", "event")
    list_filter = ("state", "format", "event")
    list_select_related = ("organisation", "event", "format")
    search_fields = ("title", "description", "organisation__name", "event__title")
    date_hierarchy = "created_at"
    autocomplete_fields = ("event", "organisation", "format")
    readonly_fields = ("state", "reason", "applied_by", "created_at", "decided_at")
    fieldsets = (
        (None, {"fields": ("title", "event", "organisation", "format")}),
        (_("What it is about"), {"fields": ("description", "note")}),
        (
            _("What it needs"),
            {"fields": ("place", "tables", "people", ("needs_power", "needs_water"))},
        ),
        (
            _("Decision"),
            {"fields": ("state", "reason", "applied_by", "created_at", "decided_at")},
        ),
    )

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Pitch)
class PitchAdmin(ListsAdmin):
    resource_classes = (PitchResource,)
    list_display = ("label", "venue", "x", "y", "has_power", "has_water", "is_indoor")
    list_filter = ("venue__event", "venue", "has_power", "has_water", "is_indoor")
    list_select_related = ("venue",)
    search_fields = ("label", "venue__name", "venue__event__title")
    autocomplete_fields = ("venue",)


@admin.register(PitchAssignment)
class PitchAssignmentAdmin(ReadOnlyAdmin):
    """Who stands where; changed at the desk, where the organisation gets its mail."""

    list_display = ("pitch", "application", "assigned_at")
    list_filter = ("pitch__venue__event",)
    list_select_related = ("pitch", "application__organisation")
    search_fields = ("pitch__label", "application__title", "application__organisation__name")
    date_hierarchy = "assigned_at"


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    """Parties and their places. Nothing is changed here but by the action: places are counted
    under a lock and mails go out, which a form would bypass. Lists are exported at the desk."""

    list_display = ("name", "state", "size", "event", "created_at", "offered_until")
    list_filter = ("state", "event", "language")
    list_select_related = ("event",)
    search_fields = ("name", "email", "code", "event__title")
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("name", "event", "size", "state", "code")}),
        (_("How to reach them"), {"fields": ("email", "language")}),
        (_("What they need"), {"fields": ("access_needs", "interpreting", "children")}),
        (
            _("What happened"),
            {"fields": ("created_at", "offered_until", "cancelled_at", "cancelled_because")},
        ),
    )
    actions = ("cancel",)

    @admin.action(description=_("Cancel, write to the party and pass the places on"))
    def cancel(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        done = 0
        for registration in queryset:
            try:
                registering.cancel(registration, because=CancelledBecause.STAFF)
                done += 1
            except TransitionNotAllowed:
                continue
        self.message_user(request, _("%(count)s cancelled.") % {"count": done})


@admin.register(Arrival)
class ArrivalAdmin(ReadOnlyAdmin):
    """Who came in; noted and undone at the door, where a party is counted once."""

    list_display = ("arrived_at", "event", "people", "registration", "venue", "item", "undone_at")
    list_filter = ("event", "venue")
    list_select_related = ("event", "registration", "venue", "item")
    search_fields = ("event__title", "registration__name", "registration__code")
    date_hierarchy = "arrived_at"


@admin.register(ExportLog)
class ExportLogAdmin(AccessRecordAdmin):
    """Who took lists with personal data out of the portal."""

    to_what = ("event",)
    list_filter = ("event",)
    search_fields = ("event__title",)
