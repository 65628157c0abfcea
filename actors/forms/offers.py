"""What an organisation says about an offer, in groups that answer a reader's questions."""

from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actors.forms.english import ask_in_german
from actors.forms.hours import WithHours
from actors.forms.long_line import give_room
from actors.forms.organisations import explain
from actors.forms.places import PlaceField
from actors.models import Offer
from ssoe_portal.common.geography import MISFIT, Area

SHORT_NAMES = {"list_class": "choice-list--short"}
SHORT = {"inputmode": "numeric", "class": "form-control--short"}


def is_answered(field: forms.BoundField) -> bool:
    """Whether something stands in a field; nought is an answer, an empty box is none."""
    return field.value() not in (None, "") and field.value() is not False


@dataclass(frozen=True, slots=True)
class Section:
    """What stands together in the form. `more` is folded away until somebody needs it."""

    title: str | Promise
    fields: tuple[str, ...]
    more_title: str | Promise = ""
    more: tuple[str, ...] = ()
    has_hours: bool = False


class OfferForm(WithHours):
    """An offer in German. What must be there before it is handed in, the model says."""

    SECTIONS = [
        Section(_("What it is"), ("title", "category", "summary", "description")),
        Section(
            _("Who can come"),
            (
                "target_groups",
                "languages",
                "is_women_only",
                "has_childcare",
                "is_step_free",
                "residence_status",
            ),
            _("Only for a certain age"),
            ("age_from", "age_to"),
        ),
        Section(_("What it takes"), ("cost", "price", "appointment", "papers")),
        Section(_("When"), ("schedule",), has_hours=True),
        Section(
            _("Where"),
            ("where", "street", "postcode", "area"),
            _("Which room, or also online"),
            ("place_name", "is_online"),
        ),
        Section(
            _("How people reach you"),
            ("takes_requests", "places"),
            _("A telephone number for questions"),
            ("phone",),
        ),
    ]

    TOGETHER = (("cost", "price"), ("age_from", "age_to"), ("where", "street", "postcode", "area"))

    ORGANISATION, ELSEWHERE, EVERYWHERE = "organisation", "elsewhere", "everywhere"

    where = forms.ChoiceField(label=_("Where is it?"), widget=forms.RadioSelect)
    area = PlaceField(
        queryset=Area.objects.none(),
        required=False,  # whether it is asked for depends on where it is
        label=_("Neighbourhood or district"),
        empty_label=_("Please choose"),
    )

    class Meta:
        model = Offer
        fields = (
            "title",
            "category",
            "summary",
            "description",
            "target_groups",
            "languages",
            "is_women_only",
            "age_from",
            "age_to",
            "has_childcare",
            "is_step_free",
            "residence_status",
            "cost",
            "price",
            "appointment",
            "papers",
            "closed_on_holidays",
            "schedule",
            "is_online",
            "place_name",
            "street",
            "postcode",
            "area",
            "takes_requests",
            "places",
            "phone",
        )
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 6}),
            "target_groups": forms.CheckboxSelectMultiple(attrs=SHORT_NAMES),
            "languages": forms.CheckboxSelectMultiple(attrs=SHORT_NAMES),
            "age_from": forms.NumberInput(attrs=SHORT),
            "age_to": forms.NumberInput(attrs=SHORT),
            "residence_status": forms.RadioSelect,
            "places": forms.NumberInput(attrs=SHORT),
            "cost": forms.RadioSelect,
            "appointment": forms.RadioSelect,
            "postcode": forms.TextInput(attrs=SHORT),
            "phone": forms.TextInput(attrs={"type": "tel"}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields
        fields["title"].label = _("What is it called?")
        fields["title"].help_text = _("In German.")
        fields["category"].label = _("Which category does it belong to?")
        fields["category"].empty_label = str(_("Please choose"))
        fields["summary"].label = _("What happens there, in one sentence?")
        fields["summary"].help_text = _("In German, in plain words. It stands in every list.")
        fields["description"].label = _("What should people know before they come?")
        fields["description"].help_text = _("In German, in short sentences.")
        fields["target_groups"].label = _("For whom is it?")
        fields["languages"].label = _("Which languages can people speak there?")
        fields["languages"].help_text = _("Only languages in which someone can really help.")
        fields["is_women_only"].label = _("Only for women")
        fields["age_from"].label = _("From which age?")
        fields["age_to"].label = _("Up to which age?")
        fields["has_childcare"].label = _("There is childcare during this time")
        fields["is_step_free"].label = _("The way in and the toilet have no steps")
        fields["cost"].label = _("What does it cost?")
        fields["cost"].choices = Offer.Cost.choices
        fields["price"].label = _("How much?")
        fields["price"].help_text = _("Needed if it costs something. For example: 3 € per evening.")
        fields["price"].needed = True
        fields["appointment"].label = _("Can people simply come?")
        fields["appointment"].choices = Offer.Appointment.choices
        fields["papers"].label = _("What do people have to bring?")
        fields["residence_status"].label = _("Does anybody there ask for the residence status?")
        fields["residence_status"].choices = Offer.ResidenceStatus.choices
        # Nothing is chosen beforehand: whoever hurries would publish what nobody has said.
        if self.instance._state.adding:
            self.initial.update(cost=None, appointment=None)
        # One answer is always chosen; where none was sent the question was not there to answer.
        fields["residence_status"].disabled = self.is_bound and (
            self.add_prefix("residence_status") not in self.data
        )
        fields["schedule"].label = _("Is there more to say about the times?")
        fields["schedule"].help_text = _(
            "In German. For example: from January on, as soon as six people have signed up."
        )
        fields["places"].label = _("How many places are there?")
        fields["places"].help_text = _(
            "Leave it empty if everyone finds room. When all places are taken, further people go "
            "on a waiting list; a place that becomes free is offered to the next one by mail."
        )
        fields["where"].choices = self._places()
        fields["where"].initial = self._place_now()
        fields["street"].help_text = _("Not needed for a whole neighbourhood.")
        fields["postcode"].help_text = _("So that readers see how far it is.")
        for name in ("price", "papers", "schedule", "place_name"):
            give_room(self, name, getattr(self.instance, name))
        # Both are asked for with an address of its own, and only shown there.
        fields["street"].needed = fields["postcode"].needed = True
        fields["area"].queryset = Area.objects.order_by("position", "pk")
        fields["area"].help_text = (
            _("If it is at your address, we add it to your profile, where it is missing.")
            if self.instance.organisation.lacks_area
            else _("With “All of Berlin” it is found in every neighbourhood.")
        )
        fields["area"].needed = True
        # With an address of its own somebody was asked, and answered "all of Berlin".
        if self.instance.has_own_address and self.instance.area_id is None:
            self.initial["area"] = PlaceField.WHOLE
        # Shown with the answers that ask for them, by CSS (`.only-if`).
        fields["price"].only_if = "paid"
        fields["street"].only_if = fields["postcode"].only_if = "elsewhere"
        fields["area"].only_if = (
            "somewhere" if self.instance.organisation.lacks_area else "elsewhere"
        )
        fields["place_name"].label = _("Which house, floor, room?")
        ask_in_german(self, "price", "papers", "place_name")
        fields["is_online"].label = _("People can also take part online")
        fields["takes_requests"].label = _("People can sign up here by e-mail")
        fields["takes_requests"].help_text = _(
            "Each request comes to you by mail; you answer it on the portal."
        )
        explain(
            self,
            residence_status=_("Fear of this question keeps many people away."),
            phone=_("Public. For people who would rather call than write."),
        )

    @property
    def _is_to_hand_in(self) -> bool:
        """Whether the button that was pressed says so; a draft may still lack something."""
        return self.data.get("go") == "submit" and self.instance.can_submit

    def _places(self) -> list[tuple[str, str | Promise]]:
        """Where it can be; the organisation's own address only if it has one."""
        home = self.instance.organisation
        places: list[tuple[str, str | Promise]] = [
            (self.ELSEWHERE, _("At another address, or in a whole neighbourhood")),
            (self.EVERYWHERE, _("Online, or all over Berlin")),
        ]
        if home.area_id or home.has_address:
            at_home = _("At our address: %(address)s") % {"address": home.full_address}
            places.insert(0, (self.ORGANISATION, at_home))
        return places

    def _place_now(self) -> str:
        offer, home = self.instance, self.instance.organisation
        if offer.is_at_organisation or (offer.pk is None and (home.area_id or home.has_address)):
            return self.ORGANISATION
        if offer.pk is None or offer.has_own_address or offer.area_id:
            return self.ELSEWHERE
        return self.EVERYWHERE

    @property
    def sections(self) -> list[dict[str, object]]:
        """The sections with their fields; one with an answer or an error in its fold is open."""
        sections = []
        for section in self.SECTIONS:
            more = [self[name] for name in section.more]
            sections.append(
                {
                    "title": section.title,
                    "fields": [self[name] for name in section.fields],
                    "more_title": section.more_title,
                    "more": more,
                    "has_hours": section.has_hours,
                    "is_open": any(field.errors or is_answered(field) for field in more),
                }
            )
        return sections

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if data.get("cost") == Offer.Cost.PRICE and not data.get("price"):
            self.add_error("price", _("Please say how much, so that nobody is surprised."))
        lower, upper = data.get("age_from"), data.get("age_to")
        if lower is not None and upper is not None and lower > upper:
            self.add_error("age_to", _("The upper age is below the lower one."))
        says_when = data.get("schedule") or self.has_hours or "schedule" in self.errors
        if (self.instance.is_published or self._is_to_hand_in) and not says_when:
            self._say_times_are_missing()
        self._clean_place(data)
        return data

    def _say_times_are_missing(self) -> None:
        """Say it at the first field of the times; where none was sent, at the words about them."""
        missing = _("Please say when it is: nobody can come without knowing that.")
        rows = self.times.forms if self.times.is_bound else []
        if row := next((row for row in rows if not row.is_removed), None):
            row.add_error("weekday", missing)
        else:
            self.add_error("schedule", missing)

    def _clean_place(self, data: dict) -> None:
        """Bring address and area in line with the answer to "where"."""
        home = self.instance.organisation
        if data.get("where") == self.ELSEWHERE:
            self._clean_elsewhere(data)
        elif data.get("where"):
            for name in ("street", "postcode"):
                data[name] = ""
                self.errors.pop(name, None)
            if data["where"] == self.ORGANISATION and home.lacks_area:
                if not data.get("area") and "area" not in self.errors:
                    self.add_error("area", _("In which neighbourhood or district is your address?"))
                elif data.get("area") and not data["area"].may_have(home.postcode):
                    self.add_error("area", MISFIT % {"area": data["area"].label})
            else:
                data["area"] = home.area if data["where"] == self.ORGANISATION else None
                self.errors.pop("area", None)

    def _clean_elsewhere(self, data: dict) -> None:
        """Another address has a street, a postcode and a place; a whole neighbourhood only that."""
        home = self.instance.organisation
        if not self["area"].value() and "area" not in self.errors:
            self.add_error("area", _("Please choose where it is, or “All of Berlin”."))
        if data.get("street"):
            if not data.get("postcode") and "postcode" not in self.errors:
                self.add_error("postcode", _("Please give the postcode as well."))
        elif "area" not in self.errors and "street" not in self.errors:
            if data.get("area") is None:
                self.add_error(
                    "street",
                    _("Please give the street. Is it all over Berlin? Then choose that above."),
                )
            elif data["area"] == home.area:
                self.add_error(
                    "street",
                    _("Please give the street, so that people do not go to your office instead."),
                )

    @property
    def home_area(self) -> Area | None:
        """The neighbourhood of the organisation's address, where only this form says it."""
        is_there = self.cleaned_data["where"] == self.ORGANISATION
        return self.cleaned_data["area"] if is_there else None
