"""What a browser sends of a form that nobody has touched."""

from django import forms


def form_data(form: forms.BaseForm) -> dict:
    """Return what it sends of one form."""
    values = {bound.html_name: bound.value() for bound in form if not bound.field.disabled}
    return {
        name: value for name, value in values.items() if value is not None and value is not False
    }


def admin_data(page) -> dict:
    """Return what it sends of a change page of Django admin, with all its rows."""
    parts = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        parts += [inline.formset.management_form, *inline.formset.forms]
    return {name: value for part in parts for name, value in form_data(part).items()}
