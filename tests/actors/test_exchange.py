"""Gives and seeks: the lists, who answers whom, writing them."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from actors.filters import ListingFilter
from actors.models import Listing, Topic
from ssoe_portal.common.users import User
from tests.agreeing import compared
from tests.world import make_area, make_listing, make_member, make_organisation

pytestmark = pytest.mark.django_db

LIST = "/de/exchange/"


def titles(answer) -> list[str]:
    return [listing.title for listing in answer.context["page_obj"]]


@pytest.fixture
def topic():
    return Topic.objects.create(key="funding", labels={"de": "Förderung"})


class TestList:
    def test_has_two_tabs_and_filters(self, client, topic):
        make_listing(title="Beratung", direction="gives", resource="know-how", topic=topic)
        make_listing(title="Halle", direction="seeks", resource="room")
        make_listing(title="Entwurf", status="draft")
        make_listing(make_organisation(status="archived"), title="Ohne Organisation")
        assert set(titles(client.get(LIST))) == {"Beratung", "Halle"}
        assert titles(client.get(LIST, {"direction": "gives"})) == ["Beratung"]
        assert titles(client.get(LIST, {"direction": "seeks"})) == ["Halle"]
        assert titles(client.get(LIST, {"topic": "funding"})) == ["Beratung"]
        assert titles(client.get(LIST, {"resource": "room"})) == ["Halle"]
        assert titles(client.get(LIST, {"q": "Beratung"})) == ["Beratung"]
        assert titles(client.get(LIST, {"direction": "seeks", "topic": "funding"})) == []

    def test_the_tabs_keep_the_filters_and_the_filters_the_tab(self, client, topic):
        page = client.get(LIST, {"direction": "gives", "topic": "funding"}).text
        assert 'href="?topic=funding&amp;direction=seeks"' in page or (
            'href="?direction=seeks&amp;topic=funding"' in page
        )
        assert '<input type="hidden" name="direction" value="gives">' in page

    def test_has_the_topic_that_a_word_names_before_what_only_mentions_it(self, client, topic):
        make_listing(title="Rat", topic=topic)
        make_listing(title="Halle", description="Für die Förderung des Sports.")
        assert titles(client.get(LIST, {"q": "Förderung"})) == ["Rat", "Halle"]

    @pytest.mark.parametrize("query", ["", "q=Raum", "direction=gives&resource=room"])
    def test_is_totally_ordered(self, query):
        parts = list(ListingFilter(QueryDict(query)).hits.in_order())
        assert parts
        assert all(part.totally_ordered for part in parts)

    def test_has_numbers_that_agree_with_it(self, client, topic):
        pankow = make_area("pankow-district", kind="district", parent="")
        houses = [make_organisation(area=area) for area in (make_area(), pankow, None)]
        for number in range(12):
            make_listing(
                houses[number % 3],
                title=f"Raum {number}" if number % 2 else f"Rad {number}",
                direction=("gives", "seeks")[number % 2],
                resource=("room", "vehicle", "tool")[number % 3],
                topic=topic if number % 4 else None,
            )
        for query in ("", "q=Raum", "direction=gives", "topic=funding&area=buch"):
            names = ("direction", "topic", "resource", "area")
            assert compared(ListingFilter, query, names) > 5
        assert 'id="result-count" role="status" tabindex="-1">6 Einträge' in (
            client.get(LIST, {"direction": "gives"}).text
        )

    def test_says_what_to_leave_out_and_what_nearly_fits(self, client, topic):
        make_listing(title="Halle", direction="seeks", topic=topic)
        page = client.get(LIST, {"q": "Halle", "direction": "gives"}).text
        assert "ohne „Gibt“: 1 Treffer" in page
        assert "Das passt beinahe" in page

    def test_answers_htmx_with_tabs_and_results_alone(self, client):
        make_listing(direction="gives")
        page = client.get(LIST, {"direction": "gives"}, headers={"HX-Request": "true"}).text
        assert "<html" not in page
        assert 'href="?direction=seeks"' in page
        assert 'id="id_resource" hx-swap-oob="innerHTML"' in page

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_a_constant_number_of_queries(
        self, client, django_assert_num_queries, number, topic
    ):
        for _number in range(number):
            make_listing(topic=topic)
        # vocabularies, all numbers, which ones, rows
        with django_assert_num_queries(4):
            client.get(LIST)


class TestMatching:
    def test_answers_come_from_others_about_the_same(self, topic):
        listing = make_listing(direction="gives", resource="know-how", topic=topic)
        by_topic = make_listing(direction="seeks", resource="other", topic=topic)
        by_kind = make_listing(direction="seeks", resource="know-how")
        make_listing(direction="gives", resource="know-how", topic=topic)
        make_listing(listing.organisation, direction="seeks", resource="know-how")
        make_listing(direction="seeks", resource="room")
        make_listing(direction="seeks", resource="know-how", status="draft")
        legal = Topic.objects.create(key="legal-form", labels={"de": "Rechtsform"})
        make_listing(direction="seeks", resource="know-how", topic=legal)
        assert set(Listing.objects.answering(listing)) == {by_topic, by_kind}
        assert Listing.objects.answering(listing).totally_ordered

    def test_about_no_topic_is_answered_by_the_same_kind(self, topic):
        listing = make_listing(direction="seeks", resource="vehicle")
        van = make_listing(direction="gives", resource="vehicle", topic=topic)
        make_listing(direction="gives", resource="room")
        assert list(Listing.objects.answering(listing)) == [van]

    def test_are_shown_on_the_page(self, client):
        listing = make_listing(direction="gives")
        other = make_listing(direction="seeks", title="Suchen Raum")
        assert other.title in client.get(listing.get_absolute_url()).text


class TestWriting:
    @pytest.fixture
    def organisation(self, client):
        organisation = make_organisation()
        client.force_login(make_member(organisation, "editor"))
        return organisation

    def data(self, organisation, **changes) -> dict:
        return {
            "organisation": organisation.pk,
            "direction": "seeks",
            "title": "Seminarraum",
            "resource": "room",
            "description": "Donnerstags.",
            **changes,
        }

    def test_starts_with_what_the_link_says(self, client, organisation, topic):
        url = reverse("actors:listing-create")
        form = client.get(
            url, {"organisation": organisation.slug, "direction": "seeks", "topic": "funding"}
        ).context["form"]
        assert form["direction"].value() == "seeks"
        assert form["topic"].value() == topic.pk

    def test_chooses_no_organisation_of_several(self, client, organisation):
        url = reverse("actors:listing-create")
        other = make_organisation("Alpha")
        other.memberships.create(user=User.objects.get(), role="editor")
        page = client.get(url)
        assert not page.context["form"]["organisation"].value()
        assert '<option value="" selected>Bitte wählen' in page.text
        chosen = client.get(url, {"organisation": other.slug}).context["form"]
        assert chosen["organisation"].value() == other.pk
        refused = client.post(url, self.data(organisation) | {"organisation": ""}).context["form"]
        assert list(refused.errors) == ["organisation"]

    def test_stays_a_draft_until_handed_in(self, client, organisation):
        client.post(reverse("actors:listing-create"), self.data(organisation, go="draft"))
        listing = Listing.objects.get()
        assert listing.status == "draft"
        client.post(
            reverse("actors:listing-edit", args=[listing.slug]),
            self.data(organisation, go="submit"),
        )
        listing.refresh_from_db()
        assert listing.status == "submitted"

    def test_sent_again_after_going_back_leads_to_what_is_there(self, client, organisation):
        url, data = reverse("actors:listing-create"), self.data(organisation, go="draft")
        client.post(url, data)
        listing = Listing.objects.get()
        answer = client.post(url, data, follow=True)
        assert answer.redirect_chain[-1][0] == listing.get_absolute_url()
        assert "Diesen Eintrag gibt es schon." in answer.text
        assert Listing.objects.get().status == "draft"
        # The button counts, also the second time.
        client.post(url, {**data, "go": "submit"})
        assert Listing.objects.get().status == "submitted"

    @pytest.mark.parametrize(
        "changes",
        [
            {"direction": "gives"},
            {"title": "Anderer Raum"},
            {"description": "Freitags."},
            {"available": "Im Mai"},
            {"en-title": "Room", "en-description": "Thursdays."},
        ],
    )
    def test_with_any_other_answer_is_another_entry(self, client, organisation, changes):
        url = reverse("actors:listing-create")
        client.post(url, self.data(organisation))
        client.post(url, self.data(organisation, **changes))
        assert Listing.objects.count() == 2

    def test_may_be_entered_again_later_for_another_and_once_archived(self, client, organisation):
        url, data = reverse("actors:listing-create"), self.data(organisation)
        client.post(url, data)
        Listing.objects.update(created_at=timezone.now() - timedelta(minutes=61))
        client.post(url, data)
        assert Listing.objects.count() == 2
        Listing.objects.latest("pk").archive()
        client.post(url, data)
        assert Listing.objects.count() == 3
        other = make_organisation()
        user = User.objects.get(memberships__organisation=organisation)
        other.memberships.create(user=user, role="editor")
        client.post(url, {**data, "organisation": other.pk})
        assert Listing.objects.filter(organisation=other).count() == 1

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            ("draft", "Als Entwurf gespeichert. Nur Ihr Team sieht ihn."),
            ("submitted", "Gespeichert."),
            ("published", "Gespeichert. Die Änderung ist sofort für alle sichtbar."),
        ],
    )
    def test_says_what_saving_meant(self, client, organisation, status, said):
        listing = make_listing(organisation, status=status)
        answer = client.post(
            reverse("actors:listing-edit", args=[listing.slug]),
            self.data(organisation, go="draft"),
            follow=True,
        )
        assert [str(message) for message in answer.context["messages"]] == [said]

    def test_handing_in_at_once_with_someone_else_is_told(self, client, organisation, monkeypatch):
        listing = make_listing(organisation, status="draft")
        submit = Listing.submit

        def submit_second(item, **how) -> None:
            submit(Listing.objects.get(pk=item.pk), **how)
            submit(item, **how)

        monkeypatch.setattr(Listing, "submit", submit_second)
        answer = client.post(
            reverse("actors:listing-edit", args=[listing.slug]),
            self.data(organisation, go="submit"),
            follow=True,
        )
        assert "schon eingereicht" in answer.text

    def test_keeps_what_was_typed_when_something_is_missing(self, client, organisation):
        page = client.post(
            reverse("actors:listing-create"), self.data(organisation, title="", available="Mai")
        )
        assert "title" in page.context["form"].errors
        assert 'value="Mai"' in page.text
        assert not Listing.objects.exists()

    def test_for_another_organisation_is_refused(self, client, organisation):
        page = client.post(reverse("actors:listing-create"), self.data(make_organisation()))
        assert "organisation" in page.context["form"].errors

    def test_changes_to_a_published_one_go_live_and_are_looked_at(self, client, organisation):
        listing = make_listing(organisation)
        client.post(
            reverse("actors:listing-edit", args=[listing.slug]),
            self.data(organisation, title="Neuer Titel"),
        )
        assert list(Listing.objects.recently_changed()) == [listing]
        assert "Neuer Titel" in client.get(listing.get_absolute_url()).text

    def test_archived_is_gone_and_can_come_back(self, client, organisation):
        listing = make_listing(organisation)
        client.post(reverse("actors:listing-archive", args=[listing.slug]))
        assert titles(client.get(LIST)) == []
        client.post(reverse("actors:listing-submit", args=[listing.slug]))
        listing.refresh_from_db()
        assert listing.status == "submitted"
