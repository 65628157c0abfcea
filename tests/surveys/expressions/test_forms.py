"""Formulas as real questionnaires have them: their patterns, with questions of our own."""

from datetime import datetime

import pytest

from surveys.expressions import Repeated, Scope, compile_expression
from surveys.expressions.moments import BERLIN

ANSWERS = {
    "stage": "founded",
    "founded": 2019,
    "people": 12,
    "volunteers": 4.5,
    "needs": ["rooms", "tools"],
    "room_kind": "kitchen",
    "room_kind_other": "",
    "share_own": 40,
    "share_public": 35.5,
    "share_gifts": 24.5,
    "begin": "2026-03-01",
    "end": "2026-10-31",
    "mail": "anna.b@example.org",
    "postcode": "13125",
    "district": "pankow",
    "wants_contact": "yes",
    "skip": "",
    "project": Repeated(["", "", ""], "project"),
    "project_name": Repeated(["Velo", "Naht", ""], "project"),
    "project_people": Repeated([3, 5, None], "project"),
}

FORMS = [
    # asked if
    ("${stage}='founded'", True),
    ("${stage} = 'founded' or ${stage} = 'in_transition'", True),
    ("selected(${needs}, 'rooms') and ${room_kind}='other'", False),
    ("not(selected(${needs}, 'none')) and count-selected(${needs}) > 0", True),
    ("not(selected(${skip}, 'yes'))", True),
    ("${skip} != 'yes'", True),
    ("${people}>=10 and ${people}<=49", True),
    ("../stage = 'founded'", True),
    ("../../ask/wants_contact='yes' and ${mail} != ''", True),
    ("string-length(${room_kind_other}) > 0", False),
    ("${begin} <= today() and ${end} >= today()", False),
    ("today() > date(${begin} + 30)", True),
    ("(${share_own} + ${share_public}) div 100 > 0.75", True),
    # allowed if
    (". >= 0 and . <= 100", False),
    (". < 18.39 or . > 2000", True),
    (".=''  or regex(., '[0-9]{4}')", True),
    ("regex(${postcode}, '^1[0-4][0-9]{3}$')", True),
    ("regex(${mail}, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,4}')", True),
    ("not(selected(${needs}, 'none') and count-selected(${needs}) > 1)", True),
    ("not(selected(${needs}, 'yes') and selected (${needs}, 'no'))", True),
    (". >= ${founded} and . <= format-date(today(), '%Y')", True),
    ("${share_own} + ${share_public} + ${share_gifts} = 100", True),
    ("${end} > ${begin} and ${end} - ${begin} < 366", True),
    ("number(.) = int(.)", True),
    # required if
    ("true()", True),
    ("${wants_contact} = 'yes'", True),
    # calculated
    ("2+2", 4),
    ("if(${people}=${people}, 'success', 'error')", "success"),
    ("if(${people} < 10, 'small', if(${people} < 50, 'medium', 'large'))", "medium"),
    ("if(${volunteers}='', 0, ${volunteers}) + ${people}", 16.5),
    ("coalesce(${room_kind_other}, ${room_kind})", "kitchen"),
    ("round(${share_own} div ${people}, 1)", 3.3),
    ("int((today() - date('1990-05-17')) div 365.25)", 36),
    ("format-date(${end}, '%d.%m.%Y')", "31.10.2026"),
    ("concat(substring-before(${mail}, '@'), ' at ', substring-after(${mail}, '@'))",
     "anna.b at example.org"),
    ("concat(position(..), '. ', ${project_name})", "2. Naht"),
    ("sum(${project_people}) div count-non-empty(${project_people})", 4),
    ("join(', ', ${project_name})", "Velo, Naht, "),
    ("indexed-repeat(${project_name}, ${project}, 1)", "Velo"),
    ("jr:choice-name(selected-at(${needs}, 0), '${needs}')", "Rooms"),
    ("once(format-date-time(now(), '%Y-%m-%d'))", "2026-11-22"),
    ("once(concat('A-', ${postcode}))", "A-13125"),
    # repeated how often
    ("${people} - 2", 10),
    ("count-selected(${needs})", 2),
    ("count(${project}) + 1", 4),
    # choices that are offered
    ("district=${district}", True),
    ("DISTRICT = ${district} and selected(${needs}, name)", True),
    ("pastel=yes", True),
    ("selected(kinds, ${room_kind}) or name = 'other'", True),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), FORMS, ids=[source for source, _e in FORMS])
def test_a_formula_of_a_questionnaire(source, expected):
    choice = {
        "name": "tools",
        "district": "pankow",
        "DISTRICT": "pankow",
        "pastel": "1",
        "yes": "1",
        "kinds": "office kitchen",
    }
    scope = Scope(
        ANSWERS,
        current=2024,
        position=2,
        choice=choice,
        label=lambda question, key: key.title(),
        now=datetime(2026, 11, 22, 12, tzinfo=BERLIN),
    )
    expression = compile_expression(source, names=ANSWERS, columns=choice)
    assert expression.evaluate(scope) == expected
