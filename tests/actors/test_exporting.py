"""Lists that go out: what the reader sees, in files that office programs open, and back in."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from actors import exporting
from actors.importing import running
from actors.importing.kinds import LISTS
from actors.models import ExportRecord, ListImport, Offer, Organisation, TargetGroup
from ssoe_portal.common.vocabulary import Term
from tests.world import (
    make_area,
    make_category,
    make_contact,
    make_language,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

#: What a file needs, whatever its ending. Four of them count the attempt.
QUERIES = {
    ("organisation", "visitor"): 13,
    ("offer", "visitor"): 11,
    ("organisation", "reviewer"): 19,
    ("offer", "reviewer"): 17,
}


def content(client, name: str, language: str = "de", **query) -> bytes:
    address = reverse(f"actors:{name}").replace("/de/", f"/{language}/")
    answer = client.get(address, query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def table(client, name: str, **query) -> list[list[str]]:
    text = content(client, name, **query).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


class TestWhatGoesOut:
    def test_is_what_everyone_may_read(self, client):
        public = make_organisation("Beispiel Offen", email="offen@example.org")
        make_organisation("Beispiel Entwurf", status="draft")
        make_contact(public, name="Samira Beispiel", audience="staff")
        make_member(public, email="leitung@example.org")
        rows = table(client, "organisation-csv")
        assert rows[0][:3] == ["Adresse auf dem Portal", "Name", "Kurzname"]
        assert [row[1] for row in rows[1:]] == ["Beispiel Offen"]
        text = content(client, "organisation-csv").decode()
        assert "offen@example.org" in text
        assert "Samira" not in text and "leitung@example.org" not in text
        assert not ExportRecord.objects.exists()

    @pytest.mark.parametrize("role", ["visitor", "stranger", "editor", "owner", "event_manager"])
    @pytest.mark.parametrize("kind", LISTS)
    def test_is_the_same_for_all_but_the_task_force(self, client, kind, role):
        public = make_organisation("Beispiel Offen")
        make_offer(public, title="Offener Kurs")
        make_organisation("Beispiel Entwurf", status="draft")
        make_offer(public, title="Kurs im Entwurf", status="draft")
        make_contact(public, name="Samira Beispiel", audience="staff")
        make_member(public, email="leitung@example.org")
        if role == "event_manager":
            client.force_login(make_user(role))
        elif role != "visitor":
            home = make_organisation(status="draft") if role == "stranger" else public
            client.force_login(make_member(home, "editor" if role == "editor" else "owner"))
        heading, *rows = table(client, f"{kind}-csv")
        shown = {"organisation": "Beispiel Offen", "offer": "Offener Kurs"}
        assert [row[1] for row in rows] == [shown[kind]]
        columns = LISTS[kind](AnonymousUser()).columns
        assert heading == [column.heading for column in columns.all if not column.is_internal]
        text = content(client, f"{kind}-csv").decode()
        assert "Samira" not in text and "leitung@example.org" not in text
        assert not ExportRecord.objects.exists()

    def test_has_days_as_they_are_in_berlin(self, client):
        home = make_organisation()
        late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
        Organisation.objects.filter(pk=home.pk).update(published_at=late)
        client.force_login(make_user("reviewer"))
        heading, row = table(client, "organisation-csv")
        assert row[heading.index("Veröffentlicht am")] == "02.07.2026"

    def test_has_for_staff_what_only_they_may_read_and_says_so_in_the_log(self, client):
        public = make_organisation("Beispiel Offen")
        make_contact(public, name="Samira Beispiel", audience="staff")
        make_member(public, email="leitung@example.org")
        make_offer(public)
        reviewer = make_user("reviewer")
        client.force_login(reviewer)
        for name in ("organisation-csv", "offer-csv"):
            text = content(client, name).decode()
            assert "Samira Beispiel" in text and "leitung@example.org" in text
        kept = ExportRecord.objects.order_by("pk").values_list("by", "kind", "rows")
        assert list(kept) == [(reviewer.pk, "organisation", 1), (reviewer.pk, "offer", 1)]

    def test_follows_the_filters_of_the_page(self, client):
        make_organisation("Beispiel Stiftung", kind="foundation")
        make_organisation("Beispiel Verein", kind="association")
        rows = table(client, "organisation-csv", kind="foundation")
        assert [row[1] for row in rows[1:]] == ["Beispiel Stiftung"]
        make_offer(title="Nähen", cost="free")
        make_offer(title="Kochen", cost="price")
        assert [row[1] for row in table(client, "offer-csv", cost="free")[1:]] == ["Nähen"]
        page = client.get(reverse("actors:offer-list"), {"cost": "free", "page": "1"}).text
        assert "/de/offers/list.csv?cost=free" in page

    def test_says_no_only_where_somebody_has_said_so(self, client):
        make_organisation("Beispiel A", has_lift=True, is_step_free=False, is_nonprofit=None)
        make_offer(make_organisation("Beispiel B"), is_women_only=True, takes_requests=False)
        heading, first, second = table(client, "organisation-csv")
        aids = [heading.index(name) for name in ("Aufzug", "Barrierefreie Toilette", "Ruheraum")]
        assert [first[at] for at in aids] == ["ja", "", ""]
        assert [second[at] for at in aids] == ["", "", ""]
        at = heading.index("Stufenloser Eingang")
        assert (first[at], second[at]) == ("nein", "")
        heading, offer = table(client, "offer-csv")
        said = {
            name: offer[heading.index(name)] for name in ("Nur für Frauen", "Mit Kinderbetreuung")
        }
        assert said == {"Nur für Frauen": "ja", "Mit Kinderbetreuung": ""}
        assert "nein" in offer  # nobody can sign up through the portal: that is said

    def test_is_no_formula(self, client):
        make_organisation('=HYPERLINK("http://evil.example")', phone="+49 30 12345")
        (row,) = table(client, "organisation-csv")[1:]
        assert row[1].startswith("'=") and "+49 30 12345" in row
        offer = make_offer(title="=1+1")
        offer.target_groups.add(TargetGroup.objects.create(key="all", labels={"de": "=2+2"}))
        heading, row = table(client, "offer-csv")
        assert row[heading.index("Titel")] == "'=1+1" and row[heading.index("Für wen")] == "'=2+2"
        for name in ("organisation-xlsx", "offer-xlsx"):
            book = load_workbook(io.BytesIO(content(client, name)))
            cells = [cell for cells in book.active.rows for cell in cells]
            assert any(str(cell.value).startswith("'=") for cell in cells)
            assert all(cell.data_type != "f" for cell in cells)

    def test_opens_in_excel(self, client):
        make_offer(title="Größer denken")
        book = load_workbook(io.BytesIO(content(client, "offer-xlsx", language="en")))
        heading, row = ([cell.value for cell in cells] for cells in book.active.rows)
        assert heading[1] == "Title" and row[1] == "Größer denken"
        answer = client.get(reverse("actors:offer-xlsx"))
        assert answer["Content-Disposition"].endswith('.xlsx"')

    @pytest.mark.parametrize("role", ["visitor", "reviewer"])
    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    @pytest.mark.parametrize("kind", LISTS)
    def test_needs_the_same_queries_for_one_row_and_for_four(
        self, client, kind, ending, role, django_assert_num_queries
    ):
        if role == "reviewer":
            client.force_login(make_user("reviewer"))
        for number in (1, 3):
            for _row in range(number):
                home = make_organisation()
                make_member(home)
                make_contact(home)
                if kind == "offer":
                    make_offer(home)
            with django_assert_num_queries(QUERIES[kind, role]):
                content(client, f"{kind}-{ending}")

    @pytest.mark.parametrize("kind", LISTS)
    def test_is_read_in_parts_in_the_order_of_the_list(self, kind, monkeypatch):
        monkeypatch.setattr(exporting, "AT_ONCE", 2)
        make = make_offer if kind == "offer" else make_organisation
        items = [make() for _row in range(6)]
        keys = [items[number].pk for number in (3, 0, 5, 1, 4)]

        def read(number: int) -> tuple[list[str], int]:
            rows = exporting.table(kind, keys[:number], reader=AnonymousUser())
            with CaptureQueriesContext(connection) as queries:
                return [row[0] for row in rows][1:], len(queries)

        one, two, three = read(2)[1], read(4)[1], read(5)[1]
        assert 0 < three - two == two - one
        rows = exporting.table(kind, keys, reader=AnonymousUser())
        items[5].archive()  # after the list was asked for
        assert [row[0] for row in rows][1:] == [items[n].slug for n in (3, 0, 1, 4)]

    def test_is_limited(self, client, settings):
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"export": "1/h/ip"}
        content(client, "offer-csv")
        assert client.get(reverse("actors:organisation-xlsx")).status_code == 429


class TestWhatComesBack:
    @pytest.mark.parametrize("language", ["de", "en"])
    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_changes_nothing(self, client, ending, language):
        by = make_user("admin")
        home = make_organisation(
            "=Beispiel-Haus",
            area=make_area("buch"),
            short_name="'quoted",
            other_names="Eins\nZwei",
            is_nonprofit=True,
            is_step_free=None,
            founded=2019,
            website="https://example.org/",
        )
        group = TargetGroup.objects.create(key="women", labels={"de": "Frauen", "en": "Women"})
        home.target_groups.add(group)
        offer = make_offer(home, category=make_category(), age_from=6, area=home.area, price="-3 €")
        offer.languages.add(make_language("ar"), make_language("uk"))
        client.force_login(by)
        for kind in ("organisation", "offer"):
            file = content(client, f"{kind}-{ending}", language=language)
            of = running.begin(kind=kind, filename="x", content=file, by=by)
            running.work(list_id=of.pk, by_id=by.pk)
            rows = of.rows.values_list("outcome", "values", "errors")
            assert list(rows) == [("unchanged", {}, [])]

    @pytest.mark.parametrize("kind", LISTS)
    def test_has_headings_that_mean_one_column_each(self, kind):
        columns = LISTS[kind](make_user("admin")).columns
        for number in range(2):
            headings = [column.headings[number].casefold() for column in columns.all]
            assert len(set(headings)) == len(headings)
        for column in columns.all:
            for heading in column.headings:
                assert columns.assign([heading]) == [column.name if column.comes_in else ""]

    def test_has_terms_that_are_told_apart_by_their_names(self):
        columns = [
            column
            for kind in LISTS.values()
            for column in kind(make_user("admin")).columns.incoming
            if column.field is not None and column.field.is_relation
        ]
        assert {column.name for column in columns} >= {"area", "category", "languages", "sdgs"}
        for column in columns:
            model = column.field.related_model
            assert issubclass(model, Term)
            for language in ("de", "en"):
                names = [term.labels[language].casefold() for term in model.in_file()]
                assert len(set(names)) == len(names)
                assert not any(";" in name for name in names)


HOSTILE = st.one_of(
    # A file with NUL is no text table at all.
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "\u202egro.elpmaxe",
            "\x07\x1b[31m",
            "'; DROP TABLE actors_organisation; --",
            "{{ settings.SECRET_KEY }}",
            "%s %(x)s",
            "../../etc/passwd",
            "=cmd|' /C calc'!A0",
            "😀" * 40,
            "A" * 5_000,
            "99999999999999999999",
            "-1",
            "NaN",
            "1e9",
            "13125",
            "00000",
        ]
    ),
)


#: Columns of a row in which one cell is hostile, with what the others hold.
CELLS = {
    "Name": "",  # another one in each row
    "Art": "Stiftung",
    "Kurzname": "",
    "Weitere Namen": "",
    "Gegründet im Jahr": "2019",
    "In einem Satz": "Wir helfen.",
    "Beschreibung": "",
    "Straße und Hausnummer": "",
    "Postleitzahl": "13125",
    "Ortsteil": "Buch",
    "Website": "https://example.org/",
    "Öffentliche E-Mail-Adresse": "haus@example.org",
    "Öffentliche Telefonnummer": "030 123456",
    "Zum Zugang": "",
}
SCRIPT = "<script>alert(1)</script>"


#: What may hold whatever somebody writes; it is only ever shown as text.
TEXTS = {"Name", "Kurzname", "Beschreibung"}


class TestWhateverComesIn:
    @pytest.fixture
    def by(self, client):
        user = make_user("admin")
        client.force_login(user)
        make_area("buch", labels={"de": "Buch", "en": "Buch"})
        return user

    @settings(
        max_examples=15,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(rows=st.lists(st.tuples(st.sampled_from(list(CELLS)), HOSTILE), min_size=1, max_size=8))
    @example(rows=[("Name", SCRIPT), ("Kurzname", SCRIPT), ("Beschreibung", SCRIPT)])
    def test_is_an_entry_or_an_error_and_never_a_page_that_breaks(self, client, by, rows):
        out = io.StringIO()
        writer = csv.DictWriter(out, CELLS, delimiter=";")
        writer.writeheader()
        for number, (column, text) in enumerate(rows):
            writer.writerow(CELLS | {"Name": f"Beispiel {number}"} | {column: text})
        file = out.getvalue().encode("utf-8", "replace")
        of = running.begin(kind="organisation", filename="<b>.csv", content=file, by=by)
        running.work(list_id=of.pk, by_id=by.pk)
        of.refresh_from_db()
        assert (of.step, of.problem, of.total) == ("checked", "", len(rows))
        for shown in ("new", "suspect", "wrong"):
            page = client.get(of.get_absolute_url(), {"rows": shown})
            assert page.status_code == 200
            assert "<script>alert" not in page.text and "<img src=x" not in page.text
            assert "\u202e" not in page.text
        to_write = of.rows.to_write().count()
        if all(column in TEXTS and text == SCRIPT for column, text in rows):
            assert to_write == len(rows)
        running.start_writing(of=of, by=by, new_as="published")
        running.work(list_id=of.pk, by_id=by.pk)
        assert Organisation.objects.count() == to_write
        for organisation in Organisation.objects.all():
            organisation.full_clean(exclude=["slug"])
            page = client.get(organisation.get_absolute_url())
            assert page.status_code == 200
            assert "<script>alert" not in page.text and "<img src=x" not in page.text
        running.start_undo(of=of, by=by)
        running.work(list_id=of.pk, by_id=by.pk)
        assert ListImport.objects.get(pk=of.pk).step == "undone"
        assert not Organisation.objects.exists() and not Offer.objects.exists()
