"""The report: who registered, who came, where and when."""

import csv
import io
import uuid
from datetime import timedelta

import pytest

from events import anonymising, reporting
from events.arriving import ENTRANCE, Place, check_in
from events.models import ExportLog
from tests.events.world import (
    desk_url,
    in_days,
    make_event,
    make_group,
    make_item,
    make_registration,
    make_venue,
)
from tests.world import make_organisation

pytestmark = pytest.mark.django_db


def arrive(event, people: int, *, code: str = "", place=ENTRANCE, **fields) -> None:
    check_in(event=event, code=code, people=people, key=uuid.uuid4(), place=place, **fields)


@pytest.fixture
def past():
    """Ten people with places in three parties: one comes whole, one in part, one not at all."""
    event = make_event(starts_at=in_days(-2), ends_at=in_days(-1.8))
    hall, yard = make_venue(event, name="Halle"), make_venue(event, name="Hof", position=1)
    soup = make_item(hall, title="Suppe")
    whole = make_registration(event, size=4, children=2, access_needs="Rollstuhl")
    part = make_registration(event, size=3, interpreting="Arabisch")
    make_registration(event, size=3, interpreting="arabic")
    make_registration(event, size=5, state="waiting")
    make_registration(event, state="cancelled")
    first = in_days(-2)
    arrive(event, 4, code=whole.code, arrived_at=first)
    arrive(event, 1, code=part.code, arrived_at=first + timedelta(minutes=50))
    arrive(event, 1, code=part.code, arrived_at=first + timedelta(minutes=70))
    arrive(event, 2, code=whole.code, place=Place("venue", venue=yard), arrived_at=first)
    arrive(event, 6, arrived_at=first)
    arrive(event, 7, place=Place("item", item=soup), arrived_at=first)
    return event


class TestReport:
    def test_counts_a_party_once_and_people_at_sessions_by_themselves(self, past):
        made = reporting.report(past)
        assert (made.registered, made.registered_parties) == (10, 3)
        assert (made.came, made.came_parties, made.walk_ins, made.people) == (6, 2, 6, 12)
        assert (made.missing, made.missing_parties) == (4, 1)
        assert (made.waiting, made.waiting_parties, made.cancelled_parties) == (5, 1, 1)
        assert (made.children, made.access_parties) == (2, 1)

    def test_says_where_and_when(self, past):
        made = reporting.report(past)
        at = {reporting.place_name(each.place): each.people for each in made.places}
        assert at["Eingang der Veranstaltung"] == 12
        assert at["Hof"] == 2
        assert [people for name, people in at.items() if name.endswith(" Suppe")] == [7]
        assert [people for _hour, people in made.hours] == [13, 1]
        assert [share for _hour, _people, share in made.bars] == [100, 8]

    def test_says_the_same_once_names_are_gone(self, past):
        before = reporting.report(past)
        assert before.interpreting == [("Arabisch", 2)]
        anonymising.anonymise(past.registrations.all())
        after = reporting.report(past)
        for name in ("came", "missing", "access_parties", "children", "interpreting", "hours"):
            assert getattr(after, name) == getattr(before, name), name

    def test_says_what_each_group_had_and_who_of_it_came(self, client, manager, past):
        group = make_group(past, organisation=make_organisation("Beispiel Haus"), families=2)
        family = group.registrations.first()
        make_registration(past, group=group, email="", size=4, state="waiting")
        arrive(past, 1, code=family.code)
        made = reporting.report(past)
        assert made.groups == [reporting.OfGroup("Beispiel Haus", 2, 4, 1)]
        assert made.came == 7
        anonymising.anonymise(past.registrations.all())
        assert reporting.report(past).groups == made.groups
        assert "Beispiel Haus" in client.get(desk_url("report", past)).text
        text = client.get(desk_url("report-csv", past)).content.decode("utf-8-sig")
        assert "Gruppe: gekommene Personen;Beispiel Haus;1" in text

    def test_keeps_groups_of_organisations_of_one_name_apart(self, past):
        for families in (1, 2):
            house = make_organisation("Beispiel Haus")
            make_group(past, organisation=house, families=families)
        assert [group.parties for group in reporting.report(past).groups] == [1, 2]

    def test_of_an_event_nobody_came_to_is_empty(self, client, manager):
        assert "Es wurde niemand gezählt." in client.get(desk_url("report", make_event())).text

    def test_says_of_nobody_that_they_stayed_away_before_it_is_over(self, client, manager, past):
        to_come = make_registration(size=4).event
        said = {}
        for event in (past, to_come):
            page = client.get(desk_url("report", event)).text
            table = client.get(desk_url("report-csv", event)).content.decode("utf-8-sig")
            said[event] = ("davon kamen nicht" in page, "nicht kamen" in table)
        assert said == {past: (True, True), to_come: (False, False)}

    @pytest.mark.parametrize("rows", [1, 3])
    def test_page_takes_as_many_queries(self, client, manager, django_assert_num_queries, rows):
        event = make_event()
        for _ in range(rows):
            make_item(make_venue(event))
            party = make_registration(event, interpreting="Arabisch")
            arrive(event, 1, code=party.code)
        client.get(desk_url("report", event))
        with django_assert_num_queries(11):
            client.get(desk_url("report", event))

    def test_goes_out_as_a_table(self, client, manager, past):
        make_venue(past, name="=1+1", position=2)
        arrive(past, 1, place=Place("v", venue=past.venues.get(name="=1+1")))
        answer = client.get(desk_url("report-csv", past))
        text = answer.content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        assert ["Personen, die kamen", "alle", "13"] in rows
        assert ["Personen nach Ort", "'=1+1", "1"] in rows
        assert not ExportLog.objects.exists()


class TestSheet:
    def test_has_a_box_for_each_person_and_is_recorded(self, client, manager):
        party = make_registration(size=3, name="Amira")
        arrive(party.event, 1, code=party.code)
        make_registration(party.event, state="waiting", name="Jonas")
        path = desk_url("door-sheet", party.event)
        assert client.get(path).url == desk_url("door", party.event)
        assert not ExportLog.objects.exists()
        text = client.post(path).text
        assert "Amira" in text and party.code in text and "Jonas" not in text
        assert party.email not in text
        assert text.count("sheet__box--here") == 1
        assert text.split("<h2")[0].count('class="sheet__box') >= 3
        log = ExportLog.objects.get()
        assert (log.by, log.event, log.rows) == (manager, party.event, 1)

    def test_names_everybody_where_the_event_asks_for_names(self, client, manager):
        party = make_registration(size=3, name="Amira", companions=["Basma", "Celil"])
        assert "Basma, Celil" in client.post(desk_url("door-sheet", party.event)).text
