"""R11: tests the certificate code of twelve characters. The code contains a district and a month, and only the
hotline's key can make the code."""

import hmac
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hotline.programmes.rules import (
    CODE_LENGTH,
    LESSONS,
    SERIALS,
    Certificate,
    CertificateVerdict,
    Digest,
    LessonCase,
    add_lesson,
    current_lessons,
    decode,
    encode,
    has_every_lesson,
    is_passed,
    month_index,
    month_name,
    normalise_code,
    verdict,
)
from hotline.text.identifiers import ALPHABET
from hotline.text.places import districts
from tests.support.builders import NOON

CERTIFICATES = st.builds(
    Certificate,
    st.sampled_from([area.code for area in districts()]),
    st.integers(0, 299),
    st.integers(0, SERIALS - 1),
)


def digest_with(key: bytes) -> Digest:
    return lambda said: hmac.digest(key, said.encode(), "sha256").hex()


OURS, THEIRS = digest_with(b"ours"), digest_with(b"theirs")
ALL = dict.fromkeys(LESSONS, NOON)


@given(CERTIFICATES)
def test_each_spelling_of_code_decodes_to_its_certificate(made: Certificate) -> None:
    code = encode(made, OURS)
    assert decode(code.replace(" ", ""), OURS) == made
    for typed in (code.lower(), code.replace(" ", "-"), code.replace("8", "B"), f" {code} "):
        assert normalise_code(typed) == code.replace(" ", "")


@given(CERTIFICATES, st.integers(0, CODE_LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_misread_sign_makes_code_invalid(made: Certificate, place: int, sign: str) -> None:
    code = encode(made, OURS).replace(" ", "")
    assume(sign != code[place])
    assert normalise_code(code[:place] + sign + code[place + 1 :]) is None


@given(CERTIFICATES, CERTIFICATES)
def test_only_the_right_key_makes_valid_codes(made: Certificate, other: Certificate) -> None:
    assert decode(encode(made, THEIRS).replace(" ", ""), OURS) is None
    assume(made != other)
    assert decode(encode(other, lambda _: OURS(made.signed_text)).replace(" ", ""), OURS) is None


@given(st.text(max_size=20) | st.text(ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_any_typed_code_is_checked(typed: str) -> None:
    meant = normalise_code(typed)
    assert meant is None or decode(meant, OURS) is None


def test_certificate_expires_after_two_years() -> None:
    made = Certificate("12", month_index(NOON), 7)
    assert month_name(made.month) == "2026-11"
    assert verdict(made, datetime(2028, 11, 30, 12, tzinfo=NOON.tzinfo)) is CertificateVerdict.VALID
    assert (
        verdict(made, datetime(2028, 12, 1, 12, tzinfo=NOON.tzinfo)) is CertificateVerdict.EXPIRED
    )
    assert verdict(None, NOON) is CertificateVerdict.NOT_OURS


@pytest.mark.parametrize("slip", [None, "wrong", "unsure"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_lesson_needs_three_right_answers(number: int, slip: str | None) -> None:
    right = {LessonCase("child", case).name: "right" for case in (1, 2, 3)}
    assert is_passed("child", right)
    assert not is_passed("cooking", {name.replace("child", "cooking"): "right" for name in right})
    name = LessonCase("child", number).name
    told = {**right, name: slip} if slip else {k: v for k, v in right.items() if k != name}
    assert not is_passed("child", told)


def test_first_pass_counts_until_certificate_expires() -> None:
    later = NOON + timedelta(days=90)
    assert has_every_lesson(ALL)
    assert add_lesson(ALL, "child", later) == ALL
    assert current_lessons(ALL, later) == ALL

    expired = NOON + timedelta(days=800)
    assert current_lessons(ALL, expired) == {}
    assert add_lesson(ALL, "child", expired) == {"child": expired}


def test_old_lessons_count_while_one_is_missing() -> None:
    five = dict.fromkeys(LESSONS[1:], NOON)
    expired = NOON + timedelta(days=800)
    assert current_lessons(five, expired) == five
    assert has_every_lesson(add_lesson(five, LESSONS[0], expired))
