"""Kills processes on purpose, with failpoint files and with signals, and empties Redis."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.faults.stand.processes import command_line, send, started_as

FAILPOINTS = (
    "tip.before_commit",
    "tip.after_commit",
    "tip.before_doorbell",
    "worker.before_claim",
    "worker.after_claim",
    "worker.after_send",
)
"""The places in the code (failpoints) at which the test kills a process. These places belong to the faults 1, 2, 3, 16,
17 and 18 in tests/rows.py."""
MARKS = {"web": "wsgi:application", "worker": "hotline process worker"}
"""For each kind of process: a text that its command line contains."""
REDIS_MARK = "unixsocket"
EACH = 5
"""The default number of times that a round (a random sequence of all kills) uses each failpoint, kills each server and
empties Redis."""
TWICE = 2
"""The maximum number of times that a round (a random sequence of all kills) kills each kind of process in `MARKS` with
a signal."""
FROZEN = {"worker.frozen": 33.0, "redis.frozen": 8.0}
"""The seconds for which the test freezes each process. In this time, a frozen worker loses its claimed messages and its
leadership, and the clients of a frozen Redis stop waiting for an answer."""
BY_THE_CLOCK = ("worker.frozen",)
"""The freezes that the test shortens by moving the hotline's clock. The test cannot shorten the other freezes, because
sockets do not use the hotline's clock."""
TICKS = 3.0
"""The seconds that a worker needs to notice the moved clock and do the due work."""
PATIENCE = 60.0
"""The maximum seconds until a process uses a failpoint file, or until there is a process to kill. This time is longer
than each freeze of a process."""
QUICK = 0.2
"""The seconds between two kills in the first round."""

Death = Callable[[], bool]


@dataclass
class ProcessKiller:
    """A random sequence of kills, which is the same for the same seed. The killer does all kinds of kills in its first
    round, and then more rounds until it is stopped."""

    keepers: Sequence[int]
    """The process ids of the keepers, which start the hotline's processes again. Each process of the hotline is a child
    of a keeper."""
    faults: Path
    redis_url: str
    seed: int
    pause: float = 3.0
    """The seconds between two kills after the first round."""
    each: int = EACH
    spared: frozenset[str] = frozenset()
    """The names of kills that this run leaves out, because another run of the test makes these kills."""
    turn: Callable[[int], None] | None = None
    """Moves the hotline's clock forward by some seconds, so that the freezes in `BY_THE_CLOCK` are shorter."""
    servers: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """Functions that kill servers outside the hotline, by name. Each function returns when its server runs again."""
    absences: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """Functions that kill a server and start it again after a long time, by name."""
    kills: Counter[str] = field(default_factory=Counter)
    dealt: threading.Event = field(default_factory=threading.Event)
    """The killer sets this event after its first round of kills."""

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._thawing: list[threading.Thread] = []
        self._asleep: set[int] = set()
        """The ids of the processes that the killer has frozen and must not kill, because they must continue later."""
        self._stop = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Kills processes until `stop` is set. When the function returns, no process is frozen."""
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
        """Yields the kills of one round. Freezes come first, so that the killer kills other processes while one is
        frozen."""
        often: dict[str, Death] = {name: partial(self._fail, name) for name in FAILPOINTS}
        often |= {name: partial(self._call, die) for name, die in self.servers.items()}
        often.setdefault("redis", partial(self._kill, REDIS_MARK))
        often["redis.flush"] = self._flush
        seldom: dict[str, Death] = {name: partial(self._kill, mark) for name, mark in MARKS.items()}
        deck = [*often.items()] * self.each + [*seldom.items()] * min(TWICE, self.each)
        deck.append(("everything", self._everything))
        deck = [one for one in deck if one[0] not in self.spared]
        self._dice.shuffle(deck)

        asleep: dict[str, Death] = {name: partial(self._freeze, name) for name in FROZEN}
        asleep |= {name: partial(self._call, absent) for name, absent in self.absences.items()}
        yield from (one for one in asleep.items() if one[0] not in self.spared)
        yield from deck

    def _fail(self, failpoint: str) -> bool:
        token = self.faults / failpoint
        token.touch()
        taken = self._until(lambda: not token.exists())
        token.unlink(missing_ok=True)
        return taken

    def _kill(self, mark: str) -> bool:
        return self._until(lambda: self._signal_one(mark, signal.SIGKILL) is not None)

    def _everything(self) -> bool:
        """Kills all processes at once, in a random order. The process that is killed first is the first to start
        again."""
        marks = [*MARKS.values(), REDIS_MARK]
        victims = [pid for mark in marks for pid in self._found(mark)]
        self._dice.shuffle(victims)
        return sum(send(pid, signal.SIGKILL) for pid in victims) > 0

    def _freeze(self, name: str) -> bool:
        mark = MARKS.get(name.partition(".")[0], REDIS_MARK)
        pid = self._signal_one(mark, signal.SIGSTOP)
        if pid is not None:
            self._asleep.add(pid)
            self._thawing.append(threading.Thread(target=self._thaw, args=(name, mark, pid)))
            self._thawing[-1].start()
        # The killer counts a freeze only after the process runs again.
        return False

    def _thaw(self, name: str, mark: str, pid: int) -> None:
        slept = self._slept(name)
        if mark in command_line(pid) and send(pid, signal.SIGCONT) and slept:
            self.kills[name] += 1
        self._asleep.discard(pid)

    def _slept(self, name: str) -> bool:
        """Waits until a freeze is over. Returns False if the run ended before that."""
        if self.turn is None or name not in BY_THE_CLOCK:
            return not self._stop.wait(FROZEN[name])
        if self._stop.wait(TICKS):
            return False
        self.turn(round(FROZEN[name]))
        return not self._stop.wait(TICKS)

    def _call(self, die: Callable[[], None]) -> bool:
        die()
        return True

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
        """Sends a signal to one random process with the text `mark` in its command line. Returns the id of the process,
        or None if no process got the signal."""
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
