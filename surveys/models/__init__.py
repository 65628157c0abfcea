"""What is asked (Survey, Questionnaire, Section, Question, Choice), when (Wave), what came back
(Response), and who looked at it (AccessLog)."""

from surveys.models.access import AccessLog
from surveys.models.questionnaire import (
    Choice,
    ChoiceTranslation,
    Question,
    Questionnaire,
    QuestionTranslation,
    Section,
    SectionTranslation,
)
from surveys.models.response import AnswerLink, Response
from surveys.models.survey import Survey, SurveyTranslation
from surveys.models.wave import Wave, WaveTranslation

__all__ = [
    "AccessLog",
    "AnswerLink",
    "Choice",
    "ChoiceTranslation",
    "Question",
    "QuestionTranslation",
    "Questionnaire",
    "Response",
    "Section",
    "SectionTranslation",
    "Survey",
    "SurveyTranslation",
    "Wave",
    "WaveTranslation",
]
