"""Describes the path to a state as a story: what happened, when, and who was alerted."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from hotline.tips.rules import TIMES, DeadlineKind, Urgency
from tests.alerts.interleaving.asking import EscalationModel
from tests.alerts.interleaving.moves import Move, moves
from tests.alerts.interleaving.standing import KINDS, TOLD, Standing

NAMES: tuple[str, ...] = (
    "the first responder",
    "the second responder",
    "the deputy",
    "the coordinator",
    "the second of the national desk",
    "the first of the national desk",
)


def story(ladder: EscalationModel, way: Sequence[Standing]) -> str:
    """Returns the story, with one line for each move. People are named by their role."""
    names = NAMES
    clock = _StoryClock()
    told = [names[n] for n, one in enumerate(way[0].people) if one & TOLD]
    lines = [
        f"00:00 A danger is filed. {_capital(', '.join(told[:-1]))} and {told[-1]} are alerted."
    ]
    for before, after in pairwise(way):
        move = _between(ladder, before, after)
        lines.append(f"{clock.tell(move)} {' '.join(_sentences(move, names))}")
        names = tuple(names[n] for n in move.to.order())
    last = way[-1]
    ticking = [kind.value for kind in KINDS if last.is_open(kind)]
    lines.append(f"      Open clocks: {', '.join(ticking) or 'none'}.")
    return "\n".join(lines)


class _StoryClock:
    """A clock that gives each move of a story its time. A deadline passes when it is due, or later."""

    def __init__(self) -> None:
        self._now = timedelta()
        self._due = {DeadlineKind.ACKNOWLEDGE: TIMES[Urgency.DANGER].acknowledge}

    def tell(self, move: Move) -> str:
        if move.says in set(DeadlineKind):
            due = self._due.pop(DeadlineKind(move.says), self._now)
            self._now = max(self._now, due)
        for kind, delay in move.course.delays if move.course else ():
            self._due[kind] = self._now + delay
        minutes = int(self._now / timedelta(minutes=1))
        return f"{minutes // 60:02}:{minutes % 60:02}"


def _between(ladder: EscalationModel, before: Standing, after: Standing) -> Move:
    found = (move for move in moves(ladder, before) if move.to.canonical() == after)
    return min(found, key=lambda move: move.costs)


def _sentences(move: Move, names: Sequence[str]) -> Iterator[str]:
    name = "" if move.who is None else names[move.who]
    fires = f"The deadline {move.says} passes."
    yield (
        fires if move.says in set(DeadlineKind) else move.says.format(who=name, Who=_capital(name))
    )
    tells = move.course.tells if move.course else ()
    for who, purpose in tells:
        yield f"{_capital(names[who])} gets an SMS: {purpose}."
    if move.course and not tells:
        yield "No one gets an SMS."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
