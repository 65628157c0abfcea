"""Questions in the editor, and the conditions under which they are asked."""

import pytest

from surveys import conditions, editing
from surveys.definitions import check
from surveys.loading import dump
from surveys.models import Question, Section
from surveys.plan import Plan
from tests.surveys.editor.forms import (
    asked,
    errors,
    inputs,
    keys,
    made_of,
    page,
    post_form,
    question_url,
    url,
)
from tests.surveys.world import choice, question, small_questionnaire

pytestmark = pytest.mark.django_db


class TestQuestion:
    def new(self, client, version, kind: str, **data):
        section = Section.objects.get(questionnaire=version, key="words")
        address = url(version, f"pages/{section.pk}/questions/new/")
        return client.post(address, {"kind": kind, "action": "save", **data})

    def test_asks_for_its_kind_first_and_shows_only_what_matters(self, client, version):
        section = Section.objects.get(questionnaire=version, key="words")
        address = url(version, f"pages/{section.pk}/questions/new/")
        assert set(client.get(address).context["form"].fields) == {"kind"}
        number = client.get(address, {"kind": "number"}).context["form"].fields
        assert {"minimum", "decimals", "unit", "en-unit"} <= set(number)
        assert not {"vocabulary", "row-0-de", "calculation"} & set(number)
        note = client.get(address, {"kind": "note"}).context["form"].fields
        assert not {"required", "why", "en-why", "minimum"} & set(note)

    def test_gets_a_key_from_its_wording(self, client, version):
        self.new(client, version, "short", wording="Wie heißt Ihr Träger?")
        self.new(client, version, "short", wording="Wie heißt Ihr Träger?")
        assert keys(version)["words"][-2:] == ["wie-heisst-ihr-traeger", "wie-heisst-ihr-traeger-2"]
        answer = self.new(client, version, "short", wording="x", key="stage")
        assert "has this name already" in str(errors(answer)["key"])
        assert check({**small_questionnaire(), "sections": dump(version)}) == []

    def test_is_written_in_several_languages(self, client, version):
        address = question_url(version, "wish")
        answer = post_form(client, address, **{"uk-help_text": "Коротко"})
        assert set(errors(answer)) == {"uk-wording"}
        post_form(client, address, **{"uk-wording": "Бажання?", "wording": "Neu?"})
        wish = asked(version, "wish")
        rows = {row.language: row for row in wish.translations.all()}
        assert (wish.wording, rows["uk"].wording) == ("Neu?", "Бажання?")
        # What nobody translated anew is older than the German text, until somebody says it fits.
        assert (rows["uk"].is_outdated, rows["en"].is_outdated) == (False, True)
        post_form(client, address, **{"en-fits": "on"})
        assert not wish.translations.get(language="en").is_outdated
        post_form(client, address, **{"uk-wording": ""})
        assert not wish.translations.filter(language="uk").exists()

    def test_says_mistakes_in_formulas_at_their_place(self, client, version):
        answer = post_form(
            client,
            question_url(version, "wish"),
            relevant="${stage} == 'new'",
            constraint="${wsh} = 1",
            help_text="Zu ${nothing}",
        )
        found = errors(answer)
        assert "(at character 10: “${stage} == 'new'”)" in found["relevant"][0]
        assert "Perhaps “wish”?" in found["constraint"][0]
        assert "“nothing”" in found["help_text"][0]

    def test_a_new_name_goes_everywhere(self, client, version):
        section = Section.objects.get(questionnaire=version, key="words")
        Section.objects.filter(pk=section.pk).update(introduction="Sie sind ${stage}")
        section.translations.update(introduction="You are ${stage}", base_revision=2)
        assert post_form(client, question_url(version, "stage"), key="phase").status_code == 302
        beginning = Section.objects.get(questionnaire=version, key="beginning")
        assert beginning.relevant == "${phase} = 'new'"
        section.refresh_from_db()
        english = section.translations.get()
        assert (section.introduction, english.introduction) == (
            "Sie sind ${phase}",
            "You are ${phase}",
        )
        assert not english.is_outdated
        assert check({**small_questionnaire(), "sections": dump(version)}) == []

    def test_has_choices_in_rows(self, client, version):
        data = {
            "wording": "Was?",
            "row-0-de": "Bücher",
            "row-0-en": "Books",
            "row-0-position": "20",
            "row-1-de": "Anderes",
            "row-1-role": "other",
            "row-1-position": "10",
            "row-7-de": "Buecher",
        }
        assert self.new(client, version, "multiple", **data).status_code == 302
        made = asked(version, "was")
        assert list(made.choices.values_list("key", "role", "position")) == [
            ("anderes", "other", 0),
            ("buecher", "option", 1),
            ("buecher-2", "option", 2),
        ]
        assert made.choices.get(key="buecher").translations.get().label == "Books"
        # Exchange two keys, delete one, add one.
        sent = {"row-0-key": "buecher", "row-1-key": "anderes", "row-2-de": "", "row-4-de": "Neu"}
        assert post_form(client, question_url(version, "was"), **sent).status_code == 302
        assert list(made.choices.values_list("key", "label")) == [
            ("buecher", "Anderes"),
            ("anderes", "Bücher"),
            ("neu", "Neu"),
        ]

    @pytest.mark.parametrize(
        ("kind", "data", "field"),
        [
            ("single", {}, "row-0-de"),
            ("scale", {"row-0-de": "a"}, "row-0-de"),
            ("matrix", {"row-0-de": "a", "row-1-de": "b"}, "row-0-role"),
            ("multiple", {"row-0-de": "a", "row-1-en": "b"}, "row-1-de"),
            (
                "single",
                {"row-0-de": "a", "row-0-key": "k", "row-1-de": "b", "row-1-key": "k"},
                "row-1-key",
            ),
            (
                "single",
                {"row-0-de": "a", "row-0-role": "other", "row-1-de": "b", "row-1-role": "other"},
                "row-1-role",
            ),
            ("calculation", {}, "calculation"),
            ("number", {"minimum": "5", "maximum": "2"}, "maximum"),
        ],
    )
    def test_is_refused_where_it_could_not_be_asked(self, client, version, kind, data, field):
        answer = self.new(client, version, kind, wording="Was?", **data)
        assert answer.status_code == 422
        assert field in errors(answer)

    def test_has_each_choice_once(self, client, version):
        sent = {"wording": "Wie?", "row-0-de": "Mit dem Rad", "row-1-de": " mit  dem RAD"}
        answer = self.new(client, version, "single", **sent)
        assert answer.status_code == 422
        assert errors(answer) == {"row-1-de": ["This choice is there already."]}
        assert 'value="Mit dem Rad"' in answer.text and 'value=" mit  dem RAD"' in answer.text
        assert not Question.objects.filter(wording="Wie?").exists()
        # What is only there for some may be called the same; a row is not taken for a point.
        filtered = {"choice_filter": "area = 'a'", "row-0-columns": "area=a"}
        columns = {"row-1-columns": "area=b"}
        assert self.new(client, version, "single", **sent, **filtered, **columns).status_code == 302
        points = {"row-2-de": "Zu Fuß", "row-1-role": "row"}
        assert self.new(client, version, "matrix", **sent, **points).status_code == 302
        columns["row-1-columns"] = "area=a"
        answer = self.new(client, version, "single", **sent, **filtered, **columns)
        assert set(errors(answer)) == {"row-1-de"}

    def test_a_matrix_may_name_its_new_rows(self, client, version):
        data = {"wording": "Was?", "constraint": "${r1} != 'a'", "row-2-role": "row"}
        labels = {"row-0-de": "a", "row-1-de": "b", "row-2-de": "r1"}
        assert self.new(client, version, "matrix", **data, **labels).status_code == 302
        assert check({**small_questionnaire(), "sections": dump(version)}) == []

    def test_becomes_another_kind_and_leaves_the_rest_behind(self, client, version):
        address = question_url(version, "people")
        assert "is gone once you save" in client.get(f"{address}?change&kind=number").text
        form = client.get(f"{address}?kind=long").context["form"]
        assert client.post(address, {**inputs(form), "kind": "long"}).status_code == 302
        made = asked(version, "people")
        assert (made.kind, made.minimum, made.maximum, made.unit) == ("long", None, None, "")
        assert check({**small_questionnaire(), "sections": dump(version)}) == []

    def test_more_rows_are_added_without_saving(self, client, version):
        address = question_url(version, "mood")
        before = len(client.get(address).context["form"].choice_rows)
        answer = post_form(client, address, action="rows", wording="Neu?")
        assert len(answer.context["form"].choice_rows) == before + 5
        assert asked(version, "mood").wording == "Frage mood?"

    def test_two_people_keep_each_others_changes(self, client, version):
        address = question_url(version, "mood")
        theirs = inputs(client.get(address).context["form"])
        post_form(client, address, **{"wording": "Anders?", "row-0-de": "Ganz unten"})
        sent = {**theirs, "en-wording": "Other?", "action": "save"}
        assert client.post(address, sent).status_code == 302
        mood = asked(version, "mood")
        assert (mood.wording, mood.translations.get().wording) == ("Anders?", "Other?")
        assert mood.choices.first().label == "Ganz unten"
        answer = client.post(address, {**theirs, "row-1-de": "Mitte", "action": "save"})
        assert "It now says: “Ganz unten; Middle; High”" in str(errors(answer)["row-0-de"])
        assert mood.choices.first().label == "Ganz unten"


class TestConditions:
    def help(self, client, version, **sent):
        data = {f"helper-{name}": value for name, value in sent.items()}
        return post_form(client, question_url(version, "wish"), action="helper", **data)

    @pytest.mark.parametrize(
        ("sent", "formula", "words"),
        [
            ({"choice": "stage new", "operator": "is"}, "${stage} = 'new'", "is “Newly founded”"),
            ({"choice": "stage new", "operator": "is-not"}, "${stage} != 'new'", "is not “Newly"),
            (
                {"choice": "help peers", "operator": "is-not"},
                "not(selected(${help}, 'peers'))",
                "does not contain “Peers (en)”",
            ),
            (
                {"choice": "people ", "operator": "more", "number": "2.5"},
                "${people} > 2.5",
                "is more than 2.5",
            ),
            ({"choice": "causes ", "operator": "is"}, "${causes} != ''", "is answered"),
            (
                {"choice": "money urgent", "operator": "is"},
                "${money} = 'urgent'",
                "“Money (en)” is “Urgent (en)”",
            ),
            ({"choice": "rooms no", "operator": "answered"}, "${rooms} != ''", "is answered"),
        ],
    )
    def test_are_put_together_and_read_out(self, client, version, sent, formula, words):
        answer = self.help(client, version, **sent)
        form = answer.context["form"]
        assert form["relevant"].value() == formula
        assert words in form.condition_in_words
        assert asked(version, "wish").relevant == ""

    def test_are_added_to_what_is_there(self, client, version):
        Question.objects.filter(pk=asked(version, "wish").pk).update(relevant="1 = 1 or 2 = 2")
        answer = self.help(client, version, choice="stage new", operator="is")
        assert answer.context["form"]["relevant"].value() == "(1 = 1 or 2 = 2) and ${stage} = 'new'"

    def test_name_a_row_only_where_nothing_else_has_its_name(self, client):
        points = [choice("no"), choice("yes")]
        version = made_of(
            page(
                "one",
                question("first", "matrix", choices=[*points, choice("rooms", "row")]),
                question("second", "matrix", choices=[*points, choice("money", "row")]),
                question("cash", "short"),
                question("wish", "short"),
            )
        )
        # Such a version cannot be published; while it is written it may be like that.
        Question.objects.filter(key="cash").update(key="money")
        helper = client.get(question_url(version, "wish")).context["helper"]
        assert [name for name, _answers in helper.fields["choice"].choices] == [
            "", "Frage first? · Rooms (en)", "Frage cash?", "Frage wish?",
        ]  # fmt: skip

    def test_have_to_fit_together(self, client, version):
        answer = self.help(client, version, choice="stage new", operator="more")
        assert "operator" in answer.context["helper"].errors
        answer = self.help(client, version, choice="people ", operator="more")
        assert "number" in answer.context["helper"].errors

    @pytest.mark.parametrize(
        ("source", "words"),
        [
            (
                "${stage} = 'new' and (${people} >= 3 or ${wish} = '')",
                "“Frage stage? (en)” is “Newly founded” and (“Frage people? (en)” is at least 3 or "
                "“Frage wish? (en)” is not answered)",
            ),
            ("count-selected(${help}) > 2", "count-selected(${help}) > 2"),
            ("${stage} = ", "${stage} = "),
            ("${gone} = 'x'", "“gone” is “x”"),
        ],
    )
    def test_say_what_they_can(self, version, source, words):
        assert conditions.in_words(source, Plan(editing.read(version.pk))) == words
