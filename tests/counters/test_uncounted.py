"""E1: tests that statistics never count the hotline's own test calls, drills or sample data.

Each function in the files `tables*.py` and `queries*.py` that counts people's actions is in one of two tables. The
first table has the functions that use `trial.UNCOUNTED`. The second table has the functions that make no statistics,
with the reason. Code that uses only the channel of test calls is also in a table, with the reason.
"""

import ast
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

import hotline
from hotline.alerts import rules_follow_up
from hotline.alerts.tables_case_events import CaseKey
from hotline.cases import queries_follow_up
from hotline.core import rules_trial
from hotline.core.database import Session
from hotline.counters import tables
from hotline.counters.tables import CounterKey, Tally
from hotline.monitoring import queries as monitoring_queries
from hotline.statistics import queries
from tests.monitoring.test_traffic import dialled
from tests.support.builders import NOON, make_tip
from tests.support.district import District

ROWS = {
    "CaseCode",
    "CaseEventRow",
    "Deadline",
    "Dialogue",
    "People",
    "PossibleVictim",
    "DailyCount",
    "Assignment",
    "ScreenCount",
    "ServiceReferral",
    "StartedFormRow",
    "Tally",
    "Tip",
    "TipLikeness",
    "ReportedTip",
}
COUNTS = {"count", "sum", "min", "avg"}
WATCH = "the watchman's: whether the line works is asked of drills too"
LADDER = "whom the ladder tells next, and of what: a drill is told like a tip"
ONE = "beside one tip that was found, for who may see it"
MADE = "adds up what `outreach.count` made, which makes nothing of these"
BOARD = "what a desk has open, for who may act: no figure is made of it"
PUBLISHED = "counts among `WHOLE`, which leaves them out"
NO_FIGURE: Mapping[str, str] = {
    "statistics/queries.filed_and_in_time": PUBLISHED,
    "statistics/queries.first_day": PUBLISHED,
    "statistics/queries._added_up": MADE,
    "gateway/tables.running_calls": WATCH,
    "gateway/queries.outbox_health": WATCH,
    "gateway/queries._unassigned": WATCH,
    "gateway/queries._untaken": WATCH,
    "cases/queries._clocks": BOARD,
    "cases/queries._tips_with_overdue": BOARD,
    "cases/queries.count_late": BOARD,
    "cases/queries.open_cases": BOARD,
    "cases/queries_follow_up.tips_of_month": "what a month's figures take of it is `MonthTips.counting`",
    "counters/tables.counted_on": MADE,
    "counters/tables.screen_totals": "adds up what is made of `screen_counts.hold`, which holds none of these",
    "cases/queries.linked_counts": ONE,
    "alerts/queries_outbox.cases_left": LADDER,
    "alerts/tables_drills.recent_drills": "asks of exercises alone",
    "alerts/queries_references.acknowledged_since": ONE,
    "alerts/queries._recent_work": LADDER,
    "alerts/queries_people.open_cases": "counts a leaver's work for those who move it to others",
    "alerts/queries.other_takers": LADDER,
    "alerts/tables.unproven_answers": WATCH,
    "tips/queries.repeated_tips": LADDER,
}
TRIALS_ALONE: Mapping[str, str] = {
    "alerts/service_escalation.handle_event": LADDER,
    "alerts/service_intake.reach_state": LADDER,
    "gateway/queries.UNASSIGNED": WATCH,
    "alerts/queries.pending_alerts": LADDER,
    "tips/tables.IS_REPORTED": "lists for who was told of it: a drill stands there",
    "monitoring/queries.trials": "the trials themselves",
    "monitoring/queries.unsent_trial": "the trials themselves",
}


def parts(*kinds: str) -> Iterator[tuple[str, ast.stmt]]:
    """Yields every function, class and constant in the files whose names begin with one of the words `kinds`, such as
    `tables`. Each yielded pair contains the full name with the path, and the code.
    """
    root = Path(hotline.__file__).parent
    found = [path for path in root.rglob("*.py") if path.stem.startswith(kinds)]
    assert found, f"no file is of these kinds: {kinds}"
    for path in found:
        where = path.relative_to(root).with_suffix("").as_posix()
        for one in ast.parse(path.read_text()).body:
            yield f"{where}.{_name(one)}", one


def _name(one: ast.stmt) -> str:
    if isinstance(one, ast.Assign):
        return getattr(one.targets[0], "id", "")
    return getattr(one, "name", "")


def asked(one: ast.stmt) -> set[tuple[str, str]]:
    """Returns the names that the code `one` reads from other modules, such as `trial.CHANNEL`."""
    found = (node for node in ast.walk(one) if isinstance(node, ast.Attribute))
    return {(node.value.id, node.attr) for node in found if isinstance(node.value, ast.Name)}


@pytest.mark.row("E1")
def test_e1_whatever_counts_leaves_out_what_is_no_case_or_says_why_it_makes_no_figure() -> None:
    counting = {
        name
        for name, one in parts("tables", "queries")
        if isinstance(one, ast.FunctionDef)
        and {node.id for node in ast.walk(one) if isinstance(node, ast.Name)} & ROWS
        and asked(one) & {("func", what) for what in COUNTS}
        and ("rules_trial", "UNCOUNTED") not in asked(one)
    }
    assert sorted(counting) == sorted(NO_FIGURE)


def test_whoever_asks_for_the_trials_channel_alone_says_why() -> None:
    found = {name for name, one in parts("") if ("rules_trial", "CHANNEL") in asked(one)}
    assert sorted(found) == sorted(TRIALS_ALONE)


def figures(session: Session) -> Mapping[str, int]:
    """Returns the statistics of the hour and of the month that contain `NOON`."""
    month = rules_follow_up.month_of(NOON)
    tips = queries_follow_up.tips_of_month(
        session, rules_follow_up.begins(month), rules_follow_up.ends(month)
    )
    return {
        "sessions": monitoring_queries.recent_sessions(session, NOON),
        "tallies": session.query(Tally).count(),
        "persons": len(tips.counting),
        "tips": len(
            queries.counted_tips(
                session, rules_follow_up.begins(month), rules_follow_up.ends(month)
            )
        ),
    }


@pytest.mark.row("E1")
@pytest.mark.parametrize("channel", ["ussd", *sorted(rules_trial.UNCOUNTED)])
def test_no_figure_counts_a_trial_drill_or_sample(district: District, channel: str) -> None:
    tip = make_tip()
    tip.channel, tip.filed_at = channel, NOON
    dialled(district, NOON - timedelta(minutes=5), 1, channel=channel)
    with district.database.writing() as session:
        session.add(tip)
        session.flush()
        session.add(CaseKey(tip_id=tip.id, public_key=b"k" * 32, made_at=NOON))
        tables.count(session, CounterKey(NOON.date(), "topic", "rw", channel, "", "12"))
    with district.database.reading() as session:
        assert set(figures(session).values()) == {0 if channel in rules_trial.UNCOUNTED else 1}
