"""Paper forms and interviews at the desk: entered, counted, confirmed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.privacy import erase_expired, registered
from surveys import entering
from surveys.models import AccessLog, AnswerLink, Response, Wave
from tests.surveys.test_answering import close, fill
from tests.surveys.world import answers, make_response, make_wave
from tests.world import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def reviewer(client):
    user = make_user("reviewer")
    user.name = "Ada Beispiel"
    user.save()
    client.force_login(user)
    return user


def today() -> str:
    return timezone.localdate().isoformat()


def page_of(wave) -> str:
    return f"/en/surveys/desk/waves/{wave.pk}/entries/"


def start(client, wave, **data):
    """Send the form that stands above an entry."""
    data = {
        "mode": "paper",
        "attribution": "anonymous",
        "language": "en",
        "consented": "on",
        "came_in_time": "on",
        **data,
    }
    return client.post(page_of(wave), data)


def named(organisation, **data) -> dict:
    return {
        "mode": "interview",
        "attribution": "attributed",
        "organisation": organisation.name,
        "held_on": today(),
        "interviewer": "Ada Beispiel",
        **data,
    }


def enter(client, wave, **data) -> str:
    """Begin an entry and answer what is required; return the draft's address."""
    url = start(client, wave, **data).url
    fill(client, url, "about", stage="new", people="7")
    return url


def interview(client, wave=None, organisation=None) -> Response:
    """An interview of an organisation, entered and handed in."""
    organisation = organisation or make_organisation("Beispiel Haus", email="haus@example.org")
    url = enter(client, wave or make_wave(), **named(organisation))
    client.post(f"{url}submit/")
    return Response.objects.submitted().get(organisation=organisation)


class TestAnonymousForm:
    def test_forgets_who_entered_it_and_when(self, client, reviewer):
        wave = make_wave()
        url = enter(client, wave, held_on=today(), interviewer="Ada Beispiel")
        draft = Response.objects.get()
        assert (draft.entered_by, draft.interviewer, draft.held_on) == (reviewer, "", None)
        answer = client.post(f"{url}submit/")
        assert answer.url == f"{page_of(wave)}?mode=paper&attribution=anonymous"
        kept = Response.objects.values().get()
        assert kept["id"] != draft.pk
        assert {name for name, value in kept.items() if value} == {
            "id", "wave_id", "mode", "state", "stage", "answers", "consented",
        }  # fmt: skip
        assert kept["answers"] == {"stage": "new", "people": 7}
        form = client.get(answer.url).context["form"]
        assert (form["mode"].value(), form["attribution"].value()) == ("paper", "anonymous")

    def test_is_written_with_the_others_in_no_order(self, client, reviewer):
        wave = make_wave()
        before = {make_response(wave).pk for _number in range(3)}
        client.post(f"{enter(client, wave)}submit/")
        assert Response.objects.submitted().count() == 4
        assert not before & set(Response.objects.values_list("pk", flat=True))

    @pytest.mark.parametrize(
        "change",
        [
            {"held_on": timezone.localdate()},
            {"interviewer": "Ada"},
            {"submitted_on": timezone.localdate()},
        ],
    )
    def test_cannot_carry_more_whoever_writes(self, change, client, reviewer):
        client.post(f"{enter(client, make_wave())}submit/")
        for fields in (change, {"entered_by": reviewer}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Response.objects.update(**fields)

    def test_may_leave_out_what_is_required_online_but_not_the_group(self, client, reviewer):
        url = start(client, make_wave()).url
        assert fill(client, url, "needs").status_code == 302
        assert "/page/about/" in client.post(f"{url}submit/").url
        assert fill(client, url, "about").status_code == 422
        fill(client, url, "about", stage="new")
        assert client.post(f"{url}submit/").status_code == 302
        assert answers() == {"stage": "new"}

    def test_still_has_to_be_right(self, client, reviewer):
        url = start(client, make_wave()).url
        assert fill(client, url, "about", stage="new", people="501").status_code == 422

    def test_is_open_to_whoever_enters_it_alone(self, client, reviewer):
        url = enter(client, make_wave())
        assert "You enter a paper form" in client.get(f"{url}page/about/").text
        for role in ("", "reviewer", "admin"):
            other = Client()
            if role:
                other.force_login(make_user(role))
            for path in ("", "page/about/", "review/", "later/"):
                assert other.get(f"{url}{path}").status_code == 404
            for path in ("submit/", "anonymous/", "page/about/"):
                assert other.post(f"{url}{path}", {"stage": "established"}).status_code == 404
        assert Response.objects.get().stage == "new"

    def test_can_be_gone_on_with_from_the_list_and_thrown_away(self, client, reviewer):
        wave = make_wave()
        url = enter(client, wave)
        assert client.post(f"{url}page/about/", {"action": "later", "stage": "new"}).url == (
            f"{url}later/"
        )
        assert client.get(f"{url}later/").url == page_of(wave)
        assert f'href="{url}"' in client.get(page_of(wave)).text
        draft = Response.objects.get()
        discard = reverse("surveys:desk-discard-entry", args=[draft.pk])
        stranger = Client()
        stranger.force_login(make_user("reviewer"))
        assert stranger.post(discard).status_code == 404
        assert url not in stranger.get(page_of(wave)).text
        client.post(discard)
        assert not Response.objects.exists() and not AnswerLink.objects.exists()


class TestStart:
    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"consented": ""}, "consented"),
            ({"organisation": "Beispiel Haus"}, "organisation"),
            ({"attribution": "attributed", "held_on": "today"}, "organisation"),
            ({"attribution": "attributed", "organisation": "Beispiel Haus"}, "held_on"),
            (
                {"attribution": "attributed", "organisation": "Beispiel Haus", "held_on": "future"},
                "held_on",
            ),
            (
                {"attribution": "attributed", "organisation": "Beispiel Haus", "held_on": "before"},
                "held_on",
            ),
            (
                {"attribution": "attributed", "organisation": "Haus", "held_on": "today"},
                "organisation",
            ),
            (
                {"attribution": "attributed", "organisation": "Versteckt", "held_on": "today"},
                "organisation",
            ),
            (
                {
                    "mode": "interview",
                    "attribution": "attributed",
                    "organisation": "beispiel haus",
                    "held_on": "today",
                },
                "interviewer",
            ),
        ],
    )
    def test_refuses_what_does_not_fit(self, data, field, client, reviewer):
        make_organisation("Beispiel Haus")
        make_organisation("Versteckt", status="draft")
        days = {"today": 0, "future": 1, "before": -9}
        if day := data.get("held_on"):
            data = {**data, "held_on": str(timezone.localdate() + days[day] * DAY)}
        answer = start(client, make_wave(), **data)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert not Response.objects.exists()

    def test_suggests_names_that_are_like_it(self, client, reviewer):
        make_organisation("Beispiel Haus")
        page = start(client, make_wave(), attribution="attributed", organisation="haus").text
        assert "Is it one of these? Beispiel Haus" in page

    def test_asks_which_one_where_several_are_called_so(self, client, reviewer):
        twins = [make_organisation("Beispiel Haus") for _number in range(2)]
        wave = make_wave()
        assert "Several are called so" in start(client, wave, **named(twins[0])).text
        enter(client, wave, **{**named(twins[0]), "organisation": twins[1].slug})
        assert Response.objects.get().organisation == twins[1]

    def test_one_response_of_an_organisation(self, client, reviewer):
        wave = make_wave()
        done, online, begun = (make_organisation() for _number in range(3))
        make_response(wave, organisation=done)
        make_response(wave, organisation=online, submitted=False)
        enter(client, wave, **named(begun))
        for organisation, words in (
            (done, "has answered, or is being entered"),
            (begun, "has answered, or is being entered"),
            (online, "answering online just now"),
        ):
            answer = start(client, wave, **named(organisation))
            assert (answer.status_code, words in answer.text) == (422, True)
        assert Response.objects.count() == 3

    def test_a_member_cannot_get_at_what_is_being_entered(self, client, reviewer):
        wave = make_wave()
        organisation = make_organisation()
        url = enter(client, wave, **named(organisation))
        member = Client()
        member.force_login(make_member(organisation))
        draft = Response.objects.get()
        assert member.get(reverse("surveys:own-response", args=[draft.pk])).status_code == 404
        assert "has begun to answer" not in member.get(f"/en/surveys/{wave.survey.slug}/").text
        data = {"attribution": "attributed", "organisation": organisation.pk}
        assert member.post(f"/en/surveys/{wave.survey.slug}/start/", data).status_code == 422
        client.post(f"{url}submit/")
        own = Response.objects.get()
        assert member.get(reverse("surveys:own-response", args=[own.pk])).status_code == 200

    @pytest.mark.parametrize("count", [1, 3])
    def test_takes_the_same_queries_for_one_and_three(
        self, count, client, reviewer, django_assert_num_queries
    ):
        wave = make_wave()
        for _number in range(count):
            enter(client, wave, **named(make_organisation()))
            interview(client, wave, make_organisation())
        with django_assert_num_queries(11):
            client.get(page_of(wave))


class TestTime:
    def test_is_fourteen_days_longer_for_what_came_in_before(self, client, reviewer):
        wave = make_wave()
        online = client.post(f"/en/surveys/{wave.survey.slug}/start/", {})
        url = enter(client, wave)
        close(wave)
        assert client.post(f"{url}submit/").status_code == 302
        assert start(client, wave, came_in_time="").status_code == 422
        assert client.post(f"{enter(client, wave)}submit/").status_code == 302
        assert Response.objects.submitted().count() == 2
        assert online.status_code == 302
        wave.refresh_from_db()
        assert not wave.is_evaluable
        assert wave in Wave.objects.evaluable(timezone.now() + 15 * DAY)

    def test_a_draft_that_was_begun_online_gives_way_after_the_end(self, client, reviewer):
        wave = make_wave()
        organisation = make_organisation()
        make_response(wave, organisation=organisation, submitted=False)
        close(wave)
        enter(client, wave, **named(organisation))
        assert Response.objects.get().mode == "interview"

    def test_there_are_no_results_before_it_has_ended(self, client, reviewer):
        wave = make_wave()
        close(wave)
        results = f"/en/surveys/desk/waves/{wave.pk}/results/"
        page = client.get(results)
        assert "Is everything entered?" in page.text
        client.post(f"/en/surveys/desk/waves/{wave.pk}/publish/", {"action": "publish"})
        wave.refresh_from_db()
        assert wave.results_published_at is None
        url = enter(client, wave)
        assert client.post(f"/en/surveys/desk/waves/{wave.pk}/count/").url == results
        assert client.get(results).status_code == 200
        assert client.post(f"{url}submit/").status_code == 410
        assert start(client, wave).status_code == 200
        assert "Nothing can be entered any more" in client.get(page_of(wave)).text
        assert not Response.objects.submitted().exists()

    def test_does_not_end_while_the_wave_is_open(self, client, reviewer):
        wave = make_wave()
        client.post(f"/en/surveys/desk/waves/{wave.pk}/count/")
        wave.refresh_from_db()
        assert wave.entering_ended_at is None
        with pytest.raises(IntegrityError), transaction.atomic():
            Wave.objects.filter(pk=wave.pk).update(entering_ended_at=timezone.now())

    def test_has_ended_for_good_whoever_writes(self, client, reviewer):
        wave = make_wave(state="closed")
        draft = make_response(make_wave(), submitted=False)
        entry = {"mode": "paper", "consented": True, "wave": wave}
        Response.objects.filter(pk=draft.pk).update(**entry)
        submitted = {"state": "submitted", "token_hash": None, "touched_on": None}
        for change in (
            lambda: Response.objects.filter(pk=draft.pk).update(**submitted),
            lambda: Response.objects.create(**entry, **submitted),
            lambda: Wave.objects.filter(pk=wave.pk).update(entering_ended_at=None),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()
        with pytest.raises(IntegrityError), transaction.atomic():
            Wave.objects.filter(pk=draft.wave_id).update(results_published_at=timezone.now())


class TestCorrecting:
    """What was entered under a name, by whoever entered it, until entering ends."""

    def reopen(self, client, response) -> str:
        answer = client.post(f"/en/surveys/desk/entries/{response.pk}/correct/")
        return answer.url.removesuffix("review/")

    def test_happens_in_place_and_is_dated(self, client, reviewer):
        response = interview(client)
        url = self.reopen(client, response)
        assert "You correct an interview" in client.get(f"{url}review/").text
        assert client.get(url).url == f"{url}review/"
        assert Response.objects.submitted().get() == response  # it counts as before meanwhile
        assert "Save the correction" in client.get(f"{url}page/about/").text
        assert fill(client, url, "about", stage="new", people="8").url == f"{url}review/"
        assert answers() == {"stage": "new", "people": 8}
        assert "Go on correcting" in client.get(f"/en/surveys/desk/entries/{response.pk}/").text
        assert "being corrected" in client.get(page_of(response.wave)).text
        assert client.post(f"{url}submit/").url == f"/en/surveys/desk/entries/{response.pk}/"
        kept = Response.objects.submitted().get()
        assert (kept.pk, kept.entered_by, kept.corrected_on, kept.submitted_on) == (
            response.pk, reviewer, timezone.localdate(), timezone.localdate(),
        )  # fmt: skip
        assert not kept.is_being_corrected
        assert client.get(f"{url}review/").status_code == 410

    def test_drops_what_is_no_longer_asked_at_the_end(self, client, reviewer):
        response = interview(client)
        url = self.reopen(client, response)
        fill(client, url, "beginning", hurdle="law")
        fill(client, url, "about", stage="established", people="7")
        assert answers()["hurdle"] == "law"
        client.post(f"{url}submit/")
        assert answers() == {"stage": "established", "people": 7}
        assert Response.objects.get().stage == "established"

    @pytest.mark.parametrize(
        "said", [{"action": "confirm"}, {"action": "object", "objection": "8"}]
    )
    def test_of_an_interview_has_to_be_confirmed_anew(self, said, client, reviewer):
        response = interview(client)
        link = reverse("surveys:protocol", args=[entering.give_out(response)])
        respondent = Client()
        respondent.post(link, said)
        url = self.reopen(client, response)
        response.refresh_from_db()
        assert response.confirmation in ("confirmed", "objected")
        fill(client, url, "about", stage="new", people="8")
        assert respondent.post(link, {"action": "confirm"}).status_code != 302  # it is not done yet
        client.post(f"{url}submit/")
        response.refresh_from_db()
        assert (response.confirmation, response.objection) == ("not-asked", "")
        assert "Send the link" in client.get(f"/en/surveys/desk/entries/{response.pk}/").text

    def test_that_changes_nothing_leaves_the_respondents_word(self, client, reviewer):
        response = interview(client)
        link = reverse("surveys:protocol", args=[entering.give_out(response)])
        Client().post(link, {"action": "confirm"})
        url = self.reopen(client, response)
        page = client.get(f"{url}page/about/").context["form"]
        given = {name: page[name].value() for name in page.fields}
        as_it_was = {name: value for name, value in given.items() if value}
        as_it_was[page.SHOWN] = page.shown
        assert fill(client, url, "about", **as_it_was).status_code == 302
        client.post(f"{url}submit/")
        response.refresh_from_db()
        assert (response.confirmation, response.corrected_on) == ("confirmed", None)

    def test_is_open_to_whoever_entered_it_alone(self, client, reviewer):
        response = interview(client)
        url = self.reopen(client, response)
        other = Client()
        other.force_login(make_user("reviewer"))
        path = f"/en/surveys/desk/entries/{response.pk}/correct/"
        assert other.post(path).status_code == 404
        assert other.get(f"{url}review/").status_code == 404

    def test_is_not_for_anonymous_ones(self, client, reviewer):
        client.post(f"{enter(client, make_wave())}submit/")
        response = Response.objects.get()
        path = f"/en/surveys/desk/entries/{response.pk}/correct/"
        assert client.post(path).status_code == 404
        for fields in (
            {"corrected_on": timezone.localdate()},
            {"token_hash": "x", "touched_on": timezone.localdate()},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Response.objects.update(**fields)

    def test_ends_with_entering_and_counts_as_it_stands(self, client, reviewer):
        wave = make_wave()
        response = interview(client, wave)
        url = self.reopen(client, response)
        fill(client, url, "beginning", hurdle="law")
        fill(client, url, "about", stage="established", people="8")
        close(wave)
        client.post(f"/en/surveys/desk/waves/{wave.pk}/count/")
        assert answers() == {"stage": "established", "people": 8}
        assert fill(client, url, "about", stage="new", people="9").status_code == 410
        entry = f"/en/surveys/desk/entries/{response.pk}/"
        assert client.post(f"{entry}correct/").url == entry
        assert "can no longer be entered" in client.get(entry).text
        assert answers()["people"] == 8
        with pytest.raises(IntegrityError), transaction.atomic():
            Response.objects.update(answers={"people": 9})

    def test_ends_with_the_fourteen_days(self, client, reviewer):
        wave = make_wave(opens_at=timezone.now() - 40 * DAY)
        response = interview(client, wave)
        url = self.reopen(client, response)
        past = timezone.now() - 15 * DAY
        Wave.objects.filter(pk=wave.pk).update(closes_at=past)
        entry = f"/en/surveys/desk/entries/{response.pk}/"
        assert client.get(f"{url}review/").url == entry
        assert fill(client, url, "about", stage="new", people="9").url == entry
        assert answers()["people"] == 7


class TestRules:
    @pytest.mark.parametrize(
        "change",
        [
            {"consented": False},
            {"held_on": None},
            {"mode": "online"},
            {"confirmed_on": timezone.localdate()},
            {"objection": "Nein"},
            {"mode": "paper", "asked_on": timezone.localdate()},
        ],
    )
    def test_of_an_interview_hold_whoever_writes(self, change, client, reviewer):
        interview(client)
        with pytest.raises(IntegrityError), transaction.atomic():
            Response.objects.update(**change)

    def test_nothing_is_confirmed_and_wrong(self, client, reviewer):
        response = interview(client)
        entering.give_out(response)
        with pytest.raises(IntegrityError), transaction.atomic():
            Response.objects.update(confirmed_on=timezone.localdate(), objection="Nein")


class TestProtocol:
    def test_goes_to_the_respondent_who_confirms_it(self, client, reviewer, mailbox, deliver_jobs):
        response = interview(client)
        page = client.get(f"/en/surveys/desk/entries/{response.pk}/")
        assert 'value="haus@example.org"' in page.text and "not sent yet" in page.text
        client.post(f"/en/surveys/desk/entries/{response.pk}/", {"email": "ada@example.org"})
        deliver_jobs()
        assert not OutgoingMail.objects.exists()  # no copy is kept
        mail = mailbox.latest("ada@example.org")
        assert "Beispiel Haus" in mail.text and "Frage people" not in mail.text
        link = mailbox.link("ada@example.org", containing="protocol")
        respondent = Client()
        assert "Personen (en): 7" in respondent.get(link).text
        response.refresh_from_db()
        assert response.confirmation == "waiting"
        respondent.post(link, {"action": "confirm"})
        respondent.post(link, {"action": "object", "objection": "Doch nicht"})
        response.refresh_from_db()
        assert (response.confirmation, response.objection) == ("confirmed", "")
        assert "Confirmed on" in respondent.get(link).text

    def test_that_is_wrong_is_told_to_whoever_reads_the_answers(self, client, reviewer):
        wave = make_wave()
        response = interview(client, wave)
        link = reverse("surveys:protocol", args=[entering.give_out(response)])
        respondent = Client()
        assert respondent.post(link, {"action": "object", "objection": " "}).status_code == 422
        respondent.post(link, {"action": "object", "objection": "Wir sind acht."})
        assert "Wir sind acht." in client.get(f"/en/surveys/desk/entries/{response.pk}/").text
        assert "something is wrong" in client.get(page_of(wave)).text
        close(wave)
        colleague = Client()
        colleague.force_login(make_user("reviewer"))
        assert colleague.get(f"/en/surveys/desk/entries/{response.pk}/").status_code == 404
        page = colleague.get(f"/en/surveys/desk/responses/{response.pk}/").text
        assert "Wir sind acht." in page and "Ada Beispiel" in page
        assert AccessLog.objects.count() == 1

    def test_on_paper_has_a_code(self, client, reviewer):
        response = interview(client)
        sheet = f"/en/surveys/desk/entries/{response.pk}/protocol/"
        assert client.get(sheet).status_code == 302  # nobody has given it out yet
        url = f"/en/surveys/desk/entries/{response.pk}/"
        assert client.post(url, {"action": "print"}).url == sheet
        page = client.get(sheet).text
        assert "leads to the page where you confirm" in page and "Personen (en): 7" in page

    def test_without_a_word_for_fourteen_days_stays_and_says_so(self, client, reviewer):
        response = interview(client)
        token = entering.give_out(response)
        Response.objects.update(asked_on=timezone.localdate() - 14 * DAY)
        response.refresh_from_db()
        assert response.confirmation == "silent"
        assert Response.objects.submitted().count() == 1
        # A link for anything else, or a broken one, is none.
        assert Client().get(f"/en/surveys/protocol/{token}x/").status_code == 404

    def test_is_of_interviews_under_a_name_only(self, client, reviewer):
        wave = make_wave()
        organisation = make_organisation()
        client.post(f"{enter(client, wave, **named(organisation, mode='paper'))}submit/")
        response = Response.objects.get()
        assert response.confirmation == ""
        page = client.get(f"/en/surveys/desk/entries/{response.pk}/").text
        assert "Let the respondent confirm it" not in page
        assert (
            client.get(f"/en/surveys/protocol/{entering.LINK.token(str(response.pk))}/").status_code
            == 410
        )


class TestOverview:
    def test_shows_how_many_came_which_way(self, client, reviewer):
        wave = make_wave()
        make_response(wave)
        interview(client, wave)
        for _number in range(2):
            client.post(f"{enter(client, wave)}submit/")
        page = client.get(f"/en/surveys/desk/waves/{wave.pk}/").text
        assert "1 online, 2 on paper, 1 as interviews" in page


class TestPrivacy:
    def test_who_asked_is_kept_for_a_year_after_the_wave(self, client, reviewer):
        wave = make_wave()
        interview(client, wave)
        assert "survey-interviews" in {kind.name for kind in registered()}
        close(wave)
        erase_expired(timezone.now() + 364 * DAY)
        assert Response.objects.get().interviewer == "Ada Beispiel"
        erase_expired(timezone.now() + 366 * DAY)
        left = Response.objects.get()
        assert (left.interviewer, left.entered_by, left.objection) == ("", None, "")
        assert left.answers

    def test_a_draft_is_erased_like_others(self, client, reviewer):
        enter(client, make_wave())
        erase_expired(timezone.now() + 91 * DAY)
        assert not Response.objects.exists()
