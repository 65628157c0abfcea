"""What sections, questions and choices have in common: names, formulas, and that they are frozen
once a wave has opened."""

from typing import Any

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_EXPRESSION = 10_000
LONGEST_KEY = 100


NAME = RegexValidator(
    r"^[^\W\d][\w.-]*$",
    _("Please begin with a letter, then use letters, digits, “_”, “-” and “.” only."),
)
CHOICE_NAME = RegexValidator(r"^\S+$", _("Please write it without spaces."))


def key_field() -> models.CharField:
    """The name of a section or question, the same in every version: a letter, then letters,
    digits, "_", "-" and "." (the names of XLSForm)."""
    return models.CharField(_("key"), max_length=LONGEST_KEY, validators=[NAME])


def choice_key_field(label: Any, **options) -> models.CharField:
    """The name of a choice: anything without a space."""
    return models.CharField(label, max_length=LONGEST_KEY, validators=[CHOICE_NAME], **options)


def expression_field(label: Any, **options) -> models.TextField:
    """An expression over answers, in the language of XLSForm (docs/expressions.md); empty: none."""
    options = {"blank": True, "default": "", "max_length": LONGEST_EXPRESSION, **options}
    return models.TextField(label, **options)


def frozen_trigger(questionnaire: str, *, translations: bool = False) -> pgtrigger.Trigger:
    """Refuse changes once a wave that uses the questionnaire has opened.

    `questionnaire` is SQL that gives the questionnaire's id for the row "ROW". Rows of
    translations may still be added (a new language), but neither changed nor removed.
    """
    check = """
        IF EXISTS (
            SELECT 1 FROM surveys_wave
            WHERE questionnaire_id = ({id}) AND opens_at <= now()
        ) THEN
            RAISE EXCEPTION 'questionnaire is frozen' USING ERRCODE = 'check_violation';
        END IF;
    """
    old = check.format(id=questionnaire.replace("ROW", "OLD"))
    new = check.format(id=questionnaire.replace("ROW", "NEW"))
    operation = pgtrigger.Update | pgtrigger.Delete
    if not translations:
        operation = pgtrigger.Insert | operation
    return pgtrigger.Trigger(
        name="frozen",
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            IF TG_OP <> 'INSERT' THEN {old} END IF;
            IF TG_OP <> 'DELETE' THEN {new} RETURN NEW; END IF;
            RETURN OLD;
        """,
    )


OF_SECTION = "SELECT questionnaire_id FROM surveys_section WHERE id = {}"
OF_QUESTION = (
    "SELECT s.questionnaire_id FROM surveys_section s"
    " JOIN surveys_question q ON q.section_id = s.id WHERE q.id = {}"
)
OF_CHOICE = (
    "SELECT s.questionnaire_id FROM surveys_section s"
    " JOIN surveys_question q ON q.section_id = s.id"
    " JOIN surveys_choice c ON c.question_id = q.id WHERE c.id = {}"
)
