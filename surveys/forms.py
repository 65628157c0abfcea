"""One page of a questionnaire as a form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from surveys.fields import (
    MOMENTS,
    NO_ANSWER,
    Boxes,
    MatrixField,
    NumberField,
    OrganisationField,
    Radios,
    RankingField,
    suggested_organisations,
)
from surveys.models import Question
from surveys.models.questionnaire import NOT_ASKED, WITH_CHOICES
from surveys.plan import Answers, Flow, Page, is_empty, other_key
from surveys.reading import describe
from surveys.seen import digest, read, write

Kind = Question.Kind
LONGEST: dict[str, int] = {Kind.SHORT: 300, Kind.LONG: 4000}
LONGEST_OTHER = 200
#: More choices than this stand in a menu.
LONGEST_LIST = 14
AT_LEAST_ONE_ROW = _("At least one row needs an answer.")
#: What is said where an answer is missing, unless the question has words of its own.
MISSING: dict[str, Any] = {
    Kind.MATRIX: _("Please answer at least one row."),
    Kind.RANKING: _("Please choose at least the first place."),
    Kind.SINGLE: _("Please choose one."),
    Kind.SCALE: _("Please choose one."),
    Kind.MULTIPLE: _("Please choose at least one."),
    Kind.CONSENT: _("Please tick this box to go on."),
    Kind.SHORT: _("This field is required."),
}
CHANGED = _(
    "This answer was changed meanwhile, perhaps on another device. It now says: “%(now)s”. Yours "
    "is still here: change it, or send the page again if it should hold."
)
EMPTIED = _(
    "This answer was taken back meanwhile, perhaps on another device. Yours is still here: change "
    "it, or send the page again if it should hold."
)


@dataclass
class Block:
    """A question or note as it stands on the page: its field, and that for words of one's own."""

    question: Question
    bound: BoundField | None = None
    other: BoundField | None = None
    words: str = ""
    from_profile: bool = False
    #: What is suggested while somebody writes.
    names: Sequence[str] = ()

    @property
    def is_matrix(self) -> bool:
        return self.question.kind == Kind.MATRIX

    @property
    def is_ranking(self) -> bool:
        return self.question.kind == Kind.RANKING


class PageForm(forms.Form):
    """The questions of one page that concern the respondent.

    All questions of the section are read, those that the answers on this very page bring in too;
    what is not asked in the end may be wrong or missing. With `complete=False` (going back, or
    stopping for today) required questions may stay open, but what is there has to be readable.
    `values()` gives the answers to store: those that were on the page and that its sender has
    changed. Where somebody else has changed the same answer since, its field says so, once.
    """

    #: Names the questions that the page has shown, with a digest of each answer (`surveys.seen`).
    #: Sent without it, by a program, everything is written.
    SHOWN = "shown"

    def __init__(
        self,
        *args,
        flow: Flow,
        page: Page,
        prefilled: frozenset[str] = frozenset(),
        complete: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.complete = complete
        self.page = page
        self.flow = self.stored = flow
        self.prefilled = prefilled
        self.seen = read(self.data[self.SHOWN]) if self.SHOWN in self.data else None
        self.conflicts: set[str] = set()
        self.asked = flow.questions(page.section, page.instance)
        self.all = [
            question for question in page.section.questions.all() if question.kind not in NOT_ASKED
        ]
        for question in self.all:
            self._add(question)

    # --- Fields -----------------------------------------------------------------------------------

    def _add(self, question: Question) -> None:
        name = question.key
        value = self.flow.answer(question, self.page.instance)
        if is_empty(value):
            value = self.flow.default(question, self.page.instance)
        made = self._field(question, value)
        made.label = self.flow.text(question.text.wording, self.page.instance)
        # Forms take help for HTML; this is what somebody has written, and may quote an answer.
        made.help_text = escape(self.flow.text(str(made.help_text), self.page.instance))
        # What is missing is said after all answers are known: they decide what is required.
        made.required = False
        made.why = question.text.why
        made.needed = self.flow.requires(question, self.page.instance)
        self.fields[name] = made
        if question.other is not None and question.kind != Kind.MATRIX:
            self.fields[other_key(name)] = forms.CharField(
                label=_("In your words: %(choice)s") % {"choice": question.other.label},
                required=False,
                max_length=LONGEST_OTHER,
                initial=self.flow.other(question, self.page.instance),
                widget=forms.TextInput(attrs={"data-other": question.other.key}),
            )
            self.fields[other_key(name)].needed = True

    def _field(self, question: Question, value: Any) -> forms.Field:
        common: dict[str, Any] = {"help_text": question.text.help_text, "initial": value}
        options = self.flow.options(question, self.page.instance)
        choices: list[tuple[str, Any]] = [(option.key, option.label) for option in options]
        match question.kind:
            case Kind.MATRIX:
                if question.required:
                    common["help_text"] = f"{common['help_text']} {AT_LEAST_ONE_ROW}".strip()
                return MatrixField(
                    rows=question.rows,
                    points=[(point.key, point.label) for point in question.points],
                    **common,
                )
            case Kind.RANKING:
                places = int(question.maximum or 0) or len(choices)
                return RankingField(choices=choices, places=min(places, len(choices)), **common)
            case Kind.SINGLE | Kind.SCALE:
                return self._one_of(question, choices, common)
            case Kind.MULTIPLE:
                widget = Boxes(
                    attrs={"list_class": "choice-list--columns" if len(choices) > 5 else ""}
                )
                widget.exclusive = question.exclusive.key if question.exclusive else None
                return forms.MultipleChoiceField(choices=choices, widget=widget, **common)
            case Kind.NUMBER:
                if question.text.unit:
                    unit = _("In %(unit)s.") % {"unit": question.text.unit}
                    common["help_text"] = f"{common['help_text']} {unit}".strip()
                return NumberField(
                    minimum=question.minimum,
                    maximum=question.maximum,
                    decimals=question.decimals,
                    **common,
                )
            case Kind.DATE | Kind.TIME | Kind.MOMENT:
                return MOMENTS[question.kind](**common)
            case Kind.ORGANISATION:
                return OrganisationField(names=f"id_{question.key}_names", **common)
            case Kind.CONSENT:
                return forms.BooleanField(**common)
        widget = forms.Textarea(attrs={"rows": 5}) if question.kind == Kind.LONG else None
        return forms.CharField(max_length=LONGEST[question.kind], widget=widget, **common)

    def _one_of(
        self, question: Question, choices: list[tuple[str, Any]], common: dict[str, Any]
    ) -> forms.ChoiceField:
        required = self.flow.requires(question, self.page.instance)
        widget: forms.Widget = Radios()
        if question.kind == Kind.SCALE:
            widget.attrs["list_class"] = "choice-list--points"
        if question.kind == Kind.SINGLE and len(choices) > LONGEST_LIST:
            choices = [("", _("Please choose")) if required else NO_ANSWER, *choices]
            widget = forms.Select()
        elif not required:
            choices = [*choices, NO_ANSWER]
        return forms.ChoiceField(choices=choices, widget=widget, **common)

    def blocks(self) -> list[Block]:
        """What is on the page, in order, with its fields."""
        found = []
        for question in self.asked:
            if question.kind == Kind.NOTE:
                words = self.flow.text(question.text.wording, self.page.instance)
                found.append(Block(question, words=words))
                continue
            has_other = other_key(question.key) in self.fields
            found.append(
                Block(
                    question,
                    bound=self[question.key],
                    other=self[other_key(question.key)] if has_other else None,
                    from_profile=question.key in self.prefilled,
                    names=suggested_organisations() if question.kind == Kind.ORGANISATION else (),
                )
            )
        return found

    @property
    def shown(self) -> str:
        """What the page says that it has shown, for `SHOWN`. Shown again because of a mistake, it
        has seen nothing new but what it has quoted."""
        found = {question.key: self._digest_of(self.flow, question) for question in self.asked}
        if self.errors:
            for key in found:
                question = self.flow.plan.questions[key]
                found[key] = self._digest_of(self.stored, question)
                if self.seen and self.seen.get(key) and key not in self.conflicts:
                    found[key] = self.seen[key]
        return write(found)

    def _digest_of(self, flow: Flow, question: Question) -> str:
        instance = self.page.instance
        return self._digest(
            question, flow.answer(question, instance), flow.other(question, instance)
        )

    @staticmethod
    def _digest(question: Question, value: Any, words: str) -> str:
        if question.kind == Kind.MULTIPLE and value:
            value = sorted(value)  # whatever the order in which they stand on the page
        return digest([value, words])

    # --- What was sent ----------------------------------------------------------------------------

    def clean(self) -> dict[str, Any] | None:
        for question in self.all:
            if question.key not in self.errors and question.kind in WITH_CHOICES:
                self._clean_choices(question)
        for question in self.all:
            self._compare(question)
        self._values = self._changed()
        # From here on with the answers of this page: they decide what else is asked.
        self.flow = Flow(
            self.flow.plan, self._merged(), now=self.flow.now, is_entered=self.flow.is_entered
        )
        self._values |= self.flow.first_values(self.page)
        self.asked = self.flow.questions(self.page.section, self.page.instance)
        asked = {question.key for question in self.asked}
        for question in self.all:
            if question.key in asked:
                self._check(question)
            else:
                # Nobody sees it, so nobody could mend it.
                for name in (question.key, other_key(question.key)):
                    self.errors.pop(name, None)
        return super().clean()

    def _merged(self) -> Answers:
        """The stored answers with those of this page in their place."""
        answers = dict(self.flow.answers)
        here = answers
        if self.page.instance is not None:
            key = self.page.section.key
            rows = [dict(row) for row in answers.get(key, [])]
            rows.extend({} for _missing in range(self.page.instance + 1 - len(rows)))
            answers[key] = rows
            here = rows[self.page.instance]
        for name, value in self.values().items():
            if is_empty(value):
                here.pop(name, None)
            else:
                here[name] = value
        return answers

    def _check(self, question: Question) -> None:
        """Say what is missing or wrong."""
        name, instance = question.key, self.page.instance
        made = self.fields[name]
        made.needed = self.flow.requires(question, instance)
        made.label = self.flow.text(question.text.wording, instance)
        if name in self.errors:
            return
        if self.flow.lacks(question, instance):
            if self.complete and name in self._was_shown():
                words = self.flow.text(question.text.required_message, instance)
                self.add_error(name, words or MISSING.get(question.kind, MISSING[Kind.SHORT]))
        elif not self.flow.accepts(question, instance):
            words = self.flow.text(question.text.constraint_message, instance)
            self.add_error(name, words or _("This answer does not fit. Please look at it again."))

    def _compare(self, question: Question) -> None:
        """Say so where both the sender and somebody else have changed an answer."""
        sent = self._sent(question)
        seen = (self.seen or {}).get(question.key)
        if sent is None or not seen:
            return
        stored = self._digest_of(self.stored, question)
        if stored == seen or self._digest(question, *sent) in (stored, seen):
            return
        self.conflicts.add(question.key)
        instance = self.page.instance
        now = describe(
            question,
            self.stored.answer(question, instance),
            other=self.stored.other(question, instance),
        )
        words = CHANGED % {"now": ", ".join(now)} if now else EMPTIED
        self.add_error(question.key, str(words))

    def _was_shown(self) -> set[str]:
        """The questions that were on the page when it was sent; without a word of it, all."""
        return set(self.fields) if self.seen is None else set(self.seen)

    @property
    def new_questions(self) -> list[Question]:
        """What the answers of this page have brought in: nobody has seen it yet."""
        seen = self._was_shown()
        return [question for question in self.asked if question.key not in seen]

    def _clean_choices(self, question: Question) -> None:
        if question.kind in (Kind.MATRIX, Kind.RANKING):
            return
        chosen = self.cleaned_data.get(question.key) or []
        chosen = [chosen] if isinstance(chosen, str) else chosen
        if question.exclusive and question.exclusive.key in chosen and len(chosen) > 1:
            self.add_error(
                question.key,
                _("“%(none)s” does not go together with another choice. Please untick one.")
                % {"none": question.exclusive.label},
            )
        if question.other is None:
            return
        words = self.cleaned_data.get(other_key(question.key), "")
        if words and question.other.key not in chosen:
            if question.kind == Kind.MULTIPLE:
                # Who writes something of their own means it: the box is ticked for them.
                self.cleaned_data[question.key] = [*chosen, question.other.key]
                return
            if not chosen:
                self.cleaned_data[question.key] = question.other.key

    def values(self) -> Answers:
        """What to store of this page, by key; empty where an answer was taken back. What was not on
        the page, and what was left as it was shown, is not in it. Needs `is_valid()`."""
        return self._values

    def _changed(self) -> Answers:
        values: Answers = {}
        shown = self._was_shown()
        for question in self.all:
            sent = self._sent(question)
            if sent is None or question.key not in shown:
                continue
            seen = (self.seen or {}).get(question.key)
            if seen == self._digest(question, *sent) and question.key not in self.prefilled:
                continue
            values[question.key] = sent[0]
            if other_key(question.key) in self.fields:
                values[other_key(question.key)] = sent[1]
        return values

    def _sent(self, question: Question) -> tuple[Any, str] | None:
        """An answer with the words beside its choice; None where it cannot be read."""
        if question.key not in self.cleaned_data:
            return None
        value = self.cleaned_data[question.key]
        chosen = [value] if isinstance(value, str) else value or []
        is_other = question.other is not None and question.other.key in chosen
        return value, self.cleaned_data.get(other_key(question.key), "") if is_other else ""

    @property
    def stage(self) -> str | None:
        """The respondent's group, where this page changes it."""
        decides = next((question for question in self.all if question.decides_branch), None)
        values = self.values()
        return values[decides.key] or "" if decides and decides.key in values else None
