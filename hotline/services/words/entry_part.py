"""The printed entries of a change, as its page shows them and adds to them. What went live once stays for ever."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hotline.domain.changes import entry_edits
from hotline.domain.changes.change import ENTRIES, Author, PartDocument, StepKind, part_of
from hotline.ports import Kit
from hotline.services.changes import drafts, steps
from hotline.services.changes.assembling import assemble, gather
from hotline.services.changes.drafts import NewStep
from hotline.services.changes.results import ChangeRefused
from hotline.services.changes.steps import StepClash, StepSaved
from hotline.services.reach.outreach import day_of
from hotline.statistics import queries

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
            printed=entry_edits.printed(kit.line.service_code, digits),
            flow=row["flow"],
            name=row.get("name", ""),
            is_live=digits in live,
            calls=calls[digits] if digits in live else None,
        )
        for digits, row in sorted(entries.items())
    ]
    return EntriesPart(now.version, lines, entry_edits.offered(document), _free(entries))


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
    new = entry_edits.added(entries, part.next_digits, flow, _plain(name))
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
        entries = entry_edits.named(entries, digits, _plain(name))
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
        return entry_edits.free_digits(entries)
    except ValueError:
        return ""


def _plain(name: str) -> str:
    return " ".join(name.split())[:NAME_LETTERS]
