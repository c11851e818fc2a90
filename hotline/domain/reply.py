"""What a responder means by an SMS: a digit to act with and a reference, however she spells them. Pure.

`1 K7Q4`, `k7q4 1`, `1-K7Q4`, `K 7 Q 4 1`, `l K7Q4`, `yego K7Q4`: order, case, spacing, punctuation and look-alikes do
not matter, and words around them are passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hotline.domain import reference
from hotline.domain.keywords import spelled


class Verb(StrEnum):
    HELP = "0"
    TAKE = "1"
    ON_SITE = "2"
    REFERRED = "3"
    NOT_TRAFFICKING = "4"
    PASS_ON = "5"


@dataclass(frozen=True, slots=True)
class Reply:
    """None is what could not be read."""

    verb: Verb | None
    reference: str | None


VERBS = {verb.value: verb for verb in Verb} | {
    word: verb
    for verb, words in {
        Verb.TAKE: "I L YEGO YES OUI OK TAKE RIMWE ONE UN NDAYIFASHE NDABIFASHE NEMEYE",
        Verb.HELP: "O HELP AIDE UBUFASHA ZERO",
        Verb.ON_SITE: "KABIRI TWO DEUX",
        Verb.REFERRED: "GATATU THREE TROIS",
        Verb.NOT_TRAFFICKING: "KANE FOUR QUATRE",
        Verb.PASS_ON: "GATANU FIVE CINQ",
    }.items()
    for word in words.split()
}
MOST_PIECES = 40
"""Longer than any answer to an alert: what comes after is not looked at."""


def parse(text: str) -> Reply:
    """Total. The first reading that has both wins, exact letters before look-alikes."""
    pieces = spelled(text)[:MOST_PIECES]
    readings = list(_readings(pieces))
    whole = [one for one in readings if one.verb is not None]
    if whole:
        return whole[0]
    if readings:
        return readings[0]
    return Reply(_verb(pieces), None)


def _readings(pieces: list[str]) -> Iterator[Reply]:
    """Every way to find a reference, exact ones first: alone in some pieces, or with the digit stuck to it.

    A piece that is one by itself comes first, then as many pieces as make one together.
    """
    spans = [
        (start, end, "".join(pieces[start:end]))
        for width in (1, *range(reference.LENGTHS[-1] + 1, 1, -1))
        for start in range(len(pieces) - width + 1)
        for end in (start + width,)
    ]
    for exact in (True, False):
        for start, end, joined in spans:
            rest = pieces[:start] + pieces[end:]
            for verb, letters in _splits(joined):
                meant = reference.read(letters)
                if meant is not None and (meant == letters) is exact:
                    yield Reply(verb or _verb(rest), meant)


def _splits(joined: str) -> Iterator[tuple[Verb | None, str]]:
    if len(joined) in reference.LENGTHS:
        yield None, joined
    if len(joined) - 1 in reference.LENGTHS:
        if joined[0] in VERBS:
            yield VERBS[joined[0]], joined[1:]
        if joined[-1] in VERBS:
            yield VERBS[joined[-1]], joined[:-1]


def _verb(pieces: list[str]) -> Verb | None:
    """A digit before a word: `ok 0` asks for help."""
    digits = [VERBS[piece] for piece in pieces if piece.isdigit() and piece in VERBS]
    words = [VERBS[piece] for piece in pieces if piece in VERBS]
    return next(iter(digits + words), None)
