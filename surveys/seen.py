"""What a page has shown of an answer, as a digest, so that sending the page overwrites nothing that
has come since: from another device, from a colleague with the same link, from an older tab.

Optimistic concurrency control, answer by answer, as in `ssoe_portal.common.edit_conflicts`.
"""

import hashlib
import json
from typing import Any

from ssoe_portal.common.edit_conflicts import DIGITS
from surveys.plan import is_empty

type Digests = dict[str, str]


def digest(value: Any) -> str:
    """Return so few hexadecimal digits of a hash that they tell versions of one answer apart, and
    no more. All that counts as no answer has the same."""
    plain = json.dumps(_normal(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:DIGITS]


def _normal(value: Any) -> Any:
    """One form of what is stored and of what a browser sends back unchanged."""
    if is_empty(value):
        return None
    if isinstance(value, str):
        return "\n".join(value.splitlines())
    if isinstance(value, list):
        return [_normal(part) for part in value]
    return value


def write(digests: Digests) -> str:
    """Return names with digests as one line, for a hidden field."""
    return " ".join(f"{name}:{found}" for name, found in digests.items())


def read(line: str) -> Digests:
    """Return what `write` has put down; names alone have no digest."""
    pairs = (word.partition(":") for word in line.split())
    return {name: found for name, _colon, found in pairs}
