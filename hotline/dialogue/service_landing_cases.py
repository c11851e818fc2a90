"""Tells the responders' flow which cases a phone has, and carries out its answers."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from hotline.alerts import (
    queries,
    queries_names,
    rules_assignment,
    service_case_state,
    service_closing,
    service_commands,
    tables_drills,
)
from hotline.alerts.rules_commands import Act
from hotline.alerts.rules_replies import OF_A_CASE, REPLIES, Verb
from hotline.alerts.service_case_state import answer_of, coming_of
from hotline.cases.rules_reading_requests import MAY_PROVE, NO_PIN
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.core.ussd import PIN_ASKED, Pinned
from hotline.people import tables, tables_enrolments
from hotline.text.languages import FIRST
from hotline.tips.rules import Matter, TipOutcome
from hotline.tips.rules_events import EntryWay
from hotline.tips.rules_visit_safety import Coming
from hotline.tips.tables import Tip

CASE = "case"
"""The answer that names a reference, given on the responders' list."""
VERB = "case_verb"
LETTERS = "case_letters"
"""The reference, typed letter by letter."""
QUICKER = "quicker"
"""Flag, with a reference: a colleague stays the assignee even if this responder takes the case."""
HERS = "hers"
"""Flag of a case whose assignee is this responder."""
HELPS = "helps"
"""Flag of a case that this responder took although a colleague is the assignee."""
UNREAD = "unread"
"""Flag of a case that no one may visit openly before reading it."""
LETS = "lets"
"""Flag of a case whose first place this responder may release."""
DECIDES = "decides"
"""Flag of a case for which this responder sets the visit safety."""
JUDGES = "judges"
"""Flag of a case whose closure a colleague requested, and which this responder may confirm."""
ANOTHER = "another"
"""Flag of a case whose closure another person requested, with another outcome than "not trafficking"."""
NATIONAL_DESK = "national_desk"
"""Flag of a responder of the national desk."""
SPELLED = "spelled"
EXERCISE = "exercise"
"""Flag of a drill. Every text about such a case says so."""


class CaseFlags(dict[str, bool]):
    """Flags of a session. `spelled.K7Q4.k704` is True if the letters spell the reference.

    Similar letters count as equal.
    """

    def get(self, key: str, default: bool = False) -> bool:  # type: ignore[override]
        sort, _, rest = key.partition(".")
        if sort != SPELLED or key in self:
            return super().get(key, default)
        case, _, typed = rest.partition(".")
        return is_spelled(case, typed)


def is_spelled(case: str, typed: str) -> bool:
    """Returns True if these letters spell that reference."""
    return rules_assignment.read("".join(filter(str.isalnum, typed))) == case


def pinned(
    session: Session, responder_id: int, as_of: datetime, *, asks_pin: bool = False
) -> Pinned:
    """Returns the state of a responder's cases at a moment: own cases first, then danger, then the others."""
    held = queries_names.held(session, responder_id, as_of)
    opened = queries_names.open_references(session, responder_id, as_of)
    true = [f"{HERS}.{one}" for one in held]
    true += [f"{HELPS}.{one}" for one in queries_names.helped(session, responder_id)]
    true += [f"{EXERCISE}.{one}" for one in sorted(tables_drills.references(session, responder_id))]
    if asks_pin:
        true.append(PIN_ASKED)
        true += [] if tables.has_pin(session, responder_id) else [NO_PIN]
        true += [MAY_PROVE] if tables_enrolments.may_prove(session, responder_id, as_of) else []
    if responder_id in queries.national(session, [responder_id]):
        true.append(NATIONAL_DESK)
        for name, tip, told in _told(session, responder_id):
            if told.is_marked:
                true.append(f"{DECIDES}.{name}")
            if _may_confirm(session, tip, responder_id):
                true.append(f"{JUDGES}.{name}")
            if tip.place_step and service_case_state.may_let_go(session, tip):
                true.append(f"{LETS}.{name}")
    cases = (*held, *(one for one in opened if one not in held))
    language = tables.language_of(session, responder_id)
    return Pinned(tuple(true), cases, language or FIRST)


def fresh(session: Session, responder_id: int) -> Mapping[str, bool]:
    """Returns the flags that each hop checks again.

    They mark cases that stay with a colleague and cases to read before a visit. They also mark cases with another
    request to close.
    """
    true, quicker = [], set(queries_names.quicker(session, responder_id))
    who, wanted = service_closing.by_responder(responder_id), TipOutcome.NOT_TRAFFICKING
    is_national = bool(queries.national(session, [responder_id]))
    for name, tip, told in _told(session, responder_id):
        if is_national and _may_confirm(session, tip, responder_id):
            quicker.discard(name)
        if told.goes_unseen and tip.matter == Matter.TIP:
            true.append(f"{UNREAD}.{name}")
        if service_closing.waits_for_another(session, tip, who, wanted):
            true.append(f"{ANOTHER}.{name}")
    true += [f"{QUICKER}.{one}" for one in sorted(quicker)]
    return dict.fromkeys(true, True)


def _may_confirm(session: Session, tip: Tip, responder_id: int) -> bool:
    """Returns True if another person requested closure. Call it for the national desk's people only."""
    if tip.end_wanted_by is None:
        return False
    hers = service_closing.by_responder(responder_id).name
    return not service_closing.is_same(session, tip.end_wanted_by, hers)


def _told(session: Session, responder_id: int) -> Iterator[tuple[str, Tip, Coming]]:
    """Yields each open case of a responder, with its visit safety."""
    cases = queries_names.tips_of(session, responder_id)
    together = queries_names.in_company(session, [tip.id for _, tip in cases])
    for name, tip in cases:
        yield name, tip, answer_of(session, tip) if tip.id in together else coming_of(tip)


def take(session: Session, kit: Kit, responder_id: int, case: str) -> None:
    service_commands.act(session, kit, Act(responder_id, case, Verb.TAKE, EntryWay.USSD, kit.now()))


def answered(
    session: Session, kit: Kit, responder_id: int, name: str, said: str, case: str, verb: str
) -> None:
    """Carries out a chosen command. Some commands need the letters of the case's reference first."""
    chosen = said if name == VERB else verb
    if not case or chosen not in OF_A_CASE:
        return
    at_once = not REPLIES[Verb(chosen)].letters
    if name == VERB and case in tables_drills.references(session, responder_id):
        at_once = True
    if (name == VERB) is not at_once or (name == LETTERS and not is_spelled(case, said)):
        return
    service_commands.act(
        session, kit, Act(responder_id, case, Verb(chosen), EntryWay.USSD, kit.now())
    )
