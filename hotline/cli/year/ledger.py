"""The ledger of an invented year: what its people did, and when. Tests reckon every figure from it once more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InventedHop:
    """One screen of a dialogue."""

    at: datetime
    keyed: str
    """What was pressed, or dialled behind the service code, and led to it."""
    screen: str
    """As it was shown, in whole."""


@dataclass(frozen=True, slots=True)
class InventedSession:
    """One dialogue."""

    at: datetime
    msisdn: str = field(repr=False)
    """An invented number. The same one may call again."""
    network: str
    entry: str
    language: str
    """In which it ended."""
    topics: Sequence[str]
    """Read to their ends."""
    quiz: Mapping[str, str]
    """By thing asked twice, how the answers compare."""
    hops: Sequence[InventedHop] = field(repr=False)
    ends: bool
    """Whether the line said goodbye."""
    reported: str = ""
    """The last thing of a report that was told: `province`, `place`, `kind` or `saved`. Empty: none was begun."""
    tip_id: int | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InventedTip:
    tip_id: int
    filed_at: datetime
    place: str
    urgency: int
    kind: str
    is_official: bool
    language: str
    entry: str
    channel: str = "ussd"
    is_fragment: bool = False
    is_complaint: bool = False


@dataclass(frozen=True, slots=True)
class InventedSms:
    """A tip that was written: the line counts it as a session of its own, without a screen."""

    at: datetime
    msisdn: str = field(repr=False)
    network: str
    language: str
    tip_id: int


@dataclass(frozen=True, slots=True)
class InventedAct:
    """What somebody did with a case: an `EntryKind`'s word, or `closed`."""

    tip_id: int
    what: str
    at: datetime
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class InventedWord:
    """What was written down of a person."""

    tip_id: int
    n: int
    what: str
    at: datetime
    codes: Mapping[str, str]
    offer: int | None = None
    """Which offer of this person it is about, from 0."""


@dataclass(frozen=True, slots=True)
class InventedGathering:
    at: datetime
    district: str
    occasion: str
    came: int


@dataclass(frozen=True, slots=True)
class InventedLesson:
    at: datetime
    district: str
    right: int
    answered: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class InventedLeave:
    """Everybody of a district is away."""

    district: str
    starts_at: datetime
    ends_at: datetime


@dataclass
class YearLedger:
    sessions: list[InventedSession] = field(default_factory=list)
    messages: list[InventedSms] = field(default_factory=list)
    tips: list[InventedTip] = field(default_factory=list)
    acts: list[InventedAct] = field(default_factory=list)
    words: list[InventedWord] = field(default_factory=list)
    gatherings: list[InventedGathering] = field(default_factory=list)
    lessons: list[InventedLesson] = field(default_factory=list)
    away: list[InventedLeave] = field(default_factory=list)
