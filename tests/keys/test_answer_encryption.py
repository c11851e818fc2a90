"""Tests that an answer can be decrypted only with the key of its tip, and only if it is unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.keys.encrypt import SIZES, Encrypter
from hotline.text.errors import DecryptionFailed
from hotline.tips.encrypt_notes import decrypt_answer, new_pair

TIP_KEY, UID = bytes([3]) * 32, "0" * 31 + "1"
PAIR = new_pair(TIP_KEY, uid=UID)
ANSWER = {"answer": "hafi y'ishuri", "language": "rw"}
BODY = Encrypter().answer(ANSWER, public_key=PAIR.public_key)


def test_answer_decrypts_with_key_of_its_tip() -> None:
    assert decrypt_answer(BODY, PAIR.locked_key, tip_key=TIP_KEY, uid=UID) == ANSWER


@given(said=st.text(max_size=160))
def test_any_answer_text_is_decrypted_exactly(said: str) -> None:
    body = Encrypter().answer({"answer": said}, public_key=PAIR.public_key)
    assert decrypt_answer(body, PAIR.locked_key, tip_key=TIP_KEY, uid=UID) == {"answer": said}


def test_short_and_long_answer_have_same_length() -> None:
    short = Encrypter().answer({"answer": "no", "language": "rw"}, public_key=PAIR.public_key)
    assert len(short) == len(BODY)
    assert len(BODY) > SIZES[0]


@pytest.mark.parametrize(
    ("body", "locked", "key", "uid"),
    [
        (BODY, PAIR.locked_key, bytes([4]) * 32, UID),
        (BODY, PAIR.locked_key, TIP_KEY, "0" * 31 + "2"),
        (BODY, new_pair(TIP_KEY, uid=UID).locked_key, TIP_KEY, UID),
        (BODY[:-1] + bytes([BODY[-1] ^ 1]), PAIR.locked_key, TIP_KEY, UID),
        (b"", PAIR.locked_key, TIP_KEY, UID),
        (BODY, b"", TIP_KEY, UID),
        (b"\x09" + BODY[1:], PAIR.locked_key, TIP_KEY, UID),
        (BODY, b"\x09" + PAIR.locked_key[1:], TIP_KEY, UID),
    ],
    ids=["other key", "other tip", "other pair", "altered", "no body", "no key", "body's version", "key's version"],
)  # fmt: skip
def test_answer_needs_its_own_keys(body: bytes, locked: bytes, key: bytes, uid: str) -> None:
    with pytest.raises(DecryptionFailed):
        decrypt_answer(body, locked, tip_key=key, uid=uid)


@given(body=st.binary(max_size=400), locked=st.binary(max_size=200))
def test_random_bytes_raise_decryption_failed(body: bytes, locked: bytes) -> None:
    with pytest.raises(DecryptionFailed):
        decrypt_answer(body, locked, tip_key=TIP_KEY, uid=UID)


def test_repr_of_pair_shows_no_key() -> None:
    assert repr(PAIR.locked_key) not in repr(PAIR)
