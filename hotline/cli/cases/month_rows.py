"""A month's persons as lines, as rows of a spreadsheet, and as a program reads them. Columns have plain words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hotline.domain.cases.counting import IDENTIFIED, NATIONALLY, STEPS
from hotline.domain.evidence.edition import PublishedFigures, value_of
from hotline.domain.evidence.publishing.case_counts import (
    DAYS,
    DETERMINED,
    REFUSED,
    SCREENED,
    THIRTY,
)
from hotline.domain.evidence.suppression import INSIDE, SIGN
from hotline.domain.evidence.tables import ALL
from hotline.domain.places.places import place_name
from hotline.services.people.personnel import shown

COLUMNS = {
    "identified": "persons in whom a responder saw signs, or who are victims by a deciding body's word",
    "wanted_help": "of these, said yes to help; of a child, decided with the child officer as well",
    "offered": "of these, at least one service was asked to help",
    "accepted": "of these, at least one service said yes",
    "arrived": "of these, somebody said that help was reached",
    "known_at_30_days": "of these, somebody said how the person is after thirty days",
}
"""The steps, in their order, and what each counts."""
PARTS: Mapping[str, tuple[str, Sequence[str]]] = {
    "screened": ("persons, by what the questions on site came to", SCREENED),
    "determined": ("persons, by what a deciding body said", DETERMINED),
    "refused": ("offers of which nothing came, by reason", REFUSED),
    "thirty": ("persons, by how they were thirty days after help was reached", THIRTY),
}
ALONE = {
    "met": "persons who were met, whether or not anything was found",
    "tips_screened": "tips in which somebody was screened",
    "tips_with_identified": "tips with an identified person",
    "situations_with_identified": "situations with an identified person; linked tips are one",
    "offers": "offers of help, of which one person may have several",
    "thirty_unknown": "persons of whom nobody could say anything after thirty days",
    DAYS: "days from an offer to its acceptance (median)",
}
SPLIT = {"form": "form", "who": "sex and age"}
"""What every step is told by."""
LISTED = {"province": "province", "district": "district", "from": "from"}
"""What identified persons are told by."""
NOTE = (
    f"{SIGN} is hidden: fewer than {INSIDE}, zero included, or it would give such a number away. Whoever may be a child"
    " is counted as a girl or a boy. Persons, tips and situations are never divided by one another."
)
FIRST, COLUMN = 24, 18


def made(report: PublishedFigures) -> str:
    """Which edition it is, and of when."""
    return f"{report.version} count, made {shown(report.made_at)}"


def lines(report: PublishedFigures) -> Iterator[str]:
    yield f"{report.period}: {made(report)}"
    yield _row("", [*map(_plain, COLUMNS)])
    for by, value, cells in _steps(report):
        yield _row(value if by == ALL else f"  {value}", cells)
    for by, name in LISTED.items():
        found = _listed(report, by)
        told = [f"{value} {cell}" for value, cell in found if cell != SIGN]
        if found:
            rest = f"all others {SIGN}" if len(told) < len(found) else ""
            yield f"identified by {name}: {', '.join([*told, *([rest] if rest else [])])}"
    for says, figures in PARTS.values():
        parts = _parts(report, figures)
        if parts:
            yield f"{says}: {', '.join(f'{part} {cell}' for part, cell in parts.items())}"
    for name, says in ALONE.items():
        yield f"{says}: {_said(report, name)}"
    yield NOTE


def sheet(report: PublishedFigures) -> Iterator[Mapping[str, Any]]:
    """One number a row."""
    for by, value, cells in _steps(report):
        for step, cell in zip(COLUMNS, cells, strict=True):
            yield _number(report, step, by, value, cell)
    for by, name in LISTED.items():
        for value, cell in _listed(report, by):
            yield _number(report, IDENTIFIED, name, value, cell)
    for name, (_, figures) in PARTS.items():
        for part, cell in _parts(report, figures).items():
            yield _number(report, name, "answer", part, cell)
    for name in ALONE:
        yield _number(report, name, ALL, ALL, _said(report, name))


def document(report: PublishedFigures) -> Mapping[str, Any]:
    parts = {name: says for name, (says, _) in PARTS.items()}
    return {
        "month": report.period,
        "count": report.version,
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "columns": {**COLUMNS, **parts, **ALONE},
        "hidden": NOTE,
        "persons": [
            {"by": by, "value": value, **dict(zip(COLUMNS, cells, strict=True))}
            for by, value, cells in _steps(report)
        ],
        "identified": {name: dict(_listed(report, by)) for by, name in LISTED.items()},
        **{name: _parts(report, figures) for name, (_, figures) in PARTS.items()},
        **{name: _said(report, name) for name in ALONE},
    }


def _steps(report: PublishedFigures) -> Iterator[tuple[str, str, Sequence[Any]]]:
    """By what, which value, and a number for each step."""
    yield ALL, "everybody", [_said(report, step) for step in STEPS]
    for by, name in SPLIT.items():
        for column in report.columns(IDENTIFIED, by):
            cells = [_said(report, step, column=column) for step in STEPS]
            yield name, _plain(value_of(column)), cells


def _listed(report: PublishedFigures, by: str) -> list[tuple[str, Any]]:
    return [
        (_named(by, value_of(row)), _said(report, IDENTIFIED, row))
        for row in report.rows(IDENTIFIED, by)
    ]


def _parts(report: PublishedFigures, figures: Iterable[str]) -> dict[str, Any]:
    """`refused_no_room` -> `no room`."""
    return {_plain(one.partition("_")[2]): _said(report, one) for one in figures}


def _said(report: PublishedFigures, figure: str, row: str = ALL, column: str = ALL) -> int | str:
    cell = report.cell(figure, row, column)
    if cell is None or cell.number is None or cell.bound:
        return report.said(figure, row, column)
    return cell.number


def _number(
    report: PublishedFigures, figure: str, by: str, value: str, cell: Any
) -> dict[str, Any]:
    return {
        "month": report.period,
        "count": report.version,
        "figure": figure,
        "by": by,
        "value": value,
        "number": cell,
    }


def _row(name: str, cells: Sequence[Any]) -> str:
    return f"{name:{FIRST}}" + "".join(f"{cell!s:>{COLUMN}}" for cell in cells)


def _named(by: str, value: str) -> str:
    if by not in ("district", "province"):
        return _plain(value)
    return "told nationally" if value == NATIONALLY else place_name(value, "en")


def _plain(value: str) -> str:
    return value.replace("_", " ")
