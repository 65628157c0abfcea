"""A directory of the size a whole city would need, generated: organisations and offers whose words
are as unevenly frequent as those of a language (Zipf), in up to four languages.

    python -m benchmarks.directory [--offers 100000] [--organisations 30000]

fills an empty database of its own, measures the search at a tenth of it and at all of it, and
prints what a page takes on the server: by the clock, and what Python and the database compute for
it, which means something on a busy machine, too.
"""

import argparse
import itertools
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection, models
from psycopg import sql

from benchmarks import pages
from benchmarks.portal import empty_portal

#: A word that more than a quarter of all offers have, and words that three in a hundred have.
FREQUENT = {"beratung": 0.27, "gemeinsam": 0.28}
ORDINARY = {"nähkurs": 0.03, "fahrradwerkstatt": 0.03, "sozialberatung": 0.02, "chorprobe": 0.03}
#: What to reach, in milliseconds at the 95th percentile.
GOALS = {
    "frequent words": 60,
    "ordinary words": 25,
    "organisations, frequent": 60,
    "… filtered": 60,
    "organisations, ordinary": 25,
    "suggestions": 15,
    "map, whole city": 50,
    "map, Pankow": 50,
    "map, a few streets": 50,
    "map, frequent words": 50,
    "map, organisations": 50,
}
#: What an answer may weigh at most, in kB as it is made (a browser gets it compressed).
SIZES = {kind: 60 for kind in GOALS if kind.startswith("map")}
CITY, PANKOW, STREETS = (
    "bbox=13.08,52.33,13.77,52.68",
    "bbox=13.35,52.52,13.52,52.66",
    "bbox=13.475,52.628,13.488,52.638",
)
LANGUAGES = ("en", "ar", "uk")
SYLLABLES = """
    ab an auf bau ber bin dorf eck fahr fel ga gra hand haus ja kin kul lan lern ma mit nach
    netz ober platz quar rat rei schu sen spiel tag tan treff um ver wald weg wei zen zu
""".split()  # noqa: SIM905 (read as a text)


def words(count: int, letters: random.Random) -> list[str]:
    """Return that many different words, the most frequent first."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(letters.choices(SYLLABLES, k=letters.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(found)


class Writer:
    """Writes texts whose words follow Zipf's law."""

    def __init__(self, seed: int) -> None:
        from actors.models import Category
        from ssoe_portal.common.asking import as_asked

        self.random = random.Random(seed)  # noqa: S311 (texts, not keys)
        # The same words in the same ranks however much is written, so that sizes can be compared.
        self.vocabulary = words(30_000, random.Random(7))  # noqa: S311
        self.weights = list(
            itertools.accumulate(1 / (rank + 3) for rank in range(len(self.vocabulary)))
        )
        #: The categories that each known word names.
        self.named = {
            word: as_asked(word, {"category": Category}).words[0].terms.get("category", set())
            for word in FREQUENT | ORDINARY
        }

    def text(self, length: int, *extra: str) -> str:
        chosen = self.random.choices(self.vocabulary, cum_weights=self.weights, k=length)
        return " ".join([*extra, *chosen])

    def having(self, category: str = "") -> list[str]:
        """Return the known words of an offer, or without a category of an organisation. One that
        names categories is in the texts of theirs: who is found by the category says so, too."""
        return [
            word
            for word, share in (FREQUENT | ORDINARY).items()
            if (
                category in self.named[word]
                if category and self.named[word]
                else self.random.random() < share
            )
        ]


def forgive(*written: type[models.Model]) -> None:
    """Let the tables fill in what a model has a default for: a row here names few columns."""
    with connection.cursor() as cursor:
        for model in written:
            for field in model._meta.concrete_fields:
                if field.null or field.primary_key or field.generated or field.is_relation:
                    continue
                value = field.get_default()
                if value is not None:
                    cursor.execute(
                        sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}").format(
                            sql.Identifier(model._meta.db_table),
                            sql.Identifier(field.column),
                            sql.Literal(value),
                        )
                    )


def fill(organisations: int, offers: int, first: int = 0, seed: int = 7) -> None:
    """Write organisations and offers straight into the tables, as published a while ago; numbers
    go on after `first`."""
    from actors.models import (
        Category,
        Field,
        Network,
        Offer,
        OfferException,
        OfferTime,
        OfferTranslation,
        Organisation,
        Sdg,
        SpokenLanguage,
        TargetGroup,
    )
    from ssoe_portal.common.geography import Area

    writer = Writer(seed + first)
    chance = writer.random
    categories = list(Category.objects.values_list("pk", "key"))
    languages = list(SpokenLanguage.objects.order_by("position").values_list("pk", flat=True))
    groups = list(TargetGroup.objects.values_list("pk", flat=True))
    fields = list(Field.objects.values_list("pk", flat=True))
    sdgs = list(Sdg.objects.values_list("pk", flat=True))
    networks = [
        Network.objects.get_or_create(slug=f"netz-{number}", defaults={"name": f"Netz {number}"})[0]
        for number in range(5)
    ]
    areas = list(Area.objects.values_list("pk", "latitude", "longitude"))
    now = datetime.now(UTC)
    base = 1_000_000 + first
    forgive(Organisation, Offer, OfferTranslation, OfferTime, OfferException)
    with connection.cursor() as cursor:
        # Written as a restore writes it: the history of invented rows is of no use to anyone.
        cursor.execute("SET session_replication_role = replica")
        with cursor.copy(
            "COPY actors_organisation (id, name, short_name, slug, kind, stage, is_nonprofit, "
            f"is_step_free, {', '.join(Organisation.AIDS)}, summary, description, website, email, "
            "phone, status, return_reason, created_at, published_at, confirmed_at, street, "
            "postcode, area_id, latitude, longitude, revision) FROM STDIN"
        ) as copy:
            for number in range(organisations):
                area, latitude, longitude = chance.choice(areas)
                when = now - timedelta(days=chance.randint(1, 400))
                having = writer.having()
                in_name = [word for word in having if chance.random() < 0.2]
                copy.write_row((
                    base + number,
                    f"Beispiel {writer.text(2, *in_name).title()} {base + number}", "",
                    f"beispiel-{base + number}",
                    chance.choice(("agency", "association", "social-enterprise", "initiative")),
                    chance.choice(("established", "new", "transition")),
                    chance.choice((True, False, None)), chance.choice((True, False, None)),
                    *(chance.random() < 0.2 for _aid in Organisation.AIDS),
                    writer.text(14, *having), writer.text(60), "", "", "030 1", "published", "",
                    when, when, when, "", "", area, latitude + chance.uniform(-0.02, 0.02),
                    longitude + chance.uniform(-0.02, 0.02), 1,
                ))  # fmt: skip
        belonging: dict[str, list[tuple[int, int]]] = {
            "fields (organisation_id, field_id)": [
                (base + number, field)
                for number in range(organisations)
                for field in chance.sample(fields, chance.choice((1, 1, 2, 3)))
            ],
            "languages (organisation_id, spokenlanguage_id)": [
                (base + number, language)
                for number in range(organisations)
                for language in {languages[0], *chance.choices(languages, k=chance.choice((0, 1)))}
            ],
            "target_groups (organisation_id, targetgroup_id)": [
                (base + number, group)
                for number in range(organisations)
                for group in chance.sample(groups, chance.choice((0, 1, 2)))
            ],
            "sdgs (organisation_id, sdg_id)": [
                (base + number, goal)
                for number in range(organisations)
                for goal in chance.sample(sdgs, chance.choice((0, 0, 0, 1, 3)))
            ],
        }
        for into, links in belonging.items():
            with cursor.copy(f"COPY actors_organisation_{into} FROM STDIN") as copy:
                for link in links:
                    copy.write_row(link)
        with cursor.copy(
            "COPY actors_networkmembership (organisation_id, network_id, role, commitment) "
            "FROM STDIN"
        ) as copy:
            for number in range(0, organisations, 7):
                copy.write_row((base + number, chance.choice(networks).pk, "", ""))
        rows: list[tuple[int, int]] = []
        translations: list[tuple] = []
        with cursor.copy(
            "COPY actors_offer (id, organisation_id, title, slug, category_id, summary, "
            "description, cost, price, appointment, is_women_only, has_childcare, is_step_free, "
            "is_online, papers, schedule, place_name, takes_requests, phone, status, "
            "return_reason, created_at, published_at, confirmed_at, street, postcode, area_id, "
            "latitude, longitude, revision) FROM STDIN"
        ) as copy:
            for number in range(offers):
                key = base + number
                area, latitude, longitude = chance.choice([*areas, (None, None, None)])
                when = now - timedelta(minutes=chance.randint(1, 500_000))
                category, category_key = chance.choice(categories)
                having = writer.having(category_key)
                in_title = [word for word in having if chance.random() < 0.2]
                copy.write_row((
                    key, base + chance.randrange(organisations),
                    writer.text(4, *in_title), f"angebot-{key}", category,
                    writer.text(14, *having), writer.text(chance.randint(20, 100)),
                    chance.choices(("free", "donation", "price"), (7, 1, 2))[0], "",
                    chance.choices(("none", "registration", "required"), (5, 3, 2))[0],
                    chance.random() < 0.08, chance.random() < 0.1, chance.random() < 0.4,
                    chance.random() < 0.1, "", "Di 16 Uhr", "", True, "", "published", "", when,
                    when, when, "", "", area,
                    None if latitude is None else latitude + chance.uniform(-0.02, 0.02),
                    None if longitude is None else longitude + chance.uniform(-0.02, 0.02), 1,
                ))  # fmt: skip
                spoken = {languages[0], *chance.choices(languages, k=chance.choice((0, 0, 1, 2)))}
                rows += [(key, language) for language in spoken]
                into = LANGUAGES[: chance.choices((0, 1, 2, 3), (40, 30, 15, 15))[0]]
                translations += [
                    (key, language, 1, "person", writer.text(4), writer.text(14), writer.text(40))
                    + ("",) * 4
                    for language in into
                ]
        with cursor.copy(
            "COPY actors_offer_languages (offer_id, spokenlanguage_id) FROM STDIN"
        ) as copy:
            for row in rows:
                copy.write_row(row)
        with cursor.copy(
            "COPY actors_offer_target_groups (offer_id, targetgroup_id) FROM STDIN"
        ) as copy:
            for number in range(offers):
                for group in chance.sample(groups, chance.choice((0, 1, 1, 2))):
                    copy.write_row((base + number, group))
        with cursor.copy(
            "COPY actors_offertranslation (original_id, language, base_revision, origin, title, "
            "summary, description, schedule, papers, price, place_name) FROM STDIN"
        ) as copy:
            for row in translations:
                copy.write_row(row)
        write_times(cursor, range(base, base + offers), chance)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(
            "SELECT actors_refresh_offersearch(ARRAY(SELECT id FROM actors_offer WHERE id >= %s))",
            [base],
        )
        cursor.execute(
            "SELECT actors_refresh_organisationsearch("
            "ARRAY(SELECT id FROM actors_organisation WHERE id >= %s))",
            [base],
        )


def write_times(cursor, offers: range, chance: random.Random) -> None:
    """Give every third offer times: one to five days a week, some of them for a season; and every
    tenth of these an exception of the weeks around today."""
    today = datetime.now(UTC).date()
    timed = offers[::3]
    with cursor.copy(
        "COPY actors_offertime (offer_id, weekday, opens, closes, rhythm, valid_from, valid_until) "
        "FROM STDIN"
    ) as copy:
        for key in timed:
            opens = chance.randint(8, 19)
            closes = min(opens + chance.choice((1, 2, 2, 3, 8)), 22)
            begin = (
                today - timedelta(days=chance.randint(0, 200)) if chance.random() < 0.3 else None
            )
            end = begin + timedelta(days=chance.randint(20, 400)) if begin else None
            rhythm = chance.choices(("weekly", "first", "last"), (8, 1, 1))[0]
            for weekday in chance.sample(range(7), chance.choice((1, 1, 1, 2, 5))):
                copy.write_row((key, weekday, f"{opens}:00", f"{closes}:00", rhythm, begin, end))
    with cursor.copy(
        "COPY actors_offerexception (offer_id, first_day, last_day, opens, closes, note) FROM STDIN"
    ) as copy:
        for key in timed[::10]:
            first = today + timedelta(days=chance.randint(-20, 40))
            length = chance.choice((1, 1, 14))
            hours = chance.choice(((None, None), ("10:00", "13:00")))
            copy.write_row((key, first, first + timedelta(days=length - 1), *hours, ""))


def questions() -> Iterator[tuple[str, list[str]]]:
    """Yield kinds of search pages with their addresses."""
    yield "frequent words", [f"/de/offers/?q={word}" for word in FREQUENT]
    yield "frequent, filtered", [f"/de/offers/?q={word}&cost=free" for word in FREQUENT]
    yield "frequent, nearest", [f"/de/offers/?q={word}&near=13125" for word in FREQUENT]
    yield "frequent, page 40", [f"/de/offers/?q={word}&page=40" for word in FREQUENT]
    yield "frequent, open now", [f"/de/offers/?q={word}&when=now" for word in FREQUENT]
    yield "frequent, evenings", [f"/de/offers/?q={word}&when=evening" for word in FREQUENT]
    yield "open now", ["/de/offers/?when=now", "/de/offers/?when=today&area=buch"]
    yield "on a weekday", ["/de/offers/?when=monday", "/de/offers/?when=weekend&cost=free"]
    yield "ordinary words", [f"/de/offers/?q={word}" for word in ORDINARY]
    yield "ordinary, in English", [f"/en/offers/?q={word}" for word in ORDINARY]
    yield "two words", ["/de/offers/?q=gemeinsam+nähkurs", "/de/offers/?q=chorprobe+Buch"]
    yield "misspelt", ["/de/offers/?q=nähkrus", "/de/offers/?q=fahradwerkstatt"]
    yield "no words", ["/de/offers/", "/de/offers/?category=housing&area=buch"]
    yield "everything", ["/de/search/?q=gemeinsam", "/de/search/?q=chorprobe"]
    there = "/de/organisations/"
    yield "organisations, frequent", [f"{there}?q={word}" for word in FREQUENT]
    yield "… filtered", [f"{there}?q={word}&kind=agency&step_free=1" for word in FREQUENT]
    yield "… nearest", [f"{there}?q={word}&near=13125" for word in FREQUENT]
    yield "… page 40", [f"{there}?q={word}&page=40" for word in FREQUENT]
    yield "organisations, ordinary", [f"{there}?q={word}" for word in ORDINARY]
    yield "organisations, misspelt", [f"{there}?q=nähkrus", f"{there}?q=chorpobe"]
    yield "organisations, no words", [there, f"{there}?kind=agency&area=buch"]
    there = "/de/offers/map/"
    yield "map, whole city", [f"{there}?{CITY}", f"{there}?{CITY}&category=housing&cost=free"]
    yield "map, Pankow", [f"{there}?{PANKOW}", f"/en/offers/map/?{PANKOW}&q=nähkurs"]
    yield "map, a few streets", [f"{there}?{STREETS}", f"/en/offers/map/?{STREETS}&cost=free"]
    yield "map, frequent words", [f"{there}?{CITY}&q={word}" for word in FREQUENT]
    there = "/de/organisations/map/"
    yield "map, organisations", [f"{there}?{CITY}", f"{there}?{STREETS}", f"{there}?{CITY}&q=chor"]
    typed = [word[:length] for word in (*FREQUENT, *ORDINARY) for length in (2, 3, 5)]
    yield "suggestions", [f"/de/search/suggestions/?q={letters}" for letters in typed]


def settle() -> None:
    """Bring the database into the state it has after a quiet night."""
    from ssoe_portal.common import known_words

    known_words.learn()
    pages.settle()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.directory")
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument("--organisations", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    with empty_portal():
        measured = []
        done = (0, 0)
        for share in (10, 1):
            size = (args.organisations // share, args.offers // share)
            began = time.perf_counter()
            fill(size[0] - done[0], size[1] - done[1], first=max(done))
            settle()
            print(
                f"\n{size[0]} organisations, {size[1]} offers "
                f"(written in {time.perf_counter() - began:.0f} s)"
            )
            measured.append(pages.report(pages.Reader(), questions(), args.rounds, GOALS, SIZES))
            done = size
        print("\nGrowth of p95 from a tenth to all, wanted at most threefold")
        for kind, after in measured[1].items():
            print(f"{kind:24}{after / measured[0][kind]:9.1f}")
        print(f"\nMemory of this process: {pages.megabytes():.0f} MB")


if __name__ == "__main__":
    main()
