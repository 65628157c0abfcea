"""The field that asks for a neighbourhood, where leaving it alone must not mean all of Berlin."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PlaceIterator(forms.models.ModelChoiceIterator):
    """The places, with all of Berlin as a choice of its own before them."""

    def __iter__(self):
        choices = super().__iter__()
        if self.field.empty_label is not None:
            yield next(choices)
        yield (PlaceField.WHOLE, _("All of Berlin"))
        yield from choices


class PlaceField(forms.ModelChoiceField):
    """A neighbourhood, a district, or all of Berlin, which is stored as no place; nothing chosen
    is something else."""

    WHOLE = "berlin"
    iterator = PlaceIterator

    def clean(self, value):
        """All of Berlin is an answer, also where one is required."""
        return None if value == self.WHOLE else super().clean(value)
