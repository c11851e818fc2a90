"""A caller who reads: looks for a label on the screen and presses its digit, or `9` until it is there.

Proofs that call must not know how the flows are numbered.
"""

import re
from typing import Protocol

from hotline.emulator.server import choices
from hotline.errors import HotlineError

PAGES = 12
"""More pages than any menu has."""


class LabelMissing(HotlineError):
    """A caller who reads finds no such choice on the handset's screen."""


class DialogueBroken(HotlineError):
    """A dialogue ended before it said that the tip is kept."""


class RealLine(HotlineError):
    """What kills or empties lines was started with the settings of one; says which to unset."""


class OpenDialogue(Protocol):
    @property
    def screen(self) -> str: ...

    def reply(self, text: str) -> object: ...


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
