"""Tests a rotation of the second factors' key under a running console: every authenticator and sheet still works."""

from dataclasses import replace
from pathlib import Path

import pytest

from hotline.core.actors import AccountRole
from hotline.core.context import ConsoleKit
from hotline.core.database import Database
from hotline.errors import SealBroken
from hotline.keys import rotation
from hotline.keys.factor_sealer import DIGEST_KEY, FactorSealer
from hotline.keys.key_folder import KeyFolder
from hotline.keys.rotation import ROTATING
from hotline.operations import decrypt_rekeying
from hotline.people import service_sessions, tables_accounts
from hotline.people.service_sessions import Entered
from tests.support.builders import NOON
from tests.support.clock import Clock
from tests.support.kits import make_console_kit
from tests.support.made_once import lay_keys
from tests.support.signing import Person, person

TOTP = ROTATING["totp"]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    lay_keys(tmp_path / "keys", NOON)
    return tmp_path / "keys"


@pytest.fixture
def kit(database: Database, clock: Clock, keys: Path) -> ConsoleKit:
    """Returns a console that started before the rotation."""
    made = make_console_kit(database=database, now=clock)
    return replace(made, proofs=replace(made.proofs, factors=sealer(keys)))


@pytest.fixture
def editor(kit: ConsoleKit, clock: Clock) -> Person:
    return person(kit, clock, "Editor 1", AccountRole.EDITOR)


def sealer(keys: Path) -> FactorSealer:
    """Returns the sealer of a process that starts now."""
    return FactorSealer.of(KeyFolder(keys / "pages"))


def rows(kit: ConsoleKit) -> list[bytes | None]:
    with kit.database.reading() as session:
        return [one.totp for one in tables_accounts.everybody(session)]


def enters_by_paper(kit: ConsoleKit, who: Person, number: int) -> bool:
    entered = service_sessions.enter(kit, who.name, who.password, who.sheet.codes[number])
    return isinstance(entered, Entered)


def test_people_sign_in_during_a_rotation(kit: ConsoleKit, editor: Person, keys: Path) -> None:
    before = rows(kit)
    later = replace(kit, proofs=replace(kit.proofs, factors=sealer(keys)))

    def all_enter(number: int) -> None:
        editor.enters(known=editor.enters().known)
        assert enters_by_paper(kit, editor, number)
        assert enters_by_paper(later, editor, number + 1)

    rotation.stage(keys, TOTP)
    all_enter(0)
    assert decrypt_rekeying.reseal_factors(kit, sealer(keys)) == 1
    assert rows(kit) != before
    all_enter(2)
    rotation.destroy_old(keys, TOTP)
    later = replace(kit, proofs=replace(kit.proofs, factors=sealer(keys)))
    all_enter(4)


def test_what_stands_under_the_newest_key_stays_and_a_second_time_changes_nothing(
    kit: ConsoleKit, editor: Person, keys: Path, clock: Clock
) -> None:
    rotation.stage(keys, TOTP)
    person(kit, clock, "Editor 2", AccountRole.EDITOR)
    assert decrypt_rekeying.reseal_factors(kit, sealer(keys)) == 1
    sealed = rows(kit)
    assert rotation.stage(keys, TOTP) is False
    assert decrypt_rekeying.reseal_factors(kit, sealer(keys)) == 0
    assert rows(kit) == sealed


def test_two_rotations_keep_the_first_digests(kit: ConsoleKit, editor: Person, keys: Path) -> None:
    folder = KeyFolder(keys / "pages")
    first = sealer(keys).digest("paper", "words")
    held = folder.names()
    for _ in range(2):
        rotation.stage(keys, TOTP)
        decrypt_rekeying.reseal_factors(kit, sealer(keys))
        rotation.destroy_old(keys, TOTP)
    assert set(folder.names()) == {*held, DIGEST_KEY}
    assert sealer(keys).digest("paper", "words") == first


def test_where_one_opens_with_neither_key_nothing_is_sealed_anew_and_it_is_named(
    kit: ConsoleKit, editor: Person, keys: Path, clock: Clock
) -> None:
    other = person(kit, clock, "Editor 2", AccountRole.EDITOR)
    with kit.database.writing() as session:
        account = tables_accounts.one(session, other.account_id, for_writing=True)
        account.totp = FactorSealer(b"x" * 32).seal(other.secret, account="account:2")
    before = rows(kit)
    rotation.stage(keys, TOTP)
    with pytest.raises(SealBroken, match="neither key decrypts the second factor of Editor 2"):
        decrypt_rekeying.reseal_factors(kit, sealer(keys))
    assert rows(kit) == before
