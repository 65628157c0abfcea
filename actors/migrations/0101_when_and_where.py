"""The search's rows follow the times of offers, and what the house has that they are in."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("actors.migrations.0002_offer_search").FUNCTIONS


def part(name: str) -> str:
    """Return the statement that makes a function."""
    begin = BEFORE.index(f"CREATE FUNCTION {name}(")
    end = min(
        BEFORE.index(ending, begin) + len(ending)
        for ending in ("\n$$;\n", "\nEND $$;\n")
        if ending in BEFORE[begin:]
    )
    return BEFORE[begin:end].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def edited(text: str, **changes: tuple[str, str]) -> str:
    for name, (old, new) in changes.items():
        assert text.count(old) == 1, name
        text = text.replace(old, new)
    return text


REFRESH = part("actors_refresh_offersearch")
CHANGED = part("actors_offer_changed")
ORGANISATION_CHANGED = part("actors_offers_organisation_changed")

# Which weekdays (bit 0 is Monday) and whether after 18:00 (bit 7), as of a day: what has ended
# before counts no more.
WEEK_OF = """
CREATE FUNCTION actors_week_of(of_offer bigint, day date) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT bit_or(
            1 << weekday
            | CASE WHEN closes > '18:00' OR closes = '0:00' THEN 128 ELSE 0 END
        )
        FROM actors_offertime WHERE offer_id = of_offer AND (valid_until IS NULL OR valid_until >= day)
    ), 0)
$$;
"""

NEW_REFRESH = edited(
    REFRESH,
    columns=(
        "traits, latitude, longitude, fresh\n    )",
        "traits, week, week_until, latitude, longitude, fresh\n    )",
    ),
    traits=(
        "| CASE WHEN offer.is_online THEN 512 ELSE 0 END,",
        """| CASE WHEN offer.is_online THEN 512 ELSE 0 END
            | CASE WHEN house.is_there AND organisation.has_lift THEN 1024 ELSE 0 END
            | CASE WHEN house.is_there AND organisation.has_accessible_toilet THEN 2048 ELSE 0 END
            | CASE WHEN house.is_there AND organisation.has_induction_loop THEN 4096 ELSE 0 END
            | CASE WHEN house.is_there AND organisation.has_quiet_room THEN 8192 ELSE 0 END
            | CASE WHEN offer.residence_status = 'not-asked' THEN 16384 ELSE 0 END,
        week.bits,
        week.until,""",
    ),
    sources=(
        "    CROSS JOIN LATERAL (\n        SELECT\n            setweight",
        """    -- As `Offer.is_at_organisation` says it.
    CROSS JOIN LATERAL (
        SELECT offer.street = '' AND offer.postcode = '' AND offer.area_id = organisation.area_id
            AS is_there
    ) AS house
    CROSS JOIN LATERAL (
        SELECT
            actors_week_of(offer.id, today.day) AS bits,
            (
                SELECT min(valid_until) FROM actors_offertime
                WHERE offer_id = offer.id AND valid_until >= today.day
            ) AS until
        FROM (SELECT (now() AT TIME ZONE 'Europe/Berlin')::date AS day) AS today
    ) AS week
    CROSS JOIN LATERAL (
        SELECT
            setweight""",
    ),
    tokens=(
        "CASE WHEN offer.is_online THEN 'trait=online' END",
        """CASE WHEN offer.is_online THEN 'trait=online' END,
            CASE WHEN week.bits & 1 > 0 THEN 'trait=monday' END,
            CASE WHEN week.bits & 2 > 0 THEN 'trait=tuesday' END,
            CASE WHEN week.bits & 4 > 0 THEN 'trait=wednesday' END,
            CASE WHEN week.bits & 8 > 0 THEN 'trait=thursday' END,
            CASE WHEN week.bits & 16 > 0 THEN 'trait=friday' END,
            CASE WHEN week.bits & 32 > 0 THEN 'trait=saturday' END,
            CASE WHEN week.bits & 64 > 0 THEN 'trait=sunday' END,
            CASE WHEN week.bits & 96 > 0 THEN 'trait=weekend' END,
            CASE WHEN week.bits & 128 > 0 THEN 'trait=evening' END""",
    ),
    update=(
        "traits = excluded.traits, ",
        "traits = excluded.traits, week = excluded.week, week_until = excluded.week_until,\n        ",
    ),
)

# What is deleted along with its offer must not bring the offer's row back.
NEW_CHANGED = edited(
    CHANGED,
    deleted=(
        "    IF ids IS NOT NULL THEN",
        """    IF TG_OP = 'DELETE' THEN
        ids := ARRAY(SELECT offer_id FROM actors_offersearch WHERE offer_id = ANY (ids));
    END IF;
    IF ids IS NOT NULL THEN""",
    ),
)

OF_HOUSE = (
    "area_id, {0}.has_lift, {0}.has_accessible_toilet, {0}.has_induction_loop, {0}.has_quiet_room"
)
NEW_ORGANISATION_CHANGED = edited(
    ORGANISATION_CHANGED,
    old=("OLD.short_name)", f"OLD.short_name, OLD.{OF_HOUSE.format('OLD')})"),
    new=("NEW.short_name)", f"NEW.short_name, NEW.{OF_HOUSE.format('NEW')})"),
)

TRIGGERS = "\n".join(
    f"""
    CREATE TRIGGER offersearch_{event.lower()} AFTER {event} ON actors_offertime
        REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT
        EXECUTE FUNCTION actors_offer_changed('offer_id');"""
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)
UNDO = "\n".join(
    f"DROP TRIGGER offersearch_{event} ON actors_offertime;"
    for event in ("insert", "update", "delete")
)

ALL = "SELECT actors_refresh_offersearch(ARRAY(SELECT id FROM actors_offer))"


class Migration(migrations.Migration):
    dependencies = [("actors", "0100_when_and_where")]

    operations = [
        migrations.RunSQL(
            WEEK_OF + NEW_REFRESH + NEW_CHANGED + NEW_ORGANISATION_CHANGED + TRIGGERS,
            UNDO
            + REFRESH
            + CHANGED
            + ORGANISATION_CHANGED
            + "DROP FUNCTION actors_week_of(bigint, date);",
        ),
        migrations.RunSQL(ALL, migrations.RunSQL.noop),
    ]
