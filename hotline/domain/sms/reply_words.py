"""The words that answer an alert, in three languages: whole words and phrases, never beginnings of words. Pure.

Written in capitals, without accents and punctuation, as `reply.py` reads them: "I can't" is `I CAN T`. A word
joins the table together with the row of `tests/domain/reply_words.csv` that shows it.
"""

from collections.abc import Mapping

from hotline.text.languages import CODES


def _split(said: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in said.split("|"))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "0": {
        "rw": _split("UBUFASHA"),
        "fr": _split("AIDE"),
        "en": _split("HELP|ZERO"),
    },
    "1": {
        "rw": _split("RIMWE|NDAJE|NDAZA|NDABIFASHE|NDAYIFASHE|NEMEYE|NDEMEYE"),
        "fr": _split("UN|JE PRENDS|JE LE PRENDS|JE VIENS|J ARRIVE|J Y VAIS|ACCEPTE"),
        "en": _split("ONE|TAKE|I TAKE|I TAKE IT|I AM COMING|COMING|ACCEPT"),
    },
    "2": {
        "rw": _split("KABIRI|NAHAGEZE|NDAHAGEZE|NAGEZEYO"),
        "fr": _split("DEUX|SUR PLACE|JE SUIS ARRIVE|JE SUIS ARRIVEE|JE SUIS LA"),
        "en": _split("TWO|ON SITE|ARRIVED|I AM THERE"),
    },
    "3": {
        "rw": _split("GATATU|NAMWOHEREJE|NAMUHEREJE"),
        "fr": _split("TROIS|ORIENTE|ORIENTEE"),
        "en": _split("THREE|REFERRED"),
    },
    "4": {
        "rw": _split("KANE"),
        "fr": _split("QUATRE"),
        "en": _split("FOUR"),
    },
    "5": {
        "rw": _split("GATANU|OYA|SINSHOBOYE|SINSHOBORA|SINDAJE|NDAHUZE"),
        "fr": _split(
            "CINQ|NON|JE NE PEUX PAS|NE PEUX PAS|PEUX PAS|JE NE PRENDS PAS|JE NE VIENS PAS|OCCUPE"
        ),
        "en": _split("FIVE|NO|I CAN T|CAN T|I CANT|CANT|CANNOT|CAN NOT|BUSY|PASS|PASS ON"),
    },
}
"""By the digit that is meant, then by language."""

YES = _set("YEGO OUI YES OK OKAY")
"""These take it where nothing else is said. Beside any other answer they are courtesy."""

MEANING: Mapping[tuple[str, ...], str] = {
    tuple(phrase.split()): digit
    for digit, by_language in WORDS.items()
    for code in CODES
    for phrase in by_language[code]
} | {(word,): "1" for word in YES}
LONGEST = max(map(len, MEANING))

REFUSALS = _set("NO NON OYA")

NUMBERS = _set(
    "ZERO ONE TWO THREE FOUR FIVE UN DEUX TROIS QUATRE CINQ RIMWE KABIRI GATATU KANE GATANU"
)
"""Read as digits are: "deux filles" is no answer."""

OWN = frozenset(
    phrase
    for phrase in MEANING
    if phrase[0] in ("I", "J", "JE") or {"CAN", "CANT", "CANNOT", "PEUX"} & {*phrase}
) | frozenset(
    (word,)
    for by_language in WORDS.values()
    for word in by_language["rw"]
    if word not in NUMBERS | REFUSALS | {"UBUFASHA"}
)
"""What says of whom it speaks: of her. Any other word answers only where no strange word stands beside it."""

NEGATIONS = _set(
    "NOT NEVER NEITHER NOR DON DONT WON WONT HAVEN HAVENT DIDN DIDNT ISN ISNT UNABLE"
    " PAS NE JAMAIS AUCUN NTA NTABWO SI NTARABYO NTIBYO"
)
"""Beside an answer they turn it round: it is asked back."""

COURTESY = _set(
    "REPLY ANSWER SEND SUBIZA REPONDEZ REPONDS REPONDRE ENVOYEZ"
    " REF REFERENCE CODE KODE CASE NUMBER AND ET NA"
    " HELLO HI SIR MADAM THANK THANKS YOU PLEASE PLS"
    " BONJOUR BONSOIR SALUT MERCI SVP"
    " MURAHO MWARAMUTSE MWIRIWE MURAKOZE NDABASABYE"
)
"""What says nothing, and may stand beside an answer; also how an alert asks for one."""
