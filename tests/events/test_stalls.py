"""An organisation applies for a stall."""

import pytest
from django.core.cache import cache
from django.utils.html import conditional_escape

from actors.models import Membership
from events.calling_off import call_off
from events.models import Event, EventTranslation, PitchAssignment, StallApplication
from events.templatetags.times import when
from tests.events.world import (
    in_days,
    make_event,
    make_format,
    make_pitch,
    make_stall,
    make_venue,
    place,
)
from tests.sending import as_shown
from tests.world import make_member, make_organisation, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


def apply_path(event) -> str:
    return f"/de/events/{event.slug}/stall/apply/"


def form(organisation, **fields) -> dict:
    return {
        "organisation": organisation.pk,
        "format": make_format().pk,
        "title": "Nähen zum Mitmachen",
        "description": "Drei Nähmaschinen, alle dürfen ran.",
        "needs_power": "on",
        "tables": "3",
        "place": "indoor",
        "people": "2",
        **fields,
    }


class TestApply:
    def test_stores_the_application_and_answers_by_mail(
        self, client, event, organisation, member, mailbox, deliver_jobs
    ):
        client.force_login(member)
        answer = client.post(apply_path(event), form(organisation), follow=True)
        stall = StallApplication.objects.get()
        assert answer.redirect_chain == [(f"/de/events/stalls/{stall.pk}/", 302)]
        assert (stall.state, stall.applied_by, stall.needs_power) == ("submitted", member, True)
        deliver_jobs()
        mail = mailbox.latest("naehcafe@example.org")
        assert mail.subject == "Ihre Standbewerbung ist da: Beispielmarkt"
        assert f"/de/events/stalls/{stall.pk}/" in mail.text

    def test_preselects_the_organisation_of_the_link(self, client, event, organisation, member):
        make_member(make_organisation())
        client.force_login(member)
        page = client.get(apply_path(event), {"organisation": organisation.slug})
        assert page.context["form"]["organisation"].value() == organisation.pk
        assert client.get(apply_path(event), {"organisation": "a\0b"}).status_code == 200

    def test_is_for_one_s_own_organisations_only(self, client, event, member):
        client.force_login(member)
        other = make_organisation()
        answer = client.post(apply_path(event), form(other))
        assert answer.status_code == 422
        assert "organisation" in answer.context["form"].errors
        assert not StallApplication.objects.exists()

    def test_asks_people_without_an_organisation_to_register_it(self, client, event):
        client.force_login(make_user())
        assert "Erst die Organisation, dann der Stand" in client.get(apply_path(event)).text

    @pytest.mark.parametrize("status", ["draft", "archived"])
    def test_is_not_possible_for_an_organisation_that_is_not_public(
        self, client, event, organisation, member, status
    ):
        hidden = make_organisation("Bezirksamt Beispiel", status=status)
        client.force_login(make_member(hidden))
        answer = client.post(apply_path(event), form(hidden))
        assert "Die Seite Ihrer Organisation ist noch nicht öffentlich" in answer.text
        Membership.objects.create(user=member, organisation=hidden, role="owner")
        client.force_login(member)
        assert client.post(apply_path(event), form(hidden)).status_code == 422
        assert not StallApplication.objects.exists()

    def test_offers_administrators_no_foreign_organisation(self, client, event, organisation):
        client.force_login(make_user("admin"))
        client.post(apply_path(event), form(organisation))
        assert not StallApplication.objects.exists()

    def test_asks_visitors_to_sign_in_and_brings_them_back(self, client, event):
        answer = client.get(apply_path(event))
        assert answer.status_code == 302
        assert apply_path(event) in answer.url

    def test_is_possible_once(self, client, event, organisation, member):
        make_stall(event, organisation=organisation)
        client.force_login(member)
        answer = client.post(apply_path(event), form(organisation))
        assert "hat sich schon um einen Stand" in answer.text
        assert StallApplication.objects.count() == 1

    @pytest.mark.parametrize("state", ["submitted", "accepted"])
    def test_leads_who_has_applied_to_the_application(
        self, client, event, organisation, member, state
    ):
        stall = make_stall(event, organisation=organisation, state=state)
        other = make_stall(event)
        client.force_login(member)
        page = client.get(apply_path(event))
        assert "form" not in page.context
        assert "Sie haben sich schon beworben" in page.text
        assert f'href="{stall.get_absolute_url()}"' in page.text
        assert f'href="{other.get_absolute_url()}"' not in page.text

    @pytest.mark.parametrize("state", ["declined", "withdrawn"])
    def test_is_possible_again_when_nothing_is_active(
        self, client, event, organisation, member, state
    ):
        make_stall(event, organisation=organisation, state=state)
        client.force_login(member)
        page = client.get(apply_path(event))
        assert list(page.context["form"].fields["organisation"].queryset) == [organisation]
        assert client.post(apply_path(event), form(organisation)).status_code == 302

    def test_offers_only_organisations_that_have_not_applied(
        self, client, event, organisation, member
    ):
        second = make_organisation("Beispielküche")
        Membership.objects.create(user=member, organisation=second, role="owner")
        make_stall(event, organisation=organisation)
        make_stall(make_event(), organisation=second)
        client.force_login(member)
        page = client.get(apply_path(event), {"organisation": organisation.slug})
        assert list(page.context["form"].fields["organisation"].queryset) == [second]
        assert page.context["form"]["organisation"].value() == second.pk

    def test_is_invited_to_as_long_as_one_organisation_has_not_applied(
        self, client, event, organisation, member
    ):
        client.force_login(member)

        def invited() -> list[Event]:
            return list(client.get("/de/events/stalls/").context["open_events"])

        second = make_organisation("Beispielküche")
        Membership.objects.create(user=member, organisation=second, role="owner")
        make_stall(event)
        make_stall(event, organisation=organisation)
        assert invited() == [event]
        stall = make_stall(event, organisation=second)
        assert invited() == []
        stall.withdraw()
        assert invited() == [event]

    def test_invites_people_without_an_organisation_too(self, client, event):
        client.force_login(make_user())
        assert list(client.get("/de/events/stalls/").context["open_events"]) == [event]

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"stalls_until": None}, "gibt es keine Stände"),
            ({"stalls_until": in_days(-1)}, "Bewerben konnte man sich bis"),
        ],
    )
    def test_is_closed_when_it_is(self, client, organisation, member, fields, words):
        event = make_event(**fields)
        client.force_login(member)
        assert words in client.get(apply_path(event)).text
        client.post(apply_path(event), form(organisation))
        assert not StallApplication.objects.exists()

    def test_that_is_closed_leads_to_what_was_sent_before(
        self, client, event, organisation, member
    ):
        stall = make_stall(event, organisation=organisation)
        Event.objects.update(stalls_until=in_days(-1))
        client.force_login(member)
        page = client.get(apply_path(event)).text
        assert "Bewerben konnte man sich bis" in page
        assert f'href="{stall.get_absolute_url()}"' in page

    @pytest.mark.parametrize("what", ["called off", "too late"])
    def test_that_ended_while_one_wrote_keeps_what_was_written(
        self, client, event, organisation, member, what
    ):
        client.force_login(member)
        client.get(apply_path(event))
        if what == "called off":
            call_off(event)
        else:
            Event.objects.update(stalls_until=in_days(-1))
        answer = client.post(apply_path(event), form(organisation))
        assert answer.status_code == 422
        assert "keine Bewerbungen um einen Stand mehr" in answer.text
        assert "Nähmaschinen" in answer.text
        assert not StallApplication.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"title": ""}, "title"),
            ({"description": ""}, "description"),
            ({"format": "0"}, "format"),
            ({"people": "0"}, "people"),
            ({"people": "31"}, "people"),
            ({"tables": "11"}, "tables"),
            ({"place": "roof"}, "place"),
            ({"note": "x" * 1001}, "note"),
        ],
    )
    def test_says_at_the_field_what_to_mend(
        self, client, event, organisation, member, fields, field
    ):
        client.force_login(member)
        answer = client.post(apply_path(event), form(organisation, **fields))
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert "Nähmaschinen" in answer.text or field == "description"
        assert not StallApplication.objects.exists()


class TestOwnStall:
    def test_can_be_changed_until_it_is_decided(self, client, event, organisation, member):
        stall = make_stall(event, organisation=organisation)
        client.force_login(member)
        path = f"/de/events/stalls/{stall.pk}/edit/"
        client.post(path, form(organisation, title="Nähen für alle"))
        stall.refresh_from_db()
        assert stall.title == "Nähen für alle"
        stall.accept()
        answer = client.post(path, form(organisation, title="Etwas anderes"), follow=True)
        assert "lässt sich nicht mehr ändern" in answer.text
        stall.refresh_from_db()
        assert stall.title == "Nähen für alle"

    def test_keeps_what_somebody_else_changed_meanwhile(self, client, event, organisation, member):
        stall = make_stall(event, organisation=organisation, needs_water=False)
        client.force_login(member)
        path = f"/de/events/stalls/{stall.pk}/edit/"
        mine, theirs = as_shown(client.get(path).text), as_shown(client.get(path).text)
        client.post(path, mine | {"title": "Nähen für alle", "needs_water": "on"})
        answer = client.post(path, theirs | {"title": "Stricken"})
        assert "Jetzt steht dort: „Nähen für alle“" in answer.text
        assert client.post(path, theirs | {"people": "5"}).status_code == 302
        stall.refresh_from_db()
        assert (stall.title, stall.needs_water, stall.people) == ("Nähen für alle", True, 5)

    def test_never_moves_to_another_organisation(self, client, event, organisation, member):
        stall = make_stall(event, organisation=organisation)
        client.force_login(member)
        client.post(f"/de/events/stalls/{stall.pk}/edit/", form(make_organisation()))
        stall.refresh_from_db()
        assert stall.organisation == organisation

    def test_is_withdrawn_after_asking(self, client, event, organisation, member):
        stall = make_stall(event, organisation=organisation, state="accepted")
        place(stall, make_pitch(make_venue(event)))
        client.force_login(member)
        path = f"/de/events/stalls/{stall.pk}/withdraw/"
        assert "Bewerbung zurückziehen?" in client.get(path).text
        client.post(path)
        stall.refresh_from_db()
        assert stall.state == "withdrawn"
        assert not PitchAssignment.objects.exists()
        assert "war schon abgeschlossen" in client.post(path, follow=True).text

    def test_shows_its_pitch_on_the_plan(self, client, event, organisation, member):
        venue = make_venue(event, name="Beispielhof")
        stall = make_stall(event, organisation=organisation, state="accepted")
        place(stall, make_pitch(venue, label="A7"))
        client.force_login(member)
        text = client.get(stall.get_absolute_url()).text
        assert "Ihr Stand steht auf Standplatz A7, Beispielhof." in text
        assert "plan__pitch--mine" in text

    def test_shows_the_reason_it_was_declined_for(self, client, event, organisation, member):
        stall = make_stall(event, organisation=organisation, state="declined")
        client.force_login(member)
        assert "Leider kein Platz mehr." in client.get(stall.get_absolute_url()).text

    def test_list_names_all_days_of_the_event(self, client, organisation, member):
        event = make_event(starts_at=in_days(30), ends_at=in_days(32))
        make_stall(event, organisation=organisation)
        client.force_login(member)
        days = conditional_escape(when(event.starts_at, event.ends_at))
        assert days in client.get("/de/events/stalls/").text

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(("language", "queries"), [("de", 4), ("en", 7)])
    def test_list_takes_so_many_queries(
        self, client, django_assert_num_queries, member, rows, language, queries
    ):
        for _ in range(rows):
            event = make_event(stalls_until=in_days(9))
            EventTranslation.objects.create(original=event, language="en", title="Example fair")
            stall = make_stall(
                event, organisation=member.memberships.get().organisation, state="accepted"
            )
            place(stall, make_pitch(make_venue(event)))
            inviting = make_event(stalls_until=in_days(9))
            EventTranslation.objects.create(original=inviting, language="en", title="Open fair")
        client.force_login(member)
        path = f"/{language}/events/stalls/"
        for title in ("Example fair", "Open fair"):
            assert (title in client.get(path).text) == (language == "en")
        with django_assert_num_queries(queries):
            client.get(path)


class TestVisibility:
    def test_of_applications(self, organisation, member):
        mine, other = make_stall(organisation=organisation), make_stall()
        visible = StallApplication.objects.visible_to
        assert set(visible(member)) == {mine}
        assert set(visible(make_user("event_manager"))) == {mine, other}
        assert set(visible(make_user("reviewer"))) == set()


def test_limits_what_an_account_may_post(client, event, organisation, member):
    cache.clear()
    client.force_login(member)
    codes = [client.post(apply_path(event), {}).status_code for _ in range(21)]
    assert codes[-1] == 429
