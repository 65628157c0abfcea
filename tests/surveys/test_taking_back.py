"""What stands at a question, and how an answer is taken back, without any script."""

import pytest

from tests.surveys.test_answering import begin, fill
from tests.surveys.world import answers, choice, make_wave, question, small_questionnaire

pytestmark = pytest.mark.django_db


class TestMatrix:
    def test_says_that_one_row_is_needed_and_the_error_stands_at_the_question(self, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="new")
        page = client.get(f"{url}page/needs/").content.decode()
        assert "At least one row needs an answer." in page
        answer = fill(client, url, "needs")
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["topics"]
        page = answer.content.decode()
        assert 'href="#id_topics"' in page
        assert 'id="id_topics"' in page
        assert page.count('id="id_topics_error"') == 1
        first_row = page.index("<legend>Money (en)</legend>")
        assert page.index('id="id_topics_error"') < first_row

    def test_that_is_optional_asks_for_no_row(self, client):
        data = small_questionnaire()
        data["sections"][1]["questions"][0]["required"] = False
        url = begin(client, make_wave(data=data))
        fill(client, url, "about", stage="new")
        assert "At least one row" not in client.get(f"{url}page/needs/").content.decode()
        assert fill(client, url, "needs").status_code == 302

    def test_refuses_a_point_that_is_none_and_keeps_the_rest(self, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="new")
        answer = fill(client, url, "needs", **{"topics.money": "urgent", "topics.rooms": "x"})
        assert answer.status_code == 422
        assert answer.content.decode().count("checked") == 1
        assert "topics" not in answers()

    def test_row_can_be_taken_back(self, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="new")
        fill(client, url, "needs", **{"topics.money": "urgent", "topics.rooms": "no"})
        page = client.get(f"{url}page/needs/").content.decode()
        assert 'name="topics.money" value=""' in page
        fill(client, url, "needs", **{"topics.money": "", "topics.rooms": "no"})
        assert answers()["topics"] == {"rooms": "no"}


class TestSingleChoice:
    @pytest.fixture
    def url(self, client):
        data = small_questionnaire()
        many = [choice(f"c{number}") for number in range(20)]
        data["sections"][3]["questions"] += [
            question("one", "single", choices=[choice("a"), choice("b")]),
            question("long", "single", choices=many),
        ]
        url = begin(client, make_wave(data=data))
        fill(client, url, "about", stage="established")
        return url

    @pytest.mark.parametrize(("key", "chosen"), [("mood", "low"), ("one", "a"), ("long", "c3")])
    def test_that_is_optional_can_be_taken_back(self, key, chosen, client, url):
        fill(client, url, "words", **{key: chosen})
        assert key in answers()
        page = client.get(f"{url}page/words/").content.decode()
        assert "No answer" in page
        fill(client, url, "words", **{key: ""})
        assert key not in answers()

    def test_begins_with_nothing_ticked(self, client, url):
        assert "checked" not in client.get(f"{url}page/words/").content.decode()

    def test_that_is_required_cannot(self, client, url):
        page = client.get(f"{url}page/about/").content.decode()
        assert 'name="stage" value=""' not in page
        assert fill(client, url, "about", stage="").status_code == 422
