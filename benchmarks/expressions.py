"""How long formulas of a questionnaire take: microseconds for working one out, without a database.

    python -m benchmarks.expressions

A page with forty questions asks about a hundred of them.
"""

import timeit
from datetime import datetime

from django.conf import settings

#: What to reach: microseconds a formula on average, and for reading one for the first time.
WORKING_OUT, READING = 20, 1_000
ROUNDS = 20_000

FORMULAS = [
    "${stage} = 'founded'",
    "${people} >= 10 and ${people} <= 49",
    "selected(${needs}, 'rooms') and not(selected(${needs}, 'none'))",
    ". >= 0 and . <= 100 and . = int(.)",
    "regex(${mail}, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}')",
    "${share_own} + ${share_public} + ${share_gifts} = 100",
    "if(${people} < 10, 'small', if(${people} < 50, 'medium', 'large'))",
    "district = ${district} and selected(${needs}, name)",
    "int((today() - date(${begun})) div 365.25)",
    "format-date(${begun}, '%d.%m.%Y')",
    "concat(position(..), '. ', ${project}, ' (', ${stage}, ')')",
    "round(sum(${project_people}) div count(${project}), 1)",
    "jr:choice-name(selected-at(${needs}, 0), '${needs}')",
    "coalesce(${nobody}, normalize-space(${mail}))",
]
TEXT = "How many people work at ${project}, ${stage} on ${begun}?"


def measured(statement, rounds: int) -> float:
    """Microseconds for one, of the best of five times."""
    return min(timeit.repeat(statement, number=rounds, repeat=5)) / rounds * 1e6


def main() -> None:
    settings.configure(USE_I18N=False, USE_TZ=True)
    from surveys.expressions import Repeated, Scope, compile_expression, compile_text
    from surveys.expressions.compiling import _compiled
    from surveys.expressions.moments import BERLIN

    scope = Scope(
        {
            "stage": "founded",
            "people": 12,
            "needs": ["rooms", "tools", "money"],
            "mail": "anna.b@example.org",
            "share_own": 40,
            "share_public": 35.5,
            "share_gifts": 24.5,
            "district": "pankow",
            "begun": "2019-03-01",
            "nobody": "",
            "project": Repeated(["Velo", "Naht", "Garten"], "project"),
            "project_people": Repeated([3, 5, 2], "project"),
        },
        current=50,
        position=2,
        choice={"name": "rooms", "district": "pankow"},
        label=lambda question, key: key.title(),
        now=datetime(2026, 11, 22, 12, tzinfo=BERLIN),
    )
    times = []
    for source in FORMULAS:
        expression = compile_expression(source, columns={"name", "district"})
        times.append(measured(lambda run=expression.evaluate: run(scope), ROUNDS))
        print(f"{times[-1]:8.2f} µs  {source}")
    text = compile_text(TEXT)
    print(f"{measured(lambda: text.render(scope), ROUNDS):8.2f} µs  “{TEXT}”")
    mean = sum(times) / len(times)
    print(f"{mean:8.2f} µs  on average ({WORKING_OUT} are wanted)")

    def read_all() -> None:
        _compiled.cache_clear()
        for source in FORMULAS:
            compile_expression(source, columns={"name", "district"})

    reading = measured(read_all, 20) / len(FORMULAS)
    print(f"{reading:8.2f} µs  for reading one ({READING} are wanted)")


if __name__ == "__main__":
    main()
