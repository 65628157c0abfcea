"""Event managers decide on stalls and place them."""

import pytest
from django.urls import reverse

from events import placing
from events.models import PitchAssignment
from tests.events.world import (
    desk_url,
    in_days,
    make_event,
    make_format,
    make_pitch,
    make_stall,
    make_venue,
    place,
)
from tests.world import make_member, make_organisation

pytestmark = pytest.mark.django_db


class TestList:
    def titles(self, client, event, **query) -> list[str]:
        page = client.get(desk_url("stalls", event), query)
        return [stall.title for stall in page.context["page_obj"]]

    def test_say_whose_organisation_has_left(self, client):
        event = make_event()
        make_stall(event, title="Bleibt")
        gone = make_stall(event, title="Geht", organisation=make_organisation(status="archived"))
        addresses = (desk_url("stalls", event), reverse("events:desk-stall", args=[gone.pk]))
        for address in addresses:
            assert client.get(address).text.count("status--archived") == 1

    def test_are_filtered_and_sorted_by_the_address(self, client):
        event = make_event()
        food = make_stall(event, title="B", format=make_format("intercultural-food"))
        accepted = make_stall(event, title="A", state="accepted")
        placed = make_stall(event, title="C", state="accepted")
        place(placed, make_pitch(make_venue(event)))
        assert self.titles(client, event) == ["B", "A", "C"]
        assert self.titles(client, event, sort="title") == ["A", "B", "C"]
        assert self.titles(client, event, sort="-title") == ["C", "B", "A"]
        assert self.titles(client, event, state="submitted") == [food.title]
        assert self.titles(client, event, state="without-pitch") == [accepted.title]
        assert self.titles(client, event, format="intercultural-food") == [food.title]
        assert self.titles(client, event, state="x", format="x", sort="x") == ["B", "A", "C"]

    @pytest.mark.parametrize(
        "sort", ["title", "organisation", "format", "received", "state", "pitch", "-pitch"]
    )
    def test_have_a_total_order(self, client, sort):
        page = client.get(desk_url("stalls", make_event()), {"sort": sort})
        assert page.context["page_obj"].paginator.object_list.totally_ordered


class TestDecide:
    def decide(self, client, stall, was="submitted", **data):
        """Press a button on a page that was shown while the stall was in the state `was`."""
        path = f"/de/events/desk/stalls/{stall.pk}/decide/"
        return client.post(path, {"was": was, **data}, follow=True)

    def test_accepts_and_writes_to_the_owners(
        self, client, event, organisation, member, mailbox, deliver_jobs
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
        self, client, event, organisation, member, mailbox, deliver_jobs
    ):
        stall = make_stall(event, organisation=organisation)
        self.decide(client, stall, decision="decline", reason="Es gibt <keinen> Strom & Platz.")
        deliver_jobs()
        mail = mailbox.latest("naehcafe@example.org")
        assert mail.subject == "Diesmal kein Stand: Beispielmarkt"
        assert "Es gibt <keinen> Strom & Platz." in mail.text
        words = "Es gibt &lt;keinen&gt; Strom &amp; Platz."
        assert f'<blockquote lang="de">{words}</blockquote>' in mail.html

    @pytest.mark.parametrize("state", ["submitted", "accepted"])
    def test_calls_nothing_optional_that_declining_needs(self, client, state):
        stall = make_stall(state=state)
        assert "(freiwillig)" not in client.get(f"/de/events/desk/stalls/{stall.pk}/").text

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_needs_a_reason_to_decline(self, client, reason):
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
        self, client, mailbox, deliver_jobs, state, words, decision
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

    def test_needs_to_know_which_page_it_comes_from(self, client):
        stall = make_stall(state="accepted")
        assert self.decide(client, stall, "", decision="take-back", reason="x").status_code == 409
        stall.refresh_from_db()
        assert stall.state == "accepted"

    def test_takes_an_acceptance_back_with_a_reason(
        self, client, event, organisation, member, mailbox, deliver_jobs
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
        assert mail.subject == "Zusage für Ihren Stand zurückgenommen: Beispielmarkt"
        assert "Der Hof ist gesperrt." in mail.text

    def test_opens_a_declined_one_again(self, client, mailbox, deliver_jobs):
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

    @pytest.mark.parametrize(
        "fields",
        [
            {"status": "archived"},
            {"starts_at": in_days(-2), "ends_at": in_days(-1)},
        ],
    )
    def test_does_not_open_one_again_where_nothing_is_decided_any_more(self, client, fields):
        stall = make_stall(make_event(**fields), state="declined")
        page = client.get(f"/de/events/desk/stalls/{stall.pk}/").text
        assert 'value="reopen"' not in page
        answer = self.decide(client, stall, was="declined", decision="reopen")
        assert "Es wurde jetzt nichts geändert." in answer.text
        stall.refresh_from_db()
        assert stall.state == "declined"

    def test_does_not_open_one_again_beside_a_new_one(self, client, event, organisation):
        old = make_stall(event, organisation=organisation, state="declined")
        make_stall(event, organisation=organisation)
        answer = self.decide(client, old, "declined", decision="reopen")
        assert "hat sich für diese Veranstaltung neu beworben" in answer.text
        old.refresh_from_db()
        assert old.state == "declined"

    def test_offers_no_decision_on_what_was_withdrawn_or_is_over(self, client):
        over = make_event(starts_at=in_days(-2), ends_at=in_days(-1))
        for stall in (make_stall(state="withdrawn"), make_stall(over, state="declined")):
            page = client.get(f"/de/events/desk/stalls/{stall.pk}/").text
            assert 'name="decision"' not in page

    def test_writes_each_person_in_their_language(
        self, client, event, organisation, member, mailbox, deliver_jobs
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
        self, client, event, organisation, member, mailbox, deliver_jobs
    ):
        venue = make_venue(event, name="Beispielhof")
        stall = make_stall(event, organisation=organisation, state="accepted")
        self.place(client, stall, make_pitch(venue, label="A7"))
        assert stall.assignment.pitch.label == "A7"
        deliver_jobs()
        mail = mailbox.latest("naehcafe@example.org")
        assert mail.subject == "Ihr Standplatz ist A7: Beispielmarkt"
        assert "Beispielhof" in mail.text

    @pytest.mark.parametrize(
        ("elsewhere", "subject", "words"),
        [
            (False, "Ihr Standplatz ist A5 statt B1", "auf Standplatz A5 statt B1, Hof & Saal."),
            (True, "Ihr Standplatz ist A5 statt B1", "auf Standplatz A5, Wiese, statt B1, Hof & S"),
        ],
    )
    def test_says_after_a_move_from_where_to_where(
        self, client, event, organisation, member, mailbox, deliver_jobs, elsewhere, subject, words
    ):
        venue = make_venue(event, name="Hof & Saal")
        stall = make_stall(event, organisation=organisation, state="accepted")
        self.place(client, stall, make_pitch(venue, label="B1"))
        there = make_venue(event, name="Wiese") if elsewhere else venue
        self.place(client, stall, make_pitch(there, label="A5"))
        deliver_jobs()
        first, moved = mailbox.mails()
        assert "statt" not in first.subject + first.text
        assert moved.subject == f"{subject}: Beispielmarkt"
        assert words in moved.text
        assert words.replace("&", "&amp;") in moved.html

    @pytest.mark.parametrize(
        ("needs", "lacks"),
        [
            ({"needs_water": True}, "ohne Wasser"),
            ({"needs_water": True, "needs_power": True}, "ohne Strom, ohne Wasser"),
            ({"place": "indoor"}, "nicht drinnen"),
        ],
    )
    def test_marks_and_warns_of_a_pitch_that_lacks_what_the_stall_needs(
        self, client, event, needs, lacks
    ):
        bare = make_pitch(make_venue(event, name="Hof"), label="B1")
        stall = make_stall(event, state="accepted", title="Suppe", **needs)
        page = client.get(f"/de/events/desk/stalls/{stall.pk}/?pitch={bare.pk}").text
        assert f"B1, {lacks} – Hof</option>" in page
        assert f"<strong>B1, {lacks}.</strong>" in page
        plan = client.get(f"{desk_url('plan', event)}?pitch={bare.pk}").text
        assert f"B1, {lacks}</strong>" in plan
        warning = f"Bitte prüfen Sie: B1 ist {lacks}, „Suppe“ hat aber darum gebeten."
        assert warning in self.place(client, stall, bare).text

    @pytest.mark.parametrize(
        ("needs", "facts"),
        [
            ({"needs_water": True, "needs_power": True}, {"has_water": True, "has_power": True}),
            ({"place": "indoor"}, {"is_indoor": True}),
            ({}, {"is_indoor": True}),
        ],
    )
    def test_warns_of_nothing_where_everything_is_there(self, client, event, needs, facts):
        pitch = make_pitch(make_venue(event), label="B1", **facts)
        stall = make_stall(event, state="accepted", **needs)
        assert stall.lacks_at(pitch) == []
        assert "Bitte prüfen Sie" not in self.place(client, stall, pitch).text

    def test_outdoors_is_not_indoors(self, event):
        stall = make_stall(event, state="accepted", place="outdoor")
        assert stall.lacks_at(make_pitch(make_venue(event), is_indoor=True)) == ["nicht draußen"]

    def test_moves_and_takes_away(self, client, event, mailbox, deliver_jobs):
        venue = make_venue(event)
        stall = make_stall(event, state="accepted")
        first, second = make_pitch(venue), make_pitch(venue)
        for pitch in (first, second, None):
            self.place(client, stall, pitch)
            found = PitchAssignment.objects.filter(application=stall).first()
            assert (found and found.pitch) == pitch

    def test_offers_free_pitches_of_the_same_event_only(self, client, event):
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

    def test_is_for_accepted_stalls(self, client, event):
        stall = make_stall(event)
        answer = self.place(client, stall, make_pitch(make_venue(event)))
        assert "Einen Standplatz bekommt nur" in answer.text
        assert not PitchAssignment.objects.exists()

    def test_says_when_somebody_was_faster(self, client, event, monkeypatch):
        def taken(**kwargs):
            raise placing.PitchTaken

        monkeypatch.setattr(placing, "place", taken)
        stall = make_stall(event, state="accepted")
        answer = self.place(client, stall, make_pitch(make_venue(event)))
        assert answer.status_code == 422
        assert "wurde gerade vergeben" in str(answer.context["placement"].errors["pitch"])

    def test_names_at_the_field_who_got_the_pitch_meanwhile(self, client, event):
        pitch = make_pitch(make_venue(event), label="A3")
        stall = make_stall(event, state="accepted")
        place(make_stall(event, state="accepted", title="Beispielküche"), pitch)
        answer = self.place(client, stall, pitch)
        assert answer.status_code == 422
        assert answer.context["placement"].errors["pitch"] == [
            "A3 ist inzwischen an „Beispielküche“ vergeben. Bitte wählen Sie einen anderen Platz."
        ]
        assert "A3 ist inzwischen an „Beispielküche“ vergeben." in answer.text
        assert not PitchAssignment.objects.filter(application=stall).exists()

    @pytest.mark.parametrize("sent", ["x", "0"])
    def test_refuses_what_is_no_pitch(self, client, event, sent):
        stall = make_stall(event, state="accepted")
        place(make_stall(event, state="accepted"), make_pitch(make_venue(event)))
        path = f"/de/events/desk/stalls/{stall.pk}/place/"
        assert client.post(path, {"pitch": sent}).status_code == 422

    def test_links_each_free_pitch_of_the_plan_to_the_form(self, client, event):
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
    def test_links_no_pitch_before_the_stall_is_accepted(self, client, event, state):
        pitch = make_pitch(make_venue(event))
        stall = make_stall(event, state=state)
        page = client.get(f"/de/events/desk/stalls/{stall.pk}/?pitch={pitch.pk}")
        assert "#placing" not in page.text
        assert page.context["chosen"] is None

    def test_of_a_taken_pitch_is_refused_and_nothing_is_sent(self, event, mailbox, deliver_jobs):
        pitch = make_pitch(make_venue(event))
        place(make_stall(event, state="accepted"), pitch)
        with pytest.raises(placing.PitchTaken):
            placing.place(application=make_stall(event, state="accepted"), pitch=pitch)
        deliver_jobs()
        assert mailbox.mails() == []
