"""Says a public key in four words: a person reads them out, and a desk member compares them. Pure."""

import hashlib

from hotline.domain.accounts.passwords import CONSONANTS, SYLLABLES, VOWELS

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
