"""Before a version is asked: its preview, a test run, its check."""

import pytest
from django.utils.translation import override

from surveys import checking, editing
from surveys.models import Question, Questionnaire, Response, Section
from tests.surveys.editor.forms import asked, made_of, page, url
from tests.surveys.world import choice, load_file, question, small_questionnaire, text
from tests.world import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def staff(client):
    user = make_user("reviewer")
    client.force_login(user)
    return user


@pytest.fixture
def version() -> Questionnaire:
    return load_file(small_questionnaire()).questionnaire


class TestPreview:
    def test_shows_the_pages_of_a_way_in_a_language(self, client, version):
        answer = client.get(url(version, "preview/"), {"language": "de", "a-stage": "new"})
        assert [page["title"] for page in answer.context["pages"]] == [
            "Über Sie",
            "Was Sie brauchen",
            "Am Anfang",
            "In Ihren Worten",
        ]
        assert "Frage hurdle?" in answer.text
        assert answer.context["left_out"] == []
        other = client.get(url(version, "preview/"), {"language": "en", "a-stage": "established"})
        assert other.context["left_out"] == ["Am Anfang (en)"]
        assert "Frage hurdle?" not in other.text
        assert not Response.objects.exists()

    def test_waits_until_formulas_can_be_read(self, client, version):
        Question.objects.filter(pk=asked(version, "wish").pk).update(relevant="${gone} = 1")
        for rest in ("preview/", "try/"):
            assert client.get(url(version, rest)).status_code == 409
        assert "no question “gone”" in client.get(url(version, "check/")).text


class TestTestRun:
    def send(self, client, version, answer, action: str = "next", **given):
        state = answer.context["state"]
        return client.post(url(version, "try/"), {"state": state, "action": action, **given})

    def test_goes_through_all_pages_and_stores_nothing(
        self, client, version, django_assert_num_queries
    ):
        at = client.get(url(version, "try/"))
        assert at.context["title"] == "Über Sie (en)"
        assert self.send(client, version, at).status_code == 422  # the stage is required
        at = self.send(client, version, at, stage="new", people="12")
        at = self.send(client, version, at, **{"topics.money": "urgent"})
        assert at.context["title"] == "Am Anfang (en)"
        at = self.send(client, version, at, "back")
        at = self.send(client, version, at, **{"topics.money": "urgent"})
        at = self.send(client, version, at, hurdle="law")
        at = self.send(client, version, at)
        assert [(row.key, row.value) for row in at.context["handed_in"]] == [
            ("stage", "new"),
            ("people", "12"),
            ("topics", "money: urgent"),
            ("hurdle", "law"),
        ]
        assert at.context["open_chapters"] == []
        assert not Response.objects.exists()
        at = self.send(client, version, at, "back")
        assert at.context["title"] == "In Ihren Worten (en)"

    def test_begins_anew_with_what_is_not_its_own(self, client, version):
        other = load_file(small_questionnaire()).questionnaire
        at = client.get(url(other, "try/"))
        answer = self.send(client, version, at, stage="new")
        assert answer.context["title"] == "Über Sie (en)"
        assert "handed_in" not in answer.context
        answer = client.post(url(version, "try/"), {"state": "nonsense", "action": "next"})
        assert answer.status_code == 200

    def test_adds_entries_of_what_repeats(self, client):
        version = made_of(page("child", question("name", "short"), repeats=True))
        at = client.get(url(version, "try/"))
        at = self.send(client, version, at, "add")
        at = self.send(client, version, at, name="Bo")
        at = self.send(client, version, at, "add")
        at = self.send(client, version, at, name="Cem")
        assert [entry.title for entry in at.context["entries"]] == [
            "Seite child (en): 1",
            "Seite child (en): 2",
        ]
        at = self.send(client, version, at, "remove:1")
        at = self.send(client, version, at, "open:1")
        assert 'value="Cem"' in at.text
        at = self.send(client, version, at, "next", name="Cem")
        at = self.send(client, version, at)
        assert [row.value for row in at.context["handed_in"]] == ["name: Cem"]

    def test_says_what_is_new_on_a_page(self, client):
        more = question("more", "short", relevant="${name} = 'Bo'")
        version = made_of(page("child", question("name", "short"), more))
        at = client.get(url(version, "try/"))
        at = self.send(client, version, at, name="Bo", shown="name")
        assert at.context["title"] == "Seite child (en)"
        assert "there is more to ask on this page" in at.text


class TestCheck:
    STAGE = question("stage", "single", required=True, vocabulary="stage", profile_field="stage")

    def never(self, *questions: dict, **first) -> tuple[list[str], list[str]]:
        version = made_of(page("one", {**self.STAGE, **first}, *questions))
        found = checking.unreachable(editing.read(version.pk))
        return tuple([item.key for item in items] for items in found)

    @pytest.mark.parametrize(
        ("relevant", "found"),
        [
            ("${stage} = 'new'", ([], [])),
            ("${stage} = 'gone'", (["x"], [])),
            ("${stage} = 'new' and ${stage} = 'established'", (["x"], [])),
            ("selected(${boxes}, 'a') and selected(${boxes}, 'b')", ([], [])),
            ("selected(${boxes}, 'a') and count-selected(${boxes}) > 3", (["x"], [])),
            ("${n} > 17", ([], [])),
            ("${n} > 17 and ${n} < 3", ([], ["x"])),
            ("${words} = 'a secret'", ([], ["x"])),
            ("today() > '2999-01-01'", ([], ["x"])),
            # Only the newly founded are asked for the boxes.
            ("${stage} = 'established' and selected(${boxes}, 'a')", (["x"], [])),
        ],
    )
    def test_finds_what_is_never_asked(self, relevant, found):
        boxes = question(
            "boxes",
            "multiple",
            relevant="${stage} = 'new'",
            choices=[choice("a"), choice("b"), choice("c")],
        )
        more = [boxes, question("n", "number"), question("words", "short")]
        assert self.never(*more, question("x", "short", relevant=relevant)) == found

    def test_finds_pages_that_are_never_shown(self, version):
        Section.objects.filter(questionnaire=version, key="beginning").update(
            relevant="${mood} = 'nowhere'"
        )
        never, unknown = checking.unreachable(editing.read(version.pk))
        assert ([item.key for item in never], unknown) == (["beginning"], [])

    def test_says_what_is_to_be_looked_at(self, client, version):
        wish = asked(version, "wish")
        Question.objects.filter(pk=wish.pk).update(relevant="${mood} = 'hihg'", wording="x" * 300)
        people = asked(version, "people")
        Question.objects.filter(pk=people.pk).update(relevant="${mood} = 'high'")
        asked(version, "groups").translations.all().delete()
        asked(version, "causes").translations.create(language="uk", wording="Чому?")
        answer = client.get(url(version, "check/"))
        said = [finding.words for finding in answer.context["problems"]]
        assert "asked if: “hihg” is no choice of the question mood." in said
        assert "Asked if: “Frage mood? (en)” is asked on a later page." in said
        assert [item.key for item in answer.context["never"]] == ["wish"]
        missing = {row["code"]: row["items"] for row in answer.context["missing"]}
        assert {place.item.key: place.fields for place in missing["en"]} == {
            "groups": ["question"],
            "wish": ["question (older than the German text)"],
        }
        assert len(missing["uk"]) > 8
        assert [finding.item.key for finding in answer.context["too_long"]] == ["wish"]
        left_out = [question.key for question in answer.context["not_in_results"]]
        assert left_out == ["stage", "groups", "people", "wish", "causes"]

    def test_says_which_choice_of_a_file_is_there_twice(self, client):
        ways = [choice("a"), choice("b"), {**choice("c"), "label": text(" A")}]
        version = made_of(page("one", self.STAGE, question("way", "single", choices=ways)))
        shown = client.get(url(version, "check/"))
        said = [(found.item.key, found.words) for found in shown.context["problems"]]
        assert said == [("way", "The choice “ A” is there twice.")]

    def test_completeness_counts_texts_that_are_up_to_date(self, version):
        assert editing.completeness([version.pk])[version.pk] == {"en": 100}
        asked(version, "wish").translations.update(base_revision=0)
        asked(version, "mood").translations.create(language="uk", wording="Настрій?")
        assert editing.completeness([version.pk])[version.pk] == {"en": 96, "uk": 3}
        assert editing.completeness_of(editing.read(version.pk)) == {"en": 96, "uk": 3}
