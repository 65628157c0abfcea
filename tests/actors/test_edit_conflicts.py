"""Two people have the same form open: what each of them changed is kept, and where both changed the
same answer, the second one is asked."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from actors.models import Offer, OfferException, Organisation
from ssoe_portal.common.hours_words import day_in_words
from tests.sending import OpenForm, as_shown
from tests.world import (
    make_area,
    make_contact,
    make_initiative,
    make_language,
    make_listing,
    make_member,
    make_offer,
    make_organisation,
    make_picture,
)

pytestmark = pytest.mark.django_db
NOW = "Während Sie schrieben, hat jemand anderes das hier geändert"


@pytest.fixture
def organisation(client):
    organisation = make_organisation(
        area=make_area(), street="Beispielstraße 1", postcode="13125", description="Seit 2019."
    )
    client.force_login(make_member(organisation))
    return organisation


@pytest.fixture
def offer(organisation):
    offer = make_offer(organisation, title="Café", summary="Wir reden.", schedule="Dienstags")
    offer.translations.create(language="en", title="Café", summary="We talk.", base_revision=1)
    offer.languages.set([make_language("ar")])
    return offer


@pytest.fixture
def two_forms(client):
    """Open the same form twice."""
    return lambda url: (OpenForm(client, url), OpenForm(client, url))


def step(organisation, key: str) -> str:
    return reverse("actors:organisation-edit-step", args=[organisation.slug, key])


class TestDifferentAnswers:
    """Both are kept, whatever kind of answer they are."""

    @pytest.mark.parametrize(
        ("mine", "theirs"),
        [
            ({"summary": "Wir reden miteinander."}, {"title": "Café für alle"}),
            ({"title": "Café für alle"}, {"languages": ["uk"]}),
            ({"languages": None}, {"is_women_only": "on"}),
            ({"is_women_only": "on"}, {"cost": "price", "price": "2 Euro"}),
            ({"appointment": "registration"}, {"en-summary": "We talk a lot."}),
            ({"en-title": "Café for all"}, {"age_from": "18", "age_to": "99"}),
            ({"where": "everywhere"}, {"phone": "030 1234567"}),
            ({"times-0-weekday": "1", "times-0-opens": "10:00", "times-0-closes": "12:00"},
             {"schedule": "Außer im August"}),
            ({"closed_on_holidays": "on"},
             {"times-0-weekday": "1", "times-0-opens": "10:00", "times-0-closes": "12:00"}),
        ],
    )  # fmt: skip
    def test_are_both_kept(self, offer, two_forms, client, mine, theirs):
        if theirs.get("languages") == ["uk"]:
            theirs = {"languages": [make_language("uk").pk]}
        url = offer.get_edit_url()
        first, second = two_forms(url)
        assert first.send(**mine).status_code == 302
        assert second.send(**theirs).status_code == 302
        shown = as_shown(client.get(url).text)
        for name, value in {**mine, **theirs}.items():
            values = value if isinstance(value, list) else [value]
            assert shown.get(name, [None]) == [part and str(part) for part in values], name

    def test_of_a_step_are_both_kept(self, organisation, two_forms):
        first, second = two_forms(step(organisation, "contact"))
        first.send(phone="030 1234567", is_step_free="yes")
        second.send(email="post@example.org", aids=["has_accessible_toilet"])
        organisation.refresh_from_db()
        assert organisation.phone == "030 1234567"
        assert organisation.email == "post@example.org"
        assert organisation.is_step_free is True
        assert organisation.has_accessible_toilet

    def test_of_the_hours_are_both_kept(self, organisation, two_forms):
        first, second = two_forms(step(organisation, "hours"))
        first.send(**{"times-0-weekday": "1", "times-0-opens": "10:00", "times-0-closes": "12:00"})
        coming = str(timezone.localdate() + timedelta(days=9))
        second.send(**{"exceptions-0-first_day": coming})
        hours = Organisation.objects.with_hours().get().hours
        assert [row.opens for row in hours.times] == [time(10)]
        assert [str(row.first_day) for row in hours.exceptions] == [coming]

    @pytest.mark.parametrize("end", ["\n", "\r\n"])  # from a list, from a browser
    def test_of_texts_with_several_lines_are_both_kept(self, organisation, two_forms, end):
        text = f"Seit 2019.{end}{end}<b>Für</b> alle & jede*n.{end}"
        Organisation.objects.update(description=text)
        first, second = two_forms(step(organisation, "work"))
        first.send(description="Seit 2020.\r\n\r\nFür alle.")
        second.send(summary="Wir nähen.")
        organisation.refresh_from_db()
        assert organisation.summary == "Wir nähen."
        assert organisation.description.splitlines() == ["Seit 2020.", "", "Für alle."]

    def test_of_gives_initiatives_and_rows_are_both_kept(self, organisation, two_forms):
        for item, mine, theirs in [
            (make_listing(organisation=organisation), {"title": "Raum"}, {"available": "Freitags"}),
            (make_initiative(organisation=organisation), {"name": "Rad"}, {"step": "building"}),
        ]:
            first, second = two_forms(item.get_edit_url())
            assert first.send(**mine).status_code == 302
            assert second.send(**theirs).status_code == 302
            item.refresh_from_db()
            for name, value in {**mine, **theirs}.items():
                assert getattr(item, name) == value

    def test_of_a_contact_person_are_both_kept(self, organisation, two_forms):
        contact = make_contact(organisation, name="Ada Beispiel")
        url = reverse("actors:contacts-edit", args=[organisation.slug, contact.pk])
        first, second = two_forms(url)
        assert first.send(role="Kurse").status_code == 302
        assert second.send(phone="030 1234567").status_code == 302
        contact.refresh_from_db()
        assert (contact.role, contact.phone) == ("Kurse", "030 1234567")


class TestTheSameAnswer:
    """Nothing is overwritten before its sender has read what somebody else wrote."""

    def test_is_asked_for_again_and_nothing_is_lost(self, offer, two_forms):
        first, second = two_forms(offer.get_edit_url())
        first.send(title="Café am Morgen", summary="Wir trinken Tee.")
        answer = second.send(title="Café am Abend", schedule="Abends")
        assert answer.status_code == 422
        assert f"{NOW}. Jetzt steht dort: „Café am Morgen“." in answer.text
        offer.refresh_from_db()
        assert (offer.title, offer.schedule) == ("Café am Morgen", "Dienstags")
        shown = as_shown(answer.text)
        assert shown["title"] == ["Café am Abend"]
        assert shown["schedule"] == ["Abends"]
        assert shown["summary"] == ["Wir trinken Tee."]
        # Read and sent again, it holds; what only the other one changed stays.
        second.fields = shown
        assert second.send().status_code == 302
        offer.refresh_from_db()
        assert offer.title == "Café am Abend"
        assert (offer.schedule, offer.summary) == ("Abends", "Wir trinken Tee.")

    def test_is_no_question_where_both_say_the_same(self, offer, two_forms):
        first, second = two_forms(offer.get_edit_url())
        first.send(title="Café am Morgen")
        assert second.send(title="Café am Morgen").status_code == 302

    @pytest.mark.parametrize(
        ("mine", "theirs", "now"),
        [
            ({"cost": "donation"}, {"cost": "price", "price": "2 Euro"}, "„Gegen Spende“"),
            ({"languages": None}, {"languages": ["uk", "ar"]}, "hat jemand anderes das hier gelee"),
            ({"is_women_only": "on"}, {"en-title": ""}, None),
            ({"en-summary": "We meet."}, {"en-summary": "We chat."}, "„We meet.“"),
            ({"where": "elsewhere", "street": "Weg 1", "postcode": "13125", "area": "berlin"},
             {"where": "organisation"}, "in einem ganzen Ortsteil, Weg 1, 13125, Ganz Berlin“"),
            ({"times-0-weekday": "1", "times-0-opens": "10:00", "times-0-closes": "12:00"},
             {"times-0-weekday": "2", "times-0-opens": "10:00", "times-0-closes": "12:00"},
             "die Zeiten geändert. Jetzt gilt: „Di 10–12 Uhr“"),
        ],
    )  # fmt: skip
    def test_is_told_in_words(self, offer, two_forms, mine, theirs, now):
        if "languages" in theirs:
            theirs = {"languages": [make_language("uk").pk, make_language("ar").pk]}
        first, second = two_forms(offer.get_edit_url())
        assert first.send(**mine).status_code == 302
        answer = second.send(**theirs)
        if now is None:
            # Another answer: wrong for a reason of its own.
            assert "Ein englischer Text braucht" in answer.text and NOW not in answer.text
        else:
            assert answer.status_code == 422
            assert now in answer.text

    def test_of_an_address_is_one_answer(self, organisation, two_forms):
        first, second = two_forms(step(organisation, "contact"))
        first.send(street="Neuer Weg 3")
        answer = second.send(postcode="13127")
        assert "Jetzt steht dort: „Neuer Weg 3, 13125, Buch“" in answer.text
        organisation.refresh_from_db()
        assert organisation.full_address.startswith("Neuer Weg 3, 13125")

    def test_of_several_fields_is_told_whole(self, offer, two_forms):
        """Whoever chooses another kind of cost reads that the price is another one, too."""
        Offer.objects.update(cost="price", price="2 Euro")
        first, second = two_forms(offer.get_edit_url())
        first.send(price="5 Euro")
        answer = second.send(cost="donation")
        assert answer.status_code == 422
        assert "Jetzt steht dort: „Kostet etwas, 5 Euro“." in answer.text

    def test_of_rows_is_told_at_them_and_in_the_list_above(self, offer, two_forms):
        coming = timezone.localdate() + timedelta(days=9)
        first, second = two_forms(offer.get_edit_url())
        first.send(**{"exceptions-0-first_day": str(coming)})
        page = second.send(**{"exceptions-0-first_day": str(coming + timedelta(days=1))}).text
        said = f"an denen es anders ist. Jetzt gilt: „{day_in_words(coming)}"
        assert said in page.split('href="#exceptions-rows"', 1)[1].split("</li>")[0]
        at_rows = page.split('id="exceptions-rows"', 1)[1]
        assert said in at_rows.split("exceptions-TOTAL_FORMS")[0]
        assert page.count(said) == 2

    def test_of_exceptions_is_told_without_those_that_are_over(self, offer, two_forms):
        today = timezone.localdate()
        over, coming = today - timedelta(days=9), today + timedelta(days=9)
        offer.set_hours([], [OfferException(first_day=day, last_day=day) for day in (over, coming)])
        first, second = two_forms(offer.get_edit_url())
        first.send(**{"exceptions-0-DELETE": "on"})
        answer = second.send(**{"exceptions-0-note": "Ferien"})
        assert "Jetzt gilt: „keine Ausnahmen mehr“" in answer.text
        offer.set_hours([], [OfferException(first_day=day, last_day=day) for day in (over, coming)])
        first, second = two_forms(offer.get_edit_url())
        first.send(**{"exceptions-0-opens": "10:00", "exceptions-0-closes": "12:00"})
        answer = second.send(**{"exceptions-0-note": "Ferien"})
        assert f"Jetzt gilt: „{day_in_words(coming)}: 10–12 Uhr“" in answer.text

    def test_of_a_picture_is_asked_for_again(self, organisation, two_forms):
        picture = make_picture(organisation, alt="Ein Haus.")
        url = reverse("actors:pictures-edit", args=[organisation.slug, picture.pk])
        first, second = two_forms(url)
        first.send(alt="Ein rotes Haus.")
        assert "„Ein rotes Haus.“" in second.send(alt="Ein großes Haus.").text


class TestAnythingElse:
    def test_sent_without_what_was_seen_writes_everything(self, offer, two_forms):
        """As a program does, or a form that was open while this rule came."""
        first, second = two_forms(offer.get_edit_url())
        first.send(title="Café am Morgen")
        second.send(seen=None, summary="Wir trinken Tee.")
        offer.refresh_from_db()
        assert (offer.title, offer.summary) == ("Café", "Wir trinken Tee.")

    @pytest.mark.parametrize("seen", ["", "title", "title:", "x:y:z title:0", "\x00", "a" * 5000])
    def test_may_be_sent_as_digests(self, offer, client, seen):
        form = OpenForm(client, offer.get_edit_url())
        assert form.send(seen=seen, title="Café am Abend").status_code in {302, 422}

    def test_changed_nowhere_is_no_change(self, offer, client):
        before = offer.changed_at
        assert OpenForm(client, offer.get_edit_url()).send().status_code == 302
        offer.refresh_from_db()
        assert offer.changed_at == before
