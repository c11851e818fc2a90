"""Tests encryption and decryption: only the intended reader gets the exact content back."""

from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.public import PrivateKey, SealedBox
from nacl.secret import Aead

from hotline.cli.contexts import _encrypter
from hotline.keys.decrypt import decrypt_number, decrypt_tip, unwrap
from hotline.keys.encrypt import (
    HEAD_BYTES,
    PAIRED,
    VERSION,
    EncryptedTip,
    Encrypter,
    KeyPair,
    binding,
    label,
)
from hotline.keys.key_folder import KeyFolder
from hotline.keys.key_making import RELAY_PUBLIC_KEY
from hotline.keys.passphrase import HEADER, Costs, WrappingKey, checksum
from hotline.keys.pseudonyms import SESSION_KEY
from hotline.people.decrypt_members import wrap_desk_key
from hotline.people.decrypt_passphrase import (
    RECOVERY_OWNER,
    PassphraseDecrypter,
    TwoPeople,
    WrappedDesk,
)
from hotline.text.errors import DecryptionFailed, HotlineError, KeyMissing, PassphraseWrong
from tests.support.builders import state_cipher

UID = "ab" * 16
DISTRICT, NATIONAL, STRANGER = (PrivateKey(bytes([n]) * 32) for n in (1, 2, 3))
DESKS = {"12": bytes(DISTRICT.public_key), "national": bytes(NATIONAL.public_key)}
ANSWERS = {"danger": "yes", "landmark": "hafi y'ishuri: é ñ 🙂"}
OVERHEAD = 2 * HEAD_BYTES + len(binding(UID, "12")) + 32 + 16
"""The number of bytes by which a tip's encrypted body is longer than its answers: the head twice, the binding to the
tip and its desk, and the bytes that encryption adds."""
QUICK = Costs(passes=1, kib=8)
ENCRYPTER = Encrypter(mark_key=lambda: b"a key of the folder of the hooks")
STRETCHED = WrappingKey.stretch("correct horse", QUICK)
"""All tests use one derived key, because each derivation takes time even with the cheapest settings."""

words = st.dictionaries(st.text(max_size=12), st.text(max_size=60), max_size=8)


def make_tip(answers: dict[str, str] = ANSWERS) -> EncryptedTip:
    return ENCRYPTER.tip(answers, uid=UID, place="12", desks=DESKS)


def decrypted(encrypted: Any, **other: Any) -> dict[str, str]:
    meant: dict[str, Any] = {
        "body": encrypted.body,
        "grant": encrypted.grants["12"],
        "uid": UID,
        "place": "12",
        "desk": "12",
        "private_key": bytes(DISTRICT),
    }
    return decrypt_tip(**{**meant, **other})


def flipped(encrypted: bytes, at: int) -> bytes:
    altered = bytearray(encrypted)
    altered[at % len(altered)] ^= 1 + at // len(altered) % 255
    return bytes(altered)


def again(encrypted: EncryptedTip, answers: dict[str, str], **other: Any) -> bytes | None:
    meant: dict[str, Any] = {"uid": UID, "place": "12", "desks": DESKS}
    return ENCRYPTER.again(answers, **{**meant, "body": encrypted.body[:HEAD_BYTES], **other})


@given(words)
def test_each_desk_decrypts_all_answers(answers: dict[str, str]) -> None:
    encrypted = make_tip(answers)

    assert decrypted(encrypted) == answers
    national = {"desk": "national", "private_key": bytes(NATIONAL)}
    assert decrypted(encrypted, grant=encrypted.grants["national"], **national) == answers


@given(st.integers(min_value=0, max_value=8300))
def test_a_body_has_one_of_six_lengths(letters: int) -> None:
    answers = {"landmark": "x" * letters}
    told = len('{"landmark":""}') + letters
    if told >= 8192:
        with pytest.raises(ValueError, match="too many to encrypt"):
            make_tip(answers)
        return

    encrypted = make_tip(answers)
    padded = len(encrypted.body) - OVERHEAD
    assert padded == next(size for size in (256, 512, 1024, 2048, 4096, 8192) if told < size)
    assert decrypted(encrypted) == answers


def test_same_answers_encrypt_differently() -> None:
    one, other = (make_tip() for _ in range(2))

    assert one.body != other.body
    assert one.grants["12"] != other.grants["12"]
    with pytest.raises(DecryptionFailed):
        decrypted(one, grant=other.grants["12"])


def test_newer_answers_decrypt_with_older_grants() -> None:
    """The hotline uses only the head of the older body to encrypt newer answers of a tip, because no process
    keeps the key of that body."""
    words_before, newer = make_tip(), ANSWERS | {"kind": "labour"}
    body = again(words_before, newer)

    assert body is not None
    assert decrypted(words_before, body=body) == newer
    assert decrypted(words_before) == ANSWERS
    assert again(words_before, newer) != body, "the same words look nothing alike"


OTHER_DESKS: tuple[dict[str, bytes], ...] = (
    {"12": DESKS["12"]},
    DESKS | {"13": DESKS["12"]},
    DESKS | {"12": bytes(STRANGER.public_key)},
    DESKS | {"12": b""},
    {},
)


def test_pair_is_reused_only_for_same_desks_and_body() -> None:
    words_before = make_tip()
    for desks in OTHER_DESKS:
        assert again(words_before, ANSWERS, desks=desks) is None, desks
    assert again(words_before, ANSWERS, desks=dict(reversed(DESKS.items()))) is not None
    for body in (b"", VERSION + bytes(300), PAIRED):
        assert again(words_before, ANSWERS, body=body) is None


@pytest.mark.parametrize(
    "other",
    [
        {"uid": "cd" * 16},
        {"place": "13"},
        {"desk": "13"},
        {"desk": "national"},
        {"private_key": bytes(NATIONAL)},
        {"private_key": bytes(STRANGER)},
        {"body": b""},
        {"grant": b""},
        {"body": b"\x02" + b"x" * 300},
    ],
    ids=lambda other: "another " + next(iter(other)),
)
def test_tip_needs_its_own_id_desk_and_key(other: dict[str, Any]) -> None:
    encrypted = make_tip()

    with pytest.raises(DecryptionFailed) as told:
        decrypted(encrypted, **other)
    assert "ishuri" not in str(told.value)


def test_grant_is_bound_to_its_tip_and_desk() -> None:
    """Two desks have the same key pair. Without the name of the desk in the grant, the grant of one desk would also
    work for the other desk."""
    one_pair = {"12": DESKS["12"], "13": DESKS["12"]}
    encrypted = ENCRYPTER.tip(ANSWERS, uid=UID, place="12", desks=one_pair)

    with pytest.raises(DecryptionFailed, match="another tip or desk"):
        decrypted(encrypted, grant=encrypted.grants["13"])
    moved = ENCRYPTER.tip(ANSWERS, uid="cd" * 16, place="12", desks=DESKS).grants["12"]
    with pytest.raises(DecryptionFailed, match="for another tip or desk"):
        decrypted(encrypted, grant=moved)


def test_body_is_bound_to_its_tip() -> None:
    """A reader of one tip knows its key, and could encrypt the tip again under the name of another tip."""
    encrypted = ENCRYPTER.tip(ANSWERS, uid="cd" * 16, place="12", desks=DESKS)
    key = SealedBox(DISTRICT).decrypt(encrypted.grants["12"][1:])[: Aead.KEY_SIZE]
    forged = VERSION + SealedBox(DISTRICT.public_key).encrypt(key + label(UID, "12"))

    with pytest.raises(DecryptionFailed, match="text was altered, or belongs to another tip"):
        decrypted(encrypted, grant=forged)


@given(st.integers(min_value=0), st.sampled_from(["body", "grant"]))
def test_altered_byte_prevents_decryption(at: int, part: str) -> None:
    encrypted = make_tip()
    whole = {"body": encrypted.body, "grant": encrypted.grants["12"]}[part]

    with pytest.raises(DecryptionFailed):
        decrypted(encrypted, **{part: flipped(whole, at)})


@given(st.binary(max_size=400))
def test_random_bytes_are_refused(rubbish: bytes) -> None:
    encrypted = make_tip()
    for part in ("body", "grant"):
        with pytest.raises(DecryptionFailed):
            decrypted(encrypted, **{part: rubbish})
    with pytest.raises(DecryptionFailed):
        decrypt_number(rubbish, private_key=bytes(DISTRICT))
    with pytest.raises(DecryptionFailed):
        unwrap(rubbish, "correct horse", owner="12", part="a key")


def test_only_relay_decrypts_phone_number() -> None:
    encrypter = Encrypter(bytes(DISTRICT.public_key))
    encrypted = encrypter.number("+250788000001")

    assert decrypt_number(encrypted, private_key=bytes(DISTRICT)) == "+250788000001"
    assert len(encrypter.number("+25078")) == len(encrypted), "its length tells nothing"
    with pytest.raises(DecryptionFailed):
        decrypt_number(encrypted, private_key=bytes(STRANGER))
    with pytest.raises(KeyMissing):
        Encrypter().number("+250788000001")


def test_nothing_secret_is_in_a_repr() -> None:
    secret = bytes(DISTRICT)
    for holder in (Encrypter(secret), STRETCHED):
        assert repr(secret)[2:-1] not in repr(holder)
    assert repr(STRETCHED.key) not in repr(STRETCHED)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40), st.binary(min_size=32, max_size=32))
def test_desk_key_needs_its_passphrase_and_desk(passphrase: str, private_key: bytes) -> None:
    wrapped = WrappingKey.stretch(passphrase, QUICK).wrap(private_key, owner="12")

    assert unwrap(wrapped, passphrase, owner="12", part="a key") == private_key
    for typed, owner in ((passphrase + "x", "12"), (passphrase, "13")):
        with pytest.raises(PassphraseWrong):
            unwrap(wrapped, typed, owner=owner, part="a key")


def test_desk_key_needs_its_recovery_pair_and_passphrase() -> None:
    recovery, made = KeyPair.new(), KeyPair.new()
    pair, earlier = (
        WrappingKey.stretch(word, QUICK).wrap(one.private, owner=RECOVERY_OWNER)
        for word, one in (("new", recovery), ("old", KeyPair.new()))
    )
    assert bytes(PrivateKey(made.private).public_key) == made.public
    wrapped = wrap_desk_key(made.private, recovery.public, "12", "enrolment")

    def opened(passphrase: str, *pairs: bytes, desk: str = "12") -> bytes:
        opener = PassphraseDecrypter(TwoPeople("Alice", "Bosco"), passphrase)
        return opener.open(WrappedDesk(desk, wrapped, None, pairs))[0]

    assert opened("new", pair) == opened("new", pair, earlier) == made.private
    for passphrase, pairs in (("old", (pair, earlier)), ("guess", (pair,)), ("new", (earlier,))):
        with pytest.raises(PassphraseWrong):
            opened(passphrase, *pairs)
    with pytest.raises(PassphraseWrong):
        opened("new")
    with pytest.raises(DecryptionFailed):
        opened("new", pair, desk="13")
    assert repr(made.private)[2:-1] not in repr(made)


@given(st.integers(min_value=0))
def test_altered_wrapped_key_is_not_wrong_passphrase(at: int) -> None:
    wrapped = STRETCHED.wrap(b"k" * 32, owner="12")

    with pytest.raises(DecryptionFailed):
        unwrap(flipped(wrapped, at), "correct horse", owner="12", part="a key")


def test_wrapped_key_carries_costs_and_bad_costs_are_refused() -> None:
    dearer = WrappingKey.stretch("correct horse", Costs(passes=2, kib=64))
    wrapped = dearer.wrap(b"k" * 32, owner="12")
    assert unwrap(wrapped, "correct horse", owner="12", part="a key") == b"k" * 32
    for passes, kib in ((0, 8), (1, 7), (65, 8), (1, 1 << 21)):
        envelope = HEADER.pack(b"\x01", passes, kib, b"s" * 16) + b"x" * 72
        with pytest.raises(DecryptionFailed):
            unwrap(envelope + checksum(envelope), "correct horse", owner="12", part="a key")


@given(st.binary(max_size=2000), st.text(max_size=64))
def test_state_needs_its_own_session_and_key(plain: bytes, session: str) -> None:
    cipher = state_cipher(b"k" * 32)
    encrypted = cipher.seal(session, plain)

    assert cipher.open(session, encrypted) == plain
    for key, name in ((b"l" * 32, session), (b"k" * 32, session + "x")):
        with pytest.raises(DecryptionFailed):
            state_cipher(key).open(name, encrypted)
    assert len(plain) < 4 or plain not in encrypted


@given(st.binary(max_size=100), st.integers(min_value=0))
def test_altered_state_cannot_be_decrypted(rubbish: bytes, at: int) -> None:
    cipher = state_cipher(b"k" * 32)
    for broken in (rubbish, flipped(cipher.seal("s", b"run"), at)):
        with pytest.raises(HotlineError):
            cipher.open("s", broken)


@pytest.mark.adversary("a person who writes the database")
def test_pair_is_not_trusted_without_mark_key() -> None:
    pair = KeyPair.new()
    mark = blake2b(pair.public + UID.encode(), digest_size=8, person=b"pair").digest()
    assert not Encrypter().made(PAIRED + bytes(8) + mark + pair.public, uid=UID)


def test_mark_key_made_later_works_at_once(tmp_path: Path) -> None:
    (tmp_path / SESSION_KEY).touch()
    encrypter = _encrypter(KeyFolder(tmp_path), RELAY_PUBLIC_KEY)
    tip = encrypter.tip(ANSWERS, uid=UID, place="12", desks=DESKS)
    assert not encrypter.made(tip.body, uid=UID)
    assert KeyFolder(tmp_path).make(SESSION_KEY, b"a key of thirty-two bytes, nearly"), (
        "the file was empty"
    )
    tip = encrypter.tip(ANSWERS, uid=UID, place="12", desks=DESKS)
    assert encrypter.made(tip.body, uid=UID)
    assert _encrypter(KeyFolder(tmp_path), RELAY_PUBLIC_KEY).made(tip.body, uid=UID)
