"""Whose an entry is, asked in its form."""

from django import forms
from django.core.exceptions import ValidationError

from actors.models import Organisation


class WhoseField(forms.ModelChoiceField):
    """One of the organisations a person may write for. Where one became part of another while the
    form was open, it is that one."""

    def to_python(self, value: object) -> Organisation | None:
        try:
            return super().to_python(value)
        except ValidationError:
            if not str(value).isdecimal():
                raise
            merged = Organisation.objects.filter(pk=value).order_by().values("merged_into")
            if successor := self.queryset.filter(pk__in=merged).first():
                return successor
            raise
