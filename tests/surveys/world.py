"""A small survey for tests: three pages, one branch, every kind of question."""

import itertools
import json
import tempfile
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from surveys import snapshots
from surveys.loading import load
from surveys.models import Question, Questionnaire, Response, Survey, Wave
from surveys.models.response import token_hash
from tests.world import there_once

_numbers = itertools.count(1)


def text(words: str) -> dict[str, str]:
    return {"de": words, "en": f"{words} (en)"}


def choice(key: str, role: str = "option") -> dict:
    return {"key": key, "label": text(key.title()), "role": role}


def question(key: str, kind: str, **fields) -> dict:
    return {"key": key, "kind": kind, "wording": text(f"Frage {key}?"), **fields}


def small_questionnaire(slug: str = "") -> dict:
    """The file of a small questionnaire, to change and to load."""
    return {
        "survey": {
            "slug": slug or f"umfrage-{next(_numbers)}",
            "minutes": 5,
            "title": text("Kleine Umfrage"),
            "introduction": text("Worum es geht."),
            "asked_by": text("Die Task Force"),
            "purpose": text("Was damit geschieht."),
        },
        "sections": [
            {
                "key": "about",
                "title": text("Über Sie"),
                "questions": [
                    question(
                        "stage",
                        "single",
                        required=True,
                        vocabulary="stage",
                        profile_field="stage",
                        why=text("Weil es davon abhängt."),
                    ),
                    question(
                        "groups",
                        "multiple",
                        vocabulary="target-group",
                        profile_field="target_groups",
                    ),
                    question("people", "number", minimum=0, maximum=500, unit=text("Personen")),
                ],
            },
            {
                "key": "needs",
                "title": text("Was Sie brauchen"),
                "questions": [
                    question(
                        "topics",
                        "matrix",
                        required=True,
                        counts_from="important",
                        choices=[
                            choice("no"),
                            choice("important"),
                            choice("urgent"),
                            choice("money", "row"),
                            choice("rooms", "row"),
                        ],
                    ),
                    question(
                        "help",
                        "multiple",
                        choices=[
                            choice("advice"),
                            choice("peers"),
                            choice("other", "other"),
                            choice("none", "exclusive"),
                        ],
                    ),
                ],
            },
            {
                "key": "beginning",
                "title": text("Am Anfang"),
                "relevant": "${stage} = 'new'",
                "questions": [
                    question(
                        "hurdle", "single", required=True, choices=[choice("law"), choice("money")]
                    )
                ],
            },
            {
                "key": "words",
                "title": text("In Ihren Worten"),
                "questions": [
                    question(
                        "mood", "scale", choices=[choice("low"), choice("middle"), choice("high")]
                    ),
                    question("wish", "short"),
                    question("causes", "long"),
                ],
            },
        ],
    }


def load_file(data: dict):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questionnaire.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        return load(path)


def make_wave(
    survey: Survey | None = None, *, state: str = "open", data: dict | None = None, **fields
) -> Wave:
    """A wave that is planned, open or closed. Each call has a survey of its own unless told."""
    questionnaire = (
        survey.questionnaires.latest("version")
        if survey
        else load_file(data or small_questionnaire()).questionnaire
    )
    day = timedelta(days=1)
    now = timezone.now()
    start, end = {
        "planned": (now + day, now + 30 * day),
        "open": (now - day, now + 30 * day),
        "closed": (now - 30 * day, now - day),
    }[state]
    return Wave.objects.create(
        **{
            "entering_ended_at": end if state == "closed" else None,
            "survey": questionnaire.survey,
            "questionnaire": questionnaire,
            "title": f"Welle {next(_numbers)}",
            "opens_at": there_once(start),
            "closes_at": there_once(end),
            **fields,
        }
    )


def questions(wave: Wave) -> dict[str, Question]:
    """The wave's questions by key."""
    rows = Question.objects.filter(section__questionnaire=wave.questionnaire_id)
    return {question.key: question for question in rows}


def structure(wave: Wave) -> Questionnaire:
    return Questionnaire.objects.with_structure().get(pk=wave.questionnaire_id)


def make_response(
    wave: Wave, *, organisation=None, stage: str = "new", submitted: bool = True, answers=None
) -> Response:
    """A response as the portal leaves it, put straight into the database."""
    today = timezone.localdate()
    fields = (
        {"state": "submitted", "submitted_on": today if organisation else None}
        if submitted
        else {"token_hash": token_hash(f"draft-{next(_numbers)}"), "touched_on": today}
    )
    return Response.objects.create(
        wave=wave,
        organisation=organisation,
        stage=stage,
        answers={"stage": stage, **(answers or {})},
        **fields,
    )


def freeze(wave: Wave) -> Wave:
    """Count a closed wave, as the desk does."""
    snapshot, _is_new = snapshots.begin(wave)
    snapshots.make(snapshot)
    return wave


def make_interview(wave: Wave, *, organisation, **fields) -> Response:
    """An interview as staff have entered it."""
    return Response.objects.create(
        wave=wave,
        organisation=organisation,
        mode="interview",
        state="submitted",
        consented=True,
        stage="new",
        answers={"stage": "new"},
        interviewer="Ada Beispiel",
        held_on=timezone.localdate(),
        submitted_on=timezone.localdate(),
        **fields,
    )


def answers() -> dict:
    """What the only response there is holds."""
    return Response.objects.get().answers
