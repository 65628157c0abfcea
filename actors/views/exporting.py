"""Lists of the directory to take along."""

from collections.abc import Iterable

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from actors import exporting
from actors.filters import OfferFilter, OrganisationFilter
from ssoe_portal.common import table_files
from ssoe_portal.common.excel_files import xlsx_chunks
from ssoe_portal.common.ratelimit import rate_limited


@rate_limited("export", gets=True)
@require_safe
def organisation_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The organisations that the same query string lists on their page."""
    keys = OrganisationFilter(request.GET).hits.keys()
    return _answer(request, "organisation", keys, _("Organisations"), ending)


@rate_limited("export", gets=True)
@require_safe
def offer_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The offers that the same query string lists on their page."""
    return _answer(request, "offer", OfferFilter(request.GET).hits.keys(), _("Offers"), ending)


def _answer(
    request: HttpRequest, kind: str, keys: Iterable[int], title: str, ending: str
) -> HttpResponseBase:
    table = exporting.table(kind, keys, reader=request.user)
    if ending == "xlsx":
        response = StreamingHttpResponse(xlsx_chunks((title, table)), content_type=table_files.XLSX)
    else:
        response = StreamingHttpResponse(
            table_files.csv_lines(table), content_type="text/csv; charset=utf-8"
        )
    name = f"{slugify(title)}-{timezone.localdate():%Y-%m-%d}.{ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
