"""`hotline keys check-erased`: whether the keys of past weeks are gone, and with them what they locked."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import click

from hotline.bootstrap import Role, build_kit
from hotline.cli.keys.backup import as_json_option
from hotline.cli.keys.weeks import weekly_folders
from hotline.config import Settings
from hotline.errors import NotReady
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import HELD_BY
from hotline.sealing.keys.weekly_lock import WEEKLY_KEY, WeeklyLock, key_name, stuck
from hotline.services import weekly_keys


@click.command("check-erased")
@as_json_option
def check_erased(as_json: bool) -> None:
    """Check that the keys of past weeks are gone; ends with 1 where one is left.

    Looks at every folder of keys below HOTLINE_HOME, or at the one that HOTLINE_KEYS names. The web process goes on to
    the next week at its first session, so look after somebody dialled.
    """
    found = dict(_looked_at())
    if as_json:
        click.echo(json.dumps(found, indent=2))
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
    folders = {own.name: own} if own else weekly_folders(settings.home / "keys")
    kit = build_kit(settings, Role(own.name) if own else Role.CONSOLE)
    with closing(kit.database):
        if own is None:
            weekly_keys.forget(kit)
        wanted = weekly_keys.needed_since(kit)
        for role, folder in folders.items():
            yield from _left(role, KeyFolder(folder), wanted, kit.now())


def _left(role: str, folder: KeyFolder, wanted: str, at: datetime) -> Iterator[tuple[str, bool]]:
    start = WeeklyLock(folder).start
    yield f"keys of {role}: no weekly key, so that nothing is forgotten", start is None
    yield f"keys of {role}: the key of a week before {wanted}", start is not None and start < wanted
    yield f"keys of {role}: a folder that cannot be written", stuck(folder)
    older = key_name(at - timedelta(weeks=1))
    is_left = any(name.startswith("contact-") and name < older for name in folder.names())
    yield f"keys of {role}: a contact key from before last week", is_left
