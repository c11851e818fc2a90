"""Edits the phone numbers and short codes of a draft, and prints the poster of a published short code. The page of a
poster contains a text for the radio. The poster and the radio text are in three languages. The code checks both texts
as strictly as the texts of screens, because a poster stays on walls and any listener may hear a radio text. Neither the
poster nor the radio text shows a short code that opens a report or a flow for responders.
"""

import secrets
from collections.abc import Callable, Iterator
from typing import NamedTuple

from flask import Response, abort

from hotline.console.templating import number_of
from hotline.console.visit import MAX_ROWS, Visit, page, part_of_list, redirect_to
from hotline.editing import service_drafts, service_numbers
from hotline.editing.pages_difference import draft_form
from hotline.editing.service_numbers import NEVER_DIALLED, SentForm
from hotline.flows.check import EARLY, NEEDS_REASON, new_risky_words, replacement, risky_words
from hotline.flows.check_flow_set import short_code_problems
from hotline.flows.flow import EMERGENCY, FlowSet
from hotline.flows.node_fields import Titles
from hotline.flows.service_authoring import live_document
from hotline.text.languages import CODES, phrase


def numbers(visit: Visit, draft_id: int) -> Response:
    return page(
        visit,
        "numbers.html",
        change=service_drafts.get_draft(visit.context, draft_id),
        part=service_numbers.numbers_of(visit.context, draft_id),
        emergency=EMERGENCY,
        today=visit.context.now().date().isoformat(),
        once=secrets.token_hex(8),
    )


@draft_form(numbers, "numbers")
def change_number(visit: Visit, draft_id: int) -> None:
    """Confirms a phone number of a draft, or ends the confirmation of the number."""
    does, _, digits = visit.form.text("do", most=32).partition(":")
    sent = _sent(visit, draft_id)
    if does == "confirm":
        said = [visit.form.text(name, most=120) for name in ("answered", "called")]
        service_numbers.confirm(sent, digits, *said)
    elif does == "away":
        service_numbers.end_confirmation(sent, digits)


@draft_form(numbers, "numbers")
def add_number(visit: Visit, draft_id: int) -> None:
    row = [visit.form.text(name, most=500) for name in ("service", "evidence", "status")]
    digits = "".join(visit.form.text("number", most=40).split())
    service_numbers.list_number(_sent(visit, draft_id), digits, *row)


def _sent(visit: Visit, draft_id: int) -> SentForm:
    """Returns the sent form with its version and its token."""
    version = number_of(visit.form.text("version", most=20), signed=True)
    once = visit.form.text("once", most=32)
    return SentForm(visit.context, visit.by, draft_id, version or 0, once, visit.wrong)


def short_codes(visit: Visit, draft_id: int) -> Response:
    part = service_numbers.short_codes_of(visit.context, draft_id)
    shown = part_of_list(part.lines, visit.asked("part"))
    before = sum(line.digits < part.next_digits for line in part.lines)
    return page(
        visit,
        "entries.html",
        change=service_drafts.get_draft(visit.context, draft_id),
        part=part,
        shown=shown,
        asked=shown.number if shown.count > 1 else None,
        # The number of the page of the list that will contain the new short code.
        new_at=before // MAX_ROWS + 1 if len(part.lines) >= MAX_ROWS else None,
        once=secrets.token_hex(8),
    )


@draft_form(short_codes, "entries")
def change_short_codes(visit: Visit, draft_id: int) -> Response:
    """Saves the names of all short codes on one page of the list, or removes a short code that was never printed."""
    does, _, digits = visit.form.text("do", most=32).partition(":")
    if does == "out":
        service_numbers.remove_short_code(_sent(visit, draft_id), digits)
    else:
        names = {
            name.removeprefix("name."): value
            for name, value in visit.form.fields
            if name.startswith("name.")
        }
        service_numbers.name_short_codes(_sent(visit, draft_id), names)
    return _to_short_codes(visit, draft_id)


@draft_form(short_codes, "entries")
def add_short_code(visit: Visit, draft_id: int) -> Response:
    flow, name = visit.form.text("flow"), visit.form.text("name")
    service_numbers.add_short_code(_sent(visit, draft_id), flow, name)
    return _to_short_codes(visit, draft_id)


def _to_short_codes(visit: Visit, draft_id: int) -> Response:
    """Redirects to the same page of the list of short codes."""
    asked = {"part": said} if (said := visit.asked("part")) else {}
    return redirect_to("numbers.entries", draft_id=draft_id, **asked)


DIAL = phrase("On any phone, dial {code}")
ON_AIR = phrase("{title}. {description} On any phone, dial {spoken}. We repeat: dial {spoken}.")
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
    """Returns True if a poster may show a short code. A poster may not show a short code whose flow collects a report
    or has private answers. A poster may also not show a short code after which further digits open a report or a PIN
    question.
    """
    name = flow_set.entries.get(digits, "")
    flow = flow_set.flows.get(name)
    if flow is None or flow.gathers or flow.private or name in NEVER_DIALLED:
        return False
    return all(one.node != digits for one in short_code_problems(flow_set))


def poster_problems(text: str, language: str) -> Iterator[str]:
    """Yields the words of a poster that the hotline's first screens may not contain, and the words that no screen may
    contain."""
    yield from risky_words(text, language)
    yield from new_risky_words("", text, language)


def poster_text(
    say: Callable[..., str], language: str, titles: Titles, flow: str, printed: str
) -> PosterText:
    """Returns the words of a poster in one language. `say` is the function that translates a phrase."""
    star, end = say(language, STAR), say(language, HASH)
    spoken = " ".join(printed.replace("*", f" {star} ").replace("#", f" {end}").split())
    title, description = titles.flow(flow), titles.description(flow)
    values = {"title": title, "description": description, "spoken": spoken}
    return PosterText(
        title, description, say(language, DIAL, code=printed), say(language, ON_AIR, **values)
    )
