"""The map beside a list: what its page needs to draw it, and whom it may ask for pictures."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ssoe_portal.common.map_overview import Counted, Overview, ground, overview


@dataclass(frozen=True)
class Tiles:
    """Pictures of a city map from somebody else's server, loaded only when the reader asks."""

    url: str
    attribution: str

    @property
    def host(self) -> str:
        """Who learns of the reader."""
        return urlsplit(self.url).hostname or ""

    @property
    def origin(self) -> str:
        return f"https://{urlsplit(self.url).netloc}"


def tiles() -> Tiles | None:
    """Those of the settings, if there are any."""
    if not settings.MAP_TILES_URL:
        return None
    return Tiles(settings.MAP_TILES_URL, settings.MAP_TILES_ATTRIBUTION)


@dataclass(frozen=True)
class MapPanel:
    """What templates/common/_map_panel.html shows. `url` answers what is in a section
    (`map_box.in_box`); `shown` is true where the address asks for the map instead of the list,
    which counts where there is no room for both."""

    url: str
    shown: bool
    #: The beginning of an address that narrows the list to an area, whose key comes next.
    area_url: str
    overview: Overview
    tiles: Tiles | None
    ground: list[dict[str, Any]] = field(repr=False)


def map_panel(request: HttpRequest, url: str, places: Iterable[Counted]) -> MapPanel:
    """Return the map of a list: `places` are the choices of its filter for neighbourhoods."""
    rest = request.GET.copy()
    for name in ("area", "page", "view"):
        rest.pop(name, None)
    area_url = f"?{rest.urlencode()}&area=" if rest else "?area="
    shown = request.GET.get("view") == "map"
    return MapPanel(url, shown, area_url, overview(places), tiles(), ground())


def allow_tiles(response: HttpResponseBase) -> None:
    """Let this page, and no other, show pictures from the tiles' server."""
    found = tiles()
    if found is None:
        return
    images = [*settings.SECURE_CSP["img-src"], found.origin]
    response._csp_config = settings.SECURE_CSP | {"img-src": images}
