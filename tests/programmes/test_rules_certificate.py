"""R11: tests the certificate code of twelve signs. It names a district and a month, and needs the key to be made."""

import hmac
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hotline.alerts.rules_assignment import ALPHABET
from hotline.programmes.rules import LESSONS, LessonCase
from hotline.programmes.rules_certificate import (
    LETTERS,
    SERIALS,
    Certificate,
    CertificateVerdict,
    Digest,
    code_of,
    month_name,
    month_of,
    opened,
    passes,
    read,
    still,
    verdict,
    whole,
    with_lesson,
)
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
def test_a_code_says_what_it_was_made_of_however_it_is_typed(made: Certificate) -> None:
    code = code_of(made, OURS)
    assert opened(code.replace(" ", ""), OURS) == made
    for typed in (code.lower(), code.replace(" ", "-"), code.replace("8", "B"), f" {code} "):
        assert read(typed) == code.replace(" ", "")


@given(CERTIFICATES, st.integers(0, LETTERS - 1), st.sampled_from(ALPHABET))
def test_one_sign_that_was_misread_shows(made: Certificate, place: int, sign: str) -> None:
    code = code_of(made, OURS).replace(" ", "")
    assume(sign != code[place])
    assert read(code[:place] + sign + code[place + 1 :]) is None


@given(CERTIFICATES, CERTIFICATES)
def test_only_its_key_makes_a_code(made: Certificate, other: Certificate) -> None:
    assert opened(code_of(made, THEIRS).replace(" ", ""), OURS) is None
    assume(made != other)
    assert opened(code_of(other, lambda _: OURS(made.said)).replace(" ", ""), OURS) is None


@given(st.text(max_size=20) | st.text(ALPHABET, min_size=LETTERS, max_size=LETTERS))
def test_whatever_is_typed_is_judged_and_nothing_raises(typed: str) -> None:
    meant = read(typed)
    assert meant is None or opened(meant, OURS) is None


def test_it_holds_for_two_years_and_no_month_longer() -> None:
    made = Certificate("12", month_of(NOON), 7)
    assert month_name(made.month) == "2026-11"
    assert verdict(made, datetime(2028, 11, 30, 12, tzinfo=NOON.tzinfo)) is CertificateVerdict.VALID
    assert (
        verdict(made, datetime(2028, 12, 1, 12, tzinfo=NOON.tzinfo)) is CertificateVerdict.EXPIRED
    )
    assert verdict(None, NOON) is CertificateVerdict.NOT_OURS


@pytest.mark.parametrize("slip", [None, "wrong", "unsure"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_lesson_needs_three_right_answers(number: int, slip: str | None) -> None:
    right = {LessonCase("child", case).name: "right" for case in (1, 2, 3)}
    assert passes("child", right)
    name = LessonCase("child", number).name
    told = {**right, name: slip} if slip else {k: v for k, v in right.items() if k != name}
    assert not passes("child", told)


def test_what_is_no_lesson_of_ours_is_not_passed() -> None:
    assert not passes("cooking", {LessonCase("cooking", case).name: "right" for case in (1, 2, 3)})


def test_the_first_time_counts_until_the_certificate_has_expired() -> None:
    later = NOON + timedelta(days=90)
    assert whole(ALL)
    assert with_lesson(ALL, "child", later) == ALL
    assert still(ALL, later) == ALL

    expired = NOON + timedelta(days=800)
    assert still(ALL, expired) == {}
    assert with_lesson(ALL, "child", expired) == {"child": expired}


def test_lessons_of_long_ago_count_as_long_as_one_was_missing() -> None:
    five = dict.fromkeys(LESSONS[1:], NOON)
    expired = NOON + timedelta(days=800)
    assert still(five, expired) == five
    assert whole(with_lesson(five, LESSONS[0], expired))
