"""What a questionnaire file may say: every problem is found, each with its place."""

import re
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ssoe_portal.common.translation import BASE_LANGUAGE, TRANSLATION_LANGUAGES
from surveys.expressions import ExpressionError, compile_expression, compile_text
from surveys.models import Choice, Question, Section, Survey
from surveys.models.choice import TERMS, Stage, Vocabulary
from surveys.models.questionnaire import MOST_DECIMALS, WITH_CHOICES, Kind, ProfileField
from surveys.models.survey import LEAST_MINUTES, MOST_MINUTES

SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
LANGUAGES = {BASE_LANGUAGE, *(code for code, _name in TRANSLATION_LANGUAGES)}

SURVEY = {"slug", "minutes", *Survey.TRANSLATED_FIELDS}
SECTION = {"key", "relevant", "repeats", "repeat_count", "questions", *Section.TRANSLATED_FIELDS}
CHOICE = {"key", "role", "columns", *Choice.TRANSLATED_FIELDS}
#: Of a question what may be left out, with what it then is.
PLAIN: dict[str, Any] = {
    "key": None,
    "kind": None,
    "required": False,
    "vocabulary": "",
    "profile_field": "",
    "minimum": None,
    "maximum": None,
    "decimals": 0,
    "counts_from": "",
    **dict.fromkeys(Question.EXPRESSIONS, ""),
}
QUESTION = {"choices", *PLAIN, *Question.TRANSLATED_FIELDS}


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: a path such as "sections[2].questions[0].relevant"."""

    place: str
    words: str

    def __str__(self) -> str:
        return f"{self.place}: {self.words}"


def check(data: Any, terms: dict[str, set[str]] | None = None) -> list[Problem]:
    """Look through a definition; return every problem with its place. `terms` are the keys of each
    vocabulary, where they are known already."""
    return _Check(terms or {}).run(data)


class _Check:
    """Looks through a file and notes every problem with its place."""

    def __init__(self, terms: dict[str, set[str]]) -> None:
        self.problems: list[Problem] = []
        self.keys: set[tuple[str, Any]] = set()
        #: Expressions and texts to look at when all names are known: place, source, what it may
        #: read besides names; columns of choices make a filter.
        self.expressions: list[tuple[str, str, frozenset[str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.names: set[str] = set()
        #: The rows of matrices, which formulas call by their keys: place, key.
        self.rows: list[tuple[str, str]] = []
        #: What each question reads to be asked or calculated, to find circles.
        self.reads: dict[str, list[tuple[str, str]]] = {}
        #: The keys of each vocabulary that a matrix has.
        self.terms = dict(terms)

    def note(self, place: str, problem: str) -> None:
        self.problems.append(Problem(place, problem))

    def run(self, data: Any) -> list[Problem]:
        if not self.is_object(data, "file", {"survey", "sections"}):
            return self.problems
        self.survey(data.get("survey"))
        sections = data.get("sections")
        if not isinstance(sections, list) or not sections:
            self.note("sections", _("needs a list with at least one section"))
            return self.problems
        for index, section in enumerate(sections):
            self.section(section, f"sections[{index}]")
        self.rows_apart()
        self.compile()
        self.circles()
        return self.problems

    def is_object(self, value: Any, place: str, known: set[str]) -> bool:
        if not isinstance(value, dict):
            self.note(place, _("needs an object"))
            return False
        for name in sorted(set(value) - known):
            self.note(f"{place}.{name}", _("is not known here"))
        return True

    def survey(self, data: Any) -> None:
        if not self.is_object(data, "survey", SURVEY):
            return
        slug = data.get("slug")
        if not isinstance(slug, str) or not SLUG.match(slug) or len(slug) > 80:
            self.note("survey.slug", _("needs a short address of a-z, 0-9 and hyphens"))
        minutes = data.get("minutes")
        if type(minutes) is not int or not LEAST_MINUTES <= minutes <= MOST_MINUTES:
            self.note("survey.minutes", _("needs a whole number from 1 to 240"))
        for name in Survey.TRANSLATED_FIELDS:
            self.text(data, name, "survey", Survey)

    def key(self, value: Any, place: str, model: Any) -> None:
        field = model._meta.get_field("key")
        try:
            field.run_validators(value if isinstance(value, str) else "")
        except ValidationError as error:
            self.note(place, " ".join(error.messages))
        else:
            if not isinstance(value, str) or not value:
                self.note(place, _("is missing"))

    def text(self, data: dict, name: str, place: str, model: Any, *, pipes: bool = False) -> None:
        place = f"{place}.{name}"
        field = model._meta.get_field(name)
        value = data.get(name)
        if value is None or value == {}:
            if not field.blank:
                self.note(place, _("is missing"))
            return
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            self.note(place, _('needs texts by language, such as {"de": "…", "en": "…"}'))
            return
        if not value.get(BASE_LANGUAGE, "").strip():
            self.note(place, _("has no German text"))
        for language, words in value.items():
            if language not in LANGUAGES:
                self.note(f"{place}.{language}", _("is not a language of the portal"))
            elif len(words) > field.max_length:
                self.note(
                    f"{place}.{language}",
                    _("is longer than %(number)s characters") % {"number": field.max_length},
                )
            elif pipes and "${" in words:
                self.texts.append((f"{place}.{language}", words))

    def expression(
        self, data: dict, name: str, place: str, columns: frozenset[str] = frozenset()
    ) -> str:
        source = data.get(name, "")
        if not isinstance(source, str):
            self.note(f"{place}.{name}", _("needs a text"))
            return ""
        if source:
            self.expressions.append((f"{place}.{name}", source, columns))
        return source

    def section(self, data: Any, place: str) -> None:
        if not self.is_object(data, place, SECTION):
            return
        self.key(data.get("key"), f"{place}.key", Section)
        self.unique("section", data.get("key"), f"{place}.key")
        for name in Section.TRANSLATED_FIELDS:
            self.text(data, name, place, Section, pipes=True)
        relevant = self.expression(data, "relevant", place)
        repeats = data.get("repeats", False)
        if repeats:
            # Its answers stand beside those of questions.
            self.unique("question", data.get("key"), f"{place}.key")
            self.names.add(str(data.get("key")))
            reads = [(place, source) for source in (relevant, data.get("repeat_count")) if source]
            self.reads.setdefault(str(data.get("key")), []).extend(reads)
        if type(repeats) is not bool:
            self.note(f"{place}.repeats", _("needs true or false"))
        count = self.expression(data, "repeat_count", place)
        if count and not repeats:
            self.note(f"{place}.repeat_count", _("only what repeats has a number"))
        questions = data.get("questions")
        if not isinstance(questions, list) or not questions:
            self.note(f"{place}.questions", _("needs a list with at least one question"))
            return
        for index, question in enumerate(questions):
            where = f"{place}.questions[{index}]"
            if self.is_object(question, where, QUESTION):
                self.question(question, where, [relevant, count])
                if repeats and question.get("profile_field") == ProfileField.STAGE:
                    self.note(where, _("the stage is asked once"))

    def unique(self, kind: str, key: Any, place: str) -> None:
        if isinstance(key, str) and (kind, key) in self.keys:
            self.note(place, _("is used twice"))
        self.keys.add((kind, key))

    def question(self, data: dict, place: str, around: list[str]) -> None:
        self.key(data.get("key"), f"{place}.key", Question)
        self.unique("question", data.get("key"), f"{place}.key")
        for name in Question.TRANSLATED_FIELDS:
            if name == "wording" and data.get("kind") == Kind.CALCULATION and not data.get(name):
                continue
            self.text(data, name, place, Question, pipes=True)
        kind = data.get("kind")
        if kind not in Kind.values:
            self.none_of(f"{place}.kind", kind, Kind.values)
            return
        if type(data.get("required", False)) is not bool:
            self.note(f"{place}.required", _("needs true or false"))
        self.one_of(data, "vocabulary", Vocabulary.values, place)
        self.one_of(data, "profile_field", ProfileField.values, place)
        self.range(data, kind, place)
        columns = self.choices(data, kind, place)
        reads = []
        for name in Question.EXPRESSIONS:
            is_filter = name == "choice_filter"
            source = self.expression(data, name, place, columns if is_filter else frozenset())
            if name in ("relevant", "calculation") and source:
                reads.append(source)
        if (kind == Kind.CALCULATION) != bool(data.get("calculation")):
            self.note(f"{place}.calculation", _("what is calculated needs one, nothing else does"))
        if data.get("choice_filter") and not data.get("choices"):
            self.note(f"{place}.choice_filter", _("only choices of one’s own can be filtered"))
        self.know(data, kind, place, [(place, source) for source in [*around, *reads] if source])
        if data.get("profile_field") == ProfileField.STAGE and not (
            kind == Kind.SINGLE
            and data.get("vocabulary") == Vocabulary.STAGE
            and data.get("required") is True
        ):
            self.note(
                place, _("the stage is a required single choice from the vocabulary of stages")
            )

    def know(self, data: dict, kind: str, place: str, reads: list[tuple[str, str]]) -> None:
        """Note the names by which expressions may call a question and its parts."""
        key = data.get("key")
        if not isinstance(key, str):
            return
        names = {key}
        rows: list[tuple[str, str]] = []
        for index, choice in enumerate(data.get("choices", [])):
            if isinstance(choice, dict) and choice.get("role") == Choice.Role.OTHER:
                names |= {f"{key}.other", f"{key}_other"}
            if isinstance(choice, dict) and choice.get("role") == Choice.Role.ROW:
                rows.append((f"{place}.choices[{index}].key", str(choice.get("key"))))
        if kind == Kind.MATRIX and data.get("vocabulary"):
            terms = sorted(self.terms_of(data["vocabulary"]))
            rows += [(f"{place}.vocabulary", term) for term in terms]
        names |= {row for _place, row in rows}
        self.rows += rows
        self.names |= names
        for name in names:
            self.reads.setdefault(name, []).extend(reads)

    def terms_of(self, vocabulary: str) -> set[str]:
        if vocabulary not in self.terms:
            model = TERMS.get(vocabulary)
            self.terms[vocabulary] = set(
                model.objects.values_list("key", flat=True) if model else Stage.values
            )
        return self.terms[vocabulary]

    def rows_apart(self) -> None:
        """A row of a matrix may not be called like a question: a formula could mean either."""
        for place, key in self.rows:
            if ("question", key) in self.keys:
                words = _("“%(key)s” is a question already; a row needs a key of its own")
                self.note(place, words % {"key": key})

    def compile(self) -> None:
        """Look at every expression and at every text that quotes an answer."""
        for place, source, columns in self.expressions:
            try:
                compile_expression(source, names=self.names, columns=columns)
            except ExpressionError as error:
                self.note(place, str(error))
        for place, words in self.texts:
            try:
                compile_text(words, names=self.names)
            except ExpressionError as error:
                self.note(place, str(error))

    def circles(self) -> None:
        """Whether something is asked depends on what is read for it; that must come to an end."""
        if self.problems:
            return
        edges = {
            name: {
                read
                for _place, source in reads
                for read in compile_expression(source, names=self.names).names
            }
            for name, reads in self.reads.items()
        }
        try:
            tuple(TopologicalSorter(edges).static_order())
        except CycleError as error:
            names = " → ".join(f"${{{name}}}" for name in error.args[1])
            place = self.reads[error.args[1][0]][0][0]
            self.note(
                place, _("these depend on each other in a circle: %(names)s") % {"names": names}
            )

    def none_of(self, place: str, value: Any, values: list[str]) -> None:
        known = {"value": value, "values": ", ".join(values)}
        self.note(place, _("“%(value)s” is none of %(values)s") % known)

    def one_of(self, data: dict, name: str, values: list[str], place: str) -> None:
        if data.get(name, "") not in ("", *values):
            self.none_of(f"{place}.{name}", data[name], values)

    def range(self, data: dict, kind: str, place: str) -> None:
        limits = [data[name] for name in ("minimum", "maximum") if data.get(name) is not None]
        if limits and kind not in (Kind.NUMBER, Kind.RANKING):
            self.note(place, _("only numbers and rankings have a minimum and maximum"))
        if any(type(limit) not in (int, float) for limit in limits):
            self.note(place, _("minimum and maximum need numbers"))
        elif len(limits) == 2 and limits[0] > limits[1]:
            self.note(place, _("the minimum is above the maximum"))
        decimals = data.get("decimals", 0)
        if type(decimals) is not int or not 0 <= decimals <= MOST_DECIMALS:
            self.note(
                f"{place}.decimals",
                _("needs a whole number from 0 to %(number)s") % {"number": MOST_DECIMALS},
            )

    def choices(self, data: dict, kind: str, place: str) -> frozenset[str]:
        """Check the choices; return the names of their columns."""
        choices = data.get("choices", [])
        vocabulary = data.get("vocabulary", "")
        if not isinstance(choices, list):
            self.note(f"{place}.choices", _("needs a list"))
            return frozenset()
        if kind not in WITH_CHOICES:
            if choices or vocabulary:
                self.note(place, _("a question of kind “%(kind)s” has no choices") % {"kind": kind})
            return frozenset()
        seen: set[Any] = set()
        roles: list[str] = []
        points: list[str] = []
        columns: set[str] = {"name", "label"}
        for index, choice in enumerate(choices):
            where = f"{place}.choices[{index}]"
            if not self.is_object(choice, where, CHOICE):
                continue
            self.key(choice.get("key"), f"{where}.key", Choice)
            if choice.get("key") in seen:
                self.note(f"{where}.key", _("is used twice"))
            seen.add(choice.get("key"))
            self.one_of(choice, "role", Choice.Role.values, where)
            role = choice.get("role", Choice.Role.OPTION)
            roles.append(role)
            if role == Choice.Role.OPTION:
                points.append(choice.get("key"))
            self.text(choice, "label", where, Choice)
            more = choice.get("columns", {})
            if not isinstance(more, dict) or not all(isinstance(v, str) for v in more.values()):
                self.note(f"{where}.columns", _("needs names with texts"))
            else:
                columns |= set(more)
        if Choice.Role.OTHER in roles:
            # Under this name the words beside the choice stand among the answers.
            self.unique("question", f"{data.get('key')}.other", f"{place}.key")
        for role in (Choice.Role.OTHER, Choice.Role.EXCLUSIVE):
            if roles.count(role) > 1:
                self.note(
                    f"{place}.choices", _("only one choice can be “%(role)s”") % {"role": role}
                )
        if kind == Kind.MATRIX:
            if len(points) < 2:
                self.note(f"{place}.choices", _("a matrix needs at least two points"))
            if not vocabulary and Choice.Role.ROW not in roles:
                self.note(f"{place}.choices", _("a matrix needs rows or a vocabulary"))
        else:
            if Choice.Role.ROW in roles:
                self.note(f"{place}.choices", _("only a matrix has rows"))
            if kind == Kind.SCALE and len(points) < 2:
                self.note(f"{place}.choices", _("a scale needs at least two points"))
            if not choices and not vocabulary:
                self.note(f"{place}.choices", _("needs choices or a vocabulary"))
        if data.get("counts_from", "") not in ("", *points):
            self.note(f"{place}.counts_from", _("is none of the points"))
        return frozenset(columns)
