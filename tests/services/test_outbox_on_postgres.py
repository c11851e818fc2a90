"""The same story on PostgreSQL, where claims pass each other by and do not queue."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest

from hotline.domain.delivery import Outcome, SendResult
from hotline.domain.message import ReportIn
from hotline.domain.referral import Level
from hotline.services import delivery, inbox, referral, reports
from hotline.store import outbox
from hotline.store.database import Database
from hotline.store.messages import Referral
from tests.builders import make_message
from tests.conftest import Clock
from tests.district import District
from workers.clock import STEPS, tick

OURS = [step for step in STEPS if step.__name__ != "rescue_silent_drafts"]


@pytest.fixture
def abroad(postgres: Database, clock: Clock) -> District:
    """District 12 on a database server: two responders, a deputy, the national desk."""
    district = District(postgres, clock)
    for level in (Level.RESPONDER, Level.RESPONDER, Level.DEPUTY):
        district.enrol(level)
    district.enrol(Level.NATIONAL, districts=())
    return district


def test_the_whole_story(abroad: District) -> None:
    tip = abroad.tell(urgency=1)
    abroad.sms.results = [SendResult(Outcome.UNKNOWN), SendResult(Outcome.PERMANENT)]
    abroad.deliver()
    assert abroad.told(tip) == [(0, 1), (0, 2), (0, 4), (1, 3)]
    assert sorted(abroad.states) == ["accepted", "accepted", "failed", "unknown"]

    reports.apply_report(abroad.kit, ReportIn(f"ATXid_{3:032x}", "Success"))
    abroad.clock.turn(minutes=3)
    tick(abroad.kit, OURS)
    abroad.deliver()
    assert abroad.told(tip)[-1] == (2, 4)

    row = abroad.all(Referral)[0]
    message = make_message(text=f"1 {row.reference}")
    assert inbox.take_sms(abroad.kit, message) is inbox.InboxOutcome.TAKEN
    assert inbox.take_sms(abroad.kit, message) is inbox.InboxOutcome.REPEATED
    assert abroad.open_deadlines() == []


def test_two_relays_and_four_workers_send_it_once(abroad: District) -> None:
    for _ in range(10):
        abroad.file_tip(urgency=3)
    kit = abroad.kit
    gate = Barrier(6)

    def relay() -> None:
        gate.wait()
        for _ in range(3):
            referral.refer_waiting(kit)
            referral.fire_deadlines(kit)

    def worker() -> None:
        gate.wait()
        for _ in range(5):
            delivery.deliver_due(kit)

    threads = [Thread(target=act) for act in (relay, relay, worker, worker, worker, worker)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    delivery.deliver_due(kit)

    assert len(abroad.all(Referral)) == 10
    assert len(abroad.sms.sent) == len(set(abroad.sms.sent)) == 10


def test_a_dead_workers_claim_comes_back(abroad: District) -> None:
    abroad.tell(urgency=3)
    with abroad.database.writing() as session:
        assert outbox.claim_next(session, abroad.clock(), first=None, worker="x")
    abroad.clock.turn(seconds=31)
    delivery.expire_leases(abroad.kit)
    assert abroad.states == ["unknown"]
    abroad.clock.turn(minutes=10)
    delivery.retry_unknown(abroad.kit)
    abroad.deliver()
    assert abroad.states == ["accepted"]
    assert abroad.message.accepted_at == datetime(2026, 11, 24, 8, 10, 31, tzinfo=UTC)
