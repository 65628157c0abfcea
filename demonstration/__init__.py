"""Demonstration data: what the public project reports say, and invented examples.

Real organisations appear with nothing but what the reports say of them; everything invented belongs
to organisations whose name starts with "Beispiel". Production code never imports this package:
`python -m demonstration` loads it, as `make run` does.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """A demonstration account, to be printed; `codes` are unused recovery codes of staff."""

    who: str
    email: str
    password: str
    codes: tuple[str, ...] = ()

    def __str__(self) -> str:
        line = f"{self.who}: {self.email} / {self.password}"
        return f"{line} / {' '.join(self.codes)}" if self.codes else line


def load() -> None:
    """Create what is missing; what was created once is never touched or created again."""
    from django.db import transaction

    from demonstration import accounts, actors, events, events_neighbours, events_past, surveys
    from ssoe_portal.common import known_words

    with transaction.atomic():
        accounts.load()
        actors.load()
        surveys.load()
        events.load()
        events_neighbours.load()
        events_past.load()
    known_words.learn()


def printable_accounts() -> list[Account]:
    """Return the accounts with their passwords and some unused recovery codes."""
    from demonstration import accounts

    return accounts.printable()
