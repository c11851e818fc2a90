"""A caller who reads: she looks for a label on the screen and presses its digit, or `9` until she finds it.

For benchmarks and fault runs, which must not know how the flows are numbered.
"""

import re
from typing import Protocol

from hotline.errors import LabelMissing

PAGES = 12
"""More pages than any menu has."""
CHOICE = re.compile(r"(?:^|\s)([1-8]) (\S.*?)(?=(?: [1-8] \S)|$)", re.MULTILINE)


class OpenDialogue(Protocol):
    @property
    def screen(self) -> str: ...

    def reply(self, text: str) -> object: ...


def choices(screen: str) -> dict[str, str]:
    """The labels a screen offers, and the digit before each."""
    return {label.strip(): digit for digit, label in CHOICE.findall(screen)}


def choose(dialogue: OpenDialogue, label: str) -> None:
    """Press what leads to `label`. Raises LabelMissing."""
    for _ in range(PAGES):
        offered = choices(dialogue.screen)
        if label in offered:
            dialogue.reply(offered[label])
            return
        if not re.search(r"(?:^|\s)9 \S", dialogue.screen):
            break
        dialogue.reply("9")
    raise LabelMissing(label)
