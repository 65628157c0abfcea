"""What narrows the task force's lists; it stands in their addresses."""

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from actors.models import ListImport
from actors.moderation import Narrowing, kind_choices
from ssoe_portal.common.users import User

#: How many imported lists there are to choose from: the latest.
MOST_LISTS = 50


class NameForm(forms.Form):
    """Words that a name has. What is no such text is told at the field and narrows nothing."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control"}),
    )

    def __init__(self, data) -> None:
        super().__init__(data, auto_id="narrow-%s", label_suffix="")

    @property
    def words(self) -> str:
        self.full_clean()
        return self.cleaned_data.get("name", "")


class NarrowForm(NameForm):
    """Words, the kind of entry, and the list that has entered it, where there are such lists: of
    those that this person may see."""

    kind = forms.ChoiceField(
        label=_("Kind"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    from_list = forms.TypedChoiceField(
        label=_("From the imported list"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, data, *, user: User) -> None:
        super().__init__(data)
        kinds = [(kind, capfirst(label)) for kind, label in kind_choices()]
        self.fields["kind"].choices = [("", _("All kinds")), *kinds]
        lists = ListImport.objects.visible_to(user).with_entries()
        lists = lists.values_list("pk", "filename", "created_at")
        choices = [
            (pk, f"{name}, {date_format(timezone.localtime(at), 'SHORT_DATE_FORMAT')}")
            for pk, name, at in lists[:MOST_LISTS]
        ]
        if choices:
            self.fields["from_list"].choices = [("", _("All entries")), *choices]
        else:
            del self.fields["from_list"]

    @property
    def narrowing(self) -> Narrowing:
        self.full_clean()
        said = self.cleaned_data
        return Narrowing(said.get("kind", ""), said.get("name", ""), said.get("from_list"))
