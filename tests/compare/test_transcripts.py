"""Tests that the comparison reports a difference between two runs of one story only if a person would notice it."""

from pathlib import Path

import pytest

from tests.compare.transcript import Transcript, difference, told

FLOWS = Path(__file__).resolve().parents[2] / "flows"


def played(*lines: tuple[int, str, str]) -> Transcript:
    transcript = Transcript("story 1")
    for minute, what, text in lines:
        transcript.add(minute, what, text)
    return transcript


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("K7Q4: Gasabo, danger. Reply 1 K7Q4", "M3TX: Gasabo, danger. Reply 1 M3TX"),
        ("Your number: 123 456 789", "Your number: 987 654 321"),
        ("The code is 48271553.", "The code is 90017722."),
        ("k7q4 6", "m3tx 6"),
    ],
)
def test_what_is_random_is_no_difference(one: str, other: str) -> None:
    assert difference([played((0, "SMS", one))], [played((0, "SMS", other))]) is None


def test_two_cases_stay_two() -> None:
    ours = played((0, "SMS", "K7Q4: danger"), (3, "SMS", "K7Q4: again"))
    theirs = played((0, "SMS", "K7Q4: danger"), (3, "SMS", "M3TX: again"))
    found = difference([ours], [theirs])
    assert found is not None
    assert [line.strip() for line in told(found)][2:] == [
        "-     3 min  SMS: REF2: again",
        "+     3 min  SMS: REF1: again",
    ]


@pytest.mark.parametrize(
    "other",
    [
        (6, "SMS to responder 1", "REF: danger"),
        (3, "SMS to responder 2", "REF: danger"),
        (3, "SMS to responder 1", "REF: Danger"),
    ],
    ids=["another minute", "another recipient", "another text"],
)
def test_one_thing_that_differs_is_found(other: tuple[int, str, str]) -> None:
    ours = played((3, "SMS to responder 1", "REF: danger"))
    assert difference([ours], [played(other)]) is not None


def test_an_sms_that_comes_a_minute_later_is_no_difference() -> None:
    ours, theirs = ([played((at, "SMS to responder 1", "REF: danger"))] for at in (12, 13))
    assert difference(ours, theirs) is None


def test_another_order_is_a_difference() -> None:
    one, other = (0, "caller keys", "1"), (0, "caller keys", "2")
    assert difference([played(one, other)], [played(other, one)]) is not None


def test_what_moved_in_one_play_alone_is_no_difference() -> None:
    """An SMS that a busy machine sends a minute late, once in each checkout, is no difference. An event that happens in
    every run of one checkout only is a difference."""
    soon, late = (3, "SMS", "REF: danger"), (4, "SMS", "REF: danger")
    other_late = ((5, "SMS", "by 10:30"), (6, "SMS", "by 10:30"))
    ours = [played(soon, other_late[0]), played(late, other_late[0])]
    theirs = [played(soon, other_late[1]), played(soon, other_late[0])]
    assert difference(ours[1:], theirs[:1]) is not None
    assert difference(ours, theirs) is None
    always = (7, "SMS", "new")
    found = difference([played(soon, always), played(late, always)], theirs)
    assert found is not None
    assert [line.split("SMS")[1] for line in found.ours] == [": new"]
