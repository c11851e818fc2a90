"""Tests which desk keys are accepted, against an attacker who can write to every column of the database."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from hotline.keys.desk_signatures import (
    LINE_PUBLIC_KEY,
    DeskKey,
    DeskKeyState,
    DeskTrust,
    Statement,
)
from hotline.keys.encrypt import KeyPair
from hotline.keys.key_folder import KeyFolder
from hotline.people.decrypt_signing import Signer, line_proof, next_proof, with_signature
from hotline.people.service_key_proof import signing_key_of, verify_key_of
from hotline.text.places import NATIONAL
from tests.support.clock import Clock
from tests.support.contexts import make_context

LINE, STRANGER = SigningKey.generate(), SigningKey.generate()
OLD, NEW, OTHER = KeyPair.new(), KeyPair.new(), KeyPair.new()
MEMBER = Signer(member="account:1", private=OTHER.private)
DAYS = timedelta(days=1)


def row(code: str, pair: KeyPair, clock: Clock, *, line: SigningKey = LINE) -> DeskKey:
    proof = line_proof(line, code, "district", "", pair.private, clock())
    return DeskKey(code, "district", "", pair.public, proof)


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    keys = KeyFolder(tmp_path / "hooks")
    keys.make(LINE_PUBLIC_KEY, bytes(LINE.verify_key))
    return keys


Rekey = Callable[..., DeskKey]


@pytest.fixture
def rekey(folder: KeyFolder, clock: Clock) -> Rekey:
    """Returns a function that gives a desk its next key, signed by a member or by the hotline."""

    def rekeyed(
        before: DeskKey, private: bytes, made: KeyPair = NEW, by: Signer = MEMBER
    ) -> DeskKey:
        context = make_context(database=None, now=clock, trust=DeskTrust(folder))  # type: ignore[arg-type]
        proof = next_proof(context, before, made, private, by, clock())
        return before._replace(public_key=made.public, proof=proof)

    return rekeyed


def edited(before: DeskKey, **values: object) -> bytes:
    """Returns the proof of a desk key after changing values in the first of its signed statements."""
    kind, place, statements = json.loads(before.proof or b"")
    first = Statement(*statements[0])._replace(**values)  # type: ignore[arg-type]
    return json.dumps([kind, place, [first]]).encode()


def forged(before: DeskKey, clock: Clock) -> list[tuple[DeskKey, DeskKeyState]]:
    others = row("13", NEW, clock)
    return [
        (before._replace(public_key=NEW.public), DeskKeyState.CHANGED),
        (before._replace(kind="border"), DeskKeyState.CHANGED),
        (before._replace(place="55c1"), DeskKeyState.CHANGED),
        (before._replace(public_key=NEW.public, proof=others.proof), DeskKeyState.UNSIGNED),
        (before._replace(code="rusumo"), DeskKeyState.UNSIGNED),
        (before._replace(proof=None), DeskKeyState.UNSIGNED),
        (before._replace(proof=b"[1"), DeskKeyState.UNSIGNED),
        (before._replace(proof=b'["district", "", []]'), DeskKeyState.UNSIGNED),
        (before._replace(proof=b"[" * 200_000), DeskKeyState.UNSIGNED),
        (before._replace(proof=edited(before, at="1")), DeskKeyState.UNSIGNED),
        (before._replace(proof=edited(before, public_key="zz")), DeskKeyState.UNSIGNED),
        (row("12", NEW, clock, line=STRANGER), DeskKeyState.UNSIGNED),
    ]


@pytest.mark.adversary("a person who writes the database")
def test_row_forged_by_attacker_is_never_accepted(folder: KeyFolder, clock: Clock) -> None:
    mine = row("12", OLD, clock)
    assert DeskTrust(folder).state(mine, clock()) is DeskKeyState.SIGNED
    for changed, state in forged(mine, clock):
        assert DeskTrust(folder).state(changed, clock()) is state, changed


def test_unsigned_new_key_is_valid_for_72_hours(
    folder: KeyFolder, clock: Clock, rekey: Rekey
) -> None:
    trust, mine = DeskTrust(folder), row("12", OLD, clock)
    young = rekey(mine, OLD.private)
    assert trust.state(young, clock()) is DeskKeyState.PROVISIONAL
    clock.turn(hours=72)
    assert trust.state(young, clock()) is DeskKeyState.PROVISIONAL
    clock.turn(seconds=2)
    assert trust.state(young, clock()) is DeskKeyState.LATE
    signed = rekey(young, NEW.private, OTHER, Signer(LINE))
    assert trust.state(signed, clock()) is DeskKeyState.SIGNED


def test_old_key_of_removed_person_is_refused(
    folder: KeyFolder, clock: Clock, rekey: Rekey
) -> None:
    """A removed member has a copy of the old key and can write to the database. But each process remembers that it saw
    a newer key of the desk."""
    mine = row("12", OLD, clock)
    clock.turn(hours=1)
    young = rekey(mine, OLD.private)
    assert DeskTrust(folder).state(young, clock()) is DeskKeyState.PROVISIONAL
    assert DeskTrust(folder).state(mine, clock()) is DeskKeyState.OLD, "from the key folder"

    clock.turn(hours=60)
    again = DeskTrust(folder).state(mine._replace(proof=mine.proof), clock())
    assert again is DeskKeyState.OLD
    fresh = KeyFolder(folder.path.parent / "attacker")
    fresh.make(LINE_PUBLIC_KEY, bytes(LINE.verify_key))
    context = make_context(database=None, now=clock, trust=DeskTrust(fresh))  # type: ignore[arg-type]
    proof = next_proof(context, mine, OTHER, OLD.private, MEMBER, clock())
    theirs = mine._replace(public_key=OTHER.public, proof=proof)
    assert DeskTrust(folder).state(theirs, clock()) is DeskKeyState.PROVISIONAL
    clock.turn(hours=13)
    assert DeskTrust(folder).state(theirs, clock()) is DeskKeyState.LATE, "72 hours from the first"


def test_a_statement_without_a_time_is_refused(folder: KeyFolder, clock: Clock) -> None:
    """A member's statement with the time 0 would look like a statement of the hotline itself, which is valid for
    ever."""
    mine, trust, own = row("12", OLD, clock), DeskTrust(folder), signing_key_of(OTHER.private)
    first, about = signing_key_of(NEW.private), ("12", "district", "")
    said = Statement(NEW.public.hex(), verify_key_of(first), 0, "account:1", verify_key_of(own))
    said = with_signature(signing_key_of(OLD.private), said, *about)
    said = said._replace(own_signature=own.sign(said.signed_text(*about)).signature.hex())
    signed = trust.signed("12", mine.proof)
    assert signed is not None
    theirs = mine._replace(public_key=NEW.public, proof=signed.proof(said, by_line=False))
    assert trust.state(theirs, clock()) is DeskKeyState.UNSIGNED


def test_only_national_desk_has_key_if_current_one_is_invalid(
    folder: KeyFolder, clock: Clock, rekey: Rekey
) -> None:
    """If a district has no accepted key, only the national desk can decrypt its tips. So the hotline still uses the
    newest national key that it signed."""
    trust = DeskTrust(folder)
    for code, late in ((NATIONAL, NEW.public), ("12", None)):
        mine = row(code, OLD, clock)
        young = rekey(mine, OLD.private)
        swapped = mine._replace(public_key=OTHER.public)
        counts = OLD.public if code == NATIONAL else None
        assert trust.key(mine, clock()) == OLD.public
        assert trust.key(swapped, clock()) == counts, "the key that the line signed"
        assert trust.key(mine._replace(proof=None), clock()) is None
        assert trust.key(young, clock() + 4 * DAYS) == late


def test_processes_share_newest_key_seen(folder: KeyFolder, clock: Clock, rekey: Rekey) -> None:
    mine = row("12", OLD, clock)
    first, second = DeskTrust(folder), DeskTrust(folder)
    clock.turn(hours=1)
    assert first.state(rekey(mine, OLD.private), clock()) is DeskKeyState.PROVISIONAL
    clock.turn(hours=-1)
    second.state(mine, clock())
    assert DeskTrust(folder).state(mine, clock()) is DeskKeyState.OLD


def test_only_the_replaced_key_signs_the_next(
    folder: KeyFolder, clock: Clock, rekey: Rekey
) -> None:
    young = rekey(row("12", OLD, clock), OTHER.private)
    assert DeskTrust(folder).state(young, clock()) is DeskKeyState.UNSIGNED


def test_a_clock_that_was_set_back_locks_no_desk(folder: KeyFolder, clock: Clock) -> None:
    mine = row("12", OLD, clock)
    assert DeskTrust(folder).state(mine, clock() - 400 * DAYS) is DeskKeyState.SIGNED
