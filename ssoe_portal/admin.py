"""Django admin: behind the portal's own sign-in and second factor, for administrators."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.admin_words import AdminCatalog
from ssoe_portal.common.roles import admin_required

#: What libraries register and the portal has its own way for: roles are flags of an account, its
#: addresses are its owner's to change, and a second factor is removed on the account's list.
LEFT_OUT = {"auth.Group", "account.EmailAddress", "mfa.Authenticator"}

#: How the lists stand on the front page and at the side: what is worked on most comes first.
ORDER: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _("Organisations"),
        (
            "actors.Organisation",
            "actors.Offer",
            "actors.Listing",
            "actors.Initiative",
            "actors.Network",
            "actors.DuplicatePair",
            "actors.ListImport",
            "actors.Branch",
            "actors.Picture",
            "actors.Logo",
            "actors.Partnership",
        ),
    ),
    (
        _("People and teams"),
        (
            "common.User",
            "actors.Membership",
            "actors.Contact",
            "actors.Claim",
            "actors.Invitation",
            "actors.JoinRequest",
            "actors.Supporter",
            "actors.Cooperation",
            "actors.NetworkMembership",
        ),
    ),
    (
        _("Surveys"),
        (
            "surveys.Wave",
            "surveys.Survey",
            "surveys.Questionnaire",
            "surveys.Section",
            "surveys.Question",
            "surveys.Choice",
            "surveys.Invitation",
            "surveys.Response",
        ),
    ),
    (
        _("Events"),
        (
            "events.Event",
            "events.EventSeries",
            "events.EventMove",
            "events.EventPicture",
            "events.Venue",
            "events.ProgrammeItem",
            "events.Speaker",
            "events.ReleasedItem",
            "events.ProgrammeRelease",
            "events.ProgrammeSubscription",
            "events.MyProgramme",
            "events.Registration",
            "events.GroupRegistration",
            "events.ItemSignUp",
            "events.EventQuestion",
            "events.Message",
            "events.Arrival",
            "events.StallApplication",
            "events.Pitch",
            "events.PitchAssignment",
        ),
    ),
    (
        _("Vocabularies"),
        (
            "actors.Category",
            "actors.Topic",
            "actors.TargetGroup",
            "actors.Field",
            "actors.LegalForm",
            "actors.SelfDescription",
            "actors.Sdg",
            "actors.IcnpoGroup",
            "actors.SpokenLanguage",
            "actors.OfferTrait",
            "events.StallFormat",
            "common.Area",
        ),
    ),
    (
        _("Records"),
        (
            "surveys.AccessLog",
            "events.ExportLog",
            "actors.ExportRecord",
            "common.OutgoingMail",
            "procrastinate.ProcrastinateJob",
            "common.ReservedSlug",
            "common.UnmetSearch",
            "surveys.AnswerLink",
        ),
    ),
)


class PortalAdminSite(admin.AdminSite):
    site_header = _("SSÖ-Portal Berlin-Pankow")
    site_title = _("SSÖ portal")
    index_title = _("Administration")

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[admin.ModelAdmin] | None = None,
        **options,
    ) -> None:
        models = model_or_iterable
        if isinstance(models, type):
            models = [models]
        wanted = [model for model in models if model._meta.label not in LEFT_OUT]
        super().register(wanted, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """The lists by what they are for; a list that `ORDER` forgets stands with its app."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            place = {label: number for number, label in enumerate(sum((g[1] for g in ORDER), ()))}
            for app in apps:
                app["models"].sort(key=lambda row: place.get(row["model"]._meta.label, len(place)))
            return apps
        rows = {row["model"]._meta.label: (app, row) for app in apps for row in app["models"]}
        groups = []
        for name, labels in ORDER:
            found = [rows.pop(label) for label in labels if label in rows]
            if found:
                app = found[0][0]
                groups.append({**app, "name": name, "models": [row for _app, row in found]})
        for app, row in rows.values():
            groups.append({**app, "models": [row]})
        return groups

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.may_administer

    def i18n_javascript(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """The words of Django admin's scripts."""
        return AdminCatalog.as_view()(request)

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Send people to the portal's sign-in, to the second factor's set-up, or away (403)."""
        return _admin_index(request)


@admin_required
def _admin_index(request: HttpRequest) -> HttpResponse:
    return admin.site.index(request)
