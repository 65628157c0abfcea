"""What the task force decides about: one queue over every kind of entry in the directory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst

from actors.duplicates import LIKENESS
from actors.models import DuplicatePair, ImportRow, Initiative, Listing, Offer, Organisation
from actors.models.entry import EntryQuerySet
from actors.models.list_import import Result
from actors.models.organisation import BY_NAME, in_telephone_book
from ssoe_portal.common.asking import folded
from ssoe_portal.common.confirmation import vouched_for
from ssoe_portal.common.history import latest_state_of
from ssoe_portal.common.moderation import Moderated, Status
from ssoe_portal.common.translation import BASE_LANGUAGE, IN_LANGUAGE, direction
from ssoe_portal.common.users import User
from ssoe_portal.common.vocabulary import fetch_terms

#: Kind as it stands in addresses: its model.
KINDS: dict[str, type[Moderated]] = {
    model._meta.model_name: model for model in (Organisation, Offer, Listing, Initiative)
}
_TITLE = {"organisation": "name", "offer": "title", "listing": "title", "initiative": "name"}
#: What an organisation is called, and what people know another entry by.
NAMES = ("name", "short_name", "other_names")
NAMES_OF = {name: (title, "organisation__name") for name, title in _TITLE.items()} | {
    "organisation": NAMES
}
#: How many words of a search count.
MOST_WORDS = 8


@dataclass(frozen=True)
class Narrowing:
    """What of the task force's lists is shown: entries of a kind, with all of some words in their
    name or their organisation's, entered by a list (its key)."""

    kind: str = ""
    words: str = ""
    from_list: int | None = None

    def __bool__(self) -> bool:
        return self != Narrowing()

    def of(self, name: str, rows: QuerySet) -> QuerySet:
        """What it leaves of the entries of a kind."""
        if self.kind not in ("", name) or (self.from_list and name not in ENTERED):
            return rows.none()
        if self.from_list:
            made = ImportRow.objects.filter(of=self.from_list, result=Result.CREATED)
            rows = rows.filter(pk__in=made.exclude(**{name: None}).values(name))
        return called(rows, self.words, *NAMES_OF[name])


#: What lists enter.
ENTERED = ("organisation", "offer")


def called(rows: QuerySet, words: str, *names: str) -> QuerySet:
    """Those whose names together have all of some words; accents and capitals do not count."""
    if not words:
        return rows
    parts = (part for name in names for part in (F(name), Value("\n")))
    together = Concat(*parts, output_field=TextField())
    rows = rows.alias(together=folded(together))
    for word in words.split()[:MOST_WORDS]:
        rows = rows.filter(together__contains=folded(Value(word)))
    return rows


def kind_choices() -> list[tuple[str, Any]]:
    return [(kind, model._meta.verbose_name_plural) for kind, model in KINDS.items()]


def awaiting(narrowing: Narrowing = Narrowing()) -> QuerySet:
    """Return what was handed in and not decided, the longest waiting first, over all kinds; `twin`
    is the slug of an organisation that it may be already."""
    return _merged(narrowing, "submitted_at", _awaiting_with_twin, twin=F("twin_slug"))


def _awaiting_with_twin(model: type[Moderated]) -> QuerySet:
    waiting = model._default_manager.awaiting_review()
    if model is Organisation:
        return waiting.annotate(twin_slug=DuplicatePair.objects.all().twin_of(OuterRef("pk")))
    return waiting.annotate(twin_slug=Value(None, output_field=CharField()))


def changed(narrowing: Narrowing = Narrowing()) -> QuerySet:
    """Return published entries whose owners changed them since staff last looked, oldest first."""
    return _merged(narrowing, "changed_at", lambda model: model._default_manager.recently_changed())


def stale(narrowing: Narrowing = Narrowing(), *, now: datetime) -> QuerySet:
    """Return what staff look after themselves (`EntryQuerySet.stale`), what was vouched for longest
    ago first; `asked` is when its owners were asked, `reaches` whether there is anybody to ask."""
    return _merged(
        narrowing,
        vouched_for(),
        lambda model: model._default_manager.stale(now).with_reach(),
        asked=F("asked_at"),
        confirmed=F("confirmed_at"),
        reaches=F("reaches_somebody"),
    )


def incomplete(narrowing: Narrowing = Narrowing(), *, now: datetime) -> QuerySet:
    """Return public entries that lack something readers need, the longest public first; `asked` is
    when their owners were last asked to complete them, `may_be_asked` whether they can be now."""
    return _merged(
        narrowing,
        "published_at",
        lambda model: model._default_manager.incomplete().with_asking(now),
        asked=F("nudged_at"),
        reaches=F("reaches_somebody"),
        may_be_asked=F("may_be_asked"),
    )


def archived(narrowing: Narrowing = Narrowing()) -> QuerySet:
    """Return what is in the archive, the latest first, but what became part of another entry;
    `reason` is the task force's, where it has archived it."""
    return _merged(narrowing, "archived_at", _in_archive, order="-since", reason=F("return_reason"))


def _in_archive(model: type[Moderated]) -> QuerySet:
    """`archived_at` is of an entry's first state there after its last one elsewhere."""
    states = model.pgh_event_model.objects.filter(pgh_obj=OuterRef("pk")).order_by("pgh_id")
    same = model.pgh_event_model.objects.filter(pgh_obj=OuterRef("pgh_obj"))
    later_elsewhere = same.exclude(status=Status.ARCHIVED).filter(pgh_id__gt=OuterRef("pgh_id"))
    first = states.filter(~Exists(later_elsewhere), status=Status.ARCHIVED)
    rows = model._default_manager.filter(status=Status.ARCHIVED)
    rows = rows.alias(archived_at=Subquery(first.values("pgh_created_at")[:1]))
    return rows.filter(merged_into=None) if model is Organisation else rows


def everything(narrowing: Narrowing = Narrowing(), *, to: User) -> QuerySet:
    """Return all entries that this person may see, in whatever state (`state`), by name."""
    return _merged(
        narrowing,
        "created_at",
        lambda model: model._default_manager.visible_to(to),
        order="by_name",
        state=F("status"),
    )


def states(rows: Iterable) -> dict[tuple[str, int], int]:
    """Return what `latest_state` is of the entries in a list, in one query for all kinds: what is
    decided from the list is about what these were when it was opened."""
    keys: dict[str, list[int]] = {}
    for row in rows:
        keys.setdefault(row.what, []).append(row.pk)
    parts = [
        KINDS[name]
        ._default_manager.filter(pk__in=pks)
        .order_by()
        .values_list(Value(name, output_field=CharField()), "pk", latest_state_of(KINDS[name]))
        for name, pks in keys.items()
    ]
    if not parts:
        return {}
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return {(name, pk): state for name, pk, state in found.order_by()}


def _merged(
    narrowing: Narrowing,
    since: str | Combinable,
    rows_of: Callable[[type[Moderated]], QuerySet],
    *,
    order: str = "since",
    **more: F,
) -> QuerySet:
    parts = []
    for name, model in KINDS.items():
        # An organisation is its own title already.
        who = Value("") if name == "organisation" else F("organisation__name")
        by_name = {"by_name": in_telephone_book(_TITLE[name])} if order == "by_name" else {}
        parts.append(
            narrowing.of(name, rows_of(model))
            .order_by()
            .annotate(
                what=Value(name, output_field=CharField()),
                label=F(_TITLE[name]),
                who=who,
                since=F(since) if isinstance(since, str) else since,
                **more,
                **by_name,
            )
            .values_list("what", "pk", "slug", "label", "who", "since", *more, *by_name, named=True)
        )
    merged = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    # Total: no two rows share kind (`what`) and key.
    return merged.order_by(order, "what", "pk")


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
    """Return organisations of nearly the same name, or that share a website, an address or a number
    with it: which may be the same one twice. What staff said is another one is left out."""
    if not isinstance(item, Organisation):
        return Organisation.objects.none()
    pairs = DuplicatePair.objects.all()
    told = pairs.filter(differ_since__isnull=False)
    found = pairs.filter(differ_since__isnull=True)
    visible = Organisation.objects.visible_to(to).exclude(pk=item.pk)
    named_alike = visible.similar_to(item.name).filter(likeness__gte=LIKENESS)
    alike = named_alike.values("pk")[:5]
    return (
        visible.filter(
            Q(pk__in=alike)
            | Q(pk__in=found.filter(first=item).values("second"))
            | Q(pk__in=found.filter(second=item).values("first"))
        )
        .exclude(status=Status.ARCHIVED)
        .exclude(pk__in=told.filter(first=item).values("second"))
        .exclude(pk__in=told.filter(second=item).values("first"))
        .order_by(*BY_NAME)[:8]
    )


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
    return [
        Version(
            language,
            str(capfirst(IN_LANGUAGE.get(language, language))),
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
