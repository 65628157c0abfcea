"""What goes out comes in again as the same questionnaire."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from surveys.definitions import check
from surveys.loading import _normal, dump, load
from surveys.xlsform import read_xlsform, store
from surveys.xlsform.writing import workbook_of, write_xlsform
from tests.surveys.world import load_file, small_questionnaire
from tests.surveys.xlsform.definitions import definitions

pytestmark = pytest.mark.django_db
PANKOW = Path(__file__).parents[3] / "surveys" / "questionnaires" / "pankow_needs.json"


class TestWhatGoesOut:
    def test_is_the_same_questionnaire_when_it_comes_in(self):
        before = load(PANKOW).questionnaire
        form = read_xlsform(workbook_of(before), "pankow.xlsx")
        assert (form.errors, form.warnings) == ([], [])
        loaded = store(form)
        assert (loaded.outcome, loaded.questionnaire) == ("unchanged", before)

    def test_keeps_what_the_survey_says_of_itself(self):
        survey = load_file(small_questionnaire()).questionnaire.survey
        before = [getattr(survey, name) for name in ("title", "purpose", "minutes")]
        store(read_xlsform(workbook_of(survey.questionnaires.get()), "form.xlsx"))
        survey.refresh_from_db()
        assert [getattr(survey, name) for name in ("title", "purpose", "minutes")] == before
        assert survey.translations.get(language="en").title == "Kleine Umfrage (en)"

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(definition=definitions())
    def test_is_the_same_whatever_is_in_it(self, definition):
        assert check(definition) == []
        sections = _normal(definition["sections"])
        content = write_xlsform({**definition, "sections": sections})
        form = read_xlsform(content, "form.xlsx")
        assert form.errors == []
        assert _normal(form.sections) == sections
        assert dict(form.definition["survey"]) == definition["survey"]


def test_what_is_stored_comes_out_as_it_went_in():
    loaded = load_file(small_questionnaire())
    again = store(read_xlsform(workbook_of(loaded.questionnaire), "form.xlsx"))
    assert dump(again.questionnaire) == dump(loaded.questionnaire)
