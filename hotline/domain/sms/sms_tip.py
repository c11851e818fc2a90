"""A tip as one SMS: what of it routes, and in what words it is kept. Pure, and total.

Nobody is asked anything, so what she did not write is not sure. That an official is not involved nobody said either:
such a tip is the national desk's alone, which reads it and passes it on.
"""

import re
import unicodedata
from collections.abc import Mapping

from hotline.domain.places.sms_place import place_told
from hotline.domain.sms.cries import concerns_child, cries
from hotline.domain.sms.keywords import COURTESY, spelled
from hotline.domain.tip import UNSURE, place_of
from hotline.text.languages import FIRST

WORDS = "words"
"""The answer that is her message."""
MOST_BYTES = 7000
"""Of one tip, several messages together: what the largest sealed size holds."""
CUT = " [...]"
"""Behind what was kept of a longer one."""
WHERE = ("province", "country", "district", "sector")
"""The answers that say where."""
_URGENT = frozenset({"yes", "child"})
LEAST_WORDS = 2
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_PLAIN = str.maketrans({'"': "'", "\\": "/"})
"""Two letters that would take two bytes each under seal."""


PROBLEMS = frozenset({"PROBLEM", "PROBLEME", "IKIBAZO"})
"""One of these alone is a tip: so the front's own words for a report read."""
_A_SENTENCE = re.compile(
    r"(BA|BARA|ARA|AZA|BAZA|YA|YARA|NDA|TURA|TWA)(N|M|DU|TU|NY|TW)\w{5,}|(NA|TWA|NDA|YA|BA)\w{3,}WE"
)
"""One verb that says who did what to whom."""
LANGUAGES = {
    "fr": "UNE UN LE LA LES DES DU EST SONT DANS AVEC POUR IL ELLE ILS ON JE NOUS CHEZ QUI PAS ET SUR",
    "en": "THE AN IS ARE IN AT WITH FOR HE SHE THEY I WE WHO NOT AND HERE THERE HER HIS MY",
}
"""Small words that the others do not have."""


def cleaned(text: str) -> str:
    """Her words on one line, without anything invisible."""
    composed = unicodedata.normalize("NFC", text)
    seen = (" " if c.isspace() else c for c in composed if c.isspace() or _is_seen(c))
    return " ".join("".join(seen).split()).translate(_PLAIN)


def is_tip(text: str) -> bool:
    """Whether it tells anything: words, or one that cannot wait. A lone greeting, a digit or a code does not.

    In Kinyarwanda one word can be a whole sentence, and "A problem" is what the line itself calls a report.
    """
    words = [word for word in spelled(text) if word.isalpha()]
    long = [word for word in words if len(word) > 2]
    if len(long) >= LEAST_WORDS or (long and len(words) > LEAST_WORDS):
        return True
    return any(_A_SENTENCE.fullmatch(word) or word in PROBLEMS for word in long) or cannot_wait(
        text
    )


def has_meaning(text: str) -> bool:
    """Returns True if any word or number is more than courtesy."""
    return any(word not in COURTESY for word in spelled(text))


def cannot_wait(text: str) -> bool:
    """Whether a word of it says so: then it is a tip, whatever else it may be."""
    return cries(spelled(text))


def kept(text: str) -> str:
    """What one tip holds of it: all, or its beginning and a mark that it went on."""
    if fits(text):
        return text
    return text.encode()[: MOST_BYTES - len(CUT)].decode(errors="ignore") + CUT


def fits(text: str) -> bool:
    """Whether one tip can hold it."""
    return len(text.encode()) <= MOST_BYTES


def answers(text: str) -> Mapping[str, str]:
    """What `text`, cleaned, answers of the report's questions. All of it is looked at, also what is not kept."""
    said = spelled(text, most=len(text))
    told = {
        "danger": "yes" if cries(said) else UNSURE,
        "official": UNSURE,
        WORDS: kept(text),
    }
    if concerns_child(said):
        told["who"] = "child"
    return {**told, **place_told(said)}


def added(whole: str, newest: str, place: Mapping[str, str]) -> Mapping[str, str]:
    """Answers of a tip to which `newest` was added. `place`: what the messages before answered of where.

    Danger in the newest message counts whatever stands in an earlier one. Where all words together name no one place,
    the newest that is named stays.
    """
    told, alone = answers(whole), answers(newest)
    urgent = {name: alone[name] for name in ("danger", "who") if alone.get(name) in _URGENT}
    named = [{name: one[name] for name in WHERE if name in one} for one in (told, alone, place)]
    where = next((one for one in named if place_of(one) not in (None, UNSURE)), named[0])
    rest = {name: said for name, said in told.items() if name not in WHERE}
    return {**rest, **urgent, **where}


def language(text: str) -> str:
    """The likeliest by its small words; Kinyarwanda where nothing speaks for another."""
    said = spelled(text)
    counts = {
        code: sum(word in small.split() for word in said) for code, small in LANGUAGES.items()
    }
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] > 1 and list(counts.values()).count(counts[best]) == 1 else FIRST


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in _DROPPED
