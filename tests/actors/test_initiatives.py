"""Initiatives and the people who want in."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from actors import services
from actors.filters import InitiativeFilter
from actors.links import SUPPORTER, SUPPORTER_WITHDRAW
from actors.models import Field, Initiative, Supporter
from ssoe_portal.common.users import User
from tests.agreeing import compared
from tests.world import make_area, make_initiative, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db

WISH = {"name": "Minh", "email": "Minh@example.org", "message": "Ich kann nähen."}


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


@pytest.fixture
def initiative():
    return make_initiative(organisation=make_organisation(), takes_supporters=True, step="trying")


class TestPage:
    def test_shows_the_way_and_where_it_stands(self, client, initiative):
        page = client.get(initiative.get_absolute_url()).text
        assert "Soziales Unternehmen" in page
        assert [station["here"] for station in initiative.stations].index(True) == 1
        assert initiative.stations[0]["done"] and not initiative.stations[2]["done"]

    def test_offers_the_form_only_where_somebody_answers(self, client, initiative):
        assert "Ich möchte mitmachen" in client.get(initiative.get_absolute_url()).text
        closed = make_initiative()
        assert "Ich möchte mitmachen" not in client.get(closed.get_absolute_url()).text
        assert client.post(closed.get_absolute_url(), WISH).status_code == 404

    def test_has_no_form_for_those_who_carry_it_but_says_that_readers_have_one(
        self, client, initiative
    ):
        client.force_login(make_member(initiative.organisation, "editor"))
        page = client.get(initiative.get_absolute_url()).text
        assert "Ich möchte mitmachen" not in page
        assert "Über ein Formular auf der Seite" in page

    def test_leads_on_where_nobody_can_join(self, client, initiative):
        heading, closed = "So können Sie mitmachen", make_initiative()
        for url in (reverse("actors:initiative-list"), closed.get_absolute_url()):
            page = client.get(url).text
            assert heading in page
            for name in ("actors:listing-list", "actors:initiative-create", "imprint"):
                assert f'href="{reverse(name)}' in page.split(heading)[1]
        assert heading not in client.get(initiative.get_absolute_url()).text

    def test_list_takes_a_constant_number_of_queries(self, client, django_assert_num_queries):
        make_initiative(organisation=make_organisation())
        # vocabularies, all numbers, which ones, rows
        with django_assert_num_queries(4):
            client.get(reverse("actors:initiative-list"))
        for _number in range(2):
            make_initiative(organisation=make_organisation())
        with django_assert_num_queries(4):
            client.get(reverse("actors:initiative-list"))

    def test_list_is_totally_ordered_and_filters(self, client, initiative):
        assert Initiative.objects.published().for_cards().totally_ordered
        make_initiative(step="idea", name="Anders")
        page = client.get(reverse("actors:initiative-list"), {"step": "trying"})
        assert list(page.context["page_obj"]) == [initiative]

    def test_numbers_of_the_list_agree_with_it(self):
        fields = [Field.objects.create(key=key, labels={"de": key}) for key in ("food", "work")]
        pankow = make_area("pankow-district", kind="district", parent="")
        house = make_organisation(email="")
        make_member(house)
        nobody = make_organisation(email="")
        for number in range(12):
            made = make_initiative(
                name=f"Tee {number}" if number % 2 else f"Saft {number}",
                organisation=(house, nobody, None)[number % 3],
                takes_supporters=number % 3 < 2,
                step=("idea", "trying", "")[number % 5 % 3],
                area=(make_area(), pankow, None)[number // 3 % 3],
            )
            made.fields.set(fields[: number % 4 % 3])
        for query in ("", "q=Tee", "step=idea", "field=food&area=buch"):
            parts = list(InitiativeFilter(QueryDict(query)).hits.in_order())
            assert parts
            assert all(part.totally_ordered for part in parts)
            assert compared(InitiativeFilter, query, ("step", "field", "area")) > 5
        open_ones = InitiativeFilter(QueryDict("joining=1"))
        # Not those where nobody would answer.
        assert len(open_ones.hits) == InitiativeFilter(QueryDict("")).switches[0].count == 4
        assert all(each.is_open_to_supporters for each in open_ones.hits[:9])


class TestOfAnOrganisationThatIsNotPublic:
    """An initiative is public while the organisation that carries it is, as its offers are."""

    @pytest.mark.parametrize("status", ["draft", "submitted", "returned", "archived"])
    def test_is_nowhere_for_readers(self, client, status):
        initiative = make_initiative(
            organisation=make_organisation(status=status), takes_supporters=True
        )
        assert client.get(initiative.get_absolute_url()).status_code == 404
        assert client.post(initiative.get_absolute_url(), WISH).status_code == 404
        for page in (reverse("actors:initiative-list"), reverse("search") + "?q=Stoffen"):
            assert initiative.name not in client.get(page).text
        assert not Initiative.objects.published().exists()
        assert not (initiative.is_public or initiative.is_open_to_supporters)

    def test_nobody_is_handed_to_it_meanwhile(self, client, initiative):
        supporter = Supporter.objects.create(initiative=initiative, name="A", email="a@example.org")
        initiative.organisation.archive()
        link = reverse("actors:supporter-confirm", args=[SUPPORTER.token(supporter.pk)])
        assert client.post(link).status_code == 410
        assert not Supporter.objects.confirmed().exists()

    def test_is_there_for_its_team_and_staff_who_are_told(self, client, initiative):
        initiative.organisation.archive()
        for user in (make_member(initiative.organisation, "editor"), make_user("reviewer")):
            client.force_login(user)
            assert (
                "sobald das Profil der Organisation"
                in client.get(initiative.get_absolute_url()).text
            )

    def test_comes_back_with_it(self, client, initiative):
        initiative.organisation.archive()
        initiative.organisation.publish()
        assert client.get(initiative.get_absolute_url()).status_code == 200

    def test_one_that_nobody_carries_stands_by_itself(self, client):
        initiative = make_initiative()
        assert initiative.is_public
        assert client.get(initiative.get_absolute_url()).status_code == 200
        for page in (reverse("actors:initiative-list"), reverse("search") + "?q=Stoffen"):
            assert initiative.name in client.get(page).text

    def test_says_so_when_it_is_saved_or_published(self, client, mailbox, deliver_jobs):
        organisation = make_organisation(status="submitted")
        owner = make_member(organisation)
        initiative = make_initiative(organisation=organisation, status="submitted")
        services.publish(item=initiative)
        deliver_jobs()
        mail = mailbox.latest(owner.email)
        assert mail.subject == f"Angenommen: {initiative}"
        assert "sobald das Profil Ihrer Organisation" in mail.text
        client.force_login(owner)
        data = {"organisation": organisation.pk, "name": "Neu", "summary": "A", "area": "berlin"}
        answer = client.post(
            reverse("actors:initiative-edit", args=[initiative.slug]), data, follow=True
        )
        assert [str(message) for message in answer.context["messages"]] == ["Gespeichert."]


class TestJoining:
    def test_counts_once_the_address_is_confirmed(self, client, initiative, mailbox, deliver_jobs):
        owner = make_member(initiative.organisation)
        answer = client.post(initiative.get_absolute_url(), WISH)
        assert answer.url == reverse("actors:supporter-sent")
        deliver_jobs()
        assert not mailbox.mails(to=owner.email)
        link = path_of(mailbox.link("minh@example.org", containing="join"))
        client.get(link)
        assert Supporter.objects.get().confirmed_at is None
        assert "hat jetzt Ihre Nachricht" in client.post(link).text
        client.post(link)
        deliver_jobs()
        [mail] = mailbox.mails(to=owner.email)
        assert "Ich kann nähen." in mail.text
        assert Supporter.objects.get().confirmed_at

    def test_twice_from_one_address_is_one(self, client, initiative, mailbox, deliver_jobs):
        owner = make_member(initiative.organisation)
        for _attempt in range(2):
            client.post(initiative.get_absolute_url(), WISH)
        deliver_jobs()
        for mail in mailbox.mails(to="minh@example.org"):
            link = next(link for link in mail.links if "join" in link)
            assert "hat jetzt Ihre Nachricht" in client.post(path_of(link)).text
        deliver_jobs()
        assert len(mailbox.mails(to=owner.email)) == 1

    def test_shows_errors_at_the_field_and_keeps_the_rest(self, client, initiative):
        page = client.post(initiative.get_absolute_url(), {**WISH, "email": "minh@"})
        assert "email" in page.context["form"].errors
        assert "Ich kann nähen." in page.text
        assert not Supporter.objects.exists()

    def test_is_limited(self, client, initiative):
        answers = [client.post(initiative.get_absolute_url(), WISH).status_code for _ in range(6)]
        assert answers == [302] * 5 + [429]
        page = client.post(initiative.get_absolute_url(), WISH)
        assert page.context["form"].non_field_errors()
        assert "Ich kann nähen." in page.text

    def test_is_limited_per_computer_too(self, client, initiative):
        answers = [
            client.post(
                initiative.get_absolute_url(), {**WISH, "email": f"{number}@example.org"}
            ).status_code
            for number in range(21)
        ]
        assert answers == [302] * 20 + [429]

    def test_old_or_foreign_links_say_what_to_do(self, client, initiative):
        url = reverse("actors:supporter-confirm", args=["x"])
        assert client.get(url).status_code == 404

    def test_confirming_says_when_nobody_is_taken_in_any_more(self, client, initiative):
        asked, known = (
            Supporter.objects.create(
                initiative=initiative, name=name, email=f"{name}@example.org", confirmed_at=moment
            )
            for name, moment in (("minh", None), ("sara", timezone.now()))
        )
        Initiative.objects.filter(pk=initiative.pk).update(takes_supporters=False)
        url = reverse("actors:supporter-confirm", args=[SUPPORTER.token(asked.pk)])
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code == 410
            assert "können Sie nicht mehr mitmachen" in answer.text
            assert "abgelaufen" not in answer.text
        asked.refresh_from_db()
        assert asked.confirmed_at is None
        url = reverse("actors:supporter-confirm", args=[SUPPORTER.token(known.pk)])
        assert "hat jetzt Ihre Nachricht" in client.get(url).text

    def test_unconfirmed_is_erased_after_a_week(self, initiative):
        from ssoe_portal.common.privacy import erase_expired

        now = timezone.now()
        values = {"initiative": initiative, "name": "A", "created_at": now}
        Supporter.objects.create(email="a@example.org", **values)
        kept = Supporter.objects.create(email="b@example.org", confirmed_at=now, **values)
        erase_expired(now + timedelta(days=6))
        assert Supporter.objects.count() == 2
        erase_expired(now + timedelta(days=8))
        assert list(Supporter.objects.all()) == [kept]

    def test_the_first_mail_has_no_word_of_the_sender(
        self, client, initiative, mailbox, deliver_jobs
    ):
        client.post(
            initiative.get_absolute_url(), {**WISH, "name": "Gewinn abholen", "message": "Klick"}
        )
        deliver_jobs()
        [mail] = mailbox.mails(to="minh@example.org")
        for words in ("Gewinn", "Klick"):
            assert words not in mail.subject + mail.text + mail.html
        assert "Guten Tag," in mail.text

    def test_reaches_an_organisation_without_an_account(
        self, client, initiative, mailbox, deliver_jobs
    ):
        client.post(initiative.get_absolute_url(), WISH)
        deliver_jobs()
        client.post(path_of(mailbox.link("minh@example.org", containing="join")))
        deliver_jobs()
        [mail] = mailbox.mails(to=initiative.organisation.email)
        assert "Ich kann nähen." in mail.text

    def test_is_not_offered_where_nobody_can_be_reached(self, client):
        organisation = make_organisation(email="")
        initiative = make_initiative(organisation=organisation, takes_supporters=True)
        assert client.get(initiative.get_absolute_url()).context["form"] is None
        assert client.post(initiative.get_absolute_url(), WISH).status_code == 404
        make_member(organisation, "owner")
        assert client.get(initiative.get_absolute_url()).context["form"]

    @pytest.mark.parametrize(
        ("email", "has_owner", "takes", "says_so"),
        [
            ("post@example.org", False, True, True),
            ("", True, True, True),
            ("", False, True, False),
            ("post@example.org", True, False, False),
        ],
    )
    def test_a_card_says_so_only_where_it_works(self, client, email, has_owner, takes, says_so):
        organisation = make_organisation(email=email)
        if has_owner:
            make_member(organisation)
        initiative = make_initiative(organisation=organisation, takes_supporters=takes)
        card = client.get(reverse("actors:initiative-list")).text
        assert ("Mitmachen möglich" in card) is says_so
        page = client.get(initiative.get_absolute_url())
        assert bool(page.context["form"]) is says_so

    def test_a_card_does_not_count_on_closed_accounts(self, client):
        organisation = make_organisation(email="")
        owner = make_member(organisation)
        owner.is_active = False
        owner.save()
        make_initiative(organisation=organisation, takes_supporters=True)
        page = client.get(reverse("actors:initiative-list")).text
        assert "Mitmachen möglich" not in page

    def test_can_be_withdrawn_by_a_link(self, client, initiative, mailbox, deliver_jobs):
        client.post(initiative.get_absolute_url(), WISH)
        deliver_jobs()
        link = path_of(mailbox.link("minh@example.org", containing="withdraw"))
        Supporter.objects.get().confirm()
        assert client.get(link).status_code == 200
        assert Supporter.objects.exists()
        assert client.post(link).status_code == 200
        assert not Supporter.objects.exists()
        for answer in (client.post(link), client.get(link)):
            assert answer.status_code == 200
            assert "Ihre Nachricht ist schon gelöscht" in answer.text
        deliver_jobs()
        [mail] = mailbox.mails(to=initiative.organisation.email)
        assert "minh@example.org" in mail.text

    def test_withdrawn_unconfirmed_tells_nobody(self, client, initiative, mailbox, deliver_jobs):
        supporter = Supporter.objects.create(initiative=initiative, name="A", email="a@example.org")
        token = SUPPORTER_WITHDRAW.token(supporter.pk)
        client.post(reverse("actors:supporter-withdraw", args=[token]))
        deliver_jobs()
        assert not Supporter.objects.exists()
        assert not mailbox.mails(to=initiative.organisation.email)

    def test_members_see_who_is_confirmed(self, client, initiative):
        url = reverse("actors:initiative-supporters", args=[initiative.slug])
        for name, moment in (("Minh", timezone.now()), ("Niemand", None)):
            Supporter.objects.create(
                initiative=initiative, name=name, email=f"{name}@example.org", confirmed_at=moment
            )
        client.force_login(make_member(make_organisation()))
        assert client.get(url).status_code == 404
        client.force_login(make_member(initiative.organisation, "editor"))
        page = client.get(url).text
        assert "Minh" in page
        assert "Niemand" not in page
        assert url in client.get(initiative.get_absolute_url()).text
        assert initiative.supporters.confirmed().totally_ordered

    def test_is_erased_in_time(self, initiative):
        from ssoe_portal.common.privacy import erase_expired

        now = timezone.now()
        Supporter.objects.create(
            initiative=initiative, name="A", email="a@example.org", confirmed_at=now
        )
        erase_expired(now + timedelta(days=364))
        assert Supporter.objects.exists()
        erase_expired(now + timedelta(days=366))
        assert not Supporter.objects.exists()


class TestConstraints:
    def test_who_takes_supporters_has_somebody_to_answer(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            Initiative.objects.create(name="A", summary="B", takes_supporters=True)

    def test_an_organisation_that_carries_one_stays(self, client, initiative):
        with pytest.raises(ProtectedError):
            initiative.organisation.delete()
        client.force_login(make_user("admin"))
        url = reverse("admin:actors_organisation_delete", args=[initiative.organisation.pk])
        assert client.post(url, {"post": "yes"}).status_code != 500
        assert Initiative.objects.filter(organisation=initiative.organisation).exists()

    def test_an_address_is_on_the_list_once(self, initiative):
        values = {"initiative": initiative, "name": "A", "confirmed_at": timezone.now()}
        Supporter.objects.create(email="a@example.org", **values)
        with pytest.raises(IntegrityError), transaction.atomic():
            Supporter.objects.create(email="A@example.org", **values)


class TestWriting:
    def test_is_handed_in_by_the_organisation_that_carries_it(self, client):
        organisation = make_organisation()
        client.force_login(make_member(organisation, "editor"))
        client.post(
            reverse("actors:initiative-create"),
            {
                "organisation": organisation.pk,
                "name": "Beispiel VeloBuch",
                "summary": "Räder für alle.",
                "area": "berlin",
                "go": "submit",
            },
        )
        initiative = Initiative.objects.get()
        assert (initiative.status, initiative.organisation) == ("submitted", organisation)

    def test_sent_again_after_going_back_leads_to_what_is_there(self, client):
        organisation = make_organisation()
        client.force_login(make_member(organisation, "editor"))
        field = Field.objects.create(key="crafts", labels={"de": "Handwerk"})
        path = reverse("actors:initiative-create")
        data = {
            "organisation": organisation.pk,
            "name": "Beispiel VeloBuch",
            "summary": "Räder für alle.",
            "area": "berlin",
            "fields": [field.pk],
        }
        client.post(path, data)
        answer = client.post(path, data, follow=True)
        assert answer.redirect_chain[-1][0] == Initiative.objects.get().get_absolute_url()
        assert "Diesen Eintrag gibt es schon." in answer.text
        client.post(path, {**data, "fields": []})
        assert Initiative.objects.count() == 2

    def test_chooses_no_organisation_of_several(self, client):
        client.force_login(make_member(make_organisation()))
        url = reverse("actors:initiative-create")
        other = make_organisation("Alpha")
        other.memberships.create(user=User.objects.get(), role="editor")
        page = client.get(url)
        assert not page.context["form"]["organisation"].value()
        assert '<option value="" selected>Bitte wählen' in page.text
        chosen = client.get(url, {"organisation": other.slug}).context["form"]
        assert chosen["organisation"].value() == other.pk
        refused = client.post(
            url, {"name": "Beispiel", "summary": "Räder.", "area": "berlin"}
        ).context["form"]
        assert list(refused.errors) == ["organisation"]

    def test_asks_where_it_is_and_takes_all_of_berlin_for_an_answer(self, client):
        organisation = make_organisation()
        client.force_login(make_member(organisation))
        path = reverse("actors:initiative-create")
        data = {"organisation": organisation.pk, "name": "Beispiel", "summary": "Räder für alle."}
        assert list(client.post(path, data).context["form"].errors) == ["area"]
        assert not Initiative.objects.exists()
        client.post(path, {**data, "area": "berlin"})
        initiative = Initiative.objects.get()
        assert initiative.area is None
        edit = client.get(reverse("actors:initiative-edit", args=[initiative.slug]))
        assert edit.context["form"]["area"].value() == "berlin"

    def test_changes_go_live_and_are_looked_at(self, client, initiative):
        client.force_login(make_member(initiative.organisation))
        client.post(
            reverse("actors:initiative-edit", args=[initiative.slug]),
            {
                "organisation": initiative.organisation.pk,
                "name": initiative.name,
                "summary": "Neu.",
                "area": "berlin",
                "takes_supporters": "on",
            },
        )
        assert list(Initiative.objects.recently_changed()) == [initiative]
        client.post(reverse("actors:initiative-archive", args=[initiative.slug]))
        assert not Initiative.objects.published().exists()
