"""Weekly times and exceptions of offers and organisations: see `ssoe_portal/common/hours.py`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.hours import TimeException, WeeklyTime, no_overlap


class OfferTime(WeeklyTime):
    offer = models.ForeignKey(
        "actors.Offer", verbose_name=_("offer"), related_name="times", on_delete=models.CASCADE
    )

    class Meta(WeeklyTime.Meta):
        verbose_name = _("time of an offer")
        verbose_name_plural = _("times of offers")
        indexes = [
            # What takes place on a day is read from the index alone.
            models.Index(
                fields=["weekday", "opens", "closes"],
                include=["offer", "rhythm", "valid_from", "valid_until"],
                name="offertime_week",
            )
        ]


class OfferException(TimeException):
    offer = models.ForeignKey(
        "actors.Offer",
        verbose_name=_("offer"),
        related_name="exceptions",
        on_delete=models.CASCADE,
    )

    class Meta(TimeException.Meta):
        verbose_name = _("exception from an offer’s times")
        verbose_name_plural = _("exceptions from offers’ times")
        constraints = [
            *TimeException.Meta.constraints,
            no_overlap("offer", name="actors_offerexception_overlap"),
        ]
        indexes = [
            # What is different on a day, too; exceptions that are over are not read.
            models.Index(
                fields=["last_day"],
                include=["first_day", "opens", "closes", "offer"],
                name="offerexception_last",
            )
        ]


class OrganisationTime(WeeklyTime):
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="times",
        on_delete=models.CASCADE,
    )

    class Meta(WeeklyTime.Meta):
        verbose_name = _("opening time")
        verbose_name_plural = _("opening times")


class OrganisationException(TimeException):
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="exceptions",
        on_delete=models.CASCADE,
    )

    class Meta(TimeException.Meta):
        verbose_name = _("exception from opening times")
        verbose_name_plural = _("exceptions from opening times")
        constraints = [
            *TimeException.Meta.constraints,
            no_overlap("organisation", name="actors_organisationexception_overlap"),
        ]
