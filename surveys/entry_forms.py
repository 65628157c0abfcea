"""Forms around what staff enter from paper and interviews."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from surveys.fields import suggested_organisations
from surveys.models import Response, Wave


class EntryForm(forms.Form):
    """What stands above a form or interview: how, of whom, who asked, when, and the consent."""

    ANONYMOUS, ATTRIBUTED = "anonymous", "attributed"

    mode = forms.ChoiceField(
        label=_("What do you enter?"),
        choices=[
            (Response.Mode.PAPER, _("A paper form")),
            (Response.Mode.INTERVIEW, _("An interview")),
        ],
        initial=Response.Mode.PAPER,
        widget=forms.RadioSelect,
    )
    attribution = forms.ChoiceField(
        label=_("Whose answers are they?"),
        choices=[
            (ANONYMOUS, _("Anonymous: no name, no day, and not who entered it is kept")),
            (ATTRIBUTED, _("Of an organisation, under its name")),
        ],
        initial=ANONYMOUS,
        widget=forms.RadioSelect,
    )
    organisation = forms.CharField(
        label=_("Organisation"),
        required=False,
        max_length=200,
        help_text=_("Its name as in the directory. Leave it empty for anonymous answers."),
        widget=forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"}),
    )
    held_on = forms.DateField(
        label=_("Day of the interview, or on the form"),
        required=False,
        help_text=_("Only with an organisation."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    interviewer = forms.CharField(
        label=_("Who asked"),
        required=False,
        max_length=120,
        help_text=_("Only for an interview with an organisation."),
    )
    language = forms.ChoiceField(
        label=_("Language of the form or interview"),
        choices=settings.LANGUAGES,
        help_text=_("In it you see the questions. It is not kept."),
    )
    consented = forms.BooleanField(
        label=_(
            "The person was told who asks, what happens with the answers and what is promised, "
            "and agreed."
        ),
        error_messages={"required": _("Without consent nothing may be entered.")},
    )
    came_in_time = forms.BooleanField(label="")

    def __init__(self, *args, wave: Wave, by, initial=None, **kwargs) -> None:
        initial = {"language": get_language(), "interviewer": by.get_full_name(), **(initial or {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.use_required_attribute = False
        for name in ("organisation", "held_on", "interviewer"):
            self.fields[name].needed = True  # their help says when
        self.wave = wave
        self.first_day = timezone.localtime(wave.opens_at).date()
        self.last_day = timezone.localtime(wave.closes_at).date()
        if wave.is_closed:
            self.fields["came_in_time"].label = _("The answers were given before the wave closed.")
            self.fields["came_in_time"].error_messages["required"] = _(
                "What was answered later does not count."
            )
        else:
            del self.fields["came_in_time"]

    def suggestions(self) -> list[str]:
        return suggested_organisations()

    def clean_held_on(self) -> date | None:
        day = self.cleaned_data["held_on"]
        if day and not self.first_day <= day <= min(self.last_day, timezone.localdate()):
            raise forms.ValidationError(_("This day is not within the wave, or not over yet."))
        return day

    def clean(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        name = data.get("organisation", "").strip()
        data["organisation"] = None
        if data.get("attribution") == self.ANONYMOUS:
            if name:
                self.add_error(
                    "organisation",
                    _("Anonymous answers have no organisation. Please choose one of the two."),
                )
            data["held_on"], data["interviewer"] = None, ""
            return data
        if name:
            data["organisation"] = self._find(name)
        else:
            self.add_error("organisation", _("Please write whose answers these are."))
        if not data.get("held_on") and "held_on" not in self.errors:
            self.add_error("held_on", _("Please enter the day."))
        if data.get("mode") == Response.Mode.PAPER:
            data["interviewer"] = ""
        elif not data.get("interviewer"):
            self.add_error("interviewer", _("Please write who asked."))
        return data

    def _find(self, name: str) -> Organisation | None:
        public = Organisation.objects.published().order_by("name", "pk")
        found = list(public.filter(name__iexact=name)[:2]) or list(public.filter(slug=name))
        if len(found) == 1:
            return found[0]
        if found:
            self.add_error(
                "organisation",
                _(
                    "Several are called so. Please write the last part of its page's address "
                    "instead, such as %(slug)s."
                )
                % {"slug": found[0].slug},
            )
            return None
        alike = list(public.filter(name__icontains=name).values_list("name", flat=True)[:5])
        self.add_error(
            "organisation",
            _("No public organisation is called so. Is it one of these? %(names)s")
            % {"names": "; ".join(alike)}
            if alike
            else _("No public organisation is called so."),
        )
        return None


class ProtocolMailForm(forms.Form):
    """Where the protocol of an interview goes."""

    email = forms.EmailField(
        label=_("The respondent's e-mail address"),
        max_length=254,
        help_text=_("Used for this one mail and not stored with the answers."),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False


class ObjectionForm(forms.Form):
    """What is wrong in the protocol."""

    objection = forms.CharField(
        label=_("What is wrong?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Please write what is wrong.")},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
