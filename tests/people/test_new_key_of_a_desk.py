"""Tests how a member gives a desk a new key.

A copy of the old key decrypts nothing, and the recovery passphrase still decrypts everything.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import delete, text

from hotline.alarms.rules import Alarm
from hotline.alarms.tables import raised_alarms
from hotline.cases import decrypt_access
from hotline.core.actors import Actor
from hotline.duty import service_removal
from hotline.keys.decrypt import opens_grant
from hotline.keys.encrypt import Encrypter
from hotline.operations import decrypt_rotation
from hotline.operations.decrypt_rotation import Rekeyed
from hotline.people import decrypt_grants, decrypt_recovery, tables_desks
from hotline.people.decrypt_signing import Signer
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_desks import DeskMember, RecoveryPair
from hotline.text.errors import DecryptionFailed, DeskRefused, NotFound, PassphraseWrong
from hotline.tips.tables import Grant
from tests.people.test_desk_members import FIRST, PASSPHRASE, PERSON, QUICK, SECOND, People, people
from tests.people.test_desk_rotation import ANSWERS, file_tip
from tests.support.contexts import WholeContext
from tests.support.eventually import eventually
from tests.support.two_people import ALICE

__all__ = ["people"]

HERE = "12"
CHANTAL, DENISE = Actor("Chantal", 1), Actor("Denise", 2)


def context_of(people: People) -> WholeContext:
    return replace(people.district.context, encrypter=Encrypter())


def add_tip(people: People, number: int, key: bytes | None = None) -> int:
    """Adds a tip of the district, encrypted for the desk's current key.

    If `key` is given, encrypts the tip for this key, like a hop that read the desk's key before a rotation.
    """
    return file_tip(context_of(people), number, {HERE: key or public_key(people)})


def step(people: People, by: Actor = CHANTAL) -> Rekeyed:
    key = bytes(people.pairs[f"account:{by.account_id}"])
    return decrypt_rotation.rotate_step(context_of(people), by, key, HERE, "she left")


def needs_key(people: People) -> bool:
    with people.district.context.database.reading() as session:
        return tables_desks.get_desk(session, HERE).copied_since is not None


def reads(people: People, tip_id: int, passphrase: str = PASSPHRASE) -> bool:
    named = {"desk": HERE, "passphrase": passphrase, "reason": "to see"}
    return decrypt_access.read_tip(context_of(people), tip_id, by=ALICE, **named).answers == ANSWERS


def desk_key(people: People, member: str) -> bytes:
    with people.district.database.reading() as session:
        pair = bytes(people.pairs[member])
        return decrypt_grants.decrypt_desk_as(session, HERE, member, pair)[0]


@pytest.fixture
def gasabo(people: People) -> People:
    """Returns a desk to which Chantal, Denise and a responder have access."""
    for member in (FIRST, SECOND, PERSON):
        people.let_in(HERE, member)
    return people


def remove_one(people: People) -> None:
    service_removal.remove_responder(
        people.district.context, "4", second=None, by="Alice", reason="must go"
    )


@pytest.mark.row("A7")
@pytest.mark.both
def test_one_member_gives_desk_a_new_key(gasabo: People) -> None:
    told = [add_tip(gasabo, number) for number in range(3)]
    copy, clock = desk_key(gasabo, PERSON), gasabo.district.clock
    remove_one(gasabo)
    before = public_key(gasabo)

    assert step(gasabo) == Rekeyed(moved=3, is_over=False)
    late = add_tip(gasabo, 7, before)
    assert needs_key(gasabo), "she opens what is not moved yet"
    assert all(reads(gasabo, tip_id) for tip_id in (*told, late)), "in the middle of it"
    assert step(gasabo) == Rekeyed(moved=1, is_over=False)
    assert step(gasabo) == Rekeyed(moved=0, is_over=False), "a hop may be under way"
    clock.turn(seconds=6)
    assert step(gasabo) == Rekeyed(moved=0, is_over=True)

    assert not needs_key(gasabo)
    assert all(reads(gasabo, tip_id) for tip_id in (*told, late))
    assert gasabo.opens(HERE, FIRST)
    assert gasabo.opens(HERE, SECOND)
    with gasabo.district.database.reading() as session:
        assert tables_desks.previous_key(session, HERE) is None
    for grant in gasabo.district.all(Grant):
        uid = f"{grant.tip_id:032}"
        assert not opens_grant(grant.encrypted_key, uid=uid, desk=HERE, private_key=copy)
    assert gasabo.actions()[-2:] == ["tip_read", "tip_read"]
    assert [one for one in gasabo.actions() if one.startswith("desk_key")] == [
        "desk_key_given",
        "desk_key_moved",
    ]


def can_decrypt(people: People, pair: PrivateKey) -> bool:
    """Returns True if this key pair decrypts the desk's current key from the row of any member."""
    for row in people.district.all(DeskMember):
        for begins in (1, 33):
            with suppress(CryptoError):
                SealedBox(pair).decrypt(row.wrapped_key[begins:])
                return True
    return False


@pytest.mark.parametrize("by_passphrase", [False, True])
def test_replaced_public_key_gets_no_desk_key(gasabo: People, *, by_passphrase: bool) -> None:
    thief = PrivateKey.generate()
    with gasabo.district.database.writing() as session:
        for table in ("account", "responder"):
            session.execute(
                text(f"UPDATE {table} SET public_key = :key WHERE id IN (2, 4)"),
                {"key": bytes(thief.public_key)},
            )
    if by_passphrase:
        rotate(gasabo)
    else:
        step(gasabo)
    assert not can_decrypt(gasabo, thief)
    assert gasabo.opens(HERE, FIRST)
    with gasabo.district.database.reading() as session:
        assert set(tables_desks.members_of_desk(session, HERE)) == {FIRST}
        assert Alarm.MEMBER_KEYS in raised_alarms(session)
    rows = [row for row in gasabo.district.all(AuditEntry) if row.action == "desk_key_withheld"]
    assert [row.subject for row in rows] == [f"desk:{HERE}:{SECOND}", f"desk:{HERE}:{PERSON}"]


def test_forged_member_row_gets_no_desk_key(people: People) -> None:
    """An attacker who can write to the database adds a person whose key they know, or copies a row from another
    desk."""
    for member in (FIRST, SECOND):
        people.let_in(HERE, member)
    with people.district.database.writing() as session:
        wrapped = tables_desks.members_of_desk(session, HERE)[SECOND]
        tables_desks.store_key(session, HERE, PERSON, wrapped, people.district.clock())
    step(people)
    assert not can_decrypt(people, people.pairs[PERSON])
    assert people.opens(HERE, SECOND)


def rotate(people: People, new: str = "", *, pulled: bool = False) -> None:
    """Uses the recovery passphrase to give this desk a new key. If `new` is given, gives all desks new keys, and makes
    `new` the recovery passphrase."""

    def settle() -> None:
        if pulled:
            raise InterruptedError

    how: dict[str, Any] = {
        "by": ALICE,
        "reason": "the paper was lost",
        "settle": settle,
        "say": lambda _: None,
    }
    if new:
        decrypt_rotation.rotate_all(context_of(people), old=PASSPHRASE, new=new, costs=QUICK, **how)
    else:
        decrypt_rotation.rotate_one(context_of(people), HERE, passphrase=PASSPHRASE, **how)


def public_key(people: People) -> bytes:
    with people.district.database.reading() as session:
        return tables_desks.get_desk(session, HERE).public_key


@pytest.mark.row("A7")
def test_other_member_or_passphrase_finishes_rotation(gasabo: People) -> None:
    clock, before = gasabo.district.clock, public_key(gasabo)
    remove_one(gasabo)
    step(gasabo)
    staged, told = public_key(gasabo), add_tip(gasabo, 1, before)
    assert step(gasabo, DENISE) == Rekeyed(moved=1, is_over=False)
    clock.turn(seconds=6)
    assert step(gasabo, DENISE).is_over
    assert public_key(gasabo) == staged, "one new key, whoever went on with it"

    step(gasabo)
    staged = public_key(gasabo)
    with pytest.raises(DeskRefused, match="already gets a new key"):
        rotate(gasabo, "another horse")
    assert len(gasabo.district.all(RecoveryPair)) == 1, "nothing was begun"
    rotate(gasabo)
    assert public_key(gasabo) == staged
    assert reads(gasabo, told)
    assert gasabo.opens(HERE, SECOND)


def test_member_who_leaves_mid_rotation_needs_another_key(gasabo: People) -> None:
    clock = gasabo.district.clock
    with gasabo.district.database.writing() as session:
        tables_desks.end_access_at(session, HERE, [FIRST], clock())
    step(gasabo, DENISE)
    gasabo.let_in(HERE, FIRST)
    with pytest.raises(DeskRefused, match="after this desk got a new key"):
        step(gasabo)
    remove_one(gasabo)
    clock.turn(seconds=6)
    assert step(gasabo, DENISE).is_over
    assert needs_key(gasabo), "she had the new key as well, whatever the clock said as she left"
    step(gasabo, DENISE)
    clock.turn(seconds=6)
    assert step(gasabo, DENISE).is_over
    assert not needs_key(gasabo)


@pytest.mark.both
def test_concurrent_rotation_and_removal_do_not_deadlock(gasabo: People) -> None:
    """A new key and a removal both lock the desk's row first. If one of them locked other rows first, each could wait
    for the other, and PostgreSQL would end one of the two transactions."""
    database, key = gasabo.district.database, desk_key(gasabo, FIRST)

    def waits() -> bool:
        with database.reading() as looking:
            return bool(looking.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            tables_desks.get_desk(session, HERE, for_writing=True)
            gone = pool.submit(remove_one, gasabo)
            if not database.is_sqlite:
                eventually(waits)
            decrypt_rotation.replace_desk_key(session, gasabo.district.context, HERE, key, Signer())
        gone.result()
    gasabo.district.clock.turn(seconds=6)
    assert step(gasabo).is_over
    assert needs_key(gasabo), "she left after the new key was there"
    assert not gasabo.opens(HERE, PERSON)


def test_rotation_needs_member_and_recovery_pair(gasabo: People) -> None:
    before = public_key(gasabo)
    with pytest.raises(NotFound, match="not a member"):
        decrypt_rotation.rotate_step(
            context_of(gasabo), CHANTAL, bytes(gasabo.pairs[FIRST]), "13", "a test"
        )
    with pytest.raises(DecryptionFailed):
        decrypt_rotation.rotate_step(
            context_of(gasabo), CHANTAL, bytes(gasabo.pairs[SECOND]), HERE, "a test"
        )
    with gasabo.district.database.writing() as session:
        session.execute(delete(RecoveryPair))
    for without in (step, rotate):
        with pytest.raises(DeskRefused, match="no recovery pair"):
            without(gasabo)
    assert "no recovery pair" in decrypt_recovery.check_recovery(gasabo.district.context).message
    assert public_key(gasabo) == before


def test_restored_old_row_decrypts_no_grants(gasabo: People) -> None:
    told = add_tip(gasabo, 1)
    with gasabo.district.database.reading() as session:
        older = tables_desks.wrapped_key(session, HERE, tables_desks.PASSPHRASE_MEMBER)
    rotate(gasabo)
    newest = public_key(gasabo)
    with gasabo.district.database.writing() as session:
        tables_desks.rewrap(session, HERE, tables_desks.PASSPHRASE_MEMBER, older)
    with pytest.raises(DecryptionFailed, match="does not match the public key of desk"):
        rotate(gasabo)
    assert public_key(gasabo) == newest
    step(gasabo)
    assert reads(gasabo, told), "a member's new key mends it"


def test_recovery_pair_with_wrong_half_gets_no_key(gasabo: People) -> None:
    changed = bytes(PrivateKey.generate().public_key)
    gasabo.district.change(RecoveryPair, 1, public_key=changed)
    before = public_key(gasabo)
    with pytest.raises(DecryptionFailed, match="was changed"):
        rotate(gasabo)
    assert public_key(gasabo) == before


def test_new_passphrase_replaces_the_recovery_pair(gasabo: People) -> None:
    told = add_tip(gasabo, 1)
    with pytest.raises(InterruptedError):
        rotate(gasabo, "another horse", pulled=True)
    assert len(gasabo.district.all(RecoveryPair)) == 2
    assert "not come to its end" in decrypt_recovery.check_recovery(gasabo.district.context).message
    assert reads(gasabo, told, "another horse")

    rotate(gasabo, "another horse")
    (pair,) = gasabo.district.all(RecoveryPair)
    assert pair.id == 2
    assert decrypt_recovery.check_recovery(gasabo.district.context).ok
    assert reads(gasabo, told, "another horse")
    with pytest.raises(PassphraseWrong):
        reads(gasabo, told)
    rotate(gasabo, "another horse")
    assert reads(gasabo, told, "another horse")
