"""Runs `bin/bench restore`: restores a backup on an empty machine, with sample data or with a backup of the real
hotline."""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import click

from hotline.cli.backup import backup_key
from hotline.cli.command_context import new_passphrase
from hotline.cli.contexts import build_web
from hotline.cli.options import FILE
from hotline.core.contexts import WebContext
from hotline.core.settings import Settings
from hotline.gateway import queries
from hotline.gateway.leader import LEASE
from hotline.operations.backup import measure
from hotline.operations.service_restore import restore
from hotline.text.errors import StartFailed
from tests.faults import ledger
from tests.faults.callers import Crowd, Promise
from tests.faults.ledger import PromisedTip
from tests.faults.reading import RealLine
from tests.faults.settling import accepted, national_key, settle
from tests.faults.stand.ground import Ground, Pair, ground
from tests.support import books
from tests.support.stack import Stack, command_words, hotline, process, settings_in

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DrillStep:
    name: str
    seconds: float


@dataclass
class DrillReport:
    pair: str
    promised: int = 0
    """The number of tips that the hotline had accepted when the backup began. The backup must contain all of these
    tips."""
    restored: int = 0
    """The number of restored tips: those in `promised`, and some that callers reported during the backup."""
    rows: int = 0
    kilobytes: int = 0
    waiting: int = 0
    """The number of messages that the restored hotline did not send."""
    steps: list[DrillStep] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.breaches

    def document(self) -> str:
        return json.dumps(asdict(self) | {"clean": self.clean})

    @contextmanager
    def step(self, name: str, say: Say) -> Iterator[None]:
        """Measures the seconds of a step, even if the step fails."""
        say(name)
        began = time.monotonic()
        try:
            yield
        finally:
            self.steps.append(DrillStep(name, round(time.monotonic() - began, 2)))


WORDS = "hafi y'umuhanda"
PATIENCE = 60.0
TICKS = 3.0
"""The seconds for which the test observes the restored hotline after the first tick of its clock."""
ADDED = {"audit": 2, "queue_pause": 1}
"""The rows that a restore adds: two in the audit log, and the pause of the outgoing queue."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One simulated machine: the environment in which commands run."""

    environ: Mapping[str, str]

    def __call__(self, *words: str) -> str:
        return hotline(self.environ, *words)

    def context(self) -> WebContext:
        return build_web(Settings.read(self.environ))


def rehearse(folder: Path, tips: int, pair: Pair, say: Say) -> DrillReport:
    """Makes a backup of a hotline, restores the backup, and compares both hotlines. Raises StartFailed if a step
    fails."""
    report = DrillReport(pair)
    place = folder / "lost"
    place.mkdir(exist_ok=True)
    with ExitStack() as running:
        with report.step("start a line", say):
            on = running.enter_context(ground(pair))
            stack = running.enter_context(Stack(place, environ=on.environ))
        _drill(stack, on, folder, tips, report, say)
    return report


def _drill(
    stack: Stack, on: Ground, folder: Path, tips: int, report: DrillReport, say: Say
) -> None:
    here, there = Machine(stack.environ), Machine(_elsewhere(stack, on, folder))
    words = folder / "words"
    words.write_text(f"{new_passphrase()}\n", encoding="utf-8")
    signed = ("--passphrase-file", str(words))
    with report.step("make the backup key", say):
        here("backup", "key", str(folder / "backup.key"), *signed)
    promised = _back_up_under_load(stack, here, folder, tips, report, say)
    with report.step("export the keys", say):
        here("keys", "export", str(folder / "keys.sealed"), *signed)
    with report.step("let the line settle", say):
        report.breaches += [one.sentence for one in settle(stack, promised)]

    key = ("--key", str(folder / "backup.key"), *signed)
    with report.step("restore into an empty place", say):
        told = json.loads(
            there("restore", str(folder / "line.age"), *key, "--by", "Drill", "--json")
        )
    with report.step("bring the keys back", say):
        there("keys", "import", str(folder / "keys.sealed"), *signed)
    with report.step("verify the audit log", say):
        there("audit", "verify")
    report.waiting = told["waiting"]
    with report.step("count rows, and open every promised tip", say):
        _compare(stack, there, told["contents"]["rows"], promised, report)
    _watch(stack, there, report, say)


def _elsewhere(stack: Stack, on: Ground, folder: Path) -> dict[str, str]:
    """Returns the settings of a second, simulated machine: an empty home and database, and the same gateway."""
    return {
        **stack.environ,
        **on.spare,
        "HOTLINE_HOME": str(folder / "elsewhere"),
        "HOTLINE_GATEWAY_URL": stack.page.rstrip("/"),
    }


def _back_up_under_load(
    stack: Stack, here: Machine, folder: Path, tips: int, report: DrillReport, say: Say
) -> list[Promise]:
    """Makes a backup of the hotline while callers report. Returns the tips that the hotline had accepted when the
    backup began."""
    taken = Event()
    crowd = Crowd(stack.emulator, tips, WORDS, enough=taken.is_set)
    with ThreadPoolExecutor(1) as pool:
        telling = pool.submit(crowd.tell)
        try:
            with report.step(f"tell {max(tips // 2, 1)} tips", say):
                _until(lambda: telling.done() or len(crowd.told) >= max(tips // 2, 1), "tips")
            promised = list(crowd.told)
            with report.step("back up while callers tell", say):
                told = json.loads(here("backup", str(folder / "line.age"), "--json"))
        finally:
            taken.set()
        telling.result()
    report.promised = len(promised)
    report.rows, report.kilobytes = sum(told["contents"]["rows"].values()), told["bytes"] >> 10
    return promised


def _compare(
    stack: Stack,
    there: Machine,
    rows: Mapping[str, int],
    promised: list[Promise],
    report: DrillReport,
) -> None:
    context = there.context()
    try:
        with context.database.reading() as session:
            found = measure(session).rows
        wanted = {name: rows.get(name, 0) + ADDED.get(name, 0) for name in found}
        report.restored = found["tip"]
        report.breaches += [
            f"{name}: {found[name]} rows, and {count} were backed up"
            for name, count in wanted.items()
            if found[name] != count
        ]
        told = [
            PromisedTip(context.pseudonyms.session(one.session_id), one.place, one.complete)
            for one in promised
        ]
        report.breaches += ledger.lost(context.database, told)
        report.breaches += ledger.unreadable(
            context.database, told, national_key(stack, context), context.encrypter.weekly_lock
        )
        report.breaches += ledger.unchained(context.database)
    finally:
        context.database.close()


def _watch(stack: Stack, there: Machine, report: DrillReport, say: Say) -> None:
    """Runs a worker of the restored hotline with the gateway that accepted the alerts.

    While the outgoing queue is paused, the hotline may send nothing. After the pause, it may send no message twice.
    """
    context = there.context()
    try:
        with context.database.reading() as session:
            known = {alert.reference for alert in books.alerts(session)}
        before = _sends(stack, known)
        with report.step("run it held", say), _clock(there, context, stack.log):
            report.breaches += _differences(before, _sends(stack, known), "while held")
        if not json.loads(there("outgoing", "status", "--json"))["paused"]:
            report.breaches.append("the restored hotline is not held")
        fates = ("--alerts", "drop", "--confirmations", "drop", "--yes")
        with report.step("release it", say):
            there("outgoing", "resume", "--by", "Drill", "--reason", "a rehearsal", *fates)
        with report.step("run it released", say), _clock(there, context, stack.log):
            report.breaches += _differences(before, _sends(stack, known), "once released")
    finally:
        context.database.close()


@contextmanager
def _clock(there: Machine, context: WebContext, log: Path) -> Iterator[None]:
    """Starts a worker, waits until its clock has worked for a while, runs the `with` block, and ends the worker."""
    began = context.now().timestamp()
    with process(there.environ, log, *command_words("process", "worker")):
        _until(lambda: _ticked(context) - began > TICKS, "a tick of the restored hotline")
        yield


def _ticked(context: WebContext) -> float:
    """Returns the time of the newest tick of the clock. The database stores `clock_until`, which is later than the
    tick by the duration of one lease."""
    with context.database.reading() as session:
        until = queries.outbox_health(session).clock_until
    return (until - LEASE).timestamp() if until else 0.0


def _sends(stack: Stack, known: set[str]) -> dict[str, int]:
    return {name: len(texts) for name, texts in accepted(stack).items() if name in known}


def _differences(before: Mapping[str, int], after: Mapping[str, int], when: str) -> list[str]:
    return [
        f"{name}: sent {count - before.get(name, 0)} times more {when}"
        for name, count in after.items()
        if count != before.get(name, 0)
    ]


def _until(done: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise StartFailed(f"the drill waited {PATIENCE:.0f} seconds for {what}")
        time.sleep(0.05)


@click.command("restore")
@click.option("--tips", default=40, show_default=True, type=click.IntRange(2, 10_000))
@click.option(
    "--pair",
    type=click.Choice([pair.value for pair in Pair]),
    default=Pair.SQLITE.value,
    show_default=True,
)
@click.option("--backup", "file", type=FILE, help="Rehearse with this backup of a real hotline.")
@click.option("--key", type=FILE, help="The backup key's file, with --backup.")
@click.option("--passphrase-file", type=FILE, help="A file whose first line is its passphrase.")
@click.option("--database", metavar="URL", help="An empty PostgreSQL database, with --backup.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def drill(
    tips: int,
    pair: str,
    file: Path | None,
    key: Path | None,
    passphrase_file: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Back up a hotline under load, restore it in an empty place, and compare.

    Without --backup, the command uses sample data, in a temporary folder and on loopback. With --backup, the command
    restores the backup of a real hotline into a temporary folder, checks the restored data, and removes the folder. The
    command sends no messages. The command exits with 1 if anything differs.
    """
    with tempfile.TemporaryDirectory(prefix="hotline-drill-") as name:
        if file is not None:
            report = _with_backup(file, key, passphrase_file, database, Path(name))
        else:
            _refuse_settings()
            report = rehearse(Path(name), tips, Pair(pair), _say)
    click.echo(report.document() if as_json else _summary(report))
    if not report.clean:
        raise SystemExit(1)


def _with_backup(
    file: Path, key: Path | None, passphrase_file: Path | None, database: str | None, folder: Path
) -> DrillReport:
    if key is None:
        raise click.UsageError("--backup needs --key, the backup key's file")
    url = database or f"sqlite:///{folder / 'hotline.db'}"
    opener = backup_key(key, passphrase_file)
    report = DrillReport(Pair.POSTGRES if database else Pair.SQLITE)
    with report.step("restore", _say):
        done = restore(file, opener, url, by="Drill", at=datetime.now(UTC), say=_say)
    report.rows = sum(done.contents.rows.values())
    report.restored = done.contents.rows.get("tip", 0)
    report.waiting, report.kilobytes = done.waiting, file.stat().st_size >> 10
    return report


def _summary(report: DrillReport) -> str:
    lines = [f"{step.seconds:8.2f} s  {step.name}" for step in report.steps]
    lines.append(
        f"{report.restored} tips and {report.rows} rows came back out of {report.kilobytes} kB,"
        f" {report.promised} of them promised before; {report.waiting} messages were held"
    )
    return "\n".join([*lines, *report.breaches, "all is well" if report.clean else "NOT WELL"])


def _refuse_settings() -> None:
    if given := settings_in(os.environ):
        raise RealLine(
            f"an emulated drill takes no settings and touches no hotline of yours: unset {' '.join(given)};"
            " or give --backup, to rehearse with a real one"
        )


def _say(words: str) -> None:
    click.echo(f"drill: {words}", err=True)
