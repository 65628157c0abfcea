"""Repeating an event, and how far a change to one date reaches."""

from datetime import date
from typing import Self

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events import repeating
from events.models import Event, EventSeries
from events.repeating import MOST, Day
from events.times import day as in_words
from events.times import held


class RhythmForm(forms.Form):
    """How often, and until when; then the page offers the days (`offered`)."""

    rhythm = forms.ChoiceField(
        label=_("How often?"), choices=EventSeries.Rhythm.choices, widget=forms.RadioSelect
    )
    until = forms.DateField(
        label=_("Until which day?"),
        widget=forms.DateInput(
            attrs={"type": "date", "class": "form-control--moment"}, format="%Y-%m-%d"
        ),
        help_text=format_lazy(_("At most {number} dates."), number=MOST),
    )

    def __init__(self, *args, event: Event, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.offered: list[Day] = []

    def clean_until(self) -> date:
        until = self.cleaned_data["until"]
        if until <= timezone.localdate(self.event.starts_at):
            raise forms.ValidationError(_("That is before the next date."))
        return until

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if "rhythm" in data and "until" in data:
            try:
                self.offered = repeating.offered(self.event, data["rhythm"], data["until"])
            except repeating.TooManyDates:
                self.add_error("until", too_many())
            if not self.offered and not self.errors:
                self.add_error("until", _("No date lies before this day."))
        return data


def too_many() -> str:
    return _("That would be more than %(number)s dates. Please choose an earlier day.") % {
        "number": MOST
    }


class DaysForm(forms.Form):
    """The days that were offered: some are left out."""

    days = forms.TypedMultipleChoiceField(
        label=_("On which days?"),
        coerce=date.fromisoformat,
        widget=forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--short"}),
        error_messages={"required": _("Please choose one day at least.")},
    )
    with_programme = forms.BooleanField(
        label=_("Copy the programme as well"),
        help_text=_("As a draft that you release for each date."),
        required=False,
    )

    def __init__(self, *args, offered: list[Day], has_programme: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        free = [each for each in offered if not each.is_taken]
        self.fields["days"].choices = [(each.date.isoformat(), _label(each)) for each in free]
        self.fields["days"].initial = [each.date.isoformat() for each in free if not each.holiday]
        if not has_programme:
            del self.fields["with_programme"]


def _label(each: Day) -> str:
    words = held(in_words(each.date, short=True, with_year=True))
    return f"{words} ({each.holiday})" if each.holiday else words


class ScopeForm(forms.Form):
    """Whether a change is about one date of a series, or about all following ones as well."""

    ONE, FOLLOWING = "one", "following"

    scope = forms.ChoiceField(label=_("For which dates?"), widget=forms.RadioSelect, initial=ONE)

    @classmethod
    def of(cls, event: Event | None, data: QueryDict | None = None) -> Self | None:
        """Return the form, where the event is of a series that goes on after it."""
        number = repeating.following(event).count() if event and event.series_id else 0
        return cls(data, number=number) if number else None

    def __init__(self, *args, number: int, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = [
            (self.ONE, _("Only this date")),
            (
                self.FOLLOWING,
                ngettext(
                    "This and the following date",
                    "This and all %(number)s following dates",
                    number,
                )
                % {"number": number},
            ),
        ]

    @property
    def is_wide(self) -> bool:
        return self["scope"].value() == self.FOLLOWING
