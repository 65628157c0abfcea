"""One line of text in a form, with room for more of it than a phone is wide."""

from django import forms

#: What a line of a form shows on a phone, in characters.
ONE_LINE = 30


class LongLine(forms.Textarea):
    """Several lines to write in; what is sent is one, as everything that shows it expects."""

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({"rows": 2, "data-line": True} | (attrs or {}))

    def value_from_datadict(self, data, files, name: str) -> str | None:
        value = super().value_from_datadict(data, files, name)
        return None if value is None else " ".join(value.split())


def give_room(form: forms.BaseForm, name: str, *texts: str) -> None:
    """Show a field of one line as several where one of the texts that stand in it, or that it is
    made from, would be cut off."""
    field = form.fields[name]
    if isinstance(field.widget, forms.TextInput) and any(len(text) > ONE_LINE for text in texts):
        field.widget = LongLine(attrs=field.widget.attrs)
