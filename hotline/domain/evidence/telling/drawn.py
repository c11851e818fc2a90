"""Draws the charts of a chapter as SVG, with their legends in the reader's language. Pure."""

from hotline.domain.evidence.edition import value_of
from hotline.domain.evidence.telling.chapter import ChartKind, ChartPoint, ToldChart
from hotline.domain.evidence.telling.place_chapters import SMALLEST
from hotline.domain.evidence.telling.teller import Teller
from hotline.domain.evidence.telling.words import charts as words
from hotline.domain.places.places import districts
from hotline.text.charts.bars import ChartBar, bars
from hotline.text.charts.drawing import ChartAmount, ChartWords
from hotline.text.charts.stairs import (
    ChartStair,
    FallingStep,
    falling,
    staircase,
)
from hotline.text.charts.tile_map import tile_map
from hotline.text.charts.times import TimesGroup, times


def svg(chart: ToldChart, teller: Teller) -> str:
    hidden = teller.words(words.HIDDEN, smallest=str(SMALLEST[teller.published.edition]))
    title, points = chart.title, chart.points
    if chart.kind is ChartKind.STAIRCASE:
        return staircase(title, [ChartStair(one.label, _amount(one)) for one in points], hidden)
    if chart.kind is ChartKind.TILES:
        names = {one.code: one.name for one in districts()}
        return tile_map(title, names, {value_of(one.code): _amount(one) for one in points}, hidden)
    if chart.kind is ChartKind.FALLING:
        steps = [FallingStep(one.label, _amount(one), _beside(one)) for one in points]
        said = ChartWords(teller.words(words.ANSWERED), teller.words(words.SHOWN), hidden)
        return falling(title, steps, said)
    if chart.kind is ChartKind.TIMES:
        groups = [TimesGroup(one.label, _amount(one), _beside(one)) for one in points]
        said = ChartWords(teller.words(words.MEDIAN), teller.words(words.NINETY), hidden)
        return times(title, groups, said, teller.words(words.PROMISED))
    rows = [
        ChartBar(one.label, _amount(one), _beside(one) if one.beside_said else None)
        for one in points
    ]
    return bars(title, rows, ChartWords(teller.words(words.NOW), teller.before_name(), hidden))


def _amount(point: ChartPoint) -> ChartAmount:
    return ChartAmount(point.number, point.said)


def _beside(point: ChartPoint) -> ChartAmount:
    """Nothing at all is drawn as hidden: how many answered the last screen, nobody counts."""
    return ChartAmount(point.beside, point.beside_said)
