"""The short forms an organisation's entry is made of, one step each."""

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actors.forms.places import PlaceField
from actors.models import Field, Offer, Organisation, SelfDescription
from ssoe_portal.common.geography import Area


def explain(form: forms.BaseForm, **reasons) -> None:
    """Put the reason why we ask beside a field."""
    for name, reason in reasons.items():
        form.fields[name].why = reason


class StepForm(forms.ModelForm):
    """One step. A draft may stay incomplete; what is public must not lose what readers need."""

    REQUIRED_WHEN_PUBLIC: tuple[str, ...] = ()

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.is_published:
            for name in self.REQUIRED_WHEN_PUBLIC:
                self.fields[name].required = True
        for name in self.REQUIRED_WHEN_PUBLIC:
            # Not called optional: a draft may lack it, the entry that is handed in may not.
            self.fields[name].needed = True


class BasicsForm(StepForm):
    REQUIRED_WHEN_PUBLIC = ("stage",)

    class Meta:
        model = Organisation
        fields = ("name", "short_name", "kind", "stage")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "kind": forms.RadioSelect(attrs={"list_class": "choice-list--columns"}),
            "stage": forms.RadioSelect,
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Organisation.Kind.choices
        self.fields["stage"].choices = Organisation.Stage.choices
        self.fields["name"].help_text = _("As it is on your letterhead, with the legal form.")
        self.fields["kind"].label = _("What kind of organisation are you?")
        self.fields["stage"].label = _("Where do you stand?")
        explain(
            self,
            stage=_(
                "New organisations need other support than established ones. "
                "The survey asks the questions that fit you."
            ),
        )

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if len(name) < 2:
            raise forms.ValidationError(_("Please write the whole name."))
        return name


class WorkForm(StepForm):
    REQUIRED_WHEN_PUBLIC = ("summary", "description")

    class Meta:
        model = Organisation
        fields = ("summary", "description", "fields")
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 10}),
            "fields": forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--columns"}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["summary"].label = _("What do you do, in one sentence?")
        self.fields["summary"].help_text = _(
            "In German. Up to 240 characters. It is shown in every list."
        )
        self.fields["description"].label = _("What should people know about you?")
        self.fields["description"].help_text = _(
            "In German, short sentences. What do you do, for whom, since when, and what are you "
            "proud of? A blank line starts a new paragraph."
        )
        self.fields["fields"].queryset = Field.objects.by_label()
        self.fields["fields"].label = _("In which fields do you work?")
        self.fields["fields"].help_text = _("Choose as many as fit.")


class PeopleForm(StepForm):
    class Meta:
        model = Organisation
        fields = ("target_groups", "languages")
        widgets = {
            "target_groups": forms.CheckboxSelectMultiple(
                attrs={"list_class": "choice-list--columns"}
            ),
            "languages": forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--columns"}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target_groups"].label = _("Who do you work with?")
        self.fields["languages"].label = _("Which languages can people speak with you?")
        self.fields["languages"].help_text = _("Only languages in which someone can really help.")


class ContactForm(StepForm):
    WAYS = ("email", "phone", "website")

    area = PlaceField(
        queryset=Area.objects.none(),
        required=False,
        label=_("Neighbourhood or district"),
        empty_label=_("Please choose"),
        help_text=_("Where you are based. The neighbourhoods of Pankow come first."),
    )

    class Meta:
        model = Organisation
        fields = ("street", "postcode", "area", "email", "phone", "website")
        widgets = {
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postcode": forms.TextInput(
                attrs={
                    "autocomplete": "postal-code",
                    "inputmode": "numeric",
                    "class": "form-control--short",
                }
            ),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
            "website": forms.URLInput(attrs={"autocomplete": "url"}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = Area.objects.order_by("position", "pk")
        self._stored_area = self.instance.area_id
        # Whoever gave a way to reach them was asked for the place, too.
        if self.instance.area_id is None and self.instance.is_reachable:
            self.initial["area"] = PlaceField.WHOLE
        for name in ("area", *self.WAYS):
            self.fields[name].needed = True
        self.order_fields(self._meta.fields)
        self.fields["website"].help_text = _("With https:// at the beginning.")
        explain(
            self,
            email=_(
                "It is public: people and other organisations write to it. An office address is "
                "better than the address of one person."
            ),
        )

    @property
    def sections(self) -> list[tuple[str | Promise, str | Promise, list[forms.BoundField]]]:
        """Title, what is needed of it, fields."""
        place = [self[name] for name in ("street", "postcode", "area")]
        ways = [self[name] for name in self.WAYS]
        return [
            (_("Where you are"), "", place),
            (
                _("How people reach you"),
                _("At least one of these three is needed before you can hand the entry in."),
                ways,
            ),
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.instance.is_published and not any(
            cleaned.get(name) or name in self.errors for name in self.WAYS
        ):
            self.add_error("email", _("Please leave people at least one way to reach you."))
        if cleaned.get("street") and not cleaned.get("area") and "area" not in self.errors:
            self.add_error(
                "area", _("Please say where this address is, so that people nearby find you.")
            )
        elif (
            not self["area"].value()
            and "area" not in self.errors
            and (self.instance.is_published or any(cleaned.get(name) for name in self.WAYS))
        ):
            self.add_error("area", _("Please choose where you are based, or “All of Berlin”."))
        return cleaned

    def save(self, commit: bool = True) -> Organisation:
        moved = bool({"postcode", "area"} & set(self.changed_data))
        if moved:
            self.instance.locate()
        organisation = super().save(commit)
        if moved and commit:
            Offer.objects.move_along(organisation, from_area=self._stored_area)
        return organisation


class DetailsForm(StepForm):
    is_nonprofit = forms.TypedChoiceField(
        label=_("Does the tax office recognise you as charitable (gemeinnützig)?"),
        choices=[("", _("No answer")), ("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Organisation
        fields = ("legal_form", "is_nonprofit", "founded", "self_descriptions")
        widgets = {
            "founded": forms.NumberInput(
                attrs={"inputmode": "numeric", "class": "form-control--short"}
            ),
            "self_descriptions": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        known = {True: "yes", False: "no", None: ""}
        self.initial["is_nonprofit"] = known[self.instance.is_nonprofit]
        self.fields["legal_form"].empty_label = str(_("No answer"))
        self.fields["founded"].label = _("In which year did you start?")
        self.fields["self_descriptions"].queryset = SelfDescription.objects.by_label()
        self.fields["self_descriptions"].label = _("How do you see yourselves?")
        explain(
            self,
            legal_form=_(
                "There is no official list of social enterprises. "
                "The district counts them by legal form."
            ),
        )
