"""Surveys in the administration: everything that is asked can be read and, until it is frozen,
changed. Raw answers are not here: who may read them does so at the desk, where it is recorded."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.contrib.admin.options import InlineModelAdmin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from ssoe_portal.common.admin import AccessRecordAdmin, ReadOnlyAdmin, TranslationInline
from surveys.models import (
    AccessLog,
    AnswerLink,
    Choice,
    ChoiceTranslation,
    Invitation,
    Question,
    Questionnaire,
    QuestionTranslation,
    Response,
    Section,
    SectionTranslation,
    Survey,
    SurveyTranslation,
    Wave,
    WaveTranslation,
)
from surveys.wave_forms import WaveForm, proposed


class SurveyTranslationInline(TranslationInline):
    """While a wave is open a translation may be added; those that people read stay."""

    model = SurveyTranslation

    def has_change_permission(self, request: HttpRequest, obj: Survey | None = None) -> bool:
        is_fixed = obj is not None and obj.is_being_answered
        return super().has_change_permission(request, obj) and not is_fixed

    def has_delete_permission(self, request: HttpRequest, obj: Survey | None = None) -> bool:
        is_fixed = obj is not None and obj.is_being_answered
        return super().has_delete_permission(request, obj) and not is_fixed


class WaveTranslationInline(TranslationInline):
    model = WaveTranslation


class SectionTranslationInline(TranslationInline):
    model = SectionTranslation


class QuestionTranslationInline(TranslationInline):
    model = QuestionTranslation


class ChoiceTranslationInline(TranslationInline):
    model = ChoiceTranslation


class Frozen:
    """What belongs to a questionnaire: readable always, changeable until a wave has opened."""

    frozen_path: str

    def questionnaire_of(self, obj: models.Model) -> Questionnaire:
        for name in self.frozen_path.split("__"):
            obj = getattr(obj, name)
        return obj

    def may_change(self, obj: models.Model | None) -> bool:
        return obj is None or not self.questionnaire_of(obj).is_frozen

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and self.may_change(obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self.may_change(obj)

    def get_actions(
        self,
        request: HttpRequest,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> dict:
        # Deleting many at once would run into the freeze of single ones.
        actions = super().get_actions(request, action_location=action_location)
        actions.pop("delete_selected", None)
        return actions


class StructureInline(admin.TabularInline):
    """The next level down, to read and to open."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """What does not exist yet has nothing below it."""
        return obj is not None and super().has_view_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """Django asks here once more for the permission, without the object it is about."""
        return super(InlineModelAdmin, self).get_queryset(request)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class SectionInline(StructureInline):
    model = Section
    fields = readonly_fields = ("position", "key", "title", "relevant", "repeats")


class QuestionInline(StructureInline):
    model = Question
    fields = readonly_fields = ("position", "key", "kind", "wording", "required", "relevant")


class ChoiceInline(StructureInline):
    model = Choice
    fields = readonly_fields = ("position", "key", "role", "label")


class QuestionnaireInline(StructureInline):
    model = Questionnaire
    fields = readonly_fields = ("version",)


@admin.register(Survey)
class SurveyAdmin(admin.ModelAdmin):
    list_display = ("title", "slug", "minutes")
    search_fields = ("title", "slug", "introduction")
    fieldsets = (
        (None, {"fields": ("title", "slug", "minutes")}),
        (_("What people read first"), {"fields": ("introduction", "asked_by", "purpose")}),
    )
    inlines = (SurveyTranslationInline, QuestionnaireInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Survey | None = None) -> tuple:
        """What people read who answer now stays until the wave is over, as at the desk."""
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, *Survey.PROMISED) if obj is not None and obj.is_being_answered else fixed


@admin.register(Questionnaire)
class QuestionnaireAdmin(Frozen, admin.ModelAdmin):
    """Versions come from files (`manage.py load_questionnaire`); here they are read."""

    list_display = ("survey", "version", "section_count", "question_count", "opened")
    list_filter = ("survey",)
    list_select_related = ("survey",)
    search_fields = ("survey__title", "version")
    autocomplete_fields = ("survey",)
    inlines = (SectionInline,)

    def questionnaire_of(self, obj: models.Model) -> Questionnaire:
        return obj

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return (
            super()
            .get_queryset(request)
            .annotate(
                section_total=models.Count("sections", distinct=True),
                question_total=models.Count("sections__questions", distinct=True),
                first_opening=models.Min("waves__opens_at"),
            )
        )

    @admin.display(description=_("sections"))
    def section_count(self, questionnaire: Questionnaire) -> int:
        return questionnaire.section_total

    @admin.display(description=_("questions"))
    def question_count(self, questionnaire: Questionnaire) -> int:
        return questionnaire.question_total

    @admin.display(description=_("first asked"), ordering="first_opening")
    def opened(self, questionnaire: Questionnaire):
        return questionnaire.first_opening


@admin.register(Section)
class SectionAdmin(Frozen, admin.ModelAdmin):
    frozen_path = "questionnaire"
    fields = (
        "questionnaire",
        "position",
        "key",
        "title",
        "introduction",
        "relevant",
        "repeats",
        "repeat_count",
    )
    list_display = ("title", "questionnaire", "position", "key", "relevant")
    list_filter = ("questionnaire",)
    list_select_related = ("questionnaire__survey",)
    search_fields = ("title", "key")
    autocomplete_fields = ("questionnaire",)
    inlines = (SectionTranslationInline, QuestionInline)


@admin.register(Question)
class QuestionAdmin(Frozen, admin.ModelAdmin):
    fields = (
        "section",
        "position",
        "key",
        "kind",
        "wording",
        "help_text",
        "why",
        "relevant",
        ("required", "required_if"),
        "required_message",
        ("minimum", "maximum", "decimals", "unit"),
        "constraint",
        "constraint_message",
        "default",
        "calculation",
        "vocabulary",
        "choice_filter",
        "profile_field",
        "counts_from",
    )
    frozen_path = "section__questionnaire"
    list_display = ("wording", "section", "kind", "required", "vocabulary")
    list_filter = ("kind", "required", "vocabulary", "section__questionnaire")
    list_select_related = ("section",)
    search_fields = ("wording", "key")
    autocomplete_fields = ("section",)
    inlines = (QuestionTranslationInline, ChoiceInline)


@admin.register(Choice)
class ChoiceAdmin(Frozen, admin.ModelAdmin):
    frozen_path = "question__section__questionnaire"
    list_display = ("label", "question", "key", "role", "position")
    list_filter = ("role", "question__section__questionnaire")
    list_select_related = ("question",)
    search_fields = ("label", "key", "question__wording")
    autocomplete_fields = ("question",)
    inlines = (ChoiceTranslationInline,)


@admin.register(Wave)
class WaveAdmin(admin.ModelAdmin):
    """The form of a new wave comes filled in as far as it can be guessed."""

    form = WaveForm
    list_display = ("title", "survey", "state_column", "period", "handed_in", "drafts", "results")
    list_filter = ("survey",)
    list_select_related = ("survey", "questionnaire__survey")
    search_fields = ("title", "survey__title")
    date_hierarchy = "opens_at"
    autocomplete_fields = ("survey", "questionnaire")
    # The day of reminders is set at the desk, beside what it does.
    readonly_fields = ("state_column", "remind_on", "results_published_at")
    inlines = (WaveTranslationInline,)
    actions = ("publish_results",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).with_counts()

    def get_readonly_fields(self, request: HttpRequest, obj: Wave | None = None) -> tuple:
        """What people were promised cannot be changed; the database refuses it too."""
        fixed = super().get_readonly_fields(request, obj)
        if obj is not None and obj.has_opened:
            fixed = (*fixed, "survey", "questionnaire", "opens_at", "threshold")
        if obj is not None and obj.is_closed:
            fixed = (*fixed, "closes_at")
        return fixed

    def get_fieldsets(self, request: HttpRequest, obj: Wave | None = None) -> tuple:
        opened = obj is not None and obj.has_opened
        promise = (
            _("People have been told this; it cannot be changed any more.")
            if opened
            else _("People read this before they answer.")
        )
        shown = (
            (None, {"fields": ("survey", "questionnaire", "title")}),
            (
                _("When people can answer"),
                {"fields": ("opens_at", "closes_at", "is_by_invitation")},
            ),
            (_("What is promised"), {"fields": ("threshold",), "description": promise}),
        )
        if obj is None:
            return shown
        return (
            *shown,
            (_("State"), {"fields": ("state_column", "remind_on", "results_published_at")}),
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        latest = Questionnaire.objects.order_by("-pk").first()
        return proposed(latest) | super().get_changeform_initial_data(request)

    @admin.display(description=pgettext_lazy("heading of a period", "Open"), ordering="opens_at")
    def period(self, wave: Wave) -> str:
        days = (timezone.localtime(moment) for moment in (wave.opens_at, wave.closes_at))
        return " – ".join(date_format(day, "SHORT_DATE_FORMAT") for day in days)

    @admin.display(description=_("results"), ordering="results_published_at")
    def results(self, wave: Wave) -> str:
        return _("public") if wave.results_are_public else _("not public")

    @admin.display(description=_("state"))
    def state_column(self, wave: Wave) -> str:
        return wave.state_label

    @admin.display(description=_("handed in"))
    def handed_in(self, wave: Wave) -> int:
        return wave.submitted_count

    @admin.display(description=_("drafts"))
    def drafts(self, wave: Wave) -> int:
        return wave.draft_count

    @admin.action(description=_("Publish results"), permissions=["change"])
    def publish_results(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        published = sum(wave.publish_results() for wave in queryset)
        if not published:
            message = _("There is nothing to publish; open waves stay as they are.")
            self.message_user(request, message, messages.WARNING)
            return
        message = ngettext(
            "Results of %(count)d wave are public now; open ones stay as they are.",
            "Results of %(count)d waves are public now; open ones stay as they are.",
            published,
        )
        self.message_user(request, message % {"count": published}, messages.SUCCESS)


class WaveFilter(admin.RelatedFieldListFilter):
    """Waves to choose from, each with its survey's name, in one query."""

    def field_choices(
        self, field: models.Field, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[int, str]]:
        return [(wave.pk, str(wave)) for wave in Wave.objects.select_related("survey")]


@admin.register(Response)
class ResponseAdmin(ReadOnlyAdmin):
    """That there are responses, and of whom when they are attributed, once their wave is over;
    never what they say. Anonymous ones are only counted (on the wave), like all while it is
    open."""

    list_display = ("organisation", "wave", "state", "mode", "stage", "submitted_on")
    list_filter = (("wave", WaveFilter), "state", "mode", "stage")
    list_select_related = ("organisation", "wave__survey")
    search_fields = ("organisation__name",)
    ordering = ("organisation__name", "pk")
    fields = ("organisation", "wave", "state", "mode", "stage", "submitted_on")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).attributed().filter(wave__in=Wave.objects.closed())


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was invited. Who of them has answered stands nowhere, nor who was reminded, which would
    say so."""

    list_display = ("email", "organisation", "wave", "sent_on")
    fields = ("email", "organisation", "wave", "language", "sent_on")
    list_filter = (("wave", WaveFilter),)
    list_select_related = ("organisation", "wave__survey")
    search_fields = ("email", "organisation__name")
    date_hierarchy = "sent_on"


@admin.register(AnswerLink)
class AnswerLinkAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "wave")
    list_filter = (("wave", WaveFilter),)
    list_select_related = ("wave__survey",)
    search_fields = ("token_hash",)


@admin.register(AccessLog)
class AccessLogAdmin(AccessRecordAdmin):
    """Who looked at whose raw answers."""

    to_what = ("organisation", "wave")
    list_filter = (("wave", WaveFilter),)
    list_select_related = ("wave__survey",)
    search_fields = ("organisation__name",)
