"""The short forms an organisation's entry is made of, one step each."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from actors.forms.hours import WithHours
from actors.forms.long_line import LongLine
from actors.forms.places import PlaceField
from actors.models import Field, IcnpoGroup, Organisation, Sdg, SelfDescription
from ssoe_portal.common.edit_conflicts import NoticesOthers
from ssoe_portal.common.geography import Area


def explain(form: forms.BaseForm, **reasons) -> None:
    """Put the reason why we ask beside a field."""
    for name, reason in reasons.items():
        form.fields[name].why = reason


@dataclass(frozen=True)
class Section:
    """A part of a step: its heading, what to know before it, its fields. What few have the time for
    is `folded`, and open where something is in it."""

    title: str | Promise
    note: str | Promise
    fields: list[forms.BoundField]
    folded: bool = False

    @property
    def is_open(self) -> bool:
        return any(field.errors or field.value() for field in self.fields)


def _is_said(organisation: Organisation, name: str) -> bool:
    field = organisation._meta.get_field(name)
    if field.many_to_many:
        return name in organisation.used_vocabularies
    return getattr(organisation, field.attname) not in (None, "")


class StepForm(NoticesOthers):
    """One step. A draft may stay incomplete; what is public must not lose what readers need."""

    REQUIRED_WHEN_PUBLIC: tuple[str, ...] = ()

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in self.REQUIRED_WHEN_PUBLIC:
            if self.instance.is_published:
                self.fields[name].required = True
            else:
                # Neither optional nor required: a draft may lack it, what is handed in may not.
                self.fields[name].needed_to_hand_in = True

    @classmethod
    def is_empty(cls, organisation: Organisation) -> bool:
        """Whether nothing that this step asks for is in the entry. "No" is an answer."""
        return not any(_is_said(organisation, name) for name in cls._meta.fields)

    @property
    def has_moved(self) -> bool:
        """Whether it says another place than before."""
        return bool({"postcode", "area"} & set(self.changed_data))


class BasicsForm(StepForm):
    REQUIRED_WHEN_PUBLIC = ("stage",)

    class Meta:
        model = Organisation
        fields = ("name", "short_name", "other_names", "kind", "stage")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "other_names": forms.Textarea(attrs={"rows": 2}),
            "kind": forms.RadioSelect(attrs={"list_class": "choice-list--columns"}),
            "stage": forms.RadioSelect,
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Organisation.Kind.choices
        self.fields["stage"].choices = Organisation.Stage.choices
        if self["kind"].value() == Organisation.Kind.PUBLIC:
            self.fields["stage"].required = self.fields["stage"].needed_to_hand_in = False
        self.fields["name"].help_text = _("As it is on your letterhead, with the legal form.")
        self.fields["kind"].label = _("What kind of organisation are you?")
        self.fields["stage"].label = _("What stage are you at?")
        explain(
            self,
            other_names=_("People who know you by another name find you all the same."),
            stage=_(
                "New organisations need other support than established ones. "
                "The survey asks the questions that fit you."
            ),
        )

    def clean_other_names(self) -> str:
        lines = (" ".join(line.split()) for line in self.cleaned_data["other_names"].splitlines())
        return "\n".join(dict.fromkeys(line for line in lines if line))

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


#: The six dimensions as questions.
DIMENSION_QUESTIONS = {
    "social_purpose": _("Social purpose: what do you want to change, for whom?"),
    "stakeholders": _("Relations: how do the people it concerns have a say?"),
    "use_of_funds": _("Use of funds: what do you do with what you earn?"),
    "structure": _("Structure: who decides in your organisation, and how?"),
    "independence": _("Independence: on whom do you depend, on whom not?"),
    "impact": _("Field of impact: where does your work show, and how do you notice?"),
}

#: Yes, no or no answer, as radio buttons; stored as true, false or nothing.
KNOWN = {True: "yes", False: "no", None: ""}


def yes_or_no(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", _("No answer")), ("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect(attrs={"list_class": "choice-list--short"}),
    )


class ContactForm(StepForm):
    WAYS = ("email", "phone", "website")
    TOGETHER = (("street", "postcode", "area"),)

    is_step_free = yes_or_no(_("Can people get in without a single step?"))
    aids = forms.MultipleChoiceField(
        label=_("What is there?"),
        choices=[
            (name, capfirst(Organisation._meta.get_field(name).verbose_name))
            for name in Organisation.AIDS
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--columns"}),
    )

    area = PlaceField(
        queryset=Area.objects.none(),
        required=False,
        label=_("Neighbourhood or district"),
        empty_label=_("Please choose"),
        help_text=_("Where you are based. The neighbourhoods of Pankow come first."),
    )

    class Meta:
        model = Organisation
        fields = (
            "street",
            "postcode",
            "area",
            "email",
            "phone",
            "website",
            "is_step_free",
            "access_note",
        )
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
            "access_note": LongLine(),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = Area.objects.order_by("position", "pk")
        # Whoever gave a way to reach them was asked for the place, too.
        if self.instance.area_id is None and self.instance.is_reachable:
            self.initial["area"] = PlaceField.WHOLE
        for name in ("area", *self.WAYS):
            self.fields[name].needed = True
        others = [name for name in self._meta.fields or () if name != "access_note"]
        self.order_fields([*others, "aids", "access_note"])
        self.initial["is_step_free"] = KNOWN[self.instance.is_step_free]
        self.initial["aids"] = [name for name in self.instance.AIDS if getattr(self.instance, name)]
        self.fields["access_note"].label = _("What else should people know about getting in?")
        self.fields["access_note"].help_text = _(
            "In German. For example: the bell is on the left, the door is 90 cm wide."
        )
        self.fields["website"].help_text = _("For example: www.example.org.")
        self.fields["website"].error_messages["invalid"] = _(
            "Please write the whole address, with its ending, like www.example.org."
        )
        explain(
            self,
            is_step_free=_(
                "People in a wheelchair or with a pram only set out when they know. “No” helps "
                "them, too: they call first."
            ),
            email=_(
                "People and other organisations write to it; it is public. An office address is "
                "better than the address of one person."
            ),
        )

    @property
    def sections(self) -> list[Section]:
        return [
            Section(
                _("Where you are"), "", [self[name] for name in ("street", "postcode", "area")]
            ),
            Section(
                _("E-mail, telephone or website"),
                _("Readers need at least one of these three.")
                if self.instance.is_published
                else _("At least one of these three is needed before you can hand the entry in."),
                [self[name] for name in self.WAYS],
            ),
            Section(
                _("Getting in"),
                "",
                [self[name] for name in ("is_step_free", "aids", "access_note")],
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
        for name in self.instance.AIDS:
            setattr(self.instance, name, name in self.cleaned_data["aids"])
        return super().save(commit)


class HoursForm(WithHours, StepForm):
    """When people find somebody there. Nobody needs to fill it in."""

    class Meta:
        model = Organisation
        fields = ("closed_on_holidays",)

    @classmethod
    def is_empty(cls, organisation: Organisation) -> bool:
        return not organisation.times_summary


class SdgField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, goal: Sdg) -> str:
        return goal.numbered


class DetailsForm(StepForm):
    BASICS = ("legal_form", "is_nonprofit", "founded", "self_descriptions")

    is_nonprofit = yes_or_no(_("Does the tax office recognise you as charitable (gemeinnützig)?"))
    sdgs = SdgField(
        queryset=Sdg.objects.none(),
        required=False,
        label=_("Which of the 17 goals does your work serve?"),
        help_text=_("Three that fit say more than ten that fit somehow."),
        widget=forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--columns"}),
    )

    class Meta:
        model = Organisation
        fields = (
            "legal_form",
            "is_nonprofit",
            "founded",
            "self_descriptions",
            *Organisation.DIMENSIONS,
            "sdgs",
            "icnpo_group",
        )
        widgets = {
            **{name: forms.Textarea(attrs={"rows": 3}) for name in Organisation.DIMENSIONS},
            "founded": forms.NumberInput(
                attrs={"inputmode": "numeric", "class": "form-control--short"}
            ),
            "self_descriptions": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_nonprofit"] = KNOWN[self.instance.is_nonprofit]
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
        self.fields["sdgs"].queryset = Sdg.objects.all()
        self.fields["icnpo_group"].queryset = IcnpoGroup.objects.all()
        self.fields["icnpo_group"].empty_label = str(_("No answer"))
        self.fields["icnpo_group"].label = _("Which group of non-profit organisations fits best?")
        explain(
            self,
            icnpo_group=_(
                "Statistics all over the world count by these twelve groups (ICNPO), so numbers "
                "from Pankow can be compared. It is not shown on your page."
            ),
        )
        for name, question in DIMENSION_QUESTIONS.items():
            self.fields[name].label = question

    @property
    def sections(self) -> list[Section]:
        return [
            Section(_("Legal form and history"), "", [self[name] for name in self.BASICS]),
            Section(
                _("What makes you a social enterprise"),
                _(
                    "Six short answers in German, after the description of social enterprises by "
                    "the Berlin Senate. Nobody marks them: they stand on your page in your own "
                    "words, so that partners and funders understand how you work. Answer those "
                    "that you like."
                ),
                [self[name] for name in Organisation.DIMENSIONS],
                folded=True,
            ),
            Section(
                _("Goals and statistics"),
                _(
                    "Funders often ask for the United Nations’ goals (SDGs). Here you can put them "
                    "down once."
                ),
                [self["sdgs"], self["icnpo_group"]],
                folded=True,
            ),
        ]
