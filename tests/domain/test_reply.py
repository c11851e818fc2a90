"""How people write `1 K7Q4`: a hundred ways, of which ninety-eight must be understood."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain import reference
from hotline.domain.reply import Reply, Verb, parse

TAKES = """
1 K7Q4|1 k7q4|1K7Q4|1k7q4|K7Q4 1|k7q4 1|K7Q41|k7q41|1-K7Q4|1.K7Q4
1,K7Q4|1:K7Q4|1/K7Q4|1_K7Q4|1 - K7Q4|1.  K7Q4|1) K7Q4|(1) K7Q4|1 (K7Q4)|"1 K7Q4"
 1 K7Q4 |1  K7Q4|1 K7Q4.|1 K7Q4!|1 K7Q4?|K7Q4-1|K7Q4:1|K7Q4=1|K7Q4,1|K7Q4/1
k 7 q 4 1|1 k 7 q 4|K 7 Q 4 1|1 K7 Q4|K7 Q4 1|K7-Q4 1|1 K-7-Q-4|1 k7.q4|1K7 Q4|K7Q4  -  1
l K7Q4|I K7Q4|i k7q4|L k7q4|lK7Q4|IK7Q4|K7Q4 l|K7Q4 I|K7Q4l|K7Q4 i
yego K7Q4|Yego k7q4|YEGO K7Q4|yes K7Q4|Yes, K7Q4|K7Q4 yego|K7Q4 yes|oui K7Q4|Oui k7q4|ok K7Q4
Reply 1 K7Q4|reply 1 k7q4|Subiza 1 K7Q4|Répondez 1 K7Q4|Repondre 1 K7Q4|Send 1 K7Q4
1 K7Q4 murakoze|1 K7Q4 merci|1 K7Q4 thanks|Muraho 1 K7Q4
1 K7O4|1 K704|1K7O4|1 k7o4|K7O4 1|1 K7 O4|l k7o4|I K704|yego k7o4|1-K7O4
#1 K7Q4|*1 K7Q4|1* K7Q4|1#K7Q4|K7Q4*1|K7Q4#1|1+K7Q4|'1' 'K7Q4'|1;K7Q4|1\tK7Q4
take K7Q4|rimwe K7Q4|un K7Q4|one K7Q4|nemeye K7Q4|1 K7Q4: Gasabo, urgent.
K7Q4: Gasabo, urgent. Reply 1 K7Q4|K7Q4: 1|k7q4: yego|1 ref K7Q4
"""
SPELLINGS = [
    spelling.replace("\\t", "\t")
    for line in TAKES.strip("\n").splitlines()
    for spelling in line.split("|")
]


def test_a_hundred_human_spellings() -> None:
    assert len(SPELLINGS) == 100
    misread = [one for one in SPELLINGS if parse(one) != Reply(Verb.TAKE, "K7Q4")]
    assert len(misread) <= 2, misread


@pytest.mark.parametrize(
    ("text", "verb", "read"),
    [
        ("0", Verb.HELP, None),
        ("O", Verb.HELP, None),
        ("help", Verb.HELP, None),
        ("Ubufasha", Verb.HELP, None),
        ("0 K7Q4", Verb.HELP, "K7Q4"),
        ("K7Q4 0", Verb.HELP, "K7Q4"),
        ("2 K7Q4", Verb.ON_SITE, "K7Q4"),
        ("3K7Q4", Verb.REFERRED, "K7Q4"),
        ("4 k7q4", Verb.NOT_TRAFFICKING, "K7Q4"),
        ("5-K7Q4", Verb.PASS_ON, "K7Q4"),
        ("K7Q4", None, "K7Q4"),
        ("1", Verb.TAKE, None),
        ("1 K7Q", Verb.TAKE, None),
        ("", None, None),
        ("...", None, None),
        ("Muraho neza", None, None),
        ("1 K7Q4 K7Q4", Verb.TAKE, "K7Q4"),
        # A clear reference wins over one that only looks like it.
        ("1 AB34 K7Q4", Verb.TAKE, "K7Q4"),
        ("1 AB34", Verb.TAKE, "A834"),
        # All digits: none of ours.
        ("1 GZ34", Verb.TAKE, None),
    ],
)
def test_other_answers(text: str, verb: Verb | None, read: str | None) -> None:
    assert parse(text) == Reply(verb, read)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    parse(text)


@given(st.text(max_size=2000))
def test_what_it_reads_could_be_a_reference(text: str) -> None:
    read = parse(text).reference
    assert read is None or reference.is_reference(read)


ANSWERS_BY_LENGTH = st.sampled_from(["01", "012345"]).flatmap(
    lambda digits: st.tuples(
        st.sampled_from(digits),
        st.sampled_from(reference.LENGTHS[1:] if len(digits) > 2 else reference.LENGTHS),
    )
)
"""A short reference may begin with an answer's digit: there `2` to `5` are told apart by a space alone."""


@given(st.integers(0, 2**32), ANSWERS_BY_LENGTH)
def test_every_reference_is_read_back(seed: int, answer: tuple[str, int]) -> None:
    digit, length = answer
    made = drawn(seed, length)[0]
    assert not set(made) & set("0O1IL")
    for text in (
        f"{digit} {made}",
        f"{made} {digit}",
        f"{digit}{made}".lower(),
        f"{made}{digit}",
        " ".join(made) + f" {digit}",
    ):
        assert parse(text) == Reply(Verb(digit), made), text


def drawn(seed: int, length: int, most: int = 9) -> list[str]:
    return reference.draw(random.Random(seed).randbytes(reference.NOISE * most), length, most)


def test_a_longer_reference_is_none_of_its_parts() -> None:
    assert parse("1 K7Q4A") == Reply(Verb.TAKE, "K7Q4A")
    assert parse("1 K 7 Q 4 A") == Reply(Verb.TAKE, "K7Q4A")
    assert parse("1 K7Q4 A") == Reply(Verb.TAKE, "K7Q4")


@pytest.mark.parametrize("length", reference.LENGTHS)
def test_chance_is_fair_to_every_letter_and_enough_for_every_draw(length: int) -> None:
    made = drawn(1, length, 20_000)
    assert 18_000 < len(made) <= 20_000
    assert {len(one) for one in made} == {length}
    second = [one[1] for one in made if one[1] not in reference.SURE_DIGITS]
    shares = [second.count(letter) / len(second) for letter in sorted(set(second))]
    assert max(shares) < 1.25 * min(shares)


def test_draws_without_luck_grow_longer_and_stop_growing() -> None:
    assert [reference.length_after(unlucky) for unlucky in (0, 2, 3, 6, 60)] == [4, 4, 5, 6, 6]
