"""What an entry could still tell, as what it would add for its readers. Never a percentage: an
entry is whole without any of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from actors.models import Organisation


@dataclass(frozen=True)
class Addition:
    """A sentence about readers, and where to write what they miss."""

    sentence: str | Promise
    url: str


def additions(organisation: Organisation) -> list[Addition]:
    """Return what is not there yet, what helps most people first. It reads the vocabularies and
    rows that the page has fetched along."""
    return list(_additions(organisation))


def _additions(organisation: Organisation) -> Iterator[Addition]:
    def step(key: str, field: str) -> str:
        page = reverse("actors:organisation-edit-step", args=[organisation.slug, key])
        return f"{page}#div_id_{field}"

    def page(name: str) -> str:
        return reverse(f"actors:{name}", args=[organisation.slug])

    if organisation.is_step_free is None:
        yield Addition(
            _("People could see whether they can get in with a wheelchair or a pram."),
            step("contact", "is_step_free"),
        )
    if not organisation.languages.all():
        yield Addition(
            _("People could see in which languages somebody understands them."),
            step("people", "languages"),
        )
    if not organisation.phone:
        yield Addition(_("People who find writing hard could call you."), step("contact", "phone"))
    if not organisation.has_address:
        yield Addition(_("People could see how far it is to you."), step("contact", "street"))
    if not organisation.contacts.all():
        yield Addition(_("People would know whom to ask for."), page("contacts"))
    if not any(picture.is_shown for picture in organisation.pictures.all()):
        yield Addition(
            _("People could see what it looks like at your place, before they come."),
            page("pictures"),
        )
    if getattr(organisation, "logo", None) is None:
        yield Addition(_("People would recognise you in lists."), page("pictures"))
    if not organisation.fields.all():
        yield Addition(
            _("Organisations that work on the same things would find you."), step("work", "fields")
        )
    if not organisation.target_groups.all():
        yield Addition(
            _("People could see whether you are there for them."), step("people", "target_groups")
        )
    if not organisation.translations.all():
        yield Addition(
            _("People who do not read German yet could read what you do."),
            page("organisation-english"),
        )
    if not any(getattr(organisation, name) for name in organisation.DIMENSIONS):
        yield Addition(
            _("Partners and funders could see what makes you a social enterprise."),
            step("details", "social_purpose"),
        )
    if not organisation.sdgs.all():
        yield Addition(
            _("Funders could see which of the United Nations’ goals you serve."),
            step("details", "sdgs"),
        )
