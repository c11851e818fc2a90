"""Runs one fault test: callers report tips while the gateway has faults and the test kills processes. After the run,
the test checks the database."""

import math
import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from hotline.core.settings import Settings
from hotline.tips.rules import Urgency
from tests.faults.callers import CALLERS, Crowd, plan
from tests.faults.canary import Search, number_forms, written_forms
from tests.faults.ledger import REFERENCE, Breach, Invariant
from tests.faults.process_killer import EACH, ProcessKiller
from tests.faults.report import RunReport, source
from tests.faults.settling import accepted, reading, settle
from tests.faults.stand.ground import Pair, ground, own_or_refuse, second_server, under_test
from tests.support import books
from tests.support.handsets import EmulatorClient
from tests.support.stack import Stack


def answer_alerts(emulator: EmulatorClient, stop: threading.Event, share: float = 1.0) -> int:
    """Answers alerts by SMS until `stop` is set, and then answers the alerts that are left. With a `share` below one,
    some alerts get no answer.

    Returns the number of answers.
    """
    seen = 0
    answered: set[str] = set()
    texted = 0
    while True:
        last_round = stop.is_set()
        fresh = emulator.outbox(after=seen)
        seen += len(fresh)
        for sms in fresh:
            found = REFERENCE.match(sms["text"])
            if found and sms["accepted"] and found[1] not in answered:
                answered.add(found[1])
                if _answers(found[1], share):
                    texted += 1
                    emulator.text(f"1 {found[1]}", msisdn=sms["to"])
        if last_round:
            return texted
        stop.wait(0.5)


def _answers(reference: str, share: float) -> bool:
    """Returns True if a responder answers the alert with this reference. The result is the same for each repeat of an
    alert."""
    return sha256(reference.encode()).digest()[0] < 256 * share


LIES: tuple[Mapping[str, Any], ...] = (
    {"kind": "reset_before", "probability": 0.04},
    {"kind": "reset_after", "probability": 0.04},
    {"kind": "error_before", "probability": 0.04},
    {"kind": "error_after", "probability": 0.04},
    {"kind": "html", "probability": 0.02},
    {"kind": "charset", "probability": 0.02},
    {"kind": "truncated", "probability": 0.02},
    {"kind": "slow", "probability": 0.01, "seconds": 1.0},
    {"kind": "timeout", "probability": 0.002},
    {"kind": "drip", "probability": 0.002},
    {"kind": "recipient_status", "status": 500, "probability": 0.01},
    {"kind": "recipient_status", "status": 405, "skip": 150, "times": 1},
    {"kind": "no_report", "probability": 0.05},
    {"kind": "failed_report", "probability": 0.02},
    {"kind": "unknown_report", "probability": 0.02},
    {"kind": "duplicate_report", "probability": 0.1},
    {"kind": "reversed_reports", "probability": 0.1},
    {"kind": "early_report", "probability": 0.1},
    {"kind": "duplicate_hop", "probability": 0.05},
    {"kind": "concurrent_hop", "probability": 0.05},
    {"kind": "out_of_order", "probability": 0.03},
    {"kind": "retry_hop", "probability": 0.5, "seconds": 1.0},
    {"kind": "lost_answer", "probability": 0.005},
    {"kind": "missing_network", "probability": 0.02},
    {"kind": "missing_plus", "probability": 0.02},
    {"kind": "unescaped_plus", "probability": 0.02},
    {"kind": "no_end", "probability": 0.1},
    {"kind": "duplicate_end", "probability": 0.1},
    {"kind": "late_end", "probability": 0.05, "seconds": 5.0},
    {"kind": "duplicate_mo", "probability": 0.1},
    {"kind": "lost_mo", "probability": 0.1},
)
"""The faults of the emulator (the simulated gateway) and their probabilities. For each request to send an SMS, at most
one fault occurs: the first one in this order. About one in four of these requests fails. The status 405 means that the
hotline's account has no money, so the hotline pauses the queue."""


FEW = 2
"""A run with fewer tips than this number reports no statistics about waiting times."""
ANSWERING = 0.4
"""The share of alerts that a simulated responder answers. A tip causes about three alerts, so for one in five tips, no
responder answers and the hotline escalates the tip."""
SOUGHT = 3
"""The number of callers whose phone numbers the test looks for in all written data."""
TELL_EVERY = 10.0
"""The seconds between two lines of progress."""
WORDS = "ku iduka hafi y'umuhanda"
CROWDED = 3.0
"""If the machine's load for each processor is above this value, other programs also used the machine. A run alone
causes a load below two."""
SLOW = "slow answer"
REPEATED_OTHERWISE = "repeat answered otherwise"
"""The emulator's name for a repeated hop that got another answer than before. A fault test allows this fault: the
hotline ends the call politely while the database is down, and may continue the call when the gateway repeats the hop.
"""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """The settings with which one fault test runs."""

    tips: int
    seed: int
    pair: Pair = Pair.SQLITE
    pause: float = 3.0
    """The seconds between two kills after the first round."""
    minutes: float | None = None
    """The minutes after which callers begin no more reports."""
    each: int = EACH
    """The number of times that the run uses each failpoint, kills each server and empties each Redis."""
    spared: frozenset[str] = frozenset()
    """The names of kills that this run leaves out, because another run of the test makes these kills."""
    callers: int = CALLERS
    """The number of callers who call at the same time. New calls begin until each kind of kill has occurred."""
    turned: bool = False
    """If True, the test moves the hotline's clock forward, so that it waits less for leases and unknown results to end.
    If False, the hotline uses the true time."""


def run(folder: Path, order: Order, say: Say) -> RunReport:
    """Starts a hotline in this folder, lets callers report tips during every fault, checks the database, and ends the
    hotline.

    Raises ProgramMissing or StartFailed.
    """
    with (
        ground(order.pair) as on,
        under_test(folder, on) as (stack, faults),
        second_server(stack) as second,
    ):
        killer = ProcessKiller(
            keepers=(stack.pid, second.pid),
            faults=faults,
            redis_url=Settings.read(stack.environ).redis_url,
            seed=order.seed,
            pause=order.pause,
            each=order.each,
            spared=order.spared,
            turn=stack.turn if order.turned else None,
            servers=on.deaths,
            absences=on.absences,
        )
        own_or_refuse(stack, (folder, *on.folders))
        return _judged(stack, killer, order, (folder, *on.folders), say)


def _judged(
    stack: Stack, killer: ProcessKiller, order: Order, folders: tuple[Path, ...], say: Say
) -> RunReport:
    report = RunReport(order.tips, order.seed, order.pair, source=source())
    began = time.monotonic()
    end = began + 60 * order.minutes if order.minutes else math.inf
    crowd = Crowd(
        stack.emulator,
        order.tips,
        WORDS,
        enough=killer.dealt.is_set,
        callers=order.callers,
        late=lambda: killer.dealt.is_set() and time.monotonic() > end,
    )
    stack.emulator.set_faults(*LIES, seed=order.seed)

    report.load = _under_fire(stack, killer, crowd, say)

    report.lies = stack.emulator.struck()
    stack.emulator.clear_faults()
    stack.until_ready()
    say("quiet: waiting until every alert is settled")
    settled = settle(stack, crowd.told, turning=order.turned)
    found = [*settled, *_written(folders)]
    report.judged([*found, *_answered(stack, crowded=report.load > CROWDED)])
    _count(report, stack, killer, crowd)
    report.seconds = round(time.monotonic() - began, 1)
    return report


def _under_fire(stack: Stack, killer: ProcessKiller, crowd: Crowd, say: Say) -> float:
    """Runs the callers and the killer at the same time. Callers continue to report until every kind of kill has
    occurred.

    Returns the machine's highest load during the run.
    """
    over, quiet = threading.Event(), threading.Event()
    loads = [0.0]
    threads = [
        threading.Thread(target=killer.run, args=(over,)),
        threading.Thread(target=answer_alerts, args=(stack.emulator, quiet, ANSWERING)),
        threading.Thread(target=_progress, args=(crowd, killer, loads, quiet, say)),
    ]
    for thread in threads:
        thread.start()
    try:
        crowd.tell()
    finally:
        over.set()
        threads[0].join()
        quiet.set()
        for thread in threads:
            thread.join()
    return round(max(loads), 1)


def _progress(
    crowd: Crowd, killer: ProcessKiller, loads: list[float], stop: threading.Event, say: Say
) -> None:
    began = time.monotonic()
    while not stop.wait(TELL_EVERY):
        loads.append(os.getloadavg()[0] / (os.cpu_count() or 1))
        passed = time.monotonic() - began
        say(
            f"{passed:4.0f} s: {len(crowd.told)} of {crowd.tips} tips told, {killer.kills.total()} deaths"
        )


def _count(report: RunReport, stack: Stack, killer: ProcessKiller, crowd: Crowd) -> None:
    broken = crowd.broken
    report.promised, report.unheard = len(crowd.told), len(broken.unheard)
    report.most_dials, report.longest_wait = broken.most_dials, broken.longest
    report.dialogues_broken = dict(broken.ends.most_common())
    sent = accepted(stack)
    report.alerts = len(sent)
    report.sends = sum(len(texts) for texts in sent.values())
    report.repeats = report.sends - report.alerts
    report.deaths = dict(sorted(killer.kills.items()))
    report.faults = killer.kills.total() + sum(report.lies.values())
    report.violations = dict(Counter(one["rule"] for one in stack.emulator.violations()))
    report.told = waits(stack)


def waits(stack: Stack) -> dict[str, float]:
    """Returns statistics of the seconds between the filing of a tip about danger and its first alert that the gateway
    accepted or a responder acknowledged."""
    with reading(stack) as session:
        found = books.waits(session, urgency=Urgency.DANGER)
    if len(found) < FEW:
        return {}
    seconds = sorted(wait.total_seconds() for wait in found)
    twentieths = statistics.quantiles(seconds, n=20)
    return {
        "tips": len(seconds),
        "median": round(statistics.median(seconds), 2),
        "p95": round(twentieths[-1], 2),
        "worst": round(seconds[-1], 2),
    }


def _answered(stack: Stack, *, crowded: bool) -> list[Breach]:
    """Returns the hops that break invariant I8. On a busy machine, slow answers do not count."""
    seen = Counter(one["rule"] for one in stack.emulator.violations())
    del seen[REPEATED_OTHERWISE]
    if crowded:
        del seen[SLOW]
    return [Breach(Invariant.ANSWERED, f"{rule}, {count} times") for rule, count in seen.items()]


def _written(folders: tuple[Path, ...]) -> list[Breach]:
    """Returns the breaches of invariant I5: files of the hotline that contain a tip's words or a caller's phone number,
    plain or encoded."""
    needles = {f"words as {name}": form for name, form in written_forms(WORDS).items()}
    for tip in plan(SOUGHT, ["101"], WORDS):
        found = number_forms(tip.msisdn).items()
        needles |= {f"number {tip.number} as {name}": form for name, form in found}
    search = Search(folders, needles)
    search.once()
    return [Breach(Invariant.UNWRITTEN, found) for found in sorted(search.found)]
