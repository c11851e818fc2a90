"""Opens and finds sessions, and collects the facts that their flows use from the first hop to the last.

A replay gets the same facts, even if data changed meanwhile.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from hotline.alerts import (
    queries,
    queries_names,
    rules_assignment,
    service_call_back_requests,
    service_case_state,
    service_closing,
    service_commands,
    tables_drills,
)
from hotline.alerts.rules_replies import OF_A_CASE, REPLIES, Act, Verb
from hotline.alerts.service_case_state import answer_of, coming_of
from hotline.cases import service_receipts
from hotline.cases.rules_reading_requests import MAY_PROVE, NO_PIN
from hotline.core.context import DoorKit, Kit
from hotline.core.database import Session
from hotline.core.ussd import PIN_ASKED, Heard, Opening, Pinned, UssdHop, entry_of, is_number
from hotline.core.wording import Template
from hotline.dialogue.replay_cache import KnownSession, WayClass
from hotline.dialogue.service_replay import SessionContext, landing
from hotline.errors import StoreUnavailable, StrangeCaller
from hotline.flows.flow import Book, numbers_shown
from hotline.flows.run import Facts, Option
from hotline.flows.screen import DEFAULT_LIMIT
from hotline.gateway import service_alert_path, tables_sessions
from hotline.people import tables, tables_accounts, tables_enrolments
from hotline.people.tables import Responder
from hotline.programmes import service_enrolment, service_lessons
from hotline.programmes.service_enrolment import BEHIND_PIN
from hotline.text.languages import CODES, FIRST
from hotline.tips.rules import Matter, TipOutcome
from hotline.tips.rules_events import EntryWay
from hotline.tips.rules_visit_safety import Coming
from hotline.tips.tables import Tip

# Tells the responders' flow which cases a phone has, and carries out its answers.

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
    responder = session.get(Responder, responder_id)
    return Pinned(tuple(true), cases, responder.language if responder else FIRST)


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
    return not tables_accounts.is_same_person(session, tip.end_wanted_by, hers)


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


MY_CASES = "my_cases"


def found(kit: DoorKit, hop: UssdHop, key: str) -> KnownSession | None:
    """Returns a session that this process does not have in memory. Returns None for an unknown session.

    If the database does not answer, Redis may know the session. Raises StoreUnavailable, StrangeCaller.
    """
    try:
        row = tables_sessions.find(kit.database, key)
    except StoreUnavailable:
        noted = kit.notes.find(key)
        if noted is None:
            raise
        row = noted
    if row is None:
        return None
    check_caller(kit, row[0], hop)
    return known_as(kit, hop, *row)


def known_as(kit: Kit, hop: UssdHop, opening: Opening, heard: Heard) -> KnownSession:
    """Returns the session as this process keeps it. Raises NotFound, StoreUnavailable."""
    return KnownSession(opening, _shared(kit, opening, hop), heard)


def opened(kit: DoorKit, hop: UssdHop, key: str) -> Opening:
    """Returns the facts of a session that begins with this hop. Raises NotReady, StoreUnavailable."""
    revision_id = kit.books.live()
    book, at = kit.books.book(revision_id), kit.now()
    reporting = tables.anybody_lives(kit.database, at)
    dialled, _ = entry_of(hop.text, book.entries) if hop.text else ("", ())
    private = bool(dialled) and book.flows[book.entries[dialled]].private
    asks_pin = private and tables_enrolments.anybody_has_pin(kit.database)
    responder_id = None
    if private and hop.shows_number:
        with kit.database.reading() as session:
            enrolled = tables.enrolled(session, kit.pseudonyms.enrolled(hop.caller))
            responder_id = enrolled.id if enrolled else None
    entry, _ = landing(book, hop.text, enrolled=asks_pin or responder_id is not None)
    opening = Opening(
        key=key,
        revision_id=revision_id,
        entry=entry,
        dialled=len(hop.text),
        reporting=reporting,
        alerts_blocked=reporting and service_alert_path.why_blocked(kit) is not None,
        responder_id=responder_id,
        network=hop.network,
        started_at=at,
        caller_key=kit.pseudonyms.caller(key, hop.caller),
    )
    pinned = _pinned(kit, book, opening, hop.caller, asks_pin=asks_pin)
    return opening if pinned is None else replace(opening, pinned=pinned)


def check_caller(kit: Kit, opening: Opening, hop: UssdHop) -> None:
    """Raises StrangeCaller if a session began on another phone."""
    if opening.caller_key != kit.pseudonyms.caller(opening.key, hop.caller):
        raise StrangeCaller


def context_of(kit: Kit, opening: Opening, hop: UssdHop) -> SessionContext:
    """Returns the context in which a session is replayed. Raises NotFound, StoreUnavailable."""
    book = kit.books.book(opening.revision_id)
    return SessionContext(book, _facts(kit, book, opening, hop), opening, _limit(kit, opening))


def _facts(kit: Kit, book: Book, opening: Opening, hop: UssdHop) -> Facts:
    """Returns the facts as they were when the session began.

    The assignee of a case is checked when it is acknowledged.
    """
    flags = {
        **numbers_shown(book, opening.started_at.date()),
        "reporting": opening.reporting,
        "alerts_blocked": opening.alerts_blocked,
        **(service_call_back_requests.flags(kit, book, opening) if hop.shows_number else {}),
    }
    of_receipts = service_receipts.facts(kit, opening.key)
    if opening.pinned is None:
        return Facts({**flags, **of_receipts.flags}, words=of_receipts.words)

    asked_now: Mapping[str, bool] = {}
    if opening.responder_id is not None:
        with kit.database.reading() as session:
            asked_now = fresh(session, opening.responder_id)
    pinned = opening.pinned
    options = []
    for case in pinned.cases:
        # A case's name is its reference alone. A drill's name says that it is one.
        called = dict.fromkeys(CODES, case)
        if f"{EXERCISE}.{case}" in pinned.flags:
            called = {one: kit.phrases.say(one, Template.LIST_EXERCISE, ref=case) for one in CODES}
        options.append(Option(case, called))
    return Facts(
        flags=CaseFlags(
            {
                **flags,
                "has_cases": bool(options),
                **dict.fromkeys(pinned.flags, True),
                **asked_now,
                **service_enrolment.flags_of_text(book, opening, hop),
                **of_receipts.flags,
            }
        ),
        lists={MY_CASES: tuple(options)},
        words={**of_receipts.words, **service_lessons.facts(kit, book, opening, hop.caller).words},
        language=pinned.language or FIRST,
    )


def _pinned(
    kit: Kit, book: Book, opening: Opening, caller: str, *, asks_pin: bool = False
) -> Pinned | None:
    """Returns the facts from the caller's own rows at the session's start. Returns None if its screens need none."""
    if opening.responder_id is not None:
        with kit.database.reading() as session:
            who, at = opening.responder_id, opening.started_at
            own = pinned(session, who, at, asks_pin=asks_pin)
        if asks_pin:
            # The responder counts as a trainee without a code. These are the lessons that they passed before.
            passed = service_lessons.facts(kit, book, opening, caller).flags
            known = {**BEHIND_PIN, **passed}
            own = replace(
                own, flags=(*own.flags, *(name for name, is_so in known.items() if is_so))
            )
        return own
    if asks_pin:
        # The language of a person who is to be verified on this phone. Only the reader knows which phones wait.
        language = None
        if is_number(caller):
            with kit.database.reading() as session:
                number = kit.pseudonyms.enrolled(caller)
                language = tables_enrolments.language_to_prove(session, number, opening.started_at)
        return Pinned((PIN_ASKED,), language=language or "")
    if service_enrolment.roll_of(book, opening.entry) is None:
        return None
    known = service_enrolment.joined_flags(kit, book, opening, caller)
    lessons = service_lessons.facts(kit, book, opening, caller).flags
    return Pinned(tuple(name for name, holds in {**known, **lessons}.items() if holds))


def _shared(kit: Kit, opening: Opening, hop: UssdHop) -> WayClass | None:
    if opening.pinned is not None:
        return None
    return WayClass(
        revision_id=opening.revision_id,
        dialled=opening.dialled,
        entry=opening.entry,
        reporting=opening.reporting,
        shows_number=hop.shows_number,
        day=opening.started_at.date(),
        limit=_limit(kit, opening),
        receipts=kit.pseudonyms.knows_receipts,
        alerts_blocked=opening.alerts_blocked,
    )


def _limit(kit: Kit, opening: Opening) -> int:
    limits = kit.line.limits
    return limits.get(opening.network or "", limits.get("", DEFAULT_LIMIT))
