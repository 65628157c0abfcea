"""Questionnaires in the editor: versions, pages and their order."""

import pytest

from surveys import editing
from surveys.comparing import compare
from surveys.loading import dump, load_definition
from surveys.models import Choice, Question, Questionnaire, Section, Survey
from tests.surveys.editor.forms import (
    asked,
    errors,
    keys,
    made_of,
    page,
    positions,
    post_form,
    question_url,
    url,
)
from tests.surveys.world import choice, make_wave, question, small_questionnaire, text

pytestmark = pytest.mark.django_db


class TestList:
    @pytest.mark.parametrize("count", [1, 3])
    def test_shows_versions_in_the_same_queries_for_one_and_three(
        self, count, client, django_assert_num_queries
    ):
        for _ in range(count):
            make_wave()
        with django_assert_num_queries(8):
            page = client.get("/en/surveys/desk/questionnaires/").text
        assert page.count("frozen since") == count
        assert "in English 100 %" in page

    def test_a_survey_begins_with_its_texts_and_an_empty_version(self, client):
        address = "/en/surveys/desk/questionnaires/new/"
        texts = {"title": "Räume", "introduction": "a", "asked_by": "b", "purpose": "c"}
        answer = client.post(address, {**texts, "minutes": "5", "en-title": "Rooms"})
        assert set(errors(answer)) == {"en-introduction", "en-asked_by", "en-purpose"}
        english = {f"en-{name}": "x" for name in texts}
        assert client.post(address, {**texts, **english, "minutes": "5"}).status_code == 302
        survey = Survey.objects.get()
        assert (survey.slug, survey.translations.get().title) == ("raeume", "x")
        made = survey.questionnaires.get()
        assert "There is no page yet." in client.get(url(made)).text

    def test_a_survey_is_changed(self, client, version):
        address = f"/en/surveys/desk/questionnaires/of/{version.survey_id}/"
        assert post_form(client, address, minutes="7").status_code == 302
        version.survey.refresh_from_db()
        assert version.survey.minutes == 7

    @pytest.mark.parametrize("minutes", ["0", "241"])
    def test_a_survey_takes_some_minutes(self, client, version, minutes):
        texts = {"title": "Räume", "introduction": "a", "asked_by": "b", "purpose": "c"}
        new = "/en/surveys/desk/questionnaires/new/"
        answer = client.post(new, {**texts, "minutes": minutes})
        assert answer.status_code == 422 and set(errors(answer)) == {"minutes"}
        of_it = f"/en/surveys/desk/questionnaires/of/{version.survey_id}/"
        assert set(errors(post_form(client, of_it, minutes=minutes))) == {"minutes"}
        assert Survey.objects.get().minutes == 5

    @pytest.mark.parametrize(
        ("state", "is_fixed"), [("planned", False), ("open", True), ("closed", False)]
    )
    def test_a_survey_keeps_what_people_read_who_answer_now(self, client, state, is_fixed):
        survey = make_wave(state=state).survey
        said = "Ganz anderes"
        before = survey.purpose
        address = f"/en/surveys/desk/questionnaires/of/{survey.pk}/"
        assert ("A wave is open." in client.get(address).text) is is_fixed
        answer = post_form(client, address, purpose=said)
        survey.refresh_from_db()
        assert survey.purpose == (before if is_fixed else said)
        # Whoever opened the form before the wave began is told.
        assert ("A wave has opened meanwhile" in answer.text) is is_fixed

    def test_a_survey_that_is_answered_takes_another_name_and_a_new_translation(self, client):
        survey = make_wave().survey
        address = f"/en/surveys/desk/questionnaires/of/{survey.pk}/"
        french = {f"fr-{name}": "x" for name in Survey.TRANSLATED_FIELDS}
        assert post_form(client, address, title="Neuer Name", **french).status_code == 302
        survey.refresh_from_db()
        assert survey.title == "Neuer Name"
        assert survey.translations.get(language="fr").purpose == "x"
        # From now on that, too, is what people have read.
        post_form(client, address, **{"fr-purpose": "y"})
        assert survey.translations.get(language="fr").purpose == "x"

    def test_names_languages_in_words_of_the_page(self, client, version):
        address = f"/de/surveys/desk/questionnaires/of/{version.survey_id}/"
        page = client.get(address).text
        assert "Titel auf Englisch" in page
        assert "Auf Arabisch" in page
        assert "English" not in page.partition("<main")[2].partition("</main>")[0]


class TestVersions:
    def test_a_copy_keeps_every_name_and_what_is_outdated(self, client, version):
        asked(version, "wish").translations.update(base_revision=0)
        assert client.post(url(version, "copy/")).status_code == 302
        copy = Questionnaire.objects.get(version=2)
        assert dump(copy) == dump(version)
        assert editing.completeness([version.pk, copy.pk])[copy.pk] == {"en": 96}
        assert editing.completeness_of(editing.read(copy.pk)) == {"en": 96}

    def test_a_draft_is_deleted_after_asking_once_more(self, client, version):
        copy = editing.new_version(of=version)
        assert f"/{copy.pk}/remove/" in client.get("/en/surveys/desk/questionnaires/").text
        page = client.get(url(copy, "remove/")).text
        assert "Delete version 2?" in page and "It has 9 questions." in page
        assert "Other versions stay as they are." in page
        assert Questionnaire.objects.count() == 2
        assert client.post(url(copy, "remove/")).status_code == 302
        assert Questionnaire.objects.get() == version
        # The last one takes its survey along, which nothing could be asked in any more.
        assert "the survey is deleted with it" in client.get(url(version, "remove/")).text
        client.post(url(version, "remove/"))
        assert not Survey.objects.exists() and not Question.objects.exists()
        assert client.post(url(version, "remove/")).status_code == 404

    def test_one_that_a_wave_is_going_to_ask_stays(self, client):
        wave = make_wave(state="planned")
        address = url(wave.questionnaire, "remove/")
        page = client.post(address, follow=True).text
        assert "these waves are going to ask it" in page and wave.title in page
        assert Questionnaire.objects.exists()

    def test_of_a_frozen_one_nothing_changes(self, client):
        frozen = make_wave().questionnaire
        item = f"question-{asked(frozen, 'wish').pk}"
        before = dump(frozen)
        for address, data in [
            ("order/", {"item": item, "action": "duplicate"}),
            ("move/", {"item": item, "behind": ""}),
            ("delete/", {"item": item}),
            ("remove/", {}),
            ("pages/new/", {"title": "x"}),
            (f"questions/{asked(frozen, 'wish').pk}/", {"kind": "short", "wording": "x"}),
        ]:
            answer = client.post(url(frozen, address), data)
            assert (answer.status_code, answer["Location"]) == (302, url(frozen)), address
        assert dump(frozen) == before
        for key, rows in (("stage", 0), ("mood", 3)):
            shown = client.get(url(frozen, f"questions/{asked(frozen, key).pk}/")).text
            assert shown.count('class="editor-choice"') == rows
            assert 'value="rows"' not in shown
        page = client.get(url(frozen)).text
        assert "nothing in it changes any more" in page
        assert "New version from this one" in page
        assert "disabled" in client.get(question_url(frozen, "wish")).text

    def test_say_what_is_the_same_changed_and_new(self, client, version):
        copy = editing.new_version(of=version)
        asked(copy, "wish").delete()
        Question.objects.filter(pk=asked(copy, "people").pk).update(maximum=9)
        Choice.objects.filter(question=asked(copy, "mood"), key="low").update(label="Anders")
        asked(copy, "causes").translations.create(language="uk", wording="Чому?")
        section = Section.objects.get(questionnaire=copy, key="words")
        section.questions.create(key="more", position=9, kind="short", wording="Mehr?")
        found = compare(dump(version), dump(copy))
        words = {key: mark.words for key, mark in found.questions.items()}
        assert words["people"] == "changed: at most"
        assert words["mood"] == "changed: choices"
        assert words["more"] == "new"
        # A new language alone changes nothing.
        assert words["causes"] == words["stage"] == "as before"
        assert [question["key"] for question in found.gone] == ["wish"]
        page = client.get(url(copy)).text
        assert "changed: at most" in page
        assert "Not asked any more since version 1" in page


class TestOutline:
    @pytest.mark.parametrize("count", [1, 20])
    def test_takes_the_same_queries_for_any_number_of_questions(
        self, count, client, django_assert_num_queries
    ):
        many = [
            question(f"q{number}", "matrix", vocabulary="topic", choices=[choice("a"), choice("b")])
            for number in range(count)
        ]
        version = made_of(page("one", *many))
        copy = editing.new_version(of=version)
        with django_assert_num_queries(12):
            client.get(url(copy))

    def test_says_conditions_in_words_and_problems_at_their_place(self, client, version):
        Question.objects.filter(pk=asked(version, "wish").pk).update(relevant="${wsh} = 1")
        Section.objects.create(questionnaire=version, key="empty", position=9, title="Leer")
        answer = client.get(url(version))
        assert "only if “Frage stage? (en)” is “Newly founded”" in answer.text
        assert '<h2 class="editor-entry__title">Über Sie (en)</h2>' in answer.text
        assert '<p class="editor-entry__title">Frage wish? (en)</p>' in answer.text
        by_key = {entry.item.key: entry for entry in answer.context["entries"]}
        assert by_key["empty"].problems == ["No question is on this page yet."]
        wish = next(e for e in by_key["words"].inside if e.item.key == "wish")
        assert wish.problems == ["asked if: There is no question “wsh”. Perhaps “wish”?"]


class TestOrder:
    def order(self, client, version, key: str, action: str):
        item = editing.address(asked(version, key))
        return client.post(url(version, "order/"), {"item": item, "action": action})

    def test_moves_up_and_down_without_gaps(self, client, version):
        Question.objects.filter(pk=asked(version, "causes").pk).update(position=40)
        self.order(client, version, "causes", "up")
        assert keys(version)["words"] == ["mood", "causes", "wish"]
        self.order(client, version, "mood", "down")
        assert keys(version)["words"] == ["causes", "mood", "wish"]
        self.order(client, version, "causes", "up")  # at the top already
        assert keys(version)["words"] == ["causes", "mood", "wish"]
        assert positions(version)[-1] == [0, 1, 2]

    def test_moves_to_another_page(self, client, version):
        item = editing.address(asked(version, "groups"))
        address = url(version, f"move/?item={item}")
        assert "to the beginning of this page" in client.get(address).text
        behind = editing.address(asked(version, "mood"))
        client.post(url(version, "move/"), {"item": item, "behind": behind})
        assert keys(version)["words"] == ["mood", "groups", "wish", "causes"]
        first = editing.address(Section.objects.get(questionnaire=version, key="needs"))
        client.post(url(version, "move/"), {"item": item, "behind": first})
        assert keys(version)["needs"] == ["groups", "topics", "help"]
        assert positions(version)[1:] == [[0, 1], [0, 1, 2], [0], [0, 1, 2]]

    def test_moves_pages(self, client, version):
        item = editing.address(Section.objects.get(questionnaire=version, key="words"))
        client.post(url(version, "move/"), {"item": item, "behind": ""})
        assert list(keys(version)) == ["words", "about", "needs", "beginning"]
        assert positions(version)[0] == [0, 1, 2, 3]

    def test_a_copy_stands_behind_and_names_itself(self, client):
        own = question("age", "number", constraint=". > 2 and ${age} < 9", choices=[])
        other = question("more", "short", relevant="${age} > 3", wording=text("Mit ${age}?"))
        version = made_of(page("one", own, other), page("two", question("x", "short")))
        self.order(client, version, "age", "duplicate")
        assert keys(version)["one"] == ["age", "age-2", "more"]
        assert asked(version, "age-2").constraint == ". > 2 and ${age-2} < 9"
        item = editing.address(Section.objects.get(questionnaire=version, key="one"))
        client.post(url(version, "order/"), {"item": item, "action": "duplicate"})
        assert list(keys(version)) == ["one", "one-2", "two"]
        assert keys(version)["one-2"] == ["age-3", "age-2-2", "more-2"]
        copy = asked(version, "more-2")
        assert (copy.relevant, copy.wording) == ("${age-3} > 3", "Mit ${age-3}?")
        assert copy.translations.get().wording == "Mit ${age-3}? (en)"
        assert positions(version) == [[0, 1, 2], [0, 1, 2], [0, 1, 2], [0]]

    def test_deletes_what_nothing_names(self, client, version):
        wish = {"item": editing.address(asked(version, "wish"))}
        assert "Keep it" in client.get(url(version, "delete/"), wish).text
        client.post(url(version, "delete/"), wish)
        assert keys(version)["words"] == ["mood", "causes"]
        assert positions(version)[-1] == [0, 1]

    def test_does_not_delete_what_is_named_elsewhere(self, client, version):
        stage = {"item": editing.address(asked(version, "stage"))}
        answer = client.post(url(version, "delete/"), stage)
        assert (answer.status_code, answer.context["by"]) == (
            409,
            [Section.objects.get(questionnaire=version, key="beginning")],
        )
        assert asked(version, "stage")

    def test_of_something_deleted_meanwhile_is_said(self, client, version):
        sent = {"item": "question-0", "action": "up"}
        answer = client.post(url(version, "order/"), sent, follow=True)
        assert "Somebody has deleted this meanwhile." in answer.text


class TestSection:
    def test_is_added_and_changed(self, client, version):
        answer = client.post(url(version, "pages/new/"), {"title": "Zum Schluss", "key": "needs"})
        assert "key" in errors(answer)
        client.post(url(version, "pages/new/"), {"title": "Zum Schluss", "en-title": "At last"})
        section = Section.objects.get(questionnaire=version, key="zum-schluss")
        assert (section.position, section.translations.get().title) == (4, "At last")
        address = url(version, f"pages/{section.pk}/")
        answer = post_form(client, address, repeat_count="3")
        assert "repeat_count" in errors(answer)
        post_form(client, address, repeat_count="${people}", repeats="on")
        section.refresh_from_db()
        assert (section.repeats, section.repeat_count) == (True, "${people}")


def test_a_version_that_was_edited_is_loaded_again_as_it_is(version):
    data = {**small_questionnaire(version.survey.slug), "sections": dump(version)}
    assert load_definition(data).outcome == "unchanged"
