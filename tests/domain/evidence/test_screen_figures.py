"""E1: what is published of screens, flows, networks and reports: nothing of few, and no rest that gives few away."""

from collections.abc import Mapping

from hotline.domain.evidence.edition import Edition, FigureCell
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.publishing.protecting import PublishedBefore
from hotline.domain.evidence.screens.screen_figures import LiveScreens, of_screens, of_seconds
from hotline.domain.reach.screens import ScreenMeasure

SCREENS = ["front/front", "report/danger", "report/where", "report/last"]
LIVE = LiveScreens(SCREENS, SCREENS[:3], ["front", "report", "learn"])
TOTALS: Mapping[ScreenMeasure, Mapping[str, int]] = {
    ScreenMeasure.SHOWN: dict(zip(SCREENS, (120, 40, 8, 4), strict=True)) | {"gone/gone": 99},
    ScreenMeasure.ANSWERED: {"front/front": 100, "report/danger": 36, "report/where": 3},
    ScreenMeasure.BEGUN: {"front": 120, "report": 40, "learn": 30},
    ScreenMeasure.FLOW_LEFT: {"front": 50, "report": 20, "learn": 28},
    ScreenMeasure.SESSION: {"63510": 90, "63514": 27, "": 2, "99999": 1},
    ScreenMeasure.LEFT: {"63510": 60, "63514": 20},
    ScreenMeasure.ENTERED: {"": 40},
    ScreenMeasure.FILED: {"": 30},
    ScreenMeasure.SAVED: {"": 18},
    ScreenMeasure.SECONDS: {"9": 10, "41": 6, "200": 14, "100": 0},
}


def cells(edition: Edition = Edition.INSIDE) -> Mapping[tuple[str, str], FigureCell]:
    raw = [*of_screens(TOTALS, LIVE), *of_seconds(TOTALS)]
    inside = month(raw, Edition.INSIDE)
    made = (
        inside if edition is Edition.INSIDE else month(raw, edition, PublishedBefore(inside=inside))
    )
    return {(one.figure, one.row): one for one in made.cells if one.column == "all"}


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
