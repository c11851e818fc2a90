"""What the line did, in figures that identify nobody."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hotline.domain.figures import Column, protect
from hotline.domain.places import districts
from hotline.domain.tip import ABROAD, UNSURE
from hotline.ports import Kit
from hotline.services.outreach import Measure
from hotline.store import outreach


class By(StrEnum):
    """What reach can be counted by."""

    DISTRICT = "district"
    LANGUAGE = "language"
    CHANNEL = "channel"
    ENTRY = "entry"
    DAY = "day"
    TOPIC = "topic"


COUNTED = {By.DISTRICT: (Measure.TIP,), By.TOPIC: (Measure.TOPIC,)}
"""Only a tip has a district, and only a topic is a topic; everything else is counted of all three."""


@dataclass(frozen=True, slots=True)
class Figures:
    by: By
    rows: Sequence[str]
    columns: Mapping[Measure, Column]
    """Without the measures that know nothing of `by`."""


def reach(kit: Kit, by: By) -> Figures:
    """Sessions, topics read and tips, by one column. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        totals = outreach.totals(session, by)

    measures = COUNTED.get(by, tuple(Measure))
    rows = _rows(by, {value for value, measure in totals if measure in measures})
    return Figures(
        by=by,
        rows=rows,
        columns={
            measure: protect({row: totals.get((row, measure), 0) for row in rows})
            for measure in measures
        },
    )


def _rows(by: By, counted: Collection[str]) -> Sequence[str]:
    """Every place has a row, whatever happened there: that one is listed tells nothing."""
    if by is By.DISTRICT:
        return [*(district.code for district in districts()), ABROAD, UNSURE]
    return sorted(counted)
