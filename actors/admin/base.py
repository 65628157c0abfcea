"""What pages of the directory share in Django admin."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import widgets
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from actors import care, moderation, services
from ssoe_portal.common.admin import ModeratedAdmin
from ssoe_portal.common.admin_deletion import line
from ssoe_portal.common.confirmation import Confirmed


class ArchiveForm(forms.Form):
    """Why entries go into the archive; asked at the desk in the same words."""

    reason = forms.CharField(
        label=_("Reason for archiving"),
        help_text=_(
            "If there is anybody to write to, they read this in a mail that says how the entry "
            "comes back. People who have signed up for an offer get a mail that it no longer takes "
            "place."
        ),
        max_length=2000,
        widget=widgets.AdminTextareaWidget(attrs={"rows": 4}),
        error_messages={"required": _("Please say why. The owners read this.")},
    )


class WithModeration:
    """A link from each entry to its page at the desk, with preview, decision and history; and how
    true it was kept. Publishing and archiving write to the owners, as at the desk."""

    archive_form = ArchiveForm

    life = (
        *ModeratedAdmin.life,
        "checked_at",
        "asked_at",
        "reminded_at",
        "lapsed_at",
        "nudged_at",
    )

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple:
        return (*super().get_readonly_fields(request, obj), "desk_page")

    def get_life(self, obj: models.Model) -> tuple:
        return ("desk_page", *super().get_life(obj))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """Names are found as people type them, as at the desk: "naehcafe" finds "Nähcafé"."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return found, duplicates
        names = moderation.NAMES_OF[queryset.model._meta.model_name]
        called = moderation.called(queryset.model._default_manager.all(), search_term, *names)
        either = models.Q(pk__in=found.order_by().values("pk")) | models.Q(
            pk__in=called.values("pk")
        )
        return queryset.filter(either), False

    def publish_one(self, item: Confirmed) -> None:
        services.publish(item=item)

    def archive_one(self, item: Confirmed, *, reason: str) -> None:
        care.archive(item=item, reason=reason)

    def in_use(self, items: Any) -> Iterable[models.Model]:
        """What would go along with these entries, and readers or people who signed up count on it:
        archiving tells them, deleting would not."""
        return ()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple:
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, needed, [*protected, *map(line, self.in_use(objs))]

    @admin.display(description=_("at the desk"))
    def desk_page(self, item: models.Model) -> str:
        url = reverse("actors:moderation-review", args=[item._meta.model_name, item.slug])
        return format_html('<a href="{}">{}</a>', url, _("Preview, decision, history"))


class AreaFilter(admin.RelatedOnlyFieldListFilter):
    """Only places that something is at; what has none is for the whole city."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.empty_value_display = capfirst(_("the whole city"))


WITH_AREA = ("area", AreaFilter)


class HoursInline(admin.TabularInline):
    """Weekly times, or exceptions from them; `WithHoursAdmin` writes them down in words."""

    extra = 0


class FixedForm(forms.ModelForm):
    """A row in which some columns are chosen once: `FIXED` are only shown where it is there."""

    FIXED: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            for name in self.FIXED:
                self.fields[name].disabled = True


class WithHoursAdmin:
    """For what keeps hours: its rows are edited along, and the history tells of them."""

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.forget_hours()
        form.instance.summarise_hours()


class WithPreview:
    """A look at a stored picture. Pictures are uploaded on the organisation's own page, which
    checks them."""

    @admin.display(description=_("picture"))
    def preview(self, picture: models.Model) -> str:
        return format_html(
            '<a href="{}"><img src="{}" alt="" height="80"></a>', picture.largest_url, picture.url
        )

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
