"""The tables of events that come in and go out in Django admin."""

from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import fields, widgets

from actors.models import Organisation, SpokenLanguage
from events.models import Event, Pitch, ProgrammeItem, StallApplication, Venue
from ssoe_portal.common.cells import NamedWidget, folded, unknown
from ssoe_portal.common.tables import HarmlessResource, TableResource, TermsWidget


class VenueWidget(widgets.ForeignKeyWidget):
    """A venue by its name; where several events have one of that name, the row's column "event"
    says which."""

    def __init__(self) -> None:
        super().__init__(Venue, field="name")

    @cached_property
    def venues(self) -> list[Venue]:
        return list(Venue.objects.select_related("event").order_by("event_id", "position", "pk"))

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Venue | None:
        if not folded(value):
            return None
        event = folded((row or {}).get("event"))
        here = [
            venue
            for venue in self.venues
            if not event or event in {folded(venue.event.title), folded(venue.event.slug)}
        ]
        if event and not here:
            raise unknown(row["event"], list({str(venue.event): None for venue in self.venues}))
        found = [venue for venue in here if folded(venue.name) == folded(value)]
        if not found:
            raise unknown(value, list({venue.name: None for venue in here}))
        if len(found) > 1:
            raise ValueError(
                _("Several events have a venue called “%(name)s”: please fill in “event” as well.")
                % {"name": str(value).strip()}
            )
        return found[0]


class AtVenue(TableResource):
    """What is at a venue: the event's column comes in only to tell venues of one name apart."""

    event = fields.Field("venue__event__title", "event", readonly=True)
    venue = fields.Field("venue", "venue", VenueWidget())
    notes = {
        "event": (
            gettext_lazy("Event"),
            gettext_lazy("only needed if several events have a venue of that name"),
        ),
        "venue": (gettext_lazy("Venue"), gettext_lazy("the venue's name, in German")),
    }


class PitchResource(AtVenue):
    """Pitches as a table: a row is known by its venue and number."""

    class Meta:
        model = Pitch
        import_id_fields = ("venue", "label")
        fields = ("event", "venue", "label", "x", "y", "has_power", "has_water", "is_indoor")
        export_order = fields
        import_order = fields
        clean_model_instances = True
        skip_unchanged = True


class ProgrammeItemResource(AtVenue):
    """The programme as a table: a row is known by the number that the portal gave it. What has no
    venue is not placed yet; its event then has to be named."""

    event = fields.Field("event", "event", NamedWidget(Event, "title", "slug"))
    languages = fields.Field("languages", "languages", TermsWidget(SpokenLanguage))
    organisation = fields.Field(
        "organisation", "organisation", NamedWidget(Organisation, "slug", "name")
    )
    notes = {
        **AtVenue.notes,
        "event": (
            gettext_lazy("Event"),
            gettext_lazy("needed without a venue, or if several events have one of that name"),
        ),
    }

    class Meta:
        model = ProgrammeItem
        fields = (
            "id",
            "event",
            "venue",
            "room",
            "title",
            "summary",
            "format",
            "starts_at",
            "ends_at",
            "languages",
            "organisation",
            "places",
        )
        export_order = fields
        import_order = fields
        clean_model_instances = True
        skip_unchanged = True

    def import_instance(self, instance: ProgrammeItem, row: Any, **kwargs) -> None:
        try:
            super().import_instance(instance, row, **kwargs)
        finally:  # also where a cell is wrong: the event is not missing then
            if instance.event_id is None and instance.venue is not None:
                instance.event = instance.venue.event


class StallApplicationResource(HarmlessResource):
    """Applications go out for reading and planning: in words, under German headings."""

    class Meta:
        model = StallApplication
        fields = (
            "event__title",
            "title",
            "organisation__name",
            "format",
            "state",
            "description",
            "note",
            "place",
            "tables",
            "people",
            "needs_power",
            "needs_water",
            "created_at",
        )
        export_order = fields

    def get_queryset(self):
        return super().get_queryset().select_related("event", "organisation", "format")

    def get_export_headers(self, selected_fields=None) -> list[str]:
        return [self._heading(name) for name in self.get_export_order()]

    def _heading(self, name: str) -> str:
        return str(self._meta.model._meta.get_field(name.partition("__")[0]).verbose_name)

    def dehydrate_format(self, stall: StallApplication) -> str:
        return str(stall.format)

    def dehydrate_state(self, stall: StallApplication) -> str:
        return stall.get_state_display()

    def dehydrate_place(self, stall: StallApplication) -> str:
        return stall.get_place_display()

    def dehydrate_needs_power(self, stall: StallApplication) -> str:
        return _("yes") if stall.needs_power else _("no")

    def dehydrate_needs_water(self, stall: StallApplication) -> str:
        return _("yes") if stall.needs_water else _("no")
