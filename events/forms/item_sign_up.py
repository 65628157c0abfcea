"""A party chooses programme items with places. What then happens is in `signing_up.py`."""

from collections.abc import Iterable, Iterator, Mapping

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Registration, ReleasedItem


class ItemsForm(forms.Form):
    """How many of a party take part in each item: none, or up to as many as it has."""

    #: What the page showed: what its sender left alone is left alone, whatever it is by now.
    seen = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    def __init__(
        self, data=None, *, party: Registration, items: Iterable[ReleasedItem], **kwargs
    ) -> None:
        super().__init__(data, **kwargs)
        self.party, self.items = party, list(items)
        self.initial["seen"] = " ".join(f"{item.pk}:{item.mine}" for item in self.items)
        for item in self.items:
            if item.mine or item.takes_sign_ups:
                self.fields[_name(item)] = self._field(item)

    def _field(self, item: ReleasedItem) -> forms.TypedChoiceField:
        choices = [(number, self._words(number)) for number in range(self.party.size + 1)]
        field = forms.TypedChoiceField(
            label=item.text.title,
            # Where nothing is free nothing is asked.
            required=False,
            empty_value=None,
            coerce=int,
            choices=choices,
            initial=item.mine,
            help_text=self._places_words(item),
            widget=forms.Select(attrs={"class": "form-select form-control--short"}),
            error_messages={"invalid_choice": _("Your registration is for fewer people.")},
        )
        # What is not free is not offered; what was sent stays to be seen beside the mistake.
        most = max(item.mine, self._free_for(item), self._sent(item))
        field.widget.choices = choices[: most + 1]
        return field

    def _places_words(self, item: ReleasedItem) -> str:
        """How many places there are for the party."""
        if item.places is None:
            return _("No sign-up is needed any more: simply come.")
        if not item.takes_sign_ups:
            return _("Nobody else can sign up any more.")
        if not item.free and item.mine:
            return _("No further place is free.")
        if not item.free:
            return _(
                "All places are taken. When somebody gives places back, you can choose them here."
            )
        return ngettext("One place is free.", "%(number)s places are free.", item.free) % {
            "number": item.free
        }

    def _words(self, number: int) -> str:
        if self.party.size == 1:
            return _("yes") if number else _("no")
        if not number:
            return _("nobody")
        return ngettext("%(number)s person", "%(number)s people", number) % {"number": number}

    def _free_for(self, item: ReleasedItem) -> int:
        """How many of the party find room, with those who have a place already."""
        if not item.takes_sign_ups:
            return item.mine
        return min(item.free + item.mine, self.party.size)

    def _sent(self, item: ReleasedItem) -> int:
        sent = self.data.get(_name(item), "")
        return min(int(sent), self.party.size) if sent.isdecimal() and len(sent) < 3 else 0

    @property
    def choices(self) -> Iterator[tuple[ReleasedItem, forms.BoundField | None]]:
        """The items, each with its question where there is something to choose."""
        for item in self.items:
            name = _name(item)
            asks = name in self.fields and (item.mine or self._free_for(item) or self._sent(item))
            yield item, self[name] if asks else None

    @property
    def wanted(self) -> dict[int, int]:
        """How many people are wanted where, of what the sender has changed."""
        pairs = self.cleaned_data["seen"].split()
        shown = dict(pair.split(":", 1) for pair in pairs if ":" in pair)
        return {
            item.pk: self.cleaned_data[_name(item)]
            for item in self.items
            if self.cleaned_data.get(_name(item)) is not None
            and str(self.cleaned_data[_name(item)]) != shown.get(str(item.pk))
        }

    def say_no_room(self, free: dict[int, int]) -> None:
        """Say at their fields how many places there are."""
        for item in self.items:
            if item.pk in free:
                self.add_error(_name(item), _no_room(free[item.pk]))

    def say_in_two_places(self, others: Mapping[int, tuple[ReleasedItem, int]]) -> None:
        """Say at their fields what takes place at the same time."""
        titles = {item.pk: item.text.title for item in self.items}
        for item in self.items:
            if item.pk in others:
                other, people = others[item.pk]
                self.add_error(
                    _name(item),
                    _(
                        "“%(title)s” is at the same time: that would be %(people)s people, and you "
                        "are %(size)s. Please choose fewer here or there. Nothing was saved."
                    )
                    % {
                        "title": titles[other.pk],
                        "people": people,
                        "size": self.party.size,
                    },
                )


def _name(item: ReleasedItem) -> str:
    return f"item_{item.pk}"


def _no_room(free: int) -> str:
    if not free:
        return _("Somebody was quicker: no place is free any more. Nothing was saved.")
    return ngettext(
        "Somebody was quicker: there is only one place for you. Nothing was saved.",
        "Somebody was quicker: there are only %(number)s places for you. Nothing was saved.",
        free,
    ) % {"number": free}
