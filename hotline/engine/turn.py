"""The engine's two verbs. Pure and total: no input raises, none loops. Read this file first.

`0` goes back, `00` to the front, `9` to more, `000` to the front with everything that is not yet filed forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.engine.events import Event
from hotline.engine.flow import Book
from hotline.engine.run import Facts, Run
from hotline.engine.screen import DEFAULT_LIMIT, Screen


@dataclass(frozen=True, slots=True)
class Turn:
    run: Run
    screen: Screen
    events: tuple[Event, ...] = ()


def start(
    book: Book,
    facts: Facts,
    *,
    entry: str = "",
    ahead: Sequence[str] = (),
    limit: int = DEFAULT_LIMIT,
) -> Turn:
    """A dial. `entry` lands on its published flow; `ahead` is spent on menus and topics only.

    Digits that would enter a gathering or private flow are dropped, all of them: the caller sees what a plain dial
    shows.
    """
    raise NotImplementedError


def resume(book: Book, run: Run, keyed: str, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Turn:
    """One input to a run. Anything not understood shows the screen again with one short line."""
    raise NotImplementedError


def render(book: Book, run: Run, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Screen:
    """The screen at which the run stands, without a turn."""
    raise NotImplementedError


def expects_words(book: Book, run: Run) -> bool:
    """Whether the next input is free text: then it may hold `*`."""
    raise NotImplementedError
