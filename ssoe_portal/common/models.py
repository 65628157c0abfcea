"""The models that belong to no app; each lives in the module of its noun."""

from ssoe_portal.common.asking import KnownWord
from ssoe_portal.common.facets import FacetNumber
from ssoe_portal.common.geography import Area
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.slugs import ReservedSlug
from ssoe_portal.common.unmet import UnmetSearch
from ssoe_portal.common.users import User

__all__ = [
    "Area",
    "FacetNumber",
    "KnownWord",
    "OutgoingMail",
    "ReservedSlug",
    "UnmetSearch",
    "User",
]
