"""Of a hundred sessions that were shown a screen, in how many an answer led on: of what is published. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline.domain.evidence.edition import FigureCell, PublishedFigures, value_of
from hotline.domain.evidence.screens.screen_figures import SCREEN
from hotline.domain.evidence.tables import ALL
from hotline.domain.reach.screens import ScreenMeasure

HUNDRED = 100


def rate(published: PublishedFigures, screen: str, column: str = ALL) -> FigureCell | None:
    """Hidden where one of its numbers is; None where the edition does not have them."""
    shown, answered = (
        published.cell(one, screen, column) for one in (ScreenMeasure.SHOWN, ScreenMeasure.ANSWERED)
    )
    if shown is None or answered is None:
        return None
    number = None
    if shown.number and answered.number is not None:
        number = round(HUNDRED * answered.number / shown.number)
    return FigureCell(ScreenMeasure.ANSWERED, screen, column, number)


@dataclass(frozen=True, slots=True)
class RateChange:
    """A screen, and how it went on there in two columns that are told."""

    screen: str
    lower: FigureCell
    higher: FigureCell

    @property
    def points(self) -> int:
        return (self.higher.number or 0) - (self.lower.number or 0)


def farthest_apart(found: Sequence[tuple[str, Sequence[FigureCell | None]]]) -> RateChange | None:
    """The screen whose columns differ most. None where no screen has two that are told."""
    return max(_told(found), key=lambda one: one.points, default=None)


def _told(found: Sequence[tuple[str, Sequence[FigureCell | None]]]) -> Iterator[RateChange]:
    for screen, cells in found:
        told = [one for one in cells if one is not None and one.number is not None]
        if len(told) > 1:
            told.sort(key=lambda one: one.number or 0)
            yield RateChange(screen, told[0], told[-1])


def flow_of(screen: str) -> str:
    """`report` of `screen:report/danger`."""
    return value_of(screen).partition("/")[0]


def flows(published: PublishedFigures) -> Sequence[str]:
    """Those that have screens which ask something."""
    rows = published.rows(ScreenMeasure.ANSWERED, SCREEN)
    return list(dict.fromkeys(flow_of(one) for one in rows))


def screens(published: PublishedFigures, flow: str) -> Sequence[str]:
    """Those of a flow that ask something, in its order."""
    rows = published.rows(ScreenMeasure.ANSWERED, SCREEN)
    return [one for one in rows if flow_of(one) == flow]
