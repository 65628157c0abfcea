"""Every kind of question, on its page and in words."""

import re

import pytest

from surveys.models import Response
from tests.surveys.test_answering import begin, fill
from tests.surveys.world import answers, choice, make_wave, question, small_questionnaire, text
from tests.world import make_member, make_organisation

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

    @pytest.mark.parametrize(
        ("typed", "said"), [("0", "from 0.5 on."), ("3001", "up to 3000."), ("-1", "from 0.5 on.")]
    )
    def test_outside_its_limits_names_them_as_people_write_them(self, client, typed, said):
        asked = question("n", "number", decimals=1, minimum=0.5, maximum=3000)
        url = open_form(client, asked)
        answer = fill(client, url, "page", n=typed)
        assert (answer.status_code, answers()) == (422, {})
        assert f"Please enter a number {said}" in answer.text

    def test_nought_is_an_answer(self, client):
        url = open_form(client, question("n", "number", required=True))
        assert fill(client, url, "page", n="0").status_code == 302
        assert answers() == {"n": 0}
        assert client.post(f"{url}submit/").status_code == 200
        assert answers() == {"n": 0}


class TestOther:
    def test_the_words_stand_beside_their_choice_wherever_it_is(self, client):
        choices = [choice("other", "other"), *COLOURS]
        url = open_form(client, question("c", "multiple", choices=choices))
        fill(client, url, "page", **{"c": ["other", "red"], "c.other": "Lila"})
        review = client.get(f"{url}review/").text
        assert "<dd>Other (en): Lila</dd>" in review and "<dd>Red (en)</dd>" in review


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
            ("date", "2026-11-03", "2026-11-03", "3\xa0November 2026"),
            ("date", "03.11.2026", "2026-11-03", "3\xa0November 2026"),
            ("time", "14:30", "14:30", "14:30"),
            ("moment", "2026-11-03T14:30", "2026-11-03T14:30", "3\xa0November 2026, 14:30"),
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
        page = page_of(client, url)
        assert 'list="id_o_names"' in page
        names = '<datalist id="id_o_names"><option value="Beispiel Werkstatt"></option></datalist>'
        assert names in page
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

    def test_once_keeps_what_came_first(self, client):
        several = {"key": "each", "title": text("Je"), "repeats": True}
        first = question("first", "calculation", calculation="once(${n})")
        own = question("own-first", "calculation", calculation="once(${m})")
        data = small_questionnaire()
        data["sections"] = [
            {"key": "page", "title": text("Seite"), "questions": [question("n", "number"), first]},
            {**several, "questions": [question("m", "number"), own]},
        ]
        url = begin(client, make_wave(data=data))
        for number in ("", "4", "5"):
            fill(client, url, "page", n=number)
        place = client.post(f"{url}page/each/", {"action": "add"}).url
        for number in ("7", "8"):
            client.post(place, {"action": "next", "m": number})
        assert "no longer fit" not in client.get(f"{url}review/").text
        client.post(f"{url}submit/")
        assert answers() == {"n": 5, "first": 4, "each": [{"m": 8, "own-first": 7}]}

    @pytest.mark.parametrize("attribution", ["attributed", "anonymous"])
    def test_anonymous_answers_keep_nothing_that_tells_when(self, attribution, client):
        organisation = make_organisation()
        client.force_login(make_member(organisation))
        data = small_questionnaire()
        calculated = {
            "moment": "now()",
            "week": "format-date(once(today()), '%Y')",
            "age": "int((today() - ${born}) div 365)",
            "later": "${age} + 1",
            "plain": "${n} + 1",
        }
        asked = [question(key, "calculation", calculation=it) for key, it in calculated.items()]
        asked += [question("n", "number"), question("born", "date")]
        data["sections"] = [{"key": "page", "title": text("Seite"), "questions": asked}]
        chosen = {"attribution": attribution, "organisation": organisation.pk}
        url = begin(client, make_wave(data=data), **chosen)
        fill(client, url, "page", n="1", born="2000-01-01")
        client.post(f"{url}submit/")
        given = {"n", "born", "plain"}
        assert set(answers()) == (given if attribution == "anonymous" else given | {*calculated})


class TestExpressions:
    def test_what_an_answer_brings_in_is_asked_on_the_same_page(self, client):
        url = open_form(
            client,
            question("has", "single", choices=[choice("yes"), choice("no")]),
            question("many", "number", required=True, relevant="${has} = 'yes'"),
        )
        page = page_of(client, url)
        assert 'name="many"' not in page and 'name="shown" value="has:' in page
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
        # What is gone already is what was wanted.
        assert client.post(f"{url}page/child/9/remove/").status_code == 302
        assert client.get(f"{url}page/child/2/").url == url

    def test_a_second_click_takes_away_and_adds_nothing_more(self, client, url):
        self.add(client, url, name="Ada")
        self.add(client, url, name="Ben")
        seen = re.search(r'name="seen" value="([^"]*)"', page_of(client, url, "child"))[1]
        client.post(f"{url}page/child/1/remove/", {"seen": seen})
        second = client.post(f"{url}page/child/1/remove/", {"seen": seen}, follow=True)
        assert "The entries have changed meanwhile. Nothing more was removed." in second.text
        assert answers() == {"child": [{"name": "Ben"}]}
        for _click in range(2):
            place = client.post(f"{url}page/child/", {"action": "add"}).url
            assert place == f"{url}page/child/2/"
        assert answers() == {"child": [{"name": "Ben"}, {}]}

    def test_has_an_end(self, client, url):
        Response.objects.update(answers={"child": [{"name": str(n)} for n in range(50)]})
        assert client.post(f"{url}page/child/", {"action": "add"}).url == f"{url}page/child/"
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
            place = client.post(f"{url}page/project/", {"action": "add"}).url
            assert place == f"{url}page/project/{number}/"
            assert "Projekt nach Ada, Ben?" in client.get(place).text
            client.post(place, {"action": "next", "own": "Garten"})

    def test_is_asked_as_often_as_an_answer_says(self, client):
        data = small_questionnaire()
        data["sections"] = [
            {"key": "one", "title": text("Eins"), "questions": [question("n", "number")]},
            {
                "key": "child",
                "title": text("Kind"),
                "repeats": True,
                "repeat_count": "${n}",
                "questions": [
                    question("name", "short"),
                    question("likes", "single", choices=[choice("tea"), choice("else", "other")]),
                ],
            },
        ]
        url = begin(client, make_wave(data=data))
        assert fill(client, url, "one", n="2").url == f"{url}page/child/1/"
        first = client.post(f"{url}page/child/1/", {"action": "next", "name": "Ada"})
        assert first.url == f"{url}page/child/2/"
        ben = {"name": "Ben", "likes": "else", "likes.other": "Milch"}
        second = client.post(f"{url}page/child/2/", {"action": "next", **ben})
        assert second.url == f"{url}review/"
        # Fewer: the others stay, and are not handed in. Words beside a choice belong to it.
        fill(client, url, "one", n="1")
        assert "2 answers no longer fit the others." in client.get(f"{url}review/").text
        client.post(f"{url}submit/")
        assert answers() == {"n": 1, "child": [{"name": "Ada"}]}


class TestFilterOfChoices:
    @pytest.fixture
    def url(self, client):
        cities = [
            {**choice("buch"), "columns": {"district": "pankow"}},
            {**choice("karow"), "columns": {"district": "pankow"}},
            {**choice("rudow"), "columns": {"district": "neukoelln"}},
            {**choice("else", "other"), "columns": {"district": "neukoelln"}},
        ]
        by_district = {"choices": cities, "choice_filter": "district = ${where}"}
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
                    question("town", "single", required=True, **by_district),
                    question("others", "multiple", **by_district),
                    question("near", "short", relevant="selected(${others}, 'rudow')"),
                ],
            },
        ]
        return begin(client, make_wave(data=data))

    def test_offers_what_fits_another_answer(self, client, url):
        fill(client, url, "one", where="neukoelln")
        page = page_of(client, url, "two")
        assert 'value="rudow"' in page and 'value="buch"' not in page
        assert fill(client, url, "two", town="buch").status_code == 422

    def test_what_is_not_offered_any_more_is_no_answer(self, client, url):
        """Nobody hands in a town of another district; who changes back finds it again."""
        fill(client, url, "one", where="neukoelln")
        both = {"town": "rudow", "others": ["rudow", "else"], "others.other": "Britz"}
        fill(client, url, "two", **both, near="Ja")
        fill(client, url, "one", where="pankow")
        assert "Rudow" not in client.get(f"{url}review/").text
        assert client.post(f"{url}submit/").url == f"{url}page/two/"
        fill(client, url, "one", where="neukoelln")
        review = client.get(f"{url}review/").text
        assert "<dd>Rudow (en)</dd>" in review and "Else (en): Britz" in review
        fill(client, url, "one", where="pankow")
        fill(client, url, "two", town="buch")
        client.post(f"{url}submit/")
        assert answers() == {"where": "pankow", "town": "buch"}

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
