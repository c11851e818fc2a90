"""Opens and finds sessions, and collects the facts that their flows use. A replay uses the facts as they were at the
beginning of the session, even if the database has changed since then."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from hotline.alerts import (
    queries,
    queries_references,
    rules_assignment,
    service_case,
    service_closing,
    service_commands,
    service_messages,
    tables_drills,
)
from hotline.alerts.rules_replies import OF_A_CASE, REPLIES, Command, Verb
from hotline.alerts.service_case import assignee_visit_facts, visit_facts_of
from hotline.cases import service_receipts
from hotline.cases.rules_reading_requests import IS_OWN, MAY_PROVE, NO_PIN
from hotline.core.contexts import Context, WebContext
from hotline.core.database import Session
from hotline.core.ussd import (
    PIN_ASKED,
    CallerFacts,
    CommittedText,
    SessionStart,
    UssdHop,
    is_number,
    short_code_of,
)
from hotline.core.wording import Template
from hotline.dialogue.replay_cache import KnownSession, PathKey
from hotline.dialogue.service_replay import SessionContext, landing_code
from hotline.flows.conversation import Facts, Option
from hotline.flows.flow import FlowSet, numbers_shown
from hotline.flows.screen import SEPTETS
from hotline.gateway import service_alert_path
from hotline.gateway import tables as gateway_tables
from hotline.people import tables, tables_accounts
from hotline.programmes import service_enrolment
from hotline.text.errors import StoreUnavailable, StrangeCaller
from hotline.text.languages import CODES, FIRST
from hotline.tips import queries_visible
from hotline.tips.rules import Matter, TipOutcome, VisitFacts
from hotline.tips.rules_events import EventChannel
from hotline.tips.tables import Tip

CASE = "case"
"""The name of an answer. The answer is the reference of the case that the responder chose from the list."""
VERB = "case_verb"
LETTERS = "case_letters"
"""The name of an answer. The answer is the case reference that the responder typed."""
COLLEAGUE_HAS = "quicker"
"""A case has this flag if a colleague is its assignee. If this responder takes the case too, the colleague is still the
assignee."""
HELPS = "helps"
"""A case has this flag if this responder helps with it and a colleague is the assignee."""
UNREAD = "unread"
"""A case has this flag if a responder who has not read the tip must visit discreetly."""
CAN_STAND_DOWN = "lets"
"""A case has this flag if the caller corrected its place, and this responder may stand down the responders of the first
place."""
DECIDES_VISIT = "decides"
"""A case has this flag if this responder may decide how responders visit: openly, discreetly or not at all."""
CAN_CONFIRM = "judges"
"""A case has this flag if a colleague requested its closure, and this responder may confirm the closure."""
IS_COMPLAINT = "complaint"
"""A case has this flag if it is a complaint. A responder cannot pass on a complaint, because only one desk may see
it."""
ANOTHER = "another"
"""A case has this flag if another person requested its closure, with any outcome except "not trafficking".
"""
NATIONAL_DESK = "national_desk"
"""The session has this flag if the responder works for the national desk."""
DESK_IN_CONSOLE = "desk_in_console"
"""The session has this flag if the responder works for the national desk, and this desk reads tips only in the
console."""
READ_FIRST = "read_first"
"""A case has this flag if this responder must read it in the console before closing it."""
SPELLED = "spelled"
IS_DRILL = "exercise"
"""A case has this flag if it is a drill. Every text about this case says that the case is a drill."""


class CaseFlags(dict[str, bool]):
    """The flags of a session, by name. For example, `spelled.K7Q4.k704` is True if `k704` spells the reference K7Q4.

    Letters and digits that look alike count as equal.
    """

    def get(self, key: str, default: bool = False) -> bool:  # type: ignore[override]
        sort, _, rest = key.partition(".")
        if sort != SPELLED or key in self:
            return super().get(key, default)
        case, _, typed = rest.partition(".")
        return is_spelled(case, typed)


def is_spelled(case: str, typed: str) -> bool:
    """Returns True if the letters that the responder typed spell the reference of the case `case`."""
    return rules_assignment.read_reference("".join(filter(str.isalnum, typed))) == case


def caller_facts(
    session: Session, responder_id: int, as_of: datetime, *, asks_pin: bool
) -> CallerFacts:
    """Returns the cases that a responder had at the time `as_of`, and the flags of these cases. The cases that the
    responder took come first. Then follow the cases about danger, and then all other cases.
    """
    held = queries_references.held_cases(session, responder_id, as_of)
    opened = queries_references.open_references(session, responder_id, as_of)
    true = [f"{IS_OWN}.{one}" for one in held]
    true += [f"{HELPS}.{one}" for one in queries_references.helped_cases(session, responder_id)]
    true += [
        f"{IS_DRILL}.{one}" for one in sorted(tables_drills.drill_references(session, responder_id))
    ]
    if asks_pin:
        true.append(PIN_ASKED)
        true += [] if tables.has_pin(session, responder_id) else [NO_PIN]
        true += [MAY_PROVE] if tables.can_prove(session, responder_id, as_of) else []
    is_national = responder_id in queries.national(session, [responder_id])
    true += [NATIONAL_DESK] if is_national else []
    if is_national or queries_visible.oversees(session, responder_id):
        for name, tip, flags in _visits(session, responder_id):
            if flags.is_marked:
                true.append(f"{DECIDES_VISIT}.{name}")
            if _may_confirm(session, tip, responder_id):
                true.append(f"{CAN_CONFIRM}.{name}")
            if tip.matter == Matter.COMPLAINT:
                true.append(f"{IS_COMPLAINT}.{name}")
            if tip.place_step and service_case.can_stand_down(session, tip):
                true.append(f"{CAN_STAND_DOWN}.{name}")
    cases = (*held, *(one for one in opened if one not in held))
    responder = session.get(tables.Responder, responder_id)
    return CallerFacts(tuple(true), cases, responder.language if responder else FIRST)


def fresh_flags(session: Session, context: Context, responder_id: int) -> Mapping[str, bool]:
    """Returns the flags that can change during a session, so that each hop must compute them again. These flags are
    `COLLEAGUE_HAS`, `UNREAD`, `ANOTHER` and `READ_FIRST` of each case, and `DESK_IN_CONSOLE`."""
    true, quicker = [], set(queries_references.colleagues_cases(session, responder_id))
    who, wanted = service_closing.by_responder(responder_id), TipOutcome.NOT_TRAFFICKING
    is_national = bool(queries.national(session, [responder_id]))
    if is_national and context.line.national_in_console:
        true.append(DESK_IN_CONSOLE)
    for name, tip, flags in _visits(session, responder_id):
        if _may_confirm(session, tip, responder_id):
            quicker.discard(name)
        if flags.must_be_discreet and tip.matter == Matter.TIP:
            true.append(f"{UNREAD}.{name}")
        closing = service_closing.Closing(session, context, tip, who, context.now())
        if closing.has_other_request(wanted):
            true.append(f"{ANOTHER}.{name}")
        if tip.assignee_id == responder_id and closing.must_read_first():
            true.append(f"{READ_FIRST}.{name}")
    true += [f"{COLLEAGUE_HAS}.{one}" for one in sorted(quicker)]
    return dict.fromkeys(true, True)


def _may_confirm(session: Session, tip: Tip, responder_id: int) -> bool:
    """Returns True if another person requested the closure of the case, and this responder's desk decides about the
    closure.
    """
    if tip.closure_by is None or not queries_visible.decides(session, tip, responder_id):
        return False
    own = service_closing.by_responder(responder_id).name
    return not tables_accounts.is_same_person(session, tip.closure_by, own)


def _visits(session: Session, responder_id: int) -> Iterator[tuple[str, Tip, VisitFacts]]:
    """Yields each open case of a responder: its reference, its tip, and the facts about visits."""
    cases = queries_references.open_tips(session, responder_id)
    together = queries_references.tips_in_clusters(session, [tip.id for _, tip in cases])
    for name, tip in cases:
        yield (
            name,
            tip,
            assignee_visit_facts(session, tip) if tip.id in together else visit_facts_of(tip),
        )


def carry_out(
    session: Session,
    context: Context,
    responder_id: int,
    name: str,
    text: str,
    case: str,
    verb: str,
) -> None:
    """Carries out a command that the responder chose.

    Some commands also need the typed reference of the case. The function carries out such a command only after the
    responder has typed the correct reference.
    """
    chosen = text if name == VERB else verb
    if not case or chosen not in OF_A_CASE:
        return
    at_once = not REPLIES[Verb(chosen)].letters
    if name == VERB and case in tables_drills.drill_references(session, responder_id):
        at_once = True
    if (name == VERB) is not at_once or (name == LETTERS and not is_spelled(case, text)):
        return
    service_commands.carry_out(
        session,
        context,
        Command(responder_id, case, Verb(chosen), EventChannel.USSD, context.now()),
    )


MY_CASES = "my_cases"


def find_session(context: WebContext, hop: UssdHop, key: str) -> KnownSession | None:
    """Returns a session that is not in the memory of this process. Returns None for an unknown session. If the database
    does not answer, searches for the session in Redis. Raises StoreUnavailable if neither the database nor Redis can
    give the session. Raises StrangeCaller if the session began on a different phone.
    """
    try:
        row = gateway_tables.find_start(context.database, key)
    except StoreUnavailable:
        noted = context.notes.find(key)
        if noted is None:
            raise
        row = noted
    if row is None:
        return None
    check_caller(context, row[0], hop)
    return load_session(context, hop, *row)


def load_session(
    context: Context, hop: UssdHop, start: SessionStart, committed: CommittedText
) -> KnownSession:
    """Returns the session as this process remembers it."""
    shared = None
    if start.pinned is None:
        shared = PathKey(
            revision_id=start.revision_id,
            dialled=start.dialled,
            entry=start.entry,
            reporting=start.reporting,
            shows_number=hop.shows_number,
            day=start.started_at.date(),
            limit=_limit(context, start),
            receipts=context.pseudonyms.has_receipt_key,
            alerts_blocked=start.alerts_blocked,
            oversight=start.oversight,
        )
    return KnownSession(start, shared, committed)


def open_session(context: WebContext, hop: UssdHop, key: str) -> SessionStart:
    """Returns the facts of a session that begins with this hop. Raises NotReady if no flows are published, and
    StoreUnavailable if the database does not answer."""
    revision_id = context.flow_sets.live()
    flow_set, at = context.flow_sets.get(revision_id), context.now()
    reporting, block_reason, oversight = service_alert_path.current_alert_path(context)
    dialled, _ = short_code_of(hop.text, flow_set.entries) if hop.text else ("", ())
    private = bool(dialled) and flow_set.flows[flow_set.entries[dialled]].private
    asks_pin = private and tables.has_any_pin(context.database)
    responder_id = None
    if private and hop.shows_number:
        with context.database.reading() as session:
            enrolled = tables.find_by_number(session, context.pseudonyms.enrolled(hop.caller))
            responder_id = enrolled.id if enrolled else None
    entry, _ = landing_code(flow_set, hop.text, enrolled=asks_pin or responder_id is not None)
    start = SessionStart(
        key=key,
        revision_id=revision_id,
        entry=entry,
        dialled=len(hop.text),
        reporting=reporting,
        alerts_blocked=reporting and block_reason is not None,
        oversight=oversight,
        responder_id=responder_id,
        network=hop.network,
        started_at=at,
        caller_key=context.pseudonyms.caller(key, hop.caller),
    )
    pinned = _pinned(context, flow_set, start, hop.caller, asks_pin=asks_pin)
    return start if pinned is None else replace(start, pinned=pinned)


def check_caller(context: Context, start: SessionStart, hop: UssdHop) -> None:
    """Raises StrangeCaller if the session began on a different phone than the phone of this hop."""
    if start.caller_key != context.pseudonyms.caller(start.key, hop.caller):
        raise StrangeCaller


def context_of(context: Context, start: SessionStart, hop: UssdHop) -> SessionContext:
    """Returns the facts that a replay of the session needs. Raises NotFound if the session's flow revision does not
    exist, and StoreUnavailable if the database does not answer."""
    flows = context.flow_sets.get(start.revision_id)
    return SessionContext(flows, _facts(context, flows, start, hop), start, _limit(context, start))


def _facts(context: Context, flow_set: FlowSet, start: SessionStart, hop: UssdHop) -> Facts:
    """Returns the facts of the session as they were at its beginning.

    Only the flags of `fresh_flags` come from the present data.
    """
    flags = {
        **numbers_shown(flow_set, start.started_at.date()),
        "reporting": start.reporting,
        "alerts_blocked": start.alerts_blocked,
        "oversight": start.oversight,
        **(service_messages.call_flags(context, flow_set, start) if hop.shows_number else {}),
    }
    of_receipts = service_receipts.receipt_facts(context, start.key)
    if start.pinned is None:
        return Facts({**flags, **of_receipts.flags}, words=of_receipts.words)

    asked_now: Mapping[str, bool] = {}
    if start.responder_id is not None:
        with context.database.reading() as session:
            asked_now = fresh_flags(session, context, start.responder_id)
    pinned = start.pinned
    options = []
    for case in pinned.cases:
        # The list shows a case by its reference. For a drill, the list also says that the case is a drill.
        called = dict.fromkeys(CODES, case)
        if f"{IS_DRILL}.{case}" in pinned.flags:
            called = {
                one: context.phrases.say(one, Template.LIST_EXERCISE, ref=case) for one in CODES
            }
        options.append(Option(case, called))
    return Facts(
        flags=CaseFlags(
            {
                **flags,
                "has_cases": bool(options),
                **dict.fromkeys(pinned.flags, True),
                **asked_now,
                **service_enrolment.session_flags(flow_set, start, hop),
                **of_receipts.flags,
            }
        ),
        lists={MY_CASES: tuple(options)},
        words={
            **of_receipts.words,
            **service_enrolment.certificate_facts(context, flow_set, start, hop.caller).words,
        },
        language=pinned.language or FIRST,
    )


def _pinned(
    context: Context, flow_set: FlowSet, start: SessionStart, caller: str, *, asks_pin: bool
) -> CallerFacts | None:
    """Returns facts about this caller from the database, as they were at the beginning of the session.

    Returns None if no screen of the session needs facts about the caller.
    """
    if start.responder_id is not None:
        with context.database.reading() as session:
            who, at = start.responder_id, start.started_at
            own = caller_facts(session, who, at, asks_pin=asks_pin)
        if asks_pin:
            # In lessons, a responder counts as a trainee, and needs no programme code. The flags say which lessons the
            # responder has passed.
            passed = service_enrolment.certificate_facts(context, flow_set, start, caller).flags
            known = {**service_enrolment.RESPONDER_FLAGS, **passed}
            own = replace(
                own, flags=(*own.flags, *(name for name, is_so in known.items() if is_so))
            )
        return own
    if asks_pin:
        # This person may still have to prove that the phone is theirs, with a code and a start PIN. Only the reader
        # process knows if the person must prove this, so the flow gets only the person's language.
        language = None
        if is_number(caller):
            with context.database.reading() as session:
                number = context.pseudonyms.enrolled(caller)
                language = tables.language_to_prove(session, number, start.started_at)
        return CallerFacts((PIN_ASKED,), language=language or "")
    if service_enrolment.programme_of(flow_set, start.entry) is None:
        return None
    known = service_enrolment.enrolment_flags(context, flow_set, start, caller)
    lessons = service_enrolment.certificate_facts(context, flow_set, start, caller).flags
    return CallerFacts(tuple(name for name, holds in {**known, **lessons}.items() if holds))


def _limit(context: Context, start: SessionStart) -> int:
    limits = context.line.limits
    return limits.get(start.network or "", limits.get("", SEPTETS))
