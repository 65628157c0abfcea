from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Invitation, Membership, Organisation


class InvitationForm(forms.ModelForm):
    """An address and a role; the organisation is given."""

    class Meta:
        model = Invitation
        fields = ("email", "role")
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "role": forms.RadioSelect,
        }

    def __init__(self, *args, organisation: Organisation, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.instance.organisation = organisation
        self.fields["email"].label = _("E-mail address of your colleague")
        self.fields["role"].label = _("What may this person do?")
        self.fields["role"].choices = [
            (Membership.Role.EDITOR, _("Write and change entries")),
            (Membership.Role.OWNER, _("Also invite people and change the team")),
        ]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if self.instance.organisation.memberships.filter(user__email__iexact=email).exists():
            raise forms.ValidationError(_("This person is already in the team."))
        if self.instance.organisation.invitations.open().filter(email__iexact=email).exists():
            raise forms.ValidationError(_("There is already an open invitation to this address."))
        return email


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Membership.Role.choices)


class HandoverForm(forms.Form):
    """Who owns an entry when its last owner leaves."""

    to = forms.ModelChoiceField(
        label=_("Who takes over?"),
        help_text=_(
            "Somebody has to be able to invite people and look after the team. They get a mail."
        ),
        queryset=Membership.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, others, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = others
        self.fields["to"].label_from_instance = lambda membership: membership.user.get_full_name()

    @property
    def has_anybody(self) -> bool:
        return self.fields["to"].queryset.exists()
