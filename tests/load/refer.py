"""A burst of waiting tips, referred by one worker; beside it the same rows written by the driver alone."""

import gc
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline.bootstrap import build_console, build_relay
from hotline.cli.line.processes import keep_what_is_here
from hotline.config import Settings
from hotline.domain.jobs import Job
from hotline.domain.people.enrolment import demo_responders
from hotline.errors import Occupied
from hotline.ports import Kit
from hotline.sealing.keys.keymaking import make_keys
from hotline.services.people import enrolment
from hotline.services.referrals import referral
from hotline.store import migrate
from hotline.store.database import Database, open_database
from tests.load import burst


@dataclass(frozen=True, slots=True)
class ReferFigures:
    database: str
    tips: int
    referrals: int
    rate: float
    """Tips referred a second."""
    cost: float
    """Microseconds of the worker's own processor for each tip."""
    plain_rate: float
    """Tips a second whose rows the driver's own `executemany` writes."""
    ratio: float
    """What all the rules leave of that: `rate` over `plain_rate`."""
    rung: int
    """How often the doorbell rang."""


@dataclass(slots=True)
class _Bell:
    rung: int = 0

    def ring(self, job: Job, row_id: int) -> None:
        self.rung += 1


@click.command("refer")
@click.option("--tips", default=100_000, show_default=True, help="How many wait.")
@click.option(
    "--database", "url", help="An empty PostgreSQL database, which is filled; else SQLite."
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def refer_bench(tips: int, url: str | None, as_json: bool) -> None:
    """A burst of waiting tips told of by one worker: every rule, every row, and the commits."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        figures = _measure(Path(folder), url, tips)

    if as_json:
        click.echo(json.dumps(asdict(figures)))
        return
    f = figures
    click.echo(
        f"{f.tips} tips, {f.referrals} referrals and alerts, {f.rung} doorbell, {f.database}"
    )
    click.echo(f"referred {f.rate:8.0f} tips/s   {f.cost:.0f} us of the worker's processor each")
    click.echo(f"rows only{f.plain_rate:8.0f} tips/s   ratio {f.ratio:.2f}")


def _measure(home: Path, url: str | None, tips: int) -> ReferFigures:
    environ = {"HOTLINE_HOME": str(home)}
    settings = Settings.read(environ | ({"HOTLINE_DATABASE_URL": url} if url else {}))
    make_keys(home / "keys", datetime.now(UTC))
    make_tables(settings.database_url)
    console = build_console(settings)
    enrolment.import_responders(console, demo_responders())
    console.database.close()

    bell = _Bell()
    kit = replace(build_relay(settings), jobs=bell)
    try:
        return _measured(kit, bell, tips)
    finally:
        kit.database.close()


def make_tables(url: str) -> None:
    database = open_database(url)
    try:
        with database.reading() as session:
            held = migrate.stands_at(session)
        if held is not None:
            raise Occupied("that database holds a line: give an empty one")
        migrate.upgrade(database)
    finally:
        database.close()


def _measured(kit: Kit, bell: _Bell, tips: int) -> ReferFigures:
    database: Database = kit.database
    click.echo(f"filing {tips} tips ...", err=True)
    burst.file_tips(database, tips, kit.now())

    keep_what_is_here()
    click.echo("referring ...", err=True)
    spent = time.process_time()
    seconds = _timed(lambda: referral.refer_waiting(kit))
    spent = time.process_time() - spent
    gc.unfreeze()

    click.echo("writing the same rows plainly ...", err=True)
    rows = burst.told_rows(database)
    burst.forget_told(database)
    plain = _timed(lambda: burst.write_again(database, rows, referral.batch_of(kit)))
    return ReferFigures(
        database=database.engine.dialect.name,
        tips=tips,
        referrals=len(rows[burst.TOLD[0]]),
        rate=tips / seconds,
        cost=1e6 * spent / tips,
        plain_rate=tips / plain,
        ratio=plain / seconds,
        rung=bell.rung,
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
