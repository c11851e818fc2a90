"""Tests that the encrypted data of one hop can be decrypted only with the key of this hop and with the value to which
the data is bound. The length of the encrypted data reveals little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.keys.encrypt import KeyPair
from hotline.keys.one_off import decrypt_box, seal
from hotline.text.errors import DecryptionFailed

PAIR = KeyPair.new()
BOUND = "session:digest"


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=5))
def test_decrypted_content_equals_original(content: dict[str, str]) -> None:
    encrypted = seal(content, public=PAIR.public, bound=BOUND)
    assert decrypt_box(encrypted, private=PAIR.private, bound=BOUND) == content


def test_box_needs_its_key_and_its_hop() -> None:
    encrypted = seal({"pin": "407193"}, public=PAIR.public, bound=BOUND)
    with pytest.raises(DecryptionFailed):
        decrypt_box(encrypted, private=KeyPair.new().private, bound=BOUND)
    with pytest.raises(DecryptionFailed):
        decrypt_box(encrypted, private=PAIR.private, bound="session:another")
    with pytest.raises(DecryptionFailed):
        decrypt_box(encrypted[:-1], private=PAIR.private, bound=BOUND)
    with pytest.raises(DecryptionFailed):
        decrypt_box(b"\x09" + encrypted[1:], private=PAIR.private, bound=BOUND)


def test_right_and_wrong_pin_answers_have_same_length() -> None:
    wrong = seal({"verdict": "wrong"}, public=PAIR.public, bound=BOUND)
    right = seal({"verdict": "right", "open": 3}, public=PAIR.public, bound=BOUND)
    assert len(wrong) == len(right)


def test_bad_key_and_too_long_content_are_refused() -> None:
    with pytest.raises(DecryptionFailed):
        seal({}, public=b"short", bound=BOUND)
    with pytest.raises(ValueError, match="too many to encrypt"):
        seal({"page": "x" * 9000}, public=PAIR.public, bound=BOUND)


def test_a_pair_hides_its_private_half() -> None:
    assert str(PAIR.private) not in repr(PAIR)
