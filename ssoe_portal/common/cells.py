"""What stands in the cells of a table that comes in: words as the pages say them beside the keys
they are kept as, and errors that say what may stand there."""

from collections.abc import Mapping
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import cached_property, lru_cache

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override
from import_export import widgets

#: Names that are given where a column is explained, and where a cell is wrong.
MANY, FEW = 12, 3
#: Names among which those are looked for that were perhaps meant.
COMPARED = 500
#: How much of what stands in a wrong cell is repeated.
QUOTED = 60
YES = {"1", "ja", "yes", "true", "wahr", "x"}
NO = {"0", "nein", "no", "false", "falsch", "", "-"}
#: The first is how moments go out; the others come from other programs.
MOMENTS = (
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y, %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
)


def folded(value: object) -> str:
    """A cell's text, for comparing: spreadsheets turn 3 into 3.0, and nobody minds capitals or
    where a line ends."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else " ".join(str(value).split()).casefold()


def unknown(name: object, possible: list[str]) -> ValueError:
    """The error that the import shows at row and column: the names that were perhaps meant, else a
    few that are possible."""
    typed = str(name).strip()
    said = {"name": Truncator(typed).chars(QUOTED)}
    if meant := _meant(folded(typed), tuple(possible[:COMPARED])):
        said["names"] = " / ".join(meant)
        return ValueError(_("“%(name)s” is unknown here. Did you mean: %(names)s?") % said)
    said["names"] = "; ".join(possible[:FEW]) + ("; …" if len(possible) > FEW else "")
    return ValueError(_("“%(name)s” is unknown here. Possible are: %(names)s") % said)


@lru_cache(maxsize=1_000)
def _meant(typed: str, possible: tuple[str, ...]) -> list[str]:
    """The names that are most like what stands in a cell, or begin with it."""
    names = {folded(name): name for name in possible}
    begin = [name for key, name in names.items() if typed and key.startswith(typed)]
    alike = [names[key] for key in get_close_matches(typed[:QUOTED], names, n=FEW)]
    return list(dict.fromkeys([*alike, *begin]))[:FEW]


def begun[Meant](name: str, by_name: Mapping[str, Meant]) -> Meant | None:
    """What a cell means that says whole words with which exactly one value begins: "gGmbH" for
    "gGmbH (gemeinnützige GmbH)". None where no value does, or several do."""
    if not name:
        return None
    going_on = {
        meant
        for key, meant in by_name.items()
        if key.startswith(name) and not key[len(name) :][:1].isalnum()
    }
    return going_on.pop() if len(going_on) == 1 else None


class ChoiceWidget(widgets.CharWidget):
    """One of a field's choices, by its key or its name in German or English, or by words with which
    only that name begins."""

    def __init__(self, choices: list[tuple[str, object]], empty: str = "") -> None:
        super().__init__()
        self.choices = [(key, label) for key, label in choices if key]
        self.empty = empty  # what an empty cell means

    @cached_property
    def keys(self) -> dict[str, str]:
        found = {folded(key): key for key, _label in self.choices}
        for language in ("de", "en"):
            with override(language):
                for key, label in self.choices:
                    found.setdefault(folded(label), key)
        return found

    def clean(self, value, row=None, **kwargs) -> str:
        name = folded(value)
        if not name:
            return self.empty
        key = self.keys.get(name) or begun(name, self.keys)
        if key is None:
            raise unknown(value, [str(label) for _key, label in self.choices])
        return key


class YesNoWidget(widgets.BooleanWidget):
    """Yes or no; anything else is an error and not quietly a no. `may_be_open`: an empty cell
    means that it is not known."""

    def __init__(self, *, may_be_open: bool = False) -> None:
        super().__init__()
        self.may_be_open = may_be_open

    def clean(self, value, row=None, **kwargs) -> bool | None:
        word = folded(value)
        if not word and self.may_be_open:
            return None
        if word in YES:
            return True
        if word in NO:
            return False
        raise ValueError(_("Please write 1 or yes, 0 or no."))


class WholeNumberWidget(widgets.IntegerWidget):
    def clean(self, value, row=None, **kwargs) -> int | None:
        try:
            return super().clean(value, row, **kwargs)
        except (ValueError, ArithmeticError):
            raise ValueError(_("Please write a whole number, for example 3.")) from None


class MomentWidget(widgets.DateTimeWidget):
    """A day and a time, as one writes them here or as a spreadsheet keeps them; they go out as
    text in the first of `MOMENTS`."""

    def __init__(self) -> None:
        super().__init__()
        self.formats = MOMENTS

    def clean(self, value, row=None, **kwargs) -> datetime | None:
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time())
        elif isinstance(value, str):
            value = value.strip()
        try:
            return super().clean(value, row, **kwargs)
        except ValueError:
            message = _("Please write day and time like this: 24.04.2027 11:30")
            raise ValueError(message) from None

    def render(self, value, obj=None, **kwargs) -> str:
        return super().render(value)


class NamedWidget(widgets.ForeignKeyWidget):
    """An object by any of its names, which are fields: its address (slug), its title. It goes out
    by the first of them."""

    def __init__(self, model: type[models.Model], *names: str) -> None:
        super().__init__(model, field=names[0])
        self.names = names

    @cached_property
    def found(self) -> dict[str, list[models.Model]]:
        found: dict[str, list[models.Model]] = {}
        for item in self.model._default_manager.order_by("pk"):
            for name in {folded(getattr(item, field)) for field in self.names}:
                found.setdefault(name, []).append(item)
        return found

    def clean(self, value, row=None, **kwargs) -> models.Model | None:
        if not folded(value):
            return None
        items = self.found.get(folded(value), [])
        if not items:
            names = {str(item): None for items in self.found.values() for item in items}
            raise unknown(value, list(names))
        if len(items) > 1:
            raise ValueError(
                _("There are several called “%(name)s”: please write its address.")
                % {"name": str(value).strip()}
            )
        return items[0]
