"""Tests the pure rules of the gateway: the effect of an attempt, the text of an alert, and when alerts are blocked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.core.wording import Template
from hotline.gateway.rules import (
    AlertPath,
    BlockReason,
    MessageState,
    Outcome,
    SendResult,
    Verdict,
    after_doubt,
    block_reason,
    decide,
    render,
    responders_short_code,
)
from hotline.text.languages import Phrases
from hotline.tips.rules_events import Purpose
from tests.support.builders import NOON, alert


def verdict(
    outcome: Outcome, *, priority: int = 1, counted: int = 0, http_status: int | None = None
) -> Verdict:
    result = SendResult(outcome, http_status)
    return decide(result, priority=priority, attempts=counted + 1, counted=counted, chance=0)


# Each row: the outcome of a send, the HTTP status, and the seconds until the next attempt for the urgencies 1, 2 and 3.
WAITS = [
    ("a server error", Outcome.UNKNOWN, 500, (5, 120, 600)),
    ("an overloaded server", Outcome.UNKNOWN, 503, (5, 120, 600)),
    ("a time-out, or a dead worker", Outcome.UNKNOWN, None, (10, 120, 600)),
    ("an answer without an id", Outcome.UNKNOWN, 201, (10, 120, 600)),
    ("a redirect", Outcome.UNKNOWN, 302, (10, 120, 600)),
    ("no connection", Outcome.NOT_SENT, None, (1, 1, 1)),
    ("no route", Outcome.TRANSIENT, 201, (1, 1, 1)),
    ("no money", Outcome.MONEY_FAULT, 201, (60, 60, 60)),
]


@pytest.mark.parametrize(
    ("outcome", "http_status", "waits"), [row[1:] for row in WAITS], ids=[row[0] for row in WAITS]
)
def test_how_long_until_the_same_words_again(
    outcome: Outcome, http_status: int | None, waits: tuple[int, int, int]
) -> None:
    seconds = tuple(
        verdict(outcome, priority=priority, http_status=http_status).wait / timedelta(seconds=1)
        for priority in (1, 2, 3)
    )
    assert seconds == waits


# Each row: the result of a send, the urgency, the number of earlier failures, and True if the next person is alerted
# too.
BESIDE = [
    (Outcome.UNKNOWN, 1, 0, False),
    (Outcome.UNKNOWN, 1, 1, True),
    (Outcome.UNKNOWN, 1, 2, False),
    (Outcome.UNKNOWN, 2, 1, False),
    (Outcome.UNKNOWN, 3, 1, False),
    (Outcome.TRANSIENT, 1, 1, True),
    (Outcome.TRANSIENT, 3, 1, True),
    (Outcome.NOT_SENT, 1, 1, False),
    (Outcome.UNKNOWN, 1, 7, True),
    (Outcome.UNKNOWN, 3, 7, True),
]


@pytest.mark.parametrize(("outcome", "priority", "failures", "beside"), BESIDE)
def test_from_which_failure_the_next_person_is_told(
    outcome: Outcome, priority: int, failures: int, beside: bool
) -> None:
    judged = verdict(outcome, priority=priority, counted=failures)
    assert judged.replace is beside
    assert (judged.state is MessageState.UNDELIVERABLE) is (failures == 7)


@pytest.mark.parametrize(
    ("withheld", "answered", "state"),
    [
        (False, False, MessageState.RETRY),
        (False, True, MessageState.ANSWERED),
        (True, False, MessageState.FAILED),
        (True, True, MessageState.FAILED),
    ],
)
def test_a_doubt_is_never_delivered(withheld: bool, answered: bool, state: MessageState) -> None:
    assert after_doubt(withheld=withheld, answered=answered) is state


ENTRY = "*384*777*90#"


@pytest.mark.parametrize(
    ("urgency", "purpose", "code", "template", "words"),
    [
        (1, Purpose.ALERT, None, Template.ALERT_URGENT_REPLY, "K7Q4: Gasabo, urgent. Reply 1 K7Q4"),
        (
            1,
            Purpose.ALERT,
            ENTRY,
            Template.ALERT_URGENT_DIAL,
            f"K7Q4: Gasabo, urgent. Dial {ENTRY}",
        ),
        (2, Purpose.ALERT, None, Template.ALERT_REPLY, "K7Q4: Gasabo. Reply 1 K7Q4"),
        (3, Purpose.ALERT, ENTRY, Template.ALERT_DIAL, f"K7Q4: Gasabo. Dial {ENTRY}"),
        (1, Purpose.OPEN, None, Template.ALERT_URGENT_REPLY, "K7Q4: Gasabo, urgent. Reply 1 K7Q4"),
        (3, Purpose.OPEN, ENTRY, Template.ALERT_DIAL, f"K7Q4: Gasabo. Dial {ENTRY}"),
    ],
)
def test_an_alert(
    urgency: int, purpose: Purpose, code: str | None, template: Template, words: str
) -> None:
    wording = alert(
        reference="K7Q4", place="12", urgency=urgency, purpose=purpose, language="en", code=code
    )
    assert wording.template is template
    assert render(wording, Phrases({})) == words


def test_its_place_is_named_in_her_language() -> None:
    wording = alert(reference="K7Q4", place="abroad", urgency=3, language="rw", code=None)
    assert wording.parameters == {"ref": "K7Q4", "place": "mu mahanga"}


@pytest.mark.parametrize(("code", "entry"), [("*384*777#", "*384*777*90#"), ("*384#", "*384*90#")])
def test_what_a_responder_dials(code: str, entry: str) -> None:
    assert responders_short_code(code) == entry


def ago(**time: float) -> timedelta:
    return timedelta(**time)


TICKS = AlertPath(clock_until=NOON + timedelta(seconds=2), awaited_at=NOON - ago(days=3))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (AlertPath(), None),
        (TICKS, None),
        (replace(TICKS, is_paused=True), BlockReason.PAUSED),
        (replace(TICKS, fault="config_fault"), BlockReason.FAULT),
        # One of two machines has a wrong key, so the other machine sends the alerts.
        (replace(TICKS, wrong_key=True), None),
        (replace(TICKS, wrong_key=True, clock_until=NOON), BlockReason.KEYS),
        (AlertPath(wrong_key=True), BlockReason.KEYS),
        # If all processes restart, the clock process may do no work for up to a minute. This is no
        # fault.
        (replace(TICKS, clock_until=NOON - ago(seconds=60)), None),
        (replace(TICKS, clock_until=NOON - ago(seconds=61)), BlockReason.NO_SENDER),
        (replace(TICKS, clock_until=NOON - ago(days=2), awaited_at=NOON), None),
        # The hotline was installed, but its clock process never worked.
        (AlertPath(awaited_at=NOON - ago(seconds=61)), BlockReason.NO_SENDER),
        # The gateway could not be reached for 70 seconds. The newest send failed just now.
        (replace(TICKS, failing_since=NOON - ago(seconds=70), failed_at=NOON), BlockReason.GATEWAY),
        (replace(TICKS, failing_since=NOON - ago(seconds=50), failed_at=NOON), None),
        (replace(TICKS, failing_since=NOON - ago(hours=1), failed_at=NOON - ago(minutes=30)), None),
    ],
)
def test_why_no_alert_can_leave(path: AlertPath, why: BlockReason | None) -> None:
    assert block_reason(path, NOON) is why


def test_a_wall_clock_that_was_turned_is_no_outage() -> None:
    turned = NOON + timedelta(days=40)
    assert block_reason(TICKS, turned) is BlockReason.NO_SENDER
    assert block_reason(TICKS, turned, fresh=True) is None
