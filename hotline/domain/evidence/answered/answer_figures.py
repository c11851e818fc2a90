"""What is handed over of how tips were answered, before it is protected. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hotline.domain.evidence.answered.answer_times import (
    AnsweredTip,
    AnswerStep,
    StepTimes,
    hours_red,
    step_times,
)
from hotline.domain.evidence.answered.networks import ROWS, network_row
from hotline.domain.evidence.raw import (
    Measured,
    Raw,
    RawShare,
    RawTable,
    by_row,
    nation,
    share,
)
from hotline.domain.evidence.tables import ALL, CountTable
from hotline.domain.places.places import districts
from hotline.domain.tip import Urgency

ALIKE = "answered"
"""Their wholes are the same tips by the same urgencies: what is hidden of one is hidden of all."""
NOWHERE, NOT_ACTED, NO_WORD = "not on site", "not acted", "no word"
"""Rests that nobody is told of."""
SENT, DELIVERED, FAILED = "sms_sent", "sms_delivered", "sms_failed"
ACTED, ACTED_OF_100 = "tips_acted", "acted_of_100"


class SentMessages(NamedTuple):
    """What was given to the gateway, and what is known to have become of it."""

    sent: int
    delivered: int
    failed: int


def of_tips(tips: Sequence[AnsweredTip]) -> Sequence[Raw]:
    """The times by urgency, what was red, and in how many somebody acted."""
    found = {
        step: {
            f"urgency:{urgency.value}": step_times(
                step, (tip for tip in tips if tip.urgency == urgency)
            )
            for urgency in Urgency
        }
        for step in AnswerStep
    }
    red = [tip for tip in tips if tip.red is not None]
    return [
        *(_promise(step, times) for step, times in found.items() if step is not AnswerStep.ON_SITE),
        _acts(tips, found[AnswerStep.ON_SITE]),
        *(one for step, times in found.items() for one in _times(step, times)),
        nation("tips_red", len(red)),
        Measured("hours_red", ALL, hours_red(red), len(red), "tips_red"),
    ]


def _promise(step: AnswerStep, times: Mapping[str, StepTimes]) -> RawTable:
    counts = {row: (one.within or 0, one.of) for row, one in times.items()}
    made = share(f"{step}_within", f"{step}_of", counts)
    return RawTable(made.figure, made.tables, shares=made.shares, alike=ALIKE)


def _acts(tips: Sequence[AnsweredTip], on_site: Mapping[str, StepTimes]) -> RawTable:
    """Of all tips: in which somebody acted, and in which somebody said that she is there."""
    urgencies = Counter(f"urgency:{tip.urgency}" for tip in tips)
    acted = sum(tip.is_acted for tip in tips)
    there = "on_site_of"
    nation_wide = by_row({ACTED: acted, NOT_ACTED: len(tips) - acted})
    cells = {(row, there): one.of for row, one in on_site.items()}
    cells |= {(row, NOWHERE): urgencies[row] - one.of for row, one in on_site.items()}
    by_urgency = CountTable(cells, [*on_site], (there, NOWHERE))
    shares = {ACTED_OF_100: RawShare(ACTED, NOT_ACTED)}
    return RawTable(
        "tips_answered",
        [by_urgency, nation_wide],
        frozenset((ACTED, there)),
        shares,
        alike=ALIKE,
    )


def _times(step: AnswerStep, times: Mapping[str, StepTimes]) -> Iterator[Measured]:
    """Each has a row, also where there is no such time: that a row is listed would tell that there was a tip."""
    for row, one in times.items():
        for told, minutes in (("median", one.median), ("ninety", one.ninety)):
            of = 0 if minutes is None else one.of
            yield Measured(f"{step}_{told}", row, minutes or 0, of, f"{step}_of")


def of_coverage(hours: int, uncovered: Mapping[str, int]) -> Sequence[Raw]:
    """Hours that were looked at, and those with nobody: of each district, and of all of them together."""
    codes = [district.code for district in districts()]
    rows = {f"district:{code}": (hours, uncovered.get(code, 0)) for code in codes}
    rows[ALL] = (hours * len(codes), sum(uncovered.get(code, 0) for code in codes))
    return [
        Measured(figure, row, number, looked)
        for row, (looked, alone) in rows.items()
        for figure, number in (("hours", looked), ("hours_uncovered", alone))
    ]


def of_messages(sent: Mapping[str, SentMessages]) -> Sequence[Raw]:
    """By the network's code, as the gateway named it."""
    cells: Counter[tuple[str, str]] = Counter()
    for code, one in sent.items():
        row = network_row(code)
        cells[row, DELIVERED] += one.delivered
        cells[row, FAILED] += one.failed
        cells[row, NO_WORD] += one.sent - one.delivered - one.failed
    columns = (DELIVERED, FAILED, NO_WORD)
    counts = {(row, column): cells[row, column] for row in ROWS for column in columns}
    table = CountTable(counts, ROWS, columns)
    return [RawTable(SENT, [table], frozenset((DELIVERED, FAILED)))]
