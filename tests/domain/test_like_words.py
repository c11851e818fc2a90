"""How much of what was typed two tips share: a table of invented pairs, and what holds for any letters."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.tips.like_words import (
    ALIKE,
    LEAST_PIECES,
    MOST_LINKED,
    likeness,
    most_alike,
    pieces,
)


class Pair(NamedTuple):
    one: str
    other: str
    least: float
    most: float
    """Between these is how much of them is alike."""


GIRL_RW = (
    "Umukobwa w'imyaka 16 afungiranye mu nzu y'icyatsi inyuma y'isoko rya Kimironko, bamwambuye"
    " telefone"
)
GIRL_FR = (
    "Une fille de 16 ans est enfermée dans la maison verte derrière le marché de Kimironko, on a"
    " pris son téléphone"
)
GIRL_EN = "A girl of 16 is locked in the green house behind Kimironko market, they took her phone"
SAME = (
    Pair(
        GIRL_RW,
        "umukobwa wimyaka 16 bamufungiranye mu nzu yicyatsi inyuma yisoko rya kimironko"
        " bamwambuye terefone",
        0.76,
        0.79,
    ),
    Pair(
        "Hari umugabo w'imodoka yera ushaka kujyana abakobwa batatu muri Oman ku wa gatanu"
        " abashakira akazi",
        "umugabo ufite imodoka yera arashaka kujyana abakobwa 3 Oman kuwa gatanu ngo abashakire"
        " akazi ko mu rugo",
        0.53,
        0.62,
    ),
    Pair(
        "Abana babiri bakora mu birombe by'amabuye i Rutongo nta mushahara bahabwa",
        "mu birombe by amabuye ya Rutongo hari abana 2 bahakora badahembwa",
        0.57,
        0.61,
    ),
    Pair(
        GIRL_FR,
        "fille 16 ans enfermee ds une maison verte derriere le marché Kimironko, ils ont pris son"
        " telephone",
        0.79,
        0.83,
    ),
    Pair(
        GIRL_EN,
        "girl 16 yrs locked in a green house behind the kimironko market. they have taken her phone",
        0.74,
        0.78,
    ),
)
ANOTHER = (
    Pair(
        GIRL_RW,
        "Umukobwa w'imyaka 15 afungiranye mu nzu hafi y'ishuri rya Gahanga, ntajya asohoka",
        0.31,
        0.35,
    ),
    Pair(
        "Hari umugabo ushaka kujyana abakobwa batatu muri Oman ku wa gatanu abashakira akazi",
        "Hari umugore ushaka kujyana abahungu babiri muri Uganda ejo abashakira ishuri",
        0.36,
        0.40,
    ),
    Pair(
        GIRL_FR,
        "Une femme est enfermée dans une maison près de l'école de Gahanga, elle ne sort jamais",
        0.27,
        0.31,
    ),
    Pair(GIRL_EN, "A woman is locked in a house near Gahanga school, she never goes out", 0.1, 0.2),
)
SHORT = (
    "inyuma y'isoko rya Kimironko",
    "hafi y'ishuri ribanza rya Gahanga",
    "near the primary school of Gahanga",
    "green gate behind Kimironko market",
    "derrière l'école primaire",
)
"""A landmark of another school is as like as another spelling of the same: none is compared."""
A_TEXT = st.text(st.sampled_from("abkimurwéà.,3 漢") | st.characters(), max_size=700)


def of(text: str) -> frozenset[str]:
    return pieces({"words": text})


@pytest.mark.row("R7")
@pytest.mark.parametrize("pair", [*SAME, *ANOTHER])
def test_the_same_matter_is_alike_in_another_spelling_and_another_one_is_not(pair: Pair) -> None:
    share = likeness(of(pair.one), of(pair.other))
    assert pair.least <= share <= pair.most, round(share, 2)
    assert (share >= ALIKE) == (pair in SAME)


def test_short_texts_are_not_compared() -> None:
    assert {text for text in SHORT if of(text)} == set()
    assert likeness(of(SHORT[0]), of(SHORT[0])) == 0


def test_what_was_chosen_from_a_menu_is_no_word_of_hers() -> None:
    assert pieces({"district": GIRL_EN, "who": GIRL_FR}) == frozenset()
    assert pieces({"landmark": GIRL_EN}) == of(GIRL_EN.upper().replace(",", " ;"))


@given(A_TEXT, A_TEXT)
def test_likeness_is_the_same_both_ways_and_a_share_for_any_letters(a: str, b: str) -> None:
    one, other = of(a), of(b)
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == (1.0 if one else 0.0)
    assert not one or len(one) >= LEAST_PIECES


@given(st.dictionaries(st.integers(1, 40), st.sets(st.integers(0, 9)), max_size=30))
def test_the_most_like_are_few_and_in_order(others: dict[int, set[int]]) -> None:
    mine = {1, 2, 3, 4, 5}
    found = most_alike(mine, others)
    shares = [likeness(mine, others[one]) for one in found]
    assert shares == sorted(shares, reverse=True)
    alike = sorted((likeness(mine, one) for one in others.values()), reverse=True)
    assert shares == [share for share in alike if share >= ALIKE][:MOST_LINKED]
