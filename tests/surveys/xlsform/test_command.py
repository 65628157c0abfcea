"""`manage.py import_xlsform`: what it says, how it ends, what it stores."""

import pytest
from django.core.management import CommandError, call_command

from surveys.models import Questionnaire, Survey
from tests.surveys.world import load_file, small_questionnaire
from tests.surveys.xlsform.forms import tables, xlsx

pytestmark = pytest.mark.django_db
GOOD = tables(
    "type | name | label | start\ntext | wish | Was wünschen Sie sich? | x",
    settings="form_title | form_id\nWünsche | wuensche",
)
BAD = tables("type | name | label | relevant\ntext | a | A | ${nobody} = 1\nimage | b | B")


@pytest.fixture
def path(tmp_path):
    def write(sheets):
        path = tmp_path / "form.xlsx"
        path.write_bytes(xlsx(sheets))
        return path

    return write


class TestCommand:
    def test_stores_a_form_as_a_survey(self, path, capsys):
        call_command("import_xlsform", path(GOOD))
        out = capsys.readouterr().out
        assert "form.xlsx: wuensche, version 1 new (1 pages, 1 questions)" in out
        assert "note: survey, row 1, column D (start): This column has no meaning here" in out
        survey = Survey.objects.get()
        assert (survey.slug, survey.title) == ("wuensche", "Wünsche")
        assert "Noch nicht beschrieben" in survey.purpose
        assert survey.translations.get().purpose.startswith("Not described yet")

    def test_stores_nothing_when_it_only_looks(self, path, capsys):
        call_command("import_xlsform", "--check", path(GOOD))
        assert "form.xlsx: can be imported (1 pages, 1 questions)" in capsys.readouterr().out
        assert not Questionnaire.objects.exists()

    @pytest.mark.parametrize("options", [[], ["--check"]])
    def test_ends_with_2_and_says_where_and_why_a_form_is_refused(self, path, options):
        with pytest.raises(CommandError) as caught:
            call_command("import_xlsform", *options, path(BAD))
        assert caught.value.returncode == 2
        assert str(caught.value).splitlines() == [
            "form.xlsx was refused:",
            "  survey, row 2, column D (relevant): There is no question “nobody”.",
            "  survey, row 3, column A (type): Pictures, recordings and other files cannot be "
            "handed in with an answer here.",
        ]
        assert not Questionnaire.objects.exists()

    def test_makes_a_version_of_a_survey_that_keeps_its_words(self, path):
        survey = load_file(small_questionnaire("alt")).questionnaire.survey
        call_command("import_xlsform", "--survey", "alt", path(GOOD))
        survey.refresh_from_db()
        assert (survey.title, survey.purpose) == ("Wünsche", "Was damit geschieht.")
        assert survey.minutes == 5
        assert Survey.objects.get().questionnaires.count() == 1  # nobody was asked the old one

    def test_says_what_is_not_there(self, path, tmp_path):
        with pytest.raises(CommandError, match="No such file") as caught:
            call_command("import_xlsform", tmp_path / "none.xlsx")
        assert caught.value.returncode == 1
        with pytest.raises(CommandError, match="no survey “niemand”"):
            call_command("import_xlsform", "--survey", "niemand", path(GOOD))
