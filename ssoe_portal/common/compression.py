from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from ssoe_portal.common.table_files import XLSX


class CompressionMiddleware(GZipMiddleware):
    """Compress pages; pictures and Excel files are compressed by nature."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith(("image/webp", XLSX)):
            return response
        return super().process_response(request, response)
