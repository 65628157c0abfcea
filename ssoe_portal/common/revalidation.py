from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.utils.cache import patch_cache_control


class RevalidationMiddleware(ConditionalGetMiddleware):
    """Let a browser keep what it has read and ask each time whether it is still so.

    A page that has not changed is answered by 304 and costs its reader no data. The answer is made
    from the page itself (its ETag), not from when the entry was changed: dates to come, places left
    and who is signed in change a page as well.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return super().process_response(request, response)
