"""The USSD dialogue as the gateway tells it: everything keyed so far, in one text. Pure.

The gateway joins what was keyed by `*`, with no number of the hop; and a `*` that somebody typed looks like any other.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SEPARATOR = "*"
NOTHING = -1
"""Letters heard before a session's first text, which may be empty."""
PIN_ASKED = "pin_asked"
"""A flag that is pinned: everybody behind the entry is asked for a PIN."""
MOST_INPUTS = 120
"""Of one text: a session of three minutes holds fewer, and each is played again where nobody knows the way."""


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
class Pinned:
    """What a private entry, or that of a roll, was told of the caller's own rows when the session began.

    The rows change while she reads; which screens her keys were meant for does not.
    """

    flags: tuple[str, ...] = ()
    """Those that held."""
    cases: tuple[str, ...] = ()
    """References, as they were listed."""
    language: str = ""
    """What a responder is written to in; empty for anybody else."""

    def to_dict(self) -> dict[str, Any]:
        return {"flags": [*self.flags], "cases": [*self.cases], "language": self.language}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Pinned":
        """Also what a later release wrote: it may know more, or leave out what it no longer asks."""
        return cls(
            tuple(document.get("flags", ())),
            tuple(document.get("cases", ())),
            document.get("language", ""),
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """How much of a session's text is committed, and where words ended in it: what the text alone does not say."""

    upto: int
    """Letters, or `NOTHING`."""
    ends: Mapping[int, int] = field(default_factory=dict)
    """Words that hold a `*`: where they begin in the text, and where they end."""

    def end_of_words(self, begins: int, first_end: int, whole: int) -> int:
        """Where words end that begin there and have a `*` at `first_end`, in a text of `whole` letters.

        Words are committed with the hop that brought them. So what is not committed is this hop's, all of it; and
        what is, without a mark, held no `*`.
        """
        if begins in self.ends:
            return min(self.ends[begins], whole)
        return first_end if self.upto >= first_end else whole


@dataclass(frozen=True, slots=True)
class Opening:
    """What a session was when it began. It never changes: a session is played from its opening and its text."""

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
    alerts_blocked: bool = False
    """Whether no alert could leave as it began: its screens promise none."""
    pinned: Pinned | None = field(default=None, repr=False)
    """None for a session whose screens ask for no row of hers, and where an older process began it."""

    @property
    def asks_pin(self) -> bool:
        """Whether a work PIN may be keyed in it: no digest is made over all that was keyed."""
        return self.pinned is not None and PIN_ASKED in self.pinned.flags

    @property
    def asks_rows(self) -> bool:
        """Whether its screens depend on rows of the caller, as far as the opening says so."""
        return self.responder_id is not None or self.pinned is not None


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
