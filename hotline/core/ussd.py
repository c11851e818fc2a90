"""Reads the USSD dialogue as the gateway sends it: everything that the caller typed so far, in one text. Pure.

The gateway joins the inputs with `*` and does not number the hops. A `*` that the caller typed looks the same.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SEPARATOR = "*"
NOTHING = -1
"""The number of letters received before a session's first text, which may be empty."""
PIN_ASKED = "pin_asked"
"""A flag that is stored with the session's start: every caller of this short code is asked for a PIN."""
MAX_INPUTS = 120
"""The maximum number of inputs in one text. A session of three minutes has fewer inputs. Without a cached path, each
of them is replayed."""


@dataclass(frozen=True, slots=True)
class UssdHop:
    """One request of the gateway during a USSD session. The caller's number and text do not appear in `repr`, and so
    in no log and no traceback."""

    session_id: str = field(repr=False)
    caller: str = field(repr=False)
    """The caller's number as E.164. If it is hidden, this is the result of `hidden_caller`, which means the caller
    of this session only."""
    text: str = field(repr=False)
    """Everything that the caller typed in this session, joined by `*`. Digits dialled after the service code are
    already at its beginning."""
    network: str | None = None

    @property
    def shows_number(self) -> bool:
        return is_number(self.caller)


@dataclass(frozen=True, slots=True)
class EndNotice:
    """The gateway's notice that a session has ended."""

    session_id: str = field(repr=False)
    status: str


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """The caller's own rows at the start of the session, for the short code of responders or of a programme.

    The rows may change while the caller reads. The screens for which the keys were pressed must not change.
    """

    flags: tuple[str, ...] = ()
    """The flags that were set."""
    cases: tuple[str, ...] = ()
    """The references of the responder's cases, in the order of the list."""
    language: str = ""
    """The language of messages to the responder. It is empty for other callers."""

    def to_dict(self) -> dict[str, Any]:
        return {"flags": [*self.flags], "cases": [*self.cases], "language": self.language}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "CallerFacts":
        """Returns the object that a document describes. A document of a later release may have more or fewer fields."""
        return cls(
            tuple(document.get("flags", ())),
            tuple(document.get("cases", ())),
            document.get("language", ""),
        )


@dataclass(frozen=True, slots=True)
class CommittedText:
    """The saved part of a session's text, and the ends of free texts within it. The text alone does not show these
    ends."""

    upto: int
    """The number of saved letters, or `NOTHING`."""
    ends: Mapping[int, int] = field(default_factory=dict)
    """The free texts that contain a `*`, each with its start and end in the session's text."""

    def end_of_words(self, begins: int, first_end: int, whole: int) -> int:
        """Returns the end of a free text with a `*` at `first_end`, in a session's text of `whole` letters.

        A free text is saved in the hop that brought it. So all unsaved letters belong to the current hop. A saved free
        text without such an entry contains no `*`.
        """
        if begins in self.ends:
            return min(self.ends[begins], whole)
        return first_end if self.upto >= first_end else whole


@dataclass(frozen=True, slots=True)
class SessionStart:
    """One session as it was at its start. It never changes, because the engine replays a session from its start and
    its text."""

    key: str
    revision_id: int
    entry: str
    dialled: int
    reporting: bool
    responder_id: int | None
    network: str | None
    started_at: datetime
    caller_key: str | None = field(default=None, repr=False)
    """The keyed digest of the session and the caller's number."""
    alerts_blocked: bool = False
    """True if no alert could be sent when the session began. The session's screens then promise no alert."""
    oversight: bool = False
    """True if an oversight desk could get a complaint about the national desk when the session began."""
    pinned: CallerFacts | None = field(default=None, repr=False)
    """It is None if the session's screens need no rows of the caller."""

    @property
    def asks_pin(self) -> bool:
        """Returns True if the caller may key a work PIN in the session. Then no digest is made of the typed text."""
        return self.pinned is not None and PIN_ASKED in self.pinned.flags

    @property
    def asks_rows(self) -> bool:
        """Returns True if the session's screens depend on rows of the caller, as far as the session's start shows."""
        return self.responder_id is not None or self.pinned is not None


def hidden_caller(session_id: str) -> str:
    """Returns a name for a caller whose number is hidden. Each session gets a different name."""
    return f"hidden {session_id}"


def is_number(caller: str) -> bool:
    """Returns True if a caller's number is known and not hidden."""
    return caller.startswith("+")


def suffix_of(dialled: str, service_code: str) -> str | None:
    """Returns the digits that `dialled` has after our service code: "" for the code alone, None if it is not ours.

    For example, `*384*777*2*1#` under `*384*777#` gives `2*1`.
    """
    ours = service_code.removesuffix("#")
    if not dialled.endswith("#"):
        return None
    if dialled == service_code:
        return ""
    suffix = dialled.removesuffix("#").removeprefix(ours + SEPARATOR)
    return suffix if dialled.startswith(ours + SEPARATOR) and suffix else None


def with_suffix(suffix: str, text: str) -> str:
    """Returns the same text for both ways in which the gateway sends a direct dial. Digits that remain in the
    service code are put before the text."""
    return SEPARATOR.join(part for part in (suffix, text) if part)


def short_code_of(dialled: str, entries: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Returns the longest published short code at the start of the dialled digits ("" for none), and the digits
    after it."""
    parts = tuple(dialled.split(SEPARATOR)) if dialled else ()
    for length in range(len(parts), 0, -1):
        entry = SEPARATOR.join(parts[:length])
        if entry in entries:
            return entry, parts[length:]
    return "", parts


def new_text(text: str, accepted: int) -> str | None:
    """Returns the text that was typed after the first `accepted` letters, or None if there is none.

    An empty text is also an input: the caller pressed only "send".
    """
    if len(text) <= accepted:
        return None
    if accepted == 0:
        return text
    return text[accepted + 1 :] if text[accepted] == SEPARATOR else None


def follows(text: str, accepted: int) -> bool:
    """Returns True if the gateway can send `text` after the hotline answered `accepted` letters of it."""
    return len(text) == accepted or new_text(text, accepted) is not None


def take_input(rest: str) -> tuple[str, str | None]:
    """Returns the first input of `rest`, and the text after its separator. The second part is None if there is no
    separator."""
    first, separator, behind = rest.partition(SEPARATOR)
    return first, behind if separator else None
