"""What a form would become, for the page that shows it before it is stored."""

from typing import Any

from surveys.models.questionnaire import Kind
from surveys.xlsform.columns import LANGUAGES
from surveys.xlsform.importing import Form
from surveys.xlsform.lines import Words

KINDS = dict(Kind.choices)


def preview(form: Form) -> dict[str, Any]:
    """The survey's title, its languages, and its pages with what stands on them."""
    assert form.definition is not None
    about = form.definition["survey"]
    return {
        "title": about["title"]["de"],
        "languages": [LANGUAGES[code] for code in languages_of(form) if code in LANGUAGES],
        "pages": [
            {
                "title": section["title"]["de"],
                "is_repeated": section["repeats"],
                "is_conditional": bool(section["relevant"]),
                "questions": [
                    {
                        "words": question["wording"].get("de") or question["key"],
                        "kind": KINDS[question["kind"]],
                        "is_conditional": bool(question["relevant"]),
                        "is_required": bool(
                            question.get("required") or question.get("required_if")
                        ),
                    }
                    for question in section["questions"]
                ],
            }
            for section in form.sections
        ],
    }


def languages_of(form: Form) -> list[str]:
    """The languages that questions are written in, in the portal's order."""
    texts: list[Words] = [
        question["wording"] for section in form.sections for question in section["questions"]
    ]
    found = {code for words in texts for code in words}
    return [code for code in LANGUAGES if code in found]
