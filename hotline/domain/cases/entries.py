"""Defines the case events and their closed lists of codes. No free text is ever stored there in clear. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from hotline.domain.referrals.case_events import Purpose
from hotline.domain.tip import TipOutcome


class EntryKind(StrEnum):
    """One kind of event in a case."""

    TOLD = "told"
    DELIVERED = "delivered"
    TAKEN = "taken"
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
    JUDGED = "judged"
    DETERMINATION = "determination"
    EXCLUDED = "excluded"
    LINKED = "linked"
    CLOSED = "closed"
    REOPENED = "reopened"


class EntryWay(StrEnum):
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

CODES: Mapping[EntryKind, Mapping[str, frozenset[str]]] = {
    EntryKind.TOLD: {WHY: frozenset(Purpose)},
    EntryKind.TAKEN: {PROOF: frozenset(TakeProof)},
    EntryKind.NOTE: {SAYS: frozenset(NoteCode)},
    EntryKind.PASSED: {TO: frozenset(PassedTo)},
    EntryKind.JUDGED: {AGREES: frozenset((YES, NO)), OUTCOME: frozenset(TipOutcome)},
    EntryKind.EXCLUDED: {
        WHY: frozenset(("named", "official", "asked")),
        LIFTED: frozenset((YES,)),
    },
    EntryKind.LINKED: {
        WHY: frozenset(("contact", "words", "place_time", "said")),
        UNDONE: frozenset((YES,)),
    },
    EntryKind.CLOSED: {
        OUTCOME: frozenset(TipOutcome),
        WHAT: frozenset(NotTrafficking),
        WAITS: frozenset((YES,)),
    },
}
"""The codes that an event of each kind may hold, with the values of each. A kind that is missing here holds none."""


def check_codes(kind: EntryKind, codes: Mapping[str, str]) -> None:
    """Raises ValueError for a code that no event of this kind may hold. The error names no value."""
    allowed = CODES.get(kind, {})
    for name, value in codes.items():
        if value not in allowed.get(name, ()):
            raise ValueError(f"no code of the entry {kind}: {name}")
