"""`hotline keys forget` and `check-erased`: the keys of past weeks go from every folder of this home, and are gone."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import click

from hotline.bootstrap import Role, build_kit
from hotline.cli.kit import console_kit
from hotline.cli.options import as_json_option, print_json
from hotline.config import Settings
from hotline.errors import NotReady
from hotline.ports import Kit
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import HELD_BY
from hotline.sealing.keys.people import PeopleKeys
from hotline.sealing.keys.weekly_lock import WEEKLY_KEY, WeeklyKeys, WeeklyLock, key_name, stuck
from hotline.services import weekly_keys


@click.command()
def forget() -> None:
    """Destroy the keys of past weeks that nothing which is kept needs, and lay those of the weeks to come.

    Safe to repeat, and beside a running line. A process advances the keys of its own folder. Where that folder was
    copied to another machine, nobody else advances the copy that stays here: the backup's timer says this each hour.
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
    """Whether it could be written. A folder without contact keys is another role's, and is laid none."""
    keys, at = KeyFolder(folder), kit.now()
    try:
        for laid in (WeeklyKeys(keys), PeopleKeys(keys)):
            if laid.held():
                laid.lay(at)
                laid.forget(at)
    except OSError:
        return False
    return WeeklyLock(keys).forget(weekly_keys.needed_since(kit))


@click.command("check-erased")
@as_json_option
def check_erased(as_json: bool) -> None:
    """Check that the keys of past weeks are gone; ends with 1 where one is left.

    Looks at every folder of keys below HOTLINE_HOME, or at the one that HOTLINE_KEYS names. The web process goes on to
    the next week at its first session, so look after somebody dialled.
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
            weekly_keys.forget(kit)
        wanted = weekly_keys.needed_since(kit)
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
