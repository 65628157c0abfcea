"""A copy of an offer, and the sheet for the notice board."""

import re
from datetime import date, time

import pytest
from django.conf import settings
from django.urls import reverse

from actors.copying import marked_as_copy
from actors.models import Offer, OfferException, OfferTime, OfferTranslation, TargetGroup
from ssoe_portal.common.qr import qr_code
from tests.world import make_language, make_member, make_offer, make_organisation

pytestmark = pytest.mark.django_db


def url(name: str, *args) -> str:
    return reverse(f"actors:{name}", args=args)


@pytest.fixture
def offer():
    offer = make_offer(
        make_organisation("Beispiel Haus", phone="030 123"),
        title="Nähkurs",
        papers="Stoff",
        places=8,
        age_from=16,
        residence_status="not-asked",
    )
    offer.languages.add(make_language("ar"))
    offer.target_groups.add(
        TargetGroup.objects.create(key="women", labels={"de": "Frauen", "en": "women"})
    )
    OfferTranslation.objects.create(
        original=offer, language="en", title="Sewing", summary="We sew.", base_revision=1
    )
    offer.set_hours(
        [OfferTime(weekday=1, opens=time(16), closes=time(18))],
        [OfferException(first_day=date(2099, 1, 5), last_day=date(2099, 1, 6), note="Inventur")],
    )
    return offer


@pytest.fixture
def owner(client, offer):
    member = make_member(offer.organisation)
    client.force_login(member)
    return member


class TestCopy:
    def test_is_a_draft_with_everything_that_is_written(self, client, offer, owner):
        answer = client.post(url("offer-copy", offer.slug))
        copy = Offer.objects.exclude(pk=offer.pk).get()
        assert answer.url == url("offer-edit", copy.slug)
        assert copy.title == "Nähkurs (Kopie)"
        assert (copy.papers, copy.places, copy.age_from) == ("Stoff", 8, 16)
        assert copy.residence_status == "not-asked"
        assert [term.key for term in copy.languages.all()] == ["ar"]
        assert [term.key for term in copy.target_groups.all()] == ["women"]
        assert copy.translations.get().title == "Sewing (copy)"
        assert not copy.is_outdated_in("en")
        assert copy.times.get().opens == time(16)
        assert copy.exceptions.get().note == "Inventur"
        assert copy.times_summary == offer.times_summary

    def test_has_nothing_of_its_life(self, client, offer, owner):
        client.post(url("offer-copy", offer.slug))
        copy = Offer.objects.exclude(pk=offer.pk).get()
        assert copy.status == "draft"
        assert copy.slug != offer.slug
        assert not (copy.published_at or copy.confirmed_at or copy.submitted_at)
        assert copy.created_at > offer.created_at

    def test_keeps_an_outdated_translation_outdated(self, client, offer, owner):
        Offer.objects.filter(pk=offer.pk).update(summary="Neu.")
        client.post(url("offer-copy", offer.slug))
        assert Offer.objects.exclude(pk=offer.pk).get().is_outdated_in("en")

    def test_pressed_twice_makes_one(self, client, offer, owner):
        first = client.post(url("offer-copy", offer.slug))
        second = client.post(url("offer-copy", offer.slug))
        assert first.url == second.url
        assert Offer.objects.count() == 2

    def test_after_a_change_makes_another(self, client, offer, owner):
        client.post(url("offer-copy", offer.slug))
        Offer.objects.filter(status="draft").update(summary="Anders.")
        client.post(url("offer-copy", offer.slug))
        assert Offer.objects.count() == 3

    @pytest.mark.parametrize("changed", ["times", "exceptions", "translation", "language"])
    def test_after_a_change_beside_the_offer_makes_another(self, client, offer, owner, changed):
        """What was changed on the copy counts as touched, also where it stands in other rows."""
        OfferTranslation.objects.create(
            original=offer, language="uk", title="Шиття", summary="Шиємо.", base_revision=1
        )
        first = client.post(url("offer-copy", offer.slug))
        assert client.post(url("offer-copy", offer.slug)).url == first.url
        copy = Offer.objects.get(status="draft")
        if changed == "times":
            later = OfferTime(weekday=2, opens=time(9), closes=time(11))
            copy.set_hours([later], offer.exceptions.all())
        elif changed == "exceptions":
            copy.set_hours(offer.times.all())
        elif changed == "translation":
            copy.translations.filter(language="uk").update(summary="Шиємо разом.")
        else:
            copy.translations.filter(language="uk").delete()
        assert client.post(url("offer-copy", offer.slug)).url != first.url
        assert Offer.objects.count() == 3

    def test_an_archived_organisation_makes_none(self, client, offer, owner):
        offer.organisation.archive()
        assert client.post(url("offer-copy", offer.slug)).status_code == 404

    def test_a_long_title_still_says_so(self):
        title = marked_as_copy("x" * 140, "de", longest=140)
        assert len(title) == 140
        assert title.endswith(" (Kopie)")
        assert marked_as_copy("Nähen (Kopie)", "de", longest=140) == "Nähen (Kopie)"


class TestHandout:
    def test_says_what_a_notice_board_needs(self, client, offer):
        page = client.get(url("offer-handout", offer.slug)).text
        for words in ("Nähkurs", "Di 16\u2060–\u206018\u00a0Uhr", "030 123", "Stoff", "kostenlos"):
            assert words.casefold() in page.casefold()
        assert '<meta name="robots" content="noindex">' in page
        assert "style=" not in page

    def test_says_on_which_days_it_is_different(self, client, offer):
        page = client.get(url("offer-handout", offer.slug)).text.replace("\N{NO-BREAK SPACE}", " ")
        assert "<small>5. Januar 2099 bis 6. Januar 2099: geschlossen</small>" in page

    def test_is_in_the_readers_language_with_a_code_for_it(self, client, offer):
        for language, title in (("de", "Nähkurs"), ("en", "Sewing")):
            path = url("offer-handout", offer.slug).replace("/de/", f"/{language}/")
            page = client.get(path).text
            assert title in page
            address = f"{settings.PUBLIC_URL}/{language}/offers/{offer.slug}/"
            assert f'<path d="{qr_code(address).path}"' in page

    def test_is_linked_from_the_offer(self, client, offer):
        assert url("offer-handout", offer.slug) in client.get(offer.get_absolute_url()).text

    def test_of_a_draft_is_for_its_owner_and_warns(self, client, offer, owner):
        Offer.objects.filter(pk=offer.pk).update(status="draft")
        assert "noch nicht öffentlich" in client.get(url("offer-handout", offer.slug)).text
        client.logout()
        assert client.get(url("offer-handout", offer.slug)).status_code == 404

    def test_takes_few_queries(self, client, offer, django_assert_max_num_queries):
        with django_assert_max_num_queries(5):
            client.get(url("offer-handout", offer.slug))


class TestQrCode:
    def test_draws_each_dark_module_once(self):
        import segno

        text = "https://portal.example.org/de/offers/naehkurs/"
        code = qr_code(text)
        made = segno.make(text, error="m", micro=False)
        matrix = [list(row) for row in made.matrix_iter(border=4)]
        assert code.size == len(matrix)
        drawn = [[0] * code.size for _ in range(code.size)]
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1H\1z", code.path):
            for number in range(int(width)):
                drawn[int(y)][int(x) + number] += 1
        assert drawn == matrix
