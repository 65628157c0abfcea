"""Two entries become one; nothing that refers to either is lost."""

import html
import os
import re
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, UniqueConstraint
from django.urls import reverse
from django.utils import timezone

from actors import duplicates, merging, services
from actors.merging import Moves
from actors.models import (
    Claim,
    Contact,
    Cooperation,
    DuplicatePair,
    Invitation,
    Listing,
    Logo,
    Membership,
    NetworkMembership,
    Offer,
    Organisation,
    OrganisationTime,
    Partnership,
    Picture,
)
from actors.tasks import sweep_pictures
from ssoe_portal.common.changes import changes
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.moderation import Status, TransitionNotAllowed
from tests.world import (
    make_area,
    make_branch,
    make_contact,
    make_initiative,
    make_language,
    make_listing,
    make_logo,
    make_member,
    make_network,
    make_offer,
    make_organisation,
    make_picture,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def gone():
    return make_organisation("Beispiel Nähcafe", summary="Alt.", phone="030 111")


@pytest.fixture
def stays():
    return make_organisation("Beispiel Nähcafé Buch", summary="Neu.")


class TestRules:
    def test_cover_everything_that_refers_to_an_organisation(self):
        """A relation that is added later needs a rule: see `actors/merging.py`."""
        named = set(merging._rules)
        for relation in Organisation._meta.related_objects:
            model = relation.related_model
            if isinstance(relation, models.ManyToManyRel):
                key = (relation.through, relation.field.m2m_reverse_field_name())
            elif hasattr(model, "pgh_tracked_model"):
                continue  # histories tell what was
            else:
                key = (model, relation.field.name)
            assert key in named, f"no rule for {key[0]._meta.label}.{key[1]}"
        assert set(merging.relations()) == named

    def test_a_relation_without_one_stops_the_merge(self, gone, stays, monkeypatch):
        monkeypatch.delitem(merging._rules, (Offer, "organisation"))
        with pytest.raises(ImproperlyConfigured, match=r"Offer\.organisation"):
            merging.merge(gone=gone, stays=stays)
        gone.refresh_from_db()
        assert gone.merged_into is None

    def test_move_all_of_it_only_where_nothing_forbids_two(self):
        """What is unique within an organisation needs a rule that knows what to do."""
        simple = [key for key, rule in merging._rules.items() if isinstance(rule.move, Moves)]
        assert (Listing, "organisation") in simple
        for model, name in simple:
            assert not is_unique_over(model, name), f"{model._meta.label}.{name}"
        assert is_unique_over(Contact, "organisation") and is_unique_over(Logo, "organisation")
        assert is_unique_over(Partnership, "partner")


def is_unique_over(model: type[models.Model], name: str) -> bool:
    """Whether a rule of the database may forbid two rows that get the same organisation."""
    return (
        model._meta.get_field(name).unique
        or any(name in names for names in model._meta.unique_together)
        or any(
            name in {*getattr(constraint, "fields", ())}
            or any(
                F(name) in [part, *(part.flatten() if hasattr(part, "flatten") else ())]
                for part in getattr(constraint, "expressions", ())
            )
            for constraint in model._meta.constraints
            if isinstance(constraint, UniqueConstraint | ExclusionConstraint)
        )
    )


class TestMerge:
    def test_moves_what_belongs_to_it(self, gone, stays):
        offer, listing = make_offer(gone), make_listing(gone)
        initiative = make_initiative(organisation=gone)
        claim = Claim.objects.create(
            organisation=gone, user=make_user(), name="Minh", position="Leitung", message="x"
        )
        cooperation = Cooperation.objects.create(
            giving=listing, seeking=make_listing(direction="seeks")
        )
        merging.merge(gone=gone, stays=stays)
        for item in (offer, listing, initiative, claim):
            item.refresh_from_db()
            assert item.organisation == stays
        cooperation.refresh_from_db()
        assert cooperation.giving.organisation == stays
        assert not any(
            model._base_manager.filter(**{name: gone.pk}).exists()
            for model, name in merging.relations()
        )

    def test_makes_one_team_in_which_owner_wins(self, gone, stays):
        both = make_member(gone, "owner")
        Membership.objects.create(user=both, organisation=stays, role="editor")
        other = make_member(gone, "editor")
        owner = make_member(stays, "owner")
        merging.merge(gone=gone, stays=stays)
        roles = dict(stays.memberships.values_list("user", "role"))
        assert roles == {both.pk: "owner", other.pk: "editor", owner.pk: "owner"}
        assert {mail.recipients[0] for mail in OutgoingMail.objects.all()} == {
            both.email,
            other.email,
            owner.email,
        }

    def test_keeps_open_invitations_and_their_links(self, gone, stays):
        sender = make_member(gone)
        Membership.objects.create(user=sender, organisation=stays, role="owner")
        invitations = [
            Invitation.objects.create(organisation=gone, email=email, role=role, invited_by=sender)
            for email, role in (("neu@example.org", "editor"), ("Zwei@example.org", "owner"))
        ]
        Invitation.objects.create(organisation=stays, email="zwei@example.org", role="editor")
        merging.merge(gone=gone, stays=stays)
        assert set(stays.invitations.open()) == set(invitations)
        new = make_user(email="neu@example.org")
        invitations[0].accept(new)  # as it was read before the merge
        assert stays.memberships.filter(user=new).exists()

    def test_drops_a_second_request_of_the_same_person(self, gone, stays):
        user = make_user()
        for organisation in (gone, stays):
            Claim.objects.create(
                organisation=organisation, user=user, name="A", position="B", message="C"
            )
        merging.merge(gone=gone, stays=stays)
        assert stays.claims.count() == 1 and Claim.objects.count() == 1

    def test_completes_what_both_do_in_a_network(self, gone, stays):
        network = make_network()
        NetworkMembership.objects.create(network=network, organisation=stays, role="Gastgeberin")
        NetworkMembership.objects.create(
            network=network, organisation=gone, role="Mitglied", commitment="Räume"
        )
        alone = make_network()
        NetworkMembership.objects.create(network=alone, organisation=gone)
        merging.merge(gone=gone, stays=stays)
        both = stays.network_memberships.get(network=network)
        assert (both.role, both.commitment) == ("Gastgeberin", "Räume")
        assert stays.network_memberships.filter(network=alone).exists()

    def test_takes_the_texts_that_were_chosen_and_joins_terms(self, gone, stays):
        gone.languages.add(make_language("ar"))
        stays.languages.add(make_language("uk"))
        merging.merge(gone=gone, stays=stays, from_gone={"summary", "phone"})
        stays.refresh_from_db()
        assert (stays.summary, stays.phone) == ("Alt.", "030 111")
        assert stays.name == "Beispiel Nähcafé Buch"
        assert {language.key for language in stays.languages.all()} == {"ar", "uk"}

    def test_brings_a_texts_translation_along(self, gone, stays):
        gone.translations.create(language="en", summary="Old.", base_revision=gone.revision)
        stays.translations.create(
            language="en", summary="New.", description="All.", base_revision=stays.revision
        )
        merging.merge(gone=gone, stays=stays, from_gone={"summary"})
        row = stays.translations.get(language="en")
        assert (row.summary, row.description) == ("Old.", "All.")
        assert not stays.is_outdated_in("en")

    def test_marks_a_translation_of_another_text_as_outdated(self, gone, stays):
        stays.translations.create(language="en", summary="New.", base_revision=stays.revision)
        merging.merge(gone=gone, stays=stays, from_gone={"summary"})
        assert stays.translations.get().summary == "New." and stays.is_outdated_in("en")

    def test_leaves_translations_alone_where_no_text_changed(self, gone, stays):
        gone.translations.create(language="fr", summary="Vieux.", base_revision=1)
        stays.translations.create(language="en", summary="New.", base_revision=stays.revision)
        merging.merge(gone=gone, stays=stays)
        assert [row.language for row in stays.translations.all()] == ["en"]
        assert not stays.is_outdated_in("en")

    def test_sends_nobody_to_a_wrong_door(self, gone, stays):
        buch = make_area()
        Organisation.objects.filter(pk=gone.pk).update(
            street="Beispielweg 3", postcode="13125", area=buch
        )
        Organisation.objects.filter(pk=stays.pk).update(
            street="Beispielallee 1", postcode="13125", area=buch
        )
        offer = make_offer(Organisation.objects.get(pk=gone.pk), area=buch)
        own = make_offer(Organisation.objects.get(pk=stays.pk), area=buch)
        merging.merge(gone=gone, stays=stays)
        offer.refresh_from_db(), own.refresh_from_db()
        assert offer.street == "Beispielweg 3" and own.street == ""

    def test_forgets_the_pair_and_remembers_what_is_different(self, gone, stays):
        third = make_organisation("Beispiel Nähcafé Karow")
        duplicates.find()
        pair = DuplicatePair.objects.get(first=gone, second=third)
        pair.say_different(make_user("reviewer"))
        merging.merge(gone=gone, stays=stays)
        duplicates.find()
        assert not DuplicatePair.objects.open().exists()
        assert DuplicatePair.objects.get().differ_since

    def test_is_all_or_nothing(self, gone, stays, monkeypatch):
        offer = make_offer(gone)

        def fail(**kwargs):
            raise OSError("no space left")

        monkeypatch.setattr("actors.emails.merged", fail)
        with pytest.raises(OSError, match="space"):
            merging.merge(gone=gone, stays=stays, from_gone={"summary"})
        offer.refresh_from_db(), stays.refresh_from_db()
        assert offer.organisation == gone and stays.summary == "Neu."

    def test_brings_contacts_addresses_pictures_and_logo_along(self, gone, stays):
        contact, logo = make_contact(gone), make_logo(gone)
        here, there = make_branch(stays, name="Laden"), make_branch(gone, name="Laden")
        garden = make_branch(gone, name="Garten")
        picture = make_picture(gone)
        merging.merge(gone=gone, stays=stays)
        assert list(stays.contacts.all()) == [contact]
        assert set(stays.branches.all()) == {here, garden}
        assert list(gone.branches.all()) == [there]
        assert list(stays.pictures.all()) == [picture]
        assert Organisation.objects.get(pk=stays.pk).logo == logo

    def test_serves_pictures_and_logo_also_after_the_nightly_sweep(
        self, client, gone, stays, django_capture_on_commit_callbacks
    ):
        urls = [make_picture(gone).url, make_logo(gone).url]
        with django_capture_on_commit_callbacks(execute=True):
            merging.merge(gone=gone, stays=stays)
        files = list(Path(settings.MEDIA_ROOT).glob(f"*/{stays.pk}/*"))
        assert files and not list(Path(settings.MEDIA_ROOT).glob(f"*/{gone.pk}/*"))
        before = (timezone.now() - timedelta(days=2)).timestamp()
        for path in files:
            os.utime(path, (before, before))
        sweep_pictures(timestamp=0)
        assert [client.get(url).status_code for url in urls] == [200, 200]

    def test_leaves_files_where_they_are_when_it_fails(
        self, client, gone, stays, monkeypatch, django_capture_on_commit_callbacks
    ):
        picture = make_picture(gone)

        def fail(**kwargs):
            raise OSError("no space left")

        monkeypatch.setattr("actors.emails.merged", fail)
        with (
            django_capture_on_commit_callbacks(execute=True),
            pytest.raises(OSError, match="space"),
        ):
            merging.merge(gone=gone, stays=stays)
        assert client.get(picture.url).status_code == 200

    def test_makes_one_of_the_same_contact_person(self, gone, stays):
        other_task = make_contact(gone, name="Samira", role="Räume")
        for organisation, values in (
            (stays, {"phone": "030 1"}),
            (gone, {"phone": "", "email": "samira@example.org", "audience": "staff"}),
        ):
            make_contact(organisation, name="Samira", role="Anmeldung", **values)
        merging.merge(gone=gone, stays=stays)
        both = stays.contacts.get(role="Anmeldung")
        assert (both.phone, both.email) == ("030 1", "samira@example.org")
        assert not both.is_public  # who asked in either not to be shown is not
        assert set(stays.contacts.all()) == {both, other_task}
        assert not gone.contacts.exists()

    def test_a_merged_contact_person_is_no_fresher_than_before(self, gone, stays):
        days = [timezone.now() - timedelta(days=number) for number in (400, 300)]
        for organisation, day in zip((stays, gone), days, strict=True):
            make_contact(organisation, name="Samira")
            organisation.contacts.update(updated_at=day)
        merging.merge(gone=gone, stays=stays)
        assert stays.contacts.get().updated_at == days[1]

    def test_is_not_undone_by_forms_that_were_open(self, gone, stays):
        offer, contact = make_offer(gone), make_contact(gone)
        opened = Organisation.objects.get(pk=gone.pk), Organisation.objects.get(pk=stays.pk)
        duplicates.find()
        merging.merge(gone=gone, stays=stays)
        for organisation in opened:
            organisation.summary = "Neuer Satz."
            organisation.save()
            organisation.record_change()
        gone.refresh_from_db(), stays.refresh_from_db(), offer.refresh_from_db()
        assert (gone.merged_into, gone.status) == (stays, Status.ARCHIVED)
        assert stays.compared == ""
        with pytest.raises(ValidationError, match="zusammengeführt"):
            services.keep_row(row=contact)

    def test_keeps_its_own_logo_and_hours(self, gone, stays):
        own, other = make_logo(stays), make_logo(gone)
        for side, opens in ((stays, 9), (gone, 14)):
            side.times.create(weekday=1, opens=time(opens), closes=time(16))
        merging.merge(gone=gone, stays=stays)
        assert Organisation.objects.get(pk=stays.pk).logo == own
        assert Organisation.objects.get(pk=gone.pk).logo == other
        assert [row.opens.hour for row in stays.times.all()] == [9]

    def test_takes_hours_where_it_has_none(self, gone, stays):
        gone.times.create(weekday=1, opens=time(14), closes=time(16))
        merging.merge(gone=gone, stays=stays)
        stays.refresh_from_db()
        gone.refresh_from_db()
        assert stays.times.count() == 1
        assert "14" in stays.times_summary
        assert gone.times_summary == ""

    def test_joins_partners_and_makes_nobody_a_partner_of_itself(self, gone, stays):
        shared, only = make_organisation("Beispiel Gemeinsam"), make_organisation("Beispiel Nur")
        for organisation, partner, confirmed in (
            (gone, stays, True),
            (stays, shared, False),
            (shared, gone, True),
            (only, gone, True),
        ):
            Partnership.objects.create(
                organisation=organisation,
                partner=partner,
                confirmed_at=timezone.now() if confirmed else None,
            )
        for side in (gone, stays):
            Partnership.objects.create(organisation=side, name="Chor am Park")
        merging.merge(gone=gone, stays=stays)
        assert not Partnership.objects.of(gone).exists()
        rows = Partnership.objects.of(stays).with_sides()
        assert {str(row.other_side(stays) or row.name) for row in rows} == {
            "Beispiel Gemeinsam",
            "Beispiel Nur",
            "Chor am Park",
        }
        assert all(row.is_shown for row in rows)

    def test_keeps_the_public_one(self, gone):
        draft = make_organisation(status="submitted")
        with pytest.raises(ValidationError, match="öffentlich"):
            merging.merge(gone=gone, stays=draft)

    def test_happens_once(self, gone, stays):
        merging.merge(gone=gone, stays=stays)
        for one, other in ((gone, stays), (stays, gone), (stays, stays)):
            with pytest.raises(TransitionNotAllowed):
                merging.merge(gone=one, stays=other)

    def test_leads_a_chain_to_its_end(self, gone, stays):
        third = make_organisation("Beispiel Drei")
        merging.merge(gone=gone, stays=stays)
        merging.merge(gone=stays, stays=third)
        gone.refresh_from_db()
        assert gone.merged_into == third


class TestMergedEntry:
    @pytest.fixture(autouse=True)
    def merged(self, gone, stays):
        merging.merge(gone=gone, stays=stays)
        gone.refresh_from_db()

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_leads_on_for_good(self, client, gone, stays, language):
        answer = client.get(f"/{language}/organisations/{gone.slug}/")
        assert answer.status_code == 301
        assert answer.url == f"/{language}/organisations/{stays.slug}/"
        client.force_login(make_user("reviewer"))
        assert client.get(gone.get_absolute_url()).status_code == 301
        assert client.get("/de/organisations/gibt-es-nicht/").status_code == 404

    def test_stays_in_the_archive(self, gone):
        for step in ("publish", "submit", "archive", "bring_back"):
            with pytest.raises((TransitionNotAllowed, ValidationError)):
                getattr(gone, step)()
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.filter(pk=gone.pk).update(status="draft")
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.filter(pk=gone.pk).update(merged_into=gone.pk)

    def test_is_told_in_the_history(self, client, gone, stays):
        told = [field for change in changes(gone) for field in change.fields]
        assert ("Zusammengeführt mit", "", "Beispiel Nähcafé Buch") in told
        client.force_login(make_user("reviewer"))
        url = reverse("actors:moderation-review", args=["organisation", stays.slug])
        page = client.get(url).text
        assert "In diesen Eintrag übernommen" in page and gone.name in page
        # It is not asked once more whether the two are one.
        Organisation.objects.filter(pk=gone.pk).update(name=stays.name)
        url = reverse("actors:moderation-review", args=["organisation", gone.slug])
        page = client.get(url).text
        assert "Dieser Eintrag wurde zusammengeführt" in page
        assert "Was im Eintrag stand" in page and "So sehen es" not in page
        assert "Doppelt vorhanden" not in page


class TestDesk:
    @pytest.fixture(autouse=True)
    def reviewer(self, client):
        client.force_login(make_user("reviewer"))

    def url(self, one, other) -> str:
        return reverse("actors:duplicates-merge", args=[one.slug, other.slug])

    def test_shows_both_side_by_side(self, client, gone, stays):
        make_offer(stays)
        page = client.get(self.url(gone, stays)).text
        assert "Alt." in page and "Neu." in page and "Angebote: 1" in page

    def test_tells_where_a_house_stands_from_where_the_entry_is(self, client, gone, stays):
        gone.street = "Beispielweg 3"
        gone.save()
        url = self.url(gone, stays)
        pages = client.get(url).text + client.post(url, {"stays": "second"}).text
        assert '<legend class="compare__label">Anschrift</legend>' in pages
        words = re.findall(r"Adresse\b(?! auf dem Portal)", re.sub(r"E-Mail-Adresse", "", pages))
        assert words == []

    def test_says_yes_and_no_in_words(self, client, gone, stays):
        for side, is_quiet in ((gone, True), (stays, False)):
            Organisation.objects.filter(pk=side.pk).update(has_quiet_room=is_quiet)
        page = client.get(self.url(gone, stays)).text
        quiet = page[page.index("Ruheraum") :]
        assert quiet.index("ja</span>") < quiet.index("nein</span>")
        assert "True" not in page

    def test_asks_on_a_page_of_its_own_before_it_merges(self, client, gone, stays):
        person = make_member(gone)
        choice = {"stays": "second", "summary": "first", "name": "second"}
        page = client.post(self.url(gone, stays), choice)
        assert "zusammenführen?" in page.text and person.email in page.text
        gone.refresh_from_db()
        assert gone.merged_into is None
        # The warning stands with the button, not among what happens.
        assert page.text.index('<form method="post">') < page.text.index("nicht per Knopf")
        assert page.text.index("nicht per Knopf") < page.text.index('value="merge"')
        page = client.post(self.url(gone, stays), choice | {"step": "merge"}, follow=True)
        assert "gehört jetzt zu" in page.text
        gone.refresh_from_db(), stays.refresh_from_db()
        assert gone.merged_into == stays and stays.summary == "Alt."
        assert stays.phone == "030 111"  # empty there, and nobody chose nothing

    def test_says_what_does_not_come_over(self, client, gone, stays):
        network = make_network(name="Beispielnetz")
        for side, opens in ((gone, 14), (stays, 15)):
            side.set_hours([OrganisationTime(weekday=1, opens=time(opens), closes=time(18))], [])
            make_logo(side)
            make_branch(side, name="Lager", street=f"Beispielweg {opens}")
            side.contacts.create(name="Anna", phone=f"030 {opens}", email="anna@example.org")
            NetworkMembership.objects.create(organisation=side, network=network, role=f"{opens}")
        for side, number in ((gone, 2), (stays, Picture.MOST - 1)):
            for _number in range(number):
                make_picture(side)
        page = client.post(self.url(gone, stays), {"stays": "second"})
        left = page.context["left_behind"]
        assert {words.split(" von ")[0] for words in left} == {
            "Das Logo", "Die Öffnungszeiten", "„Lager“", "1 Bild", "Telefon oder E\u2011Mail",
            "Rolle und Beitrag",
        }  # fmt: skip
        assert all(words in html.unescape(page.text) for words in left)
        merging.merge(gone=gone, stays=stays)
        rows = (gone.times, gone.branches, gone.pictures, Logo.objects.filter(organisation=gone))
        assert [row.count() for row in rows] == [1, 1, 1, 1]

    def test_is_silent_about_what_comes_over_or_is_the_same(self, client, gone, stays):
        for side in (gone, stays):
            side.set_hours([OrganisationTime(weekday=1, opens=time(14), closes=time(18))], [])
            make_branch(side, name="Lager", street="Beispielweg 1")
        make_logo(gone), make_picture(gone), make_branch(gone)
        gone.contacts.create(name="Anna", phone="030 1", email="anna@example.org")
        stays.contacts.create(name="Anna", phone="030 1")
        page = client.post(self.url(gone, stays), {"stays": "second"})
        assert page.context["left_behind"] == []
        assert "Nur dies nicht" not in page.text

    def test_names_whoever_is_in_both_teams_once_as_owner(self, client, gone, stays):
        person = make_member(stays, "editor")
        gone.memberships.create(user=person, role="owner")
        page = client.post(self.url(gone, stays), {"stays": "second"})
        assert [(row.user, row.role) for row in page.context["people"]] == [(person, "owner")]
        assert page.text.count(person.email) == 2  # its name and its address

    def test_asks_which_one_stays(self, client, gone, stays):
        answer = client.post(self.url(gone, stays), {"stays": "both"})
        assert answer.status_code == 422

    def test_says_what_stands_in_the_way(self, client, gone):
        other = make_organisation(status="submitted")
        page = client.post(self.url(gone, other), {"stays": "second"})
        assert "Nur der andere Eintrag ist öffentlich" in page.text
        assert 'value="merge"' not in page.text
        client.post(self.url(gone, other), {"stays": "second", "step": "merge"})
        gone.refresh_from_db()
        assert gone.status == Status.PUBLISHED

    def test_says_when_somebody_was_faster(self, client, gone, stays):
        url = self.url(gone, stays)
        merging.merge(gone=gone, stays=stays)
        assert client.post(url, {"stays": "first", "step": "merge"}).status_code == 404

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_a_constant_number_of_queries(
        self, client, gone, stays, django_assert_num_queries, number
    ):
        for _number in range(number):
            make_offer(gone), make_listing(stays), make_member(stays)
        client.get(self.url(gone, stays))
        # session, account, second factor, each side, whether each has an owner
        with django_assert_num_queries(7):
            client.get(self.url(gone, stays))
