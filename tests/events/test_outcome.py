"""What came of an event: words and pictures on its page and in the list of past events."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from events import remembering
from events.models import EventPicture
from ssoe_portal.common import pictures
from tests.events.world import in_days, make_event
from tests.world import make_image

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def over(organisation):
    return make_event(starts_at=in_days(-3), ends_at=in_days(-2.9), organisation=organisation)


def page(event) -> str:
    return reverse("events:outcome", args=[event.slug])


def make_event_picture(event, alt: str = "Ein langer Tisch.") -> EventPicture:
    prepared = pictures.prepare(make_image(), EventPicture.PURPOSE)
    return remembering.add_picture(event=event, alt=alt, prepared=prepared)


def upload(client, event, *, alt: str = "Ein langer Tisch.", content: bytes | None = None):
    content = make_image().read() if content is None else content
    file = SimpleUploadedFile("bild.png", content, "image/png")
    return client.post(page(event), {"what": "picture", "alt": alt, "file": file})


def files() -> list[Path]:
    return list(Path(settings.MEDIA_ROOT).rglob("*.webp"))


class TestWords:
    def test_stand_on_the_page_and_in_the_list_of_past_events(self, client, over, member):
        over.translations.create(language="en", title="Example fair", summary="Soup.")
        client.force_login(member)
        client.post(page(over), {"outcome": "Drei kochen jetzt mit.", "en-outcome": "Three cook."})
        client.logout()
        assert "Drei kochen jetzt mit." in client.get(over.get_absolute_url()).text
        assert "Drei kochen jetzt mit." in client.get("/de/events/?when=past").text
        assert "Three cook." in client.get(f"/en/events/{over.slug}/").text
        assert over.translations.get().title == "Example fair"

    def test_of_its_organisation_are_looked_at_by_event_managers(self, client, over, member):
        client.force_login(member)
        client.post(page(over), {"outcome": "Drei kochen jetzt mit."})
        over.refresh_from_db()
        assert over.is_changed_by_owner

    def test_wait_until_it_is_over(self, client, manager):
        event = make_event()
        answer = client.post(page(event), {"outcome": "Schön war es."}, follow=True)
        assert "wenn die Veranstaltung vorbei ist" in answer.text
        event.refresh_from_db()
        assert event.outcome == ""


class TestPictures:
    def test_are_drawn_anew_and_shown_with_their_words(self, client, over, manager):
        upload(client, over)
        picture = over.pictures.get()
        client.logout()
        text = client.get(over.get_absolute_url()).text
        assert 'alt="Ein langer Tisch."' in text
        answer = client.get(picture.url)
        assert answer.headers["Content-Type"] == "image/webp"
        assert "public" in answer.headers["Cache-Control"]

    def test_of_a_hidden_event_are_hidden_from_strangers(self, client, over, manager):
        picture = make_event_picture(over)
        over.archive()
        assert client.get(picture.url).status_code == 200
        client.logout()
        assert client.get(picture.url).status_code == 404

    @pytest.mark.parametrize(
        ("fields", "place"),
        [({"alt": ""}, "alt"), ({"content": b"<svg>"}, "file")],
    )
    def test_need_words_and_a_file_that_is_a_picture(self, client, over, manager, fields, place):
        answer = upload(client, over, **fields)
        assert answer.status_code == 422
        assert list(answer.context["picture_form"].errors) == [place]
        assert not over.pictures.exists()
        assert not files()

    def test_go_with_their_files(self, client, over, manager, django_capture_on_commit_callbacks):
        picture = make_event_picture(over)
        assert files()
        remove = reverse("events:outcome-picture-remove", args=[over.slug, picture.pk])
        with django_capture_on_commit_callbacks(execute=True):
            client.post(remove)
        assert not over.pictures.exists()
        assert not files()

    def test_are_bounded(self, over, monkeypatch):
        monkeypatch.setattr(EventPicture, "MOST", 2)
        make_event_picture(over)
        make_event_picture(over)
        with pytest.raises(ValidationError, match="2"):
            make_event_picture(over)

    def test_without_words_are_refused_by_the_database(self, over):
        values = {"event": over, "digest": "0" * 64, "width": 800, "height": 600}
        with pytest.raises(IntegrityError, match="words"), transaction.atomic():
            EventPicture.objects.create(alt="", **values)
        EventPicture.objects.create(alt="Ein Raum.", **values)
        with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
            EventPicture.objects.create(alt="Ein Garten.", **values)
