"""Django admin of lists that were read in, and of lists that went out."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from actors.models import ExportRecord, ListImport
from ssoe_portal.common.admin import AccessRecordAdmin, ReadOnlyAdmin


@admin.register(ListImport)
class ListImportAdmin(ReadOnlyAdmin):
    """Lists as records: what is done with them is done at the desk."""

    list_display = ("filename", "kind", "step", "by", "created_at", "written_at")
    list_filter = ("kind", "step")
    list_select_related = ("by",)
    search_fields = ("filename", "by__email")
    date_hierarchy = "created_at"
    fields = (
        *("filename", "kind", "by", "created_at", "step", "problem", "new_as"),
        *("total", "done", "written_at", "undone_at"),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).without_file()


@admin.register(ExportRecord)
class ExportRecordAdmin(AccessRecordAdmin):
    """Who took lists of the directory with contact persons out of the portal."""

    list_filter = ("kind",)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return ("at", "by", "kind", "rows")

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        return ("at", "by", "kind", "rows")
