"""What keeps something from being deleted in Django admin, and what can be done instead.

An admin class may have a method `instead_of_deleting(items)` that returns a list of `Instead`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape

from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

#: How many entries of a kind are named; of the others it is said that they are there.
NAMED = 5


@dataclass(frozen=True)
class Instead:
    """Another way than deleting: in words, and where it is; `posts` is what its button sends."""

    words: str | Promise
    label: str | Promise = ""
    url: str = ""
    posts: list[tuple[str, str]] = field(default_factory=list)


def line(item: models.Model) -> SafeString:
    """An entry as Django admin writes those that are in the way of deleting."""
    opts = item._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[item.pk])
    return format_html('{}: <a href="{}">{}</a>', capfirst(str(opts.verbose_name)), url, item)


@dataclass(frozen=True)
class InTheWay:
    """Entries of one kind that are in the way: how many, some of them as links. Of what is only
    ever deleted by the portal itself there is no number."""

    kind: str
    number: int
    links: list[SafeString]

    @property
    def more(self) -> int:
        """How many there are besides those that are named; of what has no page none is named."""
        return self.number - len(self.links) if self.links else 0


def in_the_way(protected: Iterable[str], kept: Iterable[str]) -> list[InTheWay]:
    """What Django admin finds, by kind: `protected` are its lines ("Kind: name"), `kept` names of
    kinds that nobody may delete by hand."""
    names: dict[str, list[str]] = {}
    for line in protected:
        kind, _colon, name = line.partition(": ")
        # Django admin escapes what it links to, with the kind before it, and nothing else.
        if isinstance(line, SafeString):
            kind, name = unescape(kind), SafeString(name)
        names.setdefault(kind, []).append(name)
    found = []
    for kind, those in names.items():
        links = [name for name in sorted(those) if isinstance(name, SafeString)]
        found.append(InTheWay(kind, len(those), links[:NAMED]))
    others = sorted({str(capfirst(name)) for name in kept} - names.keys())
    return found + [InTheWay(kind, 0, []) for kind in others]
