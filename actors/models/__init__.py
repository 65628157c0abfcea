"""Who there is, what they give and seek: one noun a file."""

from actors.models.branch import Branch
from actors.models.claim import Claim
from actors.models.contact import Contact
from actors.models.cooperation import Cooperation
from actors.models.duplicate import DuplicatePair
from actors.models.export_record import ExportRecord
from actors.models.hours import (
    OfferException,
    OfferTime,
    OrganisationException,
    OrganisationTime,
)
from actors.models.initiative import Initiative, InitiativeTranslation, Supporter
from actors.models.joining import JoinRequest
from actors.models.list_import import ImportRow, ListImport
from actors.models.listing import Listing, ListingTranslation
from actors.models.membership import Invitation, Membership
from actors.models.network import Network, NetworkMembership, NetworkTranslation
from actors.models.offer import Offer, OfferTranslation
from actors.models.offer_search import OfferSearch, Trait
from actors.models.offer_when import Week, When
from actors.models.organisation import Organisation, OrganisationTranslation
from actors.models.organisation_search import OrganisationSearch, OrganisationTrait
from actors.models.partnership import Partnership
from actors.models.picture import Logo, Picture
from actors.models.vocabulary import (
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
)

__all__ = [
    "Branch",
    "Category",
    "Claim",
    "Contact",
    "Cooperation",
    "DuplicatePair",
    "ExportRecord",
    "Field",
    "IcnpoGroup",
    "ImportRow",
    "Initiative",
    "InitiativeTranslation",
    "Invitation",
    "JoinRequest",
    "LegalForm",
    "ListImport",
    "Listing",
    "ListingTranslation",
    "Logo",
    "Membership",
    "Network",
    "NetworkMembership",
    "NetworkTranslation",
    "Offer",
    "OfferException",
    "OfferSearch",
    "OfferTime",
    "OfferTrait",
    "OfferTranslation",
    "Organisation",
    "OrganisationException",
    "OrganisationSearch",
    "OrganisationTime",
    "OrganisationTrait",
    "OrganisationTranslation",
    "Partnership",
    "Picture",
    "Sdg",
    "SelfDescription",
    "SpokenLanguage",
    "Supporter",
    "TargetGroup",
    "Topic",
    "Trait",
    "Week",
    "When",
]
