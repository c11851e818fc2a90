"""Tests the meaning of each answer from the gateway's provider. No answer raises an error or makes the hotline wait
for ever."""

import json
import socket
import time
from contextlib import ExitStack
from functools import partial
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts import service_sending
from hotline.gateway.africastalking import AfricasTalkingSms, outcome_of
from hotline.gateway.rules import Outcome, SendResult
from hotline.people.rules import Level
from tests.gateway.gateway import Gateway, http, refused, sent, serving
from tests.support.district import District

ID = "ATXid_" + "1" * 32
TO = "+250788000002"


def line_to(url: str, *, seconds: float = 5.0) -> AfricasTalkingSms:
    return AfricasTalkingSms(url, "hotline", "secret-key", "", seconds=seconds)


def send_to(reply: bytes, *, seconds: float = 5.0) -> tuple[SendResult, Gateway]:
    with serving(lambda _, connection: connection.sendall(reply)) as gateway:
        return line_to(gateway.url, seconds=seconds).send(TO, "K7Q4: Gasabo."), gateway


# Each row has the name of the case, the answer, and the expected result.
ROWS = [
    ("sent", http(201, sent(statusCode=101)), Outcome.ACCEPTED),
    ("processed", http(201, sent(statusCode=100, messageParts=1)), Outcome.ACCEPTED),
    ("queued", http(201, sent()), Outcome.ACCEPTED),
    ("200 is as good", http(200, sent()), Outcome.ACCEPTED),
    ("a code as text", http(201, sent(statusCode="102")), Outcome.ACCEPTED),
    (
        "a content type the SDK does not read",
        http(201, sent(), "application/json; charset=utf-8"),
        Outcome.ACCEPTED,
    ),
    ("accepted without an id", http(201, sent(messageId=None)), Outcome.UNKNOWN),
    ("accepted under the id None", http(201, sent(messageId="None")), Outcome.UNKNOWN),
    ("risk hold", http(201, sent(statusCode=401)), Outcome.MONEY_FAULT),
    ("sender id, one recipient", http(201, sent(statusCode=402)), Outcome.CONFIG_FAULT),
    ("no such number", http(201, sent(statusCode=403, messageId="None")), Outcome.PERMANENT),
    ("unsupported", http(201, sent(statusCode=404, messageId="None")), Outcome.PERMANENT),
    ("no money", http(201, sent(statusCode=405)), Outcome.MONEY_FAULT),
    ("blacklisted", http(201, sent(statusCode=406)), Outcome.STOPPED),
    ("no route", http(201, sent(statusCode=407)), Outcome.TRANSIENT),
    ("do not disturb", http(201, sent(statusCode=409)), Outcome.PERMANENT),
    ("server error", http(201, sent(statusCode=500)), Outcome.TRANSIENT),
    ("gateway error", http(201, sent(statusCode=501)), Outcome.TRANSIENT),
    ("rejected by the gateway", http(201, sent(statusCode=502)), Outcome.TRANSIENT),
    ("a new code", http(201, sent(statusCode=999)), Outcome.UNKNOWN),
    (
        "an old refusal",
        http(201, sent(statusCode=None, status="Could Not Send", messageId="None")),
        Outcome.TRANSIENT,
    ),
    ("a sender that is not ours", http(201, refused("InvalidSenderId")), Outcome.CONFIG_FAULT),
    ("no recipient, some reason", http(201, refused("Anything")), Outcome.UNKNOWN),
    (
        "a wrong key",
        http(401, "The supplied authentication is invalid", "text/plain; charset=UTF-8"),
        Outcome.CONFIG_FAULT,
    ),
    ("forbidden", http(403, "", "text/plain"), Outcome.CONFIG_FAULT),
    ("slow down", http(429, "", "text/plain"), Outcome.NOT_SENT),
    ("500 page", http(500, "<h1>Sorry</h1>", "text/html"), Outcome.UNKNOWN),
    ("502", http(502, "", "text/html"), Outcome.UNKNOWN),
    ("a redirect is not followed", http(302, "", "text/html"), Outcome.UNKNOWN),
    ("HTML with 200", http(200, "<h1>Hello</h1>", "text/html"), Outcome.UNKNOWN),
    ("cut JSON", http(201, sent()[:40]), Outcome.UNKNOWN),
    ("an empty answer", http(201, ""), Outcome.UNKNOWN),
    ("hung up", b"", Outcome.UNKNOWN),
    ("cut in the middle", http(201, sent())[:-30], Outcome.UNKNOWN),
    ("no HTTP", b"+OK\r\n\r\n", Outcome.UNKNOWN),
]


@pytest.mark.fault(27)
@pytest.mark.parametrize(("reply", "outcome"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS])
def test_each_answer_has_its_meaning(reply: bytes, outcome: Outcome) -> None:
    result, gateway = send_to(reply)
    assert result.outcome is outcome
    assert len(gateway.requests) == 1
    assert TO not in repr(result)


def test_an_accepted_send_keeps_the_id_and_the_status() -> None:
    result, _ = send_to(http(201, sent()))
    assert result == SendResult(Outcome.ACCEPTED, 201, "102", ID)


def test_it_asks_as_the_sdk_does() -> None:
    _, gateway = send_to(http(201, sent()))
    head, _, body = gateway.requests[0].decode().partition("\r\n\r\n")
    assert head.startswith("POST /version1/messaging HTTP/1.1")
    assert "apikey: secret-key" in head.lower()
    assert parse_qs(body) == {
        "username": ["hotline"],
        "to": [TO],
        "message": ["K7Q4: Gasabo."],
        "bulkSMSMode": ["1"],
    }


def test_it_names_its_sender_where_it_has_one() -> None:
    with serving(lambda _, connection: connection.sendall(http(201, sent()))) as gateway:
        AfricasTalkingSms(gateway.url + "/", "hotline", "key", "HOTLINE").send(TO, "x")
    assert parse_qs(gateway.requests[0].decode().partition("\r\n\r\n")[2])["from"] == ["HOTLINE"]


@pytest.mark.parametrize(
    "number", ["", "0788000002", "+", "+25078800000a", "+250788000002\n", "+٢٥٠٧٨٨٠٠٠٠٠٢", "+1,+2"]
)
def test_what_is_no_number_is_never_asked(number: str) -> None:
    result = line_to("http://127.0.0.1:1").send(number, "x")
    assert result.outcome is Outcome.PERMANENT


@pytest.mark.fault(23)
def test_nobody_listening_is_surely_not_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        result = line_to(f"http://127.0.0.1:{taken.getsockname()[1]}").send(TO, "x")
    assert result == SendResult(Outcome.NOT_SENT, provider_status="ConnectionError")


def test_a_name_that_nobody_knows_is_surely_not_sent() -> None:
    assert line_to("http://gateway.invalid").send(TO, "x").outcome is Outcome.NOT_SENT


@pytest.mark.fault(23)
def test_a_tls_handshake_that_fails_is_surely_not_sent() -> None:
    with serving(lambda _, connection: connection.sendall(http(201, sent()))) as gateway:
        url = gateway.url.replace("http:", "https:")
        assert line_to(url, seconds=0.3).send(TO, "x").outcome is Outcome.NOT_SENT


@pytest.mark.fault(23)
@pytest.mark.slow(reason="waits for a connection that nobody takes")
def test_row_23_a_connection_that_is_never_taken_is_surely_not_sent() -> None:
    """A server with a full queue neither accepts nor refuses a connection."""
    with ExitStack() as kept:
        full = kept.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            waiting = kept.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())

        began = time.monotonic()
        result = line_to(f"http://127.0.0.1:{full.getsockname()[1]}").send(TO, "x")
        took = time.monotonic() - began
    assert result == SendResult(Outcome.NOT_SENT, provider_status="ConnectTimeout")
    assert took < 5


def _silent(gateway: Gateway, _connection: socket.socket) -> None:
    gateway.over.wait()


@pytest.mark.fault(25)
def test_a_timeout_after_it_was_stored_is_sent_again_word_for_word(district: District) -> None:
    replies = [None, http(201, sent())]

    def answer(gateway: Gateway, connection: socket.socket) -> None:
        reply = replies.pop(0)
        if reply is None:
            gateway.over.wait()
        else:
            connection.sendall(reply)

    district.enrol(Level.NATIONAL)
    district.tell()
    with serving(answer) as gateway:
        district.sms = line_to(gateway.url, seconds=0.3)  # type: ignore[assignment]
        for _ in range(2):
            district.deliver()
            district.clock.turn(seconds=30)
            service_sending.retry_unknown(district.context)
    first, second = (request.partition(b"\r\n\r\n")[2] for request in gateway.requests)
    assert first == second
    assert district.states == ["accepted"]
    assert [attempt.outcome for attempt in district.attempts] == ["unknown", "accepted"]


def _drip(gateway: Gateway, connection: socket.socket, *, after: bytes = b"") -> None:
    answer = http(201, sent())
    at_once = answer.index(after) + len(after)
    connection.sendall(answer[:at_once])
    for byte in answer[at_once:]:
        connection.sendall(bytes([byte]))
        if gateway.over.wait(0.02):
            return


_drip_body = partial(_drip, after=b"\r\n\r\n")


@pytest.mark.fault(26)
@pytest.mark.parametrize("answer", [_silent, _drip, _drip_body])
def test_the_whole_call_has_one_deadline(answer) -> None:  # type: ignore[no-untyped-def]
    with serving(answer) as gateway:
        began = time.monotonic()
        result = line_to(gateway.url, seconds=0.4).send(TO, "x")
        took = time.monotonic() - began
    assert result.outcome is Outcome.UNKNOWN
    assert took < 2


def test_no_proxy_of_the_environment_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert send_to(http(201, sent()))[0].outcome is Outcome.ACCEPTED


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    reply = http(201, " " * 1_000_000)
    assert send_to(reply)[0].outcome is Outcome.UNKNOWN


@given(status=st.integers(100, 999), text=st.text())
def test_no_answer_raises(status: int, text: str) -> None:
    outcome_of((status, text))


NAMES = {"statusCode", "status", "messageId", "number", "x"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(sorted(NAMES)), inner)
    ),
    max_leaves=6,
)


@pytest.mark.fault(27)
@given(recipient=JSON, message=JSON)
def test_no_shape_of_json_raises(recipient: object, message: object) -> None:

    data = {"SMSMessageData": {"Message": message, "Recipients": [recipient]}}
    outcome_of((201, json.dumps(data)))
