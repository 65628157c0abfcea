"""The rows of a profile, read along with the organisation: a page shows a dozen lists, and each
would be a query of its own."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import JSONObject

from actors.models.branch import Branch
from actors.models.contact import Contact
from actors.models.partnership import Partnership
from actors.models.picture import Picture
from ssoe_portal.common.geography import Area
from ssoe_portal.common.moderation import Status


def _array(rows: QuerySet, **columns: object) -> ArraySubquery:
    return ArraySubquery(rows.values(row=JSONObject(**columns)))


def _named(*names: str) -> dict[str, str]:
    return {name: name for name in names}


CONTACT = ("id", "name", "role", "phone", "email", "audience")


def staff_annotations() -> dict[str, ArraySubquery]:
    """What `OrganisationQuerySet.for_review` annotates beside; `read_staff` makes objects of it."""
    rows = Contact.objects.for_staff().filter(organisation=OuterRef("pk")).order_by("pk")
    return {"staff_contact_rows": _array(rows, **_named(*CONTACT))}


def read_staff(organisation) -> list[Contact]:
    """Return contact persons whom only the task force reads."""
    return [Contact(**row) for row in organisation.staff_contact_rows]


def annotations() -> dict[str, ArraySubquery]:
    """What `OrganisationQuerySet.with_rows` annotates; `read` makes objects of it."""
    own = OuterRef("pk")
    partners = (
        Partnership.objects.filter(Q(organisation=own) | Q(partner=own))
        .shown()
        .annotate(
            is_named=Case(When(partner=own, then=True), default=False),
        )
        .order_by("pk")
    )

    def other(column: str, name: object) -> Case:
        return Case(
            When(is_named=True, then=F(f"organisation__{column}")),
            When(partner__isnull=False, then=F(f"partner__{column}")),
            default=name,
        )

    return {
        "contact_rows": _array(
            Contact.objects.public().filter(organisation=own).order_by("pk"),
            **_named(*CONTACT),
        ),
        "branch_rows": _array(
            Branch.objects.filter(organisation=own).order_by("name", "pk"),
            labels="area__labels",
            **_named("id", "name", "street", "postcode"),
        ),
        "picture_rows": _array(
            Picture.objects.shown().filter(organisation=own).order_by("pk"),
            **_named("id", "digest", "width", "height", "alt", "is_decoration"),
        ),
        "partner_rows": _array(
            partners,
            name=other("name", F("name")),
            slug=other("slug", None),
            status=other("status", None),
        ),
    }


def read(organisation) -> dict[str, list]:
    """Return what readers see of an organisation's rows; it comes from `with_rows()`."""
    branches = []
    for row in organisation.branch_rows:
        labels = row.pop("labels")
        branches.append(Branch(**row, area=Area(labels=labels)))
    partners = [
        type(organisation)(name=row["name"], slug=row["slug"] or "")
        for row in organisation.partner_rows
        if row["slug"] is None or row["status"] == Status.PUBLISHED
    ]
    return {
        "contacts": [Contact(**row) for row in organisation.contact_rows],
        "branches": branches,
        "pictures": [Picture(**row) for row in organisation.picture_rows],
        "partners": sorted(partners, key=lambda partner: partner.name.casefold()),
    }
