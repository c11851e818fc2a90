"""Sends requests to the emulator with the gateway's own SDK. Tests that the answers are like those that were recorded
from the gateway."""

import re
import time
from typing import Any

import pytest
import requests
from africastalking.Service import AfricasTalkingException

from tests.emulator.line import FakeLine
from tests.emulator.sdk import LocalSms
from tests.support.handsets import EmulatorClient

ONE, TWO = "+250788000002", "+250738000003"


@pytest.fixture
def sms(url: str) -> LocalSms:
    return LocalSms(url)


def only(answer: Any) -> dict[str, Any]:
    recipients = answer["SMSMessageData"]["Recipients"]
    assert len(recipients) == 1
    return dict(recipients[0])


def test_accepted_and_queued(sms: LocalSms) -> None:
    answer = sms.sent("Message", ONE)
    recipient = only(answer)
    assert re.fullmatch("ATXid_[0-9a-f]{32}", recipient.pop("messageId"))
    assert recipient == {
        "statusCode": 102,
        "number": ONE,
        "status": "Success",
        "cost": "RWF 10.0000",
        "messageParts": 1,
    }
    assert answer["SMSMessageData"]["Message"] == (
        "Sent to 1/1 Total Cost: RWF 10.0000 Message parts: 1"
    )


def test_accepted_send_returns_201_and_json(url: str) -> None:
    response = requests.post(
        f"{url}/version1/messaging",
        data={"username": "hotline", "to": ONE, "message": "Message"},
        headers={"apikey": "emulator"},
        timeout=5,
    )
    assert response.status_code == 201
    assert response.headers["Content-Type"] == "application/json"
    assert only(response.json())["statusCode"] == 102


def test_unregistered_sender_returns_201_without_recipient(
    sms: LocalSms, client: EmulatorClient
) -> None:
    client.set(senders=["LINE"])
    assert sms.sent("Message", ONE, sender_id="OTHER") == {
        "SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}
    }
    assert client.outbox() == []
    assert only(sms.sent("Message", ONE, sender_id="LINE"))["status"] == "Success"
    assert only(sms.sent("Message", ONE, sender_id="3847"))["status"] == "Success"


def test_wrong_api_key_returns_text(url: str) -> None:
    with pytest.raises(AfricasTalkingException, match=r"^The supplied authentication is invalid$"):
        LocalSms(url, "wrong").sent()
    response = requests.get(f"{url}/version1/user", headers={"apiKey": "wrong"}, timeout=5)
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert response.headers["WWW-Authenticate"] == 'Basic realm="api",charset=UTF-8'


def test_missing_api_key_returns_401(url: str) -> None:
    response = requests.get(f"{url}/version1/user", timeout=5)
    assert response.status_code == 401
    assert response.text.startswith("The resource requires authentication")


@pytest.mark.parametrize("missing", ["username", "to", "message"])
def test_a_missing_field_is_400(url: str, missing: str) -> None:
    form = {"username": "hotline", "to": ONE, "message": "Message"}
    del form[missing]
    response = requests.post(
        f"{url}/version1/messaging", data=form, headers={"apiKey": "emulator"}, timeout=5
    )
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (401, "RiskHold"),
        (402, "InvalidSenderId"),
        (403, "InvalidPhoneNumber"),
        (404, "UnsupportedNumberType"),
        (405, "InsufficientBalance"),
        (406, "UserInBlacklist"),
        (407, "CouldNotRoute"),
        (409, "DoNotDisturbRejection"),
        (500, "InternalServerError"),
        (501, "GatewayError"),
        (502, "RejectedByGateway"),
    ],
)
def test_each_refusal_has_its_status(
    sms: LocalSms, client: EmulatorClient, status: int, name: str
) -> None:
    client.set_faults({"kind": "recipient_status", "status": status, "times": 1})
    answer = sms.sent("Message", ONE)
    assert answer["SMSMessageData"]["Message"] == "Sent to 0/1 Total Cost: 0"
    recipient = only(answer)
    assert (recipient["statusCode"], recipient["status"]) == (status, name)
    assert (recipient["cost"], recipient["messageId"]) == ("0", "None")
    assert only(sms.sent("Message", ONE))["statusCode"] == 102
    assert [one["accepted"] for one in client.outbox()] == [False, True]
    assert [one["accepted"] for one in client.outbox(after=1)] == [True]
    assert client.outbox(after=2) == []


def test_bad_number_does_not_stop_good_one(
    sms: LocalSms, client: EmulatorClient, line: FakeLine
) -> None:
    client.opt_out(TWO)
    assert line.wait_for("optout") == [{"senderId": "", "phoneNumber": TWO}]
    answer = sms.sent("Message", ONE, TWO, "+0780")
    assert [one["statusCode"] for one in answer["SMSMessageData"]["Recipients"]] == [102, 406, 403]
    assert answer["SMSMessageData"]["Message"].startswith("Sent to 1/3 ")


def test_parts_never_split_a_pair(sms: LocalSms) -> None:
    assert only(sms.sent("a" * 152 + "€" + "a" * 152, ONE))["messageParts"] == 3
    assert only(sms.sent("\N{GRINNING FACE}" * 36, ONE))["messageParts"] == 2


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ({"kind": "timeout", "seconds": 0.6}, requests.exceptions.ReadTimeout),
        ({"kind": "reset_after"}, requests.exceptions.ConnectionError),
        ({"kind": "error_after"}, AfricasTalkingException),
        ({"kind": "truncated"}, requests.exceptions.JSONDecodeError),
    ],
)
def test_failed_send_is_recorded(
    sms: LocalSms, client: EmulatorClient, fault: dict[str, Any], raised: type[Exception]
) -> None:
    client.set_faults({**fault, "times": 1})
    with pytest.raises(raised):
        sms.sent("Message", ONE, timeout=(3.05, 0.4))
    assert [(one["accepted"], one["fault"]) for one in client.outbox()] == [(True, fault["kind"])]
    assert client.struck() == {fault["kind"]: 1}


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ({"kind": "reset_before"}, requests.exceptions.ConnectionError),
        ({"kind": "error_before"}, AfricasTalkingException),
        ({"kind": "error_before", "status": 429}, AfricasTalkingException),
        ({"kind": "unauthorized"}, AfricasTalkingException),
    ],
)
def test_never_recorded(
    sms: LocalSms, client: EmulatorClient, fault: dict[str, Any], raised: type[Exception]
) -> None:
    client.set_faults(fault)
    with pytest.raises(raised):
        sms.sent("Message", ONE)
    assert client.outbox() == []


@pytest.mark.parametrize("kind", ["html", "charset"])
def test_another_content_type_is_text(sms: LocalSms, client: EmulatorClient, kind: str) -> None:
    client.set_faults({"kind": kind})
    assert isinstance(sms.sent("Message", ONE), str)
    assert len(client.outbox()) == 1


def test_an_answer_that_drips(sms: LocalSms, client: EmulatorClient) -> None:
    client.set_faults({"kind": "drip", "seconds": 0.002})
    assert only(sms.sent("Message", ONE))["statusCode"] == 102


def test_slow_before_recording(sms: LocalSms, client: EmulatorClient) -> None:
    client.set_faults({"kind": "slow", "seconds": 0.2})
    asked = time.time()
    sms.sent("Message", ONE)
    assert client.outbox()[0]["accepted_at"] >= asked + 0.2


def test_the_inbox_lists_what_came_in(sms: LocalSms, client: EmulatorClient) -> None:
    client.text("First", msisdn=ONE)
    client.text("Second", msisdn=TWO)
    listed = sms.fetch_messages()["SMSMessageData"]["Messages"]
    assert [(one["id"], one["text"], one["from"]) for one in listed] == [
        (1, "First", ONE),
        (2, "Second", TWO),
    ]
    assert re.fullmatch(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z", listed[0]["date"])
    assert len(sms.fetch_messages(1)["SMSMessageData"]["Messages"]) == 1


def test_the_balance(url: str) -> None:
    headers = {"apiKey": "emulator"}
    user = requests.get(f"{url}/version1/user", headers=headers, timeout=5)
    assert user.json() == {"UserData": {"balance": "RWF 250000.0000"}}
