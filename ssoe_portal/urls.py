"""Addresses: everything people read is below its language; machines' addresses are not."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from actors.views import pictures
from ssoe_portal.common.health import healthz
from ssoe_portal.common.postcodes import postcodes
from ssoe_portal.common.views import account_settings
from ssoe_portal.views import desk, home, pages, search

urlpatterns = [
    path("", home.choose_language, name="root"),
    path("healthz", healthz, name="healthz"),
    path("postcodes.json", postcodes, name="postcodes"),
    path("admin/", admin.site.urls),
    path("media/<slug:folder>/<slug:digest>-<int:box>.webp", pictures.serve, name="picture"),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("search/", search.search, name="search"),
        path("search/suggestions/", search.suggest, name="search-suggestions"),
        path("privacy/", pages.privacy, name="privacy"),
        path("imprint/", pages.imprint, name="imprint"),
        path("accessibility/", pages.accessibility, name="accessibility"),
        path("account/settings/", account_settings, name="account_settings"),
        path("account/", include("allauth.urls")),
        path("desk/", include((desk.urlpatterns, "desk"))),
        path("", include("actors.urls")),
        path("surveys/", include("surveys.urls")),
        path("events/", include("events.urls")),
    ),
]

handler400 = "ssoe_portal.common.views.bad_request"
handler403 = "ssoe_portal.common.views.forbidden"
handler404 = "ssoe_portal.common.views.not_found"
handler429 = "ssoe_portal.common.views.too_many_requests"
handler500 = "ssoe_portal.common.views.server_error"
