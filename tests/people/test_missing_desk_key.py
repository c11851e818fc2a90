"""Tests fault 36: a desk has no working key.

The tip is stored, its alert says "details locked", and an alarm is raised.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from hotline.alerts import service_assignment, service_sending
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.tables import Assignment, Message
from hotline.monitoring.service_checks_database import check_database
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.people.tables_desks import Desk
from tests.support.builders import alert, make_responder
from tests.support.callers import DANGER_HERE, QUIET_HERE, REST, Line, told
from tests.support.fakes import FakeShelf
from tests.support.taking import close_by_two

HERE = "12"
"""The district in which `DANGER_HERE` and `QUIET_HERE` report a tip."""
BOTH_DESKS = (HERE, "national")


def lose(session: Session, code: str) -> None:
    session.execute(delete(Desk).where(Desk.code == code))


def cut_short(session: Session, code: str) -> None:
    session.execute(update(Desk).where(Desk.code == code).values(public_key=b"k" * 31))


def break_off(session: Session, code: str) -> None:
    """Gives the desk a key of the right length that cannot be used for encryption."""
    session.execute(update(Desk).where(Desk.code == code).values(public_key=bytes(32)))


def with_damage(line: Line, codes: tuple[str, ...], harm: Callable[[Session, str], None]) -> Line:
    with line.database.writing() as session:
        for code in codes:
            harm(session, code)
    return line


def staffed(line: Line) -> Line:
    with line.database.writing() as session:
        session.add(make_responder(districts=(HERE,), msisdn="+250788000091"))
    return line


def alerts(line: Line) -> dict[str, list[str]]:
    """Returns the templates of the alerts that were sent to responders of each level."""
    levels = {row.id: row.level for row in line.all(Responder)}
    found: dict[str, list[str]] = {}
    for message in line.all(Message):
        found.setdefault(levels[message.responder_id], []).append(message.template)
    return found


def details_ok(line: Line) -> bool:
    context = replace(line.context, flow_sets=FakeShelf())
    (found,) = [one for one in check_database(context) if one.name == "details"]
    assert found.ok or "hotline init" in found.todo
    return found.ok


@pytest.mark.fault(36)
@pytest.mark.parametrize("harm", [lose, cut_short, break_off])
@pytest.mark.parametrize("codes", [(HERE,), ("national",), BOTH_DESKS], ids="+".join)
def test_row_36_desk_without_key_loses_no_tip(
    line: Line,
    codes: tuple[str, ...],
    harm: Callable[[Session, str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caller = told(with_damage(staffed(line), codes, harm), *DANGER_HERE)

    assert caller.screen.startswith("CON ")
    assert (line.tip.state, line.tip.place, line.tip.urgency) == ("filed", HERE, 1)
    assert line.desks_of(line.tip) == set(BOTH_DESKS) - set(codes)
    assert set((line.tip.locked_for or "").split()) == set(codes)
    assert ("hotline.alerts.service_intake", logging.CRITICAL) in {
        row[:2] for row in caplog.record_tuples
    }
    assert not details_ok(line)

    assert service_assignment.assign_pending(line.context) == 1
    assert service_sending.deliver_due(line.context) == len(line.all(Assignment)) > 0
    for level, templates in alerts(line).items():
        desk = "national" if level == Level.NATIONAL else HERE
        locked = {template.startswith("ALERT_LOCKED_URGENT") for template in templates}
        assert locked == {desk in codes}, level


def test_row_36_desk_with_key_reads_tip(line: Line) -> None:
    told(with_damage(line, (HERE,), lose), *QUIET_HERE, *REST)
    assert line.read(line.tip)["kind"] == "labour"


def test_alarm_ends_with_the_tip(line: Line) -> None:
    told(with_damage(line, (HERE,), lose), *DANGER_HERE)
    close_by_two(line.context, line.tip.id)
    assert details_ok(line)


def test_next_answer_uses_restored_key(line: Line) -> None:
    """Each new answer encrypts the whole body again, so the earlier answers are then encrypted for the restored key
    too."""
    key = next(row.public_key for row in line.all(Desk) if row.code == HERE)
    caller = told(with_damage(line, (HERE,), cut_short), *QUIET_HERE)
    assert line.tip.locked_for == HERE
    with line.database.writing() as session:
        session.execute(update(Desk).where(Desk.code == HERE).values(public_key=key))
    caller.key(*REST)
    (tip,) = line.tips
    assert not tip.locked_for
    assert line.desks_of(tip) == set(BOTH_DESKS)


@pytest.mark.parametrize("urgency", [1, 3])
@pytest.mark.parametrize("code", [None, "*384*777*90#"])
def test_locked_urgent_tip_gets_urgent_alert(urgency: int, code: str | None) -> None:
    wording = alert(
        reference="K7Q4", place=HERE, urgency=urgency, language="en", code=code, locked=True
    )
    assert ("urgent" in wording.template) == (urgency == 1)
    assert ("{code}" in wording.template) == (code is not None)
    assert "details locked" in wording.template
    assert wording.template in set(Template)


def test_readable_tip_stays_readable_without_desk_keys(line: Line) -> None:
    """Later answers are encrypted with the tip's own key pair, and the desks can still read them."""
    caller = told(line, *QUIET_HERE)
    with_damage(line, BOTH_DESKS, cut_short)
    caller.key(*REST)
    assert line.desks_of(line.tip) == set(BOTH_DESKS)
    assert line.read(line.tip)["kind"] == "labour"
