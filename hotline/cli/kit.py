"""Builds the context of the commands, and closes it at the end. Makes new passphrases."""

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import click

from hotline.cli.contexts import Role, build_console, key_folder, wrong_sentence
from hotline.core import service_sample
from hotline.core.context import LookingKit
from hotline.core.settings import Settings
from hotline.errors import SettingsInvalid, StoreUnavailable
from hotline.monitoring import service_checks_keys
from hotline.operations import migrate
from hotline.people.rules_second_factor import PAPER_LETTERS, grouped

INVENTED = (
    "Ibi byose ni urugero | Données d'exemple: rien n'est réel | Sample data: nothing here is real"
)
PASSPHRASE_LETTERS, GROUP_LETTERS = 25, 5
STEP = "`hotline doctor` says what else is wrong; see the database's server, its disk and HOTLINE_DATABASE_URL"


def named_by_place(broken: StoreUnavailable) -> str:
    """Returns a text that the database does not answer, with its place and the next step. Names no account or
    password."""
    try:
        place = migrate.server_of(Settings.read(os.environ).database_url)
    except SettingsInvalid:
        return str(broken)
    return f"the database at {place} does not answer: {broken}\n{STEP}"


@contextmanager
def console_kit() -> Iterator[LookingKit]:
    """Yields the context of the commands from the environment, without the keys that are not this line's.

    No key decrypts what those would seal. Raises the errors of `Settings.read` and `build_console`. Raises NotReady if
    the tables are of a release that this one does not know. The command itself reports a database that does not answer.
    """
    settings = Settings.read(os.environ)
    with suppress(StoreUnavailable):
        migrate.refuse_unknown(migrate.look_at(settings.database_url))
    kit, folder = build_console(settings), key_folder(settings, Role.CONSOLE)
    with suppress(StoreUnavailable):
        wrong = service_checks_keys.check(kit.database, folder).wrong
        if wrong:
            click.echo(f"hotline: {wrong_sentence(folder, wrong)}", err=True)
            kit.database.close()
            kit = build_console(settings, without=wrong)
    with closing(kit.database):
        with suppress(StoreUnavailable):
            if service_sample.is_invented(kit):
                click.echo(f"hotline: {INVENTED}", err=True)
        yield kit


def new_passphrase() -> str:
    """Returns five groups of five letters, about 124 bits of chance. A thief of the database cannot guess it."""
    letters = (secrets.choice(PAPER_LETTERS) for _ in range(PASSPHRASE_LETTERS))
    return grouped("".join(letters), GROUP_LETTERS)
