"""Simulates a caller who reads: looks for a label on the screen and presses its digit, or `9` until it appears.

Proofs that call the line must not depend on how the flows are numbered.
"""

import re
from typing import Protocol

from hotline.emulator.server import choices
from hotline.errors import HotlineError

PAGES = 12
"""More pages than any menu has."""


class LabelMissing(HotlineError):
    """An error: the handset's screen does not show the choice that the caller looks for."""


class DialogueBroken(HotlineError):
    """An error: a dialogue ended before it said that the tip is kept."""


class RealLine(HotlineError):
    """An error: a tool that kills or empties lines has the settings of a real one. Names the settings to unset."""


class OpenDialogue(Protocol):
    @property
    def screen(self) -> str: ...

    def reply(self, text: str) -> object: ...


def choose(dialogue: OpenDialogue, label: str) -> None:
    """Presses the keys that lead to `label`. Raises LabelMissing."""
    for _ in range(PAGES):
        offered = choices(dialogue.screen)
        if label in offered:
            dialogue.reply(offered[label])
            return
        if not re.search(r"(?:^|\s)9 \S", dialogue.screen):
            break
        dialogue.reply("9")
    raise LabelMissing(label)
