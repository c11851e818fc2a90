"""What a responder does with a case, and what it comes to: values, for SMS, dialling and the command line alike."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.domain.cases.entries import EntryWay, PassedTo
from hotline.domain.referrals.coming import Coming
from hotline.domain.sms.rules_replies import Verb


class Acted(StrEnum):
    """What an act came to."""

    TAKEN = "taken"
    ALREADY_TAKEN = "already_taken"
    """A colleague holds it; she is noted as well."""
    NOTED = "noted"
    """Danger, and nothing proves yet that she wrote it: others are asked too."""
    ON_SITE = "on_site"
    REFERRED = "referred"
    CLOSED = "closed"
    TO_BE_JUDGED = "to_be_judged"
    """A second person looks at the end first."""
    ANOTHER_WAITS = "another_waits"
    """Another person's request for another outcome waits: this one is not recorded."""
    GOES_ON_WAITS = "goes_on_waits"
    """A requested closure is refused, and nothing proves yet that the responder wrote it: it waits for that."""
    OPEN_FIRST = "open_first"
    """A colleague requested closure. Who confirms it opens the case first, behind the PIN or in the console."""
    PASSED = "passed"
    THEIRS = "theirs"
    """A colleague holds it and nobody else is asked: passing it on asks nobody."""
    NOT_TAKEN_YET = "not_taken_yet"
    """Only who holds it may say so."""
    UNKNOWN = "unknown"
    """No such reference of hers."""
    OVER = "over"
    """The case is closed."""
    MOVED = "moved"
    """She was told of a place that was corrected since: it is noted, and she hears that it changed."""
    LET_GO = "let_go"
    """The people of the first place are let go."""
    LET_TOO_EARLY = "let_too_early"
    """Nobody of the new place has it yet."""
    HOW_SAID = "how_said"
    """The national desk said how to go: everybody who was told learns it."""
    HOW_WAITS = "how_waits"
    """The same, and nothing proves yet that she wrote it."""
    EXERCISE = "exercise"
    """It was one: she answered, and need not go."""


@dataclass(frozen=True, slots=True)
class Act:
    responder_id: int
    reference: str
    verb: Verb
    way: EntryWay
    at: datetime
    proved: bool = True
    """Not proved: a callback says so, and no inbox yet."""
    to: PassedTo = PassedTo.NEXT
    """The kind of receiver, where it is passed on."""
    chosen: tuple[int, ...] = ()
    """The responders to ask, where it is passed on: a colleague chosen by name, or those of a desk whose turn it is."""


@dataclass(frozen=True, slots=True)
class Done:
    result: Acted
    reference: str = ""
    referral_id: int | None = None
    due: datetime | None = None
    """By when the outcome is due."""
    """A message to ring for, after the commit."""
    coming: Coming | None = None
    """What was told about coming, where she took it."""
    waits: Verb | None = None
    """What is carried out once the inbox lists this very SMS."""
    followers: tuple[int, ...] = ()
    """Her referrals for the tips of the same cluster, which she took with it."""
