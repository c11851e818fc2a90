from collections.abc import Sequence

import pytest

from hotline.text.errors import HandsetRefused, NotFound
from tests.emulator.line import FakeLine
from tests.emulator.sdk import LocalSms
from tests.support.handsets import EmulatorClient

ONE = "+250788000002"


@pytest.fixture
def sms(url: str) -> LocalSms:
    return LocalSms(url)


def statuses(line: FakeLine, count: int) -> Sequence[str]:
    return [report["status"] for report in line.wait_for("delivery", count)]


def test_arrival_gives_delivery_report(
    sms: LocalSms, client: EmulatorClient, line: FakeLine
) -> None:
    sms.sent("Message", ONE, sender_id="LINE")
    assert statuses(line, 2) == ["Submitted", "Success"]
    sent = client.outbox()[0]
    assert line.heard("delivery")[1] == {
        "id": sent["id"],
        "status": "Success",
        "phoneNumber": ONE,
        "networkCode": "63510",
    }
    received = client.inbox(ONE)
    assert [(one["peer"], one["text"], one["read"]) for one in received] == [
        ("LINE", "Message", False)
    ]
    assert client.handset(ONE)["unread"] == 1
    client.post("read", msisdn=ONE, id=received[0]["id"])
    assert client.handset(ONE)["unread"] == 0
    assert sent["accepted_at"] <= sent["delivered_at"]


def test_switched_on_phone_gets_message(
    sms: LocalSms, client: EmulatorClient, line: FakeLine
) -> None:
    client.power(ONE, on=False)
    sms.sent("Message", ONE)
    assert statuses(line, 2) == ["Submitted", "Buffered"]
    assert client.inbox(ONE) == []
    client.power(ONE, on=True)
    assert statuses(line, 3)[2] == "Success"
    assert len(client.inbox(ONE)) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": "duplicate_report"}, ["Submitted", "Submitted", "Success", "Success"]),
        ({"kind": "reversed_reports"}, ["Success", "Submitted"]),
        ({"kind": "early_report"}, ["Success", "Submitted"]),
        ({"kind": "unknown_report"}, ["Submitted", "Teleported", "Success"]),
        ({"kind": "failed_report", "value": "AbsentSubscriber"}, ["Submitted", "AbsentSubscriber"]),
    ],
)
def test_false_delivery_reports_are_sent(
    sms: LocalSms, client: EmulatorClient, line: FakeLine, fault: dict[str, str], told: list[str]
) -> None:
    client.set_faults(fault)
    sms.sent("Message", ONE)
    assert statuses(line, len(told)) == told


def test_failed_delivery_has_reason(sms: LocalSms, client: EmulatorClient, line: FakeLine) -> None:
    client.set_faults({"kind": "failed_report", "value": "Failed:UserDoesNotExist"})
    sms.sent("Message", ONE)
    assert line.wait_for("delivery", 2)[1]["failureReason"] == "UserDoesNotExist"
    assert client.inbox(ONE) == []


def test_delivery_report_can_be_missing(
    sms: LocalSms, client: EmulatorClient, line: FakeLine
) -> None:
    client.set_faults({"kind": "no_report", "msisdn": ONE})
    sms.sent("Message", ONE, "+250788000004")
    line.wait_for("delivery", 2)
    assert {report["phoneNumber"] for report in line.heard("delivery")} == {"+250788000004"}


def test_delivery_report_on_demand(sms: LocalSms, client: EmulatorClient, line: FakeLine) -> None:
    sms.sent("Message", ONE)
    line.wait_for("delivery", 2)
    client.report(client.outbox()[0]["id"], "Rejected", "UserInBlackList")
    assert line.wait_for("delivery", 3)[2]["failureReason"] == "UserInBlackList"
    with pytest.raises(NotFound):
        client.report("ATXid_0", "Success")


def test_inbound_sms_has_the_gateway_s_fields(client: EmulatorClient, line: FakeLine) -> None:
    ids = client.text("1 K7Q4", msisdn=ONE)
    told = line.wait_for("sms")[0]
    assert told.pop("date").endswith("Z")
    assert told == {
        "linkId": "",
        "text": "1 K7Q4",
        "to": "3847",
        "id": ids[0],
        "from": ONE,
        "networkCode": "63510",
    }


def test_inbound_sms_repeats_until_200(client: EmulatorClient, line: FakeLine) -> None:
    line.statuses = [500, 404, 202]
    client.run_clock_at(0.001)
    client.text("1 K7Q4", msisdn=ONE)
    for told in range(1, 4):
        line.wait_for("sms", told)
        client.turn(59)
        client.turn(2)
    assert len({one["id"] for one in line.wait_for("sms", 4)}) == 1
    client.turn(600)
    assert len(line.heard("sms")) == 4


def test_inbound_sms_stops_after_its_time(client: EmulatorClient, line: FakeLine) -> None:
    line.statuses = [500] * 50
    client.set(mo_patience=0.3, mo_repeat=0.2)
    client.text("1 K7Q4", msisdn=ONE)
    line.wait_for("sms", 2)
    client.turn(100)
    assert len(line.heard("sms")) <= 3


def test_long_inbound_sms_arrives_twice_whole(client: EmulatorClient, line: FakeLine) -> None:
    client.set_faults({"kind": "duplicate_mo"})
    (incoming,) = client.text("a" * 161, msisdn=ONE)
    told = line.wait_for("sms", 2)
    assert {(one["text"], one["id"]) for one in told} == {("a" * 161, incoming)}


def test_sms_to_other_number_is_ignored(client: EmulatorClient, line: FakeLine) -> None:
    assert client.text("Hello", msisdn=ONE, to="8180") == []
    assert line.told == []


def test_switched_off_phone_sends_nothing(client: EmulatorClient) -> None:
    client.power(ONE, on=False)
    with pytest.raises(HandsetRefused):
        client.text("1 K7Q4", msisdn=ONE)
