from ssoe_portal.common.desk import Queue


def queues() -> list[Queue]:
    return []
