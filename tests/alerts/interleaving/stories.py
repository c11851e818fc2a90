"""Describes the path to a state as a story: what happened, when, and who was alerted."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from hotline.tips.rules import Urgency
from hotline.tips.rules_deadlines import TIMES, DeadlineKind
from hotline.tips.rules_events import Purpose
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
FIRES = {
    DeadlineKind.ACKNOWLEDGE: "Nobody took it in time.",
    DeadlineKind.OUTCOME: "No word comes of what came of it.",
    DeadlineKind.CONFIRM_CLOSURE: "Nobody has judged whether it is over.",
    DeadlineKind.DECISION: "The national desk has not decided.",
    DeadlineKind.SECOND_LOOK: "It is time that a second person looks.",
    DeadlineKind.VISIT_SAFETY: "The national desk has not said how to go.",
    DeadlineKind.OPEN: "Whoever took it has not read it.",
    DeadlineKind.OVERDUE: "It is red, and rings again.",
}
TOLD_TO = {
    Purpose.ALERT: "{Who} is told.",
    Purpose.OPEN: "{Who} is told that nobody has taken it.",
    Purpose.REMIND: "{Who} is reminded.",
    Purpose.OVERDUE: "{Who} is told that no word came.",
    Purpose.LOOK: "{Who} is asked to look.",
    Purpose.CONFIRM_CLOSURE: "{Who} is asked to judge.",
    Purpose.VISIT_SAFETY: "{Who} is told how to go.",
    Purpose.HOW: "{Who} is asked how to go.",
    Purpose.UNANSWERED: "{Who} is told that nobody said how.",
}


def story(ladder: EscalationModel, way: Sequence[Standing]) -> str:
    """Returns the story, with one line for each move. People are named by their role."""
    names = NAMES
    clock = _StoryClock()
    told = [names[n] for n, one in enumerate(way[0].people) if one & TOLD]
    lines = [f"00:00 A danger is filed. {_capital(', '.join(told[:-1]))} and {told[-1]} are told."]
    for before, after in pairwise(way):
        move = _between(ladder, before, after)
        lines.append(f"{clock.tell(move)} {' '.join(_sentences(move, names))}")
        names = tuple(names[n] for n in move.to.order())
    last = way[-1]
    ticking = [kind.value for kind in KINDS if last.is_open(kind)]
    lines.append(f"      Open clocks: {', '.join(ticking) or 'none'}.")
    return "\n".join(lines)


class _StoryClock:
    """The clock of a story. A deadline passes when it is due, or later."""

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
    if move.says in set(DeadlineKind):
        yield FIRES[DeadlineKind(move.says)]
    else:
        yield _said(move.says, names, move.who)
    tells = move.course.tells if move.course else ()
    for who, purpose in tells:
        yield _said(TOLD_TO[purpose], names, who)
    if move.course and not tells:
        yield "Nobody more is told."


def _said(sentence: str, names: Sequence[str], who: int | None) -> str:
    name = "" if who is None else names[who]
    return sentence.format(who=name, Who=_capital(name))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
