"""Forms of the editor: a survey, a page, what questions and pages share, each in all languages."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.edit_conflicts import (
    NoticesOthers,
)
from ssoe_portal.common.translation import (
    IN_LANGUAGE,
    RIGHT_TO_LEFT,
    TRANSLATION_LANGUAGES,
    Translatable,
)
from surveys import conditions, editing
from surveys.expressions import ExpressionError, compile_expression, compile_text
from surveys.models import Question, Questionnaire, Section, Survey
from surveys.plan import Plan

Kind = Question.Kind
#: Open beside the German texts; the others are folded.
OPEN_LANGUAGE = "en"
#: Letters of a formula that are quoted before and after its mistake.
HEAD, TAIL = 12, 24


def place_in_words(error: ExpressionError, source: str) -> str:
    """What is wrong with a formula, and where."""
    if error.position >= len(source.rstrip()):
        return _("%(message)s (at the end)") % {"message": error}
    start = max(error.position - HEAD, 0)
    here = source[start : error.position + TAIL].strip()
    return _("%(message)s (at character %(number)s: “%(here)s”)") % {
        "message": error,
        "number": error.position + 1,
        "here": here,
    }


class Translated(NoticesOthers):
    """A form of an object with its texts in all languages: German under their own names, others as
    "en-title". A language that has any text needs those that German needs."""

    instance: Translatable

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.rows: dict[str, Any] = {}
        if self.instance.pk:
            self.rows = {row.language: row for row in self.instance.translations.all()}
        for language, _name in TRANSLATION_LANGUAGES:
            for text in self.texts:
                self._add_text(language, text)
            row = self.rows.get(language)
            if row is not None and row.base_revision < self.instance.revision:
                self.fields[f"{language}-fits"] = forms.BooleanField(
                    label=_("I have checked it: this translation still fits the German text."),
                    required=False,
                )

    @property
    def texts(self) -> list[str]:
        return [name for name in self._meta.model.TRANSLATED_FIELDS if name in self.fields]

    def _add_text(self, language: str, text: str) -> None:
        german = self.fields[text]
        field = forms.CharField(
            label=_("%(field)s %(in_language)s")
            % {"field": german.label, "in_language": IN_LANGUAGE[language]},
            required=False,
            max_length=self._meta.model._meta.get_field(text).max_length,
            widget=type(german.widget)(
                attrs={
                    **german.widget.attrs,
                    "lang": language,
                    "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr",
                }
            ),
        )
        self.fields[f"{language}-{text}"] = field
        self.initial[f"{language}-{text}"] = getattr(self.rows.get(language), text, "")

    # --- For templates ----------------------------------------------------------------------------

    @property
    def pairs(self) -> list[tuple[BoundField, BoundField]]:
        """Each text in German and in the language that stands beside it."""
        return [(self[name], self[f"{OPEN_LANGUAGE}-{name}"]) for name in self.texts]

    @property
    def open_fits(self) -> BoundField | None:
        name = f"{OPEN_LANGUAGE}-fits"
        return self[name] if name in self.fields else None

    @property
    def folded(self) -> list[dict[str, Any]]:
        """The other languages: name, fields, how many texts there are."""
        return [
            {
                "code": language,
                "name": capfirst(IN_LANGUAGE[language]),
                "fields": fields,
                "written": sum(bool(field.value()) for field in fields),
                "is_wrong": any(field.errors for field in fields),
            }
            for language, _name in TRANSLATION_LANGUAGES
            if language != OPEN_LANGUAGE
            for fields in [self._fields_of(language)]
        ]

    @property
    def folded_is_wrong(self) -> bool:
        return any(fold["is_wrong"] for fold in self.folded)

    def _fields_of(self, language: str) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith(f"{language}-")]

    # --- Checking and keeping ---------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for language, _name in TRANSLATION_LANGUAGES:
            if not any(data.get(f"{language}-{text}") for text in self.texts):
                continue
            for text in self.texts:
                needed = not self._meta.model._meta.get_field(text).blank and data.get(text)
                name = f"{language}-{text}"
                if needed and not data.get(name) and name not in self.errors:
                    self.add_error(name, _("A translation needs this text as well."))
        return data

    def save_texts(self) -> None:
        """Keep the translations; a changed one is made from today's German text."""
        item = self.instance
        item.refresh_from_db(fields=["revision"])
        for language, _name in TRANSLATION_LANGUAGES:
            # What has no field is not said any more: another kind of question had it.
            texts = {
                text: self.cleaned_data.get(f"{language}-{text}", "")
                for text in self._meta.model.TRANSLATED_FIELDS
            }
            row = self.rows.get(language)
            if not any(texts.values()):
                if row is not None:
                    row.delete()
                continue
            changed = row is None or texts != {name: getattr(row, name) for name in texts}
            fits = self.cleaned_data.get(f"{language}-fits")
            if not changed and not fits:
                continue
            item.translations.update_or_create(
                language=language, defaults={**texts, "base_revision": item.revision}
            )


class SurveyForm(Translated):
    class Meta:
        model = Survey
        fields = ("title", "introduction", "asked_by", "purpose", "slug", "minutes")
        widgets = {
            "introduction": forms.Textarea(attrs={"rows": 4}),
            "purpose": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False
        self.fields["slug"].help_text = _(
            "Stands in the address of the survey. Empty: it is made from the title."
        )
        self.is_being_answered = self.instance.is_being_answered
        for name in self._promised():
            self.fields[name].disabled = True

    def _promised(self) -> list[str]:
        """What people have read who answer now, in each language in which it is there."""
        if not self.is_being_answered:
            return []
        names = list(Survey.PROMISED)
        return names + [f"{row}-{name}" for row in self.rows for name in names]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        # A browser sends nothing of what is only shown: whoever sent it had opened the form before.
        names = [name for name in self._promised() if name in self.data]
        if any(
            self.data[name].split() != self.get_initial_for_field(self.fields[name], name).split()
            for name in names
        ):
            self.add_error(
                None,
                _(
                    "A wave has opened meanwhile: what people read before they answer stays as it "
                    "is until the wave is over."
                ),
            )
        return data

    @property
    def plain(self) -> list[BoundField]:
        return [self["slug"], self["minutes"]]

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if slug:
            return slug
        taken = set(Survey.objects.values_list("slug", flat=True))
        return editing.propose(self.cleaned_data.get("title", ""), taken)

    def save(self, commit: bool = True) -> Survey:
        survey = super().save(commit)
        self.save_texts()
        return survey


class ConditionHelper(forms.Form):
    """Put a condition together: a question with one of its choices, and how they compare."""

    prefix = "helper"

    choice = forms.ChoiceField(label=_("Question and answer"), required=False)
    operator = forms.ChoiceField(
        label=_("Comparison"), choices=conditions.OPERATORS, required=False
    )
    number = forms.DecimalField(label=_("Number"), required=False, localize=True)

    def __init__(self, *args, plan: Plan, without: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.use_required_attribute = False
        groups: list[tuple[str, Any]] = [("", _("Please choose"))]
        for question in plan.questions.values():
            if question.key == without or question.kind == Kind.NOTE:
                continue
            if question.kind == Kind.MATRIX:
                groups += self._rows(question)
            else:
                groups.append((self._short(question), list(self._answers(question))))
        self.fields["choice"].choices = groups

    def _rows(self, question: Question) -> Iterator[tuple[str, Any]]:
        """Each row of a matrix that formulas can name: what has the same name goes before it."""
        for row in question.rows:
            known = self.plan.names[row.key]
            if known.question is question and known.row:
                points = [(f"{row.key} {point.key}", point.label) for point in question.points]
                yield f"{self._short(question)} · {row.label}", points

    @staticmethod
    def _short(question: Question) -> str:
        words = question.wording or question.key
        return words if len(words) <= 80 else f"{words[:79]}…"

    @staticmethod
    def _answers(question: Question) -> Iterator[tuple[str, Any]]:
        if question.has_choices:
            for option in question.options:
                yield f"{question.key} {option.key}", option.label
        elif question.kind in (Kind.NUMBER, Kind.CALCULATION):
            yield f"{question.key} ", _("a number: write it below")
        elif question.kind == Kind.CONSENT:
            yield f"{question.key} OK", _("given")
        else:
            yield f"{question.key} ", _("any answer")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        if not data["choice"]:
            self.add_error("choice", _("Please choose a question and an answer."))
            return data
        name, _space, answer = data["choice"].partition(" ")
        question = self.plan.names[name].question
        is_number = question.kind in (Kind.NUMBER, Kind.CALCULATION)
        operator = data["operator"]
        if operator in (conditions.MORE, conditions.LESS) and not is_number:
            self.add_error("operator", _("Only numbers are more or less."))
        elif is_number and operator != conditions.ANSWERED:
            if data["number"] is None:
                self.add_error("number", _("Please write the number to compare with."))
            else:
                answer = f"{data['number']:f}"
        elif not answer:
            operator = conditions.ANSWERED
        if not self.errors:
            data["formula"] = conditions.write(name, question.kind, operator, answer)
        return data


class OfVersion(Translated):
    """What belongs to a version: its name is free, its formulas and quoted answers are right."""

    def __init__(self, *args, questionnaire: Questionnaire, **kwargs) -> None:
        self.questionnaire = questionnaire
        super().__init__(*args, **kwargs)
        key = self.fields["key"]
        key.required = False
        key.help_text = _(
            "The name in formulas and tables, the same in every version. Empty: it is made from "
            "the German words."
        )
        for name in self.formulas:
            self.fields[name].widget = forms.Textarea(
                attrs={"rows": 2, "spellcheck": "false", "class": "formula", "dir": "ltr"}
            )

    @property
    def formulas(self) -> list[str]:
        return [name for name in self._meta.model.EXPRESSIONS if name in self.fields]

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.questionnaire)

    @property
    def condition_in_words(self) -> str:
        return conditions.in_words(self["relevant"].value() or "", self.plan)

    def taken(self) -> set[str]:
        """Names that nothing new may have."""
        raise NotImplementedError

    def words_for_key(self) -> str:
        raise NotImplementedError

    def own_names(self) -> set[str]:
        """The names that come with what is written here."""
        return {self.cleaned_data.get("key", ""), self.initial.get("key", "")} - {"", None}

    def columns(self, name: str) -> set[str]:
        return set()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        key = data.get("key", "")
        if not key and "key" not in self.errors:
            data["key"] = self.initial.get("key") or editing.propose(
                self.words_for_key(), self.taken()
            )
        elif key in self.taken():
            self.add_error("key", _("Something else in this version has this name already."))
        self._check_formulas(data)
        return data

    def _check_formulas(self, data: dict[str, Any]) -> None:
        names = self.plan.known | self.own_names()
        for name in self.formulas:
            if source := data.get(name):
                try:
                    compile_expression(source, names=names, columns=self.columns(name))
                except ExpressionError as error:
                    self.add_error(name, place_in_words(error, source))
        for name in list(self.fields):
            if name.rpartition("-")[2] in self.texts and "${" in (data.get(name) or ""):
                try:
                    compile_text(data[name], names=names)
                except ExpressionError as error:
                    self.add_error(name, place_in_words(error, data[name]))

    def _post_clean(self) -> None:
        # The formulas are checked above, with their places and with what is not stored yet.
        self.instance.formulas_are_checked = True
        super()._post_clean()


class SectionForm(OfVersion):
    class Meta:
        model = Section
        fields = ("title", "introduction", "key", "relevant", "repeats", "repeat_count")
        widgets = {"introduction": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["relevant"].label = _("This page is shown only if")
        self.fields["relevant"].help_text = _("Empty: to everybody.")
        self.fields["repeats"].label = _(
            "This page is filled in several times, for each project or each child"
        )
        self.fields["repeat_count"].label = _("How often, as a formula")

    def taken(self) -> set[str]:
        own = {self.initial.get("key")}
        sections = {section.key for section in self.questionnaire.sections.all()}
        # Where it repeats, its name stands beside those of questions; so it never is one of them.
        return (sections | {q.key for q in self.questionnaire.questions()}) - own

    def words_for_key(self) -> str:
        return self.cleaned_data.get("title", "")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("repeat_count") and not data.get("repeats"):
            self.add_error("repeat_count", _("Only what is asked several times has a number."))
        return data


class KindForm(forms.Form):
    """What a new question is, or what another one becomes."""

    kind = forms.ChoiceField(
        label=_("What kind of question is it?"), choices=Kind.choices, widget=forms.RadioSelect
    )


class MoveForm(forms.Form):
    """Where a section or question goes."""

    behind = forms.ChoiceField(label=_("Where to?"), required=False)

    def __init__(self, *args, questionnaire: Questionnaire, item: Any, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        sections = list(questionnaire.sections.all())
        places: list[tuple[str, Any]] = []
        if isinstance(item, Section):
            places = [("", _("to the beginning"))]
            places += [
                (editing.address(section), _("behind “%(title)s”") % {"title": section.title})
                for section in sections
                if section != item
            ]
        else:
            for section in sections:
                inside: list[tuple[str, Any]] = [
                    (editing.address(section), _("to the beginning of this page"))
                ]
                inside += [
                    (editing.address(question), _("behind “%(title)s”") % {"title": question})
                    for question in section.questions.all()
                    if question != item
                ]
                places.append((section.title, inside))
        self.fields["behind"].choices = places
