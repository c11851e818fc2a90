"""Runs `hotline doctor`, which checks every part of the line and says what to do next."""

import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import click

from hotline.bootstrap import Role, build_console, key_folder, next_step, wrong_sentence
from hotline.cli.law import owed_found
from hotline.cli.line import demo_home
from hotline.cli.line.closed import folder_found, gateway_key_found, kept_found
from hotline.cli.line.processes_found import (
    address_found,
    apart_found,
    console_found,
    owners_of,
    web_found,
)
from hotline.cli.line.settings import helps
from hotline.cli.making import LOST
from hotline.cli.options import as_json_option, picked, print_json
from hotline.config import Settings, variable_of
from hotline.errors import KeyMissing, NotReady, PartMissing, StoreUnavailable
from hotline.ports import Kit, LookingKit
from hotline.sealing.accounts.factor_sealer import FactorSealer
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import PEPPER_KEY, RELAY_PUBLIC_KEY, lacking
from hotline.sealing.keys.livekeys import older
from hotline.sealing.keys.weekly_lock import stuck
from hotline.sealing.sealer import mark_of
from hotline.services import national
from hotline.services.check_result import CheckResult, CheckState, warning
from hotline.services.copies import rekeying
from hotline.services.desk import desk_register
from hotline.services.sms import sms_replies
from hotline.services.watch import (
    checks_call_backs,
    checks_console,
    checks_outside,
    checks_processes,
    checks_traffic,
    key_checks,
    trials,
)
from hotline.services.watch.checks_database import findings
from hotline.services.watch.key_checks import KeysChecked
from hotline.store import migrate
from hotline.store.database import open_database
from hotline.store.dialogue import contacts
from hotline.store.migrate import TablesState
from hotline.text.causes import cause_of

MADE = "`hotline upgrade` copies it from another role's folder, or makes it where this release brings it"
PATIENCE = 2.0
"""Seconds until the gateway must answer."""
DATABASE_TODO = "see to its server, its disk, its lock and HOTLINE_DATABASE_URL"
COLOURS = {CheckState.OK: "green", CheckState.WARNING: "yellow", CheckState.WRONG: "red"}
OF_REAL_CALLERS = frozenset(
    {"urgent words", "watchers", "backup", "second channel", "trial", "data protection"}
)
"""Checks that matter only for a line with real callers."""
SAID = frozenset({"database", checks_processes.WATCHERS})
"""Checks of every process that the doctor makes more strictly itself."""
SHOWN = ("name", "state", "says", "todo", "level", "names")
"""Fields of a check in the JSON for programs."""
DEFAULT_PORTS = {"http": 80, "https": 443}


@click.command()
@as_json_option
@click.option("--wrong", "only_wrong", is_flag=True, help="Only what is wrong, and warnings.")
@click.option("--settings", "with_settings", is_flag=True, help="Every setting too, with its help.")
def doctor(*, as_json: bool, only_wrong: bool, with_settings: bool) -> None:
    """Checks every part of the line. Exits with 1 if a part is wrong.

    Shows no key, no number and no word of a tip.
    """
    settings = Settings.read(os.environ)
    found = checked(settings)
    shown = [one for one in found if not only_wrong or one.state is not CheckState.OK]
    wrong = sum(one.state is CheckState.WRONG for one in found)
    warnings = sum(one.state is CheckState.WARNING for one in found)
    if as_json:
        print_json(
            {
                **({"settings": settings.shown()} if with_settings else {}),
                "findings": [picked(one, *SHOWN) for one in shown],
                "counts": {"wrong": wrong, "warnings": warnings, "checks": len(found)},
            }
        )
    else:
        if with_settings:
            _show_settings(settings)
        _show(shown)
        ending = "" if warnings == 1 else "s"
        click.echo(f"{wrong} wrong, {warnings} warning{ending} of {len(found)}")
    if wrong:
        sys.exit(1)


def checked(settings: Settings) -> Sequence[CheckResult]:
    """Runs every check. Returns the results in the order in which a person reads them."""
    found = (
        folder_found("home", settings.home, settings),
        *kept_found(settings),
        *gateway_key_found(settings),
        *keys_found(settings),
        *_inside(settings),
        web_found(settings),
        *_console(settings),
        owed_found(settings),
        _gateway_found(settings.gateway_url),
    )
    demo = settings.pretended and demo_home.is_demo(settings.home)
    return tuple(map(_of_demo, found)) if demo else found


def _of_demo(one: CheckResult) -> CheckResult:
    """Returns a demo's result. A warning that matters only for real callers is no warning there."""
    if one.state is not CheckState.WARNING or one.name not in OF_REAL_CALLERS:
        return one
    return CheckResult(one.name, True, f"{one.says} (no fault of a demo)")


def keys_found(settings: Settings) -> Iterator[CheckResult]:
    """Yields one result for each role. With HOTLINE_KEYS, the folder holds one role's keys, so none count as
    missing."""
    known, opened = _proofs(settings)
    for role in Role:
        folder = key_folder(settings, role)
        name = f"keys of {role}"
        found = folder_found(name, folder, settings)
        if found.ok and stuck(KeyFolder(folder)):
            says = (
                f"{folder} cannot be written: the keys of past weeks stay, and open what was erased"
            )
            todo = "mount it writable for its account, and restart its processes"
            found = CheckResult(name, False, says, todo)
        missing = lacking(folder, role) if found.ok and settings.keys is None else []
        if missing:
            lost = known.intersection(missing)
            todo = next_step(settings) if not known else LOST if lost else MADE
            found = CheckResult(name, False, f"{folder} lacks {', '.join(missing)}", todo)
        elif found.ok:
            found = _proved(name, folder, opened.get(role, KeysChecked()))
        yield found


def _proved(name: str, folder: Path, checked: KeysChecked) -> CheckResult:
    if checked.wrong:
        says, _, todo = wrong_sentence(folder, checked.wrong).partition(": ")
        return CheckResult(name, False, says, todo)
    if checked.unproved:
        says = f"nothing proves that {', '.join(checked.unproved)} in {folder} are this line's"
        return warning(name, says, "compare them with the export; then `hotline upgrade`")
    return CheckResult(name, True, str(folder))


def _proofs(settings: Settings) -> tuple[frozenset[str], dict[Role, KeysChecked]]:
    """Returns the keys that the tables know, and the check of each role's folder.

    Returns nothing if the database does not answer, or if its tables are not current.
    """
    try:
        if migrate.look_at(settings.database_url).state is not TablesState.CURRENT:
            return frozenset(), {}
        with closing(open_database(settings.database_url)) as database:
            known = key_checks.known_names(database)
            return known, {
                role: key_checks.check(database, key_folder(settings, role)) for role in Role
            }
    except StoreUnavailable:
        return frozenset(), {}


def _inside(settings: Settings) -> tuple[CheckResult, ...]:
    tables = _tables(settings)
    try:
        kit = build_console(settings)
    except PartMissing as broken:
        return tables, CheckResult("line", False, broken.what, broken.step)
    except (NotReady, KeyMissing) as broken:
        return tables, CheckResult("line", False, str(broken), next_step(settings))
    with closing(kit.database):
        tables = _commits(kit, tables) if tables.ok else tables
        return (
            tables,
            *(_of_rows(kit, settings) if tables.ok else ()),
            *checks_outside.findings(kit),
            checks_outside.second_channel(kit),
            *checks_traffic.findings(kit),
        )


def _of_rows(kit: LookingKit, settings: Settings) -> tuple[CheckResult, ...]:
    """Returns the checks that need a database that answers."""
    sealed = KeyFolder(key_folder(settings, Role.HOOKS)).holds(RELAY_PUBLIC_KEY)
    return (
        *(one for one in findings(kit) if one.name not in SAID),
        *checks_processes.findings(kit),
        *trials.findings(kit, pretended=settings.pretended),
        sms_replies.finding(kit, sealed=sealed),
        *checks_call_backs.findings(kit),
        national.finding(kit),
        *_pepper(kit, settings),
        *checks_console.findings(kit, _factors(settings), pretended=settings.pretended),
        *desk_register.keys_found(kit),
    )


def _tables(settings: Settings) -> CheckResult:
    """Checks that the database answers and holds the tables of this release."""
    try:
        found = migrate.look_at(settings.database_url)
        if found.state is TablesState.MISSING:
            says = f"{found.place} holds no tables of a line"
            return CheckResult("database", False, says, next_step(settings))
        migrate.refuse_unless_current(found)
    except StoreUnavailable as broken:
        place = migrate.place_of(settings.database_url)
        return CheckResult("database", False, f"{broken} ({place})", DATABASE_TODO)
    except NotReady as broken:
        return CheckResult("database", False, str(broken), "docs/runbook.md, Nothing is there")
    return CheckResult("database", True, f"{found.place} answers, and can be written")


def _commits(kit: Kit, tables: CheckResult) -> CheckResult:
    """Checks that the database can commit. With a full disk it still answers queries."""
    try:
        with kit.database.writing() as session:
            contacts.try_writing(session, kit.now())
    except StoreUnavailable as broken:
        return CheckResult(tables.name, False, f"{broken}: it cannot commit", DATABASE_TODO)
    return tables


def _pepper(kit: Kit, settings: Settings) -> tuple[CheckResult, ...]:
    """Counts the PINs that still need the old pepper during a rotation, if this machine has that pepper."""
    keys = KeyFolder(key_folder(settings, Role.READER))
    before = older(PEPPER_KEY)
    return (rekeying.pepper_finding(kit, keys.read(before)),) if keys.holds(before) else ()


def _factors(settings: Settings) -> FactorSealer | None:
    """Returns the sealer of second factors, or None if this machine has no key of the console's pages."""
    try:
        return FactorSealer.of(KeyFolder(key_folder(settings, Role.PAGES)))
    except KeyMissing:
        return None


def _console(settings: Settings) -> Iterator[CheckResult]:
    yield address_found(settings)
    folders = {role: key_folder(settings, role) for role in Role}
    if settings.keys is None:
        yield apart_found(owners_of(folders), folders[Role.PAGES])
    keys = [KeyFolder(folders[role]) for role in (Role.CONSOLE, Role.PAGES)]
    held = [one.read(RELAY_PUBLIC_KEY) for one in keys if one.holds(RELAY_PUBLIC_KEY)]
    yield console_found(settings, mark_of(held[0]) if held else "")


def _gateway_found(url: str) -> CheckResult:
    """Checks that a program listens at the gateway's address. Shows the host but not the URL, which may hold a
    password."""
    parts = urlsplit(url)
    place = (parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme])
    try:
        socket.create_connection(place, PATIENCE).close()
    except OSError as broken:
        says = f"{cause_of(broken)} ({place[0]}:{place[1]})"
        return CheckResult("gateway", False, says, "see HOTLINE_GATEWAY_URL and the network")
    return CheckResult("gateway", True, f"answers at {place[0]}:{place[1]}")


def _show_settings(settings: Settings) -> None:
    shown = settings.shown()
    for one in helps():
        click.echo(f"{one.name:18} {shown[one.name] or '(empty)'}")
        click.secho(f"{'':18} {variable_of(one.name)}: {one.description}", dim=True)
    click.echo()


def _show(found: Sequence[CheckResult]) -> None:
    for one in found:
        word = "WRONG" if one.state is CheckState.WRONG else one.state
        mark = click.style(f"{word:7}", fg=COLOURS[one.state])
        click.echo(f"{mark} {one.name}: {one.says}")
        if one.todo and one.state is not CheckState.OK:
            click.echo(f"        -> {one.todo}")
