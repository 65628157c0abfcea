import re
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from actors.models import Membership, TargetGroup
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.privacy import registered
from surveys import services
from surveys.models import AnswerLink, Response, Wave
from tests.surveys.world import (
    answers,
    choice,
    make_response,
    make_wave,
    questions,
    small_questionnaire,
)
from tests.world import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db


def begin(client, wave, **data) -> str:
    """Begin and return the address of the draft."""
    answer = client.post(f"/en/surveys/{wave.survey.slug}/start/", data)
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def fill(client, url, section, action="next", **data):
    return client.post(f"{url}page/{section}/", {"action": action, **data})


def walk(client, url, stage="established") -> None:
    """Answer what is required."""
    fill(client, url, "about", stage=stage)
    fill(client, url, "needs", **{"topics.money": "urgent"})
    if stage == "new":
        fill(client, url, "beginning", hurdle="law")


def close(wave) -> None:
    """Let the wave end now (the end may move as long as it is open)."""
    Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now())


class TestStart:
    def test_gives_a_visitor_an_anonymous_draft_behind_a_secret_link(self, client):
        wave = make_wave()
        url = begin(client, wave)
        response = Response.objects.get()
        token = url.strip("/").split("/")[-1]
        assert len(token) == 43  # 256 bits
        assert response.organisation is None
        assert token not in str(Response.objects.values().get())
        assert client.get(url).url == f"{url}page/about/"

    def test_asks_a_member_for_whom_they_answer(self, client):
        wave = make_wave()
        client.force_login(make_member(make_organisation()))
        answer = client.post(f"/en/surveys/{wave.survey.slug}/start/", {})
        assert answer.status_code == 422
        assert "Please choose how you would like to answer." in answer.content.decode()
        assert not Response.objects.exists()

    def test_refuses_an_organisation_that_is_not_ones_own(self, client):
        wave = make_wave()
        client.force_login(make_member(make_organisation()))
        other = make_organisation()
        answer = client.post(
            f"/en/surveys/{wave.survey.slug}/start/",
            {"attribution": "attributed", "organisation": other.pk},
        )
        assert answer.status_code == 422
        assert not Response.objects.exists()

    @pytest.mark.parametrize("status", ["draft", "submitted", "archived"])
    def test_lets_nobody_answer_in_the_name_of_an_organisation_that_is_not_public(
        self, status, client
    ):
        wave = make_wave()
        hidden = make_organisation("Bezirksamt Beispiel", status=status)
        member = make_member(hidden)
        client.force_login(member)
        page = client.get(wave.survey.get_absolute_url()).content.decode()
        assert "sobald ihre Seite hier öffentlich ist" in page
        data = {"attribution": "attributed", "organisation": hidden.pk}
        client.post(f"/en/surveys/{wave.survey.slug}/start/", data)
        Membership.objects.create(user=member, organisation=make_organisation(), role="editor")
        client.post(f"/en/surveys/{wave.survey.slug}/start/", data)
        assert not Response.objects.filter(organisation=hidden).exists()

    @pytest.mark.parametrize("attribution", ["attributed", "anonymous"])
    def test_fills_in_the_profile_and_says_so(self, attribution, client):
        group = TargetGroup.objects.create(key="women", labels={"de": "Frauen", "en": "Women"})
        wave = make_wave()
        organisation = make_organisation(stage="transition")
        organisation.target_groups.add(group)
        client.force_login(make_member(organisation))
        url = begin(
            client, wave, attribution=attribution, organisation=organisation.pk, fill_in="on"
        )
        response = Response.objects.get()
        assert response.organisation == (organisation if attribution == "attributed" else None)
        assert response.stage == "transition"
        page = client.get(f"{url}page/about/").content.decode()
        assert page.count("From your profile. Please check.") == 2
        fill(client, url, "about", stage="new")
        page = client.get(f"{url}page/about/").content.decode()
        assert "From your profile" not in page
        assert Response.objects.get().prefilled == []

    def test_copies_nothing_from_the_profile_against_ones_wish(self, client):
        wave = make_wave()
        organisation = make_organisation(stage="transition")
        client.force_login(make_member(organisation))
        begin(client, wave, attribution="anonymous", organisation=organisation.pk)
        assert Response.objects.get().stage == ""
        assert not answers()

    @pytest.mark.parametrize(
        ("attribution", "stage"), [("attributed", "transition"), ("anonymous", "")]
    )
    def test_keeps_no_group_that_an_anonymous_respondent_does_not_see(
        self, attribution, stage, client
    ):
        data = small_questionnaire()
        data["sections"] = data["sections"][-1:]  # asks for no stage
        organisation = make_organisation(stage="transition")
        client.force_login(make_member(organisation))
        chosen = {"attribution": attribution, "organisation": organisation.pk, "fill_in": "on"}
        begin(client, make_wave(data=data), **chosen)
        assert Response.objects.get().stage == stage

    def test_leads_a_second_member_to_the_same_draft(self, client):
        wave = make_wave()
        organisation = make_organisation()
        data = {"attribution": "attributed", "organisation": organisation.pk}
        client.force_login(make_member(organisation))
        first = begin(client, wave, **data)
        client.force_login(make_member(organisation, "editor"))
        assert begin(client, wave, **data) == first
        assert Response.objects.count() == 1

    def test_tells_a_member_that_the_organisation_has_answered(self, client):
        wave = make_wave()
        organisation = make_organisation("Beispiel Fertig")
        make_response(wave, organisation=organisation)
        client.force_login(make_member(organisation))
        url = f"/en/surveys/{wave.survey.slug}/start/"
        data = {"attribution": "attributed", "organisation": organisation.pk}
        for answer, status in ((client.get(url), 200), (client.post(url, data), 409)):
            assert answer.status_code == status
            assert "Beispiel Fertig: answered on " in answer.text
            assert 'name="organisation"' not in answer.text
        assert Response.objects.count() == 1
        begin(client, wave)  # anonymously
        assert Response.objects.filter(organisation=None).exists()

    def test_offers_only_organisations_that_have_not_answered(self, client):
        wave = make_wave()
        done, waiting = make_organisation("Beispiel Fertig"), make_organisation("Beispiel Offen")
        member = make_member(done)
        waiting.memberships.create(user=member)
        response = make_response(wave, organisation=done)
        client.force_login(member)
        url = f"/en/surveys/{wave.survey.slug}/start/"
        page = client.get(url)
        assert list(page.context["form"].fields["organisation"].queryset) == [waiting]
        assert "Beispiel Fertig: answered on " in page.text
        assert str(response.pk) in page.text
        refused = client.post(url, {"attribution": "attributed", "organisation": done.pk})
        assert refused.status_code == 422
        assert "This organisation has already answered this time." in refused.text

    def test_leads_back_when_the_wave_is_closed(self, client):
        wave = make_wave(state="closed")
        answer = client.post(f"/en/surveys/{wave.survey.slug}/start/", follow=True)
        assert answer.content.decode().count("This survey is closed.") == 1
        assert not Response.objects.exists()


class TestPage:
    def test_shows_progress_and_the_reason(self, client):
        url = begin(client, make_wave())
        page = client.get(f"{url}page/about/").content.decode()
        assert "Step 1 of 5" in page  # three pages, the longest branch, the last look
        assert "Weil es davon abhängt. (en)" in page

    def test_keeps_what_was_typed_beside_the_error(self, client):
        url = begin(client, make_wave())
        answer = fill(client, url, "about", people="viele")
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Please choose one." in page
        assert "Please enter a whole number, such as 12." in page
        assert 'value="viele"' in page
        assert not answers()

    @pytest.mark.parametrize(("number", "kept"), [("0", True), ("500", True), ("501", False)])
    def test_holds_a_number_to_its_range(self, number, kept, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="new", people=number)
        assert ("people" in answers()) == kept

    def test_refuses_a_choice_beside_the_one_that_excludes_it(self, client):
        url = begin(client, make_wave())
        data = {"topics.money": "urgent", "help": ["advice", "none"]}
        answer = fill(client, url, "needs", **data)
        assert "does not go together with another choice" in answer.content.decode()
        assert not answers()

    def test_refuses_choices_that_are_not_there(self, client):
        url = begin(client, make_wave())
        answer = fill(client, url, "about", stage="rich")
        assert answer.status_code == 422
        assert not answers()

    def test_needs_one_row_of_a_required_matrix(self, client):
        url = begin(client, make_wave())
        answer = fill(client, url, "needs")
        assert "Please answer at least one row." in answer.content.decode()

    def test_ticks_other_for_whoever_writes_something(self, client):
        url = begin(client, make_wave())
        data = {"topics.money": "urgent", "help": ["advice"], "help.other": "Kinderbetreuung"}
        fill(client, url, "needs", **data)
        assert answers()["help"] == ["advice", "other"]
        assert answers()["help.other"] == "Kinderbetreuung"

    def test_forgets_an_answer_that_is_taken_back(self, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="new", people="7")
        fill(client, url, "about", stage="new", people="")
        assert "people" not in answers()

    def test_asks_the_branch_of_the_stage(self, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="new")
        assert fill(client, url, "needs", **{"topics.money": "no"}).url == f"{url}page/beginning/"
        fill(client, url, "about", stage="established")
        assert fill(client, url, "needs", **{"topics.money": "no"}).url == f"{url}page/words/"

    def test_leads_away_from_a_page_of_another_branch(self, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="established")
        answer = client.post(f"{url}page/beginning/", {"hurdle": "law"}, follow=True)
        assert "That page does not belong to your questions any more." in answer.content.decode()

    def test_goes_back_and_stops_without_asking_for_what_is_required(self, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="new")
        answer = fill(client, url, "needs", "back", help=["peers"])
        assert answer.url == f"{url}page/about/"
        assert answers()["help"] == ["peers"]
        assert fill(client, url, "needs", "later").url == f"{url}later/"

    def test_still_shows_an_error_on_the_way_back(self, client):
        url = begin(client, make_wave())
        answer = fill(client, url, "about", "later", people="x")
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="x"' in page
        assert "Please choose one." not in page

    def test_is_resumed_by_its_link_on_another_device(self, client):
        url = begin(client, make_wave())
        walk(client, url)
        elsewhere = Client()
        assert elsewhere.get(url).url == f"{url}page/words/"
        assert elsewhere.get(f"{url}page/needs/").content.count(b"checked") == 1

    def test_is_never_cached_or_indexed(self, client):
        url = begin(client, make_wave())
        answer = client.get(f"{url}page/about/")
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex"

    def test_takes_few_queries(self, client, django_assert_num_queries):
        url = begin(client, make_wave())
        with django_assert_num_queries(9):  # draft, survey; the questionnaire once
            client.get(url)
        for address in (url, f"{url}page/about/", f"{url}review/", f"{url}later/"):
            with django_assert_num_queries(2):
                client.get(address)

    @pytest.mark.parametrize("named", [False, True])
    def test_is_stored_with_few_queries(self, named, client, django_assert_num_queries):
        """Counted against the limit in four; draft, survey; held and written in a transaction."""
        wave = make_wave()
        if named:
            begun = services.begin_attributed(wave=wave, organisation=make_organisation())
            url = f"/en/surveys/answers/{begun.token}/"
        else:
            url = begin(client, wave)
        fill(client, url, "about", stage="new")
        with django_assert_num_queries(10 + 2 * named):
            assert fill(client, url, "needs", **{"topics.money": "no"}).status_code == 302


class TestReview:
    def test_names_what_is_missing_and_what_is_dropped(self, client):
        url = begin(client, make_wave())
        walk(client, url, "new")
        fill(client, url, "about", stage="established")
        fill(client, url, "needs", "later")
        page = client.get(f"{url}review/").content.decode()
        assert "Something is still missing" in page
        assert "One answer no longer fits the others." in page

    def test_shows_the_answers_in_words(self, client):
        url = begin(client, make_wave())
        walk(client, url)
        fill(client, url, "words", mood="high", wish="Mehr Bänke & Licht")
        page = client.get(f"{url}review/").content.decode()
        assert "Money (en): Urgent (en)" in page
        assert "Mehr Bänke &amp; Licht" in page


class TestSubmit:
    def test_hands_in_and_gives_a_copy(self, client):
        wave = make_wave()
        url = begin(client, wave)
        walk(client, url, "new")
        page = client.post(f"{url}submit/").content.decode()
        assert "Thank you, your answers have arrived" in page
        assert "Law (en)" in page
        response = Response.objects.get()
        assert response.state == "submitted"
        assert response.stage == "new"

    def test_drops_answers_of_another_branch(self, client):
        url = begin(client, make_wave())
        walk(client, url, "new")
        fill(client, url, "about", stage="established")
        assert "hurdle" in answers()
        client.post(f"{url}submit/")
        assert "hurdle" not in answers()

    def test_leads_to_the_page_with_an_open_question(self, client):
        url = begin(client, make_wave())
        fill(client, url, "about", stage="new")
        fill(client, url, "needs", **{"topics.money": "no"})
        answer = client.post(f"{url}submit/")
        assert answer.url == f"{url}page/beginning/"
        assert Response.objects.get().is_draft

    def test_says_a_clear_word_the_second_time(self, client):
        url = begin(client, make_wave())
        walk(client, url)
        client.post(f"{url}submit/")
        for answer in (
            client.post(f"{url}submit/"),
            client.get(f"{url}review/"),
            fill(client, url, "about", stage="new"),
            client.get(url),
        ):
            assert answer.status_code == 410
            assert "These answers have already been handed in" in answer.content.decode()
        assert Response.objects.count() == 1
        assert Response.objects.get().stage == "established"

    def test_leads_members_from_there_to_their_answers(self, client):
        wave, organisation = make_wave(), make_organisation()
        client.force_login(make_member(organisation))
        url = begin(client, wave, attribution="attributed", organisation=organisation.pk)
        walk(client, url)
        client.post(f"{url}submit/")
        link = f'href="{reverse("surveys:own-response", args=[Response.objects.get().pk])}"'
        again = client.post(f"{url}submit/")
        assert (again.status_code, link.replace("/de/", "/en/") in again.text) == (410, True)
        client.force_login(make_member(make_organisation()))
        assert "Read our answers" not in client.post(f"{url}submit/").text

    def test_refuses_when_the_wave_has_closed_and_gives_the_answers_back(self, client):
        wave = make_wave()
        url = begin(client, wave)
        walk(client, url)
        close(wave)
        for answer in (client.post(f"{url}submit/"), client.get(url)):
            assert answer.status_code == 410
            assert "The survey has closed" in answer.content.decode()
            assert "Money (en): Urgent (en)" in answer.content.decode()
        assert Response.objects.get().is_draft

    def test_asks_for_nothing_more_when_the_wave_has_closed(self, client):
        wave = make_wave()
        url = begin(client, wave)
        assert "Still needs an answer" in client.get(f"{url}review/").text
        close(wave)
        page = client.get(url).text
        assert "Still needs an answer" not in page
        assert "No answer" in page

    def test_loses_nothing_typed_while_the_wave_closed(self, client):
        wave = make_wave()
        url = begin(client, wave)
        walk(client, url)
        close(wave)
        answer = fill(client, url, "words", wish="Noch schnell ein Wunsch")
        assert answer.status_code == 410
        assert "Noch schnell ein Wunsch" in answer.content.decode()

    def test_only_looks_on_get(self, client):
        url = begin(client, make_wave())
        walk(client, url)
        assert client.get(f"{url}submit/").url == f"{url}review/"
        assert Response.objects.get().is_draft

    def test_says_that_a_link_was_never_known(self, client):
        answer = client.get(f"/en/surveys/answers/{'A' * 43}/")
        assert answer.status_code == 404
        assert "There is no draft behind this link" in answer.content.decode()

    @pytest.mark.parametrize("rest", ["", "A1b2/", f"{'A' * 44}/", f"{'A' * 42}/review/", "!/?x=1"])
    def test_says_so_too_when_a_part_of_the_link_is_missing(self, rest, client):
        answer = client.get(f"/en/surveys/answers/{rest}")
        assert answer.status_code == 404
        assert answer["X-Robots-Tag"] == "noindex"
        assert "Perhaps part of the link got lost" in answer.content.decode()

    def test_finds_the_way_without_the_last_slash(self, client):
        url = begin(client, make_wave())
        assert client.get(url.removesuffix("/")).url == url

    def test_suggests_a_listing_about_the_most_urgent_topic(self, client):
        from actors.models import Topic

        Topic.objects.create(key="funding", labels={"de": "Förderung", "en": "Funding"})
        wave = make_wave(data=with_topics())
        url = begin(client, wave)
        fill(client, url, "about", stage="established")
        fill(client, url, "needs", **{"topics.funding": "urgent"})
        page = client.post(f"{url}submit/").content.decode()
        link = f"{reverse('actors:listing-create')}?direction=seeks&amp;topic=funding"
        assert link.removeprefix("/de/") in page


def with_topics() -> dict:
    data = small_questionnaire()
    matrix = data["sections"][1]["questions"][0]
    matrix["vocabulary"] = "topic"
    matrix["choices"] = [choice("no"), choice("important"), choice("urgent")]
    return data


class TestAnonymity:
    def test_leaves_nothing_that_leads_to_a_member(self, client):
        wave = make_wave()
        organisation = make_organisation("Beispiel Geheim", stage="established")
        member = make_member(organisation)
        client.force_login(member)
        before = Session.objects.get().session_data
        url = begin(
            client, wave, attribution="anonymous", organisation=organisation.pk, fill_in="on"
        )
        token = url.strip("/").split("/")[-1]
        walk(client, url)
        client.post(f"{url}submit/")
        response = Response.objects.values().get()
        assert response["organisation_id"] is None
        assert response["submitted_on"] is response["touched_on"] is response["token_hash"] is None
        assert set(response) == {
            "id", "wave_id", "mode", "state", "organisation_id", "stage", "token_hash",
            "touched_on", "submitted_on", "link_number", "answers", "prefilled",
            "consented", "entered_by_id", "interviewer", "held_on", "asked_on", "confirmed_on",
            "objection", "corrected_on",
        }  # fmt: skip
        assert response["entered_by_id"] is response["held_on"] is response["asked_on"] is None
        assert response["link_number"] == 0
        assert Response.objects.get().prefilled == []
        assert AnswerLink.objects.values().get().keys() == {"token_hash", "wave_id", "is_replaced"}
        assert AnswerLink.objects.get().is_replaced is False
        session = Session.objects.get()
        assert session.session_data == before
        assert token not in str(session.get_decoded())

    def test_ids_are_random(self):
        wave = make_wave()
        ids = [make_response(wave).pk for _ in range(20)]
        assert all(pk.version == 4 for pk in ids)
        assert ids != sorted(ids)

    def test_no_history_is_kept_of_responses_and_answers(self):
        from django.apps import apps

        names = {model.__name__ for model in apps.get_app_config("surveys").get_models()}
        assert "WaveEvent" in names
        assert not names & {"ResponseEvent", "AnswerEvent", "AnswerLinkEvent"}


class TestLater:
    def test_shows_the_link_and_sends_it_on_wish(self, client, mailbox, deliver_jobs):
        url = begin(client, make_wave())
        fill(client, url, "about", "later", stage="new")
        page = client.get(f"{url}later/").content.decode()
        assert f"{url}</a>" in page
        answer = client.post(f"{url}later/", {"email": "ich@example.org"}, follow=True)
        assert "The link is on its way." in answer.content.decode()
        deliver_jobs()
        link = mailbox.link("ich@example.org", containing="/surveys/answers/")
        assert urlsplit(link).path == url
        assert "ich@example.org" not in str(answers())
        assert client.get(urlsplit(link).path).url == f"{url}page/needs/"

    @pytest.mark.parametrize("days", [30, 200])
    def test_names_the_day_that_comes_first_and_no_other_for_the_draft(
        self, days, client, mailbox, deliver_jobs
    ):
        today = timezone.localdate()
        closes = timezone.now() + timedelta(days=days)
        url = begin(client, make_wave(closes_at=closes))
        with override("en"):
            last = min(timezone.localdate(closes), today + timedelta(days=89))
            first = date_format(last, "DATE_FORMAT")
        page = client.get(f"{url}later/").content.decode()
        client.post(f"{url}later/", {"email": "ich@example.org"})
        deliver_jobs()
        mail = mailbox.latest("ich@example.org").text
        assert f"You can go on until {first}" in page
        assert re.search(r'All you need is this link:</p>\s*<p class="survey-link">', page)
        assert f"It works until {first}" in mail
        for text in (page, mail):
            assert ("90 days" in text) == (days == 200)

    def test_is_erased_on_the_day_after_the_one_it_names(self):
        wave = make_wave(closes_at=timezone.now() + timedelta(days=200))
        draft = make_response(wave, submitted=False)
        kind = next(kind for kind in registered() if kind.name == "survey-drafts")
        last = timezone.make_aware(datetime.combine(draft.usable_until, time(23, 59)))
        assert not kind.due_now(last).exists()
        assert kind.due_now(last + timedelta(minutes=2)).exists()

    def test_sends_nothing_but_the_link(self, client, mailbox, deliver_jobs):
        wave = make_wave()
        organisation = make_organisation("Beispiel Geheim")
        client.force_login(make_member(organisation))
        url = begin(client, wave, attribution="anonymous", organisation=organisation.pk)
        client.post(f"{url}later/", {"email": "ich@example.org"})
        deliver_jobs()
        mail = mailbox.latest("ich@example.org")
        assert "Geheim" not in mail.text
        assert "established" not in mail.text

    def test_asks_again_for_a_wrong_address(self, client):
        url = begin(client, make_wave())
        answer = client.post(f"{url}later/", {"email": "ich@"})
        assert answer.status_code == 422
        assert 'value="ich@"' in answer.content.decode()
        assert not OutgoingMail.objects.exists()


class TestOwnResponse:
    def test_is_read_by_the_whole_team(self, client):
        wave = make_wave()
        organisation = make_organisation("Beispiel Offen")
        response = make_response(wave, organisation=organisation, answers={"wish": "Mehr Zeit"})
        url = f"/en/surveys/own/{response.pk}/"
        client.force_login(make_member(organisation, "editor"))
        assert "Mehr Zeit" in client.get(url).content.decode()
        client.force_login(make_user("reviewer"))
        assert client.get(url).status_code == 404

    def test_leads_to_the_draft(self, client):
        wave = make_wave()
        organisation = make_organisation()
        client.force_login(make_member(organisation))
        url = begin(client, wave, attribution="attributed", organisation=organisation.pk)
        response = Response.objects.get()
        assert client.get(f"/en/surveys/own/{response.pk}/").url == url


class TestPrivacy:
    def test_drafts_are_erased_after_90_days(self, client):
        from ssoe_portal.common.privacy import erase_expired
        from surveys import privacy  # noqa: F401

        wave = make_wave()
        url = begin(client, wave)
        walk(client, url)
        done = make_response(wave)
        erase_expired(timezone.now() + timedelta(days=89))
        assert Response.objects.drafts().count() == 1
        erase_expired(timezone.now() + timedelta(days=91))
        assert list(Response.objects.all()) == [done]
        assert client.get(url).status_code == 404
        assert questions(wave)  # the questionnaire stays
