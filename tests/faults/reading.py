"""Simulates a caller who reads: finds a label on the screen and presses its digit, or `9` until the label appears.

A test that uses this caller does not depend on the digits of the choices.
"""

import re
from typing import Protocol

from hotline.emulator.server import choices
from hotline.text.errors import HotlineError

PAGES = 12
"""A number larger than the number of pages in any menu."""


class LabelMissing(HotlineError):
    """An error: the handset's screen does not show the choice that the caller looks for."""


class DialogueBroken(HotlineError):
    """An error: a call ended before the hotline said that the tip is stored."""


class RealLine(HotlineError):
    """An error: the settings point to a real hotline, and this tool would kill or empty it. The error names the
    settings to remove."""


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
