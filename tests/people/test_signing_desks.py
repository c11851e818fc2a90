"""Tests how a desk's key gets the hotline's signature, by two admins or with the passphrase, and when a member's
sign-in raises an alarm."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import text

from hotline.alarms import tables as alarms_tables
from hotline.alarms.rules import Alarm
from hotline.cases import decrypt_access
from hotline.core.actors import AccountRole, Actor, SignedIn
from hotline.keys.desk_signatures import LINE_PUBLIC_KEY, DeskKeyState, DeskTrust
from hotline.keys.encrypt import Encrypter
from hotline.keys.key_folder import KeyFolder
from hotline.monitoring.service_checks_database import check_signatures
from hotline.operations import decrypt_rotation
from hotline.people import (
    decrypt_grants,
    decrypt_recovery,
    decrypt_signing,
    service_key_proof,
    tables_desks,
)
from hotline.people.decrypt_members import wrap_desk_key
from hotline.people.decrypt_passphrase import PassphraseDecrypter
from hotline.people.rules_sign_in import fingerprint_words
from hotline.people.service_approving import KeyToSign
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_desks import Desk, LineKeyCopy
from hotline.people.tables_sessions import Approval, ApprovalKind
from hotline.text.errors import ApprovalRefused, DeskRefused, HotlineError
from hotline.web import service_approvals
from tests.people.test_desk_members import FIRST, PASSPHRASE, QUICK, SECOND, People, people
from tests.support.builders import make_account
from tests.support.contexts import WholeContext
from tests.support.two_people import ALICE

__all__ = ["people"]

HERE = "12"
ATTACKER = PrivateKey.generate()


@dataclass
class Signing:
    """A hotline whose processes check signatures, with two members of a desk and three admins."""

    people: People
    folder: KeyFolder
    admins: dict[str, PrivateKey]

    @property
    def context(self) -> WholeContext:
        context = self.people.district.context
        return replace(context, encrypter=Encrypter(desks=DeskTrust(self.folder)))

    def state(self) -> DeskKeyState:
        with self.context.database.reading() as session:
            row = tables_desks.key_of(tables_desks.get_desk(session, HERE))
        return DeskTrust(self.folder).state(row, self.context.now())

    def rekey(self) -> None:
        key = bytes(self.people.pairs[FIRST])
        decrypt_rotation.rotate_step(self.context, Actor("Chantal", 1), key, HERE, "she left")
        self.people.district.clock.turn(seconds=6)
        decrypt_rotation.rotate_step(self.context, Actor("Chantal", 1), key, HERE, "she left")

    def by(self, name: str) -> SignedIn:
        (row,) = [one for one in self.people.district.all(ConsoleAccount) if one.shown == name]
        return SignedIn(row.id, name, row.held_roles, "en", True, "key")

    def ask(self, name: str = "Alice") -> None:
        key = bytes(self.admins[name])
        decrypt_signing.request_signature(
            self.context, self.by(name).actor, key, HERE, "known", seen=self.shown().mark
        )

    def shown(self) -> KeyToSign:
        (key,) = decrypt_signing.keys_to_sign(self.context, [HERE])
        return key

    def sign(self, *codes: str) -> list[str]:
        keys = decrypt_signing.keys_to_sign(self.context, codes)
        return [*decrypt_signing.sign_desks(self.context, keys, decrypter(), "an attack")]

    def share(self) -> None:
        admins = decrypt_signing.possible_signers(self.context)
        decrypt_signing.share_line_key(self.context, decrypter(), admins)

    def decide(self, name: str, key: PrivateKey | None = None, seen: str = "") -> None:
        (row,) = [one for one in self.people.district.all(Approval) if one.decided_at is None]
        own = bytes(key or self.admins[name])
        service_approvals.decide(
            self.context,
            self.by(name),
            row.id,
            "known to me",
            approve=True,
            key=own,
            seen=seen or self.shown().mark,
        )

    def write(self, statement: str, **values: Any) -> None:
        with self.context.database.writing() as session:
            session.execute(text(statement), values)


@pytest.fixture
def signing(people: People, tmp_path: Path) -> Signing:
    context, folder = people.district.context, KeyFolder(tmp_path / "hooks")
    folder.make(LINE_PUBLIC_KEY, decrypt_access.line_public_key(context, PASSPHRASE))
    for member in (FIRST, SECOND):
        people.let_in(HERE, member)
    admins = {name: PrivateKey.generate() for name in ("Alice", "Bosco", "Claude")}
    with people.district.database.writing() as session:
        for name, pair in admins.items():
            key = bytes(pair.public_key)
            session.add(make_account(name, AccountRole.ADMIN, public_key=key))
    made = Signing(people, folder, admins)
    assert made.state() is DeskKeyState.SIGNED
    return made


def decrypter() -> PassphraseDecrypter:
    return PassphraseDecrypter(ALICE, PASSPHRASE)


@pytest.mark.both
def test_two_admins_sign_member_s_new_key(signing: Signing) -> None:
    signing.share()
    signing.rekey()
    assert signing.state() is DeskKeyState.PROVISIONAL
    signing.ask()
    with pytest.raises(ApprovalRefused):
        signing.decide("Alice")
    with pytest.raises(HotlineError):
        signing.decide("Bosco", key=signing.admins["Claude"])
    assert signing.state() is DeskKeyState.PROVISIONAL

    signing.decide("Bosco")

    assert signing.state() is DeskKeyState.SIGNED
    assert signing.people.opens(HERE, SECOND)
    assert signing.people.actions()[-2:] == ["desk_signature_asked", "desk_signed"]
    rows = signing.people.district.all(Approval)
    kept = [one.encrypted for one in rows if one.kind == ApprovalKind.SIGNATURE]
    assert kept == [None], "no part of the signing key stays"


def test_on_call_contacts_are_notified_a_day_before_key_ends(signing: Signing) -> None:
    signing.rekey()
    found = []
    for hours in (47, 2, 22, 3):
        signing.people.district.clock.turn(hours=hours)
        with signing.context.database.reading() as session:
            found.append(check_signatures(session, signing.context, signing.context.now()))
    assert [one.ok for one in found] == [True, False, False, False]
    assert ["less than 24 hours" in one.message for one in found] == [False, True, True, False]


def test_admin_signs_only_the_key_that_both_saw(signing: Signing) -> None:
    """After the first admin has requested a signature, the desk gets another key. The second admin must not sign the
    new key."""
    signing.share()
    signing.rekey()
    signing.ask()
    signing.rekey()
    with pytest.raises(DeskRefused, match="now has a newer key"):
        signing.decide("Bosco")
    assert signing.state() is DeskKeyState.PROVISIONAL


def test_only_the_shown_key_is_signed(signing: Signing) -> None:
    """After the page has shown a key, a member makes another key for the desk."""
    signing.share()
    before = signing.shown()
    signing.rekey()
    shown = signing.shown()
    assert (shown.by, before.by) == ("Chantal", "")
    assert shown.signed_at == before.made_at < shown.made_at
    with signing.context.database.reading() as session:
        key = tables_desks.get_desk(session, HERE).public_key
    assert shown.words == fingerprint_words(key) != before.words
    own = [(number, bytes(signing.people.pairs[f"account:{number}"])) for number in (1, 2)]
    told = [
        decrypt_grants.desk_words(signing.context, *one, HERE) for one in (*own, (3, own[0][1]))
    ]
    assert told == [shown.words, shown.words, ""], (
        "members read the words of the key that they decrypt"
    )
    with pytest.raises(DeskRefused, match="now has a newer key"):
        decrypt_signing.sign_desks(signing.context, [before], decrypter(), "seen before")
    asked = signing.by("Alice").actor, bytes(signing.admins["Alice"]), HERE, "known"
    with pytest.raises(DeskRefused, match="now has a newer key"):
        decrypt_signing.request_signature(signing.context, *asked, seen=before.mark)
    signing.ask()
    with pytest.raises(ApprovalRefused, match="now has a newer key"):
        signing.decide("Bosco", seen=before.mark)
    assert signing.state() is DeskKeyState.PROVISIONAL
    signing.decide("Bosco")
    assert signing.state() is DeskKeyState.SIGNED


def test_only_compared_admin_keys_share_signing_key(signing: Signing) -> None:
    admins = decrypt_signing.possible_signers(signing.context)
    signing.write(
        "UPDATE account SET public_key = :key WHERE name = 'bosco'",
        key=bytes(ATTACKER.public_key),
    )
    decrypt_signing.share_line_key(signing.context, decrypter(), admins)
    copies = [one for one in signing.people.district.all(LineKeyCopy) if one.second]
    assert len(copies) == 6
    for one in copies:
        with pytest.raises(CryptoError):
            SealedBox(ATTACKER).decrypt(one.sealed)
        for name in signing.admins:
            with suppress(CryptoError):
                plain = SealedBox(signing.admins[name]).decrypt(one.sealed)
                assert plain[:32] != bytes(ATTACKER.public_key)


def test_admin_without_key_share_signs_nothing(signing: Signing) -> None:
    signing.rekey()
    with pytest.raises(DeskRefused, match="signers"):
        signing.ask()


@pytest.mark.both
def test_passphrase_restores_and_signs_changed_desk(signing: Signing) -> None:
    signing.write(
        "UPDATE desk SET public_key = :key, kind = 'border', place = '55c1' WHERE code = '12'",
        key=bytes(ATTACKER.public_key),
    )
    assert signing.state() is DeskKeyState.CHANGED
    assert signing.sign() == [HERE]
    assert signing.state() is DeskKeyState.SIGNED
    assert signing.people.opens(HERE, FIRST)
    with signing.context.database.reading() as session:
        row = tables_desks.get_desk(session, HERE)
        assert (row.kind, row.place) == ("district", None)
        assert row.public_key != bytes(ATTACKER.public_key)


def test_desk_added_by_attacker_is_not_signed(signing: Signing) -> None:
    with signing.context.database.writing() as session:
        key, at = bytes(ATTACKER.public_key), signing.context.now()
        session.add(Desk(code="rusumo", kind="border", public_key=key, created_at=at))
    assert signing.sign() == []
    with pytest.raises(DeskRefused, match="never signed"):
        signing.sign("rusumo")


def test_member_continues_no_attacker_s_rotation(signing: Signing) -> None:
    """The attacker replaces the desk's key and the member's copy of that key, and waits until the member encrypts the
    tips for the new key."""
    member = signing.people.pairs[FIRST]
    copy = wrap_desk_key(bytes(ATTACKER), bytes(member.public_key), HERE, FIRST)
    signing.write(
        "UPDATE desk SET public_key = :key WHERE code = '12'", key=bytes(ATTACKER.public_key)
    )
    signing.write(
        "UPDATE desk_member SET wrapped_key = :key WHERE member = :member", key=copy, member=FIRST
    )
    with pytest.raises(DeskRefused, match="not signed"):
        signing.rekey()


def test_swapped_recovery_pair_gets_no_new_key(signing: Signing) -> None:
    signing.write("UPDATE recovery_pair SET public_key = :key", key=bytes(ATTACKER.public_key))
    with pytest.raises(DeskRefused, match="recovery pair"):
        signing.rekey()
    assert not decrypt_recovery.check_recovery(signing.context).ok


def test_new_passphrase_signs_all_desks_and_decrypts_signing_key(signing: Signing) -> None:
    signing.rekey()
    decrypt_rotation.rotate_all(
        signing.context,
        old=PASSPHRASE,
        new="battery staple",
        by=ALICE,
        reason="the paper was lost",
        settle=lambda: None,
        say=lambda _: None,
        costs=QUICK,
    )
    assert signing.state() is DeskKeyState.SIGNED
    opened = decrypt_signing.line_key(signing.context, PassphraseDecrypter(ALICE, "battery staple"))
    assert opened is not None
    with pytest.raises(HotlineError):
        decrypt_signing.line_key(signing.context, decrypter())


def keys_match(signing: Signing, member: str = FIRST) -> bool:
    """Returns True if a sign-in of this member raises no alarm."""
    with signing.context.database.writing() as session:
        account = session.get_one(ConsoleAccount, int(member.removeprefix("account:")))
        key = bytes(signing.people.pairs[member])
        service_key_proof.prove_keys(session, signing.context, member, account, key)
        return Alarm.MEMBER_KEYS not in alarms_tables.raised_alarms(session)


def test_sign_in_verifies_member_s_keys(signing: Signing) -> None:
    assert keys_match(signing)
    signing.rekey()
    assert keys_match(signing)
    assert keys_match(signing, SECOND)


@pytest.mark.adversary("a person who writes the database")
@pytest.mark.parametrize(
    "changed",
    [
        "desk SET public_key = :key WHERE code = '12'",
        "account SET public_key = :key WHERE id = 1",
        "desk_member SET wrapped_key = :key WHERE member = 'account:1'",
    ],
)
def test_sign_in_finds_changed_key(signing: Signing, changed: str) -> None:
    signing.write(f"UPDATE {changed}", key=bytes(ATTACKER.public_key))
    assert not keys_match(signing)
    assert "key_differs" in signing.people.actions()


def test_sign_in_finds_new_key_in_member_s_name(signing: Signing) -> None:
    """A colleague gives the desk a new key in the name of this member."""
    with signing.context.database.writing() as session:
        member = tables_desks.desks_of(session, SECOND)
        assert HERE in member
        private = bytes(signing.people.pairs[FIRST])
        keys = decrypt_grants.decrypt_desk_as(session, HERE, FIRST, private)
        by = decrypt_signing.Signer(member=SECOND, private=private)
        decrypt_rotation.replace_desk_key(session, signing.context, HERE, keys[0], by)
    assert not keys_match(signing, SECOND)
