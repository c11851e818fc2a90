"""Tests the replacement of every desk's key while tips arrive: each tip can still be read with the new passphrase."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hotline.cases import decrypt_access, service_weekly_keys
from hotline.core.database import Database
from hotline.keys.encrypt import Encrypter
from hotline.keys.passphrase import Costs
from hotline.keys.weekly_lock import WeeklyLock
from hotline.operations import decrypt_rotation
from hotline.operations.decrypt_rotation import RotationResult
from hotline.people import tables_audit, tables_desks
from hotline.people.tables_desks import Desk, DeskMember
from hotline.text.errors import DecryptionFailed, PassphraseWrong
from hotline.text.places import NATIONAL
from hotline.tips import queries
from hotline.tips.tables import Grant
from tests.support.builders import make_keyfolder, make_tip
from tests.support.clock import Clock
from tests.support.contexts import WholeContext, make_context
from tests.support.two_people import ALICE

SIGNED: dict[str, Any] = {"by": ALICE, "reason": "court asked"}
OLD, NEW = "correct horse", "battery staple"
QUICK = Costs(passes=1, kib=8)
ANSWERS = {"danger": "yes", "landmark": "hafi y'ishuri"}


@pytest.fixture
def context(database: Database, clock: Clock, tmp_path: Path) -> WholeContext:
    """Returns a context that locks every grant with the weekly key, as the hotline does."""
    encrypter = Encrypter(
        weekly_lock=WeeklyLock(make_keyfolder(tmp_path, role="console", at=clock()))
    )
    context = replace(make_context(database=database, now=clock), encrypter=encrypter)
    decrypt_access.make_desks(context, OLD, costs=QUICK)
    return context


def keys_of(context: WholeContext) -> dict[str, bytes]:
    with context.database.reading() as session:
        return tables_desks.public_keys(session, ["12", NATIONAL])


def file_tip(context: WholeContext, number: int, keys: dict[str, bytes] | None = None) -> int:
    """Files a tip that is encrypted for the desks' current keys, or for older keys if `keys` is given."""
    tip = make_tip(uid=f"{number:032}")
    desks = keys or keys_of(context)
    encrypted = context.encrypter.tip(
        ANSWERS, uid=tip.uid, place="12", desks=desks, at=context.now()
    )
    tip.body = encrypted.body
    with context.database.writing() as session:
        session.add(tip)
        session.flush()
        queries.give_keys(session, tip.id, encrypted.grants, first=True)
        return tip.id


def rotate(
    context: WholeContext, *, old: str = OLD, meanwhile: Callable[[], None] = lambda: None
) -> RotationResult:
    how: dict[str, Any] = {"settle": meanwhile, "say": lambda _: None, "costs": QUICK}
    return decrypt_rotation.rotate_all(context, old=old, new=NEW, **SIGNED, **how)


def reads(context: WholeContext, tip_id: int) -> bool:
    """Returns True if both desks can read the tip with the new passphrase."""
    told = [
        decrypt_access.read_tip(context, tip_id, desk=desk, passphrase=NEW, **SIGNED).answers
        for desk in ("12", NATIONAL)
    ]
    return told == [ANSWERS] * 2


def test_every_tip_opens_by_the_new_passphrase_and_none_by_the_old(context: WholeContext) -> None:
    filed = [file_tip(context, number) for number in range(3)]
    before = keys_of(context)

    assert rotate(context) == RotationResult(desks=31, grants=6)

    assert all(reads(context, tip_id) for tip_id in filed)
    with pytest.raises(PassphraseWrong):
        decrypt_access.read_tip(context, filed[0], desk="12", passphrase=OLD, **SIGNED)
    assert not set(before.values()) & set(keys_of(context).values())
    with context.database.reading() as session:
        assert set(session.scalars(select(DeskMember.member))) == {tables_desks.PASSPHRASE_MEMBER}
        assert tables_audit.verify_chain(session).broken_at is None


def test_tips_during_rotation_stay_readable(context: WholeContext) -> None:
    """A hop read the old keys before the rotation replaced them. This hop stores its tip after the rotation has
    searched for tips once."""
    before = keys_of(context)
    filed = [file_tip(context, 1)]
    seen: list[bool] = []

    def meanwhile() -> None:
        filed.append(file_tip(context, 2, keys=before))
        filed.append(file_tip(context, 3))
        seen.extend(reads(context, tip_id) for tip_id in filed)

    assert rotate(context, meanwhile=meanwhile).grants == 4
    assert seen == [True] * 3
    assert all(reads(context, tip_id) for tip_id in filed)


class Racing(WeeklyLock):
    """A weekly lock that runs a test's function after the hotline has read a grant and before it writes the locked
    grant."""

    meanwhile: Callable[[], None] | None = None

    def lock(self, grant: bytes, bound: bytes, at: datetime) -> bytes:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        return super().lock(grant, bound, at)


def test_grant_changed_during_rotation_is_kept(
    context: WholeContext, clock: Clock, tmp_path: Path
) -> None:
    """During a rotation, the hotline stores a late tip that is encrypted for the old key. Another process changes the
    grant of this tip after the rotation has read the grant. So the rotation must not overwrite the changed grant, and
    must search for old grants once more."""
    before, racing = keys_of(context), Racing(make_keyfolder(tmp_path, role="console", at=clock()))
    filed: list[int] = []

    def relock() -> None:
        clock.turn(days=7)
        with context.database.writing() as session:
            assert service_weekly_keys.relock_grants(session, context, clock(), 100) == 2

    def late() -> None:
        filed.append(file_tip(context, 1, keys=before))
        racing.meanwhile = relock

    rotate(replace(context, encrypter=Encrypter(weekly_lock=racing)), meanwhile=late)
    assert racing.meanwhile is None
    assert reads(context, filed[0])


def test_interrupted_rotation_continues(context: WholeContext) -> None:
    tip_id = file_tip(context, 1)

    class Pulled(Exception):
        pass

    def pull() -> None:
        raise Pulled

    with pytest.raises(Pulled):
        rotate(context, meanwhile=pull)
    staged = keys_of(context)
    assert reads(context, tip_id)

    assert rotate(context) == RotationResult(desks=31, grants=0)
    assert keys_of(context) == staged, "no third key"
    assert rotate(context) == RotationResult(desks=0, grants=0), (
        "and said once more it changes nothing"
    )
    assert reads(context, tip_id)


def test_wrong_passphrase_changes_no_key(context: WholeContext) -> None:
    before = keys_of(context)
    with pytest.raises(PassphraseWrong):
        rotate(context, old="guess")
    assert keys_of(context) == before


def test_undecryptable_grant_keeps_the_old_keys(context: WholeContext) -> None:
    file_tip(context, 1)
    with context.database.writing() as session:
        session.scalars(
            select(Grant).where(Grant.desk_code == "12")
        ).one().encrypted_key = b"broken"
    with pytest.raises(DecryptionFailed, match="neither key decrypts"):
        rotate(context)
    with context.database.reading() as session:
        assert tables_desks.previous_key(session, "12") is not None
        assert session.get_one(Desk, "12").public_key
