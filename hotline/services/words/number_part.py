"""The telephone numbers of a change, as its page shows them and edits them.

The printed entries of a change, as its page shows them and adds to them. What went live once stays for ever.

Looks for words in everything that callers may read: flows, and what the code says.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from hotline.domain.changes import change
from hotline.domain.changes.change import ENTRIES, NUMBERS, Author, PartDocument, StepKind, part_of
from hotline.domain.changes.change import PHRASES as CODE_WORDS
from hotline.domain.flows.review import PHRASES
from hotline.domain.wording import Template
from hotline.engine.check.finding import anchor
from hotline.engine.check.risky import plain
from hotline.engine.editing.anatomy import WordsFound, nodes_of, place_of, rows_of, searched
from hotline.engine.numbers.numbers import Evidence, Number
from hotline.ports import Kit
from hotline.services.changes import drafts, folders, steps
from hotline.services.changes.assembling import assemble, gather
from hotline.services.changes.drafts import NewStep
from hotline.services.changes.results import ChangeRefused
from hotline.services.changes.steps import StepClash, StepSaved
from hotline.services.flows.authoring import live_document
from hotline.services.reach.outreach import day_of
from hotline.services.words.review_book import phrase_words
from hotline.statistics import queries
from hotline.text.remark import Phrases

SOON = timedelta(days=60)
"""How long before a confirmation ends the page says so."""
DIGITS = re.compile(r"\d{3,13}", re.ASCII)


class NumberState(StrEnum):
    UNCONFIRMED = "unconfirmed"
    SHOWS = "shows"
    SOON = "soon"
    """It shows, and goes from the screens within two months."""
    LAPSED = "lapsed"


class NumberFault(StrEnum):
    """Why a number is not taken: message keys."""

    DIGITS = "A number has 3 to 13 digits, and nothing else."
    SERVICE = "Say who answers there."
    EVIDENCE = "Say where the number stands: a link, or a letter with its date."
    NOT_THERE = "This number is not on the list any more."
    NOT_VERIFIED = "Only a number whose evidence is verified can be confirmed."
    EMERGENCY = "112 is never taken away."


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A number as its row shows it."""

    digits: str
    service: str
    status: Evidence
    evidence: str
    note: str
    confirmed_by: str
    confirmed_on: date | None
    until: date | None
    state: NumberState
    named_by: Sequence[tuple[str, str]]
    """Flow and screen that show it while it is confirmed."""
    is_changed: bool
    """Whether this change says otherwise than what is live."""


@dataclass(frozen=True, slots=True)
class NumbersPart:
    version: int
    lines: Sequence[NumberLine]


Edited = StepSaved | StepClash | ChangeRefused | NumberFault


def numbers_of(kit: Kit, change_id: int) -> NumbersPart:
    """Raises NotFound, NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
        document = assemble(gathered).document
    now = drafts.draft(kit, change_id, NUMBERS)
    live = part_of(gathered.live, NUMBERS) or {}
    named = dict(_named(document["flows"]))
    today = kit.now().date()
    rows = (now.document or {}).items()
    lines = [_line(digits, row, live.get(digits), named, today) for digits, row in rows]
    return NumbersPart(now.version, lines)


def confirm(
    kit: Kit, by: Author, change_id: int, digits: str, *, version: int, once: str
) -> Edited:
    """Somebody answers for a verified number, by name and today, for a year. Raises NotFound, StoreUnavailable."""
    numbers = drafts.draft(kit, change_id, NUMBERS).document or {}
    if digits not in numbers:
        return NumberFault.NOT_THERE
    if numbers[digits].get("status") != Evidence.VERIFIED:
        return NumberFault.NOT_VERIFIED
    new = change.confirmed(numbers, digits, by=by.name, on=kit.now().date())
    return _save(kit, by, change_id, new, StepKind.NUMBER_CONFIRMED, digits, version, once)


def take_away(
    kit: Kit, by: Author, change_id: int, digits: str, *, version: int, once: str
) -> Edited:
    """No screen shows it any more. Raises NotFound, StoreUnavailable."""
    numbers = drafts.draft(kit, change_id, NUMBERS).document or {}
    if digits not in numbers:
        return NumberFault.NOT_THERE
    if digits == change.EMERGENCY:
        return NumberFault.EMERGENCY
    new = change.taken_away(numbers, digits)
    return _save(kit, by, change_id, new, StepKind.NUMBER_TAKEN_AWAY, digits, version, once)


def list_number(
    kit: Kit,
    by: Author,
    change_id: int,
    row: Mapping[str, str],
    *,
    version: int,
    once: str,
) -> Edited:
    """A new number, or other evidence of one that is listed: nobody has confirmed it then.

    `row`: number, service, evidence, status. Raises NotFound, StoreUnavailable.
    """
    fault = _row_fault(row)
    if fault is not None:
        return fault
    numbers = drafts.draft(kit, change_id, NUMBERS).document or {}
    digits = row["number"]
    if digits == change.EMERGENCY and change.is_signed(numbers.get(digits, {})):
        return NumberFault.EMERGENCY
    new = change.listed(
        numbers, digits, service=row["service"], evidence=row["evidence"], status=row["status"]
    )
    return _save(kit, by, change_id, new, StepKind.NUMBER_LISTED, digits, version, once)


def _row_fault(row: Mapping[str, str]) -> NumberFault | None:
    if not DIGITS.fullmatch(row["number"]):
        return NumberFault.DIGITS
    if not row["service"]:
        return NumberFault.SERVICE
    if not row["evidence"] or row["status"] not in {*Evidence}:
        return NumberFault.EVIDENCE
    return None


def _save(
    kit: Kit,
    by: Author,
    change_id: int,
    numbers: PartDocument,
    did: StepKind,
    digits: str,
    version: int,
    once: str,
) -> Edited:
    new = NewStep(NUMBERS, numbers, once, {"did": did, "digits": digits})
    return steps.save_step(kit, by, change_id, new, base_version=version)


def _line(
    digits: str,
    row: Mapping[str, Any],
    live: Mapping[str, Any] | None,
    named: Mapping[str, Sequence[tuple[str, str]]],
    today: date,
) -> NumberLine:
    on = row.get("confirmed_on")
    signed = date.fromisoformat(str(on)) if on else None
    status = row.get("status", "")
    number = Number(
        digits,
        Evidence(status) if status in {*Evidence} else Evidence.UNVERIFIED,
        str(row.get("confirmed_by", "")),
        signed,
    )
    return NumberLine(
        digits=digits,
        service=str(row.get("service", "")),
        status=number.evidence,
        evidence=str(row.get("evidence", "")),
        note=str(row.get("note", "")),
        confirmed_by=number.confirmed_by,
        confirmed_on=signed,
        until=number.until,
        state=_state(number, today),
        named_by=named.get(digits, ()),
        is_changed=row != live,
    )


def _state(number: Number, today: date) -> NumberState:
    if number.until is None:
        return NumberState.UNCONFIRMED
    if number.until < today:
        return NumberState.LAPSED
    return NumberState.SOON if number.until - today <= SOON else NumberState.SHOWS


def _named(flows: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """Of each number the screens that name it, each once."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for flow, document in flows.items():
        for name, node in nodes_of(document).items():
            for row in rows_of(node, "lead"):
                digits = row.get("number") if isinstance(row, Mapping) else None
                if digits:
                    found.setdefault(str(digits), {})[flow, name] = None
    yield from ((digits, [*places]) for digits, places in found.items())


NAME_LETTERS = 60
CALLS_OF = timedelta(days=28)


class EntryFault(StrEnum):
    """Why an entry is not taken: message keys."""

    FLOW = "Choose the flow that it opens."
    FULL = "No digits are left."
    LIVE = "It was printed: what went live stays as it is."
    NOT_THERE = "This entry is not in the change any more."


@dataclass(frozen=True, slots=True)
class EntryLine:
    digits: str
    printed: str
    """Everything that a poster shows: `*384*777*11#`."""
    flow: str
    name: str
    """What carries it, such as "poster Nyabugogo"; empty where nobody said."""
    is_live: bool
    calls: int | None
    """Calls that began with it in the last 28 days, up to yesterday; None if it is not live."""


@dataclass(frozen=True, slots=True)
class EntriesPart:
    version: int
    lines: Sequence[EntryLine]
    offered: Sequence[str]
    """Flows that a new one may open."""
    next_digits: str
    """The lowest that are free; empty where none are."""


EditedEntry = StepSaved | StepClash | ChangeRefused | EntryFault


def entries_of(kit: Kit, change_id: int) -> EntriesPart:
    """Raises NotFound, NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        gathered = gather(session, change_id)
        document = assemble(gathered).document
    now = drafts.draft(kit, change_id, ENTRIES)
    live = part_of(gathered.live, ENTRIES) or {}
    entries = now.document or {}
    calls = _calls(kit)
    lines = [
        EntryLine(
            digits=digits,
            printed=change.printed(kit.line.service_code, digits),
            flow=row["flow"],
            name=row.get("name", ""),
            is_live=digits in live,
            calls=calls[digits] if digits in live else None,
        )
        for digits, row in sorted(entries.items())
    ]
    return EntriesPart(now.version, lines, change.offered(document), _free(entries))


def add_entry(
    kit: Kit, by: Author, change_id: int, flow: str, name: str, *, version: int, once: str
) -> EditedEntry:
    """On the lowest free digits. Raises NotFound, NotReady, StoreUnavailable."""
    part = entries_of(kit, change_id)
    if flow not in part.offered:
        return EntryFault.FLOW
    if not part.next_digits:
        return EntryFault.FULL
    entries = drafts.draft(kit, change_id, ENTRIES).document or {}
    new = change.added(entries, part.next_digits, flow, _plain(name))
    says = {"did": StepKind.ENTRY_ADDED, "digits": part.next_digits, "flow": flow}
    step = NewStep(ENTRIES, new, once, says)
    return steps.save_step(kit, by, change_id, step, base_version=version)


def name_entries(
    kit: Kit, by: Author, change_id: int, names: Mapping[str, str], *, version: int, once: str
) -> EditedEntry:
    """What the posters are called. Figures print it; callers see none of it. Raises NotFound, StoreUnavailable."""
    entries: PartDocument = drafts.draft(kit, change_id, ENTRIES).document or {}
    for digits, name in names.items():
        if digits not in entries:
            return EntryFault.NOT_THERE
        entries = change.named(entries, digits, _plain(name))
    says = {"did": StepKind.EDITED, "part": ENTRIES}
    return steps.save_step(
        kit, by, change_id, NewStep(ENTRIES, entries, once, says), base_version=version
    )


def take_entry_out(
    kit: Kit, by: Author, change_id: int, digits: str, *, version: int, once: str
) -> EditedEntry:
    """One that this change brought, and nobody printed. Raises NotFound, NotReady, StoreUnavailable."""
    lines = {line.digits: line for line in entries_of(kit, change_id).lines}
    if digits not in lines:
        return EntryFault.NOT_THERE
    if lines[digits].is_live:
        return EntryFault.LIVE
    entries = dict(drafts.draft(kit, change_id, ENTRIES).document or {})
    entries.pop(digits, None)
    says = {"did": StepKind.EDITED, "part": ENTRIES}
    return steps.save_step(
        kit, by, change_id, NewStep(ENTRIES, entries, once, says), base_version=version
    )


def _calls(kit: Kit) -> Counter[str]:
    """Counts calls by the digits of their short code."""
    after = day_of(kit.now())
    with kit.database.reading() as session:
        calls = queries.use_counts(session, after - CALLS_OF, after, None).calls
    found: Counter[str] = Counter()
    for (_, digits, _), count in calls.items():
        found[digits] += count
    return found


def _free(entries: PartDocument) -> str:
    try:
        return change.free_digits(entries)
    except ValueError:
        return ""


def _plain(name: str) -> str:
    return " ".join(name.split())[:NAME_LETTERS]


MOST_HITS = 50


@dataclass(frozen=True, slots=True)
class WordsHit:
    found: WordsFound
    place: str
    """Where reviews have the text; empty where a flow or a screen is called so."""

    @property
    def anchor(self) -> str:
        """The id of its field in the editor."""
        return anchor(self.found.field, self.found.language)


def look_up(kit: Kit, query: str, change_id: int | None = None) -> tuple[WordsHit, ...]:
    """At most `MOST_HITS`, in the order of the flows: of what callers hear, or of a change.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    document = live_document(kit.database) if change_id is None else _of_change(kit, change_id)
    return tuple(islice(_hits(document, kit.phrases, query), MOST_HITS))


def _of_change(kit: Kit, change_id: int) -> Mapping[str, Any]:
    phrases = drafts.draft(kit, change_id, CODE_WORDS).document
    return {"flows": folders.flows_in(kit, change_id), "phrases": phrases or {}}


def _hits(document: Mapping[str, Any], phrases: Phrases, query: str) -> Iterator[WordsHit]:
    flows = document["flows"]
    for found in searched(flows, query):
        place = ""
        if found.field:
            node = nodes_of(flows[found.flow])[found.node]
            place = place_of(found.flow, found.node, node, found.field)
        yield WordsHit(found, place)

    wanted = plain(query)
    for template in Template if wanted else ():
        for code, words in phrase_words(phrases, document.get("phrases", {}), template).items():
            if wanted in plain(words):
                found = WordsFound(PHRASES, template.name, "", code, words)
                yield WordsHit(found, f"{PHRASES}.{template.name}")
