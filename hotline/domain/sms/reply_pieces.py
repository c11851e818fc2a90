"""An SMS of a responder in pieces: her references, digits, words, and what is none of these. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from hotline.domain.referrals.reference import LENGTHS, TWINS
from hotline.domain.sms.reply_words import (
    COURTESY,
    LONGEST,
    MEANING,
    NEGATIONS,
    NUMBERS,
    OWN,
    REFUSALS,
    YES,
)

MOST_LETTERS = 10_000
"""Of one SMS. What stands behind is not looked at."""
STUCK = "012345IL"
"""What may stick to a reference: an answer's digit, or a letter that looks like 1."""
LETTERS = {"I": "1", "L": "1", "Z": "2", "S": "5", "O": "0"}
"""Single letters that are digits where nothing but courtesy stands beside them."""
HEAD = "rc"
"""A reference with a colon behind it: so our own messages begin."""
HINTS = frozenset({"REPLY", "REPONDEZ", "SUBIZA"})
"""The words that begin our own hint, right behind such a reference. What follows are digits on offer, no answer."""
WIDEST = LENGTHS[-1] + 1

_UNITS = (
    "KM|KMS|KILOMETRES?|KILOMETERS?|M|METRES?|METERS?|MIN|MINS|MINUTES?|MINUTE|MINOTA|IMINOTA"
    "|S|SEC|SECONDES?|SECONDS?|H|HRS?|HOURS?|HEURES?|ISAHA|AMASAHA|J|JOURS?|DAYS?|IMINSI|AM|PM"
)
_NOISE = re.compile(
    r"\b\d{1,2} ?[:H] ?\d{2}\b"
    r"|\b\d{1,4} ?[/.-] ?\d{1,2}(?: ?[/.-] ?\d{2,4})?\b"
    rf"|\b\d+(?:[.,]\d+)? ?(?:{_UNITS})\b"
    r"|\b(?:I?MINOTA|MINUTES?|KM|ISAHA|AMASAHA|SAA|IMINSI)[ :]*\d+(?:[.,:]\d+)?\b"
    r"|\b\d{2,}\b"
)
"""Hours, dates, distances, minutes, and numbers that are no answer."""
_SILENCE = re.compile(r"\bNO (?=(?:WORD|NEWS|ANSWER|REPLY)\b)")
"""A "no" about somebody's silence is no refusal; it turns round what stands beside it."""
_LONE = re.compile(r"\b[6-9]\b")


class Sort(Enum):
    REFERENCE = auto()
    DIGIT = auto()
    OWN = auto()
    """Words by which she says what she herself does."""
    WORD = auto()
    REFUSAL = auto()
    YES = auto()
    LETTER = auto()
    NEGATION = auto()
    COURTESY = auto()
    NOISE = auto()
    STRANGE = auto()
    """Letters and digits mixed: it may be meant for a reference."""
    OTHER = auto()


ANSWERING = (Sort.DIGIT, Sort.OWN, Sort.WORD, Sort.REFUSAL, Sort.YES)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an SMS. What it says stays out of `repr`: a reference, the digit that is meant, or the letters."""

    sort: Sort
    says: str

    def __repr__(self) -> str:
        return f"Piece({self.sort.name})"


@dataclass(frozen=True, slots=True)
class Pieces:
    pieces: tuple[Piece, ...]
    unclear: bool = False
    """Some letters could be one reference of hers or another."""


def read_pieces(text: str, references: Collection[str], more: str = "") -> Pieces:
    """Total. Only `references` are found. `more`: digits above 5 that answer too."""
    plain = _plain(text)
    hers = {one.translate(TWINS): one for one in references}
    spans, unclear = _chosen(_spans(plain, hers, STUCK + more))
    marked = _NOISE.sub(" x ", _SILENCE.sub("NOT ", _marked(plain, spans)))
    marked = _LONE.sub(lambda digit: digit[0] if digit[0] in more else " x ", marked)
    names = [span.reference for span in spans]
    tokens = re.findall(r"[A-Z0-9]+|r\d+c?|x", marked)
    return Pieces(tuple(_pieces(tokens, names, more)), unclear)


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    reference: str
    before: str = ""
    after: str = ""
    """A digit that sticks to it."""


def _plain(text: str) -> str:
    """Capitals without accents; every digit a plain one."""
    spelled = unicodedata.normalize("NFKD", text[:MOST_LETTERS])
    return "".join(c for c in spelled if unicodedata.category(c) not in ("Mn", "Cf")).upper()


def _spans(plain: str, hers: Mapping[str, str], stuck: str) -> Iterator[_Span]:
    """Every place where one of hers can be read, the plainest first."""
    if not hers:
        return
    found = list(re.finditer(r"[A-Z0-9]+", plain))
    for width in range(1, WIDEST + 1):
        for first in range(len(found) - width + 1):
            group = found[first : first + width]
            joined = "".join(piece[0] for piece in group)
            if len(joined) > WIDEST:
                continue
            start, end = group[0].start(), group[-1].end()
            for before, letters, after in _splits(joined, stuck):
                if (reference := hers.get(letters.translate(TWINS))) is not None:
                    yield _Span(start, end, reference, before, after)


def _splits(joined: str, stuck: str) -> Iterator[tuple[str, str, str]]:
    yield "", joined, ""
    if joined[0] in stuck:
        yield joined[0], joined[1:], ""
    if joined[-1] in stuck:
        yield "", joined[:-1], joined[-1]


def _chosen(spans: Iterator[_Span]) -> tuple[list[_Span], bool]:
    """Those that stand apart, in their order; and whether two read the same letters as different references."""
    chosen: list[_Span] = []
    unclear = False
    for span in spans:
        over = [one for one in chosen if one.start < span.end and span.start < one.end]
        unclear = unclear or any(one.reference != span.reference for one in over)
        if not over:
            chosen.append(span)
    return sorted(chosen, key=lambda span: span.start), unclear


def _marked(plain: str, spans: list[_Span]) -> str:
    """The text with `r0`, `r1` in place of her references: small letters stand nowhere else in it."""
    parts: list[str] = []
    behind = 0
    for number, span in enumerate(spans):
        head = HEAD[-1] if plain[span.end : span.end + 2].lstrip().startswith(":") else ""
        parts += [plain[behind : span.start], f" {span.before} r{number}{head} {span.after} "]
        behind = span.end
    return "".join([*parts, plain[behind:]])


def _pieces(tokens: list[str], names: list[str], more: str) -> Iterator[Piece]:
    named = [
        names[int(token[1:].rstrip(HEAD[-1]))] if token[0] == "r" else token for token in tokens
    ]
    kept = _answer_alone(tokens, named, "12345" + more)
    at = 0
    while at < len(kept):
        token, name = kept[at]
        for width in range(LONGEST, 0, -1):
            phrase = tuple(one for one, _ in kept[at : at + width])
            if phrase in MEANING:
                break
        else:
            yield _single(token, name, more)
            at += 1
            continue
        yield Piece(_sort_of(phrase), MEANING[phrase])
        at += len(phrase)


def _answer_alone(tokens: list[str], named: list[str], digits: str) -> list[tuple[str, str]]:
    """Drops what an alert or a hint of ours asks for, where it is sent back: from `K7Q4:` to the last `1 K7Q4`."""
    kept: list[tuple[str, str]] = []
    for token, name in zip(tokens, named, strict=True):
        if token in HINTS and kept and kept[-1][0] == HEAD:
            break
        if token[0] == "r" and len(kept) > 2 and kept[-1][0] in digits:
            heads = [place for place, one in enumerate(kept[:-2]) if one == (HEAD, name)]
            if heads:
                del kept[heads[-1] + 1 :]
                continue
        head = token[0] == "r" and token.endswith(HEAD[-1])
        kept.append((HEAD if head else token, name))
    return kept


def _sort_of(phrase: tuple[str, ...]) -> Sort:
    if phrase in OWN:
        return Sort.OWN
    sorts = ((Sort.DIGIT, NUMBERS), (Sort.YES, YES), (Sort.REFUSAL, REFUSALS))
    return next((sort for sort, words in sorts if phrase[0] in words), Sort.WORD)


def _single(token: str, name: str, more: str) -> Piece:
    if token[0] == "r":
        return Piece(Sort.REFERENCE, name)
    if token == "x":
        return Piece(Sort.NOISE, "")
    if token in "012345" + more:
        return Piece(Sort.DIGIT, token)
    if token in LETTERS:
        return Piece(Sort.LETTER, LETTERS[token])
    for sort, words in ((Sort.NEGATION, NEGATIONS), (Sort.COURTESY, COURTESY)):
        if token in words:
            return Piece(sort, token)
    mixed = not token.isalpha() and not token.isdigit()
    strange = mixed and LENGTHS[0] - 1 <= len(token) <= LENGTHS[-1] + 2
    return Piece(Sort.STRANGE if strange else Sort.OTHER, token)
