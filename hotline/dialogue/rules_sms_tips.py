"""Reads a tip from an SMS: finds the answers that decide its desk, and the text to store. The functions are pure. They
accept any text.

The hotline asks no questions by SMS. So the answer to each question is "unsure" if the message does not say it. This
includes the answer about officials. Only the national desk can read a tip that may involve an official. So that desk
reads the tip, and assigns it."""

import re
import unicodedata
from collections.abc import Mapping

from hotline.alerts import rules_assignment
from hotline.dialogue.rules_cries import concerns_child, is_cry
from hotline.programmes.rules import parse_sms
from hotline.text.codes import UNSURE
from hotline.text.keywords import normalised_words, split_words
from hotline.text.languages import FIRST
from hotline.text.place_names import place_in_text
from hotline.text.topics import asked_topic
from hotline.tips.rules import WORDS, place_of

MAX_BYTES = 7000
"""The largest size of a tip in bytes, with all its messages. A larger text cannot be encrypted."""
CUT = " [...]"
"""The mark at the end of a text that was cut."""
WHERE = ("province", "country", "district", "sector")
"""The names of the answers about the place."""
_URGENT = frozenset({"yes", "child"})
COURTESY = split_words(
    "AFTERNOON BYE DAY EVENING EVERYTHING FINE FOR GOOD GOODBYE GREAT HALLO HELLO HEY HI LOT MORNING MUCH NICE NIGHT NO"
    " NONE NOTHING OK OKAY OKEY SO TEST TESTING THANK THANKS THANKYOU THANX THX TNX VERY WELCOME WELL YEAH YES YOU YOUR"
    " ACCORD ALLO AU BEAUCOUP BIEN BONJOUR BONNE BONSOIR COUCOU DACCORD FOIS INFINIMENT JOURNEE MERCI MILLE NON NUIT"
    " OUI POUR REMERCIE REMERCIONS REVOIR RIEN SALUT SOIREE TOUT TRES VOUS"
    " BITE CYANE KANDI MURABEHO MURAHO MURAKOZE MURAMUKE MWARAMUTSE MWESE MWIRIRWE MWIRIWE NDABASHIMIRA NDABASHIMIYE"
    " NDAGERAGEZA NEZA NTACYO OYA RWOSE SAWA TURABASHIMIRA TURABASHIMIYE URAHO URAKOZE URAMUKE WARAMUTSE WIRIWE YEGO"
)
"""Polite words: thanks, greetings, yes and no. A message that contains only such words reports nothing. Words that beg
for help are not in this list."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_PLAIN = str.maketrans({'"': "'", "\\": "/"})
"""Replaces two characters that would need two bytes each in the encrypted text."""
_WORD = re.compile(r"[A-Z]{3,}")
_CALLABLE = re.compile(r"\d(?:[ .()/-]{0,2}\d){8,}")
"""Finds a phone number with any spacing and at least nine digits."""
LANGUAGES = {
    "fr": "UNE UN LE LA LES DES DU EST SONT DANS AVEC POUR IL ELLE ILS ON JE NOUS CHEZ QUI PAS ET SUR",
    "en": "THE AN IS ARE IN AT WITH FOR HE SHE THEY I WE WHO NOT AND HERE THERE HER HIS MY",
}
"""Short words that occur in only one of the languages."""


def clean_message(text: str) -> str:
    """Returns the message on one line, without invisible characters."""
    composed = unicodedata.normalize("NFC", text)
    seen = (" " if c.isspace() else c for c in composed if c.isspace() or _is_seen(c))
    return " ".join("".join(seen).split()).translate(_PLAIN)


def is_tip(text: str) -> bool:
    """Returns True if the text reports something: a word that is not only polite, or a phone number.

    A single advertised word requests a lesson, or comes from a local leader. So such a word alone is not a tip.
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
    said = (re.sub(r"(.)\1{2,}", r"\1", word) for word in normalised_words(text) if word.isalpha())
    numbers = [word for word in normalised_words(text) if not word.isalpha()]
    return [word for word in (*said, *numbers) if word not in COURTESY]


def is_cry_for_help(text: str) -> bool:
    """Returns True if the text is a cry for help. Such a text is always a tip."""
    return is_cry(normalised_words(text))


def cut_text(text: str) -> str:
    """Returns the text that fits into one tip: the whole text, or its beginning with the mark of a cut."""
    if fits(text):
        return text
    return text.encode()[: MAX_BYTES - len(CUT)].decode(errors="ignore") + CUT


def fits(text: str) -> bool:
    """Returns True if one tip can contain the whole text."""
    return len(text.encode()) <= MAX_BYTES


def report_answers(text: str) -> Mapping[str, str]:
    """Returns the answers to the questions of a report that the cleaned `text` contains.

    Also reads the part of the text that is too long to be stored.
    """
    said = normalised_words(text, most=len(text))
    facts = {"danger": "yes" if is_cry(said) else UNSURE, "official": UNSURE, WORDS: cut_text(text)}
    if concerns_child(said):
        facts["who"] = "child"
    return {**facts, **place_in_text(said)}


def with_added_text(whole: str, newest: str, place: Mapping[str, str]) -> Mapping[str, str]:
    """Returns the answers of a tip after the message `newest` was added to it. `place` contains the earlier answers
    about the place.

    If one message reports danger, the whole tip counts as danger. If the whole text does not name one clear place, the
    place that was named last is kept.
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


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in _DROPPED
