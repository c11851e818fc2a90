"""Decides if a message is a cry for help, in any of three languages and any spelling. Pure, and total.

A cry alerts two people. Some words count whatever comes with them. Other words also have an everyday meaning. They do
not count next to a word of that meaning: "my SIM is locked", "inzara iranyishe", "mort de rire". The words are in
`cry_words.toml`. `tests/dialogue/cries.csv` and `harmless.csv` define the right results. `tests/dialogue/hearing.py`
counts how many of them this module gets right.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import OSA

from hotline.text import verbs
from hotline.text.keywords import sound_key

WORDS = tomllib.loads(files(__package__).joinpath("cry_words.toml").read_text(encoding="utf-8"))
CALLED: Mapping[str, str] = WORDS["called"]
GAP = r"(?:\w+ ){0,2}"
"""Words allowed between two words of a phrase: "they do not let my sister go"."""
MIN_FORGIVEN_LETTERS = 5
"""Letters of a word from which one may be wrong, missing, too many or exchanged with its neighbour."""
MIN_TWICE_FORGIVEN = 10
"""Letters of a word from which two may be."""
BRIEF = 3
"""Longest message, in words, in which "urgent" is a cry and not part of a report."""
COMPANION_WORDS = frozenset(WORDS["beside"].split())
ORDINARY_WORDS = frozenset(WORDS["ordinary"].split())
MARKS = "".join(verbs.MARKS)
CONTRACTED = re.compile(rf"\b({'|'.join(WORDS['before_t'].split())}) T\b")


def is_cry(said: Sequence[str]) -> bool:
    """Returns True if the words `said` are a cry for help. `keywords.normalised_words` makes them."""
    heard = _Heard(said)
    if heard.has(_ALWAYS):
        return True
    if any(heard.has(pattern) and not heard.has(unless) for pattern, unless in _ELSE):
        return True
    if len(said) <= BRIEF and heard.has(_BRIEF):
        return True
    rest = [word for word in said if word not in COMPANION_WORDS and not word.isdecimal()]
    return 0 < len(rest) <= BRIEF and _Heard(rest).is_all(_ALONE)


def concerns_child(said: Sequence[str]) -> bool:
    """Returns True for a child together with work, a journey, money or harm. A child alone is no sign."""
    heard = _Heard(said)
    return heard.has(_MINOR) or (heard.has(_CHILD) and heard.has(_SIGN) and not heard.has(_CALM))


class _Heard:
    """One message as four lines: as written and as it sounds in Kinyarwanda, each with words or with verbs."""

    def __init__(self, said: Sequence[str]) -> None:
        written = [_mended(_shortened(word)) for word in _joined(said)]
        sounding = list(map(_sounding, written))
        self._lines = {
            (False, False): _line(written),
            (True, False): _line(sounding),
            (False, True): _line(map(_written_verb, written)),
            (True, True): _line(map(_sounding_verb, sounding)),
        }

    def has(self, pattern: "_Pattern") -> bool:
        return any(_compiled(phrases).search(self._lines[line]) for line, phrases in pattern)

    def is_all(self, pattern: "_Pattern") -> bool:
        return any(_compiled(phrases).fullmatch(self._lines[line]) for line, phrases in pattern)


_Pattern = Sequence[tuple[tuple[bool, bool], str]]
"""Phrases by the line in which they are searched: written or sounding, with words or with verbs."""


def _line(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def _written_verb(word: str) -> str:
    """Returns the verbs that a French or English word is a form of, as `vKILL_`. Returns any other word unchanged."""
    return "".join(f"v{stem}_" for stem in _european().get(word, ())) or word


def _sounding_verb(word: str) -> str:
    """Returns the verbs that a Kinyarwanda word is a form of, each with its marks, as `vICA_ot`.

    Returns any other word unchanged.
    """
    found = verbs.parse_verb(word, _STEMS)
    return "".join(f"v{stem}_{marks}" for stem, marks in found) or word


@cache
def _european() -> Mapping[str, tuple[str, ...]]:
    found = verbs.verbs_by_form(WORDS["french_verbs"].split(), WORDS["english_verbs"].split())
    return {form: names for form, names in found.items() if form not in _NO_VERBS}


def _joined(said: Sequence[str]) -> list[str]:
    """Joins single letters, as in `s o s`, and contractions that were split, as in "can't"."""
    line = re.sub(r"\b(?:[A-Z] ){2,}[A-Z]\b", _together, " ".join(said))
    return CONTRACTED.sub(r"\1T", line).split()


def _together(found: re.Match[str]) -> str:
    return found[0].replace(" ", "")


def _shortened(word: str) -> str:
    """Returns a word with each letter once that was typed three times or more: `heeelp` becomes `help`."""
    return re.sub(r"(.)\1{2,}", r"\1", word)


def _sounding(word: str) -> str:
    """Returns the sound of a word: r for l, and no vowel twice."""
    return re.sub(r"([AEIOU])\1+", r"\1", sound_key(word))


def _mended(word: str) -> str:
    """Returns the known word that differs by one typing error, or by two in a long word. Else returns the word."""
    if len(word) < MIN_FORGIVEN_LETTERS or word in ORDINARY_WORDS or not word.isalpha():
        return word
    near = _KNOWN.get(word[0], ())
    if word in near:
        return word
    for known in near:
        most = 2 if min(len(known), len(word)) >= MIN_TWICE_FORGIVEN else 1
        if OSA.distance(word, known, score_cutoff=most) <= most:
            return known
    return word


def _pattern(written: str, sounding: str) -> _Pattern:
    """Returns both tables as patterns. Phrases with a `{VERB}` are searched among verbs, the others among words."""
    every = [
        ((sounds, verbs), ",".join(one for one in phrases.split(",") if ("{" in one) is verbs))
        for sounds, phrases in ((False, written), (True, sound_key(sounding)))
        for verbs in (False, True)
    ]
    return tuple((line, phrases) for line, phrases in every if phrases.strip(" ,\n"))


@cache
def _compiled(phrases: str) -> re.Pattern[str]:
    """Returns one expression for many phrases, divided by commas. `STEM-` begins a word, `-STEM-` is anywhere in it.

    The first message compiles it, so a process that reads no messages does not.
    """
    each = [_phrase(phrase.split()) for phrase in phrases.split(",") if phrase.strip()]
    return re.compile("|".join(each))


def _phrase(pieces: Iterable[str]) -> str:
    return " " + GAP.join(f"{_piece(piece)} " for piece in pieces)


def _piece(piece: str) -> str:
    if piece.startswith("{"):
        return _verb(*piece.strip("{}").partition(":")[::2])
    return CALLED.get(piece) or piece.replace("-", r"\w*")


def _verb(stems: str, marks: str) -> str:
    """Returns a pattern for forms of `stems` with all marks before a `-` and none of those after it."""
    wanted, _, barred = marks.partition("-")
    has = "".join(f"(?=[{MARKS}]*{mark})" for mark in wanted)
    lacks = "".join(f"(?![{MARKS}]*{mark})" for mark in barred)
    return rf"\w*v(?:{stems})_{has}{lacks}\w*"


_STEMS = frozenset(sound_key(stem) for stem in WORDS["stems"].split())
_NO_VERBS = frozenset(WORDS["no_verbs"].split())
_ALWAYS = _pattern(WORDS["written"], WORDS["sounding"])
_ELSE = [
    (_pattern(one["written"], one.get("sounding", "")), _pattern(one["unless"], one["unless"]))
    for one in WORDS["groups"]
]
_BRIEF, _CHILD, _MINOR, _SIGN, _CALM = (
    _pattern(WORDS[name], WORDS[name])
    for name in ("brief", "child", "minor", "child_signs", "child_calm")
)
_ALONE = _pattern(WORDS["alone"], WORDS["alone_sounding"])
_KNOWN: Mapping[str, Sequence[str]] = {
    letter: tuple(word for word in WORDS["mended"].split() if word[0] == letter)
    for letter in {word[0] for word in WORDS["mended"].split()}
}
