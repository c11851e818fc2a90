"""Tests that the doctor reports a frozen monitoring process or worker, and a contact who receives no notices."""

from dataclasses import replace

import pytest

from hotline.alarms import tables as alarms_tables
from hotline.alarms.rules import Alarm, CheckResult, CheckState, next_state
from hotline.alerts import service_alarm_notices
from hotline.gateway import tables
from hotline.gateway.rules import Outcome, SendResult
from hotline.monitoring import service_alarms, service_checks_database, service_checks_outside
from tests.support.contexts import WholeContext, make_watch
from tests.support.district import District
from tests.support.fakes import FakeInstruments, FakeShelf

CONTACT = "+250788700001"


@pytest.fixture
def context(district: District) -> WholeContext:
    district.man_desks()
    return replace(district.context, watch=make_watch(), flow_sets=FakeShelf())


def found(context: WholeContext, name: str) -> CheckResult:
    (one,) = [one for one in service_checks_outside.process_findings(context) if one.name == name]
    return one


def dial(context: WholeContext) -> CheckResult:
    here = replace(context, watch=make_watch(instruments=FakeInstruments(line=None)))
    (one,) = [one for one in service_checks_outside.traffic_findings(here) if one.name == "dial"]
    return one


def test_a_silent_watch_process_is_wrong(district: District, context: WholeContext) -> None:
    assert (found(context, "watch").ok, found(context, "watch").message[:16]) == (
        False,
        "has never looked",
    )
    service_alarms.check_all(context)
    assert found(context, "watch").ok
    district.clock.turn(seconds=59)
    assert found(context, "watch").ok
    district.clock.turn(seconds=1)
    frozen = found(context, "watch")
    assert (frozen.ok, "has not looked since" in frozen.message) == (False, True)
    assert "hotline-watch" in frozen.todo


def test_a_new_line_has_a_minute(district: District, context: WholeContext) -> None:
    silent = FakeInstruments(silent={"worker": 400.0})
    here = replace(context, watch=make_watch(instruments=silent))
    with district.database.writing() as session:
        tables.await_senders(session, district.clock())
    assert (found(here, "watch").ok, found(here, "workers").ok) == (True, True)
    assert dial(here).state is CheckState.OK
    district.clock.turn(minutes=1)
    assert (found(here, "watch").ok, found(here, "workers").ok) == (False, False)
    assert dial(here).state is CheckState.WARNING


def test_a_look_of_the_watch_is_no_tick(district: District, context: WholeContext) -> None:
    service_alarms.check_all(context)
    (clock,) = [
        one for one in service_checks_database.check_database(context) if one.name == "clock"
    ]
    assert (clock.ok, clock.message) == (False, "has never run")


def test_a_slow_gateway_is_no_fault_of_watch(district: District, context: WholeContext) -> None:
    service_alarms.add_contact(context, "Responder 1", CONTACT, "en", by="Aline")
    service_alarms.send_test_notices(context)
    service_alarms.check_all(context)
    district.clock.turn(seconds=59)
    service_alarm_notices.send_due(context)
    district.clock.turn(seconds=59)
    assert found(context, "watch").ok


@pytest.mark.parametrize("queue", ["worker", "reader"])
def test_a_queue_without_a_living_worker_is_named(context: WholeContext, queue: str) -> None:
    assert found(context, "workers").ok
    for silence, says in (
        (61.0, f"the workers of the queue {queue} gave their last sign 61 seconds ago"),
        (float("inf"), f"no worker runs for the queue {queue}"),
    ):
        silent = FakeInstruments(silent={queue: silence})
        one = found(replace(context, watch=make_watch(instruments=silent)), "workers")
        assert (one.ok, one.message) == (False, says)
        assert queue in one.todo


def test_without_redis_workers_are_a_warning(context: WholeContext) -> None:
    dead = replace(context, watch=make_watch(instruments=FakeInstruments(redis=False)))
    assert found(dead, "workers").state is CheckState.WARNING


def test_contacts_need_a_delivered_notice(district: District, context: WholeContext) -> None:
    assert found(context, "on-call contacts").state is CheckState.WRONG
    service_alarms.add_contact(context, "Responder 1", CONTACT, "en", by="Aline")
    untried = found(context, "on-call contacts")
    assert (untried.state, untried.todo) == (CheckState.WARNING, "`hotline oncall test`")

    service_alarms.send_test_notices(context)
    assert found(context, "on-call contacts").state is CheckState.OK
    district.clock.turn(minutes=1)
    late = found(context, "on-call contacts")
    assert (late.state, "not tried yet" in late.message) == (CheckState.WRONG, True)

    district.sms.results = [SendResult(Outcome.NOT_SENT)]
    service_alarm_notices.send_due(context)
    failed = found(context, "on-call contacts")
    assert (failed.state, "could not be reached" in failed.message) == (CheckState.WRONG, True)
    district.clock.turn(seconds=10)
    service_alarm_notices.send_due(context)
    assert found(context, "on-call contacts").state is CheckState.OK


def test_the_doctor_repeats_what_the_watch_found(district: District, context: WholeContext) -> None:
    assert dial(context).state is CheckState.WARNING
    service_alarms.check_all(context)
    assert (dial(context).state, dial(context).message) == (
        CheckState.OK,
        "the hotline answers the watch process",
    )
    with district.database.writing() as session:
        tables.await_senders(session, district.clock())
        now = next_state(None, Alarm.DIAL, 1, district.clock()).now
        alarms_tables.save(session, Alarm.DIAL, now, "the hotline does not answer its own call")
    assert dial(context).message == "the hotline is starting, and has a minute for it"
    district.clock.turn(minutes=1)
    assert (dial(context).state, "has not answered the watch" in dial(context).message) == (
        CheckState.WRONG,
        True,
    )
