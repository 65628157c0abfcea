"""Tables of events in Django admin: in by names, whole or not at all, and out again."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from actors.models import SpokenLanguage
from events.models import Pitch, ProgrammeItem
from tests.events.world import make_event, make_pitch, make_stall, make_venue
from tests.world import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def administrator(client):
    client.force_login(make_user("admin"))


@pytest.fixture
def venue():
    return make_venue(make_event(title="Beispielmarkt"), name="Halle")


def send(client, model: str, *rows: str, encoding: str = "utf-8"):
    file = SimpleUploadedFile("liste.csv", "\n".join(rows).encode(encoding))
    return client.post(f"/admin/events/{model}/import/", {"resource": "0", "import_file": file})


def confirm(client, model: str, answer):
    form = answer.context["confirm_form"]
    return client.post(f"/admin/events/{model}/process_import/", form.initial)


def problems(answer) -> list[str]:
    page = answer.content.decode()
    assert page.index("Es wurde nichts eingetragen") < page.index('type="file"')
    listed = page.split('<ul class="errorlist">')[1].split("</ul>")[0]
    return [line.split("</li>")[0] for line in listed.split("<li>")[1:]]


def exported(client, model: str) -> list[tuple]:
    answer = client.post(f"/admin/events/{model}/export/", {"format": "0", "resource": ""})
    return list(load_workbook(io.BytesIO(answer.content)).active.values)


class TestPitches:
    def test_come_by_the_venues_name_as_german_excel_saves_them(self, client, venue):
        known = make_pitch(venue, label="A1", x=0, y=0, has_power=True)
        answer = send(
            client,
            "pitch",
            "venue;label;x;y;has_power",
            "Halle;A1;0;0;nein",
            "halle;Süd;1;0;ja",
            encoding="cp1252",
        )
        assert "<del>1</del> → <ins>0</ins>" in answer.content.decode()
        assert confirm(client, "pitch", answer).status_code == 302
        known.refresh_from_db()
        new = Pitch.objects.get(label="Süd")
        assert (known.has_power, new.has_power, new.venue) == (False, True, venue)

    def test_with_errors_in_several_rows_are_not_entered_and_each_error_has_its_place(
        self, client, venue
    ):
        make_pitch(venue, label="A1", x=0, y=0)
        answer = send(
            client,
            "pitch",
            "venue,label,x,y,has_power",
            "Halle,B1,1,1,1",
            "Halle,B1,2,1,1",
            "Saal,B2,x,1,vielleicht",
            "Halle,B3,0,0,1",
        )
        assert problems(answer) == [
            "Zeile 3, Spalte „label“: In Zeile 2 steht schon derselbe Eintrag.",
            "Zeile 4, Spalte „venue“: „Saal“ ist hier unbekannt. Möglich sind: Halle",
            "Zeile 4, Spalte „x“: Bitte schreiben Sie eine ganze Zahl, zum Beispiel 3.",
            "Zeile 4, Spalte „has_power“: Bitte schreiben Sie 1 oder ja, 0 oder nein.",
            "Zeile 5: Auf diesem Feld des Plans ist schon ein Standplatz.",
        ]
        assert list(Pitch.objects.values_list("label", flat=True)) == ["A1"]

    def test_of_two_events_with_a_venue_of_one_name_need_the_event(self, client, venue):
        other = make_venue(make_event(title="Anderer Markt"), name="Halle")
        unclear = problems(send(client, "pitch", "venue,label,x,y", "Halle,A1,0,0"))
        assert "Bitte füllen Sie auch „event“ aus" in unclear[0]
        rows = ("event,venue,label,x,y", "Anderer Markt,Halle,A1,0,0")
        confirm(client, "pitch", send(client, "pitch", *rows))
        assert Pitch.objects.get().venue == other

    def test_come_back_in_as_they_went_out(self, client, venue):
        make_pitch(venue, label="A1", x=3, y=4, is_indoor=True)
        rows = [",".join("" if c is None else str(c) for c in r) for r in exported(client, "pitch")]
        assert rows[1] == "Beispielmarkt,Halle,A1,3,4,False,False,True"
        assert "Übersprungen" in send(client, "pitch", *rows).content.decode()


class TestProgramme:
    def test_comes_in_with_names_and_moments_as_one_writes_them(self, client, venue):
        SpokenLanguage.objects.create(key="tr", labels={"de": "Türkisch"}, native="Türkçe")
        organisation = make_organisation("Beispiel Haus")
        answer = send(
            client,
            "programmeitem",
            "venue,title,format,starts_at,ends_at,languages,organisation",
            "Halle,Tee,Werkstatt,24.04.2027 11:30,2027-04-24 12:30,Türkisch,beispiel haus",
        )
        confirm(client, "programmeitem", answer)
        item = ProgrammeItem.objects.get()
        assert (item.venue, item.format, item.organisation) == (venue, "workshop", organisation)
        assert [term.key for term in item.languages.all()] == ["tr"]
        assert exported(client, "programmeitem")[1][7] == "24.04.2027 11:30"

    def test_comes_in_before_it_is_placed_where_its_event_is_named(self, client, venue):
        heads = "event,venue,title,starts_at,ends_at,places"
        row = ",Tee,24.04.2027 11:30,24.04.2027 12:30,12"
        assert "Spalte „event“" in problems(send(client, "programmeitem", heads, f",{row}"))[0]
        answer = send(client, "programmeitem", heads, f"Beispielmarkt,{row}")
        confirm(client, "programmeitem", answer)
        item = ProgrammeItem.objects.get()
        assert (item.event, item.venue, item.places) == (venue.event, None, 12)

    def test_says_how_a_moment_is_written(self, client, venue):
        rows = ("venue,title,starts_at,ends_at", "Halle,Tee,morgen,24.04.2027 12:00")
        (problem,) = problems(send(client, "programmeitem", *rows))
        assert "Spalte „starts_at“: Bitte schreiben Sie Tag und Uhrzeit so" in problem


class TestStallApplications:
    def test_go_out_in_words_and_never_as_formulas(self, client, venue):
        make_stall(venue.event, title="=1+1", state="accepted", needs_power=True)
        heads, row = exported(client, "stallapplication")
        assert "Name des Standes" in heads and not any("__" in head for head in heads)
        assert {"Beispielmarkt", "'=1+1", "zugesagt", "ja"} <= set(row)

    def test_page_names_the_columns_and_what_the_button_does(self, client):
        page = client.get("/admin/events/stallapplication/export/").content.decode()
        assert "Tabelle herunterladen" in page and "Datei prüfen" not in page
        assert "event__title" not in page
