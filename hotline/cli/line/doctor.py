"""`hotline doctor`: how everything stands, and what to do next."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict
from urllib.parse import urlsplit

import click

from hotline.bootstrap import Role, build_console, key_folder, next_step
from hotline.cli.law import owed_found
from hotline.cli.line.closed import folder_found, gateway_key_found, kept_found
from hotline.cli.people.console_found import (
    address_found,
    apart_found,
    owners_of,
    process_found,
)
from hotline.config import Settings
from hotline.errors import KeyMissing, NotReady
from hotline.ports import Kit
from hotline.sealing.accounts.factor_sealer import FactorSealer
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import PEPPER_KEY, RELAY_PUBLIC_KEY, lacking
from hotline.sealing.keys.livekeys import older
from hotline.sealing.keys.weekly_lock import stuck
from hotline.services import national
from hotline.services.check_result import CheckResult
from hotline.services.copies import pepper_wraps
from hotline.services.desk import desk_register
from hotline.services.evidence import origin
from hotline.services.sms import sms_replies
from hotline.services.watch import (
    checks_call_backs,
    checks_console,
    checks_outside,
    checks_traffic,
)
from hotline.services.watch.checks_database import findings

PATIENCE = 2.0
"""Seconds for anything to answer."""
DEFAULT_PORTS = {"http": 80, "https": 443}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def doctor(as_json: bool) -> None:
    """Every setting, and how every part stands; ends with 1 where something is wrong.

    Shows no key, no number and no word of a tip.
    """
    settings = Settings.read(os.environ)
    found = (
        *_folders(settings),
        *_inside(settings),
        *_console(settings),
        owed_found(settings),
        _answers("gateway", settings.gateway_url, "see HOTLINE_GATEWAY_URL and the network"),
    )

    if as_json:
        click.echo(
            json.dumps(
                {"settings": settings.shown(), "findings": list(map(asdict, found))}, indent=2
            )
        )
    else:
        _show(settings, found)
    if not all(finding.ok for finding in found):
        sys.exit(1)


def _folders(settings: Settings) -> tuple[CheckResult, ...]:
    """The home, the database, the backups and every key folder: there, and closed to everybody else."""
    home = folder_found("home", settings.home, settings)
    of_one = settings.keys is not None
    kept = (*kept_found(settings), *gateway_key_found(settings))
    return home, *kept, *(_keys(settings, role, of_one=of_one) for role in Role)


def _keys(settings: Settings, role: Role, *, of_one: bool) -> CheckResult:
    """A role's keys: none that is missing, and none that others may read. A process's own folder has one role's."""
    name, folder = f"keys of {role}", key_folder(settings, role)
    found = folder_found(name, folder, settings)
    missing = lacking(folder, role) if found.ok and not of_one else []
    if found.ok and stuck(KeyFolder(folder)):
        says = f"{folder} cannot be written: the keys of past weeks stay, and open what was erased"
        return CheckResult(
            name, False, says, "mount it writable for its account, and restart its processes"
        )
    if not missing:
        return found
    return CheckResult(name, False, f"{folder} lacks {', '.join(missing)}", next_step(settings))


def _inside(settings: Settings) -> tuple[CheckResult, ...]:
    try:
        kit = build_console(settings)
    except (NotReady, KeyMissing) as broken:
        return (CheckResult("line", False, str(broken), next_step(settings)),)
    try:
        sealed = KeyFolder(key_folder(settings, Role.HOOKS)).holds(RELAY_PUBLIC_KEY)
        return (
            *findings(kit),
            *origin.findings(kit, pretended=settings.pretended),
            sms_replies.finding(kit, sealed=sealed),
            *checks_call_backs.findings(kit),
            national.finding(kit),
            *checks_outside.findings(kit),
            *checks_traffic.findings(kit),
            *_pepper(kit, settings),
            *checks_console.findings(kit, _factors(settings), pretended=settings.pretended),
            *desk_register.keys_found(kit),
        )
    finally:
        kit.database.close()


def _pepper(kit: Kit, settings: Settings) -> tuple[CheckResult, ...]:
    """What still needs the pepper before, where one is being rotated and this machine has it."""
    keys = KeyFolder(key_folder(settings, Role.READER))
    before = older(PEPPER_KEY)
    return (pepper_wraps.finding(kit, keys.read(before)),) if keys.holds(before) else ()


def _factors(settings: Settings) -> FactorSealer | None:
    """None where this machine has no key of the console's pages."""
    try:
        return FactorSealer.of(KeyFolder(key_folder(settings, Role.PAGES)))
    except KeyMissing:
        return None


def _console(settings: Settings) -> Iterator[CheckResult]:
    yield address_found(settings)
    if settings.keys is None:
        folders = {role: key_folder(settings, role) for role in Role}
        yield apart_found(owners_of(folders), folders[Role.PAGES])
    yield process_found(settings)


def _answers(name: str, url: str, todo: str) -> CheckResult:
    """Whether something listens there. Says the host and never the URL: it may hold a password."""
    parts = urlsplit(url)
    place = (parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme])
    try:
        socket.create_connection(place, PATIENCE).close()
    except OSError as broken:
        says = f"does not answer at {place[0]}:{place[1]} ({broken.strerror or broken})"
        return CheckResult(name, False, says, todo)
    return CheckResult(name, True, f"answers at {place[0]}:{place[1]}")


def _show(settings: Settings, found: tuple[CheckResult, ...]) -> None:
    helps = Settings.helps()
    for name, value in settings.shown().items():
        click.echo(f"{name:18} {value or '(empty)'}")
        click.secho(f"{'':18} {helps.get(name, '')}", dim=True)
    click.echo()
    for finding in found:
        mark = click.style("ok   ", fg="green") if finding.ok else click.style("WRONG", fg="red")
        click.echo(f"{mark} {finding.name}: {finding.says}")
        if finding.todo and not finding.ok:
            click.echo(f"      -> {finding.todo}")
