"""What an offer is: its rules, with and without a form, and its own page."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from actors import services
from actors.models import Offer, OfferTranslation
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.world import (
    make_area,
    make_language,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db


def labels(offer: Offer) -> list[str]:
    with translation.override("de"):
        return [str(chip.label) for chip in offer.chips]


class TestOffer:
    def test_age_range_is_held_by_the_database(self):
        with pytest.raises(IntegrityError, match="actors_offer_age_range"), transaction.atomic():
            Offer.objects.filter(pk=make_offer().pk).update(age_from=18, age_to=6)

    def test_point_on_earth_is_held_by_the_database(self):
        with pytest.raises(IntegrityError, match="actors_offer_point"), transaction.atomic():
            Offer.objects.filter(pk=make_offer().pk).update(latitude=99, longitude=13)

    def test_one_translation_per_language_is_held_by_the_database(self):
        offer = make_offer()
        OfferTranslation.objects.create(original=offer, language="en", title="A", summary="B")
        with (
            pytest.raises(IntegrityError, match="actors_offertranslation_unique"),
            transaction.atomic(),
        ):
            OfferTranslation.objects.create(original=offer, language="en", title="C", summary="D")

    @pytest.mark.parametrize(
        ("missing", "word"),
        [
            ({"schedule": ""}, "wann"),
            ({"takes_requests": False}, "Kontakt"),
        ],
    )
    def test_cannot_be_handed_in_before_readers_have_what_they_need(self, missing, word):
        organisation = make_organisation(email="", phone="", website="")
        offer = make_offer(organisation, status="draft", **missing)
        with translation.override("de"), pytest.raises(ValidationError, match=word):
            offer.submit()
        offer.refresh_from_db()
        assert offer.status == "draft"

    def test_cannot_be_handed_in_before_its_organisation_is(self):
        offer = make_offer(make_organisation(status="draft"), status="draft")
        with pytest.raises(ValidationError):
            offer.submit()

    def test_is_handed_in_once(self):
        offer = make_offer(status="submitted")
        with pytest.raises(TransitionNotAllowed):
            Offer.objects.get(pk=offer.pk).submit()

    def test_chips_say_what_decides(self):
        offer = make_offer(
            cost="price", price="3 € pro Abend", appointment="required", is_women_only=True,
            has_childcare=True, is_step_free=True, is_online=True,
        )  # fmt: skip
        assert labels(offer) == [
            "3\xa0€ pro Abend", "Nur mit Termin", "Nur für Frauen", "Mit Kinderbetreuung",
            "Stufenlos", "Online",
        ]  # fmt: skip
        assert labels(make_offer()) == ["Kostenlos", "Ohne Termin"]

    def test_chips_name_three_languages_and_count_the_others(self):
        offer = make_offer()
        for position, key in enumerate(["ar", "de", "fa", "uk"]):
            offer.languages.add(make_language(key, position=position))
        assert labels(offer)[-1] == "ar, de, fa +1"
        assert labels(Offer.objects.for_cards().get())[-1] == "ar, de, fa +1"

    @pytest.mark.parametrize(
        ("phone", "uri"),
        [
            ("030 / 123-45 67", "tel:0301234567"),
            ("+49 (30) 123", "tel:+4930123"),
            (" +4930+1", "tel:+49301"),
            ("+49 (0)30 123", "tel:+4930123"),
        ],
    )
    def test_phone_becomes_a_link_that_dials(self, client, phone, uri):
        assert make_offer(phone=phone).phone_uri == uri
        organisation = make_organisation(phone=phone)
        assert f'href="{uri}"' in client.get(organisation.get_absolute_url()).text

    def test_is_where_its_postcode_is(self):
        offer = make_offer(status="draft", postcode="10405")
        offer.locate()
        assert offer.point.latitude == pytest.approx(52.5352, abs=0.001)

    def test_is_where_its_organisation_is_in_the_same_area_without_an_address(self):
        home = make_organisation(area=make_area(), latitude=52.63, longitude=13.49)
        offer = make_offer(home, status="draft", area=home.area)
        offer.locate()
        assert offer.is_at_organisation
        assert offer.place == home
        assert (offer.latitude, offer.longitude) == (52.63, 13.49)

    def test_is_nowhere_in_particular_without_area_and_address(self):
        offer = make_offer(make_organisation(area=make_area(), latitude=52.63, longitude=13.49))
        offer.locate()
        assert offer.point is None
        assert not offer.is_at_organisation

    def test_moves_along_with_its_organisation(self):
        home = make_organisation(area=make_area("buch"), latitude=52.63, longitude=13.49)
        here = make_offer(home, area=home.area)
        elsewhere = make_offer(home, area=home.area, street="Musterweg 1", postcode="13125")
        old, home.area = home.area_id, make_area("karow")
        home.latitude, home.longitude = 52.60, 13.48
        home.save()
        assert Offer.objects.move_along({home.pk: old}) == 1
        here.refresh_from_db()
        elsewhere.refresh_from_db()
        assert (here.area, here.latitude) == (home.area, 52.60)
        assert elsewhere.area.key == "buch"

    def test_can_be_joined_only_where_somebody_answers(self):
        silent = make_organisation(email="")
        assert not make_offer(silent).can_be_joined
        make_member(silent)
        assert make_offer(silent).can_be_joined
        assert make_offer(make_organisation()).can_be_joined
        assert not make_offer(takes_requests=False).can_be_joined
        assert not make_offer(status="draft").can_be_joined

    @pytest.mark.parametrize(
        ("women_only", "groups", "words"),
        [
            (False, [], "Alle sind willkommen"),
            (False, ["women", "families"], "Frauen, Familien"),
            (True, [], "Nur für Frauen"),
            (True, ["women"], "Nur für Frauen"),
            (True, ["women", "families"], "Nur für Frauen · Familien"),
        ],
    )
    def test_says_once_for_whom_it_is(self, client, women_only, groups, words):
        offer = make_offer(is_women_only=women_only)
        for position, key in enumerate(groups):
            label = {"women": "Frauen", "families": "Familien"}[key]
            offer.target_groups.create(key=key, labels={"de": label}, position=position)
        page = " ".join(client.get(offer.get_absolute_url()).text.split())
        facts = page[page.index("Für wen") :]
        assert facts[facts.index("<dd>") + 4 : facts.index("</dd>")].strip() == words


class TestVisibleTo:
    def test_shows_drafts_to_their_members_only(self):
        organisation = make_organisation()
        draft = make_offer(organisation, status="draft")
        member, stranger = make_member(organisation, "editor"), make_member(make_organisation())
        assert draft in Offer.objects.visible_to(member)
        assert draft not in Offer.objects.visible_to(make_user("reviewer"))
        assert draft not in Offer.objects.visible_to(stranger)
        assert draft in Offer.objects.editable_by(member)
        assert draft not in Offer.objects.editable_by(stranger)
        assert draft not in Offer.objects.editable_by(make_user("reviewer"))
        assert draft in Offer.objects.editable_by(make_user("admin"))


class TestOfferDetail:
    def test_says_everything_that_decides(self, client):
        home = make_organisation("Beispiel Haus", street="Beispielstraße 1", postcode="13125",
                                 area=make_area(), phone="030 1234", latitude=52.63,
                                 longitude=13.49)  # fmt: skip
        offer = make_offer(
            home, area=home.area, latitude=52.63, longitude=13.49, papers="Ausweis",
            age_from=16, place_name="Raum 3", description="Erste Zeile.\n\nZweite Zeile.",
        )  # fmt: skip
        page = client.get(offer.get_absolute_url()).content.decode()
        for words in (
            "Dienstags, 16 bis 18 Uhr", "Ausweis", "ab 16 Jahren", "Raum 3", "Beispielstraße 1",
            "13125 Berlin, Buch", "Beispiel Haus", "tel:0301234", "<p>Zweite Zeile.</p>",
            'href="geo:52.63,13.49?q=Beispielstra%C3%9Fe%201%2C%2013125%20Berlin"',
            "https://www.openstreetmap.org/search?query=", "Per E-Mail anmelden",
        ):  # fmt: skip
            assert words in page, words

    def test_draws_the_place_and_says_it_in_words(self, client):
        offer = make_offer(area=make_area(), latitude=52.6334, longitude=13.4812)
        page = client.get(offer.get_absolute_url(), {"near": "10405"}).content.decode()
        assert 'role="img" aria-labelledby="mini-map-title mini-map-description"' in page
        assert "In Buch, etwa 11,6 km Luftlinie von 10405" in page
        assert "10405</text>" in page

    def test_has_no_place_all_over_the_district(self, client):
        pankow = make_area("pankow-district", kind="district", parent="")
        offer = make_offer(area=pankow)
        services.keep_offer(offer=offer, save=offer.save)
        page = client.get(offer.get_absolute_url(), {"near": "10405"}).text
        assert "mini-map" not in page and " km" not in page
        home = make_organisation(street="Beispielweg 3", postcode="13125", area=pankow)
        services.keep_place(organisation=home, save=home.save)
        offer = make_offer(home, area=pankow)
        services.keep_offer(offer=offer, save=offer.save)
        assert "mini-map" in client.get(offer.get_absolute_url()).text

    @pytest.mark.parametrize("postcode", ["1", "99999", "<b>"])
    def test_tells_a_wrong_postcode_at_the_field(self, client, postcode):
        offer = make_offer(area=make_area(), latitude=52.6334, longitude=13.4812)
        answer = client.get(offer.get_absolute_url(), {"near": postcode})
        assert answer.status_code == 200
        assert 'id="near-error"' in answer.content.decode()
        assert "<b>" not in answer.content.decode()

    def test_draws_no_map_for_what_is_nowhere(self, client):
        page = client.get(make_offer().get_absolute_url()).content.decode()
        assert "mini-map" not in page
        assert "für ganz Berlin" in page

    @pytest.mark.parametrize(
        ("papers", "words"),
        [("", "Nicht angegeben; bitte fragen Sie nach"), ("Ausweis", "Ausweis")],
    )
    def test_does_not_say_nothing_where_nobody_said_what_to_bring(self, client, papers, words):
        page = client.get(make_offer(papers=papers).get_absolute_url()).text
        after = page[page.index("Was Sie mitbringen") :]
        assert words in after[: after.index("</dd>")]

    def test_marks_german_for_readers_of_english(self, client):
        offer = make_offer(title="Reden")
        page = client.get(f"/en/offers/{offer.slug}/").content.decode()
        assert '<h1 lang="de" dir="ltr">Reden</h1>' in page
        # Said before the text, not below it.
        main = page[page.index("<h1") :]
        assert main.index("So far only in German") < main.index(offer.summary)

    def test_shows_the_translation_to_readers_of_english(self, client):
        offer = make_offer(title="Reden")
        OfferTranslation.objects.create(original=offer, language="en", title="Talk", summary="We.")
        page = client.get(f"/en/offers/{offer.slug}/").content.decode()
        assert "<h1>Talk</h1>" in page
        assert "So far only in German" not in page

    def test_hides_the_form_where_nobody_could_answer(self, client):
        offer = make_offer(takes_requests=False)
        assert "Per E-Mail anmelden" not in client.get(offer.get_absolute_url()).content.decode()

    def test_answers_in_the_order_of_the_questions(self, client):
        """What is it, when, where, how to sign up, may I come, who, more; then the map."""
        home = make_organisation("Beispiel Haus", street="Beispielstraße 1", postcode="13125",
                                 area=make_area(), latitude=52.63, longitude=13.49)  # fmt: skip
        offer = make_offer(home, area=home.area, latitude=52.63, longitude=13.49,
                           papers="Ausweis", description="Wir reden.")  # fmt: skip
        page = client.get(offer.get_absolute_url()).text
        main = page[page.index("<h1>") :]
        order = [main.index(words) for words in (
            offer.summary, "Kostenlos", "Dienstags, 16 bis 18 Uhr", "Beispielstraße 1",
            "Per E-Mail anmelden", "Kann ich kommen?", "Ausweis", "Wer das anbietet",
            "Wir reden.", "<svg viewBox", 'name="near"', "IP-Adresse",
        )]  # fmt: skip
        assert order == sorted(order)

    def test_carries_the_distance_up_to_the_address(self, client):
        offer = make_offer(area=make_area(), latitude=52.6334, longitude=13.4812)
        page = client.get(offer.get_absolute_url(), {"near": "10405"}).text
        assert '<a href="#where">etwa 11,6 km</a>' in page

    @pytest.mark.parametrize(
        ("facts", "sentence", "link"),
        [
            ({}, "Sie können einfach kommen. Wenn Sie möchten, sagen Sie vorher Bescheid.", True),
            ({"takes_requests": False}, "Sie müssen sich nicht anmelden.", False),
            ({"appointment": "registration"}, "Bitte melden Sie sich vorher an.", True),
            ({"appointment": "required"}, "Bitte vereinbaren Sie vorher einen Termin.", True),
            (
                {"appointment": "required", "takes_requests": False},
                "So erreichen Sie Beispiel Haus",
                False,
            ),
        ],
    )
    def test_says_in_a_sentence_whether_one_may_simply_come(self, client, facts, sentence, link):
        offer = make_offer(make_organisation("Beispiel Haus"), **facts)
        page = client.get(offer.get_absolute_url()).text
        assert sentence in page
        assert (f'href="/de/offers/{offer.slug}/join/"' in page) is link
        # What need not be done is not the biggest button.
        assert ("btn-next" in page) is (link and "appointment" in facts)

    @pytest.mark.parametrize("appointment", ["none", "registration"])
    def test_shows_its_owner_what_readers_will_see(self, client, appointment):
        offer = make_offer(status="submitted", appointment=appointment)
        client.force_login(make_member(offer.organisation))

        def take_part() -> str:
            page = client.get(offer.get_absolute_url()).text
            words = page[page.index("Teilnehmen</h2>") :]
            return words[words.index("<p>") : words.index("</p>")]

        before = take_part()
        page = client.get(offer.get_absolute_url()).text
        assert "sobald das Angebot veröffentlicht ist" in page
        assert "Per E-Mail anmelden" in page
        assert "/join/" not in page
        offer.publish()
        assert take_part() == before
        assert "/join/" in client.get(offer.get_absolute_url()).text

    def test_is_missing_for_strangers_while_it_is_a_draft(self, client):
        organisation = make_organisation()
        draft = make_offer(organisation, status="draft")
        assert client.get(draft.get_absolute_url()).status_code == 404
        client.force_login(make_member(organisation))
        page = client.get(draft.get_absolute_url()).content.decode()
        assert "Diese Seite sieht nur Ihr Team" in page

    @pytest.mark.parametrize("languages", [1, 3])
    def test_asks_the_database_as_often_for_one_language_as_for_three(
        self, client, languages, django_assert_num_queries
    ):
        offer = make_offer(area=make_area(), latitude=52.63, longitude=13.48)
        for key in ("ar", "de", "uk")[:languages]:
            offer.languages.add(make_language(key))
        # Offer, languages, target groups; no owner needs looking up.
        with django_assert_num_queries(3):
            client.get(offer.get_absolute_url())


@pytest.mark.parametrize("where", [{}, {"street": "Beispielweg 1"}])
def test_that_is_only_online_asks_for_no_steps(client, where):
    offer = make_offer(is_online=True, area=None, **where)
    page = client.get(offer.get_absolute_url()).text
    assert ("Stufenlos" in page) is bool(where)
