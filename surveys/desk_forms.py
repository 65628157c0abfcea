"""Forms of the task force's desk."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import Survey
from surveys.xlsform import MOST_BYTES


class XLSFormForm(forms.Form):
    """The file of a form. What is in it is looked at when it is read."""

    content: bytes

    file = forms.FileField(
        label=gettext_lazy("The form"),
        help_text=gettext_lazy("XLSForm as Excel (.xlsx, .xls) or text (.csv), up to 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={
            "required": gettext_lazy("Please choose a file first."),
            "empty": gettext_lazy("This file is empty."),
        },
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("This file is larger than 5 MB."), code="too_large")
        self.content = file.read()
        return file


class TargetForm(forms.Form):
    """What a form becomes: a survey of its own, or the next version of one."""

    survey = forms.ModelChoiceField(
        label=gettext_lazy("What it becomes"),
        queryset=Survey.objects.none(),
        required=False,
    )

    def __init__(self, *args, slug: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        surveys = Survey.objects.with_translation().order_by("title", "pk")
        field = self.fields["survey"]
        field.queryset = surveys
        field.needed = True  # to make a new one is an answer, too
        field.label_from_instance = lambda survey: (
            _("the next version of “%(title)s”") % {"title": survey.text.title}
        )
        #: The survey that is called like the form's id; where there is one, it is no new one.
        self.same = surveys.filter(slug=slug).first()
        if self.same is None:
            field.empty_label = _("a new survey (%(address)s)") % {"address": f"/surveys/{slug}/"}
        else:
            field.empty_label = None
            field.initial = self.same.pk
            field.required = True
