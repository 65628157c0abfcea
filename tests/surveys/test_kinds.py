"""Every kind of question, on its page and in words."""

import pytest

from surveys.models import Response
from tests.surveys.test_answering import begin, fill
from tests.surveys.world import answers, choice, make_wave, question, small_questionnaire, text
from tests.world import make_organisation

pytestmark = pytest.mark.django_db


def open_form(client, *asked: dict, **section) -> str:
    """Begin a survey that asks nothing else; return its draft's address."""
    data = small_questionnaire()
    data["sections"] = [
        {"key": "page", "title": text("Seite"), "questions": list(asked), **section}
    ]
    return begin(client, make_wave(data=data))


def page_of(client, url: str, section: str = "page") -> str:
    return client.get(f"{url}page/{section}/").text


COLOURS = [choice("red"), choice("green"), choice("blue")]


class TestNumber:
    @pytest.mark.parametrize(
        ("decimals", "typed", "kept"),
        [
            (0, "12", 12),
            (0, " 12 ", 12),
            (2, "2.5", 2.5),
            (2, "3.00", 3),
            (2, "-0.25", -0.25),
        ],
    )
    def test_is_read_as_people_write_it(self, client, decimals, typed, kept):
        url = open_form(client, question("n", "number", decimals=decimals))
        assert fill(client, url, "page", n=typed).status_code == 302
        assert answers() == {"n": kept}

    def test_has_a_comma_in_german(self, client):
        url = open_form(client, question("n", "number", decimals=1)).replace("/en/", "/de/")
        fill(client, url, "page", n="2,5")
        assert answers() == {"n": 2.5}
        assert 'value="2,5"' in page_of(client, url)
        assert "2,5" in client.get(f"{url}review/").text

    @pytest.mark.parametrize("typed", ["2.5", "-1", "viele", "NaN", "99999999999"])
    def test_that_is_none_is_said_at_the_field(self, client, typed):
        url = open_form(client, question("n", "number"))
        answer = fill(client, url, "page", n=typed)
        assert (answer.status_code, answers()) == (422, {})
        assert f'value="{typed}"' in answer.text

    def test_nought_is_an_answer(self, client):
        url = open_form(client, question("n", "number", required=True))
        assert fill(client, url, "page", n="0").status_code == 302
        assert answers() == {"n": 0}
        assert client.post(f"{url}submit/").status_code == 200
        assert answers() == {"n": 0}


class TestRanking:
    @pytest.fixture
    def url(self, client):
        return open_form(client, question("r", "ranking", choices=COLOURS, required=True))

    def test_keeps_the_order(self, client, url):
        data = {"r.1": "blue", "r.2": "red", "r.3": ""}
        assert fill(client, url, "page", **data).status_code == 302
        assert answers() == {"r": ["blue", "red"]}
        page = page_of(client, url)
        assert '<option value="blue" selected>' in page
        assert "<dd>1. Blue (en)</dd>" in client.get(f"{url}review/").text

    @pytest.mark.parametrize(
        ("places", "problem"),
        [
            ({"r.1": "red", "r.2": "red"}, "Every choice can have one place only."),
            ({"r.2": "red"}, "Please fill the places from the first one on."),
            ({}, "Please choose at least the first place."),
        ],
    )
    def test_says_what_is_wrong(self, client, url, places, problem):
        answer = fill(client, url, "page", **places)
        assert answer.status_code == 422 and problem in answer.text
        assert not answers()

    def test_asks_for_the_first_places_only(self, client):
        url = open_form(client, question("r", "ranking", choices=COLOURS, maximum=2))
        page = page_of(client, url)
        assert 'name="r.2"' in page and 'name="r.3"' not in page


class TestMoments:
    @pytest.mark.parametrize(
        ("kind", "typed", "kept", "words"),
        [
            ("date", "2026-11-03", "2026-11-03", "3 November 2026"),
            ("date", "03.11.2026", "2026-11-03", "3 November 2026"),
            ("time", "14:30", "14:30", "14:30"),
            ("moment", "2026-11-03T14:30", "2026-11-03T14:30", "3 November 2026, 14:30"),
        ],
    )
    def test_are_kept_as_they_stand(self, client, kind, typed, kept, words):
        url = open_form(client, question("m", kind))
        assert fill(client, url, "page", m=typed).status_code == 302
        assert answers() == {"m": kept}
        assert f'value="{kept}"' in page_of(client, url)
        assert f"<dd>{words}</dd>" in client.get(f"{url}review/").text

    @pytest.mark.parametrize("kind", ["date", "time", "moment"])
    def test_that_are_none_are_said_at_the_field(self, client, kind):
        url = open_form(client, question("m", kind))
        assert fill(client, url, "page", m="gestern").status_code == 422


class TestOrganisation:
    def test_is_known_by_its_name(self, client):
        known = make_organisation("Beispiel Werkstatt")
        make_organisation("Beispiel Geheim", status="draft")
        url = open_form(client, question("o", "organisation"))
        fill(client, url, "page", o="  beispiel  werkstatt ")
        assert answers() == {"o": {"name": "beispiel werkstatt", "id": known.pk}}
        fill(client, url, "page", o="Beispiel Geheim")
        assert answers() == {"o": {"name": "Beispiel Geheim", "id": None}}
        assert 'value="Beispiel Geheim"' in page_of(client, url)
        assert "<dd>Beispiel Geheim</dd>" in client.get(f"{url}review/").text


class TestConsent:
    def test_is_a_box_that_can_be_required(self, client):
        url = open_form(client, question("c", "consent", required=True))
        answer = fill(client, url, "page")
        assert "Please tick this box to go on." in answer.text
        fill(client, url, "page", c="on")
        assert answers() == {"c": True}
        assert " checked" in page_of(client, url)


class TestNoteAndCalculation:
    def test_one_is_read_the_other_is_only_stored(self, client):
        url = open_form(
            client,
            question("n", "number"),
            question("double", "calculation", calculation="${n} * 2"),
            {"key": "say", "kind": "note", "wording": text("Doppelt: ${double}")},
        )
        assert 'name="double"' not in page_of(client, url)
        fill(client, url, "page", n="4")
        assert "Doppelt: 8" in page_of(client, url)
        client.post(f"{url}submit/")
        assert Response.objects.get().answers == {"n": 4, "double": 8}


class TestExpressions:
    def test_what_an_answer_brings_in_is_asked_on_the_same_page(self, client):
        url = open_form(
            client,
            question("has", "single", choices=[choice("yes"), choice("no")]),
            question("many", "number", required=True, relevant="${has} = 'yes'"),
        )
        page = page_of(client, url)
        assert 'name="many"' not in page and 'name="shown" value="has"' in page
        answer = fill(client, url, "page", has="yes", shown="has")
        assert answer.status_code == 200
        assert "there is more to ask on this page" in answer.text
        assert 'name="many"' in answer.text and "This field is required" not in answer.text
        answer = fill(client, url, "page", has="yes", shown="has many")
        assert answer.status_code == 422 and "This field is required" in answer.text
        assert fill(client, url, "page", has="yes", many="3", shown="has many").status_code == 302
        # Not asked any more, it stays until handing in.
        fill(client, url, "page", has="no", many="3", shown="has many")
        assert answers() == {"has": "no", "many": 3}
        assert "One answer no longer fits the others." in client.get(f"{url}review/").text
        client.post(f"{url}submit/")
        assert answers() == {"has": "no"}

    def test_a_wrong_answer_that_is_not_asked_stands_in_nobodys_way(self, client):
        url = open_form(
            client,
            question("has", "single", choices=[choice("yes"), choice("no")]),
            question("many", "number", relevant="${has} = 'yes'"),
        )
        assert fill(client, url, "page", has="no", many="x", shown="has many").status_code == 302

    def test_a_constraint_is_told_in_its_own_words(self, client):
        asked = question(
            "people", "number", constraint=". <= ${all}", constraint_message=text("Zu viele.")
        )
        url = open_form(client, question("all", "number"), asked)
        answer = fill(client, url, "page", all="3", people="4")
        assert answer.status_code == 422 and "Zu viele. (en)" in answer.text
        assert fill(client, url, "page", all="4", people="4").status_code == 302

    def test_a_constraint_holds_when_something_else_has_changed(self, client):
        data = small_questionnaire()
        data["sections"] = [
            {"key": "one", "title": text("Eins"), "questions": [question("all", "number")]},
            {
                "key": "two",
                "title": text("Zwei"),
                "questions": [question("people", "number", constraint=". <= ${all}")],
            },
        ]
        url = begin(client, make_wave(data=data))
        fill(client, url, "one", all="5")
        fill(client, url, "two", people="4")
        fill(client, url, "one", all="3")
        assert client.post(f"{url}submit/").url == f"{url}page/two/"

    def test_something_is_required_only_if(self, client):
        url = open_form(
            client,
            question("has", "single", choices=[choice("yes"), choice("no")]),
            question(
                "why", "short", required_if="${has} = 'no'", required_message=text("Warum nicht?")
            ),
        )
        assert fill(client, url, "page", has="yes").status_code == 302
        assert "Warum nicht? (en)" in fill(client, url, "page", has="no").text

    def test_a_field_is_filled_in_and_may_be_emptied(self, client):
        url = open_form(client, question("n", "number", default="6 * 7"), question("t", "short"))
        assert 'value="42"' in page_of(client, url)
        fill(client, url, "page", n="", t="x")
        assert answers() == {"t": "x"}

    def test_choices_are_filtered_by_their_columns(self, client):
        cities = [
            {**choice("buch"), "columns": {"district": "pankow"}},
            {**choice("karow"), "columns": {"district": "pankow"}},
            {**choice("rudow"), "columns": {"district": "neukoelln"}},
        ]
        data = small_questionnaire()
        districts = [choice("pankow"), choice("neukoelln")]
        data["sections"] = [
            {
                "key": "one",
                "title": text("Eins"),
                "questions": [question("where", "single", choices=districts)],
            },
            {
                "key": "two",
                "title": text("Zwei"),
                "questions": [
                    question("town", "single", choices=cities, choice_filter="district = ${where}")
                ],
            },
        ]
        url = begin(client, make_wave(data=data))
        fill(client, url, "one", where="neukoelln")
        page = page_of(client, url, "two")
        assert 'value="rudow"' in page and 'value="buch"' not in page
        assert fill(client, url, "two", town="buch").status_code == 422

    def test_a_text_quotes_an_answer_and_nothing_else(self, client):
        data = small_questionnaire()
        data["sections"] = [
            {"key": "one", "title": text("Eins"), "questions": [question("name", "short")]},
            {
                "key": "two",
                "title": text("Über ${name}"),
                "questions": [question("like", "short") | {"wording": text("Mag ${name} Tee?")}],
            },
        ]
        url = begin(client, make_wave(data=data))
        fill(client, url, "one", name="<b>Ada</b>")
        page = page_of(client, url, "two")
        assert "Mag &lt;b&gt;Ada&lt;/b&gt; Tee? (en)" in page
        assert "<h1>Über &lt;b&gt;Ada&lt;/b&gt; (en)</h1>" in page


class TestSeveralTimes:
    @pytest.fixture
    def url(self, client):
        data = small_questionnaire()
        data["sections"] = [
            {
                "key": "child",
                "title": text("Kind"),
                "repeats": True,
                "questions": [
                    question("name", "short", required=True),
                    question("age", "number"),
                    question("school", "short", relevant="${age} >= 6"),
                ],
            },
            {
                "key": "end",
                "title": text("Ende"),
                "questions": [
                    question("total", "calculation", calculation="sum(${age})"),
                    question("old", "short", relevant="count(${child}) > 1"),
                ],
            },
        ]
        return begin(client, make_wave(data=data))

    def add(self, client, url, **data):
        place = client.post(f"{url}page/child/", {"action": "add"}).url
        assert client.post(place, {"action": "next", **data}).url == f"{url}page/child/"

    def test_begins_with_a_list_that_may_stay_empty(self, client, url):
        page = page_of(client, url, "child")
        assert "Nothing is entered here yet." in page
        assert fill(client, url, "child").url == f"{url}review/"
        assert client.post(f"{url}submit/").status_code == 200
        assert answers() == {"total": 0}

    def test_asks_the_same_of_each(self, client, url):
        self.add(client, url, name="Ada", age="7")
        self.add(client, url, name="Ben", age="3")
        assert answers() == {"child": [{"name": "Ada", "age": 7}, {"name": "Ben", "age": 3}]}
        page = page_of(client, url, "child")
        assert "<h2>Kind (en): 1</h2>" in page and "<dd>Ben</dd>" in page
        # What is asked of one depends on that one's own answers.
        assert 'name="school"' in client.get(f"{url}page/child/1/").text
        assert 'name="school"' not in client.get(f"{url}page/child/2/").text
        assert fill(client, url, "child").url == f"{url}page/end/"
        client.post(f"{url}submit/")
        assert answers()["total"] == 10

    def test_says_which_one_lacks_something(self, client, url):
        client.post(f"{url}page/child/", {"action": "add"})
        assert client.post(f"{url}submit/").url == f"{url}page/child/1/"
        assert "Something is still missing" in page_of(client, url, "child")

    def test_takes_one_away(self, client, url):
        self.add(client, url, name="Ada")
        self.add(client, url, name="Ben")
        assert client.post(f"{url}page/child/1/remove/").url == f"{url}page/child/"
        assert answers() == {"child": [{"name": "Ben"}]}
        # Twice, or from a page that is old: what was wanted.
        assert client.post(f"{url}page/child/9/remove/").status_code == 302
        assert client.get(f"{url}page/child/2/").url == url

    def test_has_an_end(self, client, url):
        for _number in range(51):
            client.post(f"{url}page/child/", {"action": "add"})
        assert len(answers()["child"]) == 50
        assert "There is no room for more entries" in page_of(client, url, "child")

    def test_two_kinds_of_things_are_not_mixed_up(self, client):
        """The second project has nothing to do with the second child: a text names all of them."""
        data = small_questionnaire()
        wording = text("Projekt nach ${name}?")
        data["sections"] = [
            {
                "key": "child",
                "title": text("Kind"),
                "repeats": True,
                "questions": [question("name", "short")],
            },
            {
                "key": "project",
                "title": text("Projekt"),
                "repeats": True,
                "questions": [question("own", "short") | {"wording": wording}],
            },
        ]
        url = begin(client, make_wave(data=data))
        self.add(client, url, name="Ada")
        self.add(client, url, name="Ben")
        for number in (1, 2):
            client.post(f"{url}page/project/", {"action": "add"})
            assert "Projekt nach Ada, Ben?" in client.get(f"{url}page/project/{number}/").text

    def test_is_asked_as_often_as_an_answer_says(self, client):
        data = small_questionnaire()
        data["sections"] = [
            {"key": "one", "title": text("Eins"), "questions": [question("n", "number")]},
            {
                "key": "child",
                "title": text("Kind"),
                "repeats": True,
                "repeat_count": "${n}",
                "questions": [question("name", "short")],
            },
        ]
        url = begin(client, make_wave(data=data))
        assert fill(client, url, "one", n="2").url == f"{url}page/child/1/"
        first = client.post(f"{url}page/child/1/", {"action": "next", "name": "Ada"})
        assert first.url == f"{url}page/child/2/"
        second = client.post(f"{url}page/child/2/", {"action": "next", "name": "Ben"})
        assert second.url == f"{url}review/"
        # Fewer: the others stay, and are not handed in.
        fill(client, url, "one", n="1")
        client.post(f"{url}submit/")
        assert answers() == {"n": 1, "child": [{"name": "Ada"}]}


class TestFilterOfChoices:
    def test_may_ask_for_the_name_of_a_choice(self, client):
        asked = question("colour", "single", choices=COLOURS, choice_filter="name != 'red'")
        page = page_of(client, open_form(client, asked))
        assert "Green" in page
        assert "Red" not in page


class TestHelp:
    def test_is_text_also_where_it_quotes_an_answer(self, client):
        asked = question("more", "short", help_text=text("<b>Zu</b> ${name}"))
        url = open_form(client, question("name", "short"), asked)
        fill(client, url, "page", name="<i>Ada</i>")
        page = page_of(client, url)
        assert "&lt;b&gt;Zu&lt;/b&gt; &lt;i&gt;Ada&lt;/i&gt; (en)" in page
        assert "<i>Ada" not in page
