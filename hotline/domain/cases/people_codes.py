"""What is noted of a person whom a case is about: closed lists, so that no free word stands there. Pure.

These codes never stand in the log of a case: they are kept beside it, sealed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.domain.cases.entries import EntryKind
from hotline.domain.places.states import STATES

YES, NO, UNSURE = "yes", "no", "unsure"
NOT_SAID, OTHER, UNKNOWN = "not_said", "other", "unknown"


class ConsentCode(StrEnum):
    """What a person said who was asked, alone, whether help is wanted."""

    YES = "yes"
    NO = "no"
    """An adult's: final until that person says otherwise."""
    CANNOT_SAY = "cannot_say"
    ASSENT_YES = "assent_yes"
    """A child agrees."""
    ASSENT_NO = "assent_no"
    TOO_YOUNG = "too_young"


OF_CHILD = frozenset({ConsentCode.ASSENT_YES, ConsentCode.ASSENT_NO, ConsentCode.TOO_YOUNG})


class ServiceAnswer(StrEnum):
    """What a service that was asked said."""

    ACCEPTED = "accepted"
    NO_ROOM = "no_room"
    REFUSED = "refused"
    NOT_OUR_KIND = "not_our_kind"
    PERSON_REFUSED = "person_refused"
    NONE = "none"
    """It has not answered yet."""


class ThirtyDays(StrEnum):
    """How somebody is thirty days after help was reached."""

    HELPED = "helped"
    SAFE = "safe"
    LEFT = "left"
    DANGER = "danger"
    """In danger again."""
    UNKNOWN = "unknown"


MINOR, ACT, FORCE, DECEIT, PURPOSE, FREE = "minor", "act", "force", "deceit", "purpose", "free"
FORM, SEX, NATIONALITY, STATE = "form", "sex", "nationality", "state"
CONSENT, INTEREST, NOT_YET, AGAIN = "consent", "interest", "not_yet", "again"
SERVICE, DESK, ANSWER, ARRIVED, THIRTY = "service", "desk", "answer", "arrived", "thirty"
DETERMINATION, BODY, ACTUAL = "determination", "body", "actual"
WOMAN, MAN, GIRL, BOY = "woman", "man", "girl", "boy"

SURE = frozenset((YES, NO, UNSURE))
FORMS = frozenset(
    (
        "labour",
        "sex",
        "child_work",
        "marriage",
        "armed_group",
        "organs",
        "begging",
        "servitude",
        "crime",
        "false_offer",
        OTHER,
    )
)
AS_SEEN: Mapping[str, frozenset[str]] = {
    SEX: frozenset((WOMAN, MAN, GIRL, BOY, NOT_SAID)),
    NATIONALITY: frozenset(("rwanda", OTHER, NOT_SAID)),
}
"""What the helper sees, or is told: it may be said with any of the first three acts."""
SERVICES = frozenset(
    ("isange", "shelter", "health", "child_officer", "police", "legal", "journey_home", OTHER)
)
CODES_OF: Mapping[EntryKind, Mapping[str, frozenset[str]]] = {
    EntryKind.SCREENED: {
        **dict.fromkeys((MINOR, ACT, FORCE, DECEIT, PURPOSE, FREE), SURE),
        FORM: FORMS,
        **AS_SEEN,
    },
    EntryKind.CONSENT: {
        CONSENT: frozenset(ConsentCode),
        INTEREST: frozenset((YES, NOT_YET)),
        AGAIN: frozenset((WOMAN, "anyone")),
        MINOR: SURE,
        **AS_SEEN,
    },
    EntryKind.OFFERED: {SERVICE: SERVICES, STATE: STATES, **AS_SEEN},
    EntryKind.ANSWERED: {ANSWER: frozenset(ServiceAnswer)},
    EntryKind.ARRIVED: {ARRIVED: frozenset((YES, NO, UNKNOWN)), STATE: STATES},
    EntryKind.THIRTY: {THIRTY: frozenset(ThirtyDays), STATE: STATES},
    EntryKind.DETERMINATION: {
        DETERMINATION: frozenset((ACTUAL, "not")),
        BODY: frozenset(("police", "court", "ngo", "government")),
    },
}
"""By kind of an entry, the codes about a person that go with it. An offer may name a desk besides."""
NEEDED: Mapping[EntryKind, tuple[str, ...]] = {
    EntryKind.SCREENED: (MINOR, ACT, PURPOSE),
    EntryKind.CONSENT: (CONSENT,),
    EntryKind.OFFERED: (SERVICE,),
    EntryKind.ANSWERED: (ANSWER,),
    EntryKind.ARRIVED: (ARRIVED,),
    EntryKind.THIRTY: (THIRTY,),
    EntryKind.DETERMINATION: (DETERMINATION, BODY),
}
OF_REFERRAL = (EntryKind.ANSWERED, EntryKind.ARRIVED, EntryKind.THIRTY)
"""These speak of one offer."""
DESK_CODE = re.compile(r"[0-9A-Za-z_-]{1,40}")
MOST_PEOPLE = 99


@dataclass(frozen=True, slots=True)
class PersonCodes:
    """What an entry says of one person of its case."""

    n: int
    """Which of its persons, from 1: nobody is named."""
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    referral: int | None = None
    """The entry of the offer that this is about."""

    def checked(self, kind: EntryKind) -> "PersonCodes":
        """Raises ValueError for what such an entry may not say. The error names no value."""
        allowed = CODES_OF.get(kind, {})
        for name, value in self.codes.items():
            is_desk = kind is EntryKind.OFFERED and name == DESK and DESK_CODE.fullmatch(value)
            if not is_desk and value not in allowed.get(name, ()):
                raise ValueError(f"no code about a person of the entry {kind}: {name}")
        lacking = [name for name in NEEDED.get(kind, ()) if name not in self.codes]
        if lacking or kind not in CODES_OF:
            raise ValueError(f"the entry {kind} says nothing of a person: {' '.join(lacking)}")
        if not 0 < self.n <= MOST_PEOPLE or (self.referral is None) is (kind in OF_REFERRAL):
            raise ValueError(f"the entry {kind} is about no person, or about no offer")
        return self

    def to_bytes(self) -> bytes:
        document = {"n": self.n, "codes": dict(self.codes), "referral": self.referral}
        return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, plain: bytes) -> "PersonCodes":
        """Raises ValueError, KeyError or TypeError for what `to_bytes` never made."""
        document = json.loads(plain)
        codes = {str(name): str(value) for name, value in document["codes"].items()}
        return cls(int(document["n"]), codes, document["referral"])


def only(kind: EntryKind, said: Mapping[str, str]) -> dict[str, str]:
    """Of all that was said, what an entry of this kind may hold."""
    allowed = CODES_OF[kind]
    return {name: value for name, value in said.items() if value in allowed.get(name, ())}
