"""Django admin: base classes that every app's admin builds on, and the foundations' own models."""

from collections.abc import Callable
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME, AdminForm
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Case, When
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import XLSX
from import_export.forms import ExportForm
from import_export.resources import ModelResource
from tablib import Dataset

from ssoe_portal.common.admin_deletion import Instead
from ssoe_portal.common.edit_conflicts import NoticesOthers
from ssoe_portal.common.geography import Area
from ssoe_portal.common.mail import OutgoingMail, absolute
from ssoe_portal.common.moderation import Status, TransitionNotAllowed
from ssoe_portal.common.slugs import ReservedSlug
from ssoe_portal.common.tables import ExcelTable, TableForm, TextTable, columns
from ssoe_portal.common.term_admin import TermForm, term_resource
from ssoe_portal.common.unmet import UnmetSearch
from ssoe_portal.common.users import User
from ssoe_portal.common.vocabulary import label_in


class ReadOnlyAdmin(admin.ModelAdmin):
    """For what is a record, not a form."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class AccessRecordAdmin(ReadOnlyAdmin):
    """For logs of access to personal data: who, when, to what (`to_what`: foreign keys), how much.

    A log's own admin adds what else is searched, filtered and needed to name the objects.
    """

    to_what: tuple[str, ...] = ()
    date_hierarchy = "at"

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return ("at", "by", *self.to_what, "rows")

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("by", *self.to_what, *(self.list_select_related or ()))

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("by__email", *self.search_fields)

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        return ("at", "by", *self.to_what, "rows")


class NoticesOthersAdmin:
    """Of two people who have the same form open each one's changes are kept, and where both have
    changed the same answer, the second one reads so at its field (`edit_conflicts`). Rows below the
    form are not compared: of these the last one to save wins."""

    form = NoticesOthers

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """What is compared is held until the form is saved; before it its organisation, and the
        one it moves to, so that this one is not archived or merged away meanwhile."""
        item = super().get_object(request, object_id, from_field)
        if item is None or request.method != "POST":
            return item
        if hasattr(item, "organisation_id"):
            owners = {item.organisation_id, request.POST.get("organisation", "")}
            keys = {int(key) for key in owners if str(key).isdecimal()}
            _hold(item._meta.get_field("organisation").related_model, keys)
        _hold(type(item), {item.pk})
        return super().get_object(request, object_id, from_field)


def _hold(model: type[models.Model], keys: set[int]) -> None:
    """Hold rows until the transaction ends; always in the same order, so that two who hold several
    do not wait for each other."""
    rows = model._base_manager.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))


class PlainDeletion:
    """Names what goes with a deleted entry in words: entries that merely name a term are counted,
    what joins an entry to its own terms is not worth a word."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple:
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        for table in apps.get_models(include_auto_created=True):
            if not table._meta.auto_created:
                continue
            line = f"{capfirst(str(table._meta.verbose_name))}: "
            to_delete = _without(to_delete, line)
            number = counts.pop(table._meta.verbose_name_plural, 0)
            owner = table._meta.auto_created._meta
            if number and owner.model is not self.model:
                named_in = _("%(entries)s that name it") % {"entries": owner.verbose_name_plural}
                counts[named_in] = number
        return to_delete, counts, needed, protected


def _without(lines: list, beginning: str) -> list:
    """A nested list of lines, without those that begin so and without lists left empty."""
    kept: list = []
    for line in lines:
        if isinstance(line, list):
            inner = _without(line, beginning)
            kept += [inner] if inner else []
        elif not str(line).startswith(beginning):
            kept.append(line)
    return kept


class FormatForm(ExportForm):
    """A list goes out as an Excel table unless one asks for text."""

    def __init__(self, formats: list, resources: list, **kwargs) -> None:
        super().__init__(formats, resources, **kwargs)
        field = self.fields["format"]
        field.label = _("File")
        field.choices = [("0", _("Excel table (.xlsx)")), ("1", _("Text table (.csv)"))]
        field.initial = "0"


class ListsAdmin(NoticesOthersAdmin, PlainDeletion, ImportExportModelAdmin):
    """For lists that come in and go out, in the formats that an office opens."""

    import_formats = [ExcelTable, TextTable]
    export_formats = [XLSX, TextTable]
    export_form_class = FormatForm
    import_form_class = TableForm

    def get_urls(self) -> list:
        name = "{}_{}_import_template".format(*self.get_model_info())
        view = self.admin_site.admin_view(self.import_template)
        return [path("import/template/", view, name=name), *super().get_urls()]

    def get_import_context_data(self, **kwargs) -> dict[str, Any]:
        resource = self.get_import_resource_classes(None)[0]()
        return {
            **super().get_import_context_data(**kwargs),
            "columns": columns(resource),
        }

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        """Say in the portal's words what is wrong with a file, where it knows that."""
        if isinstance(e, ValidationError):
            form.add_error("import_file", e)
        else:
            super().add_data_read_fail_error_to_form(form, e)

    def get_export_context_data(self, **kwargs) -> dict[str, Any]:
        resource = self.get_export_resource_classes(None)[0]()
        headings = resource.get_export_headers()
        return {**super().get_export_context_data(**kwargs), "headings": headings}

    def import_template(self, request: HttpRequest) -> HttpResponse:
        """The table without rows, to fill in."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        resource = self.get_import_resource_classes(request)[0]()
        table = Dataset(headers=[field.column_name for field in resource.get_import_fields()])
        answer = HttpResponse(XLSX().export_data(table), content_type=XLSX().get_content_type())
        answer["Content-Disposition"] = f'attachment; filename="{self.opts.model_name}.xlsx"'
        return answer


class ModeratedAdmin(NoticesOthersAdmin, PlainDeletion, admin.ModelAdmin):
    """For the models with the shared life: its steps as actions, its dates after the content.

    A model's own admin names the parts of its form in `parts`: (heading, fields) each.
    """

    date_hierarchy = "created_at"
    actions = ("publish", "archive")
    #: What is asked before entries are archived, what is said of that, and how many go at once.
    archive_form: type[forms.Form] = forms.Form
    archive_note: str | Promise = ""
    MOST_ARCHIVED = 100
    parts: tuple[tuple[Any, tuple], ...] = ()
    life = (
        "status",
        "web_address",
        "return_reason",
        "submitted_at",
        "published_at",
        "changed_at",
        "confirmed_at",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        return (*super().get_readonly_fields(request, obj), *self.life)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        """The parts of the content; of an entry that exists, its life and its other pages too."""
        shown = [(heading, {"fields": fields}) for heading, fields in self.parts]
        if obj is not None:
            shown.append((_("State"), {"fields": self.get_life(obj)}))
        return shown

    def get_life(self, obj: Any) -> tuple:
        """What the form says of an entry's life: steps that were not taken are left out."""
        return tuple(
            name
            for name in self.life
            if name == "web_address" or getattr(obj, name) not in ("", None)
        )

    @admin.display(description=_("web address"))
    def web_address(self, item: Any) -> str:
        return format_html(
            '<a href="{0}">{1}</a>', item.get_absolute_url(), absolute(item.get_absolute_url())
        )

    @admin.display(description=_("confirmed"), ordering="confirmed_at")
    def confirmed_on(self, item: Any) -> str:
        """The day is enough for a list."""
        return date_format(item.confirmed_at, "SHORT_DATE_FORMAT") if item.confirmed_at else ""

    def get_list_filter(self, request: HttpRequest) -> tuple:
        return ("status", *super().get_list_filter(request))

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._move(request, queryset, self.publish_one)

    @admin.action(description=_("Archive"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        """Ask first, with what a model's own `archive_form` asks besides."""
        number = queryset.count()
        if number > self.MOST_ARCHIVED:
            words = _("Please archive at most %(number)s entries at once.")
            self.message_user(request, words % {"number": self.MOST_ARCHIVED}, messages.WARNING)
            return None
        form = self.archive_form(request.POST if "confirmed" in request.POST else None)
        if form.is_bound and form.is_valid():
            self._move(request, queryset, partial(self.archive_one, **form.cleaned_data))
            return None
        return TemplateResponse(
            request,
            "admin/archive_selected.html",
            {
                **self.admin_site.each_context(request),
                "title": ngettext(
                    "Put one entry into the archive?",
                    "Put %(number)s entries into the archive?",
                    number,
                )
                % {"number": number},
                "items": queryset,
                "note": self.archive_note,
                "form": form,
                "checkbox_name": ACTION_CHECKBOX_NAME,
                "adminform": AdminForm(form, [(None, {"fields": list(form.fields)})], {}),
                "opts": self.opts,
            },
            status=422 if form.is_bound else 200,
        )

    def instead_of_deleting(self, items: list) -> list[Instead]:
        """For what cannot be deleted, on the page that says so."""
        keys = [item.pk for item in items if item.status != Status.ARCHIVED]
        if not keys:
            return [Instead(_("It is in the archive: readers no longer see it."))]
        opts = self.opts
        return [
            Instead(
                _("Archive it: readers no longer see it, and it can come back."),
                _("Archive"),
                reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
                [("action", "archive"), *((ACTION_CHECKBOX_NAME, key) for key in keys)],
            )
        ]

    def publish_one(self, item: Any) -> None:
        """Publish an entry; raises TransitionNotAllowed."""
        item.publish()

    def archive_one(self, item: Any) -> None:
        """Archive an entry, with the answers of `archive_form`; raises TransitionNotAllowed."""
        item.archive()

    def refusal(self, item: Any, error: TransitionNotAllowed) -> str:
        """Why a step was not possible with an entry, in words."""
        return _("%(item)s is %(status)s: this step is not possible.") % {
            "item": item,
            "status": Status(item.status).label,
        }

    def _move(
        self, request: HttpRequest, queryset: models.QuerySet, step: Callable[[Any], object]
    ) -> None:
        moved = 0
        for item in queryset:
            try:
                step(item)
                moved += 1
            except TransitionNotAllowed as error:
                self.message_user(request, self.refusal(item, error), messages.WARNING)
        self.message_user(
            request,
            ngettext("%(count)s entry done.", "%(count)s entries done.", moved) % {"count": moved},
        )


class TranslationInline(admin.StackedInline):
    """Translations below the object; the revision says what each was made from."""

    extra = 0

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list:
        """Where the text comes from in one line, then the text in the order of the German one."""
        texts = self.parent_model.TRANSLATED_FIELDS
        return [("language", "origin", "base_revision"), *texts]


class TermAdmin(ListsAdmin):
    """For vocabularies: searchable in every language, importable and exportable."""

    form = TermForm
    exclude = ("labels", "synonyms")
    list_display = ("label_column", "key", "position")
    list_display_links = ("label_column",)
    search_fields = ("key", "labels", "synonyms")
    ordering = ("position", "pk")

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> list:
        own = ("key", "position", *self.model.EXTRA)
        note = _(
            "Terms that come with the portal get their words and their place from its files again "
            "with each update. Terms added here stay as they are and come last."
        )
        return [
            (None, {"fields": own, "description": note}),
            (_("Label"), {"fields": TermForm.labels}),
            (
                _("Other words for it"),
                {
                    "fields": TermForm.synonyms,
                    "description": _("Search finds the term by these as well."),
                },
            ),
        ]

    def get_resource_classes(self, request: HttpRequest | None) -> list[type[ModelResource]]:
        return [term_resource(self.model)]

    def instead_of_deleting(self, items: list) -> list[Instead]:
        return [Instead(_("Give these entries another term; one that nothing names goes."))]

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """What is called so comes first, then what begins so: "Buch" before "Französisch
        Buchholz", wherever a field of another form suggests terms."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if search_term and ORDER_VAR not in request.GET:
            name = Lower(label_in())
            typed = search_term.strip().lower()
            nearness = Case(
                When(name=typed, then=0), When(name__startswith=typed, then=1), default=2
            )
            found = found.alias(name=name).order_by(nearness, *found.query.order_by)
        return found, duplicates

    @admin.display(description=_("label"), ordering="labels__de")
    def label_column(self, term: models.Model) -> str:
        return str(term)


@admin.register(Area)
class AreaAdmin(TermAdmin):
    list_display = ("label_column", "key", "kind", "district", "position")
    list_filter = ("kind",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        parents = Area.objects.filter(key=models.OuterRef("parent"))
        return (
            super()
            .get_queryset(request)
            .annotate(in_district=models.Subquery(parents.values(name=label_in())[:1]))
        )

    @admin.display(description=_("belongs to"), ordering="in_district")
    def district(self, area: Area) -> str:
        return area.in_district or ""


class UserForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("language of mails"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = (
            "email",
            "name",
            "language",
            "is_reviewer",
            "is_event_manager",
            "is_superuser",
            "is_active",
        )
        labels = {"is_superuser": _("administrator")}
        help_texts = {
            "is_superuser": _("May do everything, here in the administration too."),
            "is_active": _("Without this the account cannot sign in; nothing of it is deleted."),
        }


class EmailAddressInline(admin.TabularInline):
    """Addresses of an account as allauth keeps them, for reading: they follow the account's own."""

    model = EmailAddress
    extra = 0
    can_delete = False
    fields = readonly_fields = ("email", "verified", "primary")

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts and their roles. Passwords are set by their owners, through a reset mail."""

    form = UserForm
    list_display = ("email", "name", "roles", "second_factor", "last_login")
    list_filter = ("is_reviewer", "is_event_manager", "is_superuser", "is_active")
    search_fields = ("email", "name")
    ordering = ("email", "pk")
    date_hierarchy = "date_joined"
    fieldsets = (
        (None, {"fields": ("email", "name", "language", "is_active")}),
        (
            _("What this account may do"),
            {
                "fields": ("is_reviewer", "is_event_manager", "is_superuser"),
                "description": _(
                    "Roles count only once the account has a second factor. Owners and editors of "
                    "an organisation need none: they are in its team."
                ),
            },
        ),
    )
    inlines = (EmailAddressInline,)
    actions = ("reset_second_factor",)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple:
        """The address is changed by its owner, who confirms the new one (allauth's pages)."""
        return () if obj is None else ("email",)

    def get_inlines(self, request: HttpRequest, obj: User | None = None) -> tuple:
        return () if obj is None else self.inlines

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        from allauth.mfa.models import Authenticator

        return (
            super()
            .get_queryset(request)
            .annotate(
                has_authenticator=models.Exists(
                    Authenticator.objects.filter(user=models.OuterRef("pk")).exclude(
                        type=Authenticator.Type.RECOVERY_CODES
                    )
                )
            )
        )

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        names = {
            _("administrator"): user.is_superuser,
            _("task force"): user.is_reviewer,
            _("event manager"): user.is_event_manager,
        }
        return ", ".join(str(name) for name, has in names.items() if has)

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return user.has_authenticator

    def save_model(self, request: HttpRequest, obj: User, form: forms.Form, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            EmailAddress.objects.create(user=obj, email=obj.email, verified=True, primary=True)

    @admin.action(description=_("Remove the second factor (lost device)"), permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        from allauth.mfa.models import Authenticator

        Authenticator.objects.filter(user__in=queryset).delete()
        self.message_user(request, _("Done. They set up a new one at their next sign-in."))


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """What waits or went out, without its text."""

    list_display = ("subject", "created_at", "sent_at", "state")
    list_filter = (("sent_at", admin.EmptyFieldListFilter),)
    search_fields = ("subject",)
    date_hierarchy = "created_at"
    fields = ("sender", "to", "subject", "created_at", "sent_at", "keeps_copy")

    @admin.display(description=_("to"))
    def to(self, mail: OutgoingMail) -> str:
        return ", ".join(mail.recipients)

    @admin.display(description=_("state"))
    def state(self, mail: OutgoingMail) -> str:
        return format_html("{}", _("sent") if mail.sent_at else _("waiting"))


def kind_of(namespace: str) -> str:
    """What the addresses of a namespace are given to, in words: "Angebot" for "offer"."""
    for model in apps.get_models():
        if model._meta.model_name == namespace:
            return capfirst(str(model._meta.verbose_name))
    return namespace


class ColumnFilter(admin.SimpleListFilter):
    """Choose rows by the column that `parameter_name` names; `lookups` gives its values' words."""

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value}) if value else queryset


class KindFilter(ColumnFilter):
    title = _("kind")
    parameter_name = "namespace"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        names = ReservedSlug.objects.order_by("namespace").values_list("namespace", flat=True)
        return [(name, kind_of(name)) for name in names.distinct()]


@admin.register(ReservedSlug)
class ReservedSlugAdmin(ReadOnlyAdmin):
    list_display = ("slug", "kind")
    list_filter = (KindFilter,)
    search_fields = ("slug",)
    fields = ("slug", "kind")

    @admin.display(description=_("kind"), ordering="namespace")
    def kind(self, address: ReservedSlug) -> str:
        return kind_of(address.namespace)


@admin.register(UnmetSearch)
class UnmetSearchAdmin(ReadOnlyAdmin):
    """What people searched for and did not find; the desk has a page for it."""

    list_display = ("words", "language", "times", "first_on", "last_on")
    list_filter = ("language",)
    search_fields = ("words",)
    date_hierarchy = "last_on"
