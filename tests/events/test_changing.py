"""A party changes its registration by the link: form, confirming page, one consistent state."""

import re

import pytest

from events import registering
from events.models import Registration, RegistrationAnswer
from tests.events.test_registration_pages import open_link
from tests.events.world import in_days, make_event, make_question, make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


@pytest.fixture
def event():
    return make_event(capacity=5)


@pytest.fixture
def party(event):
    return make_registration(event, name="Amira", size=2)


@pytest.fixture
def url(client, party):
    return f"{open_link(client, party)}change/"


def form(page, **fields) -> dict:
    """What a browser sends of a page's form, with some answers changed."""
    sent = {}
    for field in page.context["form"]:
        value = field.value()
        if isinstance(value, list) and field.name == "companions":
            value = "\n".join(value)
        sent[field.name] = "" if value is None else value
    return {**sent, **fields}


class TestChange:
    def test_asks_whether_it_is_right_and_then_does_it(self, client, url, party):
        asked = client.post(url, form(client.get(url), size="4", access_needs="Rollstuhl"))
        party.refresh_from_db()
        assert party.size == 2
        assert asked.context["form"].changes == [
            ("Wie viele Personen kommen?", "2", "4"),
            ("Was hilft Ihnen beim Teilnehmen?", "", "Rollstuhl"),
        ]
        done = client.post(url, {**form(asked), "confirm": "1"}, follow=True)
        assert "Ihre Anmeldung ist geändert." in done.text
        party.refresh_from_db()
        assert (party.size, party.access_needs) == (4, "Rollstuhl")

    def test_confirms_just_what_the_page_says(self, client, url, party):
        """What is in the page's hidden fields is the whole form."""
        text = client.post(url, form(client.get(url), size="3")).text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))
        client.post(url, {**hidden, "confirm": "1"})
        party.refresh_from_db()
        assert (party.size, party.name) == (3, "Amira")

    def test_of_nothing_says_so(self, client, url):
        assert (
            "Nichts hat sich geändert." in client.post(url, form(client.get(url)), follow=True).text
        )

    def test_beyond_the_free_places_says_how_many_there_are(self, client, url, party, event):
        make_registration(event, size=2)
        answer = client.post(url, {**form(client.get(url), size="4"), "confirm": "1"})
        assert answer.status_code == 422
        assert "Nur noch ein weiterer Platz ist frei." in answer.text
        party.refresh_from_db()
        assert party.size == 2

    def test_in_a_stale_tab_says_what_it_is_now(self, client, url, party):
        page = client.get(url)
        party.name = "Amira und Ali"
        registering.change(party)
        answer = client.post(url, form(page, name="Mina"))
        assert answer.status_code == 422
        assert "Amira und Ali" in answer.text
        party.refresh_from_db()
        assert party.name == "Amira und Ali"

    def test_in_a_stale_tab_keeps_what_others_changed(self, client, url, party):
        page = client.get(url)
        party.name = "Amira und Ali"
        registering.change(party)
        asked = client.post(url, form(page, size="3"))
        client.post(url, {**form(asked), "confirm": "1"})
        party.refresh_from_db()
        assert (party.name, party.size) == ("Amira und Ali", 3)

    def test_sent_twice_is_done_once(self, client, url, party, mailbox, deliver_jobs):
        sent = {**form(client.get(url), size="3"), "confirm": "1"}
        for _ in range(2):
            assert client.post(url, sent).status_code == 302
        deliver_jobs()
        assert len(mailbox.mails(to=party.email)) == 1

    @pytest.mark.parametrize("state", ["cancelled", "over"])
    def test_leads_back_where_nothing_can_be_changed(self, client, state):
        event = make_event(
            **({"starts_at": in_days(-2), "ends_at": in_days(-1)} if state == "over" else {})
        )
        party = make_registration(event, state="cancelled" if state == "cancelled" else "confirmed")
        url = open_link(client, party)
        assert client.get(f"{url}change/").status_code == 302
        assert client.post(f"{url}change/", {"size": "1"}).status_code == 302

    def test_page_takes_so_many_queries(self, client, url, django_assert_max_num_queries):
        with django_assert_max_num_queries(8):
            client.get(url)


class TestNames:
    def sent(self, **fields) -> dict:
        return {
            "name": "Amira", "email": "amira@example.org", "size": "3", "language": "de", **fields
        }  # fmt: skip

    def test_are_asked_for_only_where_the_event_needs_them(self, client):
        assert (
            "companions"
            not in client.get(f"/de/events/{make_event().slug}/register/").context["form"].fields
        )

    @pytest.mark.parametrize(
        ("size", "names", "words"),
        [
            ("3", "Ali", "Bitte schreiben Sie außer Ihrem 2 Namen"),
            ("2", "", "Bitte schreiben Sie außer Ihrem noch einen Namen"),
            ("1", "Ali", "Sie kommen allein"),
            ("2", "A" * 121, "120 Zeichen"),
        ],
    )
    def test_are_as_many_as_people(self, client, size, names, words):
        event = make_event(asks_names=True)
        url = f"/de/events/{event.slug}/register/"
        answer = client.post(url, self.sent(size=size, companions=names))
        assert answer.status_code == 422
        assert words in answer.text

    def test_are_not_called_optional(self, client):
        page = client.get(f"/de/events/{make_event(asks_names=True).slug}/register/")
        label = page.text.split('for="id_companions"')[1].split("</label>")[0]
        assert "Wer kommt mit Ihnen?" in label
        assert "freiwillig" not in label

    def test_are_letters_only(self, client):
        event = make_event(asks_names=True)
        answer = client.post(
            f"/de/events/{event.slug}/register/", self.sent(size=2, companions="Mi\x00na")
        )
        assert answer.status_code == 422

    def test_are_kept_line_by_line(self, client):
        event = make_event(asks_names=True)
        client.post(
            f"/de/events/{event.slug}/register/", self.sent(companions=" Ali \r\n\r\nMina\r\n")
        )
        assert Registration.objects.get().companions == ["Ali", "Mina"]


class TestQuestions:
    @pytest.fixture
    def questions(self, event):
        return [
            make_question(event, wording="Was bringen Sie mit?"),
            make_question(event, wording="Wann kommen Sie?", kind="choice",
                          choices="Vormittag\nNachmittag", is_required=True),
            make_question(event, wording="Was essen Sie?", kind="several",
                          choices="Fisch\nGemüse\nReis"),
            make_question(event, wording="Kommen Sie mit dem Rad?", kind="yes-no"),
        ]  # fmt: skip

    def register(self, client, event, questions, *answers):
        given = dict(zip([f"question_{row.pk}" for row in questions], answers, strict=True))
        return client.post(
            f"/de/events/{event.slug}/register/",
            {"name": "Amira", "email": "a@example.org", "size": "1", "language": "de", **given},
        )

    def words(self) -> list[str]:
        return [answer.words for answer in RegistrationAnswer.objects.with_questions()]

    def test_are_answered_in_every_kind(self, client, event, questions):
        answer = self.register(
            client, event, questions, "Kuchen", "Vormittag", ["Fisch", "Reis"], "yes"
        )
        assert answer.status_code == 302
        assert self.words() == ["Kuchen", "Vormittag", "Fisch, Reis", "ja"]

    def test_may_be_left_out_where_they_are_not_required(self, client, event, questions):
        self.register(client, event, questions, "", "Vormittag", [], "")
        assert self.words() == ["Vormittag"]

    @pytest.mark.parametrize(
        "answers",
        [("", "", [], ""), ("", "Nachts", [], ""), ("", "Vormittag", ["Eis"], ""),
         ("x" * 501, "Vormittag", [], ""), ("", "Vormittag", [], "maybe")],
    )  # fmt: skip
    def test_are_refused_where_nothing_fits(self, client, event, questions, answers):
        assert self.register(client, event, questions, *answers).status_code == 422
        assert not Registration.objects.exists()

    def test_say_why_they_are_asked(self, client, event, questions):
        assert "Damit das Buffet reicht." in client.get(f"/de/events/{event.slug}/register/").text

    def test_are_read_in_english(self, client, event, questions):
        questions[1].translations.create(
            language="en", wording="When do you come?", choices="morning\nafternoon",
            base_revision=questions[1].revision,
        )  # fmt: skip
        text = client.get(f"/en/events/{event.slug}/register/").text
        assert "When do you come?" in text
        assert "afternoon" in text

    def test_can_be_answered_anew_by_the_link(self, client, event, questions):
        self.register(client, event, questions, "Kuchen", "Vormittag", ["Fisch"], "yes")
        party = Registration.objects.get()
        url = f"{open_link(client, party)}change/"
        fields = {f"question_{questions[0].pk}": "", f"question_{questions[2].pk}": ["Reis"]}
        asked = client.post(url, form(client.get(url), **fields))
        assert ("Was bringen Sie mit?", "Kuchen", "") in asked.context["form"].changes
        client.post(url, {**form(asked, **fields), "confirm": "1"})
        assert self.words() == ["Vormittag", "Reis", "ja"]

    @pytest.mark.parametrize("rows", [1, 3])
    def test_cost_the_form_one_query_however_many(self, client, event, rows,
                                                 django_assert_num_queries):  # fmt: skip
        for _ in range(rows):
            make_question(event)
        url = f"/de/events/{event.slug}/register/"
        client.get(url)
        with django_assert_num_queries(3):
            client.get(url)
