"""Cooperations that come of gives and seeks."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from actors.forms.listings import CooperationForm
from actors.models import Cooperation
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.users import User
from tests.world import make_listing, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db


class TestCooperation:
    @pytest.fixture
    def giving(self):
        return make_listing(direction="gives")

    @pytest.fixture
    def seeking(self):
        return make_listing(direction="seeks")

    def propose(self, client, own, other):
        return client.post(
            reverse("actors:cooperation-propose", args=[other.slug]), {"own": own.slug}
        )

    def test_beyond_the_limit_leads_back_and_says_why(self, client, giving, seeking, settings):
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "contact": "0/h/ip"}
        client.force_login(make_member(seeking.organisation))
        answer = self.propose(client, seeking, giving)
        assert answer.url == giving.get_absolute_url()
        assert "zu oft" in client.get(answer.url).text
        assert not Cooperation.objects.exists()

    def test_is_proposed_once_and_found_again_where_it_was_proposed(self, client, giving, seeking):
        seeking.translations.create(language="en", title="Chairs wanted", base_revision=1)
        client.force_login(make_member(seeking.organisation))
        page = giving.get_absolute_url().replace("/de/", "/en/")
        assert "Propose with “Chairs wanted”" in client.get(page).text

        self.propose(client, seeking, giving)
        url = f"/en/cooperations/{Cooperation.objects.get().pk}/"
        text = client.get(page).text
        assert "Propose with" not in text
        assert f'href="{url}"' in text
        assert "Chairs wanted" in client.get(url).text

        client.force_login(make_member(giving.organisation))
        assert f'href="{url}"' in client.get(f"/en/exchange/{seeking.slug}/").text

    def test_is_proposed_answered_and_agreed(self, client, giving, seeking, mailbox, deliver_jobs):
        asker = make_member(seeking.organisation)
        asked = make_member(giving.organisation)
        client.force_login(asker)
        assert f'value="{seeking.slug}"' in client.get(giving.get_absolute_url()).text
        self.propose(client, seeking, giving)
        self.propose(client, seeking, giving)
        cooperation = Cooperation.objects.get()
        deliver_jobs()
        assert len(mailbox.mails(to=asked.email)) == 1
        url = reverse("actors:cooperation-edit", args=[cooperation.pk])
        assert url in mailbox.latest(asked.email).text

        # Who proposed cannot take it up, only take it back.
        client.post(url, {"status": "talking"})
        cooperation.refresh_from_db()
        assert cooperation.status == "proposed"

        client.force_login(asked)
        assert "schlägt eine Kooperation vor" in client.get(reverse("actors:dashboard")).text
        client.post(url, {"status": "talking"})
        client.force_login(asker)
        client.post(url, {"status": "agreed", "outcome": "Donnerstags im Saal."})
        cooperation.refresh_from_db()
        assert (cooperation.status, cooperation.outcome) == ("agreed", "Donnerstags im Saal.")

    def test_is_proposed_to_the_whole_team_whoever_of_it_answers(
        self, client, giving, seeking, mailbox, deliver_jobs
    ):
        asked = [make_member(giving.organisation, role) for role in ("owner", "editor")]
        client.force_login(make_member(seeking.organisation, "editor"))
        self.propose(client, seeking, giving)
        deliver_jobs()
        url = reverse("actors:cooperation-edit", args=[Cooperation.objects.get().pk])
        for person in asked:
            [mail] = mailbox.mails(to=person.email)
            assert url in mail.text
            assert mail.message["Reply-To"] == seeking.organisation.email
            client.force_login(person)
            assert client.get(url).status_code == 200

    def test_is_proposed_to_the_public_address_where_there_is_no_account(
        self, client, giving, mailbox, deliver_jobs
    ):
        asker = make_organisation(phone="030 123456", email="wir@example.org")
        seeking = make_listing(asker, direction="seeks")
        client.force_login(make_member(asker))
        self.propose(client, seeking, giving)
        deliver_jobs()
        [mail] = mailbox.mails(to=giving.organisation.email)
        claim = reverse("actors:organisation-claim", args=[giving.organisation.slug])
        for part in (mail.text, mail.html):
            for words in ("030 123456", "wir@example.org", claim, seeking.title):
                assert words in part
            assert "/cooperations/" not in part

    @pytest.mark.parametrize(
        ("email", "said"), [("", "keine E\N{NON-BREAKING HYPHEN}Mail-Adresse"), ("a@b.de", "kann")]
    )
    def test_says_who_hears_of_it(self, client, seeking, email, said):
        giving = make_listing(make_organisation(email=email), direction="gives")
        client.force_login(make_member(seeking.organisation))
        self.propose(client, seeking, giving)
        assert said in client.get(reverse("actors:dashboard")).text

    @pytest.mark.parametrize(
        ("before", "proposed_by", "after", "subject", "words"),
        [
            ("proposed", "seeks", "talking", "{} says yes to a cooperation", "030 123456"),
            ("proposed", "seeks", "ended", "{} says no to a cooperation", "does not fit"),
            ("proposed", "gives", "ended", "{} takes its proposal back", "not answer any more"),
            ("talking", "seeks", "agreed", "Agreed: your cooperation with {}", "Sechs Abende."),
            ("talking", "seeks", "ended", "No cooperation with {} this time", "after all"),
            ("agreed", "seeks", "ended", "Your cooperation with {} is over", "Sechs Abende."),
        ],
    )
    def test_tells_the_other_sides_team_what_was_answered(
        self, client, giving, seeking, mailbox, deliver_jobs,
        before, proposed_by, after, subject, words,
    ):  # fmt: skip
        giving.organisation.phone = "030 123456"
        giving.organisation.save()
        cooperation = Cooperation.objects.create(
            giving=giving, seeking=seeking, status=before, proposed_by=proposed_by
        )
        colleague = make_member(giving.organisation)
        readers = [make_member(seeking.organisation), make_member(seeking.organisation, "editor")]
        User.objects.filter(pk__in=[reader.pk for reader in readers]).update(language="en")
        client.force_login(make_member(giving.organisation))
        url = reverse("actors:cooperation-edit", args=[cooperation.pk])
        client.post(url, {"status": after, "was": before, "outcome": "Sechs Abende."})
        deliver_jobs()
        assert mailbox.mails(to=colleague.email) == []
        for reader in readers:
            [mail] = mailbox.mails(to=reader.email)
            assert mail.subject == subject.format(giving.organisation)
            for part in (mail.text, mail.html):
                assert words in part
                assert seeking.title in part
                assert f"/en/cooperations/{cooperation.pk}/" in part
        # Nothing was set twice, nobody is told twice.
        client.post(url, {"status": after, "was": before})
        deliver_jobs()
        assert len(mailbox.mails(to=readers[0].email)) == 1

    def test_tells_both_sides_in_german_what_an_administrator_noted(
        self, client, giving, seeking, mailbox, deliver_jobs
    ):
        cooperation = Cooperation.objects.create(giving=giving, seeking=seeking, status="agreed")
        reader = make_member(giving.organisation)
        client.force_login(make_user("admin"))
        answer = client.post(
            reverse("actors:cooperation-edit", args=[cooperation.pk]),
            {"status": "ended", "was": "agreed"},
            follow=True,
        )
        assert "Beide Seiten bekommen eine E-Mail." in answer.text
        deliver_jobs()
        mail = mailbox.latest(reader.email)
        assert mail.subject == f"Ihre Kooperation mit {seeking.organisation}: Beendet"
        assert "Die Verwaltung des Portals hat das eingetragen." in mail.text
        # Where there is no account, the organisation's own address is told.
        mail = mailbox.latest(seeking.organisation.email)
        assert mail.subject.endswith(": Beendet")
        claim = reverse("actors:organisation-claim", args=[seeking.organisation.slug])
        assert claim in mail.text and "/cooperations/" not in mail.text

    def test_of_the_task_force_waits_for_both(self, client, giving, seeking):
        cooperation = Cooperation.objects.create(giving=giving, seeking=seeking)
        url = reverse("actors:cooperation-edit", args=[cooperation.pk])
        for own, other in ((giving, seeking), (seeking, giving)):
            client.force_login(make_member(own.organisation))
            page = client.get(reverse("actors:dashboard")).text
            assert f"Sie und {other.organisation} passen zusammen" in page
            assert "schlägt eine Kooperation vor" not in page
        client.post(url, {"status": "talking", "was": "proposed"})
        assert "passen zusammen" not in client.get(reverse("actors:dashboard")).text

    def test_waits_for_the_side_that_was_asked_of_somebody_in_both_teams(
        self, client, giving, seeking
    ):
        person = make_member(giving.organisation)
        seeking.organisation.memberships.create(user=person, role="owner")
        Cooperation.objects.create(giving=giving, seeking=seeking, proposed_by="gives")
        client.force_login(person)
        page = client.get(reverse("actors:dashboard")).text
        assert f"{giving.organisation} schlägt eine Kooperation vor" in page

    @pytest.mark.parametrize(
        ("proposed_by", "words"),
        [("gives", "{} hat das vorgeschlagen."), ("", "Die Taskforce hat beide zusammengebracht.")],
    )
    def test_tells_those_on_neither_side_how_it_stands(
        self, client, giving, seeking, proposed_by, words
    ):
        cooperation = Cooperation.objects.create(
            giving=giving, seeking=seeking, proposed_by=proposed_by
        )
        url = reverse("actors:cooperation-edit", args=[cooperation.pk])
        client.force_login(make_user("reviewer"))
        page = client.get(url).text
        assert words.format(giving.organisation) in page
        assert "zu keiner der beiden" not in page
        client.force_login(make_user("admin"))
        page = client.get(url).text
        assert words.format(giving.organisation) in page
        assert "zu keiner der beiden" in page
        assert "Was wurde geantwortet?" in page and "Was antworten Sie?" not in page

    def test_says_that_new_words_replace_those_that_are_there(self, client, giving, seeking):
        cooperation = Cooperation.objects.create(giving=giving, seeking=seeking, status="agreed")
        url = reverse("actors:cooperation-edit", args=[cooperation.pk])
        client.force_login(make_member(giving.organisation))
        assert "ersetzt den Text oben" not in client.get(url).text
        Cooperation.objects.update(outcome="Donnerstags im Saal.")
        assert "ersetzt den Text oben" in client.get(url).text
        client.post(url, {"status": "ended", "was": "agreed", "outcome": ""})
        page = client.get(url).text
        assert "Donnerstags im Saal." in page and "Das ist abgeschlossen." in page

    def test_page_says_whose_turn_it_is_and_asks_only_what_can_be_answered(
        self, client, giving, seeking
    ):
        asker, asked = make_member(seeking.organisation), make_member(giving.organisation)
        cooperation = Cooperation.objects.create(
            giving=giving, seeking=seeking, proposed_by="seeks"
        )
        url = reverse("actors:cooperation-edit", args=[cooperation.pk])

        client.force_login(asker)
        page = client.get(url)
        assert f"Kooperation mit {giving.organisation}" in page.text
        assert "Das haben Sie vorgeschlagen." in page.text
        assert "Vorschlag zurücknehmen" in page.text
        assert "Was ist daraus geworden?" not in page.text

        client.force_login(asked)
        page = client.get(url)
        assert f"Kooperation mit {seeking.organisation}" in page.text
        assert "schlägt eine Kooperation vor" in page.text
        labels = [str(label) for _value, label in page.context["form"].fields["status"].choices]
        assert labels == ["Ja, wir kommen ins Gespräch", "Nein, es passt nicht"]
        assert "Was ist daraus geworden?" not in page.text

        cooperation.move("talking")
        page = client.get(url)
        assert "Sie sind im Gespräch" in page.text
        assert "Was ist daraus geworden?" in page.text
        cooperation.move("agreed")
        page = client.get(url)
        assert '<input type="hidden" name="status" value="ended"' in page.text
        client.post(url, {"status": "ended", "outcome": "Sechs Abende."})
        cooperation.refresh_from_db()
        assert (cooperation.status, cooperation.outcome) == ("ended", "Sechs Abende.")
        assert "Das ist abgeschlossen." in client.get(url).text

    @pytest.mark.parametrize(
        ("status", "side", "words"),
        [
            ("proposed", "gives", ["Ja, wir kommen ins Gespräch", "Nein, es passt nicht"]),
            ("proposed", "seeks", ["Vorschlag zurücknehmen"]),
            ("talking", "seeks", ["Wir haben etwas vereinbart", "Es passt doch nicht"]),
            ("agreed", "gives", ["Sie ist beendet"]),
        ],
    )
    def test_names_what_a_side_can_do_now(self, giving, seeking, status, side, words):
        cooperation = Cooperation.objects.create(
            giving=giving, seeking=seeking, proposed_by="seeks", status=status
        )
        listing = giving if side == "gives" else seeking
        following = cooperation.next_for(make_member(listing.organisation))
        form = CooperationForm(cooperation=cooperation, following=following, side=side)
        with translation.override("de"):
            choices = form.fields["status"].choices
            assert [str(label) for _value, label in choices] == words
            assert (str(form.button) == words[0]) is (len(words) == 1)

    def test_can_be_taken_back_by_who_proposed(self, client, giving, seeking):
        cooperation = Cooperation.objects.create(
            giving=giving, seeking=seeking, proposed_by="seeks"
        )
        client.force_login(make_member(seeking.organisation))
        client.post(reverse("actors:cooperation-edit", args=[cooperation.pk]), {"status": "ended"})
        cooperation.refresh_from_db()
        assert cooperation.status == "ended"

    def test_taking_back_what_was_accepted_meanwhile_ends_nothing(self, client, giving, seeking):
        cooperation = Cooperation.objects.create(
            giving=giving, seeking=seeking, proposed_by="seeks"
        )
        client.force_login(make_member(seeking.organisation))
        url = reverse("actors:cooperation-edit", args=[cooperation.pk])
        shown = client.get(url).context["form"].initial
        cooperation.move("talking")
        page = client.post(url, shown)
        assert "Die andere Seite war schneller" in page.text
        cooperation.refresh_from_db()
        assert cooperation.status == "talking"

    def test_keeps_what_was_written_when_the_other_side_was_faster(self, client, giving, seeking):
        cooperation = Cooperation.objects.create(giving=giving, seeking=seeking, status="talking")
        client.force_login(make_member(seeking.organisation))
        url = reverse("actors:cooperation-edit", args=[cooperation.pk])
        cooperation.move("agreed")
        page = client.post(url, {"was": "talking", "status": "agreed", "outcome": "Sechs Abende."})
        assert "Sechs Abende." in page.text
        cooperation.refresh_from_db()
        assert (cooperation.status, cooperation.outcome) == ("agreed", "")

    def test_needs_a_listing_of_ones_own_that_fits(self, client, giving, seeking):
        client.force_login(make_member(make_organisation()))
        assert self.propose(client, seeking, giving).status_code == 404
        other = make_listing(direction="seeks", resource="vehicle")
        client.force_login(make_member(other.organisation))
        assert self.propose(client, other, giving).status_code == 404
        assert not Cooperation.objects.exists()

    def test_is_hidden_from_strangers(self, client, giving, seeking):
        cooperation = Cooperation.objects.create(giving=giving, seeking=seeking)
        client.force_login(make_member(make_organisation()))
        url = reverse("actors:cooperation-edit", args=[cooperation.pk])
        assert client.get(url).status_code == 404

    def test_is_read_but_not_changed_by_the_task_force(self, client, giving, seeking):
        cooperation = Cooperation.objects.create(giving=giving, seeking=seeking)
        client.force_login(make_user("reviewer"))
        url = reverse("actors:cooperation-edit", args=[cooperation.pk])
        assert client.get(url).status_code == 200
        assert client.post(url, {"status": "ended"}).status_code == 403

    def test_moves_one_step_at_a_time(self, giving, seeking):
        cooperation = Cooperation.objects.create(giving=giving, seeking=seeking)
        with pytest.raises(TransitionNotAllowed):
            cooperation.move("agreed")
        seen_before = Cooperation.objects.get()
        cooperation.move("talking")
        with pytest.raises(TransitionNotAllowed):
            seen_before.move("ended")
        cooperation.move("ended")
        with pytest.raises(TransitionNotAllowed):
            cooperation.move("talking")

    def test_of_the_same_two_exists_once(self, giving, seeking):
        Cooperation.objects.create(giving=giving, seeking=seeking)
        with pytest.raises(IntegrityError), transaction.atomic():
            Cooperation.objects.create(giving=giving, seeking=seeking)

    def test_has_two_sides(self, giving):
        with pytest.raises(IntegrityError), transaction.atomic():
            Cooperation.objects.create(giving=giving, seeking=giving)
