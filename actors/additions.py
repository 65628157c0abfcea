"""What an entry could still tell, as what it would add for its readers. Never a percentage: an
entry is whole without any of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from actors.models import Organisation


@dataclass(frozen=True)
class Addition:
    """What to do, what readers gain by it, and where."""

    action: str
    gain: str
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

    if not organisation.has_address:
        yield Addition(
            _("Give your address"),
            _("Then people see how far it is to you."),
            step("contact", "street"),
        )
    if not organisation.languages.all():
        yield Addition(
            _("Choose your languages"),
            _("Then people see in which languages somebody understands them."),
            step("people", "languages"),
        )
    if organisation.is_step_free is None:
        yield Addition(
            _("Say how one gets in"),
            _("Then people see whether they can get in with a wheelchair or a pram."),
            step("contact", "is_step_free"),
        )
    if not organisation.phone:
        yield Addition(
            _("Give a telephone number"),
            _("Then people who find writing hard can call you."),
            step("contact", "phone"),
        )
    if not organisation.contacts.all():
        yield Addition(
            _("Name a contact person"), _("Then people know whom to ask for."), page("contacts")
        )
    if not any(picture.is_shown for picture in organisation.pictures.all()):
        yield Addition(
            _("Add a picture"),
            _("Then people see what it looks like at your place, before they come."),
            page("pictures"),
        )
    if getattr(organisation, "logo", None) is None:
        yield Addition(
            _("Add your logo"), _("Then people recognise you in lists."), page("pictures")
        )
    if not organisation.fields.all():
        yield Addition(
            _("Choose your fields of work"),
            _("Then organisations that work on the same things find you."),
            step("work", "fields"),
        )
    if not organisation.target_groups.all():
        yield Addition(
            _("Choose whom you work with"),
            _("Then people see whether you are there for them."),
            step("people", "target_groups"),
        )
    if not organisation.translations.all():
        yield Addition(
            _("Write it in English, too"),
            _("Then people who do not read German yet understand what you do."),
            page("organisation-english"),
        )
    if not any(getattr(organisation, name) for name in organisation.DIMENSIONS):
        yield Addition(
            _("Say how you work"),
            _("Then partners and funders see what makes you a social enterprise."),
            step("details", "social_purpose"),
        )
    if not organisation.sdgs.all():
        yield Addition(
            _("Choose your goals (SDGs)"),
            _("Then funders see which of the United Nations’ goals you serve."),
            step("details", "sdgs"),
        )
