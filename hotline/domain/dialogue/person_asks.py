"""What a responder keys about one person, and what of it the reader is sent in the sealed box beside her PIN. Pure.

A row holds the verb alone. Each question has a screen of its own, and what was answered is sent once: with the last
answer of a screening, of a consent, of an offer. A session that ends in the middle leaves nothing of what it was about
to say. A yes is whole by itself: a call that drops behind it loses no wish for help.
"""

from collections.abc import Mapping

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.people_codes import CASE_FORMS, ON_USSD, SENT_BY_USSD

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
USSD_FORMS = {kind: form for kind, form in CASE_FORMS.items() if form.names(ON_USSD)}
PERSON_VERBS = frozenset(kind.value for kind in USSD_FORMS)
"""The verbs of asks about a person: the entry that each one writes."""
WHO = {EntryKind.ARRIVED: ARRIVAL_PERSON, EntryKind.THIRTY: THIRTY_PERSON}
"""The answer that names the person, where it is not `WORK_PERSON`."""
CODE_ANSWER = "person_"
"""Prefix of the answers that a flow saves for a code."""


ANSWERS = frozenset(
    (
        *(f"{CODE_ANSWER}{code}" for form in USSD_FORMS.values() for code in form.names(ON_USSD)),
        *(WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON),
    )
)
"""Every answer about a person: no hop commits one."""


def codes_in(answers: Mapping[str, str]) -> dict[str, str]:
    """Returns the codes among the answers of a session."""
    return {
        name.removeprefix(CODE_ANSWER): value
        for name, value in answers.items()
        if name.startswith(CODE_ANSWER)
    }


def ended_by(name: str, answers: Mapping[str, str]) -> EntryKind | None:
    """Returns the form whose last question this answer is. None where the form asks more."""
    code, told = name.removeprefix(CODE_ANSWER), codes_in(answers)
    if not name.startswith(CODE_ANSWER):
        return None
    return next(
        (kind for kind, form in USSD_FORMS.items() if form.questions(told, ON_USSD)[-1] == code),
        None,
    )


def box(kind: EntryKind, answers: Mapping[str, str], made: str) -> Mapping[str, str]:
    """What the reader is sent: the person and the codes, without what a corrected answer left over.

    `made` is the person whom this round wrote down already: going back corrects that one. Where several may be meant,
    the flow has asked whom: where it asked nobody, somebody new is met, or the only one who is due is meant.
    """
    meant = USSD_FORMS[kind].meant(codes_in(answers), SENT_BY_USSD)
    codes = {f"{CODE}{code}": value for code, value in meant.items()}
    if kind in WHO:
        person = answers.get(WHO[kind], "")
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
