"""What may stand in the log of a case: closed lists, so that no free word is ever stored there in clear. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from hotline.domain.referrals.case_events import Purpose
from hotline.domain.tip import TipOutcome


class EntryKind(StrEnum):
    """What happened to a case."""

    TOLD = "told"
    DELIVERED = "delivered"
    TAKEN = "taken"
    OPENED = "opened"
    ON_SITE = "on_site"
    SCREENED = "screened"
    CONSENT = "consent"
    OFFERED = "offered"
    """Somebody who can help was asked."""
    ANSWERED = "answered"
    """What the service that was asked said."""
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
    """How it reached us."""

    USSD = "ussd"
    SMS = "sms"
    CONSOLE = "console"
    CLI = "cli"
    CLOCK = "clock"


class TakeProof(StrEnum):
    """How sure it is that a responder took a case."""

    PROVED = "proved"
    """She dialled, or the gateway's inbox lists her SMS."""
    UNPROVED = "unproved"
    """An SMS that is believed until it is doubted."""
    PROVISIONAL = "provisional"
    """An SMS that counts once it is proved."""
    DOUBTED = "doubted"
    """No inbox lists it: it counts no more."""


class NoteCode(StrEnum):
    """What a note says, where no words are needed."""

    NOBODY = "nobody"
    POLICE = "police"
    WOMAN = "woman"
    INTERPRETER = "interpreter"
    WORDS = "words"
    """Her own words: a `case_note`, sealed."""


class PassedTo(StrEnum):
    NEXT = "next"
    COLLEAGUE = "colleague"
    DISTRICT = "district"
    NATIONAL = "national"


class NotTrafficking(StrEnum):
    """What it is, where it is not trafficking."""

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
"""By kind, the codes that an entry may hold and the values of each. A kind that is not named here holds none."""


def check_codes(kind: EntryKind, codes: Mapping[str, str]) -> None:
    """Raises ValueError for a code that no entry of this kind may hold. The error names no value."""
    allowed = CODES.get(kind, {})
    for name, value in codes.items():
        if value not in allowed.get(name, ()):
            raise ValueError(f"no code of the entry {kind}: {name}")
