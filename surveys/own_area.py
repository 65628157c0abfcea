"""Surveys in a member's own area: what can be answered now."""

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actors.models import Organisation
from ssoe_portal.common.own_area import Door, register
from ssoe_portal.common.translation import texts_along
from surveys.models import Question, Survey, Wave


@register
def doors(organisations: Sequence[Organisation]) -> list[Door]:
    """Open surveys; those that ask about organisations wait for an answer of each. Only answers in
    an organisation's name are known to be somebody's."""
    own = Q(responses__organisation__in=organisations)
    of_profile = Question.objects.exclude(profile_field="").filter(
        section__questionnaire=OuterRef("questionnaire")
    )
    waves = (
        Wave.objects.open()
        .annotate(
            drafts=Count(
                "responses", filter=own & Q(responses__state="draft", responses__mode="online")
            ),
            answers=Count("responses", filter=own & Q(responses__state="submitted")),
            asks_organisations=Exists(of_profile),
        )
        .select_related("survey")
        .prefetch_related(*texts_along("survey", Survey))
        .order_by("closes_at", "pk")
    )
    return [_door(wave, len(organisations)) for wave in waves]


def _door(wave: Wave, organisations: int) -> Door:
    survey = wave.survey
    waits = bool(wave.drafts) or (wave.asks_organisations and wave.answers < organisations)
    if wave.drafts:
        title = _("Go on with your answers")
    elif waits:
        title = _("Say what you need")
    elif wave.answers:
        title = _("You have answered, thank you")
    else:
        title = _("Answer a survey")
    text = _("%(survey)s: until %(day)s") % {
        "survey": survey.text.title,
        "day": date_format(timezone.localtime(wave.closes_at), "DATE_FORMAT"),
    }
    return Door(title, text, survey.get_absolute_url(), "document", waits=waits)
