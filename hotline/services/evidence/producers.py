"""Everything that is counted of a period, raw: one list of all that count. Nobody shows what they return."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from hotline.domain.cases import months
from hotline.domain.cases.counting import CountCell
from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import months_in
from hotline.domain.evidence.month_figures import month_tables
from hotline.domain.evidence.publishing.case_counts import case_tables
from hotline.domain.evidence.raw import Measured, Raw
from hotline.services.evidence import answering, reach_counts
from hotline.services.evidence.reach_counts import LiveRows
from hotline.store.cases import counted
from hotline.store.database import Session

Counted: TypeAlias = Callable[[Session, datetime, datetime], Sequence[Raw]]
"""What was counted from one moment on and before another."""
BY_TIME: Sequence[Counted] = (answering.counted, reach_counts.seconds)
"""Of any period. Of a quarter and a year only what is `Measured` is taken: counts come from their months."""


@dataclass(frozen=True, slots=True)
class CountedMonth:
    """What is to be counted."""

    month: str
    version: MonthVersion
    live: LiveRows = field(default_factory=dict)
    """The rows that callers can come to: each is listed."""


def of_month(session: Session, wanted: CountedMonth) -> Sequence[Raw]:
    begins, ends = months.begins(wanted.month), months.ends(wanted.month)
    reach = reach_counts.counted(session, begins, ends, wanted.live)
    cases = [
        CountCell(one.figure, one.row, one.column, one.number)
        for one in counted.cells(session, wanted.month, wanted.version)
    ]
    return [
        *month_tables(reach),
        *reach_counts.screens(session, begins, ends, wanted.live),
        *case_tables(cases),
        *(one for count in BY_TIME for one in count(session, begins, ends)),
    ]


def measured(session: Session, period: str) -> Sequence[Measured]:
    """What of a quarter or a year is no sum of its months."""
    first, *_, last = months_in(period)
    every = (count(session, months.begins(first), months.ends(last)) for count in BY_TIME)
    return [one for raw in every for one in raw if isinstance(one, Measured)]
