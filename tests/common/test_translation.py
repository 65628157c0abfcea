import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from actors.models import Organisation, OrganisationTranslation
from ssoe_portal.common.translation import Translation
from tests.world import make_organisation

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
