"""A nation on the line: whole sessions from two client processes, a tip in one of fifty, and a web process that dies.

Whoever read that her tip is passed on has it filed, sealed and alerted afterwards: the books and the gateway say so.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import click

from hotline.domain.tip import Urgency
from tests import books
from tests.chaos.callers import Promise
from tests.chaos.ledger import Breach
from tests.chaos.process_killer import MARKS
from tests.chaos.settling import kit_of, settle
from tests.chaos.stand.ground import Pair, ground, own_or_refuse
from tests.chaos.stand.processes import below, send, started_as
from tests.load.driver import drive
from tests.load.hops.endpoints import caller_number, session_name
from tests.load.hops.habits import MIDDLE, SHARES, Habit
from tests.load.hops.learnt import LearntAnswers, LearntSession, answers_learnt
from tests.load.load import Load, LoadResult, TimedRequest, form, hop, percentile
from tests.stack import Stack

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


WEB_PROCESSES = 2
"""One dies, and the other answers."""
SETTLE_SECONDS = 120.0
"""For the alerts to be accepted; what is on its way then has as many again as a doubt takes."""
LAST_SECONDS = 40.0
UNDISTURBED, KILLED = "undisturbed", "one killed"
MOST_SESSIONS = 100_000


@dataclass(frozen=True, slots=True)
class NationFigures:
    pair: Pair
    passes: Mapping[str, PassFigures]
    tips: int
    """Whose callers read that they are passed on."""
    alerted: int
    """Tips of danger of which the gateway took an alert."""
    settled: float
    """Seconds from the last session to the last alert."""
    breaches: Sequence[str]
    """What does not hold of a tip that was promised."""
    load: float
    """Of the machine, in the last minute."""

    @property
    def whole(self) -> bool:
        """Nothing is lost, nobody was answered wrongly, and nobody was cut off while nothing died."""
        passes = self.passes.values()
        answered = not any(one.wrong or one.hung for one in passes)
        served = not self.passes[UNDISTURBED].cut
        died = all(one.killed == 1 for name, one in self.passes.items() if name == KILLED)
        return answered and served and died and not self.breaches and self.alerted >= self.tips


@click.command("nation")
@click.option(
    "--sessions",
    default=3000,
    show_default=True,
    type=click.IntRange(1, MOST_SESSIONS),
    help="Of each pass, seven hops each.",
)
@click.option(
    "--pair",
    type=click.Choice([pair.value for pair in Pair]),
    default=Pair.SQLITE.value,
    show_default=True,
)
@click.option(
    "--at-once", default=64, show_default=True, type=click.IntRange(2, 1000), help="Callers."
)
@click.option("--rate", type=click.FloatRange(1.0), help="Hops a second; else as many as go.")
@click.option(
    "--kill/--no-kill", default=True, show_default=True, help="A second pass, in which one dies."
)
@click.option("--seed", default=1, show_default=True, help="Of what callers key.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def nation_bench(
    sessions: int,
    pair: str,
    at_once: int,
    rate: float | None,
    kill: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Whole sessions of seven hops on a whole line, one of fifty a tip of danger, from two client processes.

    In a second pass one of two web processes is killed in the middle. Ends with 1 where a promised tip is lost, or an
    answer is wrong.
    """
    with ExitStack() as block:
        folder = Path(block.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
        on = block.enter_context(ground(Pair(pair)))
        learnt = block.enter_context(answers_learnt(seed))
        environ = {**on.environ, "HOTLINE_WEB_WORKERS": str(WEB_PROCESSES)}
        stack = block.enter_context(Stack(folder, environ=environ))
        own_or_refuse(stack, (folder, *on.folders))
        pool = block.enter_context(ProcessPoolExecutor(CLIENTS, mp_context=get_context("spawn")))
        hook = urlsplit(json.loads(stack.command("keys", "hooks", "--json"))["ussd"]).path
        callers = NationCallers(learnt, hook)
        nation = _Nation(stack, callers, learnt.polite_ends(), at_once, rate)
        passes = nation.passes(pool, sessions, kill=kill)
        figures = nation.judged(Pair(pair), passes)

    if as_json:
        click.echo(json.dumps(asdict(figures)))
    else:
        _tell(figures)
    if not figures.whole:
        sys.exit(1)


class _Nation:
    def __init__(
        self,
        stack: Stack,
        callers: NationCallers,
        polite: frozenset[str],
        at_once: int,
        rate: float | None,
    ) -> None:
        self._stack = stack
        self._callers = callers
        self._polite = polite
        self._at_once = at_once
        self._rate = rate
        self._promises: list[Promise] = []

    def passes(self, pool: Executor, sessions: int, *, kill: bool) -> dict[str, PassFigures]:
        found = {UNDISTURBED: self._pass(sessions).run(pool)}
        if kill:
            with self._begun(sessions // 2) as half_way:
                found[KILLED] = self._pass(sessions).run(pool, self._kill_one, when=half_way)
        return found

    @contextmanager
    def _begun(self, sessions: int) -> Iterator[Callable[[], bool]]:
        """Says whether so many more dialogues have begun than had begun before."""
        kit = kit_of(self._stack)

        def begun() -> int:
            with kit.database.reading() as session:
                return books.dialogues(session)

        try:
            wanted = begun() + sessions
            yield lambda: begun() >= wanted
        finally:
            kit.database.close()

    def _pass(self, sessions: int) -> NationPass:
        click.echo(f"{sessions} sessions ...", err=True)
        return NationPass(
            self._stack.port,
            self._callers.sessions(sessions),
            self._at_once,
            self._rate,
            self._polite,
            self._promises,
        )

    def _kill_one(self) -> bool:
        """Whether a web process was there to be killed: a server's worker, not the parent that starts another."""
        servers = started_as(self._stack.pid, MARKS["web"])
        workers = [pid for server in servers for pid in below(server) if not below(pid)]
        return bool(workers) and send(workers[0], signal.SIGKILL)

    def judged(self, pair: Pair, passes: Mapping[str, PassFigures]) -> NationFigures:
        """Once every alert is accepted, or time is up."""
        click.echo("waiting for the alerts ...", err=True)
        load, began = os.getloadavg()[0], time.monotonic()
        breaches = settle(self._stack, self._promises, seconds=SETTLE_SECONDS, last=LAST_SECONDS)
        return NationFigures(
            pair=pair,
            passes=passes,
            tips=len(self._promises),
            alerted=_alerted(self._stack),
            settled=time.monotonic() - began,
            breaches=[_said(one) for one in breaches],
            load=load,
        )


def _alerted(stack: Stack) -> int:
    kit = kit_of(stack)
    try:
        with kit.database.reading() as session:
            return len(books.waits(session, urgency=Urgency.DANGER))
    finally:
        kit.database.close()


def _said(breach: Breach) -> str:
    return f"{breach.invariant}: {breach.sentence}"


def _tell(figures: NationFigures) -> None:
    click.echo("             sessions    cut  sessions/s  hops/s  p50 ms  p99 ms  again  client")
    for name, f in figures.passes.items():
        click.echo(
            f"{name:12}{f.sessions:9}{f.cut:7}{f.session_rate:12.0f}{f.rate:8.0f}"
            f"{f.p50:8.1f}{f.p99:8.1f}{f.repeats:7}{f.client:8.2f}"
        )
        if f.wrong or f.hung:
            click.echo(f"{'':12}{f.wrong} wrong answers, {f.hung} that never came")
    click.echo(
        f"{figures.tips} tips passed on, {figures.alerted} alerted within {figures.settled:.0f} s,"
        f" {figures.pair}, load {figures.load:.1f}"
    )
    for breach in figures.breaches:
        click.echo(breach)
