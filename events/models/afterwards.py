"""What an event says about the time after it: where guests are asked how it was, and when nothing
is known about them any more."""

from datetime import date, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import Resolver404, resolve, translate_url
from django.utils import timezone, translation
from django.utils.translation import get_language_from_path
from django.utils.translation import gettext_lazy as _

#: After the end of an event that names no day.
KEPT = timedelta(days=60)
LONGEST = timedelta(days=366)
#: What of the surveys is there for everybody.
PUBLIC_PAGES = {"survey-detail", "start"}


def is_survey(address: str) -> None:
    survey_path(address)


def survey_path(address: str) -> str:
    """Return the path of an address of this portal, without the host. Raises ValidationError unless
    everybody may open a survey there."""
    own, given = urlsplit(settings.PUBLIC_URL), urlsplit(address.strip())
    is_ours = not given.netloc or (given.scheme, given.netloc) == (own.scheme, own.netloc)
    with translation.override(get_language_from_path(given.path) or settings.LANGUAGE_CODE):
        try:
            found = resolve(given.path) if is_ours else None
        except Resolver404:
            found = None
    if found is None or found.app_names != ["surveys"] or found.url_name not in PUBLIC_PAGES:
        raise ValidationError(
            _("Please give the public address of a survey of this portal."), code="no_survey"
        )
    return given.path


class Afterwards(models.Model):
    feedback_url = models.CharField(
        _("feedback survey"),
        max_length=300,
        blank=True,
        validators=[is_survey],
        help_text=_(
            "The public address of a survey of this portal. The day after the event whoever came "
            "is written to, once; it also stands on the event's page."
        ),
    )
    feedback_asked_at = models.DateTimeField(
        _("feedback asked for"), null=True, blank=True, editable=False
    )
    anonymise_on = models.DateField(
        _("registrations are made anonymous on"),
        null=True,
        blank=True,
        help_text=_(
            "Names, addresses and whatever people wrote are erased then; numbers stay. Leave empty "
            "for 60 days after the event; a year after it at the latest."
        ),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(anonymise_on__isnull=True)
                | Q(anonymise_on__gt=F("ends_at__date"))
                & Q(ends_at__gte=F("anonymise_on") - LONGEST),
                name="events_event_anonymise_on",
                violation_error_message=_(
                    "Registrations are made anonymous after the event, within a year."
                ),
            ),
        ]

    @property
    def anonymises_on(self) -> date:
        """The day on which nothing is known any more about who registered."""
        return self.anonymise_on or timezone.localdate(self.ends_at + KEPT)

    @property
    def feedback_address(self) -> str:
        """The survey in the reader's language, "" where there is none."""
        path = urlsplit(self.feedback_url).path
        if not path:
            return ""
        reader = translation.get_language()
        # Django finds an address in the language that is active only.
        with translation.override(get_language_from_path(path) or settings.LANGUAGE_CODE):
            return translate_url(path, reader)
