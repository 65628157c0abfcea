"""What the task force decides about: one queue over every kind of entry in the directory."""

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst

from actors.models import Initiative, Listing, Offer, Organisation
from actors.models.entry import EntryQuerySet
from ssoe_portal.common.moderation import Moderated
from ssoe_portal.common.translation import BASE_LANGUAGE, CONTENT_LANGUAGES, direction
from ssoe_portal.common.users import User
from ssoe_portal.common.vocabulary import fetch_terms

#: Kind as it stands in addresses: its model.
KINDS: dict[str, type[Moderated]] = {
    model._meta.model_name: model for model in (Organisation, Offer, Listing, Initiative)
}
_TITLE = {"organisation": "name", "offer": "title", "listing": "title", "initiative": "name"}


def kind_choices() -> list[tuple[str, Any]]:
    return [(kind, model._meta.verbose_name_plural) for kind, model in KINDS.items()]


def awaiting(kind: str = "") -> QuerySet:
    """Return what was handed in and not decided, the longest waiting first, over all kinds."""
    return _merged(kind, "submitted_at", lambda model: model._default_manager.awaiting_review())


def changed(kind: str = "") -> QuerySet:
    """Return published entries whose owners changed them since staff last looked, oldest first."""
    return _merged(kind, "changed_at", lambda model: model._default_manager.recently_changed())


def _merged(kind: str, since: str, rows_of) -> QuerySet:
    parts = []
    for name, model in KINDS.items():
        if kind and name != kind:
            continue
        who = "name" if name == "organisation" else "organisation__name"
        parts.append(
            rows_of(model)
            .order_by()
            .annotate(
                what=Value(name, output_field=CharField()),
                label=F(_TITLE[name]),
                who=F(who),
                since=F(since),
            )
            .values_list("what", "pk", "slug", "label", "who", "since", named=True)
        )
    merged = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    # Total: no two rows share kind (`what`) and key.
    return merged.order_by("since", "what", "pk")


def entries(kind: str, *, to: User) -> EntryQuerySet:
    """Return the entries of a kind that this person may see; raises Http404 for what is no kind."""
    if kind not in KINDS:
        raise Http404(kind)
    return KINDS[kind]._default_manager.visible_to(to)


def for_review(kind: str, slug: str, *, to: User) -> Moderated:
    """Return one entry with all that the desk shows of it, in three queries; raises Http404."""
    rows = entries(kind, to=to).for_review()
    item = get_object_or_404(rows, slug=slug)
    if rows.TERMS:
        fetch_terms(item, *rows.TERMS)
    return item


def similar(item: Moderated, *, to: User) -> QuerySet:
    """Return organisations of nearly the same name, which may be the same one twice."""
    if not isinstance(item, Organisation):
        return Organisation.objects.none()
    return Organisation.objects.visible_to(to).similar_to(item.name).exclude(pk=item.pk)[:5]


@dataclass(frozen=True)
class Version:
    """An entry's texts in one language: `fields` holds (label, text)."""

    language: str
    name: str
    dir: str
    is_outdated: bool
    fields: list[tuple[str, str]]


def other_versions(item: Moderated) -> list[Version]:
    """Return an entry's texts in the languages that the reader's own view of it does not show:
    publishing it publishes them as well."""
    sources = [(BASE_LANGUAGE, item, False)]
    sources += [
        (row.language, row, row.base_revision < item.revision)
        for row in sorted(item.translations.all(), key=lambda row: row.language)
    ]
    names = dict(CONTENT_LANGUAGES)
    return [
        Version(
            language,
            names.get(language, language),
            direction(language),
            is_outdated,
            [
                (str(capfirst(item._meta.get_field(name).verbose_name)), text)
                for name in item.TRANSLATED_FIELDS
                if (text := getattr(source, name))
            ],
        )
        for language, source, is_outdated in sources
        if language != item.text.lang
    ]
