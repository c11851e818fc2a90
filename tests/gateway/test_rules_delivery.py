"""Tests the effect of an attempt to send on its message, by outcome, urgency and earlier failures."""

from datetime import timedelta

import pytest

from hotline.gateway.rules_delivery import (
    MessageState,
    Outcome,
    SendResult,
    Verdict,
    after_doubt,
    decide,
)


def verdict(
    outcome: Outcome, *, priority: int = 1, counted: int = 0, http_status: int | None = None
) -> Verdict:
    result = SendResult(outcome, http_status)
    return decide(result, priority=priority, attempts=counted + 1, counted=counted, chance=0)


# Outcome and HTTP status: seconds until the next attempt, for the urgencies 1, 2 and 3.
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


# Outcome, urgency and earlier failures: True if the next person is alerted too.
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
