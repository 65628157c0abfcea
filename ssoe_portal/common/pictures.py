"""Pictures that people upload: looked into, drawn anew, stored under the name of their content.

Nothing of an uploaded file is ever stored or served. What is kept are WebP files made here from the
picture's points alone: without its metadata (where, when and with what a photo was taken) and
without whatever else the file carried.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
#: What a file input offers.
ACCEPT = "image/jpeg,image/png,image/webp"
MOST_BYTES = 10_000_000
#: Points of a picture before it is made smaller: a square of 4,900. As many bytes times four are
#: held in memory while one is drawn.
MOST_POINTS = 24_000_000
QUALITY = 80
#: A file without a row is kept this long: its row may be about to be stored.
ORPHANED_AFTER = timedelta(days=1)
YEAR = 60 * 60 * 24 * 365
#: What Pillow raises on files that are no picture, broken, or built to do harm.
_BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
)


@dataclass(frozen=True)
class Purpose:
    """What pictures are for. `boxes` are the squares (pixels) they are made to fit, rising;
    `smallest` is the least that the longer side may have, `ratio` the most that one side may be
    longer than the other."""

    boxes: tuple[int, ...]
    smallest: int
    ratio: float

    def boxes_for(self, longer_side: int) -> list[int]:
        """Return the boxes that a picture is stored for: none is larger than it needs."""
        found = []
        for box in self.boxes:
            found.append(box)
            if box >= longer_side:
                break
        return found


@dataclass(frozen=True)
class Prepared:
    """A picture drawn anew: its size at the largest box, a file per box; `digest` is SHA-256 of the
    largest file."""

    digest: str
    width: int
    height: int
    files: dict[int, bytes]


def fit(width: int, height: int, box: int) -> tuple[int, int]:
    """Return the size of a picture in a square; it is never enlarged."""
    scale = min(1.0, box / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def prepare(file: IO[bytes], purpose: Purpose) -> Prepared:
    """Draw an uploaded picture anew; raises ValidationError, in words, for what cannot be used.

    Size and format are read from the head of the file before any of its points are; the name and
    the type that came with it count for nothing.
    """
    if _length(file) > MOST_BYTES:
        raise ValidationError(
            _("This file is too large: at most %(size)s MB, please."),
            code="too_large",
            params={"size": MOST_BYTES // 1_000_000},
        )
    try:
        with Image.open(file, formats=FORMATS) as image:
            _check_size(image, purpose)
            largest = _drawn(image, purpose.boxes[-1])
    except ValidationError:
        raise
    except _BROKEN as error:
        raise ValidationError(
            _(
                "We cannot read this file as a picture. Please choose a JPEG, PNG or WebP file. "
                "If it is one, open it, save it anew and try again."
            ),
            code="broken",
        ) from error
    files = {}
    for box in purpose.boxes_for(max(largest.size)):
        smaller = largest.resize(fit(*largest.size, box), Image.Resampling.LANCZOS)
        files[box] = _encoded(smaller)
    last = files[max(files)]
    return Prepared(hashlib.sha256(last).hexdigest(), *largest.size, files)


def _length(file: IO[bytes]) -> int:
    file.seek(0, os.SEEK_END)
    length = file.tell()
    file.seek(0)
    return length


def _check_size(image: Image.Image, purpose: Purpose) -> None:
    shorter, longer = sorted(image.size)
    if shorter * longer > MOST_POINTS:
        raise ValidationError(
            _("This picture has too many points. Please make it smaller: 4,000 × 3,000 is plenty."),
            code="too_many_points",
        )
    if longer < purpose.smallest:
        raise ValidationError(
            _("This picture is too small: its longer side needs at least %(points)s points."),
            code="too_small",
            params={"points": purpose.smallest},
        )
    if longer > shorter * purpose.ratio:
        raise ValidationError(
            _("This picture is too long and narrow. Please cut it to what matters."),
            code="too_narrow",
        )


def _drawn(image: Image.Image, box: int) -> Image.Image:
    """Return the first frame, upright, at most as large as the box, with nothing but its points."""
    image.draft("RGB", (2 * box, 2 * box))  # a large JPEG is read at a half or a quarter
    image.load()
    upright = ImageOps.exif_transpose(image)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    upright = upright.convert(mode)
    upright.thumbnail((box, box), Image.Resampling.LANCZOS)
    clean = Image.new(mode, upright.size)
    clean.paste(upright)
    return clean


def _encoded(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "WEBP", quality=QUALITY, method=4)
    return target.getvalue()


# --- Files ---------------------------------------------------------------------------------------


def path_of(folder: str, digest: str, box: int) -> Path:
    return Path(settings.MEDIA_ROOT) / folder / f"{digest}-{box}.webp"


def write(folder: str, prepared: Prepared) -> None:
    """Store a picture's files, each at once or not at all."""
    for box, content in prepared.files.items():
        path = path_of(folder, prepared.digest, box)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as target:
            target.write(content)
        Path(target.name).replace(path)


def copy(folder: str, digest: str, *, to: str) -> None:
    """Store a picture's files in another folder as well, each at once or not at all."""
    target = Path(settings.MEDIA_ROOT) / to
    target.mkdir(parents=True, exist_ok=True)
    for path in _files(folder, digest):
        with tempfile.NamedTemporaryFile(dir=target, delete=False) as new:
            new.write(path.read_bytes())
        Path(new.name).replace(target / path.name)


def _files(folder: str, digest: str) -> list[Path]:
    return list((Path(settings.MEDIA_ROOT) / folder).glob(f"{digest}-*.webp"))


def erase(folder: str, digest: str) -> int:
    """Remove a picture's files; return how many there were."""
    paths = _files(folder, digest)
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def old_files(folder: str, now: datetime | None = None) -> Iterator[tuple[str, Path]]:
    """Yield (digest, path) of the files below a folder that are no longer about to get a row;
    what was left by a write that was cut off comes with an empty digest."""
    before = ((now or timezone.now()) - ORPHANED_AFTER).timestamp()
    for path in (Path(settings.MEDIA_ROOT) / folder).rglob("*"):
        try:
            if path.is_file() and path.stat().st_mtime < before:
                digest = path.stem.rpartition("-")[0] if path.suffix == ".webp" else ""
                yield digest, path
        except FileNotFoundError:  # removed meanwhile
            continue


def served(folder: str, digest: str, box: int, *, is_public: bool) -> FileResponse:
    """Return a stored picture. Its name is its content: who has a public one never asks again."""
    try:
        content = path_of(folder, digest, box).open("rb")
    except FileNotFoundError as error:
        raise Http404(digest) from error
    response = FileResponse(content, content_type="image/webp")
    response["Cache-Control"] = (
        f"public, max-age={YEAR}, immutable" if is_public else "private, no-store"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
