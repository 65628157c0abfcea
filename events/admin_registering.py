"""Who registers for events, what they are asked and told, in Django admin. Much of it is looked at
only: places are counted under a lock and mails go out, which a form would bypass."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from events import asking, registering, telephone
from events.forms.questions import QuestionForm
from events.models import (
    Arrival,
    Event,
    EventMove,
    EventQuestion,
    EventQuestionTranslation,
    GroupRegistration,
    ItemSignUp,
    Message,
    MyProgramme,
    Registration,
    RegistrationAnswer,
)
from events.models.registration import CancelledBecause
from ssoe_portal.common.admin import NoticesOthersAdmin, ReadOnlyAdmin, TranslationInline
from ssoe_portal.common.moderation import TransitionNotAllowed


class OfEventFilter(admin.RelatedOnlyFieldListFilter):
    """Only events that there is something of, each with its day: a series has one title."""

    def field_choices(
        self, field: models.ForeignKey, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[Any, str]]:
        choices = super().field_choices(field, request, model_admin)
        events = Event.objects.filter(pk__in=[key for key, _title in choices])
        starts: dict[Any, datetime] = dict(events.values_list("pk", "starts_at"))
        return [
            (key, f"{title}, {date_format(timezone.localtime(starts[key]), 'SHORT_DATE_FORMAT')}")
            for key, title in choices
            if key in starts
        ]


OF_EVENT = ("event", OfEventFilter)


class ReadOnlyInline(admin.TabularInline):
    """Rows to look at, below what they belong to."""

    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple:
        return tuple(self.fields or ())

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class AnswerInline(ReadOnlyInline):
    model = RegistrationAnswer
    fields = ("asked", "text")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("question")

    @admin.display(description=_("question"))
    def asked(self, answer: RegistrationAnswer) -> str:
        return str(answer.question)


class SignUpInline(ReadOnlyInline):
    model = ItemSignUp
    fields = ("item", "people")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("item")


class PartyInline(ReadOnlyInline):
    model = Registration
    fields = ("name", "size", "state", "access_needs", "interpreting", "code")
    show_change_link = True
    view_on_site = False


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    """Parties and their places. Nothing is changed here but by the action: places are counted
    under a lock and mails go out, which a form would bypass. Lists are exported at the desk."""

    list_display = ("who", "state", "size", "event", "brought_by", "created_at")
    list_filter = (
        "state",
        OF_EVENT,
        "at_desk",
        ("group", admin.EmptyFieldListFilter),
        ("anonymised_at", admin.EmptyFieldListFilter),
        "language",
    )
    list_select_related = ("event", "group__organisation")
    search_fields = ("name", "email", "phone", "code", "event__title", "group__organisation__name")
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("name", "event", "size", "companions", "state", "code", "desk_page")}),
        (
            _("How to reach them"),
            {"fields": ("email", "phone", "language", "group", "to_be_told")},
        ),
        (
            _("What they need"),
            {"fields": ("access_needs", "had_access_needs", "interpreting", "children")},
        ),
        (
            _("What happened"),
            {
                "fields": (
                    "created_at",
                    "at_desk",
                    "noted_by",
                    "corrected_at",
                    "corrected_by",
                    "reminded_at",
                    "offered_until",
                    "cancelled_at",
                    "cancelled_because",
                    "anonymised_at",
                )
            },
        ),
    )
    inlines = (AnswerInline, SignUpInline)
    actions = ("cancel",)

    @admin.display(description=_("name"), ordering="name")
    def who(self, party: Registration) -> str:
        return str(_("anonymous")) if party.is_anonymous else party.name

    @admin.display(description=_("registered by"), ordering="group__organisation__name")
    def brought_by(self, party: Registration) -> str:
        return party.group.organisation.name if party.group else ""

    def view_on_site(self, party: Registration) -> str:
        """The public page opens by the link in its mail alone."""
        return party.get_desk_url()

    @admin.display(description=_("to be told by telephone"))
    def to_be_told(self, party: Registration) -> str:
        return " ".join(call.words for call in telephone.to_tell(party))

    @admin.display(description=_("at the desk"))
    def desk_page(self, party: Registration) -> str:
        return format_html(
            '<a href="{}">{}</a>', party.get_desk_url(), _("Change, cancel, print a confirmation")
        )

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


@admin.register(GroupRegistration)
class GroupRegistrationAdmin(NoticesOthersAdmin, admin.ModelAdmin):
    """Families that an organisation registered. Who gets their mails can be changed; families are
    added and cancelled on the group's own page."""

    list_display = ("organisation", "event", "contact", "parties", "people")
    list_filter = (OF_EVENT, ("contact", admin.EmptyFieldListFilter))
    list_select_related = ("organisation", "event", "contact")
    search_fields = ("organisation__name", "event__title", "contact__email", "registrations__name")
    date_hierarchy = "created_at"
    autocomplete_fields = ("contact",)
    readonly_fields = ("organisation", "event", "created_at", "group_page")
    fields = ("organisation", "event", "contact", "created_at", "group_page")
    inlines = (PartyInline,)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).with_numbers()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Families would lose their places without a word."""
        return False

    @admin.display(description=_("parties"), ordering="parties")
    def parties(self, group: GroupRegistration) -> int:
        return group.parties

    @admin.display(description=_("people"), ordering="people")
    def people(self, group: GroupRegistration) -> int:
        return group.people

    @admin.display(description=_("own page"))
    def group_page(self, group: GroupRegistration) -> str:
        return format_html(
            '<a href="{}">{}</a>', group.get_absolute_url(), _("Add, change and cancel families")
        )


class QuestionTranslationInline(TranslationInline):
    model = EventQuestionTranslation


@admin.register(EventQuestion)
class EventQuestionAdmin(NoticesOthersAdmin, admin.ModelAdmin):
    """What events ask of those who register; put in order at the desk."""

    form = QuestionForm
    list_display = ("wording", "event", "kind", "is_required", "answered")
    list_filter = ("kind", "is_required", OF_EVENT)
    list_select_related = ("event",)
    search_fields = ("wording", "why", "choices", "event__title", "translations__wording")
    autocomplete_fields = ("event",)
    fields = ("event", "wording", "why", "kind", "choices", "is_required")
    inlines = (QuestionTranslationInline,)
    ordering = ("event", "position", "pk")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).with_answers_counted()

    def get_readonly_fields(self, request: HttpRequest, obj: EventQuestion | None = None) -> tuple:
        """Answers belong to the event they were given for."""
        return ("event",) if obj is not None else ()

    def save_model(
        self, request: HttpRequest, obj: EventQuestion, form: forms.Form, change: bool
    ) -> None:
        asking.save(obj)

    @admin.display(description=_("answers"), ordering="answered")
    def answered(self, question: EventQuestion) -> int:
        return question.answered


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """What was written to those who are registered; sent at the desk."""

    list_display = ("subject", "event", "audience", "parties", "sent_by", "sent_at")
    list_filter = ("audience", OF_EVENT)
    list_select_related = ("event", "sent_by")
    search_fields = ("subject", "text", "event__title", "sent_by__email")
    date_hierarchy = "sent_at"
    fields = ("event", "audience", "subject", "text", "sent_by", "sent_at", "parties")


@admin.register(EventMove)
class EventMoveAdmin(ReadOnlyAdmin):
    """When and where an event was before it moved; who registered is written to by itself."""

    list_display = ("event", "was_starts_at", "was_place", "began_at", "changed_at", "told_at")
    list_filter = (("told_at", admin.EmptyFieldListFilter), OF_EVENT)
    list_select_related = ("event",)
    search_fields = ("event__title", "was_place")
    date_hierarchy = "began_at"
    ordering = ("-began_at", "-pk")


@admin.register(MyProgramme)
class MyProgrammeAdmin(ReadOnlyAdmin):
    """What people have picked; nobody knows who. Their secret address is not shown."""

    list_display = ("created_at", "event", "picked")
    list_filter = (OF_EVENT,)
    list_select_related = ("event",)
    search_fields = ("event__title", "items__title")
    date_hierarchy = "created_at"
    fields = ("event", "items", "created_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(number=Count("items"))

    @admin.display(description=_("programme items"), ordering="number")
    def picked(self, mine: MyProgramme) -> int:
        return mine.number


@admin.register(ItemSignUp)
class ItemSignUpAdmin(ReadOnlyAdmin):
    """Who takes part in which programme item; chosen on the party's page or at the desk."""

    list_display = ("registration", "item", "people", "event")
    list_filter = (("item__event", OfEventFilter),)
    list_select_related = ("registration", "item__event")
    search_fields = (
        "registration__name",
        "registration__email",
        "registration__code",
        "item__title",
        "item__event__title",
    )

    @admin.display(description=_("event"), ordering="item__event")
    def event(self, sign_up: ItemSignUp) -> str:
        return str(sign_up.item.event)


@admin.register(Arrival)
class ArrivalAdmin(ReadOnlyAdmin):
    """Who came in; noted and undone at the door, where a party is counted once."""

    list_display = ("arrived_at", "event", "people", "registration", "venue", "item", "undone_at")
    list_filter = (
        OF_EVENT,
        ("registration", admin.EmptyFieldListFilter),
        ("undone_at", admin.EmptyFieldListFilter),
        ("venue", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("event", "registration", "venue", "item")
    search_fields = (
        "event__title",
        "registration__name",
        "registration__code",
        "venue__name",
        "item__title",
    )
    date_hierarchy = "arrived_at"
    fieldsets = (
        (None, {"fields": ("event", "registration", "venue", "item")}),
        (
            _("What happened"),
            {"fields": ("arrived_at", "reported", "people", "noted_by", "undone_at")},
        ),
    )
