"""A screen as a narrow phone breaks it: between words, and in the middle of one that is longer than a line. Pure."""

from hotline.engine.screen import NARROWEST


def wrapped(text: str, columns: int = NARROWEST) -> list[str]:
    """The lines of a text on a phone with so many letters in a line."""
    pieces: list[str] = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > columns:
            cut = rest.rfind(" ", 0, columns + 1)
            cut = columns if cut <= 0 else cut
            pieces.append(rest[:cut])
            rest = rest[cut:].lstrip(" ")
        pieces.append(rest)
    return pieces
