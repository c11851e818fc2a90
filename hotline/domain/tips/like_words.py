"""Like words: how much of what was typed two tips share, by pieces of three letters. Pure.

Spelling, word order, accents and spaces differ between two people who tell of one house; most pieces of three letters
do not. Equal words are another question (`clusters.typed_text`), which needs no key of a desk.

Tried on invented pairs in Kinyarwanda, French and English (`tests/domain/test_like_words.py`, ADR 94):

    pieces          the same matter     another one
    50 and more     0.54 to 0.81        0.18 to 0.38
    fewer           0.48 to 1.00        0.36 to 0.69

So short texts, such as a landmark, are not compared: "near the school of A" is as like "near the school of B" as
another spelling of itself. Long ones are cut: any two texts of 800 letters in one language share 0.35 and more.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import timedelta
from typing import TypeVar

from hotline.domain.sms.keywords import spelled
from hotline.domain.tips.clusters import TYPED

LETTERS = 3
LEAST_PIECES = 50
"""About nine words."""
MOST_LETTERS = 400
"""Of a text: texts of this length that have nothing to do with each other share up to 0.41."""
ALIKE = 0.5
TERM = timedelta(days=7)
"""So long a desk compares what it has read. Its sketches lie under the lock of this week or last week."""
MOST_COMPARED = 50
"""The newest tips of a desk: a page is opened within two seconds."""
MOST_LINKED = 3
"""Of one tip, the most like ones: in a storm everything is like everything."""
Piece = TypeVar("Piece")


def pieces(answers: Mapping[str, str]) -> frozenset[str]:
    """The pieces of the words that were typed, beginnings and ends of words included; none where they are too few.

    Total.
    """
    typed = " ".join(answers.get(name, "") for name in TYPED)
    words = (f" {word} " for word in spelled(typed, most=MOST_LETTERS))
    found = frozenset(
        word[at : at + LETTERS] for word in words for at in range(len(word) - LETTERS + 1)
    )
    return found if len(found) >= LEAST_PIECES else frozenset()


def likeness(one: Set[Piece], other: Set[Piece]) -> float:
    """The share of all pieces of two texts that both have: 0 to 1, whichever comes first. 1 for the same text."""
    every = one | other
    return len(one & other) / len(every) if every else 0.0


def most_alike(one: Set[Piece], others: Mapping[int, Set[Piece]]) -> Sequence[int]:
    """The tips whose words are alike, the most like first; of equals the newest."""
    found = {tip_id: likeness(one, other) for tip_id, other in others.items()}
    alike = [tip_id for tip_id, share in found.items() if share >= ALIKE]
    return sorted(alike, key=lambda tip_id: (-found[tip_id], -tip_id))[:MOST_LINKED]
