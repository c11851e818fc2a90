"""One fault run: callers, a gateway that lies, deaths by the dozen, and then the books are read."""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hotline.bootstrap import Role, build_kit
from hotline.cli.init import PASSPHRASE_FILE
from hotline.cli.stack import Stack
from hotline.config import Settings
from hotline.domain.places import districts
from hotline.domain.tip import NATIONAL
from hotline.ports import Kit
from hotline.sealing.opening import unwrap_desk_key
from hotline.store import desks
from tests.chaos import ledger
from tests.chaos.killer import Killer
from tests.chaos.responders import answer_alerts
from tests.chaos.told import Promise, plan, tell

CALLERS = 4
SETTLE_SECONDS = 150.0
"""An alert of danger may wait a lease (30 s) and then a doubt (30 s), and a second of each."""
LIES = (
    {"kind": "reset_before", "probability": 0.04},
    {"kind": "reset_after", "probability": 0.04},
    {"kind": "error_before", "probability": 0.04},
    {"kind": "error_after", "probability": 0.04},
    {"kind": "html", "probability": 0.02},
    {"kind": "charset", "probability": 0.02},
    {"kind": "truncated", "probability": 0.02},
    {"kind": "no_report", "probability": 0.05},
    {"kind": "duplicate_report", "probability": 0.1},
    {"kind": "reversed_reports", "probability": 0.1},
    {"kind": "early_report", "probability": 0.1},
    {"kind": "duplicate_hop", "probability": 0.05},
    {"kind": "concurrent_hop", "probability": 0.05},
    {"kind": "out_of_order", "probability": 0.03},
    {"kind": "retry_hop", "probability": 0.5, "seconds": 1.0},
    {"kind": "no_end", "probability": 0.1},
    {"kind": "duplicate_end", "probability": 0.1},
    {"kind": "duplicate_mo", "probability": 0.1},
)
WORDS = "ku iduka hafi y'umuhanda"


@dataclass
class Report:
    """What a run did and what it found: one line of JSON."""

    tips: int
    promises: int = 0
    alerts: int = 0
    sends: int = 0
    seconds: float = 0.0
    kills: dict[str, int] = field(default_factory=dict)
    lies: dict[str, int] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)

    def line(self) -> str:
        return json.dumps(asdict(self))


def kit_of(stack: Stack) -> Kit:
    """The hooks' kit on the line's own home: it knows the sessions' digests, and opens nothing."""
    return build_kit(Settings.read(stack.environ), Role.HOOKS)


def run(
    stack: Stack,
    faults: Path,
    *,
    tips: int,
    seed: int,
    servers: Mapping[str, Callable[[], None]] | None = None,
) -> Report:
    """Tips under every fault at once, until all are told and all deaths died; then quiet, then the books.

    `servers` are the deaths of those that stand beside the line.
    """
    report = Report(tips)
    began = time.monotonic()
    stack.emulator.set_faults(*LIES, seed=seed)
    redis_url = Settings.read(stack.environ).redis_url
    killer = Killer(stack.pid, faults, redis_url, seed, servers or {})

    told = _under_fire(stack, killer, tips)

    report.lies = stack.emulator.struck()
    stack.emulator.clear_faults()
    stack.until_ready()
    report.breaches = settle(stack, told)
    report.promises = len(told)
    report.kills = dict(killer.kills)
    report.sends = len(accepted_texts(stack))
    report.alerts = len(ledger.by_reference(accepted_texts(stack)))
    report.seconds = round(time.monotonic() - began, 1)
    return report


def _under_fire(stack: Stack, killer: Killer, tips: int) -> list[Promise]:
    """Callers and deaths side by side: nobody stops telling before the last death."""
    over, quiet = threading.Event(), threading.Event()
    deaths = threading.Thread(target=killer.run, args=(over,))
    answers = threading.Thread(target=answer_alerts, args=(stack.emulator, quiet))
    deaths.start()
    answers.start()
    codes = [district.code for district in districts()]
    told: list[Promise] = []
    try:
        with ThreadPoolExecutor(CALLERS) as callers:
            told += callers.map(lambda tip: tell(stack.emulator, tip), plan(tips, codes, WORDS))
            extra = plan(20 * tips, codes, WORDS)[tips:]
            while deaths.is_alive() and extra:
                batch, extra = extra[:CALLERS], extra[CALLERS:]
                told += callers.map(lambda tip: tell(stack.emulator, tip), batch)
    finally:
        over.set()
        deaths.join()
        quiet.set()
        answers.join()
    return told


def settle(stack: Stack, told: Sequence[Promise], *, seconds: float = SETTLE_SECONDS) -> list[str]:
    """Every breach that is still one when time is up; as soon as there is none, none."""
    kit = kit_of(stack)
    promised = [
        ledger.Told(kit.pseudonyms.session(one.session_id), one.place, one.complete) for one in told
    ]
    end = time.monotonic() + seconds
    try:
        while True:
            breaches = _breaches(kit, promised, stack)
            if not breaches or time.monotonic() > end:
                return breaches
            time.sleep(1.0)
    finally:
        kit.database.close()


def _breaches(kit: Kit, promised: Sequence[ledger.Told], stack: Stack) -> list[str]:
    waiting = ledger.unreferred(kit.database) + ledger.unsettled(kit.database)
    if waiting:
        return waiting
    accepted = ledger.by_reference(accepted_texts(stack))
    return [
        *ledger.lost(kit.database, promised),
        *ledger.unreadable(kit.database, promised, national_key(stack, kit)),
        *ledger.unsent(kit.database, accepted),
        *ledger.repeated_too_often(kit.database, accepted),
    ]


def national_key(stack: Stack, kit: Kit) -> bytes:
    """What opens every tip: the desk's key, by the passphrase that `hotline init` left in the home."""
    passphrase = (stack.home / PASSPHRASE_FILE).read_text().strip()
    with kit.database.reading() as session:
        wrapped = desks.wrapped_key(session, NATIONAL, desks.ENROLMENT)
    return unwrap_desk_key(wrapped, passphrase, desk=NATIONAL)


def accepted_texts(stack: Stack) -> list[str]:
    return [sms["text"] for sms in stack.emulator.outbox() if sms["accepted"]]
