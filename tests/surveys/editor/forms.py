"""Questionnaires in the editor: made, found again, sent as a browser would."""

from surveys.loading import dump
from surveys.models import Question, Questionnaire, Section
from tests.surveys.world import load_file, small_questionnaire, text


def made_of(*sections: dict) -> Questionnaire:
    return load_file({**small_questionnaire(), "sections": list(sections)}).questionnaire


def page(key: str, *questions: dict, **fields) -> dict:
    return {"key": key, "title": text(f"Seite {key}"), "questions": list(questions), **fields}


def keys(version: Questionnaire) -> dict[str, list[str]]:
    """The questions of each page, in order."""
    return {s["key"]: [q["key"] for q in s["questions"]] for s in dump(version)}


def positions(version: Questionnaire) -> list[list[int]]:
    sections = Section.objects.filter(questionnaire=version).order_by("position", "pk")
    return [
        [section.position for section in sections],
        *(list(section.questions.values_list("position", flat=True)) for section in sections),
    ]


def asked(version: Questionnaire, key: str) -> Question:
    return Question.objects.get(section__questionnaire=version, key=key)


def url(version: Questionnaire, rest: str = "") -> str:
    return f"/en/surveys/desk/questionnaires/{version.pk}/{rest}"


def question_url(version: Questionnaire, key: str) -> str:
    return url(version, f"questions/{asked(version, key).pk}/")


def inputs(form) -> dict[str, str]:
    """What a browser sends of a form that nobody has changed."""
    sent = {}
    for field in form:
        value = field.value()
        if value is True:
            sent[field.html_name] = "on"
        elif value not in (None, False):
            sent[field.html_name] = str(value)
    return sent


def post_form(client, address: str, **changes):
    form = client.get(address).context["form"]
    sent = {**inputs(form), "action": "save", **changes}
    return client.post(address, {name: value for name, value in sent.items() if value is not None})


def errors(answer) -> dict:
    return answer.context["form"].errors if answer.context else {}
