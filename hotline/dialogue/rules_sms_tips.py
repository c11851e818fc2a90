"""Reads a tip from an SMS, and decides if the SMS is a cry for help. The functions of this module accept any text.
Pure.

The hotline asks no questions by SMS. So if the SMS does not contain the answer to a question of a report, the hotline
stores the answer "unsure". The answer about officials is always "unsure". Only the national desk can read a tip that
may involve an official. So the national desk reads every SMS tip, and then assigns the tip to responders.

A cry for help counts as danger, so the hotline alerts two people about it at once. The module recognises a cry for help
in three languages, even with spelling errors. Some words always make an SMS a cry for help, even if other words come
with them. Other words also have an ordinary meaning. If a nearby word shows this meaning, they are no cry for help: "my
SIM is locked", "inzara iranyishe" (I am very hungry), "mort de rire" (I laughed a lot). The words are in
`cry_words.toml`. `tests/dialogue/cries.csv` contains cries for help, and `harmless.csv` contains ordinary messages.
`tests/dialogue/hearing.py` counts for how many of these messages the module decides correctly.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import OSA

from hotline.alerts import rules_assignment
from hotline.programmes.rules import parse_sms
from hotline.text import verbs
from hotline.text.keywords import normalised_words, sound_key, split_words
from hotline.text.languages import FIRST
from hotline.text.place_names import place_in_text
from hotline.text.places import UNSURE
from hotline.text.topics import asked_topic
from hotline.tips.rules import WORDS, place_of

CRY_WORDS = tomllib.loads(files(__package__).joinpath("cry_words.toml").read_text(encoding="utf-8"))
CALLED: Mapping[str, str] = CRY_WORDS["called"]
GAP = r"(?:\w+ ){0,2}"
"""The pattern that allows up to two other words between the words of a phrase, as in "they do not let my sister go"."""
MIN_FORGIVEN_LETTERS = 5
"""The smallest number of letters in a word for which the hotline accepts one typing error. A typing error is a letter
that is wrong, missing, doubled or exchanged with the next letter.
"""
MIN_TWICE_FORGIVEN = 10
"""The smallest number of letters in a word for which the hotline accepts two typing errors."""
BRIEF = 3
"""The largest number of words of a message in which the word "urgent" is a cry for help. In a longer message, the word
"urgent" alone shows no cry for help, because reports contain this word too.
"""
COMPANION_WORDS = frozenset(CRY_WORDS["companions"].split())
ORDINARY_WORDS = frozenset(CRY_WORDS["ordinary"].split())
MARKS = "".join(verbs.MARKS)
CONTRACTED = re.compile(rf"\b({'|'.join(CRY_WORDS['before_t'].split())}) T\b")


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

    A message that names a child, but no work, journey, money or harm, shows no danger.
    """
    cry = _CryWords(words)
    return cry.has(_MINOR) or (cry.has(_CHILD) and cry.has(_SIGN) and not cry.has(_CALM))


class _CryWords:
    """A message in four forms. Two of the forms have the words as the sender wrote them. The other two forms have the
    same words as they sound in Kinyarwanda. In one form of each pair, the stem of each verb replaces the verb.
    """

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
"""Search patterns for phrases. Each pattern has two flags, which say in which of the four forms of a message the code
searches (see `_CryWords`).
"""


def _line(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def _written_verb(word: str) -> str:
    """Replaces a form of a French or English verb by the stem of the verb, as in `vKILL_`.

    Returns any other word unchanged.
    """
    return "".join(f"v{stem}_" for stem in _european().get(word, ())) or word


def _sounding_verb(word: str) -> str:
    """Replaces a form of a Kinyarwanda verb by the stem of the verb, followed by letters of `verbs.MARKS`, as in
    `vICA_ot`.

    Returns any other word unchanged.
    """
    found = verbs.parse_verb(word, _STEMS)
    return "".join(f"v{stem}_{marks}" for stem, marks in found) or word


@cache
def _european() -> Mapping[str, tuple[str, ...]]:
    found = verbs.verbs_by_form(
        CRY_WORDS["french_verbs"].split(), CRY_WORDS["english_verbs"].split()
    )
    return {form: names for form, names in found.items() if form not in _NO_VERBS}


def _joined(words: Sequence[str]) -> list[str]:
    """Joins single letters, such as `s o s`. Also joins the two parts of a contraction such as "can't", because
    `normalised_words` splits a contraction."""
    letters = r"\b(?:[A-Z] ){2,}[A-Z]\b"
    line = re.sub(letters, lambda found: found[0].replace(" ", ""), " ".join(words))
    return CONTRACTED.sub(r"\1T", line).split()


def _shortened(word: str) -> str:
    """Removes repeated letters if the sender typed a letter three times or more: `heeelp` becomes `help`."""
    return re.sub(r"(.)\1{2,}", r"\1", word)


def _sounding(word: str) -> str:
    """Returns a word as it sounds in Kinyarwanda: with r for l, and without doubled vowels."""
    return re.sub(r"([AEIOU])\1+", r"\1", sound_key(word))


def _mended(word: str) -> str:
    """Returns the known word that differs from this word by one typing error, or by two errors if the word is long. If
    there is no such known word, returns the word unchanged."""
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
    """Makes search patterns from the lists of phrases `written` and `sounding`.

    The function searches a phrase with a `{VERB}` in the forms of a message where stems replace verbs. It searches any
    other phrase in the forms with the original words.
    """
    every = [
        ((sounds, verbs), ",".join(one for one in phrases.split(",") if ("{" in one) is verbs))
        for sounds, phrases in ((False, written), (True, sound_key(sounding)))
        for verbs in (False, True)
    ]
    return tuple((line, phrases) for line, phrases in every if phrases.strip(" ,\n"))


@cache
def _compiled(phrases: str) -> re.Pattern[str]:
    """Returns one regular expression for many phrases, which commas separate. `STEM-` matches the beginning of a
    word, and `-STEM-` matches any part of a word.

    The function compiles the expression when the first message comes, so a process that gets no messages never
    compiles it.
    """
    each = [
        " " + GAP.join(f"{_piece(piece)} " for piece in phrase.split())
        for phrase in phrases.split(",")
        if phrase.strip()
    ]
    return re.compile("|".join(each))


def _piece(piece: str) -> str:
    if piece.startswith("{"):
        return _verb(*piece.strip("{}").partition(":")[::2])
    return CALLED.get(piece) or piece.replace("-", r"\w*")


def _verb(stems: str, marks: str) -> str:
    """Returns a pattern for the verb stems in `stems`. `marks` lists the letters of `verbs.MARKS` that the verb must
    have. After a `-`, `marks` lists the letters that the verb must not have.
    """
    wanted, _, barred = marks.partition("-")
    has = "".join(f"(?=[{MARKS}]*{mark})" for mark in wanted)
    lacks = "".join(f"(?![{MARKS}]*{mark})" for mark in barred)
    return rf"\w*v(?:{stems})_{has}{lacks}\w*"


_STEMS = frozenset(sound_key(stem) for stem in CRY_WORDS["stems"].split())
_NO_VERBS = frozenset(CRY_WORDS["no_verbs"].split())
_ALWAYS = _pattern(CRY_WORDS["written"], CRY_WORDS["sounding"])
_ELSE = [
    (_pattern(one["written"], one.get("sounding", "")), _pattern(one["unless"], one["unless"]))
    for one in CRY_WORDS["groups"]
]
_BRIEF, _CHILD, _MINOR, _SIGN, _CALM = (
    _pattern(CRY_WORDS[name], CRY_WORDS[name])
    for name in ("brief", "child", "minor", "child_signs", "child_calm")
)
_ALONE = _pattern(CRY_WORDS["alone"], CRY_WORDS["alone_sounding"])
_KNOWN: Mapping[str, Sequence[str]] = {
    letter: tuple(word for word in CRY_WORDS["mended"].split() if word[0] == letter)
    for letter in {word[0] for word in CRY_WORDS["mended"].split()}
}

MAX_BYTES = 7000
"""The largest size of a tip in bytes, with all its messages. The encryption of tips accepts no larger text."""
CUT = " [...]"
"""The mark at the end of a text that the hotline has shortened."""
WHERE = ("province", "country", "district", "sector")
"""The names of the answers that say which place a report is about."""
_URGENT = frozenset({"yes", "child"})
COURTESY = split_words(
    "AFTERNOON BYE DAY EVENING EVERYTHING FINE FOR GOOD GOODBYE GREAT HALLO HELLO HEY HI LOT MORNING MUCH NICE NIGHT NO"
    " NONE NOTHING OK OKAY OKEY SO TEST TESTING THANK THANKS THANKYOU THANX THX TNX VERY WELCOME WELL YEAH YES YOU YOUR"
    " ACCORD ALLO AU BEAUCOUP BIEN BONJOUR BONNE BONSOIR COUCOU DACCORD FOIS INFINIMENT JOURNEE MERCI MILLE NON NUIT"
    " OUI POUR REMERCIE REMERCIONS REVOIR RIEN SALUT SOIREE TOUT TRES VOUS"
    " BITE CYANE KANDI MURABEHO MURAHO MURAKOZE MURAMUKE MWARAMUTSE MWESE MWIRIRWE MWIRIWE NDABASHIMIRA NDABASHIMIYE"
    " NDAGERAGEZA NEZA NTACYO OYA RWOSE SAWA TURABASHIMIRA TURABASHIMIYE URAHO URAKOZE URAMUKE WARAMUTSE WIRIWE YEGO"
)
"""Polite words: thanks, greetings, yes and no. A message that contains only polite words reports nothing. Words that
ask for help, such as "please", are not in this list."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_PLAIN = str.maketrans({'"': "'", "\\": "/"})
"""Replaces two characters that would need two bytes each in the encrypted text."""
_WORD = re.compile(r"[A-Z]{3,}")
_CALLABLE = re.compile(r"\d(?:[ .()/-]{0,2}\d){8,}")
"""Matches a phone number of at least nine digits, with any spaces and signs between them."""
LANGUAGES = {
    "fr": "UNE UN LE LA LES DES DU EST SONT DANS AVEC POUR IL ELLE ILS ON JE NOUS CHEZ QUI PAS ET SUR",
    "en": "THE AN IS ARE IN AT WITH FOR HE SHE THEY I WE WHO NOT AND HERE THERE HER HIS MY",
}
"""Short words of each language that do not occur in the other languages."""


def clean_message(text: str) -> str:
    """Returns the message on one line, without invisible characters."""
    composed = unicodedata.normalize("NFC", text)
    spaced = re.sub(r"\s", " ", composed)
    seen = (letter for letter in spaced if unicodedata.category(letter) not in _DROPPED)
    return " ".join("".join(seen).split()).translate(_PLAIN)


def is_tip(text: str) -> bool:
    """Returns True if the text reports something: a word that is not only polite, or a phone number.

    A single word from the hotline's advertisements is not a tip, because such a word only requests a topic. A report or
    a request of a local leader is not a tip.
    """
    if is_cry_for_help(text) or _CALLABLE.search(text):
        return True
    meant = (word for word in _meant(text) if rules_assignment.read_reference(word) is None)
    rest = [word for word in _WORD.findall(" ".join(meant)) if word not in COURTESY]
    return len(rest) > 1 or (bool(rest) and asked_topic(text) is None and parse_sms(text) is None)


def has_meaning(text: str) -> bool:
    """Returns True if any word or number of the text is more than a polite word."""
    return any(_meant(text))


def _meant(text: str) -> list[str]:
    """Returns the words that are not polite words.

    A word with repeated letters counts like the normal word: `merciiii` like `merci`.
    """
    words = normalised_words(text)
    said = (_shortened(word) if word.isalpha() else word for word in words)
    return [word for word in said if word not in COURTESY]


def is_cry_for_help(text: str) -> bool:
    """Returns True if the text is a cry for help. A cry for help is always a tip."""
    return is_cry(normalised_words(text))


def cut_text(text: str) -> str:
    """Returns the text that fits into one tip: the whole text, or its beginning with the mark `CUT`."""
    if fits(text):
        return text
    return text.encode()[: MAX_BYTES - len(CUT)].decode(errors="ignore") + CUT


def fits(text: str) -> bool:
    """Returns True if one tip can contain the whole text."""
    return len(text.encode()) <= MAX_BYTES


def report_answers(text: str) -> Mapping[str, str]:
    """Returns the caller's answers that it finds in the cleaned `text`, keyed by the question of the report. Also reads
    the end of a long text, which the hotline does not store."""
    said = normalised_words(text, limit=len(text))
    facts = {"danger": "yes" if is_cry(said) else UNSURE, "official": UNSURE, WORDS: cut_text(text)}
    if concerns_child(said):
        facts["who"] = "child"
    return {**facts, **place_in_text(said)}


def with_added_text(whole: str, newest: str, place: Mapping[str, str]) -> Mapping[str, str]:
    """Returns the answers of a tip after the message `newest` was added to the tip. `place` contains the earlier
    answers about the place.

    If one message reports danger, the whole tip counts as danger. If the whole text does not name one clear place, the
    tip keeps the last place that one of its messages named.
    """
    answers, alone = report_answers(whole), report_answers(newest)
    urgent = {name: alone[name] for name in ("danger", "who") if alone.get(name) in _URGENT}
    named = [{name: one[name] for name in WHERE if name in one} for one in (answers, alone, place)]
    where = next((one for one in named if place_of(one) not in (None, UNSURE)), named[0])
    rest = {name: said for name, said in answers.items() if name not in WHERE}
    return {**rest, **urgent, **where}


def likely_language(text: str) -> str:
    """Guesses the language of a text from its short words.

    Returns Kinyarwanda if no other language is clearly more likely.
    """
    said = normalised_words(text)
    counts = {
        code: sum(word in small.split() for word in said) for code, small in LANGUAGES.items()
    }
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] > 1 and list(counts.values()).count(counts[best]) == 1 else FIRST
