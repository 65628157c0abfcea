"""What the apps above keep when two organisations become one."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from actors import merging
from ssoe_portal.common.moderation import Status
from surveys.models import AccessLog
from tests.events.world import in_days, make_event, make_item, make_stall
from tests.surveys.world import make_response, make_wave
from tests.world import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def gone():
    return make_organisation("Beispiel Alt")


@pytest.fixture
def stays():
    return make_organisation("Beispiel Neu")


class TestEvents:
    def test_come_along_with_sessions_and_stalls(self, gone, stays):
        items = [
            make_event(organisation=gone),
            make_item(organisation=gone),
            make_stall(organisation=gone, state="accepted"),
        ]
        merging.merge(gone=gone, stays=stays)
        for item in items:
            item.refresh_from_db()
            assert item.organisation == stays

    def test_stop_the_merge_while_both_want_a_stall(self, gone, stays):
        event = make_event()
        theirs = make_stall(event, organisation=gone)
        make_stall(event, organisation=stays)
        with pytest.raises(ValidationError, match="offene Bewerbung"):
            merging.merge(gone=gone, stays=stays)
        gone.refresh_from_db()
        assert gone.status == Status.PUBLISHED
        theirs.withdraw()
        merging.merge(gone=gone, stays=stays)
        assert stays.stall_applications.count() == 2

    def test_that_are_over_keep_both_stalls(self, gone, stays):
        event = make_event()
        stalls = [make_stall(event, organisation=one, state="accepted") for one in (gone, stays)]
        type(event).objects.update(starts_at=in_days(-3), ends_at=in_days(-2))
        merging.merge(gone=gone, stays=stays)
        for stall, organisation in zip(stalls, (gone, stays), strict=True):
            stall.refresh_from_db()
            assert stall.organisation == organisation


class TestSurveys:
    def test_answers_come_along(self, gone, stays):
        response = make_response(make_wave(), organisation=gone)
        log = AccessLog.objects.create(
            wave=response.wave, organisation=gone, by=make_user("reviewer"), rows=1
        )
        merging.merge(gone=gone, stays=stays)
        response.refresh_from_db(), log.refresh_from_db()
        assert response.organisation == log.organisation == stays

    @pytest.mark.parametrize(
        ("of_gone", "of_stays", "kept"),
        [
            (True, True, "stays"),
            (True, False, "gone"),
            (False, True, "stays"),
            (False, False, "stays"),
        ],
    )
    def test_what_was_handed_in_goes_before_a_draft(self, gone, stays, of_gone, of_stays, kept):
        wave = make_wave()
        responses = {
            "gone": make_response(wave, organisation=gone, submitted=of_gone),
            "stays": make_response(wave, organisation=stays, submitted=of_stays),
        }
        merging.merge(gone=gone, stays=stays)
        left = "gone" if kept == "stays" else "stays"
        for response in responses.values():
            response.refresh_from_db()
        assert responses[kept].organisation == stays
        assert responses[left].organisation == gone  # nothing is lost

    @pytest.mark.parametrize(
        ("of_gone", "of_stays", "words"),
        [
            (True, True, "gelten die Antworten von „Beispiel Neu“"),
            (True, False, "Der Entwurf von „Beispiel Neu“"),
            (False, True, "Der Entwurf von „Beispiel Alt“"),
        ],
    )
    def test_what_does_not_come_along_is_said_before(
        self, client, gone, stays, of_gone, of_stays, words
    ):
        wave = make_wave()
        make_response(wave, organisation=gone, submitted=of_gone)
        make_response(wave, organisation=stays, submitted=of_stays)
        make_response(make_wave(), organisation=gone)
        client.force_login(make_user("reviewer"))
        path = reverse("actors:duplicates-merge", args=[gone.slug, stays.slug])
        page = client.post(path, {"stays": "second", "step": "check"}).text
        assert page.count(words) == 1
        assert page.count("kommt nicht mit") + page.count("bleiben beim archivierten") == 1

    def test_the_team_reads_what_was_left_with_the_archived_entry(self, client, gone, stays):
        wave = make_wave()
        left = make_response(wave, organisation=gone)
        make_response(wave, organisation=stays)
        page = reverse("surveys:own-response", args=[left.pk])
        user = make_member(gone)
        client.force_login(user)
        merging.merge(gone=gone, stays=stays)
        assert client.get(page).status_code == 200
        assert page in client.get(wave.survey.get_absolute_url()).text
        user.memberships.all().delete()
        assert client.get(page).status_code == 404
