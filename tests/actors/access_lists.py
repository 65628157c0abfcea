"""Who may open what: lists that come in, lists that go out."""

from actors.models import ListImport
from tests.access import DENIED, LOGIN, OK, PUBLIC, Access, reviewers

HEADING = {"headings": ["Name"], "assigned": ["name"]}


def listed(world, step: str = "checked") -> dict:
    row = ListImport.objects.create(
        kind="organisation",
        filename="liste.csv",
        by=world.people["reviewer"],
        content=b"Name\n",
        step=step,
        **HEADING,
    )
    return {"pk": row.pk}


def kind(world) -> dict:
    return {"kind": "organisation"}


#: Buttons: whoever may not look may not press them either.
_BUTTON = Access(
    405,
    {"visitor": LOGIN, **dict.fromkeys(("stranger", "editor", "owner", "event_manager"), DENIED)},
    arguments=listed,
    post=reviewers(OK),
)

ACCESS = {
    "actors:organisation-csv": PUBLIC,
    "actors:organisation-xlsx": PUBLIC,
    "actors:offer-csv": PUBLIC,
    "actors:offer-xlsx": PUBLIC,
    "actors:imports": reviewers(),
    "actors:import-new": reviewers(arguments=kind),
    "actors:import-template": reviewers(arguments=kind),
    "actors:import-detail": reviewers(arguments=listed),
    "actors:import-assign": reviewers(arguments=listed),
    "actors:import-errors": reviewers(arguments=listed),
    "actors:import-undo": reviewers(arguments=lambda world: listed(world, "written")),
    "actors:import-columns": _BUTTON,
    "actors:import-decide": _BUTTON,
    "actors:import-write": _BUTTON,
    "actors:import-discard": _BUTTON,
    "actors:import-go-on": _BUTTON,
}
