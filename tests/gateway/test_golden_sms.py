"""Tests recorded examples of the gateway's SMS requests, with the real SDK and the outbox together."""

import socket

import pytest

from hotline.alerts import service_sending as alerts_service_sending
from hotline.gateway import tables
from hotline.gateway.africastalking import AfricasTalkingSms
from hotline.gateway.rules_message import ReportIn
from hotline.people.rules import Level
from tests.gateway.gateway import Gateway, http, refused, sent, serving
from tests.support.district import District


@pytest.fixture
def told(district: District) -> District:
    district.enrol(Level.NATIONAL, districts=())
    district.tell()
    return district


def sms_to(url: str) -> AfricasTalkingSms:
    return AfricasTalkingSms(url, "hotline", "key", "", seconds=0.3)


def deliver(told: District, *answers: bytes) -> list[bytes]:
    """Makes one attempt for each answer. The attempts are 30 seconds apart. Returns the requests that the gateway
    received."""
    left = list(answers)

    def answer(gateway: Gateway, connection: socket.socket) -> None:
        reply = left.pop(0)
        if reply:
            connection.sendall(reply)
        else:
            gateway.over.wait()

    with serving(answer) as gateway:
        told.sms = sms_to(gateway.url)  # type: ignore[assignment]
        for _ in answers:
            told.deliver()
            told.clock.turn(seconds=30)
            alerts_service_sending.retry_unknown(told.context)
    return gateway.requests


@pytest.mark.parametrize("code", [100, 101, 102])
def test_1_each_code_of_success_is_accepted(told: District, code: int) -> None:
    deliver(told, http(201, sent(statusCode=code)))
    assert told.states == ["accepted"]


def test_2_a_refused_request_is_no_success(told: District) -> None:
    deliver(told, http(201, refused("InvalidSenderId")))
    assert told.states == ["retry"]
    with told.database.reading() as session:
        assert tables.queue_state(session).reason == "config_fault"


@pytest.mark.fault(27)
def test_3_a_text_where_json_was_meant_is_doubt(told: District) -> None:
    deliver(told, http(200, "OK", "text/plain"))
    assert told.attempts[0].outcome == "unknown"


def test_4_a_wrong_key_pauses_the_lane(told: District) -> None:
    body = "The supplied authentication is invalid"
    deliver(told, http(401, body, "text/plain; charset=UTF-8"))
    assert told.message.counted == 0
    with told.database.reading() as session:
        assert tables.queue_state(session).reason == "config_fault"


@pytest.mark.fault(25)
def test_5_a_timeout_after_it_was_stored_is_sent_again_word_for_word(told: District) -> None:
    first, second = deliver(told, b"", http(201, sent()))
    assert first.partition(b"\r\n\r\n")[2] == second.partition(b"\r\n\r\n")[2]
    assert told.states == ["accepted"]
    assert [attempt.outcome for attempt in told.attempts] == ["unknown", "accepted"]


def test_6_reports_never_move_it_back(told: District) -> None:
    deliver(told, http(201, sent()))
    for status in ("Success", "Submitted", "Success", "Novelty"):
        alerts_service_sending.apply_report(told.context, ReportIn("ATXid_" + "1" * 32, status))
    assert told.states == ["delivered"]
