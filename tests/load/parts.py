"""Measures one running hotline part by part, in comparison with the endpoint that does nothing. Each part returns
its numbers by name."""

import os
import signal
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from itertools import count
from urllib.parse import urlsplit

from tests.compare.gateway import Sent
from tests.compare.line import Line, LineBroken
from tests.faults.stand.processes import below
from tests.load.callers import MENUS, Kind
from tests.load.client import Load, Outcome, drive, percentile
from tests.load.null_endpoint import PATH, Null
from tests.load.pages import Browser, page_times
from tests.load.processes import held, listeners, spent

GATEWAY_SECONDS = 8.0
ALERTS = 3
"""The number of alerts for one tip about danger. The gateway gets one for each of the two responders of the tip's
district and one for the national desk, if `init --demo` made the hotline.
"""
ALERT_SECONDS = 120.0
SETTLED = 2.0
"""Seconds without an SMS or a delivery report after which the hotline counts as idle."""
PACE = 0.12
"""The hotline gets hops at this share of the highest rate at which the endpoint that does nothing can answer them. This
rate is about half of what one web process of the hotline can handle."""
NATION_SECONDS, RESTART_SECONDS = 6.0, 60.0
"""The seconds for which many callers dial, and the limit within which a new web process replaces a killed one."""
AT_ONCE_PACED, TELLERS = 64, 6
CALLERS_OF_100_HOPS = 8
HOPS_EACH = 6
"""The average number of hops in a session of the kind `mixed`."""
PAGE = "page "
"""The measured numbers about pages have names that begin with this word."""
Figures = Mapping[str, float]
_taken = count(1)


@dataclass(frozen=True, slots=True)
class Size:
    """The size of each part of the measurement."""

    turns: int = 4
    callers: int = 400
    """The number of simulated callers in each round. In a round, each caller sends a first hop and then opens menus."""
    mix_seconds: float = 6.0
    warm: int = 300
    """The number of sessions of the kind `mixed` that are played before the measurement begins."""
    reports: int = 60
    tips: int = 20
    page_turns: int = 3
    idle_seconds: float = 60.0
    sessions: int = 1500
    """The number of sessions in the test with many callers."""


@dataclass(slots=True)
class Stage:
    """One running hotline, the endpoint that does nothing, and the processes in which clients run."""

    line: Line
    null: Null
    clients: Executor
    size: Size
    ready_at: float
    """The time, by the monotonic clock, at which the hotline was ready."""

    def at_line(self, kind: Kind, callers: int, first: int = 0) -> Load:
        """Returns a load of hops for the hotline. The callers have numbers from `first` on, or new numbers if `first`
        is 0."""
        path = urlsplit(self.line.gateway.hooks["ussd"]).path
        return Load(self.line.port, path, kind, first or new_callers(), callers)

    def at_null(self, hops: int) -> Load:
        return Load(self.null.port, PATH, Kind.MENU, 1, max(1, hops // len(MENUS)))

    def begin(self, load: Load) -> "Future[Outcome]":
        return self.clients.submit(drive, load)

    def drive(self, load: Load) -> Outcome:
        """Sends the hops of the load, and returns their times. Raises LineBroken if an answer never came, or if it
        differs from other answers to the same keys."""
        outcome = self.begin(load).result()
        if outcome.odd or outcome.hung:
            said = f"{len(outcome.odd)} wrong answers, such as {outcome.odd[:1]}"
            name = self.line.checkout.name
            raise LineBroken(f"{name}: {said}; {outcome.hung} answers never came")
        return outcome

    def settle(self) -> None:
        """Waits until the hotline has sent every SMS and the gateway has sent every delivery report."""
        gateway, began = self.line.gateway, time.monotonic()

        def quiet() -> bool:
            return not gateway.report() and time.monotonic() - max(began, gateway.last) > SETTLED

        self.line.wait(quiet, ALERT_SECONDS)


def new_callers() -> int:
    """Returns the number of a simulated caller. The caller with this number and the 4,999 callers after it have not
    called yet."""
    return 5_000 * next(_taken)


def paced(load: Load, rate: float) -> Load:
    """Returns the same load with hops that are sent at a fixed rate, even while earlier hops have no answer."""
    return replace(load, rate=rate, at_once=AT_ONCE_PACED)


def memory(stage: Stage) -> Figures:
    """Measures the memory of all processes that `run` started, in megabytes, after a hundred hops and a pause."""
    first = new_callers()
    for kind in (Kind.FIRST, Kind.MENU):
        stage.drive(stage.at_line(kind, CALLERS_OF_100_HOPS, first))
    time.sleep(max(0.0, stage.ready_at + stage.size.idle_seconds - time.monotonic()))
    return {"memory, idle": held(stage.line.processes(whole=True))}


def hops(stage: Stage) -> Figures:
    """Measures, at full speed, how many first hops and how many menu hops the hotline answers in a second. Compares
    each with hops to the endpoint that does nothing."""
    firsts, menus, callers = [], [], stage.size.callers
    for _ in range(stage.size.turns):
        null = stage.drive(stage.at_null(callers * len(MENUS))).rate
        first = new_callers()
        firsts.append(stage.drive(stage.at_line(Kind.FIRST, callers, first)).rate / null)
        menus.append(stage.drive(stage.at_line(Kind.MENU, callers, first)).rate / null)
    return {"front menu": statistics.median(menus), "first hop": statistics.median(firsts)}


def mix(stage: Stage) -> Figures:
    """Measures the waiting time that only one hop in a hundred exceeds. The hops belong to whole sessions and are sent
    at a fixed rate."""
    rate = PACE * stage.drive(stage.at_null(stage.size.callers * len(MENUS))).rate
    count = int(rate * stage.size.mix_seconds)
    stage.drive(stage.at_line(Kind.MIXED, stage.size.warm))
    null = stage.drive(paced(stage.at_null(count), rate))
    sessions = max(1, round(count / HOPS_EACH))
    mixed = stage.drive(paced(stage.at_line(Kind.MIXED, sessions), rate))
    stage.settle()
    return {"p99 of a mix": percentile(mixed.waits, 99) / percentile(null.waits, 99)}


def report(stage: Stage) -> Figures:
    """Measures the cost of a report about danger, from dialling to its last alert, as a number of requests to the
    endpoint that does nothing."""
    null, began = stage.null.processes(), spent(stage.null.processes())
    hops = stage.drive(stage.at_null(stage.size.callers * stage.size.turns * len(MENUS)))
    each = stage.size.reports * (spent(null) - began) / len(hops.waits)
    whole = stage.line.processes(whole=True)
    web = listeners(stage.line.port, whole)
    before, before_web = spent(whole), spent(web)
    stage.drive(stage.at_line(Kind.REPORT, stage.size.reports))
    stage.settle()
    return {
        "danger report, hops": (spent(web) - before_web) / each,
        "danger report, whole line": (spent(whole) - before) / each,
    }


def alerts(stage: Stage, database: str) -> Figures:
    """Times each alert in seconds, from the key of the district until a slow gateway accepted the alert."""
    gateway, before = stage.line.gateway, len(stage.line.gateway.outbox)
    gateway.seconds = GATEWAY_SECONDS
    load = replace(stage.at_line(Kind.DANGER, stage.size.tips), at_once=TELLERS)
    dials = stage.drive(load).dials
    if len(dials) < stage.size.tips:
        raise LineBroken(f"{stage.line.checkout.name}: only {len(dials)} dangers could be reported")

    def waits() -> list[list[float]]:
        return [*accepted(dials, gateway.outbox[before:]).values()]

    stage.line.wait(lambda: all(len(each) >= ALERTS for each in waits()), ALERT_SECONDS)
    gateway.seconds = 0.0
    stage.settle()
    return {
        f"first alert, {database}": max(each[0] for each in waits()),
        f"all alerts, {database}": max(each[ALERTS - 1] for each in waits()),
    }


def accepted(dials: Mapping[str, float], outbox: Sequence[Sent]) -> Mapping[str, list[float]]:
    """Returns, for each district, the seconds until the gateway accepted its alert: one number for each person who was
    alerted. Each alert contains the name of its district."""
    waits: dict[str, dict[str, float]] = {place: {} for place in dials}
    for sent in outbox:
        for place, asked in dials.items():
            if place in sent.text and sent.answered == "taken":
                waits[place].setdefault(sent.to, sent.at - asked)
    return {place: sorted(each.values()) for place, each in waits.items()}


def pages(stage: Stage) -> Figures:
    """Times each page to which the first page has a link, and divides the median by the time of a request to the
    endpoint that does nothing."""
    times = page_times(stage.line.console_port, stage.size.page_turns)
    browser, null = Browser(stage.null.port), []
    for _ in range(len(times) * stage.size.page_turns):
        began = time.perf_counter()
        browser.ask(PATH, {})
        null.append(time.perf_counter() - began)
    browser.close()
    nothing = statistics.median(null)
    return {PAGE + page: statistics.median(took) / nothing for page, took in times.items()}


def nation(stage: Stage) -> Figures:
    """Kills the web process under load. Counts the tips about danger without an alert, and the hops without a
    correct answer."""
    gateway, before = stage.line.gateway, len(stage.line.gateway.outbox)
    load = stage.at_line(Kind.MIXED, stage.size.sessions)
    rate = stage.size.sessions * HOPS_EACH / NATION_SECONDS
    begun = stage.begin(replace(paced(load, rate), again=True, patience=RESTART_SECONDS))
    time.sleep(NATION_SECONDS / 3)
    os.kill(web_worker(stage.line), signal.SIGKILL)
    outcome = begun.result()
    stage.settle()
    unalerted = [not waits for waits in accepted(outcome.dials, gateway.outbox[before:]).values()]
    # If the hotline cannot serve a caller, it ends with a polite screen that promises nothing, so such an answer is not
    # wrong.
    wrong = [said for said in outcome.odd if not said.startswith("END ")]
    return {"lost, web process killed": sum(unalerted) + outcome.hung + len(wrong)}


def web_worker(line: Line) -> int:
    """Returns the process that answers callers: the listening process that has started no other process."""
    return next(pid for pid in listeners(line.port, line.processes()) if not below(pid))


PARTS: Mapping[str, Callable[[Stage], Figures]] = {
    "memory": memory,
    "hops": hops,
    "nation": nation,
    "mix": mix,
    "report": report,
    "pages": pages,
}
