"""What is the same, changed and new in a version, compared with the one before it.

A question is the same as long as people read and answer the same: its words, choices, kind, limits
and formulas. A new language alone changes nothing, nor does another place.
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from surveys.loading import SECTION_PLAIN
from surveys.models import Choice, Question, Section

SAME, CHANGED, NEW = "same", "changed", "new"
#: What two versions of a question are compared by, besides their choices.
_COMPARED = (
    "kind",
    *Question.TRANSLATED_FIELDS,
    "required",
    *Question.EXPRESSIONS,
    "vocabulary",
    "profile_field",
    "minimum",
    "maximum",
    "decimals",
    "counts_from",
)


@dataclass(frozen=True)
class Mark:
    """`what` names what has changed, as forms call it."""

    state: str
    what: list[str] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return self.state == SAME

    @property
    def is_new(self) -> bool:
        return self.state == NEW

    @property
    def words(self) -> str:
        if self.is_same:
            return _("as before")
        if self.is_new:
            return _("new")
        return _("changed: %(what)s") % {"what": ", ".join(self.what)}


@dataclass(frozen=True)
class Comparison:
    """Marks by key, and the questions that are not asked any more."""

    sections: dict[str, Mark]
    questions: dict[str, Mark]
    gone: list[dict[str, Any]]


def compare(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Comparison:
    """Compare the definitions of two versions."""
    sections = {section["key"]: section for section in old}
    questions = _questions(old)
    here = _questions(new)
    return Comparison(
        {s["key"]: _mark(Section, sections.get(s["key"]), s, _OF_SECTION) for s in new},
        {key: _mark(Question, questions.get(key), q, _COMPARED) for key, q in here.items()},
        [question for key, question in questions.items() if key not in here],
    )


_OF_SECTION = (*Section.TRANSLATED_FIELDS, *(name for name in SECTION_PLAIN if name != "key"))


def _questions(sections: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {q["key"]: q for section in sections for q in section["questions"]}


def _mark(
    model: type[Any], old: dict[str, Any] | None, new: dict[str, Any], names: tuple[str, ...]
) -> Mark:
    if old is None:
        return Mark(NEW)
    changed = [
        str(model._meta.get_field(name).verbose_name)
        for name in names
        if not _equal(old[name], new[name])
    ]
    if model is Question and not _same_choices(old["choices"], new["choices"]):
        changed.append(str(Choice._meta.verbose_name_plural))
    return Mark(CHANGED, changed) if changed else Mark(SAME)


def _equal(old: Any, new: Any) -> bool:
    """Whether two values are the same; texts by the languages that both have."""
    if isinstance(old, dict) and isinstance(new, dict):
        if bool(old) != bool(new):
            return False
        return all(old[language] == new[language] for language in set(old) & set(new))
    return old == new


def _same_choices(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> bool:
    return len(old) == len(new) and all(
        (before["key"], before["role"], before["columns"])
        == (after["key"], after["role"], after["columns"])
        and _equal(before["label"], after["label"])
        for before, after in zip(old, new, strict=True)
    )
