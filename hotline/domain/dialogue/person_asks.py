"""What a responder keys about one person, and what of it the reader is sent in the sealed box beside her PIN. Pure.

A row holds the verb alone. Each question has a screen of its own, and what was answered is sent once: with the last
answer of a screening, of a consent, of an offer. A session that ends in the middle leaves nothing of what it was about
to say. A yes is whole by itself: a call that drops behind it loses no wish for help.
"""

from collections.abc import Mapping
from enum import StrEnum

PERSON = "person"
"""In the box, and as a word of the reader's answer: which person of the case is meant, by number."""
CODE = "code."
"""Prefix of the codes in the box."""
NEW = "new"
"""The value of a person whom nobody has written down yet."""
WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON = "work_person", "arrival_person", "thirty_person"
"""The answers that name a person: to be screened or helped, who may have arrived, who is asked of after thirty days."""
FLOWS = frozenset({"screening", "helping", "following"})
"""The flows that begin with a person of their own."""


class PersonVerb(StrEnum):
    SCREENED = "screened"
    CONSENT = "consent"
    OFFERED = "offered"
    ANSWERED = "answered"
    ARRIVED = "arrived"
    THIRTY = "thirty"


MINOR, FORCE, DECEIT, PURPOSE, FORM = "minor", "force", "deceit", "purpose", "form"
CONSENT, INTEREST, AGAIN_BY, SEX, NATIONALITY = (
    "consent",
    "interest",
    "again",
    "sex",
    "nationality",
)
CODES: Mapping[PersonVerb, tuple[str, ...]] = {
    PersonVerb.SCREENED: (MINOR, "act", FORCE, DECEIT, PURPOSE, "free", FORM),
    PersonVerb.CONSENT: (MINOR, CONSENT, INTEREST, AGAIN_BY, SEX, NATIONALITY),
    PersonVerb.OFFERED: ("service", SEX, NATIONALITY),
    PersonVerb.ANSWERED: ("answer",),
    PersonVerb.ARRIVED: ("arrived",),
    PersonVerb.THIRTY: ("thirty",),
}
"""The codes that each verb may bring."""
WHO = {PersonVerb.ARRIVED: ARRIVAL_PERSON, PersonVerb.THIRTY: THIRTY_PERSON}
"""The answer that names the person, where it is not `WORK_PERSON`."""
ENDS = {
    "person_form": PersonVerb.SCREENED,
    "person_again": PersonVerb.CONSENT,
    "person_service": PersonVerb.OFFERED,
    "person_answer": PersonVerb.ANSWERED,
    "person_arrived": PersonVerb.ARRIVED,
    "person_thirty": PersonVerb.THIRTY,
}
"""The answers that are always the last."""
ENDS_AS = {
    ("person_consent", "yes"): PersonVerb.CONSENT,
    ("person_interest", "yes"): PersonVerb.CONSENT,
    ("person_consent", "cannot_say"): PersonVerb.CONSENT,
    ("person_interest", "not_yet"): PersonVerb.CONSENT,
}
"""The values that make an answer the last."""


def answer_of(code: str) -> str:
    """The name of the answer that a flow saves for a code."""
    return f"person_{code}"


ANSWERS = frozenset(
    (
        *(answer_of(code) for codes in CODES.values() for code in codes),
        *(WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON),
    )
)
"""Every answer that is about a person: no hop commits one."""


def ended_by(name: str, value: str, answers: Mapping[str, str]) -> PersonVerb | None:
    """What is whole with this answer; None where more is asked."""
    if name == answer_of("free") and answers.get(answer_of(PURPOSE)) == "no":
        return PersonVerb.SCREENED
    return ENDS.get(name) or ENDS_AS.get((name, value))


def box(verb: PersonVerb, answers: Mapping[str, str], made: str) -> Mapping[str, str]:
    """What the reader is sent: the person and the codes, without what a corrected answer left over.

    `made` is the person whom this round wrote down already: going back corrects that one. Where several may be meant,
    the flow has asked whom: where it asked nobody, somebody new is met, or the only one who is due is meant.
    """
    given = {code: value for code in CODES[verb] if (value := answers.get(answer_of(code)))}
    meant = {code: value for code, value in given.items() if _is_meant(code, given)}
    codes = {f"{CODE}{code}": value for code, value in meant.items()}
    if verb in WHO:
        person = answers.get(WHO[verb], "")
        return {PERSON: person, **codes} if person else codes
    person = answers.get(WORK_PERSON, NEW)
    return {PERSON: made or person if person == NEW else person, **codes}


def told_of(typed: Mapping[str, str]) -> tuple[int | None, Mapping[str, str]]:
    """The other way round: the number of the person, 0 for somebody new, None where nobody is named; and the codes."""
    person = typed.get(PERSON, "")
    codes = {
        name.removeprefix(CODE): value for name, value in typed.items() if name.startswith(CODE)
    }
    if person == NEW:
        return 0, codes
    return (int(person) if person.isdecimal() else None), codes


def _is_meant(code: str, given: Mapping[str, str]) -> bool:
    """Whether a code belongs to what the others say: she may have gone back and answered otherwise."""
    consent = given.get(CONSENT)
    of_child = consent not in ("yes", "no", "cannot_say")
    match code:
        case "force" | "deceit":
            return given.get(MINOR) != "yes"
        case "form":
            return given.get(PURPOSE) != "no"
        case "interest":
            return of_child
        case "again":
            return consent == "no"
        case "sex":
            # Who looks like a child is one, also where nobody has decided yet what is best.
            return consent == "yes" or of_child
        case "nationality":
            return consent in (None, "yes") or (of_child and given.get(INTEREST) == "yes")
        case _:
            return True
