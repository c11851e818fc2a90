"""Defines the events of a case, and the purposes of messages about a case. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.tips.rules import TipOutcome
from hotline.tips.rules_deadlines import DeadlineKind


class CaseEventKind(StrEnum):
    """An event of a case that may change who must act."""

    RAISED = "raised"
    """A later answer made the case more urgent."""
    NOT_REACHED = "unreached"
    """An alert did not arrive, or arrives late."""
    REMOVED = "left"
    """An alerted responder was removed or is on leave."""
    ACKNOWLEDGED = "taken"
    """A responder took the case with an answer that counts."""
    OPENED = "opened"
    """An alerted responder read the case with their PIN."""
    ON_SITE = "on_site"
    REFERRED = "referred"
    ANSWERED = "answered"
    """The caller answered a question of a desk."""
    PASSED = "passed"
    """A responder passed the case on."""
    DOUBTED = "doubted"
    """The gateway's inbox does not list the SMS with which a responder took the case. If this responder was the
    assignee, the case loses its assignee."""
    CLOSURE_REQUESTED = "end_wanted"
    REFUSED = "refused"
    """A second person refused the requested closure. A person who refuses by phone becomes the assignee."""
    CLOSURE_READ = "closure_read"
    """A person who may confirm the closure opened the case after the closure was requested."""
    CLOSED = "closed"
    MARKED = "marked"
    """The caller asked for no visit, or erased the report."""
    NOT_HEARD = "unheard"
    """The notice about visits did not reach the assignee."""
    DECIDED = "decided"
    """The national desk decided how responders may visit."""
    MOVED = "moved"
    """The caller corrected the place of the tip."""
    BESIDE = "beside"
    """A later answer gives a partner desk access. It names a camp, or a journey that begins soon."""
    WITHHELD = "withheld"
    """After a later answer, the tip involves an official or may involve one."""
    SENT_DOWN = "sent_down"
    """The national desk gave a district access to a tip that was hidden from it because of an official."""
    DANGER_AGAIN = "danger_again"
    """A person who had been helped is in danger again. The case is open and urgent again."""
    STOOD_DOWN = "released"
    """The national desk stood down the responders of the first place."""
    DUE = "due"
    """A deadline fired. `Event.kind` names the deadline."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a case, with the data that belongs to it. `by` is the responder who caused the event.

    `kind`, `nth` and `named_at` describe the deadline that fired. If the place was corrected, `nth` is the number of
    corrections so far.
    """

    what: CaseEventKind
    by: int | None = None
    kind: DeadlineKind | None = None
    nth: int = 0
    named_at: datetime | None = None
    chosen: tuple[int, ...] = ()
    """If a responder passed the case on and chose colleagues, the ids of these colleagues."""


class Purpose(StrEnum):
    """The purpose of a message to responders."""

    ALERT = "alert"
    OPEN = "open"
    """To the national desk: no responder has taken the case yet."""
    REMIND = "remind"
    """To the assignee: report the outcome."""
    OVERDUE = "overdue"
    """To a coordinator or the national desk: the case was taken, and its outcome is overdue."""
    LOOK = "look"
    """To the national desk: look at a case about danger that one person took two hours ago."""
    CONFIRM_CLOSURE = "judge"
    """To the national desk: confirm or refuse the requested closure."""
    VISIT_SAFETY = "care"
    """To every alerted responder: how they may visit."""
    HOW = "how"
    """To the national desk: decide how responders may visit."""
    UNANSWERED = "unanswered"
    """To responders who may visit: the national desk has not decided about visits yet."""
    MOVED = "moved"
    """To every alerted responder: the place of the tip has changed."""
    TOLD_FIRST = "told_first"
    """To the national desk: people of the district were alerted before the caller named an official."""
    MORE = "more"
    """To the national desk: the caller added to the report."""
    LET = "let"
    """To the national desk: a responder at the new place has taken the case. The desk must decide if the responders of
    the first place are stood down."""
    FOLLOW = "follow"
    """To the responder who may know, then to higher levels: what happened to a person who was offered help?"""
    STAND_DOWN = "let_go"
    """To the responders of the first place: they are stood down, because others have taken the case."""


# Defines the events in the log of a case, and the closed lists of their codes.
# An event contains no free text, except encrypted text. All functions are pure.


class LoggedEvent(StrEnum):
    """The kind of an event in the log of a case."""

    ALERTED = "told"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "taken"
    OPENED = "opened"
    ON_SITE = "on_site"
    SCREENED = "screened"
    CONSENT = "consent"
    OFFERED = "offered"
    """A responder asked a service to help a person."""
    ANSWERED = "answered"
    """The service answered the request."""
    ARRIVED = "arrived"
    THIRTY = "thirty"
    ASKED = "asked"
    """A desk asked the holder of the receipt a question."""
    NOTE = "note"
    PASSED = "passed"
    CLOSURE_DECIDED = "judged"
    DETERMINATION = "determination"
    FILE_TOLD = "file_told"
    """A responder told a person first that a case file is requested."""
    EXCLUDED = "excluded"
    LINKED = "linked"
    CLOSED = "closed"
    REOPENED = "reopened"


class EventChannel(StrEnum):
    """The channel through which an event was recorded."""

    USSD = "ussd"
    SMS = "sms"
    CONSOLE = "console"
    CLI = "cli"
    CLOCK = "clock"


class TakeProof(StrEnum):
    """Says how well it is proved that a responder took a case."""

    PROVED = "proved"
    """The responder dialled, or the gateway's inbox lists the responder's SMS."""
    UNPROVED = "unproved"
    """The responder sent an SMS. It counts until it is doubted."""
    PROVISIONAL = "provisional"
    """The responder sent an SMS. It counts only after it is proved."""
    DOUBTED = "doubted"
    """The inbox does not list the SMS, so it no longer counts."""


class NoteCode(StrEnum):
    """The content of a note, as a choice from a list."""

    NOBODY = "nobody"
    POLICE = "police"
    WOMAN = "woman"
    INTERPRETER = "interpreter"
    WORDS = "words"
    """The responder's own text, encrypted in a row of `case_note`."""


class PassedTo(StrEnum):
    NEXT = "next"
    COLLEAGUE = "colleague"
    DISTRICT = "district"
    NATIONAL = "national"


class NotTrafficking(StrEnum):
    """The kind of a case that was not trafficking."""

    VIOLENCE = "violence"
    SMUGGLING = "smuggling"
    PAY = "pay"
    NOTHING = "nothing"
    OTHER = "other"


WHY, PROOF, TO, OUTCOME, WHAT, SAYS = "why", "proof", "to", "outcome", "what", "says"
AGREES, WAITS, LIFTED, UNDONE = "agrees", "waits", "lifted", "undone"
YES, NO = "yes", "no"

CODES: Mapping[LoggedEvent, Mapping[str, frozenset[str]]] = {
    LoggedEvent.ALERTED: {WHY: frozenset(Purpose)},
    LoggedEvent.ACKNOWLEDGED: {PROOF: frozenset(TakeProof)},
    LoggedEvent.NOTE: {SAYS: frozenset(NoteCode)},
    LoggedEvent.PASSED: {TO: frozenset(PassedTo)},
    LoggedEvent.CLOSURE_DECIDED: {AGREES: frozenset((YES, NO)), OUTCOME: frozenset(TipOutcome)},
    LoggedEvent.EXCLUDED: {
        WHY: frozenset(("named", "official", "asked")),
        LIFTED: frozenset((YES,)),
    },
    LoggedEvent.LINKED: {
        WHY: frozenset(("contact", "words", "place_time", "said")),
        UNDONE: frozenset((YES,)),
    },
    LoggedEvent.CLOSED: {
        OUTCOME: frozenset(TipOutcome),
        WHAT: frozenset(NotTrafficking),
        WAITS: frozenset((YES,)),
    },
}
"""The codes that an event of each kind may have, with their possible values. Events of other kinds have no codes."""


def check_codes(kind: LoggedEvent, codes: Mapping[str, str]) -> None:
    """Raises ValueError for a code that an event of this kind may not contain. The error does not contain the value."""
    allowed = CODES.get(kind, {})
    for name, value in codes.items():
        if value not in allowed.get(name, ()):
            raise ValueError(f"a case event of the kind {kind} cannot have the code {name}")
