"""Looking at a version and going through it as respondents do. Nothing of it is stored: what was
answered travels in the page itself, signed, and is gone with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from surveys.expressions import ExpressionError
from surveys.fields import NumberField
from surveys.models import Question, Questionnaire, Section
from surveys.models.questionnaire import Kind
from surveys.plan import MOST_REPEATS, Answers, Flow, Page, Plan, columns_of, is_empty

SALT = "surveys.trying"
#: Kinds of questions that have few answers.
DECIDING = (Kind.SINGLE, Kind.SCALE, Kind.MULTIPLE, Kind.NUMBER, Kind.CONSENT)


def is_readable(questionnaire: Questionnaire) -> bool:
    """Whether all formulas and texts can be read in the reader's language."""
    plan = questionnaire.plan
    try:
        for section in plan.sections:
            for item in (section, *section.questions.all()):
                for name in set(item.EXPRESSIONS) - {"choice_filter"}:
                    if source := getattr(item, name):
                        plan.expression(source)
                for name in item.TRANSLATED_FIELDS:
                    plan.text(getattr(item.text, name))
        for question in plan.questions.values():
            if question.choice_filter:
                plan.expression(question.choice_filter, columns_of(question))
    except ExpressionError:
        return False
    return True


# --- Preview --------------------------------------------------------------------------------------


def deciding(plan: Plan) -> list[Question]:
    """The questions that decide what else is asked, as far as they have few answers."""
    names: set[str] = set()
    for section in plan.sections:
        for item in (section, *section.questions.all()):
            if item.relevant:
                names |= plan.expression(item.relevant).names
    found = []
    for question in plan.questions.values():
        known = plan.names[question.key]
        if question.key in names and question.kind in DECIDING and not known.section.repeats:
            found.append(question)
    return found


class WayForm(forms.Form):
    """Answers that decide what else is asked."""

    prefix = "a"

    def __init__(self, *args, plan: Plan, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.asked = deciding(plan)
        for question in self.asked:
            self.fields[question.key] = self._field(question)

    @staticmethod
    def _field(question: Question) -> forms.Field:
        common: dict[str, Any] = {"label": question.text.wording, "required": False}
        choices = [(option.key, option.label) for option in question.options]
        if question.kind == Kind.NUMBER:
            return NumberField(
                minimum=question.minimum,
                maximum=question.maximum,
                decimals=question.decimals,
                **common,
            )
        if question.kind == Kind.CONSENT:
            return forms.BooleanField(**common)
        if question.kind == Kind.MULTIPLE:
            return forms.MultipleChoiceField(
                choices=choices, widget=forms.CheckboxSelectMultiple, **common
            )
        return forms.ChoiceField(choices=[("", _("not answered")), *choices], **common)

    @property
    def answers(self) -> Answers:
        if not self.is_valid():
            return {}
        return {name: value for name, value in self.cleaned_data.items() if not is_empty(value)}


def shown_pages(flow: Flow) -> Iterable[Page]:
    """The pages on a way; of what is asked several times the first one."""
    for page in flow.pages():
        yield Page(page.section, 0) if page.is_list else page


def left_out(flow: Flow) -> list[Section]:
    """The pages that are not on a way."""
    on_it = {page.section.pk for page in flow.pages()}
    return [section for section in flow.plan.sections if section.pk not in on_it]


# --- A test run -----------------------------------------------------------------------------------


@dataclass
class Run:
    """What was answered so far in a test run, and on which page it stands."""

    questionnaire: int
    answers: Answers = field(default_factory=dict)
    #: The key of the section with the instance; None for the last look.
    at: tuple[str, int | None] | None = None

    @classmethod
    def read(cls, questionnaire: int, state: str) -> "Run | None":
        """Return what a page has carried; None where that is not this version's, or not ours."""
        try:
            data = signing.loads(state, salt=SALT)
        except signing.BadSignature:
            return None
        if data["questionnaire"] != questionnaire:
            return None
        at = data["at"]
        return cls(questionnaire, data["answers"], tuple(at) if at else None)

    def write(self) -> str:
        data = {"questionnaire": self.questionnaire, "answers": self.answers, "at": self.at}
        return signing.dumps(data, salt=SALT, compress=True)

    def page(self, flow: Flow) -> Page | None:
        """The page it stands on, if that is still on the way."""
        return next((page for page in flow.all_pages() if self.at == place(page)), None)

    def go(self, flow: Flow, by: int) -> None:
        """Go to the next page (1) or the one before (-1); behind the last is the last look."""
        pages = flow.pages()
        keys = [place(page) for page in pages]
        if self.at is None:
            index = len(pages) if by > 0 else len(pages) - 1
        elif self.at in keys:
            index = keys.index(self.at) + by
        else:
            # From one of several back to their list.
            of_list = (self.at[0], None)
            index = keys.index(of_list) if of_list in keys else 0
        index = max(index, 0)
        self.at = place(pages[index]) if index < len(pages) else None

    def add(self, section: Section) -> None:
        """Begin another one of what is asked several times."""
        rows = self.answers.setdefault(section.key, [])
        if len(rows) < MOST_REPEATS:
            rows.append({})
        self.at = (section.key, len(rows) - 1)

    def remove(self, section: Section, number: int) -> None:
        rows = self.answers.get(section.key, [])
        if 0 <= number < len(rows):
            rows.pop(number)


def place(page: Page) -> tuple[str, int | None]:
    return page.section.key, page.instance


@dataclass(frozen=True)
class HandedIn:
    """What the database would get of one question."""

    key: str
    value: str


def handed_in(flow: Flow) -> list[HandedIn]:
    """What would be stored, by key."""
    return [HandedIn(key, _plain(value)) for key, value in flow.final().items()]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "; ".join(_plain(part) for part in value)
    return str(value)
