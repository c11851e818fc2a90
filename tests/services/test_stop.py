"""C16: after the wish to hear no more nothing is sent to that number, whoever would send it, on both pairs."""

import ast
from collections.abc import Callable

import pytest

from hotline.domain.alarms import Notice
from hotline.domain.message import Kind, Wording
from hotline.domain.referral import Level
from hotline.domain.wording import Template
from hotline.services import delivery, ladder, notices, outreach, watch, watchers
from hotline.services.inbox import InboxOutcome, take_sms
from hotline.store.alarms import AlarmNotice, Watcher
from hotline.store.contacts import Stopped
from tests.builders import make_message
from tests.callers import Line
from tests.district import District
from tests.floorplan.tree import parsed, python_files, said

HERS = "+250788000001"
WORDING = Wording(Template.TAKEN, {"ref": "K7Q4"}, "en")


def by_sms(district: District) -> None:
    assert take_sms(district.kit, make_message(sender=HERS, text="hagalika")) is (
        InboxOutcome.STOPPED
    )


def by_notice(district: District) -> None:
    outreach.stop(district.kit, HERS)


@pytest.fixture
def staffed(district: District) -> District:
    district.enrol()
    district.enrol(Level.NATIONAL, districts=())
    return district


@pytest.mark.parametrize("wish", [by_sms, by_notice])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_message_of_any_kind_to_a_stopped_number_is_refused(
    staffed: District, kind: Kind, wish: Callable[[District], None]
) -> None:
    """Written before the wish, written after it, and tried once already without success."""
    write(staffed, kind)
    wish(staffed)
    write(staffed, kind)

    for _ in range(3):
        staffed.deliver()
        staffed.clock.turn(minutes=20)
        delivery.expire_leases(staffed.kit)
        delivery.retry_unknown(staffed.kit)
        delivery.miss_reports(staffed.kit)

    assert staffed.sms.sent == []
    assert staffed.states == ["failed", "failed"]


@pytest.mark.parametrize("notice", list(Notice))
def test_an_alarm_of_any_kind_to_a_stopped_number_is_refused(
    staffed: District, notice: Notice
) -> None:
    watchers.add(staffed.kit, "Keza", HERS, "rw")
    at = staffed.clock()
    with staffed.database.writing() as session:
        session.add(watch.notice("lane", notice, 1, at, at))
    by_sms(staffed)

    notices.send_due(staffed.kit)
    staffed.clock.turn(minutes=10)
    notices.send_due(staffed.kit)

    assert staffed.sms.sent == []
    (row,) = staffed.all(AlarmNotice)
    assert (row.outcome, row.done_at) == ("permanent", at)
    assert staffed.all(Watcher)[0].unreachable == "stopped"
    assert notices.people(staffed.kit) == []


def test_a_responder_who_stops_leaves_the_ladder(staffed: District) -> None:
    by_sms(staffed)
    tip_id = staffed.tell(urgency=1)
    staffed.deliver()
    assert {who for _, who in staffed.told(tip_id)} == {2}
    assert [to for to, _ in staffed.sms.sent] == ["+250788000002"]


def test_a_responder_who_stops_after_she_was_told_is_replaced(staffed: District) -> None:
    tip_id = staffed.tell(urgency=2)
    by_sms(staffed)
    staffed.deliver()
    staffed.deliver()
    assert [to for to, _ in staffed.sms.sent] == ["+250788000002"]
    assert {who for _, who in staffed.told(tip_id)} == {1, 2}


def test_nothing_but_these_three_hands_a_word_to_the_gateway() -> None:
    """A fourth sender is a fourth place to ask: then it belongs into the tests above, or, as answers, beside them."""
    senders = {
        said(path)
        for path in python_files("hotline/services", "hotline/cli", "workers", "hotline/web")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "send"
        if isinstance(node.value, ast.Attribute) and node.value.attr == "sms"
    }
    assert senders == {f"hotline/services/{name}.py" for name in ("answers", "delivery", "notices")}


@pytest.mark.parametrize("flushed", [False, True])
def test_a_caller_stops_it_by_dialling_and_sees_the_last_words_of_any_lesson(
    line: Line, *, flushed: bool
) -> None:
    line.enrol(Level.RESPONDER, "+250788000077")
    caller = line.caller("+250788000077")
    caller.dial()
    caller.key("4", "5", "4", "9", "9", "2")
    if flushed:
        line.flush()
    assert line.all(Stopped) == []

    assert caller.key("1") == "END Murakoze. Murabeho."
    assert caller.again() == "END Murakoze. Murabeho."

    (row,) = line.all(Stopped)
    assert row.number_key == line.kit.pseudonyms.stopped("+250788000077")


def test_who_leaves_it_as_it_is_is_not_stopped(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    assert caller.key("4", "5", "4", "9", "9", "2", "2") == "END Murakoze. Murabeho."
    assert line.all(Stopped) == []


def write(district: District, kind: Kind) -> None:
    row = ladder.message(kind, WORDING, 1, priority=1, at=district.clock(), of=None)
    with district.database.writing() as session:
        session.add(row)
