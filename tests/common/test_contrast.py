"""The tokens keep their promise: text 4.5 : 1 and edges of controls 3 : 1, in both modes.

Ratios are those of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
"""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static/common/css/tokens.css"

GROUNDS = ["paper", "surface", "sunken", "sky", "leaf", "marigold-wash", "brick-wash"]
TEXT = (
    [(ink, ground) for ink in ("ink", "ink-soft", "spruce", "brick") for ground in GROUNDS]
    + [("on-spruce", "spruce"), ("on-spruce", "spruce-strong")]
    + [("on-brick", "brick"), ("on-brick", "brick-strong")]
    + [("on-marigold", "marigold"), ("on-marigold", "marigold-strong")]
    + [(ink, band) for ink in ("on-band", "on-band-soft") for band in ("band", "band-deep")]
)
EDGES = (
    [(edge, ground) for edge in ("edge", "spruce", "brick") for ground in ("paper", "surface")]
    + [("band-line", "band"), ("marigold", "band")]
    + [("edge", "sky"), ("edge", "leaf"), ("edge", "sunken")]
    + [("focus-line", "paper"), ("focus-line", "surface"), ("focus-line", "sky")]
    + [("focus-line", "focus-halo")]
)


def palettes() -> dict[str, dict[str, str]]:
    light_text, dark_text = TOKENS.read_text(encoding="utf-8").split("prefers-color-scheme: dark")
    read = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});").findall
    light = dict(read(light_text))
    return {"light": light, "dark": light | dict(read(dark_text))}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


class TestContrast:
    def test_measures_black_on_white_as_twenty_one(self):
        assert contrast("#000000", "#ffffff") == pytest.approx(21)

    @pytest.mark.parametrize("mode", ["light", "dark"])
    def test_holds_4_5_for_every_pair_that_carries_text(self, mode):
        tokens = palettes()[mode]
        weak = {
            pair: round(ratio, 2)
            for pair in TEXT
            if (ratio := contrast(tokens[pair[0]], tokens[pair[1]])) < 4.5
        }
        assert weak == {}

    @pytest.mark.parametrize("mode", ["light", "dark"])
    def test_holds_3_for_every_edge_of_a_control(self, mode):
        tokens = palettes()[mode]
        weak = {
            pair: round(ratio, 2)
            for pair in EDGES
            if (ratio := contrast(tokens[pair[0]], tokens[pair[1]])) < 3
        }
        assert weak == {}
