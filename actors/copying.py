"""An offer made from another one: all that is written, nothing of its life."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from actors.models import Offer, OfferTranslation, Organisation
from ssoe_portal.common.translation import BASE_LANGUAGE

#: Columns that belong to one offer alone, besides its life (`Moderated.LIFE`); what
#: `times_summary` tells is compared in its rows.
OWN = {"id", "slug", "created_at", "revision", "times_summary"}
TERMS = ("target_groups", "languages")


@transaction.atomic
def copy_offer(*, offer: Offer) -> tuple[Offer, bool]:
    """Return a draft with an offer's texts, translations, vocabularies and times, and True.

    Who presses twice does not want two: a copy that nobody has touched yet is returned instead, and
    False. A translation that was outdated stays so.
    """
    # Held, so that of two requests at once the second one sees what the first one has made.
    Organisation.objects.locked().get(pk=offer.organisation_id)
    names = _columns()
    draft = Offer(**{name: getattr(offer, name) for name in names})
    draft.title = marked_as_copy(offer.title, BASE_LANGUAGE, longest=_longest_title())
    rows = list(offer.translations.all())
    outdated = {row.language for row in rows if row.base_revision < offer.revision}
    for row in rows:
        row.title = marked_as_copy(row.title, row.language, longest=_longest_title())
    same = Offer.objects.entered_like(
        draft,
        names,
        terms={name: getattr(offer, name).all() for name in TERMS},
        english={},
        and_also=lambda entry: (
            entry.status == Offer.Status.DRAFT
            and entry.keeps_same_hours(offer.hours.times, offer.hours.exceptions)
            and _texts(entry.translations.all()) == _texts(rows)
        ),
    )
    if same is not None:
        return same, False
    draft.save()
    for name in TERMS:
        getattr(draft, name).set(getattr(offer, name).all())
    draft.set_hours(offer.hours.times, offer.hours.exceptions)
    for row in rows:
        row.pk = None
        row._state.adding = True
        row.original = draft
        row.base_revision = 0 if row.language in outdated else draft.revision
        row.save(force_insert=True)
    return draft, True


def marked_as_copy(title: str, language: str, *, longest: int) -> str:
    """Return a title that says so in its own language, cut where it would be too long."""
    with translation.override(language):
        mark = " " + gettext("(copy)")
    if title.endswith(mark):
        mark = ""
    return title[: longest - len(mark)].rstrip() + mark


def _texts(rows: Iterable[OfferTranslation]) -> dict[str, list[str]]:
    """What stands in each language."""
    return {row.language: [getattr(row, name) for name in Offer.TRANSLATED_FIELDS] for row in rows}


def _columns() -> list[str]:
    return [
        field.name
        for field in Offer._meta.concrete_fields
        if not field.generated and field.name not in OWN.union(Offer.LIFE)
    ]


def _longest_title() -> int:
    return Offer._meta.get_field("title").max_length or 140
