"""A tip as one SMS: what of it routes, and in what words it is kept. Pure, and total.

Nobody is asked anything, so what she did not write is not sure. That an official is not involved nobody said either:
such a tip is the national desk's alone, which reads it and passes it on.
"""

import re
import unicodedata
from collections.abc import Mapping

from hotline.domain.places.place_names import place_told
from hotline.domain.referrals import reference
from hotline.domain.rolls.gathering import read_sms
from hotline.domain.sms.cries import concerns_child, cries
from hotline.domain.sms.keywords import spelled, words_of
from hotline.domain.sms.topics import asked
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
COURTESY = words_of(
    "AFTERNOON BYE DAY EVENING EVERYTHING FINE FOR GOOD GOODBYE GREAT HALLO HELLO HEY HI LOT MORNING MUCH NICE NIGHT NO"
    " NONE NOTHING OK OKAY OKEY SO TEST TESTING THANK THANKS THANKYOU THANX THX TNX VERY WELCOME WELL YEAH YES YOU YOUR"
    " ACCORD ALLO AU BEAUCOUP BIEN BONJOUR BONNE BONSOIR COUCOU DACCORD FOIS INFINIMENT JOURNEE MERCI MILLE NON NUIT"
    " OUI POUR REMERCIE REMERCIONS REVOIR RIEN SALUT SOIREE TOUT TRES VOUS"
    " BITE CYANE KANDI MURABEHO MURAHO MURAKOZE MURAMUKE MWARAMUTSE MWESE MWIRIRWE MWIRIWE NDABASHIMIRA NDABASHIMIYE"
    " NDAGERAGEZA NEZA NTACYO OYA RWOSE SAWA TURABASHIMIRA TURABASHIMIYE URAHO URAKOZE URAMUKE WARAMUTSE WIRIWE YEGO"
)
"""Thanks, greetings, yes and no: a message of nothing else tells nothing. To beg is no courtesy."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_PLAIN = str.maketrans({'"': "'", "\\": "/"})
"""Two letters that would take two bytes each under seal."""
_WORD = re.compile(r"[A-Z]{3,}")
_CALLABLE = re.compile(r"\d(?:[ .()/-]{0,2}\d){8,}")
"""A number that can be called, however it is spaced: nine digits at least."""
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
    """Returns True if anything in it is more than courtesy: a word, or a phone number.

    A lone word that the line itself gave asks for a lesson, or is what local leaders write.
    """
    if cannot_wait(text) or _CALLABLE.search(text):
        return True
    meant = (word for word in _meant(text) if reference.read(word) is None)
    told = [word for word in _WORD.findall(" ".join(meant)) if word not in COURTESY]
    return len(told) > 1 or (bool(told) and asked(text) is None and read_sms(text) is None)


def has_meaning(text: str) -> bool:
    """Returns True if any word or number is more than courtesy."""
    return any(_meant(text))


def _meant(text: str) -> list[str]:
    """The words that are no courtesy; `merciiii` is one."""
    said = (re.sub(r"(.)\1{2,}", r"\1", word) for word in spelled(text) if word.isalpha())
    numbers = [word for word in spelled(text) if not word.isalpha()]
    return [word for word in (*said, *numbers) if word not in COURTESY]


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
