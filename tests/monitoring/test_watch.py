"""Tests the monitoring: what it finds, and its notices. The monitoring works even with a dead worker or a paused
queue."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline.alarms import service
from hotline.alarms import tables as tables_of_alarms
from hotline.alarms.rules import Alarm
from hotline.alerts import service_alarm_notices
from hotline.alerts import tables as alerts_tables
from hotline.core.database import open_database
from hotline.dialogue import service_commit
from hotline.gateway import tables
from hotline.gateway.rules import Outcome, SendResult
from hotline.gateway.tables import OnCallContact
from hotline.monitoring import service_alarms, service_checks_database
from hotline.people import tables_audit
from hotline.people.tables import Responder
from hotline.people.tables_audit import AuditEntry
from hotline.text.errors import DecryptionFailed, ImportRefused, NotFound, NumberInvalid
from hotline.tips.rules import CASE_CLOCKS
from tests.support.contexts import WholeContext, make_watch
from tests.support.district import District
from tests.support.fakes import FakeInstruments, FakeNumbers, FakeOther, FakeShelf
from tests.support.servers import drop_guard
from workers.watchman import Watchman

KEZA, NGABO = "+250788700001", "+250788700002"
LANE = "Fault: outgoing queue, since 24/11 10:00. Runbook: outgoing queue"
REFUSED = SendResult(Outcome.MONEY_FAULT)


@dataclass
class Line:
    """A hotline that works without faults until a test adds a fault. No on-call contact has been notified yet."""

    district: District
    instruments: FakeInstruments = field(default_factory=FakeInstruments)
    other: FakeOther = field(default_factory=FakeOther)
    newest: Path | None = None

    @property
    def context(self) -> WholeContext:
        plugs = make_watch(instruments=self.instruments, other=self.other, newest=self.newest)
        return replace(self.district.context, watch=plugs, flow_sets=FakeShelf())

    def look(self, **later: float) -> None:
        """Moves the clock forward, records that the clock process runs, and runs the monitoring once."""
        self.district.clock.turn(**later)
        with self.district.database.writing() as session:
            until = self.district.clock() + timedelta(seconds=3)
            tables.write_leader(session, "a clock", until)
        service_alarms.check_all(self.context)
        service_alarm_notices.send_due(self.context)

    def pause_queue(self) -> None:
        with self.district.database.writing() as session:
            tables.pause_for_fault(
                session, self.district.clock() + timedelta(days=1), "money_fault"
            )

    def resume_queue(self) -> None:
        with self.district.database.writing() as session:
            tables.end_fault(session)

    @property
    def notified(self) -> list[tuple[str, str]]:
        return [(to, text) for to, text in self.district.sms.sent if to in (KEZA, NGABO)]

    @property
    def stands(self) -> list[str]:
        return [row.name for row in service_alarms.raised_alarms(self.context)]


@pytest.fixture
def line(district: District) -> Line:
    district.man_desks()
    return Line(district)


@pytest.fixture
def manned(line: Line) -> Line:
    service_alarms.add_contact(line.context, "Keza", KEZA, "en", by="Aline")
    return line


def test_all_well_wakes_nobody(manned: Line) -> None:
    for _ in range(3):
        manned.look(minutes=5)
    assert (manned.stands, manned.notified) == ([], [])


def test_a_desk_without_board_and_phone_is_reported_after_ten_minutes_and_once(line: Line) -> None:
    line.district.change(Responder, 3, unreachable="permanent")
    line.look()
    line.look(minutes=9)
    assert Alarm.BOARDS not in line.stands
    line.look(minutes=1)
    assert Alarm.BOARDS in line.stands
    with line.district.database.reading() as session:
        assert "30 desks (" in tables_of_alarms.alarm_texts(session)[Alarm.BOARDS]
    line.district.change(Responder, 3, unreachable=None)
    for _ in range(2):
        line.look(minutes=2)
    assert Alarm.BOARDS not in line.stands


def test_each_look_remembers_the_newest_row_of_the_audit_log(manned: Line, tmp_path: Path) -> None:
    manned.newest = tmp_path / "newest"
    manned.look()
    assert manned.newest.read_text().startswith("2026-11-24 1 ")
    with manned.district.database.writing() as session:
        drop_guard(session, "audit")
        session.execute(text("DELETE FROM audit"))
    manned.look()
    assert manned.stands == ["audit log"]


def test_a_damaged_file_of_digests_stops_no_alarm(manned: Line, tmp_path: Path) -> None:
    manned.newest = tmp_path / "newest"
    manned.newest.write_bytes(b"2026-11-24 1 \xff\n")
    manned.pause_queue()
    manned.look()
    assert "outgoing queue" in manned.stands


def test_a_held_lane_wakes_everybody_around_the_lane_and_its_end_is_told(manned: Line) -> None:
    service_alarms.add_contact(manned.context, "Ngabo", NGABO, "en", by="Aline")
    manned.pause_queue()
    manned.look()
    assert manned.stands == ["outgoing queue"]
    told = [(KEZA, LANE), (NGABO, LANE)]
    assert manned.notified == told

    # A second monitoring process, or one more check, sends no further notices.
    service_alarms.check_all(manned.context)
    service_alarm_notices.send_due(manned.context)
    manned.look(seconds=10)
    assert manned.notified == told
    manned.look(minutes=10)
    assert manned.notified[2][1].startswith("Fault continues: outgoing queue, since 24/11 10:00.")
    assert len(manned.notified) == 4

    manned.resume_queue()
    manned.look(seconds=10)
    manned.look(minutes=2)
    assert manned.notified[4:] == [(who, "Over: outgoing queue.") for who in (KEZA, NGABO)]
    assert manned.stands == []


def test_a_name_ends_the_repeating_and_is_written_down(manned: Line) -> None:
    with pytest.raises(NotFound, match="no active alarm"):
        service_alarms.acknowledge(manned.context, "outgoing queue", "Keza")
    manned.pause_queue()
    manned.look()
    service_alarms.acknowledge(manned.context, "outgoing queue", "Keza")
    manned.look(hours=3)
    assert len(manned.notified) == 1
    (row,) = service_alarms.raised_alarms(manned.context)
    assert row.acknowledged_by == "Keza"
    assert ("cli:Keza", "alarm_acknowledged", "outgoing queue") in [
        (entry.actor, entry.action, entry.subject) for entry in manned.district.all(AuditEntry)
    ]


@pytest.mark.row("P2")
def test_a_national_desk_of_one_wakes_at_once_and_of_nobody_again(manned: Line) -> None:
    manned.district.change(Responder, 1, unreachable="permanent")
    manned.look(seconds=10)
    assert "national desk" in manned.stands
    service_alarms.acknowledge(manned.context, "national desk", "Keza")
    manned.district.change(Responder, 2, active=False)
    manned.look(seconds=10)
    told = [text for _, text in manned.notified if "national desk" in text]
    assert [text.split(":")[0] for text in told] == ["Fault", "Fault continues"]


@pytest.mark.parametrize("result", [SendResult(Outcome.NOT_SENT), SendResult(Outcome.UNKNOWN)])
def test_what_may_not_have_gone_out_is_tried_again(manned: Line, result: SendResult) -> None:
    manned.pause_queue()
    manned.district.sms.results = [result, REFUSED]
    manned.look()
    for _ in range(20):
        manned.look(seconds=10)
    assert manned.notified == [(KEZA, LANE)] * 3
    row = manned.district.message
    assert (row.outcome, row.attempts) == ("accepted", 3)


def test_whom_the_gateway_never_reaches_is_shown_and_then_nobody_is_woken(manned: Line) -> None:
    manned.district.sms.results = [SendResult(Outcome.PERMANENT)]
    manned.other.there = True
    manned.pause_queue()
    manned.look()
    manned.look(seconds=10)
    (person,) = manned.district.all(OnCallContact)
    assert person.unreachable == "permanent"
    assert "on-call contacts" in manned.stands
    assert any(text.startswith("Fault: on-call contacts") for text in manned.other.told)


def test_a_number_that_does_not_open_marks_no_contact_and_mail_continues(manned: Line) -> None:
    class Damaged(FakeNumbers):
        def decrypt_number(self, encrypted: bytes) -> str:
            raise DecryptionFailed("damaged")

    manned.other.there = True
    manned.pause_queue()
    service_alarms.check_all(manned.context)
    service_alarm_notices.send_due(replace(manned.context, numbers=Damaged()))
    (keza,) = manned.district.all(OnCallContact)
    assert keza.unreachable is None
    assert manned.other.told == [LANE]
    manned.look(seconds=10)
    assert manned.notified == [(KEZA, LANE)]


def test_the_other_channel_gets_everything_and_is_tried_until_it_works(manned: Line) -> None:
    manned.other.there, manned.other.takes = True, False
    manned.pause_queue()
    manned.look()
    manned.other.takes = True
    manned.look(seconds=20)
    manned.look(minutes=1)
    assert manned.other.told == [LANE, LANE]


def test_nobody_to_wake_is_wrong_by_itself(line: Line) -> None:
    found = {one.name: one for one in service_checks_database.check_database(line.context)}
    assert not found["on-call contacts"].ok
    service_alarms.add_contact(line.context, "Keza", KEZA, "rw", by="Aline")
    assert service_alarms.readings(line.context)[Alarm.ON_CALL_CONTACTS].ok


@pytest.mark.row("P2")
@pytest.mark.parametrize(
    ("urgency", "minutes"), [(1, 10), (2, 120), (3, 24 * 60)], ids=["danger", "seen", "heard"]
)
def test_a_tip_that_nobody_takes_wakes_somebody(manned: Line, urgency: int, minutes: float) -> None:
    tip = manned.district.tell(urgency=urgency, filed_at=manned.district.clock())
    manned.look(minutes=minutes - 1)
    assert "unanswered" not in manned.stands
    manned.look(minutes=1)
    assert "unanswered" in manned.stands

    with manned.district.database.writing() as session:
        alerts_tables.close_clocks(session, [tip], CASE_CLOCKS, manned.district.clock())
    manned.look(seconds=10)
    manned.look(minutes=2)
    assert "unanswered" not in manned.stands


def test_redis_and_the_disk_are_looked_at(manned: Line) -> None:
    manned.instruments.redis, manned.instruments.free = False, 1 << 28
    manned.look()
    assert manned.stands == ["disk"]
    manned.look(minutes=2)
    assert manned.stands == ["disk", "redis"]


def test_an_event_alarms_until_somebody_takes_care_of_it(manned: Line) -> None:
    for _ in range(2):
        service.raise_alarm(manned.context, Alarm.STRANGE_JOB)
    for _ in range(3):
        manned.look(seconds=10)
    assert [text for _, text in manned.notified] == [
        "Fault: strange job, since 24/11 10:00. Runbook: strange job"
    ]
    service_alarms.acknowledge(manned.context, "strange job", "Keza")
    manned.look(hours=1)
    assert (manned.stands, len(manned.notified)) == ([], 1)


@pytest.mark.adversary("a person who writes the database")
@pytest.mark.parametrize(
    "attack",
    ["DELETE FROM alarm", "UPDATE alarm SET next_at = '2026-11-25 09:00:00.000000'"],
    ids=["deleted", "silenced"],
)
@pytest.mark.parametrize(
    ("action", "alarm"), [("tip_pair_replaced", "tip keys"), ("key_differs", "member keys")]
)
def test_an_alarm_that_was_deleted_is_raised_from_the_audit_log(
    manned: Line, tmp_path: Path, action: str, alarm: str, attack: str
) -> None:
    manned.newest = tmp_path / "newest"
    manned.look()
    with manned.district.database.writing() as session:
        service.record_each(session, Alarm(alarm), manned.district.clock())
        tables_audit.append_row(session, manned.district.clock(), "line", action)
        session.execute(text(attack))
    for _ in range(2):
        manned.look(seconds=10)
    (raised,) = manned.notified
    assert raised[1].startswith(f"Fault: {alarm}, ")


@pytest.mark.parametrize(("age", "stands"), [(None, False), (90_000.0, False), (1e6, True)])
def test_a_backup_that_was_not_made(manned: Line, age: float | None, stands: bool) -> None:
    manned.instruments.backup = age
    manned.look()
    assert ("backup" in manned.stands) is stands


def test_a_clock_that_stands_still_is_missed(manned: Line) -> None:
    manned.look()
    for _ in range(2):
        manned.district.clock.turn(minutes=2)
        service_alarms.check_all(manned.context)
    assert manned.stands == ["clock"]


def test_without_a_database_whoever_was_known_is_told_and_told_of_its_end(manned: Line) -> None:
    manned.look()
    whole = manned.context
    gone = replace(whole, database=open_database("sqlite:////nowhere/at/all.db"))
    watchman = Watchman(whole)
    watchman.look()

    watchman._context = gone
    for _ in range(3):
        watchman.look()
        manned.district.clock.turn(seconds=30)
    assert [text for _, text in manned.notified] == [
        "Fault: database, since 24/11 10:00. Runbook: database"
    ]

    watchman._context = whole
    for _ in range(3):
        manned.look()
        watchman.look()
        manned.district.clock.turn(minutes=1)
    assert manned.notified[-1] == (KEZA, "Over: database.")


def test_a_trial_is_told_by_the_watchman(manned: Line) -> None:
    ids = service_alarms.send_test_notices(manned.context)
    assert [row.outcome for _, row in service_alarms.notice_recipients(manned.context, ids)] == [
        None
    ]
    manned.look()
    assert [
        (name, row.outcome) for name, row in service_alarms.notice_recipients(manned.context, ids)
    ] == [("Keza", "accepted")]
    assert manned.notified == [
        (KEZA, "This SMS is a test. A real alarm comes in the same way. Nothing is wrong now.")
    ]


def test_who_is_removed_reads_it_once_and_may_come_back(manned: Line) -> None:
    """The removed contact always gets a notice of the removal, and the other contacts get one too. The last contact
    cannot be removed."""
    (keza,) = service_alarms.on_call_contacts(manned.context)
    with pytest.raises(ImportRefused):
        service_alarms.remove_contact(manned.context, keza.id, by="Aline")
    service_alarms.add_contact(manned.context, "Ngabo", NGABO, "en", by="Aline")
    assert service_alarms.remove_contact(manned.context, keza.id, by="Aline") == "Keza"
    with pytest.raises(NotFound):
        service_alarms.remove_contact(manned.context, keza.id, by="Aline")
    manned.look()
    assert {to for to, text in manned.notified if "on-call contacts" in text} == {KEZA, NGABO}
    manned.pause_queue()
    manned.look()
    assert manned.notified[2:] == [(NGABO, LANE)]
    service_alarms.add_contact(manned.context, "Keza", KEZA, "fr", by="Aline")
    assert [one.language for one in service_alarms.on_call_contacts(manned.context)] == ["fr", "en"]


def test_who_cannot_be_woken_is_refused_without_her_number(manned: Line) -> None:
    service_commit.stop_messages(manned.context, NGABO)
    for number, error in ((KEZA, ImportRefused), (NGABO, ImportRefused), ("0788", NumberInvalid)):
        with pytest.raises(error) as told:
            service_alarms.add_contact(manned.context, "Ngabo", number, "rw", by="Aline")
        assert number[-6:] not in str(told.value)


def test_an_alarm_that_settles_says_what_was_wrong_and_never_that_all_is_well(manned: Line) -> None:
    manned.pause_queue()
    manned.look(minutes=1)
    (wrong,) = [row.message for row in service_alarms.raised_alarms(manned.context)]
    manned.resume_queue()
    manned.look(minutes=1)
    (settles,) = service_alarms.raised_alarms(manned.context)
    assert (settles.name, settles.message) == ("outgoing queue", wrong)
    assert "messages can be sent" not in settles.message


def test_what_an_alarm_says_is_timed_as_the_pages_are(manned: Line) -> None:
    filed = manned.district.clock()
    manned.district.tell(urgency=1)
    manned.look(hours=1)
    said = [row.message for row in service_alarms.raised_alarms(manned.context)]
    assert said
    assert not any("UTC" in one for one in said)
    here = f"{filed + timedelta(hours=2):%Y-%m-%d %H:%M}, Kigali time"
    assert any(here in one for one in said)
