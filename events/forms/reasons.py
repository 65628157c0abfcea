"""Why we ask, beside the field (`templates/common/_field_notes.html`)."""

from django import forms


def because(form: forms.BaseForm, **reasons) -> None:
    """Say beside a field why we ask."""
    for name, reason in reasons.items():
        form.fields[name].why = reason
