"""Who changed what, as people read it: told from what `ssoe_portal.common.history` records."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ssoe_portal.common.history import (
    has_tracked_translations,
    relation_events,
    row_events,
    translation_events,
)
from ssoe_portal.common.translation import BASE_LANGUAGE, IN_LANGUAGE
from ssoe_portal.common.vocabulary import Term, label_in


@dataclass(frozen=True)
class Change:
    """One step in an object's history: when, by whom (None: the portal itself), what changed.

    `fields` holds (label, before, after) as people read them; it is empty for the first state.
    `language` is that of the texts: a translation's changes are steps of their own.
    """

    at: datetime
    by: models.Model | None
    kind: str
    fields: list[tuple[str, str, str]]
    language: str = BASE_LANGUAGE


#: Columns that say nothing to a reader of the history.
_SILENT = {
    *("id", "slug", "revision", "latitude", "longitude", "created_at", "changed_at"),
    # What a calendar goes by follows from the other fields.
    *("sequence", "modified_at"),
}
#: In a translation these say where its texts belong; `language` is told with each label.
_SILENT_IN_TRANSLATIONS = {"original", "language", "base_revision", "origin"}
#: In a row these follow from whose it is, from the moment or from its file.
_SILENT_IN_ROWS = {"organisation", "updated_at", "digest", "width", "height"}


#: A transaction bears the time of its beginning; what one of them has written may lie so long
#: before it was there to be seen.
LONGEST_TRANSACTION = timedelta(minutes=1)


def changes(item: models.Model) -> list[Change]:
    """Return the whole history of a tracked object, of its tracked relations and rows and of its
    tracked translations, newest first.

    Each history is read to its beginning: many of its states tell nothing (`_SILENT`), and the
    oldest of a part would have nothing to be compared with. So what is shown of it is cut from
    the end of what is told here.
    """
    steps = _steps(item)
    _add_relation_steps(item, steps)
    steps += _row_steps(item)
    if has_tracked_translations(type(item)):
        steps += _translation_steps(item)
    authors = get_user_model().objects.in_bulk({step.by for step in steps} - {None})
    found = [
        Change(
            at=step.at,
            by=authors.get(step.by),
            kind=step.kind,
            fields=step.fields,
            language=step.language,
        )
        for step in steps
    ]
    # Stable: of one moment, the object's own steps come first, each history's newest first.
    return sorted(found, key=lambda change: change.at, reverse=True)


@dataclass(frozen=True)
class Recent:
    """The newest changes, and how many older ones there are."""

    shown: list[Change]
    older: int


def recent(item: models.Model, *, number: int, since: datetime | None) -> Recent:
    """Return the newest changes: so many, and all that came after a moment, however many these
    are (None: nobody has looked yet, all of them)."""
    told = changes(item)
    seen = [change for change in told if since and change.at <= since - LONGEST_TRANSACTION]
    shown = max(number, len(told) - len(seen))
    return Recent(told[:shown], len(told[shown:]))


@dataclass
class _Step:
    """A `Change` in the making; `by` is the number of an account."""

    at: datetime
    by: int | None
    kind: str
    fields: list[tuple[str, str, str]]
    language: str = BASE_LANGUAGE

    @classmethod
    def of(cls, event: models.Model, fields: list, language: str = BASE_LANGUAGE) -> "_Step":
        return cls(event.pgh_created_at, _author(event), event.pgh_label, fields, language)


def _author(event: models.Model) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def _steps(item: models.Model) -> list[_Step]:
    kept = {field.name for field in item.pgh_event_model._meta.fields}
    pointers = [
        field
        for field in item._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.name in kept
    ]
    events = list(
        item.events.select_related("pgh_context")
        .annotate(
            **{
                _LABEL + field.name: _label(field.related_model, field.attname)
                for field in pointers
                if issubclass(field.related_model, Term)
            }
        )
        .order_by("-pgh_id")
    )
    changed = [
        field.name
        for field in pointers
        if not issubclass(field.related_model, Term)
        and len({getattr(event, field.attname) for event in events}) > 1
    ]
    models.prefetch_related_objects(events, *changed)
    found = []
    for event, before in zip_longest(events, events[1:]):
        fields = _difference(item, before, event) if before is not None else []
        if before is None or fields:
            found.append(_Step.of(event, fields))
    return found


def _add_relation_steps(item: models.Model, steps: list[_Step]) -> None:
    """Tell what went out of a field and what came in, with what else happened in the same
    transaction; what an object was entered with is no change."""
    histories = [
        events.annotate(
            relation=models.Value(name),
            term=models.F(item._meta.get_field(name).m2m_reverse_name()),
            label=_label(
                item._meta.get_field(name).related_model,
                item._meta.get_field(name).m2m_reverse_name(),
            ),
        )
        .order_by()
        .values_list(
            "relation",
            "term",
            "label",
            "pgh_label",
            "pgh_created_at",
            "pgh_context__metadata__user",
            named=True,
        )
        for name, events in relation_events(type(item), item.pk).items()
    ]
    if not histories:
        return
    rows = (
        histories[0].union(*histories[1:], all=True).order_by("-pgh_created_at", "relation", "term")
    )
    moves: dict[tuple, dict[str, set[int]]] = {}
    labels: dict[tuple[str, int], str] = {}
    for row in rows:
        key = row.pgh_created_at, row.pgh_context__metadata__user, row.relation
        which = moves.setdefault(key, {"insert": set(), "delete": set()})
        which[row.pgh_label].add(row.term)
        labels[row.relation, row.term] = row.label or str(row.term)
    known = {(step.at, step.by): step for step in steps}
    for (at, by, name), which in moves.items():
        out, into = (
            ", ".join(labels[name, term] for term in sorted(terms))
            for terms in (which["delete"] - which["insert"], which["insert"] - which["delete"])
        )
        step = known.get((at, by))
        if not (out or into) or (step and step.kind == "insert"):
            continue
        if step is None:
            step = known[at, by] = _Step(at, by, "update", [])
            steps.append(step)
        step.fields.append((str(capfirst(item._meta.get_field(name).verbose_name)), out, into))


#: Before the name of a foreign key: where its term's label is kept on an event.
_LABEL = "label_of_"


def _label(term: Any, key: str) -> models.Subquery:
    """What a term is called that a row points to by `key`; NULL where it is gone."""
    return models.Subquery(
        term._base_manager.filter(pk=models.OuterRef(key)).values_list(label_in())[:1]
    )


def _translation_steps(item: models.Model) -> list[_Step]:
    """A translation is compared with nothing when it is new, and with nothing when it goes."""
    row_model = item._meta.get_field("translations").related_model
    history = translation_events(type(item), item.pk).select_related("pgh_context")
    found, states = [], {}
    for event in history.order_by("pgh_id"):
        before = states.get(event.pgh_obj_id) or row_model()
        after = row_model() if event.pgh_label == "delete" else event
        states[event.pgh_obj_id] = event
        in_language = IN_LANGUAGE.get(event.language, event.language)
        fields = [
            (f"{label} {in_language}", old, new)
            for label, old, new in _difference(
                row_model(), before, after, silent=_SILENT | _SILENT_IN_TRANSLATIONS
            )
        ]
        if fields:
            found.append(_Step.of(event, fields, event.language))
    return found[::-1]


def _row_steps(item: models.Model) -> list[_Step]:
    """What happened to the rows that belong to an object, a step each; one that is new or goes is
    compared with an empty one. Their histories come in one query, each state as JSON."""
    histories = [
        events.annotate(relation=models.Value(name), state=_state(events.model))
        .order_by()
        .values_list(
            "relation",
            "state",
            "pgh_id",
            "pgh_obj_id",
            "pgh_label",
            "pgh_created_at",
            "pgh_context__metadata__user",
            named=True,
        )
        for name, events in row_events(type(item), item.pk).items()
    ]
    if not histories:
        return []
    events = histories[0].union(*histories[1:], all=True)
    states: dict[tuple[str, int], models.Model] = {}
    found = []
    # In a history of its own the number says what came first; moments are those of transactions.
    for event in events.order_by("relation", "pgh_id"):
        model = item._meta.get_field(event.relation).related_model
        assert model is not None
        key = event.relation, event.pgh_obj_id
        state = _as_row(model, event.state)
        before = states.get(key) or model()
        after = model() if event.pgh_label == "delete" else state
        states[key] = state
        row = str(capfirst(model._meta.verbose_name))
        if title := getattr(state, "name", "") or getattr(state, "alt", ""):
            row = _("%(kind)s “%(name)s”") % {"kind": row, "name": title}
        fields = [
            (f"{row}: {label}", old, new)
            for label, old, new in _difference(
                model(), before, after, silent=_SILENT | _SILENT_IN_ROWS
            )
        ]
        if event.pgh_label == "insert" and not fields:
            fields = [(row, "", str(_("added")))]
        elif event.pgh_label == "delete" and not fields:
            fields = [(row, str(_("removed")), "")]
        if fields:
            author = event.pgh_context__metadata__user
            found.append(_Step(event.pgh_created_at, author, "update", fields))
    return found[::-1]


def _state(events: type[models.Model]) -> JSONObject:
    """A row's state in its history as an expression; what it points to comes with its name."""
    model = events.pgh_tracked_model
    columns: dict[str, Any] = {}
    for field in events._meta.concrete_fields:
        if field.name.startswith("pgh_") or field.name in _SILENT | _SILENT_IN_ROWS:
            continue
        columns[field.attname] = models.F(field.attname)
        if isinstance(field, models.ForeignKey):
            target = model._meta.get_field(field.name).related_model
            columns[_LABEL + field.name] = (
                _label(target, field.attname)
                if issubclass(target, Term)
                else models.Subquery(
                    target._base_manager.filter(pk=models.OuterRef(field.attname)).values("name")[
                        :1
                    ]
                )
            )
    return JSONObject(**columns)


def _as_row(model: type[models.Model], state: dict[str, Any]) -> models.Model:
    names = {name: value for name, value in state.items() if name.startswith(_LABEL)}
    row = model(
        **{
            name: model._meta.get_field(name).to_python(value)
            for name, value in state.items()
            if name not in names
        }
    )
    for name, value in names.items():
        setattr(row, name, value)
    return row


def _difference(
    item: models.Model, before: models.Model, after: models.Model, *, silent: set[str] = _SILENT
) -> list:
    difference = []
    for field in item._meta.concrete_fields:
        if field.name in silent or field.generated or not hasattr(after, field.attname):
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            difference.append(
                (
                    str(capfirst(field.verbose_name)),
                    _readable(before, field),
                    _readable(after, field),
                )
            )
    return difference


def _readable(event: models.Model, field: models.Field) -> str:
    """Return a value as people read it: a choice's label, a related object's name, a local time."""
    value = getattr(event, field.attname)
    if value in (None, ""):
        return ""
    if isinstance(field, models.ForeignKey):
        label = getattr(event, _LABEL + field.name, None)
        return str(label or _related(event, field) or value)
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(dict(field.flatchoices).get(value, value))


def _related(event: models.Model, field: models.ForeignKey) -> models.Model | None:
    """Return what a foreign key pointed to, if it still exists; loaded with all states at once."""
    if field.is_cached(event):
        return field.get_cached_value(event)
    return field.related_model._base_manager.filter(pk=getattr(event, field.attname)).first()
