"""What a form of questions needs beyond Django's own fields."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from surveys.models.choice import Option
from surveys.models.questionnaire import Kind

#: A radio button cannot be unticked; this choice takes an answer back.
NO_ANSWER = ("", _("No answer"))


class Boxes(forms.CheckboxSelectMultiple):
    """Check boxes; the one that excludes all others is marked for the script."""

    exclusive: str | None = None

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if value == self.exclusive:
            option["attrs"]["data-exclusive"] = True
        return option


class Radios(forms.RadioSelect):
    """Radio buttons of which none is ticked before somebody chose, "no answer" neither."""

    def format_value(self, value: Any) -> list[str]:
        return super().format_value(value) if value else []


class MatrixWidget(forms.MultiWidget):
    """Rows of radio buttons, posted as "question.row". The page draws them (`subwidgets`)."""

    use_fieldset = False  # a link to the question leads to the question, not to its first button

    def __init__(self, rows: Iterable[Option], choices: list[tuple[str, Any]]) -> None:
        self.rows = list(rows)
        super().__init__([Radios(choices=choices) for _row in self.rows])
        self.widgets_names = [f".{row.key}" for row in self.rows]

    def decompress(self, value: dict[str, str] | None) -> list[str | None]:
        return [(value or {}).get(row.key) for row in self.rows]

    def id_for_label(self, id_: str) -> str:
        """The whole question: where a link from the summary of errors leads."""
        return id_

    def subwidgets(self, name: str, value: Any, attrs: dict[str, Any] | None = None):
        """Each row: its label, its id and its points."""
        # What describes the question stands at the group, not at every button.
        attrs = {key: text for key, text in (attrs or {}).items() if not key.startswith("aria-")}
        drawn = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        for row, widget in zip(self.rows, drawn, strict=True):
            points = [
                option for _group, options, _index in widget["optgroups"] for option in options
            ]
            yield {**widget, "label": row.label, "points": points}


class MatrixField(forms.MultiValueField):
    """Several rows on one scale, as {row: point}. Rows may stay empty; when an answer is
    required, not all of them."""

    def __init__(self, *, rows: Iterable[Option], points: list[tuple[str, Any]], **kwargs) -> None:
        self.rows = list(rows)
        choices = [*points, NO_ANSWER]
        super().__init__(
            [forms.ChoiceField(choices=points, required=False) for _row in self.rows],
            widget=MatrixWidget(self.rows, choices),
            require_all_fields=False,
            **kwargs,
        )

    def compress(self, data_list: list[str]) -> dict[str, str]:
        given = zip(self.rows, data_list, strict=True) if data_list else ()
        return {row.key: point for row, point in given if point}


class RankingWidget(forms.MultiWidget):
    """A menu for each place, posted as "question.1", "question.2", …"""

    use_fieldset = False

    def __init__(self, choices: list[tuple[str, Any]], places: int) -> None:
        self.places = places
        super().__init__([forms.Select(choices=choices) for _place in range(places)])
        self.widgets_names = [f".{place}" for place in range(1, places + 1)]

    def decompress(self, value: list[str] | None) -> list[str | None]:
        given = list(value or [])[: self.places]
        return [*given, *[None] * (self.places - len(given))]

    def id_for_label(self, id_: str) -> str:
        return id_

    def subwidgets(self, name: str, value: Any, attrs: dict[str, Any] | None = None):
        """Each place: its label, its id and its choices."""
        attrs = {key: text for key, text in (attrs or {}).items() if not key.startswith("aria-")}
        drawn = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        for place, widget in enumerate(drawn, 1):
            label = _("Place %(place)s") % {"place": place}
            points = [
                option for _group, options, _index in widget["optgroups"] for option in options
            ]
            yield {**widget, "label": label, "points": points}


class RankingField(forms.MultiValueField):
    """Choices in an order of one's own, as [key, …], the first place first. No place between may be
    left out, no choice stands twice."""

    def __init__(self, *, choices: list[tuple[str, Any]], places: int, **kwargs) -> None:
        with_none = [("", _("Please choose")), *choices]
        super().__init__(
            [forms.ChoiceField(choices=choices, required=False) for _place in range(places)],
            widget=RankingWidget(with_none, places),
            require_all_fields=False,
            **kwargs,
        )

    def compress(self, data_list: list[str]) -> list[str]:
        given = [key for key in data_list or [] if key]
        if len(set(given)) < len(given):
            raise ValidationError(_("Every choice can have one place only."), code="twice")
        if given != list(data_list or [])[: len(given)]:
            raise ValidationError(_("Please fill the places from the first one on."), code="gap")
        return given


def plain(number: Decimal) -> str:
    """A limit as people write it: neither 0.000000 nor 1E+2."""
    whole = number.to_integral_value()
    return number_format(int(whole) if number == whole else number.normalize(), use_l10n=True)


class NumberField(forms.DecimalField):
    """A number as people write it, with as many digits after the comma as the question asks for; as
    int or float, which is what JSON keeps."""

    #: Without limits of its own a number is not negative, and no larger than this.
    LARGEST = Decimal(1_000_000_000)

    def __init__(
        self, *, minimum: Decimal | None, maximum: Decimal | None, decimals: int, **kwargs
    ) -> None:
        self.decimals = decimals
        mode = "decimal" if decimals else "numeric"
        self.minimum = minimum
        maximum = self.LARGEST if maximum is None else maximum
        super().__init__(
            decimal_places=decimals,
            localize=True,
            widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"}),
            **kwargs,
        )
        self.error_messages["invalid"] = (
            _("Please enter a number, such as 2.5.")
            if decimals
            else _("Please enter a whole number, such as 12.")
        )
        self.error_messages["max_decimal_places"] = self.error_messages["invalid"]
        if minimum is not None:
            words = _("Please enter a number from %(limit)s on.") % {"limit": plain(minimum)}
            self.validators.append(MinValueValidator(minimum, words))
        words = _("Please enter a number up to %(limit)s.") % {"limit": plain(maximum)}
        self.validators.append(MaxValueValidator(maximum, words))

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return number_format(value, use_l10n=True, force_grouping=False)
        return value

    def clean(self, value: Any) -> int | float | None:
        number = super().clean(value)
        if number is None:
            return None
        if self.minimum is None and number < 0 and self.decimals == 0:
            raise ValidationError(
                _("Please enter a number from %(limit)s on.") % {"limit": 0}, code="negative"
            )
        return float(number) if number % 1 else int(number)


class IsoField(forms.Field):
    """A day, a time or both, kept as ISO 8601 says: a value that JSON keeps."""

    def clean(self, value: Any) -> str | None:
        found = super().clean(value)
        if isinstance(found, dt.datetime):
            # Berlin's clocks, as they stood in the field.
            found = timezone.make_naive(found)
        if isinstance(found, (dt.datetime, dt.time)):
            return found.isoformat(timespec="minutes")
        return found.isoformat() if found else None


class IsoDateField(IsoField, forms.DateField):
    def __init__(self, **kwargs) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        formats = ["%Y-%m-%d", "%d.%m.%Y"]
        super().__init__(input_formats=formats, widget=widget, **kwargs)


class IsoTimeField(IsoField, forms.TimeField):
    def __init__(self, **kwargs) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(input_formats=["%H:%M", "%H:%M:%S", "%H.%M"], widget=widget, **kwargs)


class IsoMomentField(IsoField, forms.DateTimeField):
    def __init__(self, **kwargs) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M"]
        super().__init__(input_formats=formats, widget=widget, **kwargs)


MOMENTS: dict[str, type[forms.Field]] = {
    Kind.DATE: IsoDateField,
    Kind.TIME: IsoTimeField,
    Kind.MOMENT: IsoMomentField,
}


#: So many names of organisations are suggested; others are found by writing them.
SUGGESTED = 300


def suggested_organisations() -> list[str]:
    """Names of the directory, to choose from while writing."""
    rows = Organisation.objects.published().order_by("name", "pk")
    return list(rows.values_list("name", flat=True)[:SUGGESTED])


class OrganisationField(forms.CharField):
    """The name of an organisation: one of the portal's where exactly one is called so, else just
    the name. As {"name": …, "id": key or None}. `names` is the id of a list to choose from."""

    def __init__(self, *, names: str, **kwargs) -> None:
        widget = forms.TextInput(attrs={"list": names, "autocomplete": "off"})
        super().__init__(max_length=160, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.get("name", "") if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, Any] | None:
        name = " ".join(super().clean(value).split())
        if not name:
            return None
        found = list(Organisation.objects.published().filter(name__iexact=name).order_by("pk")[:2])
        return {"name": name, "id": found[0].pk if len(found) == 1 else None}
