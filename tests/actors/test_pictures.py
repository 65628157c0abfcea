"""Logo and pictures: uploading, describing, who sees them, and that their files go."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from actors import services
from actors.models import Logo, Organisation, Picture
from actors.tasks import sweep_pictures
from ssoe_portal.common import pictures
from tests.world import (
    make_image,
    make_logo,
    make_member,
    make_organisation,
    make_picture,
    make_user,
)

pytestmark = pytest.mark.django_db


def files_of(organisation, folder="pictures") -> list[Path]:
    return sorted((Path(settings.MEDIA_ROOT) / folder / str(organisation.pk)).glob("*"))


def upload(client, organisation, what="picture", file=None, name="bild.png", type="image/png"):
    content = (file or make_image()).getvalue()
    return client.post(
        reverse("actors:pictures", args=[organisation.slug]),
        {"what": what, f"{what}-file": SimpleUploadedFile(name, content, type)},
    )


@pytest.fixture
def organisation(client):
    organisation = make_organisation()
    client.force_login(make_member(organisation, "editor"))
    return organisation


class TestUploading:
    def test_asks_what_can_be_seen_before_anybody_sees_it(self, client, organisation):
        answer = upload(client, organisation)
        picture = organisation.pictures.get()
        edit_url = reverse("actors:pictures-edit", args=[organisation.slug, picture.pk])
        assert answer.url == edit_url
        visitor = type(client)()
        assert picture.digest not in visitor.get(organisation.get_absolute_url()).text
        assert visitor.get(picture.url).status_code == 404
        assert client.get(picture.url).status_code == 200
        page = client.post(edit_url, {"alt": ""})
        assert "alt" in page.context["form"].errors
        page = client.post(edit_url, {"alt": "Ein Raum.", "is_decoration": "on"})
        assert "is_decoration" in page.context["form"].errors
        assert "Ein Raum." in page.text
        client.post(edit_url, {"alt": "Ein heller <b>Raum</b>."})
        page = visitor.get(organisation.get_absolute_url()).text
        assert picture.srcset in page
        assert 'alt="Ein heller &lt;b&gt;Raum&lt;/b&gt;."' in page
        assert visitor.get(picture.url).status_code == 200

    def test_a_picture_removed_meanwhile_does_not_come_back(
        self, client, organisation, monkeypatch
    ):
        picture = make_picture(organisation)
        keep_row = services.keep_row

        def keep_too_late(*, row) -> None:
            services.remove_row(row=Picture.objects.get(pk=picture.pk))
            keep_row(row=row)

        monkeypatch.setattr(services, "keep_row", keep_too_late)
        edit_url = reverse("actors:pictures-edit", args=[organisation.slug, picture.pk])
        page = client.post(edit_url, {"alt": "Zu spät."})
        assert page.status_code == 422
        assert "inzwischen entfernt" in page.text and "Zu spät." in page.text
        assert not organisation.pictures.exists()

    def test_only_decoration_needs_no_words(self, client, organisation):
        upload(client, organisation)
        picture = organisation.pictures.get()
        url = reverse("actors:pictures-edit", args=[organisation.slug, picture.pk])
        client.post(url, {"is_decoration": "on"})
        assert 'alt=""' in client.get(organisation.get_absolute_url()).text
        assert Picture.objects.published().count() == 1

    def test_a_logo_is_shown_at_once_and_on_the_card(self, client, organisation):
        upload(client, organisation, "logo", make_image((300, 300)))
        logo = organisation.logo
        assert logo.srcset in client.get("/de/organisations/").text
        assert logo.srcset in client.get(organisation.get_absolute_url()).text

    def test_a_second_logo_takes_the_place_of_the_first(
        self, client, organisation, django_capture_on_commit_callbacks
    ):
        upload(client, organisation, "logo")
        first = Logo.objects.get().digest
        with django_capture_on_commit_callbacks(execute=True):
            upload(client, organisation, "logo")
        assert Logo.objects.get().digest != first
        names = {path.name.split("-")[0] for path in files_of(organisation, "logos")}
        assert names == {Logo.objects.get().digest}

    def test_is_a_change_that_staff_look_at(self, client, organisation):
        upload(client, organisation, "logo")
        assert list(Organisation.objects.recently_changed()) == [organisation]
        client.force_login(make_user("reviewer"))
        url = reverse("actors:moderation-review", args=["organisation", organisation.slug])
        assert "Logo" in client.get(url).text
        assert "hinzugefügt" in client.get(url).text

    @pytest.mark.parametrize(
        ("name", "content", "type"),
        [
            ("bild.png", b"<svg onload='alert(1)'/>", "image/png"),
            ("bild.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
            ("bild.jpg", b"<html>", "image/jpeg"),
            ("../../../etc/passwd.png", b"root", "image/png"),
        ],
    )
    def test_what_is_no_picture_is_refused_at_the_field(
        self, client, organisation, name, content, type
    ):
        url = reverse("actors:pictures", args=[organisation.slug])
        values = {"what": "picture", "picture-file": SimpleUploadedFile(name, content, type)}
        page = client.post(url, values)
        assert page.status_code == 422
        assert "nicht als Bild lesen" in page.text
        assert files_of(organisation) == []

    def test_name_and_type_count_for_nothing(self, client, organisation):
        upload(client, organisation, file=make_image(), name="x.html", type="text/html")
        picture = organisation.pictures.get()
        assert [path.suffix for path in files_of(organisation)] == [".webp"] * len(picture.boxes)
        assert client.get(picture.url)["Content-Type"] == "image/webp"

    def test_what_is_too_large_is_cut_off_and_said_so(self, client, organisation, settings):
        settings.UPLOAD_MAX_BYTES = 50_000
        url = reverse("actors:pictures", args=[organisation.slug])
        file = SimpleUploadedFile("x.png", b"x" * 3_000_000, "image/png")
        page = client.post(url, {"what": "picture", "picture-file": file})
        assert page.status_code == 422
        form = page.context["picture_form"]
        assert form.files["picture-file"].size < 200_000

    def test_without_a_file_says_so(self, client, organisation):
        url = reverse("actors:pictures", args=[organisation.slug])
        page = client.post(url, {"what": "logo"})
        assert "Bitte wählen Sie eine Datei" in page.text
        assert client.post(url, {"what": "etwas"}).url == url

    def test_the_same_one_twice_is_one(self, client, organisation):
        file = make_image()
        upload(client, organisation, file=file)
        page = upload(client, organisation, file=file)
        assert "Dieses Bild ist schon da." in page.text
        assert organisation.pictures.count() == 1

    def test_six_are_enough(self, client, organisation):
        for _number in range(6):
            make_picture(organisation)
        page = upload(client, organisation)
        assert "Platz für 6" in page.text
        assert organisation.pictures.count() == 6

    def test_is_counted_and_refused_when_it_is_too_often(self, client, organisation, settings):
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "upload": "1/h/key"}
        assert upload(client, organisation, "logo").status_code == 302
        assert upload(client, organisation, "logo").status_code == 429


class TestServing:
    def test_is_for_ever_and_of_one_type(self, client):
        picture = make_picture()
        answer = client.get(picture.url)
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["Content-Type"] == "image/webp"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "Content-Encoding" not in answer
        assert "Cookie" not in answer.get("Vary", "")
        assert b"".join(answer.streaming_content).startswith(b"RIFF")

    def test_takes_one_query(self, client, django_assert_num_queries):
        picture = make_picture()
        with django_assert_num_queries(1):
            client.get(picture.url)

    @pytest.mark.parametrize("status", ["draft", "submitted", "returned", "archived"])
    def test_of_what_is_not_public_is_for_its_team(self, client, status):
        organisation = make_organisation(status=status)
        pictures = [make_picture(organisation), make_logo(organisation)]
        for picture in pictures:
            assert client.get(picture.url).status_code == 404
        client.force_login(make_member(organisation))
        for picture in pictures:
            answer = client.get(picture.url)
            assert answer.status_code == 200
            assert answer["Cache-Control"] == "private, no-store"
        client.force_login(make_member(make_organisation()))
        assert client.get(pictures[0].url).status_code == 404

    def test_knows_no_other_sizes_folders_or_names(self, client):
        picture = make_picture()
        for url in (
            picture.url_for(481),
            picture.url.replace("pictures", "secrets"),
            f"/media/pictures/{'0' * 64}-480.webp",
            "/media/pictures/..%2f..%2fsettings-480.webp",
            "/media/",
        ):
            assert client.get(url).status_code == 404, url

    def test_of_a_file_that_is_gone_is_a_plain_404(self, client):
        picture = make_picture()
        pictures.erase(picture.folder, picture.digest)
        assert client.get(picture.url).status_code == 404


class TestFilesGo:
    def test_with_their_row_when_that_is_sure(
        self, client, organisation, django_capture_on_commit_callbacks
    ):
        picture = make_picture(organisation)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            picture.delete()
            raise ZeroDivisionError
        assert len(files_of(organisation)) == len(picture.boxes)
        picture = organisation.pictures.get()
        url = reverse("actors:pictures-remove", args=[organisation.slug, picture.pk])
        with django_capture_on_commit_callbacks(execute=True):
            client.post(url)
            client.post(url)  # a second tap
        assert files_of(organisation) == []

    def test_with_the_organisation(self, django_capture_on_commit_callbacks):
        organisation = make_organisation()
        make_picture(organisation)
        make_logo(organisation)
        key = organisation.pk
        with django_capture_on_commit_callbacks(execute=True):
            organisation.delete()
        organisation.pk = key
        assert files_of(organisation) == files_of(organisation, "logos") == []

    def test_stay_while_another_row_names_them(self, django_capture_on_commit_callbacks):
        organisation, other = make_organisation(), make_organisation()
        prepared = pictures.prepare(make_image(), Picture.PURPOSE)
        for who in (organisation, other):
            services.keep_row(row=Picture(organisation=who, alt="Da."), prepared=prepared)
        with django_capture_on_commit_callbacks(execute=True):
            services.remove_row(row=organisation.pictures.get())
        assert files_of(organisation) == []
        assert len(files_of(other)) == 2

    def test_nightly_when_no_row_names_them(self):
        organisation = make_organisation()
        kept = make_picture(organisation)
        orphan = pictures.prepare(make_image(), Picture.PURPOSE)
        pictures.write(kept.folder, orphan)
        torn = files_of(organisation)[0].with_name("tmpabc")
        torn.write_bytes(b"half")
        fresh = pictures.prepare(make_image(), Picture.PURPOSE)
        before = (timezone.now() - timedelta(days=2)).timestamp()
        for path in files_of(organisation):
            os.utime(path, (before, before))
        pictures.write(kept.folder, fresh)
        sweep_pictures(timestamp=0)
        names = {path.name.split("-")[0] for path in files_of(organisation)}
        assert names == {kept.digest, fresh.digest}


class TestConstraints:
    def test_words_or_decoration_past_every_form(self):
        picture = make_picture()
        with pytest.raises(IntegrityError), transaction.atomic():
            Picture.objects.filter(pk=picture.pk).update(is_decoration=True)

    def test_the_seventh_past_every_form(self):
        organisation = make_organisation()
        for _number in range(Picture.MOST):
            make_picture(organisation)
        with pytest.raises(ValidationError, match="Platz für 6"):
            make_picture(organisation)
