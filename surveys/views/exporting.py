"""Raw answers to take along, for the task force, after the wave; each time it is noted."""

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ssoe_portal.common import table_files
from ssoe_portal.common.excel_files import xlsx_chunks
from ssoe_portal.common.ratelimit import rate_limited
from ssoe_portal.common.roles import reviewer_required
from surveys.exporting import Export
from surveys.models import AccessLog, Wave

VALUES, WORDS, CODES = "values", "words", "codes"


@never_cache
@reviewer_required
@rate_limited("export", gets=True)
@require_safe
def export(request: HttpRequest, pk: int, part: str, ending: str) -> HttpResponseBase:
    """All tables as one Excel file, or one of them as text: values, words, codes, or a section
    that was asked several times."""
    wave = get_object_or_404(Wave.objects.closed().select_related("survey"), pk=pk)
    found = Export.of(wave)
    tables = {VALUES: lambda: found.responses(in_words=False),
              WORDS: lambda: found.responses(in_words=True),
              CODES: found.code_book}  # fmt: skip
    tables |= {
        section.key: lambda section=section: found.entries(section) for section in found.repeated()
    }
    if ending == "xlsx" and part == "all":
        answer = StreamingHttpResponse(xlsx_chunks(*found.tables()), content_type=table_files.XLSX)
    elif ending == "csv" and part in tables:
        answer = StreamingHttpResponse(
            table_files.csv_lines(tables[part]()), content_type="text/csv; charset=utf-8"
        )
    else:
        raise Http404(part)
    if part != CODES:
        AccessLog.objects.create(by=request.user, wave=wave, rows=found.rows)
    name = f"{slugify(wave.survey.title)}-{slugify(wave.title)}-{slugify(part)}.{ending}"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["X-Robots-Tag"] = "noindex"
    return answer
