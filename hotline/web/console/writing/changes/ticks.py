"""The ticks of whoever reads: one for each language in which words differ."""

from collections.abc import Sequence

from hotline.text.languages import NAMES
from hotline.web.console.form import PostedForm
from hotline.web.console.visit import Visit

TICK = "read-"


def unread(form: PostedForm, languages: Sequence[str]) -> Sequence[str]:
    """The languages that nobody ticked."""
    return [code for code in languages if not form.ticked(f"{TICK}{code}")]


def unread_words(visit: Visit, languages: Sequence[str]) -> str:
    named = ", ".join(NAMES[code] for code in languages)
    return visit.say("Tick what you have read: {languages}.", languages=named)
