"""Who is invited to a survey, and when reminders go out."""

from datetime import date

from django import forms
from django.core.validators import validate_email
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from actors.models import Network, Organisation
from actors.models.organisation import OrganisationQuerySet
from ssoe_portal.common.geography import Area
from surveys.models import Wave


class InviteForm(forms.Form):
    """Which organisations are invited, at their own addresses, and who else."""

    MOST_ADDRESSES = 500

    stages = forms.MultipleChoiceField(
        label=_("Stage"),
        choices=Organisation.Stage.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--columns"}),
        help_text=_("Without a tick: all, also those that have not said."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kind"),
        choices=Organisation.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--columns"}),
        help_text=_("Without a tick: all."),
    )
    area = forms.ModelChoiceField(
        label=_("Neighbourhood or district"),
        queryset=Area.objects.none(),
        required=False,
        empty_label=_("Everywhere"),
    )
    network = forms.ModelChoiceField(
        label=_("Network"),
        queryset=Network.objects.none(),
        required=False,
        empty_label=_("All networks"),
    )
    only_others = forms.BooleanField(
        label=_("No organisations of the directory, only the addresses below"), required=False
    )
    emails = forms.CharField(
        label=_("Further addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One in each line. They get a link of their own, and answer anonymously. Please write "
            "only to people who expect it."
        ),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = Area.objects.order_by("position", "pk")
        self.fields["network"].queryset = Network.objects.order_by("name", "pk")

    def clean_emails(self) -> list[str]:
        found = [word.strip("<>,;") for word in self.cleaned_data["emails"].split()]
        if len(found) > self.MOST_ADDRESSES:
            raise forms.ValidationError(
                _("At most %(number)s addresses at once."), params={"number": self.MOST_ADDRESSES}
            )
        wrong = []
        for address in found:
            try:
                validate_email(address)
            except forms.ValidationError:
                wrong.append(address)
        if wrong:
            raise forms.ValidationError(
                _("These are no e-mail addresses: %(addresses)s"),
                params={"addresses": ", ".join(wrong[:5])},
            )
        return list(dict.fromkeys(address.lower() for address in found))

    def organisations(self) -> OrganisationQuerySet:
        """The published organisations that fit."""
        data = self.cleaned_data
        found = Organisation.objects.published().order_by("pk")
        if data["only_others"]:
            return found.none()
        if data["stages"]:
            found = found.filter(stage__in=data["stages"])
        if data["kinds"]:
            found = found.filter(kind__in=data["kinds"])
        if data["area"]:
            found = found.filter(Q(area=data["area"]) | Q(area__parent=data["area"]))
        if data["network"]:
            found = found.filter(networks=data["network"]).distinct()
        return found


class RemindOnForm(forms.ModelForm):
    """The day on which reminders of a wave go out by themselves."""

    class Meta:
        model = Wave
        fields = ("remind_on",)
        help_texts = {"remind_on": _("Left empty, reminders go out when somebody sends them.")}
        widgets = {"remind_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}

    def clean_remind_on(self) -> date | None:
        day = self.cleaned_data["remind_on"]
        if day is None or "remind_on" not in self.changed_data:
            return day
        last = timezone.localtime(self.instance.closes_at).date()
        if not timezone.localdate() < day <= last:
            raise forms.ValidationError(
                _("Please choose a day from tomorrow on, until the wave closes on %(date)s."),
                params={"date": date_format(last, "SHORT_DATE_FORMAT")},
            )
        return day

    def save(self, commit: bool = True) -> Wave:
        """Store the day alone: whoever moves the end meanwhile is not undone."""
        self.instance.save(update_fields=["remind_on"])
        return self.instance
