"""R13: tests how local leaders join with their district's code, report sessions that they held, and leave."""

from datetime import timedelta

import pytest

from hotline.dialogue.service_commit import stop_messages
from hotline.dialogue.service_sms import InboxOutcome, MessageOutcome, take_sms
from hotline.gateway.tables import Message
from hotline.people import tables_audit
from hotline.people.tables_audit import AuditEntry
from hotline.programmes import service_enrolment
from hotline.programmes.rules import ATTENDANCE, SESSIONS_HELD, Programme
from hotline.programmes.tables import EnrolmentCode, Participant
from hotline.text.errors import NotFound, Undecided
from tests.support.builders import NOON, make_message
from tests.support.callers import Caller, Line
from tests.support.counts import counts

LEADER = "+250788000041"
OTHER = "+250788000042"


def new_code(line: Line, district: str = "Gasabo") -> str:
    return service_enrolment.create_code(line.context, Programme.LEADERS, district, by="Admin")[0]


def dialled(line: Line, *keyed: str, msisdn: str = LEADER) -> Caller:
    line.clock.at += timedelta(seconds=30)
    caller = line.caller(msisdn)
    caller.dial("45")
    caller.key(*keyed)
    return caller


def joins(line: Line, code: str, msisdn: str = LEADER) -> Caller:
    return dialled(line, "1", code, msisdn=msisdn)


def send_sms(line: Line, words: str, number: int, msisdn: str = LEADER) -> MessageOutcome:
    sent_at = NOON + timedelta(minutes=number)
    message = make_message(
        provider_id=f"ATXid_{number}", sender=msisdn, text=words, sent_at=sent_at
    )
    return take_sms(line.context, message)


def counted(line: Line) -> dict[tuple[str, str], int]:
    """Returns the number of community sessions of each occasion."""
    found = counts(line.database)
    return {what: number for what, number in found.items() if what[1].startswith("gather")}


@pytest.mark.row("R13")
def test_code_enrols_phone_and_is_stored_nowhere(line: Line) -> None:
    code = new_code(line)
    assert "Byakiriwe" in joins(line, code).read()
    assert [row.district for row in line.all(Participant)] == ["12"]
    assert "1 Ibyo kuvuga" in dialled(line).read()
    assert "1/3" in dialled(line, "1").read()
    shown = dialled(line, msisdn=OTHER).read()
    assert "Akazi n'umuryango\n1 Mfite kode" in shown
    assert "kode ntifungura" in dialled(line, "1", "12345678", msisdn=OTHER).read()
    written = str([(row.number_key, row.reports) for row in line.all(Participant)])
    written += str([row.code_key for row in line.all(EnrolmentCode)])
    assert code not in written
    assert LEADER[4:] not in written


def test_wrong_expired_and_ended_codes_look_alike(line: Line) -> None:
    late = new_code(line)
    line.clock.at += timedelta(days=31)
    ended = new_code(line, "Huye")
    service_enrolment.end_codes(line.context, Programme.LEADERS, "Huye", by="Admin")
    shown = {joins(line, code).read() for code in (late, ended, "12345678", "1", "9" * 40)}
    assert len(shown) == 1
    assert line.all(Participant) == []


def test_second_enrolment_moves_phone_to_new_district(line: Line) -> None:
    code = new_code(line)
    joins(line, code)
    line.flush()
    assert send_sms(line, f"UMUYOBOZI {code}", 1) is InboxOutcome.LEADER_HEARD
    assert [row.uses for row in line.all(EnrolmentCode)] == [1]

    assert send_sms(line, f"umuyobozi {new_code(line, 'Huye')}", 2) is InboxOutcome.LEADER_HEARD
    assert [row.district for row in line.all(Participant)] == ["24"]


def test_repeated_report_counts_once_and_new_number_replaces(line: Line) -> None:
    caller = joins(line, new_code(line))
    caller.key("9", "2", "1", "120")
    shown = caller.screen
    line.flush()
    assert caller.again() == shown
    assert send_sms(line, "120 UMUGANDA", 1) is InboxOutcome.LEADER_HEARD
    assert counted(line) == {("umuganda", "gathering"): 1, ("umuganda", "gathered"): 120}
    send_sms(line, "102 umuganda", 2)
    dialled(line, "2", "3", "40")
    send_sms(line, f"UMUYOBOZI {new_code(line, 'Huye')}", 3, OTHER)
    send_sms(line, "3 SCHOOL", 4, OTHER)
    assert counted(line) == {
        ("umuganda", "gathering"): 1,
        ("umuganda", "gathered"): 102,
        ("school", "gathering"): 2,
        ("school", "gathered"): 43,
    }
    by_district = counts(line.database, "district")
    assert (by_district["12", SESSIONS_HELD], by_district["24", ATTENDANCE]) == (2, 3)


@pytest.mark.row("R13")
@pytest.mark.parametrize("words", ["45 UMUGANDA", "umuganda45", "Mu muganda haje abantu 45."])
def test_r13_session_is_reported_by_sms_in_free_words(line: Line, words: str) -> None:
    joins(line, new_code(line))
    assert send_sms(line, words, 1) is InboxOutcome.LEADER_HEARD
    assert counted(line) == {("umuganda", "gathering"): 1, ("umuganda", "gathered"): 45}
    assert line.tips == []


@pytest.mark.parametrize("came", ["0000", "5001", "999999999999"])
def test_absurd_attendance_is_asked_again(line: Line, came: str) -> None:
    joins(line, new_code(line))
    caller = dialled(line, "2", "4", came)
    assert "ntiwemewe" in caller.read()
    assert counted(line) == {}
    caller.key("50")
    assert counted(line)["village", "gathered"] == 50


def test_stranger_s_report_counts_nothing_and_gets_no_answer(line: Line) -> None:
    assert send_sms(line, "45 UMUGANDA", 1) is InboxOutcome.UNKNOWN_SENDER
    assert send_sms(line, "UMUYOBOZI 12345678", 2) is InboxOutcome.UNKNOWN_SENDER
    send_sms(line, f"UMUYOBOZI {new_code(line)}", 3)
    assert (counted(line), line.all(Message)) == ({}, [])


def test_leaving_or_stopping_deletes_participant(line: Line) -> None:
    code = new_code(line)
    joins(line, code)
    dialled(line, "3", "2")
    assert line.all(Participant) == []
    joins(line, code)
    send_sms(line, "STOP", 1)
    assert line.all(Participant) == []
    joins(line, code)
    stop_messages(line.context, LEADER)
    assert line.all(Participant) == []
    assert "Mfite kode" in dialled(line).read()


def test_admin_removes_phone_and_log_has_no_number(line: Line) -> None:
    code = new_code(line)
    joins(line, code)
    service_enrolment.remove_participant(
        line.context, Programme.LEADERS, "0788 000 041", by="Admin"
    )
    with pytest.raises(NotFound):
        service_enrolment.remove_participant(line.context, Programme.LEADERS, LEADER, by="Admin")
    assert service_enrolment.end_codes(line.context, Programme.LEADERS, "Gasabo", by="Admin") == 1

    rows = [(row.action, row.actor, row.subject) for row in line.all(AuditEntry)]
    assert rows[-3:] == [
        ("leaders_code_made", "cli:Admin", "district:12"),
        ("leaders_removed", "cli:Admin", "district:12"),
        ("leaders_codes_ended", "cli:Admin", "district:12"),
    ]
    with line.database.reading() as session:
        assert tables_audit.verify_chain(session).broken_at is None


def test_unknown_place_or_long_period_gets_no_code(line: Line) -> None:
    with pytest.raises(NotFound):
        new_code(line, "Atlantis")
    with pytest.raises(Undecided):
        service_enrolment.create_code(
            line.context, Programme.LEADERS, "Huye", by="Admin", valid=timedelta(days=400)
        )
