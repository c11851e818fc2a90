"""Reads the USSD dialogue as the gateway sends it: everything keyed so far, in one text. Pure.

The gateway joins the inputs with `*`, without a number of the hop. A `*` that the caller typed looks the same.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SEPARATOR = "*"
NOTHING = -1
"""Number of letters heard before a session's first text, which may be empty."""
PIN_ASKED = "pin_asked"
"""A flag that is pinned: every caller of this entry is asked for a PIN."""
MAX_INPUTS = 120
"""Maximum inputs of one text. A session of three minutes has fewer, and without a cached path each is replayed."""


@dataclass(frozen=True, slots=True)
class UssdHop:
    """One callback of the gateway. Caller and text stay out of `repr`, and so out of every log and traceback."""

    session_id: str = field(repr=False)
    caller: str = field(repr=False)
    """The number as E.164. If it is hidden, `hidden_caller`, which means this session's caller only."""
    text: str = field(repr=False)
    """Everything keyed in this session, joined by `*`. A suffix of the service code is already at its front."""
    network: str | None = None

    @property
    def shows_number(self) -> bool:
        return is_number(self.caller)


@dataclass(frozen=True, slots=True)
class EndNotice:
    """The gateway's notice that a session is over."""

    session_id: str = field(repr=False)
    status: str


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """The caller's own rows when the session began, for a private entry or a programme's entry.

    The rows change while the caller reads. The screens that the keys were meant for do not.
    """

    flags: tuple[str, ...] = ()
    """The flags that were true."""
    cases: tuple[str, ...] = ()
    """References of the responder's cases, as they were listed."""
    language: str = ""
    """The language in which a responder is written to. Empty for other callers."""

    def to_dict(self) -> dict[str, Any]:
        return {"flags": [*self.flags], "cases": [*self.cases], "language": self.language}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "CallerFacts":
        """Returns the value in a document. A document of a later release may have more fields or fewer."""
        return cls(
            tuple(document.get("flags", ())),
            tuple(document.get("cases", ())),
            document.get("language", ""),
        )


@dataclass(frozen=True, slots=True)
class CommittedText:
    """The committed part of a session's text, and the ends of free texts in it. The text alone does not show them."""

    upto: int
    """Number of letters, or `NOTHING`."""
    ends: Mapping[int, int] = field(default_factory=dict)
    """Free texts that hold a `*`: their beginning in the session's text, and their end."""

    def end_of_words(self, begins: int, first_end: int, whole: int) -> int:
        """Returns where a free text ends that has a `*` at `first_end`, in a session's text of `whole` letters.

        A free text is committed with the hop that brought it. So all that is not committed is this hop's. A committed
        one without a mark holds no `*`.
        """
        if begins in self.ends:
            return min(self.ends[begins], whole)
        return first_end if self.upto >= first_end else whole


@dataclass(frozen=True, slots=True)
class SessionStart:
    """One session as it began. It never changes, because a session is replayed from its opening and its text."""

    key: str
    revision_id: int
    entry: str
    dialled: int
    reporting: bool
    responder_id: int | None
    network: str | None
    started_at: datetime
    caller_key: str | None = field(default=None, repr=False)
    """Keyed digest of session and MSISDN."""
    alerts_blocked: bool = False
    """True if no alert could leave when the session began. Its screens then promise none."""
    pinned: CallerFacts | None = field(default=None, repr=False)
    """None if the session's screens need no row of the caller."""

    @property
    def asks_pin(self) -> bool:
        """Returns True if a work PIN may be keyed in the session. Then no digest is made over all that was keyed."""
        return self.pinned is not None and PIN_ASKED in self.pinned.flags

    @property
    def asks_rows(self) -> bool:
        """Returns True if the session's screens depend on rows of the caller, as far as the opening says so."""
        return self.responder_id is not None or self.pinned is not None


def hidden_caller(session_id: str) -> str:
    """Returns a name for a caller whose number is hidden. No two sessions share it."""
    return f"hidden {session_id}"


def is_number(caller: str) -> bool:
    """Returns True if a caller's number is known."""
    return caller.startswith("+")


def suffix_of(dialled: str, service_code: str) -> str | None:
    """Returns what `dialled` has behind our service code: "" for the bare code, None if it is not ours.

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
    """Returns one text for both shapes of a direct dial. Digits left in the service code go in front of the text."""
    return SEPARATOR.join(part for part in (suffix, text) if part)


def short_code_of(dialled: str, entries: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Returns the longest published entry at the start of the dialled digits ("" for none), and the digits after it."""
    parts = tuple(dialled.split(SEPARATOR)) if dialled else ()
    for length in range(len(parts), 0, -1):
        entry = SEPARATOR.join(parts[:length])
        if entry in entries:
            return entry, parts[length:]
    return "", parts


def new_text(text: str, accepted: int) -> str | None:
    """Returns what was keyed since the first `accepted` letters were answered, or None if nothing was.

    An empty string is an input too: the caller pressed only "send".
    """
    if len(text) <= accepted:
        return None
    if accepted == 0:
        return text
    return text[accepted + 1 :] if text[accepted] == SEPARATOR else None


def follows(text: str, accepted: int) -> bool:
    """Returns True if the gateway can send `text` after `accepted` letters of it were answered."""
    return len(text) == accepted or new_text(text, accepted) is not None


def take_input(rest: str) -> tuple[str, str | None]:
    """Returns the first input of `rest`, and what follows its separator. That is None without a separator."""
    first, separator, behind = rest.partition(SEPARATOR)
    return first, behind if separator else None
