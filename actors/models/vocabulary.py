"""The vocabularies of the directory; their terms are in `actors/vocabularies/`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.vocabulary import Term


class Category(Term):
    """What an offer for people is: counselling, German course, meeting place."""

    VOCABULARY = "categories.json"
    EXTRA = ("icon",)

    icon = models.SlugField(_("icon"), max_length=30, default="meeting")

    class Meta(Term.Meta):
        verbose_name = _("category of offers")
        verbose_name_plural = _("categories of offers")


class Topic(Term):
    """What needs and support between organisations are about."""

    VOCABULARY = "topics.json"

    class Meta(Term.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class TargetGroup(Term):
    VOCABULARY = "target_groups.json"
    WOMEN = "women"  # the key of a term

    class Meta(Term.Meta):
        verbose_name = _("target group")
        verbose_name_plural = _("target groups")


class Field(Term):
    """A field of activity; `essglobal` is its code in ESSGlobal's "activities-modified"."""

    VOCABULARY = "fields.json"
    EXTRA = ("essglobal",)

    essglobal = models.CharField(_("ESSGlobal code"), max_length=8, blank=True)

    class Meta(Term.Meta):
        verbose_name = _("field of activity")
        verbose_name_plural = _("fields of activity")


class SelfDescription(Term):
    """How an organisation sees itself: Social Entrepreneurship, Kollektivbetrieb, …"""

    VOCABULARY = "self_descriptions.json"

    class Meta(Term.Meta):
        verbose_name = _("self-description")
        verbose_name_plural = _("self-descriptions")


class LegalForm(Term):
    """A legal form; `code` is its ISO 20275 code (Entity Legal Form), where there is one."""

    VOCABULARY = "legal_forms.json"
    EXTRA = ("code",)

    code = models.CharField(_("ISO 20275 code"), max_length=4, blank=True)

    class Meta(Term.Meta):
        verbose_name = _("legal form")
        verbose_name_plural = _("legal forms")


class SpokenLanguage(Term):
    """A language spoken in a house or offer; `key` is its BCP 47 code, `native` its own name."""

    VOCABULARY = "languages.json"
    EXTRA = ("native",)

    native = models.CharField(_("own name"), max_length=60)

    class Meta(Term.Meta):
        verbose_name = _("spoken language")
        verbose_name_plural = _("spoken languages")


class OfferTrait(Term):
    """What people say for what decides whether they can come ("kostenlos", "ohne Termin"); its
    keys are those that `OfferSearch` writes into its words."""

    VOCABULARY = "traits.json"
    NAMED_IN_FULL = True

    class Meta(Term.Meta):
        verbose_name = _("trait of offers")
        verbose_name_plural = _("traits of offers")


class Sdg(Term):
    """One of the 17 Sustainable Development Goals (United Nations, A/RES/70/1), by its usual short
    name; its key is "sdg-" and its number."""

    VOCABULARY = "sdgs.json"

    class Meta(Term.Meta):
        verbose_name = _("sustainable development goal")
        verbose_name_plural = _("sustainable development goals")

    @property
    def number(self) -> str:
        return self.key.rpartition("-")[2]

    @property
    def numbered(self) -> str:
        return f"{self.number} · {self.label}"


class IcnpoGroup(Term):
    """A group of the International Classification of Non-profit Organizations (ICNPO), as in the
    United Nations' Handbook on Non-Profit Institutions (2003); `number` is the group's."""

    VOCABULARY = "icnpo_groups.json"
    EXTRA = ("number",)

    number = models.PositiveSmallIntegerField(_("number"), unique=True)

    class Meta(Term.Meta):
        verbose_name = _("ICNPO group")
        verbose_name_plural = _("ICNPO groups")
