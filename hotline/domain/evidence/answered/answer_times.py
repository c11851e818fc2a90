"""How soon somebody answered the tips of a period, beside what was promised. Pure.

A step is reckoned from the moment at which the tip was filed to the first time that it happened. That it never happened
is over every promise, and ranks last: "half of them within two minutes" is said of all tips, and not of those alone
that somebody took.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from hotline.domain.cases.entries import EntryKind, TakeProof
from hotline.domain.outbox.delivery import report_wait
from hotline.domain.referrals.clocks import acknowledge_due, open_due, outcome_due
from hotline.domain.tip import TipOutcome

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MEDIAN, NINETY = 50, 90


class AnswerStep(StrEnum):
    DELIVERED = "delivered"
    """The alert was on the phone of somebody who was told."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody took it, and is believed."""
    OPENED = "opened"
    """Somebody read it."""
    ON_SITE = "on_site"
    OUTCOME = "outcome"
    """The first word of what came of it: help was asked for, or it is over."""


STEPS: Mapping[EntryKind, AnswerStep] = {
    EntryKind.DELIVERED: AnswerStep.DELIVERED,
    EntryKind.OPENED: AnswerStep.OPENED,
    EntryKind.ON_SITE: AnswerStep.ON_SITE,
    EntryKind.OFFERED: AnswerStep.OUTCOME,
    EntryKind.CLOSED: AnswerStep.OUTCOME,
}
"""What an entry of a case is the step of. A take is a step while it is believed."""
MET = frozenset((EntryKind.ON_SITE, EntryKind.SCREENED, EntryKind.CONSENT, EntryKind.OFFERED))
"""Somebody did something where the case is, or with a person of it."""
HELPED = frozenset((TipOutcome.HELPED, TipOutcome.REFERRED))
COUNTED = frozenset((*STEPS, *MET, EntryKind.TAKEN))
"""The entries that any of these figures reads."""
DISBELIEVED = frozenset((TakeProof.DOUBTED, TakeProof.PROVISIONAL))
SAID = frozenset((EntryKind.ON_SITE, EntryKind.OFFERED))
"""What may be said by an SMS, and so by whoever forges one."""


@dataclass(frozen=True, slots=True)
class StepEntry:
    """What these figures read of an entry of a case."""

    kind: EntryKind
    at: datetime
    who: int | None = None
    proof: str = ""
    outcome: str = ""
    waits: bool = False
    """Of an end: a second person has not judged it."""


@dataclass(frozen=True, slots=True)
class AnsweredTip:
    """A tip that counts, and what became of it."""

    urgency: int
    filed_at: datetime
    steps: Mapping[AnswerStep, datetime] = field(default_factory=dict)
    """When each step happened first."""
    is_acted: bool = False
    """Whether somebody acted: was there, met a person, asked for help, or closed it with help."""
    red: timedelta | None = None
    """How long it was red; None: never."""


@dataclass(frozen=True, slots=True)
class StepTimes:
    """One step of the tips of one urgency."""

    of: int
    """How many tips the times are of."""
    median: int | None
    """Minutes; None where in so many it never happened."""
    ninety: int | None
    within: int | None
    """In how many it happened within the promise; None where nothing is promised."""


def answered(
    urgency: int,
    filed_at: datetime,
    entries: Iterable[StepEntry],
    *,
    is_rung: bool = True,
    red: timedelta | None = None,
) -> AnsweredTip:
    """What the entries of one tip come to, the first first.

    `is_rung`: whether anybody is told by a message of its own. A later tip of a cluster is with those who were told of
    its first one, at once.
    """
    written = list(entries)
    takes, doubted = _takes(written)
    found: dict[AnswerStep, datetime] = {}
    if not is_rung:
        found[AnswerStep.DELIVERED] = filed_at
    if takes:
        found[AnswerStep.ACKNOWLEDGED] = min(takes.values())
    is_acted = False
    for one in written:
        if one.kind in SAID and one.who in doubted:
            continue
        step = STEPS.get(one.kind)
        if step is not None:
            found.setdefault(step, one.at)
        is_acted |= one.kind in MET
        is_acted |= one.kind is EntryKind.CLOSED and not one.waits and one.outcome in HELPED
    return AnsweredTip(urgency, filed_at, found, is_acted, red)


def _takes(entries: Sequence[StepEntry]) -> tuple[Mapping[int | None, datetime], set[int]]:
    """When each took it who is believed by now; and who is not."""
    takes: dict[int | None, datetime] = {}
    doubted: set[int] = set()
    for one in entries:
        if one.kind is not EntryKind.TAKEN:
            continue
        if one.proof not in DISBELIEVED:
            takes.setdefault(one.who, one.at)
            doubted.discard(one.who or 0)
        else:
            takes.pop(one.who, None)
            doubted.add(one.who or 0)
    return takes, doubted


def promised(step: AnswerStep, urgency: int, filed_at: datetime) -> datetime | None:
    """By when it should have happened: where the clock of the step ends, set when the one before it ended.

    Nobody is hurried to a place: nothing is promised of being there.
    """
    taken = acknowledge_due(urgency, filed_at, step=0)
    match step:
        case AnswerStep.DELIVERED:
            return filed_at + report_wait(urgency)
        case AnswerStep.ACKNOWLEDGED:
            return taken
        case AnswerStep.OPENED:
            return open_due(urgency, taken)
        case AnswerStep.OUTCOME:
            return outcome_due(urgency, taken)
    return None


def step_times(step: AnswerStep, tips: Iterable[AnsweredTip]) -> StepTimes:
    """Of tips of one urgency. Who is there is told of those alone in which somebody was: not each case asks for it."""
    counted = [tip for tip in tips if step is not AnswerStep.ON_SITE or step in tip.steps]
    waited = sorted(
        max(tip.steps[step] - tip.filed_at, timedelta()) for tip in counted if step in tip.steps
    )
    due = [promised(step, tip.urgency, tip.filed_at) for tip in counted]
    within = [
        by is not None and step in tip.steps and tip.steps[step] <= by
        for tip, by in zip(counted, due, strict=True)
    ]
    return StepTimes(
        len(counted),
        _ranked(waited, len(counted), MEDIAN),
        _ranked(waited, len(counted), NINETY),
        None if step is AnswerStep.ON_SITE else sum(within),
    )


def _ranked(waited: Sequence[timedelta], of: int, percent: int) -> int | None:
    """Within how many minutes so many of a hundred were: the next whole one."""
    at = ceil(of * percent / 100) - 1
    return ceil(waited[at] / MINUTE) if 0 <= at < len(waited) else None


def hours_red(tips: Iterable[AnsweredTip]) -> int:
    """Of all together, in whole hours."""
    return round(sum((tip.red for tip in tips if tip.red is not None), timedelta()) / HOUR)
