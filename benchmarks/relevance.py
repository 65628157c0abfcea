"""`make relevance`: how well the search answers what people really type.

    python -m benchmarks.relevance

Each question in `questions.json` was judged by hand against the demonstration data: which entries
are a good answer, and why. A question is answered if one of those is among the first five hits.
Questions that fail stay: they say what is still to be done. Most of the list was there when the
search was mended by it; the last part (`"fresh": true`) was judged afterwards and nothing was
mended by it, so its share, printed apart, says more of questions that nobody has seen yet.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.portal import empty_portal

QUESTIONS = Path(__file__).parent / "questions.json"
#: Where people look: the hits that count.
FIRST = 5
#: How far a good answer is looked for at all: its rank counts in the mean reciprocal rank.
DEEPEST = 20
OFFERS, EVERYTHING = "offers", "everything"


@dataclass(frozen=True)
class Question:
    """What somebody typed, in which language, and the entries that would answer it.

    `searched` is the list of offers, or everything; answers are slugs of offers there, and
    "section/slug" here. `why` says how that was judged.
    """

    text: str
    language: str
    searched: str
    accepted: tuple[str, ...]
    why: str
    fresh: bool = False


@dataclass(frozen=True)
class Answer:
    """What the search made of a question: the hits, best first, as far as we look."""

    question: Question
    found: list[str]

    @property
    def rank(self) -> int | None:
        """Where the first good answer stands, from 1."""
        ranks = (n for n, hit in enumerate(self.found, 1) if hit in self.question.accepted)
        return next(ranks, None)

    @property
    def is_good(self) -> bool:
        return self.rank is not None and self.rank <= FIRST


@dataclass
class Figures:
    """The share of questions answered among the first hits, and the mean of 1/rank."""

    answers: list[Answer] = field(default_factory=list)

    @property
    def share(self) -> float:
        return sum(answer.is_good for answer in self.answers) / len(self.answers)

    @property
    def mean_reciprocal_rank(self) -> float:
        return sum(1 / answer.rank for answer in self.answers if answer.rank) / len(self.answers)


def questions() -> list[Question]:
    rows = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    return [Question(**{**row, "accepted": tuple(row["accepted"])}) for row in rows]


def ask(question: Question) -> Answer:
    """Search as the page does, in the reader's language where the portal has it, else in German."""
    from django.conf import settings
    from django.utils import translation

    speaks = question.language in dict(settings.LANGUAGES)
    with translation.override(question.language if speaks else settings.LANGUAGE_CODE):
        search = _offers if question.searched == OFFERS else _everything
        return Answer(question, search(question.text)[:DEEPEST])


def _offers(text: str) -> list[str]:
    from django.http import QueryDict

    from actors.filters import OfferFilter

    data = QueryDict(mutable=True)
    data["q"] = text
    return [offer.slug for offer in OfferFilter(data).hits[:DEEPEST]]


def _everything(text: str) -> list[str]:
    """The hits of all sections in the order in which they stand on the page."""
    from ssoe_portal.search import sections

    return [f"{section.key}/{hit.slug}" for section in sections(text) for hit in section.hits]


def by_language(answers: Iterable[Answer]) -> dict[str, Figures]:
    """The figures of each language, in the order of the file."""
    figures: dict[str, Figures] = {}
    for answer in answers:
        figures.setdefault(answer.question.language, Figures()).answers.append(answer)
    return figures


def report(answers: list[Answer]) -> None:
    print(f"{'':10}{'questions':>10}{'in first ' + str(FIRST):>12}{'mean 1/rank':>13}")
    fresh = Figures([answer for answer in answers if answer.question.fresh])
    rows = [*by_language(answers).items(), ("fresh", fresh), ("all", Figures(answers))]
    for name, figures in rows:
        print(
            f"{name:10}{len(figures.answers):10}{figures.share:12.0%}"
            f"{figures.mean_reciprocal_rank:13.2f}"
        )
    failed = [answer for answer in answers if not answer.is_good]
    print(f"\n{len(failed)} without a good answer among the first {FIRST}:")
    for answer in failed:
        question, rank = answer.question, answer.rank
        print(f"\n  {question.language}  {question.text}")
        came = f"; came as number {rank}" if rank else ""
        print(f"      wanted: {', '.join(question.accepted)}{came}")
        print(f"      came:   {', '.join(answer.found[:FIRST]) or 'nothing'}")


def main() -> None:
    print("Preparing a database with the demonstration data …\n", flush=True)
    with empty_portal(
        settings="ssoe_portal.settings", PUBLIC_URL="http://localhost:8000", LOG_LEVEL="WARNING"
    ):
        import demonstration

        demonstration.load()
        report([ask(question) for question in questions()])


if __name__ == "__main__":
    main()
