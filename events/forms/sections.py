"""Long forms in sections, each a question that readers or organisers ask."""

from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise


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
