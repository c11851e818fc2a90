"""A reader who keeps everything that is published of all counts, knows how they are made, and has a linear solver.

He knows that what he asks for is a whole number; on the way there numbers need not be whole to him.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import highspy
import numpy as np
import numpy.typing as npt

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.raw import Raw, RawShare, RawTable
from hotline.domain.evidence.tables import ALL
from tests.domain.evidence.published_reader import Place, keys, leaves, read_at
from tests.domain.evidence.together.relations import Relation

Leaf = tuple[str, ...]
Sum = Mapping[int, float]
"""How often each unknown number is in it."""
COUNTED = "flow_"
"""Measures that are counts. The others are of no unit that is hidden."""
MOST = 10**5
Name = tuple[object, ...]


class WholeReader:
    """What he knows, and how far it narrows what he does not."""

    def __init__(self) -> None:
        self.shares: dict[str, tuple[str, RawShare]] = {}
        self._unknown: dict[Leaf, int] = {}
        self._sums: dict[tuple[str, Place], list[int]] = {}
        self._truth: dict[tuple[str, Place], int] = {}
        self._rows: list[tuple[Sum, float, float]] = []
        self._model: highspy.Highs | None = None
        self._costs: list[int] = []

    def counts(self, month: str, raw: Iterable[Raw]) -> None:
        """How the numbers of a month add up, by what it is in truth."""
        for one in raw:
            if isinstance(one, RawTable):
                self._table(month, one)
            elif one.figure.startswith(COUNTED):
                place = one.figure, one.row, ALL
                self._sums[month, place] = [self._at((month, *place))]
                self._truth[month, place] = one.number

    def _table(self, month: str, raw: RawTable) -> None:
        self.shares |= {name: (raw.figure, share) for name, share in raw.shares.items()}
        margins: dict[str, list[int]] = {}
        for place, table in enumerate(raw.tables):
            for key in keys(table):
                parts = leaves(table, *key)
                cells = [self._at((month, raw.name, str(place), *one)) for one in parts]
                named = month, read_at(raw, key)
                self._sums.setdefault(named, cells)
                self._truth.setdefault(named, sum(table.counts.get(one, 0) for one in parts))
                name = key[0] if key[1] == ALL else key[1]
                if ALL in key and margins.setdefault(name, cells) != cells:
                    self._learns(beyond(margins[name], cells), 0, 0)

    def _at(self, leaf: Leaf) -> int:
        return self._unknown.setdefault(leaf, len(self._unknown))

    def knows(self, months: Iterable[str], place: Place) -> bool:
        return all((month, place) in self._sums for month in months)

    def truth(self, months: Iterable[str], *places: Place) -> int:
        return sum(self._truth[month, place] for month in months for place in places)

    def cells(self, months: Iterable[str], *places: Place) -> list[int]:
        return [at for month in months for place in places for at in self._sums[month, place]]

    def relates(self, month: str, relation: Relation) -> None:
        sums = [
            (self.cells([month], *places), self.truth([month], *places))
            for places in (relation.less, relation.more)
        ]
        (less, fewer), (more, many) = sums
        assert fewer <= many * relation.times, (month, relation, fewer, many)
        self._learns(beyond(more * relation.times, less), 0, np.inf)

    def reads(
        self, months: Sequence[str], cells: Sequence[FigureCell], *, is_own: bool = True
    ) -> None:
        """An edition of these months. Of another version than his own he is told what it changed, and no bound."""
        numbers = {(one.figure, one.row): one.number for one in cells if one.column == ALL}
        for one in cells:
            place = one.figure, one.row, one.column
            if one.number is None or (one.bound and not is_own):
                continue
            if one.figure in self.shares:
                if is_own:
                    self._share(months, one, numbers)
            elif self.knows(months, place):
                truth = self.truth(months, place)
                found = self.cells(months, place)
                self._learns(_sum(found), *((one.number, np.inf) if one.bound else (truth, truth)))

    def _share(
        self, months: Sequence[str], one: FigureCell, numbers: Mapping[tuple[str, str], int | None]
    ) -> None:
        figure, share = self.shares[one.figure]
        of = numbers.get((figure, one.row))
        assert one.number is not None
        assert of is not None
        part = share.holds if one.row == ALL else f"{share.holds} @ {one.row}"
        own: Place = (share.holds, ALL, ALL)
        holding = self.cells(months, own if self.knows(months, own) else (f"({part})", "", ""))
        least, most = {
            "": (one.number - 0.5, one.number + 0.5),
            ">=": (one.number, 100.0),
            "<=": (0.0, one.number),
        }[one.bound]
        self._learns(_sum(holding), least * of / 100, most * of / 100)

    def _learns(self, cells: Sum, least: float, most: float) -> None:
        self._rows.append((cells, least, most))

    def narrowed(self, asked: Sequence[tuple[Name, Sum, int]]) -> Iterator[tuple[Name, int]]:
        """Of what is asked, what he finds in a narrower range than it should have.

        Each solution that he comes by shows how far everything may lie at least: the most is asked by no solver.
        """
        model = self._solver()
        seen = _Seen([cells for _, cells, _ in asked])
        for place, (name, cells, k) in enumerate(asked):
            for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
                if seen.width(place) < k:
                    self._turns(model, cells, sense)
                    seen.sees(np.array(model.getSolution().col_value))
            if seen.width(place) < k:
                yield name, round(seen.width(place))

    def _turns(self, model: highspy.Highs, cells: Sum, sense: highspy.ObjSense) -> None:
        if self._costs:
            model.changeColsCost(
                len(self._costs), np.array(self._costs, dtype=np.int32), np.zeros(len(self._costs))
            )
        self._costs = [*cells]
        places, costs = np.array(self._costs, dtype=np.int32), np.array([*cells.values()], float)
        model.changeColsCost(len(self._costs), places, costs)
        model.changeObjectiveSense(sense)
        model.run()
        assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal, model.getModelStatus()

    def _solver(self) -> highspy.Highs:
        if self._model is None:
            model = highspy.Highs()  # type: ignore[no-untyped-call]
            model.setOptionValue("output_flag", False)
            many = len(self._unknown)
            model.addVars(many, np.zeros(many), np.full(many, float(MOST)))
            for cells, least, most in self._rows:
                places = np.array([*cells], dtype=np.int32)
                model.addRow(least, most, len(cells), places, np.array([*cells.values()], float))
            self._model = model
        return self._model


class _Seen:
    """The least and the most that each sum was in a solution so far."""

    def __init__(self, sums: Sequence[Sum]) -> None:
        self.places = np.array([at for one in sums for at in one], dtype=np.int64)
        self.times = np.array([number for one in sums for number in one.values()], float)
        self.begins = np.cumsum([0, *(len(one) for one in sums)])[:-1]
        self.least = np.full(len(sums), np.inf)
        self.most = np.full(len(sums), -np.inf)

    def sees(self, values: npt.NDArray[np.float64]) -> None:
        found = np.add.reduceat(values[self.places] * self.times, self.begins)
        self.least, self.most = np.minimum(self.least, found), np.maximum(self.most, found)

    def width(self, place: int) -> float:
        return float(np.floor(self.most[place] + 1e-4) - np.ceil(self.least[place] - 1e-4))


def _sum(cells: Iterable[int]) -> dict[int, float]:
    found: dict[int, float] = {}
    for one in cells:
        found[one] = found.get(one, 0) + 1
    return found


def beyond(more: Sequence[int], less: Sequence[int]) -> dict[int, float]:
    found = _sum(more)
    for one in less:
        found[one] = found.get(one, 0) - 1
    return {at: times for at, times in found.items() if times}
