"""Reads what the gateway sends in a USSD session: one text with everything that the caller has typed so far. Pure.
The gateway joins the caller's inputs with `*` and does not number the hops. A `*` that the caller typed looks the
same as a `*` of the gateway."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SEPARATOR = "*"
NOTHING = -1
"""The value of `CommittedText.upto` while the hotline has accepted no text of the session. This number is -1 and not 0,
because the first text may be empty."""
PIN_ASKED = "pin_asked"
"""The name of a flag of a session. A session has this flag if the hotline asks every caller of the dialled short code
for a PIN."""
MAX_INPUTS = 120
"""The maximum number of inputs in one text. A session of three minutes has fewer inputs. If the hotline has not cached
the screens of a session, it replays every input of the text.
"""


@dataclass(frozen=True, slots=True)
class UssdHop:
    """One request of the gateway during a USSD session. The caller's number and text do not appear in `repr`, and so
    in no log and no traceback."""

    session_id: str = field(repr=False)
    caller: str = field(repr=False)
    """The caller's phone number in the form E.164. If the caller's number is hidden, the field contains a name that
    `hidden_caller` made for this session only."""
    text: str = field(repr=False)
    """Everything that the caller typed in this session, joined by `*`. The text begins with the digits that the
    caller dialled after the service code."""
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
    """The facts from the caller's rows in the database, as they were at the start of the session. Only the short codes
    of responders and of programmes need these facts. The rows of the caller in the database may change during the
    session. The screens must not change during the session, because the caller's keys belong to the screens as they
    were at the start.
    """

    flags: tuple[str, ...] = ()
    """The names of the flags (conditions for screens) that were true at the start of the session."""
    cases: tuple[str, ...] = ()
    """The references of the responder's cases, in the order in which the responder's list shows them."""
    language: str = ""
    """The language of messages to the responder. The language is empty for a caller who is not a responder."""

    def to_dict(self) -> dict[str, Any]:
        return {"flags": [*self.flags], "cases": [*self.cases], "language": self.language}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "CallerFacts":
        """Returns the object that a stored document describes. If another release of the hotline stored the document,
        the document may have more or fewer fields. The function ignores unknown fields, and uses defaults for missing
        fields."""
        return cls(
            tuple(document.get("flags", ())),
            tuple(document.get("cases", ())),
            document.get("language", ""),
        )


@dataclass(frozen=True, slots=True)
class CommittedText:
    """The part of a session's text whose effects are saved. The object also contains the positions at which free texts
    in this part end. The session's text alone does not show where a free text ends."""

    upto: int
    """The length of this part of the text in letters, or `NOTHING`."""
    ends: Mapping[int, int] = field(default_factory=dict)
    """Maps the start of each free text that contains a `*` to its end, as positions in the session's text."""

    def end_of_words(self, start: int, first_end: int, length: int) -> int:
        """Returns the position at which the free text that starts at `start` ends. The free text may contain a `*` at
        the position `first_end`. `length` is the length of the session's text.

        The hotline saves a free text in the same hop in which the text arrives. So all unsaved letters belong to the
        current hop. If `ends` does not list a saved free text, the saved free text contains no `*`.
        """
        if start in self.ends:
            return min(self.ends[start], length)
        return first_end if self.upto >= first_end else length


@dataclass(frozen=True, slots=True)
class SessionStart:
    """The facts of one session at its start. The facts in this object never change, because the engine replays a
    session from these facts and the typed text.
    """

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
    """The facts about the caller, or None if the session's screens need no stored data about the caller."""

    @property
    def asks_pin(self) -> bool:
        """Returns True if the caller may type a work PIN in the session. The hotline then makes no digest of the
        typed text, because a digest could reveal the PIN."""
        return self.pinned is not None and PIN_ASKED in self.pinned.flags

    @property
    def asks_rows(self) -> bool:
        """Returns True if the session's screens depend on the caller's rows in the database. The function uses only the
        facts at the session's start."""
        return self.responder_id is not None or self.pinned is not None


def hidden_caller(session_id: str) -> str:
    """Returns a name for a caller whose number is hidden. Each session gets a different name."""
    return f"hidden {session_id}"


def is_number(caller: str) -> bool:
    """Returns True if a caller's number is known and not hidden."""
    return caller.startswith("+")


def suffix_of(dialled: str, service_code: str) -> str | None:
    """Returns the digits after our service code in `dialled`. Returns "" if the caller dialled the service code alone,
    and None if the caller dialled a different code.

    For example, `*384*777*2*1#` under `*384*777#` gives `2*1`.
    """
    prefix = service_code.removesuffix("#")
    if not dialled.endswith("#"):
        return None
    if dialled == service_code:
        return ""
    suffix = dialled.removesuffix("#").removeprefix(prefix + SEPARATOR)
    return suffix if dialled.startswith(prefix + SEPARATOR) and suffix else None


def with_suffix(suffix: str, text: str) -> str:
    """Returns the text of a session, with the digits dialled after the service code at its beginning. The gateway
    sometimes sends these digits as part of the service code, so the function moves them to the text.
    """
    return SEPARATOR.join(part for part in (suffix, text) if part)


def short_code_of(dialled: str, entries: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Returns the longest published short code at the start of the dialled digits, and the digits after this short
    code. The short code is "" if the dialled digits begin with no published short code."""
    parts = tuple(dialled.split(SEPARATOR)) if dialled else ()
    for length in range(len(parts), 0, -1):
        entry = SEPARATOR.join(parts[:length])
        if entry in entries:
            return entry, parts[length:]
    return "", parts


def new_text(text: str, accepted: int) -> str | None:
    """Returns the part of `text` after the first `accepted` letters, or None if the caller typed nothing more. If the
    result is empty, the caller pressed only "send", which is also an input.
    """
    if len(text) <= accepted:
        return None
    if accepted == 0:
        return text
    return text[accepted + 1 :] if text[accepted] == SEPARATOR else None


def follows(text: str, accepted: int) -> bool:
    """Returns True if `text` can be a session's next text after the hotline answered its first `accepted` letters."""
    return len(text) == accepted or new_text(text, accepted) is not None


def take_input(rest: str) -> tuple[str, str | None]:
    """Returns the first input of `rest`, and the text after the separator that follows this input. The text after the
    separator is None if there is no separator."""
    first, separator, following = rest.partition(SEPARATOR)
    return first, following if separator else None
