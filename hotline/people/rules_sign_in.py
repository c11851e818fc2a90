"""Checks passwords and second factors, and limits attempts and sessions. All functions are pure: the calling function
passes the time and a source of random letters.

The library zxcvbn knows English words. This module adds the words of the hotline's texts in Kinyarwanda and French, so
that the check also finds everyday phrases in these languages. The check does not know rare words and names of people.
The check also does not know forms of verbs that are missing in the texts.

An account may not have the name of a process or a desk, because the audit log uses these names.

Pages show a public key as four words: to compare two copies of a key, one person reads the words aloud, and another
person checks them.

After failed sign-ins with a name, the next attempt with the same name must wait. After each further failed sign-in,
the waiting time is longer, up to a limit. The hotline never locks an account after failed sign-ins. A stranger who
knows the name of an account could otherwise lock out its owner.
"""

import hashlib
import hmac
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache

import pyotp

from hotline.core.actors import account_name_key
from hotline.core.environment import CHECKOUT
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_audit import PROCESSES
from hotline.text.characters import comparison_keys
from hotline.text.places import districts

MIN_LETTERS = 12
MAX_LETTERS = 200
MIN_DIFFERENT = 5
NAME_COUNTS_FROM = 4
"""A password must not contain the account's name, if the name has at least this many letters. A password may contain a
shorter name by chance.
"""
MIN_ATTEMPTS = 10**9
"""An attacker must need at least this number of attempts to find a password. At four attempts a second, this number of
attempts takes eight years on one processor core.
"""
MAX_CHECKED = 40
"""The number of letters of a password that zxcvbn checks. For a very long password, zxcvbn would
need several seconds.
"""
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
"""The files with the hotline's texts. The words in these files count as everyday words."""
CONSONANTS = "bdfgkmnprstz"
VOWELS = "aeiou"
SUGGESTED_WORDS = 5
SYLLABLES = 3

Pick = Callable[[str], str]
"""A function that returns one of the given letters at random."""


def password_fault(password: str, name: str) -> AccountFault | None:
    """Returns the fault of a new password, or None if the account may have this password."""
    fault = form_fault(password, name)
    return AccountFault.COMMON_PASSWORD if fault is None and is_common(password, name) else fault


def is_common(password: str, name: str) -> bool:
    """Returns True if an attacker could find the password with few attempts.

    Attackers first try words, names, dates and neighbouring keys of the keyboard. Attackers also try the usual
    variants of these words, such as a word with a digit at the end.
    """
    # This import is inside the function, because zxcvbn's word lists take 12 MB of memory, and most processes check no
    # passwords.
    from zxcvbn import matching, scoring

    own = matching.build_ranked_dict(account_name_key(name).split())
    known = {**matching.RANKED_DICTIONARIES, "name": own, "local": _local_ranks()}
    # Without spaces and dashes, the check also finds a word that a person typed in parts, such as "pass-word".
    joined = "".join(one for one in password if one.isalnum())
    for one in (password[:MAX_CHECKED], joined[:MAX_CHECKED]):
        found = matching.omnimatch(one, known)
        if one and scoring.most_guessable_match_sequence(one, found)["guesses"] < MIN_ATTEMPTS:
            return True
    return False


@cache
def _local_ranks() -> Mapping[str, int]:
    """Returns the words that are common in Rwanda, each with its rank. The most common word has the rank 1."""
    return {word: rank for rank, word in enumerate((*LOCAL_WORDS, *our_words()), 1)}


@cache
def our_words() -> Sequence[str]:
    """Returns the words of the hotline's texts, most common first, with and without accents. Reads
    the files only once.
    """
    counted: Counter[str] = Counter()
    for pattern in TEXTS:
        for path in sorted(CHECKOUT.glob(pattern)):
            for word in WORD.findall(path.read_text(encoding="utf-8").casefold()):
                plain = (one for one in unicodedata.normalize("NFD", word) if one.isascii())
                counted.update({word, "".join(plain)})
    return [word for word, _ in counted.most_common()]


def form_fault(password: str, name: str) -> AccountFault | None:
    """Checks the length and the letters of a password. Returns the fault, or None. Unlike `is_common`, this check is
    fast.
    """
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
    """Returns a password of invented words that speakers of English, French and Kinyarwanda can say. Five words contain
    88 random bits.
    """
    return "-".join(_spoken(pick(CONSONANTS) + pick(VOWELS) for _ in range(words * SYLLABLES)))


def _spoken(syllables: Iterable[str]) -> Iterator[str]:
    """Joins every three syllables in `syllables` to one word, and yields the words."""
    return map("".join, zip(*[iter(syllables)] * SYLLABLES, strict=True))


PROCESS_NAMES = (
    *PROCESSES.values(),
    *PROCESSES,
    *("clock", "command line", "demo", "hotline", "init", "machine", "server", "somebody"),
    *("the demo", "the line", "the machine", "the server", "the watchman", "watchman"),
    *("l'horloge", "la console", "la ligne", "la ligne de commande", "quelqu'un"),
    *("la personne qui a le reçu", "le téléphone qui a envoyé le SMS", "le serveur", "la machine"),
    *("isaha", "umurongo", "ibiro byo kuri mudasobwa", "amategeko yo kuri mudasobwa"),
    *("ufite nimero yahawe", "telefoni yohereje SMS", "undi muntu", "mudasobwa", "imashini"),
)
"""The names of the hotline's processes in three languages, and similar names. No account may have
one of these names.
"""
NATIONAL_NAMES = (
    *("national", "national desk", "the national desk", "the nation"),
    *("national", "bureau national", "le bureau national"),
    *("ibiro by'igihugu", "ibiro bikuru"),
)
AROUND = ("{}", "{} desk", "the {} desk", "desk {}", "bureau {}", "bureau de {}", "ibiro bya {}")
"""The forms in which people may write the name of a desk, in the three languages. In each form, the name of the desk
replaces the placeholder.
"""


def is_reserved(name: str, desks: Iterable[str]) -> bool:
    """Returns True if the name belongs to a process or a desk.

    `desks` contains the names of the desks that people added. The function itself knows the names of all other desks.
    """
    taken = _reserved_keys(frozenset(desks))
    return any(key in keys for key, keys in zip(comparison_keys(name), taken, strict=True))


@lru_cache(maxsize=4)
def _reserved_keys(desks: frozenset[str]) -> Sequence[frozenset[str]]:
    """Returns the comparison keys of all reserved names, in three sets: one for each key that
    `comparison_keys` returns. Caches the result, because the computation takes ten milliseconds.
    """
    called = (*(area.name for area in districts()), *desks)
    around = (words.format(name) for name in called for words in AROUND)
    every = zip(*map(comparison_keys, (*PROCESS_NAMES, *NATIONAL_NAMES, *around)), strict=True)
    return tuple(map(frozenset, every))


WORDS = 4
"""The number of words by which people compare a key. Each of these words represents 17 bits of the key's digest. To
find another key with the same four words, an attacker would need more than a lifetime.
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
"""The number of time steps of 30 seconds by which a phone's clock may be wrong."""
ISSUER = "Hotline"
PAPER_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that people do not confuse on paper."""
PAPER_CODES = 10
PAPER_CODE_LETTERS = 10
RECOVERY_KEY_LETTERS = 26
"""The number of letters in a recovery key. The letters contain 128 random bits, so an attacker cannot find the key by
trying.
"""


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def accepted_step(secret: str, typed: str, at: datetime, *, after: int) -> int | None:
    """Checks the code of an authenticator app, and returns the code's time step. The time step may be one step early or
    late. Returns None for a wrong code, and for a code whose step is not later than `after`.

    The calling function must store the returned step, and pass this step as `after` when the person enters the next
    code. So each code is accepted only once.
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
    """Returns the code that an authenticator app with this secret shows at this time."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step_at(at))


def authenticator_uri(secret: str, name: str) -> str:
    """Returns the text that a page shows as a QR code, from which an authenticator app reads this secret."""
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    return totp.provisioning_uri(name=name, issuer_name=ISSUER)


def plain_typed(typed: str) -> str:
    """Returns a code or key that a person typed, in small letters, without spaces and dashes."""
    return "".join(letter for letter in typed.casefold() if letter.isalnum())


def is_paper_code(typed: str) -> bool:
    return len(plain_typed(typed)) == PAPER_CODE_LETTERS


def group_letters(letters: str, size: int) -> str:
    """Returns letters in groups, separated by dashes, because people read short groups more easily."""
    return "-".join(letters[first : first + size] for first in range(0, len(letters), size))


def paper_code(pick: Pick) -> str:
    return group_letters("".join(pick(PAPER_LETTERS) for _ in range(PAPER_CODE_LETTERS)), 5)


def recovery_key(pick: Pick) -> str:
    return group_letters("".join(pick(PAPER_LETTERS) for _ in range(RECOVERY_KEY_LETTERS)), 5)


FREE_FAILURES = 5
MAX_WAIT = timedelta(seconds=60)
FORGET_AFTER = timedelta(hours=1)
"""The hotline forgets the failed attempts with a name after this time."""
ALARM_FAILURES_OF_NAME, ALARM_FAILURES = 20, 200
"""The numbers of failed attempts within an hour that raise an alarm. The first number is for attempts with one name,
the second for attempts with all names together.
"""
LOGGED_EACH = 5
SUSPENDED_FOR = timedelta(hours=24)
"""An admin who acts alone can suspend an account for this time."""
SUSPENDED_AGAIN = timedelta(days=7)
"""The same admin may suspend the same account again only after this time."""
LINK_WAIT = timedelta(hours=24)
"""An admin can request a new sign-in link for another person's account. Without the approval of a second admin, the
link works only after this time.
"""
COMMANDS_WITHIN, MAX_COMMANDS = timedelta(hours=1), 2
"""Within the time `COMMANDS_WITHIN`, one admin may change at most `MAX_COMMANDS` accounts with a serious command. The
serious commands end an account, suspend an account, give an account a new link, or remove a role from an account.
"""
MAX_IDLE = timedelta(minutes=15)
MAX_SESSION = timedelta(hours=8)
MAX_SHIFT = timedelta(hours=13)
"""If a session showed the board of a desk, the board becomes locked at the end of the session. The locked board shows
only the number of urgent cases that no one has taken. The board shows this number until the time `MAX_SHIFT` has passed
since the sign-in.
"""
BOARD_EACH = timedelta(minutes=4)
"""The hotline records in the database that a session shows the board, at most once in this time."""
FACTOR_VALIDITY = timedelta(minutes=15)
"""For this time after a person enters the second factor, the sign-in counts as recent. For the same time, the person's
private key stays unlocked.
"""
SEEN_EACH = timedelta(seconds=60)
"""The database records a request of a session at most once in this time. The limit is needed because with SQLite, each
write to the database makes callers wait.
"""
RENEWAL_NOTICE = timedelta(days=7)
"""After a recovery sheet or an authenticator was replaced, the console shows a notice to the owner for this time, or
until the owner confirms the change.
"""
LINK_VALIDITY = timedelta(minutes=15)
APPROVAL_VALIDITY = timedelta(days=7)


def wait_after(failures: int) -> timedelta:
    """Returns the time for which the next sign-in with a name must wait, after this number of failed sign-ins. From
    the fifth failed sign-in on, the waiting time is 2, 4, 8 and so on, up to 60 seconds.
    """
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(MAX_WAIT, timedelta(seconds=2 ** min(10, failures - FREE_FAILURES + 1)))


def is_logged(number: int) -> bool:
    """Returns True if the audit log records the failed attempt with this number: 1 to 5, 10, 20, 50, 100, 200 and so
    on.

    The log skips the other failed attempts. A stranger could otherwise fill the log. No one can delete rows of
    the log.
    """
    return number <= LOGGED_EACH or str(number).rstrip("0") in ("1", "2", "5")


def seconds_left(until: datetime | None, at: datetime) -> int:
    """Returns the number of seconds from `at` to `until`, rounded up. Returns 0 if `until` has passed."""
    if until is None or until <= at:
        return 0
    return -int((at - until).total_seconds() // 1)


def is_expired(*, created_at: datetime, seen_at: datetime, at: datetime) -> bool:
    return at - seen_at >= MAX_IDLE or at - created_at >= MAX_SESSION


def is_fresh(factor_at: datetime, at: datetime) -> bool:
    return at - factor_at < FACTOR_VALIDITY
