"""Django admin: behind the portal's own sign-in and second factor, for administrators."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.roles import admin_required


class PortalAdminSite(admin.AdminSite):
    site_header = _("SSÖ-Portal Berlin-Pankow")
    site_title = _("SSÖ portal")
    index_title = _("Administration")

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.may_administer

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Send people to the portal's sign-in, to the second factor's set-up, or away (403)."""
        return _admin_index(request)


@admin_required
def _admin_index(request: HttpRequest) -> HttpResponse:
    return admin.site.index(request)
