"""What decides whether somebody may come to an event, each a field that lists are narrowed by."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from actors.models import SpokenLanguage
from actors.models.offer import Chip, Cost, cost_chip, language_chips
from ssoe_portal.common.vocabulary import label_in


class Attendance(models.TextChoices):
    """How people take part, as schema.org tells it apart (eventAttendanceMode)."""

    ON_SITE = "on-site", _("On site")
    ONLINE = "online", _("Online")
    BOTH = "both", _("On site and online")


def spoken_languages() -> ArraySubquery:
    """The languages spoken at an event, each with its key and its label in the reader's words."""
    rows = SpokenLanguage.objects.filter(event=OuterRef("pk")).order_by("position", "pk")
    return ArraySubquery(rows.values(language=JSONObject(key="key", label=label_in())))


class EventFacts(models.Model):
    """Named as an offer's. Nothing is said where nobody has said it: cost may be unknown."""

    Attendance = Attendance
    Cost = Cost

    attendance = models.CharField(
        _("taking part"), max_length=7, choices=Attendance, default=Attendance.ON_SITE
    )
    #: Never in lists, feeds, pages for everyone or the history: `registered_url` gives it out.
    online_url = models.URLField(
        _("link for taking part online"),
        max_length=500,
        blank=True,
        help_text=_("Only those whose places are confirmed read it, in their mail and calendar."),
    )
    languages = models.ManyToManyField(
        "actors.SpokenLanguage", verbose_name=_("languages spoken"), blank=True
    )
    cost = models.CharField(
        _("cost"),
        max_length=8,
        choices=Cost,
        blank=True,
        help_text=_("Leave empty while it is not known."),
    )
    price = models.CharField(
        _("price"), max_length=80, blank=True, help_text=_("For example: 5 €, reduced 2 €.")
    )
    is_step_free = models.BooleanField(_("step-free"), default=False)
    has_sign_language = models.BooleanField(_("in sign language"), default=False)
    has_easy_language = models.BooleanField(_("in easy language"), default=False)
    has_childcare = models.BooleanField(_("with childcare"), default=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(online_url="") | ~Q(attendance="on-site"),
                name="%(app_label)s_%(class)s_online_link_online",
                violation_error_message=_(
                    "There is a link for taking part online: please choose online, or both."
                ),
            ),
            models.CheckConstraint(
                condition=Q(online_url="") | Q(takes_registrations=True),
                name="%(app_label)s_%(class)s_online_link_registered",
                violation_error_message=_(
                    "Only those who register get the link: please let people register, or leave "
                    "it out."
                ),
            ),
        ]

    @property
    def is_on_site(self) -> bool:
        return self.attendance != Attendance.ONLINE

    @property
    def is_online(self) -> bool:
        """Whether one can take part from afar, only so or also so."""
        return self.attendance != Attendance.ON_SITE

    @property
    def is_free(self) -> bool:
        return self.cost == Cost.FREE

    @property
    def language_labels(self) -> list[str]:
        """The languages spoken, in the reader's words."""
        return [language["label"] for language in self._spoken]

    @property
    def language_keys(self) -> list[str]:
        """The languages spoken, by their keys, which are those of BCP 47."""
        return [language["key"] for language in self._spoken]

    @property
    def _spoken(self) -> list[dict[str, str]]:
        """As `spoken_languages` has fetched them along, else looked up."""
        fetched: list[dict[str, str]] | None = getattr(self, "fetched_languages", None)
        if fetched is not None:
            return fetched
        return [{"key": each.key, "label": each.label} for each in self.languages.all()]

    @property
    def chips(self) -> list[Chip]:
        """What decides whether someone may come, the most deciding first."""
        chips = [cost_chip(self)] if self.cost else []
        if self.is_online:
            chips.append(Chip("online", Attendance(self.attendance).label))
        chips += language_chips(self.language_labels)
        if self.has_sign_language:
            chips.append(Chip("sign-language", _("Sign language"), "yes"))
        if self.has_easy_language:
            chips.append(Chip("book", _("Easy language"), "yes"))
        if self.has_childcare:
            chips.append(Chip("child", _("With childcare"), "yes"))
        if self.is_step_free:
            chips.append(Chip("step-free", _("Step-free"), "yes"))
        return chips
