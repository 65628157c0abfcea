"""What people searched for and did not find: the task force reads it to see what is missing.

Only the words are kept, how often they came and on which days: nobody's address, no time of day.
What looks like somebody's address or number is not written down at all.
"""

import re
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.translation import CONTENT_LANGUAGES

#: Longer texts are letters, not searches: characters and words.
LONGEST, MOST_WORDS = 80, 8
#: A telephone number, a postcode, a street with its house number, an e-mail or web address.
PERSONAL = re.compile(
    r"@|://|www\.|(?:\d[\s()/.+-]*){4}"
    r"|(?:str|stra(?:ß|ss)e|weg|allee|platz|ring|damm|ufer|chaussee|gasse)\.?\s*\d",
    re.IGNORECASE,
)
KEPT = timedelta(days=180)


class UnmetSearchQuerySet(models.QuerySet):
    def note(self, text: str, language: str, *, today: date | None = None) -> None:
        """Count a search without any hit; what may be about a person is left out."""
        words = " ".join(re.findall(r"\w+", text.lower()))
        if not words or len(words) > LONGEST or len(words.split()) > MOST_WORDS:
            return
        if PERSONAL.search(text):
            return
        today = today or timezone.localdate()
        self.bulk_create(
            [self.model(words=words, language=language, first_on=today, last_on=today)],
            update_conflicts=True,
            unique_fields=["words", "language"],
            update_fields=["last_on"],
        )
        self.filter(words=words, language=language).update(times=F("times") + 1)

    def listed(self) -> Self:
        """The most wanted first."""
        return self.order_by("-times", "-last_on", "pk")

    def outdated(self, now: date) -> Self:
        return self.filter(last_on__lte=now)


class UnmetSearch(models.Model):
    """Words that found nothing, in one language of the portal."""

    words = models.CharField(_("words"), max_length=LONGEST)
    language = models.CharField(_("language"), max_length=12, choices=CONTENT_LANGUAGES)
    times = models.PositiveIntegerField(_("how often"), default=0)
    first_on = models.DateField(_("first on"))
    last_on = models.DateField(_("last on"))

    objects = UnmetSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("search without a hit")
        verbose_name_plural = _("searches without a hit")
        ordering = ["-times", "-last_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["words", "language"], name="common_unmetsearch_once")
        ]

    def __str__(self) -> str:
        return self.words
