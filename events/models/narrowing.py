"""What the calendar is narrowed by, in columns of an event that the database itself writes: a list
counts thousands of rows by each of them."""

from enum import IntFlag
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Case, F, Func, GeneratedField, Q, Value, When

from actors.models.offer import Cost
from events.models.facts import Attendance
from ssoe_portal.common.facets import KeysField

#: More than any number of months since year 0 (`reach`): two of them in one number.
MONTHS = 100_000


class Fact(IntFlag):
    """What is a yes or no of an event: bits of one column, which is counted once."""

    ON_SITE = 1
    ONLINE = 2
    FREE = 4
    DONATION = 8
    PRICE = 16
    STEP_FREE = 32
    SIGN_LANGUAGE = 64
    EASY_LANGUAGE = 128
    CHILDCARE = 256


FACTS = {
    Fact.ON_SITE: ~Q(attendance=Attendance.ONLINE.value),
    Fact.ONLINE: ~Q(attendance=Attendance.ON_SITE.value),
    Fact.FREE: Q(cost=Cost.FREE.value),
    Fact.DONATION: Q(cost=Cost.DONATION.value),
    Fact.PRICE: Q(cost=Cost.PRICE.value),
    Fact.STEP_FREE: Q(is_step_free=True),
    Fact.SIGN_LANGUAGE: Q(has_sign_language=True),
    Fact.EASY_LANGUAGE: Q(has_easy_language=True),
    Fact.CHILDCARE: Q(has_childcare=True),
}


def bits(conditions: dict[Any, Q]) -> Any:
    """One number of conditions: the bit of each that holds."""
    parts = [
        Case(When(condition, then=Value(int(bit))), default=Value(0))
        for bit, condition in conditions.items()
    ]
    return sum(parts[1:], start=parts[0])


class FirstAndLastMonth(Func):
    """The months in which something begins and ends on Berlin's clocks, counted from year 0, in one
    number; midnight belongs to the day before."""

    output_field = models.BigIntegerField()

    def __init__(self, starts: str, ends: str, **extra: Any) -> None:
        super().__init__(F(starts), F(ends), **extra)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list]:
        starts, ends = (compiler.compile(each)[0] for each in self.source_expressions)
        first, last = (
            f"(extract(year FROM {clock}) * 12 + extract(month FROM {clock}) - 1)"
            for clock in (
                f"({starts} AT TIME ZONE 'Europe/Berlin')",
                f"({ends} AT TIME ZONE 'Europe/Berlin' - interval '1 microsecond')",
            )
        )
        return f"({first} * {MONTHS} + {last})::bigint", []


class Narrowed(models.Model):
    """`place_keys` are the areas of venues and of stops of pop-ups, `spoken_keys` the languages,
    both as `KeysField` holds them. Whatever is written into these two, a trigger looks it up."""

    place_keys = KeysField(default="", editable=False)
    spoken_keys = KeysField(default="", editable=False)
    facts = GeneratedField(
        expression=bits(FACTS), output_field=models.IntegerField(), db_persist=True
    )
    months = GeneratedField(
        expression=FirstAndLastMonth("starts_at", "ends_at"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    COLUMNS = ("place_keys", "spoken_keys", "facts", "months")

    class Meta:
        abstract = True


_KEYS = "coalesce(',' || string_agg(found.key::text, ',' ORDER BY found.key) || ',', '')"

keys_trigger = pgtrigger.Trigger(
    name="keep_keys",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"""
        IF TG_OP = 'INSERT' THEN
            NEW.place_keys = '';
            NEW.spoken_keys = '';
            RETURN NEW;
        END IF;
        IF NEW.place_keys IS DISTINCT FROM OLD.place_keys THEN
            SELECT {_KEYS} INTO NEW.place_keys FROM (
                SELECT area_id AS key FROM events_venue
                WHERE event_id = NEW.id AND area_id IS NOT NULL
                UNION
                SELECT stop.area_id FROM events_venuestop stop
                JOIN events_venue venue ON venue.id = stop.venue_id
                WHERE venue.event_id = NEW.id AND stop.area_id IS NOT NULL
            ) AS found;
        END IF;
        IF NEW.spoken_keys IS DISTINCT FROM OLD.spoken_keys THEN
            SELECT {_KEYS} INTO NEW.spoken_keys FROM (
                SELECT spokenlanguage_id AS key FROM events_event_languages
                WHERE event_id = NEW.id
            ) AS found;
        END IF;
        RETURN NEW;
    """,  # noqa: S608 (nothing typed is here)
)


def look_up_again(column: str, event: str, *fields: str) -> pgtrigger.Trigger:
    """Have keys of an event looked up whenever a row that they come from comes, goes, or changes in
    one of the fields; `event` finds the event of the row (`{row}`)."""
    old, new = (event.format(row=row) for row in ("OLD", "NEW"))
    before, after = (", ".join(f"{row}.{name}" for name in fields) for row in ("OLD", "NEW"))
    again = f"UPDATE events_event SET {column} = '?' WHERE id = "  # noqa: S608 (our own names)
    return pgtrigger.Trigger(
        name=f"look_up_{column}",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'UPDATE' AND ROW({before}) IS NOT DISTINCT FROM ROW({after}) THEN
                RETURN NULL;
            END IF;
            IF TG_OP <> 'INSERT' THEN {again} ({old}); END IF;
            IF TG_OP <> 'DELETE' THEN {again} ({new}); END IF;
            RETURN NULL;
        """,
    )
