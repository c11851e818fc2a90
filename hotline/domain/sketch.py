"""How many people there were, without knowing which: a HyperLogLog sketch. Pure.

A person's keyed digest falls into one of 16,384 registers, which keeps the longest run of zeros that it ever saw. Twice
the same person changes nothing; two sketches are united by the larger of each register. Read back by Ertl's improved
estimator ("New cardinality estimation algorithms for HyperLogLog sketches", 2017): one formula from nobody to
everybody, with a standard error of 0.8 %.
"""

from collections import Counter
from collections.abc import Iterable
from math import inf, log, sqrt

BITS = 14
REGISTERS = 1 << BITS
MOST = 64 - BITS + 1
"""The largest rank that 64 bits can give."""


def place(digest: int) -> tuple[int, int]:
    """Register and rank of a 64-bit digest. A rank is 1 to 51."""
    tail = digest & ((1 << (64 - BITS)) - 1)
    return digest >> (64 - BITS), MOST - tail.bit_length()


def estimate(ranks: Iterable[int]) -> int:
    """How many different digests filled these registers. Those that were never touched need not be given."""
    filled = Counter(ranks)
    empty = REGISTERS - filled.total()
    z = REGISTERS * _tau(1 - filled[MOST] / REGISTERS)
    for rank in range(MOST - 1, 0, -1):
        z = 0.5 * (z + filled[rank])
    z += REGISTERS * _sigma(empty / REGISTERS)
    return round(REGISTERS**2 / (2 * log(2) * z))


def _sigma(x: float) -> float:
    """What the empty registers weigh."""
    if x == 1:
        return inf
    y, z, before = 1.0, x, -1.0
    while z != before:
        x *= x
        before, z, y = z, z + x * y, y * 2
    return z


def _tau(x: float) -> float:
    """What the full ones weigh."""
    if x in (0, 1):
        return 0
    y, z, before = 1.0, 1 - x, -1.0
    while z != before:
        x = sqrt(x)
        y /= 2
        before, z = z, z - (1 - x) ** 2 * y
    return z / 3
