"""Names and words of the environment that every layer may use."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
"""The folder of the project: flows, locales and docs lie in it."""
PREFIX = "HOTLINE_"
OWNER_ALONE = 0o077
"""The umask of every process of ours: what it writes, nobody else reads."""
ELSEWHERE = frozenset(PREFIX + name for name in ("TESTING", "TEST_LONG", "TEST_SEED"))
"""Variables of ours that are no settings: the tests'."""
YES = frozenset({"yes", "true", "on", "1"})
NO = frozenset({"no", "false", "off", "0"})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_yes(value: str) -> bool:
    return value.strip().casefold() in YES


def did_you_mean(word: str, known: Iterable[str], *, prefix: str = "") -> str:
    """Returns the likely meaning as the end of a sentence that refuses `word`; empty where nothing is like it."""
    near = get_close_matches(word, sorted(known), n=1)
    return f". Did you mean {prefix}{near[0]}?" if near else ""
