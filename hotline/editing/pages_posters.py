"""Prints the poster and the radio text of a published short code, in three languages.

A poster stays on walls, and any listener may hear a radio text. So both pass the checks of screens, and neither shows a
short code that opens a report or a page for responders.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from flask import Response, abort

from hotline.console.visit import Visit, page
from hotline.editing.service_numbers import NEVER_DIALLED
from hotline.flows.check_flow_set import short_code_problems
from hotline.flows.check_safety import (
    EARLY,
    NEEDS_REASON,
    new_risky_words,
    replacement,
    risky_words,
)
from hotline.flows.flow import FlowSet
from hotline.flows.node_fields import Titles
from hotline.flows.service_authoring import live_document
from hotline.text.languages import CODES
from hotline.text.phrases import phrase

DIAL = phrase("On any phone, dial {code}")
ON_AIR = phrase("{title}. {description} On any phone, dial {spoken}. Again: {spoken}.")
STAR, HASH = phrase("star"), phrase("hash")


class PosterText(NamedTuple):
    """The words of the poster and of the radio text in one language."""

    title: str
    description: str
    dial: str
    radio: str

    @property
    def whole(self) -> str:
        return " ".join(self)


def poster(visit: Visit, digits: str) -> Response:
    flow_set = visit.context.flow_sets.get(visit.context.flow_sets.live())
    if not is_printable(flow_set, digits):
        abort(404)
    flow = flow_set.entries[digits]
    printed = f"{visit.context.line.service_code.removesuffix('#')}*{digits}#"
    flows = live_document(visit.context.database)["flows"]
    say = visit.templates.say
    texts = {code: poster_text(say, code, Titles(flows, code), flow, printed) for code in CODES}
    words = {
        (word, code) for code, text in texts.items() for word in poster_problems(text.whole, code)
    }
    known = (replacement(word, code, (*EARLY, *NEEDS_REASON)) for word, code in sorted(words))
    return page(
        visit,
        "poster.html",
        title=Titles(flows, visit.language).flow(flow),
        printed=printed,
        texts=texts,
        words=sorted({word for word, _ in words}),
        instead=[one.said(visit.say) for one in known if one],
    )


def is_printable(flow_set: FlowSet, digits: str) -> bool:
    """Returns True if a poster may show a short code. Its flow collects no report and has no private answers, and no
    digits dialled after it open a report or a PIN question.
    """
    name = flow_set.entries.get(digits, "")
    flow = flow_set.flows.get(name)
    if flow is None or flow.gathers or flow.private or name in NEVER_DIALLED:
        return False
    return all(one.node != digits for one in short_code_problems(flow_set))


def poster_problems(text: str, language: str) -> Iterator[str]:
    """Yields the words that neither the first screens nor any other screen may contain."""
    yield from risky_words(text, language)
    yield from new_risky_words("", text, language)


def poster_text(
    say: Callable[..., str], language: str, titles: Titles, flow: str, printed: str
) -> PosterText:
    """Returns the words of a poster in one language. `say` translates a phrase."""
    star, end = say(language, STAR), say(language, HASH)
    spoken = " ".join(printed.replace("*", f" {star} ").replace("#", f" {end}").split())
    title, description = titles.flow(flow), titles.description(flow)
    values = {"title": title, "description": description, "spoken": spoken}
    return PosterText(
        title, description, say(language, DIAL, code=printed), say(language, ON_AIR, **values)
    )
