"""`hotline keys forget`: the keys of past weeks go from every folder of this home, also where no process keeps them."""

import os
import sys
from pathlib import Path

import click

from hotline.cli.kit import console_kit
from hotline.config import Settings
from hotline.ports import Kit
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import HELD_BY
from hotline.sealing.keys.people import PeopleKeys
from hotline.sealing.keys.weekly_lock import WEEKLY_KEY, WeeklyKeys, WeeklyLock
from hotline.services import weekly_keys


@click.command()
def forget() -> None:
    """Destroy the keys of past weeks that nothing which is kept needs, and lay those of the weeks to come.

    Safe to repeat, and beside a running line. A process advances the keys of its own folder. Where that folder was
    copied to another machine, nobody else advances the copy that stays here: the backup's timer says this each hour.
    """
    with console_kit() as kit:
        stuck = [
            str(folder)
            for folder in weekly_folders(Settings.read(os.environ).home / "keys").values()
            if not _forgets(kit, folder)
        ]
    for folder in stuck:
        click.echo(f"{folder} cannot be written: the key of a past week is still there", err=True)
    if stuck:
        sys.exit(1)


def weekly_folders(keys: Path) -> dict[str, Path]:
    """The folders below `keys` with weekly keys, by role."""
    return {role: keys / role for role in HELD_BY[WEEKLY_KEY]}


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
