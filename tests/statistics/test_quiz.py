"""C6: tests how a quiz counts pairs of answers once in a session, and stores nothing about the person who answered."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.counters.rules import Measure
from hotline.editing.service_publishing import uncounted_questions
from hotline.gateway.tables import Dialogue, Message
from hotline.statistics import queries, rules_counts
from hotline.statistics.rules_counts import LiveRows
from hotline.statistics.rules_definitions import CellName
from hotline.tips.tables import Tip
from tests.flows.books import choice, make_book, t
from tests.support.callers import Line
from tests.support.counts import counts, number
from tests.support.made_once import shipped_book

LESSON = ("9", "9", "9")
"""The keys that turn the three pages of the lesson between the two halves of the quiz."""
LEARNS = ("1", "2", "1", "2", *LESSON, "2", "9", "1", "9", "2")
"""The keys that answer the quiz about work abroad: no answer is correct before the lesson, and all are correct after
the lesson."""
KNOWS = ("1", "1", "2", "1", *LESSON, "2", "9", "1", "9", "2")
FORGETS = ("1", "1", "2", "1", *LESSON, "1", "9", "2", "9", "3")


def take_the_quiz(line: Line, keys: tuple[str, ...]) -> None:
    caller = line.caller()
    caller.dial("15")
    caller.key(*keys)


def pairs(line: Line) -> dict[tuple[str, str], int]:
    found = counts(line.database)
    return {what: count for what, count in found.items() if what[1].startswith("quiz_")}


def test_a_pair_counts_once_in_a_session_whatever_is_repeated(line: Line) -> None:
    caller = line.caller()
    caller.dial("15")
    caller.key(*LEARNS[:7])
    assert pairs(line) == {}
    caller.key(LEARNS[7])
    caller.again()
    line.flush()
    caller.again()
    caller.key("0", "1")
    caller.key("00", "4", "4", *FORGETS[:8])

    assert pairs(line) == {("secret", "quiz_learned"): 1}


def test_what_was_answered_before_000_is_compared_with_nothing(line: Line) -> None:
    caller = line.caller()
    caller.dial("15")
    caller.key(*LEARNS[:6], "000", "4", "4", "1", "2", "9")
    assert pairs(line) == {}


@pytest.mark.row("C6")
def test_a_quiz_leaves_no_answer_and_no_tip(line: Line) -> None:
    take_the_quiz(line, LEARNS)

    (row,) = line.all(Dialogue)
    assert row.counted == ["topic:quiz_abroad", "quiz:secret", "quiz:passport", "quiz:fee"]
    assert not line.all(Tip)
    assert not line.all(Message)


def test_the_answers_right_before_and_after_a_lesson_are_counted(line: Line) -> None:
    for keys, people in ((LEARNS, 10), (KNOWS, 10), (FORGETS, 5)):
        for _ in range(people):
            take_the_quiz(line, keys)
    day = line.clock().date()
    with line.database.reading() as session:
        use = queries.use_counts(session, day, day + timedelta(days=1), None)
    told = rules_counts.counts(use, LiveRows())
    names = ("quiz_answers", "quiz_before", "quiz_after")
    assert [told[CellName(name)] for name in names] == [75, 45, 60]
    assert number(line.database, Measure.TOPIC) == 25


def asks(saves: str, *values: str, goes: str) -> dict[str, Any]:
    choices = [choice(value or "on", value=value, goes=goes) for value in values]
    return {"menu": {"text": t("Asked"), "saves": saves, "choices": choices}}


@pytest.mark.parametrize(
    ("saves", "values", "found"),
    [
        ("again_fee", ("right", "wrong", "unsure"), []),
        (
            "again_fees",
            ("right", "wrong"),
            ["records the answer quiz_fees", "records the answer again_fee:"],
        ),
        (
            "quiz_fees",
            ("right", "wrong"),
            ["records the answer again_fees", "records the answer again_fee:"],
        ),
        (
            "again_fee",
            ("right", "rigth"),
            ["the answer again_fee have values that the statistics do not count: rigth"],
        ),
        ("again_fee", ("right", ""), ["the answer again_fee has no value"]),
    ],
)
def test_a_slip_that_would_count_nothing_is_found(
    saves: str, values: tuple[str, ...], found: list[str]
) -> None:
    first = asks("quiz_fee", "right", "wrong", goes="two")
    nodes = {"one": first, "two": asks(saves, *values, goes="end"), "end": {"finish": {}}}
    messages = sorted(
        str(finding.message) for finding in uncounted_questions(make_book(learn=nodes))
    )

    assert len(messages) == len(found)
    assert [*uncounted_questions(shipped_book())] == []
    assert all(any(part in message for message in messages) for part in found)
