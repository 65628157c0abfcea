"""A team's draft when the team, or its organisation, is no longer what it was."""

import pytest
from django.test import Client

from actors.models import Membership
from surveys.models import AnswerLink, Response
from tests.surveys.test_answering import begin, close, fill, walk
from tests.surveys.world import make_wave, small_questionnaire
from tests.world import make_member, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return make_organisation("Beispiel Team", stage="established")


@pytest.fixture
def owner(organisation):
    return make_member(organisation)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def begin_for(client, organisation) -> str:
    wave = make_wave()
    return begin(client, wave, attribution="attributed", organisation=organisation.pk)


class TestLeaving:
    def test_somebody_removed_can_neither_read_nor_change_nor_hand_in(self, organisation, owner):
        colleague = make_member(organisation, "editor")
        url = begin_for(signed_in(owner), organisation)
        visitor = Client()  # the link alone is enough, as long as it holds
        walk(visitor, url)
        membership = Membership.objects.get(user=colleague)
        answer = signed_in(owner).post(
            f"/en/organisations/{organisation.slug}/team/{membership.pk}/remove/"
        )
        assert not Membership.objects.filter(pk=membership.pk).exists(), answer.status_code
        before = list(Response.objects.order_by("pk").values())
        for page in (url, f"{url}page/about/", f"{url}review/", f"{url}later/"):
            refused = visitor.get(page)
            assert refused.status_code == 410
            assert "This link has been replaced" in refused.content.decode()
        assert fill(visitor, url, "about", stage="transition").status_code == 410
        assert visitor.post(f"{url}submit/").status_code == 410
        assert list(Response.objects.order_by("pk").values()) == before
        assert Response.objects.get().is_draft

    def test_the_team_goes_on_with_a_new_link(self, organisation, owner):
        client = signed_in(owner)
        url = begin_for(client, organisation)
        walk(client, url)
        make_member(organisation, "editor").memberships.get().delete()
        response = Response.objects.get()
        new = client.get(f"/en/surveys/own/{response.pk}/").url
        assert new != url
        assert client.get(new).status_code == 302
        assert client.post(f"{new}submit/").status_code == 200
        # Handed in is handed in; only the link that was replaced says so.
        assert "already been handed in" in client.get(new).content.decode()
        assert "This link has been replaced" in client.get(url).content.decode()

    def test_leaves_drafts_of_others_and_what_is_handed_in_alone(self, organisation, owner):
        client = signed_in(owner)
        url = begin_for(client, organisation)
        anonymous = begin(Client(), make_wave())
        handed_in = begin_for(client, organisation)
        walk(client, handed_in)
        client.post(f"{handed_in}submit/")
        make_member(make_organisation(), "editor").memberships.get().delete()
        assert client.get(url).status_code == 302
        make_member(organisation, "editor").memberships.get().delete()
        assert client.get(anonymous).status_code == 302
        assert "already been handed in" in client.get(handed_in).content.decode()

    def test_an_account_that_is_erased_takes_its_link_along(self, organisation, owner):
        url = begin_for(signed_in(owner), organisation)
        make_member(organisation, "editor").delete()
        assert Client().get(url).status_code == 410


class TestNoLongerPublic:
    @pytest.fixture
    def url(self, organisation, owner):
        client = signed_in(owner)
        url = begin_for(client, organisation)
        walk(client, url)
        fill(client, url, "words", wish="Mehr Zeit")
        organisation.archive()
        return url

    def test_says_why_and_shows_the_answers(self, url, client):
        for page in (url, f"{url}page/about/", f"{url}review/", f"{url}later/"):
            answer = client.get(page)
            assert answer.status_code == 410
            words = answer.content.decode()
            assert "Beispiel Team has no public page" in words
            assert "Mehr Zeit" in words

    def test_keeps_what_was_typed_meanwhile(self, url, client):
        answer = fill(client, url, "words", wish="Noch ein Wunsch")
        assert answer.status_code == 410
        assert "Noch ein Wunsch" in answer.content.decode()

    def test_hands_in_nothing_under_its_name(self, url, client):
        answer = client.post(f"{url}submit/")
        assert answer.status_code == 410
        assert Response.objects.get().is_draft

    def test_goes_on_when_it_is_public_again(self, url, client, organisation):
        organisation.publish()
        assert client.post(f"{url}submit/").status_code == 200
        assert Response.objects.get().organisation == organisation

    def test_goes_on_anonymously_and_forgets_whose_it_was(self, url, client):
        old = Response.objects.get()
        answer = client.post(f"{url}anonymous/", follow=True)
        assert "Please check that nothing in your answers gives you away." in (
            answer.content.decode()
        )
        assert "Mehr Zeit" in answer.content.decode()
        new = Response.objects.get()
        assert new.organisation is None
        assert new.stage == old.stage
        assert new.pk != old.pk
        assert AnswerLink.objects.count() == 1
        assert client.get(url).status_code == 404
        review = answer.redirect_chain[-1][0]
        assert client.post(review.replace("review", "submit")).status_code == 200
        assert Response.objects.get().submitted_on is None

    def test_takes_no_group_along_that_nobody_was_asked_for(self, organisation, owner):
        data = small_questionnaire()
        data["sections"] = data["sections"][-1:]
        client = signed_in(owner)
        attributed = {"attribution": "attributed", "organisation": organisation.pk}
        url = begin(client, make_wave(data=data), **attributed, fill_in="on")
        assert Response.objects.get().stage == organisation.stage != ""
        organisation.archive()
        client.post(f"{url}anonymous/")
        assert (Response.objects.get().organisation, Response.objects.get().stage) == (None, "")

    def test_stays_attributed_while_the_organisation_is_public(self, url, client, organisation):
        organisation.publish()
        client.post(f"{url}anonymous/")
        assert Response.objects.get().organisation == organisation

    def test_an_anonymous_draft_stays_as_it_is(self, client):
        url = begin(client, make_wave())
        assert client.post(f"{url}anonymous/").url == f"{url}review/"
        assert AnswerLink.objects.count() == 1

    def test_cannot_go_on_when_the_wave_is_over(self, url, client):
        wave = Response.objects.get().wave
        close(wave)
        answer = client.post(f"{url}anonymous/")
        assert answer.status_code == 410
        assert "The survey has closed" in answer.content.decode()
        assert Response.objects.get().organisation is not None
