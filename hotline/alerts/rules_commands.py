"""Defines a responder's commands on a case and their results, for SMS, dialling and the command line alike. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.alerts.rules_replies import Verb
from hotline.tips.rules_events import EntryWay, PassedTo
from hotline.tips.rules_visit_safety import Coming


class Acted(StrEnum):
    """The result of a command."""

    TAKEN = "taken"
    ALREADY_TAKEN = "already_taken"
    """A colleague is the assignee. The responder is recorded as well."""
    NOTED = "noted"
    """Danger, and it is not yet proved that the responder wrote it. Others are asked too."""
    ON_SITE = "on_site"
    REFERRED = "referred"
    CLOSED = "closed"
    TO_BE_JUDGED = "to_be_judged"
    """A second person checks the requested closure first."""
    ANOTHER_WAITS = "another_waits"
    """Another person's request with another outcome waits. This one is not recorded."""
    GOES_ON_WAITS = "goes_on_waits"
    """A requested closure is refused, but it is not yet proved that the responder wrote it. It waits for the proof."""
    OPEN_FIRST = "open_first"
    """A colleague requested closure. The responder must open the case before confirming, by PIN or in the console."""
    PASSED = "passed"
    THEIRS = "theirs"
    """A colleague is the assignee and no one else is asked, so passing it on alerts no one."""
    NOT_TAKEN_YET = "not_taken_yet"
    """Only the assignee may say this."""
    UNKNOWN = "unknown"
    """The responder has no such reference."""
    OVER = "over"
    """The case is closed."""
    MOVED = "moved"
    """The responder was alerted of a place that was corrected since. It is recorded, and the answer says so."""
    LET_GO = "let_go"
    """The people of the first place are stood down."""
    LET_TOO_EARLY = "let_too_early"
    """No one of the new place has taken the case yet."""
    HOW_SAID = "how_said"
    """The national desk said how to go. Every alerted responder is notified."""
    HOW_WAITS = "how_waits"
    """The same, but it is not yet proved that the responder wrote it."""
    EXERCISE = "exercise"
    """It was a drill. The responder answered and need not go."""


@dataclass(frozen=True, slots=True)
class Act:
    """One command of a responder on one case."""

    responder_id: int
    reference: str
    verb: Verb
    way: EntryWay
    at: datetime
    proved: bool = True
    """False while only a callback reports the SMS, and no inbox page lists it yet."""
    to: PassedTo = PassedTo.NEXT
    """The kind of receiver, if the case is passed on."""
    chosen: tuple[int, ...] = ()
    """The responders to ask, if the case is passed on: a colleague chosen by name, or those of a desk by turn."""


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a command, with the facts that an answer needs."""

    result: Acted
    reference: str = ""
    referral_id: int | None = None
    due: datetime | None = None
    """The time by which the outcome is due."""
    coming: Coming | None = None
    """The facts about visits, if the responder took the case."""
    waits: Verb | None = None
    """The command that is carried out once the inbox lists this SMS."""
    followers: tuple[int, ...] = ()
    """The responder's assignments for tips of the same cluster, which they took with this one."""
