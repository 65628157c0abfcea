"""Lists as people bring them, and what their pages say."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from actors.models import (
    ListImport,
)

HEADING = ["Name", "Art", "In einem Satz", "Ortsteil", "Zielgruppen", "Öffentliche E-Mail-Adresse"]


def row(name: str, **cells: str) -> list[str]:
    known = {
        "kind": "Stiftung",
        "summary": "Wir helfen.",
        "area": "Buch",
        "groups": "",
        "email": "",
    }
    known |= cells
    return [name, *(known.get(key, "") for key in ("kind", "summary", "area", "groups", "email"))]


def csv_file(*rows: list[str], heading: list[str] = HEADING, encoding: str = "utf-8-sig",
             delimiter: str = ";") -> bytes:  # fmt: skip
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([heading, *rows])
    return out.getvalue().encode(encoding)


def excel_file(*rows: list, heading: list[str] = HEADING) -> bytes:
    book = Workbook()
    for line in (heading, *rows):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


OFFERS = ["Titel", "Organisation", "Kategorie", "In einem Satz", "Für wen"]


def offer_row(title: str, home: str = "Beispiel Träger", *, summary: str = "Kurz.") -> list[str]:
    return [title, home, "advice", summary, "Kinder"]


def upload(client, content: bytes, kind: str = "organisation", name: str = "liste.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("actors:import-new", args=[kind]), {"file": file}, follow=True)


def page(client, of: ListImport, rows: str = "") -> str:
    return client.get(of.get_absolute_url(), {"rows": rows} if rows else {}).text


def results(of: ListImport) -> list[str]:
    return list(of.rows.order_by("number").values_list("result", flat=True))


def outcomes(of: ListImport) -> list[str]:
    return list(of.rows.order_by("number").values_list("outcome", flat=True))
