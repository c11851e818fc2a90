"""`hotline watch`: who is woken when something is wrong, what stands, and whose name is put to it."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

import click

from hotline.adapters.logs import configure
from hotline.adapters.prometheus import serving
from hotline.bootstrap import Role, build_watch, refuse_wrong_keys
from hotline.cli.importing import uncollected
from hotline.cli.kit import console_kit
from hotline.cli.line.processes import keep_what_is_here, until_told
from hotline.cli.row_ids import CONTACT_ID
from hotline.config import Settings
from hotline.domain.outbox.delivery import Outcome
from hotline.domain.watch.alarms import Alarm
from hotline.errors import KeyWrong
from hotline.ports import LookingKit
from hotline.services.watch import notice_causes, trials, watchers
from hotline.services.watch.measures import gather
from hotline.services.watch.watch import tell_other_of_keys
from hotline.services.watch.watchers import NoticesSent
from hotline.store.watch.alarms import AlarmNotice
from hotline.text.languages import CODES

TRIAL_SECONDS = 60.0
"""How long a trial waits: the watchman looks every ten seconds."""
as_json_option = click.option("--json", "as_json", is_flag=True, help="For a program to read.")


@click.group()
def watch() -> None:
    """Who is woken when something is wrong, and by what."""


@watch.command()
def run() -> None:
    """Look at everything every ten seconds and wake people, until told to stop."""
    settings = Settings.read(os.environ)
    configure(settings.log, "watch")
    kit = build_watch(settings)
    try:
        refuse_wrong_keys(kit, settings, Role.WATCH)
    except KeyWrong:
        # The numbers that it would open stay closed; the second channel needs no key.
        tell_other_of_keys(kit)
        raise
    stop = until_told()
    with uncollected():
        run_watchman = import_module("workers.watchman").run
    keep_what_is_here()
    with _metrics(settings, kit):
        run_watchman(kit, stop)


def _metrics(settings: Settings, kit: LookingKit) -> AbstractContextManager[object]:
    """`/metrics`, where a port is given for it. Raises Occupied where that is taken."""
    if not settings.metrics_port:
        return nullcontext()
    return serving(settings.metrics_host, settings.metrics_port, lambda: gather(kit))


@watch.command()
@click.argument("name")
@click.argument("number", required=False)
@click.option("--language", type=click.Choice(CODES), default="rw", show_default=True)
def add(name: str, number: str | None, language: str) -> None:
    """Wake NAME by SMS when something is wrong. The number is asked for where it is not given."""
    number = number or str(click.prompt("Number", hide_input=True, err=True))
    with console_kit() as kit:
        watchers.add(kit, name, number, language)
    click.echo(f"{name} is woken from now on: try it with `hotline watch test`")


@watch.command()
@click.argument("number", required=False)
def handset(number: str | None) -> None:
    """Send the daily trial to NUMBER: a tip of the line's own, through all of it to a handset that is yours.

    Nobody else is told of it, and no figure counts it. First let every process run this release.
    """
    number = number or str(click.prompt("Number", hide_input=True, err=True))
    with console_kit() as kit:
        trials.enrol(kit, number)
    click.echo("the trial goes there once a day; 26 hours without one wake somebody")


@watch.command()
@click.argument("person", type=CONTACT_ID, metavar="ID")
def remove(person: int) -> None:
    """Wake ID of `hotline watch list` no more."""
    with console_kit() as kit:
        name = watchers.remove(kit, person)
    click.echo(f"{name} is woken no more")


@watch.command("list")
@as_json_option
def list_(as_json: bool) -> None:
    """Everybody who is woken, without numbers."""
    with console_kit() as kit:
        people = [
            {
                "id": one.id,
                "name": one.name,
                "language": one.language,
                "reachable": one.unreachable is None,
            }
            for one in watchers.everybody(kit)
        ]
    if as_json:
        click.echo(json.dumps(people, indent=2, ensure_ascii=False))
        return
    if not people:
        click.echo("nobody is woken yet: `hotline watch add NAME`", err=True)
    for person in people:
        red = "" if person["reachable"] else click.style("  CANNOT BE REACHED", fg="red")
        click.echo(f"{person['id']:4} {person['name']:20} {person['language']}{red}")


@watch.command()
@as_json_option
def status(as_json: bool) -> None:
    """List the alarms that stand, and how many were notified; end with 1 where nobody put a name to one."""
    with console_kit() as kit:
        rows = [_row(one) for one in watchers.notices_sent(kit)]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif not rows:
        click.echo("no alarm stands")
    else:
        for row in rows:
            hand = row["acknowledged_by"] or click.style("NOBODY", fg="red")
            click.echo(
                f"{row['alarm']:14} since {row['since']}  {_reached(row)}  seen to by {hand}\n"
                f"{'':14} {row['says']}"
            )
    if not all(row["acknowledged_by"] for row in rows):
        raise SystemExit(1)


@watch.command()
@click.argument("alarm", type=click.Choice([one.value for one in Alarm]), metavar="ALARM")
@click.option("--by", required=True, help="Who sees to it.")
def ack(alarm: str, by: str) -> None:
    """Put a name to ALARM: nobody is woken for it again within a day, unless it grows worse."""
    with console_kit() as kit:
        watchers.acknowledge(kit, alarm, by)
    click.echo(f"{by} sees to {alarm}")


@watch.command()
@click.option("--seconds", default=TRIAL_SECONDS, show_default=True, help="How long to wait.")
def test(seconds: float) -> None:
    """Wake everybody for a trial, and say whom the gateway took it for; ends with 1 unless all."""
    with console_kit() as kit:
        ids = watchers.try_waking(kit)
        if not ids:
            raise click.ClickException("nobody is woken yet: `hotline watch add NAME`")
        click.echo(f"waking {len(ids)}, by the watch process ...", err=True)
        waiting = _told(kit, ids, seconds)
    for name, row in waiting:
        if row.outcome == Outcome.ACCEPTED:
            click.echo(f"{name}: accepted")
            continue
        cause, step = notice_causes.cause_and_step(row)
        click.echo(f"{name}: {cause}\n        -> {step}")
    if any(row.outcome != Outcome.ACCEPTED for _, row in waiting):
        raise SystemExit(1)


def _told(kit: LookingKit, ids: Sequence[int], seconds: float) -> Sequence[tuple[str, AlarmNotice]]:
    end = time.monotonic() + seconds
    while True:
        rows = watchers.told(kit, ids)
        if all(row.done_at for _, row in rows) or time.monotonic() > end:
            return rows
        time.sleep(0.5)


def _reached(row: Mapping[str, Any]) -> str:
    """Says for how many a notice was written, how many went out, and why the others did not."""
    causes = f": {'; '.join(row['causes'])}" if row["causes"] else ""
    return f"written for {row['written']}, sent to {row['sent']}{causes}"


def _row(told: NoticesSent) -> Mapping[str, Any]:
    one = told.alarm
    return {
        "alarm": one.name,
        "says": one.says,
        "since": one.since.isoformat(timespec="seconds"),
        "level": one.level,
        "told": one.told,
        "written": told.written,
        "sent": told.sent,
        "causes": told.causes,
        "acknowledged_by": one.acknowledged_by,
    }
