"""What waits for the task force."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ssoe_portal.common.desk import Queue
from surveys.models import Wave


def queues() -> list[Queue]:
    """Each open wave with its responses so far, and closed waves whose results wait to be
    published."""
    found = [
        Queue(
            heading=ngettext("Response: %(wave)s", "Responses: %(wave)s", wave.submitted_count)
            % {"wave": wave.text.title},
            count=wave.submitted_count,
            url=wave.get_absolute_url(),
            hint=_("The survey is open."),
        )
        for wave in Wave.objects.open().with_translation().with_counts()
    ]
    waiting = Wave.objects.unpublished().count()
    if waiting:
        found.append(
            Queue(
                heading=ngettext(
                    "survey closed, results not published",
                    "surveys closed, results not published",
                    waiting,
                ),
                count=waiting,
                url=reverse("surveys:desk-list"),
                hint=_("Look at the results and decide."),
            )
        )
    return found
