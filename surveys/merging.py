"""What becomes of answers when two organisations are merged (`actors/merging.py`)."""

from django.utils.translation import gettext as _

from actors.merging import Rule, moves, register
from actors.models import Organisation
from surveys.models import AccessLog, Invitation, Response


def _twins(gone: Organisation, stays: Organisation) -> list[tuple[Response, Response]]:
    """The answers of the one and of the other in the same wave."""
    rows = Response.objects.select_related("wave__survey").with_texts().order_by("wave_id")
    there = {row.wave_id: row for row in rows.filter(organisation=stays)}
    mine = rows.filter(organisation=gone, wave__in=there)
    return [(row, there[row.wave_id]) for row in mine]


def _goes_before(row: Response, twin: Response) -> bool:
    """What was handed in goes before a draft, and the answers of the entry that stays (`twin`)
    before the other's."""
    return twin.is_draft and not row.is_draft


def _move_responses(gone: Organisation, stays: Organisation) -> None:
    """An organisation answers once in a wave. Where both did, what has to give way is kept with the
    archived entry, for whoever looks after the one that stays (`of_members`)."""
    twins = _twins(gone, stays)
    answered = [row.pk for row, _twin in twins]
    Response.objects.filter(organisation=gone).exclude(pk__in=answered).update(organisation=stays)
    for row, twin in twins:
        if _goes_before(row, twin):
            # A draft may do without an organisation for a moment; two of one may not be.
            Response.objects.filter(pk=twin.pk).update(organisation=None)
            Response.objects.filter(pk=row.pk).update(organisation=stays)
            Response.objects.filter(pk=twin.pk).update(organisation=gone)


def _left_behind(gone: Organisation, stays: Organisation) -> list[str]:
    said = []
    for row, twin in _twins(gone, stays):
        kept, left = (row, twin) if _goes_before(row, twin) else (twin, row)
        names = {
            "survey": row.wave.survey.text.title,
            "kept": gone.name if kept is row else stays.name,
            "left": gone.name if left is row else stays.name,
        }
        if left.is_draft:
            words = _(
                "The draft of “%(left)s” in “%(survey)s” does not come over: “%(kept)s” answers "
                "there itself."
            )
        else:
            words = _(
                "Both have answered “%(survey)s”. For the joint entry the answers of “%(kept)s” "
                "hold; the others stay with the archived entry, where the team can read them."
            )
        said.append(words % names)
    return said


register(Response, "organisation", Rule(_move_responses, left_behind=_left_behind))
#: Addresses are invited once in a wave; two of one organisation both keep their links.
register(Invitation, "organisation", Rule(moves(Invitation)))
#: Who looked at an organisation's answers stays with the organisation.
register(AccessLog, "organisation", Rule(moves(AccessLog)))
