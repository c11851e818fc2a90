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
from tests.people.test_deskkeys import ANSWERS, file_tip
from tests.support.contexts import WholeContext
from tests.support.eventually import eventually
from tests.support.two_people import ALICE

__all__ = ["people"]

HERE = "12"
CHANTAL, DENISE = Actor("Chantal", 1), Actor("Denise", 2)


def context_of(people: People) -> WholeContext:
    return replace(people.district.context, encrypter=Encrypter())


def tell(people: People, number: int, key: bytes | None = None) -> int:
    """Adds a tip of the district, encrypted for the desk's current key.

    If `key` is given, encrypts the tip for this key, like a hop that read the desk's key before a rotation.
    """
    return file_tip(context_of(people), number, {HERE: key or public_key(people)})


def step(people: People, by: Actor = CHANTAL) -> Rekeyed:
    key = bytes(people.pairs[f"account:{by.account_id}"])
    return decrypt_rotation.rotate_step(context_of(people), by, key, HERE, "she left")


def is_red(people: People) -> bool:
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
def left(people: People) -> People:
    """Returns a desk to which Chantal, Denise and a responder have access."""
    for member in (FIRST, SECOND, PERSON):
        people.let_in(HERE, member)
    return people


def leaves(people: People) -> None:
    service_removal.remove_responder(
        people.district.context, "4", second=None, by="Alice", reason="must go"
    )


@pytest.mark.row("A7")
@pytest.mark.both
def test_a_member_alone_gives_a_red_desk_a_new_key(left: People) -> None:
    told = [tell(left, number) for number in range(3)]
    copy, clock = desk_key(left, PERSON), left.district.clock
    leaves(left)
    before = public_key(left)

    assert step(left) == Rekeyed(moved=3, is_over=False)
    late = tell(left, 7, before)
    assert is_red(left), "she opens what is not moved yet"
    assert all(reads(left, tip_id) for tip_id in (*told, late)), "in the middle of it"
    assert step(left) == Rekeyed(moved=1, is_over=False)
    assert step(left) == Rekeyed(moved=0, is_over=False), "a hop may be under way"
    clock.turn(seconds=6)
    assert step(left) == Rekeyed(moved=0, is_over=True)

    assert not is_red(left)
    assert all(reads(left, tip_id) for tip_id in (*told, late))
    assert left.opens(HERE, FIRST)
    assert left.opens(HERE, SECOND)
    with left.district.database.reading() as session:
        assert tables_desks.previous_key(session, HERE) is None
    for grant in left.district.all(Grant):
        uid = f"{grant.tip_id:032}"
        assert not opens_grant(grant.encrypted_key, uid=uid, desk=HERE, private_key=copy)
    assert left.actions()[-2:] == ["tip_read", "tip_read"]
    assert [one for one in left.actions() if one.startswith("desk_key")] == [
        "desk_key_given",
        "desk_key_moved",
    ]


def can_open(people: People, pair: PrivateKey) -> bool:
    """Returns True if this key pair decrypts the desk's current key from the row of any member."""
    for row in people.district.all(DeskMember):
        for begins in (1, 33):
            with suppress(CryptoError):
                SealedBox(pair).decrypt(row.wrapped_key[begins:])
                return True
    return False


@pytest.mark.parametrize("by_passphrase", [False, True])
def test_a_public_key_that_was_replaced_gets_no_new_key(
    left: People, *, by_passphrase: bool
) -> None:
    thief = PrivateKey.generate()
    with left.district.database.writing() as session:
        for table in ("account", "responder"):
            session.execute(
                text(f"UPDATE {table} SET public_key = :key WHERE id IN (2, 4)"),
                {"key": bytes(thief.public_key)},
            )
    if by_passphrase:
        rotate(left)
    else:
        step(left)
    assert not can_open(left, thief)
    assert left.opens(HERE, FIRST)
    with left.district.database.reading() as session:
        assert set(tables_desks.members_of_desk(session, HERE)) == {FIRST}
        assert Alarm.MEMBER_KEYS in raised_alarms(session)
    rows = [row for row in left.district.all(AuditEntry) if row.action == "desk_key_withheld"]
    assert [row.subject for row in rows] == [f"desk:{HERE}:{SECOND}", f"desk:{HERE}:{PERSON}"]


def test_a_row_that_no_member_wrote_gets_no_new_key(people: People) -> None:
    """An attacker who can write to the database adds a person whose key they know, or copies a row from another
    desk."""
    for member in (FIRST, SECOND):
        people.let_in(HERE, member)
    with people.district.database.writing() as session:
        wrapped = tables_desks.members_of_desk(session, HERE)[SECOND]
        tables_desks.store_key(session, HERE, PERSON, wrapped, people.district.clock())
    step(people)
    assert not can_open(people, people.pairs[PERSON])
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
def test_what_one_member_began_another_ends_or_the_passphrase(left: People) -> None:
    clock, before = left.district.clock, public_key(left)
    leaves(left)
    step(left)
    staged, told = public_key(left), tell(left, 1, before)
    assert step(left, DENISE) == Rekeyed(moved=1, is_over=False)
    clock.turn(seconds=6)
    assert step(left, DENISE).is_over
    assert public_key(left) == staged, "one new key, whoever went on with it"

    step(left)
    staged = public_key(left)
    with pytest.raises(DeskRefused, match="already gets a new key"):
        rotate(left, "another horse")
    assert len(left.district.all(RecoveryPair)) == 1, "nothing was begun"
    rotate(left)
    assert public_key(left) == staged
    assert reads(left, told)
    assert left.opens(HERE, SECOND)


def test_a_member_who_leaves_in_the_middle_keeps_the_desk_red(left: People) -> None:
    clock = left.district.clock
    with left.district.database.writing() as session:
        tables_desks.end_access_at(session, HERE, [FIRST], clock())
    step(left, DENISE)
    left.let_in(HERE, FIRST)
    with pytest.raises(DeskRefused, match="after this desk got a new key"):
        step(left)
    leaves(left)
    clock.turn(seconds=6)
    assert step(left, DENISE).is_over
    assert is_red(left), "she had the new key as well, whatever the clock said as she left"
    step(left, DENISE)
    clock.turn(seconds=6)
    assert step(left, DENISE).is_over
    assert not is_red(left)


@pytest.mark.both
def test_a_new_key_and_a_removal_at_once_take_turns(left: People) -> None:
    """A new key and a removal both lock the desk's row first. If one of them locked other rows first, each could wait
    for the other, and PostgreSQL would end one of the two transactions."""
    database, key = left.district.database, desk_key(left, FIRST)

    def waits() -> bool:
        with database.reading() as looking:
            return bool(looking.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            tables_desks.get_desk(session, HERE, for_writing=True)
            gone = pool.submit(leaves, left)
            if not database.is_sqlite:
                eventually(waits)
            decrypt_rotation.replace_desk_key(session, left.district.context, HERE, key, Signer())
        gone.result()
    left.district.clock.turn(seconds=6)
    assert step(left).is_over
    assert is_red(left), "she left after the new key was there"
    assert not left.opens(HERE, PERSON)


def test_only_a_member_gives_a_key_and_never_without_a_recovery_pair(left: People) -> None:
    before = public_key(left)
    with pytest.raises(NotFound, match="not a member"):
        decrypt_rotation.rotate_step(
            context_of(left), CHANTAL, bytes(left.pairs[FIRST]), "13", "a test"
        )
    with pytest.raises(DecryptionFailed):
        decrypt_rotation.rotate_step(
            context_of(left), CHANTAL, bytes(left.pairs[SECOND]), HERE, "a test"
        )
    with left.district.database.writing() as session:
        session.execute(delete(RecoveryPair))
    for without in (step, rotate):
        with pytest.raises(DeskRefused, match="no recovery pair"):
            without(left)
    assert "no recovery pair" in decrypt_recovery.check_recovery(left.district.context).message
    assert public_key(left) == before


def test_a_row_that_was_put_back_opens_no_key_to_move_grants_from(left: People) -> None:
    told = tell(left, 1)
    with left.district.database.reading() as session:
        older = tables_desks.wrapped_key(session, HERE, tables_desks.PASSPHRASE_MEMBER)
    rotate(left)
    newest = public_key(left)
    with left.district.database.writing() as session:
        tables_desks.rewrap(session, HERE, tables_desks.PASSPHRASE_MEMBER, older)
    with pytest.raises(DecryptionFailed, match="does not match the public key of desk"):
        rotate(left)
    assert public_key(left) == newest
    step(left)
    assert reads(left, told), "a member's new key mends it"


def test_a_pair_with_another_public_half_gets_no_key(left: People) -> None:
    changed = bytes(PrivateKey.generate().public_key)
    left.district.change(RecoveryPair, 1, public_key=changed)
    before = public_key(left)
    with pytest.raises(DecryptionFailed, match="was changed"):
        rotate(left)
    assert public_key(left) == before


def test_another_passphrase_has_another_pair_and_ends_the_old_one(left: People) -> None:
    told = tell(left, 1)
    with pytest.raises(InterruptedError):
        rotate(left, "another horse", pulled=True)
    assert len(left.district.all(RecoveryPair)) == 2
    assert "not come to its end" in decrypt_recovery.check_recovery(left.district.context).message
    assert reads(left, told, "another horse")

    rotate(left, "another horse")
    (pair,) = left.district.all(RecoveryPair)
    assert pair.id == 2
    assert decrypt_recovery.check_recovery(left.district.context).ok
    assert reads(left, told, "another horse")
    with pytest.raises(PassphraseWrong):
        reads(left, told)
    rotate(left, "another horse")
    assert reads(left, told, "another horse")
