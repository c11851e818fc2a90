"""What a responder means by an SMS: what she does with which case, however she spells it. Pure.

`1 K7Q4`, `k7q4 1`, `1-K7Q4`, `K 7 Q 4 1`, `l K7Q4`, `yego K7Q4`, `1 K7Q4 2 M3TX`. Only her own references are looked
for. A slip is forgiven for taking alone; all else that is not clear asks back (docs/adr/0047).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from rapidfuzz.distance import OSA

from hotline.domain.referrals import reference as references
from hotline.domain.referrals.reference import TWINS
from hotline.domain.sms.keywords import is_stop
from hotline.domain.sms.reply_pieces import ANSWERING, STUCK, Piece, Sort, read_pieces


def near(letters: str, hers: Sequence[str]) -> list[tuple[str, str]]:
    """Those of hers that differ by one letter: wrong, lost, doubled or exchanged; with a digit that sticks to it."""
    for digits in (False, True):
        found = [
            (one, stuck)
            for meant, stuck in unstuck(letters)
            for one in hers
            if bool(stuck) is digits and _one_slip(meant.translate(TWINS), one)
        ]
        if found:
            return found
    return []


def unstuck(letters: str) -> list[tuple[str, str]]:
    found = [(letters, "")]
    if letters[0] in STUCK:
        found.append((letters[1:], letters[0].translate(_ONES)))
    if letters[-1] in STUCK:
        found.append((letters[:-1], letters[-1].translate(_ONES)))
    return found


_ONES = str.maketrans("IL", "11")


def _one_slip(typed: str, meant: str) -> bool:
    """A letter too many is a slip only where it stands twice: a longer reference may be another one."""
    if len(typed) > len(meant):
        return any(
            typed[at] == typed[at - 1] and typed[:at] + typed[at + 1 :] == meant
            for at in range(1, len(typed))
        )
    return OSA.distance(typed, meant, score_cutoff=1) == 1


class Verb(StrEnum):
    HELP = "0"
    TAKE = "1"
    ON_SITE = "2"
    REFERRED = "3"
    NOT_TRAFFICKING = "4"
    PASS_ON = "5"
    UNSEEN = "6"
    """Of the national desk alone: those who go, go unseen."""
    OPENLY = "7"
    LET_GO = "8"
    """The people of the first place need not go."""


DECIDING = Verb.UNSEEN.value + Verb.OPENLY.value + Verb.LET_GO.value
"""The digits of the national desk."""


class Meant(StrEnum):
    ACT = "act"
    HELP = "help"
    ASK = "ask"
    """It is not clear what she does, or with which case: she is asked."""
    WRONG = "wrong"
    """She names a reference that is none of hers."""
    STOP = "stop"
    """She wants to hear no more."""


@dataclass(frozen=True, slots=True)
class Action:
    verb: Verb
    reference: str


@dataclass(frozen=True, slots=True)
class ReplyReading:
    meant: Meant
    actions: tuple[Action, ...] = ()
    reference: str | None = None
    """Of the case that she is asked about, also beside what she does; None where it can be several, or none."""


@dataclass(frozen=True, slots=True)
class BareDrills:
    """What an answer that names none may be to, beside her cases."""

    references: tuple[str, ...] = ()
    beside: str | None = None
    """Her case that may be meant as well: she is asked about it."""


NO_DRILLS = BareDrills()


def parse(
    text: str,
    open_references: Sequence[str],
    lately: bool,
    over: Collection[str] = (),
    more: str = "",
    drills: BareDrills = NO_DRILLS,
) -> ReplyReading:
    """Total. `lately`: her one open case is the one that she was alerted of in twelve hours. `more`: digits that she
    alone has, `DECIDING`.

    References in `over` are hers too, of cases that are closed: read where she writes them whole, and never guessed.
    """
    if is_stop(text):
        return ReplyReading(Meant.STOP)
    found = read_pieces(text, {*open_references, *over}, more)
    pieces = _sure(found.pieces)
    named = list(dict.fromkeys(one.says for one in pieces if one.sort is Sort.REFERENCE))
    if found.unclear:
        return ReplyReading(Meant.ASK)
    if len(named) > 1:
        return _of_several(pieces, named)
    if named:
        return _of_one(pieces, named[0])
    return _of_none(text, pieces, open_references, lately, drills)


def _of_one(pieces: Sequence[Piece], reference: str) -> ReplyReading:
    verb = _verb(pieces)
    if verb is Verb.HELP:
        return ReplyReading(Meant.HELP, reference=reference)
    beside = any(one.sort is Sort.STRANGE for one in pieces)
    if verb is None or (beside and verb is not Verb.TAKE):
        return ReplyReading(Meant.ASK, reference=reference)
    return ReplyReading(Meant.ACT, (Action(verb, reference),))


def _of_several(pieces: Sequence[Piece], named: Sequence[str]) -> ReplyReading:
    """As many digits as references, by turns, are pairs; one verb of taking takes all. All else is asked back."""
    doubtful = (Sort.NEGATION, Sort.OTHER, Sort.STRANGE, Sort.LETTER)
    if any(one.sort in doubtful for one in pieces):
        return ReplyReading(Meant.ASK)
    if _verb(pieces) is Verb.TAKE:
        return ReplyReading(Meant.ACT, tuple(Action(Verb.TAKE, one) for one in named))
    turns = [one for one in pieces if one.sort in (Sort.DIGIT, Sort.REFERENCE)]
    worded = any(one.sort in (Sort.OWN, Sort.WORD, Sort.REFUSAL) for one in pieces)
    if worded or len(turns) % 2 or not _alternate(turns):
        return ReplyReading(Meant.ASK)
    said: dict[str, str] = {}
    for one, other in zip(turns[::2], turns[1::2], strict=True):
        digit, name = (one, other) if one.sort is Sort.DIGIT else (other, one)
        if said.setdefault(name.says, digit.says) != digit.says or digit.says == Verb.HELP:
            return ReplyReading(Meant.ASK)
    return ReplyReading(Meant.ACT, tuple(Action(Verb(said[one]), one) for one in named))


def _alternate(turns: Sequence[Piece]) -> bool:
    return all(one.sort is not other.sort for one, other in pairwise(turns))


def _of_none(
    text: str, pieces: Sequence[Piece], hers: Sequence[str], lately: bool, drills: BareDrills
) -> ReplyReading:
    """No reference of hers stands in it. Only taking is guessed, and only where one case can be meant.

    What may be to an exercise is to that and to no case.
    """
    only = hers[0] if len(hers) == 1 else None
    strange = [one.says for one in pieces if one.sort is Sort.STRANGE]
    if strange:
        return _of_strange(pieces, strange, hers)
    if text.strip() and not text.strip(" \n?"):
        return ReplyReading(Meant.HELP, reference=only)
    verb = _verb(pieces)
    if verb is Verb.HELP:
        return ReplyReading(Meant.HELP, reference=only)
    bare = all(one.sort in (*ANSWERING, Sort.LETTER, Sort.COURTESY) for one in pieces)
    if verb is Verb.TAKE and bare and drills.references:
        actions = tuple(Action(verb, one) for one in drills.references)
        return ReplyReading(Meant.ACT, actions, drills.beside)
    if verb is Verb.TAKE and bare and only is not None and lately:
        return ReplyReading(Meant.ACT, (Action(verb, only),))
    return ReplyReading(Meant.ASK, reference=only)


def _of_strange(
    pieces: Sequence[Piece], strange: Sequence[str], hers: Sequence[str]
) -> ReplyReading:
    """Something like a reference that is none of hers: a slip, or somebody else's."""
    meant = {(one, stuck) for letters in strange for one, stuck in near(letters, hers)}
    names = {one for one, _ in meant}
    if not names:
        shaped = any(references.read(letters) for one in strange for letters, _ in unstuck(one))
        return ReplyReading(Meant.WRONG if shaped else Meant.ASK)
    if len(names) > 1:
        return ReplyReading(Meant.ASK)
    (name,) = names
    digits = {stuck for _, stuck in meant if stuck}
    verb = _verb([*pieces, *(Piece(Sort.DIGIT, digit) for digit in digits)])
    if verb is Verb.TAKE and len(strange) == 1:
        return ReplyReading(Meant.ACT, (Action(verb, name),))
    return ReplyReading(Meant.ASK, reference=name)


def _sure(pieces: Sequence[Piece]) -> list[Piece]:
    """Without digits and words that speak of something else: "2 girls", "abana 2", "they are coming".

    A strange word beside them tells them. Right in front of a reference a 1 is an answer, whatever stands before it;
    so is a refusal beside one. Any other no turns round what is said.
    """
    sure: list[Piece] = []
    for at, one in enumerate(pieces):
        before = pieces[at - 1].sort if at else None
        behind = pieces[at + 1].sort if at + 1 < len(pieces) else None
        if _firm(one, before, behind) or Sort.OTHER not in (before, behind):
            sure.append(one)
        else:
            turns = one.sort is Sort.REFUSAL
            sure.append(Piece(Sort.NEGATION if turns else Sort.OTHER, one.says))
    return sure


def _firm(one: Piece, before: Sort | None, behind: Sort | None) -> bool:
    """Whether it stays what it is beside any word."""
    if one.sort is Sort.DIGIT:
        return one.says == Verb.TAKE and behind is Sort.REFERENCE
    if one.sort is Sort.REFUSAL or (one.sort is Sort.WORD and one.says == Verb.PASS_ON):
        return Sort.REFERENCE in (before, behind)
    return one.sort not in (Sort.WORD, Sort.YES)


def _verb(pieces: Sequence[Piece]) -> Verb | None:
    """The one thing that she says she does; None where it is nothing, or more than one."""
    said = {sort: {one.says for one in pieces if one.sort is sort} for sort in Sort}
    digits, own = said[Sort.DIGIT], said[Sort.OWN]
    if not digits and Verb.PASS_ON in own:
        # "I can't take": a refusal moves at once.
        return Verb.PASS_ON
    meant = digits | own | said[Sort.WORD] | said[Sort.REFUSAL]
    meant = meant or said[Sort.YES] or _lone_letter(pieces)
    if said[Sort.NEGATION] and meant != {Verb.PASS_ON.value}:
        return None
    if meant == {Verb.TAKE.value, Verb.ON_SITE.value}:
        return Verb.ON_SITE
    return Verb(meant.pop()) if len(meant) == 1 else None


def _lone_letter(pieces: Sequence[Piece]) -> set[str]:
    """A single letter is a digit where nothing else but courtesy stands beside it."""
    quiet = (Sort.LETTER, Sort.COURTESY, Sort.REFERENCE, Sort.STRANGE)
    if any(one.sort not in quiet for one in pieces):
        return set()
    return {one.says for one in pieces if one.sort is Sort.LETTER}
