"""Tests the encrypted codes that describe a person. The key in the reader's grant for the case decrypts the codes, but
only in the row for which they were encrypted."""

from dataclasses import replace

import pytest
from nacl.public import PrivateKey

from hotline.keys.decrypt import decrypt_case_key, decrypt_codes, decrypt_grant, regrant
from hotline.keys.encrypt import READER, Encrypter, case_name, encrypt_codes, new_case
from hotline.text.errors import DecryptionFailed, KeyMissing
from tests.support.builders import NOON

UID, OTHER = "a" * 32, "b" * 32
THE_READER, DESK = PrivateKey(b"1" * 32), PrivateKey(b"2" * 32)
ENCRYPTER = Encrypter(reader=lambda: bytes(THE_READER.public_key))
CASE = new_case(ENCRYPTER, uid=UID, at=NOON)
CODES = b'{"sex":"girl"}'
BODY = encrypt_codes(CODES, public_key=CASE.public_key, uid=UID, entry_id=7)
PRIVATE = decrypt_case_key(CASE.grant, uid=UID, holder=READER, private_key=bytes(THE_READER))


def test_reader_grant_and_passed_grant_decrypt_case_codes() -> None:
    assert decrypt_codes(BODY, private=PRIVATE, uid=UID, entry_id=7) == CODES
    name, to = case_name(UID), bytes(DESK.public_key)
    theirs = ENCRYPTER.grant(PRIVATE, uid=name, desk="12", public_key=to)
    assert decrypt_case_key(theirs, uid=UID, holder="12", private_key=bytes(DESK)) == PRIVATE
    moved = regrant(
        theirs, uid=name, desk="12", private_key=bytes(DESK), public_key=ENCRYPTER.reader_key()
    )
    assert decrypt_case_key(moved, uid=UID, holder="12", private_key=bytes(THE_READER)) == PRIVATE


def test_codes_need_their_own_row_and_key() -> None:
    altered = BODY[:-1] + bytes([BODY[-1] ^ 1])
    for body, private, uid, entry_id in (
        (BODY, PRIVATE, UID, 8),
        (BODY, PRIVATE, OTHER, 7),
        (BODY, bytes(THE_READER), UID, 7),
        (altered, PRIVATE, UID, 7),
        (b"\x09" + BODY[1:], PRIVATE, UID, 7),
        (b"", PRIVATE, UID, 7),
    ):
        with pytest.raises(DecryptionFailed):
            decrypt_codes(body, private=private, uid=uid, entry_id=entry_id)


def test_case_grant_works_only_for_its_case_and_holder() -> None:
    for uid, holder in ((UID, "12"), (OTHER, READER)):
        with pytest.raises(DecryptionFailed):
            decrypt_case_key(CASE.grant, uid=uid, holder=holder, private_key=bytes(THE_READER))
    with pytest.raises(DecryptionFailed):
        decrypt_grant(CASE.grant, uid=UID, desk=READER, private_key=bytes(THE_READER))


def test_codes_hide_length_and_repr_hides_keys() -> None:
    longer = encrypt_codes(CODES * 9, public_key=CASE.public_key, uid=UID, entry_id=7)
    assert len(longer) == len(BODY)
    assert CASE.grant.hex() not in repr(CASE)
    assert repr(CASE.grant) not in repr(CASE)


def test_new_case_needs_public_key_of_reader() -> None:
    with pytest.raises(KeyMissing):
        new_case(replace(ENCRYPTER, reader=None), uid=UID, at=NOON)
    with pytest.raises(DecryptionFailed):
        encrypt_codes(CODES, public_key=b"short", uid=UID, entry_id=7)
