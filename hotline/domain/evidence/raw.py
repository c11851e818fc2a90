"""What was counted of a period, as rooms that count hand it over: raw, and shown to nobody. Pure.

Rows and columns are written `dimension:value`. One that is no dimension's value is a figure by itself (`figures`), or a
rest that nobody is told of ("not accepted"): it is there so that a part and its whole do not give it away. Where each
row has its own parts, these lie within it, and are written `screen_answered @ screen:report/where`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.tables import ALL, CountTable

AT = " @ "
"""Between the name of a part and the row that it is part of."""


@dataclass(frozen=True, slots=True)
class RawShare:
    """A share of a row's number, told of a hundred."""

    holds: str
    """The part of the row in which it holds, without `@ row`."""
    lacks: str
    """The part in which it does not. Both together are the row."""
    least: int = 0
    """Of fewer it is not told, whatever they are."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """One count, by all that it is told by. Its tables share numbers, so they are protected together."""

    figure: str
    """What the whole is called."""
    tables: Sequence[CountTable]
    """The coarse ones first: one dimension before two, the nation before districts."""
    figures: frozenset[str] = frozenset()
    """Rows and columns that are figures by themselves: parts of the whole, as `accepted` is of `identified`."""
    shares: Mapping[str, RawShare] = field(default_factory=dict)
    """By figure."""
    alike: str = ""
    """Counts that speak of the same thing have one such name: what is hidden of one is hidden of all."""
    is_whole: bool = False
    """Whether each of its tables is shown whole or not at all: its parts say something of another count."""
    at: str = ALL
    """The row that all of it is of, where one figure has many counts: a screen, of which no sum is told."""

    @property
    def name(self) -> str:
        """No two counts have one."""
        return part_of(self.figure, self.at)


@dataclass(frozen=True, slots=True)
class Measured:
    """A number that is no count of people or tips: a median, hours. It is shown where it is made of enough."""

    figure: str
    row: str
    number: int
    of: int
    """Of how many it is made."""
    counted: str = ""
    """The figure that publishes `of`, in the same row: where that is hidden, so is this."""


Raw = RawTable | Measured


def nation(figure: str, number: int) -> RawTable:
    """A count that is told of everybody, and by nothing."""
    return RawTable(figure, [CountTable({(ALL, ALL): number}, ())])


def by_row(counts: Mapping[str, int], within: Mapping[str, str] | None = None) -> CountTable:
    """A table of one dimension. List every row that could be there, zero included: so no list tells of anybody."""
    return CountTable(
        {(row, ALL): count for row, count in counts.items()}, [*counts], (), within or {}
    )


def in_parts(figure: str, parts: Mapping[str, int], rest: int | None = None) -> RawTable:
    """A count whose parts are figures; `rest` are those of no part. None: each is always of a part."""
    others = {f"not {figure} by part": rest} if rest is not None else {}
    return RawTable(figure, [by_row({**parts, **others})], frozenset(parts))


def steps(figure: str, *parts: tuple[str, int], whole: int) -> RawTable:
    """Figures of which each is part of the one before: entered, saved, filed."""
    return RawTable(figure, [staircase(whole, parts)], frozenset(name for name, _ in parts))


def staircase(whole: int, parts: Sequence[tuple[str, int]]) -> CountTable:
    """Each step is a row within the step before it, beside those who did not come so far."""
    counts: dict[Key, int] = {}
    within: dict[str, str] = {}
    above, number = ALL, whole
    for place, (name, count) in enumerate(parts):
        counts[f"not {name}", ALL] = number - count
        within |= {f"not {name}": above, name: above} if above != ALL else {}
        if place == len(parts) - 1:
            counts[name, ALL] = count
        above, number = name, count
    return CountTable(counts, [row for row, _ in counts], (), within)


def part_of(name: str, row: str) -> str:
    """A row that is part of another one."""
    return name if row == ALL else f"{name}{AT}{row}"


def share(
    figure: str,
    of: str,
    counts: Mapping[str, tuple[int, int]],
    within: Mapping[str, str] | None = None,
    *,
    least: int = 0,
    alike: str = "",
) -> RawTable:
    """A share by row, as (in how many it held, of how many); `of` is a figure of its own, which is published too.

    The rows together are everybody; `all` alone where there is one number.
    """
    told = RawShare(f"{figure} yes", f"{figure} no", least)
    coarse = by_row({row: whole for row, (_, whole) in counts.items() if row != ALL}, within)
    tables = [*([coarse] if coarse.rows else []), in_two(counts, told)]
    return RawTable(of, tables, shares={figure: told}, alike=alike)


def in_two(counts: Mapping[str, tuple[int, int]], told: RawShare) -> CountTable:
    """Each row with the two parts that a share is made of."""
    parts = {
        part_of(name, row): number
        for row, (part, whole) in counts.items()
        for name, number in ((told.holds, part), (told.lacks, whole - part))
    }
    within = {
        part_of(name, row): row for row in counts if row != ALL for name in (told.holds, told.lacks)
    }
    return by_row(parts, within)
