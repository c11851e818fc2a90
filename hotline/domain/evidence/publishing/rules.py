"""Which figure is shown to whom, by what, and of which periods: one table. What it does not name is shown. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hotline.domain.evidence.edition import Edition, Span
from hotline.domain.evidence.linked import OTHERS
from hotline.domain.evidence.raw import AT
from hotline.domain.evidence.suppression import INSIDE, OUTSIDE
from hotline.domain.evidence.tables import ALL, CountTable

K: Mapping[Edition, int] = {Edition.INSIDE: INSIDE, Edition.OUTSIDE: OUTSIDE}
EVERY = frozenset(Span)
MONTHS = frozenset({Span.MONTH})
QUARTERS = frozenset({Span.QUARTER})
NEVER = frozenset[Span]()
NATION = frozenset({ALL, "urgency"})
"""What a figure that is told of the nation alone may stand by."""


@dataclass(frozen=True, slots=True)
class ShownSpans:
    """The periods of which something is shown, by edition."""

    inside: frozenset[Span] = EVERY
    outside: frozenset[Span] = EVERY
    is_nations: bool = False
    """Outside, for the nation alone."""
    counts_as: str = ""
    """The figure that counts the same, and has months outside where this has none."""

    def of(self, edition: Edition) -> frozenset[Span]:
        return self.inside if edition is Edition.INSIDE else self.outside


HOW_WE_DO = ShownSpans(outside=QUARTERS, is_nations=True)
"""How fast somebody answered, where nobody was on duty, and whether anybody acted."""
OF_TIPS = replace(HOW_WE_DO, counts_as="tip")
OF_FIGURE: Mapping[str, ShownSpans] = {
    "person": ShownSpans(MONTHS, MONTHS),
    **dict.fromkeys(("delivered", "acknowledged", "opened", "outcome", "tips_answered"), OF_TIPS),
    **dict.fromkeys(("on_site", "tips_red", "hours"), HOW_WE_DO),
}
"""By figure, or by how a family of figures begins: `delivered_of`, `hours_red`."""
OF_DIMENSION: Mapping[str, ShownSpans] = {
    **dict.fromkeys(("day", "week"), ShownSpans(MONTHS, NEVER)),
    **dict.fromkeys(("screen", "flow"), ShownSpans(MONTHS, NEVER)),
    "entry": ShownSpans(MONTHS, MONTHS),
}


def may_show(figure: str, dimensions: frozenset[str], edition: Edition, span: Span) -> bool:
    """Whether a figure by these dimensions (none: the nation's number) is shown in such an edition."""
    rule = _rule(figure)
    if edition is Edition.OUTSIDE:
        if rule.is_nations and not dimensions <= NATION:
            return False
        if "district" in dimensions and not dimensions <= {"district", "province"}:
            return False
    rules = [rule, *(OF_DIMENSION[one] for one in dimensions if one in OF_DIMENSION)]
    return all(span in one.of(edition) for one in rules)


def counts_as(figure: str) -> str:
    """The figure that counts the same and is told outside of each month; empty where none is."""
    return _rule(figure).counts_as


def _rule(figure: str) -> ShownSpans:
    family = next((one for one in OF_FIGURE if figure.startswith(f"{one}_")), "")
    return OF_FIGURE.get(figure) or OF_FIGURE.get(family) or ShownSpans()


def dimensions_of(table: CountTable) -> frozenset[str]:
    """What the rows and columns of a table are values of; a figure or a rest is of none."""
    names = (*table.rows, *table.columns, *table.within.values())
    return frozenset(dimension(name) for name in names) - {""}


def dimension(name: str) -> str:
    """`district` of `district:11`; empty where it is no value of a dimension."""
    before, colon, _ = name.rpartition(AT)[2].partition(":")
    return before if colon and not before.startswith(OTHERS) else ""
