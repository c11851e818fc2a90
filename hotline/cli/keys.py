"""Runs `hotline keys`. The command lists keys, changes keys while the hotline runs, and exports and imports the key
folders."""

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from hotline.cases import service_weekly_keys
from hotline.cli import options
from hotline.cli.command_context import UNUSED, add_canaries, cli_context, lost_keys
from hotline.cli.contexts import Role, build_context, require_folder
from hotline.core.contexts import Context
from hotline.core.database import open_database
from hotline.core.settings import Settings
from hotline.keys import rotation
from hotline.keys.factor_encryption import FactorEncrypter
from hotline.keys.gateway_secrets import GATEWAY_KEY, SENDING_ROLES, gateway_key_in
from hotline.keys.key_folder import KeyFolder, previous_name
from hotline.keys.key_making import HELD_BY, PEPPER_KEY, READER_KEY, ROLES, WITH_CANARY, make_keys
from hotline.keys.pseudonyms import contact_keys, people_keys
from hotline.keys.rotation import ROTATING
from hotline.keys.weekly_lock import WEEKLY_KEY, WeeklyLock, cannot_advance
from hotline.monitoring import service_checks_keys
from hotline.operations import decrypt_rekeying, key_export, migrate
from hotline.operations.key_export import export_keys, import_keys
from hotline.text.errors import NotReady, Occupied, TooSoon

PEPPER = "pepper"
OF_KEYS = "Passphrase of the exported keys"
GRACE = timedelta(minutes=10)
"""The time after a key's rotation in which the old key may be destroyed only with `--now`. A caller's stored
conversation never waits longer than this time for the caller's next key press. A command that encrypts a phone number
never takes longer than this time."""


@click.group()
def pepper() -> None:
    """Print the reader's pepper so that you can write it on paper, or enter the pepper from the paper."""


@pepper.command()
@options.by_and_reason
def show(by: str, reason: str) -> None:
    """Print the pepper. Write it on paper by hand, and keep it apart from every backup.

    Without the pepper, no PIN can decrypt a tip.

    Example: hotline keys pepper show --by "Operator 1" --reason "new paper"
    """
    folder = reader_folder()
    with cli_context() as context:
        decrypt_rekeying.record(context, "pepper_shown", PEPPER, by=by, reason=reason)
    click.echo(key_export.write_letters(folder.read(PEPPER_KEY)))
    options.progress("write it down, and check it with `hotline keys pepper enter --check`")


@pepper.command()
@options.by_and_reason
@click.option(
    "--check",
    is_flag=True,
    help="Change nothing, only check that the typed pepper (the secret that protects PINs) equals the stored pepper.",
)
def enter(by: str, reason: str, *, check: bool) -> None:
    """Enter the pepper from paper after a restore.

    If `hotline init` already made a new pepper, the command keeps that new pepper as the old pepper.

    Example: hotline keys pepper enter --by "Operator 1" --reason restore
    """
    folder = reader_folder()
    typed = key_export.read_letters(click.prompt("The pepper", hide_input=True, err=True))
    stored_pepper = folder.read(PEPPER_KEY) if folder.holds(PEPPER_KEY) else None
    with cli_context() as context:
        is_ours = service_checks_keys.is_own_key(context.database, PEPPER_KEY, (typed,))
        if not is_ours or (check and stored_pepper != typed):
            raise NotReady("this pepper (secret key) is wrong: compare it with the paper copy")
        if stored_pepper == typed:
            click.echo("this is the pepper of this hotline")
            return
        if stored_pepper is not None and not folder.make(previous_name(PEPPER_KEY), stored_pepper):
            raise Occupied("an older pepper (secret key) exists: run `hotline keys end-old`")
        folder.replace(PEPPER_KEY, typed)
        decrypt_rekeying.record(context, "pepper_entered", PEPPER, by=by, reason=reason)
    click.echo("the pepper is restored: PINs work again")


def reader_folder() -> KeyFolder:
    """Returns the reader's key folder. Raises NotReady if this machine has no key folder of the reader."""
    path = Settings.read(os.environ).home / "keys" / "reader"
    if not path.is_dir():
        raise NotReady(
            f"{path} is missing: run this command on the machine that has the keys of the reader process"
        )
    return KeyFolder(path)


@click.command("list")
@options.as_json_option
def list_(as_json: bool) -> None:
    """List every key by role, with its date and the start of its digest, but never the key itself.

    Use the list to compare two machines.

    Example: hotline keys list
    """
    folder, rows = _folder(), []
    rotating = {(entry.file, entry.role): key for key, entry in ROTATING.items()}
    for role in ROLES:
        for name in KeyFolder(folder / role).names():
            file = folder / role / name
            since = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            rows.append(
                {
                    "role": role,
                    "file": name,
                    "since": since,
                    "digest": hashlib.sha256(file.read_bytes()).hexdigest()[:8],
                    "rotates": rotating.get((name, role)),
                }
            )
    options.print_rows(rows, _line, as_json=as_json)


def _line(row: Mapping[str, Any]) -> str:
    how = f"  hotline keys rotate {row['rotates']}" if row["rotates"] else ""
    return f"{row['role']:8} {row['file']:26} {row['since']:%Y-%m-%d}  {row['digest']}{how}"


@click.command()
@click.argument("key", type=click.Choice(sorted(ROTATING)))
@options.by_and_reason
@click.option(
    "--stage", is_flag=True, help="Create the new key, but do not encrypt data with this key yet."
)
def rotate(key: str, by: str, reason: str, stage: bool) -> None:
    """Add a new key next to the old key, and encrypt the old key's data again with the new key. You can repeat this
    command without harm.

    Nothing is removed. Running processes notice the new key. Ten minutes later, you can destroy the old key with
    `hotline keys end-old`. If a role has key folders on several machines, use --stage, and copy the folder to each
    machine. Then run the command again without --stage.

    Example: hotline keys rotate relay --by "Operator 1" --reason yearly
    """
    folder, rotating = _folder(), ROTATING[key]
    with cli_context() as context:
        fresh = rotation.stage_key(folder, rotating)
        _prove(context, folder, rotating)
        if fresh:
            decrypt_rekeying.record(context, "key_rotated", key, by=by, reason=reason)
        click.echo("created a new key" if fresh else "a new key exists already: continuing with it")
        if stage:
            click.echo(
                f"copy {folder / rotating.role} to every machine, then repeat this", err=True
            )
            return
        if moved := _moved(context, folder, key):
            click.echo(moved)
    click.echo("then: `hotline keys end-old`, and `hotline keys export` again", err=True)


@click.command("end-old")
@options.by_and_reason
@click.option(
    "--now",
    is_flag=True,
    help="Destroy the old key even if the new key is less than ten minutes old.",
)
def end_old(by: str, reason: str, now: bool) -> None:
    """Destroy each old key whose data was encrypted again with the new key.

    Example: hotline keys end-old --by "Operator 1" --reason "rotation done"
    """
    folder = _folder()
    left = {key: at for key in ROTATING if (at := rotation.staged_at(folder, ROTATING[key]))}
    if not left:
        click.echo("there is no old key", err=True)
    key_names = [key for key, at in left.items() if datetime.now(UTC) - at < GRACE]
    if key_names and not now:
        raise TooSoon(
            f"{', '.join(key_names)}: data encrypted with the old key may still arrive: wait ten "
            "minutes after the rotation, or destroy the old key now with --now"
        )
    with cli_context() as context:
        if PEPPER in left:
            # If a responder's PIN still uses the old pepper, the responder cannot read any tip without this pepper.
            pepper = reader_folder().read(previous_name(PEPPER_KEY))
            if count := decrypt_rekeying.count_under_pepper(context, pepper):
                raise TooSoon(
                    f"{count} PINs use the old pepper (secret key). A PIN gets the new pepper "
                    "when its responder enters the PIN. If the old pepper leaked, run `hotline people "
                    "invite` for each responder before you destroy the old pepper"
                )
        for key in left:
            _moved(context, folder, key)
            rotation.destroy_previous(folder, ROTATING[key])
            _prove(context, folder, ROTATING[key], alone=True)
            decrypt_rekeying.record(context, "old_key_destroyed", key, by=by, reason=reason)
            click.echo(f"{key}: the old key is destroyed")


@click.command()
@click.option(
    "--file",
    type=options.FILE,
    help="File with the API key of the SMS gateway. Without --file, the command asks you to type the key.",
)
def gateway(file: Path | None) -> None:
    """Store the gateway's key for the processes that send. Restart these processes, so that they use the new key.

    Example: hotline keys gateway --file gateway.key
    """
    folder = _folder()
    if file is None:
        typed: str = click.prompt("The gateway's key", hide_input=True, err=True)
        key = gateway_key_in(typed.encode(), Path("it"))
    else:
        key = gateway_key_in(file.read_bytes(), file)
    for role in SENDING_ROLES:
        KeyFolder(folder / role).replace(GATEWAY_KEY, f"{key}\n".encode())
        click.echo(f"{role}/{GATEWAY_KEY} is written")
    settings = Settings.read(os.environ)
    is_unused = settings.is_emulated and settings.gateway_api_key_file is None
    click.echo(UNUSED if is_unused else "restart the workers and the watch process", err=True)


@click.command()
@click.argument("to", type=options.NEW_FILE)
@options.passphrase_option("the passphrase of the export")
def export(to: Path, passphrase_file: Path | None) -> None:
    """Export to TO every key that is not for one week or month, encrypted with a passphrase. Keep TO apart from the
    backups.

    The file leaves out the keys of contacts. The hotline destroys these keys after two weeks, and no restore may bring
    them back. The file leaves out the reader's pepper too. `hotline keys pepper show` prints the pepper for paper.

    Example: hotline keys export /media/usb/keys.export
    """
    folder = _folder()
    passphrase = options.passphrase_of(passphrase_file, OF_KEYS, twice=True)
    options.progress("stretching the passphrase")
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not KeyFolder(to.parent).make(to.name, export_keys(folder, passphrase)):
        raise Occupied(f"{to} exists already: choose another file")
    click.echo(f"{to}: encrypted. Keep the file, its passphrase and backups in three places")


@click.command("import")
@click.argument("file", type=options.FILE)
@options.passphrase_option("the passphrase of the export")
def import_(file: Path, passphrase_file: Path | None) -> None:
    """Restore exported keys that are missing. Write nothing if a different key exists.

    Example: hotline keys import /media/usb/keys.export
    """
    settings = Settings.read(os.environ)
    folder, passphrase = settings.home / "keys", options.passphrase_of(passphrase_file, OF_KEYS)
    options.progress("stretching the passphrase")
    brought = import_keys(file.read_bytes(), passphrase, folder)
    for name in brought:
        click.echo(f"brought back {name}")
    if not brought:
        click.echo("no key was missing", err=True)
    _complete(settings, folder)


def _complete(settings: Settings, folder: Path) -> None:
    """Makes the keys that an export file never contains. Does not make a missing key that the database lists, because
    the operator must restore this key."""
    left: Sequence[str] = ()
    if migrate.find_tables(settings.database_url).state is not migrate.TablesState.CURRENT:
        new_names = make_keys(folder, datetime.now(UTC))
    else:
        with closing(open_database(settings.database_url)) as database:
            left = lost_keys(database, folder)
            new_names = make_keys(folder, datetime.now(UTC), leave=left)
            add_canaries(database, folder)
    for name in new_names:
        click.echo(f"created again: {name}")
    for name in left:
        todo = ": `hotline keys pepper enter`" if name == PEPPER_KEY else ""
        click.echo(f"still missing: {name}{todo}", err=True)


def _prove(
    context: Context, folder: Path, rotating: rotation.Rotating, *, alone: bool = False
) -> None:
    """Encrypts canaries (test values) with the new key, and keeps the canaries of the old key. So a process can start
    with either of the two keys.

    With `alone`, replaces the canaries of the old key, which no longer exists.
    """
    seal = service_checks_keys.replace_canary if alone else service_checks_keys.add_canary
    for name, key in rotation.newest_keys(folder, rotating):
        if name in WITH_CANARY:
            seal(context.database, name, key)


def _moved(context: Context, folder: Path, key: str) -> str:
    """Encrypts with the newest key everything that the previous key encrypted. Returns a text with the number of
    changed values. Raises DecryptionFailed."""
    rotating = ROTATING[key]
    public_key = rotation.publish_key(folder, rotating)
    if rotating.digest_file is not None:
        factors = FactorEncrypter.of(KeyFolder(folder / rotating.role))
        return (
            f"{decrypt_rekeying.reencrypt_factors(context, factors)} second factors encrypted again"
        )
    if rotating.file == PEPPER_KEY:
        return "each PIN gets the new pepper when its responder next enters the PIN; `hotline doctor` counts the others"
    if public_key is None:
        return ""
    newest, before = rotation.private_halves(folder, rotating)
    halves = {"public_key": public_key, "newest": newest, "before": before}
    if rotating.file == READER_KEY:
        count = decrypt_rekeying.reencrypt_cases(context, **halves, say=options.progress)
        return f"{count} keys of cases encrypted again"
    return f"{decrypt_rekeying.reencrypt(context, key, **halves, say=options.progress)} numbers encrypted again"


def _folder() -> Path:
    settings = Settings.read(os.environ)
    return require_folder(settings, settings.home / "keys")


@click.command()
def forget() -> None:
    """Destroy the keys of past weeks that no stored data needs, and create the keys of coming weeks.

    You can repeat this command without harm, also while the hotline runs. Each process destroys old keys only in its
    own folder. If you copied a folder to another machine, no process destroys the old keys in the copy that stays here.
    This command destroys them. The timer that takes the backups also runs this command, each hour.

    Example: hotline keys forget
    """
    keys = Settings.read(os.environ).home / "keys"
    with cli_context() as context:
        folders = [keys / role for role in HELD_BY[WEEKLY_KEY]]
        held_up = [folder for folder in folders if not _forgets(context, folder)]
    for folder in held_up:
        click.echo(f"{folder} cannot be written: the key of a past week is still there", err=True)
    if held_up:
        sys.exit(1)


def _forgets(context: Context, folder: Path) -> bool:
    """Destroys the old weekly and monthly keys in one folder, and makes new keys. Returns True if this process can
    write in the folder. A folder without contact keys belongs to another role and gets no contact keys."""
    keys, at = KeyFolder(folder), context.now()
    try:
        for laid in (contact_keys(keys), *people_keys(keys)):
            if laid.held():
                laid.lay(at)
                laid.forget(at)
    except OSError:
        return False
    return WeeklyLock(keys).forget(service_weekly_keys.needed_since(context))


@click.command("check-erased")
@options.as_json_option
def check_erased(as_json: bool) -> None:
    """Check that the keys of past weeks are destroyed, and exit with 1 if any such key still exists.

    The command looks at every key folder below HOTLINE_HOME, or only at the key folder that HOTLINE_KEYS names. The web
    process changes to the key of a new week when the first caller of that week dials, so check after that call.

    Example: hotline keys check-erased
    """
    found = dict(_looked_at())
    if as_json:
        options.print_json(found)
    else:
        for what, is_left in found.items():
            click.echo(f"{'FOUND' if is_left else 'found nothing':14}  {what}")
    if any(found.values()):
        sys.exit(1)


def _looked_at() -> Iterator[tuple[str, bool]]:
    """Yields a description of each possible fault in the keys of past weeks, and True if this fault exists. Raises
    NotReady before `hotline init`."""
    settings = Settings.read(os.environ)
    own = settings.keys
    if own and own.name not in HELD_BY[WEEKLY_KEY]:
        raise NotReady(
            f"the key folder {own} has no weekly keys: set HOTLINE_KEYS to a key folder that has them"
        )
    folders = [own] if own else [settings.home / "keys" / role for role in HELD_BY[WEEKLY_KEY]]
    context = build_context(settings, Role(own.name) if own else Role.CONSOLE)
    with closing(context.database):
        if own is None:
            service_weekly_keys.delete_old_keys(context)
        first_week = service_weekly_keys.needed_since(context)
        for folder in folders:
            yield from _left(KeyFolder(folder), first_week, context.now())


def _left(folder: KeyFolder, first_week: str, at: datetime) -> Iterator[tuple[str, bool]]:
    start, of = WeeklyLock(folder).start, f"keys of {folder.path.name}"
    yield f"{of}: no weekly key, so that nothing is forgotten", start is None
    yield f"{of}: the key of a week before {first_week}", start is not None and start < first_week
    yield f"{of}: a folder that cannot be written", cannot_advance(folder)
    contacts = contact_keys(folder)
    is_left = any(name < contacts.name(at - timedelta(weeks=1)) for name in contacts.held())
    yield f"{of}: a contact key from before last week", is_left
