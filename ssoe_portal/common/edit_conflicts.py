"""Two people who change the same entry at once: each one's changes are kept, and where both changed
the same answer, the second one reads so before anything is overwritten.

Optimistic concurrency control, answer by answer: a form carries digests of the answers it showed.
When it is sent, they tell what its sender has changed, and what somebody else has changed since.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

SEEN = "seen"
#: Hexadecimal digits of a digest: enough to tell versions of one answer apart.
DIGITS = 12
#: Letters of somebody else's words that are quoted at a field.
MOST_QUOTED = 400
NOW = _(
    "While you were writing, somebody else changed this. It now says: “%(now)s”. What you wrote is "
    "still here: change it, or save again if it should hold."
)
NOTHING_NOW = _(
    "While you were writing, somebody else emptied this. What you wrote is still here: change it, "
    "or save again if it should hold."
)

type Answer = list[str]


class SeenField(forms.CharField):
    """Digests of the answers a form shows; no answer itself."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, max_length=4000)

    def bound_data(self, data, initial):
        """Shown again, a form has seen what is stored by now."""
        return initial

    def has_changed(self, initial, data) -> bool:
        return False


class NoticesOthers(forms.ModelForm):
    """A form of something that several people may change. What its sender left as it was shown
    stays as it is stored by now; where both have changed an answer, its field says so, once.

    Holds only while nobody else writes to what is stored: a view locks that before it reads it.
    Sent without digests, by a program, it writes everything.
    """

    #: Fields that make one answer together: of these all are kept as they are stored, or none.
    TOGETHER: tuple[tuple[str, ...], ...] = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.is_shared:
            self.fields[SEEN] = SeenField()

    @property
    def is_shared(self) -> bool:
        """Whether somebody else may change the same while this form is open."""
        return bool(self.instance.pk)

    def get_initial_for_field(self, field: forms.Field, field_name: str):
        if field_name != SEEN:
            return super().get_initial_for_field(field, field_name)
        return " ".join(f"{name}:{_digest(self.stored(name))}" for name in self.answers())

    def answers(self) -> list[str]:
        """The names of what is compared: fields, or the first of several that belong together."""
        others = {name for names in self.TOGETHER for name in names[1:]}
        return [name for name in self.fields if name != SEEN and name not in others]

    def stored(self, name: str) -> Answer:
        """What is stored, as this form would show it."""
        return [part for field in self._together(name) for part in _parts(_shown(field))]

    def sent(self, name: str) -> Answer | None:
        """What was sent; None where the question was not there to answer."""
        fields = self._together(name)
        if fields[0].field.disabled:
            return None
        return [part for field in fields for part in _parts(_sent(field))]

    def take_stored(self, name: str) -> None:
        """Go on as if what is stored had been sent."""
        for field in self._together(name):
            shown = _shown(field)
            if isinstance(widget := _widget(field), forms.MultiWidget):
                for suffix, part in zip(widget.widgets_names, shown, strict=True):
                    self.data.setlist(field.html_name + suffix, [part or ""])
            elif shown in (None, False):
                self.data.pop(field.html_name, None)
            else:
                values = shown if isinstance(shown, (list, tuple)) else [shown]
                self.data.setlist(field.html_name, ["on" if v is True else v for v in values])

    def say_conflict(self, name: str) -> None:
        """Say at its field that somebody else has changed an answer, and what all of it is now:
        who keeps "costs something" should know that it costs more."""
        fields = self._together(name)
        field = next(field for field in fields if _parts(_sent(field)) != _parts(_shown(field)))
        now = ", ".join(filter(None, map(_in_words, fields)))
        error = NOW % {"now": Truncator(now).chars(MOST_QUOTED)} if now else NOTHING_NOW
        self.add_error(None if field.is_hidden else field.name, str(error))

    def full_clean(self) -> None:
        conflicts = self._compare() if self.is_bound and SEEN in self.fields else []
        super().full_clean()
        for name in conflicts:
            self.say_conflict(name)

    def _compare(self) -> list[str]:
        """Take what is stored where the sender changed nothing; return what both have changed."""
        pairs = (self[SEEN].data or "").split()
        seen = dict(pair.split(":", 1) for pair in pairs if ":" in pair)
        conflicts = []
        for name in self.answers():
            stored, sent = self.stored(name), self.sent(name)
            if name not in seen or sent is None or sent == stored or seen[name] == _digest(stored):
                continue
            if seen[name] != _digest(sent):
                conflicts.append(name)
                continue
            self.data = MultiValueDict(self.data)
            self.take_stored(name)
        return conflicts

    def _together(self, name: str) -> list[BoundField]:
        names = next((names for names in self.TOGETHER if names[0] == name), (name,))
        return [self[name] for name in names if name in self.fields]


def _shown(field: BoundField):
    """Return what the browser gets of a stored answer, and sends back where nobody changes it."""
    value = field.field.prepare_value(field.initial)
    widget = _widget(field)
    if isinstance(widget, forms.CheckboxInput):
        return widget.check_test(value)
    if isinstance(widget, forms.MultiWidget):
        parts = zip(widget.widgets, widget.decompress(value) or (), strict=True)
        return [part.format_value(shown) for part, shown in parts]
    return widget.format_value(value)


def _sent(field: BoundField):
    """Return what came back, in the words in which it is shown."""
    widget = _widget(field)
    if isinstance(widget, forms.NullBooleanSelect):
        return widget.format_value(field.data)
    return field.data


def _widget(field: BoundField) -> forms.Widget:
    """Return what asks the question: Django admin puts links to add and to change around it."""
    return getattr(field.field.widget, "widget", field.field.widget)


def _parts(value: object) -> Answer:
    """Return the words of an answer, in one form for what is shown and for what is sent."""
    if value is True:
        return ["on"]
    if value is False:
        return [""]
    values = value if isinstance(value, (list, tuple)) else [value]
    texts = ("\n".join(str(part).splitlines()).strip() for part in values if part is not None)
    return sorted(text for text in texts if text) or [""]


def _digest(answer: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(answer).encode()).hexdigest()[:DIGITS]


def _in_words(field: BoundField) -> str:
    """Return a stored answer as people read it."""
    parts = [part for part in _parts(_shown(field)) if part]
    if isinstance(field.field.widget, forms.CheckboxInput):
        return str(_("yes") if parts else _("no"))
    if isinstance(field.field, forms.DateTimeField) and field.initial:
        return date_format(timezone.localtime(field.initial), "SHORT_DATETIME_FORMAT")
    if isinstance(field.field, forms.ChoiceField):
        choices: Any = field.field.choices
        labels = {str(value): str(label) for value, label in flatten_choices(choices)}
        return ", ".join(labels.get(part, part) for part in parts)
    return "\n".join(parts)
