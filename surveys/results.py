"""Results of a closed wave: counts of answers by topic and stage, as they were frozen."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actors.models import Organisation
from surveys.disclosure import Column, Reason, Release, Span
from surveys.models import Question, Snapshot
from surveys.models.questionnaire import Kind, structure
from surveys.snapshots import counted_points, reported, rows_of, thawed

Stage = Organisation.Stage
#: Width of a full bar in the drawing's own units.
FULL = 1000


@dataclass(frozen=True)
class Figure:
    """How many people of a base, and which part of it: a number, or from where to where."""

    span: Span
    base: int

    @property
    def count(self) -> str:
        return range_text(self.span.lowest, self.span.highest)

    @property
    def percent(self) -> str:
        return range_text(*(round(self._share(n) * 100) for n in self._ends))

    @property
    def length(self) -> int:
        """The drawn length of what is certain."""
        return round(self._share(self.span.lowest) * FULL)

    @property
    def more(self) -> int:
        """The drawn length of what may be there besides."""
        return round(self._share(self.span.highest) * FULL) - self.length

    @property
    def _ends(self) -> tuple[int, int]:
        return self.span.lowest, self.span.highest

    def _share(self, number: int) -> float:
        return number / self.base if self.base else 0.0


@dataclass(frozen=True)
class Bar(Figure):
    """One bar: a figure with its label."""

    label: str


@dataclass(frozen=True)
class Hidden:
    label: str
    reason: str


@dataclass(frozen=True)
class Result:
    """One question: bars for a group (or everybody), and the table of all groups."""

    question: Question
    rows: list[tuple[str, str]]
    release: Release
    group: str = ""
    named_above: frozenset[str] = frozenset()

    @property
    def total(self) -> Column | None:
        return self.release.total

    @property
    def column(self) -> Column | None:
        """What the bars show: the chosen group, or everybody; None when it is hidden."""
        if self.group:
            return self.release.groups.get(self.group)
        return self.release.total

    @cached_property
    def bars(self) -> list[Bar]:
        """The bars, longest first; points of a scale stay in their order."""
        column = self.column
        if column is None or not column.base:
            return []
        bars = [Bar(column.counts[key], column.base, label) for key, label in self.rows]
        if self.question.kind == Kind.SCALE:
            return bars
        return sorted(bars, key=lambda bar: -(bar.span.lowest + bar.span.highest))

    @property
    def has_ranges(self) -> bool:
        """Whether some figure is not a single number."""
        columns = [self.total, *self.release.groups.values()]
        return any(
            not span.is_exact for column in columns if column for span in column.counts.values()
        )

    @property
    def is_unanswered(self) -> bool:
        return self.total is not None and not self.total.base

    @property
    def why_no_bars(self) -> str:
        """Why there are no bars, in words."""
        if self.column is not None:
            return _("nobody answered this")
        reason = self.release.withheld or self.release.hidden[self.group]
        return reason_text(reason, self.release.threshold)

    @property
    def base_line(self) -> str:
        """The base in words, for the title."""
        if self.column is None:
            return ""
        return ngettext("%(n)d answered", "%(n)d answered", self.column.base) % {
            "n": self.column.base
        }

    @property
    def counted(self) -> str:
        """What a bar of a matrix counts, in words."""
        if self.question.kind == Kind.RANKING:
            return _("Counted: the first place")
        if self.question.kind != Kind.MATRIX:
            return ""
        return _("Counted: “%(points)s”") % {
            "points": _("” or “").join(counted_points(self.question).values())
        }

    @cached_property
    def asked(self) -> list[str]:
        """The stages that were asked this question, in their order."""
        plan = self.question.section.questionnaire.plan
        return [key for key in Stage.values if plan.asks(self.question, key)]

    @property
    def asked_of(self) -> str:
        """Who was asked, in words; empty where that is everybody."""
        if len(self.asked) in {0, len(Stage.values)}:
            return ""
        stages = ", ".join(str(stage_label(key)) for key in self.asked)
        return _("asked only: %(stages)s") % {"stages": stages}

    @cached_property
    def shown(self) -> list[str]:
        """The stages with a column in the table, beside that of all."""
        if len(self.asked) == 1:
            return []
        return [key for key in self.asked if self.has_answers_of(key)]

    def has_answers_of(self, stage: str) -> bool:
        """Whether there are figures of a stage, not all of them nought."""
        column = self.release.groups.get(stage)
        return column is not None and column.base > 0

    @cached_property
    def heads(self) -> list[tuple[str, int]]:
        """Column heads of the table: a stage and its base."""
        return [(stage_label(key), self.release.groups[key].base) for key in self.shown]

    @cached_property
    def table(self) -> list[tuple[str, list[Figure]]]:
        """Rows of the table in the bars' order: label, figure of all, one for each stage shown."""
        columns = [self.release.total, *(self.release.groups[key] for key in self.shown)]
        order = {bar.label: place for place, bar in enumerate(self.bars)}
        return [
            (label, [Figure(column.counts[key], column.base) for column in columns if column])
            for key, label in sorted(self.rows, key=lambda row: order.get(row[1], 0))
        ]

    @cached_property
    def hidden(self) -> list[str]:
        """The stages that were asked and have no figures of their own."""
        return [key for key in self.asked if key in self.release.hidden and len(self.asked) > 1]

    @cached_property
    def hidden_here(self) -> list[Hidden]:
        """Those of them that the page has not named already, each with its reason."""
        return [hidden(key, [self]) for key in self.hidden if key not in self.named_above]


def range_text(lowest: int, highest: int) -> str:
    return str(lowest) if lowest == highest else f"{lowest}–{highest}"


def hidden(stage: str, results: Iterable[Result]) -> Hidden:
    """Why a stage has no figures of its own in these results."""
    reasons = {result.release.hidden[stage]: result.release.threshold for result in results}
    if len(reasons) > 1:  # some of them were answered by few only, the stage as a whole was not
        words = _(
            "not shown: fewer than %(n)d people in some questions, in others a smaller group could "
            "be worked out by subtracting"
        ) % {"n": reasons[Reason.SMALL]}
        return Hidden(stage_label(stage), words)
    [(reason, threshold)] = reasons.items()
    return Hidden(stage_label(stage), reason_text(reason, threshold))


def never_shown(results: list[Result]) -> dict[str, Hidden]:
    """The stages that no result shows on their own, so that a page says it once."""
    found = {}
    results = [result for result in results if not result.is_unanswered]
    for stage in Stage.values:
        asked = [result for result in results if stage in result.asked and len(result.asked) > 1]
        if asked and all(stage in result.hidden for result in asked):
            found[stage] = hidden(stage, asked)
    return found


def stage_label(key: str) -> str:
    return str(Stage(key).label)


def reason_text(reason: str, threshold: int) -> str:
    if reason == Reason.SMALL:
        return _(
            "not shown: fewer than %(n)d people, or fewer than %(n)d who answered anonymously"
        ) % {"n": threshold}
    return _("not shown: otherwise a smaller group could be worked out by subtracting")


def results(snapshot: Snapshot, *, group: str = "") -> list[Result]:
    """The frozen results of a wave."""
    wave = snapshot.wave
    return [
        Result(question, rows_in(question, found), found, group)
        for question in reported(structure(wave.questionnaire_id))
        if (found := thawed(snapshot, question.key, wave.threshold)) is not None
    ]


def rows_in(question: Question, found: Release) -> list[tuple[str, str]]:
    """The rows with their labels: those of the question, and what its vocabulary once had."""
    rows = rows_of(question)
    known = {key for key, _label in rows}
    seen = found.total.counts if found.total else ()
    return [*rows, *((key, key) for key in seen if key not in known)]


def page(snapshot: Snapshot, *, group: str = "") -> dict[str, Any]:
    """What a results page needs: the needs first, then the other questions."""
    threshold = snapshot.wave.threshold
    group = group if group in Stage.values else ""
    found = results(snapshot, group=group)
    never = never_shown(found)
    stages = [key for key in Stage.values if any(result.has_answers_of(key) for result in found)]
    if group:
        found = [result for result in found if group in result.asked]
    found = [replace(result, named_above=frozenset(never)) for result in found]
    shown = [result for result in found if result.bars]
    return {
        "group": group,
        "group_label": stage_label(group) if group else "",
        "stages": [(key, stage_label(key)) for key in stages if key not in never],
        "needs": [result for result in shown if result.question.kind == Kind.MATRIX],
        "others": [result for result in shown if result.question.kind != Kind.MATRIX],
        "not_shown": [result for result in found if not result.bars],
        "never_shown": list(never.values()),
        "has_ranges": any(result.has_ranges for result in shown),
        "made_at": snapshot.made_at,
        "base": snapshot.people,
        "threshold": threshold,
        "enough_to_agree": 2 * threshold,
    }
