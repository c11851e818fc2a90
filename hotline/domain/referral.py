"""Who is told of a tip, in which order, and what their answer does. Pure."""

from enum import StrEnum


class Level(StrEnum):
    """The ladder, from the first to be told to the last."""

    RESPONDER = "responder"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"
    NATIONAL = "national"


class ReferralState(StrEnum):
    """sent -> acknowledged -> closed. A second acknowledgement changes nothing."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
