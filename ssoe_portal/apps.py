from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class PortalAdminConfig(AdminConfig):
    """Django admin behind the portal's own sign-in and second factor."""

    default_site = "ssoe_portal.admin.PortalAdminSite"

    def ready(self) -> None:
        super().ready()
        from ssoe_portal import admin_jobs  # noqa: F401  # after all lists of the libraries


class PortalStaticFilesConfig(StaticFilesConfig):
    """Leave out what no page loads, so that collecting and compressing stays quick."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.map",
        "bootstrap-grid*",
        "bootstrap-reboot*",
        "bootstrap-utilities*",
        "bootstrap.css",
        "bootstrap.rtl.css",
        "leaflet-src*",
        "leaflet.markercluster-src*",
        "MarkerCluster*.css",
        "dom.js",
        "*.ts",
        "README.md",
        "LICENSE*",
        "package.json",
        "WhereAreTheJavascriptFiles.txt",
    ]
