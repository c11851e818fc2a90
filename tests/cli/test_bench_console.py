"""`bin/bench console`: the line that it fills, the forms that it sends, and what its table says."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from hotline.engine.check.checking import of_flow
from hotline.engine.document import document as documents
from hotline.engine.editing.anatomy import nodes_of
from hotline.services.flows.places import place_lists
from tests.console.screens import read
from tests.engine.editing.documents import shipped
from tests.floorplan.tree import ROOT
from tests.load.bench import bench
from tests.load.console.bench_browser import form_fields
from tests.load.console.console import (
    CALLERS,
    MEDIAN,
    PART,
    SLOW,
    WANTED,
    BesideFigures,
    ConsoleFigures,
    table,
    thousandth,
)
from tests.load.console.documents import flow_name, large_document, screen_name
from tests.load.console.large_line import LineSize
from tests.load.console.page_walk import SECTORS, PagesFigures

PAGE = """
<form action="/other"><input name="not" value="this"></form>
<form action="/here">
<input type="hidden" name="form_key" value="k"><input name="a" value="1 &amp; 2">
<input type="checkbox" name="off" value="yes"><input type="checkbox" name="on" value="yes" checked>
<textarea name="words">
two
lines</textarea>
<select name="goes"><option value="">nowhere<option selected>fee
<optgroup label="more"><option value="flow:law">law</optgroup></select>
<select name="none"><option value="">none</option><option value="b">b</option></select>
<button name="do" value="save">Save</button>
</form>
"""
SIZE = LineSize(flows=3, screens=8, tips=20, responders=4)
PAGES = PagesFigures(
    null=1.0,
    null_spent=0.5,
    page=20.0,
    page_ratio=20.0,
    page_p95=90.0,
    page_spent=10.0,
    page_spent_p95=60.0,
    part=15.0,
    part_ratio=15.0,
    part_spent=9.0,
    part_slowest=40.0,
    part_slowest_spent=30.0,
    save=30.0,
    slowest="/flows",
    slowest_ms=90.0,
    heaviest="/flows",
    heaviest_bytes=40_000,
    pages={"/flows": (90.0, 60.0)},
)
BESIDE = BesideFigures(
    callers=CALLERS,
    hops=4000,
    quiet=20.0,
    busy=50.0,
    longer=30.0,
    quiet_p50=1.0,
    busy_p50=2.0,
    saves=80,
    published=2,
    wrong=0,
    hung=0,
)


def test_a_large_line_is_the_shipped_flows_and_as_many_made_ones() -> None:
    document = large_document(shipped(), 3, 20)
    book = documents.compile(document, place_lists())
    made = [flow_name(at) for at in range(3)]
    assert [*book.flows] == [*shipped()["flows"], *made]
    assert {len(nodes_of(document["flows"][name])) for name in made} == {20}
    assert set(book.entries.values()) >= {*made}
    found = {one.code for name in made for one in of_flow(book, name)}
    assert found == set()
    kinds = {next(iter(node)) for node in nodes_of(document["flows"][made[0]]).values()}
    assert kinds == {"say", "menu", "call"}
    assert screen_name(0) in document["flows"][made[0]]["nodes"]


def test_the_dearest_screen_to_look_at_is_one_of_the_shipped() -> None:
    flow, node = SECTORS
    assert "list" in shipped()["flows"][flow]["nodes"][node]["ask"]


def test_a_form_is_sent_as_a_browser_sends_it() -> None:
    found = form_fields(PAGE, "/here")
    assert found == [
        ("a", "1 & 2"),
        ("on", "yes"),
        ("words", "two\nlines"),
        ("goes", "fee"),
        ("none", ""),
    ]
    assert dict(found) == {k: v for k, v in read(PAGE, "/here").fields if k != "form_key"}


def test_the_slowest_of_a_thousand() -> None:
    assert thousandth([1.0] * 1000 + [9.0] * 10) == 9.0
    assert thousandth([1.0] * 9999 + [9.0]) == 1.0
    assert thousandth([]) == 0.0


def test_the_table_says_what_is_wanted_and_what_was_heard_wrongly() -> None:
    told = "\n".join(table(ConsoleFigures(SIZE, PAGES, BESIDE, (1.0, 2.0))))
    assert "3 flows of 8 screens, 20 tips, 4 responders; load 1.0 to 2.0" in told
    for wanted in (MEDIAN, PART, SLOW):
        assert f"{wanted:8.0f}  " in told
    assert f"longer by 30.0 ms, {WANTED:.0f} wanted; 80 saves, 2 published" in told
    assert "wrong" not in told
    wrong = replace(BESIDE, wrong=1)
    assert "1 wrong answers" in "\n".join(table(ConsoleFigures(SIZE, None, wrong, (1.0, 2.0))))


def test_the_page_says_what_is_wanted() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    said = page.partition("## Pages of the console")[2].partition("\n## ")[0]
    assert (
        f"within {MEDIAN:.0f} ms, the middle look within {PART:.0f}, 95 of 100 pages within {SLOW:.0f}"
        in said
    )
    assert f"at most {WANTED:.0f} ms longer" in said
    assert f"{CALLERS:.0f} callers a second" in said


@pytest.mark.chaos
@pytest.mark.timeout(300)
def test_pages_and_hops_are_measured_on_a_small_line() -> None:
    words = ["console", "--flows", "3", "--screens", "8", "--tips", "20"]
    words += ["--responders", "4", "--turns", "1", "--seconds", "2", "--json"]
    done = CliRunner().invoke(bench, words)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["size"] == {"flows": 3, "screens": 8, "tips": 20, "responders": 4}
    pages, beside = figures["pages"], figures["beside"]
    assert 0 < pages["null"] < pages["page"] <= pages["page_p95"]
    assert pages["part_ratio"] == pytest.approx(pages["part"] / pages["null"])
    waited, spent = pages["pages"]["/changes/<id>/flows/<flow>/<node>"]
    assert waited > spent > 0
    assert beside["saves"] > 0
    assert beside["published"] == 1
    assert (beside["wrong"], beside["hung"]) == (0, 0)
    assert beside["longer"] == pytest.approx(beside["busy"] - beside["quiet"])
