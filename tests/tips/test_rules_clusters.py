"""Tests which of many similar tips alert people, and which are announced as "more was told"."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.tips.rules import Urgency
from hotline.tips.rules_duplicates import ComparedTip, Following, cluster_of
from tests.support.builders import NOON

PHONE, WORDS = "phone", "words"


def told(
    tips: Sequence[tuple[float, int, str | None, str | None]],
    why: str = PHONE,
) -> list[Following | None]:
    """Reports tips one after the other. Each has a minute, an urgency, a kind and a caller. Returns the decision
    about each tip."""
    earlier: list[ComparedTip] = []
    verdicts = []
    for number, (minute, urgency, kind, who) in enumerate(tips, 1):
        at = NOON + timedelta(minutes=minute)
        phone, words = ("one", None) if why == PHONE else (f"phone {number}", "the same")
        new = ComparedTip(number, at, urgency, kind, "12", "no", phone, words, who)
        verdict = cluster_of(new, earlier)
        earlier.append(new._replace(leader_id=verdict.leader_id if verdict else None))
        verdicts.append(verdict)
    return verdicts


def rings(verdicts: Sequence[Following | None]) -> list[int]:
    return [number for number, one in enumerate(verdicts, 1) if one is None]


def texts(verdicts: Sequence[Following | None]) -> list[int]:
    """Returns the numbers of the tips that send "more was told"."""
    return [number for number, one in enumerate(verdicts, 1) if one and not one.announced]


SEEN, DANGER = Urgency.SEEN, Urgency.DANGER


@pytest.mark.parametrize(
    ("tips", "ring", "text"),
    [
        pytest.param([(n, SEEN, "labour", None) for n in range(13)], [1, 2, 3], [4], id="thirteen"),
        pytest.param([(n, DANGER, None, None) for n in range(13)], [1, 2], [3], id="dangers"),
        pytest.param(
            [(n, SEEN, kind, None) for n, kind in enumerate(["sex", "labour", "sex", "marriage"])],
            [1, 2, 3, 4],
            [],
            id="four victims of a shared phone",
        ),
        pytest.param(
            [(21 * n, SEEN, "sex", None) for n in range(8)], [*range(1, 9)], [], id="slow"
        ),
        pytest.param(
            [(61 * n, SEEN, "sex", None) for n in range(10)], [*range(1, 9)], [9], id="eight a day"
        ),
        pytest.param(
            [(0, DANGER, "sex", "a"), (1, DANGER, "sex", "a"), (2, DANGER, "sex", "b")],
            [1, 2, 3],
            [],
            id="danger for another person",
        ),
        pytest.param(
            [(0, DANGER, "sex", "a"), (1, DANGER, "sex", "a"), (2, DANGER, None, None)],
            [1, 2],
            [3],
            id="danger before the person is named",
        ),
        pytest.param(
            [(0, DANGER, None, None), (5, DANGER, None, None)]
            + [(minute, DANGER, None, None) for minute in (10, 30, 36, 37, 50)],
            [1, 2, 5],
            [3, 6],
            id="danger half an hour after the last ring",
        ),
    ],
)
def test_c18_like_tips_of_one_phone(
    tips: list[tuple[float, int, str | None, str | None]], ring: list[int], text: list[int]
) -> None:
    verdicts = told(tips)
    assert rings(verdicts) == ring
    assert texts(verdicts) == text


def test_the_fifth_equal_text_within_ten_minutes_is_one_of_a_cluster() -> None:
    quick = told([(n, SEEN, None, None) for n in range(8)], WORDS)
    slow = told([(3 * n, SEEN, None, None) for n in range(8)], WORDS)
    assert (rings(quick), texts(quick)) == ([1, 2, 3, 4], [5])
    assert rings(slow) == [*range(1, 9)]


def test_a_cluster_whose_first_tips_are_closed_rings_again() -> None:
    follower = ComparedTip(4, NOON, SEEN, "sex", "12", "no", "one", None, None, leader_id=1)
    earlier = [follower, follower, follower]
    assert cluster_of(follower._replace(at=NOON + timedelta(minutes=1)), earlier) is None


MINUTES = st.lists(st.integers(0, 3), min_size=1, max_size=40)


@given(
    steps=MINUTES,
    dangers=st.lists(st.booleans(), min_size=40, max_size=40),
    who=st.lists(st.sampled_from([None, "a", "b"]), min_size=40, max_size=40),
)
def test_a_danger_is_never_further_from_a_ring_than_half_an_hour(
    steps: list[int], dangers: list[bool], who: list[str | None]
) -> None:
    at: datetime = NOON
    tips = []
    for step, danger, name in zip(steps, dangers, who, strict=False):
        at += timedelta(minutes=step)
        minute = (at - NOON) / timedelta(minutes=1)
        tips.append((minute, DANGER if danger else SEEN, None, name))
    verdicts = told(tips)
    for number, verdict in enumerate(verdicts):
        if verdict is None or tips[number][1] is SEEN:
            continue
        rung = [tips[n][0] for n in range(number) if verdicts[n] is None]
        assert tips[number][0] - max(rung) < 30
        assert verdict.leader_id <= number
