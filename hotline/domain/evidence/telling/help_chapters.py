"""The middle chapters: who answered and how fast, what was found, and the way to help. Pure."""

from collections.abc import Iterator

from hotline.domain.evidence.edition import Edition, PublishedFigures
from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling.chapter import (
    Chapter,
    ChapterName,
    ChartKind,
    ToldChart,
    ToldTable,
)
from hotline.domain.evidence.telling.labels import published_label
from hotline.domain.evidence.telling.numbers import TIME
from hotline.domain.evidence.telling.teller import CellAt, Teller, Words, told_of
from hotline.domain.evidence.telling.words import helping
from hotline.domain.evidence.telling.words.chapters import TITLES
from hotline.domain.evidence.telling.words.figures import STEPS

WAY = ("identified", "consent", "offered", "accepted", "arrived", "thirty_known")
"""The staircase: each step is a part of the one before."""
DANGER = "urgency:1"
MEASURED = (("of", ""), ("median", TIME), ("ninety", TIME), ("within", ""))


def answer(teller: Teller, quarter: PublishedFigures | None) -> Chapter:
    """`quarter`: where times are told by quarter alone, the newest that is out."""
    name, title = ChapterName.ANSWER, teller.words(TITLES[ChapterName.ANSWER])
    if teller.published.cell("tips_red") is None and teller.published.edition is Edition.OUTSIDE:
        if quarter is None:
            return Chapter(name, title, [teller.words(helping.BY_QUARTER)])
        told = Teller(quarter, teller.language)
        of = published_label(quarter, teller.language)
        first = teller.words(helping.QUARTER, quarter=of)
        return Chapter(name, title, [first, *_answered(told)], (), *_times(told))
    return Chapter(name, title, _answered(teller), (), *_times(teller))


def _answered(teller: Teller) -> list[str]:
    places = {
        f"{step}_{what}": CellAt(f"{step}_{what}", DANGER) for step in STEPS for what, _ in MEASURED
    }
    return [
        *told_of(
            teller.sentence(helping.TAKEN, **places),
            teller.sentence(helping.IN_TIME, **places),
            teller.sentence(helping.ON_SITE, **places),
            teller.sentence(helping.ACTED),
            teller.sentence(helping.RED),
            teller.sentence(helping.GAPS),
        )
    ] or [teller.words(helping.NOTHING)]


def _times(teller: Teller) -> tuple[list[ToldChart], list[ToldTable]]:
    figures = ("acknowledged_median", "acknowledged_ninety")
    rows = {
        row: (CellAt(figures[0], row), CellAt(figures[1], row))
        for row in teller.rows(figures, "urgency")
    }
    chart = teller.chart(ChartKind.TIMES, helping.TO_TAKE, helping.TO_TAKE_SHOWN, rows, TIME)
    return [*told_of(chart)], [*_step_tables(teller)]


def _step_tables(teller: Teller) -> Iterator[ToldTable]:
    """One table an urgency: its steps down, what is measured across."""
    figures = [f"{step}_{what}" for step in STEPS for what, _ in MEASURED]
    for row in teller.rows(figures, "urgency"):
        rows = [
            [
                teller.words(label),
                *(teller.said(CellAt(f"{step}_{what}", row), unit) for what, unit in MEASURED),
            ]
            for step, label in STEPS.items()
            if any(teller.published.cell(f"{step}_{what}", row) for what, _ in MEASURED)
        ]
        head = [teller.words(one) for one in helping.TIMES_HEAD]
        yield ToldTable(teller.words(helping.TIMES, urgency=teller.named(row)), head, rows)


def screening(teller: Teller) -> Chapter:
    results = ["screened_possible", "screened_not_indicated", "screened_unclear"]
    bodies = ["determined_actual", "determined_not"]
    return Chapter(
        ChapterName.SCREENING,
        teller.words(TITLES[ChapterName.SCREENING]),
        told_of(
            teller.sentence(helping.MET),
            teller.sentence(helping.FOUND),
            teller.sentence(helping.SITUATIONS),
            teller.sentence(helping.DETERMINED),
        ),
        tables=told_of(
            listed(teller, helping.RESULTS, helping.RESULT, results),
            listed(teller, helping.BODIES, helping.SAID, bodies),
            teller.table(helping.FROM, "from", [("identified", "")], helping.COUNTRY),
        ),
    )


def referrals(teller: Teller) -> Chapter:
    steps = {f"step:{step}": (CellAt(step), None) for step in WAY}
    refused = [
        "refused_no_room",
        "refused_not_our_kind",
        "refused_person_refused",
        "refused_refused",
    ]
    thirty = ["thirty_helped", "thirty_safe", "thirty_left", "thirty_danger", "thirty_unknown"]
    return Chapter(
        ChapterName.REFERRALS,
        teller.words(TITLES[ChapterName.REFERRALS]),
        told_of(
            teller.sentence(helping.WAY_TO_HELP),
            teller.sentence(helping.ARRIVED),
            teller.sentence(helping.OFFERS),
            teller.sentence(helping.DAYS),
        ),
        charts=told_of(
            teller.chart(ChartKind.STAIRCASE, helping.STAIRCASE, helping.STAIRCASE_SHOWN, steps)
        ),
        tables=told_of(
            by_columns(teller, helping.BY_FORM, helping.FORM, "form"),
            by_columns(teller, helping.BY_WHO, helping.WHO, "who"),
            listed(teller, helping.REFUSED, helping.WHY, refused),
            listed(teller, helping.THIRTY, helping.HOW, thirty),
        ),
    )


def by_columns(teller: Teller, title: Words, first: Words, by: str) -> ToldTable | None:
    """The steps by form or by who: a value a line, the whole last."""
    values = dict.fromkeys(one for step in WAY for one in teller.published.columns(step, by))
    if not values:
        return None
    rows = [
        [teller.named(one), *(teller.said(CellAt(step, ALL, one)) for step in WAY)]
        for one in values
    ]
    rows.append([teller.words(helping.TOGETHER), *(teller.said(CellAt(step)) for step in WAY)])
    head = [teller.words(first), *(teller.label(step) for step in WAY)]
    return ToldTable(teller.words(title), head, rows)


def listed(teller: Teller, title: Words, first: Words, figures: list[str]) -> ToldTable | None:
    """Figures of the nation, one a line."""
    rows = [
        [teller.label(one), teller.said(CellAt(one))]
        for one in figures
        if teller.published.cell(one) is not None
    ]
    head = [teller.words(first), teller.words(helping.NUMBER)]
    return ToldTable(teller.words(title), head, rows) if rows else None
