"""Vocabularies."""

from django.contrib import admin

from actors.models import (
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
from ssoe_portal.common.admin import TermAdmin

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
