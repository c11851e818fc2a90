"""A reader of tables who reckons: he has a linear solver, and every number that was published."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import highspy

from hotline.domain.evidence.tables import ALL, CountTable

Sum = Sequence[Hashable]
"""The cells that a number is the sum of."""
MOST = 10**6


class Solver:
    """What he knows: cells that are counts, and sums of them."""

    def __init__(self) -> None:
        self.model = highspy.Highs()  # type: ignore[no-untyped-call]
        self.model.setOptionValue("output_flag", False)
        self.cells: dict[Hashable, highspy.highs_var] = {}

    def learns(self, cells: Sum, number: int | None) -> None:
        """That these add up to this number; that there are such cells, where it is hidden."""
        together = self._sum(cells)
        if number is not None:
            self.model.addConstr(together == number)

    def same(self, cells: Sum, others: Sum) -> None:
        """That both add up to the same."""
        self.model.addConstr(self._sum(cells) - self._sum(others) == 0)

    def between(self, cells: Sum, least: float, most: float) -> None:
        together = self._sum(cells)
        self.model.addConstr(together >= least)
        self.model.addConstr(together <= most)

    def width(self, cells: Sum) -> int:
        """How far apart the least and the most are that these can add up to."""
        together = self._sum(cells)
        ends = []
        for solve in (self.model.minimize, self.model.maximize):
            solve(together)
            assert self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal
            ends.append(round(self.model.getObjectiveValue()))
        return ends[1] - ends[0]

    def _sum(self, cells: Sum) -> highspy.highs_linear_expression:
        for cell in cells:
            if cell not in self.cells:
                self.cells[cell] = self.model.addVariable(lb=0, ub=MOST)
        return self.model.qsum(self.cells[cell] for cell in cells)


def leaves(table: CountTable, row: str, column: str) -> list[tuple[str, str]]:
    """The cells without parts that a number of this table is the sum of: written down once more, from the tree."""
    rows = [one for one in table.rows if row in (ALL, one) or row in ancestors(table.within, one)]
    columns = [one for one in table.columns if column in (ALL, one)]
    return [(one, other) for one in rows or [ALL] for other in columns or [ALL]]


def ancestors(within: Mapping[str, str], row: str) -> Iterable[str]:
    while row in within:
        row = within[row]
        yield row


def narrowed(
    table: CountTable, numbers: Mapping[tuple[str, str], int | None], k: int
) -> dict[tuple[str, str], int]:
    """The hidden numbers of one table whose range he finds narrower than k."""
    solver = Solver()
    for key, number in numbers.items():
        solver.learns(leaves(table, *key), number)
    hidden = [key for key, number in numbers.items() if number is None]
    widths = {key: solver.width(leaves(table, *key)) for key in hidden}
    return {key: width for key, width in widths.items() if width < k}
