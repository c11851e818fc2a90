"""Checks passwords and second factors. Pure.

Checks if an account may have a password, and suggests passwords. Pure: the calling function passes a source of chance
as an argument.

The library zxcvbn knows English words. This module adds the words of our own texts in Kinyarwanda and French, so that
it finds everyday phrases in these languages. It does not know rare words, names of people, or verb forms of Kinyarwanda
that our texts do not contain. It treats the words of a longer phrase as if they were unrelated.

The module also lists names that no account may have, because the audit log uses them for processes and desks.

It also computes four words from a public key. To compare keys, one person reads these words aloud and a member of the
desk checks them.

Checks second factors: the codes of an authenticator (RFC 6238), each accepted only once, and the codes on paper.

Also defines for how long a name must wait after failed attempts, and for how long a session is valid. The waiting time
grows up to a limit. No account is ever locked.

Otherwise any stranger who knows a name could lock out the owner of the account.
"""

import hashlib
import hmac
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

import pyotp

from hotline.core.actors import account_name_key
from hotline.core.environment import CHECKOUT
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_audit import PROCESSES
from hotline.text.places import districts
from hotline.text.typed import comparison_keys

MIN_LETTERS = 12
MAX_LETTERS = 200
MIN_DIFFERENT = 5
NAME_COUNTS_FROM = 4
"""A password must not contain a part of the name that has at least this many letters. A shorter part may be in a
password by chance.
"""
MIN_ATTEMPTS = 10**9
"""The number of attempts that a password must resist. At four attempts a second, they take eight years on one core."""
MAX_CHECKED = 40
"""The largest number of letters that zxcvbn checks. For a very long password, zxcvbn would need several seconds."""
_LOCAL = """
rwanda kigali hotline umurongo police polisi gendarme ministere murakoze mwaramutse muraho amakuru ijambobanga imana
yesu amahoro urukundo umutoni umwana inkotanyi amavubi gasabo huye musanze rubavu urakoze mwiriwe muramuke ndagukunda
nkunda gukunda mukunzi umukunzi nshuti inshuti mwiza byiza neza cyane komera ishimwe mubyeyi mama papa wanjye yanjye
wacu nimuze ijoro umunsi ubuzima bwiza bonjour motdepasse bienvenue soleil merci
"""
LOCAL_WORDS = tuple(_LOCAL.split())
"""Common words in Rwanda that zxcvbn does not know."""
WORD = re.compile(r"[^\W\d_]{3,}")
TEXTS = ("flows/*.yaml", "locales/rw/LC_MESSAGES/*.po", "locales/fr/LC_MESSAGES/*.po")
"""The files of our texts, whose words count as everyday words."""
CONSONANTS = "bdfgkmnprstz"
VOWELS = "aeiou"
SUGGESTED_WORDS = 5
SYLLABLES = 3

Pick = Callable[[str], str]
"""A function that chooses one of the given letters by chance."""


def password_fault(password: str, name: str) -> AccountFault | None:
    """Returns what is wrong with a new password, or None."""
    fault = form_fault(password, name)
    return AccountFault.COMMON_PASSWORD if fault is None and is_common(password, name) else fault


def is_common(password: str, name: str) -> bool:
    """Returns True if an attacker could find the password with few attempts.

    The check knows words, names, dates, neighbouring keys, and the usual changes to them.
    """
    # The word lists take 12 MB of memory, and a process that checks no passwords does not need them.
    from zxcvbn import matching, scoring

    own = matching.build_ranked_dict(account_name_key(name).split())
    known = {**matching.RANKED_DICTIONARIES, "name": own, "local": _local_ranks()}
    # Finds words even if spaces or dashes separate their parts.
    joined = "".join(one for one in password if one.isalnum())
    for one in (password[:MAX_CHECKED], joined[:MAX_CHECKED]):
        found = matching.omnimatch(one, known)
        if one and scoring.most_guessable_match_sequence(one, found)["guesses"] < MIN_ATTEMPTS:
            return True
    return False


@cache
def _local_ranks() -> Mapping[str, int]:
    """Returns the position of each word that is common here, from 1."""
    return {word: rank for rank, word in enumerate((*LOCAL_WORDS, *our_words()), 1)}


@cache
def our_words() -> Sequence[str]:
    """Returns the words of our texts, the most common first, with and without accents. The files are read only once."""
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
    """Returns what is wrong with the length or the letters of a password, or None. This check is fast."""
    held, of = account_name_key(password).replace(" ", ""), account_name_key(name).replace(" ", "")
    if len(password) < MIN_LETTERS:
        return AccountFault.SHORT_PASSWORD
    if len(password) > MAX_LETTERS:
        return AccountFault.LONG_PASSWORD
    if len(of) >= NAME_COUNTS_FROM and of in held:
        return AccountFault.PASSWORD_IS_NAME
    if len(set(held)) < MIN_DIFFERENT:
        return AccountFault.PASSWORD_REPEATS
    return None


def suggest_password(pick: Pick, words: int = SUGGESTED_WORDS) -> str:
    """Returns words that speakers of all our languages can say. Five words contain 88 bits of chance."""
    return "-".join(_spoken(pick(CONSONANTS) + pick(VOWELS) for _ in range(words * SYLLABLES)))


def _spoken(syllables: Iterable[str]) -> Iterator[str]:
    """Yields words of three syllables."""
    return map("".join, zip(*[iter(syllables)] * SYLLABLES, strict=True))


PROCESS_NAMES = (
    *PROCESSES.values(),
    *PROCESSES,
    *("clock", "command line", "demo", "hotline", "init", "machine", "server", "somebody"),
    *("the demo", "the line", "the machine", "the server", "the watchman", "watchman"),
    *("l'horloge", "la console", "la ligne", "la ligne de commande", "quelqu'un"),
    *("la personne qui a le reçu", "le téléphone qui l'a envoyé", "le serveur", "la machine"),
    *("isaha", "umurongo", "ibiro byo kuri mudasobwa", "amategeko yo kuri mudasobwa"),
    *("ufite nimero yahawe", "telefoni yabyohereje", "undi muntu", "mudasobwa", "imashini"),
)
"""The names of the hotline's processes in its three languages, as the console shows them, and similar names."""
NATIONAL_NAMES = (
    *("national", "national desk", "the national desk", "the nation"),
    *("national", "bureau national", "le bureau national"),
    *("ibiro by'igihugu", "ibiro bikuru"),
)
AROUND = ("{}", "{} desk", "the {} desk", "desk {}", "bureau {}", "bureau de {}", "ibiro bya {}")
"""The patterns of a desk's name in the three languages."""


def is_reserved(name: str, desks: Iterable[str]) -> bool:
    """Returns True if the name belongs to a process or a desk.

    The desks are the districts' desks, the national desk, and the desks in `desks`.
    """
    taken = _reserved_keys(frozenset(desks))
    return any(key in keys for key, keys in zip(comparison_keys(name), taken, strict=True))


@lru_cache(maxsize=4)
def _reserved_keys(desks: frozenset[str]) -> Sequence[frozenset[str]]:
    """Returns the keys with which reserved names are compared, by position. Hundreds of names take ten milliseconds."""
    every = zip(*map(comparison_keys, _reserved(desks)), strict=True)
    return tuple(map(frozenset, every))


def _reserved(desks: Iterable[str]) -> Iterator[str]:
    yield from PROCESS_NAMES
    yield from NATIONAL_NAMES
    for called in (*(area.name for area in districts()), *desks):
        yield from (words.format(called) for words in AROUND)


WORDS = 4
"""The number of words in a fingerprint. Each word represents 17 bits. To find another key with the same words would
take longer than a lifetime.
"""


def fingerprint_words(public_key: bytes) -> str:
    number = int.from_bytes(hashlib.sha256(b"fingerprint\0" + public_key).digest(), "big")
    syllables = []
    for _ in range(WORDS * SYLLABLES):
        number, consonant = divmod(number, len(CONSONANTS))
        number, vowel = divmod(number, len(VOWELS))
        syllables.append(CONSONANTS[consonant] + VOWELS[vowel])
    return " ".join(_spoken(syllables))


STEP_SECONDS = 30
DIGITS = 6
EARLY_OR_LATE = 1
"""The number of time steps by which a phone's clock may be early or late."""
ISSUER = "Hotline"
PAPER_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are hard to confuse on paper."""
PAPER_CODES = 10
PAPER_CODE_LETTERS = 10
RECOVERY_KEY_LETTERS = 26
"""These letters contain 128 bits of chance, so an attacker cannot find the key by trying."""


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def accepted_step(secret: str, typed: str, at: datetime, *, after: int) -> int | None:
    """Returns the time step of a right code. The code may be one step early or late. Returns None for a wrong code, or
    for a step that is not later than `after`.

    The code that accepts it must store this step as the next `after`. So each code is accepted only once.
    """
    code, now = plain_typed(typed), step_at(at)
    authenticator = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    found = None
    for step in range(max(0, now - EARLY_OR_LATE), now + EARLY_OR_LATE + 1):
        right = hmac.compare_digest(authenticator.generate_otp(step).encode(), code.encode())
        if right and step > after:
            found = step
    return found


def code_at(secret: str, at: datetime) -> str:
    """Returns the code that an authenticator shows at this time."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step_at(at))


def authenticator_uri(secret: str, name: str) -> str:
    """Returns the text of the QR code that an authenticator reads."""
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    return totp.provisioning_uri(name=name, issuer_name=ISSUER)


def plain_typed(typed: str) -> str:
    """Returns a text that a person copied from a phone or from paper, in small letters and without spaces and
    dashes.
    """
    return "".join(letter for letter in typed.casefold() if letter.isalnum())


def is_paper_code(typed: str) -> bool:
    return len(plain_typed(typed)) == PAPER_CODE_LETTERS


def group_letters(letters: str, size: int) -> str:
    """Returns letters in groups, because groups are easier to read from paper."""
    return "-".join(letters[first : first + size] for first in range(0, len(letters), size))


def paper_code(pick: Pick) -> str:
    return group_letters("".join(pick(PAPER_LETTERS) for _ in range(PAPER_CODE_LETTERS)), 5)


def recovery_key(pick: Pick) -> str:
    return group_letters("".join(pick(PAPER_LETTERS) for _ in range(RECOVERY_KEY_LETTERS)), 5)


FREE_FAILURES = 5
MAX_WAIT = timedelta(seconds=60)
FORGET_AFTER = timedelta(hours=1)
"""The time after which the failed attempts of a name no longer count."""
ALARM_FAILURES_OF_NAME, ALARM_FAILURES = 20, 200
"""The numbers of failed attempts within an hour that raise an alarm: for one name, and for all names together."""
LOGGED_EACH = 5
SUSPENDED_FOR = timedelta(hours=24)
"""The time for which one admin alone can suspend an account."""
SUSPENDED_AGAIN = timedelta(days=7)
"""The time after which the same admin may suspend the same account again."""
LINK_WAIT = timedelta(hours=24)
"""The time after which a new link for another person's account works, if no second admin approves it before."""
COMMANDS_WITHIN, MAX_COMMANDS = timedelta(hours=1), 2
"""A period, and the number of accounts that one admin may change in this period with a serious command: end, suspend,
give a new link, remove a role.
"""
MAX_IDLE = timedelta(minutes=15)
MAX_SESSION = timedelta(hours=8)
MAX_SHIFT = timedelta(hours=13)
"""The time after a sign-in for which a locked board counts dangers."""
BOARD_EACH = timedelta(minutes=4)
"""The shortest time between two records that a session with a board is in use."""
FACTOR_VALIDITY = timedelta(minutes=15)
"""The time for which a sign-in with the second factor counts as recent, and for which the private key stays
unlocked.
"""
SEEN_EACH = timedelta(seconds=60)
"""The shortest time between two updates of a session's row. With SQLite, each update makes callers wait."""
RENEWAL_NOTICE = timedelta(days=7)
"""The time for which a person sees notices about a new sheet or authenticator, unless the person confirms them."""
LINK_VALIDITY = timedelta(minutes=15)
APPROVAL_VALIDITY = timedelta(days=7)


def wait_after(failures: int) -> timedelta:
    """Returns the waiting time after this number of failures. From the fifth on, it is 2, 4, 8 and up to 60 seconds."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(MAX_WAIT, timedelta(seconds=2 ** min(10, failures - FREE_FAILURES + 1)))


def is_logged(number: int) -> bool:
    """Returns True if the audit log records the failed attempt with this number: 1 to 5, 10, 20, 50, 100, 200 and so
    on.

    Rows of the log are never deleted. If it recorded all attempts, a stranger could fill the log.
    """
    return number <= LOGGED_EACH or str(number).rstrip("0") in ("1", "2", "5")


def seconds_left(until: datetime | None, at: datetime) -> int:
    """Returns the number of seconds until this time, rounded up. Returns 0 if this time has passed."""
    if until is None or until <= at:
        return 0
    return -int((at - until).total_seconds() // 1)


def is_expired(*, created_at: datetime, seen_at: datetime, at: datetime) -> bool:
    return at - seen_at >= MAX_IDLE or at - created_at >= MAX_SESSION


def is_fresh(factor_at: datetime, at: datetime) -> bool:
    return at - factor_at < FACTOR_VALIDITY
