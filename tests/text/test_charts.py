"""Charts: every number is written, every length is its number, and a hidden number has neither."""

import re
from collections.abc import Callable, Sequence
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.places.places import districts
from hotline.text.charts.bars import ChartBar, bars
from hotline.text.charts.drawing import (
    DARK,
    HIDDEN_WIDTH,
    LIGHT,
    PAPER,
    SIGN,
    ChartAmount,
    ChartWords,
    grouped,
    width_of,
)
from hotline.text.charts.shares import SharesRow, shares
from hotline.text.charts.stairs import ChartStair, FallingStep, falling, staircase
from hotline.text.charts.tile_map import STEPS, TILES, tile_map
from hotline.text.charts.times import TimesGroup, times

SVG = "{http://www.w3.org/2000/svg}"
NAMES = {area.code: area.name for area in districts()}
SWATCH = 14
"""A box of the legend."""
HIDDEN = "few <five>, or kept back"
Chart = Callable[[Sequence[ChartAmount]], str]


def _pairs(amounts: Sequence[ChartAmount]) -> Sequence[tuple[str, ChartAmount, ChartAmount]]:
    half = len(amounts) // 2
    both = zip(amounts[:half], amounts[half : 2 * half], strict=True)
    return [(f"row {at} & <b>", one, two) for at, (one, two) in enumerate(both)]


def _bars(amounts: Sequence[ChartAmount]) -> str:
    rows = [ChartBar(*row) for row in _pairs(amounts)]
    return bars("By <week>", rows, ChartWords("now", "before", HIDDEN))


def _falling(amounts: Sequence[ChartAmount]) -> str:
    steps = [FallingStep(*row) for row in _pairs(amounts)]
    return falling("Where people stop", steps, ChartWords("went on", "saw it", HIDDEN))


def _stairs(amounts: Sequence[ChartAmount]) -> str:
    return staircase(
        "Help", [ChartStair(f"step {at}", one) for at, one in enumerate(amounts)], HIDDEN
    )


def _times(amounts: Sequence[ChartAmount]) -> str:
    groups = [TimesGroup(*row) for row in _pairs(amounts)]
    return times("Opened", groups, ChartWords("half", "90 of 100", HIDDEN), "promised")


def _shares(amounts: Sequence[ChartAmount]) -> str:
    rows = [SharesRow(label, both) for label, *both in _pairs(amounts)]
    return shares("By language", rows, ("rw", "fr"), HIDDEN)


def _map(amounts: Sequence[ChartAmount]) -> str:
    return tile_map("Tips", NAMES, dict(zip(TILES, amounts, strict=False)), HIDDEN)


def _written(drawn: ElementTree.Element) -> Sequence[str]:
    return [one.text or "" for one in drawn.iter(f"{SVG}text")]


def _lengths(drawn: ElementTree.Element) -> Sequence[float]:
    """Of the bars that are no swatch of the legend, which has an edge."""
    boxes = [one.attrib for one in drawn.iter(f"{SVG}rect")]
    return [float(a["width"]) for a in boxes if a["fill"] in {DARK, LIGHT} and "stroke" not in a]


ROWS = st.lists(st.none() | st.integers(0, 99_999), min_size=2, max_size=12).filter(
    lambda one: len(one) % 2 == 0
)


@pytest.mark.row("E2")
@pytest.mark.parametrize("chart", [_bars, _falling, _stairs, _times, _shares, _map])
@given(numbers=ROWS)
def test_every_number_is_written_and_drawn_to_scale_or_hatched_in_one_size(
    chart: Chart, numbers: Sequence[int | None]
) -> None:
    svg = chart([ChartAmount(one) for one in numbers])
    drawn = ElementTree.fromstring(svg)
    heard = drawn.findtext(f"{SVG}desc", "")
    written = " ".join(_written(drawn))

    assert all(grouped(one) in written and grouped(one) in heard for one in numbers if one)
    hidden = numbers.count(None) + (len(TILES) - len(numbers) if chart is _map else 0)
    assert len(re.findall(r"\.\.(?![.\w])", heard)) == hidden
    assert (SIGN in written) == (hidden > 0)
    if chart is not _map:
        _hidden_alike(drawn, numbers)
        _to_scale(drawn, sorted(one for one in numbers if one is not None))
    _inside(drawn)
    _fetches_nothing(svg)


def _hidden_alike(drawn: ElementTree.Element, numbers: Sequence[int | None]) -> None:
    boxes = [one.attrib for one in drawn.iter(f"{SVG}rect") if one.attrib["fill"] == PAPER]
    widths = {float(one["width"]) for one in boxes} - {SWATCH}
    assert widths == ({HIDDEN_WIDTH} if None in numbers else set())


def _to_scale(drawn: ElementTree.Element, shown: Sequence[int]) -> None:
    lengths = sorted(_lengths(drawn))
    scale = max(lengths, default=0) / (max(shown, default=0) or 1)
    for length, number in zip(lengths, shown, strict=True):
        assert abs(length - max(1, number * scale)) < 0.2, "an axis is cut"


def _inside(drawn: ElementTree.Element) -> None:
    wide, high = float(drawn.attrib["width"]), float(drawn.attrib["height"])
    for one in drawn.iter(f"{SVG}rect"):
        x, y, width, height = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
        assert min(x, y) >= 0
        assert x + width <= wide
        assert y + height <= high
    for one in drawn.iter(f"{SVG}text"):
        at = float(one.attrib["x"])
        length = width_of(one.text or "", int(one.attrib.get("font-size", 14)))
        assert (at - length >= -1) if "text-anchor" in one.attrib else (at + length <= wide + 1)
        assert float(one.attrib["y"]) <= high


def _fetches_nothing(svg: str) -> None:
    """Nor asks for a style, a script or an id, which two charts of one page would share."""
    assert not re.search(r"<(style|script|image|use|foreignObject)|\b(id|style|href|class)=", svg)
    assert re.match(r'<svg [^>]* role="img"[^>]*><title>[^<]+</title><desc>', svg)


def test_the_map_has_a_tile_for_each_district_and_is_darker_where_there_are_more() -> None:
    assert sorted(TILES) == sorted(NAMES)
    assert len(set(TILES.values())) == len(NAMES)
    counts = {code: ChartAmount(5 + 3 * at * at) for at, code in enumerate(TILES)}

    drawn = ElementTree.fromstring(tile_map("Tips", NAMES, counts, HIDDEN))

    tiles = [one.attrib["fill"] for one in drawn.iter(f"{SVG}rect") if one.attrib["width"] == "87"]
    assert tiles == [STEPS[at // 6] for at in range(len(TILES))]
    assert not any(SIGN in one for one in _written(drawn)), "nothing is hidden: no legend says so"
    for code, name in NAMES.items():
        assert width_of(name, 13) < 88, code


def test_a_number_is_written_as_it_is_told_and_the_period_before_beside_it() -> None:
    rows = [
        ChartBar("sms", ChartAmount(96, ">=96"), ChartAmount(None)),
        ChartBar("ussd", ChartAmount(0)),
    ]

    drawn = ElementTree.fromstring(bars("Line", rows, ChartWords("October", "September", HIDDEN)))

    assert [*_written(drawn)][:3] == ["October", "September", f"{SIGN} {HIDDEN}"]
    assert drawn.findtext(f"{SVG}desc") == "sms: >=96 (September: ..); ussd: 0"


def test_what_is_not_there_is_no_hidden_number() -> None:
    """The last screen has no answer; a median that falls into "never" is not made."""
    steps = [FallingStep("saved", ChartAmount(40), None)]
    drawn = ElementTree.fromstring(falling("Screens", steps, ChartWords("on", "saw it", HIDDEN)))
    assert drawn.findtext(f"{SVG}desc") == "saved: 40"
    assert SIGN not in " ".join(_written(drawn))

    groups = [TimesGroup("danger", ChartAmount(2), None)]
    drawn = ElementTree.fromstring(times("T", groups, ChartWords("half", "90", HIDDEN), "by"))
    assert drawn.findtext(f"{SVG}desc") == "danger: half 2, 90 \N{EN DASH}"
    assert len(_lengths(drawn)) == 1


def test_a_promise_is_a_line_at_its_own_length() -> None:
    groups = [TimesGroup("danger", ChartAmount(2), ChartAmount(9), ChartAmount(30, "30 min"))]

    drawn = ElementTree.fromstring(
        times("Delivered", groups, ChartWords("half", "90", HIDDEN), "promised")
    )

    dashed = [
        one.attrib["d"] for one in drawn.iter(f"{SVG}path") if "stroke-dasharray" in one.attrib
    ]
    at = float(re.match(r"M([\d.]+) ", dashed[0])[1])  # type: ignore[index]
    assert abs(max(_lengths(drawn)) - at * 9 / 30) < 0.2
    assert "promised 30 min" in _written(drawn)
