"""What the line did, in figures that identify nobody."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.domain.figures import Column, apart, protect
from hotline.domain.places import districts
from hotline.domain.tip import ABROAD, UNSURE
from hotline.ports import Kit
from hotline.sealing.people import KIGALI, periods_of
from hotline.services.outreach import Measure
from hotline.store import outreach, people
from hotline.store.database import Session


class By(StrEnum):
    """What reach can be counted by."""

    DISTRICT = "district"
    LANGUAGE = "language"
    CHANNEL = "channel"
    ENTRY = "entry"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOPIC = "topic"


EVENTS = (Measure.SESSION, Measure.TOPIC, Measure.TIP)
COUNTED = {
    By.DISTRICT: (Measure.TIP,),
    By.TOPIC: (Measure.TOPIC,),
    By.WEEK: tuple(Measure),
    By.MONTH: tuple(Measure),
}
"""Only a tip has a district, only a topic is a topic, and people are counted by week and month alone."""
PERIOD = {By.WEEK: 1, By.MONTH: 0}
"""Which of a moment's periods it is."""


@dataclass(frozen=True, slots=True)
class Figures:
    by: By
    rows: Sequence[str]
    columns: Mapping[Measure, Column]
    """Without the measures that know nothing of `by`."""


def reach(kit: Kit, by: By) -> Figures:
    """People, sessions, topics read and tips, by one column. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        totals = _by_period(session, by) if by in PERIOD else outreach.totals(session, by)

    measures = COUNTED.get(by, EVENTS)
    rows = _rows(by, {value for value, measure in totals if measure in measures})
    columns = {}
    for measure in measures:
        counts = {row: totals.get((row, measure), 0) for row in rows}
        columns[measure] = apart(counts) if measure is Measure.PERSON else protect(counts)
    return Figures(by=by, rows=rows, columns=columns)


def _by_period(session: Session, by: By) -> Mapping[tuple[str, str], int]:
    """The days of each week or month together, and the people that were counted in it."""
    found: Counter[tuple[str, str]] = Counter()
    for (day, measure), number in outreach.totals(session, By.DAY).items():
        noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=KIGALI)
        found[periods_of(noon)[PERIOD[by]], measure] += number
    for period, number in people.totals(session).items():
        if ("W" in period) == (by is By.WEEK):
            found[period, Measure.PERSON] = number
    return found


def _rows(by: By, counted: Collection[str]) -> Sequence[str]:
    """Every place has a row, whatever happened there: that one is listed tells nothing."""
    if by is By.DISTRICT:
        return [*(district.code for district in districts()), ABROAD, UNSURE]
    return sorted(counted)
