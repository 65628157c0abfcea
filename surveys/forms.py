"""One page of a questionnaire as a form, and the small forms around it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from surveys.fields import NO_ANSWER, Boxes, MatrixField, Radios
from surveys.models import Question, Section

Kind = Question.Kind
LONGEST: dict[str, int] = {Kind.SHORT: 300, Kind.LONG: 4000}
LONGEST_OTHER = 200
LARGEST_NUMBER = 1_000_000
#: More choices than this stand in a menu.
LONGEST_LIST = 14
AT_LEAST_ONE_ROW = _("At least one row needs an answer.")


@dataclass
class Block:
    """A question as it stands on the page: its field, and the one for words of one's own."""

    question: Question
    bound: BoundField
    other: BoundField | None = None
    from_profile: bool = False

    @property
    def is_matrix(self) -> bool:
        return self.question.kind == Kind.MATRIX


class PageForm(forms.Form):
    """The questions of one section that concern someone at this stage.

    With `complete=False` (going back, or stopping for today) required questions may stay open, but
    what is there has to be readable. `values()` gives each question's answer to store.
    """

    def __init__(
        self,
        *args,
        section: Section,
        stage: str,
        answers: dict[int, dict],
        from_profile: frozenset[int] = frozenset(),
        complete: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.complete = complete
        self.questions = section.relevant_questions(stage)
        self.from_profile = from_profile
        self.needed = {question.key for question in self.questions if question.required}
        for question in self.questions:
            self._add(question, answers.get(question.pk) or {})

    def _add(self, question: Question, value: dict[str, Any]) -> None:
        name = question.key
        text = question.text
        common: dict[str, Any] = {
            "label": text.wording,
            "help_text": text.help_text,
            "required": question.required and self.complete,
        }
        chosen = value.get("choices", [])
        choices: list[tuple[str, Any]] = [(option.key, option.label) for option in question.options]
        match question.kind:
            case Kind.MATRIX:
                if question.required:
                    common["help_text"] = f"{text.help_text} {AT_LEAST_ONE_ROW}".strip()
                made = MatrixField(
                    rows=question.rows,
                    points=[(point.key, point.label) for point in question.points],
                    initial=value.get("rows"),
                    **common,
                )
                made.error_messages["required"] = _("Please answer at least one row.")
            case Kind.SINGLE | Kind.SCALE:
                widget = Radios()
                if question.kind == Kind.SCALE:
                    widget.attrs["list_class"] = "choice-list--points"
                if question.kind == Kind.SINGLE and len(choices) > LONGEST_LIST:
                    first = ("", _("Please choose")) if question.required else NO_ANSWER
                    choices = [first, *choices]
                    widget = forms.Select()
                elif not question.required:
                    choices = [*choices, NO_ANSWER]
                made = forms.ChoiceField(
                    choices=choices, widget=widget, initial=chosen[0] if chosen else None, **common
                )
                made.error_messages["required"] = _("Please choose one.")
            case Kind.MULTIPLE:
                widget = Boxes(
                    attrs={"list_class": "choice-list--columns" if len(choices) > 5 else ""}
                )
                widget.exclusive = question.exclusive.key if question.exclusive else None
                made = forms.MultipleChoiceField(
                    choices=choices, widget=widget, initial=chosen, **common
                )
                made.error_messages["required"] = _("Please choose at least one.")
            case Kind.NUMBER:
                made = forms.IntegerField(
                    min_value=question.minimum if question.minimum is not None else 0,
                    max_value=LARGEST_NUMBER if question.maximum is None else question.maximum,
                    widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                    initial=value.get("number"),
                    **common,
                )
                made.error_messages["invalid"] = _("Please enter a whole number, such as 12.")
            case _:
                long = question.kind == Kind.LONG
                widget = forms.Textarea(attrs={"rows": 5}) if long else forms.TextInput()
                made = forms.CharField(
                    max_length=LONGEST[question.kind],
                    widget=widget,
                    initial=value.get("text"),
                    **common,
                )
        made.why = text.why
        self.fields[name] = made
        if question.other is not None and question.kind != Kind.MATRIX:
            self.fields[f"{name}.other"] = forms.CharField(
                label=_("In your words: %(choice)s") % {"choice": question.other.label},
                required=False,
                max_length=LONGEST_OTHER,
                initial=value.get("other"),
                widget=forms.TextInput(attrs={"data-other": question.other.key}),
            )

    def blocks(self) -> list[Block]:
        """The questions in order, with their bound fields."""
        found = []
        for question in self.questions:
            has_other = f"{question.key}.other" in self.fields
            found.append(
                Block(
                    question,
                    bound=self[question.key],
                    other=self[f"{question.key}.other"] if has_other else None,
                    from_profile=question.pk in self.from_profile,
                )
            )
        return found

    def clean(self) -> dict[str, Any] | None:
        for question in self.questions:
            if question.kind == Kind.MATRIX or question.key in self.errors:
                continue
            if question.has_choices:
                self._clean_choices(question)
        for name, made in self.fields.items():
            # Whatever was allowed this time, the page says what is optional.
            made.required = made.required or name in self.needed
        return super().clean()

    def _clean_choices(self, question: Question) -> None:
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
        words = self.cleaned_data.get(f"{question.key}.other", "")
        if words and question.other.key not in chosen:
            if question.kind == Kind.MULTIPLE:
                # Who writes something of their own means it: the box is ticked for them.
                self.cleaned_data[question.key] = [*chosen, question.other.key]
                return
            if not chosen:
                self.cleaned_data[question.key] = question.other.key

    def values(self) -> dict[Question, dict[str, Any] | None]:
        """What to store for each question; None where nothing was answered."""
        return {question: self._value(question) for question in self.questions}

    def _value(self, question: Question) -> dict[str, Any] | None:
        data = self.cleaned_data
        if question.kind == Kind.MATRIX:
            rows = data.get(question.key)
            return {"rows": rows} if rows else None
        given = data.get(question.key)
        if question.has_choices:
            chosen = [given] if isinstance(given, str) and given else list(given or [])
            if not chosen:
                return None
            value: dict[str, Any] = {"choices": chosen}
            words = data.get(f"{question.key}.other", "")
            if words and question.other is not None and question.other.key in chosen:
                value["other"] = words
            return value
        if question.kind == Kind.NUMBER:
            return None if given is None else {"number": given}
        return {"text": given} if given else None


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

    def __init__(self, *args, organisations, **kwargs) -> None:
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

    @property
    def is_anonymous(self) -> bool:
        return self.cleaned_data["attribution"] == self.ANONYMOUS


class MailLinkForm(forms.Form):
    """Where to send the link to a draft; the address is not kept with the answers."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Used for this one mail and not stored with your answers."),
    )
