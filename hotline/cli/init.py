"""Runs `hotline init`, which makes everything that a hotline needs. The module also runs `hotline upgrade`, which adds
the parts that a new version needs.
"""

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing, suppress
from importlib import import_module, metadata
from pathlib import Path

import click

from hotline.cases import decrypt_access
from hotline.cli import backup, contexts
from hotline.cli.accounts import link_line
from hotline.cli.command_context import add_canaries, make_missing_keys, new_passphrase
from hotline.cli.contexts import (
    UNFINISHED_INIT,
    Role,
    build_cli,
    build_console,
    key_folder,
    missing_error,
    require_folder,
)
from hotline.cli.desks import PASSPHRASE_FILE
from hotline.cli.options import (
    FOLDER,
    NEW_FILE,
    passphrase_in,
    passphrase_of,
    passphrase_option,
    progress,
)
from hotline.core.contexts import Context
from hotline.core.database import open_database
from hotline.core.environment import CHECKOUT
from hotline.core.settings import Settings
from hotline.duty import service_enrolment, service_invitations
from hotline.editing import service_draft_steps, service_publishing, service_reviews
from hotline.flows import service_authoring
from hotline.gateway import service_alert_path
from hotline.keys.desk_signatures import LINE_PUBLIC_KEY
from hotline.keys.key_folder import KeyFolder
from hotline.keys.key_making import RANDOM, ROLES, is_held, lay_line_key
from hotline.keys.weekly_lock import WEEKLY_KEY
from hotline.operations import migrate, server_roles
from hotline.operations.backup import BACKUP_PUBLIC_KEY
from hotline.people import service_demo
from hotline.people.demo_sign_in import keep_demo_accounts
from hotline.people.rules import CALL_BACK_NUMBER, demo_numbers, demo_responders
from hotline.text.errors import FolderRefused, NotReady

FLOWS = CHECKOUT / "flows"

flows_option = click.option(
    "--flows", type=FOLDER, default=FLOWS, help="Folder with the YAML files of the flows (screens)."
)


@click.command()
@flows_option
@passphrase_option("the recovery passphrase")
@click.option("--demo", is_flag=True, help="Enrol two sample responders for each district.")
@click.option(
    "--sample", is_flag=True, help="Add twelve months of sample data. This option needs --demo."
)
@click.option(
    "--new-key",
    "new",
    multiple=True,
    type=click.Choice(sorted({*RANDOM, WEEKLY_KEY})),
    help="Name of a lost key that the command replaces. Data that was encrypted with the lost key stays unreadable.",
)
def init(
    flows: Path, passphrase_file: Path | None, new: tuple[str, ...], *, demo: bool, sample: bool
) -> None:
    """Create missing keys, tables, desks and flows. You can repeat this command without harm.

    The command changes nothing that already exists. If this hotline had a key that is missing now, the command does not
    make this key again, unless --new-key names the key.

    Example: hotline init --demo
    """
    settings = Settings.read(os.environ)
    found = migrate.find_tables(settings.database_url)
    migrate.refuse_unknown(found)
    _home(settings.home)
    keys = settings.home / "keys"
    if found.state is migrate.TablesState.MISSING and not any(
        path.is_file() for path in keys.glob("*/*")
    ):
        # Without this file, the home folder after an interrupted `init` would look like a hotline whose database is not
        # mounted. In a container, where only the key folder can be written, the file is not needed.
        with suppress(OSError):
            (settings.home / UNFINISHED_INIT).touch(mode=0o600)
    new_names = make_missing_keys(settings, found, contexts.clock(settings)(), new=new)
    _report("keys", new_names, there=f"in {keys}")
    _migrate(settings, keys, new=new)

    context = build_cli(settings)
    with closing(context.database):
        _publish(context, settings, flows, demo=demo)
        _desks(context, settings, passphrase_file, demo=demo)
        if demo:
            _rehearse(context)
        else:
            _first_account(context, settings)
    if demo:
        _demo_accounts(settings, passphrase_file)
    if demo and sample:
        is_new = found.state is migrate.TablesState.MISSING
        if is_new:
            progress("sample data of twelve months")
            # The import is here, because only this command needs the code that makes sample data.
            import_module("hotline.cli.sample").write(settings)
        reason = "or the hotline has data of its own"
        _report("sample data", ["twelve months"] if is_new else [], there=reason)
    (settings.home / UNFINISHED_INIT).unlink(missing_ok=True)


@click.command()
@flows_option
@click.option(
    "--no-backup", is_flag=True, help="Update the database tables without taking a backup first."
)
@click.option(
    "--roles", is_flag=True, help="Create a PostgreSQL account for each process of the hotline."
)
@click.option(
    "--redis-users",
    "redis_accounts",
    type=NEW_FILE,
    help="Write the Redis accounts of the hotline's processes to this file. In the settings of Redis, set `aclfile` to "
    "the path of this file.",
)
def upgrade(flows: Path, *, no_backup: bool, roles: bool, redis_accounts: Path | None) -> None:
    """Update tables and flows to this version, before its processes start. You can repeat this command without harm.

    If the tables are of an earlier version, the command takes a backup first, into HOTLINE_BACKUPS or the home's
    `backups`.

    The key folders contain the passwords of new database and Redis accounts. Copy the key folders to the machines
    where the processes run.

    Example: hotline upgrade
    """
    settings = Settings.read(os.environ)
    require_folder(settings, key_folder(settings, Role.CONSOLE))
    found = migrate.find_tables(settings.database_url)
    migrate.refuse_unknown(found)
    if found.state is migrate.TablesState.MISSING:
        raise missing_error(settings, f"the database {found.place} lacks the hotline's tables")
    keys = settings.home / "keys"
    has_all_folders = settings.keys is None and all((keys / role).is_dir() for role in ROLES)
    if has_all_folders:
        # Makes a missing key only if its kind is new in this release. If a key of an older kind is missing, the command
        # stops with an error.
        new_names = make_missing_keys(settings, found, contexts.clock(settings)())
        _report("keys", new_names, there=f"in {keys}")
    if found.state is migrate.TablesState.OLDER and not no_backup:
        _back_up(settings)
    _migrate(settings, keys if has_all_folders else None)
    _accounts(settings, keys if has_all_folders else None, redis_accounts, roles=roles)
    context = build_cli(settings)
    with closing(context.database):
        _publish(context, settings, flows)


def _back_up(settings: Settings) -> None:
    """Takes a backup before the upgrade, so that the operator can go back to the earlier version. Raises NotReady if
    there is no backup key."""
    if not KeyFolder(key_folder(settings, Role.CONSOLE)).holds(BACKUP_PUBLIC_KEY):
        raise NotReady(
            "no backup was taken, and nothing was changed: create a backup key with `hotline backup key FILE` first,"
            " or use --no-backup"
        )
    folder = settings.backups or settings.home / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(open_database(settings.database_url)) as database:
        copy = backup.take(settings, database, contexts.clock(settings)(), folder)
    click.echo(f"backup: {copy.path} leads back to version {copy.manifest.schema} of the tables")


def _accounts(
    settings: Settings, keys: Path | None, redis_accounts: Path | None, *, roles: bool
) -> None:
    """Creates the accounts with which the hotline's processes sign in to PostgreSQL and Redis. Existing accounts get
    the rights that this version needs."""
    if keys is None and (roles or redis_accounts):
        raise NotReady("run this command on the machine that has the key folders of all processes")
    if keys is not None and redis_accounts is not None:
        redis_accounts.touch(mode=0o600)
        redis_accounts.write_text(server_roles.redis_accounts(keys), encoding="ascii")
    with closing(open_database(settings.database_url)) as database:
        if roles and database.is_sqlite:
            raise NotReady("SQLite has no accounts: use --roles only with PostgreSQL")
        if keys is not None and roles:
            for name in server_roles.make_roles(database, settings.database_url, keys):
                click.echo(f"accounts: {name}")
        server_roles.grant_existing(database, settings.database_url)


def _home(home: Path) -> None:
    """Creates the home folder, which contains the hotline's keys and data. Raises FolderRefused if the current account
    may not create the folder or write in it."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as broken:
        raise FolderRefused(
            f"{home} cannot be created ({broken.strerror}): run as root `install -d -m 700 -o ACCOUNT {home}`"
            " with the name of the hotline's account, or set HOTLINE_HOME to another folder"
        ) from None
    # In a container, only the folder of keys may be writable. So it is enough if this account can write in the home
    # folder or in the folder of keys.
    if not any(os.access(folder, os.W_OK | os.X_OK) for folder in (home, home / "keys")):
        raise FolderRefused(
            f"this account cannot write to {home}: make the hotline's account the owner of this folder"
        )


def _migrate(settings: Settings, keys: Path | None, *, new: Collection[str] = ()) -> None:
    """Updates the tables. If the key folders of all roles are on this machine, also adds a canary (a test value) for
    each key.
    """
    progress("tables")
    with closing(open_database(settings.database_url)) as database:
        changed = migrate.upgrade(database)
        if keys is not None:
            add_canaries(database, keys, new=new)
        service_alert_path.begin_waiting(database, contexts.clock(settings)())
    _report("tables", ["created or updated"] if changed else [], there="up to date")


def _publish(context: Context, settings: Settings, folder: Path, *, demo: bool = False) -> None:
    """Publishes the flows (the callers' screens) of a folder. If a person has already published flows that differ,
    makes a draft of the folder's flows instead. If the folder's flows contain an error, raises FlowInvalid and
    changes nothing."""
    progress("flows")
    document = service_authoring.read_folder(folder)
    if settings.is_emulated:
        document["numbers"] = [*document["numbers"], *_demo_numbers(context, demo=demo)]
    for finding in service_publishing.bearable_problems(document):
        click.echo(finding.sentence, err=True)
    signed = service_reviews.read_signatures(folder)
    result = service_draft_steps.publish_version(
        context, document, metadata.version("hotline"), signed
    )
    if result.change is not None:
        click.echo(
            f"flows: this version's new flows wait as draft {result.change}, because {result.published_by} published"
            f" others: {settings.console_url}/changes/{result.change}"
        )
        return
    click.echo(f"flows: revision {result.revision} is live")


def _demo_numbers(context: Context, *, demo: bool) -> Sequence[Mapping[str, str]]:
    """Returns the sample phone numbers of a demo. An upgrade of a demo publishes these numbers again, so that the
    demo's flows do not change.

    The numbers keep their confirmation day while the confirmation is valid, because another day would make another
    revision of the flows.
    """
    row, today = None, context.now().date()
    with suppress(NotReady):
        row = context.flow_sets.get(context.flow_sets.live()).numbers.get(CALL_BACK_NUMBER)
    if row is None and not demo:
        return ()
    signed = row.confirmed_on if row is not None and row.is_confirmed(today) else None
    return demo_numbers(signed or today)


def _desks(context: Context, settings: Settings, file: Path | None, *, demo: bool) -> None:
    """Creates the desks that do not exist yet, and copies into each key folder the public key that checks the desks'
    signatures."""
    missing, keys = decrypt_access.missing_desks(context), settings.home / "keys"
    desks: Sequence[str] = ()
    if missing or not is_held(keys, LINE_PUBLIC_KEY):
        passphrase = _passphrase(settings.home, file, demo=demo)
        progress(f"keys of {len(missing)} desks")
        desks = decrypt_access.make_desks(context, passphrase)
        lay_line_key(keys, decrypt_access.line_public_key(context, passphrase))
    _report(
        "desks", [f"{len(desks)} with keys of their own"] if desks else [], there="with their keys"
    )


def _passphrase(home: Path, file: Path | None, *, demo: bool) -> str:
    """Returns the recovery passphrase of the desks, from `file` or from the terminal. Without a file and without a
    terminal, makes a passphrase, and writes it to a file that only its owner can read."""
    if file is not None:
        return passphrase_in(file)
    own = home / PASSPHRASE_FILE
    if not own.exists() and not demo and sys.stdin.isatty():
        return passphrase_of(
            None, "Choose the recovery passphrase, which opens every desk", twice=True
        )
    if not own.exists() and not KeyFolder(home).writable():
        raise FolderRefused(
            f"{home} is read-only, so it cannot store a passphrase: run `init` at a terminal, or use --passphrase-file"
        )
    if KeyFolder(home).make(PASSPHRASE_FILE, f"{new_passphrase()}\n".encode()):
        todo = "" if demo else ": write it on paper and remove it"
        click.echo(f"{own} holds the desks' passphrase{todo}", err=True)
    return passphrase_in(own)


def _rehearse(context: Context) -> None:
    if service_enrolment.list_responders(context):
        _report("responders", [], there="see `hotline people list`")
        return
    progress("responders")
    people = service_enrolment.import_responders(context, demo_responders())
    _report("responders", [f"{len(people)} sample responders, for a demo"], there="")


def _first_account(context: Context, settings: Settings) -> None:
    """Prints an invitation link for the first admin, until the first admin has created an account with it."""
    first = service_invitations.first_link(context)
    if first is None:
        _report("accounts", [], there="the page Accounts shows them")
        return
    click.echo(
        f"accounts: {service_invitations.FIRST} is made by {link_line(settings, first.link)}"
    )


def _demo_accounts(settings: Settings, passphrase_file: Path | None) -> None:
    """Makes demo accounts whose passwords the sign-in page shows. Two of these accounts belong to a desk. If the
    hotline uses a real SMS gateway, the function makes no demo accounts.
    """
    context = build_console(settings)
    file = passphrase_file or settings.home / PASSPHRASE_FILE
    with closing(context.database):
        accounts = service_demo.make_accounts(context)
        if file.exists():
            service_demo.grant_desks(context, passphrase_in(file))
    if accounts:
        keep_demo_accounts(settings.home, (*context.demo_accounts, *accounts))
    names = [account.name for account in accounts]
    _report("accounts", names, there="or the gateway is not the emulator")


def _report(what: str, new_parts: Sequence[str], *, there: str) -> None:
    """Prints one line about a part of the hotline, such as its keys. The line says if `init` made the part now, or if
    the part already existed."""
    for part in new_parts:
        click.echo(f"{what}: made {part}")
    if not new_parts:
        click.echo(f"{what}: exist already, {there}")
