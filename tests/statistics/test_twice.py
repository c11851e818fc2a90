"""Tests that every number about tips and persons is the same when simple Python code computes it a second time."""

import csv
import itertools
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import hotline.statistics
from hotline.alerts.tables_case_events import CaseEventRow
from hotline.core.database import Database, Session
from hotline.statistics import queries, rules_counts, rules_release
from hotline.statistics.rules_counts import CaseEvent, CountedTip
from hotline.statistics.rules_definitions import Span, begins, ends, months_of
from hotline.tips.rules_events import LoggedEvent, TakeProof
from hotline.tips.tables import Tip
from tests.statistics.published_year import shortest
from tests.statistics.random_line import YEAR, RandomLine
from tests.statistics.stored_line import store

QUARTER = f"{YEAR}-Q2"
PROMISE = {1: 3, 2: 15, 3: 120}
"""The minutes within which a tip should be taken."""


def plain_rounding(count: int, keys: int) -> int | None:
    """Rounds a count as rounding.csv says, with code that shares nothing with the code under test."""
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
    """Returns the rounding keys of the records in each cell, computed only from the stored rows."""
    first, after = datetime(YEAR, 4, 1, tzinfo=UTC), datetime(YEAR, 7, 1, tzinfo=UTC)
    first, after = first - timedelta(hours=2), after - timedelta(hours=2)
    log = defaultdict(list)
    for event in session.scalars(select(CaseEventRow).order_by(CaseEventRow.id)):
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
    sums = rules_counts.sums(tips)
    cells = rules_release.protect_tips(sums, {}, Span.QUARTER, shortest())
    printed = {(cell.name.indicator, cell.name.value): cell.number for cell in cells}
    for (name, value), keys in expected.items():
        (cell,) = [one for at, one in sums.items() if (at.indicator, at.value) == (name, value)]
        assert (cell.count, cell.keys) == (len(keys), sum(keys) % 256), (name, value)
        own = plain_rounding(len(keys), sum(keys) % 256)
        shown = printed[name, value]
        assert shown == own or (own is not None and (shown or 0) <= own), (name, value)
    assert len(expected) > 20


@pytest.mark.row("E2")
@pytest.mark.parametrize("seed", [1, 2])
def test_e2_a_board_counts_in_time_what_a_release_counts(database: Database, seed: int) -> None:
    chance, line = random.Random(seed), RandomLine(0, seed)
    expected: Counter[tuple[int, int]] = Counter()
    for urgency, week in itertools.product((1, 2, 3) * 30, (0, 1)):
        filed_at = begins(QUARTER) + timedelta(days=7 * week + chance.randrange(7))
        takes = [
            CaseEvent(
                LoggedEvent.ACKNOWLEDGED,
                filed_at + timedelta(minutes=chance.choice((1, PROMISE[urgency], 121 + n))),
                chance.choice((1, None)),
                chance.choice([*TakeProof]),
                "",
                waits=False,
            )
            for n in range(chance.randrange(5))
        ]
        takes.sort(key=lambda event: event.at)
        tip = CountedTip(0, urgency, "11", None, None, "no", filed_at, takes)
        line.tips.append(tip)
        taken_at = rules_counts.steps_of(tip).get("acknowledged")
        promised = timedelta(minutes=PROMISE[urgency])
        expected[urgency, week] += taken_at is not None and taken_at - filed_at <= promised
    store(database, line)
    weeks = [begins(QUARTER), begins(QUARTER) + timedelta(days=7)]
    with database.reading() as session:
        found = queries.filed_and_in_time(session, None, weeks)
    assert found == {cell: (30, in_time) for cell, in_time in expected.items()}


def of_person(codes: dict[str, dict[str, str]], tip: CountedTip) -> list[tuple[str, str]]:
    """Returns the cells of the tables in which one person is counted. Uses the person's last codes of each kind of
    entry."""
    seen, said = codes["screened"], codes.get("determination", {}).get("determination")
    means = [name for name in ("force", "deceit") if seen[name] == "yes"]
    is_child = seen["sex"] in ("girl", "boy")
    signs = seen["act"] == seen["purpose"] == "yes" and (is_child or means)
    found: list[tuple[str, str]] = []
    if said or signs:
        decided = {"actual": "victim", "not": "no_victim", None: "undecided"}[said]
        found.append(("persons_by_decision", decided))
    if not signs and said != "actual":
        return found
    answer = codes.get("answered", {}).get("answer")
    thirty = codes.get("thirty", {}).get("thirty")
    steps = {
        "identified": True,
        "accepted": answer == "accepted",
        "known_at_30": thirty not in (None, "unknown"),
        "safe_at_30": thirty in ("safe", "helped"),
        "no_room": answer == "no_room",
        "consented": "consent" in codes,
        "offered_in_a_day": "consent" in codes and "offered" in codes,
        "consented_no_room": "consent" in codes and answer == "no_room",
        "consented_known": "consent" in codes and thirty not in (None, "unknown"),
    }
    found += [(name, "all") for name, is_reached in steps.items() if is_reached]
    where = "not_said" if tip.official != "no" else tip.within if tip.place == "unsure" else ""
    where = where or ("abroad" if tip.place == "abroad" else tip.place[0])
    found += [
        ("persons_by_province", where),
        ("persons_by_who", seen["sex"]),
        ("persons_by_form", seen["form"]),
        ("persons_by_nationality", seen["nationality"]),
        ("persons_by_means", "child" if is_child else "both" if len(means) > 1 else plain(means)),
        ("persons_by_where", "abroad" if where == "abroad" else "inside"),
    ]
    if where == "abroad" and tip.within:
        found.append(("persons_by_where", tip.within))
    return found


def plain(means: list[str]) -> str:
    return means[0] if means else "not_said"


@pytest.mark.row("E3", "R9")
@pytest.mark.parametrize("seed", [1, 2])
def test_e3_persons_are_counted_a_second_time_before_their_codes_go(seed: int) -> None:
    line, months = RandomLine(150, seed), {*months_of(str(YEAR))}
    expected: dict[tuple[str, str], list[int]] = defaultdict(list)
    for month, tip, entries, keys in line.noted:
        assert month in months
        services: set[str] = set()
        is_decided = False
        for n, key in keys.items():
            mine = [one for one in entries if one.reported.n == n]
            codes = {str(one.kind): dict(one.reported.codes) for one in mine}
            mine_in = of_person(codes, tip)
            for at in mine_in:
                expected[at].append(key)
            is_decided |= codes.get("determination", {}).get("body") == "court"
            if ("accepted", "all") in mine_in:
                services.add(codes["offered"]["service"])
        if "police" in services:
            expected["to_police", "all"].append(tip.key)
        if is_decided:
            expected["by_court", "all"].append(tip.key)
    sums = rules_counts.person_sums(line.cases_of(months))
    found = {(name.indicator, name.value): (cell.count, cell.keys) for name, cell in sums.items()}
    assert found == {at: (len(keys), sum(keys) % 256) for at, keys in expected.items()}
    printed = rules_release.protect_persons(sums, Span.YEAR, shortest())
    for cell in printed:
        counted = expected.get((cell.name.indicator, cell.name.value), [])
        own = plain_rounding(len(counted), sum(counted) % 256)
        assert cell.number == own or (own is not None and (cell.number or 0) <= own), cell.name
