"""Names of screens and flows, made of the English that somebody typed. Pure."""

import re
import unicodedata
from collections.abc import Collection

from hotline.engine.document.fields import LONGEST_NAME

MOST_WORDS = 4
"""Words of a name that is made; whoever wants more types it."""
OF_NOTHING = "screen"
"""What is called so had no letter to be called after."""
_SMALL = frozenset({"a", "an", "and", "is", "it", "of", "or", "that", "the", "to"})


def name_of(english: str, taken: Collection[str] = ()) -> str:
    """`do_not_pay_first` of "Do not pay first to get a job", with a number behind it where that is taken."""
    bare = unicodedata.normalize("NFKD", english).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", bare.replace("'", ""))
    said = [word for word in words if word not in _SMALL] or words
    name = "_".join(said[:MOST_WORDS]).lstrip("_0123456789")[:LONGEST_NAME].rstrip("_")
    return free_name(name or OF_NOTHING, taken)


def free_name(name: str, taken: Collection[str]) -> str:
    free, number = name, 2
    while free in taken:
        end = f"_{number}"
        free, number = name[: LONGEST_NAME - len(end)] + end, number + 1
    return free
