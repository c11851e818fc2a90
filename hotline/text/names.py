"""Names as people type them: what tells two of them apart, and what does not."""

import unicodedata


def folded(typed: str) -> str:
    """A name without what tells nobody apart: capitals, spaces, and another form of the same letter."""
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())


def is_one_name(one: str, other: str) -> bool:
    return folded(one) == folded(other)
