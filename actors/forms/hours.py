"""Weekly times and exceptions as rows of a form, some of them empty; no row needs a script."""

from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.forms import Form
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.edit_conflicts import Answer, NoticesOthers
from ssoe_portal.common.hours import (
    BERLIN,
    MIDNIGHT,
    KeepsHours,
    Rhythm,
    TimeException,
    Weekday,
    WeeklyTime,
)
from ssoe_portal.common.hours_words import exception_line, time_lines

#: No office has more; a longer form is refused, not parsed.
MOST_ROWS = 40
TIME_FORMATS = ["%H:%M", "%H:%M:%S", "%H.%M", "%H"]
TIMES_NOW = _(
    "While you were writing, somebody else changed the times. They now are: “%(now)s”. What you "
    "wrote is still here: change it, or save again if it should hold."
)
EXCEPTIONS_NOW = _(
    "While you were writing, somebody else changed the days on which it is different. They now "
    "are: “%(now)s”. What you wrote is still here: change it, or save again if it should hold."
)
LOOK_AGAIN = _("Please look at the times again.")
ENDS_EARLY = _("It ends before it begins. What goes on after midnight needs a second row.")


class ClockField(forms.TimeField):
    """A time of day as browsers send it, and as people write it where there is no such field."""

    def __init__(self, **kwargs) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(input_formats=TIME_FORMATS, widget=widget, **kwargs)


class DayField(forms.DateField):
    def __init__(self, **kwargs) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y"], widget=widget, **kwargs)


def _ends_early(opens: time | None, closes: time | None) -> bool:
    return opens is not None and closes is not None and closes <= opens and closes != MIDNIGHT


class RowForm(forms.Form):
    """One row. Left empty it is none."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.needed = True  # "(optional)" beside each field of each row would say nothing

    @property
    def is_removed(self) -> bool:
        return bool(self.cleaned_data.get("DELETE"))


class TimeForm(RowForm):
    weekday = forms.TypedChoiceField(
        label=_("Day"), choices=[("", "–"), *Weekday.choices], coerce=int
    )
    opens = ClockField(label=_("From"))
    closes = ClockField(label=_("To"))
    rhythm = forms.ChoiceField(label=_("How often"), choices=Rhythm.choices, initial=Rhythm.WEEKLY)
    valid_from = DayField(label=_("First day"), required=False)
    valid_until = DayField(label=_("Last day"), required=False)

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if _ends_early(data.get("opens"), data.get("closes")):
            self.add_error("closes", ENDS_EARLY)
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first one."))
        is_uncounted = data.get("rhythm") == Rhythm.FORTNIGHTLY and not first
        if is_uncounted and "valid_from" not in self.errors:
            self.add_error(
                "valid_from", _("On which day does it begin? We count the weeks from there.")
            )
        return data

    @property
    def has_period(self) -> bool:
        """Whether the fold for few has something in it, or something to mend."""
        return any(
            self[name].value() or self[name].errors for name in ("valid_from", "valid_until")
        )


class ExceptionForm(RowForm):
    first_day = DayField(label=_("From (day)"))
    last_day = DayField(label=_("To (day)"), required=False)
    opens = ClockField(label=_("Other times: from"), required=False)
    closes = ClockField(label=_("Other times: to"), required=False)
    note = forms.CharField(label=_("Why, in German"), max_length=120, required=False)

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first_day"), data.get("last_day")
        if first and not last and "last_day" not in self.errors:
            data["last_day"] = first
        elif first and last and last < first:
            self.add_error("last_day", _("The last day is before the first one."))
        opens, closes = data.get("opens"), data.get("closes")
        for name, missing in (("opens", closes), ("closes", opens)):
            if missing is not None and data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Please give both times, or none if it is closed."))
        if _ends_early(opens, closes):
            self.add_error("closes", ENDS_EARLY)
        return data


class Rows(forms.BaseFormSet):
    """Rows of one kind, and what all of them and one of them are called; `columns` are what the
    model keeps of each."""

    label: str | Promise = ""
    row_label: str | Promise = ""
    columns: tuple[str, ...] = ()

    def add_fields(self, form: Form, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove this row")

    def chosen(self) -> list[dict[str, Any]]:
        """What stands in the rows that stay."""
        return [
            {name: form.cleaned_data[name] for name in self.columns}
            for form in self.forms
            if form.cleaned_data and not form.is_removed
        ]


class TimeRows(Rows):
    label = _("Times")
    row_label = _("Time")
    columns = WeeklyTime.COLUMNS


class ExceptionRows(Rows):
    label = _("Holidays, breaks, other times")
    row_label = _("Exception")
    columns = TimeException.COLUMNS

    def clean(self) -> None:
        """No day has two exceptions; said where the second one is."""
        if any(self.errors):
            return
        seen: list[tuple[date, date]] = []
        for form in self.forms:
            if not form.cleaned_data or form.is_removed:
                continue
            first, last = form.cleaned_data["first_day"], form.cleaned_data["last_day"]
            if any(first <= other[1] and other[0] <= last for other in seen):
                form.add_error("first_day", _("There is already an exception for this day."))
            seen.append((first, last))


def _rows(form: type[RowForm], formset: type[Rows], extra: int) -> type[Rows]:
    return forms.formset_factory(
        form,
        formset=formset,
        extra=extra,
        can_delete=True,
        can_delete_extra=False,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS,
        validate_max=True,
    )


class WithHours(NoticesOthers):
    """A form for something that keeps hours: it is right when its rows are right, and saves them
    along. Sent without rows, by somebody who does not know of them, it leaves them as they are."""

    #: Empty rows below those that are there.
    EXTRA = 2

    def __init__(self, data=None, *args, **kwargs) -> None:
        super().__init__(data, *args, **kwargs)
        item: KeepsHours = self.instance
        times = [_columns(row, WeeklyTime.COLUMNS) for row in item.hours.times]
        exceptions = [_columns(row, TimeException.COLUMNS) for row in self._coming_exceptions()]
        extra = self.EXTRA + (not times)
        self.stored_rows = {"times": times, "exceptions": exceptions}
        self.times = self._bound(_rows(TimeForm, TimeRows, extra), "times", data)
        self.exceptions = self._bound(
            _rows(ExceptionForm, ExceptionRows, self.EXTRA), "exceptions", data
        )
        closed_on_holidays = self.fields["closed_on_holidays"]
        closed_on_holidays.label = _("Closed on Berlin’s public holidays")
        # A box that is not sent is not ticked; where no row was sent it was not there to tick.
        closed_on_holidays.disabled = self.is_bound and not self.times.is_bound

    def _coming_exceptions(self) -> list[TimeException]:
        """What is over is not asked for again, and goes with the next change."""
        today = timezone.localdate(timezone=BERLIN)
        return [row for row in self.instance.hours.exceptions if row.last_day >= today]

    def _bound(self, rows: type[Rows], prefix: str, data) -> Rows:
        """Rows that were sent stand by themselves: somebody else's are not the ones they were."""
        if data is not None and f"{prefix}-TOTAL_FORMS" in data:
            return rows(data, prefix=prefix)
        return rows(prefix=prefix, initial=self.stored_rows[prefix])

    @property
    def row_sets(self) -> list[Rows]:
        return [self.times, self.exceptions]

    #: Rows of a kind are one answer: names of attributes.
    ROWS = ("times", "exceptions")

    def answers(self) -> list[str]:
        return [*super().answers(), *self.ROWS]

    def stored(self, name: str) -> Answer:
        if name not in self.ROWS:
            return super().stored(name)
        return [" ".join(row) for row in _comparable(self.stored_rows[name])]

    def sent(self, name: str) -> Answer | None:
        if name not in self.ROWS:
            return super().sent(name)
        rows = getattr(self, name)
        if not rows.is_bound:
            return None
        # What cannot be read was changed by its sender.
        return [" ".join(row) for row in _comparable(rows.chosen())] if rows.is_valid() else ["?"]

    def take_stored(self, name: str) -> None:
        if name in self.ROWS:
            rows = type(getattr(self, name))
            setattr(self, name, rows(prefix=name, initial=self.stored_rows[name]))
        else:
            super().take_stored(name)

    def say_conflict(self, name: str) -> None:
        if name == "times":
            error, nothing = TIMES_NOW, gettext("no times any more")
            lines = time_lines(self.instance.hours.times)
        elif name == "exceptions":
            error, nothing = EXCEPTIONS_NOW, gettext("no exceptions any more")
            lines = [exception_line(row) for row in self._coming_exceptions()]
        else:
            super().say_conflict(name)
            return
        # Said where the rows are; `full_clean` makes the form a wrong one.
        getattr(self, name).non_form_errors().append(error % {"now": "; ".join(lines) or nothing})

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and not all(rows.is_valid() for rows in self.row_sets if rows.is_bound):
            self.add_error(None, ValidationError(LOOK_AGAIN, code="rows"))

    @property
    def rows_error(self) -> str | Promise:
        """What to say above the rows when some are wrong, else nothing."""
        return LOOK_AGAIN if self.has_error(NON_FIELD_ERRORS, code="rows") else ""

    @property
    def has_exceptions(self) -> bool:
        """Whether the fold of exceptions has something in it, or something to mend."""
        return bool(self.stored_rows["exceptions"]) or any(
            row.has_changed() for row in self.exceptions.forms if row.is_bound
        )

    @property
    def has_hours(self) -> bool:
        """Whether weekly times or single dates are given, in rows that are right or, where none
        came, as before."""
        return any(
            not rows.is_valid() or bool(rows.chosen()) if rows.is_bound else bool(rows.initial)
            for rows in self.row_sets
        )

    def has_changed(self) -> bool:
        return super().has_changed() or self._rows_have_changed()

    def _rows_have_changed(self) -> bool:
        return any(self.sent(name) not in (None, self.stored(name)) for name in self.ROWS)

    def has_same_hours(self, item: KeepsHours) -> bool:
        """Whether an entry has the very times and exceptions that were sent."""
        pairs = zip(self.row_sets, (item.hours.times, item.hours.exceptions), strict=True)
        return all(
            _comparable(rows.chosen())
            == _comparable([_columns(row, rows.columns) for row in stored])
            for rows, stored in pairs
            if rows.is_bound
        )

    def save(self, commit: bool = True):
        item = super().save(commit)
        if commit and self._rows_have_changed():
            chosen = [
                rows.chosen() if rows.is_bound else self.stored_rows[name]
                for name, rows in zip(self.ROWS, self.row_sets, strict=True)
            ]
            times, exceptions = (
                [item._meta.get_field(name).related_model(**row) for row in rows]
                for name, rows in zip(("times", "exceptions"), chosen, strict=True)
            )
            item.set_hours(times, exceptions)
        return item


def _columns(row: models.Model, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _comparable(rows: list[dict[str, Any]]) -> list[list[str]]:
    return sorted([str(value) for value in row.values()] for row in rows)
