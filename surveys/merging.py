"""What becomes of answers when two organisations are merged (`actors/merging.py`)."""

from actors.merging import Rule, moves, register
from actors.models import Organisation
from surveys.models import AccessLog, Invitation, Response


def _move_responses(gone: Organisation, stays: Organisation) -> None:
    """An organisation answers once in a wave. Where both did, what was handed in goes before a
    draft, and the answers of the entry that stays before the other's; what has to give way is kept
    with the archived entry."""
    there = {row.wave_id: row for row in Response.objects.filter(organisation=stays)}
    for row in Response.objects.filter(organisation=gone):
        twin = there.get(row.wave_id)
        if twin is None:
            Response.objects.filter(pk=row.pk).update(organisation=stays)
        elif twin.is_draft and not row.is_draft:
            # A draft may do without an organisation for a moment; two of one may not be.
            Response.objects.filter(pk=twin.pk).update(organisation=None)
            Response.objects.filter(pk=row.pk).update(organisation=stays)
            Response.objects.filter(pk=twin.pk).update(organisation=gone)


register(Response, "organisation", Rule(_move_responses))
#: Addresses are invited once in a wave; two of one organisation both keep their links.
register(Invitation, "organisation", Rule(moves(Invitation)))
#: Who looked at an organisation's answers stays with the organisation.
register(AccessLog, "organisation", Rule(moves(AccessLog)))
