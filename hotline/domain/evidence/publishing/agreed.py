"""Totals of counts that speak of the same thing: what one of them keeps back, none of them tells. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.over_time import AtLeast, TotalTable
from hotline.domain.evidence.publishing.rules import dimension
from hotline.domain.evidence.raw import AT
from hotline.domain.evidence.tables import ALL

Totals = Mapping[int, TotalTable]
"""By the place of the table."""


def agreed(totals: Mapping[str, Totals], alike: Mapping[str, str]) -> dict[str, Totals]:
    """By figure. `alike` is the name that figures have in common; empty: such a figure stands for itself.

    Each is audited by its own parts, so each keeps back what is cheapest there. Two of them that keep back different
    rows would tell all rows between them.
    """
    hidden: dict[str, set[Key]] = {}
    for figure, tables in totals.items():
        if alike[figure]:
            hidden.setdefault(alike[figure], set()).update(_hidden(tables))
    return {
        figure: {
            place: _without(table, hidden.get(alike[figure], set()))
            for place, table in tables.items()
        }
        for figure, tables in totals.items()
    }


def _hidden(tables: Totals) -> set[Key]:
    """The margins that are not told: the first table that has one tells it."""
    told: dict[Key, bool] = {}
    for table in tables.values():
        for key, number in table.numbers.items():
            told.setdefault(key, not isinstance(number, AtLeast))
    return {key for key, is_told in told.items() if not is_told and _is_margin(key)}


def _is_margin(key: Key) -> bool:
    row, column = key
    return column == ALL and (row == ALL or (dimension(row) != "" and AT not in row))


def _without(table: TotalTable, hidden: set[Key]) -> TotalTable:
    """How much it is at least is not said either: that would be one more number to judge."""
    numbers = {
        key: AtLeast(0) if key in hidden and not isinstance(number, AtLeast) else number
        for key, number in table.numbers.items()
    }
    return replace(table, numbers=numbers)
