"""How many of those invited have answered. Nothing else of a wave is visible while it is open."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.models import Wave
from surveys.models.choice import Stage


@dataclass(frozen=True)
class Rate:
    """Of organisations in these stages ("": none known) so many were invited; `answered` is None
    where they are too few to say."""

    stages: tuple[str, ...]
    invited: int
    answered: int | None

    @property
    def label(self) -> str:
        return ", ".join(
            str(Stage(key).label) if key else _("no stage known") for key in self.stages
        )

    @property
    def percent(self) -> int | None:
        return None if self.answered is None else round(100 * self.answered / self.invited)

    def __add__(self, other: "Rate") -> "Rate":
        answered = (self.answered or 0) + (other.answered or 0)
        return Rate((*self.stages, *other.stages), self.invited + other.invited, answered)


def rates(wave: Wave) -> list[Rate]:
    """The rates by stage, the largest group first. Stages of fewer people than the wave's threshold
    are counted together, along with the next larger one until they are enough: in a small group
    it could be guessed whose answers are whose. Too few altogether: no rate."""
    found = [
        Rate((row["organisation__stage"] or "",), row["invited"], row["answered"])
        for row in wave.invitations.rates()
    ]
    found.sort(key=lambda rate: (rate.invited, rate.stages))
    while len(found) > 1 and found[0].invited < wave.threshold:
        found[:2] = [found[0] + found[1]]
        found.sort(key=lambda rate: (rate.invited, rate.stages))
    if found and found[0].invited < wave.threshold:
        found = [Rate(found[0].stages, found[0].invited, None)]
    return found[::-1]
