"""Every number about tips is computed a second time, in plain Python from raw rows, and prints alike."""

import csv
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import hotline.statistics
from hotline.statistics import queries, rules_release, rules_tips
from hotline.statistics.rules_periods import Span, begins, ends
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.database import Database, Session
from hotline.store.tips.tips import Tip
from tests.statistics.published_year import shortest
from tests.statistics.random_line import YEAR, RandomLine
from tests.statistics.stored_line import store

QUARTER = f"{YEAR}-Q2"
PROMISE = {1: 3, 2: 15, 3: 120}
"""Minutes within which a tip should be taken."""


def plain_rounding(count: int, keys: int) -> int | None:
    """Rounds by rounding.csv, written a second time."""
    table = Path(hotline.statistics.__file__).with_name("rounding.csv")
    with table.open(encoding="utf-8") as file:
        rows = [{name: int(text) for name, text in row.items()} for row in csv.DictReader(file)]
    (row,) = [one for one in rows if one["first_key"] <= keys <= one["last_key"]]
    moved = count + row["move"]
    below = moved // 5 * 5
    size = row["last_key"] - row["first_key"] + 1
    odds = (keys - row["first_key"] + 0.5) / size
    number = below + 5 if odds < (moved - below) / 5 else below
    return number if number >= 10 else None


def raw(session: Session) -> dict[tuple[str, str], list[int]]:
    """Returns the record keys of each cell, from raw rows alone."""
    first, after = datetime(YEAR, 4, 1, tzinfo=UTC), datetime(YEAR, 7, 1, tzinfo=UTC)
    first, after = first - timedelta(hours=2), after - timedelta(hours=2)
    log = defaultdict(list)
    for event in session.scalars(select(CaseLogRow).order_by(CaseLogRow.id)):
        log[event.tip_id].append(event)
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for tip in session.scalars(select(Tip)):
        if tip.filed_at is None or not first <= tip.filed_at < after:
            continue
        when = {event.kind: event.at for event in reversed(log[tip.id])}
        names = ["tips"]
        if {"taken", "opened", "screened"} & set(when):
            names.append("acknowledged")
        if {"opened", "screened"} & set(when):
            names.append("read")
        if "screened" in when:
            names.append("screened")
        there = [when[kind] for kind in ("on_site", "screened") if kind in when]
        if there and min(there) - tip.filed_at <= timedelta(hours=72):
            names.append("acted")
        for name in names:
            found[name, "all"].append(tip.record_key)
            found[name, str(tip.urgency)].append(tip.record_key)
        found["tips_by_form", tip.category or "not_said"].append(tip.record_key)
        found["tips_by_province", province(tip)].append(tip.record_key)
    return found


def province(tip: Tip) -> str:
    if tip.official != "no":
        return "not_said"
    if tip.place.isdigit():
        return tip.place[0]
    if tip.place == "abroad":
        return "abroad"
    return tip.within or "not_said"


@pytest.mark.row("E3")
@pytest.mark.parametrize("seed", [1, 2])
def test_e3_counts_key_sums_and_printed_numbers_are_equal(database: Database, seed: int) -> None:
    store(database, RandomLine(150, seed))
    with database.reading() as session:
        tips = queries.counted_tips(session, begins(QUARTER), ends(QUARTER))
        expected = raw(session)
    sums = rules_tips.sums(tips)
    cells = rules_release.protect_tips(sums, {}, Span.QUARTER, shortest())
    printed = {(cell.name.indicator, cell.name.value): cell.number for cell in cells}
    for (name, value), keys in expected.items():
        (cell,) = [one for at, one in sums.items() if (at.indicator, at.value) == (name, value)]
        assert (cell.count, cell.keys) == (len(keys), sum(keys) % 256), (name, value)
        own = plain_rounding(len(keys), sum(keys) % 256)
        shown = printed[name, value]
        assert shown == own or (own is not None and (shown or 0) <= own), (name, value)
    assert len(expected) > 20
