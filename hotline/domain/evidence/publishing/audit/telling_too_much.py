"""What an edition tells too much beside all else that was published. Pure.

Each count is protected in tables of its own, whose ranges are exact. Here all counts are put before two readers: who
has the first versions and is told what each later one tells, and who has the newest. Of whatever lets one of them
reckon a hidden number, or a few by whom two counts differ, to a range narrower than k, something has to be kept back.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.publishing.audit.audit_reader import AuditReader, MonthRead, Months
from hotline.domain.evidence.publishing.audit.share_bounds import ShareBound, share_bounds
from hotline.domain.evidence.publishing.audit.sums import KnownSum, Sum
from hotline.domain.evidence.publishing.cells import Place
from hotline.domain.evidence.publishing.made import Made
from hotline.domain.evidence.publishing.related import MATTERS
from hotline.domain.evidence.publishing.rules import dimension

SCREENS = ("screen", "flow")
THE_MONTH = ""


@dataclass(frozen=True, slots=True)
class TotalRead:
    """A quarter or a year as it is read."""

    months: Months
    cells: Sequence[FigureCell]
    bounds: Sequence[ShareBound]


def of_month(made: Made, first: Made | None, measured: Mapping[Place, int], k: int) -> set[Place]:
    """What has to be kept back of a month, so that it makes no number too narrow. Revised, it has a first version.

    What an earlier edition tells is not asked back. `measured` is raw: what is no part of a table, and counts the same
    calls. Raises ArithmeticError.
    """
    told = exact(made.cells)
    reads = [(_month(made, told, measured), told)]
    if first is not None:
        before = exact(first.cells)
        reads.append((_month(first, told | before, measured), told - before))
    gone: set[Place] = set()
    for read, may_go in reads:
        reader = AuditReader({THE_MONTH: read})
        asked = _asked_of_month(reader, THE_MONTH, k)
        for one in reader.narrowed(asked, k, reader.relations):
            _keep_back(gone, {*one.told} & may_go, reader, [THE_MONTH])
    return gone


def of_total(
    readers: Sequence[AuditReader], total: TotalRead, earlier: Sequence[TotalRead], k: int
) -> set[Place]:
    """As of a month. The last reader has the newest versions; `earlier` are totals within the period."""
    gone: set[Place] = set()
    for reader in readers:
        has_newest = reader is readers[-1]
        news = [*_facts(reader, total, has_newest)]
        beside = [known for one in earlier for known, _ in _facts(reader, one, has_newest)]
        asked = [cells for month in reader.hidden for cells in _asked_of_month(reader, month, k)]
        asked += [cells for one in (total, *earlier) for cells in _asked_of_total(reader, one, k)]
        facts = [known for known, _ in news]
        for one in reader.narrowed(asked, k, facts, [*beside, *reader.relations]):
            _keep_back(gone, {news[place][1] for place in one.news}, reader, total.months)
    return gone


def exact(cells: Iterable[FigureCell]) -> set[Place]:
    return {_place(one) for one in cells if one.number is not None and not one.bound}


def named(cells: Iterable[FigureCell]) -> Collection[Place]:
    """In their order."""
    return dict.fromkeys(_place(one) for one in cells)


def _month(own: Made, told: Collection[Place], measured: Mapping[Place, int]) -> MonthRead:
    counts = [*own.counts.values()]
    bounds = [*share_bounds(counts, own.cells)]
    return MonthRead(counts, told, named(own.cells), measured, bounds)


def _facts(
    reader: AuditReader, total: TotalRead, has_newest: bool
) -> Iterator[tuple[KnownSum, Place]]:
    """And which number of the total goes with it. Bounds are of the newest versions."""
    for place in sorted(exact(total.cells)):
        if reader.has(total.months, place):
            yield KnownSum(reader.number(total.months, place)), place
    for one in total.bounds if has_newest else ():
        for known in reader.share(total.months, one):
            if one.of is not None:
                yield known, one.of


def _asked_of_month(reader: AuditReader, month: str, k: int) -> Iterator[Sum]:
    for place in reader.hidden[month]:
        if not reader.is_known([month], place):
            yield reader.number([month], place)
    yield from reader.few([month], k)


def _asked_of_total(reader: AuditReader, total: TotalRead, k: int) -> Iterator[Sum]:
    """Not of one whose months are all known: what hides it came later, and he is told that."""
    told = exact(total.cells)
    for place in named(total.cells):
        if place in told or not reader.has(total.months, place):
            continue
        if not reader.is_known(total.months, place):
            yield reader.number(total.months, place)
    yield from reader.few(total.months, k)


def _keep_back(
    gone: set[Place], those: Collection[Place], reader: AuditReader, months: Months
) -> None:
    """One of those that tell a number, where none is kept back yet."""
    if those and gone.isdisjoint(those):
        gone.add(min(those, key=lambda one: _price(one, reader.true(months, one))))


def _price(place: Place, number: int) -> tuple[bool, bool, int, Place]:
    """Screens and flows go first, then what is smallest, and last what the line is for."""
    is_told_of_calls = dimension(place[1]) in SCREENS
    return place[0] in MATTERS, not is_told_of_calls, number, place


def _place(cell: FigureCell) -> Place:
    return cell.figure, cell.row, cell.column
