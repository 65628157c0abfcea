import pytest

from actors.models import Organisation
from ssoe_portal.common.slugs import reserve_slug
from tests.world import make_organisation

pytestmark = pytest.mark.django_db


class TestReserveSlug:
    def test_is_readable_in_german(self):
        assert reserve_slug("x", "Nähcafé & Größe im Süden") == "naehcafe-groesse-im-sueden"

    def test_is_never_given_out_twice_even_after_deletion(self):
        organisation = make_organisation("Beispiel Haus")
        Organisation.objects.all().delete()
        assert organisation.slug == "beispiel-haus"
        assert make_organisation("Beispiel Haus").slug == "beispiel-haus-2"

    def test_is_separate_for_each_kind(self):
        assert reserve_slug("a", "Treff") == reserve_slug("b", "Treff") == "treff"

    @pytest.mark.parametrize("text", ["", "…", "🙂", "日本語"])
    def test_falls_back_to_the_kind_where_nothing_readable_is_left(self, text):
        assert reserve_slug("offer", text) == "offer"

    def test_is_short_enough_for_its_column(self):
        for _ in range(3):
            assert len(reserve_slug("offer", "Wort " * 60)) <= 80
