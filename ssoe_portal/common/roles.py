"""Who may open a page. What one may see on it is a queryset's `visible_to(user)`."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

View = Callable[..., HttpResponse]


def _guard(may: Callable[..., bool], has_role: Callable[..., bool]) -> Callable[[View], View]:
    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if may(user):
                return view(request, *args, **kwargs)
            if has_role(user) and not user.has_second_factor:
                return ask_for_second_factor(request)
            raise PermissionDenied

        return guarded

    return decorator


def ask_for_second_factor(request: HttpRequest) -> HttpResponse:
    """Send a member of staff who has no second factor yet to the page that sets one up."""
    messages.info(
        request,
        _(
            "Your work here needs a second step at sign-in. "
            "Please set it up now; it takes a minute."
        ),
    )
    return redirect("mfa_index")


reviewer_required = _guard(
    lambda user: user.may_review, lambda user: user.is_reviewer or user.is_superuser
)
event_manager_required = _guard(
    lambda user: user.may_manage_events, lambda user: user.is_event_manager or user.is_superuser
)
desk_required = _guard(lambda user: user.works_at_desk, lambda user: user.has_role)
admin_required = _guard(lambda user: user.may_administer, lambda user: user.is_superuser)
