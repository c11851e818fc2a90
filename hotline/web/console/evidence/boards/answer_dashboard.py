"""Answer: how soon somebody came, beside what was promised; what turned red; where nobody was on duty."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from hotline.domain.evidence.answered.answer_times import AnswerStep, promised
from hotline.domain.evidence.edition import value_of
from hotline.domain.evidence.telling.numbers import MINUTE, TIME, minutes_said, seconds_said
from hotline.domain.evidence.telling.teller import CellAt, Words, told_of
from hotline.domain.evidence.telling.words import helping, places
from hotline.domain.evidence.telling.words.figures import STEPS
from hotline.text.charts.drawing import ChartAmount, ChartWords
from hotline.text.charts.times import TimesGroup, times
from hotline.web.console.evidence.dashboard_block import (
    BlockColumn,
    BlockDrawing,
    BlockRow,
    DashboardBlock,
)
from hotline.web.console.evidence.dashboard_teller import DashboardTeller, amount_there
from hotline.web.console.who import phrase

DANGER = "urgency:1"
SENTENCES = {"acknowledged": (helping.TAKEN, helping.IN_TIME), "on_site": (helping.ON_SITE,)}
"""Steps of which paper says a sentence; of the others the drawing speaks."""
PROMISED = phrase("promised")
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""A promise is of minutes, whenever a tip is filed."""


def blocks(told: DashboardTeller) -> Iterator[DashboardBlock]:
    for step in AnswerStep:
        yield from _step(told, step)
    yield from _nation(told)
    yield from _gaps(told)
    yield from _districts(told)


def _step(told: DashboardTeller, step: AnswerStep) -> Iterator[DashboardBlock]:
    """One step, a group of bars an urgency."""
    rows = told.rows([f"{step}_of"], "urgency", most_first=False)
    if rows:
        words = told.teller.words
        title = words(STEPS[step])
        first = told.phrase(phrase("Urgency"))
        yield DashboardBlock(
            told.table(str(step), title, first, rows, _columns(told, step)),
            _sentences(told, step),
            _drawn(told, step, title, rows),
            told.meanings(*(f"{step}_{measured}" for measured in ("median", "within"))),
        )


def _columns(told: DashboardTeller, step: AnswerStep) -> list[BlockColumn]:
    measured = [("of", ""), ("median", TIME), ("ninety", TIME), ("within", "")]
    if not told.teller.published.rows(f"{step}_within", "urgency"):
        measured.pop()
    heads = [told.teller.words(one) for one in helping.TIMES_HEAD[1:]]
    return [
        BlockColumn(head, f"{step}_{name}", unit)
        for head, (name, unit) in zip(heads, measured, strict=False)
    ]


def _sentences(told: DashboardTeller, step: AnswerStep) -> list[str]:
    at = {f"{step}_{one}": CellAt(f"{step}_{one}", DANGER) for one in ("of", "median", "ninety")}
    at[f"{step}_within"] = CellAt(f"{step}_within", DANGER)
    wanted: tuple[Words, ...] = SENTENCES.get(step, ())
    found = told_of(*(told.teller.sentence(words, **at) for words in wanted))
    says = phrase("How long it took from the moment at which the tip was filed.")
    return [*found] or [told.phrase(says)]


def _drawn(
    told: DashboardTeller, step: AnswerStep, title: str, rows: Sequence[BlockRow]
) -> BlockDrawing:
    _, half, most, *_ = _columns(told, step)
    groups = [
        TimesGroup(
            row.label,
            amount_there(told.cell(row, half), TIME),
            amount_there(told.cell(row, most), TIME),
            promise(step, row.row),
        )
        for row in rows
    ]
    said = ChartWords(half.head, most.head, told.hidden())
    drawn = times(title, groups, said, told.phrase(PROMISED))
    return BlockDrawing(Markup(drawn), len(groups))


def promise(step: AnswerStep, row: str) -> ChartAmount | None:
    """What is promised of an urgency, `urgency:1`, in minutes."""
    by = promised(step, int(value_of(row)), NOON)
    if by is None:
        return None
    seconds = (by - NOON) // timedelta(seconds=1)
    minutes, rest = divmod(seconds, MINUTE)
    return ChartAmount(seconds / MINUTE, seconds_said(seconds) if rest else minutes_said(minutes))


def _nation(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows = told.rows_of(["tip", "tips_acted", "tips_red", "hours_red"])
    if told.has("tips_red"):
        title = told.phrase(phrase("Acted on, and too late"))
        first, teller = told.phrase(phrase("Figure")), told.teller
        yield DashboardBlock(
            told.table("acted", title, first, rows, told.now_and_before()),
            told_of(teller.sentence(helping.ACTED), teller.sentence(helping.RED)),
            told.bars(title, [row for row in rows if row.figure != "hours_red"]),
            told.meanings("tips_acted", "tips_red", "hours_red"),
        )


def _gaps(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows = by_name(told.rows(["hours_uncovered"], "district"))
    if rows:
        columns, words = told.columns("hours_uncovered", "hours"), told.teller.words
        title = told.teller.label("hours_uncovered")
        says = told.phrase(phrase("In how many hours of the period a district had nobody on duty."))
        yield DashboardBlock(
            told.table("gaps", title, words(places.DISTRICT), rows, columns),
            told_of(told.teller.sentence(helping.GAPS) or says),
            told.map(title, "hours_uncovered"),
            told.meanings("hours_uncovered", "hours"),
            is_map=True,
        )


def _districts(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows = by_name(told.rows(["tip", "identified"], "district"))
    if rows:
        teller, words = told.teller, told.teller.words
        title = words(places.TILES)
        columns = told.columns("tip", "identified")
        yield DashboardBlock(
            told.table("districts", title, words(places.DISTRICT), rows, columns),
            told_of(teller.sentence(places.MOST), words(places.NOT_MORE)),
            told.map(title, "tip"),
            told.meanings("tip", "identified"),
            is_map=True,
        )


def by_name(rows: Sequence[BlockRow]) -> Sequence[BlockRow]:
    """A district is looked up by its name; what is no district comes last."""
    return sorted(rows, key=lambda row: (not value_of(row.row).isdecimal(), row.label))
