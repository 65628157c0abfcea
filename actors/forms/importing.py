"""Forms of lists that come in."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actors.importing.kinds import ListKind
from actors.models import ListImport
from actors.models.list_import import Decision
from ssoe_portal.common import table_files


class ListForm(forms.Form):
    """The file. What it says about itself does not count, only what is in it."""

    content: bytes

    file = forms.FileField(
        label=_("The list"),
        help_text=_("Excel (.xlsx) or text (.csv), up to 20 MB and 100,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        error_messages={
            "required": _(
                "Please choose a file first: an Excel table (.xlsx) or a text table (.csv)."
            ),
            "empty": _("This file is empty."),
        },
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > min(settings.UPLOAD_MAX_BYTES, table_files.MOST_BYTES):
            raise ValidationError(
                _("This file is larger than 20 MB. Please divide it."), code="too_large"
            )
        self.content = file.read()
        return file


class ColumnsForm(forms.Form):
    """Which column each heading means. One that means none is not read."""

    def __init__(self, *args, of: ListImport, kind: ListKind, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        #: What is to be asked first: headings that nobody knows.
        self.unknown: list[str] = []
        self.lacking = kind.lacking(of.assigned)
        choices = [("", _("Do not read")), *((c.name, c.heading) for c in kind.columns.incoming)]
        for number, (heading, name) in enumerate(zip(of.headings, of.assigned, strict=True)):
            if not heading:
                continue
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=heading[:80], choices=choices, initial=name or "", required=False
            )
            # Not to be read is an answer, too.
            self.fields[f"column_{number}"].needed = True
            if name is None:
                self.unknown.append(f"column_{number}")
        self.number = len(of.headings)

    @property
    def unknown_columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.unknown]

    @property
    def known_columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.unknown]

    @property
    def is_known_part_open(self) -> bool:
        """Where nothing else is asked, where one of them is wrong, or another one may be meant."""
        wrong = any(field.errors for field in self.known_columns)
        return wrong or not self.unknown or bool(self.lacking)

    def clean(self) -> dict:
        cleaned = super().clean()
        seen: dict[str, str] = {}
        for name, value in list(cleaned.items()):
            if value and value in seen:
                self.add_error(name, _("Another heading means this column already."))
            elif value:
                seen[value] = name
        if not seen and not self.errors:
            raise ValidationError(_("Please choose at least one column that is read."))
        self.lacking = self.kind.lacking(seen)
        if self.lacking and not self.errors:
            raise ValidationError(
                _("These columns are missing: %(names)s. Without them every row has errors.")
                % {"names": ", ".join(self.lacking)}
            )
        return cleaned

    @property
    def assigned(self) -> list[str]:
        return [self.cleaned_data.get(f"column_{number}", "") for number in range(self.number)]


class WriteForm(forms.Form):
    """What new entries become."""

    new_as = forms.ChoiceField(
        label=_("What do new entries become?"),
        choices=ListImport.As.choices,
        initial=ListImport.As.SUBMITTED,
        widget=forms.RadioSelect,
    )


class DecisionForm(forms.Form):
    """What to do with rows that are perhaps there already: those on the page, or all of them."""

    ALL = "all"

    def __init__(self, data=None, *, rows) -> None:
        super().__init__(data)
        self.rows = rows
        for row in rows:
            label = _("What to do with row %(row)s") % {"row": row.number}
            self.fields[f"row_{row.pk}"] = forms.ChoiceField(
                label=label,
                choices=row.decisions,
                initial=row.decision,
                required=False,
                widget=forms.Select(attrs={"class": "form-select", "aria-label": label}),
            )
        self.fields[self.ALL] = forms.ChoiceField(
            label=_("All of them"), choices=Decision.choices, required=False
        )

    def decisions(self) -> dict[int, str]:
        return {
            row.pk: chosen
            for row in self.rows
            if (chosen := self.cleaned_data.get(f"row_{row.pk}"))
        }
