"""Reads a responder's SMS in any spelling: finds the answer, and the case that the answer is about. Pure.

Some SMS that the parser understands: `1 K7Q4`, `k7q4 1`, `1-K7Q4`, `K 7 Q 4 1`, `l K7Q4`, `yego K7Q4`, `1 K7Q4 2 M3TX`.
The parser finds only references that belong to the responder. If a reference is mistyped, the parser accepts only the
answer that takes the case. If any other part of the SMS is unclear, the hotline asks the responder what is meant
(docs/decisions/06).
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import OSA

from hotline.alerts import rules_assignment as references
from hotline.alerts import rules_replies
from hotline.alerts.rules_assignment import LENGTHS
from hotline.alerts.rules_replies import (
    COURTESY,
    MEANING,
    OWN,
    YES_WORDS,
    Phrase,
    Verb,
    digits,
    plain_text,
)
from hotline.text.identifiers import TWINS
from hotline.text.keywords import is_stop

MAX_LETTERS = 10_000
"""The number of characters of an SMS that the parser reads. The parser ignores the rest of the SMS."""
LIKE_ONE = "IL"
"""Letters that look like the digit 1, such as l. The parser reads such a letter as 1 even without a space between the
letter and a reference."""
STUCK = digits(national=False) + LIKE_ONE
LETTERS = dict.fromkeys(LIKE_ONE, "1") | {"Z": "2", "S": "5", "O": "0"}
"""Maps a letter to the digit that it means, if an SMS has only this letter and polite words."""
HEAD = "rc"
"""The parser uses this text as the mark of a reference that has a colon after it. The hotline's own messages begin with
a reference and a colon."""
HINTS = frozenset({"REPLY", "REPONDEZ", "SUBIZA"})
"""Words that follow the reference at the beginning of a hint (an SMS that says which answers are possible). If a
responder sends the hint back, the digits after these words are not answers."""
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
"""Matches times, dates, distances and other numbers that are not answers."""
_SILENCE = re.compile(r"\bNO (?=(?:WORD|NEWS|ANSWER|REPLY)\b)")
"""Finds the "no" in "no news" or "no answer", which says that another person does not answer. With this "no", the
responder does not refuse the case."""
_THANKS = re.compile(r"\bTHANK YOU\b")
_DENIED = re.compile(r"\bNO ?[,.;:!]+ ?(?=TRAFFICKING\b)")
"""Finds a "no" before "trafficking" with a punctuation mark between them: "no, trafficking" does not mean "no
trafficking"."""
_QUESTION = re.compile(
    r"\?|\b(?:SHOULD|SHALL|CAN|COULD|MAY|MUST) (?:I|WE)\b|\b(?:DOIS|PUIS)[- ]?JE\b|\bEST[- ]?CE QU|\bM?B?ESE\b"
)
"""Finds a question mark, or words that begin a question."""
_LATER = re.compile(r"\b(?:IN|DANS|MU) (?:\d|I?MINOTA|UNE? )")
"""Finds words that announce a time, such as "in 10 minutes"."""
_LONE = re.compile(r"\b\d\b")


class PieceKind(Enum):
    """The kinds of pieces into which the parser cuts an SMS."""

    REFERENCE = auto()
    DIGIT = auto()
    OWN = auto()
    """Words by which responders say what they do, such as "I come"."""
    WORD = auto()
    LABEL = auto()
    """Words that responders copy from a hint or a menu. These words are an answer only next to the right digit."""
    REFUSAL = auto()
    YES = auto()
    LETTER = auto()
    NEGATION = auto()
    COURTESY = auto()
    NOISE = auto()
    STRANGE = auto()
    """Letters mixed with digits: perhaps a mistyped reference."""
    OTHER = auto()


ANSWERING = (
    PieceKind.DIGIT,
    PieceKind.OWN,
    PieceKind.WORD,
    PieceKind.LABEL,
    PieceKind.REFUSAL,
    PieceKind.YES,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an SMS.

    `text` contains a reference, a digit or letters. `repr` does not show `text`.
    """

    sort: PieceKind
    text: str

    def __repr__(self) -> str:
        return f"Piece({self.sort.name})"


class Pieces(NamedTuple):
    """An SMS that the parser has cut into pieces."""

    pieces: tuple[Piece, ...]
    unclear: bool = False
    """True if the same letters can be read as two different references of this responder."""


class ReplyKind(StrEnum):
    """The kind of a responder's SMS, such as an answer or a request for help."""

    ACT = "act"
    HELP = "help"
    ASK = "ask"
    """The answer or the case is unclear, so the hotline asks the responder what is meant."""
    WRONG = "wrong"
    """The SMS contains a reference that is not one of this responder's."""
    STOP = "stop"
    """The responder wants no more messages."""


class Action(NamedTuple):
    """A responder's answer about one case."""

    verb: Verb
    reference: str


class ReplyReading(NamedTuple):
    """The meaning of a responder's SMS."""

    meant: ReplyKind
    actions: tuple[Action, ...] = ()
    reference: str | None = None
    """The reference of the case about which the hotline asks the responder what is meant. The SMS may also contain
    clear answers about other cases. None if it is unclear which case the responder means."""


class BareDrills(NamedTuple):
    """The drills that an answer without a reference may be about."""

    references: tuple[str, ...] = ()
    similar: str | None = None
    """The reference of a real case that the answer may also be about. The hotline then asks the responder about this
    case."""


NO_DRILLS = BareDrills()


def parse_reply(
    text: str,
    open_references: Sequence[str],
    recent: bool,
    others: Collection[str] = (),
    *,
    national: bool = False,
    drills: BareDrills = NO_DRILLS,
) -> ReplyReading:
    """Returns the meaning of a responder's SMS. Accepts every text, and raises no error.

    `recent` is True if the responder was alerted of their only open case within the last twelve hours.
    `others` contains the references of closed cases and of cases that a colleague keeps. The parser finds such a
    reference only if it is typed without a mistake.
    `national` is True for a responder of the national desk, who may use all digits.
    """
    if is_stop(text):
        return ReplyReading(ReplyKind.STOP)
    found = read_pieces(text, {*open_references, *others}, digits(national=national))
    pieces = _sure(found.pieces)
    names = list(dict.fromkeys(piece.text for piece in pieces if piece.sort is PieceKind.REFERENCE))
    if found.unclear:
        return ReplyReading(ReplyKind.ASK)
    if names:
        reading = _of_several(pieces, names) if len(names) > 1 else _of_one(pieces, names[0])
        reference = names[0] if len(names) == 1 else None
        typed_digits = {piece.text for piece in found.pieces if piece.sort is PieceKind.DIGIT}
        return _unless_unsure(plain_text(text[:MAX_LETTERS]), reading, reference, typed_digits)
    return _of_none(text, pieces, open_references, recent, drills)


def read_pieces(text: str, references: Collection[str], allowed: str) -> Pieces:
    """Cuts a text into pieces. Finds only the references in `references`.

    `allowed` contains the digits that may be answers.
    """
    plain = plain_text(text[:MAX_LETTERS])
    lookup = {reference.translate(TWINS): reference for reference in references}
    spans, unclear = _choose_spans(_spans(plain, lookup, allowed + LIKE_ONE))
    marked_text = _THANKS.sub(
        "THANKS", _SILENCE.sub("NOT ", _mark_spans(_DENIED.sub("NOT x ", plain), spans))
    )
    marked_text = _LONE.sub(
        lambda match: match[0] if match[0] in allowed else " x ", _NOISE.sub(" x ", marked_text)
    )
    names = [span.reference for span in spans]
    tokens = re.findall(r"[A-Z0-9]+|r\d+c?|x", marked_text)
    return Pieces(tuple(_pieces(tokens, names, allowed)), unclear)


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    reference: str
    before: str = ""
    after: str = ""
    """A digit directly after the reference, without a space between them."""


def _spans(text: str, lookup: Mapping[str, str], stuck: str) -> Iterator[_Span]:
    """Yields all places in the text that can be read as a reference, those with the fewest spaces first."""
    if not lookup:
        return
    found = list(re.finditer(r"[A-Z0-9]+", text))
    for width in range(1, WIDEST + 1):
        for first in range(len(found) - width + 1):
            group = found[first : first + width]
            word = "".join(piece[0] for piece in group)
            if len(word) > WIDEST:
                continue
            start, end = group[0].start(), group[-1].end()
            for before, letters, after in _splits(word, stuck):
                if (reference := lookup.get(letters.translate(TWINS))) is not None:
                    yield _Span(start, end, reference, before, after)


def _splits(word: str, stuck: str) -> Iterator[tuple[str, str, str]]:
    yield "", word, ""
    if word[0] in stuck:
        yield word[0], word[1:], ""
    if word[-1] in stuck:
        yield "", word[:-1], word[-1]


def _choose_spans(spans: Iterator[_Span]) -> tuple[list[_Span], bool]:
    """Returns the places of references in a text, in the order of the text. If two places overlap, returns only the
    place that comes first in `spans`.

    The second returned value is True if the same letters can be read as two different references.
    """
    chosen: list[_Span] = []
    unclear = False
    for span in spans:
        overlaps = [other for other in chosen if other.start < span.end and span.start < other.end]
        unclear = unclear or any(other.reference != span.reference for other in overlaps)
        if not overlaps:
            chosen.append(span)
    return sorted(chosen, key=lambda span: span.start), unclear


def _mark_spans(text: str, spans: list[_Span]) -> str:
    """Returns the text with `r0`, `r1` and so on in place of the references."""
    parts: list[str] = []
    position = 0
    for number, span in enumerate(spans):
        head = HEAD[-1] if text[span.end : span.end + 2].lstrip().startswith(":") else ""
        parts += [text[position : span.start], f" {span.before} r{number}{head} {span.after} "]
        position = span.end
    return "".join([*parts, text[position:]])


def _pieces(tokens: list[str], names: list[str], allowed: str) -> Iterator[Piece]:
    words = [
        names[int(token[1:].rstrip(HEAD[-1]))] if token[0] == "r" else token for token in tokens
    ]
    pairs = _answer_alone(tokens, words, allowed)
    at = 0
    while at < len(pairs):
        for width in range(rules_replies.LONGEST, 0, -1):
            phrase = tuple(word for word, _ in pairs[at : at + width])
            if MEANING.get(phrase, "x") in allowed:
                break
        else:
            yield _single(*pairs[at], allowed)
            at += 1
            continue
        yield Piece(_sort_of(phrase), MEANING[phrase].value)
        at += len(phrase)


def _answer_alone(tokens: list[str], words: list[str], allowed: str) -> list[tuple[str, str]]:
    """Leaves out an alert or a hint that the responder sent back together with the answer. The text of an alert or hint
    reaches from its first reference, such as `K7Q4:`, to its last offer, such as `1 K7Q4`."""
    pairs: list[tuple[str, str]] = []
    for token, name in zip(tokens, words, strict=True):
        if token in HINTS and pairs and pairs[-1][0] == HEAD:
            break
        if token[0] == "r" and len(pairs) > 2 and pairs[-1][0] in allowed:
            heads = [place for place, pair in enumerate(pairs[:-2]) if pair == (HEAD, name)]
            if heads:
                del pairs[heads[-1] + 1 :]
                continue
        head = token[0] == "r" and token.endswith(HEAD[-1])
        pairs.append((HEAD if head else token, name))
    return pairs


def _sort_of(phrase: Phrase) -> PieceKind:
    tables = (
        (PieceKind.OWN, OWN),
        (PieceKind.YES, YES_WORDS),
        (PieceKind.REFUSAL, rules_replies.REFUSALS),
        (PieceKind.LABEL, rules_replies.LABELS),
    )
    return next((sort for sort, table in tables if phrase in table), PieceKind.WORD)


def _single(token: str, name: str, allowed: str) -> Piece:
    if token[0] == "r":
        return Piece(PieceKind.REFERENCE, name)
    if token == "x":
        return Piece(PieceKind.NOISE, "")
    if token in allowed:
        return Piece(PieceKind.DIGIT, token)
    if token in LETTERS:
        return Piece(PieceKind.LETTER, LETTERS[token])
    for sort, words in (
        (PieceKind.NEGATION, rules_replies.NEGATIONS),
        (PieceKind.COURTESY, COURTESY),
    ):
        if token in words:
            return Piece(sort, token)
    mixed = not token.isalpha() and not token.isdigit()
    strange = mixed and LENGTHS[0] - 1 <= len(token) <= LENGTHS[-1] + 2
    return Piece(PieceKind.STRANGE if strange else PieceKind.OTHER, token)


def similar_references(letters: str, open_references: Sequence[str]) -> list[tuple[str, str]]:
    """Returns the known references that a responder may have meant by letters with one typing error. Returns with each
    reference the digit that was typed directly before or after it, if any.

    In the typing error, a letter is wrong, missing or doubled, or two neighbouring letters are exchanged.
    """
    found = [
        (reference, LETTERS.get(before + after, before + after))
        for before, word, after in _splits(letters, STUCK)
        for reference in open_references
        if _one_slip(word.translate(TWINS), reference)
    ]
    return [match for match in found if not match[1]] or found


def _one_slip(typed: str, reference: str) -> bool:
    """Returns True if two references differ by only one letter.

    If the typed reference has one letter more, this letter must repeat the letter before it. With any other additional
    letter, the responder may mean a longer reference.
    """
    if len(typed) > len(reference):
        return any(
            typed[at] == typed[at - 1] and typed[:at] + typed[at + 1 :] == reference
            for at in range(1, len(typed))
        )
    return OSA.distance(typed, reference, score_cutoff=1) == 1


def _unless_unsure(
    text: str, reading: ReplyReading, reference: str | None, typed_digits: Collection[str]
) -> ReplyReading:
    """Makes the hotline ask for the meaning if the SMS contains a question, or a word that delays or cancels the
    answer.

    But an answer that takes the case counts even with such a question or word. An answer that passes the case on counts
    even if the responder apologizes. If the SMS contains an apology and two digits, the hotline always asks, as after
    "1 K7Q4 sorry 5".
    """
    unsure = not rules_replies.UNSURE.isdisjoint(re.findall(r"[A-Z]+", text)) or _LATER.search(text)
    verbs = {action.verb for action in reading.actions} - {Verb.TAKE}
    is_question = bool(verbs) and _QUESTION.search(text)
    if is_question or (unsure and (len(typed_digits) > 1 or verbs - {Verb.PASS_ON})):
        return ReplyReading(ReplyKind.ASK, reference=reference)
    return reading


def _of_one(pieces: Sequence[Piece], reference: str) -> ReplyReading:
    verb = _verb(pieces)
    if verb is Verb.HELP:
        return ReplyReading(ReplyKind.HELP, reference=reference)
    strange = any(piece.sort is PieceKind.STRANGE for piece in pieces)
    if verb is None or (strange and verb is not Verb.TAKE) or _is_between(pieces):
        return ReplyReading(ReplyKind.ASK, reference=reference)
    return ReplyReading(ReplyKind.ACT, (Action(verb, reference),))


def _is_between(pieces: Sequence[Piece]) -> bool:
    """Returns True if the reference is between two different digits, as in "1 K7Q4 2"."""
    sorts = [piece.sort for piece in pieces]
    at = sorts.index(PieceKind.REFERENCE)
    before, after = (
        {piece.text for piece in part if piece.sort is PieceKind.DIGIT}
        for part in (pieces[:at], pieces[at:])
    )
    return bool(before and after) and before != after


def _of_several(pieces: Sequence[Piece], names: Sequence[str]) -> ReplyReading:
    """Reads an SMS that contains several references. If each reference has its own digit, each digit is an answer about
    its reference.

    If the only answer is to take a case, the responder takes all cases that the SMS names. For all other SMS, the
    hotline asks what is meant.
    """
    doubtful = (
        PieceKind.NEGATION,
        PieceKind.OTHER,
        PieceKind.STRANGE,
        PieceKind.LETTER,
        PieceKind.LABEL,
    )
    if any(piece.sort in doubtful for piece in pieces):
        return ReplyReading(ReplyKind.ASK)
    turns = [piece for piece in pieces if piece.sort in (PieceKind.DIGIT, PieceKind.REFERENCE)]
    is_paired = len(turns) % 2 == 0 and all(
        piece.sort is not other.sort for piece, other in pairwise(turns)
    )
    changes = sum(piece.sort is not other.sort for piece, other in pairwise(turns))
    if _verb(pieces) is Verb.TAKE and (is_paired or changes <= 1):
        return ReplyReading(ReplyKind.ACT, tuple(Action(Verb.TAKE, name) for name in names))
    worded = any(one.sort in (PieceKind.OWN, PieceKind.WORD, PieceKind.REFUSAL) for one in pieces)
    if worded or not is_paired:
        return ReplyReading(ReplyKind.ASK)
    digits: dict[str, str] = {}
    for piece, other in zip(turns[::2], turns[1::2], strict=True):
        digit, name = (piece, other) if piece.sort is PieceKind.DIGIT else (other, piece)
        if digits.setdefault(name.text, digit.text) != digit.text or digit.text == Verb.HELP:
            return ReplyReading(ReplyKind.ASK)
    return ReplyReading(ReplyKind.ACT, tuple(Action(Verb(digits[name]), name) for name in names))


def _of_none(
    text: str, pieces: Sequence[Piece], cases: Sequence[str], recent: bool, drills: BareDrills
) -> ReplyReading:
    """Reads an SMS without a reference. The parser guesses only that the responder takes a case, and only if a single
    case is possible.

    An answer that may be about a drill counts for the drill.
    """
    only = cases[0] if len(cases) == 1 else None
    strange = [piece.text for piece in pieces if piece.sort is PieceKind.STRANGE]
    if strange:
        return _of_strange(pieces, strange, cases)
    if text.strip() and not text.strip(" \n?"):
        return ReplyReading(ReplyKind.HELP, reference=only)
    verb = _verb(pieces)
    if verb is Verb.HELP:
        return ReplyReading(ReplyKind.HELP, reference=only)
    is_bare = all(one.sort in (*ANSWERING, PieceKind.LETTER, PieceKind.COURTESY) for one in pieces)
    if verb is Verb.TAKE and is_bare and drills.references:
        actions = tuple(Action(verb, reference) for reference in drills.references)
        return ReplyReading(ReplyKind.ACT, actions, drills.similar)
    if verb is Verb.TAKE and is_bare and only is not None and recent:
        return ReplyReading(ReplyKind.ACT, (Action(verb, only),))
    return ReplyReading(ReplyKind.ASK, reference=only)


def _of_strange(
    pieces: Sequence[Piece], strange: Sequence[str], cases: Sequence[str]
) -> ReplyReading:
    """Reads letters that look like a reference, but are not a reference of this responder. The responder has mistyped a
    reference, or has sent another person's reference."""
    matches = {
        (name, stuck) for letters in strange for name, stuck in similar_references(letters, cases)
    }
    names = {name for name, _ in matches}
    if not names:
        contained = {name for letters in strange for name in cases if _is_within(letters, name)}
        if len(contained) == 1:
            return ReplyReading(ReplyKind.ASK, reference=contained.pop())
        has_shape = any(
            references.read_reference(part) for one in strange for _, part, _ in _splits(one, STUCK)
        )
        return ReplyReading(ReplyKind.WRONG if has_shape else ReplyKind.ASK)
    if len(names) > 1:
        return ReplyReading(ReplyKind.ASK)
    (name,) = names
    stuck_digits = {stuck for _, stuck in matches if stuck}
    verb = _verb([*pieces, *(Piece(PieceKind.DIGIT, digit) for digit in stuck_digits)])
    if verb is Verb.TAKE and len(strange) == 1:
        return ReplyReading(ReplyKind.ACT, (Action(verb, name),))
    return ReplyReading(ReplyKind.ASK, reference=name)


def _is_within(letters: str, reference: str) -> bool:
    """Returns True if the letters are this reference with digits directly before or after it, as in "12K7Q4"."""
    before, found, after = letters.translate(TWINS).partition(reference)
    return bool(found) and (before + after).isdecimal()


def _sure(pieces: Sequence[Piece]) -> list[Piece]:
    """Leaves out digits and words that are no answers to the hotline, as in "2 girls", "abana 2" and "they are coming".

    A digit or answer word next to an unknown word is not an answer, and then counts as an unknown word too. In "2
    arrived yesterday", for example, the unknown word "yesterday" is next to "arrived", and "arrived" is next to 2, so
    neither is an answer. The digit 1 or a refusal directly before a reference is always an answer, even after an
    unknown word. Any other "no" next to an unknown word negates this word.
    """
    sure = list(pieces)
    while True:
        doubted = [at for at in range(len(sure)) if _is_doubtful(sure, at)]
        if not doubted:
            return sure
        for at in doubted:
            turns = sure[at].sort is PieceKind.REFUSAL
            sure[at] = Piece(PieceKind.NEGATION if turns else PieceKind.OTHER, sure[at].text)


def _is_doubtful(pieces: Sequence[Piece], at: int) -> bool:
    """Returns True if this piece is no answer, because an unknown word is next to it."""
    piece = pieces[at]
    before = pieces[at - 1].sort if at else None
    after = pieces[at + 1].sort if at + 1 < len(pieces) else None
    odd = PieceKind.OTHER in (before, after)
    if piece.sort is PieceKind.DIGIT:
        return odd and not (piece.text == Verb.TAKE and after is PieceKind.REFERENCE)
    if piece.sort is PieceKind.REFUSAL:
        return odd and after is not PieceKind.REFERENCE
    if piece.sort is PieceKind.OWN:
        return piece.text == Verb.PASS_ON and after is PieceKind.OTHER
    return odd and piece.sort in (PieceKind.WORD, PieceKind.LABEL, PieceKind.YES, PieceKind.LETTER)


def _verb(pieces: Sequence[Piece]) -> Verb | None:
    """Returns the only answer in the pieces. Returns None if the pieces contain no answer, or several different
    answers. If the pieces contain the digit 1 and an arrival on site, returns the
    arrival."""
    texts = {sort: {piece.text for piece in pieces if piece.sort is sort} for sort in PieceKind}
    if texts[PieceKind.NEGATION]:
        return None
    worded = texts[PieceKind.OWN] | texts[PieceKind.WORD] | texts[PieceKind.REFUSAL]
    verbs = texts[PieceKind.DIGIT] | worded or texts[PieceKind.YES] or _lone_letter(pieces)
    if not texts[PieceKind.LABEL] <= verbs:
        return None
    if verbs == {Verb.TAKE.value, Verb.ON_SITE.value} and Verb.TAKE.value not in worded:
        return Verb.ON_SITE
    return Verb(verbs.pop()) if len(verbs) == 1 else None


def _lone_letter(pieces: Sequence[Piece]) -> set[str]:
    """Returns the digit that a single letter means, if the rest of the SMS contains only polite words."""
    quiet = (PieceKind.LETTER, PieceKind.COURTESY, PieceKind.REFERENCE, PieceKind.STRANGE)
    if any(piece.sort not in quiet for piece in pieces):
        return set()
    return {piece.text for piece in pieces if piece.sort is PieceKind.LETTER}


# The code below decides if a responder's SMS gets a reply, from the time and from earlier replies. Pure.

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
"""The hotline counts the replies that it sent within this time, to limit their number."""
UNASKED_AN_HOUR = 3
UNASKED_A_DAY = 8
DANGER_AN_HOUR = 10
"""A responder with an open case about danger gets at most this number of replies in an hour. The last of these replies
says that no more replies will follow."""
ECHO = timedelta(minutes=1)
"""If a responder's text comes again within this time, it is probably from a machine and gets no reply. If there is
danger, the same text gets a reply again after this time."""
WRONG_AN_HOUR = 2
"""SMS with wrong references from one responder get at most this number of replies in an hour. This limit prevents a
person from finding out which references exist."""
ACTS_AN_HOUR = 20


class AnswerReason(StrEnum):
    """The reason why a responder's SMS gets a reply.

    The hotline limits the number of replies to SMS that change nothing. These replies have any reason except `ACT`.
    """

    ACT = "act"
    REPEAT = "repeat"
    """The responder repeated an answer of the same day, which changes nothing."""
    HINT = "hint"
    HELP = "help"
    WRONG = "wrong"
    STOP = "stop"
    LAST = "last"
    """The SMS changes nothing, and this reply is the last in this hour for a responder with an open case about danger.
    The text of the reply says that it is the last one."""


class SentAnswer(NamedTuple):
    """A reply that the hotline has sent to a responder."""

    reason: AnswerReason
    text_key: str
    at: datetime


def answer_reason(
    reason: AnswerReason,
    text_key: str,
    answers: Sequence[SentAnswer],
    at: datetime,
    *,
    in_danger: bool = False,
) -> AnswerReason | None:
    """Returns the reason why a responder's SMS gets a reply, or None if the limits allow no reply."""
    recent = [answer for answer in answers if answer.at > at - DAY]
    repeats = [answer.at for answer in recent if answer.text_key == text_key]
    if reason is AnswerReason.ACT:
        count = _count(recent, at, AnswerReason.ACT)
        if not repeats and count < ACTS_AN_HOUR:
            return AnswerReason.ACT
        reason = AnswerReason.REPEAT
    elif reason is AnswerReason.STOP:
        in_danger = False
        if repeats or any(answer.reason is AnswerReason.STOP for answer in answers):
            return None
    elif repeats and (not in_danger or max(repeats) > at - ECHO):
        return None
    unasked = [answer for answer in recent if answer.reason is not AnswerReason.ACT]
    if reason is AnswerReason.WRONG and _count(unasked, at, AnswerReason.WRONG) >= WRONG_AN_HOUR:
        return None
    if in_danger:
        return _in_danger(reason, unasked, at)
    if len(unasked) >= UNASKED_A_DAY or _count(unasked, at) >= UNASKED_AN_HOUR:
        return None
    return reason


def _in_danger(
    reason: AnswerReason, unasked: Sequence[SentAnswer], at: datetime
) -> AnswerReason | None:
    """Applies the higher limits for a responder with an open case about danger. But if the responder repeats an answer,
    the usual limits apply."""
    repeats = [answer for answer in unasked if answer.reason is AnswerReason.REPEAT]
    if reason is AnswerReason.REPEAT and (
        len(repeats) >= UNASKED_A_DAY or _count(repeats, at) >= UNASKED_AN_HOUR
    ):
        return None
    if _count(unasked, at, AnswerReason.LAST):
        return None
    return AnswerReason.LAST if _count(unasked, at) + 1 >= DANGER_AN_HOUR else reason


def _count(answers: Sequence[SentAnswer], at: datetime, reason: AnswerReason | None = None) -> int:
    """Counts the replies of the last hour that have this reason, or all replies if `reason` is None."""
    return sum(answer.at > at - HOUR and reason in (None, answer.reason) for answer in answers)
