"""What a browser sends from a page of Django admin."""

from collections.abc import Iterator

from django import forms


def as_it_stands(page) -> dict:
    """Return what the form of a change page sends when nobody has touched it."""
    parts = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        parts += [inline.formset.management_form, *inline.formset.initial_forms]
    return dict(pair for part in parts for pair in _filled_in(part))


def _filled_in(form: forms.BaseForm) -> Iterator[tuple[str, object]]:
    for field in form:
        value = field.value()
        if value is not None and value is not False:
            yield field.html_name, value
