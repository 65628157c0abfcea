"""A member's own area."""

import pytest
from django.urls import reverse
from django.utils import timezone

from actors.models import Cooperation
from tests.world import (
    make_initiative,
    make_listing,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

URL = "/de/account/"


class TestDashboard:
    def test_leads_people_without_an_organisation_on(self, client):
        client.force_login(make_user())
        assert reverse("actors:organisation-register") in client.get(URL).text

    def test_shows_ones_own_and_nothing_of_others(self, client):
        organisation = make_organisation()
        mine = make_listing(organisation, status="draft")
        other = make_listing(status="draft")
        client.force_login(make_member(organisation, "editor"))
        page = client.get(URL).text
        assert mine.title in page
        assert other.title not in page

    def test_says_first_what_was_returned_and_why(self, client):
        organisation = make_organisation()
        make_offer(organisation, status="returned")
        client.force_login(make_member(organisation))
        assert "Bitte schreiben Sie, für wen das ist." in client.get(URL).text

    @pytest.mark.parametrize(
        ("summary", "words"), [("", "Weiter eintragen"), ("Tee.", "Ansehen und einreichen")]
    )
    def test_leads_from_a_draft_to_what_comes_next(self, client, summary, words):
        client.force_login(make_member(make_organisation(status="draft", summary=summary)))
        assert words in client.get(URL).text

    def test_names_what_a_draft_lacks_as_its_form_asks(self, client):
        lacking = {"stage": "", "summary": "", "description": "", "email": ""}
        client.force_login(make_member(make_organisation(status="draft", **lacking)))
        assert (
            "Es fehlt noch: wo Sie stehen, was Sie in einem Satz machen, "
            "was Menschen über Sie wissen sollen, ein Weg, Sie zu erreichen."
        ) in client.get(URL).text

    def test_leads_to_organisations_where_it_says_so(self, client):
        client.force_login(make_member(make_organisation()))
        page = client.get(URL).text
        [door] = [door for door in page.split("</a>") if "Partner\u00adorganisationen" in door]
        assert f'class="door" href="{reverse("actors:organisation-list")}"' in door

    def test_says_which_english_text_is_out_of_date_and_how_many_look_after_it(self, client):
        current, outdated = make_organisation(), make_organisation()
        user = make_member(current)
        outdated.memberships.create(user=user, role="owner")
        make_member(outdated, "editor")
        for organisation in (current, outdated):
            organisation.translations.create(language="en", summary="We repair bicycles.")
        outdated.summary = "Jetzt nähen wir."
        outdated.save()
        rows = {row.organisation: row for row in user.memberships.for_own_area()}
        assert not rows[current].has_outdated and rows[outdated].has_outdated
        assert (rows[current].team_size, rows[outdated].team_size) == (1, 2)
        client.force_login(user)
        page = client.get(URL).text
        assert reverse("actors:organisation-english", args=[outdated.slug]) in page
        assert reverse("actors:organisation-english", args=[current.slug]) not in page

    def test_says_how_many_want_to_join_an_initiative(self, client):
        organisation = make_organisation()
        joined = make_initiative(organisation=organisation, takes_supporters=True)
        make_initiative(organisation=organisation)
        for name, day in (("a", None), ("b", timezone.now()), ("c", timezone.now())):
            joined.supporters.create(name=name, email=f"{name}@example.org", confirmed_at=day)
        client.force_login(make_member(organisation))
        page = client.get(URL).text
        url = reverse("actors:initiative-supporters", args=[joined.slug])
        assert f'<a href="{url}">2 möchten mitmachen' in page
        assert page.count("mitmachen<span") == 1
        there = client.get(url).text
        assert "b@example.org" in there and "c@example.org" in there

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_a_constant_number_of_queries(self, client, django_assert_num_queries, number):
        user = make_user()
        client.force_login(user)
        for _number in range(number):
            organisation = make_organisation()
            organisation.memberships.create(user=user, role="owner")
            make_offer(organisation)
            make_initiative(organisation=organisation, takes_supporters=True).supporters.create(
                name="A", email="a@example.org", confirmed_at=timezone.now()
            )
            Cooperation.objects.create(
                giving=make_listing(organisation), seeking=make_listing(direction="seeks")
            )
        # session, account, memberships, offers, listings, initiatives, cooperations;
        # entries asked for, partners who ask, open surveys, stall applications, events that were
        # returned or take stalls
        with django_assert_num_queries(12):
            client.get(URL)
