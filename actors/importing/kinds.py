"""What lists are about: the columns of organisations and of offers, and how rows find entries."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actors.legal_forms import without_legal_form
from actors.models import ImportRow, Offer, Organisation
from actors.models.list_import import WRITTEN
from ssoe_portal.common.columns import QUOTED, CellError, Column, Columns, of_model
from ssoe_portal.common.history import latest_state_of

ADDRESS = gettext_lazy("Address on the portal")
PLACE = ("street", "postcode", "area")
#: What stands before the rows with errors when they go out to be mended.
ADDED = (gettext_lazy("Row"), gettext_lazy("What to mend"))
#: What columns are called in lists from elsewhere.
ALSO = {
    "name": ("Organisation", "Einrichtung", "Träger"),
    "title": ("Name", "Angebot"),
    "kind": ("Typ", "Type"),
    "summary": ("Kurzbeschreibung",),
    "founded": ("Gründungsjahr",),
    "fields": ("Arbeitsfelder", "Fields of activity"),
    "languages": ("Sprachen", "Languages"),
    "street": ("Straße", "Strasse", "Anschrift", "Street"),
    "postcode": ("PLZ", "ZIP"),
    "area": ("Bezirk", "Stadtteil", "District"),
    "website": ("Webseite", "Homepage", "Internet", "URL"),
    "email": ("E-Mail", "EMail", "Mail", "E-Mail-Adresse"),
    "phone": ("Telefon", "Tel", "Tel.", "Telefonnummer", "Phone"),
    "category": ("Thema", "Topic"),
    "schedule": ("Zeiten", "Termine"),
}


def name_key(name: str) -> str:
    """What counts of a name when two are compared: no capitals, accents, punctuation or legal
    form; "ae" is "ä" is "a"."""
    text = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub(r"([ao]|(?<!q)u)e", r"\1", without_legal_form(text))
    return re.sub(r"\W+", "", text) or name.casefold().strip()


def same_place(one: int | None, other: int | None) -> bool:
    """Whether two neighbourhoods may be the same: one that nobody has stated may be any."""
    return one == other or None in (one, other)


class ListKind:
    """One kind of list. It lives as long as a job: what it has read is remembered."""

    name: str
    model: type[Organisation] | type[Offer]
    title: str  # the field that people know an entry by
    many: tuple[str, ...]
    along: tuple[str, ...]
    belongs = False  # to an organisation, which a new row has to name

    def __init__(self, user) -> None:
        self.user = user
        self.columns = Columns(self._columns(), passed_over=ADDED)
        #: What can be written: neither addresses nor what stands for another column.
        self.stored = [column for column in self.columns.incoming if column.field is not None]

    def _columns(self) -> list[Column]:
        raise NotImplementedError

    def entries(self) -> models.QuerySet:
        """What this person's lists may change, with their latest state and everything that a row
        is compared with."""
        rows = self.all_entries()
        untouched = self._written(self.model).filter(
            seen=models.OuterRef("latest_state"), **{self.name: models.OuterRef("pk")}
        )
        return rows.visible_to(self.user) | rows.filter(models.Exists(untouched))

    def all_entries(self) -> models.QuerySet:
        """The same of everybody's entries."""
        return (
            self.model.objects.order_by("pk")
            .select_related(*self.along)
            .prefetch_related(*self.many)
            .annotate(latest_state=latest_state_of(self.model))
        )

    def known(self, model: type[models.Model]) -> models.QuerySet:
        """The entries that rows are compared with by name: what this person sees, and what their
        lists have entered. Read in twice, a list of drafts makes nothing twice."""
        rows = model._default_manager.all()
        written = self._written(model).values(str(model._meta.model_name))
        return rows.visible_to(self.user) | rows.filter(pk__in=written)

    def _written(self, model: type[models.Model]) -> models.QuerySet:
        """What this person's lists have written of such entries."""
        name = model._meta.model_name
        return ImportRow.objects.filter(
            of__by=self.user, result__in=WRITTEN, **{f"{name}__isnull": False}
        )

    def by_slug(self, slugs: Iterable[str]) -> dict[str, Any]:
        """The entries that rows name by their address on the portal."""
        longest = self.model._meta.get_field("slug").max_length or 0
        wanted = {slug for slug in slugs if slug and len(slug) <= longest}
        return {item.slug: item for item in self.entries().filter(slug__in=wanted)}

    def prepare(self, rows: list[dict[str, Any]]) -> list[list[CellError]]:
        """Complete what rows say by what they refer to; return what is wrong with each."""
        return [[] for _row in rows]

    def twins(self, rows: list[dict[str, Any]]) -> list[int | None]:
        """For each row the entry with the same name in the same place, if there is one."""
        raise NotImplementedError

    def same_key(self, values: dict[str, Any]) -> tuple | None:
        """What two rows of one file must not have in common, besides their place."""
        raise NotImplementedError

    def place(self, values: dict[str, Any]) -> int | None:
        """The neighbourhood that tells apart what has the same name, where that does."""
        return None

    def values_of(self, item: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
        """What an entry has in columns, by default in all, as a list's row would say it."""
        wanted = None if names is None else set(names)
        found: dict[str, Any] = {}
        for column in self.stored:
            if wanted is not None and column.name not in wanted:
                continue
            if column.is_many:
                found[column.name] = sorted(term.pk for term in getattr(item, column.name).all())
            elif column.field is not None:
                found[column.name] = getattr(item, column.field.attname)
        if self.belongs and (wanted is None or "organisation_id" in wanted):
            found["organisation_id"] = item.organisation_id
        return found

    def wrong(self, values: dict[str, Any]) -> list[CellError]:
        """What is wrong between columns."""
        return []

    def gaps(self, values: dict[str, Any], organisation: Organisation | None) -> list[str]:
        """What readers need and a new entry would lack: the labels of its own gaps."""
        item = self.model()
        for column in self.stored:
            if column.name in values and column.field is not None and not column.is_many:
                setattr(item, column.field.attname, values[column.name])
        if self.belongs:
            item.organisation = organisation
        return list(item.gaps.values())

    def lacking(self, assigned: Iterable[str | None]) -> list[str]:
        """The headings that new entries need and a list does not have. One with a column for
        addresses may be about entries that are there."""
        names = set(assigned)
        if "slug" in names:
            return []
        found = [c.heading for c in self.columns.incoming if c.needed and c.name not in names]
        if self.belongs and not names & {"organisation", "organisation_slug"}:
            found.append(self.columns.by_name["organisation"].heading)
        return found

    def error(self, name: str, value: object, message: str) -> CellError:
        return CellError(self.columns.by_name[name].heading, str(value)[:QUOTED], message)


class OrganisationList(ListKind):
    name, model, title = "organisation", Organisation, "name"
    many = ("fields", "target_groups", "languages", "self_descriptions", "sdgs")
    along = ("area",)

    def __init__(self, user) -> None:
        super().__init__(user)
        self._names: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
        self._last = 0

    def _columns(self) -> list[Column]:
        return [
            address_column(gettext_lazy("Empty for a new organisation")),
            *of_model(
                Organisation,
                (
                    *("name", "short_name", "other_names", "kind", "legal_form", "is_nonprofit"),
                    *("stage", "founded", "summary", "description", "fields", "target_groups"),
                    *("languages", "street", "postcode", "area", "website", "email", "phone"),
                    *("is_step_free", *Organisation.AIDS, "access_note"),
                    *(*Organisation.DIMENSIONS, "self_descriptions", "sdgs", "icnpo_group"),
                ),
                also=ALSO,
                notes={
                    "other_names": gettext_lazy("One name on each line of the cell, at most ten"),
                    "postcode": gettext_lazy("Five digits, for example 13125"),
                    "area": gettext_lazy(
                        "A neighbourhood of Pankow or a district of Berlin, for example Buch; "
                        "empty for all of Berlin"
                    ),
                    "founded": gettext_lazy("A year, for example 2019"),
                    "is_nonprofit": gettext_lazy("yes, no, or empty if it is not known"),
                    "is_step_free": gettext_lazy("yes, no, or empty if it is not known"),
                },
            ),
            *internal_columns(),
        ]

    def twins(self, rows: list[dict[str, Any]]) -> list[int | None]:
        """The names of all are read once, then only those that are new."""
        newer = (
            self.known(self.model)
            .filter(pk__gt=self._last, merged_into=None)
            .order_by("pk")
            .values_list("pk", "name", "area_id")
        )
        for pk, name, area in newer:
            self._names[name_key(name)].append((pk, area))
            self._last = pk
        return [self._twin(values) for values in rows]

    def _twin(self, values: dict[str, Any]) -> int | None:
        for pk, area in self._names.get(name_key(values.get("name") or ""), ()):
            if same_place(area, self.place(values)):
                return pk
        return None

    def same_key(self, values: dict[str, Any]) -> tuple | None:
        return (name_key(values["name"]),) if values.get("name") else None

    def place(self, values: dict[str, Any]) -> int | None:
        return values.get("area")


class OfferList(ListKind):
    name, model, title = "offer", Offer, "title"
    many = ("target_groups", "languages")
    along = ("organisation__area", "area")
    belongs = True

    def _columns(self) -> list[Column]:
        return [
            address_column(gettext_lazy("Empty for a new offer")),
            *of_model(Offer, ("title",), also=ALSO),
            Column(
                name="organisation",
                label=Offer._meta.get_field("organisation").verbose_name,
                note=gettext_lazy("Its name here on the portal. A new offer needs it"),
                read=lambda offer: offer.organisation.name,
            ),
            Column(
                name="organisation_slug",
                label=gettext_lazy("Address of the organisation on the portal"),
                note=gettext_lazy("Only where two organisations have the same name"),
                read=lambda offer: offer.organisation.slug,
            ),
            *of_model(
                Offer,
                (
                    *("category", "summary", "description", "target_groups", "languages"),
                    *("cost", "price", "appointment", "schedule", "is_women_only"),
                    *("has_childcare", "is_step_free", "is_online", "age_from", "age_to"),
                    *("residence_status", "papers", "place_name", "street", "postcode", "area"),
                    *("takes_requests", "places", "phone"),
                ),
                also=ALSO,
                notes={
                    "postcode": gettext_lazy("Five digits, for example 13125"),
                    "area": gettext_lazy(
                        "A neighbourhood of Pankow or a district of Berlin. Without columns for "
                        "the address, a new offer is where its organisation is"
                    ),
                    "schedule": gettext_lazy("In words, for example: Tuesdays 16:00–18:00"),
                },
            ),
            *internal_columns(),
        ]

    def prepare(self, rows: list[dict[str, Any]]) -> list[list[CellError]]:
        """Find the organisations that rows name: by address, else by name."""
        slugs = {row.get("organisation_slug") for row in rows} - {None, ""}
        names = {(row.get("organisation") or "").lower() for row in rows} - {""}
        found = self.known(Organisation).filter(merged_into=None).order_by("pk")
        by_slug, by_name = {}, defaultdict(list)
        known = found.alias(lower_name=Lower("name"))
        known = known.filter(models.Q(slug__in=slugs) | models.Q(lower_name__in=names))
        for organisation in known.select_related("area"):
            by_slug[organisation.slug] = organisation
            by_name[organisation.name.lower()].append(organisation)
        return [self._find_organisation(row, by_slug, by_name) for row in rows]

    def _find_organisation(self, row: dict, by_slug: dict, by_name: dict) -> list[CellError]:
        slug, name = row.pop("organisation_slug", ""), row.pop("organisation", "")
        if slug:
            items, column, said = (
                [by_slug[slug]] if slug in by_slug else [],
                "organisation_slug",
                slug,
            )
        elif name:
            items, column, said = by_name.get(name.lower(), []), "organisation", name
        else:
            return []
        if len(items) == 1:
            row["organisation_id"], row["_organisation"] = items[0].pk, items[0]
            return []
        if items:
            message = _("There are several organisations with this name: please write its address.")
        else:
            message = _(
                "There is no such organisation here. Please write its name as it stands on the "
                "portal, or read the organisations in first."
            )
        return [self.error(column, said, message)]

    def wrong(self, values: dict[str, Any]) -> list[CellError]:
        youngest, oldest = values.get("age_from"), values.get("age_to")
        if youngest is not None and oldest is not None and youngest > oldest:
            message = _("The lower age must not be above the upper one.")
            return [self.error("age_from", youngest, message)]
        return []

    def twins(self, rows: list[dict[str, Any]]) -> list[int | None]:
        owners = {row.get("organisation_id") for row in rows} - {None}
        there: dict[tuple[int | None, str], int] = {}
        known = self.known(Offer).filter(organisation__in=owners).order_by("-pk")
        for pk, owner, title in known.values_list("pk", "organisation_id", "title"):
            there[owner, name_key(title)] = pk
        return [
            there.get((row.get("organisation_id"), name_key(row.get("title") or "")))
            for row in rows
        ]

    def same_key(self, values: dict[str, Any]) -> tuple | None:
        if not (values.get("title") and values.get("organisation_id")):
            return None
        return values["organisation_id"], name_key(values["title"])


def address_column(note: str | Promise) -> Column:
    return Column(name="slug", label=ADDRESS, note=note, read=lambda item: item.slug)


def internal_columns() -> list[Column]:
    """What only staff read: they go out, and are passed over when the list comes in."""

    def people(item: Any) -> list[str]:
        return [row.user.email for row in item.organisation.memberships.all()]

    def contacts(item: Any) -> list[str]:
        return [
            ", ".join(filter(None, (row.name, row.role, row.phone, row.email)))
            for row in item.organisation.contacts.all()
        ]

    def day(name: str):
        def read(item: Any) -> str:
            moment = getattr(item, name)
            return timezone.localtime(moment).strftime("%d.%m.%Y") if moment else ""

        return read

    dates = {
        "published_at": gettext_lazy("published on"),
        "confirmed_at": gettext_lazy("confirmed"),
        "checked_at": gettext_lazy("checked by the task force"),
    }
    return [
        *(
            Column(name=name, label=label, comes_in=False, is_internal=True, read=day(name))
            for name, label in dates.items()
        ),
        Column(
            name="team",
            label=gettext_lazy("accounts of the team"),
            comes_in=False,
            is_internal=True,
            read=people,
        ),
        Column(
            name="contacts",
            label=gettext_lazy("contact persons, also those for staff only"),
            comes_in=False,
            is_internal=True,
            read=contacts,
        ),
    ]


LISTS: dict[str, type[ListKind]] = {kind.name: kind for kind in (OrganisationList, OfferList)}
