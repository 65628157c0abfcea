"""Lists that go out: what the reader sees, in files that office programs open, and back in."""

import csv
import io

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from actors.importing import running
from actors.importing.kinds import LISTS
from actors.models import Category, ExportRecord, ListImport, Offer, Organisation, TargetGroup
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

    def test_is_read_in_parts_with_the_same_queries_for_each(
        self, client, django_assert_num_queries
    ):
        for _number in range(3):
            make_offer(make_organisation())
        # Twelve of them count the attempt.
        with django_assert_num_queries(19):
            content(client, "offer-csv")
        for _number in range(3):
            make_offer(make_organisation())
        with django_assert_num_queries(19):
            content(client, "offer-csv")

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


class TestWhateverComesIn:
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(st.tuples(*[HOSTILE] * 8), min_size=1, max_size=5))
    def test_is_an_entry_or_an_error_and_never_a_page_that_breaks(self, client, rows):
        by = make_user("admin")
        client.force_login(by)
        Category.objects.get_or_create(key="advice", defaults={"labels": {"de": "Rat"}})
        heading = ["Name", "Kurzname", "Gegründet im Jahr", "Postleitzahl", "Ortsteil", "Website",
                   "Öffentliche E-Mail-Adresse", "Öffentliche Telefonnummer"]  # fmt: skip
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";")
        writer.writerow(["Art", *heading])
        writer.writerows(["Stiftung", *row] for row in rows)
        file = out.getvalue().encode("utf-8", "replace")
        of = running.begin(kind="organisation", filename="<b>.csv", content=file, by=by)
        running.work(list_id=of.pk, by_id=by.pk)
        of.refresh_from_db()
        assert (of.step, of.problem) == ("checked", "")
        for shown in ("new", "suspect", "wrong"):
            page = client.get(of.get_absolute_url(), {"rows": shown})
            assert page.status_code == 200
            assert "<script>alert" not in page.text and "<img src=x" not in page.text
            assert "\u202e" not in page.text
        running.start_writing(of=of, by=by, new_as="published")
        running.work(list_id=of.pk, by_id=by.pk)
        for organisation in Organisation.objects.all():
            organisation.full_clean(exclude=["slug"])
            assert client.get(organisation.get_absolute_url()).status_code == 200
        running.start_undo(of=of, by=by)
        running.work(list_id=of.pk, by_id=by.pk)
        assert ListImport.objects.get(pk=of.pk).step == "undone"
        assert not Organisation.objects.exists() and not Offer.objects.exists()
