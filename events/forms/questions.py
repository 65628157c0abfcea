"""What an event asks of those who register, set at the desk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.forms.english import EnglishForm
from events.models import EventQuestion, EventQuestionTranslation
from events.models.question import CHOSEN, lines
from ssoe_portal.common.edit_conflicts import NoticesOthers

#: How many answers somebody can choose from.
MOST_CHOICES = 12


class QuestionForm(NoticesOthers):
    class Meta:
        model = EventQuestion
        fields = ("wording", "why", "kind", "choices", "is_required")
        widgets = {"choices": forms.Textarea(attrs={"rows": 4}), "kind": forms.RadioSelect}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = EventQuestion.Kind.choices
        # Whether it is needed depends on the kind: the help says so, "(optional)" would not.
        self.fields["choices"].needed = True
        if self.instance.pk and self.instance.answers.exists():
            self.fields["kind"].disabled = True
            self.fields["kind"].help_text = _("People have answered it already, so it stays.")

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        choices = lines(data.get("choices", ""))
        data["choices"] = "\n".join(choices) if data.get("kind") in CHOSEN else ""
        if data.get("kind") in CHOSEN and "choices" not in self.errors:
            if not 2 <= len(choices) <= MOST_CHOICES:
                self.add_error("choices", _("Please write two to twelve answers, one a line."))
            elif len(set(choices)) < len(choices):
                self.add_error("choices", _("One of these answers is there twice."))
        return data


class QuestionEnglishForm(EnglishForm):
    NEEDED = ("wording",)
    NEEDS = _("Please write the question in English as well.")

    class Meta:
        model = EventQuestionTranslation
        fields = ("wording", "why", "choices")
        labels = {
            "wording": _("Question in English"),
            "why": _("Why you ask, in English"),
            "choices": _("Possible answers in English, in the same order"),
        }
        widgets = {"choices": forms.Textarea(attrs={"rows": 4})}
