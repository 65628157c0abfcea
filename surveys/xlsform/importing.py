"""A form's file, read and checked; and stored as a questionnaire."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from surveys import definitions, loading
from surveys.loading import Loaded, QuestionnaireError, load_definition
from surveys.models import Survey
from surveys.models.questionnaire import Kind
from surveys.xlsform import gate
from surveys.xlsform.lines import Findings
from surveys.xlsform.mapping import Mapper
from surveys.xlsform.placed import place_of
from surveys.xlsform.reading import Book, Finding, Unreadable, read_book

SHEETS = ("", "survey", "choices", "settings")


@dataclass(frozen=True)
class Form:
    """What came of a file. `definition` is there where nothing is wrong."""

    definition: dict[str, Any] | None
    errors: list[Finding]
    warnings: list[Finding]
    #: What of the survey the form does not say, so that words of ours stand there.
    filled_in: frozenset[str] = field(default_factory=frozenset)

    @property
    def sections(self) -> list[dict[str, Any]]:
        return self.definition["sections"] if self.definition else []

    @property
    def questions(self) -> list[dict[str, Any]]:
        """What is asked, without notes and calculations."""
        return [
            question
            for section in self.sections
            for question in section["questions"]
            if question["kind"] not in (Kind.NOTE, Kind.CALCULATION)
        ]


def read_xlsform(content: bytes, name: str = "") -> Form:
    """Read and check a form; `name` is what its file is called."""
    findings = Findings()
    try:
        book = read_book(content, name)
        if "survey" not in book.sheets:
            raise Unreadable(_no_survey(book))
        mapper = Mapper(book, findings)
        definition = mapper.definition()
    except Unreadable as error:
        return Form(None, [error.finding], [])
    if definition is not None and definition["sections"]:
        check(definition, findings)
        gate.look_at(book, findings)
    errors = sorted(findings.errors, key=_by_place)
    warnings = sorted(findings.warnings, key=_by_place)
    if errors or definition is None:
        return Form(None, errors, warnings)
    return Form(definition, [], warnings, frozenset(mapper.about.filled_in))


def check(definition: dict[str, Any], findings: Findings) -> None:
    """Note what is wrong with what the form became, where the form says it."""
    for problem in definitions.check(definition):
        findings.error(place_of(definition, problem.place), problem.words)


def store(form: Form, survey: Survey | None = None) -> Loaded:
    """Store a form as the next version of a survey, by default of the one with its id. What the
    form does not say of the survey stays as it is."""
    if form.definition is None:
        raise QuestionnaireError([str(finding) for finding in form.errors])
    about = dict(form.definition["survey"])
    if survey is not None:
        about["slug"] = survey.slug
    else:
        survey = Survey.objects.filter(slug=about["slug"]).first()
    if survey is not None:
        about |= {name: loading.about(survey)[name] for name in form.filled_in}
    return load_definition({**form.definition, "survey": about}, checked=True)


def _no_survey(book: Book) -> str:
    names = ", ".join(name[:40] for name in [*book.sheets, *book.others][:10])
    return _("There is no sheet “survey”. There are: %(names)s") % {"names": names or "–"}


def _by_place(finding: Finding) -> tuple[int, str, int, int]:
    place = finding.place
    kind = place.sheet.lower()
    return (
        SHEETS.index(kind) if kind in SHEETS else len(SHEETS),
        kind,
        place.row,
        place.column,
    )
