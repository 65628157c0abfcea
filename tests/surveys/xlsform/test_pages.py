"""The desk's pages: a form comes in, a version goes out."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from surveys.models import Questionnaire, Survey
from surveys.xlsform import read_xlsform
from tests.surveys.world import load_file, make_wave, small_questionnaire
from tests.surveys.xlsform.forms import tables, xlsx
from tests.world import make_user

pytestmark = pytest.mark.django_db
GOOD = tables(
    """
    type | name | label | start | required | relevant
    text | wish | Was wünschen Sie sich? | x | yes
    begin_group | more | Mehr | | | ${wish} != ''
    integer | count | Wie viele? | | | ${wish} = 'x'
    end_group
    """,
    settings="form_title | form_id\nWünsche | wuensche",
)
BAD = tables("type | name | label | relevant\ntext | a | A | ${nobody} = 1\nimage | b | B")


@pytest.fixture
def staff(client):
    user = make_user("reviewer")
    client.force_login(user)
    return user


def address(name: str, *arguments) -> str:
    with override("de"):
        return reverse(f"surveys:{name}", args=arguments)


def upload(client, sheets, name: str = "fragen.xlsx"):
    file = SimpleUploadedFile(name, xlsx(sheets) if isinstance(sheets, dict) else sheets)
    return client.post(address("desk-form-new"), {"file": file})


class TestUpload:
    def test_shows_everything_that_is_wrong_with_its_place(self, client, staff):
        answer = upload(client, BAD)
        assert answer.status_code == 422
        page = " ".join(answer.content.decode().split())
        assert "2 Stellen stimmen an diesem Formular nicht." in page
        assert (
            '<td data-label="Spalte">D <small class="muted"><bdi>relevant</bdi></small></td>'
            in page
        )
        assert "Es gibt keine Frage „nobody“." in page
        assert "Bilder, Aufnahmen und andere Dateien lassen sich hier nicht" in page
        assert not Survey.objects.exists()

    def test_says_what_is_no_form(self, client, staff):
        page = upload(client, b"%PDF-1.7 \xff\xfe", "fragen.pdf").content.decode()
        assert "Das ist kein Formular" in page

    def test_needs_a_file_of_a_bearable_size(self, client, staff):
        assert client.post(address("desk-form-new")).status_code == 422
        answer = upload(client, bytes(5_000_001))
        assert "größer als 5 MB" in answer.content.decode()

    def test_leads_to_what_it_would_become(self, client, staff):
        answer = upload(client, GOOD)
        page = " ".join(client.get(answer.url).content.decode().split())
        assert "<h1>Wünsche</h1>" in page
        assert "Was wünschen Sie sich?" in page
        assert "2 Stellen werden anders" in page
        assert "eine neue Umfrage (/surveys/wuensche/)" in page
        assert "Noch zu schreiben" in page
        assert not Survey.objects.exists()


class TestStore:
    def test_makes_a_survey(self, client, staff):
        shown = upload(client, GOOD).url
        answer = client.post(shown, {"survey": ""}, follow=True)
        assert "Gespeichert als Fassung 1" in answer.content.decode()
        survey = Survey.objects.get()
        assert (survey.slug, survey.title) == ("wuensche", "Wünsche")
        assert survey.questionnaires.get().sections.count() == 2
        # The file is forgotten: the button stores once.
        again = client.post(shown, {"survey": ""}, follow=True)
        assert "nicht mehr da" in again.content.decode()
        assert Questionnaire.objects.count() == 1

    def test_makes_the_next_version_of_a_survey(self, client, staff):
        survey = make_wave(data=small_questionnaire("alt")).survey
        shown = upload(client, GOOD).url
        client.post(shown, {"survey": survey.pk})
        assert list(survey.questionnaires.values_list("version", flat=True)) == [2, 1]
        survey.refresh_from_db()
        assert survey.purpose == "Was damit geschieht."

    def test_takes_the_survey_that_the_form_names(self, client, staff):
        survey = make_wave(data=small_questionnaire("wuensche")).survey
        shown = upload(client, GOOD).url
        page = client.get(shown).content.decode()
        assert "eine neue Umfrage" not in page
        assert client.post(shown, {"survey": ""}).status_code == 422
        client.post(shown, {"survey": survey.pk})
        assert survey.questionnaires.count() == 2

    def test_is_for_the_one_who_uploaded_it(self, client, staff):
        shown = upload(client, GOOD).url
        client.force_login(make_user("admin", email="andere@example.org"))
        assert client.get(shown).url == address("desk-form-new")


class TestVersions:
    def test_go_out_and_come_in_again(self, client, staff):
        questionnaire = load_file(small_questionnaire("alt")).questionnaire
        answer = client.get(address("desk-xlsform", questionnaire.pk))
        assert answer["Content-Disposition"] == 'attachment; filename="alt-1.xlsx"'
        shown = upload(client, answer.content).url
        page = client.post(shown, {"survey": questionnaire.survey_id}, follow=True).content.decode()
        assert "Fassung 1 ist schon genauso da" in page
        assert read_xlsform(answer.content, "alt.xlsx").warnings == []

    @pytest.mark.parametrize("count", [1, 3])
    def test_are_listed_with_the_same_queries(
        self, count, client, staff, django_assert_num_queries
    ):
        for _number in range(count):
            make_wave()
        client.get(address("desk-questionnaires"))
        with django_assert_num_queries(6):
            page = client.get(address("desk-questionnaires")).content.decode()
        assert page.count("seit ") >= count
        assert page.count(">XLSForm<") == count
