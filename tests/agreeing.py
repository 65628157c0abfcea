"""The number beside a choice is how long the list gets by choosing it."""

from collections.abc import Collection

from django.http import QueryDict

from ssoe_portal.common.facet_filters import FacetFilter


def compared(kind: type[FacetFilter], query: str, names: Collection[str]) -> int:
    """Choose, beside a query, everything that the whole list offers, and return how much that was;
    each of the named fields has choices under the query too, and so has one switch at least."""
    counts = _counts(kind, query, names)
    assert {name for (name, _value), count in counts.items() if count} >= set(names), query
    everything = _counts(kind, "", names)
    for name, value in everything:
        data = QueryDict(query, mutable=True)
        data[name] = value
        found = kind(data)
        count = counts.get((name, value), 0)
        assert count == len(found.hits[:100]) == found.tally.total, (query, name, value)
    return len(everything)


def _counts(kind: type[FacetFilter], query: str, names: Collection[str]) -> dict:
    """Return the numbers beside choices and boxes: {(name, value): number}."""
    shown = kind(QueryDict(query))
    boxes = (*shown.switches, *shown.further_switches)
    assert not boxes or any(box.count for box in boxes), query
    return {
        **{(name, each.value): each.count for name in names for each in shown.choices[name]},
        **{(box.value, "1"): box.count for box in boxes},
    }
