"""Shows a case on the responder's phone, in the responder's language, with the warnings about danger first.

The module decrypts the case with the responder's own key.
"""

from collections.abc import Iterator

from hotline.alerts import service_case, service_closing, service_escalation, tables
from hotline.alerts.service_case import assignee_visit_facts
from hotline.cases import decrypt_access, reader_pins, service_reading, service_viewer
from hotline.cases.decrypt_access import DecryptedTip, UnlockedTip
from hotline.cases.reader_pins import ReaderTurn
from hotline.cases.rules_reading_requests import PAGE, UNREADABLE, ReaderAnswer
from hotline.core import rules_trial
from hotline.core.wording import Template
from hotline.gateway.tables import Assignment
from hotline.people import tables_desks
from hotline.people.rules import of_responder
from hotline.text.places import NATIONAL, place_within
from hotline.text.time import kigali_time
from hotline.tips.rules import VISIT_SAFETIES, Basis, Matter
from hotline.tips.rules_events import CaseEventKind, Event, EventChannel, LoggedEvent
from hotline.tips.tables import Tip

MAX_LETTERS = 1500
"""The maximum number of letters on a page. A page of this length takes about a dozen screens. A longer page does not
fit into the encrypted answer of the reader process."""
BY_DIALLING = "by dialling, with their PIN"
"""The reason in the audit log if a responder reads a case by phone."""


def case_page(turn: ReaderTurn, *, again: bool) -> ReaderAnswer:
    """Returns the text of the case that the responder requests.

    `again` is True if this request was already answered, so that the audit log already has a row about it.
    """
    known = turn.known()
    case = None if known is None else decrypt_case(turn, known[0])
    if known is None or case is None:
        return ReaderAnswer((UNREADABLE,))
    (tip, known_as), decrypted = known, decrypt_access.decrypt_unlocked(turn.session, case)
    if decrypted.asked is not None and decrypted.asked.answer is not None:
        tables.note_read(turn.session, tip.id, turn.at)
    if not again:
        reader_pins.count_read(turn, tip.id)
        record_read(turn, tip, known_as)
    return _page_of(*_case_lines(turn, tip, decrypted))


PLACES = ("named", "sector", "district", "country", "province")
"""The names of the caller's answers about the place."""
CALLERS_WORDS = ("landmark", "words", "account")
"""The names of the answers that contain the caller's own words."""
FORM_AND_PERSON = ("kind", "who")
UNSAID = {"danger": "yes", "official": "no"}
"""Maps the names of two answers to the value that the page of a case does not show. The list of cases already marks
urgent cases. A missing warning about officials means that no official is involved."""


def _case_lines(turn: ReaderTurn, tip: Tip, decrypted: DecryptedTip) -> Iterator[str]:
    """Yields the lines of the page. The first line contains the warnings. The second line contains the place and the
    caller's own words. The third line says what happened and describes the person. All remaining answers of the caller
    follow, each with its question."""
    context, language = turn.context, turn.person.language
    answers = {one.name: one for one in service_reading.read_answers(context, decrypted, language)}
    said = decrypted.answers
    exact = (said[one] for one in PLACES[:2] if said.get(one, "").startswith(tip.place))
    within = tip.within or next(exact, None)
    place = place_within(tip.place, None if within == tip.place else within, language)
    words = [answers[name].answer for name in CALLERS_WORDS if name in answers]
    happened = [answers[name].answer for name in FORM_AND_PERSON if name in answers]
    yield " ".join(_warnings(turn, tip))
    yield ". ".join(line.rstrip(".") for line in (place, *words) if line)
    yield ". ".join(happened)
    for name in service_case.known_in_situation(turn.session, [(tip.id, turn.person.id)]).values():
        yield turn.say(Template.PAGE_LIKE, like=name)
    # If the place of the case was corrected, the second line of the page shows the corrected place.
    # The place that the caller gave then comes later, among the other answers.
    is_corrected = said.get("district", tip.place) != tip.place
    shown = {*CALLERS_WORDS, *FORM_AND_PERSON, *(() if is_corrected else PLACES)}
    shown |= {name for name, value in UNSAID.items() if said.get(name) == value}
    if said.get("visit") != "yes" and _visit_warning(turn, tip) is not None:
        shown.add("visit")
    later = [(one.question, one.answer) for name, one in answers.items() if name not in shown]
    for asked, answer in (*later, *service_reading.added_later(context, decrypted, language)):
        yield f"{asked.strip()} {answer}"


def timeline_page(turn: ReaderTurn) -> ReaderAnswer:
    """Returns the page with the timeline of a case, the newest event first.

    The page shows that two cases are linked only if the responder knows both cases.
    """
    known = turn.known()
    if known is None:
        return ReaderAnswer((UNREADABLE,))
    tip_id = known[0].id
    items = reversed(service_viewer.timeline_of(turn.session, tip_id))
    knows_other = bool(service_case.known_in_situation(turn.session, [(tip_id, turn.person.id)]))
    return _page_of(
        *(
            f"{kigali_time(one.at)} {turn.say(one.template)}"
            for one in items
            if one.template is not None and (knows_other or one.kind is not LoggedEvent.LINKED)
        )
    )


def _page_of(*lines: str) -> ReaderAnswer:
    text = "\n".join(line.replace("\n", " ") for line in lines if line)
    return ReaderAnswer(words={PAGE: text[:MAX_LETTERS]})


def record_read(turn: ReaderTurn, tip: Tip, known_as: Assignment) -> None:
    """Records in the audit log and in the timeline that the responder has read the case.

    The deadline for reading the case then ends.
    """
    session, at = turn.session, turn.at
    turn.log("tip_read", BY_DIALLING, f"tip:{tip.id}")
    by = service_case.by_responder(turn.person.id, EventChannel.USSD)
    if known_as.opened_at is None:
        known_as.opened_at = at
        service_case.write_event(session, tip.id, LoggedEvent.OPENED, by, at, key=str(known_as.id))
    service_closing.note_opened(session, turn.context, tip, turn.actor, by, at)
    session.flush()
    service_escalation.handle_event(
        session, turn.context, tip.id, Event(CaseEventKind.OPENED, by=turn.person.id), at
    )


def decrypt_case(turn: ReaderTurn, tip: Tip) -> UnlockedTip | None:
    """Returns a tip with the key that one of the responder's desks can decrypt, or None if no desk can decrypt it.

    If the setting `national_in_console` is on, does not use the key of the national desk, except for a drill.
    """
    session, member = turn.session, of_responder(turn.person.id)
    desks = tables_desks.desks_of(session, member)
    if turn.context.line.national_in_console and tip.channel != rules_trial.DRILL:
        desks -= {NATIONAL}
    return decrypt_access.unlock_as(session, turn.context, tip.id, desks, member, turn.private)


def _warnings(turn: ReaderTurn, tip: Tip) -> Iterator[str]:
    """Yields the warnings that the page shows before the caller's answers."""
    if tip.channel == rules_trial.DRILL:
        yield turn.say(Template.EXERCISE_TOLD)
    if (visit := _visit_warning(turn, tip)) is not None:
        yield turn.say(visit)
    if tip.official != "no":
        yield turn.say(Template.PAGE_OFFICIAL)
    if tip.basis == Basis.VITAL_INTEREST_CHILD:
        yield turn.say(Template.PAGE_CHILD)


def _visit_warning(turn: ReaderTurn, tip: Tip) -> Template | None:
    """Returns the warning that says how responders may visit the place. Returns None if responders may come openly."""
    facts = assignee_visit_facts(turn.session, tip)
    is_asked_first = facts.must_be_discreet and tip.matter == Matter.TIP
    return VISIT_SAFETIES[facts.safety].screen or (
        Template.PAGE_ASK_FIRST if is_asked_first else None
    )
