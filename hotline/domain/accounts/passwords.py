"""Says which passwords an account may have, and suggests easy ones. Pure: chance comes in.

zxcvbn knows English. The words of our own texts in Kinyarwanda and French are added, so that a phrase of everyday words
is found. What remains: forms of a Kinyarwanda verb that our texts do not have, rare words, names of people, and phrases
of three words or more, which count as unrelated.

Lists the names that no account has: the audit log gives them to processes of the line, and to desks. Pure.

Says a public key in four words: a person reads them out, and a desk member compares them. Pure.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from hotline.domain.accounts.account import entered_as
from hotline.domain.accounts.faults import AccountFault
from hotline.domain.desk.audit_sentences import PROCESSES
from hotline.domain.places.places import districts
from hotline.environment import CHECKOUT
from hotline.text.names import is_one_name

LEAST_LETTERS = 12
MOST_LETTERS = 200
LEAST_DIFFERENT = 5
NAME_COUNTS_FROM = 4
"""A name of fewer letters may stand in a password by chance."""
LEAST_GUESSES = 10**9
"""Guesses that a password must withstand: eight years of one core, at four stretches a second."""
MOST_WEIGHED = 40
"""Letters that are weighed: a hostile password of 72 letters keeps zxcvbn busy for seconds."""
_LOCAL = """
rwanda kigali hotline umurongo police polisi gendarme ministere murakoze mwaramutse muraho amakuru ijambobanga imana
yesu amahoro urukundo umutoni umwana inkotanyi amavubi gasabo huye musanze rubavu urakoze mwiriwe muramuke ndagukunda
nkunda gukunda mukunzi umukunzi nshuti inshuti mwiza byiza neza cyane komera ishimwe mubyeyi mama papa wanjye yanjye
wacu nimuze ijoro umunsi ubuzima bwiza bonjour motdepasse bienvenue soleil merci
"""
LOCAL_WORDS = tuple(_LOCAL.split())
"""Words that are common here, beside those that zxcvbn knows."""
WORD = re.compile(r"[^\W\d_]{3,}")
TEXTS = ("flows/*.yaml", "locales/rw/LC_MESSAGES/*.po", "locales/fr/LC_MESSAGES/*.po")
"""Our texts, whose words are everyday words."""
CONSONANTS = "bdfgkmnprstz"
VOWELS = "aeiou"
SUGGESTED_WORDS = 5
SYLLABLES = 3

Pick = Callable[[str], str]
"""One letter out of several, by chance."""


def password_fault(password: str, name: str) -> AccountFault | None:
    """Returns what is wrong with a new password; None where nothing is."""
    fault = form_fault(password, name)
    return AccountFault.COMMON_PASSWORD if fault is None and is_common(password, name) else fault


def is_common(password: str, name: str) -> bool:
    """Returns True if few guesses find it: words, names, dates, keys beside each other, and their usual changes."""
    # Its lists weigh 12 MB: a process that judges no password has no use for them.
    from zxcvbn import zxcvbn

    known = [*entered_as(name).split(), *LOCAL_WORDS, *our_words()]
    # A space or a dash between two words hides neither.
    joined = "".join(one for one in password if one.isalnum())
    weighed = (zxcvbn(one[:MOST_WEIGHED], user_inputs=known) for one in (password, joined) if one)
    return any(one["guesses"] < LEAST_GUESSES for one in weighed)


@cache
def our_words() -> Sequence[str]:
    """Returns the words of our texts, the commonest first, with and without their accents. Reads them once."""
    counted: Counter[str] = Counter()
    for pattern in TEXTS:
        for path in sorted(CHECKOUT.glob(pattern)):
            counted.update(_words_in(path))
    return [word for word, _ in counted.most_common()]


def _words_in(path: Path) -> Iterator[str]:
    for word in WORD.findall(path.read_text(encoding="utf-8").casefold()):
        plain = "".join(one for one in unicodedata.normalize("NFD", word) if one.isascii())
        yield from {word, plain}


def form_fault(password: str, name: str) -> AccountFault | None:
    """Returns what is wrong with its length and its letters: this costs nothing."""
    held, of = entered_as(password).replace(" ", ""), entered_as(name).replace(" ", "")
    if len(password) < LEAST_LETTERS:
        return AccountFault.SHORT_PASSWORD
    if len(password) > MOST_LETTERS:
        return AccountFault.LONG_PASSWORD
    if len(of) >= NAME_COUNTS_FROM and of in held:
        return AccountFault.PASSWORD_IS_NAME
    if len(set(held)) < LEAST_DIFFERENT:
        return AccountFault.PASSWORD_REPEATS
    return None


def suggested(pick: Pick) -> str:
    """Five words that can be said aloud in each of the line's languages: 88 bits of chance."""
    syllables = [pick(CONSONANTS) + pick(VOWELS) for _ in range(SUGGESTED_WORDS * SYLLABLES)]
    return "-".join(
        "".join(syllables[first : first + SYLLABLES])
        for first in range(0, len(syllables), SYLLABLES)
    )


PROCESS_NAMES = (
    *PROCESSES.values(),
    *PROCESSES,
    *("clock", "command line", "demo", "hotline", "init", "machine", "server", "somebody"),
    *("the demo", "the hotline", "the machine", "the server", "the watchman", "watchman"),
    *("l'horloge", "la console", "la ligne", "la ligne de commande", "quelqu'un"),
    *("la personne qui a le reçu", "le téléphone qui l'a écrit", "le serveur", "la machine"),
    *("isaha", "umurongo", "ibiro byo kuri mudasobwa", "amategeko yo kuri mudasobwa"),
    *("ufite nimero yahawe", "telefoni yabyanditse", "undi muntu", "mudasobwa", "imashini"),
)
"""Names of the line's processes in its three languages, as the console's catalogue says them, and close to it."""
NATIONAL_NAMES = (
    *("national", "national desk", "the national desk", "the nation"),
    *("national", "bureau national", "le bureau national"),
    *("ibiro by'igihugu", "ibiro bikuru"),
)
AROUND = ("{}", "{} desk", "the {} desk", "desk {}", "bureau {}", "bureau de {}", "ibiro bya {}")
"""How the three languages call the desk of a place."""


def is_reserved(name: str, desks: Iterable[str]) -> bool:
    """Returns True for a name of a process, or of a desk: those of the districts and the nation, and `desks`."""
    return any(is_one_name(name, one) for one in _reserved(desks))


def _reserved(desks: Iterable[str]) -> Iterator[str]:
    yield from PROCESS_NAMES
    yield from NATIONAL_NAMES
    for called in (*(area.name for area in districts()), *desks):
        yield from (words.format(called) for words in AROUND)


WORDS = 4
"""Of 17 bits each: another key with the same words takes longer to find than anybody lives."""


def four_words(public_key: bytes) -> str:
    number = int.from_bytes(hashlib.sha256(b"fingerprint\0" + public_key).digest(), "big")
    syllables = []
    for _ in range(WORDS * SYLLABLES):
        number, consonant = divmod(number, len(CONSONANTS))
        number, vowel = divmod(number, len(VOWELS))
        syllables.append(CONSONANTS[consonant] + VOWELS[vowel])
    return " ".join(
        "".join(syllables[first : first + SYLLABLES])
        for first in range(0, len(syllables), SYLLABLES)
    )
