"""Tests that an operator can find the log lines of all processes that belong to one request of the gateway. Also
tests that no log line identifies a person.
"""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import replace
from typing import Any

import pytest

from hotline.alerts import service_assignment, service_sending
from hotline.core.logs import NUMBER, REQUEST, OneLine
from hotline.gateway.rules import SendResult
from hotline.gateway.senders import ThreadSenders
from hotline.gateway.tables import Message
from hotline.people.rules import Level
from tests.cases.dialling import OwnCase, enters
from tests.support.callers import DANGER_HERE, REST, Line
from tests.support.reading import PHONE, PIN, ReaderBeside
from workers.clock import tick

CALLER = "+250788000077"


class Kept(logging.Handler):
    """Stores each log line in memory, as the process would write the line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(OneLine("json", "test"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def events(self) -> list[tuple[str, str]]:
        """Returns the event and the request id of each stored log line, and then deletes the stored lines."""
        said, self.lines = [json.loads(line) for line in self.lines], []
        return [(one["event"], one.get("request", "")) for one in said]


@pytest.fixture
def log() -> Iterator[Kept]:
    """Stores the log lines of a test, which begins without the request id that an earlier test left."""
    REQUEST.set("")
    kept, ours = Kept(), logging.getLogger("hotline")
    before = ours.level
    ours.addHandler(kept)
    ours.setLevel(logging.INFO)
    yield kept
    ours.setLevel(before)
    ours.removeHandler(kept)


def work(line: Line) -> None:
    """Assigns pending tips and sends due messages, as a worker does."""
    copy_context().run(service_assignment.assign_pending, line.context)
    copy_context().run(service_sending.deliver_due, line.context)


def test_log_lines_of_danger_and_its_alerts_share_one_id(line: Line, log: Kept) -> None:
    line.enrol(Level.RESPONDER, "+250788000012")
    caller = line.caller(CALLER)
    caller.dial()
    caller.key(*DANGER_HERE)
    hops = log.events()
    assert [event for event, _ in hops] == ["the hook ussd answered with HTTP status 200"] * (
        1 + len(DANGER_HERE)
    )
    assert len({id for _, id in hops}) == len(hops)
    filed_by = hops[-1][1]
    assert line.tip.request == filed_by
    assert REQUEST.get() == ""

    line.clock.turn(seconds=5)
    caller.key(*REST)
    log.events()
    work(line)
    assert line.tip.request == filed_by
    sent = log.events()
    assert sent
    assert {*sent} == {("SMS: accepted", filed_by)}
    assert len(sent) == len(line.all(Message))


def test_repeated_hop_gets_another_id(line: Line, log: Kept) -> None:
    caller = line.caller(CALLER)
    caller.dial()
    caller.again()
    first, second = (id for _, id in log.events())
    assert first != second


def test_reply_and_its_confirmation_share_one_id(
    beside: ReaderBeside, own_case: OwnCase, log: Kept
) -> None:
    line, (_, known_as) = beside.line, own_case
    work(line)
    log.events()
    fields = {
        "from": PHONE,
        "to": line.context.line.shortcode,
        "text": f"1 {known_as.reference}",
        "id": "sms-1",
    }
    line.post("sms", fields | {"date": f"{line.clock.at:%Y-%m-%d %H:%M:%S}"})
    ((event, id),) = log.events()
    assert event == "the hook sms answered with HTTP status 200"
    work(line)
    assert ("SMS: accepted", id) in log.events()


def test_reader_logs_id_of_waiting_hop(beside: ReaderBeside, own_case: OwnCase, log: Kept) -> None:
    phone, _ = own_case
    phone.dial("90")
    log.events()
    phone.key(PIN)
    (reader, hop) = log.events()
    assert reader[0] == "the reader process starts to answer a request from a web process"
    assert hop[0] == "the hook ussd answered with HTTP status 200"
    assert reader[1] == hop[1] != ""


class BrokenSms:
    def send(self, msisdn: str, text: str) -> SendResult:
        raise RuntimeError(msisdn)


def test_failed_send_is_logged_with_its_id_only(line: Line, log: Kept) -> None:
    line.enrol(Level.RESPONDER, "+250788000012")
    caller = line.caller(CALLER)
    caller.dial()
    caller.key(*DANGER_HERE)
    service_assignment.assign_pending(line.context)
    log.events()
    senders = ThreadSenders(1)
    service_sending.deliver_due(replace(line.context, sms=BrokenSms(), senders=senders))
    senders.end(5)
    ((event, id),) = log.events()
    assert (event.rpartition(" ")[2], id) == ("RuntimeError", line.tip.request)
    REQUEST.set("an id of earlier work")
    tick(line.context, [service_sending.deliver_due])
    assert REQUEST.get() == ""


class EndsEachSendAtOnce(ThreadPoolExecutor):
    """Returns from `submit` only after the thread has ended its work."""

    def submit(self, *work: Any, **options: Any) -> Future[Any]:
        sent = super().submit(*work, **options)
        wait([sent])
        return sent


def test_immediately_failed_send_is_logged_with_id(
    log: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.gateway.senders.ThreadPoolExecutor", EndsEachSendAtOnce)

    def send() -> None:
        REQUEST.set("id of the SMS")
        raise RuntimeError

    claims = iter([[send], []])
    ThreadSenders(1).fill(lambda _: next(claims))
    assert log.events() == [("an SMS was not sent: RuntimeError", "id of the SMS")]


def test_no_log_line_contains_a_number_or_tip_text(
    beside: ReaderBeside, own_case: OwnCase, log: Kept
) -> None:
    line, (phone, known_as) = beside.line, own_case
    logging.getLogger("hotline").setLevel(logging.DEBUG)
    enters(phone, "1", "1", "1")
    fields = {
        "from": CALLER,
        "to": line.context.line.shortcode,
        "id": "sms-2",
        "text": "ikanariyihishe Gasabo",
    }
    line.post("sms", fields)
    line.post("sms", fields | {"text": f"1 {known_as.reference} ikanariyihishe", "from": PHONE})
    line.post("sms", fields | {"to": "ikanariyihishe"})
    work(line)
    said = "\n".join(log.lines)
    assert said.count("\n") > 6
    for hidden in ("ikanariyihishe", "788000", known_as.reference, phone.session_id, PIN):
        assert hidden not in said
    assert not [one for one in log.lines if NUMBER.search(json.loads(one)["event"])]
