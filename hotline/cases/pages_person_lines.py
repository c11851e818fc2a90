"""Prepares the persons of a case for its page, without decrypting anything: numbers, deadlines and links to forms."""

from collections.abc import Mapping, Sequence

from babel import Locale
from flask import url_for

from hotline.alerts.rules_follow_up import MEETING_EVENTS
from hotline.cases.service_persons import CasePersons
from hotline.cases.service_sheet import TimelineItem
from hotline.console.role_groups import table
from hotline.console.visit import Visit
from hotline.text.languages import FIRST
from hotline.text.phrases import phrase
from hotline.text.places import STATES
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_person_codes import CASE_FORMS, OF_REFERRAL, QUESTIONS, STATE

ON_A_PAGE = 5
"""The number of persons on one page of reports. Reports can be long, and more persons would make the page slow."""


THE_LINE = phrase("The hotline")


HAPPENED = table("person_events")


def parts(visit: Visit, count: int) -> Sequence[tuple[str, str]]:
    """Returns the number and the label of each part of a long page. Empty if all persons fit on one page."""
    begins = range(1, count + 1, ON_A_PAGE)
    says = phrase("people {first} to {last}")
    return [
        (str(part), visit.say(says, first=first, last=min(first + ON_A_PAGE - 1, count)))
        for part, first in enumerate(begins, 1)
        if count > ON_A_PAGE
    ]


def forms(persons: CasePersons) -> Sequence[LoggedEvent]:
    """Returns the forms that are possible: for a new person, for a person met before, or for an offer of help."""
    return [
        kind
        for kind in CASE_FORMS
        if kind in MEETING_EVENTS or (persons.offers if kind in OF_REFERRAL else persons.met)
    ]


def plain_entry(visit: Visit, moment: TimelineItem) -> str:
    """Returns a sentence about an event in the timeline, without its codes, which are encrypted."""
    who = visit.place(moment.name) or visit.say(THE_LINE)
    said = visit.say(HAPPENED[LoggedEvent(moment.outcome)], who=who)
    corrects = visit.say("This corrects an earlier note.")
    return f"{said} {corrects}" if moment.corrects else said


def code_label(visit: Visit, name: str, code: str) -> str:
    """Returns the text of a code in the language of the page.

    A code that only another release knows is returned unchanged.
    """
    if name == STATE:
        return country_names(visit.language).get(code, code)
    asked = QUESTIONS.get(name)
    words = None if asked is None else asked.values.get(code)
    return visit.say(words) if words else code


def country_names(language: str) -> Mapping[str, str]:
    """Returns the names of all countries, without other territories.

    There are no Kinyarwanda names in the data, so pages in Kinyarwanda show French names.
    """
    names = Locale("fr" if language == FIRST else language).territories
    return {code: names[code] for code in STATES}


def form_address(
    tip_id: int, kind: LoggedEvent, *, person: str = "", corrects: int | None = None
) -> str:
    """Returns the address of a form about a person. Values that are not given are left out."""
    return url_for(
        "persons.ask", tip_id=tip_id, act=kind.value, person=person or None, corrects=corrects
    )
