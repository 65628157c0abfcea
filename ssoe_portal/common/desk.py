"""Queues at the desk: what waits for staff. Each app names its own in `desk.py`."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Queue:
    """A pile of work: its heading, how much waits, where it is, what to do with it; `is_urgent`
    where somebody waits for an answer."""

    heading: str | Promise
    count: int
    url: str
    hint: str | Promise = ""
    is_urgent: bool = False
