"""Runs `hotline keys`. Lists keys, changes them while the line runs, and exports and imports the key folders."""

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from hotline.cases import service_weekly_keys
from hotline.cli.closed import UNUSED
from hotline.cli.contexts import Role, build_kit, missing
from hotline.cli.kit import console_kit
from hotline.cli.making import lost_keys, prove_all
from hotline.cli.options import (
    FILE,
    NEW_FILE,
    as_json_option,
    passphrase_of,
    passphrase_option,
    print_json,
    progress,
    signed,
)
from hotline.core.context import Kit
from hotline.core.database import open_database
from hotline.core.settings import Settings
from hotline.errors import NotReady, Occupied, TooSoon
from hotline.keys import rotation
from hotline.keys.factor_sealer import FactorSealer
from hotline.keys.gateway_key import GATEWAY_KEY, SENDING, gateway_key_in
from hotline.keys.key_folder import KeyFolder, PeopleKeys, older
from hotline.keys.key_making import HELD_BY, PEPPER_KEY, READER_KEY, ROLES, WITH_CANARY, make_keys
from hotline.keys.rotation import ROTATING
from hotline.keys.weekly_lock import WEEKLY_KEY, WeeklyKeys, WeeklyLock, key_name, stuck
from hotline.monitoring import service_checks_keys
from hotline.operations import decrypt_rekeying, key_export, migrate
from hotline.operations.key_export import export_keys, import_keys
from hotline.operations.migrate import TablesState

PEPPER = "pepper"
OF_KEYS = "Passphrase of the exported keys"
GRACE = timedelta(minutes=10)
"""Age at which an old key may be destroyed. A conversation state waits no longer for its next hop. Any command that
seals a number takes less."""


@click.group()
def pepper() -> None:
    """Shows the reader's pepper for paper, or enters it from there."""


@pepper.command()
@signed
def show(by: str, reason: str) -> None:
    """Prints the pepper. Write it on paper by hand, and keep it apart from every backup. Without it no PIN decrypts."""
    folder = reader_folder()
    with console_kit() as kit:
        decrypt_rekeying.record(kit, "pepper_shown", PEPPER, by=by, reason=reason)
    click.echo(key_export.written(folder.read(PEPPER_KEY)))
    progress("write it down, and check it with `hotline keys pepper enter --check`")


@pepper.command()
@signed
@click.option("--check", is_flag=True, help="Only say whether the paper is right.")
def enter(by: str, reason: str, *, check: bool) -> None:
    """Enters the pepper from paper after a restore. Keeps the pepper that `hotline init` made meanwhile as the older
    one."""
    folder = reader_folder()
    typed = key_export.read(click.prompt("The pepper", hide_input=True, err=True))
    held = folder.read(PEPPER_KEY) if folder.holds(PEPPER_KEY) else None
    with console_kit() as kit:
        is_ours = service_checks_keys.is_ours(kit.database, PEPPER_KEY, (typed,))
        if not is_ours or (check and held != typed):
            raise NotReady("it is another pepper than that of this line")
        if held == typed:
            click.echo("it is the pepper of this line")
            return
        if held is not None and not folder.make(older(PEPPER_KEY), held):
            raise Occupied("a pepper is being rotated: `hotline keys end-old` first")
        folder.replace(PEPPER_KEY, typed)
        decrypt_rekeying.record(kit, "pepper_entered", PEPPER, by=by, reason=reason)
    click.echo("the pepper is put back: PINs open again")


def reader_folder() -> KeyFolder:
    """Returns the reader's key folder. Raises NotReady if this machine has none."""
    path = Settings.read(os.environ).home / "keys" / "reader"
    if not path.is_dir():
        raise NotReady(f"{path} is not there: say it where the reader's keys are")
    return KeyFolder(path)


@click.command("list")
@as_json_option
def list_(as_json: bool) -> None:
    """Lists every key by role, with its date and the start of its digest, to compare two machines. Shows no key."""
    folder, rows = _folder(), []
    rotating = {(one.file, one.role): key for key, one in ROTATING.items()}
    for role in ROLES:
        for name in KeyFolder(folder / role).names():
            file = folder / role / name
            since = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            rows.append(
                {
                    "role": role,
                    "file": name,
                    "since": since.isoformat(timespec="seconds"),
                    "digest": hashlib.sha256(file.read_bytes()).hexdigest()[:8],
                    "rotates": rotating.get((name, role)),
                }
            )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        how = f"  hotline keys rotate {row['rotates']}" if row["rotates"] else ""
        click.echo(
            f"{row['role']:8} {row['file']:26} {str(row['since'])[:10]}  {row['digest']}{how}"
        )


@click.command()
@click.argument("key", type=click.Choice(sorted(ROTATING)))
@signed
@click.option(
    "--stage", is_flag=True, help="Several machines: make the key, and use it only later."
)
def rotate(key: str, by: str, reason: str, stage: bool) -> None:
    """Adds a new key next to the old one, and seals again what needs it. Removes nothing. Safe to repeat.

    Running processes notice the new key. `hotline keys end-old` destroys the old one, ten minutes later. For a role
    with folders on several machines, use --stage and copy the folder to each. Then give the command again without
    --stage.
    """
    folder, rotating = _folder(), ROTATING[key]
    with console_kit() as kit:
        fresh = rotation.stage(folder, rotating)
        _prove(kit, folder, rotating)
        if fresh:
            decrypt_rekeying.record(kit, "key_rotated", key, by=by, reason=reason)
        click.echo("a new key is there" if fresh else "a new key was there: going on with it")
        if stage:
            click.echo(
                f"copy {folder / rotating.role} to every machine, then say it again", err=True
            )
            return
        if told := _moved(kit, folder, key):
            click.echo(told)
    click.echo("then: `hotline keys end-old`, and `hotline keys export` again", err=True)


@click.command("end-old")
@signed
@click.option("--now", is_flag=True, help="Also where it was rotated less than ten minutes ago.")
def end_old(by: str, reason: str, now: bool) -> None:
    """Destroys every old key of a rotation, after the data that it sealed is sealed to the new key."""
    folder = _folder()
    left = {key: at for key in ROTATING if (at := rotation.staged_at(folder, ROTATING[key]))}
    if not left:
        click.echo("no old key is there", err=True)
    young = [key for key, at in left.items() if datetime.now(UTC) - at < GRACE]
    if young and not now:
        raise TooSoon(
            f"{', '.join(young)}: rotated less than {GRACE.seconds // 60} minutes ago, and what it sealed"
            " may be on its way: wait, or say --now"
        )
    with console_kit() as kit:
        if PEPPER in left:
            _needed_by_nobody(kit)
        for key in left:
            _moved(kit, folder, key)
            rotation.destroy_old(folder, ROTATING[key])
            _prove(kit, folder, ROTATING[key], alone=True)
            decrypt_rekeying.record(kit, "old_key_destroyed", key, by=by, reason=reason)
            click.echo(f"{key}: the old key is destroyed")


@click.command()
@click.option("--file", type=FILE, help="A file that holds it; otherwise it is asked for.")
def gateway(file: Path | None) -> None:
    """Writes the gateway's key for the processes that send. They read it when they start."""
    folder = _folder()
    if file is None:
        typed: str = click.prompt("The gateway's key", hide_input=True, err=True)
        key = gateway_key_in(typed.encode(), Path("it"))
    else:
        key = gateway_key_in(file.read_bytes(), file)
    for role in SENDING:
        KeyFolder(folder / role).replace(GATEWAY_KEY, f"{key}\n".encode())
        click.echo(f"{role}/{GATEWAY_KEY} is written")
    settings = Settings.read(os.environ)
    is_unused = settings.pretended and settings.gateway_api_key_file is None
    click.echo(UNUSED if is_unused else "start the workers and watch again", err=True)


@click.command()
@click.argument("to", type=NEW_FILE)
@passphrase_option("a passphrase")
def export(to: Path, passphrase_file: Path | None) -> None:
    """Writes every lasting key to TO, sealed under a passphrase. Keep it apart from the backups.

    Leaves out the keys of contacts, which are destroyed after two weeks and must not return. Leaves out the reader's
    pepper too. `hotline keys pepper show` prints it for paper.
    """
    folder = _folder()
    passphrase = passphrase_of(passphrase_file, OF_KEYS, twice=True)
    progress("stretching the passphrase")
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not KeyFolder(to.parent).make(to.name, export_keys(folder, passphrase)):
        raise Occupied(f"{to} is there already: an export overwrites nothing")
    click.echo(f"{to}: sealed; keep it and its passphrase apart from each other and from backups")


@click.command("import")
@click.argument("file", type=FILE)
@passphrase_option("its passphrase")
def import_(file: Path, passphrase_file: Path | None) -> None:
    """Restores exported keys that are missing. Writes nothing if a different key is there."""
    settings = Settings.read(os.environ)
    folder, passphrase = settings.home / "keys", passphrase_of(passphrase_file, OF_KEYS)
    progress("stretching the passphrase")
    brought = import_keys(file.read_bytes(), passphrase, folder)
    for name in brought:
        click.echo(f"brought back {name}")
    if not brought:
        click.echo("every key was there", err=True)
    _complete(settings, folder)


def _complete(settings: Settings, folder: Path) -> None:
    """Makes the keys that no export holds. Leaves out keys that this line's tables know, which an operator must
    restore."""
    left: Sequence[str] = ()
    if migrate.look_at(settings.database_url).state is not TablesState.CURRENT:
        made = make_keys(folder, datetime.now(UTC))
    else:
        with closing(open_database(settings.database_url)) as database:
            left = lost_keys(database, folder)
            made = make_keys(folder, datetime.now(UTC), leave=left)
            prove_all(database, folder)
    for name in made:
        click.echo(f"made anew {name}")
    for name in left:
        todo = ": `hotline keys pepper enter`" if name == PEPPER_KEY else ""
        click.echo(f"still missing: {name}{todo}", err=True)


def _prove(kit: Kit, folder: Path, rotating: rotation.Rotating, *, alone: bool = False) -> None:
    """Seals canaries with the new key, next to those of the old key. A process may start with either.

    With `alone`, the old key no longer exists, and its canaries are replaced.
    """
    seal = service_checks_keys.replace if alone else service_checks_keys.add
    for name, held in rotation.newest(folder, rotating):
        if name in WITH_CANARY:
            seal(kit.database, name, held)


def _moved(kit: Kit, folder: Path, key: str) -> str:
    """Seals to the newest key what the previous key sealed. Returns a text with the count. Raises SealBroken."""
    rotating = ROTATING[key]
    public_key = rotation.publish(folder, rotating)
    if rotating.digest_file is not None:
        factors = FactorSealer.of(KeyFolder(folder / rotating.role))
        return f"{decrypt_rekeying.reseal_factors(kit, factors)} second factors sealed anew"
    if rotating.file == PEPPER_KEY:
        return "each PIN moves to the new pepper when it is keyed next; `hotline doctor` counts"
    if public_key is None:
        return ""
    newest, before = rotation.halves(folder, rotating)
    halves = {"public_key": public_key, "newest": newest, "before": before}
    if rotating.file == READER_KEY:
        return f"{decrypt_rekeying.reseal_cases(kit, **halves, say=progress)} keys of cases sealed anew"
    return f"{decrypt_rekeying.reseal(kit, key, **halves, say=progress)} numbers sealed anew"


def _needed_by_nobody(kit: Kit) -> None:
    """Raises TooSoon while a PIN needs the old pepper. Without it, the owner of the PIN could read nothing."""
    left = decrypt_rekeying.under_pepper(kit, reader_folder().read(older(PEPPER_KEY)))
    if left:
        raise TooSoon(
            f"pepper: {left} PINs need the one before. They move when they are keyed next; where the pepper"
            " leaked, `hotline people invite` each of them first"
        )


def _folder() -> Path:
    settings = Settings.read(os.environ)
    folder = settings.home / "keys"
    if not folder.is_dir():
        raise missing(settings, f"{folder} is not there")
    return folder


@click.command()
def forget() -> None:
    """Destroys the keys of past weeks that no kept data needs, and makes those of the weeks to come.

    Safe to repeat, also while the line runs. A process advances the keys of its own folder. If that folder was copied
    to another machine, no process advances the copy that stays here. The backup's timer gives this command each hour.
    """
    keys = Settings.read(os.environ).home / "keys"
    with console_kit() as kit:
        folders = [keys / role for role in HELD_BY[WEEKLY_KEY]]
        held_up = [folder for folder in folders if not _forgets(kit, folder)]
    for folder in held_up:
        click.echo(f"{folder} cannot be written: the key of a past week is still there", err=True)
    if held_up:
        sys.exit(1)


def _forgets(kit: Kit, folder: Path) -> bool:
    """Advances the keys of one folder. Returns True if it could be written. A folder without contact keys belongs to
    another role, and gets none."""
    keys, at = KeyFolder(folder), kit.now()
    try:
        for laid in (WeeklyKeys(keys), PeopleKeys(keys)):
            if laid.held():
                laid.lay(at)
                laid.forget(at)
    except OSError:
        return False
    return WeeklyLock(keys).forget(service_weekly_keys.needed_since(kit))


@click.command("check-erased")
@as_json_option
def check_erased(as_json: bool) -> None:
    """Checks that the keys of past weeks are destroyed. Exits with 1 if one is left.

    Looks at every folder of keys below HOTLINE_HOME, or at the one that HOTLINE_KEYS names. The web process changes to
    the next week at its first session, so check after a caller has dialled.
    """
    found = dict(_looked_at())
    if as_json:
        print_json(found)
    else:
        for what, is_left in found.items():
            click.echo(f"{'FOUND' if is_left else 'found nothing':14}  {what}")
    if any(found.values()):
        sys.exit(1)


def _looked_at() -> Iterator[tuple[str, bool]]:
    """Yields each thing looked for, and whether it was found. Raises NotReady before `hotline init`."""
    settings = Settings.read(os.environ)
    own = settings.keys
    if own and own.name not in HELD_BY[WEEKLY_KEY]:
        raise NotReady(f"{own} is not the folder of a role with weekly keys")
    folders = [own] if own else [settings.home / "keys" / role for role in HELD_BY[WEEKLY_KEY]]
    kit = build_kit(settings, Role(own.name) if own else Role.CONSOLE)
    with closing(kit.database):
        if own is None:
            service_weekly_keys.forget(kit)
        wanted = service_weekly_keys.needed_since(kit)
        for folder in folders:
            yield from _left(KeyFolder(folder), wanted, kit.now())


def _left(folder: KeyFolder, wanted: str, at: datetime) -> Iterator[tuple[str, bool]]:
    start, of = WeeklyLock(folder).start, f"keys of {folder.path.name}"
    yield f"{of}: no weekly key, so that nothing is forgotten", start is None
    yield f"{of}: the key of a week before {wanted}", start is not None and start < wanted
    yield f"{of}: a folder that cannot be written", stuck(folder)
    older = key_name(at - timedelta(weeks=1))
    is_left = any(name.startswith("contact-") and name < older for name in folder.names())
    yield f"{of}: a contact key from before last week", is_left
