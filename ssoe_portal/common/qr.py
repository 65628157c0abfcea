"""QR codes (ISO/IEC 18004) as one SVG path, for a template to draw: black modules, no markup made
here."""

from dataclasses import dataclass

import segno


@dataclass(frozen=True, slots=True)
class QrCode:
    """`size` in modules with the quiet zone of four on each side, `path` for <path d="…">."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """Return the code for an address. Error correction M survives a crease in the paper."""
    code = segno.make(text, error="m", micro=False)
    modules = [list(row) for row in code.matrix_iter(border=4)]
    runs = []
    for y, row in enumerate(modules):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            begin = x
            while x < len(row) and row[x]:
                x += 1
            runs.append(f"M{begin} {y}h{x - begin}v1H{begin}z")
    return QrCode(size=len(modules), path="".join(runs))
