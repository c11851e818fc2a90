"""The persons of a case on a tip's page: in clear, how many and which clocks run; and where to write something down."""

from collections.abc import Mapping, Sequence

from babel import Locale
from flask import url_for

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.may_record import MEETS
from hotline.domain.cases.people_codes import CASE_FORMS, OF_REFERRAL, QUESTIONS, STATE
from hotline.domain.places.places import STATES
from hotline.services.tips.persons.case_persons import CasePersons
from hotline.services.tips.tip_sheet import TipMoment
from hotline.text.languages import FIRST
from hotline.web.console.visit import Visit
from hotline.web.console.who import phrase, table

ON_A_PAGE = 5
"""So many persons are opened at once: all that may be noted of each keeps the page light."""
THE_LINE = phrase("The line")
HAPPENED = table("person_events")


def parts(visit: Visit, count: int) -> Sequence[tuple[str, str]]:
    """The number of each part of so many persons, and whom it holds; none where all are on one page."""
    begins = range(1, count + 1, ON_A_PAGE)
    says = phrase("persons {first} to {last}")
    return [
        (str(part), visit.say(says, first=first, last=min(first + ON_A_PAGE - 1, count)))
        for part, first in enumerate(begins, 1)
        if count > ON_A_PAGE
    ]


def forms(persons: CasePersons) -> Sequence[EntryKind]:
    """Returns the forms that may be filled in: who is met in it, who was met, or which help was offered."""
    return [
        kind
        for kind in CASE_FORMS
        if kind in MEETS or (persons.offers if kind in OF_REFERRAL else persons.met)
    ]


def in_clear(visit: Visit, moment: TipMoment) -> str:
    """An entry of the line of time, of which the page in clear says no code."""
    who = visit.place(moment.who) or visit.say(THE_LINE)
    said = visit.say(HAPPENED[EntryKind(moment.outcome)], who=who)
    corrects = visit.say("It corrects what was noted before.")
    return f"{said} {corrects}" if moment.corrects else said


def value(visit: Visit, name: str, code: str) -> str:
    """A code in words; one of a later release as it stands."""
    if name == STATE:
        return states(visit.language).get(code, code)
    asked = QUESTIONS.get(name)
    words = None if asked is None else asked.values.get(code)
    return visit.say(words) if words else code


def states(language: str) -> Mapping[str, str]:
    """Names of states alone, and of no continent; in the second language where the first has none."""
    names = Locale("fr" if language == FIRST else language).territories
    return {code: names[code] for code in STATES}


def form_of(tip_id: int, kind: EntryKind, *, whom: str = "", corrects: int | None = None) -> str:
    """The address of a form; what is not given is not in it."""
    return url_for(
        "persons.ask", tip_id=tip_id, act=kind.value, whom=whom or None, corrects=corrects
    )
