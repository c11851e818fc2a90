"""Tests a change of the key that encrypts second factors, while a console runs: every authenticator and printed sheet
still works."""

from dataclasses import replace
from pathlib import Path

import pytest

from hotline.core.actors import AccountRole
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database
from hotline.keys import rotation
from hotline.keys.factor_encryption import DIGEST_KEY, FactorEncrypter
from hotline.keys.key_folder import KeyFolder
from hotline.keys.rotation import ROTATING
from hotline.operations import decrypt_rekeying
from hotline.people import service_sessions, tables_accounts
from hotline.people.service_sessions import NewSession
from hotline.text.errors import DecryptionFailed
from tests.support.builders import NOON
from tests.support.clock import Clock
from tests.support.contexts import make_console_context
from tests.support.made_once import lay_keys
from tests.support.signing import Person, person

TOTP = ROTATING["totp"]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    lay_keys(tmp_path / "keys", NOON)
    return tmp_path / "keys"


@pytest.fixture
def context(database: Database, clock: Clock, keys: Path) -> ConsoleContext:
    """Returns the context of a console that started before the rotation."""
    made = make_console_context(database=database, now=clock)
    return replace(made, proofs=replace(made.proofs, factors=encrypter(keys)))


@pytest.fixture
def editor(context: ConsoleContext, clock: Clock) -> Person:
    return person(context, clock, "Editor 1", AccountRole.EDITOR)


def encrypter(keys: Path) -> FactorEncrypter:
    """Returns the object with which a process that starts now encrypts second factors."""
    return FactorEncrypter.of(KeyFolder(keys / "pages"))


def rows(context: ConsoleContext) -> list[bytes | None]:
    with context.database.reading() as session:
        return [one.totp for one in tables_accounts.all_accounts(session)]


def enters_by_paper(context: ConsoleContext, who: Person, number: int) -> bool:
    entered = service_sessions.sign_in(context, who.name, who.password, who.sheet.codes[number])
    return isinstance(entered, NewSession)


def test_people_sign_in_during_a_rotation(editor: Person, keys: Path) -> None:
    before = rows(editor.context)
    later = replace(editor.context, proofs=replace(editor.context.proofs, factors=encrypter(keys)))

    def all_enter(number: int) -> None:
        editor.enters(known=editor.enters().known)
        assert enters_by_paper(editor.context, editor, number)
        assert enters_by_paper(later, editor, number + 1)

    rotation.stage_key(keys, TOTP)
    all_enter(0)
    assert decrypt_rekeying.reencrypt_factors(editor.context, encrypter(keys)) == 1
    assert rows(editor.context) != before
    all_enter(2)
    rotation.destroy_previous(keys, TOTP)
    later = replace(editor.context, proofs=replace(editor.context.proofs, factors=encrypter(keys)))
    all_enter(4)


def test_factors_under_newest_key_are_not_encrypted_again(
    context: ConsoleContext, editor: Person, keys: Path, clock: Clock
) -> None:
    rotation.stage_key(keys, TOTP)
    person(context, clock, "Editor 2", AccountRole.EDITOR)
    assert decrypt_rekeying.reencrypt_factors(context, encrypter(keys)) == 1
    encrypted = rows(context)
    assert rotation.stage_key(keys, TOTP) is False
    assert decrypt_rekeying.reencrypt_factors(context, encrypter(keys)) == 0
    assert rows(context) == encrypted


def test_two_rotations_keep_the_first_digests(editor: Person, keys: Path) -> None:
    folder = KeyFolder(keys / "pages")
    first = encrypter(keys).digest("paper", "words")
    held = folder.names()
    for _ in range(2):
        rotation.stage_key(keys, TOTP)
        decrypt_rekeying.reencrypt_factors(editor.context, encrypter(keys))
        rotation.destroy_previous(keys, TOTP)
    assert set(folder.names()) == {*held, DIGEST_KEY}
    assert encrypter(keys).digest("paper", "words") == first


def test_undecryptable_factor_is_named_and_changes_nothing(
    context: ConsoleContext, editor: Person, keys: Path, clock: Clock
) -> None:
    other = person(context, clock, "Editor 2", AccountRole.EDITOR)
    with context.database.writing() as session:
        account = tables_accounts.get_account(session, other.account_id, for_writing=True)
        account.totp = FactorEncrypter(b"x" * 32).seal(other.secret, account="account:2")
    before = rows(context)
    rotation.stage_key(keys, TOTP)
    with pytest.raises(
        DecryptionFailed, match="nor the new key decrypts the second factor of Editor 2"
    ):
        decrypt_rekeying.reencrypt_factors(context, encrypter(keys))
    assert rows(context) == before
