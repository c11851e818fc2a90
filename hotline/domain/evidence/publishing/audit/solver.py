"""How far sums of unknown numbers can lie from what they are in truth, by linear programming (HiGHS). Pure.

An unknown is by how much somebody could think a number to be more or less than it is. So what he knows for certain adds
up to zero, and the truth is always a solution.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from random import Random
from typing import TypeAlias

import highspy
import numpy as np
import numpy.typing as npt

from hotline.domain.evidence.publishing.audit.sums import KnownSum, Sum

FAR = 1e4
"""No number is moved further."""
PRIMAL = 4
EXACT = 1e-4
"""What differs by less is the same: the solver holds each sum to a ten-millionth, and errors add up."""
CAUSE = 1e-7
"""What has a smaller dual gives no number its range."""
Values: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NarrowSum:
    """A sum that somebody can reckon too well, and what he reckons it from: places of each."""

    sum: int
    told: Collection[int]
    """Numbers that he is told."""
    known: Collection[int]


class Solver:
    """One reader: who is told some numbers exactly, and knows some sums."""

    def __init__(
        self, true: Sequence[int], told: Collection[int], known: Sequence[KnownSum]
    ) -> None:
        # Its subclass writes a line to the standard output before it can be told not to.
        self._model = highspy._Highs()  # type: ignore[attr-defined]
        self._model.setOptionValue("output_flag", False)
        # From one question to the next the last solution stays possible: the primal simplex goes on from it.
        self._model.setOptionValue("simplex_strategy", PRIMAL)
        down, up = -np.minimum(np.array(true, float), FAR), np.full(len(true), FAR)
        down[[*told]] = up[[*told]] = 0
        self._model.addVars(len(true), down, up)
        for one in known:
            places, times = _arrays(one.cells)
            self._model.addRow(-one.down, one.up, len(places), places, times)
        self._costly = np.array([], np.int32)

    def narrow(self, sums: Sequence[Sum], enough: float) -> Iterator[NarrowSum]:
        """Those that he can reckon to a range of less than `enough`. Raises ArithmeticError."""
        seen = self._looked_around(sums, enough)
        for place in seen.narrower_than(enough):
            told: set[int] = set()
            known: set[int] = set()
            for sign in (-1, 1):
                # Others that were moved meanwhile may have moved this one.
                if seen.widths()[place] < enough:
                    seen.sees(self._moved({at: sign * times for at, times in sums[place].items()}))
                    found = self._model.getSolution()
                    told |= _used(found.col_dual)
                    known |= _used(found.row_dual)
            if seen.widths()[place] < enough:
                yield NarrowSum(place, told, known)

    def _looked_around(self, sums: Sequence[Sum], enough: float) -> "_Widths":
        """Moves all at once, each up or down, as long as that shows of more of them that they can."""
        seen, chance = _Widths(sums), Random(0)
        left, before = seen.narrower_than(enough), inf
        while 0 < len(left) < before:
            before, far = len(left), dict[int, float]()
            for place in left:
                sign = chance.choice((-1, 1))
                for at, times in sums[place].items():
                    far[at] = far.get(at, 0) + sign * times
            seen.sees(self._moved(far))
            left = seen.narrower_than(enough)
        return seen

    def _moved(self, cells: Sum) -> Values:
        """As far up as it goes."""
        self._model.changeColsCost(len(self._costly), self._costly, np.zeros(len(self._costly)))
        self._costly, times = _arrays(cells)
        self._model.changeColsCost(len(self._costly), self._costly, -times)
        if not self._solves():
            # Sometimes it cannot go on from the last solution. Then it starts again without one.
            self._model.clearSolver()
            if not self._solves():
                status = self._model.getModelStatus()
                raise ArithmeticError(f"the solver found no solution: {status}")
        return np.array(self._model.getSolution().col_value)

    def _solves(self) -> bool:
        self._model.run()
        status: object = self._model.getModelStatus()
        return status == highspy.HighsModelStatus.kOptimal


class _Widths:
    """The least and the most that each sum was in a solution so far. In the truth none is moved."""

    def __init__(self, sums: Sequence[Sum]) -> None:
        self._places = np.array([at for one in sums for at in one], np.int64)
        self._times = np.array([times for one in sums for times in one.values()], float)
        self._begins = np.cumsum([0, *(len(one) for one in sums)])[:-1]
        self._least, self._most = np.zeros(len(sums)), np.zeros(len(sums))

    def sees(self, values: Values) -> None:
        found = np.add.reduceat(values[self._places] * self._times, self._begins)
        self._least = np.minimum(self._least, found)
        self._most = np.maximum(self._most, found)

    def widths(self) -> Values:
        """Numbers are whole, and so are their sums."""
        found: Values = np.floor(self._most + EXACT) - np.ceil(self._least - EXACT)
        return found

    def narrower_than(self, enough: float) -> list[int]:
        found: list[int] = np.flatnonzero(self.widths() < enough).tolist()
        return found


def _arrays(cells: Sum) -> tuple[npt.NDArray[np.int32], Values]:
    return np.array([*cells], np.int32), np.array([*cells.values()], float)


def _used(duals: Sequence[float]) -> set[int]:
    return {*np.flatnonzero(np.abs(np.array(duals)) > CAUSE).tolist()}
