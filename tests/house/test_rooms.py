"""The rooms of the house and the direction of its arrows (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: A room may import these; the rest of ssoe_portal may import all of them.
MAY_IMPORT = {
    "ssoe_portal.common": set(),
    "actors": {"ssoe_portal.common"},
    "surveys": {"ssoe_portal.common", "actors"},
    "events": {"ssoe_portal.common", "actors"},
}
OURS = ("actors", "surveys", "events", "ssoe_portal", "demonstration", "tests", "benchmarks")


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name for name in names if name.split(".")[0] in OURS}


def room_of(name: str) -> str:
    return "ssoe_portal.common" if name.startswith("ssoe_portal.common") else name.split(".")[0]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_it_stands_on(room):
    folder = ROOT / room.replace(".", "/")
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted(folder.rglob("*.py"))
        for name in sorted(imported(path))
        if room_of(name) != room and room_of(name) not in MAY_IMPORT[room]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_check_sees_imports():
    assert any(room_of(n) == "actors" for n in imported(ROOT / "ssoe_portal" / "search.py"))


def test_production_code_does_not_know_the_demonstration():
    wrong = [
        str(path.relative_to(ROOT))
        for room in ("ssoe_portal", "actors", "surveys", "events")
        for path in (ROOT / room).rglob("*.py")
        if any(name.split(".")[0] in {"demonstration", "tests"} for name in imported(path))
    ]
    assert not wrong
