"""Yes and no, written out where a menu asks for them. Pure."""

from collections.abc import Sequence

from hotline.engine.flow import Choice

YES = frozenset({"yego", "oui", "yes"})
NO = frozenset({"oya", "non", "no"})
MARKS = " \t\r\n.,!"


def agreed(choices: Sequence[Choice], keyed: str) -> int | None:
    """Which choice a written yes or no means; None where it means none, or where two choices begin with it.

    A choice is a yes where its label begins with one in every language: "Yego, siba", "Oui, effacer", "Yes, erase".
    """
    said = _word(keyed)
    meant = next((words for words in (YES, NO) if said in words), None)
    if meant is None:
        return None
    found = []
    for at, choice in enumerate(choices):
        begins = [_word(label.partition(",")[0]) for label in choice.label.values() if label]
        if begins and meant.issuperset(begins):
            found.append(at)
    return found[0] if len(found) == 1 else None


def _word(written: str) -> str:
    return written.strip(MARKS).casefold()
