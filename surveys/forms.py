"""One page of a questionnaire as a form, and the small forms around it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from actors.models import Network, Organisation
from actors.models.organisation import OrganisationQuerySet
from ssoe_portal.common.geography import Area
from surveys.fields import (
    MOMENTS,
    NO_ANSWER,
    Boxes,
    MatrixField,
    NumberField,
    OrganisationField,
    Radios,
    RankingField,
)
from surveys.models import Question
from surveys.models.questionnaire import NOT_ASKED, WITH_CHOICES
from surveys.plan import Answers, Flow, Page, is_empty, other_key

Kind = Question.Kind
LONGEST: dict[str, int] = {Kind.SHORT: 300, Kind.LONG: 4000}
LONGEST_OTHER = 200
#: More choices than this stand in a menu.
LONGEST_LIST = 14
AT_LEAST_ONE_ROW = _("At least one row needs an answer.")
#: What is said where an answer is missing, unless the question has words of its own.
MISSING: dict[str, Any] = {
    Kind.MATRIX: _("Please answer at least one row."),
    Kind.RANKING: _("Please choose at least the first place."),
    Kind.SINGLE: _("Please choose one."),
    Kind.SCALE: _("Please choose one."),
    Kind.MULTIPLE: _("Please choose at least one."),
    Kind.CONSENT: _("Please tick this box to go on."),
    Kind.SHORT: _("This field is required."),
}


@dataclass
class Block:
    """A question or note as it stands on the page: its field, and that for words of one's own."""

    question: Question
    bound: BoundField | None = None
    other: BoundField | None = None
    words: str = ""
    from_profile: bool = False

    @property
    def is_matrix(self) -> bool:
        return self.question.kind == Kind.MATRIX

    @property
    def is_ranking(self) -> bool:
        return self.question.kind == Kind.RANKING


class PageForm(forms.Form):
    """The questions of one page that concern the respondent.

    All questions of the section are read, those that the answers on this very page bring in too;
    what is not asked in the end may be wrong or missing. With `complete=False` (going back, or
    stopping for today) required questions may stay open, but what is there has to be readable.
    `values()` gives the answers to store.
    """

    #: Names the questions that the page has shown.
    SHOWN = "shown"

    def __init__(
        self,
        *args,
        flow: Flow,
        page: Page,
        prefilled: frozenset[str] = frozenset(),
        complete: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.complete = complete
        self.page = page
        self.flow = flow
        self.prefilled = prefilled
        self.asked = flow.questions(page.section, page.instance)
        self.all = [
            question for question in page.section.questions.all() if question.kind not in NOT_ASKED
        ]
        for question in self.all:
            self._add(question)

    # --- Fields -----------------------------------------------------------------------------------

    def _add(self, question: Question) -> None:
        name = question.key
        value = self.flow.answer(question, self.page.instance)
        if is_empty(value):
            value = self.flow.default(question, self.page.instance)
        made = self._field(question, value)
        made.label = self.flow.text(question.text.wording, self.page.instance)
        # Forms take help for HTML; this is what somebody has written, and may quote an answer.
        made.help_text = escape(self.flow.text(str(made.help_text), self.page.instance))
        # What is missing is said after all answers are known: they decide what is required.
        made.required = False
        made.why = question.text.why
        made.needed = self.flow.requires(question, self.page.instance)
        self.fields[name] = made
        if question.other is not None and question.kind != Kind.MATRIX:
            self.fields[other_key(name)] = forms.CharField(
                label=_("In your words: %(choice)s") % {"choice": question.other.label},
                required=False,
                max_length=LONGEST_OTHER,
                initial=self.flow.other(question, self.page.instance),
                widget=forms.TextInput(attrs={"data-other": question.other.key}),
            )
            self.fields[other_key(name)].needed = True

    def _field(self, question: Question, value: Any) -> forms.Field:
        common: dict[str, Any] = {"help_text": question.text.help_text, "initial": value}
        options = self.flow.options(question, self.page.instance)
        choices: list[tuple[str, Any]] = [(option.key, option.label) for option in options]
        match question.kind:
            case Kind.MATRIX:
                if question.required:
                    common["help_text"] = f"{common['help_text']} {AT_LEAST_ONE_ROW}".strip()
                return MatrixField(
                    rows=question.rows,
                    points=[(point.key, point.label) for point in question.points],
                    **common,
                )
            case Kind.RANKING:
                places = int(question.maximum or 0) or len(choices)
                return RankingField(choices=choices, places=min(places, len(choices)), **common)
            case Kind.SINGLE | Kind.SCALE:
                return self._one_of(question, choices, common)
            case Kind.MULTIPLE:
                widget = Boxes(
                    attrs={"list_class": "choice-list--columns" if len(choices) > 5 else ""}
                )
                widget.exclusive = question.exclusive.key if question.exclusive else None
                return forms.MultipleChoiceField(choices=choices, widget=widget, **common)
            case Kind.NUMBER:
                if question.text.unit:
                    unit = _("In %(unit)s.") % {"unit": question.text.unit}
                    common["help_text"] = f"{common['help_text']} {unit}".strip()
                return NumberField(
                    minimum=question.minimum,
                    maximum=question.maximum,
                    decimals=question.decimals,
                    **common,
                )
            case Kind.DATE | Kind.TIME | Kind.MOMENT:
                return MOMENTS[question.kind](**common)
            case Kind.ORGANISATION:
                return OrganisationField(**common)
            case Kind.CONSENT:
                return forms.BooleanField(**common)
        widget = forms.Textarea(attrs={"rows": 5}) if question.kind == Kind.LONG else None
        return forms.CharField(max_length=LONGEST[question.kind], widget=widget, **common)

    def _one_of(
        self, question: Question, choices: list[tuple[str, Any]], common: dict[str, Any]
    ) -> forms.ChoiceField:
        required = self.flow.requires(question, self.page.instance)
        widget: forms.Widget = Radios()
        if question.kind == Kind.SCALE:
            widget.attrs["list_class"] = "choice-list--points"
        if question.kind == Kind.SINGLE and len(choices) > LONGEST_LIST:
            choices = [("", _("Please choose")) if required else NO_ANSWER, *choices]
            widget = forms.Select()
        elif not required:
            choices = [*choices, NO_ANSWER]
        return forms.ChoiceField(choices=choices, widget=widget, **common)

    def blocks(self) -> list[Block]:
        """What is on the page, in order, with its fields."""
        found = []
        for question in self.asked:
            if question.kind == Kind.NOTE:
                words = self.flow.text(question.text.wording, self.page.instance)
                found.append(Block(question, words=words))
                continue
            has_other = other_key(question.key) in self.fields
            found.append(
                Block(
                    question,
                    bound=self[question.key],
                    other=self[other_key(question.key)] if has_other else None,
                    from_profile=question.key in self.prefilled,
                )
            )
        return found

    @property
    def shown(self) -> str:
        """What the page says that it has shown, for `SHOWN`."""
        return " ".join(question.key for question in self.asked)

    # --- What was sent ----------------------------------------------------------------------------

    def clean(self) -> dict[str, Any] | None:
        for question in self.all:
            if question.key not in self.errors and question.kind in WITH_CHOICES:
                self._clean_choices(question)
        # From here on with the answers of this page: they decide what else is asked.
        self.flow = Flow(
            self.flow.plan, self._merged(), now=self.flow.now, is_entered=self.flow.is_entered
        )
        self.asked = self.flow.questions(self.page.section, self.page.instance)
        asked = {question.key for question in self.asked}
        for question in self.all:
            if question.key in asked:
                self._check(question)
            else:
                # Nobody sees it, so nobody could mend it.
                for name in (question.key, other_key(question.key)):
                    self.errors.pop(name, None)
        return super().clean()

    def _merged(self) -> Answers:
        """The stored answers with those of this page in their place."""
        answers = dict(self.flow.answers)
        here = answers
        if self.page.instance is not None:
            key = self.page.section.key
            rows = [dict(row) for row in answers.get(key, [])]
            rows.extend({} for _missing in range(self.page.instance + 1 - len(rows)))
            answers[key] = rows
            here = rows[self.page.instance]
        for name, value in self.values().items():
            if is_empty(value):
                here.pop(name, None)
            else:
                here[name] = value
        return answers

    def _check(self, question: Question) -> None:
        """Say what is missing or wrong."""
        name, instance = question.key, self.page.instance
        made = self.fields[name]
        made.needed = self.flow.requires(question, instance)
        made.label = self.flow.text(question.text.wording, instance)
        if name in self.errors:
            return
        if self.flow.lacks(question, instance):
            if self.complete and name in self._was_shown():
                words = self.flow.text(question.text.required_message, instance)
                self.add_error(name, words or MISSING.get(question.kind, MISSING[Kind.SHORT]))
        elif not self.flow.accepts(question, instance):
            words = self.flow.text(question.text.constraint_message, instance)
            self.add_error(name, words or _("This answer does not fit. Please look at it again."))

    def _was_shown(self) -> set[str]:
        """The questions that were on the page when it was sent; without a word of it, all."""
        shown = self.data.get(self.SHOWN)
        return set(self.fields) if shown is None else set(shown.split())

    @property
    def new_questions(self) -> list[Question]:
        """What the answers of this page have brought in: nobody has seen it yet."""
        seen = self._was_shown()
        return [question for question in self.asked if question.key not in seen]

    def _clean_choices(self, question: Question) -> None:
        if question.kind in (Kind.MATRIX, Kind.RANKING):
            return
        chosen = self.cleaned_data.get(question.key) or []
        chosen = [chosen] if isinstance(chosen, str) else chosen
        if question.exclusive and question.exclusive.key in chosen and len(chosen) > 1:
            self.add_error(
                question.key,
                _("“%(none)s” does not go together with another choice. Please untick one.")
                % {"none": question.exclusive.label},
            )
        if question.other is None:
            return
        words = self.cleaned_data.get(other_key(question.key), "")
        if words and question.other.key not in chosen:
            if question.kind == Kind.MULTIPLE:
                # Who writes something of their own means it: the box is ticked for them.
                self.cleaned_data[question.key] = [*chosen, question.other.key]
                return
            if not chosen:
                self.cleaned_data[question.key] = question.other.key

    def values(self) -> Answers:
        """What to store of this page, by key; empty where nothing was answered."""
        values: Answers = {}
        for question in self.all:
            if question.key in self.errors:
                continue
            value = self.cleaned_data.get(question.key)
            values[question.key] = value
            if other_key(question.key) in self.fields:
                chosen = [value] if isinstance(value, str) else value or []
                words = self.cleaned_data.get(other_key(question.key), "")
                is_chosen = question.other is not None and question.other.key in chosen
                values[other_key(question.key)] = words if is_chosen else ""
        return values

    @property
    def stage(self) -> str | None:
        """The respondent's group, where this page decides it."""
        decides = next((question for question in self.all if question.decides_branch), None)
        return None if decides is None else self.cleaned_data.get(decides.key) or ""


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


class InviteForm(forms.Form):
    """Which organisations are invited, at their own addresses, and who else."""

    MOST_ADDRESSES = 500

    stages = forms.MultipleChoiceField(
        label=_("Stage"),
        choices=Organisation.Stage.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--short"}),
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


class MailLinkForm(forms.Form):
    """Where to send the link to a draft; the address is not kept with the answers."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Used for this one mail and not stored with your answers."),
    )
