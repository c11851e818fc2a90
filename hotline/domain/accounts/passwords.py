"""Which passwords an account may have, and the easy ones that are suggested. Pure: chance comes in."""

from collections.abc import Callable

from hotline.domain.accounts.account import entered_as
from hotline.domain.accounts.faults import AccountFault

LEAST_LETTERS = 12
MOST_LETTERS = 200
LEAST_DIFFERENT = 5
NAME_COUNTS_FROM = 4
"""A name of fewer letters may stand in a password by chance."""
CONSONANTS = "bdfgkmnprstz"
VOWELS = "aeiou"
SUGGESTED_WORDS = 5
SYLLABLES = 3

Pick = Callable[[str], str]
"""One letter out of several, by chance."""


def password_fault(password: str, name: str) -> AccountFault | None:
    """What is wrong with a new password; None where nothing is."""
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
