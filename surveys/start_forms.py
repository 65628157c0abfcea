"""How people begin to answer, and where the link back goes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation


class StartForm(forms.Form):
    """How a member wants to answer: for an organisation, or anonymously."""

    ATTRIBUTED, ANONYMOUS = "attributed", "anonymous"

    attribution = forms.ChoiceField(
        label=_("How would you like to answer?"),
        choices=[
            (ATTRIBUTED, _("For our organisation: the task force sees who we are")),
            (ANONYMOUS, _("Anonymously: nobody learns who we are")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how you would like to answer.")},
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.none(),
        empty_label=None,
        error_messages={
            "invalid_choice": _("This organisation has already answered this time. Thank you.")
        },
    )
    fill_in = forms.BooleanField(
        label=_("Fill in stage, legal form and target groups from our profile"),
        required=False,
        initial=True,
        help_text=_(
            "You see and can change all of it. If you answer anonymously, only these values are "
            "copied, not where they come from. Together they could still give you away."
        ),
    )

    def __init__(self, *args, organisations, may_be_anonymous: bool = True, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        chosen = self.fields["organisation"]
        chosen.queryset = organisations
        rows = list(organisations)
        chosen.initial = rows[0] if rows else None
        if len(rows) == 1:
            chosen.widget = forms.HiddenInput()
            self.fields["attribution"].choices = [
                (
                    self.ATTRIBUTED,
                    _("For %(organisation)s: the task force sees who we are")
                    % {"organisation": rows[0]},
                ),
                self.fields["attribution"].choices[1],
            ]
        if not may_be_anonymous:
            self.fields["attribution"].choices = self.fields["attribution"].choices[:1]
            self.fields["attribution"].initial = self.ATTRIBUTED

    @property
    def is_anonymous(self) -> bool:
        return self.cleaned_data["attribution"] == self.ANONYMOUS


class InvitedForm(forms.Form):
    """How somebody with a personal link wants to answer; only anonymously, where there is no
    organisation to speak for."""

    attribution = StartForm.base_fields["attribution"]
    fill_in = StartForm.base_fields["fill_in"]

    def __init__(self, *args, organisation: Organisation | None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.organisation = organisation
        if organisation is None:
            self.fields.clear()
            return
        name, anonymous = self.fields["attribution"].choices
        self.fields["attribution"].choices = [
            (
                name[0],
                _("For %(organisation)s: the task force sees who we are")
                % {"organisation": organisation},
            ),
            anonymous,
        ]

    @property
    def is_anonymous(self) -> bool:
        return self.cleaned_data.get("attribution", StartForm.ANONYMOUS) == StartForm.ANONYMOUS


class MailLinkForm(forms.Form):
    """Where to send the link to a draft; the address is not kept with the answers."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Used for this one mail and not stored with your answers."),
    )
