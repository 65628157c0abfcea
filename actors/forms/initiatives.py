from django import forms
from django.utils.translation import gettext_lazy as _

from actors.forms.english import ask_in_german
from actors.forms.places import PlaceField
from actors.forms.whose import WhoseField, ask_whose
from actors.models import Field, Initiative, Supporter
from ssoe_portal.common.edit_conflicts import NoticesOthers
from ssoe_portal.common.geography import Area


class InitiativeForm(NoticesOthers):
    """A project on its way, with the organisation that carries it."""

    area = PlaceField(
        queryset=Area.objects.none(),
        label=_("Neighbourhood or district"),
        empty_label=_("Please choose"),
    )

    class Meta:
        model = Initiative
        fields = (
            "organisation",
            "name",
            "summary",
            "description",
            "step",
            "area",
            "fields",
            "takes_supporters",
        )
        field_classes = {"organisation": WhoseField}
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 8}),
            "step": forms.RadioSelect,
            "fields": forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--columns"}),
        }

    def __init__(self, *args, organisations, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_whose(self, organisations)
        ask_in_german(self, "name")
        self.fields["summary"].help_text = _(
            "In German. What is to become of it, and for whom? Up to 240 characters."
        )
        self.fields["description"].help_text = _(
            "In German, short sentences. A blank line starts a new paragraph."
        )
        self.fields["fields"].queryset = Field.objects.by_label()
        self.fields["step"].label = _("How far along are you?")
        self.fields["step"].choices = Initiative.Step.choices
        self.fields["area"].queryset = Area.objects.order_by("position", "pk")
        if self.instance.pk and self.instance.area_id is None:
            self.initial["area"] = PlaceField.WHOLE
        self.order_fields(self._meta.fields)
        self.fields["takes_supporters"].label = _("People can join here")
        self.fields["takes_supporters"].help_text = _(
            "Then there is a form on the page; messages go to the owners in your team by e-mail."
        )


class SupporterForm(forms.ModelForm):
    """“I want in”: as little as an answer needs."""

    class Meta:
        model = Supporter
        fields = ("name", "email", "message")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "message": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What should we call you?")
        self.fields["email"].label = _("Your e-mail address")
        self.fields["email"].why = _(
            "So that the initiative can answer you. First we send you a link, so that nobody "
            "signs you up without your knowledge."
        )
        self.fields["message"].label = _("What would you like to do or know?")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()
