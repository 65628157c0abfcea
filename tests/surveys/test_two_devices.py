"""One draft on two devices, in two tabs, for two colleagues: nothing is lost, nothing doubled."""

import re

import pytest

from surveys.models import Response
from surveys.plan import MOST_REPEATS
from surveys.seen import digest
from tests.surveys.test_answering import begin, fill
from tests.surveys.test_kinds import open_form, page_of
from tests.surveys.world import answers, choice, make_wave, question

pytestmark = pytest.mark.django_db

YES_NO = [choice("yes"), choice("no")]
ELSE = [choice("tea"), choice("else", "other")]


def shown(page: str) -> str:
    """What a page says that it has shown, which a browser sends back."""
    return re.search(r'name="shown" value="([^"]*)"', page)[1]


def opened(client, url: str) -> str:
    return shown(page_of(client, url))


class TestComingBack:
    def test_keeps_what_is_not_asked_just_now(self, client):
        url = open_form(
            client,
            question("has", "single", choices=YES_NO),
            question("many", "number", relevant="${has} = 'yes'"),
        )
        fill(client, url, "page", has="yes", shown=opened(client, url))
        fill(client, url, "page", has="yes", many="3", shown=opened(client, url))
        fill(client, url, "page", has="no", many="3", shown=opened(client, url))
        # Now the question is not on the page; its answer waits until handing in.
        fill(client, url, "page", has="no", shown=opened(client, url))
        assert answers() == {"has": "no", "many": 3}
        fill(client, url, "page", has="yes", shown=opened(client, url))
        assert 'name="many" value="3"' in page_of(client, url)

    def test_keeps_it_also_where_what_was_sent_of_it_cannot_be_read(self, client):
        url = open_form(
            client,
            question("has", "single", choices=YES_NO),
            question("many", "number", relevant="${has} = 'yes'"),
        )
        fill(client, url, "page", has="yes", many="3")
        fill(client, url, "page", has="no", many="x", shown=opened(client, url))
        assert answers() == {"has": "no", "many": 3}

    def test_leaves_the_group_alone(self, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="new", people="3")
        page = client.get(f"{url}page/about/").text
        fill(client, url, "about", stage="new", people="4", shown=shown(page))
        assert answers() == {"stage": "new", "people": 4}
        assert client.get(f"{url}page/beginning/").status_code == 200


class TestTwoDevices:
    @pytest.fixture
    def url(self, client):
        return open_form(
            client,
            question("wish", "long"),
            question("drinks", "multiple", choices=ELSE),
            question("n", "number"),
        )

    def test_that_answer_different_questions_lose_nothing(self, client, url):
        seen = opened(client, url)
        fill(client, url, "page", wish="Mehr Bänke\r\nund Licht", shown=seen)
        drinks = {"drinks": ["tea", "else"], "drinks.other": "Saft"}
        assert fill(client, url, "page", **drinks, shown=seen).status_code == 302
        kept = {
            "wish": "Mehr Bänke\r\nund Licht",
            "drinks": ["tea", "else"],
            "drinks.other": "Saft",
        }
        assert answers() == kept
        # Whoever sends a page as it was changes nothing, whatever came in between.
        seen = opened(client, url)
        fill(client, url, "page", **drinks, wish="Anderes", n="7", shown=seen)
        fill(client, url, "page", **drinks, wish="Mehr Bänke\nund Licht", n="", shown=seen)
        assert answers() == {**kept, "wish": "Anderes", "n": 7}

    def test_that_answer_the_same_question_read_so_once(self, client, url):
        seen = opened(client, url)
        fill(client, url, "page", wish="Mehr Bänke", shown=seen)
        answer = fill(client, url, "page", wish="Mehr Licht", n="7", shown=seen)
        assert answer.status_code == 422
        assert "It now says: “Mehr Bänke”." in answer.text
        assert ">\nMehr Licht</textarea>" in answer.text and 'value="7"' in answer.text
        assert answers() == {"wish": "Mehr Bänke"}
        sent = fill(client, url, "page", wish="Mehr Licht", n="7", shown=shown(answer.text))
        assert sent.status_code == 302
        assert answers() == {"wish": "Mehr Licht", "n": 7}

    def test_that_take_an_answer_back_read_so_too(self, client, url):
        fill(client, url, "page", wish="Mehr Bänke")
        seen = opened(client, url)
        fill(client, url, "page", wish="", shown=seen)
        answer = fill(client, url, "page", wish="Mehr Licht", shown=seen)
        assert "This answer was taken back meanwhile" in answer.text

    def test_a_mistake_elsewhere_does_not_bring_back_what_was_there_before(self, client, url):
        fill(client, url, "page", wish="Alt")
        seen = opened(client, url)
        fill(client, url, "page", wish="Neu", shown=seen)
        answer = fill(client, url, "page", wish="Alt", n="x", shown=seen)
        assert answer.status_code == 422
        fill(client, url, "page", wish="Alt", n="7", shown=shown(answer.text))
        assert answers() == {"wish": "Neu", "n": 7}

    def test_what_comes_after_handing_in_is_said_not_to_count(self, client, url):
        page = opened(client, url)
        assert client.post(f"{url}submit/").status_code in {200, 302}
        late = client.post(f"{url}page/page/", {"shown": page})
        assert late.status_code == 410
        assert "was not added" in late.text
        again = client.post(f"{url}submit/")
        assert again.status_code == 410
        assert "Nothing was lost" in again.text

    def test_sending_twice_is_no_conflict(self, client, url):
        seen = opened(client, url)
        for _click in range(2):
            assert fill(client, url, "page", wish="Mehr", shown=seen).status_code == 302
        assert answers() == {"wish": "Mehr"}

    def test_what_an_answer_has_brought_in_is_no_conflict(self, client):
        url = open_form(
            client,
            question("has", "single", choices=YES_NO),
            question("many", "number", relevant="${has} = 'yes'"),
        )
        answer = fill(client, url, "page", has="yes", shown=opened(client, url))
        assert "there is more to ask on this page" in answer.text
        assert fill(client, url, "page", has="no", shown=shown(answer.text)).status_code == 302
        assert answers() == {"has": "no"}


class TestAPageThatIsGone:
    def test_keeps_what_was_typed_there_as_long_as_it_may_come_back(self, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="new")
        seen = shown(client.get(f"{url}page/beginning/").text)
        fill(client, url, "about", stage="established")  # on another device
        answer = fill(client, url, "beginning", hurdle="law", shown=seen)
        assert answer.url == url
        assert answers() == {"stage": "established", "hurdle": "law"}
        fill(client, url, "about", stage="new")
        assert "Law (en)" in client.get(f"{url}review/").text

    @pytest.mark.parametrize("number", [2, 9])
    def test_an_entry_that_was_removed_comes_back_as_the_last_one(self, number, client):
        url = open_form(client, question("name", "short"), repeats=True)
        Response.objects.update(answers={"page": [{"name": "Ada"}]})
        data = {"action": "next", "name": "Ben", "shown": f"name:{digest(['Ben', ''])}"}
        assert client.post(f"{url}page/page/{number}/", data).url == url
        assert answers() == {"page": [{"name": "Ada"}, {"name": "Ben"}]}

    def test_there_are_never_more_entries_than_there_may_be(self, client):
        url = open_form(client, question("name", "short"), repeats=True)
        full = [{"name": str(number)} for number in range(MOST_REPEATS)]
        Response.objects.update(answers={"page": full})
        client.post(f"{url}page/page/1000000/", {"action": "next", "name": "Ben"})
        assert answers() == {"page": full}


def test_a_digest_is_the_same_for_all_that_counts_as_no_answer():
    assert len({digest(value) for value in (None, "", [], {}, False)}) == 1
    assert digest(0) != digest(None)
    assert digest("a\r\nb") == digest("a\nb")
