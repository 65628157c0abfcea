"""Pictures for the examples, drawn when they are loaded: flat shapes in the portal's colours."""

import io
import math
import random

from PIL import Image, ImageDraw

SPRUCE, MARIGOLD, BRICK, SKY, LEAF, PAPER, INK = (
    (15, 76, 69),
    (242, 169, 0),
    (166, 60, 34),
    (220, 235, 239),
    (227, 238, 220),
    (251, 248, 243),
    (27, 37, 35),
)
#: Drawn twice as large as needed and made smaller, so that edges are smooth.
SCALE = 2


def _file(image: Image.Image) -> io.BytesIO:
    target = io.BytesIO()
    image.reduce(SCALE).save(target, "PNG", compress_level=1)
    target.seek(0)
    return target


def logo(number: int) -> io.BytesIO:
    """Touching circles, as many and as coloured as the number says."""
    image = Image.new("RGB", (400 * SCALE, 400 * SCALE), "white")
    draw = ImageDraw.Draw(image)
    colours = [SPRUCE, MARIGOLD, BRICK]
    count = 3 + number % 4
    middle, ring = 200 * SCALE, 105 * SCALE
    radius = ring * math.sin(math.pi / count)
    for place in range(count):
        angle = 2 * math.pi * place / count + number
        x, y = middle + ring * math.cos(angle), middle + ring * math.sin(angle)
        draw.ellipse(
            (x - radius, y - radius, x + radius, y + radius),
            outline=colours[(place + number) % 3],
            width=18 * SCALE,
        )
    return _file(image)


def room(number: int) -> io.BytesIO:
    """A room with windows, a long table and lamps."""
    chance = random.Random(number)  # noqa: S311  the same drawing every time
    wide, high = 1400 * SCALE, 930 * SCALE
    wall = [LEAF, SKY][number % 2]
    image = Image.new("RGB", (wide, high), wall)
    draw = ImageDraw.Draw(image)
    floor = int(high * 0.72)
    draw.rectangle((0, floor, wide, high), fill=(214, 196, 168))
    for window in range(3):
        left = int(wide * (0.08 + window * 0.31))
        box = (left, int(high * 0.12), left + int(wide * 0.22), int(high * 0.52))
        draw.rectangle(box, fill=(247, 226, 170), outline=PAPER, width=16 * SCALE)
        middle = (box[0] + box[2]) // 2
        draw.line((middle, box[1], middle, box[3]), fill=PAPER, width=12 * SCALE)
    for lamp in range(2):
        x = int(wide * (0.33 + lamp * 0.34))
        draw.line((x, 0, x, int(high * 0.2)), fill=INK, width=4 * SCALE)
        draw.pieslice(
            (x - 90 * SCALE, 130 * SCALE, x + 90 * SCALE, 310 * SCALE), 180, 360, fill=BRICK
        )
    top = int(high * 0.66)
    draw.rounded_rectangle(
        (int(wide * 0.1), top, int(wide * 0.9), top + 34 * SCALE), 12 * SCALE, fill=SPRUCE
    )
    for leg in (0.14, 0.86):
        x = int(wide * leg)
        draw.rectangle((x - 14 * SCALE, top, x + 14 * SCALE, int(high * 0.92)), fill=SPRUCE)
    for thing in range(7):
        x = int(wide * (0.16 + thing * 0.105))
        size = chance.randint(26, 58) * SCALE
        colour = chance.choice([MARIGOLD, BRICK, SKY, PAPER])
        draw.rounded_rectangle((x, top - size, x + size, top), 8 * SCALE, fill=colour)
    return _file(image)


def house(number: int) -> io.BytesIO:
    """A house front with a door at street level."""
    wide, high = 1200 * SCALE, 900 * SCALE
    image = Image.new("RGB", (wide, high), SKY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, int(high * 0.86), wide, high), fill=(188, 190, 182))
    front = [(236, 205, 160), (222, 214, 196), (205, 219, 201)][number % 3]
    draw.rectangle(
        (int(wide * 0.14), int(high * 0.2), int(wide * 0.86), int(high * 0.86)), fill=front
    )
    draw.polygon(
        [
            (int(wide * 0.1), int(high * 0.2)),
            (int(wide * 0.5), int(high * 0.04)),
            (int(wide * 0.9), int(high * 0.2)),
        ],
        fill=BRICK,
    )
    for row in range(2):
        for column in range(4):
            x, y = int(wide * (0.2 + column * 0.165)), int(high * (0.27 + row * 0.22))
            draw.rectangle(
                (x, y, x + 110 * SCALE, y + 130 * SCALE),
                fill=(62, 92, 96),
                outline=PAPER,
                width=10 * SCALE,
            )
    draw.rectangle(
        (int(wide * 0.43), int(high * 0.68), int(wide * 0.57), int(high * 0.86)), fill=SPRUCE
    )
    draw.rectangle(
        (int(wide * 0.2), int(high * 0.66), int(wide * 0.4), int(high * 0.7)), fill=MARIGOLD
    )
    return _file(image)


def garden(number: int) -> io.BytesIO:
    """Beds in rows, a sun, some trees."""
    chance = random.Random(number)  # noqa: S311  the same drawing every time
    wide, high = 1400 * SCALE, 930 * SCALE
    image = Image.new("RGB", (wide, high), SKY)
    draw = ImageDraw.Draw(image)
    draw.ellipse((wide - 300 * SCALE, 60 * SCALE, wide - 120 * SCALE, 240 * SCALE), fill=MARIGOLD)
    draw.rectangle((0, int(high * 0.5), wide, high), fill=(176, 202, 150))
    for tree in range(5):
        x, size = int(wide * (0.06 + tree * 0.17)), chance.randint(70, 120) * SCALE
        draw.rectangle(
            (x - 12 * SCALE, int(high * 0.36), x + 12 * SCALE, int(high * 0.54)), fill=(120, 84, 60)
        )
        draw.ellipse(
            (x - size, int(high * 0.42) - 2 * size, x + size, int(high * 0.42)), fill=SPRUCE
        )
    for bed in range(3):
        y = int(high * (0.6 + bed * 0.13))
        draw.rounded_rectangle(
            (60 * SCALE, y, wide - 60 * SCALE, y + 80 * SCALE), 20 * SCALE, fill=(124, 86, 62)
        )
        for plant in range(14):
            x = 120 * SCALE + plant * 88 * SCALE
            size = chance.randint(16, 30) * SCALE
            draw.ellipse(
                (x - size, y + 10 * SCALE, x + size, y + 10 * SCALE + 2 * size), fill=(86, 140, 74)
            )
    return _file(image)
