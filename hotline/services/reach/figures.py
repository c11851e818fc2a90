"""What the line did, in figures that identify nobody."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.places.places import districts
from hotline.domain.reach.answers import column_of
from hotline.domain.reach.figures import Cell, Column, apart, protect
from hotline.domain.rolls.gathering import CAME, HELD, Occasion
from hotline.domain.rolls.quiz import Gain, Pairs, QuizOutcome, Share, average, gain, pooled, score
from hotline.domain.rolls.training import GOOD, OTHER, TAKEN
from hotline.domain.tip import ABROAD, NATIONAL, UNSURE
from hotline.ports import Kit
from hotline.sealing.keys.people import KIGALI, periods_of
from hotline.services.reach.outreach import Measure, day_of, pair_measure
from hotline.store.database import Session
from hotline.store.flows import flows
from hotline.store.reach import outreach, people


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
    answers: Mapping[str, Column] = field(default_factory=dict)
    """By district: how many gave each answer that is counted so."""
    names: Mapping[str, str] = field(default_factory=dict)
    """By entry: what the poster is called that names it."""


def reach(kit: Kit, by: By) -> Figures:
    """People, sessions, topics read and tips, by one column. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        totals = _by_period(session, by) if by in PERIOD else outreach.totals(session, by)
        names = flows.entry_names(session) if by is By.ENTRY else {}

    measures = COUNTED.get(by, EVENTS)
    rows = _rows(by, {value for value, measure in totals if measure in measures})
    columns = {}
    for measure in measures:
        counts = {row: totals.get((row, measure), 0) for row in rows}
        columns[measure] = apart(counts) if measure is Measure.PERSON else protect(counts)
    answers = _answers(rows, totals) if by is By.DISTRICT else {}
    return Figures(by, rows, columns, answers, names)


def this_week(kit: Kit) -> Mapping[Measure, Cell]:
    """The nation's, from Monday in Kigali to this moment. Small cells are hidden. Raises StoreUnavailable."""
    at = kit.now()
    today = day_of(at)
    with kit.database.reading() as session:
        counts = outreach.since(session, today - timedelta(days=today.weekday()))
        there = people.totals(session).get(periods_of(at)[PERIOD[By.WEEK]], 0)

    found = {measure.value: counts.get(measure, 0) for measure in EVENTS}
    cells = apart({Measure.PERSON.value: there, **found}).cells
    return {Measure(name): cell for name, cell in cells.items()}


def _answers(rows: Sequence[str], totals: Mapping[tuple[str, str], int]) -> Mapping[str, Column]:
    measures = sorted({measure for _, measure in totals})
    return {
        column: protect({row: totals.get((row, measure), 0) for row in rows})
        for measure in measures
        if (column := column_of(measure)) is not None
    }


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


@dataclass(frozen=True, slots=True)
class Gains:
    """What the quiz taught, by the thing asked: only of people who answered both before and after its lesson."""

    asked: Column
    by_thing: Mapping[str, Gain]
    """Without the things that too few were asked."""
    total: Gain | None


def gains(kit: Kit) -> Gains:
    """Raises StoreUnavailable."""
    with kit.database.reading() as session:
        totals = outreach.totals(session, By.TOPIC)

    counted = {pair_measure(outcome): outcome for outcome in QuizOutcome}
    outcomes: dict[str, dict[QuizOutcome, int]] = {}
    for (thing, measure), number in totals.items():
        if measure in counted:
            outcomes.setdefault(thing, {})[counted[measure]] = number
    return _gains({thing: Pairs.of(found) for thing, found in sorted(outcomes.items())})


def _gains(pairs: Mapping[str, Pairs]) -> Gains:
    asked = protect({thing: both.asked for thing, both in pairs.items()})
    shown = {
        thing: found
        for thing, both in pairs.items()
        if isinstance(asked.cells[thing], int) and (found := gain(both)) is not None
    }
    return Gains(asked, shown, pooled([(pairs[thing].asked, shown[thing]) for thing in shown]))


@dataclass(frozen=True, slots=True)
class Sessions:
    """What local leaders held: how many sessions, how many people came. By place, and again by occasion."""

    held: Mapping[By, Column]
    came: Mapping[By, Column]


def leader_sessions(kit: Kit) -> Sessions:
    """Raises StoreUnavailable."""
    with kit.database.reading() as session:
        totals = {by: outreach.totals(session, by) for by in (By.DISTRICT, By.TOPIC)}

    rows = {
        By.DISTRICT: [district.code for district in districts()],
        By.TOPIC: [occasion.value for occasion in Occasion],
    }
    held, came = (
        {
            by: protect({row: found.get((row, measure), 0) for row in rows[by]})
            for by, found in totals.items()
        }
        for measure in (HELD, CAME)
    )
    return Sessions(held, came)


@dataclass(frozen=True, slots=True)
class Training:
    """What officers took of their lessons, by district: lessons, answers, and the share of these that was right."""

    taken: Column
    asked: Column
    right: Mapping[str, Share]
    """Without the districts where too few answered."""
    total: Share | None


def training(kit: Kit) -> Training:
    """Raises StoreUnavailable."""
    with kit.database.reading() as session:
        totals = outreach.totals(session, By.DISTRICT)

    codes = [district.code for district in districts()]
    right = {code: totals.get((code, GOOD), 0) for code in codes}
    answers = {code: right[code] + totals.get((code, OTHER), 0) for code in codes}
    asked = protect(answers)
    shown = {
        code: found
        for code, cell in asked.cells.items()
        if isinstance(cell, int) and (found := score(right[code], cell)) is not None
    }
    return Training(
        taken=protect({code: totals.get((code, TAKEN), 0) for code in codes}),
        asked=asked,
        right=shown,
        total=average([(answers[code], shown[code]) for code in shown]),
    )


def _rows(by: By, counted: Collection[str]) -> Sequence[str]:
    """Every place has a row, whatever happened there: that one is listed tells nothing."""
    if by is By.DISTRICT:
        return [*(district.code for district in districts()), ABROAD, UNSURE, NATIONAL]
    return sorted(counted)
