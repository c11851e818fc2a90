"""What is no case stands in no figure: the line's own calls, drills, an invented year. One set, asked for everywhere.

A function of the store that counts what people did is in one of two tables: it asks for `trial.UNCOUNTED`, or says why
it makes no figure. And whoever asks for the trial's channel alone says why.
"""

import ast
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

import hotline
from hotline.domain import trial
from hotline.domain.cases import months
from hotline.statistics import queries
from hotline.store.cases.case_keys import CaseKey
from hotline.store.database import Session
from hotline.store.reach import case_ends, outreach
from hotline.store.reach.outreach import Cell, Tally
from hotline.store.watch import traffic
from tests.builders import NOON, make_tip
from tests.district import District
from tests.services.test_traffic import dialled

ROWS = {
    "CaseCode",
    "CaseLogRow",
    "Deadline",
    "Dialogue",
    "People",
    "PossibleVictim",
    "Reach",
    "Referral",
    "ScreenCount",
    "ServiceReferral",
    "StartedFormRow",
    "Tally",
    "Tip",
    "TipLikeness",
    "ToldTip",
}
COUNTS = {"count", "sum", "min", "avg"}
WATCH = "the watchman's: whether the line works is asked of drills too"
LADDER = "whom the ladder tells next, and of what: a drill is told like a tip"
ONE = "beside one tip that was found, for who may see it"
MADE = "adds up what `outreach.count` made, which makes nothing of these"
NO_FIGURE: Mapping[str, str] = {
    "dialogue/contacts.in_the_middle": WATCH,
    "outbox/health._locked": WATCH,
    "outbox/health._unreferred": WATCH,
    "outbox/health._untaken": WATCH,
    "reach/case_ends.of_month": "what a month's figures take of it is `MonthTips.counting`",
    "reach/outreach.counted_on": MADE,
    "reach/screen_counts.totals": "adds up what is made of `screen_counts.hold`, which holds none of these",
    "referrals/desk_pages/tip_pages.linked_counts": ONE,
    "referrals/drills/exercises.heard": "asks of exercises alone",
    "referrals/known_cases.taken_since": ONE,
    "referrals/referrals._hands": LADDER,
    "referrals/referrals.other_takers": LADDER,
    "referrals/tip_overview._tips": ONE,
    "sms/inbound.unproven_answers": WATCH,
    "tips/likeness.in_company": LADDER,
    "watch/traffic.sessions_of_weeks": "asks `sessions`",
}
TRIALS_ALONE: Mapping[str, str] = {
    "services/referrals/ladder.happen": LADDER,
    "services/tips/intake.reach_state": LADDER,
    "store/outbox/health.UNREFERRED": WATCH,
    "store/referrals/referrals.waiting": LADDER,
    "store/tips/tips.REAL": "lists for who was told of it: a drill stands there",
    "store/watch/trials.standing": "the trials themselves",
    "store/watch/trials.untold": "the trials themselves",
}


def parts(room: str) -> Iterator[tuple[str, ast.stmt]]:
    """Every function, class and constant, by the place where it stands."""
    root = Path(hotline.__file__).parent / room
    for path in root.rglob("*.py"):
        if "migrations" not in path.parts:
            where = path.relative_to(root).with_suffix("").as_posix()
            for one in ast.parse(path.read_text()).body:
                yield f"{where}.{_name(one)}", one


def _name(one: ast.stmt) -> str:
    if isinstance(one, ast.Assign):
        return getattr(one.targets[0], "id", "")
    return getattr(one, "name", "")


def asked(one: ast.stmt) -> set[tuple[str, str]]:
    """Which names of which modules are asked for, as in `trial.CHANNEL`."""
    found = (node for node in ast.walk(one) if isinstance(node, ast.Attribute))
    return {(node.value.id, node.attr) for node in found if isinstance(node.value, ast.Name)}


@pytest.mark.row("E1")
def test_e1_whatever_counts_leaves_out_what_is_no_case_or_says_why_it_makes_no_figure() -> None:
    counting = {
        name
        for name, one in parts("store")
        if isinstance(one, ast.FunctionDef)
        and {node.id for node in ast.walk(one) if isinstance(node, ast.Name)} & ROWS
        and asked(one) & {("func", what) for what in COUNTS}
        and ("trial", "UNCOUNTED") not in asked(one)
    }
    assert sorted(counting) == sorted(NO_FIGURE)


def test_whoever_asks_for_the_trials_channel_alone_says_why() -> None:
    found = {name for name, one in parts("") if ("trial", "CHANNEL") in asked(one)}
    assert sorted(found) == sorted(TRIALS_ALONE)


def figures(session: Session) -> Mapping[str, int]:
    """Everything that counts, of the hour and the month of noon."""
    month = months.month_of(NOON)
    tips = case_ends.of_month(session, months.begins(month), months.ends(month))
    return {
        "sessions": traffic.sessions(session, NOON),
        "tallies": session.query(Tally).count(),
        "persons": len(tips.counting),
        "tips": len(queries.counted_tips(session, months.begins(month), months.ends(month))),
    }


@pytest.mark.row("E1")
@pytest.mark.parametrize("channel", ["ussd", *sorted(trial.UNCOUNTED)])
def test_e1_no_figure_counts_a_trial_a_drill_or_an_invented_year(
    district: District, channel: str
) -> None:
    tip = make_tip()
    tip.channel, tip.filed_at = channel, NOON
    dialled(district, NOON - timedelta(minutes=5), 1, channel=channel)
    with district.database.writing() as session:
        session.add(tip)
        session.flush()
        session.add(CaseKey(tip_id=tip.id, public_key=b"k" * 32, made_at=NOON))
        outreach.count(session, Cell(NOON.date(), "topic", "rw", channel, "", "12"))
    with district.database.reading() as session:
        assert set(figures(session).values()) == {0 if channel in trial.UNCOUNTED else 1}
