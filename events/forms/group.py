"""Families and groups that an organisation registers together."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from actors.models.organisation import OrganisationQuerySet
from events.models import GroupRegistration, Registration
from events.models.registration import LARGEST_PARTY
from ssoe_portal.common.edit_conflicts import NoticesOthers

#: Rows on the page; whoever has more families adds them afterwards. The first ones lie open.
ROWS, OPEN_ROWS = 10, 3
#: How many of those registered before are named where families are added without having seen them.
MOST_NAMED = 40


class GroupForm(forms.Form):
    """Who registers; `known` is how many families the page showed."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), empty_label=_("Please choose")
    )
    known = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisations: OrganisationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = organisations
        field.label = _("For which organisation?")
        if len(organisations) == 1:
            self.initial.setdefault("organisation", organisations[0].pk)
            field.empty_label = None

    def show_known(self, group: GroupRegistration) -> None:
        """Name the families that the sender has not seen, so that none is registered twice; what
        was typed stays, and may be sent once more."""
        self.data = {**self.data.dict(), "known": group.registrations.count()}
        registered = group.registrations.active().order_by("name", "pk")
        names = list(registered.values_list("name", flat=True))
        if not names:
            self.add_error(
                None,
                _(
                    "Every family that your organisation had registered is cancelled. To register "
                    "these ones, please send this once more."
                ),
            )
            return
        shown = [*names[:MOST_NAMED], "…"] if len(names) > MOST_NAMED else names
        words = _(
            "Your organisation has registered families already (%(names)s). Please leave out "
            "whoever is among them, then send this once more."
        )
        self.add_error(None, words % {"names": ", ".join(shown)})


class RowForm(forms.ModelForm):
    """One family or group; a row without a name is left out."""

    size = forms.TypedChoiceField(
        label=_("People"),
        coerce=int,
        choices=[(number, number) for number in range(1, LARGEST_PARTY + 1)],
        initial=1,
    )

    class Meta:
        model = Registration
        fields = ("name", "size", "access_needs", "interpreting")
        labels = {
            "name": _("Family or group"),
            "access_needs": _("What helps them to take part?"),
            "interpreting": _("Interpreting into which language?"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = not self.empty_permitted
        # A family has one; that whole rows may be left out the page says above them.
        self.fields["name"].needed = True

    def validate_constraints(self) -> None:
        """The fields see to them; address and group come with the whole list."""

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if self.has_changed() and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Please write a name, so that the ticket has one."))
        return data


class _Rows(forms.BaseFormSet):
    label = row_label = _("Family")

    def add_fields(self, form: RowForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.number = (index or 0) + 1

    @property
    def first(self) -> list[RowForm]:
        return self.forms[:OPEN_ROWS]

    @property
    def more(self) -> list[RowForm]:
        return self.forms[OPEN_ROWS:]

    @property
    def is_more_used(self) -> bool:
        """Whether something was filled in in the rows that are folded away."""
        return self.is_bound and any(row.has_changed() for row in self.more)

    @property
    def parties(self) -> list[Registration]:
        return [row.save(commit=False) for row in self if row.has_changed()]


RowFormSet = forms.formset_factory(
    RowForm, formset=_Rows, extra=ROWS, max_num=ROWS, absolute_max=ROWS
)


class RowChangeForm(NoticesOthers, RowForm):
    """One family of a group, changed later, perhaps by two colleagues at once."""
