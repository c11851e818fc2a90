"""Check digits and letters by ISO 7064's hybrid systems (MOD 11,10 for digits). Pure.

One sign that is wrong always shows, and nearly every two exchanged.
"""

from collections.abc import Iterable


def check_of(values: Iterable[int], modulus: int) -> int:
    """The value of the sign that follows these, of an alphabet of so many."""
    carried = modulus
    for value in values:
        carried = ((carried + value) % modulus or modulus) * 2 % (modulus + 1)
    return (modulus + 1 - carried) % modulus
