"""What people upload as a picture, and what others try to upload as one."""

import io
import os
import struct
import time
import zlib
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from ssoe_portal.common import pictures
from ssoe_portal.common.pictures import Purpose
from tests.world import make_image

PURPOSE = Purpose(boxes=(100, 400, 1000), smallest=50, ratio=4)


def refused(content: bytes, purpose: Purpose = PURPOSE) -> str:
    with pytest.raises(ValidationError) as caught:
        pictures.prepare(io.BytesIO(content), purpose)
    return caught.value.code


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG whose head says a size, whatever follows."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", data), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def webp_of(width: int, height: int) -> bytes:
    """An animated WebP whose canvas is of that size, without a frame."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes([2, 0, 0, 0]) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


class TestPrepare:
    def test_makes_a_file_per_box_that_it_fills(self):
        prepared = pictures.prepare(make_image((800, 600)), PURPOSE)
        assert (prepared.width, prepared.height) == (800, 600)
        sizes = {box: Image.open(io.BytesIO(file)).size for box, file in prepared.files.items()}
        assert sizes == {100: (100, 75), 400: (400, 300), 1000: (800, 600)}
        assert all(file.startswith(b"RIFF") for file in prepared.files.values())

    def test_makes_large_ones_smaller_and_small_ones_no_larger(self):
        assert pictures.prepare(make_image((3000, 2000), "JPEG"), PURPOSE).width == 1000
        small = pictures.prepare(make_image((80, 60)), PURPOSE)
        assert list(small.files) == [100]
        assert small.width == 80

    def test_names_the_same_points_the_same(self):
        file = make_image()
        same = Image.open(file)
        again = io.BytesIO()
        same.save(again, "PNG", compress_level=1)
        file.seek(0)
        first, second = (pictures.prepare(each, PURPOSE) for each in (file, again))
        assert first.digest == second.digest

    def test_leaves_out_when_where_and_with_what_it_was_taken(self):
        exif = Image.Exif()
        exif[0x010F] = "Geheime Kamera"
        exif.get_ifd(0x8825)[1] = "N"
        file = make_image(
            (800, 600), "JPEG", exif=exif, comment=b"Geheim", icc_profile=b"Geheim" * 30
        )
        assert b"Geheim" in file.getvalue()
        for content in pictures.prepare(file, PURPOSE).files.values():
            assert b"Geheim" not in content
            assert not Image.open(io.BytesIO(content)).info.keys() & {"exif", "xmp", "icc_profile"}

    def test_turns_upright_what_a_camera_held_sideways(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        prepared = pictures.prepare(make_image((800, 600), "JPEG", exif=exif), PURPOSE)
        assert (prepared.width, prepared.height) == (600, 800)

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
    def test_takes_every_mode_of_png(self, mode):
        file = io.BytesIO()
        Image.new(mode, (200, 200)).save(file, "PNG")
        assert pictures.prepare(file, PURPOSE).width == 200

    def test_takes_a_jpeg_made_for_print(self):
        file = io.BytesIO()
        Image.new("CMYK", (200, 200)).save(file, "JPEG")
        assert pictures.prepare(file, PURPOSE).width == 200

    def test_keeps_what_can_be_seen_through(self):
        file = io.BytesIO()
        Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(file, "PNG")
        content = pictures.prepare(file, PURPOSE).files[400]
        assert Image.open(io.BytesIO(content)).getpixel((5, 5))[3] == 0

    def test_takes_the_first_picture_of_an_animation(self):
        file = io.BytesIO()
        frames = [Image.new("RGB", (200, 200), colour) for colour in ("red", "blue")]
        frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
        content = pictures.prepare(file, PURPOSE).files[400]
        red, _green, blue = Image.open(io.BytesIO(content)).getpixel((100, 100))
        assert red > 200
        assert blue < 60


class TestHostile:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"GIF89a" + bytes(100),
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
            b"%PDF-1.7",
            b"PK\x03\x04" + bytes(100),
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
            b"<html><script>alert(1)</script>",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"RIFF\x00\x00\x00\x00WEBP",
        ],
    )
    def test_what_is_no_picture_is_refused(self, content):
        assert refused(content) == "broken"

    @pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PPM"])
    def test_other_formats_are_not_even_read(self, kind):
        assert refused(make_image((200, 200), kind).getvalue()) == "broken"

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
    def test_what_was_cut_off_is_refused(self, kind, part):
        file = io.BytesIO()
        Image.effect_noise((300, 300), 80).convert("RGB").save(file, kind)
        content = file.getvalue()
        assert refused(content[: int(len(content) * part)]) == "broken"

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    @given(st.data())
    @hypothesis_settings(max_examples=40)
    def test_noise_in_a_file_is_drawn_or_refused_in_words(self, kind, data):
        whole = io.BytesIO()
        Image.linear_gradient("L").convert("RGB").resize((120, 90)).save(whole, kind)
        content = bytearray(whole.getvalue())
        for _change in range(data.draw(st.integers(1, 8))):
            place = data.draw(st.integers(0, len(content) - 1))
            content[place] = data.draw(st.integers(0, 255))
        try:
            prepared = pictures.prepare(io.BytesIO(bytes(content)), PURPOSE)
        except ValidationError as error:
            assert error.messages[0]
        else:
            assert prepared.width <= 1000

    @given(st.binary(max_size=300))
    @hypothesis_settings(max_examples=60)
    def test_any_bytes_are_refused_in_words(self, content):
        assert refused(content) in {"broken", "too_small", "too_narrow", "too_many_points"}

    @pytest.mark.parametrize(
        "payload", [b"<script>alert(1)</script>", b"PK\x03\x04geheim", b"<?php system('id'); ?>"]
    )
    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_what_a_file_carries_beside_its_picture_is_left_behind(self, kind, payload):
        prepared = pictures.prepare(io.BytesIO(make_image(kind=kind).getvalue() + payload), PURPOSE)
        assert not any(payload in content for content in prepared.files.values())

    @pytest.mark.parametrize("size", [(5000, 5000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
    def test_a_bomb_is_refused_by_its_head(self, size):
        begun = time.process_time()
        packed = zlib.compress(bytes(10_000))
        assert refused(png_of(*size, packed)) in {"too_many_points", "broken"}
        assert time.process_time() - begun < 1

    def test_a_huge_canvas_is_refused_without_filling_it(self):
        begun = time.process_time()
        assert refused(webp_of(16_383, 16_383)) in {"too_many_points", "broken"}
        assert time.process_time() - begun < 1

    def test_a_large_file_is_refused_unread(self):
        assert refused(b"\xff" * (pictures.MOST_BYTES + 1)) == "too_large"

    def test_what_is_too_small_or_too_narrow_is_refused(self):
        assert refused(make_image((40, 30)).getvalue()) == "too_small"
        assert refused(make_image((900, 100)).getvalue()) == "too_narrow"

    def test_speaks_the_readers_language(self):
        with pytest.raises(ValidationError, match="nicht als Bild lesen"):
            pictures.prepare(io.BytesIO(b"nichts"), PURPOSE)


class TestFiles:
    def test_are_found_when_old_and_left_alone_when_new(self):
        prepared = pictures.prepare(make_image(), PURPOSE)
        pictures.write("trial/1", prepared)
        assert list(pictures.old_files("trial")) == []
        tomorrow = timezone.now() + timedelta(days=2)
        found = list(pictures.old_files("trial", tomorrow))
        assert {digest for digest, _path in found} == {prepared.digest}
        assert len(found) == 3
        assert pictures.erase("trial/1", prepared.digest) == 3
        assert list(pictures.old_files("trial", tomorrow)) == []

    def test_lie_below_the_setting_and_are_no_programs(self):
        prepared = pictures.prepare(make_image(), PURPOSE)
        pictures.write("trial/2", prepared)
        path = pictures.path_of("trial/2", prepared.digest, 100)
        assert path.is_relative_to(settings.MEDIA_ROOT)
        assert not os.access(path, os.X_OK)
