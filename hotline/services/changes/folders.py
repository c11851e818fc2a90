"""Changes as folders: opened with a title, listed, looked at, dropped.

A flow of a change on somebody's desk: the state that a form was made of, and the book around it.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from hotline.domain.accounts.account import Actor
from hotline.domain.changes.change import (
    Author,
    ChangeState,
    PartDocument,
    part_of,
    with_part,
)
from hotline.engine.check.finding import Finding
from hotline.engine.document.kept import Document, Editable, derived
from hotline.engine.editing.comparing import ABSENT
from hotline.engine.editing.difference import HeldBack, LeftBehind
from hotline.engine.editing.drafting import played, put_in
from hotline.engine.editing.merging import FieldClash, Merged, MergedField, Settled, Side
from hotline.engine.editing.merging import merged as merged_fields
from hotline.engine.flow import Book
from hotline.errors import NotFound, NotReady
from hotline.ports import Kit
from hotline.services.flows import authoring
from hotline.store.changes import changes
from hotline.store.changes.changes import Change, ChangeStep
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.flows import flows

ChangeRow = Change
StepRow = ChangeStep
"""As pages read them."""


class Refusal(StrEnum):
    """Why something was not done."""

    OVER = "over"
    """The change is live, or was dropped."""
    NOTHING_THERE = "nothing_there"
    """It changes nothing of what is live."""
    UNTITLED = "untitled"
    NOT_PROPOSED = "not_proposed"
    OWN_HAND = "own_hand"
    """Whoever proposed it or saved a step of it is not the second person."""
    CHANGED = "changed"
    """It, or what is live, changed while it was read."""
    CLASHES = "clashes"
    """What went live meanwhile changed the same fields; `problems` are the parts."""
    BROKEN = "broken"
    """It cannot be played; `problems` say where."""
    HURTS = "hurts"
    """`findings` hurt, and are new against what is live."""
    LANGUAGES_KEPT = "languages_kept"
    """English says something new, and another language what it said before; `left_behind` says where."""
    ENTRY_MOVED = "entry_moved"
    """What was printed would lead elsewhere, or nowhere."""
    EMERGENCY_NUMBER = "emergency_number"
    """112 would go from the screens."""
    SHORT_REASON = "short_reason"
    BEYOND_WORDS = "beyond_words"
    """More than an emergency may do; `held_back` says what."""
    EMERGENCY_STANDS = "emergency_stands"
    """Words of one person alone are live: a second one confirms them first, or brings back what was before."""
    READ_BY_ONE = "read_by_one"
    """The state holds words that one person published alone, and no second person confirmed."""
    SETTLED = "settled"
    """No emergency waits for a second person."""
    APPOINTED = "appointed"
    """Whoever was appointed by the first person is not the second one."""


class ChangeRefused(NamedTuple):
    why: Refusal
    problems: Sequence[str] = ()
    findings: Sequence[Finding] = ()
    held_back: Sequence[HeldBack] = ()
    left_behind: Sequence[LeftBehind] = ()


class ChangePublished(NamedTuple):
    """What went live."""

    publication_id: int
    revision_id: int


WHOLE = ""
"""The key of a clash over the part itself: one took it out, the other changed it."""


def merged(
    base: PartDocument | None,
    theirs: PartDocument | None,
    yours: PartDocument | None,
    settled: Settled | None = None,
) -> Merged:
    """A part that only one side changed is that side's; the order of a flow's screens counts as a change of it."""
    if are_alike(theirs, base) or are_alike(theirs, yours):
        return Merged(yours)
    if are_alike(yours, base):
        return Merged(theirs)
    if theirs is not None and yours is not None:
        return merged_fields(base or {}, theirs, yours, settled)
    chosen = (settled or {}).get(WHOLE)
    if chosen is not None:
        return Merged(theirs if chosen is Side.THEIRS else yours)
    sides: list[Any] = [ABSENT if one is None else one for one in (base, theirs, yours)]
    return Merged(yours, (FieldClash(WHOLE, MergedField("", "", ""), *sides),))


def are_alike(one: PartDocument | None, other: PartDocument | None) -> bool:
    """Also in their order, which equal mappings need not be."""
    return one is other or (one == other and json.dumps(one) == json.dumps(other))


@dataclass(frozen=True, slots=True)
class GatheredChange:
    """A change, its newest steps, and the documents that it stands between."""

    change: Change
    steps: Mapping[str, ChangeStep]
    """The newest of each part."""
    live_id: int
    live_digest: str
    live: Document
    base: Document

    @property
    def own_digest(self) -> str:
        """Of its parts and of what they were made of: what is frozen when it is proposed."""
        parts = {part: step.document for part, step in self.steps.items()}
        written = json.dumps([self.change.base_id, parts], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(written.encode()).hexdigest()

    @property
    def checked_as(self) -> str:
        """Of the document that it makes with what is live, without making it."""
        return f"{self.live_digest}+{self.own_digest}"


class AssembledChange(NamedTuple):
    gathered: GatheredChange
    document: Document
    clashes: Mapping[str, Merged]
    """Parts in which what went live meanwhile changed the same fields."""

    @property
    def digest(self) -> str:
        """Of what somebody reads: she approves the same one."""
        flows = self.document["flows"]
        of_flows = {name: derived(authoring.digest_of_flow, flow) for name, flow in flows.items()}
        return authoring.sha_of({**self.document, "flows": of_flows})


def gather(session: Session, change_id: int) -> GatheredChange:
    """Raises NotFound, NotReady."""
    change, now = changes.found(session, change_id), flows.live(session)
    if now is None:
        raise NotReady(authoring.NO_FLOWS)
    steps, live = changes.newest(session, change_id), document_of(session, now.id)
    base = live if change.base_id == now.id else document_of(session, change.base_id)
    return GatheredChange(change, steps, now.id, now.digest, live, base)


def document_of(session: Session, revision_id: int) -> Document:
    """Raises NotFound."""
    document = flows.document_of(session, revision_id)
    if document is None:
        raise NotFound(f"revision {revision_id}")
    return document


def part_in(session: Session, revision_id: int, part: str) -> PartDocument | None:
    """One part of a revision. Raises NotFound."""
    return part_of(document_of(session, revision_id), part)


def assemble(gathered: GatheredChange) -> AssembledChange:
    """The live document with every edited part merged onto it, field by field."""
    document = dict(gathered.live)
    clashes = {}
    for part, step in gathered.steps.items():
        one = merge_part(gathered, part, step.document)
        if one.clashes:
            clashes[part] = one
        document = with_part(document, part, one.document)
    return AssembledChange(gathered, document, clashes)


def merge_part(
    gathered: GatheredChange,
    part: str,
    edited: PartDocument | None,
    settled: Settled | None = None,
) -> Merged:
    """`theirs` is what is live."""
    base, live = part_of(gathered.base, part), part_of(gathered.live, part)
    return merged(base, live, edited, settled)


def is_as_read(session: Session, gathered: GatheredChange) -> bool:
    """Whether its parts are still those that were gathered, in a transaction that holds the change."""
    read = {part: step.version for part, step in gathered.steps.items()}
    return changes.newest_versions(session, gathered.change.id) == read


SHOWN = 50
"""Steps on a page."""
Says = Document
"""What a step did: `{"did": a StepKind, ...}`."""


class PartDraft(NamedTuple):
    """How a part stands in a change: what a form is made of."""

    version: int
    document: PartDocument | None
    """None where it is not there."""
    author: str
    """Who saved it; empty for the base's."""
    at: datetime | None


class NewStep(NamedTuple):
    """What a form sends."""

    part: str
    document: PartDocument | None
    """The part whole; None takes a flow out."""
    once: str
    """Made with the form: one that comes twice is one step."""
    says: Says


def draft(kit: Kit, change_id: int, part: str) -> PartDraft:
    """The newest state of a part. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        return newest(session, changes.found(session, change_id), part)


def drafts(kit: Kit, change_id: int) -> Mapping[str, PartDraft]:
    """Of every part that the change edits. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        changes.found(session, change_id)
        return {part: _of_step(step) for part, step in changes.newest(session, change_id).items()}


def history(
    kit: Kit, change_id: int, *, before: int | None = None, limit: int = SHOWN
) -> Sequence[ChangeStep]:
    """The newest first; `before` a step's id, the older ones. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        changes.found(session, change_id)
        return changes.steps(session, change_id, before=before, limit=limit)


def newest(session: Session, change: Change, part: str) -> PartDraft:
    step = changes.newest_of(session, change.id, part)
    if step is not None:
        return _of_step(step)
    base = base_id(session, change)
    return PartDraft(-base, part_in(session, base, part), "", None)


def base_id(session: Session, change: Change) -> int:
    """What its parts are made of. A change without a step follows what is live."""
    if changes.newest_versions(session, change.id):
        return change.base_id
    return flows.live_id(session) or change.base_id


def _of_step(step: ChangeStep) -> PartDraft:
    return PartDraft(step.version, step.document, step.made_by, step.at)


def state_at(session: Session, change: Change, part: str, version: int) -> PartDocument | None:
    """The state that a form was made of. Raises NotFound."""
    if version < 0:
        return part_in(session, -version, part)
    step = changes.version(session, change.id, part, version)
    if step is None:
        raise NotFound(f"no version {version} of {part}")
    document: PartDocument | None = step.document
    return document


TITLE_LETTERS = 120
LISTED = 100
REASON_LETTERS = 200
NUMBER = re.compile(r"\d(?:[ .-]?\d){7,}")
"""Eight digits in a row, however they are written: what could be somebody's number."""


def open_change(kit: Kit, by: Author, title: str, why: str = "") -> int | ChangeRefused:
    """A new one, on what is live; its id. Raises NotReady, StoreUnavailable."""
    title = " ".join(title.split())[:TITLE_LETTERS]
    if not title:
        return ChangeRefused(Refusal.UNTITLED)
    with kit.database.writing() as session:
        base = flows.live_id(session)
        if base is None:
            raise NotReady(authoring.NO_FLOWS)
        return add(session, by, title, why.strip(), base=base, at=kit.now()).id


def add(
    session: Session,
    by: Author,
    title: str,
    why: str,
    *,
    base: int,
    at: datetime,
    source: str | None = None,
) -> Change:
    """Inside the caller's transaction."""
    row = Change(
        title=title,
        why=why,
        state=ChangeState.OPEN,
        base_id=base,
        source=source,
        created_by_id=by.account_id,
        created_by=by.name,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def listed(
    kit: Kit, *, over: bool = False, limit: int = LISTED
) -> Sequence[tuple[Change, Sequence[str]]]:
    """Those that may be edited, or those that are over, and what each edits; the newest first.

    Parts are flows by their names, `#numbers`, `#entries`, `#phrases`. Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        rows = changes.listed(session, editable=not over, limit=limit)
        edited = changes.parts_edited(session, [row.id for row in rows])
    return [(row, edited[row.id]) for row in rows]


def look(kit: Kit, change_id: int) -> Change:
    """Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        return changes.found(session, change_id)


def drop(kit: Kit, by: Author, change_id: int) -> ChangeRefused | None:
    """It is edited and published no more; its steps stay. Raises NotFound, StoreUnavailable."""
    with kit.database.writing() as session:
        row = changes.found(session, change_id, held=True)
        if not row.is_editable:
            return ChangeRefused(Refusal.OVER)
        row.state, row.ended_at = ChangeState.DROPPED, kit.now()
        noted(session, kit, by, "change_dropped", f"change {change_id}", row.title)
    return None


def noted(
    session: Session, kit: Kit, by: Author | str, action: str, subject: str, reason: str
) -> None:
    """Writes an act into the audit log, its reason on one line and without any telephone number."""
    said = NUMBER.sub("[number]", " ".join(reason.split()))[:REASON_LETTERS]
    actor = by if isinstance(by, str) else audit.by_actor(Actor(by.name, by.account_id))
    audit.append(session, at=kit.now(), actor=actor, action=action, subject=subject, reason=said)


class FlowAtHand(NamedTuple):
    """A flow as a form shows it. `version` goes into the form, and comes back with it."""

    name: str
    version: int
    document: Document
    author: str
    """Who saved the newest state; empty for what the change is made of."""
    at: datetime | None
    others: Mapping[str, Document | None]
    """The other flows that the change edits; None where it takes one out."""


def at_hand(kit: Kit, change_id: int, flow: str, version: int | None = None) -> FlowAtHand:
    """The newest state, or the one that a form says. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        change = changes.found(session, change_id)
        now = newest(session, change, flow)
        document, made_of = now.document, now.version
        if version is not None and version != now.version:
            document, made_of = state_at(session, change, flow, version), version
        others = {
            part: changes.shared(session, step)
            for part, step in changes.newest(session, change_id).items()
            if part != flow and not part.startswith("#")
        }
    if document is None or flow.startswith("#"):
        raise NotFound(f"no flow {flow} in change {change_id}")
    return FlowAtHand(flow, made_of, document, now.author, now.at, others)


def book_around(kit: Kit, here: FlowAtHand) -> Book:
    """What callers hear, with the other flows of the change in their places. Raises NotReady, StoreUnavailable."""
    book = kit.books.book(kit.books.live())
    for name, document in here.others.items():
        if document is not None:
            book = put_in(book, derived(played, document, name))
    return book


def live_flow(kit: Kit, flow: str) -> Document | None:
    """As callers hear it; None where they hear none of that name. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        live = flows.live_id(session)
        return None if live is None else part_in(session, live, flow)


def flows_in(kit: Kit, change_id: int) -> Mapping[str, Document]:
    """Every flow as the change has it: those of its base, and its own. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        change = changes.found(session, change_id)
        own: Editable = dict(document_of(session, base_id(session, change))["flows"])
        for part, step in changes.newest(session, change_id).items():
            if not part.startswith("#"):
                own[part] = step.document
    return {name: flow for name, flow in own.items() if flow is not None}
