import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from actors.models import Organisation, OrganisationTranslation
from ssoe_portal.common.translation import Translation
from tests.events.world import make_event
from tests.world import make_initiative, make_listing, make_offer, make_organisation

pytestmark = pytest.mark.django_db


def translate(organisation: Organisation, language: str, summary: str) -> OrganisationTranslation:
    return OrganisationTranslation.objects.create(
        original=organisation,
        language=language,
        summary=summary,
        base_revision=organisation.revision,
    )


def test_every_kind_of_translation_stands_once_in_each_language():
    """A model whose `Meta` forgets the common one would lose the rule."""
    kinds = Translation.__subclasses__()
    assert OrganisationTranslation in kinds
    for kind in kinds:
        unique = [rule.fields for rule in kind._meta.constraints]
        assert ("original", "language") in unique, kind


class TestText:
    def test_is_in_the_readers_language_where_there_is_one(self):
        organisation = make_organisation()
        translate(organisation, "en", "We repair bicycles.")
        with translation.override("en"):
            text = organisation.text
            assert (text.summary, text.lang, text.is_foreign) == (
                "We repair bicycles.",
                "en",
                False,
            )

    def test_is_german_and_marked_where_there_is_none(self):
        organisation = make_organisation(summary="Wir reparieren Räder.")
        with translation.override("en"):
            text = organisation.text
            assert (text.summary, text.lang, text.dir) == ("Wir reparieren Räder.", "de", "ltr")
            assert text.is_foreign

    def test_knows_that_arabic_runs_from_right_to_left(self):
        organisation = make_organisation()
        translate(organisation, "ar", "نصلح الدراجات")
        with translation.override("ar"):
            assert organisation.text.dir == "rtl"

    @pytest.mark.parametrize("rows", [1, 3])
    def test_costs_one_query_for_all_rows(self, rows):
        for _ in range(rows):
            translate(make_organisation(), "en", "We repair bicycles.")
        with translation.override("en"), CaptureQueriesContext(connection) as queries:
            texts = [o.text.summary for o in Organisation.objects.with_translation()]
        assert texts == ["We repair bicycles."] * rows
        assert len(queries) == 2

    def test_is_in_the_language_of_a_mail_whatever_the_page_fetched(self):
        organisation = make_organisation(summary="Wir reparieren Räder.")
        translate(organisation, "en", "We repair bicycles.")
        translate(organisation, "ar", "نصلح الدراجات")
        with translation.override("ar"):
            organisation = Organisation.objects.with_translation().get()
        with translation.override("en"), CaptureQueriesContext(connection) as queries:
            summaries = {organisation.text.summary, organisation.text.summary}
        assert summaries == {"We repair bicycles."}
        assert len(queries) == 1
        with translation.override("ar"):
            assert organisation.text.summary == "نصلح الدراجات"


class TestRevision:
    def test_rises_when_a_german_text_changes_whoever_writes(self):
        organisation = make_organisation()
        row = translate(organisation, "en", "We repair bicycles.")
        Organisation.objects.filter(pk=organisation.pk).update(summary="Wir verleihen Räder.")
        organisation.refresh_from_db()
        row.refresh_from_db()
        assert organisation.revision == 2
        assert row.is_outdated
        assert list(OrganisationTranslation.objects.outdated()) == [row]

    def test_stays_when_something_else_changes(self):
        organisation = make_organisation()
        row = translate(organisation, "en", "We repair bicycles.")
        Organisation.objects.filter(pk=organisation.pk).update(phone="030 1")
        organisation.refresh_from_db()
        assert organisation.revision == 1
        assert not OrganisationTranslation.objects.outdated().exists()
        assert not row.is_outdated


class TestForeign:
    """What stands in German only is marked for readers of another language."""

    MARK = '<span class="tag">in German</span>'
    SENTENCE = "So far only in German."
    KINDS = (
        (make_offer, "/en/offers/", {"title": "A", "summary": "A"}),
        (make_organisation, "/en/organisations/", {"summary": "A"}),
        (make_listing, "/en/exchange/", {"title": "A", "description": "A"}),
        (make_initiative, "/en/initiatives/", {"name": "A", "summary": "A"}),
        (make_event, "/en/events/", {"title": "A", "summary": "A"}),
    )

    @pytest.mark.parametrize(("make", "url", "texts"), KINDS)
    def test_is_said_on_cards_and_pages_until_there_is_a_translation(
        self, client, make, url, texts
    ):
        item = make()
        with translation.override("en"):
            own = item.get_absolute_url()
        assert client.get(url).text.count(self.MARK) == 1
        assert self.SENTENCE in client.get(own).text
        item.translations.create(language="en", **texts)
        assert self.MARK not in client.get(url).text
        assert self.SENTENCE not in client.get(own).text

    @pytest.mark.parametrize(("make", "url", "texts"), KINDS)
    def test_is_not_said_to_readers_of_german(self, client, make, url, texts):
        item = make()
        for page in (client.get(url.replace("/en/", "/de/")), client.get(item.get_absolute_url())):
            assert "auf Deutsch</span>" not in page.text
            assert "nur auf Deutsch" not in page.text

    def test_is_said_on_the_home_page(self, client):
        make_offer()
        make_event()
        assert client.get("/en/").text.count(self.MARK) == 2
