"""What a browser sends of a form that nobody has touched."""

from html.parser import HTMLParser

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


#: Inputs that are sent only where they are ticked or pressed.
CHOICES = {"checkbox", "radio"}
BUTTONS = {"submit", "button", "file"}


class _Fields(HTMLParser):
    """Values by name; of forms beside each other the last one to name a field."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.select = self.area = ""
        self.is_in_template = False

    def handle_starttag(self, tag, attrs) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "template":
            self.is_in_template = True
        elif self.is_in_template or "__prefix__" in name:
            self.select = self.area = ""
        elif tag == "input" and name:
            self._input(name, given)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.values.setdefault(self.select, []).append(given.get("value", ""))
        elif tag == "textarea":
            self.area = name
            self.values[name] = [""]

    def _input(self, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in CHOICES:
            if "checked" in given:
                self.values.setdefault(name, []).append(given.get("value", "on"))
        elif kind not in BUTTONS:
            self.values[name] = [given.get("value", "")]

    def handle_data(self, data) -> None:
        if self.area:
            # A browser drops the first line's end, and sends the others as two signs each.
            text = data.replace("\r\n", "\n").removeprefix("\n")
            self.values[self.area][0] += text.replace("\n", "\r\n")

    def handle_endtag(self, tag) -> None:
        if tag == "template":
            self.is_in_template = False
        if tag == "textarea":
            self.area = ""
        if tag == "select":
            self.select = ""


def as_shown(page: str) -> dict[str, list[str]]:
    """Return what a page's forms would send."""
    fields = _Fields()
    fields.feed(page)
    return fields.values


class OpenForm:
    """A form that is open in a browser."""

    def __init__(self, client, url: str) -> None:
        self.client, self.url = client, url
        self.fields = as_shown(client.get(url).text)

    def send(self, **changes):
        """Send it with changed fields; None is a box that is no longer ticked."""
        fields = {**self.fields, **changes}
        return self.client.post(
            self.url, {name: value for name, value in fields.items() if value is not None}
        )
