"""Calendar files as browsers and calendars take them."""

from django.http import HttpResponse


def calendar_file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
