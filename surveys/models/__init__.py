"""What is asked (Survey, Questionnaire, Section, Question, Choice), when (Wave), of whom
(Invitation), what came back (Response), and who looked at it (AccessLog)."""

from surveys.models.access import AccessLog
from surveys.models.choice import Choice, ChoiceTranslation
from surveys.models.invitation import Invitation, OptOut, Participation
from surveys.models.questionnaire import (
    Question,
    Questionnaire,
    QuestionTranslation,
    Section,
    SectionTranslation,
)
from surveys.models.response import AnswerLink, Response
from surveys.models.snapshot import Snapshot
from surveys.models.survey import Survey, SurveyTranslation
from surveys.models.wave import Wave, WaveTranslation

__all__ = [
    "AccessLog",
    "AnswerLink",
    "Choice",
    "ChoiceTranslation",
    "Invitation",
    "OptOut",
    "Participation",
    "Question",
    "QuestionTranslation",
    "Questionnaire",
    "Response",
    "Section",
    "SectionTranslation",
    "Snapshot",
    "Survey",
    "SurveyTranslation",
    "Wave",
    "WaveTranslation",
]
