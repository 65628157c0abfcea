"""The directory in the words of schema.org: see `ssoe_portal/common/structured_data.py`.

Only what the page shows to everybody. An organisation's contacts for staff, what people wrote and
who signed up are not here.
"""

from collections.abc import Iterable

from actors.models import Initiative, Listing, Logo, Network, NetworkMembership, Offer, Organisation
from actors.models.offer import Cost
from actors.models.organisation import Kind
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.structured_data import (
    Data,
    entry,
    opening_hours,
    place,
    reference,
    without_blanks,
)

#: What schema.org calls a kind of organisation; any other is an Organization.
KINDS = {
    Kind.PUBLIC: "GovernmentOrganization",
    Kind.ASSOCIATION: "NGO",
    Kind.FOUNDATION: "NGO",
}


def _kind(organisation: Organisation) -> str:
    return KINDS.get(Kind(organisation.kind), "Organization")


def _by(organisation: Organisation) -> Data:
    return reference(_kind(organisation), organisation, organisation.name)


def organisation(item: Organisation) -> Data:
    logo: Logo | None = getattr(item, "logo", None)
    where = place(item)
    if where is not None:
        where = without_blanks(
            {**where, "openingHoursSpecification": opening_hours(item.hours.times)}
        )
    return entry(
        _kind(item),
        item,
        item.text,
        name=item.name,
        alternateName=[name for name in (item.short_name, *item.other_name_list) if name],
        description=item.text.summary,
        sameAs=item.website,
        email=item.email,
        telephone=item.phone,
        foundingDate=str(item.founded) if item.founded else "",
        knowsLanguage=[language.key for language in item.languages.all()],
        logo=absolute(logo.url) if logo else "",
        location=where,
    )


def offer(item: Offer) -> Data:
    """A course, advice or meeting place is a Service: who provides it, where, when, in which
    languages, for how much."""
    channel = without_blanks(
        {
            "availableLanguage": [language.key for language in item.languages.all()],
            "serviceLocation": place(item.place, str(item.parts.place_name)),
            "serviceUrl": absolute(item.get_absolute_url()) if item.is_online else "",
            "servicePhone": {"@type": "ContactPoint", "telephone": item.contact_phone}
            if item.contact_phone
            else None,
        }
    )
    return entry(
        "Service",
        item,
        item.text,
        name=item.text.title,
        description=item.text.summary,
        serviceType=item.category.label,
        provider=_by(item.organisation),
        areaServed=item.area.label if item.area else "Berlin",
        audience=[
            {"@type": "Audience", "audienceType": group.label} for group in item.target_groups.all()
        ],
        hoursAvailable=opening_hours(item.hours.times),
        availableChannel={"@type": "ServiceChannel", **channel} if channel else None,
        offers={"@type": "Offer", "price": "0", "priceCurrency": "EUR"}
        if item.cost == Cost.FREE
        else None,
    )


def listing(item: Listing) -> Data:
    """Who gives, offers; who seeks, demands."""
    who = _by(item.organisation)
    return entry(
        "Offer" if item.gives else "Demand",
        item,
        item.text,
        name=item.text.title,
        description=item.text.description,
        category=item.get_resource_display(),
        offeredBy=who if item.gives else None,
        **({} if item.gives else {"@reverse": {"seeks": who}}),
    )


def initiative(item: Initiative) -> Data:
    return entry(
        "Project",
        item,
        item.text,
        name=item.text.name,
        description=item.text.summary,
        parentOrganization=_by(item.organisation)
        if item.organisation and item.organisation.is_published
        else None,
        location={"@type": "Place", "name": item.area.label} if item.area else None,
    )


def network(item: Network, members: Iterable[NetworkMembership]) -> Data:
    return entry(
        "Organization",
        item,
        item.text,
        name=item.text.name,
        description=item.text.description,
        member=[_by(membership.organisation) for membership in members],
    )
