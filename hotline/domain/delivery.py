"""The life of an MT: its states, their legal steps, and how long to wait for what (delivery protocol). Pure."""

from dataclasses import dataclass
from enum import StrEnum


class MessageState(StrEnum):
    """pending -> sending -> accepted -> delivered; from sending also retry, unknown, failed.

    Anything living may end dead: red on the console, told to the national desk until a human takes it.
    """

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    RETRY = "retry"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DEAD = "dead"


class Outcome(StrEnum):
    """What one attempt came to. Anything new is UNKNOWN."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    CONFIG_FAULT = "config_fault"
    MONEY_FAULT = "money_fault"
    PERMANENT = "permanent"
    TRANSIENT = "transient"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The gateway's answer, in our words: what an SMS adapter returns. It never raises for the network."""

    outcome: Outcome
    http_status: int | None = None
    provider_status: str | None = None
    provider_id: str | None = None
