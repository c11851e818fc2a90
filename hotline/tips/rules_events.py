"""Names what can happen to a case, and why a message about it is sent. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.tips.rules import TipOutcome
from hotline.tips.rules_deadlines import DeadlineKind


class CaseEventKind(StrEnum):
    """An event of a case."""

    RAISED = "raised"
    """A later answer made the case more urgent."""
    NOT_REACHED = "unreached"
    """An alert will not arrive, or not soon."""
    REMOVED = "left"
    """An alerted responder is no longer active: removed or on leave."""
    ACKNOWLEDGED = "taken"
    """A responder took the case, and the take is believed."""
    OPENED = "opened"
    """An alerted responder read the case with their own PIN."""
    ON_SITE = "on_site"
    REFERRED = "referred"
    ANSWERED = "answered"
    """The reporter answered a question back."""
    PASSED = "passed"
    """A responder who was alerted or took the case cannot act."""
    DOUBTED = "doubted"
    """A take could not be proved. If it was the assignee's, the case loses its assignee."""
    CLOSURE_REQUESTED = "end_wanted"
    REFUSED = "refused"
    """A second person refused the requested closure. A person who refuses by phone becomes the assignee."""
    CLOSURE_READ = "closure_read"
    """A person who may confirm the requested closure has opened the case since the request."""
    CLOSED = "closed"
    MARKED = "marked"
    """The reporter asked that no one visits, or a caller erased the tip."""
    NOT_HEARD = "unheard"
    """The notice about visit safety did not reach the assignee."""
    DECIDED = "decided"
    """The national desk decided how responders must go."""
    MOVED = "moved"
    """The reporter corrected the place."""
    BESIDE = "beside"
    """A later answer gives a partner desk access: it names the camp, or says that the people leave soon."""
    WITHHELD = "withheld"
    """A later answer says that an official is or may be involved."""
    SENT_DOWN = "sent_down"
    """The national desk gives the district access to a case that was withheld from it."""
    DANGER_AGAIN = "danger_again"
    """A person who was helped is in danger again. The case is open and urgent."""
    STOOD_DOWN = "released"
    """The national desk stands down the people of the first place."""
    DUE = "due"
    """A clock fired. `Event.kind` says which."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a case. `by` is the responder who caused it.

    `kind`, `nth` and `named_at` belong to a clock that fired. For a corrected place, `nth` counts the corrections.
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
    """To the national desk: the case is still not taken."""
    REMIND = "remind"
    """To the assignee: asks for the outcome."""
    OVERDUE = "overdue"
    """To a coordinator or the national desk: the case was taken, and its outcome is overdue."""
    LOOK = "look"
    """To the national desk: asks a second person to look at a danger that was taken two hours ago."""
    CONFIRM_CLOSURE = "judge"
    """To the national desk: closure was requested and must be confirmed or refused."""
    VISIT_SAFETY = "care"
    """To every alerted responder: how to go."""
    HOW = "how"
    """To the national desk: asks how responders must go."""
    UNANSWERED = "unanswered"
    """To responders who may go: the national desk has not said how."""
    MOVED = "moved"
    """To every alerted responder: the place changed."""
    TOLD_FIRST = "told_first"
    """To the national desk: the district was alerted before an official was named."""
    MORE = "more"
    """To the national desk: the reporter added to the tip."""
    LET = "let"
    """To the national desk: the new place took the case. Asks if the first place may be stood down."""
    FOLLOW = "follow"
    """To the responder who can know, then to higher levels: asks what happened to a person who was offered help."""
    STAND_DOWN = "let_go"
    """To the people of the first place: they are stood down, because others took the case."""


# Defines the case events and their closed lists of codes. No free text is ever stored there in clear. Pure.


class LoggedEvent(StrEnum):
    """One kind of event in a case."""

    ALERTED = "told"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "taken"
    OPENED = "opened"
    ON_SITE = "on_site"
    SCREENED = "screened"
    CONSENT = "consent"
    OFFERED = "offered"
    """A service that can help was asked."""
    ANSWERED = "answered"
    """The answer of the service that was asked."""
    ARRIVED = "arrived"
    THIRTY = "thirty"
    ASKED = "asked"
    """A question waits behind the reporter's receipt."""
    NOTE = "note"
    PASSED = "passed"
    CLOSURE_DECIDED = "judged"
    DETERMINATION = "determination"
    EXCLUDED = "excluded"
    LINKED = "linked"
    CLOSED = "closed"
    REOPENED = "reopened"


class EventChannel(StrEnum):
    """The channel by which a case event arrived."""

    USSD = "ussd"
    SMS = "sms"
    CONSOLE = "console"
    CLI = "cli"
    CLOCK = "clock"


class TakeProof(StrEnum):
    """The proof that a responder took a case."""

    PROVED = "proved"
    """The responder dialled, or the gateway's inbox lists their SMS."""
    UNPROVED = "unproved"
    """An SMS that is believed until it is doubted."""
    PROVISIONAL = "provisional"
    """An SMS that counts once it is proved."""
    DOUBTED = "doubted"
    """No inbox lists the SMS, so it no longer counts."""


class NoteCode(StrEnum):
    """The content of a note that needs no free text."""

    NOBODY = "nobody"
    POLICE = "police"
    WOMAN = "woman"
    INTERPRETER = "interpreter"
    WORDS = "words"
    """The responder's own text: a `case_note`, sealed."""


class PassedTo(StrEnum):
    NEXT = "next"
    COLLEAGUE = "colleague"
    DISTRICT = "district"
    NATIONAL = "national"


class NotTrafficking(StrEnum):
    """The nature of a case that is not trafficking."""

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
"""The codes that an event of each kind may hold, with the values of each. A kind that is missing here holds none."""


def check_codes(kind: LoggedEvent, codes: Mapping[str, str]) -> None:
    """Raises ValueError for a code that no event of this kind may hold. The error names no value."""
    allowed = CODES.get(kind, {})
    for name, value in codes.items():
        if value not in allowed.get(name, ()):
            raise ValueError(f"no code of the entry {kind}: {name}")
