"""Whole sessions from two client processes, once over; and whose tip the line has said is passed on."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass, field
from itertools import count

from hotline.lab.bench.driver import drive
from hotline.lab.bench.hops.endpoints import caller_number, session_name
from hotline.lab.bench.hops.habits import MIDDLE, SHARES, Habit
from hotline.lab.bench.hops.learnt import LearntAnswers, LearntSession
from hotline.lab.bench.load import Load, LoadResult, TimedRequest, form, hop, percentile
from hotline.lab.chaos.callers import Promise

CLIENTS = 2
WHOLE = 1 + MIDDLE
"""Hops of a session: the first, and six more."""
OTHERS: Mapping[Habit, int] = {
    habit: share for habit, share in SHARES.items() if habit not in (Habit.LEAVES, Habit.TELLS)
}
"""What those do who do not tell. Nobody leaves early here."""
EACH_TELLS = 50
"""One in so many tells a danger."""
RESTING = 1.0
"""Seconds in which every client is given its load."""
LOOKS_EACH = 0.02
"""Seconds between two looks whether it is time to kill."""


@dataclass(frozen=True, slots=True)
class PassFigures:
    sessions: int
    """Of which every answer came and was right."""
    cut: int
    """The others: each heard the polite end, or something wrong, or nothing."""
    wrong: int
    """Answers that are neither right nor the polite end, which a caller hears whom the line cannot serve."""
    hung: int
    repeats: int
    """Hops sent again because their connection broke."""
    seconds: float
    session_rate: float
    rate: float
    """Hops a second."""
    p50: float
    """Milliseconds."""
    p99: float
    client: float
    """The share of its time in which the busier client was busy."""
    killed: int
    """Web processes that were killed meanwhile."""


@dataclass(frozen=True, slots=True)
class NationSession:
    """One session of the pass, as it is sent."""

    name: str
    learnt: LearntSession = field(repr=False)
    hops: Sequence[TimedRequest] = field(repr=False)

    def promise(self, right: int) -> Promise | None:
        """What its caller has read after so many right answers, where that is a promise."""
        passed_on = self.learnt.passed_on
        if passed_on is None or right <= passed_on:
            return None
        return Promise(self.name, self.learnt.caller.district, complete=False)


class NationCallers:
    """Makes sessions of seven hops each, one in fifty of which tells a danger."""

    def __init__(self, learnt: LearntAnswers, hook: str) -> None:
        self._learnt = learnt
        self._hook = hook
        self._taken = count(1)

    def sessions(self, number: int) -> list[NationSession]:
        telling = max(1, number // EACH_TELLS)
        found = [*self._whole(telling, {Habit.TELLS: 1}), *self._whole(number - telling, OTHERS)]
        # Those who tell are spread over the pass, as in life.
        return [one for start in range(telling) for one in found[start::telling]]

    def _whole(self, number: int, shares: Mapping[Habit, int]) -> list[NationSession]:
        found: list[NationSession] = []
        while len(found) < number:
            drawn = self._learnt.sessions(number - len(found), shares)
            found += [self._sent(one) for one in drawn if _fits(one)]
        return found

    def _sent(self, one: LearntSession) -> NationSession:
        number = next(self._taken)
        name, caller = session_name(number), caller_number(number)
        hops = [
            TimedRequest(hop(self._hook, form(name, text, caller)), answer.encode())
            for text, answer in zip(one.texts, one.answers, strict=True)
        ]
        return NationSession(name, one, hops)


@dataclass
class NationPass:
    """One pass over these sessions, by as many clients as there are processes in the pool."""

    port: int
    sessions: Sequence[NationSession]
    at_once: int
    rate: float | None
    polite: frozenset[str]
    """The line's answers where it cannot serve."""
    promises: list[Promise] = field(default_factory=list)

    def run(
        self,
        pool: Executor,
        kill: Callable[[], bool] | None = None,
        *,
        when: Callable[[], bool] = lambda: True,
    ) -> PassFigures:
        """With `kill` called once, as soon as `when` says so."""
        begins = time.time() + RESTING
        shares = [self.sessions[client::CLIENTS] for client in range(CLIENTS)]
        asked = [pool.submit(drive, self._load(share, begins)) for share in shares]
        killed = False
        while kill is not None and not killed and not all(one.done() for one in asked):
            if when():
                killed = kill()
                break
            wait(asked, timeout=LOOKS_EACH)
        outcomes = [one.result() for one in asked]
        for share, outcome in zip(shares, outcomes, strict=True):
            self._note(share, outcome)
        return _figures(outcomes, self.polite, int(killed))

    def _load(self, share: Sequence[NationSession], begins: float) -> Load:
        rate = self.rate / CLIENTS if self.rate else None
        at_once = max(1, self.at_once // CLIENTS)
        rows = [one.hops for one in share]
        return Load(self.port, rows, at_once, rate=rate, again=True, begins=begins)

    def _note(self, share: Sequence[NationSession], outcome: LoadResult) -> None:
        for one, right in zip(share, outcome.right, strict=True):
            if promise := one.promise(right):
                self.promises.append(promise)


def _fits(one: LearntSession) -> bool:
    """Whether it is as long as all are, and whoever tells is told that it is passed on."""
    return len(one.texts) == WHOLE and one.tells == (one.passed_on is not None)


def _figures(outcomes: Sequence[LoadResult], polite: frozenset[str], killed: int) -> PassFigures:
    waits = [wait for outcome in outcomes for wait in outcome.waits]
    seconds = max(outcome.seconds for outcome in outcomes)
    right = sum(done == WHOLE for outcome in outcomes for done in outcome.right)
    sessions = sum(len(outcome.right) for outcome in outcomes)
    wrong = [answer for outcome in outcomes for answer in outcome.wrong if answer not in polite]
    return PassFigures(
        sessions=right,
        cut=sessions - right,
        wrong=len(wrong),
        hung=sum(outcome.hung for outcome in outcomes),
        repeats=sum(outcome.repeats for outcome in outcomes),
        seconds=seconds,
        session_rate=right / seconds if seconds else 0.0,
        rate=len(waits) / seconds if seconds else 0.0,
        p50=1000 * percentile(waits, 50),
        p99=1000 * percentile(waits, 99),
        client=max(outcome.busy for outcome in outcomes),
        killed=killed,
    )
