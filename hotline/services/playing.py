"""Feeding a session's text to the engine: forward from where it stands, or again from its beginning.

Pure: it gathers nothing and carries nothing out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.domain.ussd import Opening, entry_of, remainder, take
from hotline.engine import turn
from hotline.engine.events import Event
from hotline.engine.flow import Book
from hotline.engine.run import Facts, Run
from hotline.engine.screen import Screen
from hotline.engine.turn import Turn


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a session is played: all that stays the same from its first hop to its last."""

    book: Book
    facts: Facts
    opening: Opening
    limit: int


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of several that a text may hold."""

    upto: int
    """How many letters of the text it and the turns before it took."""
    run: Run
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Played:
    run: Run
    screen: Screen
    steps: tuple[Step, ...]


def landing(book: Book, dialled: str, *, enrolled: bool) -> tuple[str, Sequence[str]]:
    """The entry that a dial lands on, and the digits it spends after it.

    A private entry is nothing at all for a phone that is not enrolled: it sees what a plain dial shows. No digits are
    spent behind one.
    """
    entry, ahead = entry_of(dialled, book.entries)
    if entry and book.flows[book.entries[entry]].private:
        return (entry, ()) if enrolled else ("", ())
    return entry, ahead


def from_the_dial(stage: Stage, text: str) -> Played:
    """Play all of `text`. Digits dialled ahead open the session; what came later is keyed in.

    Free text ends at the first `*` here, since nobody knows which hop brought it. Only what would be left over when
    the dialogue has ended must have been part of the words: nothing is keyed after the end.
    """
    dialled = text[: stage.opening.dialled]
    enrolled = stage.opening.responder_id is not None
    entry, ahead = landing(stage.book, dialled, enrolled=enrolled)
    first = turn.start(stage.book, stage.facts, entry=entry, ahead=ahead, limit=stage.limit)

    steps = [Step(len(dialled), first.run, first.events)]
    shown, rest = first, remainder(text, len(dialled))
    while rest is not None:
        keyed, behind = take(rest)
        shown = _resume(stage, steps[-1].run, keyed)
        if behind is not None and shown.run.finished and _words_wanted(stage, steps[-1].run):
            shown, behind = _resume(stage, steps[-1].run, rest), None
        rest = behind
        steps.append(_step(text, rest, shown))
    return Played(shown.run, shown.screen, tuple(steps))


def from_here(stage: Stage, run: Run, text: str, accepted: int) -> Played:
    """Play what `text` holds behind its first `accepted` letters. Words take all of it, `*` included.

    Raises ValueError where there is nothing behind them.
    """
    rest = remainder(text, accepted)
    if rest is None:
        raise ValueError("nothing new was keyed")

    steps: list[Step] = []
    while rest is not None:
        keyed, behind = (rest, None) if _words_wanted(stage, run) else take(rest)
        shown = _resume(stage, run, keyed)
        run, rest = shown.run, behind
        steps.append(_step(text, rest, shown))
    return Played(shown.run, shown.screen, tuple(steps))


def _step(text: str, rest: str | None, shown: Turn) -> Step:
    left = 0 if rest is None else len(rest) + 1
    return Step(len(text) - left, shown.run, shown.events)


def _resume(stage: Stage, run: Run, keyed: str) -> Turn:
    return turn.resume(stage.book, run, keyed, stage.facts, limit=stage.limit)


def _words_wanted(stage: Stage, run: Run) -> bool:
    return turn.expects_words(stage.book, run)
