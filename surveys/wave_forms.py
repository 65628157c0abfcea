"""Forms of a wave: when what is asked, and what is promised."""

from datetime import timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.translation import texts_along
from surveys import checking, editing
from surveys.editing_forms import Translated
from surveys.models import Questionnaire, Survey, Wave
from surveys.models.wave import SMALLEST_THRESHOLD


class WaveForm(forms.ModelForm):
    """Every error stands at its field and says how to mend it; the database holds the same rules.

    Fields that are only shown (the wave has opened) are not in the form: the instance knows them.
    Needs a transaction.
    """

    class Meta:
        model = Wave
        fields = (
            *("survey", "questionnaire", "title"),
            *("opens_at", "closes_at", "is_by_invitation", "threshold"),
        )
        help_texts = {
            "questionnaire": _("Which version is asked."),
            "opens_at": _(
                "From this moment on people can answer. Questionnaire, beginning and smallest "
                "group are then fixed."
            ),
            "closes_at": _(
                "Until then answers can be handed in. For a whole last day write 23:59. While the "
                "wave is open you can still move the end, afterwards no more. Whoever was invited "
                "has read the old end and gets no mail about the new one."
            ),
        }

    def value(self, name: str) -> Any:
        if name in self.fields:
            return self.cleaned_data.get(name)
        return getattr(self.instance, name, None)

    def clean_questionnaire(self) -> Questionnaire:
        # Held until the wave is stored: whoever deletes this version waits, and finds the wave.
        rows = Questionnaire.objects.select_for_update(no_key=True)
        held = rows.filter(pk=self.cleaned_data["questionnaire"].pk).first()
        if held is None:
            raise forms.ValidationError(
                _("This version was deleted meanwhile. Please choose another one."), code="deleted"
            )
        return held

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        survey, questionnaire = self.value("survey"), self.value("questionnaire")
        if survey and questionnaire and questionnaire.survey_id != survey.pk:
            self.add_error(
                "questionnaire",
                _("This questionnaire belongs to “%(survey)s”. Please choose one of this survey.")
                % {"survey": questionnaire.survey},
            )
        threshold = self.value("threshold")
        if threshold is not None and threshold < SMALLEST_THRESHOLD:
            self.add_error("threshold", _("Please write at least %d.") % SMALLEST_THRESHOLD)
        opens_at, closes_at = self.value("opens_at"), self.value("closes_at")
        if not (opens_at and closes_at and "closes_at" in self.fields):
            return data
        if closes_at <= opens_at:
            self.add_error("closes_at", _("Please choose an end after the beginning."))
        elif closes_at <= timezone.now() and "closes_at" in self.changed_data:
            # A wrong year would end it for good, before people hear of it.
            self.add_error(
                "closes_at",
                _(
                    "This moment is over, and a wave that has closed stays closed. Please choose "
                    "one to come; to end the wave now, one in a few minutes."
                ),
            )
        elif survey:
            self._require_free_time(survey, opens_at, closes_at)
        return data

    def _require_free_time(self, survey: Survey, opens_at, closes_at) -> None:
        # Whoever plans another wave of this survey at the same moment waits.
        Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)
        others = survey.waves.filter(opens_at__lt=closes_at, closes_at__gt=opens_at)
        other = others.exclude(pk=self.instance.pk).order_by("opens_at").first()
        if other is None:
            return
        self.add_error(
            "opens_at" if "opens_at" in self.fields else "closes_at",
            _(
                "“%(wave)s” is open from %(start)s to %(end)s. A survey has one wave at a time: "
                "please choose a time before or after it."
            )
            % {
                "wave": other.title,
                "start": localize_day(other.opens_at),
                "end": localize_day(other.closes_at),
            },
        )


def localize_day(moment) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def proposed(questionnaire: Questionnaire | None) -> dict[str, Any]:
    """Values of the form to begin with: the questionnaire and four weeks, from tomorrow morning on
    or from the morning after its survey's last wave: a survey has one wave at a time."""
    before = timezone.now()
    values: dict[str, Any] = {}
    if questionnaire is not None:
        values = {"questionnaire": questionnaire.pk, "survey": questionnaire.survey_id}
        last = questionnaire.survey.waves.order_by("-closes_at").first()
        before = max(before, last.closes_at) if last else before
    first_day = timezone.localtime(before) + timedelta(days=1)
    return values | {
        "opens_at": first_day.replace(hour=8, minute=0, second=0, microsecond=0),
        "closes_at": (first_day + timedelta(weeks=4)).replace(
            hour=23, minute=59, second=0, microsecond=0
        ),
    }


def version_label(version: Questionnaire) -> str:
    number = _("Version %(version)s") % {"version": version.version}
    return f"{version.survey.text.title}, {number}"


class WaveAtDeskForm(Translated, WaveForm):
    """A wave with its name in all languages. Its survey is that of the questionnaire; a version
    with mistakes is refused."""

    class Meta(WaveForm.Meta):
        fields = (
            "questionnaire",
            "title",
            "opens_at",
            "closes_at",
            "is_by_invitation",
            "threshold",
        )
        widgets = {
            name: forms.DateTimeInput(
                attrs={"type": "datetime-local", "class": "form-control--moment"},
                format="%Y-%m-%dT%H:%M",
            )
            for name in ("opens_at", "closes_at")
        }

    #: What respondents were told; fixed once the wave has opened.
    PROMISED = ("questionnaire", "opens_at", "threshold")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        wave = self.instance
        fixed = self.PROMISED if wave.pk and wave.has_opened else ()
        if wave.pk and wave.is_closed:
            fixed = (*fixed, "closes_at", "is_by_invitation")
        for name in fixed:
            del self.fields[name]
        if "questionnaire" in self.fields:
            versions = Questionnaire.objects.select_related("survey").prefetch_related(
                *texts_along("survey", Survey)
            )
            if wave.pk:
                versions = versions.filter(survey=wave.survey_id)
            field = self.fields["questionnaire"]
            field.queryset = versions.order_by("survey__title", "-version")
            field.label_from_instance = version_label

    @property
    def plain(self) -> list[BoundField]:
        names = ("opens_at", "closes_at", "is_by_invitation", "threshold")
        return [self[name] for name in names if name in self.fields]

    def clean_questionnaire(self) -> Questionnaire:
        chosen = super().clean_questionnaire()
        version = editing.read(chosen.pk)
        if checking.problems(version, editing.definition(version)):
            raise forms.ValidationError(
                format_html(
                    '{} <a href="{}">{}</a>',
                    _("Something in this version has to be mended before it can be asked."),
                    reverse("surveys:editor-check", args=[chosen.pk]),
                    _("What has to be mended"),
                ),
                code="mistakes",
            )
        self.instance.survey = chosen.survey
        return chosen

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if any(name in self.data and name not in self.fields for name in self.PROMISED):
            self.add_error(
                None,
                _(
                    "The wave has opened meanwhile: its questionnaire, its beginning and the "
                    "smallest group stay as people have read them."
                ),
            )
        return data

    def save(self, commit: bool = True) -> Wave:
        wave = super().save(commit)
        self.save_texts()
        return wave
