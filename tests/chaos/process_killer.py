"""Kills processes, on purpose and in number: by failpoint token, by signal, and Redis' memory by a flush."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.chaos.stand.processes import command_line, send, started_as

FAILPOINTS = (
    "tip.before_commit",
    "tip.after_commit",
    "tip.before_doorbell",
    "worker.before_claim",
    "worker.after_claim",
    "worker.after_send",
)
"""Rows 1, 2, 3, 16, 17 and 18 of the fault matrix."""
MARKS = {
    "web": "wsgi:application",
    "worker": "hotline process worker",
}
"""What each process of the line was started with."""
REDIS_MARK = "unixsocket"
EACH = 5
"""How often a deck holds each failpoint, each server's death and each flush, where nothing else is asked for."""
TWICE = 2
"""How often it holds the deaths that nothing but a new start can mend."""
FROZEN = {"worker.frozen": 33.0, "redis.frozen": 8.0}
"""Seconds asleep: a worker past its lease and its leadership, Redis past everybody's patience."""
BY_THE_CLOCK = ("worker.frozen",)
"""Those that a turned clock makes as long: the others are waited for by sockets, which know no clock of ours."""
TICKS = 3.0
"""Seconds in which a relay notices that the clock was turned, and does what is then due."""
PATIENCE = 60.0
"""Seconds for a token to be taken, or for a process to be there to be killed: longer than anybody is asleep."""
QUICK = 0.2
"""Seconds between the deaths of the first deck."""

Death = Callable[[], bool]


@dataclass
class ProcessKiller:
    """Deaths one after the other, in a random order that a seed repeats: a whole deck, then more until told to stop."""

    keepers: Sequence[int]
    """Every process of the line is below one of these."""
    faults: Path
    redis_url: str
    seed: int
    pause: float = 3.0
    """Seconds between deaths once the first deck is through."""
    each: int = EACH
    spared: frozenset[str] = frozenset()
    """Deaths that are not dealt: another run's."""
    turn: Callable[[int], None] | None = None
    """Turns the line's clock on: who is frozen then sleeps for seconds of that clock."""
    servers: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """Deaths of servers that stand beside the line, by name: each returns when it is up again."""
    absences: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """The same for long ones."""
    kills: Counter[str] = field(default_factory=Counter)
    dealt: threading.Event = field(default_factory=threading.Event)
    """The first deck is through."""

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._thawing: list[threading.Thread] = []
        self._asleep: set[int] = set()
        """Nobody else kills these: they must wake."""
        self._stop = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; nothing is asleep afterwards."""
        self._stop = stop
        while not stop.is_set():
            for name, death in self._deck():
                if stop.is_set():
                    break
                if death():
                    self.kills[name] += 1
                stop.wait(self.pause if self.dealt.is_set() else QUICK)
            self._all_awake()
            self.dealt.set()
            stop.wait(self.pause)
        self._all_awake()

    def _all_awake(self) -> None:
        for thread in self._thawing:
            thread.join()

    def _deck(self) -> Iterator[tuple[str, Death]]:
        """Whoever freezes comes first: meanwhile the others die."""
        often = {name: self._tokens(name) for name in FAILPOINTS}
        often |= {name: self._beside(die) for name, die in self.servers.items()}
        often.setdefault("redis", self._killing(REDIS_MARK))
        often["redis.flush"] = self._flush
        seldom = {name: self._killing(mark) for name, mark in MARKS.items()}
        deck = [*often.items()] * self.each + [*seldom.items()] * min(TWICE, self.each)
        deck.append(("everything", self._everything))
        deck = [one for one in deck if one[0] not in self.spared]
        self._dice.shuffle(deck)

        asleep = {name: self._freezing(name) for name in FROZEN}
        asleep |= {name: self._beside(absent) for name, absent in self.absences.items()}
        yield from (one for one in asleep.items() if one[0] not in self.spared)
        yield from deck

    def _tokens(self, name: str) -> Death:
        def laid() -> bool:
            token = self.faults / name
            token.touch()
            taken = self._until(lambda: not token.exists())
            token.unlink(missing_ok=True)
            return taken

        return laid

    def _killing(self, mark: str) -> Death:
        def killed() -> bool:
            return self._until(lambda: self._signal_one(mark, signal.SIGKILL) is not None)

        return killed

    def _everything(self) -> bool:
        """Every process at once, the first killed being the first to start again: in any order, each time another."""
        marks = [*MARKS.values(), REDIS_MARK]
        victims = [pid for mark in marks for pid in self._found(mark)]
        self._dice.shuffle(victims)
        return sum(send(pid, signal.SIGKILL) for pid in victims) > 0

    def _freezing(self, name: str) -> Death:
        mark = MARKS.get(name.partition(".")[0], REDIS_MARK)

        def thaw(pid: int) -> None:
            slept = self._slept(name)
            if mark in command_line(pid) and send(pid, signal.SIGCONT) and slept:
                self.kills[name] += 1
            self._asleep.discard(pid)

        def frozen() -> bool:
            pid = self._signal_one(mark, signal.SIGSTOP)
            if pid is not None:
                self._asleep.add(pid)
                self._thawing.append(threading.Thread(target=thaw, args=(pid,)))
                self._thawing[-1].start()
            # It counts when it wakes.
            return False

        return frozen

    def _slept(self, name: str) -> bool:
        """Whether nobody ended the run meanwhile."""
        if self.turn is None or name not in BY_THE_CLOCK:
            return not self._stop.wait(FROZEN[name])
        if self._stop.wait(TICKS):
            return False
        self.turn(round(FROZEN[name]))
        return not self._stop.wait(TICKS)

    def _beside(self, die: Callable[[], None]) -> Death:
        def died() -> bool:
            die()
            return True

        return died

    def _flush(self) -> bool:
        def flushed() -> bool:
            try:
                with Redis.from_url(self.redis_url, socket_timeout=1) as redis:
                    redis.flushall()
            except RedisError:
                return False
            return True

        return self._until(flushed)

    def _found(self, mark: str) -> list[int]:
        found = (pid for keeper in self.keepers for pid in started_as(keeper, mark))
        return [pid for pid in found if pid not in self._asleep]

    def _signal_one(self, mark: str, number: signal.Signals) -> int | None:
        """Whom it reached."""
        victims = self._found(mark)
        if not victims:
            return None
        chosen = self._dice.choice(victims)
        return chosen if send(chosen, number) else None

    def _until(self, done: Callable[[], bool]) -> bool:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if done():
                return True
            if self._stop.wait(0.02):
                return False
        return False
