"""What a form of questions needs beyond Django's own fields."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.models.questionnaire import Option

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
