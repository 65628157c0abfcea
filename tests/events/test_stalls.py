"""An organisation applies for a stall; event managers decide and place it."""

import pytest
from django.core.cache import cache

from actors.models import Membership
from events.models import EventTranslation, PitchAssignment, StallApplication
from tests.events.world import (
    in_days,
    make_event,
    make_format,
    make_pitch,
    make_stall,
    make_venue,
    place,
)
from tests.world import make_member, make_organisation, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


@pytest.fixture
def organisation():
    return make_organisation("Beispiel Nähcafé")


@pytest.fixture
def member(organisation):
    return make_member(organisation, email="naehcafe@example.org")


@pytest.fixture
def manager(client):
    user = make_user("event_manager")
    client.force_login(user)
    return user


@pytest.fixture
def event():
    return make_event(title="Beispielmarkt", stalls_until=in_days(10))


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
        client.force_login(member)
        path = f"/{language}/events/stalls/"
        assert ("Example fair" in client.get(path).text) == (language == "en")
        with django_assert_num_queries(queries):
            client.get(path)


class TestDecide:
    def decide(self, client, stall, was="submitted", **data):
        """Press a button on a page that was shown while the stall was in the state `was`."""
        path = f"/de/events/desk/stalls/{stall.pk}/decide/"
        return client.post(path, {"was": was, **data}, follow=True)

    def test_accepts_and_writes_to_the_owners(
        self, client, manager, event, organisation, member, mailbox, deliver_jobs
    ):
        stall = make_stall(event, organisation=organisation)
        self.decide(client, stall, decision="accept", reason="Schön, dass Sie kommen.")
        stall.refresh_from_db()
        assert stall.state == "accepted"
        deliver_jobs()
        mail = mailbox.latest("naehcafe@example.org")
        assert mail.subject == "Ihr Stand ist zugesagt: Beispielmarkt"
        assert "Schön, dass Sie kommen." in mail.text

    def test_declines_with_the_reason_in_the_mail(
        self, client, manager, event, organisation, member, mailbox, deliver_jobs
    ):
        stall = make_stall(event, organisation=organisation)
        self.decide(client, stall, decision="decline", reason="Es gibt <keinen> Strom & Platz.")
        deliver_jobs()
        mail = mailbox.latest("naehcafe@example.org")
        assert mail.subject == "Diesmal kein Stand: Beispielmarkt"
        assert "Es gibt <keinen> Strom & Platz." in mail.text
        assert "Es gibt &lt;keinen&gt; Strom &amp; Platz." in mail.html

    @pytest.mark.parametrize("state", ["submitted", "accepted"])
    def test_calls_nothing_optional_that_declining_needs(self, client, manager, state):
        stall = make_stall(state=state)
        assert "(freiwillig)" not in client.get(f"/de/events/desk/stalls/{stall.pk}/").text

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_needs_a_reason_to_decline(self, client, manager, reason):
        stall = make_stall()
        answer = self.decide(client, stall, decision="decline", reason=reason)
        assert answer.status_code == 422
        assert "Bitte schreiben Sie, warum" in answer.text
        stall.refresh_from_db()
        assert stall.is_undecided

    @pytest.mark.parametrize("decision", ["accept", "decline"])
    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("accepted", "Inzwischen ist entschieden: Der Stand ist zugesagt."),
            ("declined", "Inzwischen ist entschieden: Der Stand ist abgelehnt."),
            ("withdrawn", "Inzwischen hat die Organisation ihre Bewerbung zurückgezogen."),
        ],
    )
    def test_an_old_page_decides_nothing_and_says_what_stands(
        self, client, manager, mailbox, deliver_jobs, state, words, decision
    ):
        stall = make_stall()
        page = client.get(f"/de/events/desk/stalls/{stall.pk}/")
        was = page.context["decision"]["was"].value()
        before = {
            "accepted": stall.accept,
            "declined": lambda: stall.decline("Kein Platz."),
            "withdrawn": stall.withdraw,
        }
        before[state]()
        answer = self.decide(client, stall, was, decision=decision, reason="Mein langer Satz.")
        assert (answer.status_code, words in answer.text) == (409, True)
        # What was written is still there where there is something to decide.
        assert ("Mein langer Satz." in answer.text) == (state == "accepted")
        stall.refresh_from_db()
        assert stall.state == state
        deliver_jobs()
        assert mailbox.mails() == []

    def test_needs_to_know_which_page_it_comes_from(self, client, manager):
        stall = make_stall(state="accepted")
        assert self.decide(client, stall, "", decision="take-back", reason="x").status_code == 409
        stall.refresh_from_db()
        assert stall.state == "accepted"

    def test_takes_an_acceptance_back_with_a_reason(
        self, client, manager, event, organisation, member, mailbox, deliver_jobs
    ):
        stall = make_stall(event, organisation=organisation, state="accepted")
        place(stall, make_pitch(make_venue(event)))
        page = client.get(f"/de/events/desk/stalls/{stall.pk}/").text
        assert "Zusage zurücknehmen" in page
        assert 'value="decline"' not in page
        answer = self.decide(client, stall, "accepted", decision="take-back")
        assert answer.status_code == 422
        assert "Bitte schreiben Sie, warum" in answer.text
        self.decide(client, stall, "accepted", decision="take-back", reason="Der Hof ist gesperrt.")
        stall.refresh_from_db()
        assert stall.state == "declined"
        assert not PitchAssignment.objects.exists()
        deliver_jobs()
        mail = mailbox.latest("naehcafe@example.org")
        assert mail.subject == "Ihr Stand ist leider doch abgesagt: Beispielmarkt"
        assert "Der Hof ist gesperrt." in mail.text

    def test_opens_a_declined_one_again(self, client, manager, mailbox, deliver_jobs):
        stall = make_stall(state="declined")
        page = client.get(f"/de/events/desk/stalls/{stall.pk}/").text
        assert "Noch einmal entscheiden" in page
        self.decide(client, stall, "declined", decision="reopen")
        stall.refresh_from_db()
        assert (stall.state, stall.reason, stall.decided_at) == ("submitted", "", None)
        deliver_jobs()
        assert mailbox.mails() == []
        self.decide(client, stall, decision="accept")
        stall.refresh_from_db()
        assert stall.state == "accepted"

    def test_does_not_open_one_again_beside_a_new_one(self, client, manager, event, organisation):
        old = make_stall(event, organisation=organisation, state="declined")
        make_stall(event, organisation=organisation)
        answer = self.decide(client, old, "declined", decision="reopen")
        assert "hat sich für diese Veranstaltung neu beworben" in answer.text
        old.refresh_from_db()
        assert old.state == "declined"

    def test_offers_no_decision_on_what_was_withdrawn_or_is_over(self, client, manager):
        over = make_event(starts_at=in_days(-2), ends_at=in_days(-1))
        for stall in (make_stall(state="withdrawn"), make_stall(over, state="declined")):
            page = client.get(f"/de/events/desk/stalls/{stall.pk}/").text
            assert 'name="decision"' not in page

    def test_writes_each_person_in_their_language(
        self, client, manager, event, organisation, member, mailbox, deliver_jobs
    ):
        member.language = "en"
        member.save()
        helper = make_member(organisation, "editor", email="helfer@example.org")
        stall = make_stall(event, organisation=organisation, applied_by=helper)
        self.decide(client, stall, decision="accept")
        deliver_jobs()
        assert mailbox.latest("naehcafe@example.org").subject.startswith("Your stall is accepted")
        assert mailbox.latest("helfer@example.org").subject.startswith("Ihr Stand ist zugesagt")


class TestPlace:
    def place(self, client, stall, pitch):
        path = f"/de/events/desk/stalls/{stall.pk}/place/"
        return client.post(path, {"pitch": pitch.pk if pitch else ""}, follow=True)

    def test_gives_a_pitch_and_says_where(
        self, client, manager, event, organisation, member, mailbox, deliver_jobs
    ):
        venue = make_venue(event, name="Beispielhof")
        stall = make_stall(event, organisation=organisation, state="accepted")
        self.place(client, stall, make_pitch(venue, label="A7"))
        assert stall.assignment.pitch.label == "A7"
        deliver_jobs()
        mail = mailbox.latest("naehcafe@example.org")
        assert mail.subject == "Ihr Standplatz ist A7: Beispielmarkt"
        assert "Beispielhof" in mail.text

    def test_moves_and_takes_away(self, client, manager, event, mailbox, deliver_jobs):
        venue = make_venue(event)
        stall = make_stall(event, state="accepted")
        first, second = make_pitch(venue), make_pitch(venue)
        for pitch in (first, second, None):
            self.place(client, stall, pitch)
            found = PitchAssignment.objects.filter(application=stall).first()
            assert (found and found.pitch) == pitch

    def test_offers_free_pitches_of_the_same_event_only(self, client, manager, event):
        venue = make_venue(event)
        free, taken = make_pitch(venue), make_pitch(venue)
        place(make_stall(event, state="accepted"), taken)
        elsewhere = make_pitch()
        stall = make_stall(event, state="accepted")
        page = client.get(f"/de/events/desk/stalls/{stall.pk}/")
        assert list(page.context["placement"].fields["pitch"].queryset) == [free]
        for pitch in (taken, elsewhere):
            assert self.place(client, stall, pitch).status_code == 422
        assert not PitchAssignment.objects.filter(application=stall).exists()

    def test_is_for_accepted_stalls(self, client, manager, event):
        stall = make_stall(event)
        answer = self.place(client, stall, make_pitch(make_venue(event)))
        assert "Einen Standplatz bekommt nur" in answer.text
        assert not PitchAssignment.objects.exists()

    def test_says_when_somebody_was_faster(self, client, manager, event, monkeypatch):
        from events import placing
        from events.views import desk

        def taken(**kwargs):
            raise placing.PitchTaken

        monkeypatch.setattr(desk.placing, "place", taken)
        stall = make_stall(event, state="accepted")
        answer = self.place(client, stall, make_pitch(make_venue(event)))
        assert "wurde gerade vergeben" in answer.text

    def test_links_each_free_pitch_of_the_plan_to_the_form(self, client, manager, event):
        venue = make_venue(event)
        free, taken = make_pitch(venue, label="B1"), make_pitch(venue, label="B2")
        other = make_stall(event, state="accepted", organisation=make_organisation("Beispielküche"))
        place(other, taken)
        stall = make_stall(event, state="accepted")
        path = f"/de/events/desk/stalls/{stall.pk}/"
        page = client.get(path).text
        link = f"{path}?pitch={free.pk}#placing"
        drawing, pitches = page.split('<ul class="pitches"')
        assert f'<a class="plan__cell" href="{link}"' in drawing
        assert f'<a class="plan__cell" href="/de/events/desk/stalls/{other.pk}/"' in drawing
        assert f'<a class="pitches__item" href="{link}"' in pitches
        assert "Beispielküche" in drawing
        assert "Beispielküche" in pitches
        chosen = client.get(link).text
        assert f'<option value="{free.pk}" selected>' in chosen
        assert "B1 ist ausgewählt, aber noch nicht gespeichert." in chosen

    @pytest.mark.parametrize("state", ["submitted", "declined"])
    def test_links_no_pitch_before_the_stall_is_accepted(self, client, manager, event, state):
        pitch = make_pitch(make_venue(event))
        stall = make_stall(event, state=state)
        page = client.get(f"/de/events/desk/stalls/{stall.pk}/?pitch={pitch.pk}")
        assert "#placing" not in page.text
        assert page.context["chosen"] is None

    def test_from_the_plan_asks_which_stall_and_comes_back(self, client, manager, event):
        venue = make_venue(event)
        pitch = make_pitch(venue, label="B1")
        stall = make_stall(event, state="accepted")
        path = f"/de/events/desk/{event.slug}/plan/"
        assert f'<a class="plan__cell" href="{path}?pitch={pitch.pk}#placing"' in (
            client.get(path).text
        )
        assert "Auf B1 stellen" in client.get(f"{path}?pitch={pitch.pk}").text
        answer = client.post(
            f"/de/events/desk/stalls/{stall.pk}/place/", {"pitch": pitch.pk, "back": "plan"}
        )
        assert answer.url == path
        assert PitchAssignment.objects.get().application == stall
        # Nobody is left without a pitch: nothing to choose.
        assert "?pitch=" not in client.get(path).text

    @pytest.mark.parametrize("asked", ["taken", "x", "0"])
    def test_ignores_a_pitch_in_the_address_that_cannot_be_had(self, client, manager, event, asked):
        pitch = make_pitch(make_venue(event))
        place(make_stall(event, state="accepted"), pitch)
        make_stall(event, state="accepted")
        query = {"pitch": pitch.pk if asked == "taken" else asked}
        page = client.get(f"/de/events/desk/{event.slug}/plan/", query)
        assert (page.status_code, page.context["chosen"]) == (200, None)

    def test_of_a_taken_pitch_is_refused_and_nothing_is_sent(self, event, mailbox, deliver_jobs):
        from events import placing

        pitch = make_pitch(make_venue(event))
        place(make_stall(event, state="accepted"), pitch)
        with pytest.raises(placing.PitchTaken):
            placing.place(application=make_stall(event, state="accepted"), pitch=pitch)
        deliver_jobs()
        assert mailbox.mails() == []


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
