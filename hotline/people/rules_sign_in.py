"""Checks passwords and second factors, and limits attempts and sessions. All functions are pure: they get the time and
the source of random letters as arguments.

To find common passwords, the module uses the library zxcvbn, which knows English words. The module adds the words of
the hotline's texts in Kinyarwanda and French. The check does not find rare words, names of people, or verb forms that
are missing in the texts.

An account may not have the name of a process or a desk, because the audit log uses these names.

Pages show a public key as four words. To compare two copies of a key, one person reads the words aloud, and another
person checks them.

After failed sign-ins with a name, a person must wait before the next attempt with this name. Each further failed
sign-in makes the waiting time longer, up to a limit. The hotline never locks an account because of failed sign-ins,
because a stranger could then lock out the account's owner.
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
"""A password must not contain the account's name, if the name has at least this number of letters. A shorter name may
be in a password by chance.
"""
MIN_ATTEMPTS = 10**9
"""A password is common if an attacker needs fewer attempts than this number to find it. At four attempts a second,
these attempts take eight years on one processor core.
"""
MAX_CHECKED = 40
"""The number of letters of a password that zxcvbn checks, because longer passwords would take several seconds."""
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
"""The files with the hotline's texts, whose words count as common."""
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
    """Returns True if an attacker could find the password with fewer than `MIN_ATTEMPTS` attempts.

    Attackers first try words, names, dates and neighbouring keys of the keyboard. Attackers also try usual variants,
    such as a word with a digit at the end.
    """
    # This import is in the function, because zxcvbn's word lists take 12 MB of memory, and most processes check no
    # passwords.
    from zxcvbn import matching, scoring

    own = matching.build_ranked_dict(account_name_key(name).split())
    known = {**matching.RANKED_DICTIONARIES, "name": own, "local": _local_ranks()}
    # Without spaces and dashes, zxcvbn also finds a word that a person typed in parts, such as "pass-word".
    joined = "".join(one for one in password if one.isalnum())
    for one in (password[:MAX_CHECKED], joined[:MAX_CHECKED]):
        found = matching.omnimatch(one, known)
        if one and scoring.most_guessable_match_sequence(one, found)["guesses"] < MIN_ATTEMPTS:
            return True
    return False


@cache
def _local_ranks() -> Mapping[str, int]:
    """Returns the common words in Rwanda, each with its rank. The most common word has the rank 1."""
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
    """Checks the length and the letters of a new password. Returns the fault, or None if there is no fault. This check
    is fast, while `is_common` is slow.
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
    """Yields words that each consist of three of the syllables."""
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
"""The names of the hotline's processes in three languages, and similar names, which no account may have."""
NATIONAL_NAMES = (
    *("national", "national desk", "the national desk", "the nation"),
    *("national", "bureau national", "le bureau national"),
    *("ibiro by'igihugu", "ibiro bikuru"),
)
AROUND = ("{}", "{} desk", "the {} desk", "desk {}", "bureau {}", "bureau de {}", "ibiro bya {}")
"""The texts with which people refer to a desk in three languages, with a placeholder for the desk's name."""


def is_reserved(name: str, desks: Iterable[str]) -> bool:
    """Returns True if an account may not have this name, because it is the name of a process or a desk.

    `desks` contains the names of the desks that people added. The function knows the names of all other desks.
    """
    taken = _reserved_keys(frozenset(desks))
    return any(key in keys for key, keys in zip(comparison_keys(name), taken, strict=True))


@lru_cache(maxsize=4)
def _reserved_keys(desks: frozenset[str]) -> Sequence[frozenset[str]]:
    """Returns all reserved names in the form in which they are compared: one set for each key of `comparison_keys`.
    Caches the result, because computing it takes ten milliseconds.
    """
    called = (*(area.name for area in districts()), *desks)
    around = (words.format(name) for name in called for words in AROUND)
    every = zip(*map(comparison_keys, (*PROCESS_NAMES, *NATIONAL_NAMES, *around)), strict=True)
    return tuple(map(frozenset, every))


WORDS = 4
"""The number of words by which people compare a key. Each word represents 17 bits of the key's digest. An attacker
would need more than a lifetime to find another key with the same words.
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
"""The number of 30-second steps by which a phone's clock may be wrong."""
ISSUER = "Hotline"
PAPER_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""The letters and digits of printed codes, which people do not confuse."""
PAPER_CODES = 10
PAPER_CODE_LETTERS = 10
RECOVERY_KEY_LETTERS = 26
"""The number of letters in a recovery key. The letters contain 128 random bits, so an attacker cannot guess the key."""


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def accepted_step(secret: str, typed: str, at: datetime, *, after: int) -> int | None:
    """Checks a code from an authenticator app, and returns the code's time step. The app's clock may be wrong by one
    step. Returns None if the code is wrong, or if its step is not later than `after`.

    The calling function must store the returned step, and give it as `after` at the next check. So the hotline accepts
    each code only once.
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
    """Returns the code that an authenticator app with the secret `secret` shows at this time."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step_at(at))


def authenticator_uri(secret: str, name: str) -> str:
    """Returns the text of the QR code from which an authenticator app reads its secret."""
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    return totp.provisioning_uri(name=name, issuer_name=ISSUER)


def plain_typed(typed: str) -> str:
    """Returns a code or key that a person typed, in small letters, without spaces and dashes."""
    return "".join(letter for letter in typed.casefold() if letter.isalnum())


def is_paper_code(typed: str) -> bool:
    return len(plain_typed(typed)) == PAPER_CODE_LETTERS


def group_letters(letters: str, size: int) -> str:
    """Returns a code's letters in groups with dashes, because people read short groups more easily."""
    return "-".join(letters[first : first + size] for first in range(0, len(letters), size))


def paper_code(pick: Pick) -> str:
    return group_letters("".join(pick(PAPER_LETTERS) for _ in range(PAPER_CODE_LETTERS)), 5)


def recovery_key(pick: Pick) -> str:
    return group_letters("".join(pick(PAPER_LETTERS) for _ in range(RECOVERY_KEY_LETTERS)), 5)


FREE_FAILURES = 5
MAX_WAIT = timedelta(seconds=60)
FORGET_AFTER = timedelta(hours=1)
"""The time after which failed sign-ins with a name no longer count."""
ALARM_FAILURES_OF_NAME, ALARM_FAILURES = 20, 200
"""The numbers of failed sign-ins within an hour that raise an alarm. The first number is for one name, and the second
number is for all names together.
"""
LOGGED_EACH = 5
SUSPENDED_FOR = timedelta(hours=24)
"""The time for which one admin alone can suspend an account."""
SUSPENDED_AGAIN = timedelta(days=7)
"""The time after which the same admin may suspend the same account again."""
LINK_WAIT = timedelta(hours=24)
"""The time before a new sign-in link for an account works, if no second admin approved the link."""
COMMANDS_WITHIN, MAX_COMMANDS = timedelta(hours=1), 2
"""Within the time `COMMANDS_WITHIN`, an admin may use serious commands on at most `MAX_COMMANDS` accounts. The serious
commands end an account, suspend it, give it a new link, or remove one of its roles.
"""
MAX_IDLE = timedelta(minutes=15)
MAX_SESSION = timedelta(hours=8)
MAX_SHIFT = timedelta(hours=13)
"""A session that showed a desk's board can show the locked board until this time after the sign-in. The locked board
shows only the number of urgent cases that no one has taken.
"""
BOARD_EACH = timedelta(minutes=4)
"""While a session shows a desk's board, the hotline records this at most once within this time."""
FACTOR_VALIDITY = timedelta(minutes=15)
"""The time for which a sign-in counts as recent, after the person has entered the second factor. For this time, the
person's private key also stays unlocked.
"""
SEEN_EACH = timedelta(seconds=60)
"""The hotline stores the time of a session's last request at most once within this time. Without this limit, callers
would have to wait, because SQLite allows only one writer at a time.
"""
RENEWAL_NOTICE = timedelta(days=7)
"""For this time, the console shows the owner that a recovery sheet or an authenticator was replaced. The notice ends
earlier if the owner confirms the change.
"""
LINK_VALIDITY = timedelta(minutes=15)
APPROVAL_VALIDITY = timedelta(days=7)


def wait_after(failures: int) -> timedelta:
    """Returns the time that a person must wait after this number of failed sign-ins with a name. From the fifth failed
    sign-in on, the waiting time is 2, 4, 8 seconds and so on, up to 60 seconds.
    """
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(MAX_WAIT, timedelta(seconds=2 ** min(10, failures - FREE_FAILURES + 1)))


def is_logged(number: int) -> bool:
    """Returns True if the audit log records the failed sign-in with this number: 1 to 5, 10, 20, 50, 100, 200 and so
    on.

    The log leaves out other failed sign-ins, because a stranger could otherwise fill the log, and no one can delete its
    rows.
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
