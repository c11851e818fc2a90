"""The USSD dialogue as the gateway tells it: accumulated text in, new inputs out. Pure.

The gateway repeats everything keyed so far, joined by `*`, with no number of the hop. So what is new is what stands
behind the text that was answered last; and a `*` that somebody typed looks like any other.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

SEPARATOR = "*"


@dataclass(frozen=True, slots=True)
class UssdHop:
    """One callback. Caller and text stay out of `repr`, and so out of every log and traceback."""

    session_id: str = field(repr=False)
    caller: str = field(repr=False)
    """E.164; where it is hidden, `hidden_caller`: it stands for this session's caller alone."""
    text: str = field(repr=False)
    """Everything keyed in this session, joined by `*`; a suffix of the service code is already in front."""
    network: str | None = None

    @property
    def shows_number(self) -> bool:
        return is_number(self.caller)


@dataclass(frozen=True, slots=True)
class EndNotice:
    """The gateway's word that a session is over."""

    session_id: str = field(repr=False)
    status: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What a session was when it began. All of it stays as it was, so that a replay comes out alike."""

    key: str
    revision_id: int
    entry: str
    dialled: int
    reporting: bool
    responder_id: int | None
    network: str | None
    started_at: datetime
    caller_key: str | None = field(default=None, repr=False)
    """Keyed digest of session and MSISDN; None where an older process began it."""


def hidden_caller(session_id: str) -> str:
    """Stands for a caller whose number is hidden: two of them share nothing."""
    return f"hidden {session_id}"


def is_number(caller: str) -> bool:
    """Whether a caller's number is known."""
    return caller.startswith("+")


def suffix_of(dialled: str, service_code: str) -> str | None:
    """What `dialled` has behind our service code: "" for the bare code, None where it is not ours.

    `*384*777*2*1#` under `*384*777#` is `2*1`.
    """
    ours = service_code.removesuffix("#")
    if not dialled.endswith("#"):
        return None
    if dialled == service_code:
        return ""
    suffix = dialled.removesuffix("#").removeprefix(ours + SEPARATOR)
    return suffix if dialled.startswith(ours + SEPARATOR) and suffix else None


def with_suffix(suffix: str, text: str) -> str:
    """Both shapes of a direct dial as one: digits left in the service code go in front of the text."""
    return SEPARATOR.join(part for part in (suffix, text) if part)


def entry_of(dialled: str, entries: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The published entry that digits dialled ahead begin with (the longest; "" for none), and the digits after it."""
    parts = tuple(dialled.split(SEPARATOR)) if dialled else ()
    for length in range(len(parts), 0, -1):
        entry = SEPARATOR.join(parts[:length])
        if entry in entries:
            return entry, parts[length:]
    return "", parts


def remainder(text: str, accepted: int) -> str | None:
    """What was keyed since the first `accepted` letters were answered; None where nothing was.

    An empty string is an input too: somebody pressed only "send".
    """
    if len(text) <= accepted:
        return None
    if accepted == 0:
        return text
    return text[accepted + 1 :] if text[accepted] == SEPARATOR else None


def follows(text: str, accepted: int) -> bool:
    """Whether `text` can be what the gateway sends after `accepted` letters of it were answered."""
    return len(text) == accepted or remainder(text, accepted) is not None


def take(rest: str) -> tuple[str, str | None]:
    """The first input of `rest`, and what stands behind its separator (None: nothing does)."""
    first, separator, behind = rest.partition(SEPARATOR)
    return first, behind if separator else None
