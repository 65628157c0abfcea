import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from actors.models import Organisation
from surveys import snapshots
from surveys.desk import queues
from surveys.disclosure import Span
from surveys.disclosure.tables import Reason, Release
from surveys.models import AccessLog, Response, Snapshot, Wave
from surveys.results import Result, hidden
from tests.surveys.world import (
    choice,
    freeze,
    make_response,
    make_wave,
    question,
    small_questionnaire,
    text,
)
from tests.world import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = make_user("reviewer")
    client.force_login(user)
    return user


def topics(money: str) -> dict:
    return {"topics": {"money": money, "rooms": "no"}}


def thirteen(wave: Wave) -> None:
    """Six established, five new, two in transition; the last two by name."""
    for number in range(6):
        make_response(wave, stage="established", answers=topics("urgent" if number < 4 else "no"))
    for number in range(5):
        make_response(wave, stage="new", answers=topics("important" if number < 2 else "no"))
    for name, money in (("Beispiel Eins", "urgent"), ("Beispiel Zwei", "no")):
        make_response(
            wave,
            stage="transition",
            organisation=make_organisation(name),
            answers={**topics(money), "wish": f"Wunsch von {name}"},
        )


def url(name: str, wave: Wave) -> str:
    with override("en"):
        return reverse(f"surveys:{name}", args=[wave.pk])


class TestWhyAStageIsNotShown:
    """One sentence for all questions of a page, true of each of them."""

    @staticmethod
    def why(*reasons) -> str:
        releases = [Release(5, None, {}, {"new": reason}) for reason in reasons]
        with override("en"):
            return hidden("new", [Result(None, [], release) for release in releases]).reason

    def test_is_one_reason_or_both(self):
        small, other = Reason.SMALL, Reason.COMPLEMENTARY
        assert self.why(small, small).startswith("not shown: fewer than 5 people, or fewer")
        assert "fewer than" not in self.why(other)
        both = self.why(other, small)
        assert "fewer than 5 people in some questions" in both
        assert "in others a smaller group" in both


class TestOverview:
    def test_counts_by_attribution(self, client, staff):
        wave = make_wave(threshold=9)
        make_response(wave)
        make_response(wave, organisation=make_organisation())
        make_response(wave, submitted=False)
        answer = client.get(url("desk-wave", wave))
        shown = answer.context["wave"]
        assert (shown.submitted_count, shown.anonymous_count) == (2, 1)
        assert (shown.attributed_count, shown.draft_count) == (1, 1)
        assert "these numbers are all that anybody can see" in answer.content.decode()

    @pytest.mark.parametrize("count", [1, 3])
    def test_list_takes_the_same_queries_for_one_and_three(
        self, count, client, staff, django_assert_num_queries
    ):
        for _ in range(count):
            make_wave()
        with django_assert_num_queries(7):
            answer = client.get("/en/surveys/desk/")
        assert answer.context["page_obj"].paginator.object_list.totally_ordered


class TestResponses:
    def test_shows_no_answers_while_the_wave_is_open(self, client, staff):
        wave = make_wave()
        response = make_response(wave, organisation=make_organisation("Beispiel Offen"))
        page = client.get(url("desk-responses", wave)).content.decode()
        assert "Nobody reads answers while the wave is open" in page
        assert "Beispiel Offen" not in page
        assert client.get(f"/en/surveys/desk/responses/{response.pk}/").status_code == 404

    def test_lists_those_by_name_and_counts_the_others(self, client, staff):
        wave = make_wave(state="closed")
        thirteen(wave)
        make_response(wave, submitted=False, organisation=make_organisation("Beispiel Entwurf"))
        answer = client.get(url("desk-responses", wave))
        page = answer.content.decode()
        assert "Beispiel Eins" in page
        assert "Beispiel Entwurf" not in page
        assert "11 anonymous responses go into the results" in page
        assert answer.context["page_obj"].paginator.object_list.totally_ordered

    def test_says_nothing_of_anonymous_ones_where_there_are_none(self, client, staff):
        wave = make_wave(state="closed")
        make_response(wave, organisation=make_organisation("Beispiel Eins"))
        assert "anonymous response" not in client.get(url("desk-responses", wave)).content.decode()

    def test_says_which_of_them_have_been_merged_into_another_entry(
        self, client, staff, django_assert_num_queries
    ):
        wave = make_wave(state="closed")
        stays = make_organisation("Beispiel Bleibt")
        make_response(wave, organisation=stays)
        url_ = url("desk-responses", wave)
        client.get(url_)
        with CaptureQueriesContext(connection) as before:
            assert "merged into" not in client.get(url_).content.decode()
        gone = make_organisation("Beispiel Ging")
        make_response(wave, organisation=gone)
        Organisation.objects.filter(pk=gone.pk).update(status="archived", merged_into=stays)
        with django_assert_num_queries(len(before)):
            page = client.get(url_).content.decode()
        assert "merged into Beispiel Bleibt" in page

    def test_never_shows_an_anonymous_one(self, client, staff):
        response = make_response(make_wave(state="closed"))
        assert client.get(f"/en/surveys/desk/responses/{response.pk}/").status_code == 404
        assert not AccessLog.objects.exists()

    def test_writes_down_every_look(self, client, staff):
        wave = make_wave(state="closed")
        organisation = make_organisation("Beispiel Eins")
        response = make_response(wave, organisation=organisation, answers={"wish": "Mehr Licht"})
        for _ in range(2):
            page = client.get(f"/en/surveys/desk/responses/{response.pk}/").content.decode()
            assert "Mehr Licht" in page
        looks = AccessLog.objects.values_list("by", "wave", "organisation", "rows")
        assert list(looks) == [(staff.pk, wave.pk, organisation.pk, 1)] * 2


class TestResults:
    def test_are_refused_while_the_wave_is_open(self, client, staff):
        wave = make_wave()
        thirteen(wave)
        answer = client.get(url("desk-results", wave))
        assert answer.status_code == 403
        assert "No results before the wave has closed" in answer.content.decode()
        assert "needs" not in answer.context

    def test_are_counted_once_and_stay(self, client, staff, deliver_jobs, monkeypatch):
        wave = make_wave(state="closed")
        thirteen(wave)
        page = client.get(url("desk-results", wave)).text
        assert "13 responses were handed in." in page and "Compute the results" in page
        client.post(url("desk-count", wave))
        assert client.get(url("desk-results", wave)).context["base"] == 13
        Response.objects.filter(wave=wave).delete()
        client.post(url("desk-count", wave))
        assert client.get(url("desk-results", wave)).context["base"] == 13

    def test_of_many_are_counted_by_the_worker(self, client, staff, deliver_jobs, monkeypatch):
        monkeypatch.setattr(snapshots, "AT_ONCE", 5)
        wave = make_wave(state="closed")
        thirteen(wave)
        page = client.post(url("desk-count", wave), follow=True).text
        assert "The results are being computed" in page and "0 of 0 questions checked" in page
        deliver_jobs()
        assert client.get(url("desk-results", wave)).context["base"] == 13
        assert Snapshot.objects.get().percent == 100

    def test_are_not_counted_while_people_answer(self, client, staff):
        page = client.post(url("desk-count", make_wave()), follow=True).text
        assert "This wave is not over yet." in page
        assert not Snapshot.objects.exists()

    def test_show_needs_by_topic_with_their_base_and_hide_small_groups(self, client, staff):
        wave = make_wave(state="closed")
        thirteen(wave)
        freeze(wave)
        answer = client.get(url("desk-results", wave))
        page = answer.content.decode()
        needs = answer.context["needs"][0]
        assert [(bar.label, bar.count, bar.percent) for bar in needs.bars] == [
            ("Money (en)", "7", "54"),
            # Nobody; but that each of the six established said no need is not for all to know.
            ("Rooms (en)", "0–2", "0–15"),
        ]
        assert "13 answered" in page
        assert "<svg" in page
        assert '<rect width="538"' in page
        # Said once, at the top of the page.
        assert [note.label for note in answer.context["never_shown"]] == [
            "Newly founded",
            "On the way to becoming a social enterprise",
        ]
        assert needs.hidden_here == []
        assert page.count("fewer than 5 people") == 1
        assert "could be worked out by subtracting" in page
        assert needs.release.groups["established"].counts["money"] == Span(4, 4)
        # The names are those of the profile: one name for a stage everywhere. What is hidden has
        # no column.
        assert needs.heads == [("Established", 6)]
        rows = [(label, [figure.count for figure in row]) for label, row in needs.table]
        assert rows == [("Money (en)", ["7", "4"]), ("Rooms (en)", ["0–2", "0–1"])]

    def test_say_who_was_asked_where_that_is_not_everybody(self, client, staff):
        wave = make_wave(state="closed")
        for _number in range(6):
            make_response(wave, stage="new", answers=topics("urgent") | {"hurdle": "money"})
            make_response(wave, stage="established", answers=topics("urgent"))
        freeze(wave)
        page = client.get(url("desk-results", wave))
        assert [result.question.key for result in page.context["others"] if result.asked_of] == [
            "hurdle"
        ]
        assert page.text.count("asked only: Newly founded") == 1

    def test_of_one_stage(self, client, staff):
        wave = make_wave(state="closed")
        thirteen(wave)
        freeze(wave)
        shown = client.get(url("desk-results", wave), {"group": "established"})
        assert [bar.count for bar in shown.context["needs"][0].bars] == ["4", "0–1"]
        assert [key for key, _label in shown.context["stages"]] == ["established"]
        hidden = client.get(url("desk-results", wave), {"group": "transition"})
        assert hidden.context["needs"] == []
        assert [result.question.key for result in hidden.context["not_shown"]] == [
            "topics",
            "help",
            "mood",
        ]
        assert "not shown: fewer than 5 people" in hidden.content.decode()
        assert "bars__row" not in hidden.content.decode()

    def test_are_drawn_once_for_each_language_and_stage(
        self, client, staff, django_assert_num_queries
    ):
        wave = make_wave(state="closed")
        thirteen(wave)
        freeze(wave)
        address = url("desk-results", wave)
        german = address.replace("/en/", "/de/")

        drawn = [
            (address, "", {"Money (en)", 'width="538"'}),
            (address, "established", {"Money (en)", 'width="667"'}),
            (address, "transition", set()),
            (german, "", {'width="538"'}),
        ]
        marks = ("Money (en)", 'width="538"', 'width="667"')

        def look() -> None:
            for page, group, wanted in drawn:
                text = client.get(page, {"group": group}).text
                assert {mark for mark in marks if mark in text} == wanted

        look()
        with django_assert_num_queries(3 * 8 + 6):  # German is read along with the survey
            look()

    def test_leave_out_texts_numbers_and_what_describes_the_respondent(self, client, staff):
        wave = make_wave(state="closed")
        thirteen(wave)
        freeze(wave)
        answer = client.get(url("desk-results", wave))
        keys = {r.question.key for r in [*answer.context["needs"], *answer.context["others"]]}
        keys |= {result.question.key for result in answer.context["not_shown"]}
        assert keys == {"topics", "help", "hurdle", "mood"}
        assert "Wunsch von" not in answer.content.decode()

    def test_count_a_choice_once_and_check_rows_that_add_up(self, client, staff):
        wave = make_wave(state="closed")
        for number in range(8):
            mood = "low" if number < 6 else "middle"
            make_response(wave, answers={"mood": mood, "help": ["advice", "advice"]})
        freeze(wave)
        others = client.get(url("desk-results", wave)).context["others"]
        shown = {
            result.question.key: [(bar.label, bar.count) for bar in result.bars]
            for result in others
        }
        # If six and two of eight are exact, nobody is "high".
        assert shown["mood"] == [("Low (en)", "5–6"), ("Middle (en)", "2"), ("High (en)", "0–1")]
        assert shown["help"][0] == ("Advice (en)", "7–8")

    def test_count_the_first_place_of_an_order(self, client, staff):
        data = small_questionnaire()
        order = question("order", "ranking", choices=[choice("red"), choice("green")])
        why = question("why", "single", choices=[choice("old"), choice("new")])
        why["relevant"] = "selected(${order}, 'green')"
        data["sections"] = [{"key": "page", "title": text("Seite"), "questions": [order, why]}]
        wave = make_wave(state="closed", data=data)
        for _ in range(8):
            make_response(wave, answers={"order": ["red", "green"], "why": "old"})
        for _ in range(6):
            make_response(wave, answers={"order": ["green"], "why": "new"})
        freeze(wave)
        others = client.get(url("desk-results", wave)).context["others"]
        shown = {
            result.question.key: [(bar.label, bar.count) for bar in result.bars]
            for result in others
        }
        assert shown["order"] == [("Red (en)", "8"), ("Green (en)", "6")]
        assert shown["why"] == [("Old (en)", "8"), ("New (en)", "6")]

    def test_of_a_survey_that_asks_for_no_stage_show_none(self, client, staff):
        data = small_questionnaire()
        data["sections"] = data["sections"][-1:]
        wave = make_wave(state="closed", data=data)
        for _ in range(8):
            make_response(wave, stage="", answers={"mood": "low"})
        freeze(wave)
        answer = client.get(url("desk-results", wave))
        assert (answer.context["stages"], answer.context["needs"]) == ([], [])
        assert [result.shown for result in answer.context["others"]] == [[]]
        assert "Newly founded" not in answer.text
        assert "The other questions" not in answer.text

    def test_take_few_queries(self, client, staff, django_assert_num_queries):
        wave = make_wave(state="closed")
        thirteen(wave)
        freeze(wave)
        client.get(url("desk-results", wave))  # the frozen questionnaire is read once
        with django_assert_num_queries(8):
            client.get(url("desk-results", wave))

    def test_are_public_only_when_published(self, client, staff):
        wave = make_wave(state="closed")
        thirteen(wave)
        with override("en"):
            public = reverse("surveys:results", args=[wave.survey.slug, wave.pk])
        assert client.get(public).status_code == 404
        freeze(wave)
        client.post(url("desk-publish", wave), {"action": "publish"})
        client.logout()
        answer = client.get(public)
        assert answer.status_code == 200
        assert [bar.count for bar in answer.context["needs"][0].bars] == ["7", "0–2"]
        client.force_login(staff)
        client.post(url("desk-publish", wave), {"action": "withdraw"})
        assert client.get(public).status_code == 404

    def test_of_an_open_wave_cannot_be_published(self, client, staff):
        wave = make_wave()
        answer = client.post(url("desk-publish", wave), {"action": "publish"}, follow=True)
        assert "There are no results yet that could be published." in answer.content.decode()
        wave.refresh_from_db()
        assert wave.results_published_at is None

    def test_of_which_nothing_can_be_seen_are_not_published(self, client, staff):
        wave = make_wave(state="closed")
        for _ in range(wave.threshold - 1):
            make_response(wave)
        freeze(wave)
        page = client.get(url("desk-results", wave)).text
        assert "So there is nothing to publish." in page and "Publish results" not in page
        client.post(url("desk-publish", wave), {"action": "publish"})
        wave.refresh_from_db()
        assert wave.results_published_at is None
        assert not Wave.objects.unpublished().exists()
        assert "results not published" not in str([queue.heading for queue in queues()])

    def test_say_when_too_few_answered(self, client, staff):
        wave = make_wave(state="closed")
        make_response(wave, answers=topics("urgent"))
        freeze(wave)
        answer = client.get(url("desk-results", wave))
        assert "Fewer than 5 have answered" in answer.content.decode()
        assert "<figure" not in answer.content.decode()


class TestQueues:
    def test_name_open_waves_and_closed_ones_without_public_results(self):
        wave = make_wave()
        make_response(wave)
        make_wave(state="closed")
        published = make_wave(state="closed")
        thirteen(published)
        assert freeze(published).publish_results()
        make_wave(state="planned")
        assert [queue.count for queue in queues()] == [1, 1]
        assert queues()[0].url == wave.get_absolute_url()
