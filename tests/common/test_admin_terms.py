"""Vocabularies in Django admin: their terms, and terms in fields of other forms."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from actors.models import TargetGroup
from tests.common.test_admin import change_page
from tests.world import (
    make_area,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = make_user("admin")
    client.force_login(user)
    return user


class TestVocabularies:
    address = "/admin/actors/targetgroup/"

    def test_are_edited_in_a_field_for_each_language(self, administrator, client):
        group = TargetGroup.objects.create(
            key="kinder", labels={"de": "Kinder", "tr": "Çocuklar"}, synonyms={"de": ["Jungs"]}
        )
        page = client.get(change_page(group)).content.decode()
        assert 'value="Çocuklar"' in page and 'dir="rtl"' in page
        assert 'name="labels"' not in page
        sent = {
            "key": "kinder",
            "position": "3",
            "label_de": "Kinder",
            "label_en": "Children",
            "synonyms_de": "Jungs; Mädchen ; ",
        }
        assert client.post(change_page(group), sent).status_code == 302
        group.refresh_from_db()
        assert group.labels == {"de": "Kinder", "en": "Children"}
        assert group.synonyms["de"] == ["Jungs", "Mädchen"]

    def test_need_a_german_label(self, administrator, client):
        answer = client.post(f"{self.address}add/", {"key": "neu", "position": "0"})
        assert list(answer.context["adminform"].form.errors) == ["label_de"]

    def test_come_in_and_go_out_with_a_column_for_each_language(self, administrator, client):
        TargetGroup.objects.create(key="alle", labels={"de": "Alle", "vi": "Mọi người"})
        rows = "key,label_de,label_en,synonyms_de\nalle,Wirklich alle,All,jede; jeder\nneu,,New,\n"
        file = SimpleUploadedFile("liste.csv", rows.encode())
        sent = {"resource": "0", "import_file": file}
        page = client.post(f"{self.address}import/", sent).content.decode()
        assert "Zeile 3, Spalte „label_de“: Die deutsche Bezeichnung fehlt." in page
        file = SimpleUploadedFile("liste.csv", rows.replace("neu,,", "neu,Neu,").encode())
        answer = client.post(f"{self.address}import/", {**sent, "import_file": file})
        client.post(f"{self.address}process_import/", answer.context["confirm_form"].initial)
        group = TargetGroup.objects.get(key="alle")
        assert group.labels == {"de": "Wirklich alle", "en": "All", "vi": "Mọi người"}
        assert group.synonyms == {"de": ["jede", "jeder"]}
        out = client.post(f"{self.address}export/", {"format": "1", "resource": ""})
        assert "alle,Wirklich alle,All," in out.content.decode()

    def test_in_use_are_deleted_with_a_word_on_who_names_them(self, administrator, client):
        group = TargetGroup.objects.create(key="alle", labels={"de": "Alle"})
        make_organisation().target_groups.add(group)
        address = change_page(group).replace("/change/", "/delete/")
        page = client.get(address).content.decode()
        assert "Organisationen, die das nennen: 1" in page
        assert "object (" not in page and "-Beziehung" not in page

    def test_of_places_name_the_district(self, administrator, client):
        make_area("pankow-district", kind="district", labels={"de": "Bezirk Pankow"})
        make_area("buch", parent="pankow-district")
        page = client.get("/admin/common/area/").content.decode()
        assert '<td class="field-district">Bezirk Pankow</td>' in page


class TestTermsInAFieldOfAnotherForm:
    def test_begin_with_what_is_called_so(self, client, administrator):
        for number, name in enumerate(("Französisch Buchholz", "Buchholz", "Buch", "Karow")):
            make_area(f"a{number}", labels={"de": name}, position=number)
        answer = client.get(
            reverse("admin:autocomplete"),
            {"term": "buch", "app_label": "actors", "model_name": "offer", "field_name": "area"},
        )
        names = [row["text"] for row in answer.json()["results"]]
        assert names == ["Buch", "Buchholz", "Französisch Buchholz"]
        # A list that somebody has sorted by a column stays as it is.
        listed = reverse("admin:common_area_changelist")
        for query, first in (("", "Buch"), ("&o=5", "Französisch Buchholz")):
            rows = client.get(f"{listed}?q=buch{query}").context["cl"].result_list
            assert str(rows[0]) == first
