"""What commands share: the console's kit, closed at the end, and asking for the desk's passphrase."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import click

from hotline.bootstrap import Role, build_console, key_folder, wrong_sentence
from hotline.config import Settings
from hotline.errors import PassphraseWrong, StoreUnavailable
from hotline.ports import LookingKit
from hotline.services.watch import key_checks, trials
from hotline.store import migrate

INVENTED = {
    "rw": "Ibi byose ni urugero",
    "fr": "Données d'exemple: rien n'est réel",
    "en": "Sample data: nothing here is real",
}
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What nobody misreads on paper."""
GROUPS = 5
GROUP_LETTERS = 5


@contextmanager
def console_kit() -> Iterator[LookingKit]:
    """The console's kit out of the environment. Raises what `Settings.read` and `build_kit` raise."""
    settings = Settings.read(os.environ)
    _refuse_other_tables(settings)
    kit = build_console(settings, without=_wrong_keys(settings))
    try:
        _say_what_is_invented(kit)
        yield kit
    finally:
        kit.database.close()


def _refuse_other_tables(settings: Settings) -> None:
    """Raises NotReady where the tables are of a release that this one does not know.

    The command itself names a database that does not answer.
    """
    with suppress(StoreUnavailable):
        migrate.refuse_unknown(migrate.look_at(settings.database_url))


def _wrong_keys(settings: Settings) -> Sequence[str]:
    """Names the keys that are not this line's, and says so: what they would seal, nobody would open."""
    kit = build_console(settings)
    folder = key_folder(settings, Role.CONSOLE)
    with closing(kit.database), suppress(StoreUnavailable):
        wrong = key_checks.check(kit.database, folder).wrong
        if wrong:
            click.echo(f"hotline: {wrong_sentence(folder, wrong)}", err=True)
        return wrong
    return ()


def _say_what_is_invented(kit: LookingKit) -> None:
    """Beside whatever a command prints. A database that does not answer is the command's to name."""
    with suppress(StoreUnavailable):
        if trials.is_invented(kit):
            click.echo(f"hotline: {' | '.join(INVENTED.values())}", err=True)


def passphrase_in(file: Path) -> str:
    """The first line of a file. Raises PassphraseWrong where there is none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise PassphraseWrong("the passphrase file cannot be read") from None
    if not lines or not lines[0].strip():
        raise PassphraseWrong("the passphrase file is empty")
    return lines[0].strip()


def ask_passphrase(file: Path | None, desk: str) -> str:
    if file is not None:
        return passphrase_in(file)
    typed: str = click.prompt(f"Passphrase of desk {desk}", hide_input=True, err=True)
    return typed.strip()


def new_passphrase() -> str:
    """Five groups of five letters, about 124 bits of chance: a thief of the database guesses in vain."""
    return "-".join(
        "".join(secrets.choice(LETTERS) for _ in range(GROUP_LETTERS)) for _ in range(GROUPS)
    )
