import pytest
from django.core.exceptions import ValidationError

from ssoe_portal.common.geography import Area, localities, point_for_postcode
from tests.events.world import make_venue
from tests.world import make_area, make_branch, make_offer, make_organisation

pytestmark = pytest.mark.django_db


class TestLocate:
    @pytest.mark.parametrize("key", ["buch", "karow", "blankenburg"])
    def test_puts_what_shares_a_postcode_into_its_own_neighbourhood(self, key):
        middle = next(area for area in localities() if area.key == key)
        area = make_area(key, latitude=middle.latitude, longitude=middle.longitude)
        offer = make_offer(status="draft", postcode="13125", area=area)
        offer.locate()
        assert area.is_nearest_to(offer.point)

    def test_trusts_the_postcode_where_it_lies_in_the_neighbourhood(self):
        middle = next(area for area in localities() if area.key == "prenzlauer-berg")
        area = make_area(middle.key, latitude=middle.latitude, longitude=middle.longitude)
        offer = make_offer(status="draft", postcode="10405", area=area)
        offer.locate()
        assert offer.point == point_for_postcode("10405") != area.point


class TestPostcode:
    """Whoever writes it, form, admin or import, full_clean() is asked."""

    @pytest.mark.parametrize("make", [make_organisation, make_offer, make_venue])
    @pytest.mark.parametrize(
        ("postcode", "problems"),
        [
            ("13125", []),
            ("", []),
            ("99999", ["Diese Postleitzahl kennen wir nicht. Zum Beispiel: 13125."]),
            ("1312", ["Eine deutsche Postleitzahl hat fünf Ziffern."]),
            ("PLZ12", ["Eine deutsche Postleitzahl hat fünf Ziffern."]),
        ],
    )
    def test_is_one_that_exists(self, make, postcode, problems):
        item = make()
        item.postcode = postcode
        try:
            item.full_clean()
            found = []
        except ValidationError as error:
            found = error.message_dict["postcode"]
        assert found == problems


class TestPostcodeAndPlace:
    @pytest.mark.parametrize("make", [make_organisation, make_offer, make_branch, make_venue])
    @pytest.mark.parametrize(
        ("postcode", "key", "fits"),
        [
            ("13125", "buch", True),
            ("13125", "blankenburg", True),
            ("13127", "blankenfelde", True),
            ("10119", "pankow-district", True),
            ("12589", "treptow-koepenick", True),
            ("16341", "buch", True),  # Panketal, across the street
            ("10439", "buch", False),
            ("13125", "pankow", False),
            ("12589", "pankow-district", False),
            ("80331", "spandau", False),
        ],
    )
    def test_that_cannot_be_are_told_at_the_postcode(self, make, postcode, key, fits):
        there = next(area for area in Area.in_file() if area.key == key)
        area = make_area(
            key, kind=there.kind, latitude=there.latitude, longitude=there.longitude,
            labels=there.labels,
        )  # fmt: skip
        item = make(postcode=postcode, area=area)
        if fits:
            item.clean_fields()
        else:
            with pytest.raises(ValidationError) as error:
                item.clean_fields()
            words = f"Die Postleitzahl passt nicht zu „{area.label}“: Eines von beiden"
            assert words in error.value.message_dict["postcode"][0]

    def test_are_not_asked_of_a_form_without_them(self):
        item = make_organisation(postcode="10439", area=make_area("buch"))
        item.clean_fields(exclude={"postcode", "area"})


class TestAddress:
    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"street": "Weg 1", "postcode": "13129"}, "Weg 1, 13129 Berlin, Blankenburg"),
            ({"street": "Weg 1"}, "Weg 1, Berlin, Blankenburg"),
            ({"postcode": "13129"}, "13129 Berlin, Blankenburg"),
            ({}, "Blankenburg"),
            ({"area": None}, ""),
        ],
    )
    def test_is_written_in_one_way(self, fields, words):
        area = make_area("blankenburg")
        assert make_organisation(**{"area": area, **fields}).full_address == words

    def test_is_the_same_on_every_page(self, client):
        area = make_area("blankenburg")
        place = {"street": "Weg 1", "postcode": "13129", "area": area}
        home = make_organisation(**place)
        venue = make_venue(**place)
        pages = [
            make_offer(home, area=area).get_absolute_url(),
            home.get_absolute_url(),
            venue.event.get_absolute_url(),
        ]
        for page in pages:
            assert "13129 Berlin, Blankenburg" in client.get(page).text


class TestPostcodesForADevice:
    def test_are_those_of_berlin_with_their_middles(self, client):
        found = client.get("/postcodes.json").json()
        assert 180 < len(found) < 200
        assert found["13125"] == [52.633, 13.481]
        assert "12529" not in found  # Schönefeld
        assert "14467" not in found  # Potsdam
        for latitude, longitude in found.values():
            assert 52.3 < latitude < 52.7
            assert 13.1 < longitude < 13.8

    def test_are_short_and_kept_for_a_day(self, client):
        answer = client.get("/postcodes.json", headers={"Accept-Encoding": "gzip"})
        assert len(answer.content) < 3_000  # bytes
        assert answer["Content-Encoding"] == "gzip"
        assert "max-age=86400" in answer["Cache-Control"]
        assert "Cookie" not in answer.get("Vary", "")
        assert client.post("/postcodes.json").status_code == 405
