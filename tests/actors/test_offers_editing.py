"""An organisation writes, hands in, changes and archives an offer."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags

from actors.models import Offer, OfferTranslation, Organisation
from tests.world import (
    make_area,
    make_category,
    make_language,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return make_organisation(
        "Beispiel Haus", street="Beispielstraße 1", postcode="13125", area=make_area(),
        latitude=52.63, longitude=13.49,
    )  # fmt: skip


@pytest.fixture
def owner(home, client):
    member = make_member(home, email="owner@example.org")
    client.force_login(member)
    return member


def url(name: str, *args) -> str:
    return reverse(f"actors:{name}", args=args)


def written(**changes) -> dict:
    """What a person sends who fills in what is needed."""
    return {
        "title": "Deutsch im Café",
        "category": make_category().pk,
        "summary": "Wir sprechen miteinander.",
        "cost": "free",
        "appointment": "none",
        "schedule": "Dienstags, 16 Uhr",
        "where": "organisation",
        "takes_requests": "on",
        **changes,
    }


def errors(answer) -> dict:
    return {**answer.context["form"].errors, **answer.context["english_form"].errors}


def folds(answer) -> dict[str, bool]:
    """Return which folds a page's form has, by their words, and whether they are open."""
    found = re.findall(
        r'<details class="fold[^>]*?( open)?>\s*<summary>(.*?)</summary>', answer.text, re.S
    )
    return {strip_tags(words).split("(")[0].strip(): bool(is_open) for is_open, words in found}


class TestOfferFormFolds:
    AGE, BREAKS, ROOM, PHONE, ENGLISH = (
        "Nur für ein bestimmtes Alter",
        "Feiertage, Pausen, andere Zeiten",
        "Welcher Raum, oder auch online",
        "Eine Telefonnummer für Fragen",
        "Auf Englisch",
    )

    def test_are_closed_while_there_is_nothing_in_them(self, client, home, owner):
        answer = client.get(url("offer-create"))
        assert folds(answer) == dict.fromkeys(
            [self.AGE, self.BREAKS, self.ROOM, self.PHONE, self.ENGLISH], False
        )

    def test_are_open_where_something_was_written(self, client, home, owner):
        offer = make_offer(home, area=home.area, age_from=0, place_name="Raum 3", phone="030 1")
        OfferTranslation.objects.create(original=offer, language="en", title="A", summary="B")
        offer.exceptions.create(first_day=date(2099, 1, 1), last_day=date(2099, 1, 2))
        assert all(folds(client.get(url("offer-edit", offer.slug))).values())

    def test_are_open_where_something_is_to_be_mended(self, client, home, owner):
        answer = client.post(
            url("offer-create"), written(age_from="x", **{"en-description": "Only this."})
        )
        assert folds(answer) == {
            self.AGE: True,
            self.BREAKS: False,
            self.ROOM: False,
            self.PHONE: False,
            self.ENGLISH: True,
        }

    def test_does_not_call_optional_what_is_needed_to_hand_in(self, client, home, owner):
        page = client.get(url("offer-create")).text
        asked = ("Wie oft", "Straße und Hausnummer", "Postleitzahl", "Ortsteil oder Bezirk")
        for words in asked:
            label = page[page.index(words) :]
            assert "(freiwillig)" not in label[: label.index("</label>")], words


class TestOfferCreate:
    def test_keeps_a_draft(self, client, home, owner):
        answer = client.post(url("offer-create"), written(go="draft"), follow=True)
        offer = Offer.objects.get()
        assert answer.redirect_chain[-1][0] == offer.get_absolute_url()
        assert "Als Entwurf gespeichert" in answer.content.decode()
        assert (offer.organisation, offer.status, offer.slug) == (home, "draft", "deutsch-im-cafe")
        assert (offer.area, offer.latitude) == (home.area, 52.63)
        assert offer.is_at_organisation

    def test_is_at_an_address_whose_neighbourhood_nobody_has_said_yet(self, client, mailbox):
        home = make_organisation(street="Beispielstraße 1", postcode="13125")
        client.force_login(make_member(home))
        page = client.get(url("offer-create")).text
        assert "Bei uns: Beispielstraße 1, 13125 Berlin" in page
        answer = client.post(url("offer-create"), written())
        assert errors(answer)["area"] == ["In welchem Ortsteil oder Bezirk liegt Ihre Adresse?"]
        assert not Offer.objects.exists()
        elsewhere = make_area("spandau", kind="district", latitude=52.53, longitude=13.15)
        answer = client.post(url("offer-create"), written(area=elsewhere.pk))
        assert "passt nicht zu „Spandau“" in errors(answer)["area"][0]
        client.post(url("offer-create"), written(area=make_area().pk))
        offer = Offer.objects.get()
        assert offer.is_at_organisation
        assert offer.organisation.area == make_area()
        assert offer.point == offer.organisation.point is not None
        assert list(Organisation.objects.recently_changed()) == [home]

    def test_does_not_take_a_neighbourhood_for_what_is_elsewhere(self, client):
        home = make_organisation(street="Beispielstraße 1", postcode="13125")
        client.force_login(make_member(home))
        client.post(
            url("offer-create"),
            written(where="elsewhere", street="Weg 2", postcode="13125", area=make_area().pk),
        )
        assert Offer.objects.get().area == make_area()
        home.refresh_from_db()
        assert home.area is None

    def test_hands_in_and_sends_a_receipt(self, client, owner, mailbox, deliver_jobs):
        answer = client.post(url("offer-create"), written(go="submit"), follow=True)
        assert "Eingereicht" in answer.content.decode()
        assert Offer.objects.get().status == "submitted"
        deliver_jobs()
        assert mailbox.latest("owner@example.org").subject.startswith("Eingereicht")

    def test_says_at_the_field_that_handing_in_needs_a_time(self, client, owner):
        answer = client.post(url("offer-create"), written(go="submit", schedule=""))
        assert answer.status_code == 422
        assert list(errors(answer)) == ["schedule"]
        assert "Bitte sagen Sie, wann es ist" in answer.content.decode()
        assert not Offer.objects.exists()
        client.post(url("offer-create"), written(go="draft", schedule=""))
        assert Offer.objects.get().status == "draft"

    def test_says_so_of_a_draft_too_and_keeps_it_as_it_was(self, client, home, owner):
        offer = make_offer(home, status="draft", title="Alt", schedule="")
        answer = client.post(url("offer-edit", offer.slug), written(go="submit", schedule=""))
        assert (answer.status_code, list(errors(answer))) == (422, ["schedule"])
        offer.refresh_from_db()
        assert (offer.status, offer.title) == ("draft", "Alt")

    def test_keeps_what_was_written_when_it_cannot_be_handed_in(self, client):
        client.force_login(make_member(make_organisation(status="draft", area=make_area())))
        answer = client.post(url("offer-create"), written(go="submit"), follow=True)
        assert "Es fehlt noch: das Profil" in answer.content.decode()
        assert Offer.objects.get().status == "draft"

    def test_asks_whose_offer_it_is(self, client, owner):
        second = make_organisation("Beispiel Zwei")
        second.memberships.create(user=owner)
        page = client.get(url("offer-create")).content.decode()
        assert f"?organisation={second.slug}" in page
        client.post(f"{url('offer-create')}?organisation={second.slug}",
                    written(where="everywhere"))  # fmt: skip
        assert Offer.objects.get().organisation == second

    def test_is_not_for_other_peoples_organisations(self, client, owner):
        other = make_organisation("Beispiel Fremd")
        address = f"{url('offer-create')}?organisation={other.slug}"
        assert client.get(address).status_code == 404
        assert client.post(address, written()).status_code == 404
        assert client.get(f"{url('offer-create')}?organisation=nirgends").status_code == 404

    def test_leads_people_without_an_organisation_to_registration(self, client):
        client.force_login(make_user())
        assert client.get(url("offer-create")).url == url("organisation-register")

    def test_an_administrator_writes_for_any_organisation(self, client, home):
        client.force_login(make_user("admin"))
        address = f"{url('offer-create')}?organisation={home.slug}"
        assert client.get(address).status_code == 200
        client.post(address, written())
        assert Offer.objects.get().organisation == home

    def test_does_not_call_a_price_optional_that_is_needed(self, client, owner):
        page = client.get(url("offer-create")).text
        label = page.split('<label for="id_price">')[1].split("</label>")[0]
        assert "freiwillig" not in label
        assert "Nötig, wenn es etwas kostet." in page

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": "x" * 141}, "title"),
            ({"title": "a\x00b"}, "title"),
            ({"category": ""}, "category"),
            ({"category": "999999"}, "category"),
            ({"category": "x"}, "category"),
            ({"summary": "x" * 241}, "summary"),
            ({"languages": ["999999"]}, "languages"),
            ({"cost": "gold"}, "cost"),
            ({"cost": "price"}, "price"),
            ({"age_from": "-1"}, "age_from"),
            ({"age_to": "121"}, "age_to"),
            ({"age_from": "18", "age_to": "6"}, "age_to"),
            ({"where": ""}, "where"),
            ({"where": "mars"}, "where"),
            ({"where": "elsewhere"}, "area"),
            ({"where": "elsewhere", "area": "berlin"}, "street"),
            ({"where": "elsewhere", "area": "nowhere"}, "area"),
            ({"where": "elsewhere", "street": "Musterweg 1", "postcode": "10405"}, "area"),
            ({"where": "elsewhere", "street": "Musterweg 1"}, "postcode"),
            ({"where": "elsewhere", "street": "Musterweg 1", "postcode": "1312"}, "postcode"),
            ({"where": "elsewhere", "street": "Musterweg 1", "postcode": "99999"}, "postcode"),
            ({"en-title": "Talking"}, "summary"),
            ({"en-description": "Long."}, "title"),
        ],
    )
    def test_wrong_input_is_told_at_the_field_and_nothing_is_saved(
        self, client, owner, changes, field
    ):
        answer = client.post(url("offer-create"), written(**changes))
        assert answer.status_code == 422
        assert field in errors(answer)
        assert "Dienstags, 16 Uhr" in answer.content.decode()
        assert not Offer.objects.exists()
        assert not OfferTranslation.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "area", "point"),
        [
            ({"where": "everywhere", "street": "vergessen 1", "postcode": "x"}, None, False),
            (
                {"where": "elsewhere", "street": "Am Weg 1", "postcode": "10405", "area": "berlin"},
                None,
                True,
            ),
        ],
    )
    def test_brings_the_place_in_line(self, client, owner, changes, area, point):
        client.post(url("offer-create"), written(**changes))
        offer = Offer.objects.get()
        assert offer.area is area
        assert (offer.point is not None) is point
        assert offer.street == (changes["street"] if point else "")

    @pytest.mark.parametrize(
        ("language", "words"),
        [("de", "Bitte wählen Sie, wo es ist, oder „Ganz Berlin“."),
         ("en", "Please choose where it is, or “All of Berlin”.")],
    )  # fmt: skip
    def test_another_address_is_not_taken_for_all_of_berlin(self, client, owner, language, words):
        with translation.override(language):
            address = url("offer-create")
        there = written(where="elsewhere", street="Musterweg 1", postcode="10405")
        answer = client.post(address, there)
        assert errors(answer) == {"area": [words]}
        assert 'id="id_area_error"' in answer.text
        assert 'value="Musterweg 1"' in answer.text and 'value="10405"' in answer.text
        assert answer.context["form"]["where"].value() == "elsewhere"
        assert not Offer.objects.exists()

    def test_an_address_of_its_own_keeps_all_of_berlin(self, client, owner, home):
        there = written(where="elsewhere", street="Musterweg 1", postcode="10405", area="berlin")
        client.post(url("offer-create"), there)
        offer = Offer.objects.get()
        form = client.get(url("offer-edit", offer.slug)).context["form"]
        assert (form["where"].value(), form["area"].value()) == ("elsewhere", "berlin")
        client.post(url("offer-edit", offer.slug), there)
        assert Offer.objects.get().area is None

    @pytest.mark.parametrize(
        ("place", "where", "area"),
        [
            ({"street": "Musterweg 1", "postcode": "10405", "area": "karow"}, "elsewhere", "karow"),
            ({"area": "karow"}, "elsewhere", "karow"),
            ({"area": "buch"}, "organisation", "buch"),
            ({}, "everywhere", None),
        ],
    )
    def test_shows_where_it_is_now(self, client, owner, home, place, where, area):
        if "area" in place:
            place = {**place, "area": make_area(place["area"])}
        offer = make_offer(home, **place)
        form = client.get(url("offer-edit", offer.slug)).context["form"]
        chosen = make_area(area).pk if area else None
        assert (form["where"].value(), form["area"].value()) == (where, chosen)

    def test_asks_a_new_one_for_the_place(self, client, owner):
        assert not client.get(url("offer-create")).context["form"]["area"].value()

    def test_a_whole_neighbourhood_needs_no_street(self, client, owner):
        karow = make_area("karow")
        client.post(url("offer-create"), written(where="elsewhere", area=karow.pk))
        offer = Offer.objects.get()
        assert (offer.area, offer.latitude) == (karow, karow.latitude)


class TestOfferEdit:
    def test_changes_of_a_published_offer_are_public_and_come_before_staff(
        self, client, home, owner
    ):
        offer = make_offer(home)
        assert offer not in Offer.objects.recently_changed()
        before = timezone.now()
        answer = client.post(url("offer-edit", offer.slug), written(title="Neu"), follow=True)
        assert "Gespeichert. " in answer.content.decode()
        offer.refresh_from_db()
        assert (offer.title, offer.status) == ("Neu", "published")
        assert offer.changed_at > before
        assert offer in Offer.objects.recently_changed()

    def test_saving_without_a_change_bothers_nobody(self, client, home, owner):
        offer = make_offer(home, area=home.area)
        data = written(
            title=offer.title, summary=offer.summary, schedule=offer.schedule,
            category=offer.category_id, area=home.area_id,
        )  # fmt: skip
        client.post(url("offer-edit", offer.slug), data)
        offer.refresh_from_db()
        assert offer.changed_at is None

    def test_a_published_offer_keeps_its_schedule(self, client, home, owner):
        offer = make_offer(home)
        answer = client.post(url("offer-edit", offer.slug), written(schedule=""))
        assert "schedule" in errors(answer)
        assert f"<h1>{offer.title}" in answer.content.decode()

    def test_keeps_its_address(self, client, home, owner):
        offer = make_offer(home, title="Alt")
        client.post(url("offer-edit", offer.slug), written(title="Neu"))
        assert Offer.objects.get(title="Neu").slug == offer.slug

    def test_choices_of_many_are_kept(self, client, home, owner):
        offer = make_offer(home)
        arabic = make_language("ar")
        client.post(url("offer-edit", offer.slug), written(languages=[arabic.pk]))
        assert list(offer.languages.all()) == [arabic]

    def test_shows_the_question_of_the_task_force(self, client, home, owner):
        offer = make_offer(home, status="returned")
        page = client.get(url("offer-edit", offer.slug)).content.decode()
        assert "Bitte schreiben Sie, für wen das ist." in page
        client.post(url("offer-edit", offer.slug), written(go="submit"))
        offer.refresh_from_db()
        assert (offer.status, offer.return_reason) == ("submitted", "")

    @pytest.mark.parametrize("who", ["stranger", "reviewer"])
    def test_others_cannot_write(self, client, home, who):
        offer = make_offer(home, title="Alt")
        client.force_login(
            make_member(make_organisation()) if who == "stranger" else make_user(who)
        )
        for name in ("offer-edit", "offer-submit", "offer-archive"):
            assert client.post(url(name, offer.slug), written(title="Neu")).status_code == 404
        offer.refresh_from_db()
        assert (offer.title, offer.status) == ("Alt", "published")


class TestDraft:
    def test_needs_what_the_form_says_and_no_more(self, client, home, owner):
        said = (
            "Sobald Titel, Kategorie, ein Satz und der Ort dastehen, und was es kostet und ob man "
            "einfach kommen kann, können Sie es als Entwurf behalten."
        )
        assert said in client.get(url("offer-create")).text
        needed = ("title", "category", "summary", "where", "cost", "appointment")
        full = {"go": "draft"} | {name: written()[name] for name in needed}
        for name in needed:
            answer = client.post(url("offer-create"), {**full, name: ""})
            assert name in errors(answer)
        client.post(url("offer-create"), full)
        assert Offer.objects.get().status == "draft"

    def test_nobody_has_chosen_for_who_writes_it(self, client, home, owner):
        """ "Free of charge" and "no appointment" would be published by whoever overlooks them."""
        chosen = {"cost": "donation", "appointment": "required"}

        def ticked(address: str) -> set[str]:
            boxes = re.findall(r"<input[^>]*>", client.get(address).text)
            return {
                f"{name}: {value}"
                for box in boxes
                if " checked" in box
                for name in re.findall(r'name="(cost|appointment)"', box)
                for value in re.findall(r'value="([^"]*)"', box)
            }

        assert ticked(url("offer-create")) == set()
        client.post(url("offer-create"), written(**chosen, go="draft"))
        assert ticked(Offer.objects.get().get_edit_url()) == {
            "cost: donation",
            "appointment: required",
        }


class TestSentTwice:
    def test_leads_to_the_offer_that_is_there(self, client, home, owner):
        data = written(languages=[make_language().pk], go="draft")
        client.post(url("offer-create"), data)
        offer = Offer.objects.get()
        answer = client.post(url("offer-create"), data, follow=True)
        assert answer.redirect_chain[-1][0] == offer.get_absolute_url()
        assert "Diesen Eintrag gibt es schon." in answer.text
        assert Offer.objects.count() == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"summary": "Wir singen miteinander."},
            {"schedule": "Mittwochs"},
            {"languages": []},
            {"age_from": "18"},
            {"where": "everywhere"},
        ],
    )
    def test_with_any_other_answer_is_another_offer(self, client, home, owner, changes):
        data = written(languages=[make_language().pk])
        client.post(url("offer-create"), data)
        client.post(url("offer-create"), {**data, **changes})
        assert Offer.objects.count() == 2


class TestEnglish:
    def save(self, client, offer, **changes):
        data = written(title=offer.title, summary=offer.summary, category=offer.category_id)
        return client.post(url("offer-edit", offer.slug), {**data, **changes})

    def test_is_created_changed_and_removed(self, client, home, owner):
        offer = make_offer(home)
        self.save(client, offer, **{"en-title": "Talking", "en-summary": "We talk."})
        row = offer.translations.get()
        assert (row.language, row.title, row.origin) == ("en", "Talking", "person")
        self.save(client, offer, **{"en-title": "Tea", "en-summary": "We talk."})
        row.refresh_from_db()
        assert row.title == "Tea"
        self.save(client, offer)
        assert not offer.translations.exists()

    def test_is_made_from_the_german_text_saved_with_it(self, client, home, owner):
        offer = make_offer(home)
        self.save(client, offer, title="Neu", **{"en-title": "New", "en-summary": "We talk."})
        offer.refresh_from_db()
        row = offer.translations.get()
        assert (offer.revision, row.base_revision) == (2, 2)
        assert not row.is_outdated

    def test_is_outdated_until_somebody_says_that_it_fits(self, client, home, owner):
        offer = make_offer(home)
        english = {"en-title": "Talking", "en-summary": "We talk."}
        self.save(client, offer, **english)
        self.save(client, offer, summary="Etwas ganz anderes.", **english)
        assert OfferTranslation.objects.get().is_outdated
        page = client.get(url("offer-edit", offer.slug)).content.decode()
        assert "Der deutsche Text hat sich seitdem geändert" in page
        offer.refresh_from_db()
        self.save(client, offer, **english, **{"en-still_fits": "on"})
        assert not OfferTranslation.objects.get().is_outdated


class TestSubmitAndArchive:
    def test_submit_button(self, client, home, owner):
        offer = make_offer(home, status="draft")
        client.post(url("offer-submit", offer.slug))
        offer.refresh_from_db()
        assert offer.status == "submitted"
        again = client.post(url("offer-submit", offer.slug), follow=True)
        assert "schon eingereicht" in again.content.decode()

    def test_submit_says_what_is_missing(self, client, home, owner):
        offer = make_offer(home, status="draft", schedule="")
        answer = client.post(url("offer-submit", offer.slug), follow=True)
        assert "Es fehlt noch: wann" in answer.content.decode()

    def test_archive_asks_first(self, client, home, owner):
        offer = make_offer(home)
        offer.join_requests.create(
            name="A", email="a@example.org", state="open", confirmed_at=timezone.now()
        )
        page = client.get(url("offer-archive", offer.slug)).content.decode()
        assert "1 Person wartet auf Ihre Antwort" in page
        offer.refresh_from_db()
        assert offer.status == "published"
        client.post(url("offer-archive", offer.slug))
        offer.refresh_from_db()
        assert offer.status == "archived"
        assert client.post(url("offer-archive", offer.slug)).status_code == 302
