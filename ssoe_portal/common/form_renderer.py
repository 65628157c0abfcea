"""How widgets of forms are written."""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext as _


class TellsLength(TemplatesSetting):
    """A browser's maxlength is told, not obeyed: it cuts what is pasted and says nothing. The form
    refuses what is too long, and keeps it; a line counts meanwhile (`length.js`)."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        attrs = context.get("widget", {}).get("attrs", {})
        if limit := attrs.pop("maxlength", None):
            attrs["data-limit"] = limit
            attrs["data-limit-words"] = _("# of %(limit)s characters") % {"limit": limit}
            attrs["data-limit-script"] = static("common/js/length.js")
        return super().render(template_name, context, request)
