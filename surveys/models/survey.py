from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.history import tracked
from ssoe_portal.common.translation import (
    Translatable,
    TranslatableQuerySet,
    Translation,
    revision_triggers,
)

if TYPE_CHECKING:
    from surveys.models.wave import Wave

#: Addresses below /surveys/ that are pages of their own; no survey may be called so.
RESERVED_SLUGS = ("answers", "own", "desk", "invited", "protocol")
#: How long a survey may take.
LEAST_MINUTES, MOST_MINUTES = 1, 240


class SurveyQuerySet(TranslatableQuerySet):
    def asked(self, now=None) -> "SurveyQuerySet":
        """Those with a wave that has opened: what the public may know about."""
        from surveys.models.wave import Wave

        opened = Wave.objects.filter(survey=OuterRef("pk"), opens_at__lte=now or timezone.now())
        return self.filter(Exists(opened))

    def with_waves(self, now=None) -> "SurveyQuerySet":
        """Fetch the opened waves along, the latest first, as `opened_waves`."""
        from surveys.models.wave import Wave

        rows = Wave.objects.opened(now).select_related("questionnaire").with_translation()
        return self.prefetch_related(
            Prefetch("waves", rows.order_by("-opens_at", "-pk"), to_attr="opened_waves")
        )


@tracked()
class Survey(Translatable):
    """What is asked, again and again: the frame that its questionnaires and waves hang in."""

    TRANSLATED_FIELDS = ("title", "introduction", "asked_by", "purpose")
    #: What people are told before they answer; it stays as it is while a wave is open.
    PROMISED = ("introduction", "asked_by", "purpose")

    slug = models.SlugField(
        _("web address"),
        max_length=80,
        unique=True,
        validators=[
            RegexValidator(
                rf"^({'|'.join(RESERVED_SLUGS)})$",
                inverse_match=True,
                message=_("This address belongs to another page. Please choose a different one."),
            )
        ],
    )
    title = models.CharField(_("title"), max_length=140)
    introduction = models.TextField(_("what it is about"), max_length=2000)
    asked_by = models.CharField(_("who asks"), max_length=240)
    purpose = models.TextField(_("what happens with the answers"), max_length=2000)
    minutes = models.PositiveSmallIntegerField(
        _("how long it takes, in minutes"),
        default=10,
        validators=[MinValueValidator(LEAST_MINUTES), MaxValueValidator(MOST_MINUTES)],
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["title", "pk"]
        triggers = revision_triggers("title", "introduction", "asked_by", "purpose")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("surveys:survey-detail", args=[self.slug])

    @property
    def is_being_answered(self) -> bool:
        return self.pk is not None and self.waves.open().exists()

    @property
    def open_wave(self) -> "Wave | None":
        """The wave that can be answered now; needs `with_waves()`."""
        return next((wave for wave in self.opened_waves if wave.is_open), None)

    @property
    def latest_wave(self) -> "Wave | None":
        return self.opened_waves[0] if self.opened_waves else None

    @property
    def waves_with_results(self) -> "list[Wave]":
        return [wave for wave in self.opened_waves if wave.results_are_public]


class SurveyTranslation(Translation):
    original = models.ForeignKey(Survey, related_name="translations", on_delete=models.CASCADE)
    title = models.CharField(_("title"), max_length=140)
    introduction = models.TextField(_("what it is about"), max_length=2000)
    asked_by = models.CharField(_("who asks"), max_length=240)
    purpose = models.TextField(_("what happens with the answers"), max_length=2000)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a survey")
        verbose_name_plural = _("translations of surveys")

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
