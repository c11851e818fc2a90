"""Tests actions that happen at the same moment, on both kinds of database. Each action has its effect once, and no
action waits for ever.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from threading import Barrier, Thread

import pytest

from hotline.alerts import queries_outbox, service_assignment, service_intake, tables
from hotline.alerts import service_sending as alerts_service_sending
from hotline.alerts.rules_replies import CommandResult
from hotline.alerts.service_case import by_responder, write_event
from hotline.alerts.service_intake import file_silent
from hotline.core.database import Database
from hotline.counters import tables as counters_tables
from hotline.counters.tables import CounterKey, Tally
from hotline.dialogue.replay_cache import SessionMemory
from hotline.gateway.rules import MessageState, Outcome, ReportIn, SendResult
from hotline.gateway.tables import Assignment, Dialogue, Message
from hotline.people.rules import Level
from hotline.tips import tables as tips_tables
from hotline.tips.rules_events import EventChannel, LoggedEvent
from tests.support.builders import NOON
from tests.support.callers import QUIET_HERE, REST, Line, told
from tests.support.counts import counts
from tests.support.district import District
from tests.support.servers import Pair
from tests.support.taking import take_case

pytestmark = pytest.mark.both


def together(*acts: Callable[[], object]) -> None:
    """Runs each function in its own thread, all at the same moment. The test fails if any of them raises an error."""
    gate, raised = Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
        except Exception as error:
            raised.append(error)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []


def meanwhile(act: Callable[[], object]) -> Thread:
    """Starts the function in a thread while the transaction of the test is open. The function either waits until this
    transaction ends, or finishes before this transaction ends.
    """
    thread = Thread(target=act)
    thread.start()
    thread.join(0.3)
    return thread


def test_delivery_report_during_storing_of_id_is_applied(district: District) -> None:
    """One transaction stores the id of a sent message, and another stores a delivery report with this id. Before both
    transactions are committed, neither transaction sees the row that the other transaction stores. If the transactions
    did not wait for each other, no process would apply the report.
    """
    district.enrol(Level.NATIONAL)
    district.tell()
    with district.database.writing() as session:
        (claim,) = queries_outbox.claim_due(session, district.clock(), 1, 32, "x")
    result = SendResult(Outcome.ACCEPTED, provider_status="102", provider_id="ATXid_1")

    def hear() -> None:
        alerts_service_sending.apply_report(district.context, ReportIn("ATXid_1", "Success"))

    with district.database.writing() as session:
        queries_outbox.message_for_writing(session, claim.message.id)
        queries_outbox.close_attempt(session, claim, result)
        alerts_service_sending.apply_early(
            session, district.context, result.gateway, "ATXid_1", district.clock()
        )
        report = meanwhile(hear)
    report.join()
    assert district.states == [MessageState.DELIVERED]


@pytest.mark.fault(31)
def test_one_of_two_concurrent_acknowledgements_wins(district: District) -> None:
    hers = [district.enrol() for _ in range(2)]
    district.enrol(Level.NATIONAL)
    results: list[CommandResult] = []
    for _ in range(5):
        tip = district.tell(urgency=1)
        rows = [r for r in district.all(Assignment) if r.tip_id == tip and r.responder_id in hers]

        def take(row: Assignment) -> None:
            taken = take_case(district.context, row.responder_id, row.reference, district.clock())
            results.append(taken.result)

        together(*(lambda row=row: take(row) for row in rows))
    assert sorted(results) == [CommandResult.ALREADY_TAKEN] * 5 + [CommandResult.TAKEN] * 5


def test_concurrent_first_hops_count_one_session(line: Line) -> None:
    """Each hop runs in its own process. All hops show the same screen, but only one session is counted."""
    for number in range(3):
        caller = line.caller(f"+2507880004{number:02}")
        callers = [
            replace(
                caller, line=replace(line, context=replace(line.context, sessions=SessionMemory()))
            )
            for _ in range(4)
        ]
        together(*(lambda one=one: one.dial("7*1") for one in callers))
        assert len({one.screen for one in callers}) == 1
        assert callers[0].screen == line.caller().dial("7*1")
    assert len(line.all(Dialogue)) == 6
    counted = Counter[str]()
    for row in line.all(Tally):
        counted[f"{row.measure} {row.language}"] += row.count
    assert counted == {"session rw": 0, "session en": 6}


def test_counting_in_opposite_order_does_not_deadlock(database: Database) -> None:
    cells = [
        CounterKey(day=NOON.date(), measure="session", language=code, channel="ussd", entry="")
        for code in ("en", "rw")
    ]

    def count(order: Sequence[CounterKey]) -> None:
        for _ in range(20):
            with database.writing() as session:
                for cell in order:
                    counters_tables.count(session, cell)

    together(lambda: count(cells), lambda: count(cells[::-1]))
    assert counts(database, "language") == {("en", "session"): 40, ("rw", "session"): 40}


def test_answer_during_filing_of_draft_leaves_one_tip(line: Line) -> None:
    """The clock process files the draft of a silent caller. Before this transaction is committed, the caller answers
    the last question.
    """
    caller = told(line, *QUIET_HERE, REST[0])
    line.clock.turn(minutes=4)
    with line.database.writing() as session:
        filed = service_intake.file_drafts(
            session, line.context, tips_tables.silent_drafts(session, line.clock())
        )
        session.flush()
        assert len(filed) == 1
        hop = meanwhile(lambda: caller.key(REST[1]))
    hop.join()
    assert line.tip.state == "complete"


def test_clock_skips_draft_that_a_hop_is_changing(line: Line) -> None:
    """The hotline's clock and the caller's hop do not wait for each other, even if both run often."""
    callers = [told(line, *QUIET_HERE) for _ in range(4)]
    line.clock.turn(minutes=4)

    def tell_on() -> None:
        for caller in callers:
            caller.key(*REST)

    together(tell_on, *[lambda: file_silent(line.context)] * 2)
    assert [tip.state for tip in line.tips] == ["complete"] * 4


def test_erasing_session_keeps_tip_filed_meanwhile(line: Line) -> None:
    """The caller was silent for some time, so the clock process files the tip. At the same moment, the caller names
    another place. The tip keeps the first place, and the caller can continue with the report.
    """
    caller = told(line, *QUIET_HERE)
    line.clock.turn(minutes=4)
    with line.database.writing() as session:
        service_intake.file_drafts(
            session, line.context, tips_tables.silent_drafts(session, line.clock())
        )
        session.flush()
        gone = meanwhile(lambda: erase(line))
    gone.join()
    assert [tip.state for tip in line.tips] == ["filed"]
    assert caller.screen.startswith("CON ")


def erase(line: Line) -> None:
    (tip,) = line.tips
    with line.database.writing() as session:
        tips_tables.erase_session(session, tip.session_key, up_to_attempt=tip.attempt)


@pytest.fixture
def burst(district: District) -> District:
    """Files ten tips. Only one person can be alerted about these tips."""
    district.enrol(Level.NATIONAL)
    for _ in range(10):
        district.file_tip(urgency=3)
    return district


@pytest.mark.fault(21)
def test_parallel_workers_send_each_message_once(burst: District) -> None:
    context = burst.context

    def relay() -> None:
        for _ in range(3):
            service_assignment.assign_pending(context)
            service_assignment.fire_deadlines(context)
            alerts_service_sending.expire_leases(context)

    def worker() -> None:
        for _ in range(5):
            alerts_service_sending.deliver_due(context)

    together(relay, relay, worker, worker, worker, worker)
    alerts_service_sending.deliver_due(context)
    assert len(burst.all(Assignment)) == 10
    assert len(burst.sms.sent) == len(set(burst.sms.sent)) == 10


def test_slow_claim_blocks_no_other_worker_on_server(burst: District, pair: Pair) -> None:
    """A worker that commits its claim slowly blocks no other worker. No other worker claims the same message."""
    service_assignment.assign_pending(burst.context)
    if pair is Pair.EMBEDDED:
        return
    with burst.database.writing() as slow:
        (first,) = queries_outbox.claim_due(slow, burst.clock(), 1, 32, "slow")
        assert alerts_service_sending.deliver_due(burst.context) == 9
    left = [row for row in burst.all(Message) if row.state == MessageState.SENDING]
    assert [row.id for row in left] == [first.message.id]


def test_two_answers_of_one_responder_do_not_deadlock(district: District) -> None:
    """Each transaction writes to a case's log, which names the responder, before it counts the responder's answers."""
    her = district.enrol()
    cases = [district.tell(), district.tell()]
    written = Barrier(1 if district.database.is_sqlite else len(cases))

    def answers(tip_id: int) -> None:
        by = by_responder(her, EventChannel.SMS)
        with district.database.writing() as session:
            write_event(session, tip_id, LoggedEvent.ON_SITE, by, NOON, key=f"sms:{tip_id}")
            written.wait()
            tables.answers_since(session, her, NOON)

    together(*(partial(answers, tip_id) for tip_id in cases))
