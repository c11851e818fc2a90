"""What an SMS calls a referral: four letters and digits that survive a bad screen and a hasty thumb. Pure.

Of letters and digits that look alike only one is ever made, and the other is read as it: no 0 O 1 I L among them, B is
read as 8, Z as 2. Each reference has a letter, and a digit that looks like no letter.
"""

from collections.abc import Callable

ALPHABET = "ACDEFHJKMNPQRTUWXY23456789"
TWINS = str.maketrans("BGSVZO0", "865U2QQ")
"""Typed for what it looks like."""
SURE_DIGITS = frozenset("3479")
"""Digits that nobody takes for a letter: with one in each reference, no word is ever read as one."""
LENGTH = 4


def make(choose: Callable[[str], str]) -> str:
    """A new one, out of `choose`, which picks a letter of the alphabet by chance."""
    while True:
        made = "".join(choose(ALPHABET) for _ in range(LENGTH))
        if is_reference(made):
            return made


def is_reference(text: str) -> bool:
    return (
        len(text) == LENGTH
        and set(text) <= set(ALPHABET)
        and not SURE_DIGITS.isdisjoint(text)
        and not text.isdigit()
    )


def read(text: str) -> str | None:
    """The reference that somebody meant by these letters, or None."""
    meant = text.upper().translate(TWINS)
    return meant if is_reference(meant) else None
