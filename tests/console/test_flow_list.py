"""Tests the list of flows: the state of each flow, its problems, its open drafts, and its last editor. Also tests the
pictures of flows."""

import re
from datetime import date
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.console.visit import MAX_ROWS
from hotline.core.actors import AccountRole
from hotline.counters import tables
from hotline.counters.rules import ScreenCounter, ScreenMeasure
from hotline.editing import service_publish, service_publishing
from hotline.editing.pages_published import BOX_HEIGHT, BOX_WIDTH, place_boxes, place_flows
from hotline.flows.service_authoring import live_document
from tests.console.conftest import Desk, Tab
from tests.console.test_headers import HEAVIEST
from tests.console.writing import FLOW, NODE, Writing, writing

__all__ = ["writing"]


def cells(tab: Tab, flow: str = FLOW) -> list[str]:
    """Returns the texts in the row of a flow."""
    rows = re.findall(r"<tr>(.*?)</tr>", tab.read("/flows"), re.S)
    (row,) = [one for one in rows if f'href="/flows/{flow}"' in one]
    found = re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]


def test_flow_list_shows_state_and_last_editor(writing: Writing) -> None:
    name, words, use, problems, opens, last = cells(writing.editor)
    assert name.startswith(f"{FLOW} Diagram")
    assert (use, problems, opens) == ("few", "checking", "")
    assert re.fullmatch(r"(?:rw|fr|en) 0/\d+ (?:rw|fr|en) 0/\d+ (?:rw|fr|en) 0/\d+", words)
    assert last.startswith("the hotline, ")

    service_publish.check_by_id(writing.desk.context, service_publish.LIVE)
    assert "checking" not in cells(writing.editor)[3]
    writing.published()
    change = writing.opened("Other words")
    writing.says(change, "Ntukishyure.")
    row = cells(writing.editor)
    assert row[4] == "Other words"
    assert row[5].startswith("Editor 1, ")
    assert cells(writing.editor, "front")[5].startswith("the hotline, ")


@pytest.mark.row("A1")
def test_map_leads_from_first_screen_to_each_flow(writing: Writing) -> None:
    """On the map, each flow is one box with its title, its state, and how much callers use the flow. The list has the
    same flows.
    """
    flows = live_document(writing.desk.context.database)["flows"]
    writing.says(writing.opened("Other words"))
    drawn, listed = unescape(writing.editor.read("/flows")).split("</svg>")
    for flow in flows:
        assert (
            drawn.count(f'<a href="/flows/{flow}" class=') == listed.count(f'/flows/{flow}">') == 1
        )
    box = re.findall(rf'<a href="/flows/{FLOW}" class="(.*?)"><title>(.*?)</title>', drawn)
    assert box == [("changed", f"{FLOW}. Use: few, dial 11")]
    assert drawn.count('marker-end="url(#tip)"') == len(flows) - 2, "the front and a code begin"
    writing.published("Ntukishyure uwo muntu. " * 40)
    service_publish.check_by_id(writing.desk.context, service_publish.LIVE)
    assert f'href="/flows/{FLOW}" class="changed faulty"' in writing.editor.read("/flows")


def test_pages_show_publication_at_once(writing: Writing) -> None:
    """The pages read the flows from memory, but must show a new publication at once."""
    words, pages = "Ntukishyure uwo.", ("/find?q=Ntukishyure+uwo", "/words/rw?state=all&flow=learn")
    assert not any(words in writing.editor.read(page) for page in pages)
    change = writing.opened("Begun before")
    writing.published(words)
    assert all(words in writing.editor.read(page) for page in pages)
    texts = [
        writing.flow(each)["nodes"][NODE]["say"]["text"] for each in (change, writing.opened())
    ]
    assert [text["rw"] for text in texts] == [words, words]


def test_long_flow_list_has_small_parts(writing: Writing) -> None:
    document = live_document(writing.desk.context.database)
    more = {f"z_{at:03}": {**document["flows"][FLOW], "flow": f"z_{at:03}"} for at in range(90)}
    longer = {**document, "flows": {**document["flows"], **more}}
    service_publishing.publish(
        writing.desk.context, longer, by="line", reason="many", of_version=True
    )
    seen = []
    for part in ("0", "2", "9"):
        page = writing.editor.read(f"/flows?part={part}")
        assert len(page.encode()) < HEAVIEST
        seen.append(set(re.findall(r'<th scope="row"><a href="/flows/(\w+)"', page)))
    assert [len(one) for one in seen] == [
        MAX_ROWS,
        len(longer["flows"]) - MAX_ROWS,
        len(seen[1]),
    ]
    assert seen[0] | seen[1] == longer["flows"].keys()
    assert seen[1] == seen[2]
    assert 'href="/flows?part=1" rel="prev"' in page
    assert 'rel="next"' not in page
    words = [writing.editor.read(f"/words?part={part}") for part in (1, 2)]
    assert 'href="/words?part=2" rel="next"' in words[0]
    assert all(len(one.encode()) < HEAVIEST for one in words)
    assert ">z_089<" in words[1]


def test_desk_sees_flow_list_without_drafts(writing: Writing) -> None:
    tab = writing.desk.tab(AccountRole.DESK)
    writing.says(writing.opened("Other words"))
    page = tab.read("/flows")
    assert "Other words" not in page
    assert "/words/" not in page
    assert "Edit in a draft" not in tab.read(f"/flows/{FLOW}")
    page = writing.editor.read(f"/flows/{FLOW}")
    assert "Edit in a draft" in page
    assert f'href="/changes/new?flow={FLOW}"' in page
    assert re.search(r'href="/changes/1/flows/learn/[^"]+">Other words</a> <span[^>]+>this', page)


def test_list_and_diagram_show_use_of_a_lesson(writing: Writing) -> None:
    """The page rounds the numbers of readers to tens."""
    counted = {("learn/one", ScreenMeasure.SHOWN): 174, ("learn/one", ScreenMeasure.ANSWERED): 131}
    cells_ = {
        (date(2026, 10, 8), ScreenCounter(measure, name)): n
        for (name, measure), n in counted.items()
    }
    with writing.desk.writing() as session:
        tables.add(session, cells_)
    assert cells(writing.editor)[2] == "170"
    assert cells(writing.editor, "tell")[2] == ""
    assert ", left: 40</text>" in writing.editor.read("/flows/learn/picture")


def test_diagram_shows_path_of_pressed_keys(writing: Writing) -> None:
    page = writing.editor.read("/flows/learn/picture")
    assert "taken" not in page
    page = writing.editor.read("/flows/learn/picture?key=9")
    assert re.search(r'<a href="/flows/learn#n-one" class="[^"]*taken', page)
    assert 'class="arrow taken"' in page
    assert "this screen is on the path to the chosen screen" in page.split("</svg>")[1]
    assert 'name="keys" value="9"' in page
    assert "Keys pressed: 9 9" in writing.editor.read("/flows/learn/picture?keys=9&key=9")


def test_form_sent_twice_opens_one_draft(writing: Writing) -> None:
    fields = {"title": "Fees", "why": "", "once": "a token"}
    first, second = (writing.editor.post("/changes/new", fields).location for _ in range(2))
    assert first == second
    assert writing.editor.post("/changes/new", {**fields, "once": "next"}).location != first


def test_live_screen_names_unconfirmed_numbers(desk: Desk) -> None:
    page = desk.tab(AccountRole.EDITOR).read("/flows/help")
    assert (
        "Callers do not see the number 3029, because it has no valid confirmation. Call the number"
        in page
    )
    assert "Callers do not see 112" not in page
    assert re.search(r'<h3>English <span class="tag soft">not reviewed</span>', page)


def test_live_screen_lists_problems_and_fixes(writing: Writing) -> None:
    writing.published("Ntukishyure uwo muntu. " * 40)
    service_publish.check_by_id(writing.desk.context, service_publish.LIVE)
    (problem, *_) = service_publish.published_problems(writing.desk.context) or ()
    assert problem.flow == FLOW
    page = unescape(writing.editor.read(f"/flows/{FLOW}"))
    section = page[page.index(f'id="n-{problem.node}"') :].partition("</section>")[0]
    assert 'class="notice warn"' in section
    assert str(problem.fix).partition("{")[0].capitalize() in section


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


def test_chain_goes_down_and_back_arrows_are_marked() -> None:
    picture = place_boxes(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")], "a")
    tops = {box.name: box.top for box in picture.boxes}
    assert tops["a"] < tops["b"] < tops["c"]
    assert [arrow.is_back for arrow in picture.arrows] == [False, False, True]


@pytest.mark.row("A2")
def test_diagram_has_linked_box_and_line_for_each_screen(desk: Desk) -> None:
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


def test_only_national_desk_sees_where_reports_end(desk: Desk) -> None:
    shown = (date(2026, 10, 8), ScreenCounter(ScreenMeasure.SHOWN, "report/danger"))
    with desk.writing() as session:
        tables.add(session, {shown: 55})
    for role, sees in ((AccountRole.EDITOR, False), (AccountRole.NATIONAL, True)):
        assert (", left: 60</text>" in desk.tab(role).read("/flows/report/picture")) is sees


def test_map_has_each_flow_once_without_overlap(desk: Desk) -> None:
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
