"""Answers that are written back to an organisation's profile."""

import pytest
from django.test import Client

from actors.models import Organisation, TargetGroup
from surveys.models import Response
from tests.surveys.test_answering import begin, fill, walk
from tests.surveys.world import choice, make_wave, small_questionnaire
from tests.world import make_member, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    for key, name in (("women", "Frauen"), ("youth", "Jugendliche")):
        TargetGroup.objects.create(key=key, labels={"de": name})
    organisation = make_organisation(stage="established")
    organisation.target_groups.set(TargetGroup.objects.filter(key="women"))
    return organisation


@pytest.fixture
def member(client, organisation):
    client.force_login(make_member(organisation, "editor"))
    return client


def answered(client, organisation, **attribution) -> str:
    """Answer something else than the profile says; return the draft's address."""
    data = {"attribution": "attributed", "organisation": organisation.pk, "fill_in": "on"}
    url = begin(client, make_wave(), **{**data, **attribution})
    walk(client, url, "new")
    fill(client, url, "about", stage="new", groups=["youth", "women"])
    return url


def profile(organisation) -> tuple[str, set[str]]:
    stored = Organisation.objects.get(pk=organisation.pk)
    return stored.stage, set(stored.target_groups.values_list("key", flat=True))


class TestWritingBack:
    def test_is_offered_answer_by_answer(self, member, organisation):
        url = answered(member, organisation).replace("/en/", "/de/")
        page = member.get(f"{url}review/").text
        assert 'name="profile" value="stage"' in page and 'name="profile" value="groups"' in page
        assert "bisher: Etabliert" in page and "bisher: Frauen" in page
        assert " checked" not in page
        answer = member.post(f"{url}submit/", {"profile": ["groups"]})
        assert "Eine Antwort steht jetzt in Ihrem Profil." in answer.text
        assert profile(organisation) == ("established", {"women", "youth"})
        assert Organisation.objects.recently_changed().get() == organisation

    def test_happens_only_where_it_is_wanted(self, member, organisation):
        url = answered(member, organisation)
        member.post(f"{url}submit/")
        assert profile(organisation) == ("established", {"women"})

    def test_is_not_offered_for_what_the_profile_says_already(self, member, organisation):
        data = {"attribution": "attributed", "organisation": organisation.pk, "fill_in": "on"}
        url = begin(member, make_wave(), **data)
        walk(member, url, "established")
        fill(member, url, "about", stage="established", groups=["women"])
        assert 'name="profile"' not in member.get(f"{url}review/").text
        member.post(f"{url}submit/", {"profile": ["stage", "groups"]})
        assert not Organisation.objects.recently_changed().exists()

    def test_is_not_offered_for_what_a_profile_cannot_say(self, member, organisation):
        data = small_questionnaire()
        data["sections"][0]["questions"][1]["choices"] = [choice("none", "exclusive")]
        attributed = {"attribution": "attributed", "organisation": organisation.pk}
        url = begin(member, make_wave(data=data), **attributed)
        walk(member, url)
        fill(member, url, "about", stage="established", groups=["none"])
        assert 'name="profile"' not in member.get(f"{url}review/").text
        member.post(f"{url}submit/", {"profile": ["groups"]})
        assert profile(organisation) == ("established", {"women"})

    def test_is_for_members_only(self, member, organisation):
        """The link is enough to answer, not to change a public page."""
        url = answered(member, organisation)
        stranger = Client()
        assert 'name="profile"' not in stranger.get(f"{url}review/").text
        stranger.post(f"{url}submit/", {"profile": ["stage", "groups"]})
        assert Response.objects.get().state == "submitted"
        assert profile(organisation) == ("established", {"women"})

    def test_never_happens_to_anonymous_answers(self, member, organisation):
        url = answered(member, organisation, attribution="anonymous")
        assert 'name="profile"' not in member.get(f"{url}review/").text
        member.post(f"{url}submit/", {"profile": ["stage", "groups"]})
        assert profile(organisation) == ("established", {"women"})
