"""The Pankow survey with a closed wave of thirteen invented respondents, and an open one.

All answers are made up. Those given by name belong to organisations called "Beispiel …".
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from actors.models import Organisation
from surveys import snapshots
from surveys.loading import load as load_questionnaire
from surveys.models import Question, Questionnaire, Response, Wave
from surveys.models.choice import Stage
from surveys.models.questionnaire import Kind
from surveys.plan import Flow

FILE = Path(settings.BASE_DIR) / "surveys" / "questionnaires" / "pankow_needs.json"
#: How many answered at each stage: by name, anonymously. The last group is too small to be shown.
RESPONDENTS = {Stage.ESTABLISHED: (1, 5), Stage.NEW: (0, 5), Stage.TRANSITION: (2, 0)}
#: The way in which they came, by name and anonymously, at each stage in this order.
WAYS = {
    Stage.ESTABLISHED: (("paper",), ("online", "online", "online", "paper", "interview")),
    Stage.NEW: ((), ("online", "online", "online", "online", "paper")),
    Stage.TRANSITION: (("interview", "interview"), ()),
}
#: What those asked in an interview say of its protocol, one after the other.
WORDS = ({"confirmed_on": 6}, {"objection": "Wir sind zu fünft, nicht zu viert. (erfunden)"})
#: What each group needs most in this invented example.
URGENT = {
    Stage.ESTABLISHED: ("planning-security", "funding", "bureaucracy", "staff-and-volunteers"),
    Stage.NEW: ("raising-social-capital", "rooms-and-infrastructure", "networking", "funding"),
    Stage.TRANSITION: ("organisational-development", "social-business-models", "funding"),
}
CAUSES = (
    "Deutschkurs, Arbeit und Kita liegen nie zur gleichen Zeit am gleichen Ort. (erfunden)",
    "Wenn ein Projekt endet, sind auch die Menschen weg, denen man vertraut hat. (erfunden)",
    "Wer neu ist, kennt niemanden, der ihm eine Stelle zutraut. (erfunden)",
)
WISHES = (
    "Ein Haus, das auch am Wochenende offen ist. (erfunden)",
    "Drei Jahre Ruhe für die Finanzierung. (erfunden)",
    "Eine Stelle, die weiß, wer was kann. (erfunden)",
)


@transaction.atomic
def load() -> None:
    """Load survey, questionnaire, waves and answers; a second call changes nothing."""
    questionnaire = load_questionnaire(FILE).questionnaire
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    trial, is_new = add_wave(
        questionnaire,
        titles=("Probelauf (erfundene Antworten)", "Trial run (invented answers)"),
        opens_at=now - timedelta(days=120),
        closes_at=now - timedelta(days=60),
    )
    if is_new:
        _answer(trial)
        snapshot, _is_new = snapshots.begin(trial)
        snapshots.make(snapshot)
        trial.publish_results()
    add_wave(
        questionnaire,
        titles=("Erste Befragung", "First survey"),
        opens_at=now - timedelta(days=14),
        closes_at=in_a_year(),
    )


def in_a_year() -> datetime:
    """The end of a day in a year, so that what is shown now is open for as long as it is tried."""
    day = timezone.localtime() + timedelta(days=365)
    return day.replace(hour=23, minute=59, second=0, microsecond=0)


def add_wave(
    questionnaire: Questionnaire, *, titles: tuple[str, str], **dates: datetime
) -> tuple[Wave, bool]:
    """Return the wave of this German title, and whether it is new; the other title is English."""
    wave, is_new = Wave.objects.get_or_create(
        survey=questionnaire.survey,
        title=titles[0],
        defaults={"questionnaire": questionnaire, **dates},
    )
    wave.translations.update_or_create(language="en", defaults={"title": titles[1]})
    return wave, is_new


def _answer(wave: Wave) -> None:
    chance = random.Random("Pankow 16")  # noqa: S311 - the same answers every time
    questionnaire = Questionnaire.objects.with_structure().get(pk=wave.questionnaire_id)
    taken: set[int] = set()
    words = iter(WORDS)
    for stage, (named, anonymous) in RESPONDENTS.items():
        examples = Organisation.objects.filter(name__startswith="Beispiel", stage=stage)
        by_name = list(examples.exclude(pk__in=taken).order_by("name", "pk")[:named])
        taken.update(organisation.pk for organisation in by_name)
        without = [None] * (anonymous + named - len(by_name))
        named_ways, anonymous_ways = WAYS[stage]
        ways = [*named_ways[: len(by_name)], *anonymous_ways]
        ways += ["online"] * (len(by_name) + len(without) - len(ways))
        for organisation, way in zip([*by_name, *without], ways, strict=True):
            flow = Flow(questionnaire.plan, {"stage": stage})
            asked = (q for page in flow.pages() for q in flow.questions(page.section))
            values = {question.key: _value(question, stage, chance) for question in asked}
            Response.objects.create(
                wave=wave,
                organisation=organisation,
                state=Response.State.SUBMITTED,
                stage=stage,
                answers={key: value for key, value in values.items() if value is not None},
                submitted_on=wave.closes_at.date() if organisation else None,
                **_way(wave, way, words if organisation else None),
            )


def _way(wave: Wave, way: str, words: Iterator[dict[str, Any]] | None) -> dict[str, Any]:
    """How a response came in; who asked, when, and what is said of the protocol only with a name,
    which is where `words` is given."""
    if way == "online":
        return {}
    fields: dict[str, Any] = {"mode": way, "consented": True}
    if words is None:
        return fields
    day = wave.closes_at.date() - timedelta(days=9)
    fields |= {"held_on": day}
    if way == "interview":
        said = next(words)
        fields |= {"interviewer": "Ada Beispiel", "asked_on": day, **said}
        if "confirmed_on" in said:
            fields["confirmed_on"] = day + timedelta(days=said["confirmed_on"])
    return fields


def _value(question: Question, stage: str, chance: random.Random) -> Any:
    """An invented answer; now and then an optional question is passed over."""
    if question.decides_branch:
        return stage
    if not question.required and chance.random() < 0.08:
        return None
    options = [option.key for option in question.options if option.role == "option"]
    match question.kind:
        case Kind.MATRIX:
            points = [point.key for point in question.points]
            rows = {}
            for row in question.rows:
                weights = (0, 1, 4, 6) if row.key in URGENT[stage] else (3, 4, 3, 1)
                rows[row.key] = chance.choices(points, weights)[0]
            return rows
        case Kind.SINGLE:
            return chance.choice(options)
        case Kind.SCALE:
            return chance.choices(options, (1, 2, 4, 5, 3)[: len(options)])[0]
        case Kind.MULTIPLE:
            picked = chance.sample(options, min(len(options), chance.randint(1, 4)))
            return sorted(picked, key=options.index)
        case Kind.NUMBER:
            return chance.randint(1, 60)
        case Kind.LONG:
            return chance.choice(CAUSES)
        case _:
            return chance.choice(WISHES)
