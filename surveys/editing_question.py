"""The editor's form of a question: its texts, its rules, and its choices in rows."""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.edit_conflicts import (
    MOST_QUOTED,
    NOTHING_NOW,
    NOW,
    Answer,
)
from ssoe_portal.common.translation import (
    IN_LANGUAGE,
    RIGHT_TO_LEFT,
    TRANSLATION_LANGUAGES,
)
from surveys import editing
from surveys.editing_forms import OPEN_LANGUAGE, OfVersion
from surveys.models import Choice, Question
from surveys.models.questionnaire import NOT_ASKED, WITH_CHOICES, ProfileField, Vocabulary

Kind = Question.Kind
#: Rows that are empty below the choices there are.
EMPTY_ROWS = 3
MOST_ROWS = 200
#: With more choices than this only languages that are used have fields for them.
MANY_ROWS = 40
#: Stands for all rows of choices where two people's changes are compared.
ROWS = "rows"


#: What only some kinds have.
_ONLY: dict[str, tuple[str, ...]] = {
    "unit": (Kind.NUMBER,),
    "minimum": (Kind.NUMBER,),
    "maximum": (Kind.NUMBER, Kind.RANKING),
    "decimals": (Kind.NUMBER,),
    "vocabulary": WITH_CHOICES,
    "choice_filter": (Kind.SINGLE, Kind.MULTIPLE, Kind.RANKING),
    "counts_from": (Kind.MATRIX,),
    "profile_field": (Kind.SINGLE, Kind.MULTIPLE),
    "calculation": (Kind.CALCULATION,),
}
#: What is no question has none of these.
_OF_QUESTIONS = (
    "required",
    "required_if",
    "required_message",
    "constraint",
    "constraint_message",
    "default",
    "why",
    "help_text",
)
_ROLES: dict[str, tuple[str, ...]] = {
    Kind.MATRIX: (Choice.Role.OPTION, Choice.Role.ROW),
    Kind.SCALE: (Choice.Role.OPTION,),
    Kind.RANKING: (Choice.Role.OPTION,),
}


def fields_of(kind: str) -> list[str]:
    """The fields that matter for a kind of question."""
    left_out = {name for name, kinds in _ONLY.items() if kind not in kinds}
    if kind in NOT_ASKED:
        left_out |= set(_OF_QUESTIONS)
    return [name for name in QuestionForm.Meta.fields if name not in left_out]


class QuestionForm(OfVersion):
    """A question of one kind: with the fields that matter for it, and its own choices as rows
    ("row-0-key", "row-0-de", …). A row without a German label is none."""

    class Meta:
        model = Question
        fields = (
            "kind",
            "wording",
            "help_text",
            "why",
            "unit",
            "required_message",
            "constraint_message",
            "required",
            "vocabulary",
            "minimum",
            "maximum",
            "decimals",
            "counts_from",
            "profile_field",
            "relevant",
            "required_if",
            "constraint",
            "default",
            "calculation",
            "choice_filter",
            "key",
        )
        widgets = {
            "kind": forms.HiddenInput,
            "wording": forms.Textarea(attrs={"rows": 2}),
            "help_text": forms.Textarea(attrs={"rows": 2}),
            "why": forms.Textarea(attrs={"rows": 2}),
            "required_message": forms.Textarea(attrs={"rows": 2}),
            "constraint_message": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args, kind: str, more_rows: int = 0, **kwargs) -> None:
        kwargs["initial"] = {**(kwargs.get("initial") or {}), "kind": kind}
        self.kind = kind
        super().__init__(*args, **kwargs)
        wanted = {*fields_of(kind)}
        texts = {name for name in Question.TRANSLATED_FIELDS if name not in wanted}
        for name in list(self.fields):
            left_out = name in self.Meta.fields and name not in wanted
            if left_out or name.rpartition("-")[2] in texts:
                del self.fields[name]
        if kind == Kind.CALCULATION:
            self.fields["wording"].required = False
        self._label()
        self.row_count = 0
        self.row_languages: list[str] = []
        if kind in WITH_CHOICES:
            self._add_rows(more_rows)

    def _label(self) -> None:
        words: dict[str, Any] = {
            "wording": _("Text of the note") if self.kind == Kind.NOTE else _("Question"),
            "relevant": _("Asked only if"),
            "constraint": _("An answer is right if"),
            "required_if": _("Needed if"),
            "required": _("Everybody has to answer this"),
        }
        if self.kind == Kind.RANKING:
            words["maximum"] = _("How many places")
        helps: dict[str, Any] = {
            "relevant": _("Empty: everybody is asked."),
            "constraint": _("“.” is the answer. For example: . >= 18"),
            "default": _("A formula: a number, a text in quotation marks or ${another-question}."),
            "vocabulary": _("Instead of choices of its own, or before them."),
            "choice_filter": _(
                "A formula over a column of the choices, for example: district = ${district}"
            ),
            "counts_from": _("Results count this point and all after it as a yes."),
        }
        for name in ("minimum", "maximum"):
            if name in self.fields:
                self.fields[name] = forms.DecimalField(
                    label=self.fields[name].label,
                    required=False,
                    localize=True,
                    max_digits=15,
                    decimal_places=6,
                    widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                )
                if (limit := self.initial.get(name)) is not None:
                    is_whole = limit == limit.to_integral_value()
                    self.initial[name] = int(limit) if is_whole else limit.normalize()
        for name, label in words.items():
            if name in self.fields:
                self.fields[name].label = label
        for name, text in helps.items():
            if name in self.fields:
                self.fields[name].help_text = text
        for name, choices in (("vocabulary", Vocabulary), ("profile_field", ProfileField)):
            if name in self.fields:
                self.fields[name].choices = [("", _("nothing of this")), *choices.choices]

    # --- Choices ----------------------------------------------------------------------------------

    @cached_property
    def stored_choices(self) -> list[Choice]:
        if not self.instance.pk:
            return []
        return list(self.instance.choices.all())

    def _add_rows(self, more: int) -> None:
        stored = self.stored_choices
        sent = 0
        if self.is_bound:
            numbers = (re.fullmatch(r"row-(\d{1,3})-de", name) for name in self.data)
            sent = max((int(found[1]) + 1 for found in numbers if found), default=0)
        count = max(len(stored) + EMPTY_ROWS, sent) + more
        self.row_count = min(count, MOST_ROWS)
        used = {row.language for choice in stored for row in choice.translations.all()}
        self.row_languages = [
            language
            for language, _name in TRANSLATION_LANGUAGES
            if language == OPEN_LANGUAGE or language in used or self.row_count <= MANY_ROWS
        ]
        roles = _ROLES.get(self.kind, tuple(set(Choice.Role) - {Choice.Role.ROW}))
        labels = [(role.value, role.label) for role in Choice.Role if role in roles]
        if "counts_from" in self.fields:
            self._offer_points()
        for number in range(self.row_count):
            choice = stored[number] if number < len(stored) else None
            self._add_row(number, choice, labels)
        # All choices are one answer, whatever stands in which row.
        self.fields[ROWS] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.TOGETHER = ((ROWS, *(name for name in self.fields if name.startswith("row-"))),)

    def _add_row(self, number: int, choice: Choice | None, roles: list[tuple[str, Any]]) -> None:
        prefix = f"row-{number}"
        place = {"number": number + 1}
        texts = {}
        columns = ""
        if choice:
            texts = {row.language: row.label for row in choice.translations.all()}
            columns = ", ".join(f"{name}={words}" for name, words in choice.columns.items())
        made: dict[str, tuple[forms.Field, Any]] = {
            "position": (
                forms.IntegerField(
                    label=_("Place of choice %(number)s") % place,
                    required=False,
                    min_value=-999,
                    max_value=9999,
                    widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "3"}),
                ),
                (number + 1) * 10 if choice else "",
            ),
            "de": (
                forms.CharField(
                    label=_("Choice %(number)s, German") % place,
                    required=False,
                    max_length=500,
                    widget=forms.TextInput(attrs={"lang": "de"}),
                ),
                choice.label if choice else "",
            ),
            "key": (
                forms.CharField(
                    label=_("Key of choice %(number)s") % place,
                    required=False,
                    max_length=100,
                    validators=Choice._meta.get_field("key").validators,
                ),
                choice.key if choice else "",
            ),
            "role": (
                forms.ChoiceField(
                    label=_("Role of choice %(number)s") % place,
                    choices=roles,
                    required=False,
                ),
                choice.role if choice else roles[0][0],
            ),
        }
        for language in self.row_languages:
            label = _("Choice %(number)s %(in_language)s") % {
                **place,
                "in_language": IN_LANGUAGE[language],
            }
            direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
            widget = forms.TextInput(attrs={"lang": language, "dir": direction})
            field = forms.CharField(label=label, required=False, max_length=500, widget=widget)
            made[language] = (field, texts.get(language, ""))
        if "choice_filter" in self.fields:
            made["columns"] = (
                forms.CharField(
                    label=_("Columns of choice %(number)s") % place,
                    required=False,
                    max_length=1000,
                ),
                columns,
            )
        for name, (field, initial) in made.items():
            self.fields[f"{prefix}-{name}"] = field
            self.initial[f"{prefix}-{name}"] = initial

    def _offer_points(self) -> None:
        keys = [
            (choice.key, choice.label)
            for choice in self.stored_choices
            if choice.role == Choice.Role.OPTION
        ]
        chosen = self.data.get("counts_from") if self.is_bound else self.initial.get("counts_from")
        if chosen and chosen not in dict(keys):
            keys.append((chosen, chosen))
        self.fields["counts_from"] = forms.ChoiceField(
            label=self.fields["counts_from"].label,
            help_text=_("Results count this point and all after it as a yes. Save new ones first."),
            choices=[("", _("the first one")), *keys],
            required=False,
        )

    def stored(self, name: str) -> Answer:
        return self._rows_by(super().stored) if name == ROWS else super().stored(name)

    def sent(self, name: str) -> Answer | None:
        return self._rows_by(super().sent) if name == ROWS else super().sent(name)

    def say_conflict(self, name: str) -> None:
        if name != ROWS:
            super().say_conflict(name)
            return
        now = "; ".join(choice.label for choice in self.stored_choices)
        error = NOW % {"now": Truncator(now).chars(MOST_QUOTED)} if now else NOTHING_NOW
        self.add_error("row-0-de", str(error))

    def _rows_by(self, look: Callable[[str], Answer | None]) -> Answer:
        """Each row with a label as one line; empty ones do not count."""
        lines = []
        for number in range(self.row_count):
            names = [name for name in self.fields if name.startswith(f"row-{number}-")]
            if look(f"row-{number}-de") != [""]:
                lines.append("\t".join(part for name in names for part in look(name) or []))
        return sorted(lines) or [""]

    @property
    def choice_rows(self) -> list[dict[str, Any]]:
        """The rows of choices for the page."""
        rows = []
        for number in range(self.row_count):
            prefix = f"row-{number}"
            rows.append(
                {
                    "number": number + 1,
                    "position": self[f"{prefix}-position"],
                    "german": self[f"{prefix}-de"],
                    "open": self[f"{prefix}-{OPEN_LANGUAGE}"],
                    "key": self[f"{prefix}-key"],
                    "role": self[f"{prefix}-role"],
                    "columns": self[f"{prefix}-columns"]
                    if f"{prefix}-columns" in self.fields
                    else None,
                }
            )
        return rows

    @property
    def has_roles(self) -> bool:
        return len(_ROLES.get(self.kind, (1, 2, 3))) > 1

    @property
    def folded(self) -> list[dict[str, Any]]:
        """The other languages, with the labels of the choices there are."""
        found = super().folded
        for fold in found:
            labels = [
                self[f"row-{number}-{fold['code']}"]
                for number in range(self.row_count)
                if f"row-{number}-{fold['code']}" in self.fields
                and self[f"row-{number}-de"].value()
            ]
            for number, field in enumerate(labels):
                field.label = self[f"row-{number}-de"].value()
            fold["fields"] = [*fold["fields"], *labels]
            fold["written"] += sum(bool(field.value()) for field in labels)
            fold["is_wrong"] = fold["is_wrong"] or any(field.errors for field in labels)
        return found

    # --- Groups of fields for the page ------------------------------------------------------------

    def _those(self, *names: str) -> list[BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def pairs(self) -> list[tuple[BoundField, BoundField]]:
        names = [n for n in self.texts if n not in ("required_message", "constraint_message")]
        return [(self[name], self[f"{OPEN_LANGUAGE}-{name}"]) for name in names]

    @property
    def message_pairs(self) -> list[tuple[BoundField, BoundField]]:
        names = [n for n in self.texts if n in ("required_message", "constraint_message")]
        return [(self[name], self[f"{OPEN_LANGUAGE}-{name}"]) for name in names]

    @property
    def answers_fields(self) -> list[BoundField]:
        return self._those(
            "calculation", "minimum", "maximum", "decimals", "vocabulary", "counts_from"
        )

    @property
    def further(self) -> list[BoundField]:
        return self._those("required_if", "constraint", "default", "choice_filter", "profile_field")

    @property
    def further_is_open(self) -> bool:
        fields = [*self.further, *(f for pair in self.message_pairs for f in pair)]
        return any(field.value() or field.errors for field in fields)

    # --- Checking ---------------------------------------------------------------------------------

    def taken(self) -> set[str]:
        return editing.names_in(self.questionnaire) - {self.initial.get("key")}

    def words_for_key(self) -> str:
        return self.cleaned_data.get("wording", "") or str(Kind(self.kind).label)

    def clean_kind(self) -> str:
        return self.kind

    def _post_clean(self) -> None:
        # What another kind of question had is left behind.
        for name in self.Meta.fields:
            if name not in self.fields:
                setattr(self.instance, name, Question._meta.get_field(name).get_default())
        super()._post_clean()

    def own_names(self) -> set[str]:
        own = super().own_names()
        rows = self.rows_given()
        names = own | {row["key"] for row in rows if row["role"] == Choice.Role.ROW}
        if any(row["role"] == Choice.Role.OTHER for row in rows):
            names |= {f"{name}{end}" for name in own for end in (".other", "_other")}
        return names

    def columns(self, name: str) -> set[str]:
        if name != "choice_filter":
            return set()
        return {
            "name",
            "label",
            *(column for row in self.rows_given() for column in row["columns"]),
        }

    def rows_given(self) -> list[dict[str, Any]]:
        """The choices as they were sent, in their order, each with a key."""
        data = self.cleaned_data
        rows = []
        for number in range(self.row_count):
            prefix = f"row-{number}"
            label = data.get(f"{prefix}-de", "")
            if not label:
                continue
            place = data.get(f"{prefix}-position")
            rows.append(
                {
                    "number": number,
                    # What has no place comes behind the row above it.
                    "place": (number + 1) * 10 if place is None else place,
                    "key": data.get(f"{prefix}-key", ""),
                    "role": data.get(f"{prefix}-role") or Choice.Role.OPTION.value,
                    "label": label,
                    "texts": {
                        language: words
                        for language in self.row_languages
                        if (words := data.get(f"{prefix}-{language}", ""))
                    },
                    "columns": _columns(data.get(f"{prefix}-columns", "")),
                }
            )
        rows.sort(key=lambda row: (row["place"], row["number"]))
        keys = {row["key"] for row in rows if row["key"]}
        for row in rows:
            if not row["key"]:
                row["key"] = editing.propose(row["label"], keys)
                keys.add(row["key"])
        return rows

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.kind == Kind.CALCULATION and not data.get("calculation"):
            self._say("calculation", _("What is calculated needs a formula."))
        low, high = data.get("minimum"), data.get("maximum")
        if low is not None and high is not None and low > high:
            self._say("maximum", _("“At least” must not be more than “at most”."))
        if self.kind in WITH_CHOICES:
            self._check_choices(data)
        return data

    def _say(self, name: str, words: Any) -> None:
        if name in self.fields and name not in self.errors:
            self.add_error(name, words)

    def _check_choices(self, data: dict[str, Any]) -> None:
        rows = self.rows_given()
        for number in range(self.row_count):
            prefix = f"row-{number}"
            others = [f"{prefix}-key", *(f"{prefix}-{name}" for name in self.row_languages)]
            is_begun = not data.get(f"{prefix}-de") and any(data.get(name) for name in others)
            if is_begun and number >= len(self.stored_choices):
                self._say(f"{prefix}-de", _("A choice needs a German label."))
        seen: set[str] = set()
        for row in rows:
            if row["key"] in seen:
                self._say(f"row-{row['number']}-key", _("This key is already used above."))
            seen.add(row["key"])
        for row in editing.alike(rows, is_filtered=bool(data.get("choice_filter"))):
            self._say(f"row-{row['number']}-de", _("This choice is there already."))
        for role in (Choice.Role.OTHER, Choice.Role.EXCLUSIVE):
            of_role = [row for row in rows if row["role"] == role]
            for row in of_role[1:]:
                self._say(f"row-{row['number']}-role", _("Only one choice can be that."))
        points = [row["key"] for row in rows if row["role"] == Choice.Role.OPTION]
        if data.get("counts_from") and data["counts_from"] not in points:
            self._say("counts_from", _("This point is not among the choices any more."))
        if not rows and not data.get("vocabulary"):
            self._say("row-0-de", _("This kind of question needs choices or a vocabulary."))
        elif self.kind in (Kind.SCALE, Kind.MATRIX) and len(points) < 2:
            self._say("row-0-de", _("A scale needs at least two points."))
        elif self.kind == Kind.MATRIX:
            has_rows = any(row["role"] == Choice.Role.ROW for row in rows)
            if not has_rows and not data.get("vocabulary"):
                self._say("row-0-role", _("Please add rows, or choose a vocabulary."))

    # --- Keeping ----------------------------------------------------------------------------------

    def save_choices(self) -> None:
        """Keep the choices: those that are there by their row, others new."""
        kept = []
        rows = self.rows_given() if self.kind in WITH_CHOICES else []
        stored = self.stored_choices
        by_row = {row["number"]: row for row in rows}
        for number, choice in enumerate(stored):
            if number not in by_row:
                choice.delete()
        # Two may change their keys or roles with one another.
        for number, choice in enumerate(stored):
            if number in by_row:
                Choice.objects.filter(pk=choice.pk).update(key=f"-{choice.pk}", role="option")
        for position, row in enumerate(rows):
            is_new = row["number"] >= len(stored)
            choice = Choice(question=self.instance) if is_new else stored[row["number"]]
            choice.key, choice.role, choice.label = row["key"], row["role"], row["label"]
            choice.position, choice.columns = position, row["columns"]
            choice.save()
            self._save_labels(choice, row["texts"], is_new)
            kept.append(choice)

    def _save_labels(self, choice: Choice, texts: dict[str, str], is_new: bool) -> None:
        choice.refresh_from_db(fields=["revision"])
        rows = {} if is_new else {row.language: row for row in choice.translations.all()}
        for language in self.row_languages:
            words, row = texts.get(language, ""), rows.get(language)
            if not words:
                if row is not None:
                    row.delete()
            elif row is None or row.label != words or self.cleaned_data.get(f"{language}-fits"):
                choice.translations.update_or_create(
                    language=language,
                    defaults={"label": words, "base_revision": choice.revision},
                )


def _columns(words: str) -> dict[str, str]:
    """Read "district=pankow, kind=school"."""
    pairs = (part.partition("=") for part in words.split(","))
    return {name.strip(): value.strip() for name, _is, value in pairs if name.strip()}
