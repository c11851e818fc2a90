"""Collects what a responder keys about one person, and builds the sealed box that the reader gets with the PIN. Pure.

A row holds the verb only. Each question has a screen of its own, and the last answer of a form sends all of them. An
unfinished form is stored sealed, for the next call. A yes needs no further answer, so a dropped call loses no wish for
help.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.people_codes import CASE_FORMS, ON_USSD, SENT_BY_USSD, only

PERSON = "person"
"""The number of the person within the case, in the box and as a placeholder in the reader's answer."""
CODE = "code."
"""Prefix of the codes in the box."""
NEW = "new"
"""The value for a person who is not recorded yet."""
WORK_PERSON, ARRIVAL_PERSON, THIRTY_PERSON = "work_person", "arrival_person", "thirty_person"
"""The answers that name a person: to screen or help, who may have arrived, to ask about after thirty days."""
MADE_PERSON = "made_person"
"""The answer that names the person recorded in this round already. Going back corrects that record."""
STARTED = "started"
"""Prefix of a case's name: the flag, the list and the placeholder of a form that was not finished there."""
SCREENING, KEEPING = "screening", "keeping"
"""The flow of the questions on site, and the flow that waits until the reader has recorded a form."""
FLOWS = frozenset({SCREENING, "helping", "following"})
"""The flows that begin by choosing a person of their own."""
USSD_FORMS = {kind: form for kind, form in CASE_FORMS.items() if form.names(ON_USSD)}
PERSON_VERBS = frozenset(kind.value for kind in USSD_FORMS)
"""The verbs of asks about a person. Each is the kind of the event that it writes."""
WHO = {EntryKind.ARRIVED: ARRIVAL_PERSON, EntryKind.THIRTY: THIRTY_PERSON}
"""The answer that names the person, if it is not `WORK_PERSON`."""
CODE_ANSWER = "person_"
"""Prefix of the answers that a flow stores for a code."""
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
    """Returns the form whose last question this answer is. Returns None if the form asks more."""
    code, told = name.removeprefix(CODE_ANSWER), codes_in(answers)
    if not name.startswith(CODE_ANSWER):
        return None
    return next(
        (kind for kind, form in USSD_FORMS.items() if form.questions(told, ON_USSD)[-1] == code),
        None,
    )


def box(kind: EntryKind, answers: Mapping[str, str]) -> Mapping[str, str]:
    """Returns what the reader gets: the person and the codes, without those that a correction made needless.

    If several persons may be meant, the flow has asked for one. If it has not asked, a new person is meant, or the only
    one who is due.
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
        """Returns the answers of a session in which the responder has filled in this form so far."""
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
        """Returns the form in a text, without codes that the form does not have. Raises ValueError, KeyError or
        TypeError for another document."""
        document = json.loads(text)
        kind = EntryKind(document["kind"])
        if kind not in USSD_FORMS:
            raise ValueError(f"no form of a phone: {kind}")
        return cls(kind, str(document["person"]), only(kind, document["codes"]))


def started(name: str, answers: Mapping[str, str], flows: Sequence[str]) -> StartedForm:
    """Returns the form to which this answer belongs, with all its answers so far. `flows` are the open ones."""
    code = name.removeprefix(CODE_ANSWER)
    kinds = [kind for kind, form in USSD_FORMS.items() if code in form.names(ON_USSD)]
    if len(kinds) > 1:
        kinds = [kind for kind in kinds if (kind is EntryKind.SCREENED) is (SCREENING in flows)]
    codes = USSD_FORMS[kinds[0]].meant(codes_in(answers), SENT_BY_USSD)
    return StartedForm(kinds[0], _person(answers), codes)


def told_of(typed: Mapping[str, str]) -> tuple[int | None, Mapping[str, str]]:
    """Returns the number of the person and the codes in a box. The number is 0 for a new person, None for no person."""
    person = typed.get(PERSON, "")
    codes = {
        name.removeprefix(CODE): value for name, value in typed.items() if name.startswith(CODE)
    }
    if person == NEW:
        return 0, codes
    return (int(person) if person.isdecimal() else None), codes
