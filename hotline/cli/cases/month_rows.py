"""A month's table as lines, as rows of a spreadsheet, and as a program reads it. Columns are named in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hotline.domain.cases.counting import NATIONALLY
from hotline.domain.cases.month_table import DISTRICT, OTHERS, STEPS
from hotline.domain.places.places import place_name
from hotline.domain.reach.figures import SMALL, Cell, Hidden
from hotline.services.people.personnel import shown
from hotline.services.reader.cases.month_reports import MonthReport

COLUMNS = {
    "identified": "persons in whom a responder saw signs, or who are victims by a deciding body's word",
    "wanted_help": "of these, said yes to help; of a child, decided with the child officer as well",
    "offered": "of these, at least one service was asked to help",
    "accepted": "of these, at least one service said yes",
    "arrived": "of these, somebody said that help was reached",
    "known_at_30_days": "of these, somebody said how the person is after thirty days",
}
"""The steps, in their order, and what each counts."""
WHOLES = {
    "screened": "persons, by what the questions on site came to",
    "determined": "persons, by what a deciding body said",
    "refused": "offers of which nothing came, by reason",
    "thirty": "persons, by how they were thirty days after help was reached",
}
ALONE = {
    "met": "persons who were met, whether or not anything was found",
    "tips_screened": "tips in which somebody was screened",
    "tips_with_identified": "tips with an identified person",
    "situations_with_identified": "situations with an identified person; linked tips are one",
    "offers": "offers of help, of which one person may have several",
    "thirty_unknown": "persons of whom nobody could say anything after thirty days",
}
DAYS = "days from an offer to its acceptance (median)"
BY = {"form": "form", "sex": "sex", "age": "age group", DISTRICT: "district"}
NOTE = (
    f"{Hidden.FEWER}: fewer than {SMALL}, zero included. {Hidden.SPARED}: it would give such a number away. Values of"
    f" few identified persons are one row, {OTHERS}. Persons, tips and situations are never divided by one another."
)
SO_FAR = "NOT COUNTED YET: as it stands now. Breakdowns are made with the first count. Do not pass this on."
FIRST, COLUMN = 24, 18


def made(report: MonthReport) -> str:
    """Which count it is, and of when."""
    if report.version is None:
        return f"so far, as of {shown(report.made_at)}"
    return f"{report.version} count, made {shown(report.made_at)}"


def lines(report: MonthReport) -> Iterator[str]:
    table = report.table
    yield f"{report.month}: {made(report)}"
    yield _row("", [*COLUMNS])
    yield _row("everybody", [*table.steps.values()])
    for one in table.breakdowns:
        yield f"by {BY[one.by]}" + ("" if one.rows else ": too few to show")
        for value, cells in one.rows.items():
            yield _row(f"  {_named(one.by, value)}", cells)
        if one.together and one.by != DISTRICT:
            yield f"  {OTHERS}: {', '.join(_plain(value) for value in one.together)}"
    for name, column in table.wholes.items():
        parts = (f"{_part(one)} {cell}" for one, cell in column.cells.items())
        yield f"{WHOLES[name]}: {', '.join(parts)}; together {column.total}"
    for name, cell in table.alone.items():
        yield f"{ALONE[name]}: {cell}"
    yield f"{DAYS}: {table.days_to_accepted}"
    yield NOTE
    if report.version is None:
        yield SO_FAR


def sheet(report: MonthReport) -> Iterator[Mapping[str, Any]]:
    """One number a row."""
    for by, value, cells in _steps(report):
        for step, cell in zip(COLUMNS, cells, strict=True):
            yield _number(report, step, by, value, cell)
    for name, column in report.table.wholes.items():
        for one, cell in column.cells.items():
            yield _number(report, name, "answer", _part(one), cell)
        yield _number(report, name, "all", "all", column.total)
    for name, cell in report.table.alone.items():
        yield _number(report, name, "all", "all", cell)
    yield _number(report, "days_to_accepted", "all", "all", report.table.days_to_accepted)


def document(report: MonthReport) -> Mapping[str, Any]:
    table = report.table
    return {
        "month": report.month,
        "count": report.version or "so far",
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "columns": {**COLUMNS, **WHOLES, **ALONE, "days_to_accepted": DAYS},
        "hidden": NOTE,
        "persons": [
            {"by": by, "value": value, **dict(zip(COLUMNS, cells, strict=True))}
            for by, value, cells in _steps(report)
        ],
        "too_few_to_show": [BY[one.by] for one in table.breakdowns if not one.rows],
        **{
            name: {**{_part(one): cell for one, cell in column.cells.items()}, "all": column.total}
            for name, column in table.wholes.items()
        },
        **table.alone,
        "days_to_accepted": table.days_to_accepted,
    }


def _steps(report: MonthReport) -> Iterator[tuple[str, str, Sequence[Cell]]]:
    """By what, which value, and a number for each step."""
    yield "all", "all", [report.table.steps[step] for step in STEPS]
    for one in report.table.breakdowns:
        yield from ((BY[one.by], _named(one.by, value), cells) for value, cells in one.rows.items())


def _number(report: MonthReport, figure: str, by: str, value: str, cell: Any) -> dict[str, Any]:
    return {
        "month": report.month,
        "count": report.version or "so far",
        "figure": figure,
        "by": by,
        "value": value,
        "number": cell,
    }


def _row(name: str, cells: Sequence[Any]) -> str:
    return f"{name:{FIRST}}" + "".join(f"{cell!s:>{COLUMN}}" for cell in cells)


def _named(by: str, value: str) -> str:
    if by != DISTRICT or value == OTHERS:
        return _plain(value)
    return "told nationally" if value == NATIONALLY else place_name(value, "en")


def _part(figure: str) -> str:
    """`refused_no_room` -> `no room`."""
    return _plain(figure.partition("_")[2])


def _plain(value: str) -> str:
    return value.replace("_", " ")
