"""Raw answers as tables."""

import csv
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from surveys.models import AccessLog, Wave
from tests.surveys.test_kinds import COLOURS
from tests.surveys.world import make_response, make_wave, question, small_questionnaire, text
from tests.world import make_organisation, make_user

pytestmark = pytest.mark.django_db
DAY = timezone.timedelta(days=1)


@pytest.fixture
def wave():
    data = small_questionnaire()
    data["sections"][0]["questions"] += [
        question("order", "ranking", choices=COLOURS, maximum=2),
        question("ok", "consent"),
        question("who", "organisation"),
        question("double", "calculation", calculation="${people} * 2"),
        {"key": "hint", "kind": "note", "wording": text("Hinweis")},
    ]
    data["sections"].append(
        {
            "key": "child",
            "title": text("Kind"),
            "repeats": True,
            "questions": [question("name", "short"), question("age", "number")],
        }
    )
    wave = make_wave(data=data, state="open")
    make_response(
        wave,
        organisation=make_organisation("=Beispiel Formel"),
        stage="new",
        answers={
            "people": 0,
            "order": ["blue", "red"],
            "ok": True,
            "who": {"name": "Haus", "id": None},
            "double": 0,
            "topics": {"money": "urgent"},
            "help": ["advice", "other"],
            "help.other": "+49 30 1",
            "child": [{"name": "Ada", "age": 7}, {"name": "Ben"}],
            "wish": '=HYPERLINK("x")',
        },
    )
    make_response(wave, organisation=make_organisation("Beispiel Leer"), stage="established")
    make_response(wave, stage="new", answers={"wish": "Anonymer Wunsch"})
    Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now())
    return wave


@pytest.fixture
def reviewer(client):
    client.force_login(make_user("reviewer"))
    return client


def read(client, wave, part: str) -> list[list[str]]:
    answer = client.get(reverse("surveys:desk-export", args=[wave.pk, part, "csv"]))
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content), delimiter=";"))


def by_column(table: list[list[str]], row: int = 1) -> dict[str, str]:
    return dict(zip(table[0], table[row], strict=True))


class TestTables:
    def test_hold_values(self, reviewer, wave):
        table = read(reviewer, wave, "values")
        assert len(table) == 3
        row = by_column(table)
        assert {
            "response": "1", "organisation": "'=Beispiel Formel", "mode": "online",
            "submitted_on": timezone.localdate().isoformat(), "people": "0", "order/1": "blue",
            "order/2": "red", "ok": "1", "who": "Haus", "double": "0", "topics/money": "urgent",
            "topics/rooms": "", "help/advice": "1", "help/peers": "0", "help/other": "1",
            "help/none": "0", "help.other": "+49 30 1", "hurdle": "",
            "wish": "'=HYPERLINK(\"x\")",
        }.items() <= row.items()  # fmt: skip
        assert "hint" not in row and "name" not in row
        assert by_column(table, 2)["help/advice"] == ""
        assert "Anonymer Wunsch" not in str(table)

    def test_hold_words(self, reviewer, wave):
        row = by_column(read(reviewer, wave, "words"))
        assert row["Frage topics? – Money"] == "Urgent"
        assert row["Frage help? – Advice"] == "1"
        assert row["Frage order? – 1"] == "Blue"
        assert row["Frage ok?"] == "ja"

    def test_keep_what_was_chosen_and_is_no_choice_any_more(self, reviewer):
        wave = make_wave(state="open")
        answers = {"topics": {"money": "=gone"}, "help": ["gone"], "hurdle": "+gone"}
        make_response(wave, organisation=make_organisation(), answers=answers)
        Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now())
        values = by_column(read(reviewer, wave, "values"))
        assert (values["topics/money"], values["hurdle"]) == ("'=gone", "'+gone")
        assert values["help/advice"] == "0"
        words = by_column(read(reviewer, wave, "words"))
        assert (words["Frage topics? – Money"], words["Frage hurdle?"]) == ("'=gone", "'+gone")

    def test_hold_what_was_asked_several_times(self, reviewer, wave):
        assert read(reviewer, wave, "child") == [
            ["response", "number", "name", "age"],
            ["1", "1", "Ada", "7"],
            ["1", "2", "Ben", ""],
        ]

    def test_hold_a_code_book(self, reviewer, wave):
        table = read(reviewer, wave, "codes")
        assert ["topics/money", "Frage topics? – Money", "mehrere Zeilen auf einer Skala",
                "urgent", "Urgent"] in table  # fmt: skip
        assert not AccessLog.objects.exists()

    def test_are_all_in_one_file(self, reviewer, wave):
        answer = reviewer.get(reverse("surveys:desk-export", args=[wave.pk, "all", "xlsx"]))
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        assert book.sheetnames == ["Werte", "Wörter", "child", "Codebuch"]
        rows = list(book["Werte"].values)
        assert len(rows) == 3
        values = dict(zip(rows[0], rows[1], strict=True))
        assert (values["people"], values["ok"], values["help/peers"]) == (0, 1, 0)
        assert (values["order/1"], values["hurdle"]) == ("blue", None)
        assert values["wish"] == '\'=HYPERLINK("x")'
        assert [list(row) for row in book["child"].values][1:] == [
            [1, 1, "Ada", 7],
            [1, 2, "Ben", None],
        ]

    def test_are_sent_while_they_are_read(self, reviewer, wave, django_assert_num_queries):
        answer = reviewer.get(
            reverse("surveys:desk-export", args=[wave.pk, "all", "xlsx"]),
            headers={"Accept-Encoding": "gzip"},
        )
        assert answer.streaming and "Content-Encoding" not in answer
        with django_assert_num_queries(3):  # values, words, children
            assert len(list(answer.streaming_content)) > 3


class TestWho:
    def test_took_them_is_noted(self, reviewer, wave):
        read(reviewer, wave, "values")
        kept = AccessLog.objects.get()
        assert (kept.wave, kept.organisation, kept.rows) == (wave, None, 2)

    @pytest.mark.parametrize(
        ("part", "ending"),
        [("all", "csv"), ("values", "xlsx"), ("nothing", "csv"), ("values", "exe")],
    )
    def test_asks_for_what_there_is_not(self, reviewer, wave, part, ending):
        url = reverse("surveys:desk-export", args=[wave.pk, part, ending])
        assert reviewer.get(url).status_code == 404
        assert not AccessLog.objects.exists()

    def test_waits_for_the_end_of_the_wave(self, reviewer):
        url = reverse("surveys:desk-export", args=[make_wave().pk, "values", "csv"])
        assert reviewer.get(url).status_code == 404

    def test_takes_a_constant_number_of_queries(self, reviewer, wave, django_assert_num_queries):
        read(reviewer, wave, "values")
        with django_assert_num_queries(11):
            read(reviewer, wave, "values")
        for number in range(3):
            make_response(
                wave, organisation=make_organisation(f"Beispiel {number}"), answers={"wish": "x"}
            )
        with django_assert_num_queries(11):
            assert len(read(reviewer, wave, "values")) == 6
