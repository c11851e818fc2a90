"""Names the events of a case, and the purposes of messages about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.tips.rules import TipOutcome
from hotline.tips.rules_deadlines import DeadlineKind


class CaseEventKind(StrEnum):
    """Something that happened in a case."""

    RAISED = "raised"
    """A later answer made the case more urgent."""
    NOT_REACHED = "unreached"
    """An alert will arrive late or never."""
    REMOVED = "left"
    """An alerted responder was removed, or is on leave now."""
    ACKNOWLEDGED = "taken"
    """A responder took the case, and this counts."""
    OPENED = "opened"
    """An alerted responder read the case with their own PIN."""
    ON_SITE = "on_site"
    REFERRED = "referred"
    ANSWERED = "answered"
    """The caller answered a question of a desk."""
    PASSED = "passed"
    """A responder passed the case on."""
    DOUBTED = "doubted"
    """The SMS with which a responder took the case could not be proved. If this responder was the assignee, the case
    loses its assignee."""
    CLOSURE_REQUESTED = "end_wanted"
    REFUSED = "refused"
    """A second person refused the requested closure. A person who refuses by phone becomes the assignee."""
    CLOSURE_READ = "closure_read"
    """A person who may confirm the closure has opened the case after the request."""
    CLOSED = "closed"
    MARKED = "marked"
    """The caller asked that no one visits, or erased the report."""
    NOT_HEARD = "unheard"
    """The notice about visit safety did not reach the assignee."""
    DECIDED = "decided"
    """The national desk decided how responders must visit."""
    MOVED = "moved"
    """The caller corrected the place."""
    BESIDE = "beside"
    """A later answer gives a partner desk access: it names the camp, or says that the journey begins soon."""
    WITHHELD = "withheld"
    """A later answer says that an official is, or may be, involved."""
    SENT_DOWN = "sent_down"
    """The national desk gave a district access to a case that was withheld from it."""
    DANGER_AGAIN = "danger_again"
    """A person who had help is in danger again. The case is now open and urgent."""
    STOOD_DOWN = "released"
    """The national desk stood down the people of the first place."""
    DUE = "due"
    """A deadline fired. `Event.kind` names the deadline."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a case, with the data that belongs to it. `by` is the responder who caused the event.

    `kind`, `nth` and `named_at` describe a deadline that fired. If the place was corrected, `nth` is the number of
    corrections.
    """

    what: CaseEventKind
    by: int | None = None
    kind: DeadlineKind | None = None
    nth: int = 0
    named_at: datetime | None = None
    chosen: tuple[int, ...] = ()
    """The responders to ask, if the responder who passed the case on chose them."""


class Purpose(StrEnum):
    """The purpose of a message to responders."""

    ALERT = "alert"
    OPEN = "open"
    """To the national desk: no responder has taken the case yet."""
    REMIND = "remind"
    """To the assignee: please report the outcome."""
    OVERDUE = "overdue"
    """To a coordinator or the national desk: the case was taken, and its outcome is overdue."""
    LOOK = "look"
    """To the national desk: a second person must look at a case with danger that was taken two hours ago."""
    CONFIRM_CLOSURE = "judge"
    """To the national desk: closure was requested, please confirm or refuse it."""
    VISIT_SAFETY = "care"
    """To every alerted responder: how to visit."""
    HOW = "how"
    """To the national desk: please decide how responders must visit."""
    UNANSWERED = "unanswered"
    """To responders who may visit: the national desk has not decided how to visit."""
    MOVED = "moved"
    """To every alerted responder: the place changed."""
    TOLD_FIRST = "told_first"
    """To the national desk: the district was alerted before an official was named."""
    MORE = "more"
    """To the national desk: the caller added to the report."""
    LET = "let"
    """To the national desk: a responder of the new place took the case. The desk is asked if the people of the first
    place may be stood down."""
    FOLLOW = "follow"
    """To the responder who may know, then to higher levels: what happened to a person who was offered help?"""
    STAND_DOWN = "let_go"
    """To the people of the first place: they are stood down, because others took the case."""


# Defines the case events and their closed lists of codes. They never contain free text that is not
# encrypted. Pure.


class LoggedEvent(StrEnum):
    """The kind of a case event."""

    ALERTED = "told"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "taken"
    OPENED = "opened"
    ON_SITE = "on_site"
    SCREENED = "screened"
    CONSENT = "consent"
    OFFERED = "offered"
    """A responder asked a service for help."""
    ANSWERED = "answered"
    """The service answered."""
    ARRIVED = "arrived"
    THIRTY = "thirty"
    ASKED = "asked"
    """A question waits for the holder of the receipt."""
    NOTE = "note"
    PASSED = "passed"
    CLOSURE_DECIDED = "judged"
    DETERMINATION = "determination"
    EXCLUDED = "excluded"
    LINKED = "linked"
    CLOSED = "closed"
    REOPENED = "reopened"


class EventChannel(StrEnum):
    """The channel through which a case event was recorded."""

    USSD = "ussd"
    SMS = "sms"
    CONSOLE = "console"
    CLI = "cli"
    CLOCK = "clock"


class TakeProof(StrEnum):
    """The proof that a responder really took a case."""

    PROVED = "proved"
    """The responder dialled, or the inbox of the gateway lists their SMS."""
    UNPROVED = "unproved"
    """An SMS that counts until it is doubted."""
    PROVISIONAL = "provisional"
    """An SMS that counts only after it was proved."""
    DOUBTED = "doubted"
    """No inbox lists the SMS, so it does not count any more."""


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
    """The nature of a case that was not trafficking."""

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
"""The codes that an event of each kind may contain, with the possible values. Kinds that are missing here have no
codes."""


def check_codes(kind: LoggedEvent, codes: Mapping[str, str]) -> None:
    """Raises ValueError for a code that an event of this kind may not contain. The error does not contain the value."""
    allowed = CODES.get(kind, {})
    for name, value in codes.items():
        if value not in allowed.get(name, ()):
            raise ValueError(f"the entry {kind} cannot have this code: {name}")
