"""Decides if a message is a cry for help, in each of three languages and with any spelling. The functions are pure.
They accept any text.

A cry for help alerts two people. Some words are always a cry for help, even if other words come with them. Other words
also have an ordinary meaning. If a nearby word shows the ordinary meaning, they are not a cry: "my SIM is locked",
"inzara iranyishe", "mort de rire". The words are in `cry_words.toml`. `tests/dialogue/cries.csv` and `harmless.csv`
contain messages with the right results. `tests/dialogue/hearing.py` counts how many of these results are right.
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
"""Allows up to two other words between the words of a phrase, as in "they do not let my sister go"."""
MIN_FORGIVEN_LETTERS = 5
"""In a word of at least this length, one letter may be wrong, missing, doubled or exchanged with the next letter."""
MIN_TWICE_FORGIVEN = 10
"""In a word of at least this length, two letters may be wrong."""
BRIEF = 3
"""The word "urgent" is a cry for help only in messages with at most this number of words. In a longer message, the word
belongs to a report.
"""
COMPANION_WORDS = frozenset(WORDS["companions"].split())
ORDINARY_WORDS = frozenset(WORDS["ordinary"].split())
MARKS = "".join(verbs.MARKS)
CONTRACTED = re.compile(rf"\b({'|'.join(WORDS['before_t'].split())}) T\b")


def is_cry(words: Sequence[str]) -> bool:
    """Returns True if `words` contain a cry for help. `keywords.normalised_words` makes these words from a message."""
    cry = _CryWords(words)
    if cry.has(_ALWAYS):
        return True
    if any(cry.has(pattern) and not cry.has(unless) for pattern, unless in _ELSE):
        return True
    if len(words) <= BRIEF and cry.has(_BRIEF):
        return True
    rest = [word for word in words if word not in COMPANION_WORDS and not word.isdecimal()]
    return 0 < len(rest) <= BRIEF and _CryWords(rest).is_all(_ALONE)


def concerns_child(words: Sequence[str]) -> bool:
    """Returns True if the message names a child together with work, a journey, money or harm.

    A message that only names a child is not a sign of danger.
    """
    cry = _CryWords(words)
    return cry.has(_MINOR) or (cry.has(_CHILD) and cry.has(_SIGN) and not cry.has(_CALM))


class _CryWords:
    """A message in four forms. Two are as written, two are as it sounds in Kinyarwanda. Each has one form with words,
    and one with verb stems for verbs."""

    def __init__(self, words: Sequence[str]) -> None:
        written = [_mended(_shortened(word)) for word in _joined(words)]
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
"""Phrases, with the form of the message in which each is searched: written or sounding, words or verbs."""


def _line(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def _written_verb(word: str) -> str:
    """Replaces a French or English word by its verb stems, as in `vKILL_`.

    Returns any other word unchanged.
    """
    return "".join(f"v{stem}_" for stem in _european().get(word, ())) or word


def _sounding_verb(word: str) -> str:
    """Replaces a Kinyarwanda word by its verb stems with their marks, as in `vICA_ot`.

    Returns any other word unchanged.
    """
    found = verbs.parse_verb(word, _STEMS)
    return "".join(f"v{stem}_{marks}" for stem, marks in found) or word


@cache
def _european() -> Mapping[str, tuple[str, ...]]:
    found = verbs.verbs_by_form(WORDS["french_verbs"].split(), WORDS["english_verbs"].split())
    return {form: names for form, names in found.items() if form not in _NO_VERBS}


def _joined(words: Sequence[str]) -> list[str]:
    """Joins single letters, such as `s o s`, and contractions that were split into words, such as "can't"."""
    line = re.sub(r"\b(?:[A-Z] ){2,}[A-Z]\b", _together, " ".join(words))
    return CONTRACTED.sub(r"\1T", line).split()


def _together(found: re.Match[str]) -> str:
    return found[0].replace(" ", "")


def _shortened(word: str) -> str:
    """Removes repeated letters if a letter was typed three times or more: `heeelp` becomes `help`."""
    return re.sub(r"(.)\1{2,}", r"\1", word)


def _sounding(word: str) -> str:
    """Returns a word as it sounds: with r for l, and without doubled vowels."""
    return re.sub(r"([AEIOU])\1+", r"\1", sound_key(word))


def _mended(word: str) -> str:
    """Returns the known word that differs from this word by one typing error, or by two if the word is long.

    If there is no such word, returns the word unchanged.
    """
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
    """Returns both lists of phrases as search patterns.

    Phrases that contain a `{VERB}` are searched in the forms with verbs. All other phrases are searched in the forms
    with words.
    """
    every = [
        ((sounds, verbs), ",".join(one for one in phrases.split(",") if ("{" in one) is verbs))
        for sounds, phrases in ((False, written), (True, sound_key(sounding)))
        for verbs in (False, True)
    ]
    return tuple((line, phrases) for line, phrases in every if phrases.strip(" ,\n"))


@cache
def _compiled(phrases: str) -> re.Pattern[str]:
    """Returns one regular expression for many phrases, which commas separate. `STEM-` matches the beginning of a word,
    and `-STEM-` matches any part of a word.

    The expression is compiled when the first message comes. So a process that gets no messages does not compile it.
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
    """Returns a pattern for forms of `stems` that have all marks before the `-` and none of the marks after it."""
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
