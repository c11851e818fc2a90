"""What a responder keys about one person, and what of it the reader is sent in the sealed box beside her PIN. Pure.

A row holds the verb alone. Each question has a screen of its own, and the last answer of a form sends all of them. A
form that is not whole yet is kept sealed, for the next call. A yes is whole by itself: no dropped call loses a wish for
help.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.people_codes import CASE_FORMS, ON_USSD, SENT_BY_USSD, only

PERSON = "person"
"""In the box, and as a word of the reader's answer: which person of the case is meant, by number."""
CODE = "code."
"""Prefix of the codes in the box."""
NEW = "new"
"""The value of a person whom nobody has written down yet."""
WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON = "work_person", "arrival_person", "thirty_person"
"""The answers that name a person: to be screened or helped, who may have arrived, who is asked of after thirty days."""
MADE_PERSON = "made_person"
"""Says which person this round has written down already: going back corrects that one."""
STARTED = "started"
"""In front of the name of a case: the flag, the list and the word of a form that was not finished there."""
SCREENING, KEEPING = "screening", "keeping"
"""The flow of the questions on site, and the flow that waits until the reader has written a form down."""
FLOWS = frozenset({SCREENING, "helping", "following"})
"""The flows that begin with a person of their own."""
USSD_FORMS = {kind: form for kind, form in CASE_FORMS.items() if form.names(ON_USSD)}
PERSON_VERBS = frozenset(kind.value for kind in USSD_FORMS)
"""The verbs of asks about a person: the entry that each one writes."""
WHO = {EntryKind.ARRIVED: ARRIVAL_PERSON, EntryKind.THIRTY: THIRTY_PERSON}
"""The answer that names the person, where it is not `WORK_PERSON`."""
CODE_ANSWER = "person_"
"""Prefix of the answers that a flow saves for a code."""
KEPT_ANSWERS = frozenset(
    f"{CODE_ANSWER}{code}"
    for form in USSD_FORMS.values()
    for code in form.names(ON_USSD)
    if len(form.names(ON_USSD)) > 1
)
"""The answers of forms with several questions."""


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


def box(kind: EntryKind, answers: Mapping[str, str]) -> Mapping[str, str]:
    """What the reader is sent: the person and the codes, without what a corrected answer left over.

    Where several may be meant, the flow has asked whom: where it asked nobody, somebody new is met, or the only one who
    is due is meant.
    """
    meant = USSD_FORMS[kind].meant(codes_in(answers), SENT_BY_USSD)
    codes = {f"{CODE}{code}": value for code, value in meant.items()}
    person = answers.get(WHO[kind], "") if kind in WHO else _person(answers)
    return {PERSON: person, **codes} if person else codes


def _person(answers: Mapping[str, str]) -> str:
    person = answers.get(WORK_PERSON, NEW)
    return answers.get(MADE_PERSON, person) if person == NEW else person


@dataclass(frozen=True, slots=True)
class StartedForm:
    """A form about a person that a responder has begun and not finished."""

    kind: EntryKind
    person: str
    """A number within the case, or `NEW`."""
    codes: Mapping[str, str] = field(repr=False)

    @property
    def answers(self) -> Mapping[str, str]:
        """Returns what a session holds that has given these answers."""
        codes = {f"{CODE_ANSWER}{code}": value for code, value in self.codes.items()}
        return {WORK_PERSON: self.person, **codes}

    @property
    def step(self) -> tuple[int, int]:
        """Returns the number of the next question, and how many there are. Skipped questions are not counted."""
        asked: Sequence[str] = USSD_FORMS[self.kind].questions(self.codes, ON_USSD)
        last = max((at for at, code in enumerate(asked) if code in self.codes), default=-1)
        given = sum(code in self.codes for code in asked)
        return given + 1, given + len(asked) - last - 1

    def to_text(self) -> str:
        document = {"kind": self.kind.value, "person": self.person, "codes": dict(self.codes)}
        return json.dumps(document, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "StartedForm":
        """Leaves out what is no code of the form. Raises ValueError, KeyError or TypeError for another document."""
        document = json.loads(text)
        kind = EntryKind(document["kind"])
        if kind not in USSD_FORMS:
            raise ValueError(f"no form of a phone: {kind}")
        return cls(kind, str(document["person"]), only(kind, document["codes"]))


def started(name: str, answers: Mapping[str, str], flows: Sequence[str]) -> StartedForm:
    """Returns the form to which this answer belongs, with all its answers so far. `flows`: those that are open."""
    code = name.removeprefix(CODE_ANSWER)
    kinds = [kind for kind, form in USSD_FORMS.items() if code in form.names(ON_USSD)]
    if len(kinds) > 1:
        kinds = [kind for kind in kinds if (kind is EntryKind.SCREENED) is (SCREENING in flows)]
    codes = USSD_FORMS[kinds[0]].meant(codes_in(answers), SENT_BY_USSD)
    return StartedForm(kinds[0], _person(answers), codes)


def told_of(typed: Mapping[str, str]) -> tuple[int | None, Mapping[str, str]]:
    """The other way round: the number of the person, 0 for somebody new, None where nobody is named; and the codes."""
    person = typed.get(PERSON, "")
    codes = {
        name.removeprefix(CODE): value for name, value in typed.items() if name.startswith(CODE)
    }
    if person == NEW:
        return 0, codes
    return (int(person) if person.isdecimal() else None), codes
