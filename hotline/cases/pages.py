"""Shows the tips that an account may see: the list of tips, and the page of one tip without its text. Shows decrypted
text only in response to a POST request.

Browsers cannot store or print a page with decrypted text. A page with decrypted text closes after five minutes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from babel import Locale
from flask import Response, url_for

from hotline.alerts.rules_assignment import read_reference
from hotline.alerts.rules_follow_up import FOLLOWS, MEETING_EVENTS
from hotline.alerts.rules_replies import BUTTONS, REPLIES
from hotline.cases import (
    decrypt_desk_reading,
    service_board,
    service_desk_commands,
    service_reading,
    service_sheet,
)
from hotline.cases.rules_board import time_left
from hotline.cases.service_persons import CasePersons
from hotline.cases.service_sheet import LOGGED, SearchKind, TimelineItem, TipLine, TipSheet
from hotline.console.routes import table, tinted_table
from hotline.console.templating import number_of
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.text import places
from hotline.text.errors import AskRefused, DecryptionFailed, FormRefused, KeyMissing
from hotline.text.languages import FIRST, phrase
from hotline.text.places import (
    ABROAD,
    FORMS,
    MET,
    NATIONAL,
    OPERATOR,
    UNSURE,
    Category,
    camp_named,
    district_named,
    districts,
    place_within,
    sectors_named,
)
from hotline.text.time import kigali_time
from hotline.tips import rules_persons
from hotline.tips.rules import MARK_NOT_ASKED, MARK_NOT_SURE, OUTCOMES, Matter, TipOutcome, Urgency
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import CASE_FORMS, OF_REFERRAL, STATE
from hotline.tips.rules_receipts import AssigneeFilter, TipFilter, TipStateFilter, whole_units

STATES = table("tip_states")
QUESTIONS = table("question_states")
MARKS = tinted_table("tip_marks")
ASKED = table("passed_on")
NEXT = table("next_steps")
UNITS = {**table("units"), "s": phrase("{number} s")}
LEFT, LATE = phrase("{time} left"), phrase("{time} late")


def late_sentence(visit: Visit, line: TipLine) -> Mapping[str, object]:
    category = FORMS[line.category] if line.category else None
    who = line.taken_by or visit.say("Not taken")
    if line.asked is not None:
        who = visit.say(ASKED[line.asked], who=line.taken_by)
    # The page shows the instruction about visits before everything else.
    first = phrase("This is a drill. No one is in danger, and no one needs to go to the place.")
    if not line.is_drill:
        first = line.visit_facts.sentence(line.matter)
    due_at = line.take_due
    return {
        "line": line,
        "state": visit.say(_state(line)),
        "left": format_left(visit, due_at, visit.context.now()) if due_at else "",
        "is_late": line.is_late,
        "who": who,
        "place": place_within(line.place, line.within, visit.language),
        "sector": visit.place(line.sector) if line.sector else "",
        "category": visit.say(category) if category else "",
        "urgency": visit.say(Urgency(line.urgency).label),
        "marks": [*_marks(visit, line)],
        "outcome_asked": _outcome(visit, line.outcome_asked),
        "first": visit.say(first) if first else "",
    }


def _outcome(visit: Visit, outcome: str | None) -> str:
    return visit.say(OUTCOMES[TipOutcome(outcome)].label) if outcome else ""


def format_left(visit: Visit, due_at: datetime, at: datetime) -> str:
    """Returns the time that is left until a deadline, or that has passed since the deadline. Examples: `2 min 10 s
    left`, `6 min late`."""
    is_late, numbers = time_left(due_at, at)
    time = " ".join(visit.say(UNITS[unit], number=number) for unit, number in numbers.items())
    return visit.say(LATE if is_late else LEFT, time=time)


def format_span(visit: Visit, length: timedelta) -> str:
    """Returns a length of time in its largest whole unit, such as `26 h`."""
    number, unit = whole_units(length)
    return visit.say(UNITS[unit], number=number)


def _state(line: TipLine) -> str:
    if line.closed_at is not None:
        return STATES[TipStateFilter.CLOSED]
    if line.is_fragment:
        return phrase("incomplete")
    if line.is_helped:
        return STATES[TipStateFilter.HELPED]
    return STATES[TipStateFilter.TAKEN if line.is_taken else TipStateFilter.WAITS]


def _mark(visit: Visit, name: str, **values: object) -> tuple[str, str]:
    words, tint = MARKS[name]
    return visit.say(words, **values), tint


def held_mark(visit: Visit, until: datetime) -> tuple[str, str]:
    return _mark(visit, "off_duty", time=kigali_time(until)[-5:])


def _marks(visit: Visit, line: TipLine) -> Iterator[tuple[str, str]]:
    mark, is_open = partial(_mark, visit), line.closed_at is None
    if line.is_drill:
        yield mark("drill")
    if line.channel in (MET, OPERATOR):
        yield mark(line.channel)
    if line.is_overdue and is_open:
        yield mark("overdue")
    if line.duty_at is not None:
        yield held_mark(visit, line.duty_at)
    if is_open and (going := line.visit_facts.mark(line.matter)):
        yield visit.say(going), "warn" if going in (MARK_NOT_ASKED, MARK_NOT_SURE) else "bad"
    if line.official != "no":
        yield mark("official" if line.official == "yes" else "perhaps_official")
    if line.is_child:
        yield mark("child")
    if line.outcome_asked is not None and line.closure_age is not None:
        age = format_span(visit, line.closure_age)
        yield mark("closure", age=age, outcome=_outcome(visit, line.outcome_asked))
    for owed in sorted(line.owed):
        yield visit.say(FOLLOWS[owed].owed), "warn"
    if line.linked:
        yield mark("linked", count=line.linked)
    if line.question in QUESTIONS:
        kind = "good" if line.question == "answered" else "soft"
        yield visit.say(QUESTIONS[line.question]), kind
    if line.outcome is not None:
        yield _outcome(visit, line.outcome), "soft"
    yield from _words_go(visit, line)


def _words_go(visit: Visit, line: TipLine) -> Iterator[tuple[str, str]]:
    """Yields short texts about the erasure of the tip's text: erased, requested, stopped by a legal hold, or planned
    for a day."""
    if line.erased_at is not None:
        yield _mark(visit, "erased", day=visit.day(line.erased_at.date()))
        return
    if line.erasure_asked_at is not None:
        yield _mark(visit, "erasure_wanted")
    if line.is_held:
        yield _mark(visit, "held")
    elif line.closed_at is not None or line.warned:
        name = "goes_soon" if line.warned else "goes"
        yield _mark(visit, name, day=visit.day(line.goes_at.date()))


Member = TypeVar("Member", TipStateFilter, AssigneeFilter, Matter)

CASE_EVENTS = table("case_events")
NOTES = table("notes")
REASONS = table("reasons")
"""The reasons from which an officer chooses one to decrypt a tip. For the reason `other`, the officer types a
sentence."""
EXCLUSION_REASONS = table("exclusion_reasons")


def tips(visit: Visit) -> Response:
    """Lists the tips that match a filter.

    The page's address contains the whole filter. Officers can save this address and open the same list again.
    """
    asked = visit.asked
    urgency = number_of(asked("urgency"))
    # An unknown value in the address counts as the default value.
    wanted = TipFilter(
        state=_member(TipStateFilter, asked("state"), TipStateFilter.WAITS),
        matter=_member(Matter, asked("matter"), Matter.TIP),
        assignee=_member(AssigneeFilter, asked("whose"), AssigneeFilter.ANYBODY),
        place=asked("place")[:20],
        sector=asked("sector")[:40],
        urgency=urgency if urgency in {*Urgency} else None,
        category=asked("category") if asked("category") in {*Category} else "",
        question=asked("question") if asked("question") in QUESTIONS else "",
        soon=asked("soon") == "yes",
        owes=asked("owes") == "yes",
    )
    before = number_of(visit.asked("before"))
    if wanted.sector:
        # The typed address of this page can contain a place, and the page then lists the tips of
        # the place. The audit log gets the same row as for a search.
        service_sheet.search(visit.context, visit.by, SearchKind.PLACE, "")
    found = service_sheet.list_tips(visit.context, visit.by, wanted, before=before)
    return page(
        visit,
        "tips.html",
        found=found,
        rows=[late_sentence(visit, line) for line in found.lines],
        wanted=wanted,
        shows_all=wanted == TipFilter(TipStateFilter.ALL) and before is None,
        asked={name: value for name, value in visit.query.items() if name in FILTERS and value},
        options=_options(visit),
    )


MAX_TIP_DIGITS = 7
"""The maximum number of digits of a tip number. A longer number is a receipt or telephone number, which officers must
not search for."""


@form_view(tips, "q")
def search(visit: Visit) -> Response:
    """Opens the tip with the typed reference or number, or lists the tips of a typed place. Each search is logged."""
    typed = visit.form.text("q", most=40)
    search_for = partial(service_sheet.search, visit.context, visit.by)
    place, reference = district_named(typed) or camp_named(typed), read_reference(typed)
    if place or sectors_named(typed):
        if place:
            search_for(SearchKind.PLACE, "")
        named = {"place": place} if place else {"sector": typed}
        return redirect_to("tips.listed", state=TipStateFilter.ALL.value, **named)
    if number_of(typed, digits=MAX_TIP_DIGITS) is not None:
        found = search_for(SearchKind.NUMBER, typed)
    elif reference is not None:
        found = search_for(SearchKind.REFERENCE, reference)
    else:
        raise visit.wrong("q", "Enter a case code like K7Q4, a tip number or a place.")
    if found is None:
        raise visit.wrong("q", "No tip was found. Check the case code or number.")
    return redirect_to("tips.one", tip_id=found)


def tip(visit: Visit, tip_id: int) -> Response:
    """Shows the page of one tip, and decrypts nothing. Answers with 404 if the account may not see this tip."""
    sheet = service_sheet.tip_sheet(visit.context, visit.by, tip_id)
    line = sheet.line
    to_erase: Sequence[int] = ()
    if line.erasure_asked_at is not None and not line.erased_at and sheet.decides:
        to_erase = service_desk_commands.other_tips_to_erase(visit.context, visit.by, tip_id)
    return page(
        visit,
        "tip.html",
        sheet=sheet,
        to_erase=to_erase,
        shown=late_sentence(visit, sheet.line),
        next=_next(visit, sheet),
        moments=[(one.at, *_moment(visit, sheet, one)) for one in sheet.timeline],
        outcomes=[(one.value, visit.say(row.label)) for one, row in OUTCOMES.items()],
        kept=[
            (str(exclusion_id), name or visit.place(desk), visit.say(EXCLUSION_REASONS[why]))
            for exclusion_id, name, desk, why in sheet.exclusions
        ],
        asks=_askable_questions(visit, sheet),
        phones=_phones(visit, line),
        desks=_desks(visit, line),
        buttons=BUTTONS,
        replies=REPLIES,
        persons=sheet.persons,
        file_people=[(str(n), visit.say("Person {n}", n=n)) for n in sheet.persons.met],
        parts=parts(visit, len(sheet.persons.met)),
        follows=FOLLOWS,
        forms=CASE_FORMS,
        of_persons=forms(sheet.persons),
        address=partial(form_address, tip_id),
    )


def _next(visit: Visit, sheet: TipSheet) -> str:
    """Returns a sentence that says which step in the case is next, and by when."""
    if sheet.next_due is None:
        return ""
    kind, due_at = sheet.next_due
    left = format_left(visit, due_at, visit.context.now())
    return f"{visit.say(NEXT[kind], at=visit.when(due_at))} ({left})"


def _phones(visit: Visit, line: TipLine) -> list[tuple[str, str]]:
    """Returns the responders in whose name the account may take the case: each phone's id with the responder's name."""
    if line.closed_at is not None or line.is_drill:
        return []
    found = service_board.phones_for(visit.context, visit.by, line.id)
    return [(str(id), name) for id, name in found.items()]


def _desks(visit: Visit, line: TipLine) -> list[tuple[str, str]]:
    """Returns the desks to which the case can be passed. If an official may be involved in the case, the only such desk
    is the national desk."""
    national = (NATIONAL, visit.say("National desk"))
    if line.official != "no":
        return [national]
    others = sorted((one.name, one.code) for one in districts())
    return [national, *((code, name) for name, code in others)]


def _moment(visit: Visit, sheet: TipSheet, one: TimelineItem) -> tuple[str, str]:
    if one.came == LOGGED:
        about = visit.say("tip {name}", name=sheet.line.id)
        said = visit.say(one.phrase, subject=about, outcome=_outcome(visit, one.outcome))
        why = visit.say(one.reason) if one.reason in REASONS.values() else one.reason
        why = re.sub(r"\bdesk (\d\d)\b", lambda found: visit.place(found[1]), why)
        return f"{one.name} {said}".strip(), why
    # No sentence contains the coded answers of an event, which are encrypted.
    words = NOTES[one.outcome] if one.came == LoggedEvent.NOTE else CASE_EVENTS[one.came]
    who = visit.place(one.name) or visit.say(THE_LINE)
    said = visit.say(words, who=who, place=visit.place(one.place))
    corrects = visit.say("This note corrects an earlier note.") if one.corrects else ""
    return f"{said} {corrects}".strip(), ""


def _askable_questions(visit: Visit, sheet: TipSheet) -> list[tuple[str, str, str]]:
    """Returns the questions that the desk may ask the caller now. Each entry has the name of the question, its text for
    the officer, and the screen that the caller will see."""
    language = sheet.line.language
    shown = []
    for name, question in sheet.questions.items():
        keys = enumerate(question.node.choices, 1)
        choices = " ".join(f"{key} {one.label.get(language, '')}" for key, one in keys)
        seen = f"{question.node.text.get(language, '')} {choices}".strip()
        shown.append((name, question.node.text.get(visit.language, name), seen))
    return shown


FILTERS = (
    *("state", "matter", "whose", "place", "urgency", "category", "question", "soon", "owes"),
    "sector",
)


def _member(kind: type[Member], value: str, otherwise: Member) -> Member:
    return kind(value) if value in {one.value for one in kind} else otherwise


def _options(visit: Visit) -> Mapping[str, list[tuple[str, str]]]:
    """Returns the options of each select field in the filter."""
    anything = ("", visit.say("any"))
    elsewhere = [(code, visit.place(code)) for code in (ABROAD, UNSURE)]
    places = sorted(((one.code, one.name) for one in districts()), key=lambda one: one[1])
    whose = {AssigneeFilter.ANYBODY: phrase("anyone"), AssigneeFilter.MINE: phrase("me")}
    return {
        "state": visit.options(STATES),
        "whose": visit.options(whose),
        "place": [anything, *places, *elsewhere],
        "urgency": [anything, *visit.options({one.value: one.label for one in Urgency})],
        "category": [anything, *visit.options({one: FORMS[one] for one in Category})],
        "question": [anything, *visit.options(QUESTIONS)],
    }


OPEN_SECONDS = 300
"""The number of seconds after which a page with decrypted text closes."""
OTHER = "other"
MAX_LETTERS = 200
CLOSED = phrase(
    "You cannot read this report text. The report text is erased, or your desk must grant you access again."
)
NOT_ASKED = phrase(
    "You cannot ask the caller a question now. Either the caller already got one question, or the caller "
    "has no receipt, or the caller has not finished the report."
)


def decrypted_page(visit: Visit, template: str, back: str, **values: Any) -> Response:
    """Shows a page with decrypted text for five minutes. After that, the browser opens the address `back`."""
    answer = page(visit, template, minutes=OPEN_SECONDS // 60, **values)
    answer.headers["Refresh"] = f"{OPEN_SECONDS}; url={back}?auto"
    return answer


@form_view(tip, "why", text={KeyMissing: CLOSED, DecryptionFailed: CLOSED})
def read_tip(visit: Visit, tip_id: int) -> Response:
    """Shows the decrypted text of a tip. Before it decrypts the text, commits a row to the audit log."""
    why = reason_of(visit, "why", "Choose or enter a reason for opening the report text.")
    sheet = service_sheet.tip_sheet(visit.context, visit.by, tip_id)
    decrypted = decrypt_desk_reading.read_tip(visit.context, visit.by, visit.token, tip_id, why)
    return decrypted_page(
        visit,
        "tip_opened.html",
        url_for("tips.one", tip_id=tip_id),
        sheet=sheet,
        shown=late_sentence(visit, sheet.line),
        follows=FOLLOWS,
        answers=service_reading.question_answers(visit.context, decrypted, visit.language),
        earlier=[visit.place(one) for one in decrypted.earlier],
    )


@form_view(
    tip, "question", text={KeyMissing: CLOSED, DecryptionFailed: CLOSED, AskRefused: NOT_ASKED}
)
def ask_question(visit: Visit, tip_id: int) -> None:
    """Stores a question from the approved list for the caller, who sees the question after entering the receipt
    number."""
    question, reason = visit.form.text("question", most=40), visit.form.text("reason", most=200)
    if not question or not reason:
        raise FormRefused(
            {
                "question": "" if question else visit.say("Choose a question."),
                "reason-ask": "" if reason else visit.say("Enter a reason."),
            }
        )
    decrypt_desk_reading.ask_question(
        visit.context, visit.by, visit.token, tip_id, question, reason
    )


def reason_of(visit: Visit, field: str, missing: str) -> str:
    """Returns the reason that the officer chose from the list or typed. The audit log stores a reason from the list in
    English, even if the page has another language.

    Raises FormRefused if there is no reason.
    """
    chosen = visit.form.text(field, most=20)
    reason = REASONS.get(chosen, "")
    if chosen == OTHER:
        reason = visit.form.text("other", most=MAX_LETTERS)
    if not reason:
        raise visit.wrong(field, missing)
    return reason


# The code below shows the persons of a case without decrypting data: only numbers, deadlines and links to forms.


ON_A_PAGE = 5
"""The maximum number of persons on one page of reports about persons."""


THE_LINE = phrase("The hotline")


def parts(visit: Visit, count: int) -> Sequence[tuple[str, str]]:
    """Returns the pages into which the list of a case's persons is divided. Each entry has a page number and a label.
    Returns an empty list if all persons fit on one page."""
    begins = range(1, count + 1, ON_A_PAGE)
    says = phrase("people {first} to {last}")
    return [
        (str(part), visit.say(says, first=first, last=min(first + ON_A_PAGE - 1, count)))
        for part, first in enumerate(begins, 1)
        if count > ON_A_PAGE
    ]


def forms(persons: CasePersons) -> Sequence[LoggedEvent]:
    """Returns the kinds of forms about these persons that an officer can fill in now. A form is about a new person,
    about a person met before, or about an offer of help."""
    return [
        kind
        for kind in CASE_FORMS
        if kind in MEETING_EVENTS or (persons.offers if kind in OF_REFERRAL else persons.met)
    ]


def code_label(visit: Visit, name: str, code: str) -> str:
    """Returns the text for a code in the language of the page.

    If this version of the hotline does not know the code, returns the code itself.
    """
    if name == STATE:
        return country_names(visit.language).get(code, code)
    asked = rules_persons.QUESTIONS.get(name)
    words = None if asked is None else asked.values.get(code)
    return visit.say(words) if words else code


def country_names(language: str) -> Mapping[str, str]:
    """Returns the names of all countries. Leaves out territories that are not countries.

    Babel has no names in Kinyarwanda, so pages in Kinyarwanda show French names.
    """
    names = Locale("fr" if language == FIRST else language).territories
    return {code: names[code] for code in places.STATES}


def form_address(
    tip_id: int, kind: LoggedEvent, *, person: str = "", corrects: int | None = None
) -> str:
    """Returns the address of a form about a person. If `person` or `corrects` is not given, the address does not
    contain it."""
    return url_for(
        "persons.ask", tip_id=tip_id, act=kind.value, person=person or None, corrects=corrects
    )
