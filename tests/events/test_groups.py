"""An organisation registers many families at once and looks after them."""

import re

import pytest
from django.db import IntegrityError
from django.urls import reverse

from actors import merging
from events import calling_off, letters, messaging, qr, registering, reminding
from events.models import GroupRegistration, Message, Registration
from ssoe_portal.common.privacy import erase_expired
from tests.events.test_event_constraints import refused
from tests.events.world import (
    in_days,
    make_event,
    make_group,
    make_item,
    make_question,
    make_registration,
    make_venue,
    sign_up,
)
from tests.world import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event(title="Beispielfest", capacity=6)


@pytest.fixture(autouse=True)
def signed_in(client, member):
    client.force_login(member)


def url(event) -> str:
    return reverse("events:group-register", args=[event.slug])


def sent(organisation, *families: tuple[str, int], known: int = 0, **fields) -> dict:
    rows = {"rows-TOTAL_FORMS": "10", "rows-INITIAL_FORMS": "0"}
    for number in range(10):
        name, size = families[number] if number < len(families) else ("", 1)
        rows |= {f"rows-{number}-name": name, f"rows-{number}-size": str(size)}
    return {"organisation": organisation.pk, "known": known, **rows, **fields}


def states(event) -> dict[str, str]:
    return dict(event.registrations.order_by("pk").values_list("name", "state"))


class TestRegistering:
    def test_gives_places_in_order_and_lets_the_others_wait(
        self, client, event, organisation, mailbox, deliver_jobs, member
    ):
        families = [("Familie A", 4), ("Familie B", 3), ("Familie C", 2), ("Familie D", 1)]
        answer = client.post(url(event), sent(organisation, *families))
        assert answer.url == GroupRegistration.objects.get().get_absolute_url()
        assert states(event) == {
            "Familie A": "confirmed", "Familie B": "waiting",
            "Familie C": "confirmed", "Familie D": "waiting",
        }  # fmt: skip
        deliver_jobs()
        [mail] = mailbox.mails()
        assert mail.recipients == [member.email]
        assert "2 Familien oder Gruppen haben ihre Plätze." in mail.text
        assert "2 stehen auf der Warteliste" in mail.text

    def test_of_whom_nobody_has_a_place_counts_those_who_wait(
        self, client, event, organisation, mailbox, deliver_jobs
    ):
        make_registration(event, size=event.capacity)
        client.post(url(event), sent(organisation, ("Familie A", 2), ("Familie B", 1)))
        deliver_jobs()
        [mail] = mailbox.mails()
        assert "2 Familien oder Gruppen stehen auf der Warteliste; sobald" in mail.text
        assert "haben ihre Plätze" not in mail.text

    def test_asks_in_the_language_of_the_reader(self, client, event):
        page = client.get(url(event).replace("/de/", "/en/")).text
        assert "Interpreting into which language?" in page
        assert "Dolmetschen" not in page

    def test_folds_further_families_away_until_something_is_wrong_in_one(
        self, client, event, organisation
    ):
        def further(page: str) -> str:
            [found] = re.findall(r"<details class=\"fold.*?</details>", page, re.DOTALL)
            return found

        folded = further(client.get(url(event)).text)
        assert "Familie 3" not in folded and "Familie 4" in folded and "Familie 10" in folded
        assert not re.match(r"<details[^>]* open", folded)
        rows = sent(organisation, ("Familie A", 2)) | {"rows-5-size": "3"}
        unfolded = further(client.post(url(event), rows).text)
        assert re.match(r"<details[^>]* open", unfolded)
        assert "Bitte schreiben Sie einen Namen" in unfolded

    def test_sent_twice_registers_once(self, client, event, organisation):
        for _ in range(2):
            answer = client.post(url(event), sent(organisation, ("Familie A", 2)), follow=True)
        assert "hat sich inzwischen geändert" in answer.text
        assert event.registrations.count() == 1

    def test_adds_to_the_group_that_there_is(self, client, event, organisation):
        group = make_group(event, organisation=organisation)
        page = client.get(url(event), {"group": group.pk})
        assert page.context["form"]["known"].value() == 1
        client.post(url(event), sent(organisation, ("Familie B", 2), known=1))
        assert group.registrations.count() == 2

    def test_names_the_families_that_the_sender_has_not_seen(self, client, event, organisation):
        """What was typed stays, and is registered when it is sent once more."""
        group = make_group(event, organisation=organisation)
        group.registrations.update(name="Familie A")
        answer = client.post(url(event), sent(organisation, ("Familie B", 2)))
        assert answer.status_code == 422
        assert "schon Familien angemeldet (Familie A)." in answer.text
        assert 'value="Familie B"' in answer.text
        assert answer.context["form"]["known"].value() == 1
        client.post(url(event), sent(organisation, ("Familie B", 2), known=1))
        assert set(states(event)) == {"Familie A", "Familie B"}

    def test_does_not_take_cancelled_families_for_registered_ones(
        self, client, event, organisation
    ):
        group = make_group(event, organisation=organisation)
        group.registrations.update(name="Familie A")
        group.registrations.get().give_up("staff")
        answer = client.post(url(event), sent(organisation, ("Familie A", 2)))
        assert answer.status_code == 422
        assert "angemeldet (Familie A)" not in answer.text
        assert "sind alle abgemeldet" in answer.text
        client.post(url(event), sent(organisation, ("Familie A", 2), known=1))
        assert group.registrations.active().get().name == "Familie A"

    def test_needs_a_family_with_a_name(self, client, event, organisation):
        assert client.post(url(event), sent(organisation)).status_code == 422
        nameless = sent(organisation, ("", 3))
        answer = client.post(url(event), nameless)
        assert "Bitte schreiben Sie einen Namen" in answer.text
        # The page is long: its top leads to the row.
        assert '<a href="#id_rows-0-name">Familie 1: Familie oder Gruppe</a>' in answer.text
        assert answer.context["rows"].forms[0].fields["name"].needed  # not "(optional)"
        assert not GroupRegistration.objects.exists()

    def test_is_for_one_s_own_organisations(self, client, event):
        other = make_organisation()
        assert client.post(url(event), sent(other, ("Familie A", 2))).status_code == 422

    def test_chooses_the_only_organisation_and_none_of_several(
        self, client, event, organisation, member
    ):
        form = client.get(url(event)).context["form"]
        assert form["organisation"].value() == organisation.pk
        make_organisation("Alpha").memberships.create(user=member, role="editor")
        page = client.get(url(event))
        assert page.context["form"]["organisation"].value() is None
        assert '<option value="" selected>Bitte wählen' in page.text
        data = sent(organisation, ("Familie A", 2)) | {"organisation": ""}
        answer = client.post(url(event), data)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["organisation"]
        assert not GroupRegistration.objects.exists()

    def test_is_closed_when_registration_is(self, client, organisation):
        event = make_event(registration_opens_at=in_days(1))
        answer = client.post(url(event), sent(organisation, ("Familie A", 2)))
        assert "Noch nicht geöffnet" in answer.text
        assert not GroupRegistration.objects.exists()


class TestGroup:
    @pytest.fixture
    def group(self, event, organisation, member):
        return make_group(event, organisation=organisation, contact=member, families=2)

    @pytest.fixture
    def family(self, group) -> Registration:
        return group.registrations.order_by("pk").first()

    def page(self, client, name: str, family: Registration):
        return reverse(f"events:group-{name}", args=[family.group_id, family.code])

    @pytest.mark.parametrize("rows", [1, 4])
    def test_page_takes_so_many_queries(
        self, client, event, organisation, rows, django_assert_num_queries
    ):
        group = make_group(event, organisation=organisation, families=rows)
        item = make_item(make_venue(event), places=20)
        for family in group.registrations.all():
            sign_up(family, item)
        client.get(group.get_absolute_url())
        with django_assert_num_queries(5):
            client.get(group.get_absolute_url())

    def test_page_goes_on_with_what_is_cancelled_last(self, client, event, organisation):
        group = make_group(event, organisation=organisation, families=52)
        gone = group.registrations.earliest("created_at")
        registering.cancel(gone)
        pages = [client.get(group.get_absolute_url(), {"page": page}) for page in (1, 2)]
        assert [len(page.context["page_obj"]) for page in pages] == [50, 2]
        assert pages[1].context["page_obj"][-1] == gone
        for page in pages:
            assert "102 Personen" in page.text
            assert "51 Eintrittskarten drucken" in page.text

    def test_has_a_ticket_for_each_family_with_a_place(self, client, group, family):
        make_registration(group.event, group=group, email="", name="Wartende", state="waiting")
        text = client.get(reverse("events:group-tickets", args=[group.pk])).text
        codes = re.findall(r'<img src="(data:image/svg[^"]+)"', text)
        assert len(codes) == 2
        assert "Wartende" not in text
        assert family.code in text
        assert qr.data_url(family).startswith("data:image/svg+xml")

    @pytest.mark.parametrize("rows", [1, 3])
    def test_has_on_the_ticket_what_the_family_signed_up_for(
        self, client, event, organisation, rows, django_assert_num_queries
    ):
        group = make_group(event, organisation=organisation, families=rows)
        venue = make_venue(event)
        item = make_item(venue, title="Beispielwerkstatt", places=20)
        gone = make_item(venue, title="Beispielchor", room="Saal", places=20)
        for family in group.registrations.all():
            sign_up(family, item, 1)
            sign_up(family, gone)
        gone.released.is_cancelled = True
        gone.released.save()
        url = reverse("events:group-tickets", args=[group.pk])
        text = client.get(url).text
        assert text.count("Beispielwerkstatt (1 Platz)") == rows
        assert "Beispielchor" not in text
        with django_assert_num_queries(6):
            client.get(url)

    def test_goes_on_at_the_page_one_came_from(self, client, event, organisation):
        """The fifty-first of its families."""
        make_item(make_venue(event), places=20)
        group = make_group(event, organisation=organisation, families=51)
        family = group.registrations.latest("created_at")
        url = f"{group.get_absolute_url()}?page=2"
        text = client.get(url).text
        for name in ("change", "cancel", "items"):
            address = f"{self.page(client, name, family)}?page=2"
            assert f'href="{address}"' in text
            assert url in client.get(address).text
        change, cancel = (f"{self.page(client, n, family)}?page=2" for n in ("change", "cancel"))
        assert client.post(change, {"name": "Familie Neu", "size": "1"})["Location"] == url
        assert client.post(cancel)["Location"] == url
        assert client.post(f"{self.page(client, 'accept', family)}?page=2")["Location"] == url

    @pytest.mark.parametrize("page", ["0", "-1", "//example.org", "1"])
    def test_leads_nowhere_else(self, client, group, family, page):
        address = self.page(client, "cancel", family)
        answer = client.post(f"{address}?page={page}")
        assert answer["Location"] == group.get_absolute_url()

    def test_cannot_take_a_place_of_an_event_that_was_called_off(self, client, group, event):
        waiting = make_registration(event, group=group, email="", state="offered")
        calling_off.call_off(event, "Der Hof ist gesperrt.")
        page = client.post(self.page(client, "accept", waiting), follow=True)
        assert "Die Veranstaltung wurde abgesagt" in page.text
        assert "an andere weiter" not in page.text

    @pytest.mark.parametrize("is_online", [True, False])
    def test_is_led_to_the_tickets_only_where_there_are_some(self, client, group, event, is_online):
        if is_online:
            event.attendance, event.online_url = "online", "https://treffen.example.org/"
            event.save()
        waiting = make_registration(event, group=group, email="", state="offered")
        page = client.post(self.page(client, "accept", waiting), follow=True)
        assert "Der Platz ist angenommen." in page.text
        assert ("auf dem Bogen" in page.text) is not is_online

    def test_changes_a_family_within_the_free_places(self, client, group, family):
        page = self.page(client, "change", family)
        client.post(page, {"name": "Familie Neu", "size": "4"})
        family.refresh_from_db()
        assert (family.name, family.size) == ("Familie Neu", 4)
        answer = client.post(page, {"name": "Familie Neu", "size": "5"})
        assert "Es ist kein weiterer Platz frei." in answer.text
        family.refresh_from_db()
        assert family.size == 4

    def test_cancels_a_family_and_passes_its_places_on(self, client, group, family, event):
        waiting = make_registration(event, size=4, state="waiting")
        page = self.page(client, "cancel", family)
        assert "Die 2 Plätze sind dann für andere frei." in client.get(page).text
        family.refresh_from_db()
        assert family.is_confirmed
        client.post(page)
        assert "schon abgesagt" in client.post(page, follow=True).text
        family.refresh_from_db()
        waiting.refresh_from_db()
        assert (family.state, waiting.state) == ("cancelled", "offered")

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("waiting", "Die Familie gibt ihren Platz auf der Warteliste auf."),
            ("offered", "Die Plätze sind dann für andere frei."),
        ],
    )
    def test_says_what_a_family_gives_up_that_has_no_place_yet(
        self, client, group, event, state, words
    ):
        family = make_registration(event, group=group, email="", state=state)
        page = client.get(self.page(client, "cancel", family)).text
        assert words in page
        assert "solange Platz ist" not in page

    def test_hears_of_programme_items_only_for_families_with_a_place(
        self, client, group, family, event, mailbox, deliver_jobs
    ):
        make_item(make_venue(event), places=5)
        client.post(self.page(client, "change", family), {"name": family.name, "size": "1"})
        deliver_jobs()
        text = mailbox.latest().text.replace("\r", "")
        assert "Bei manchen Programmpunkten" in text
        assert "\n\n\n" not in text
        client.post(self.page(client, "cancel", family))
        deliver_jobs()
        assert f"die Anmeldung von {family.name} ist abgesagt" in mailbox.latest().text
        assert "Bei manchen Programmpunkten" not in mailbox.latest().text

    def test_takes_an_offer_for_a_family(self, client, group, mailbox, deliver_jobs, event):
        waiting = make_registration(
            event, group=group, email="", name="Familie W", size=4, state="waiting"
        )
        registering.cancel(group.registrations.confirmed().first())
        deliver_jobs()
        assert (
            "Guten Tag,\r\n\r\nfür Familie W sind 4 Plätze frei geworden." in mailbox.latest().text
        )
        client.post(self.page(client, "accept", waiting))
        waiting.refresh_from_db()
        assert waiting.is_confirmed

    def test_hears_once_what_everybody_is_told(self, group, member, mailbox, deliver_jobs):
        messaging.send(
            Message(event=group.event, audience="confirmed", subject="Tee", text="Bitte Becher.")
        )
        for party in group.registrations.all():
            letters.queue("reminder", party)
        deliver_jobs()
        subjects = [mail.subject for mail in mailbox.mails(to=member.email)]
        assert sorted(subjects) == ["Bald: Beispielfest", "Tee"]
        assert "Bitte Becher." in mailbox.mails(to=member.email)[subjects.index("Tee")].text

    def test_hears_of_each_time_that_the_event_is_called_off(
        self, group, member, mailbox, deliver_jobs
    ):
        calling_off.call_off(group.event, "Leider.")
        deliver_jobs()
        group.event.publish()
        for _ in range(2):
            make_registration(group.event, group=group, email="")
        calling_off.call_off(group.event, "Noch einmal.")
        deliver_jobs()
        mails = mailbox.mails(to=member.email)
        assert [mail.subject for mail in mails] == ["Findet nicht statt: Beispielfest"] * 2
        assert "drucken" not in mails[0].text

    def test_says_in_the_subject_what_happened(
        self, client, event, organisation, mailbox, deliver_jobs
    ):
        """Of six places four are taken by a group, which leaves no room for the second family."""
        client.post(url(event), sent(organisation, ("Familie A", 4), ("Familie B", 3)))
        deliver_jobs()
        first, second = event.registrations.order_by("pk")
        client.post(self.page(client, "change", first), {"name": "Familie A", "size": "3"})
        deliver_jobs()
        client.post(self.page(client, "accept", second))
        deliver_jobs()
        client.post(self.page(client, "cancel", first))
        deliver_jobs()
        assert {mail.subject for mail in mailbox.mails()} == {
            "Ihre Gruppe ist angemeldet: Beispielfest",
            "In Ihrer Gruppe geändert: Beispielfest",
            "Ein Platz für Ihre Gruppe: Beispielfest",
            "Noch eine Familie Ihrer Gruppe hat ihren Platz: Beispielfest",
            "In Ihrer Gruppe abgesagt: Beispielfest",
        }

    def test_on_the_waiting_list_is_told_so_in_the_subject(
        self, client, event, organisation, mailbox, deliver_jobs
    ):
        make_registration(event, size=event.capacity)
        client.post(url(event), sent(organisation, ("Familie A", 2)))
        deliver_jobs()
        assert mailbox.latest().subject == "Ihre Gruppe steht auf der Warteliste: Beispielfest"

    @pytest.mark.parametrize("is_online", [True, False])
    def test_has_tickets_only_where_there_is_a_door(
        self, client, event, group, member, mailbox, deliver_jobs, is_online
    ):
        if is_online:
            event.attendance, event.online_url = "online", "https://treffen.example.org/"
            event.save()
        letters.queue("reminder", group.registrations.first())
        deliver_jobs()
        pages = [client.get(each).text for each in (url(event), group.get_absolute_url())]
        for text in (*pages, mailbox.latest(member.email).text):
            assert ("Eintrittskarten" in text) is not is_online

    @pytest.mark.parametrize("rows", [0, 1])
    def test_hears_that_it_is_not_asked_what_others_are(self, client, event, rows):
        for _ in range(rows):
            make_question(event)
        assert ("Gruppen werden sie nicht gestellt" in client.get(url(event)).text) == bool(rows)

    def test_without_its_contact_writes_to_the_owners(self, group, member, mailbox, deliver_jobs):
        GroupRegistration.objects.update(contact=None)
        registering.cancel(group.registrations.first())
        deliver_jobs()
        assert mailbox.latest(member.email).subject == "In Ihrer Gruppe abgesagt: Beispielfest"

    def test_is_found_in_one_s_own_area(self, client, group):
        assert group.get_absolute_url() in client.get("/de/account/").text

    def test_goes_along_when_organisations_are_merged(self, group, organisation):
        stays = make_organisation("Beispiel Neu")
        there = make_group(group.event, organisation=stays)
        merging.merge(gone=organisation, stays=stays)
        assert there.registrations.count() == 3
        assert not GroupRegistration.objects.filter(pk=group.pk).exists()


class TestConstraints:
    def test_only_a_group_s_families_need_no_address(self):
        with refused("events_registration_email"):
            make_registration(email="")

    def test_a_group_is_of_the_same_event(self):
        with pytest.raises(IntegrityError, match="not of this event"):
            make_registration(group=make_group(), email="")

    def test_an_organisation_has_one_group(self):
        group = make_group()
        with refused("events_groupregistration_once"):
            make_group(group.event, organisation=group.organisation)

    def test_families_without_address_are_many(self):
        assert make_group(families=3).registrations.count() == 3


class TestReminder:
    def test_of_a_group_is_sent_for_its_families(self, organisation, member):
        event = make_event(starts_at=in_days(1), ends_at=in_days(1.2))
        group = make_group(event, organisation=organisation, contact=member, families=0)
        make_registration(event, group=group, email="", created_at=in_days(-9))
        assert reminding.remind() == 1


class TestPrivacy:
    def test_forgets_with_the_families_who_registered_them(self, organisation, member):
        """Their number stays for the report."""
        event = make_event(starts_at=in_days(-61), ends_at=in_days(-60.5))
        group = make_group(event, organisation=organisation, contact=member, families=2)
        erase_expired()
        group.refresh_from_db()
        assert group.contact is None
        assert set(group.registrations.values_list("name", "size")) == {("", 2)}
