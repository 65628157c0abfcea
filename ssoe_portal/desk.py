"""What waits for a member of staff, from all apps."""

import actors.desk
import events.desk
import surveys.desk
from ssoe_portal.common.desk import Queue
from ssoe_portal.common.users import User


def waiting_for(user: User) -> list[Queue]:
    """Return the queues of this person's roles, most urgent first: where somebody waits for an
    answer, then whatever else there is to do, then the empty ones; each in the order of the loop.
    """
    queues: list[Queue] = []
    if user.may_review:
        queues += actors.desk.queues()
        queues += surveys.desk.queues()
    if user.may_manage_events:
        queues += events.desk.queues()
    return sorted(queues, key=lambda queue: (not queue.count, not queue.is_urgent))
