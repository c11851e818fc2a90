"""The USSD dialogue as the gateway tells it: accumulated text in, new inputs out. Pure."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UssdHop:
    """One callback. Caller and text stay out of `repr`, and so out of every log and traceback."""

    session_id: str = field(repr=False)
    caller: str = field(repr=False)
    """E.164."""
    text: str = field(repr=False)
    """Everything keyed in this session, joined by `*`; a suffix of the service code is already in front."""
    network: str | None = None


@dataclass(frozen=True, slots=True)
class EndNotice:
    """The gateway's word that a session is over."""

    session_id: str = field(repr=False)
    status: str
