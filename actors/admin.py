"""Django admin of the directory."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export import fields

from actors.models import (
    Branch,
    Category,
    Claim,
    Contact,
    Cooperation,
    DuplicatePair,
    Field,
    IcnpoGroup,
    Initiative,
    InitiativeTranslation,
    Invitation,
    JoinRequest,
    LegalForm,
    Listing,
    ListingTranslation,
    Logo,
    Membership,
    Network,
    NetworkMembership,
    NetworkTranslation,
    Offer,
    OfferException,
    OfferTime,
    OfferTrait,
    OfferTranslation,
    Organisation,
    OrganisationException,
    OrganisationTime,
    OrganisationTranslation,
    Partnership,
    Picture,
    Sdg,
    SelfDescription,
    SpokenLanguage,
    Supporter,
    TargetGroup,
    Topic,
)
from ssoe_portal.common.admin import ListsAdmin, ModeratedAdmin, TermAdmin, TranslationInline
from ssoe_portal.common.asking import folded
from ssoe_portal.common.geography import Area
from ssoe_portal.common.tables import TableResource, TermsWidget, TermWidget

for term in (
    Category,
    Field,
    IcnpoGroup,
    LegalForm,
    OfferTrait,
    Sdg,
    SelfDescription,
    SpokenLanguage,
    TargetGroup,
    Topic,
):
    admin.site.register(term, TermAdmin)


class WithModeration:
    """A link from each entry to its page at the desk, with preview, decision and history; and how
    true it was kept."""

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


class WithHoursAdmin:
    """For what keeps hours: its rows are edited along, and the history tells of them."""

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.forget_hours()
        form.instance.summarise_hours()


# --- Organisations ----------------------------------------------------------------------------


class OrganisationTimeInline(HoursInline):
    model = OrganisationTime


class OrganisationExceptionInline(HoursInline):
    model = OrganisationException


class OrganisationTranslationInline(TranslationInline):
    model = OrganisationTranslation


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    fields = ("user", "role")
    autocomplete_fields = ("user",)


class NetworkMembershipInline(admin.TabularInline):
    model = NetworkMembership
    extra = 0
    autocomplete_fields = ("network", "organisation")


class ContactInline(admin.TabularInline):
    model = Contact
    extra = 0
    fields = ("name", "role", "phone", "email", "audience")


class BranchInline(admin.TabularInline):
    model = Branch
    extra = 0
    fields = ("name", "street", "postcode", "area")
    autocomplete_fields = ("area",)


class PartnershipInline(admin.TabularInline):
    model = Partnership
    fk_name = "organisation"
    extra = 0
    fields = ("partner", "name", "confirmed_at")
    readonly_fields = ("confirmed_at",)
    autocomplete_fields = ("partner",)


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


class LogoInline(WithPreview, admin.TabularInline):
    model = Logo
    extra = 0
    fields = ("preview",)
    readonly_fields = ("preview",)


class PictureInline(WithPreview, admin.TabularInline):
    model = Picture
    extra = 0
    fields = ("preview", "alt", "is_decoration")
    readonly_fields = ("preview",)


class OrganisationResource(TableResource):
    """Organisations as a table, for lists that come in and go out: a row is known by its address
    (slug); a row without one is a new draft, unless its name exists already: a list that comes in
    twice must not make everything twice. Terms come by key or name and go out by key."""

    note_on_new = _("New rows become drafts. They are public only once you publish them.")

    legal_form = fields.Field("legal_form", "legal_form", TermWidget(LegalForm))
    area = fields.Field("area", "area", TermWidget(Area))
    fields_of_work = fields.Field("fields", "fields", TermsWidget(Field))
    target_groups = fields.Field("target_groups", "target_groups", TermsWidget(TargetGroup))
    languages = fields.Field("languages", "languages", TermsWidget(SpokenLanguage))
    sdgs = fields.Field("sdgs", "sdgs", TermsWidget(Sdg))
    icnpo_group = fields.Field("icnpo_group", "icnpo_group", TermWidget(IcnpoGroup))

    class Meta:
        model = Organisation
        import_id_fields = ("slug",)
        fields = (
            "slug",
            "name",
            "short_name",
            "other_names",
            "kind",
            "legal_form",
            "is_nonprofit",
            "stage",
            "founded",
            "summary",
            "description",
            "street",
            "postcode",
            "area",
            "website",
            "email",
            "phone",
            "fields_of_work",
            "target_groups",
            "languages",
            "is_step_free",
            *Organisation.AIDS,
            "access_note",
            *Organisation.DIMENSIONS,
            "sdgs",
            "icnpo_group",
        )
        clean_model_instances = True
        skip_unchanged = True

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self._new: dict[int, int] = {}

    def before_import(self, dataset, **kwargs) -> None:
        self._new = {}
        super().before_import(dataset, **kwargs)

    def before_import_row(self, row, **kwargs) -> None:
        super().before_import_row(row, **kwargs)
        name, slug = (str(row.get(column) or "").strip() for column in ("name", "slug"))
        if not name or (slug and Organisation.objects.filter(slug=slug).exists()):
            return
        same = Organisation.objects.alias(folded_name=folded(F("name"))).filter(
            folded_name=folded(Value(name, output_field=models.TextField()))
        )
        found = same.order_by("pk").first()
        if found is None:
            return
        if found.pk in self._new:
            message = gettext("Row %(row)s has the same name already.") % {
                "row": self._new[found.pk] + 1  # the heading is row 1 of the file
            }
        else:
            message = gettext(
                "There is an entry “%(name)s” already. To change it, write %(slug)s into the "
                "column “slug”."
            ) % {"name": found.name, "slug": found.slug}
        raise ValidationError({"name": message})

    def before_save_instance(self, instance: Organisation, row, **kwargs) -> None:
        instance.locate()

    def after_save_instance(self, instance: Organisation, row, **kwargs) -> None:
        super().after_save_instance(instance, row, **kwargs)
        if not row.get("slug"):
            self._new[instance.pk] = kwargs["row_number"]


@admin.register(Organisation)
class OrganisationAdmin(WithModeration, WithHoursAdmin, ListsAdmin, ModeratedAdmin):
    resource_classes = (OrganisationResource,)
    list_display = ("name", "status", "kind", "area", "team", "confirmed_on")
    list_filter = ("kind", "stage", "is_nonprofit", "is_step_free", WITH_AREA)
    list_select_related = ("area",)
    search_fields = ("name", "short_name", "other_names", "summary")
    autocomplete_fields = (
        "sdgs",
        "icnpo_group",
        "legal_form",
        "area",
        "fields",
        "target_groups",
        "languages",
        "self_descriptions",
    )
    parts = (
        (None, ("name", "short_name", "other_names", "kind", "stage")),
        (_("Legal form"), ("legal_form", "is_nonprofit", "founded")),
        (
            _("What it does"),
            ("summary", "description", "fields", "target_groups", "languages", "self_descriptions"),
        ),
        (_("Where it is"), ("street", ("postcode", "area"))),
        (_("Public contact"), ("website", "email", "phone")),
        (_("Getting in"), ("is_step_free", Organisation.AIDS, "access_note")),
        (_("Opening hours"), ("closed_on_holidays",)),
        (_("Self-assessment"), Organisation.DIMENSIONS),
        (_("Goals and statistics"), ("sdgs", "icnpo_group")),
    )
    inlines = (
        OrganisationTranslationInline,
        ContactInline,
        BranchInline,
        OrganisationTimeInline,
        OrganisationExceptionInline,
        LogoInline,
        PictureInline,
        PartnershipInline,
        MembershipInline,
        NetworkMembershipInline,
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(team_size=models.Count("memberships"))

    @admin.display(description=_("team"), ordering="team_size")
    def team(self, organisation: Organisation) -> int:
        return organisation.team_size

    def save_model(self, request: HttpRequest, obj: Organisation, form, change: bool) -> None:
        if {"postcode", "area"} & set(form.changed_data):
            obj.locate()
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form, formset, change: bool) -> None:
        if formset.model is Branch:
            for row in formset.forms:
                if {"postcode", "area"} & set(row.changed_data):
                    row.instance.locate()
        super().save_formset(request, form, formset, change)


@admin.register(Contact)
class ContactAdmin(admin.ModelAdmin):
    list_display = ("name", "role", "organisation", "audience", "updated_at")
    list_filter = ("audience",)
    list_select_related = ("organisation",)
    search_fields = ("name", "role", "email", "phone", "organisation__name")
    autocomplete_fields = ("organisation",)
    readonly_fields = ("updated_at",)
    date_hierarchy = "updated_at"


@admin.register(Branch)
class BranchAdmin(admin.ModelAdmin):
    list_display = ("name", "organisation", "street", "postcode", "area")
    list_filter = (WITH_AREA,)
    list_select_related = ("organisation", "area")
    search_fields = ("name", "street", "postcode", "organisation__name")
    autocomplete_fields = ("organisation", "area")

    def save_model(self, request: HttpRequest, obj: Branch, form, change: bool) -> None:
        if {"postcode", "area"} & set(form.changed_data):
            obj.locate()
        super().save_model(request, obj, form, change)


class StoredPictureAdmin(WithPreview, admin.ModelAdmin):
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "digest")
    readonly_fields = ("organisation", "preview", "width", "height", "digest", "created_at")
    date_hierarchy = "created_at"


@admin.register(Logo)
class LogoAdmin(StoredPictureAdmin):
    list_display = ("organisation", "preview", "created_at")


@admin.register(Picture)
class PictureAdmin(StoredPictureAdmin):
    list_display = ("alt_or_not", "organisation", "preview", "is_decoration", "created_at")
    list_filter = ("is_decoration", ("alt", admin.EmptyFieldListFilter))
    search_fields = (*StoredPictureAdmin.search_fields, "alt")

    @admin.display(description=_("what can be seen"), ordering="alt")
    def alt_or_not(self, picture: Picture) -> str:
        return str(picture)


@admin.register(Partnership)
class PartnershipAdmin(admin.ModelAdmin):
    list_display = ("organisation", "partner", "name", "created_at", "confirmed_at")
    list_filter = (("confirmed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("organisation", "partner")
    search_fields = ("organisation__name", "partner__name", "name")
    autocomplete_fields = ("organisation", "partner")
    readonly_fields = ("created_at", "confirmed_at")
    date_hierarchy = "created_at"


@admin.register(DuplicatePair)
class DuplicatePairAdmin(admin.ModelAdmin):
    """What was found and what staff said of it; to take "these are different" back, delete it: the
    pair is found again when one of the two changes."""

    list_display = ("first", "second", "likeness", "found_at", "differ_since", "decided_by")
    list_filter = (("differ_since", admin.EmptyFieldListFilter),)
    list_select_related = ("first", "second", "decided_by")
    search_fields = ("first__name", "second__name")
    date_hierarchy = "found_at"
    fields = readonly_fields = (
        "first",
        "second",
        "likeness",
        "reasons_in_words",
        "found_at",
        "differ_since",
        "decided_by",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("why"))
    def reasons_in_words(self, pair: DuplicatePair) -> str:
        return ", ".join(pair.reason_labels)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ("user", "organisation", "role", "joined_at")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "user__name", "organisation__name")
    autocomplete_fields = ("user", "organisation")
    date_hierarchy = "joined_at"

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple:
        """Another person is another membership: what follows from leaving must follow here too."""
        return () if obj is None else ("user", "organisation", "joined_at")


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    list_display = ("email", "organisation", "role", "created_at", "accepted_at")
    list_filter = ("role", ("accepted_at", admin.EmptyFieldListFilter))
    list_select_related = ("organisation",)
    search_fields = ("email", "organisation__name")
    autocomplete_fields = ("organisation", "invited_by")
    readonly_fields = ("created_at", "accepted_at")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Invitations are sent from the team's page, which also writes the mail."""
        return False


@admin.register(Claim)
class ClaimAdmin(admin.ModelAdmin):
    list_display = ("organisation", "name", "user", "created_at")
    list_select_related = ("organisation", "user")
    search_fields = ("name", "user__email", "organisation__name")
    autocomplete_fields = ("organisation", "user")
    readonly_fields = ("created_at",)
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People ask for themselves, on the organisation's page; the desk answers by mail."""
        return False


# --- Offers and joining -----------------------------------------------------------------------


class OfferTranslationInline(TranslationInline):
    model = OfferTranslation


class OfferTimeInline(HoursInline):
    model = OfferTime


class OfferExceptionInline(HoursInline):
    model = OfferException


@admin.register(Offer)
class OfferAdmin(WithModeration, WithHoursAdmin, ModeratedAdmin):
    list_display = ("title", "status", "organisation", "category", "confirmed_on")
    list_filter = ("category", "cost", "appointment", WITH_AREA)
    list_select_related = ("organisation", "category", "area")
    search_fields = ("title", "summary", "organisation__name")
    autocomplete_fields = ("organisation", "category", "area", "target_groups", "languages")
    parts = (
        (None, ("title", "organisation", "category")),
        (_("What it is"), ("summary", "description", "target_groups", "languages")),
        (
            _("When and where"),
            (
                "schedule",
                "closed_on_holidays",
                "appointment",
                "is_online",
                "place_name",
                "street",
                ("postcode", "area"),
            ),
        ),
        (
            _("Who can come"),
            (
                ("cost", "price"),
                ("age_from", "age_to"),
                ("is_women_only", "has_childcare", "is_step_free"),
                "residence_status",
                "papers",
            ),
        ),
        (_("Joining"), ("takes_requests", "places", "phone")),
    )
    inlines = (OfferTranslationInline, OfferTimeInline, OfferExceptionInline)

    def save_model(self, request: HttpRequest, obj: Offer, form, change: bool) -> None:
        if {"postcode", "area"} & set(form.changed_data):
            obj.locate()
        super().save_model(request, obj, form, change)


@admin.register(JoinRequest)
class JoinRequestAdmin(admin.ModelAdmin):
    list_display = ("name", "offer", "state", "created_at", "confirmed_at")
    list_filter = ("state",)
    list_select_related = ("offer",)
    search_fields = ("name", "email", "offer__title")
    autocomplete_fields = ("offer",)
    readonly_fields = ("state", "created_at", "confirmed_at", "offered_until", "closed_at")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves: the address has to be confirmed."""
        return False


# --- Gives, seeks, cooperations ---------------------------------------------------------------


class ListingTranslationInline(TranslationInline):
    model = ListingTranslation


@admin.register(Listing)
class ListingAdmin(WithModeration, ModeratedAdmin):
    list_display = ("title", "status", "direction", "resource", "organisation", "confirmed_on")
    list_filter = ("direction", "resource", "topic")
    list_select_related = ("organisation", "topic")
    search_fields = ("title", "description", "organisation__name")
    autocomplete_fields = ("organisation", "topic")
    parts = (
        (None, ("title", "organisation", ("direction", "resource"), "topic")),
        (_("What it is"), ("description", "available")),
    )
    inlines = (ListingTranslationInline,)


@admin.register(Cooperation)
class CooperationAdmin(admin.ModelAdmin):
    list_display = ("giving", "seeking", "status", "proposed_by", "created_at")
    list_filter = ("status", "proposed_by")
    list_select_related = ("giving", "seeking")
    search_fields = (
        "giving__title",
        "seeking__title",
        "giving__organisation__name",
        "seeking__organisation__name",
    )
    autocomplete_fields = ("giving", "seeking")
    readonly_fields = ("created_at",)
    date_hierarchy = "created_at"


# --- Initiatives, networks --------------------------------------------------------------------


class InitiativeTranslationInline(TranslationInline):
    model = InitiativeTranslation


@admin.register(Initiative)
class InitiativeAdmin(WithModeration, ModeratedAdmin):
    list_display = ("name", "status", "step", "organisation", "area", "takes_supporters")
    list_filter = ("step", "takes_supporters", WITH_AREA)
    list_select_related = ("organisation", "area")
    search_fields = ("name", "summary", "organisation__name")
    autocomplete_fields = ("organisation", "fields", "area")
    parts = (
        (None, ("name", "organisation", "step")),
        (_("What it is"), ("summary", "description", "fields", "area")),
        (_("Joining"), ("takes_supporters",)),
    )
    inlines = (InitiativeTranslationInline,)


@admin.register(Supporter)
class SupporterAdmin(admin.ModelAdmin):
    list_display = ("name", "initiative", "created_at", "confirmed_at")
    list_filter = ("initiative", ("confirmed_at", admin.EmptyFieldListFilter))
    list_select_related = ("initiative",)
    search_fields = ("name", "email", "initiative__name")
    autocomplete_fields = ("initiative",)
    readonly_fields = ("created_at", "confirmed_at")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves: the address has to be confirmed."""
        return False


class NetworkTranslationInline(TranslationInline):
    model = NetworkTranslation


@admin.register(Network)
class NetworkAdmin(admin.ModelAdmin):
    list_display = ("name", "size")
    search_fields = ("name", "description")
    fields = ("name", "description")
    inlines = (NetworkMembershipInline, NetworkTranslationInline)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(member_count=models.Count("members"))

    @admin.display(description=_("members"), ordering="member_count")
    def size(self, network: Network) -> int:
        return network.member_count


@admin.register(NetworkMembership)
class NetworkMembershipAdmin(admin.ModelAdmin):
    list_display = ("organisation", "network", "role")
    list_filter = ("network",)
    list_select_related = ("organisation", "network")
    search_fields = ("organisation__name", "network__name", "role")
    autocomplete_fields = ("organisation", "network")
