"""Shows and edits the phone numbers of a draft.

Also shows the short codes of a draft, adds new short codes, and searches all texts that callers may see. A published
short code can never be removed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from hotline.core.contexts import Context
from hotline.core.documents import Document
from hotline.core.wording import Template
from hotline.editing import service_draft_steps, service_drafts
from hotline.editing.rules_drafts import ENTRIES, NUMBERS, Author, PartDocument, StepKind, part_of
from hotline.editing.rules_drafts import PHRASES as CODE_WORDS
from hotline.editing.service_drafts import NewStep, PartDraft, gather_draft
from hotline.editing.service_review_document import phrase_texts
from hotline.flows.check import anchor, plain_text
from hotline.flows.flow import EMERGENCY, Evidence, Number
from hotline.flows.node_fields import (
    TextMatch,
    nodes_of,
    place_of,
    screens_with_numbers,
    search_texts,
)
from hotline.flows.rules_reviews import PHRASES
from hotline.flows.service_authoring import live_document
from hotline.statistics import queries
from hotline.statistics.rules_counts import summed
from hotline.text.errors import FormRefused
from hotline.text.languages import Phrases, phrase

SOON = timedelta(days=60)
"""The page warns about a phone number whose confirmation ends within this time."""
SIGNATURE = ("confirmed_by", "confirmed_on", "answered_by")
CALLED_WITHIN = timedelta(days=30)
"""A phone call confirms a number only if the call was made within this time before today."""
DIGITS = re.compile(r"\d{3,13}", re.ASCII)


class NumberState(StrEnum):
    UNCONFIRMED = "unconfirmed"
    SHOWS = "shows"
    SOON = "soon"
    """Screens show the number now. The confirmation of the number ends within two months."""
    LAPSED = "lapsed"


class NumberLine(NamedTuple):
    """One phone number, with the facts that its row on the page shows."""

    number: Number
    row: Document
    """The service that answers the phone number, and the evidence for the number."""
    state: NumberState
    named_by: Sequence[tuple[str, str]]
    """The flow and the screen of each text that shows the number while the number has a valid confirmation."""
    is_changed: bool
    """True if the draft changes this number."""


class NumbersPart(NamedTuple):
    version: int
    lines: Sequence[NumberLine]


NOT_THERE = phrase("This number is no longer on the list of phone numbers.")
EMERGENCY_STAYS = phrase("You cannot remove the emergency number 112.")
CODE_NOT_THERE = phrase("This short code is no longer in the draft.")


class SentForm(NamedTuple):
    """One form that an editor sent: the editor, and the version of the draft that the form showed."""

    context: Context
    by: Author
    draft_id: int
    version: int
    once: str
    wrong: Callable[[str, str], FormRefused]
    """Returns the error that shows a sentence at a field of the form, in the editor's language."""

    def newest(self, part: str) -> PartDocument:
        """Returns the newest version of a part of the draft. Raises NotFound, StoreUnavailable."""
        return service_drafts.part_draft(self.context, self.draft_id, part).document or {}

    def save(self, part: str, document: PartDocument, /, **says: str) -> None:
        """Saves the next version of a part of the draft. Raises DraftRefused, EditClash, NotFound, StoreUnavailable."""
        step = NewStep(part, document, self.once, says)
        service_draft_steps.save_step(
            self.context, self.by, self.draft_id, step, base_version=self.version
        )


def numbers_of(context: Context, draft_id: int) -> NumbersPart:
    """Returns the numbers of a draft, each with its state. Raises NotFound, NotReady, StoreUnavailable."""
    now, live, document = _part(context, draft_id, NUMBERS)
    named = screens_with_numbers(document["flows"])
    today = context.now().date()
    lines = []
    for digits, row in (now.document or {}).items():
        on, status = row.get("confirmed_on"), row.get("status", "")
        number = Number(
            digits,
            Evidence(status) if status in {*Evidence} else Evidence.UNVERIFIED,
            str(row.get("confirmed_by", "")),
            date.fromisoformat(str(on)) if on else None,
        )
        state, is_changed = _state(number, today), row != live.get(digits)
        lines.append(NumberLine(number, row, state, [*named.get(digits, ())], is_changed))
    return NumbersPart(now.version, lines)


def _part(
    context: Context, draft_id: int, part: str
) -> tuple[PartDraft, PartDocument, PartDocument]:
    """Returns a part of the draft, the published version of this part, and the document that the draft would
    publish."""
    with context.database.reading() as session:
        gathered = gather_draft(session, draft_id)
    now, live = service_drafts.part_draft(context, draft_id, part), part_of(gathered.live, part)
    return now, live or {}, gathered.document


def confirm(form: SentForm, digits: str, answered_by: str, called_on: str) -> None:
    """Records that a phone call confirmed a verified number. The confirmation is in the editor's name, and lasts one
    year from the day of the call.

    Raises FormRefused, and the errors of `SentForm.save`.
    """
    numbers = form.newest(NUMBERS)
    if digits not in numbers:
        raise form.wrong("numbers", NOT_THERE)
    if numbers[digits].get("status") != Evidence.VERIFIED:
        raise form.wrong(
            "numbers",
            'You can confirm only a phone number that has the evidence level "verified".',
        )
    if not answered_by or service_drafts.NUMBER.search(answered_by):
        raise form.wrong(
            f"answered-{digits}",
            "Enter the office and the role of the person who answered. Do not enter a phone number.",
        )
    if not _is_recent(called_on, form.context.now().date()):
        raise form.wrong(
            f"called-{digits}",
            "Enter the day of the call. The day must be one of the last 30 days.",
        )
    signed = dict(zip(SIGNATURE, (form.by.name, called_on, answered_by), strict=True))
    new = {**numbers, digits: {**numbers[digits], **signed}}
    form.save(NUMBERS, new, did=StepKind.NUMBER_CONFIRMED, digits=digits)


def _is_recent(day: str, today: date) -> bool:
    """Returns True if a call on this day is recent enough to confirm a number. The day is written like 2026-11-30. A
    day in the future is not recent, because the date must be a mistake."""
    try:
        return today - CALLED_WITHIN <= date.fromisoformat(day) <= today
    except ValueError:
        return False


def end_confirmation(form: SentForm, digits: str) -> None:
    """Ends the confirmation of a number. After the end of the confirmation, no screen shows the number. Raises
    FormRefused, and the errors of `SentForm.save`."""
    numbers = form.newest(NUMBERS)
    if digits not in numbers:
        raise form.wrong("numbers", NOT_THERE)
    if digits == EMERGENCY:
        raise form.wrong("numbers", EMERGENCY_STAYS)
    row = {name: said for name, said in numbers[digits].items() if name not in SIGNATURE}
    new = {**numbers, digits: row}
    form.save(NUMBERS, new, did=StepKind.NUMBER_TAKEN_AWAY, digits=digits)


def list_number(form: SentForm, digits: str, service: str, evidence: str, status: str) -> None:
    """Adds a new number, or replaces the evidence for an existing number. After the change, the number has no
    confirmation.

    Raises FormRefused, and the errors of `SentForm.save`.
    """
    if not DIGITS.fullmatch(digits):
        raise form.wrong("number", "Enter a number of 3 to 13 digits, without spaces.")
    if not service:
        raise form.wrong("service", "Enter the name of the service that answers this number.")
    if not evidence or status not in {*Evidence}:
        raise form.wrong(
            "evidence",
            "Enter the source of the number: a link, or the sender and date of a letter.",
        )
    numbers = form.newest(NUMBERS)
    if digits == EMERGENCY and numbers.get(digits, {}).get("confirmed_on"):
        raise form.wrong("numbers", EMERGENCY_STAYS)
    row = {"number": digits, "service": service, "status": status, "evidence": evidence}
    form.save(NUMBERS, {**numbers, digits: row}, did=StepKind.NUMBER_LISTED, digits=digits)


def _state(number: Number, today: date) -> NumberState:
    if number.until is None:
        return NumberState.UNCONFIRMED
    if number.until < today:
        return NumberState.LAPSED
    return NumberState.SOON if number.until - today <= SOON else NumberState.SHOWS


NAME_LETTERS = 60
CALLS_OF = timedelta(days=28)
FIRST, LAST = 11, 99
"""The range from which short codes get their digits."""
NEVER_DIALLED = ("front", "questions")
FULL = ""
"""The value of `next_digits` if no digits are free for a new short code."""


class ShortCodeLine(NamedTuple):
    digits: str
    printed: str
    """The whole code that callers dial and that a poster shows, such as `*384*777*11#`."""
    flow: str
    name: str
    """The name of the poster or place that shows the short code, such as "poster Nyabugogo". The name is empty if the
    short code has none."""
    is_live: bool
    calls: int | None
    """The number of calls that began with this short code in the last 28 days, up to yesterday. The number is None if
    the short code is not published."""


class ShortCodesPart(NamedTuple):
    version: int
    lines: Sequence[ShortCodeLine]
    offered: Sequence[str]
    """The flows to which a new short code may lead."""
    next_digits: str
    """The lowest digits that are free for a new short code. The text is empty if no digits are free."""


def short_codes_of(context: Context, draft_id: int) -> ShortCodesPart:
    """Returns the short codes of a draft, with the number of calls to each. Raises NotFound, NotReady,
    StoreUnavailable."""
    now, live, document = _part(context, draft_id, ENTRIES)
    entries, after = now.document or {}, context.today()
    with context.database.reading() as session:
        counted = queries.use_counts(session, after - CALLS_OF, after, None).calls
    calls = summed(counted, 1)
    lines = [
        ShortCodeLine(
            digits=digits,
            printed=f"{context.line.service_code.removesuffix('#')}*{digits}#",
            flow=row["flow"],
            name=row.get("name", ""),
            is_live=digits in live,
            calls=calls[digits] if digits in live else None,
        )
        for digits, row in sorted(entries.items())
    ]
    free = next(
        (digits for digits in map(str, range(FIRST, LAST + 1)) if digits not in entries), FULL
    )
    offered = [
        name
        for name, flow in document["flows"].items()
        if not (flow.get("gathers") or flow.get("private") or name in NEVER_DIALLED)
    ]
    return ShortCodesPart(now.version, lines, offered, free)


def add_short_code(form: SentForm, flow: str, name: str) -> None:
    """Adds a short code with the lowest free digits. Raises FormRefused, NotReady, and the errors of
    `SentForm.save`."""
    part = short_codes_of(form.context, form.draft_id)
    digits = part.next_digits
    if flow not in part.offered:
        raise form.wrong("flow", "Choose the flow that the short code opens.")
    if digits == FULL:
        raise form.wrong(
            "entries",
            "Every digit for a new short code is already in use. Ask the server's operator to allow more digits.",
        )
    new = {**form.newest(ENTRIES), digits: {"flow": flow, **_named_as(name)}}
    form.save(ENTRIES, new, did=StepKind.ENTRY_ADDED, digits=digits, flow=flow)


def name_short_codes(form: SentForm, names: Mapping[str, str]) -> None:
    """Sets the names of the posters that show the short codes. Statistics show the names of the posters, and callers
    never see these names.

    Raises FormRefused, and the errors of `SentForm.save`.
    """
    entries = form.newest(ENTRIES)
    for digits, name in names.items():
        if digits not in entries:
            raise form.wrong("entries", CODE_NOT_THERE)
        entries = {**entries, digits: {"flow": entries[digits]["flow"], **_named_as(name)}}
    form.save(ENTRIES, entries, did=StepKind.EDITED, part=ENTRIES)


def remove_short_code(form: SentForm, digits: str) -> None:
    """Removes a short code that this draft added and that was never published.

    Raises FormRefused, NotReady, and the errors of `SentForm.save`.
    """
    now, live, _ = _part(form.context, form.draft_id, ENTRIES)
    entries = dict(now.document or {})
    if digits not in entries:
        raise form.wrong("entries", CODE_NOT_THERE)
    if digits in live:
        raise form.wrong(
            "entries", "You cannot change a printed short code. Add a new short code instead."
        )
    del entries[digits]
    form.save(ENTRIES, entries, did=StepKind.EDITED, part=ENTRIES)


def _named_as(name: str) -> Document:
    said = " ".join(name.split())[:NAME_LETTERS]
    return {"name": said} if said else {}


MAX_HITS = 50


class SearchHit(NamedTuple):
    found: TextMatch
    place: str
    """The name of the text's place, such as `learn.one.say.text`. Reviews store the same name. The place is empty for
    the name of a flow or a screen."""

    @property
    def anchor(self) -> str:
        """Returns the HTML id of the field in which the editor's page shows this text."""
        return anchor(self.found.field, self.found.language)


def find_texts(context: Context, query: str, draft_id: int | None = None) -> tuple[SearchHit, ...]:
    """Searches the published texts, or the texts of a draft. Returns the first `MAX_HITS` places, in the order of the
    flows.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    if draft_id is None:
        document = live_document(context.database)
    else:
        phrases = service_drafts.part_draft(context, draft_id, CODE_WORDS).document or {}
        document = {"flows": service_drafts.flows_in(context, draft_id), "phrases": phrases}
    return tuple(islice(_hits(document, context.phrases, query), MAX_HITS))


def _hits(document: Document, phrases: Phrases, query: str) -> Iterator[SearchHit]:
    flows = document["flows"]
    for found in search_texts(flows, query):
        place = ""
        if found.field:
            node = nodes_of(flows[found.flow])[found.node]
            place = place_of(found.flow, found.node, node, found.field)
        yield SearchHit(found, place)

    wanted = plain_text(query)
    for template in Template if wanted else ():
        for code, words in phrase_texts(phrases, document.get("phrases", {}), template).items():
            if wanted in plain_text(words):
                found = TextMatch(PHRASES, template.name, "", code, words)
                yield SearchHit(found, f"{PHRASES}.{template.name}")
