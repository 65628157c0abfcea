"""English beside German: what readers get, what owners write, and when they hear it is outdated."""

import pytest
from django.urls import reverse
from django.utils import translation

from actors.models import Initiative, Listing, Organisation
from tests.sending import OpenForm, as_shown
from tests.world import (
    make_initiative,
    make_listing,
    make_member,
    make_offer,
    make_organisation,
)

pytestmark = pytest.mark.django_db

OUTDATED = "Der englische Text ist veraltet"


def in_english(item) -> str:
    with translation.override("en"):
        return item.get_absolute_url()


def make_all(organisation) -> list:
    return [
        organisation,
        make_offer(organisation),
        make_listing(organisation),
        make_initiative(organisation=organisation),
    ]


def translate(item, **texts):
    values = {name: f"English {name}" for name in item.TRANSLATED_FIELDS}
    return item.translations.create(language="en", base_revision=item.revision, **values | texts)


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def owner(client, organisation):
    member = make_member(organisation)
    client.force_login(member)
    return member


class TestShortTexts:
    def test_are_english_where_somebody_wrote_them(self, client):
        offer = make_offer(cost="price", price="3 € am Abend", place_name="Haus 3", papers="Pass")
        translate(offer, price="3 € an evening", place_name="House 3", papers="Passport")
        listing = make_listing(available="am Wochenende")
        translate(listing, available="at weekends")
        for item, german, english in (
            (
                offer,
                ["3\xa0€ am Abend", "Haus 3", "Pass<"],
                ["3\xa0€ an evening", "House 3", "Passport"],
            ),
            (listing, ["am Wochenende"], ["at weekends"]),
        ):
            page = client.get(in_english(item)).text
            assert [words for words in german if words in page] == []
            assert [words for words in english if words not in page] == []
        for name, words in (("offer", "3\xa0€ an evening"), ("listing", "at weekends")):
            with translation.override("en"):
                path = reverse(f"actors:{name}-list")
            assert words in client.get(path).text

    def test_left_out_are_german_and_marked(self, client):
        offer = make_offer(
            cost="price", price="3 € am Abend", place_name="Haus 3", papers="Pass", schedule="immer"
        )
        translate(offer, price="", place_name="", papers="", schedule="")
        listing = make_listing(available="am Wochenende")
        translate(listing, available="")
        for item in (offer, listing):
            page = client.get(in_english(item)).text
            for words in (
                ("3\xa0€ am Abend", "Haus 3", "Pass", "immer")
                if item is offer
                else ("am Wochenende",)
            ):
                assert f'lang="de" dir="ltr">{words}<' in page, words
        assert "Please ask the organisation." not in client.get(in_english(offer)).text

    def test_changed_in_german_outdate_the_english_ones(self):
        offer, listing = make_offer(price="3 €"), make_listing(available="am Wochenende")
        for item, name in ((offer, "price"), (offer, "place_name"), (listing, "available")):
            item.translations.all().delete()
            translate(item)
            setattr(item, name, "Neu")
            item.save()
            item.refresh_from_db()
            assert item.is_outdated_in("en"), name


class TestLabels:
    def test_of_charitable_status_are_english_for_readers_of_english(self, client):
        page = client.get(in_english(make_organisation(is_nonprofit=True))).text
        assert "charitable" in page
        assert "gemeinnützig" not in page


class TestOwner:
    def test_is_told_on_every_page_of_theirs(self, client, organisation, owner):
        for item in make_all(organisation):
            translate(item)
            texts = dict.fromkeys(item.TRANSLATED_FIELDS, "Neu")
            own = reverse("actors:dashboard")
            assert "Englischer Text veraltet" not in client.get(own).text
            assert OUTDATED not in client.get(item.get_absolute_url()).text
            type(item).objects.filter(pk=item.pk).update(**texts)
            if item is organisation:
                link = reverse("actors:organisation-english", args=[item.slug])
            else:
                link = item.get_edit_url() + "#english"
            page = client.get(item.get_absolute_url()).text
            assert OUTDATED in page
            assert f'href="{link}"' in page
            page = client.get(own).text
            assert page.count("Englischer Text veraltet") == 1
            assert f'href="{link}"' in page
            item.translations.all().delete()

    def test_is_told_right_after_saving(self, client, organisation, owner):
        translate(organisation)
        url = reverse("actors:organisation-edit-step", args=[organisation.slug, "work"])
        values = {"summary": "Neu.", "description": "Neu."}
        for go in ("next", "overview"):
            page = client.post(url, {**values, "go": go}, follow=True)
            assert OUTDATED in page.text
        listing = make_listing(organisation)
        translate(listing)
        values = {
            "organisation": organisation.pk, "direction": "gives", "title": "Neu",
            "resource": "room", "description": "Neu", "en-title": "English title",
            "en-description": "English description", "en-available": "English available",
        }  # fmt: skip
        page = client.post(listing.get_edit_url(), values, follow=True)
        assert OUTDATED in page.text

    def test_others_are_not_told(self, client, organisation):
        for item in make_all(organisation):
            translate(item)
            type(item).objects.filter(pk=item.pk).update(
                **dict.fromkeys(item.TRANSLATED_FIELDS, "Neu")
            )
            assert OUTDATED not in client.get(item.get_absolute_url()).text

    def test_confirms_that_the_english_text_of_an_organisation_still_fits(
        self, client, organisation, owner
    ):
        row = translate(organisation)
        organisation.summary = "Neu."
        organisation.save()
        url = reverse("actors:organisation-english", args=[organisation.slug])
        values = {name: getattr(row, name) for name in organisation.TRANSLATED_FIELDS}
        client.post(url, values)
        assert organisation.is_outdated_in("en")
        client.post(url, {**values, "still_fits": "on"})
        assert not organisation.is_outdated_in("en")

    def test_takes_no_button_that_would_lose_what_stands_in_a_form(
        self, client, organisation, owner
    ):
        translate(organisation)
        Organisation.objects.filter(pk=organisation.pk).update(summary="Neu")
        page = client.get(
            reverse("actors:organisation-edit-step", args=[organisation.slug, "work"])
        )
        assert OUTDATED in page.text
        assert reverse("actors:organisation-english", args=[organisation.slug]) in page.text
        assert "/english-fits/" not in page.text

    def test_says_with_one_button_that_it_still_fits(self, client, organisation, owner):
        for item in make_all(organisation):
            translate(item)
            type(item).objects.filter(pk=item.pk).update(
                **dict.fromkeys(item.TRANSLATED_FIELDS, "Neu")
            )
            item.refresh_from_db()
            address = reverse("actors:entry-english-fits", args=[item._meta.model_name, item.slug])
            page = client.get(item.get_absolute_url())
            assert f'action="{address}"' in page.text
            assert f'name="revision" value="{item.revision}"' in page.text
            # Who wrote on in another tab has not read it together with the English text.
            for revision in (item.revision - 1, item.revision + 1, "", "x", "9" * 5000):
                seen = client.post(address, {"revision": revision}, follow=True)
                assert seen.redirect_chain[-1][0] == item.get_absolute_url()
                assert "noch einmal geändert" in seen.text and OUTDATED in seen.text
            done = client.post(
                address, {"revision": item.revision, "next": "//elsewhere.example/"}, follow=True
            )
            assert done.redirect_chain[-1][0] == item.get_absolute_url()
            assert "gilt wieder als aktuell" in done.text and OUTDATED not in done.text
            assert not item.is_outdated_in("en")
        review = reverse("actors:organisation-review", args=[organisation.slug])
        address = reverse("actors:entry-english-fits", args=["organisation", organisation.slug])
        assert client.post(address, {"revision": "1", "next": review}).url == review


class TestForms:
    def test_say_beside_every_text_with_an_english_one_that_it_is_german(
        self, client, organisation, owner
    ):
        for item in make_all(organisation)[1:]:
            context = client.get(item.get_edit_url()).context
            for name in item.TRANSLATED_FIELDS:
                assert "Auf Deutsch" in str(context["form"].fields[name].help_text), (item, name)

    @pytest.mark.parametrize("noun", ["listing", "initiative"])
    def test_write_change_and_remove_english_texts(self, client, organisation, owner, noun):
        values = {"organisation": organisation.pk, "description": "Auf Deutsch."}
        if noun == "listing":
            model, name = Listing, "title"
            values |= {"direction": "gives", "title": "Raum", "resource": "room"}
            english = {"en-title": "A room", "en-description": "In English."}
        else:
            model, name = Initiative, "name"
            values |= {"name": "Garten", "summary": "Ein Garten.", "area": "berlin"}
            english = {"en-name": "A garden", "en-summary": "In English."}
        client.post(reverse(f"actors:{noun}-create"), {**values, **english})
        item = model.objects.get()
        assert getattr(item.translations.get(), name) == english[f"en-{name}"]
        page = client.post(item.get_edit_url(), {**values, **english, f"en-{name}": ""})
        assert page.status_code == 422
        assert "Ein englischer Text braucht" in page.text
        assert "In English." in page.text
        client.post(item.get_edit_url(), {**values, **english, name: "Neu"})
        assert item.is_outdated_in("en")
        client.post(item.get_edit_url(), {**values, **english, name: "Neu", "en-still_fits": "on"})
        assert not item.is_outdated_in("en")
        client.post(item.get_edit_url(), {**values, name: "Neu"})
        assert not item.translations.exists()

    def test_show_a_long_text_whole_and_take_it_as_one_line(self, client, organisation, owner):
        long = "Werkraum im Erdgeschoss, Eingang vom Hof"
        offer = make_offer(organisation, place_name=long, papers="Pass", schedule="dienstags")
        form = client.get(offer.get_edit_url()).context["form"]
        english = client.get(offer.get_edit_url()).context["english_form"]
        for name, is_long in (("place_name", True), ("papers", False)):
            for field in (form[name], english[name]):
                assert ("<textarea" in str(field)) == is_long
        sent = OpenForm(client, offer.get_edit_url()).fields
        sent |= {"en-title": "A", "en-summary": "B", "en-place_name": "Workroom,\nfrom the yard"}
        client.post(offer.get_edit_url(), sent)
        assert offer.translations.get().place_name == "Workroom, from the yard"

    def test_a_new_english_text_is_looked_at(self, client, organisation, owner):
        listing = make_listing(organisation, direction="gives", resource="room")
        values = {
            "organisation": organisation.pk, "direction": "gives", "title": listing.title,
            "resource": "room", "description": listing.description,
        }  # fmt: skip
        client.post(listing.get_edit_url(), {**values, "en-title": "A", "en-description": "B"})
        assert list(Listing.objects.recently_changed()) == [listing]


class TestMadeFrom:
    """A translation is of the German text that stood beside it."""

    @pytest.fixture
    def offer(self, organisation, owner):
        offer = make_offer(organisation, title="Café", schedule="Dienstags")
        translate(offer)
        return offer

    def test_is_the_text_that_somebody_else_has_changed_meanwhile(self, client, offer):
        open_form = OpenForm(client, offer.get_edit_url())
        OpenForm(client, offer.get_edit_url()).send(title="Café am Morgen")
        open_form.send(**{"en-title": "Coffee"})
        assert offer.translations.get().title == "Coffee"
        assert offer.is_outdated_in("en")

    def test_is_the_new_one_where_both_are_changed_together(self, client, offer):
        form = OpenForm(client, offer.get_edit_url())
        form.send(**{"title": "Café am Morgen", "en-title": "Coffee in the morning"})
        assert not offer.is_outdated_in("en")

    def test_is_not_the_old_one_once_somebody_saw_the_new_one(self, client, offer):
        open_form = OpenForm(client, offer.get_edit_url())
        OpenForm(client, offer.get_edit_url()).send(title="Café am Morgen")
        # Sent back for another reason, it stands beside today's German text.
        open_form.fields = as_shown(open_form.send(**{"en-title": ""}).text)
        open_form.send(**{"en-title": "Coffee in the morning"})
        assert not offer.is_outdated_in("en")

    @pytest.mark.parametrize("shown", ["", "x", "0", "999999", None])
    def test_may_be_anything_that_is_sent(self, client, offer, shown):
        form = OpenForm(client, offer.get_edit_url())
        answer = form.send(**{"en-german": shown, "en-title": "Coffee"})
        assert answer.status_code in {302, 422}
