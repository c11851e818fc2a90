"""Stores changes as folders of steps, lists them, and combines them with the published flows.

Also returns one flow of a change for a form, with the rest of its flow set.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from hotline.core.actors import Actor
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.documents import Document, Editable, derived_value
from hotline.editing import tables
from hotline.editing.rules_difference import NeedsApprover, StaleTranslation
from hotline.editing.rules_drafting import playable_part, with_flow
from hotline.editing.rules_drafts import Author, DraftState, PartDocument, part_of, with_part
from hotline.editing.rules_merging import FieldClash, Merged, MergedField, Settled, Side
from hotline.editing.rules_merging import merge as merged_fields
from hotline.editing.tables import DraftRow, DraftStep
from hotline.errors import NotFound, NotReady
from hotline.flows import service_authoring
from hotline.flows import tables as flows_tables
from hotline.flows.check import Problem
from hotline.flows.flow import FlowSet
from hotline.flows.node_fields import ABSENT, Titles
from hotline.people import tables_accounts, tables_audit

ChangeRow = DraftRow
StepRow = DraftStep
"""Database rows under the names that pages use."""


def may_publish(session: Session, by: Author, authors: Iterable[Author]) -> bool:
    """Returns True if a person neither submitted the draft nor saved a step of it, and so may approve it."""
    me = actor_of(by)
    return not any(tables_accounts.is_same_person(session, me, actor_of(one)) for one in authors)


def actor_of(by: Author) -> str:
    """Returns an author as the audit log writes actors."""
    return tables_audit.by_actor(Actor(by.name, by.account_id))


class Refusal(StrEnum):
    """Reasons for which a command on a change is refused."""

    OVER = "over"
    """The change was published or dropped."""
    EMPTY = "nothing_there"
    """The change does not differ from the published flows."""
    UNTITLED = "untitled"
    NOT_SUBMITTED = "not_proposed"
    OWN_HAND = "own_hand"
    """A person who submitted the change or saved a step of it cannot approve it."""
    CHANGED = "changed"
    """The change or the published flows changed while the approver read the difference."""
    CLASHES = "clashes"
    """A newer publication changed the same fields. `problems` lists the parts."""
    BROKEN = "broken"
    """The flows cannot be played. `problems` says where."""
    HAS_ERRORS = "hurts"
    """`findings` lists errors that the published flows do not have."""
    LANGUAGES_KEPT = "languages_kept"
    """The English text is new, but another language has the old text. `left_behind` lists the places."""
    ENTRY_MOVED = "entry_moved"
    """A printed short code would lead to another flow, or to none."""
    EMERGENCY_NUMBER = "emergency_number"
    """The emergency number 112 would disappear from the screens."""
    SHORT_REASON = "short_reason"
    BEYOND_WORDS = "beyond_words"
    """The change does more than an emergency may. `held_back` lists it."""
    EMERGENCY_STANDS = "emergency_stands"
    """Text of one person alone is published. A second person must confirm it or restore the previous state first."""
    READ_BY_ONE = "read_by_one"
    """The state contains text that one person published alone, and that no second person confirmed."""
    SETTLED = "settled"
    """No emergency waits for a second person."""
    APPOINTED = "appointed"
    """The first person gave this person the role, so this person cannot be the second one."""


class DraftRefused(NamedTuple):
    refusal: Refusal
    problems: Sequence[str] = ()
    findings: Sequence[Problem] = ()
    held_back: Sequence[NeedsApprover] = ()
    left_behind: Sequence[StaleTranslation] = ()


class DraftPublished(NamedTuple):
    """The result of a publication."""

    publication_id: int
    revision_id: int


WHOLE = ""
"""The key of a conflict about a whole part: one side removed it and the other changed it."""


def merge(
    base: PartDocument | None,
    theirs: PartDocument | None,
    yours: PartDocument | None,
    settled: Settled | None = None,
) -> Merged:
    """Merges two versions of a part. If only one side changed it, that side wins.

    The order of screens counts as a change.
    """
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
    """Returns True if both are equal, and their keys have the same order."""
    return one is other or (one == other and json.dumps(one) == json.dumps(other))


@dataclass(frozen=True, slots=True)
class GatheredDraft:
    """A change, its newest steps, and the two documents that it is merged with."""

    change: DraftRow
    steps: Mapping[str, DraftStep]
    """The newest step of each part."""
    live_id: int
    live_digest: str
    live: Document
    base: Document

    @property
    def own_digest(self) -> str:
        """Returns the digest of the change's parts and of their base. Submitting the change freezes it."""
        parts = {part: step.document for part, step in self.steps.items()}
        written = json.dumps([self.change.base_id, parts], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(written.encode()).hexdigest()

    @property
    def checked_as(self) -> str:
        """Returns a key for the findings of this change on the published flows. Does not build the merged document."""
        return f"{self.live_digest}+{self.own_digest}"


class AssembledDraft(NamedTuple):
    gathered: GatheredDraft
    document: Document
    clashes: Mapping[str, Merged]
    """Parts in which a newer publication changed the same fields."""

    @property
    def digest(self) -> str:
        """Returns the digest of the document that an approver reads. The approval must name the same one."""
        flows = self.document["flows"]
        of_flows = {
            name: derived_value(service_authoring.digest_of_flow, flow)
            for name, flow in flows.items()
        }
        return service_authoring.sha_of({**self.document, "flows": of_flows})


def gather_draft(session: Session, draft_id: int) -> GatheredDraft:
    """Returns a change with its newest steps and the documents. Raises NotFound, NotReady."""
    change, now = tables.get_draft(session, draft_id), flows_tables.live_revision(session)
    if now is None:
        raise NotReady(service_authoring.NO_FLOWS)
    steps, live = tables.newest_steps(session, draft_id), document_of(session, now.id)
    base = live if change.base_id == now.id else document_of(session, change.base_id)
    return GatheredDraft(change, steps, now.id, now.digest, live, base)


def document_of(session: Session, revision_id: int) -> Document:
    """Returns the document of a revision. Raises NotFound."""
    document = flows_tables.document_of(session, revision_id)
    if document is None:
        raise NotFound(f"revision {revision_id}")
    return document


def part_in(session: Session, revision_id: int, part: str) -> PartDocument | None:
    """Returns one part of a revision. Raises NotFound."""
    return part_of(document_of(session, revision_id), part)


def assemble(gathered: GatheredDraft) -> AssembledDraft:
    """Merges every edited part into the published document, field by field."""
    document = dict(gathered.live)
    clashes = {}
    for part, step in gathered.steps.items():
        one = merge_part(gathered, part, step.document)
        if one.clashes:
            clashes[part] = one
        document = with_part(document, part, one.document)
    return AssembledDraft(gathered, document, clashes)


def merge_part(
    gathered: GatheredDraft, part: str, edited: PartDocument | None, settled: Settled | None = None
) -> Merged:
    """Merges one edited part with its published version. In a conflict, `theirs` is the published version."""
    base, live = part_of(gathered.base, part), part_of(gathered.live, part)
    return merge(base, live, edited, settled)


def is_as_read(session: Session, gathered: GatheredDraft) -> bool:
    """Returns True if the parts did not change since they were read. The caller's transaction must lock the change."""
    read = {part: step.version for part, step in gathered.steps.items()}
    return tables.newest_versions(session, gathered.change.id) == read


SHOWN = 50
"""Steps on one page."""
StepDescription = Document
"""A step's description: `{"did": a StepKind, ...}`."""


class PartDraft(NamedTuple):
    """The current state of a part in a change. A form is made from it."""

    version: int
    document: PartDocument | None
    """None if the part does not exist."""
    author: str
    """The person who saved it. Empty for the state of the base."""
    at: datetime | None


class NewStep(NamedTuple):
    """The content that a form sends."""

    part: str
    document: PartDocument | None
    """The complete part. None removes a flow."""
    once: str
    """A token made with the form. A form that arrives twice makes one step."""
    about: StepDescription


def part_draft(context: Context, draft_id: int, part: str) -> PartDraft:
    """Returns the newest state of a part. Raises NotFound, StoreUnavailable."""
    with context.database.reading() as session:
        return newest(session, tables.get_draft(session, draft_id), part)


def part_drafts(context: Context, draft_id: int) -> Mapping[str, PartDraft]:
    """Returns the newest state of every part that the change edits. Raises NotFound, StoreUnavailable."""
    with context.database.reading() as session:
        tables.get_draft(session, draft_id)
        return {
            part: _of_step(step) for part, step in tables.newest_steps(session, draft_id).items()
        }


def history(
    context: Context, draft_id: int, *, before: int | None = None, limit: int = SHOWN
) -> Sequence[DraftStep]:
    """Returns the steps, newest first. `before` is a step's id and selects older steps.

    Raises NotFound, StoreUnavailable.
    """
    with context.database.reading() as session:
        tables.get_draft(session, draft_id)
        return tables.list_steps(session, draft_id, before=before, limit=limit)


def newest(session: Session, change: DraftRow, part: str) -> PartDraft:
    step = tables.newest_step(session, change.id, part)
    if step is not None:
        return _of_step(step)
    base = base_id(session, change)
    return PartDraft(-base, part_in(session, base, part), "", None)


def base_id(session: Session, change: DraftRow) -> int:
    """Returns the revision on which a change's parts are based.

    A change without a step follows the published revision.
    """
    if tables.newest_versions(session, change.id):
        return change.base_id
    return flows_tables.live_id(session) or change.base_id


def _of_step(step: DraftStep) -> PartDraft:
    return PartDraft(step.version, step.document, step.made_by, step.at)


def state_at(session: Session, change: DraftRow, part: str, version: int) -> PartDocument | None:
    """Returns the state from which a form was made. Raises NotFound."""
    if version < 0:
        return part_in(session, -version, part)
    step = tables.step_of_version(session, change.id, part, version)
    if step is None:
        raise NotFound(f"{part} has no version {version}")
    document: PartDocument | None = step.document
    return document


TITLE_LETTERS = 120
LISTED = 100
REASON_LETTERS = 200
NUMBER = re.compile(r"\d(?:[ .-]?\d){7,}")
"""Eight digits or more, with or without separators. They could be a person's telephone number."""


def open_draft(context: Context, by: Author, title: str, reason: str = "") -> int | DraftRefused:
    """Opens a new change based on the published flows, and returns its id. Raises NotReady, StoreUnavailable."""
    title = " ".join(title.split())[:TITLE_LETTERS]
    if not title:
        return DraftRefused(Refusal.UNTITLED)
    with context.database.writing() as session:
        base = flows_tables.live_id(session)
        if base is None:
            raise NotReady(service_authoring.NO_FLOWS)
        return add_draft(session, by, title, reason.strip(), base=base, at=context.now()).id


def add_draft(
    session: Session,
    by: Author,
    title: str,
    reason: str,
    *,
    base: int,
    at: datetime,
    source: str | None = None,
) -> DraftRow:
    """Adds a new change inside the caller's transaction."""
    row = DraftRow(
        title=title,
        reason=reason,
        state=DraftState.OPEN,
        base_id=base,
        source=source,
        created_by=by.name,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def list_drafts(
    context: Context, *, over: bool = False, limit: int = LISTED
) -> Sequence[tuple[DraftRow, Sequence[str]]]:
    """Returns the editable changes, or the ended ones, each with the parts that it edits. The newest comes first.

    Parts are flow names, `#numbers`, `#entries` and `#phrases`. Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        rows = tables.list_drafts(session, editable=not over, limit=limit)
        edited = tables.parts_edited(session, [row.id for row in rows])
    return [(row, edited[row.id]) for row in rows]


def get_draft(context: Context, draft_id: int) -> DraftRow:
    """Returns a change by its id. Raises NotFound, StoreUnavailable."""
    with context.database.reading() as session:
        return tables.get_draft(session, draft_id)


def drop_draft(context: Context, by: Author, draft_id: int) -> DraftRefused | None:
    """Drops a change, so that it can no longer be edited or published. Its steps stay.

    Raises NotFound, StoreUnavailable.
    """
    with context.database.writing() as session:
        row = tables.get_draft(session, draft_id, held=True)
        if not row.is_editable:
            return DraftRefused(Refusal.OVER)
        row.state, row.ended_at = DraftState.DROPPED, context.now()
        log_command(session, context, by, "change_dropped", f"change {draft_id}", row.title)
    return None


def log_command(
    session: Session, context: Context, by: Author | str, action: str, subject: str, reason: str
) -> None:
    """Writes a command to the audit log. Puts its reason on one line and removes telephone numbers."""
    said = NUMBER.sub("[number]", " ".join(reason.split()))[:REASON_LETTERS]
    actor = by if isinstance(by, str) else actor_of(by)
    tables_audit.append_row(session, context.now(), actor, action, subject, said)


class EditedFlow(NamedTuple):
    """A flow as a form shows it. The form sends `version` back."""

    name: str
    version: int
    document: Document
    author: str
    """The person who saved the newest state. Empty for the base of the change."""
    at: datetime | None
    others: Mapping[str, Document | None]
    """The other flows that the change edits. None for a flow that it removes."""


def live_titles(context: Context, language: str) -> Titles:
    """Returns the titles of the published flows. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return Titles(flows_tables.live_flows(session), language)


def edited_flow(
    context: Context, draft_id: int, flow: str, version: int | None = None
) -> EditedFlow:
    """Returns the newest state of a flow, or the one of the given version. Raises NotFound, StoreUnavailable."""
    with context.database.reading() as session:
        change = tables.get_draft(session, draft_id)
        now = newest(session, change, flow)
        document, made_of = now.document, now.version
        if version is not None and version != now.version:
            document, made_of = state_at(session, change, flow, version), version
        others = {
            part: tables.step_document(session, step)
            for part, step in tables.newest_steps(session, draft_id).items()
            if part != flow and not part.startswith("#")
        }
    if document is None or flow.startswith("#"):
        raise NotFound(f"draft {draft_id} has no flow {flow}")
    return EditedFlow(flow, made_of, document, now.author, now.at, others)


def set_around(context: Context, here: EditedFlow) -> FlowSet:
    """Returns the published flow set with the change's other flows in place. Raises NotReady, StoreUnavailable."""
    flow_set = context.flow_sets.get(context.flow_sets.live())
    for name, document in here.others.items():
        if document is not None:
            flow_set = with_flow(flow_set, derived_value(playable_part, document, name))
    return flow_set


def live_flow(context: Context, flow: str) -> Document | None:
    """Returns a flow as callers hear it. Returns None if there is none of that name. Raises StoreUnavailable."""
    with context.database.reading() as session:
        live = flows_tables.live_id(session)
        return None if live is None else part_in(session, live, flow)


def flows_in(context: Context, draft_id: int) -> Mapping[str, Document]:
    """Returns every flow of a change: those of its base, replaced by its own. Raises NotFound, StoreUnavailable."""
    with context.database.reading() as session:
        change = tables.get_draft(session, draft_id)
        own: Editable = dict(document_of(session, base_id(session, change))["flows"])
        for part, step in tables.newest_steps(session, draft_id).items():
            if not part.startswith("#"):
                own[part] = step.document
    return {name: flow for name, flow in own.items() if flow is not None}
