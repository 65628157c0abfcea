"""Organisations as lists that come in and go out."""

from functools import partial

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export import fields

from actors import services
from actors.models import (
    Field,
    IcnpoGroup,
    LegalForm,
    Organisation,
    Sdg,
    SpokenLanguage,
    TargetGroup,
)
from ssoe_portal.common.asking import folded
from ssoe_portal.common.geography import Area
from ssoe_portal.common.tables import TableResource, TermsWidget, TermWidget


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

    def do_instance_save(self, instance: Organisation, is_create: bool) -> None:
        save = partial(super().do_instance_save, instance, is_create)
        services.keep_place(organisation=instance, save=save)

    def after_save_instance(self, instance: Organisation, row, **kwargs) -> None:
        super().after_save_instance(instance, row, **kwargs)
        if not row.get("slug"):
            self._new[instance.pk] = kwargs["row_number"]
