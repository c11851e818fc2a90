"""What is noted of a person, in words: each closed list of `domain.cases.people_codes`, and what each form asks."""

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.following import FollowKind
from hotline.domain.cases.people_codes import (
    ACT,
    AGAIN,
    ANSWER,
    ARRIVED,
    BODY,
    CONSENT,
    DECEIT,
    DETERMINATION,
    FORCE,
    FORM,
    FREE,
    INTEREST,
    MINOR,
    NATIONALITY,
    PURPOSE,
    SERVICE,
    SEX,
    STATE,
    THIRTY,
)
from hotline.domain.cases.screening import ScreeningResult
from hotline.web.console.who import phrase

SURE = {"yes": phrase("yes"), "no": phrase("no"), "unsure": phrase("not sure")}
SERVICES = {
    "isange": phrase("Isange centre"),
    "shelter": phrase("shelter"),
    "health": phrase("health care"),
    "child_officer": phrase("child officer"),
    "police": phrase("police"),
    "legal": phrase("legal help"),
    "journey_home": phrase("journey home"),
    "other": phrase("another help"),
}
VALUES: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys((MINOR, ACT, FORCE, DECEIT, PURPOSE, FREE), SURE),
    FORM: {
        "labour": phrase("work"),
        "sex": phrase("sex"),
        "begging": phrase("begging"),
        "marriage": phrase("marriage"),
        "crime": phrase("crime"),
        "organs": phrase("organs"),
        "armed_group": phrase("an armed group"),
        "servitude": phrase("servitude"),
        "child_work": phrase("a child's work"),
        "false_offer": phrase("only a false job"),
        "other": phrase("something else"),
    },
    SEX: {
        "woman": phrase("a woman"),
        "man": phrase("a man"),
        "girl": phrase("a girl"),
        "boy": phrase("a boy"),
        "not_said": phrase("not said"),
    },
    NATIONALITY: {
        "rwanda": phrase("Rwanda"),
        "other": phrase("elsewhere"),
        "not_said": phrase("not said"),
    },
    CONSENT: {
        "yes": phrase("grown up: yes"),
        "no": phrase("grown up: no"),
        "cannot_say": phrase("grown up: cannot say now"),
        "assent_yes": phrase("a child: agrees"),
        "assent_no": phrase("a child: does not agree"),
        "too_young": phrase("a child: too young to say"),
    },
    INTEREST: {"yes": phrase("yes"), "not_yet": phrase("not decided yet")},
    AGAIN: {"woman": phrase("a woman"), "anyone": phrase("anybody")},
    SERVICE: SERVICES,
    ANSWER: {
        "accepted": phrase("accepted"),
        "no_room": phrase("no room"),
        "refused": phrase("refused"),
        "not_our_kind": phrase("not our kind of help"),
        "person_refused": phrase("the person wants no such help"),
        "none": phrase("no answer yet"),
    },
    ARRIVED: {"yes": phrase("yes"), "no": phrase("no"), "unknown": phrase("nobody knows")},
    THIRTY: {
        "helped": phrase("still helped"),
        "safe": phrase("safe, and done"),
        "left": phrase("left the help"),
        "danger": phrase("in danger again"),
        "unknown": phrase("nobody knows"),
    },
    DETERMINATION: {
        "actual": phrase("actual: a victim of trafficking"),
        "not": phrase("not a victim of trafficking"),
    },
    BODY: {
        "police": phrase("police"),
        "court": phrase("court or prosecution"),
        "ngo": phrase("an organisation that is no government's"),
        "government": phrase("another body of government"),
    },
}
ASKS: Mapping[str, str] = {
    MINOR: phrase("Is the person under 18?"),
    ACT: phrase("Did somebody hire, move, keep or take in this person?"),
    FORCE: phrase("Force, threats, locked in, papers taken?"),
    DECEIT: phrase("Lies, a debt, someone was paid for the person, or need abused?"),
    PURPOSE: phrase("Used, or to be used, for others' gain?"),
    FREE: phrase("Can the person leave freely now?"),
    FORM: phrase("Used for what?"),
    SEX: phrase("As you see"),
    NATIONALITY: phrase("From where?"),
    CONSENT: phrase("Asked alone: does the person want help?"),
    INTEREST: phrase("Of a child: is it best, decided with the child officer?"),
    AGAIN: phrase("After a no: who asks once more in three days?"),
    SERVICE: phrase("Which help?"),
    ANSWER: phrase("What does the service say?"),
    ARRIVED: phrase("Did the person arrive?"),
    THIRTY: phrase("How is the person after thirty days?"),
    STATE: phrase("Which state, as the service was told?"),
    DETERMINATION: phrase("What was decided?"),
    BODY: phrase("Which body said so?"),
}
HINTS: Mapping[str, str] = {
    FORCE: phrase("Not needed for a child."),
    DECEIT: phrase("Not needed for a child."),
    INTEREST: phrase("Do not ask a parent who may be part of it. Immediate safety never waits."),
    SERVICE: phrase(
        "Before police or the journey home, say: not held, fined or sent back for what the person was forced to do."
        " Who fears going home: ask UNHCR or MINEMA."
    ),
    THIRTY: phrase(
        "In danger again opens the case as danger, and the national desk is told at once."
    ),
}


@dataclass(frozen=True, slots=True)
class FormWords:
    """A form about a person: its title, what its button says, its fields, and those that must be answered."""

    title: str
    names: tuple[str, ...]
    needed: tuple[str, ...]
    sees: bool = False
    """Somebody stands before the person: first of all, is the person safe?"""


FORMS: Mapping[EntryKind, FormWords] = {
    EntryKind.SCREENED: FormWords(
        phrase("Signs seen on a person"),
        (MINOR, ACT, FORCE, DECEIT, PURPOSE, FREE, FORM, SEX, NATIONALITY),
        (MINOR, ACT, FORCE, DECEIT, PURPOSE),
        sees=True,
    ),
    EntryKind.CONSENT: FormWords(
        phrase("Whether a person wants help"),
        (CONSENT, INTEREST, AGAIN, SEX, NATIONALITY),
        (CONSENT,),
        sees=True,
    ),
    EntryKind.OFFERED: FormWords(phrase("Help is offered"), (SERVICE,), (SERVICE,), sees=True),
    EntryKind.ANSWERED: FormWords(phrase("What the service answers"), (ANSWER,), (ANSWER,)),
    EntryKind.ARRIVED: FormWords(
        phrase("Whether the person arrived"), (ARRIVED, STATE), (ARRIVED,)
    ),
    EntryKind.THIRTY: FormWords(
        phrase("Thirty days after the arrival"), (THIRTY, STATE), (THIRTY,)
    ),
    EntryKind.DETERMINATION: FormWords(
        phrase("What a body decided"), (DETERMINATION, BODY), (DETERMINATION, BODY)
    ),
}
RESULTS = {
    ScreeningResult.POSSIBLE: (phrase("signs: possible victim"), "bad"),
    ScreeningResult.NOT_INDICATED: (phrase("signs: not indicated"), "soft"),
    ScreeningResult.UNCLEAR: (phrase("signs: unclear"), "warn"),
}
HAPPENED = {
    EntryKind.SCREENED: phrase("{who} noted signs seen on a person."),
    EntryKind.CONSENT: phrase("{who} asked a person whether help is wanted."),
    EntryKind.OFFERED: phrase("{who} offered help to a person."),
    EntryKind.ANSWERED: phrase("{who} noted what the service answers."),
    EntryKind.ARRIVED: phrase("{who} noted whether the person arrived."),
    EntryKind.THIRTY: phrase("{who} noted how the person is after thirty days."),
    EntryKind.DETERMINATION: phrase("{who} noted what a body decided."),
}
CLOCKS = {
    FollowKind.ANSWER: phrase("Person {n}: the service's answer, by"),
    FollowKind.OFFER: phrase("Person {n}: a service is asked for help, by"),
    FollowKind.ARRIVAL: phrase("Person {n}: the arrival is said, by"),
    FollowKind.THIRTY: phrase("Person {n}: thirty days after the arrival, from"),
    FollowKind.CONSENT: phrase("Person {n}: asked once more whether help is wanted, from"),
}
"""A moment stands behind each."""
