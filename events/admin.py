"""Events in Django admin: everything, with search, filters, history, import and export."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from actors.admin.base import WithPreview
from events import proposing, registering
from events.admin_registering import OF_EVENT, OfEventFilter, ReadOnlyInline
from events.admin_tables import PitchResource, ProgrammeItemResource, StallApplicationResource
from events.calling_off import WordsMissing, call_off
from events.models import (
    Appearance,
    Event,
    EventPicture,
    EventSeries,
    EventTranslation,
    ExportLog,
    Pitch,
    PitchAssignment,
    ProgrammeChange,
    ProgrammeItem,
    ProgrammeItemTranslation,
    ProgrammeRelease,
    ProgrammeSubscription,
    ReleasedItem,
    Speaker,
    SpeakerTranslation,
    StallApplication,
    StallFormat,
    Venue,
    VenueStop,
    VenueTranslation,
)
from ssoe_portal.common.admin import (
    AccessRecordAdmin,
    ListsAdmin,
    ModeratedAdmin,
    NoticesOthersAdmin,
    ReadOnlyAdmin,
    TermAdmin,
    TranslationInline,
)
from ssoe_portal.common.admin_deletion import Instead, line
from ssoe_portal.common.moderation import TransitionNotAllowed


class EventTranslationInline(TranslationInline):
    model = EventTranslation


class VenueTranslationInline(TranslationInline):
    model = VenueTranslation


class ProgrammeItemTranslationInline(TranslationInline):
    model = ProgrammeItemTranslation


class VenueInline(admin.TabularInline):
    """What is where in short; address, opening hours and pitches are on each venue's own page, and
    so is removing it."""

    model = Venue
    extra = 0
    can_delete = False
    fields = ("name", "kind", "position")
    show_change_link = True


@admin.register(Event)
class EventAdmin(ModeratedAdmin):
    list_display = (
        "title",
        "status",
        "starts_at",
        "organisation",
        "takes_registrations",
        "capacity",
    )
    list_filter = (
        "takes_registrations",
        "attendance",
        "cost",
        ("series", admin.EmptyFieldListFilter),
        "starts_at",
    )
    list_select_related = ("organisation",)
    search_fields = (
        "title",
        "summary",
        "description",
        "translations__title",
        "organisation__name",
    )
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

    def publish_one(self, item: Event) -> None:
        proposing.publish(item)

    def archive_one(self, item: Event) -> None:
        call_off(item)

    def refusal(self, item: Event, error: TransitionNotAllowed) -> str:
        if isinstance(error, proposing.NowhereToGo):
            return f"{item}: {error}"
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


class DateInline(ReadOnlyInline):
    model = Event
    fields = ("title", "status", "starts_at", "ends_at")
    show_change_link = True
    ordering = ("starts_at", "pk")


@admin.register(EventSeries)
class EventSeriesAdmin(ReadOnlyAdmin):
    """Which events are dates of one; repeated and called off at the desk."""

    list_display = ("first_title", "rhythm", "until", "dates", "created_at")
    list_filter = ("rhythm",)
    search_fields = ("events__title",)
    date_hierarchy = "until"
    inlines = (DateInline,)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return (
            super()
            .get_queryset(request)
            .annotate(number=models.Count("events"), title=models.Min("events__title"))
        )

    @admin.display(description=_("event"), ordering="title")
    def first_title(self, series: EventSeries) -> str:
        return series.title or str(series)

    @admin.display(description=_("dates"), ordering="number")
    def dates(self, series: EventSeries) -> int:
        return series.number


@admin.register(EventPicture)
class EventPictureAdmin(WithPreview, NoticesOthersAdmin, admin.ModelAdmin):
    """What past events looked like; uploaded on the event's own page, which checks them."""

    list_display = ("alt", "event", "preview", "created_at")
    list_filter = (OF_EVENT,)
    list_select_related = ("event",)
    search_fields = ("alt", "event__title", "digest")
    readonly_fields = ("event", "preview", "width", "height", "digest", "created_at")
    date_hierarchy = "created_at"


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
    list_filter = ("kind", OF_EVENT)
    list_select_related = ("event", "area")
    search_fields = ("name", "event__title", "street", "translations__name")
    autocomplete_fields = ("event", "area")
    fieldsets = (
        (None, {"fields": ("event", "name", "kind", "position")}),
        (_("Where"), {"fields": ("street", ("postcode", "area"), "directions", "accessibility")}),
        (_("When it is open"), {"fields": ("opens_at", "closes_at")}),
    )
    inlines = (VenueTranslationInline, StopInline, PitchInline)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple:
        """What stays on the event's own pages stays here too (`Venue.stays_because`)."""
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        needing = {venue.event for venue in objs if venue.stays_because}
        return to_delete, counts, needed, [*protected, *map(line, needing)]

    def instead_of_deleting(self, items: list) -> list[Instead]:
        reasons = {venue.stays_because for venue in items} - {""}
        return [Instead(reason) for reason in sorted(reasons)]

    def save_model(self, request: HttpRequest, obj: Venue, form: forms.Form, change: bool) -> None:
        if {"street", "postcode", "area"} & set(form.changed_data):
            obj.locate()
        super().save_model(request, obj, form, change)


@admin.register(ProgrammeItem)
class ProgrammeItemAdmin(ListsAdmin):
    resource_classes = (ProgrammeItemResource,)
    list_display = ("title", "starts_at", "venue", "room", "organisation", "places")
    list_filter = (OF_EVENT, "format", ("languages", admin.RelatedOnlyFieldListFilter))
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
    list_filter = (OF_EVENT,)
    list_select_related = ("event", "organisation")
    search_fields = ("name", "about", "organisation__name", "event__title")
    autocomplete_fields = ("event", "organisation")
    fields = ("event", "name", "about", "organisation")
    inlines = (SpeakerTranslationInline, AppearanceInline)


@admin.register(ReleasedItem)
class ReleasedItemAdmin(ReadOnlyAdmin):
    """What the public reads of the programme; a release at the desk changes it."""

    list_display = ("item", "starts_at", "venue", "room", "is_cancelled")
    list_filter = (OF_EVENT, "is_cancelled")
    list_select_related = ("item", "venue")
    search_fields = ("item__title", "room", "venue__name")
    date_hierarchy = "starts_at"


class ChangeInline(ReadOnlyInline):
    model = ProgrammeChange
    fields = ("item", "kind", "starts_before", "venue_before", "starts_after", "venue_after")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = super().get_queryset(request)
        return rows.select_related("item", "venue_before", "venue_after")


@admin.register(ProgrammeRelease)
class ProgrammeReleaseAdmin(ReadOnlyAdmin):
    """When the programme was released, and by whom."""

    list_display = ("event", "number", "released_at", "released_by", "note")
    list_filter = (OF_EVENT,)
    list_select_related = ("event", "released_by")
    search_fields = ("event__title", "note", "released_by__email")
    date_hierarchy = "released_at"
    inlines = (ChangeInline,)


@admin.register(ProgrammeSubscription)
class ProgrammeSubscriptionAdmin(ReadOnlyAdmin):
    """Who follows a programme; they begin and end it themselves, by links in mails."""

    list_display = ("email", "event", "language", "created_at", "confirmed_at")
    list_filter = (OF_EVENT,)
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
    list_filter = ("state", "format", OF_EVENT)
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
    list_filter = (
        ("venue__event", OfEventFilter),
        ("venue", admin.RelatedOnlyFieldListFilter),
        *("has_power", "has_water", "is_indoor"),
    )
    list_select_related = ("venue",)
    search_fields = ("label", "venue__name", "venue__event__title")
    autocomplete_fields = ("venue",)


@admin.register(PitchAssignment)
class PitchAssignmentAdmin(ReadOnlyAdmin):
    """Who stands where; changed at the desk, where the organisation gets its mail."""

    list_display = ("pitch", "application", "assigned_at")
    list_filter = (("pitch__venue__event", OfEventFilter),)
    list_select_related = ("pitch", "application__organisation")
    search_fields = ("pitch__label", "application__title", "application__organisation__name")
    date_hierarchy = "assigned_at"


@admin.register(ExportLog)
class ExportLogAdmin(AccessRecordAdmin):
    """Who took lists with personal data out of the portal."""

    to_what = ("event",)
    list_filter = (OF_EVENT,)
    search_fields = ("event__title",)
