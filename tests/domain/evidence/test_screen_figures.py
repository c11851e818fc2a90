"""E1: what is published of screens, flows, networks and reports: nothing of few, and no rest that gives few away."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import pytest

from hotline.domain.call_back import KIGALI
from hotline.domain.evidence.edition import Edition, FigureCell
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.publishing.protecting import PublishedBefore
from hotline.domain.evidence.raw import Raw, RawTable, by_row
from hotline.domain.evidence.screens.revision_weeks import LivePeriod, revision_weeks
from hotline.domain.evidence.screens.screen_figures import (
    LiveScreens,
    Walks,
    of_screens,
    of_seconds,
)
from hotline.domain.reach.screens import ScreenMeasure, WalkedAt

SCREENS = ["front/front", "report/danger", "report/where", "report/last"]
LIVE = LiveScreens(SCREENS, SCREENS[:3], ["front", "report", "learn"])
NOV = [date(2026, 11, day) for day in (1, 8, 15, 22)]
WALKED_AT = WalkedAt(NOV[0], "rw", 1)


def walks(shown: Mapping[str, int], answered: Mapping[str, int], at: WalkedAt = WALKED_AT) -> Walks:
    counts = (ScreenMeasure.SHOWN, shown), (ScreenMeasure.ANSWERED, answered)
    return {one: {name: {at: n} for name, n in found.items()} for one, found in counts}


WALKS = walks(
    dict(zip(SCREENS, (120, 40, 8, 4), strict=True)) | {"gone/gone": 99},
    {"front/front": 100, "report/danger": 36, "report/where": 3},
)
TOTALS: Mapping[ScreenMeasure, Mapping[str, int]] = {
    ScreenMeasure.BEGUN: {"front": 120, "report": 40, "learn": 30},
    ScreenMeasure.FLOW_LEFT: {"front": 50, "report": 20, "learn": 28},
    ScreenMeasure.SESSION: {"63510": 90, "63514": 27, "": 2, "99999": 1},
    ScreenMeasure.LEFT: {"63510": 60, "63514": 20},
    ScreenMeasure.ENTERED: {"": 40},
    ScreenMeasure.FILED: {"": 30},
    ScreenMeasure.SAVED: {"": 18},
    ScreenMeasure.SECONDS: {"9": 10, "41": 6, "200": 14, "100": 0},
}


def told(
    walked: Mapping[WalkedAt, tuple[int, int]], periods: Sequence[LivePeriod], *beside: Raw
) -> Mapping[tuple[str, str], int | None]:
    """What is told inside of one screen: of how many were shown it, and answered it."""
    begins, ends = (datetime(2026, month, 1, tzinfo=KIGALI) for month in (11, 12))
    live = LiveScreens(["a/b"], ["a/b"], [], revision_weeks(periods, begins, ends))
    walks = {
        one: {"a/b": {at: numbers[place] for at, numbers in walked.items()}}
        for place, one in enumerate((ScreenMeasure.SHOWN, ScreenMeasure.ANSWERED))
    }
    made = month([*of_screens({}, live, walks), *beside], Edition.INSIDE)
    return {(one.figure, one.column): one.number for one in made.cells if one.row == "screen:a/b"}


def cells(edition: Edition = Edition.INSIDE) -> Mapping[tuple[str, str], FigureCell]:
    raw = [*of_screens(TOTALS, LIVE, WALKS), *of_seconds(TOTALS)]
    inside = month(raw, Edition.INSIDE)
    made = (
        inside if edition is Edition.INSIDE else month(raw, edition, PublishedBefore(inside=inside))
    )
    return {(one.figure, one.row): one for one in made.cells if one.column == "all"}


@pytest.mark.row("E1")
def test_e1_a_screen_is_told_of_where_enough_were_shown_it_and_its_answers_where_enough_stopped() -> (
    None
):
    found = {key: one.number for key, one in cells().items()}
    rows = [f"screen:{one}" for one in SCREENS]
    assert [found["screen_shown", row] for row in rows] == [120, 40, 8, None]
    assert [found["screen_answered", row] for row in rows[:3]] == [100, None, None]
    assert ("screen_answered", rows[3]) not in found
    assert ("screen_shown", "screen:gone/gone") not in found
    assert [found["flow_left", f"flow:{one}"] for one in ("report", "learn")] == [20, None]
    assert ("flow_left", "flow:front") not in found
    assert not any(key[0].startswith(("screen", "flow")) and key[1] == "all" for key in found)


def test_e1_networks_and_reports_are_told_of_with_their_sums_and_hide_what_these_give_away() -> (
    None
):
    found = {key: one.number for key, one in cells().items()}
    assert (found["ussd_session", "all"], found["ussd_left", "all"]) == (120, 80)
    assert found["ussd_session", "network:63510"] == 90
    hidden = [
        one for one in ("63513", "not_said", "other") if not found["ussd_session", f"network:{one}"]
    ]
    assert len(hidden) == 3
    told = [found[figure, "all"] for figure in ("report_entered", "report_filed", "report_saved")]
    assert told == [40, 30, 18]
    assert found["seconds_to_filed", "all"] == 41


def test_e1_outside_is_told_of_no_screen_and_of_a_part_of_what_inside_shows() -> None:
    inside, outside = cells(), cells(Edition.OUTSIDE)
    assert all(inside[key].number == one.number for key, one in outside.items() if one.number)
    assert outside["ussd_left", "all"].number == 80
    assert not any(figure.startswith(("screen", "flow")) for figure, _ in outside)


def november(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=KIGALI)


ENDS = datetime(2026, 12, 1, tzinfo=KIGALI)


ELEVEN_THEN_TWELVE = [
    LivePeriod(11, november(1), november(17, 10)),
    LivePeriod(12, november(17, 10), ENDS),
]
TWO_LANGUAGES = {
    WalkedAt(NOV[0], "rw", 11): (60, 40),
    WalkedAt(NOV[1], "en", 11): (40, 30),
    WalkedAt(NOV[2], "rw", 11): (20, 10),
    WalkedAt(NOV[2], "rw", 12): (30, 25),
    WalkedAt(NOV[3], "en", 12): (50, 44),
    WalkedAt(NOV[3], "fr", 11): (20, 14),
}
"""By when, language and revision. The last began on flows that were not live any more: it counts with 12."""


@pytest.mark.row("E1", "E2")
def test_e1_a_screen_is_told_by_language_by_revision_and_by_weeks_that_a_revision_cuts() -> None:
    found = told(TWO_LANGUAGES, ELEVEN_THEN_TWELVE)
    shown, answered = (
        {column: n for (figure, column), n in found.items() if figure == one}
        for one in ("screen_shown", "screen_answered")
    )
    assert [*shown.values()] == [220, 110, 90, 20, 60, 120, 40, 20, 30, 100, 70]
    assert [*shown][1:] == [
        *("language:rw", "language:en", "language:fr"),
        *("week:2026-11-01", "revision:11", "week:2026-11-08"),
        *("week:2026-11-15/11", "week:2026-11-15/12", "revision:12", "week:2026-11-22"),
    ]
    rates = {column: (answered[column], shown[column]) for column in ("revision:11", "revision:12")}
    assert rates == {"revision:11": (80, 120), "revision:12": (83, 100)}
    assert answered["week:2026-11-15/11"] == 10
    assert answered["language:fr"] == 14


@pytest.mark.row("E1", "E2")
def test_e1_of_a_screen_that_few_were_shown_nothing_finer_is_listed() -> None:
    found = told({WalkedAt(NOV[0], "rw", 11): (4, 2)}, ELEVEN_THEN_TWELVE)
    assert found == {("screen_shown", "all"): None, ("screen_answered", "all"): None}


@pytest.mark.row("E1", "E2")
def test_e3_a_screen_does_not_give_a_language_back_that_the_calls_keep_back() -> None:
    """Calls in French are 3, so those in English are kept back: 92, as many as were shown a screen."""
    calls = RawTable("session", [by_row({"language:rw": 110, "language:en": 92, "language:fr": 3})])
    found = told(TWO_LANGUAGES, ELEVEN_THEN_TWELVE, calls)
    languages = {at[1]: n for at, n in found.items() if at[0] == "screen_shown"}
    assert (languages["language:en"], languages["language:rw"]) == (None, 110)
    assert languages["language:fr"] is None, "else it is what the other two leave"
    assert languages["revision:11"] == 120


@pytest.mark.parametrize(
    ("periods", "rows"),
    [
        ([], {}),
        (
            [LivePeriod(7, november(1), ENDS)],
            {f"week:{one}": "revision:7" for one in NOV},
        ),
        (
            [LivePeriod(7, november(1), november(9)), LivePeriod(8, november(9), ENDS)],
            {
                "week:2026-11-01": "revision:7",
                "week:2026-11-08/7": "revision:7",
                "week:2026-11-08/8": "revision:8",
                "week:2026-11-15": "revision:8",
                "week:2026-11-22": "revision:8",
            },
        ),
        (
            [
                LivePeriod(7, november(1), november(8, 9)),
                LivePeriod(8, november(8, 9), november(8, 11)),
                LivePeriod(9, november(8, 11), ENDS),
            ],
            {"week:2026-11-01": "revision:7"} | {f"week:{one}": "revision:9" for one in NOV[1:]},
        ),
        (
            [
                LivePeriod(7, november(1), november(30)),
                LivePeriod(8, november(30), november(30, 9)),
            ],
            {f"week:{one}": "revision:7" for one in NOV},
        ),
    ],
    ids=["no history", "one", "cut", "hours of one count with the next", "hours at the end"],
)
def test_which_weeks_a_month_has_follows_from_when_somebody_published(
    periods: Sequence[LivePeriod], rows: Mapping[str, str]
) -> None:
    """Never from what was counted: a row that is there for one session tells of it."""
    weeks = revision_weeks(periods, november(1), ENDS)
    assert weeks.within == rows
