"""What the components in templates/common/ need beyond plain templates."""

import json
import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any, Protocol

from django import forms, template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import get_template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext, ngettext_lazy

from ssoe_portal.common.changes import Change, changes
from ssoe_portal.common.plain_text import unbroken_amounts
from ssoe_portal.common.translation import Part, Text

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of static/common/img/icons.svg (the style guide page shows their names).

    An icon stands beside a word and is hidden from assistive technology; one that stands alone
    needs a `label`. A list page draws a hundred of them, so each is rendered once.
    """
    render = _render_icon.__wrapped__ if settings.DEBUG else _render_icon
    return render(str(name), str(label))


@lru_cache(maxsize=512)
def _render_icon(name: str, label: str) -> SafeString:
    return get_template("common/_icon.html").render({"name": name, "label": label})


#: Where German compounds join, in words too long for a phone: "Entwicklungs|partnerschaft".
_JOINTS = re.compile(r"(?<=\w{4})(ungs|schafts|heits|keits|täts|ions)(?=\w{5})")
_LONG_WORD = re.compile(r"\w{18,}")


@register.filter
def breakable(text: object) -> str:
    """Put soft hyphens where long German words join. Browsers that know German break words by
    themselves; the others would break them anywhere, and without a hyphen."""
    return _LONG_WORD.sub(lambda word: _JOINTS.sub("\\1\N{SOFT HYPHEN}", word[0]), str(text))


class Chip(Protocol):
    """An icon of the icon sheet and a few words; see templates/common/_chip.html."""

    icon: str
    label: str | Promise
    kind: str
    lang: str


@register.filter
def price(text: object) -> str:
    return unbroken_amounts(str(text))


@register.simple_tag
def chips(items: Iterable[Chip]) -> SafeString:
    """Draw chips as items of a list. A list page has sixty of them, mostly the same; each is
    rendered once."""
    render = _render_chip.__wrapped__ if settings.DEBUG else _render_chip
    drawn = [render(each.icon, str(each.label), each.kind, each.lang) for each in items]
    return mark_safe("".join(drawn))  # noqa: S308 (templates have drawn them)


@lru_cache(maxsize=2048)
def _render_chip(icon: str, label: str, kind: str, lang: str) -> SafeString:
    values = {"icon": icon, "label": label, "kind": kind, "lang": lang}
    return get_template("common/_chip.html").render(values)


@register.simple_tag
def options(rows: Iterable[tuple[str, str]], chosen: str = "") -> SafeString:
    """Write the <option>s of a select: `rows` are (value, label). The filters of a busy list hold
    a hundred of them with other numbers each time, so they are not drawn by a template."""
    drawn = [
        f'<option value="{escape(str(value))}"{" selected" if value == chosen else ""}>'
        f"{escape(str(label))}</option>"
        for value, label in rows
    ]
    return mark_safe("".join(drawn))  # noqa: S308 (escaped above)


@register.simple_block_tag
def kept(content: SafeString) -> SafeString:
    """Render a part once that is shown twice: `{% kept as links %}…{% endkept %}{{ links }}`."""
    return content


@register.simple_tag
def lang_of(text: Text | Part) -> SafeString | str:
    """Write the `lang` and `dir` attributes of a text that is not in the page's language:
    `<p{% lang_of offer.text %}>`."""
    if not text.is_foreign:
        return ""
    return format_html(' lang="{}" dir="{}"', text.lang, text.dir)


#: What ends a script, or begins a comment in one, as JSON writes it otherwise.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


#: In whole, since German needs another case after "vor".
_AGO = {
    "year": ngettext_lazy("%(num)d year ago", "%(num)d years ago", "num"),
    "month": ngettext_lazy("%(num)d month ago", "%(num)d months ago", "num"),
    "week": ngettext_lazy("%(num)d week ago", "%(num)d weeks ago", "num"),
    "day": ngettext_lazy("%(num)d day ago", "%(num)d days ago", "num"),
    "hour": ngettext_lazy("%(num)d hour ago", "%(num)d hours ago", "num"),
    "minute": ngettext_lazy("%(num)d minute ago", "%(num)d minutes ago", "num"),
}


@register.filter
def ago(moment: datetime) -> str:
    """Say in one unit how long ago something was: "vor 4 Monaten", "1 year ago"."""
    if timezone.now() - moment < timedelta(minutes=1):
        return gettext("just now")
    # Django's own default is as lazy, whatever its stubs say.
    return timesince(moment, depth=1, time_strings=_AGO)  # type: ignore[arg-type]


@register.filter
def in_a_row(labels: Iterable[Any]) -> str:
    """Write labels beside each other: "Refugees, women". Only German keeps capitals within; not for
    names, such as those of languages. Takes terms, too."""
    first, *others = [str(getattr(label, "label", label)) for label in labels] or [""]
    if get_language() != "de":
        # A word in capitals is an abbreviation.
        others = [word[0].lower() + word[1:] if word[1:2].islower() else word for word in others]
    return ", ".join([first, *others])


@register.filter
def as_json(data: Any) -> SafeString:
    """Write data as JSON that can stand inside <script>, whatever its texts are."""
    written = json.dumps(data, ensure_ascii=False, cls=DjangoJSONEncoder).translate(_ESCAPED)
    return mark_safe(written)  # noqa: S308 (escaped above)


@register.inclusion_tag("common/_steps.html")
def steps(
    number: int, total: int, title: str = "", open_steps: Collection[int] | None = None
) -> dict:
    """Show progress through a flow of a few pages: "Schritt 2 von 5" and circles that touch; of
    those before, `open_steps` lack something or were left empty, and get no tick."""
    return {
        "number": number,
        "total": total,
        "title": title,
        "items": [
            {
                "number": n,
                "done": n < number and n not in (open_steps or ()),
                "current": n == number,
            }
            for n in range(1, total + 1)
        ],
    }


@register.simple_tag
def errors_of(form: forms.BaseForm) -> list[tuple[str, str, list[str]]]:
    """Return what is to be mended in a form and its rows: where it is, what it is called there, and
    all that is wrong with it; each field once."""
    # That something is wrong with the rows is no mistake of its own: each of theirs is listed.
    others = [error for error in form.non_field_errors().as_data() if error.code != "rows"]
    found = [("", "", [words]) for error in others for words in error.messages]
    row_sets = getattr(form, "row_sets", ())
    fields = [(str(field.label), field) for field in form]
    # As the rows are headed on the page.
    fields += [
        (f"{rows.row_label} {number}: {field.label}", field)
        for rows in row_sets
        for number, row in enumerate(rows.forms, start=1)
        for field in row
    ]
    for label, field in fields:
        place = f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label
        found.append((place, label, list(map(str, field.errors))))
    for rows in row_sets:
        of_all = list(map(str, rows.non_form_errors()))
        found.append((f"{rows.prefix}-rows", str(rows.label), of_all))
    return [each for each in found if each[2]]


@register.simple_tag
def history_of(item: models.Model) -> list[Change] | None:
    """The latest 100 changes of a tracked object, newest first; None when no history is kept of its
    model."""
    return changes(item)[:100] if hasattr(item, "pgh_event_models") else None
