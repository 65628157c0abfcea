"""Whose an entry is, asked in its form."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from actors.models.organisation import OrganisationQuerySet


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


def ask_whose(form: forms.ModelForm, organisations: OrganisationQuerySet) -> None:
    """Let a form ask which of these an entry belongs to. With one there is nothing to choose; of
    several none is chosen beforehand: the first by name is easily overlooked."""
    field = form.fields["organisation"]
    field.queryset = organisations
    field.required = True
    field.empty_label = None if form.initial.get("organisation") else _("Please choose")
    if len(organisations) == 1:
        form.initial["organisation"] = organisations[0]
        field.widget = forms.HiddenInput()
