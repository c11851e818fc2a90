"""What hops are sent to, and the hops that each is sent, sorted by what they ask of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from tests.load.hops.addresses import FLASK, NULL
from tests.load.hops.hits import WaysCount
from tests.load.hops.learnt import LearntAnswers, LearntSession
from tests.load.line import Web
from tests.load.load import TimedRequest, form, hop

NOTHING = "null"
Rows = list[list[TimedRequest]]
"""Dialogues, each a row of hops."""


class HopPart(StrEnum):
    """Of what is measured, each in a turn of its own."""

    FIRST = "first"
    """First hops: each commits a row."""
    MENU = "menu"
    """The hops behind them, of sessions of which nothing more is committed."""
    COUNTED = "counted"
    """The hops behind them, of sessions in which a topic that was read is counted, and the like."""
    TOLD = "told"
    """The hops behind them, of sessions that tell a danger."""
    MIXED = "mixed"
    """Whole sessions, in the shares of their habits."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Its callers were never met before, in each batch."""

    port: int
    apart: Callable[[int], Mapping[HopPart, Rows]]
    """The hops of so many sessions by their parts, to be sent in this order."""
    whole: Callable[[int], Rows]
    """So many sessions, mixed."""
    spent: Callable[[], float]
    """Seconds of the processor that its process has taken."""
    ways: Callable[[], WaysCount | None] = lambda: None


class LineCallers:
    """Makes the hops of callers of the line, each with a session and a number of her own."""

    def __init__(self, web: Web, learnt: LearntAnswers) -> None:
        self._web = web
        self._learnt = learnt
        self._taken = count(1)
        self._same: Sequence[LearntSession] = ()

    def endpoints(self) -> Mapping[str, Endpoint]:
        """The null endpoint, the line by Flask, and the line as it is served."""
        paths = {NOTHING: NULL, "flask": FLASK + self._web.hook, "line": self._web.hook}
        return {kind: self._endpoint(kind, path) for kind, path in paths.items()}

    def _endpoint(self, kind: str, path: str) -> Endpoint:
        nothing = kind == NOTHING

        def apart(callers: int) -> Mapping[HopPart, Rows]:
            found: dict[HopPart, Rows] = {part: [] for part in HopPart}
            for one in self._sessions(callers, nothing=nothing):
                row = self.requests(one, path, nothing=nothing)
                found[HopPart.FIRST].append(row[:1])
                found[part_of(one)].append(row[1:])
            return found

        def whole(callers: int) -> Rows:
            sessions = self._sessions(callers, nothing=nothing)
            return [self.requests(one, path, nothing=nothing) for one in sessions]

        return Endpoint(self._web.port, apart, whole, self._web.spent, self._web.ways)

    def _sessions(self, callers: int, *, nothing: bool) -> Sequence[LearntSession]:
        """For the null endpoint the same each time: nothing is learnt for it."""
        if not nothing:
            return list(self._learnt.sessions(callers))
        if len(self._same) != callers:
            self._same = list(self._learnt.sessions(callers))
        return self._same

    def requests(
        self, one: LearntSession, path: str, *, nothing: bool = False
    ) -> list[TimedRequest]:
        number = next(self._taken)
        return [
            TimedRequest(
                hop(path, form(session_name(number), text, caller_number(number))),
                b"ok" if nothing else answer.encode(),
            )
            for text, answer in zip(one.texts, one.answers, strict=True)
        ]


def part_of(one: LearntSession) -> HopPart:
    if one.tells:
        return HopPart.TOLD
    return HopPart.COUNTED if one.counted else HopPart.MENU


def session_name(number: int) -> str:
    return f"ATUid_{number:032x}"


def caller_number(number: int) -> str:
    """An invented number, of nobody whose answers were learnt."""
    return f"+25073{number:07d}"


def hops_in(rows: Sequence[Sequence[TimedRequest]]) -> int:
    return sum(map(len, rows))
