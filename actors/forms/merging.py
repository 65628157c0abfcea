from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from actors.merging import Choice, differing
from actors.models import Organisation

YES_OR_NO = {True: _("yes"), False: _("no")}


class MergeForm(forms.Form):
    """Which of two entries stays, and whose texts; without a word the ones of the entry that stays,
    and where it has none, the other's."""

    FIRST, SECOND = "first", "second"

    stays = forms.ChoiceField(
        label=_("Which entry stays?"),
        help_text=_("Its address on the portal stays. The other one’s leads to it from then on."),
        choices=(),
        widget=forms.RadioSelect,
    )

    def __init__(self, data=None, *, first: Organisation, second: Organisation, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.first, self.second = first, second
        self.choices: list[Choice] = differing(first, second)
        self.fields["stays"].choices = [(self.FIRST, first.name), (self.SECOND, second.name)]
        for choice in self.choices:
            self.fields[choice.key] = forms.ChoiceField(
                label=capfirst(label(choice)),
                choices=[(self.FIRST, ""), (self.SECOND, "")],
                required=False,
                widget=forms.RadioSelect,
            )

    def gone_and_stays(self) -> tuple[Organisation, Organisation]:
        if self.cleaned_data["stays"] == self.FIRST:
            return self.second, self.first
        return self.first, self.second

    def from_gone(self) -> set[str]:
        """The choices that come from the entry that does not stay."""
        gone, stays = self.gone_and_stays()
        side = self.FIRST if gone is self.first else self.SECOND
        return {
            choice.key
            for choice in self.choices
            if self.cleaned_data.get(choice.key) == side
            or (not self.cleaned_data.get(choice.key) and choice.is_empty(stays))
        }


def label(choice: Choice) -> str:
    if choice.key == "street":
        return str(_("postal address"))
    return str(Organisation._meta.get_field(choice.key).verbose_name)


def words(choice: Choice, organisation: Organisation) -> str:
    """What an entry says there, as people read it."""
    if choice.is_empty(organisation):
        return ""
    if choice.key == "street":
        return organisation.full_address or organisation.place_name
    if choice.key == "legal_form":
        charitable = str(_("charitable")) if organisation.is_nonprofit else ""
        form = organisation.legal_form.label if organisation.legal_form else ""
        return ", ".join(part for part in (str(form), charitable) if part)
    shown = getattr(organisation, f"get_{choice.key}_display", None)
    value = shown() if shown else getattr(organisation, choice.key)
    return str(YES_OR_NO.get(value, value) if isinstance(value, bool) else value)
