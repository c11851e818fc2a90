"""E3: a count is published once, by one rule, inside and outside."""

from dataclasses import replace

import pytest

from hotline.domain.evidence.edition import Edition, FigureCell
from hotline.domain.evidence.publishing.made import Made, made
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.publishing.protecting import TOLD_NATIONALLY, PublishedBefore
from hotline.domain.evidence.raw import (
    Measured,
    Raw,
    RawShare,
    RawTable,
    by_row,
    in_two,
    nation,
    share,
    steps,
)
from hotline.domain.evidence.tables import ALL

PLACES = {"district:11": 30, "district:12": 3, "district:13": 9, "district:21": 40}
NATIONS = {"district:abroad": 4, "district:unsure": 6, "district:national": 8}
WITHIN = {
    **{row: f"province:{row[9]}" for row in PLACES},
    **dict.fromkeys(NATIONS, TOLD_NATIONALLY),
}
TIPS = RawTable("tip", [by_row({**PLACES, **NATIONS}, WITHIN), by_row({"day:1": 60, "day:2": 40})])


def both(*raw: Raw) -> tuple[Made, Made]:
    inside = month(raw, Edition.INSIDE)
    return inside, month(raw, Edition.OUTSIDE, PublishedBefore(inside=inside))


def read(edition: Made, figure: str) -> dict[str, int | str | None]:
    return {
        f"{one.row} {one.column}".replace(" all", ""): f"{one.bound}{one.number}"
        if one.bound
        else one.number
        for one in edition.cells
        if one.figure == figure
    }


def test_a_district_stands_in_its_province_and_outside_no_day_is_told() -> None:
    inside, outside = both(TIPS)
    assert read(inside, "tip") == {
        "all": 100,
        "district:11": 30,
        "district:12": None,
        "district:13": None,
        "district:21": 40,
        "district:abroad": None,
        "district:national": 8,
        "district:unsure": None,
        "province:1": 42,
        "province:2": 40,
        TOLD_NATIONALLY: 18,
        "day:1": 60,
        "day:2": 40,
    }
    assert read(outside, "tip") == {
        "all": 100,
        "district:11": 30,
        "district:12": None,
        "district:13": None,
        "district:21": 40,
        "province:1": 42,
        "province:2": 40,
        TOLD_NATIONALLY: 18,
    }


def test_a_share_is_exact_or_says_no_more_than_that_few_lack_it() -> None:
    told = {"urgency:1": (19, 40), "urgency:2": (58, 60), "urgency:3": (2, 4)}
    inside, outside = both(share("quiz_good", "quiz_all", told))
    assert read(inside, "quiz_good") == {"urgency:1": None, "urgency:2": ">=91", "urgency:3": None}
    assert read(inside, "quiz_all") == {
        "all": 104,
        "urgency:1": None,
        "urgency:2": 60,
        "urgency:3": None,
    }
    assert read(outside, "quiz_good")["urgency:2"] == ">=81"


def test_how_fast_somebody_answered_is_told_outside_of_no_month() -> None:
    times = share("acknowledged_within", "acknowledged_of", {"urgency:1": (20, 40)})
    inside, outside = both(times, Measured("hours_red", ALL, 9, 9), nation("complaint", 12))
    assert {one.figure for one in inside.cells} == {
        "acknowledged_of",
        "acknowledged_within",
        "hours_red",
        "complaint",
    }
    assert outside.cells == [FigureCell("complaint", ALL, ALL, 12)]


def test_what_speaks_of_the_same_is_hidden_together_and_a_part_gives_no_rest_away() -> None:
    rows = ("district:11", "district:12", "district:21", "district:22")
    held, came = (
        RawTable(figure, [by_row(dict(zip(rows, counts, strict=True)))], alike="held")
        for figure, counts in (("held", (3, 20, 30, 40)), ("came", (40, 90, 80, 70)))
    )
    inside, _ = both(held, came, steps("entered", ("saved", 30), ("filed", 28), whole=40))
    for figure in ("held", "came"):
        hidden = {row for row, number in read(inside, figure).items() if number is None}
        assert hidden == {"district:11", "district:12"}
    assert (read(inside, "saved"), read(inside, "filed")) == ({"all": 30}, {"all": None})


def test_a_measure_is_shown_where_what_it_is_made_of_is() -> None:
    raw: list[Raw] = [
        nation("tips_red", 4),
        nation("accepted", 6),
        Measured("hours_red", ALL, 30, 4, "tips_red"),
        Measured("days_to_accepted", ALL, 3, 6, "accepted"),
        Measured("hours", "district:11", 744, 744),
    ]
    inside, outside = both(*raw)
    found = {one.figure: one.number for one in inside.cells}
    assert found["hours_red"] is None
    assert (found["days_to_accepted"], found["hours"]) == (3, 744)
    assert [one.number for one in outside.cells] == [None, None]


def test_a_revised_month_hides_what_the_first_hid_and_has_its_rows() -> None:
    """A topic that is new stands with the others; a number that was hidden stays so, however it grew."""
    first = month(
        [RawTable("topic", [by_row({"topic:a": 3, "topic:other": 4, "topic:b": 50})])],
        Edition.INSIDE,
    )
    kept = made(first.cells, first.working())
    later = RawTable("topic", [by_row({"topic:a": 30, "topic:b": 50, "topic:c": 9})])
    revised = month([later], Edition.INSIDE, PublishedBefore(first=kept))
    assert read(revised, "topic") == {
        "all": 89,
        "topic:a": None,
        "topic:b": 50,
        "topic:other": None,
    }


def test_outside_is_never_made_before_inside() -> None:
    with pytest.raises(ValueError, match="part of what is shown inside"):
        month([TIPS], Edition.OUTSIDE)


def test_what_the_quiz_taught_follows_from_the_two_shares() -> None:
    """Less a share that was rounded, a bound is one point wider."""
    rows = {"quiz:fee": 40, "quiz:passport": 50, "quiz:other": 60}
    before, after = RawShare("b yes", "b no"), RawShare("a yes", "a no")
    tables = [
        by_row(rows),
        in_two({"quiz:fee": (10, 40), "quiz:passport": (20, 50), "quiz:other": (2, 60)}, before),
        in_two({"quiz:fee": (30, 40), "quiz:passport": (48, 50), "quiz:other": (58, 60)}, after),
    ]
    shares = {"quiz_right_before": before, "quiz_right_after": after}
    inside, _ = both(RawTable("quiz_asked", tables, shares=shares))
    assert read(inside, "quiz_gain") == {
        "quiz:fee": 50,
        "quiz:passport": ">=49",
        "quiz:other": ">=82",
    }


def test_no_screen_is_told_of_outside() -> None:
    """That of another country counts the tips from abroad, which outside are in one row with others."""
    inside, outside = both(replace(nation("screen_shown", 40), at="screen:report/country"))
    assert read(inside, "screen_shown") == {"screen:report/country": 40}
    assert outside.cells == []


def test_two_counts_that_differ_by_a_few_are_not_both_told() -> None:
    """Met 21, identified 20: one person was met and showed no signs."""
    met, few_met = nation("met", 25), nation("met", 24)
    identified = nation("identified", 20)
    told = [read(both(one, identified)[0], "met") for one in (met, few_met)]
    assert told == [{ALL: 25}, {ALL: None}]


def test_a_revised_sum_does_not_tell_of_the_one_tip_that_came_between() -> None:
    """Five tips were red for 5 hours, later six for 22: the sixth was for 17."""
    found = {}
    for tips in (6, 10):
        first = month(
            [nation("tips_red", 5), Measured("hours_red", ALL, 5, 5, "tips_red")], Edition.INSIDE
        )
        later: list[Raw] = [
            nation("tips_red", tips),
            Measured("hours_red", ALL, 22, tips, "tips_red"),
        ]
        found[tips] = month(later, Edition.INSIDE, PublishedBefore(first)).cells
    hours = {
        tips: [one.number for one in cells if one.figure == "hours_red"]
        for tips, cells in found.items()
    }
    assert hours == {6: [None], 10: [22]}


def test_the_slowest_of_a_few_is_nobodys_ninetieth() -> None:
    told = {}
    for tips in (9, 10):
        raw: list[Raw] = [
            nation("opened_of", tips),
            Measured("opened_ninety", ALL, 300, tips, "opened_of"),
        ]
        told[tips] = [one.number for one in month(raw, Edition.INSIDE).cells if one.row == ALL][1:]
    assert told == {9: [None], 10: [300]}


def test_a_screen_is_not_told_where_it_is_what_a_table_keeps_back() -> None:
    """Topic 12 is 7, and stands hidden beside topic 11, which is 3: its screen would give both back."""
    topics = RawTable("topic", [by_row({"topic:11": 3, "topic:12": 7, "topic:13": 40})])
    screens: list[Raw] = [
        replace(nation("screen_shown", one), at=f"screen:menu/{one}") for one in (5, 7, 11, 12, 40)
    ]
    found = month([topics, *screens], Edition.INSIDE)
    hidden = {one.row for one in found.cells if one.number is None}
    assert hidden == {"topic:11", "topic:12", "screen:menu/5", "screen:menu/7", "screen:menu/11"}


def test_calls_of_all_networks_do_not_tell_of_the_few_who_wrote() -> None:
    networks: Raw = RawTable("ussd_session", [by_row({"network:63510": 60, "network:63513": 37})])
    for sessions, told in ((100, {None}), (110, {97, 60, 37})):
        found = month([nation("session", sessions), networks], Edition.INSIDE)
        assert {one.number for one in found.cells if one.figure == "ussd_session"} == told
