"""Tests the picture of a flow. No boxes overlap, each box is a link to its screen, and the text next to the picture
contains the same information.
"""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.actors import AccountRole
from hotline.counters import tables
from hotline.counters.rules import ScreenCounter, ScreenMeasure
from hotline.editing.pages_published import BOX_HEIGHT, BOX_WIDTH, place_boxes, place_flows
from hotline.flows.service_authoring import live_document
from tests.console.conftest import Desk

NAMES = [f"n{number}" for number in range(9)]
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from([*NAMES, "gone"])), max_size=24)


@given(st.integers(1, 9), PAIRS, st.sampled_from(["n0", "n3", "gone", ""]))
def test_boxes_lie_apart_with_arrows(count: int, pairs: list[tuple[str, str]], start: str) -> None:
    names = NAMES[:count]
    picture = place_boxes(names, pairs, start)
    assert sorted(box.name for box in picture.boxes) == names
    spots = [(box.left, box.top) for box in picture.boxes]
    for at, (left, top) in enumerate(spots):
        assert 0 <= left <= picture.width - BOX_WIDTH
        assert 0 <= top <= picture.height - BOX_HEIGHT
        for other_left, other_top in spots[:at]:
            assert abs(left - other_left) >= BOX_WIDTH or abs(top - other_top) >= BOX_HEIGHT
    drawn = {(arrow.begin, arrow.end) for arrow in picture.arrows}
    assert drawn == {pair for pair in pairs if set(pair) <= set(names)}


def test_a_chain_goes_down_and_what_leads_back_is_known() -> None:
    picture = place_boxes(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")], "a")
    tops = {box.name: box.top for box in picture.boxes}
    assert tops["a"] < tops["b"] < tops["c"]
    assert [arrow.is_back for arrow in picture.arrows] == [False, False, True]


@pytest.mark.row("A2")
def test_each_screen_is_a_box_that_leads_to_it_and_a_line_in_words(desk: Desk) -> None:
    tab = desk.tab(AccountRole.EDITOR)
    flows = live_document(desk.context.database)["flows"]
    for flow in ("abroad", "report"):
        page = tab.read(f"/flows/{flow}/picture")
        drawn, words = page.split("</svg>")
        for node in flows[flow]["nodes"]:
            link = f'<a href="/flows/{flow}#n-{node}"'
            assert drawn.count(link) == 1
            assert words.count(link) == 1
        assert (
            len(re.findall(r'<path class="(?:arrow|back)"', drawn)) >= len(flows[flow]["nodes"]) - 1
        )
    assert tab.get("/flows/nowhere/picture").status_code == 404


def test_the_national_desk_alone_sees_where_callers_leave_a_report(desk: Desk) -> None:
    shown = (date(2026, 10, 8), ScreenCounter(ScreenMeasure.SHOWN, "report/danger"))
    with desk.writing() as session:
        tables.add(session, {shown: 55})
    for role, sees in ((AccountRole.EDITOR, False), (AccountRole.NATIONAL, True)):
        assert (", left: 60</text>" in desk.tab(role).read("/flows/report/picture")) is sees


def test_the_map_has_each_flow_once_and_its_boxes_lie_apart(desk: Desk) -> None:
    flows = live_document(desk.context.database)["flows"]
    picture = place_flows(flows, [*flows], "front")
    spots = {box.name: (box.left, box.top) for box in picture.boxes}
    assert spots.keys() == flows.keys()
    assert len({*spots.values()}) == len(spots)
    assert min(spots, key=lambda name: spots[name][::-1]) == "front"
    reached = {arrow.end for arrow in picture.arrows}
    assert len(reached) == len(picture.arrows)
    assert {"abroad", "report", "help", "learn", "complaint"} <= reached
    assert all(spots[arrow.begin][0] < spots[arrow.end][0] for arrow in picture.arrows)
    assert max(left for left, _ in spots.values()) + BOX_WIDTH < picture.width
