"""Long forms in sections, each a question that readers or organisers ask."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events import moving
from events.models import Event

#: What decides whether somebody may come: the fields of `models.facts.EventFacts`.
FACTS = (
    "attendance",
    "languages",
    "cost",
    "price",
    "is_step_free",
    "has_childcare",
    "has_sign_language",
    "has_easy_language",
)


@dataclass(frozen=True, slots=True)
class Section:
    """What stands together in a form."""

    title: str | Promise
    fields: tuple[str, ...]


def moment_input() -> forms.DateTimeInput:
    """Asks for a day and a time of day."""
    return forms.DateTimeInput(
        attrs={"type": "datetime-local", "class": "form-control--moment"}, format="%Y-%m-%dT%H:%M"
    )


class MomentField(forms.DateTimeField):
    """A day and a time of day on the clocks here. Of an hour that comes twice when they go back,
    the first one is meant, as in calendars (RFC 5545 §3.3.5); one that they leave out is refused.
    """

    def to_python(self, value: Any) -> datetime | None:
        if not isinstance(value, str):
            return super().to_python(value)
        with timezone.override(UTC):
            parsed = super().to_python(value)
        if parsed is None or parsed.utcoffset():
            return parsed
        wall = timezone.make_naive(parsed, UTC)
        moment = timezone.make_aware(wall)
        if timezone.make_naive(moment.astimezone(UTC)) != wall:
            raise forms.ValidationError(
                _(
                    "The clocks go forward that night and leave this time out. "
                    "Please choose another."
                )
            )
        return moment


class SaysWhoCanCome(forms.ModelForm):
    """The questions of `FACTS`, in words, for a form of an event."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields
        fields["attendance"].label = _("How do people take part?")
        fields["attendance"].choices = Event.Attendance.choices
        fields["online_url"].label = _("Link for taking part online")
        fields["languages"].label = _("Which languages are spoken?")
        fields["cost"].label = _("What does it cost?")
        fields["cost"].choices = [("", _("not known yet")), *Event.Cost.choices]
        fields["price"].label = _("How much?")
        fields["price"].help_text = _(
            "Needed if it costs something. For example: 5 €, reduced 2 €."
        )
        fields["price"].needed = True
        fields["is_step_free"].label = _("The way in and the toilet have no steps")
        fields["has_childcare"].label = _("There is childcare")
        fields["has_sign_language"].label = _("Sign language is interpreted")
        fields["has_easy_language"].label = _("Everything is said in easy language")

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if data.get("cost") == Event.Cost.PRICE and not data.get("price"):
            self.add_error("price", _("Please say how much, so that nobody is surprised."))
        begins, ends = data.get("starts_at"), data.get("ends_at")
        if begins and ends and ends <= begins:
            # The constraint says the same, but of no field.
            self.add_error("ends_at", _("The end must be after the start."))
        elif begins and ends and ends <= timezone.now() and self.refuses_past:
            self.add_error(
                "starts_at", _("This is over already. Please look at the day and the year.")
            )
        return data

    @property
    def refuses_past(self) -> bool:
        """Whether people may count on it: what is public, or handed in, and still to come does not
        end by being moved into the past. It is called off, and they are told."""
        is_read = self.instance.status in {Event.Status.SUBMITTED, Event.Status.PUBLISHED}
        began = self.initial.get("starts_at")
        return is_read and began is not None and began > timezone.now()


class MovesAlong(forms.ModelForm):
    """Asks whether programme, hours and stops move with the event, where there are any."""

    moves_along = forms.BooleanField(
        label=_("Programme, opening hours and stops move along"),
        help_text=_("Only if the start changes: then they move by the same time."),
        initial=True,
        required=False,
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None or not moving.things_of(self.instance):
            del self.fields["moves_along"]

    def answers(self) -> list[str]:
        """It is no answer that is stored."""
        return [name for name in super().answers() if name != "moves_along"]

    def save(self, commit: bool = True) -> Event:
        before: datetime | None = self.initial.get("starts_at")
        event = super().save(commit)
        moves = "starts_at" in self.changed_data and self.cleaned_data.get("moves_along")
        if moves and before is not None:
            moving.move_along(event, before)
        return event


FACT_WIDGETS = {
    "attendance": forms.RadioSelect,
    "languages": forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--short"}),
    "cost": forms.RadioSelect,
}


class InSections(forms.ModelForm):
    """A form whose template walks through `sections`."""

    SECTIONS: tuple[Section, ...] = ()

    @property
    def sections(self) -> list[dict[str, object]]:
        """The sections with those of their fields that are asked for."""
        found = [
            {
                "title": section.title,
                "fields": [self[name] for name in section.fields if name in self.fields],
            }
            for section in self.SECTIONS
        ]
        return [section for section in found if section["fields"]]
