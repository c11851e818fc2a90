"""Tests the pages of the outgoing queue, the on-call contacts and the enrolment codes, as an admin sees them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.alarms import tables as alarms_tables
from hotline.alarms.rules import Alarm, Notice, next_state
from hotline.alerts.service_alarm_notices import new_notice
from hotline.core.actors import AccountRole
from hotline.gateway import queries, service_pause
from hotline.gateway.rules import MessageKind, MessageState
from hotline.gateway.tables import Message
from hotline.people import tables_audit
from hotline.programmes import tables
from hotline.programmes.rules import Certificate, Programme, encode, month_index
from hotline.programmes.tables import Participant
from tests.console.conftest import Desk, Tab
from tests.support.builders import make_responder
from tests.support.contexts import FakePseudonyms

NUMBER = "0788700001"
STALE = timedelta(minutes=16)


@pytest.fixture
def admin(desk: Desk) -> Tab:
    return desk.tab(AccountRole.ADMIN, name="Admin 1")


def last(desk: Desk) -> tuple[str, str, str]:
    """Returns the actor, the action and the subject of the newest row of the audit log."""
    with desk.reading() as session:
        row = tables_audit.entries(session)[-1]
    return row.actor.rpartition(":")[2], row.action, row.subject


def undeliverable(desk: Desk) -> int:
    with desk.writing() as session:
        who = make_responder(name="Gasabo 1")
        session.add(who)
        session.flush()
        row = Message(kind=MessageKind.ALERT, responder_id=who.id, language="rw", priority=1)
        row.template, row.parameters, row.state = "misc", {}, MessageState.UNDELIVERABLE
        row.created_at = row.next_at = desk.clock()
        session.add(row)
        session.flush()
        return row.id


def test_admin_pauses_queue_and_each_page_says_so(desk: Desk, admin: Tab) -> None:
    editor = desk.tab(AccountRole.EDITOR)
    assert "Messages are being sent." in admin.read("/outgoing")
    admin.refused("/outgoing/pause", {"reason": ""})
    assert service_pause.current_pause(desk.context) is None

    admin.sends("/outgoing/pause", {"reason": "a wrong list"})
    assert last(desk) == ("Admin 1", "lane_held", "sms")
    assert "a wrong list" in admin.read("/outgoing")
    assert 'role="alert">Admin 1 paused all messages at' in editor.read("/flows")
    admin.sends("/outgoing/resume", {"reason": "fixed"})
    assert last(desk)[:2] == ("Admin 1", "lane_released")
    assert service_pause.current_pause(desk.context) is None
    assert "paused all messages at" not in editor.read("/flows")
    for tab in (admin, desk.tab(AccountRole.NATIONAL)):
        again = tab.post("/outgoing/resume", {"reason": "fixed"}).text
        assert "Someone already made this change, so nothing changed now." in again


def test_only_admin_pauses_and_national_desk_resumes(desk: Desk, admin: Tab) -> None:
    """The national desk may resume sending, because at night there may be no admin, while every alert waits."""
    national = desk.tab(AccountRole.NATIONAL)
    assert "Pause sending" not in national.read("/outgoing")
    assert national.post("/outgoing/pause", {"reason": "x"}).status_code == 404
    admin.post("/outgoing/pause", {"reason": "a wrong list"})
    assert desk.tab(AccountRole.DESK).post("/outgoing/resume", {"reason": "x"}).status_code == 404
    assert "Resume sending" in national.read("/outgoing")
    national.sends("/outgoing/resume", {"reason": "the list is right"})
    assert last(desk)[1] == "lane_released"
    assert service_pause.current_pause(desk.context) is None
    desk.clock.at += STALE
    admin.get("/outgoing")
    admin.post("/outgoing/pause", {"reason": "x"})
    assert service_pause.current_pause(desk.context) is None


def test_restored_unsent_messages_are_decided_by_kind(desk: Desk, admin: Tab) -> None:
    message = undeliverable(desk)
    with desk.writing() as session:
        session.get_one(Message, message).state = MessageState.PENDING
    desk.clock.at += timedelta(minutes=1)
    with desk.writing() as session:
        service_pause.pause_restored(session, by="Aline", reason="restored", at=desk.clock())
    assert "the hotline does not know if these messages were sent" in admin.read("/outgoing")
    assert "Choose for each type" in admin.refused("/outgoing/resume", {"reason": "telephoned"})
    admin.post("/outgoing/resume", {"reason": "telephoned", "fate-alert": "drop"})
    assert last(desk) == ("Admin 1", "lane_released", "sms: 0 to send, 1 dropped")


def test_undeliverable_message_is_listed_until_reviewed(desk: Desk) -> None:
    national = desk.tab(AccountRole.NATIONAL)
    message = undeliverable(desk)
    assert "Undeliverable messages to review: 1" in national.read("/today")
    assert "message to Gasabo 1, type Alerts, " in national.read("/outgoing")
    national.refused("/outgoing/review", {"reason": "x"})
    national.post("/outgoing/review", {"message": str(message), "reason": "telephoned"})
    assert last(desk)[1:] == ("given_up_answered", f"message:{message}")
    assert "No undeliverable message" in national.read("/outgoing")
    national.refused("/outgoing/review", {"message": str(message), "reason": "telephoned"})


def test_on_call_contact_is_managed_without_showing_number(desk: Desk, admin: Tab) -> None:
    added = {"name": "Keza", "secret_number": NUMBER, "language": "fr"}
    admin.sends("/oncall", added)
    assert last(desk) == ("Admin 1", "watcher_added", "Keza")
    assert "has this phone number" in admin.post("/oncall", {**added, "name": "Ngabo"}).text
    assert "valid" in admin.post("/oncall", {**added, "secret_number": "12"}).text
    assert NUMBER[1:] not in admin.read("/oncall")

    sent = admin.post("/oncall/test")
    assert "Keza: the test SMS is not sent yet" in admin.read(sent.location or "")
    with desk.writing() as session:
        (row,) = queries.notices(session, [1])
        row.outcome, row.state = "accepted", "accepted"
    assert "Keza: accepted" in admin.read(sent.location or "")

    assert "Add another on-call contact" in admin.refused("/oncall/1/remove")
    admin.post("/oncall", {"name": "Ngabo", "secret_number": "0788700002", "language": "rw"})
    admin.post("/oncall/1/remove")
    assert last(desk) == ("Admin 1", "watcher_removed", "Keza")
    assert admin.get(sent.location or "").status_code == 200
    with desk.reading() as session:
        rows = session.scalars(select(Message).where(Message.state == "pending")).all()
    assert {(row.parameters["name"], row.on_call_id) for row in rows} == {
        ("on-call contacts", 1),
        ("on-call contacts", 2),
    }
    assert admin.post("/oncall/2/remove").status_code == 422, "one contact stays"
    assert desk.tab(AccountRole.NATIONAL).get("/oncall").status_code == 404


def test_alarm_is_shown_until_acknowledged(desk: Desk, admin: Tab) -> None:
    assert "stands" not in admin.read("/oncall")
    with desk.writing() as session:
        now = next_state(None, Alarm.QUEUE_PAUSED, 1, desk.clock()).now
        alarms_tables.save(session, Alarm.QUEUE_PAUSED, now, "held")
        row = new_notice("outgoing queue", Notice.RAISED, None, desk.clock(), desk.clock())
        session.add(row)
    page = admin.read("/oncall")
    assert "Messages about this alarm: 1 written, 0 sent." in page
    admin.post("/oncall/alarms/outgoing queue")
    assert last(desk) == ("Admin 1", "alarm_acknowledged", "outgoing queue")
    assert "Alarm acknowledged by Admin 1" in admin.read("/oncall")
    admin.refused("/oncall/alarms/nothing")


def test_phone_for_daily_test_call_is_set(desk: Desk, admin: Tab) -> None:
    admin.refused("/oncall/handset", {"secret_number": "12"})
    admin.sends("/oncall/handset", {"secret_number": NUMBER})
    assert last(desk)[:2] == ("Admin 1", "trial_handset_enrolled")


@pytest.mark.row("R13")
def test_enrolment_code_is_shown_once_and_ended(desk: Desk, admin: Tab) -> None:
    for roll in Programme:
        shown_once_and_ended(desk, admin, roll)
    assert admin.post("/codes/nobody", {"district": "Gasabo", "days": "7"}).status_code == 404


def shown_once_and_ended(desk: Desk, admin: Tab, roll: Programme) -> None:
    made = admin.post(f"/codes/{roll}", {"district": "Gasabo", "days": "7"}).text
    (digits,) = re.findall(r"<strong>(\d{8})</strong> Gasabo", made)
    assert last(desk) == ("Admin 1", f"{roll}_code_made", "district:12")
    listed = admin.read("/codes")
    assert digits not in listed
    assert "used 0 times" in listed
    with desk.reading() as session:
        assert tables.valid_codes(session, [FakePseudonyms().joins(roll, digits)], desk.clock())

    admin.refused(f"/codes/{roll}", {"district": "Gasabo", "days": "999"})
    admin.refused(f"/codes/{roll}", {"district": "x", "days": "7"})
    admin.post(f"/codes/{roll}/end", {"district": "Gasabo"})
    assert last(desk)[1] == f"{roll}_codes_ended"
    assert "made by Admin 1" not in admin.read("/codes")


def test_phone_is_removed_by_its_number(desk: Desk, admin: Tab) -> None:
    with desk.writing() as session:
        key = FakePseudonyms().joined(Programme.LEADERS, "+250788700001")
        row = Participant(number_key=key, programme=Programme.LEADERS, district="12")
        row.created_at, row.reports = desk.clock(), []
        session.add(row)
    assert "umber is not enrolled" in admin.refused(
        "/codes/leaders/remove", {"secret_number": "0788700002"}
    )
    admin.sends("/codes/leaders/remove", {"secret_number": NUMBER})
    assert last(desk) == ("Admin 1", "leaders_removed", "district:12")


@pytest.mark.row("R11")
def test_certificate_check_finds_invalid_codes(desk: Desk, admin: Tab) -> None:
    def judged(code: str) -> str:
        return admin.post("/codes/certificate/check", {"certificate": code}).text

    digest = desk.context.pseudonyms.certificate
    month = month_index(desk.clock())
    assert "This certificate is valid until " in judged(encode(Certificate("12", month, 7), digest))
    assert "One character of the certificate code is wrong. Ask for the code again" in judged(
        "K7Q4 M2XP"
    )
    forged = encode(Certificate("12", month, 7), lambda _: "ab")
    assert "This is not a certificate of this hotline." in judged(forged)
