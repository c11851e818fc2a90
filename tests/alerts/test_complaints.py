"""Tests complaints about a helper. Only the national desk sees these complaints, and no district desk learns about
them.
"""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from hotline.alerts import queries_references, service_assignment
from hotline.alerts.service_intake import file_silent
from hotline.cases import decrypt_access
from hotline.core.contexts import Job
from hotline.gateway.tables import Deadline, Message
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text.errors import NotFound
from hotline.tips.tables import Tip
from tests.support.builders import make_responder
from tests.support.callers import DANGER_HERE, QUIET_HERE, Caller, Line, told
from tests.support.taking import take_case
from tests.support.two_people import ALICE

SIGNED: dict[str, Any] = {"by": ALICE, "reason": "court asked"}
TREATED = ("4", "5", "3", "2", "9")
"""The digits that a caller presses to get from the first screen to the first question of a complaint."""
HURT_HERE = (*TREATED, "4", "1", "1")
NO_ONE_CAME = (*TREATED, "2")
WORDS = "umugabo wambaye ingofero yirabura"
HERE = "12"


def complaint(line: Line, *keyed: str, msisdn: str = "+250788000077") -> Caller:
    caller = line.caller(msisdn)
    caller.dial()
    caller.key(*keyed)
    return caller


@pytest.fixture
def staffed(line: Line) -> Line:
    """Enrols a responder, a deputy and a coordinator of the district."""
    with line.database.writing() as session:
        for number, level in enumerate((Level.RESPONDER, Level.DEPUTY, Level.COORDINATOR)):
            session.add(
                make_responder(
                    name=level, level=level, districts=(HERE,), msisdn=f"+25078800010{number}"
                )
            )
    return line


def levels_alerted(line: Line) -> set[str]:
    level = {row.id: row.level for row in line.all(Responder)}
    return {level[row.responder_id] for row in line.all(Message)}


@pytest.mark.row("C20")
def test_complaint_about_harm_is_filed_for_national_desk_at_once(line: Line) -> None:
    complaint(line, *HURT_HERE)
    row = line.tip
    assert (row.matter, row.state, row.urgency) == ("complaint", "complete", 1)
    assert line.desks_of(row) == {"national"}
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, row.id)]
    assert line.read(row) == {"wrong": "hurt", "province": "1", "district": HERE}
    assert (row.category, row.sector, row.locked_for) == (None, None, None)


@pytest.mark.parametrize("flushed", [False, True])
def test_hanging_up_files_complaint_without_place(line: Line, *, flushed: bool) -> None:
    caller = complaint(line, *NO_ONE_CAME)
    assert (line.tip.state, line.jobs.scheduled) == ("draft", [])
    if flushed:
        line.flush()
    for _ in range(2):
        assert caller.hang_up() == 200
    assert (line.tip.state, line.tip.place) == ("filed", "unsure")
    assert line.jobs.scheduled == [(Job.ASSIGN_TIP, line.tip.id)]
    assert line.read(line.tip) == {"wrong": "absent"}


def test_silent_complaint_is_filed_and_later_answers_join_it(line: Line) -> None:
    caller = complaint(line, *NO_ONE_CAME)
    line.clock.turn(minutes=3)
    file_silent(line.context)
    assert line.tip.state == "filed"
    caller.key("1", "1", "2", WORDS)
    assert (line.tip.state, line.tip.place) == ("complete", HERE)
    assert line.read(line.tip)["account"] == WORDS


def test_corrected_complaint_stays_one_and_keeps_its_urgency(line: Line) -> None:
    caller = complaint(line, *HURT_HERE, "0", "2")
    assert line.tip.place != HERE
    caller.key("0", "0", "0", "3", "1", "1")
    assert (line.tip.place, line.tip.urgency) == (HERE, 1)
    assert line.read(line.tip)["wrong"] == "told"
    assert line.desks_of(line.tip) == {"national"}


def test_000_erases_complaint_draft_but_only_marks_filed_one(line: Line) -> None:
    complaint(line, *NO_ONE_CAME, "000")
    assert line.tips == []
    complaint(line, *HURT_HERE, "000")
    assert (line.tip.state, line.tip.do_not_visit) == ("complete", True)


def test_report_after_complaint_in_one_session_is_separate_tip(staffed: Line) -> None:
    caller = complaint(staffed, *NO_ONE_CAME, "1", "1", "00", *DANGER_HERE)
    mine, tip = staffed.tips
    assert (mine.matter, tip.matter) == ("complaint", "tip")
    assert staffed.desks_of(tip) == {"national", HERE}
    assert staffed.read(tip).keys() == {"danger", "official", "province", "district"}
    caller.hang_up()
    assert {row.do_not_visit for row in staffed.tips} == {False}


@pytest.mark.adversary("a helper in a complaint")
def test_untaken_complaint_never_reaches_district_responders(staffed: Line) -> None:
    complaint(staffed, *HURT_HERE)
    service_assignment.assign_pending(staffed.context)
    assert levels_alerted(staffed) == {"national"}
    first = [message.template for message in staffed.all(Message)]

    for _ in range(8):
        staffed.clock.turn(minutes=16)
        service_assignment.fire_deadlines(staffed.context)
    assert levels_alerted(staffed) == {"national"}
    assert len(staffed.all(Message)) > len(first)
    assert [row for row in staffed.all(Deadline) if row.fired_at is None]


@pytest.mark.adversary("the mobile operator and the gateway")
def test_complaint_alert_looks_ordinary(staffed: Line) -> None:
    complaint(staffed, *HURT_HERE)
    told(staffed, "5", "1", "1", "1", "1")
    service_assignment.assign_pending(staffed.context)
    of_complaint, of_tip = sorted(staffed.all(Message), key=lambda row: row.id)
    assert of_complaint.template == of_tip.template
    assert of_complaint.parameters.keys() == of_tip.parameters.keys()
    assert of_complaint.parameters["place"] == of_tip.parameters["place"]
    assert of_complaint.priority == of_tip.priority


@pytest.mark.adversary("a helper in a complaint")
def test_district_cannot_list_open_or_take_complaint(staffed: Line) -> None:
    complaint(staffed, *HURT_HERE)
    service_assignment.assign_pending(staffed.context)
    (message,) = staffed.all(Message)
    reference = message.parameters["ref"]

    locals_ = [row.id for row in staffed.all(Responder) if row.level != Level.NATIONAL]
    assert len(locals_) == 3
    for one in locals_:
        with staffed.database.reading() as session:
            assert queries_references.open_references(session, one, staffed.clock()) == []
        assert take_case(staffed.context, one, reference, staffed.clock()).result == "unknown"
    with pytest.raises(NotFound, match="cannot read tip"):
        decrypt_access.check_grant(staffed.context, staffed.tip.id, desk=HERE, **SIGNED)
    with pytest.raises(NotFound, match="cannot read tip"):
        decrypt_access.read_tip(
            staffed.context, staffed.tip.id, desk=HERE, passphrase="any", **SIGNED
        )


def test_national_desk_lists_takes_and_opens_complaint(staffed: Line) -> None:
    complaint(staffed, *HURT_HERE, "2", WORDS)
    service_assignment.assign_pending(staffed.context)
    (message,) = staffed.all(Message)
    (hers,) = [row.id for row in staffed.all(Responder) if row.level == Level.NATIONAL]

    (listed,) = decrypt_access.list_tips(staffed.context)
    assert (listed.tip.matter, listed.tip.place) == ("complaint", HERE)
    decrypt_access.check_grant(staffed.context, listed.tip.id, desk="national", **SIGNED)
    assert staffed.read(staffed.tip)["account"] == WORDS
    reference = message.parameters["ref"]
    assert take_case(staffed.context, hers, reference, staffed.clock()).result == "taken"


def test_complaint_is_not_counted_with_tips_of_same_phone(staffed: Line) -> None:
    complaint(staffed, *HURT_HERE)
    told(staffed, *DANGER_HERE)
    told(staffed, *QUIET_HERE).hang_up()
    linked = {row.tip.id: row.same_contact for row in decrypt_access.list_tips(staffed.context)}
    assert linked == {1: 0, 2: 1, 3: 1}


def test_redial_after_complaint_shows_no_trace_of_it(line: Line) -> None:
    stranger = line.caller("+250788000999").dial()
    for path in (NO_ONE_CAME, HURT_HERE, (*HURT_HERE, "2"), (*HURT_HERE, "2", WORDS)):
        caller = complaint(line, *path)
        again = line.caller(caller.msisdn)
        assert again.dial() == stranger
        for key in TREATED:
            assert again.key(key) == again.again()
        fresh = complaint(line, *TREATED, msisdn="+250788000998")
        assert again.screen == fresh.screen


def test_complaint_sends_no_sms_and_stores_no_text(staffed: Line, tmp_path: Path) -> None:
    complaint(staffed, *HURT_HERE, "2", WORDS)
    service_assignment.assign_pending(staffed.context)
    assert all(message.responder_id is not None for message in staffed.all(Message))
    staffed.flush()
    assert WORDS.encode() not in staffed.written(tmp_path)


def test_complaint_is_not_offered_without_active_responder(line: Line) -> None:
    with line.database.writing() as session:
        session.execute(update(Responder).values(unreachable="off"))
    caller = complaint(line, *TREATED[:3])
    assert "Uko twakwakiriye" not in caller.read()


def test_digits_dialled_ahead_open_no_complaint(line: Line) -> None:
    plain = line.caller().dial()
    for ahead in ("4*5*3*2", "4*5*3*2*9*4"):
        assert line.caller().dial(ahead) == plain
    assert line.all(Tip) == []
