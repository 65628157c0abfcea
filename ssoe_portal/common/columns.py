"""Columns of a table that goes out and comes in again, by the names that pages show.

Each column is a field of a model. What stands in a cell is found out by the widgets of
`common/tables.py`: terms and choices by key or name, yes and no in words; and checked by the field
itself. Values are plain: numbers, texts, keys of rows, so that they can be stored as JSON.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override
from import_export import widgets

from ssoe_portal.common.cells import MANY, ChoiceWidget, WholeNumberWidget, YesNoWidget, folded
from ssoe_portal.common.table_files import UNCALCULATED, plain, uncalculated
from ssoe_portal.common.tables import TermsWidget, TermWidget, unguarded
from ssoe_portal.common.vocabulary import Term

#: How many answers to the cells of a column are remembered.
REMEMBERED = 5_000
#: The code of an error about words that are none of those a column knows.
UNKNOWN = "unknown"
#: How much of a wrong cell an error quotes.
QUOTED = 80


@dataclass(frozen=True)
class CellError:
    """What is wrong in a cell, in words that say what may stand there."""

    column: str
    value: str
    message: str


@dataclass
class Column:
    """One column. `name` is the field's; `label` heads it; `read(item)` is what goes out.

    `also` are other words for it in lists from elsewhere.

    `comes_in` is false for what only goes out, `is_internal` true for what only staff may read,
    `needed` true for what a new row must have.
    """

    name: str
    label: str | Promise
    field: models.Field | None = None
    widget: Any = None
    note: str | Promise = ""
    also: tuple[str, ...] = ()
    needed: bool = False
    comes_in: bool = True
    is_internal: bool = False
    read: Callable[[Any], object] | None = None
    _known: dict[str, Any] = dataclasses.field(default_factory=dict, repr=False)

    @property
    def heading(self) -> str:
        return str(capfirst(str(self.label)))

    @property
    def headings(self) -> list[str]:
        """The heading in every language of the interface."""
        found = []
        for language, _name in settings.LANGUAGES:
            with override(language):
                found.append(self.heading)
        return found

    @property
    def is_many(self) -> bool:
        return bool(self.field is not None and self.field.many_to_many)

    @property
    def is_only_said_with_yes(self) -> bool:
        """Whether a no may as well mean that nobody has said anything: what is a no until somebody
        ticks it, and cannot be unknown."""
        field = self.field
        return isinstance(field, models.BooleanField) and not field.null and field.default is False

    @property
    def help(self) -> str:
        """What may stand in it, in short."""
        return self._help(MANY)

    @property
    def all_help(self) -> str:
        """What may stand in it, with every name there is."""
        needed = f" {_('(needed)')}" if self.needed else ""
        return self._help(None) + needed

    def _help(self, most: int | None) -> str:
        if self.note:
            return str(self.note)
        if isinstance(self.widget, TermsWidget | TermWidget):
            names = [str(term) for term in self.widget.model.objects.order_by("position", "pk")]
            shown = "; ".join(names[:most]) + ("; …" if most and len(names) > most else "")
            if isinstance(self.widget, TermsWidget):
                return _("several with semicolons between them: %(names)s") % {"names": shown}
            return _("one of these: %(names)s") % {"names": shown}
        if isinstance(self.widget, ChoiceWidget):
            shown = "; ".join(str(label) for _key, label in self.widget.choices)
            return _("one of these: %(names)s") % {"names": shown}
        if isinstance(self.widget, YesNoWidget):
            return _("yes or no")
        if isinstance(self.widget, WholeNumberWidget):
            return _("a whole number")
        length = getattr(self.field, "max_length", None)
        if length is None:
            return _("text")
        return _("text, up to %(number)s characters") % {"number": length}

    def value(self, text: str) -> Any:
        """What a cell means, as JSON can hold it; raises ValidationError."""
        if text in self._known:
            return self._known[text]
        value = self._value(text)
        if len(text) <= QUOTED and len(self._known) < REMEMBERED:
            self._known[text] = value
        return value

    def _value(self, text: str) -> Any:
        try:
            found = self.widget.clean(text) if self.widget else text
        except ValueError as error:
            code = "invalid" if isinstance(self.widget, WholeNumberWidget) else UNKNOWN
            raise ValidationError(str(error), code=code) from None
        if isinstance(found, list):
            return sorted(item.pk for item in found)
        if isinstance(found, models.Model):
            return found.pk
        if self.field is None or self.field.is_relation:
            return found
        if isinstance(self.field, models.URLField) and found and "://" not in found:
            found = f"https://{found}"
        if found in ("", None) and (self.field.blank or self.field.null):
            return None if self.field.null else self._empty
        return self.field.clean(found, None)

    @property
    def _empty(self) -> Any:
        return self.field.get_default() if self.field and self.field.has_default() else ""

    def cell(self, item: models.Model) -> str:
        """What goes out of an item, in the reader's language."""
        if self.read is not None:
            return self.words(self.read(item))
        if self.is_many:
            return self.words([str(term) for term in getattr(item, self.name).all()])
        assert self.field is not None
        value = getattr(item, self.name)
        if value is False and self.is_only_said_with_yes:
            return ""
        if isinstance(self.widget, ChoiceWidget):
            value = dict(self.field.flatchoices).get(value, value)
        return self.words(value)

    @staticmethod
    def words(value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list | tuple):
            return "; ".join(map(str, value))
        return str(value)

    def shown(self, value: Any, names: Mapping[tuple[type[models.Model], int], str]) -> str:
        """What a stored value says to a reader; `names` are those of rows that values refer to."""
        if self.field is not None and self.field.is_relation:
            model: Any = self.field.related_model
            keys = value if isinstance(value, list) else [value]
            return "; ".join(names.get((model, key), "?") for key in keys if key is not None)
        if isinstance(self.widget, ChoiceWidget):
            value = dict(self.field.flatchoices).get(value, value) if self.field else value
        return self.words(value)


class Columns:
    """The columns of a table in their order, found by heading in any language of the interface.

    Meant for one job or one request: terms are read once.
    """

    def __init__(
        self, columns: Iterable[Column], *, passed_over: Iterable[str | Promise] = ()
    ) -> None:
        self.all = list(columns)
        self._passed_over = [Column(name="", label=label, comes_in=False) for label in passed_over]
        self.by_name = {column.name: column for column in self.all}

    @cached_property
    def incoming(self) -> list[Column]:
        return [column for column in self.all if column.comes_in]

    def outgoing(self, *, internal: bool) -> list[Column]:
        return [column for column in self.all if internal or not column.is_internal]

    @cached_property
    def _by_heading(self) -> dict[str, Column]:
        found: dict[str, Column] = {}
        for column in (*self.all, *self._passed_over):
            for text in filter(None, (*column.headings, column.name)):
                found.setdefault(folded(text), column)
        for column in self.all:
            for text in column.also:
                found.setdefault(folded(text), column)
        return found

    def assign(self, heading: list[str]) -> list[str | None]:
        """Which column each heading means: its name; "" for one that goes out only, and for one
        that stands there twice; None for an unknown one."""
        found: list[str | None] = []
        for text in heading:
            column = self._by_heading.get(folded(text.rstrip("* ")))
            if column is None:
                found.append(None if text else "")
            elif column.name in found or not column.comes_in:
                found.append("")
            else:
                found.append(column.name)
        return found

    def read(
        self, cells: list[str], assigned: list[str]
    ) -> tuple[dict[str, Any], list[CellError], list[CellError]]:
        """What a row means: values by column name; what is wrong with it; and which cells are
        passed over, because they are unknown words in columns that a row can do without."""
        values: dict[str, Any] = {}
        errors: list[CellError] = []
        left_out: list[CellError] = []
        for number, name in enumerate(assigned):
            if not name:
                continue
            text = plain(unguarded(cells[number])) if number < len(cells) else ""
            try:
                if text == UNCALCULATED:
                    raise ValidationError(uncalculated(), code="uncalculated")
                values[name] = self.by_name[name].value(text)
            except ValidationError as error:
                column = self.by_name[name]
                can_do_without = getattr(error, "code", "") == UNKNOWN and not column.needed
                (left_out if can_do_without else errors).extend(
                    CellError(column.heading, text[:QUOTED], message) for message in error.messages
                )
        return values, errors, left_out

    def missing(self, values: dict[str, Any]) -> list[CellError]:
        """What a new row must have and has not."""
        return [
            CellError(column.heading, "", _("Please fill this in: a new entry needs it."))
            for column in self.incoming
            if column.needed and values.get(column.name) in (None, "")
        ]


def of_model(
    model: type[models.Model],
    names: Iterable[str],
    *,
    notes: Mapping[str, str | Promise] = {},
    also: Mapping[str, tuple[str, ...]] = {},
) -> list[Column]:
    """Columns that are fields of a model, as the model describes them."""
    return [
        _of_field(model._meta.get_field(name), notes.get(name, ""), also.get(name, ()))
        for name in names
    ]


def _of_field(known: Any, note: str | Promise, also: tuple[str, ...]) -> Column:
    default = known.default if known.has_default() and not known.many_to_many else None
    widget: widgets.Widget | None = None
    if known.many_to_many:
        widget = TermsWidget(known.related_model)
    elif known.is_relation and issubclass(known.related_model, Term):
        widget = TermWidget(known.related_model)
    elif known.choices:
        widget = ChoiceWidget(known.flatchoices, default or "")
    elif isinstance(known, models.BooleanField):
        widget = YesNoWidget(may_be_open=known.null)
    elif isinstance(known, models.IntegerField):
        widget = WholeNumberWidget()
    return Column(
        name=known.name,
        label=known.verbose_name,
        also=also,
        field=known,
        widget=widget,
        note=note,
        needed=not (known.blank or known.has_default() or known.many_to_many),
    )
