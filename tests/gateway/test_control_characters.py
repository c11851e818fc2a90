"""Tests NUL and control characters in every field of every hook: the answer is clear, and nothing is lost.

PostgreSQL cannot store the character NUL in a text. Without a check, the hotline would answer with the status 503, and
the gateway would repeat the hop for ever.
"""

import logging

import pytest

from hotline.alerts import service_assignment, service_sending
from hotline.gateway.tables import Assignment, DeliveryReport, InboundSeen, Message
from hotline.keys.key_folder import LISTED
from hotline.people.rules import Level
from tests.support.callers import DANGER_HERE, Line, told

pytestmark = pytest.mark.both

ODD = ("\0", "\x1b", "\r\n", "\u202e")
WORST = ("\0", "\x1b")
PHONE, HER = "+250788000077", "+250788000001"
USSD = {
    "phoneNumber": PHONE,
    "serviceCode": "*384*777#",
    "text": "",
    "sessionId": "ATUid_odd",
    "networkCode": "63510",
}
SMS = {
    "id": "ATXid_odd",
    "from": PHONE,
    "to": "7770",
    "text": "mfasha ndafungiranye i Gasabo",
    "date": "2026-11-24 08:00:00",
    "networkCode": "63510",
    "linkId": "1",
}
REPORT = {
    "id": "ATXid_1",
    "status": "Success",
    "phoneNumber": PHONE,
    "networkCode": "63510",
    "failureReason": "none",
    "retryCount": "0",
}
ENDED = {
    "sessionId": "ATUid_odd",
    "status": "Incomplete",
    "phoneNumber": PHONE,
    "serviceCode": "*384*777#",
    "input": "5",
    "date": "2026-11-24 08:00:00",
}
OPTED_OUT = {"senderId": "X", "phoneNumber": PHONE}


@pytest.fixture
def staffed(line: Line) -> Line:
    line.enrol(Level.RESPONDER, HER)
    return line


def spoilt(fields: dict[str, str]) -> list[dict[str, str]]:
    """Returns copies of the fields. In each copy, one field has an odd character in its middle, or contains only
    this character."""
    return [
        fields | {name: said}
        for name, value in fields.items()
        for odd in ODD
        for said in (value[:3] + odd + value[3:], odd)
    ]


def test_a_hop_with_one_ends_in_a_screen(staffed: Line, caplog: pytest.LogCaptureFixture) -> None:
    for number, fields in enumerate(spoilt(USSD)):
        here = fields
        if fields["sessionId"] == USSD["sessionId"]:
            here = fields | {"sessionId": f"ATUid_{number}"}
        answer = staffed.post("ussd", here)
        screen = answer.get_data(as_text=True)
        assert (answer.status_code, screen[:4]) in ((200, "CON "), (200, "END ")), here
    assert not [one for one in caplog.records if "Error" in one.getMessage()]
    assert not [one for one in caplog.records if one.levelno >= logging.CRITICAL]


@pytest.mark.parametrize("odd", WORST, ids=ascii)
def test_a_tip_that_is_told_with_them_is_kept_and_told_of(staffed: Line, odd: str) -> None:
    """The caller's network adds the odd character to every key and to the typed place."""
    caller = staffed.caller(PHONE)
    caller.dial()
    for key in DANGER_HERE:
        assert caller.key(f"{key}{odd}").startswith("CON ")
    service_assignment.assign_pending(staffed.context)
    assert staffed.tip.urgency == 1
    assert {row.responder_id for row in staffed.all(Assignment)}
    assert staffed.read(staffed.tip)["danger"] == "yes"


@pytest.mark.parametrize("hook", ["delivery", "ended", "optout"])
def test_in_every_field_of_a_notice_they_are_heard_or_named_once(
    staffed: Line, hook: str, caplog: pytest.LogCaptureFixture
) -> None:
    for fields in spoilt({"delivery": REPORT, "ended": ENDED, "optout": OPTED_OUT}[hook]):
        assert staffed.post(hook, fields).status_code == 200, fields
    said = {one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING}
    assert said <= {f"{hook}: CallbackInvalid"}
    assert not [row for row in staffed.all(DeliveryReport) if "\0" in row.status]


def test_in_every_field_of_an_sms_it_is_kept_or_is_no_sms_of_ours(
    staffed: Line, caplog: pytest.LogCaptureFixture
) -> None:
    ours = 0
    for number, fields in enumerate(spoilt(SMS)):
        here = fields | {"text": f"{fields['text']} {number}"}
        if fields["id"] == SMS["id"]:
            here |= {"id": f"ATXid_{number}"}
        assert staffed.post("sms", here).status_code == 200, here
        ours += fields["from"] == PHONE and fields["to"].strip() == SMS["to"]
        assert len(staffed.all(InboundSeen)) == ours, here
    said = {one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING}
    assert said <= {"sms: CallbackInvalid"}


@pytest.mark.parametrize("odd", WORST, ids=ascii)
def test_a_responder_s_answer_with_them_acts_and_is_answered(staffed: Line, odd: str) -> None:
    told(staffed, *DANGER_HERE)
    service_assignment.assign_pending(staffed.context)
    (her,) = [row for row in staffed.all(Assignment) if row.responder_id == 2]
    text = f"1{odd} {her.reference}{odd}"
    fields = SMS | {"id": "ATXid_her", "from": HER, "text": text}
    assert staffed.post(LISTED, fields).status_code == 200
    assert staffed.tip.assignee_id == 2
    service_sending.deliver_due(staffed.context)
    assert [row.kind for row in staffed.all(Message)].count("confirmation") == 1
