"""What whoever came to an invented event is asked about it: four questions, with no name.

A survey of its own, so that what neighbours say of a day is not counted among what organisations
need.
"""

from datetime import datetime
from typing import Any

from demonstration.surveys import add_wave, in_a_year
from surveys.loading import load_definition
from surveys.models import Choice, Survey
from surveys.models.questionnaire import Kind


def _texts(german: str, english: str) -> dict[str, str]:
    return {"de": german, "en": english}


#: The keys of choices that are not just one more.
ROLES = {"other": Choice.Role.OTHER, "none": Choice.Role.EXCLUSIVE}


def _choices(*rows: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Choices: the key of each, and what it says in German and English."""
    return [
        {
            "key": key,
            "label": _texts(german, english),
            "role": ROLES.get(key, Choice.Role.OPTION),
        }
        for key, german, english in rows
    ]


TICK_ALL = _texts("Alles ankreuzen, was zutrifft.", "Tick everything that applies.")
QUESTIONS: list[dict[str, Any]] = [
    {
        "key": "how-was-it",
        "kind": Kind.SCALE,
        "required": True,
        "wording": _texts("Wie war der Tag für Sie?", "How was the day for you?"),
        "choices": _choices(
            ("1", "schlecht", "bad"),
            ("2", "eher schlecht", "rather bad"),
            ("3", "teils, teils", "mixed"),
            ("4", "gut", "good"),
            ("5", "sehr gut", "very good"),
        ),
    },
    {
        "key": "good",
        "kind": Kind.MULTIPLE,
        "wording": _texts("Was war gut?", "What was good?"),
        "help_text": TICK_ALL,
        "why": _texts("Was gut war, soll bleiben.", "What was good should stay."),
        "choices": _choices(
            ("breakfast", "Das Frühstück an einem Tisch", "The breakfast at one table"),
            ("bicycles", "Die Fahrrad-Sprechstunde", "The bicycle clinic"),
            ("letters", "Die Hilfe bei Post vom Amt", "The help with official letters"),
            ("people", "Leute kennenzulernen", "Getting to know people"),
            ("other", "Etwas anderes", "Something else"),
            ("none", "Nichts davon", "None of these"),
        ),
    },
    {
        "key": "missing",
        "kind": Kind.MULTIPLE,
        "wording": _texts("Was hat gefehlt?", "What was missing?"),
        "help_text": TICK_ALL,
        "why": _texts(
            "Wer den nächsten Tag plant, kann nur ändern, wovon er weiß.",
            "Whoever plans the next day can only change what they know of.",
        ),
        "choices": _choices(
            ("interpreting", "Hilfe beim Übersetzen", "Help with interpreting"),
            ("children", "Mehr für Kinder", "More for children"),
            ("seats", "Plätze zum Sitzen", "Places to sit"),
            ("news", "Früher davon zu hören", "Hearing about it earlier"),
            ("other", "Etwas anderes", "Something else"),
            ("none", "Nichts", "Nothing"),
        ),
    },
    {
        "key": "again",
        "kind": Kind.SINGLE,
        "wording": _texts("Würden Sie wiederkommen?", "Would you come again?"),
        "choices": _choices(
            ("yes", "Ja", "Yes"), ("perhaps", "Vielleicht", "Perhaps"), ("no", "Nein", "No")
        ),
    },
]
NEIGHBOURHOOD_DAY: dict[str, Any] = {
    "survey": {
        "slug": "beispiel-nachbarschaftstag",
        "minutes": 2,
        "title": _texts(
            "Beispiel: Wie war der Nachbarschaftstag?", "Example: How was the neighbourhood day?"
        ),
        "introduction": _texts(
            "Für alle, die beim Beispiel-Nachbarschaftstag dabei waren: vier Fragen zum Ankreuzen. "
            "Sie brauchen dafür weder ein Konto noch eine Organisation. Der Tag und diese Umfrage "
            "sind erfunden.",
            "For everyone who was at the example neighbourhood day: four questions to tick. You "
            "need neither an account nor an organisation. The day and this survey are invented.",
        ),
        "asked_by": _texts(
            "Beispiel Nachbarschaftsküche (erfunden)", "Beispiel Nachbarschaftsküche (invented)"
        ),
        "purpose": _texts(
            "Die Taskforce wertet die Antworten aus; wer den Tag ausrichtet, plant damit den "
            "nächsten. Ergebnisse erscheinen nur als Summen.",
            "The task force evaluates the answers, and those who run the day plan the next one "
            "with them. Results only appear as totals.",
        ),
    },
    "sections": [
        {
            "key": "the-day",
            "title": _texts("Der Nachbarschaftstag", "The neighbourhood day"),
            "questions": QUESTIONS,
        }
    ],
}


def ask(opens_at: datetime) -> Survey:
    """Ask those who came; open as long as the other survey, so that it can be tried for a year."""
    questionnaire = load_definition(NEIGHBOURHOOD_DAY).questionnaire
    add_wave(
        questionnaire,
        titles=("Nach dem Beispiel-Nachbarschaftstag", "After the example neighbourhood day"),
        opens_at=opens_at,
        closes_at=in_a_year(),
    )
    return questionnaire.survey
