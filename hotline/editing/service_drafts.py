"""Stores drafts as lists of steps, and combines them with the published flows.

The module also returns one flow of a draft together with the draft's other flows, for a form in the console.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from hotline.core.actors import Actor
from hotline.core.contexts import Context, reads
from hotline.core.database import Session
from hotline.core.documents import Document, Editable, derived_value
from hotline.editing import tables
from hotline.editing.rules_difference import Difference, compare_documents
from hotline.editing.rules_drafts import Author, DraftState, PartDocument, part_of, with_part
from hotline.editing.rules_forms import FieldClash, Merged, MergedField, Settled, Side
from hotline.editing.rules_forms import merge as merged_fields
from hotline.editing.rules_preview import playable_part, with_flow
from hotline.editing.tables import DraftRow, DraftStep
from hotline.flows import service_authoring
from hotline.flows import tables as flows_tables
from hotline.flows.flow import FlowSet
from hotline.flows.node_fields import ABSENT, Titles
from hotline.flows.tables import Revision
from hotline.people import tables_accounts, tables_audit
from hotline.text.errors import DraftRefused, NotFound, NotReady

ChangeRow = DraftRow
StepRow = DraftStep
"""The console's pages use the name `ChangeRow` for a row of a draft, and the name `StepRow` for a row of a step."""


def may_publish(session: Session, by: Author, authors: Iterable[Author]) -> bool:
    """Returns True if this person may approve the draft. A person who submitted the draft, or who saved a step of the
    draft, may not approve it."""
    me = actor_of(by)
    return not any(tables_accounts.is_same_person(session, me, actor_of(one)) for one in authors)


def actor_of(by: Author) -> str:
    """Returns the author's name as the audit log writes it."""
    return tables_audit.by_actor(Actor(by.name, by.account_id))


class Refusal(StrEnum):
    """The reason why a service refuses a command on a draft."""

    OVER = "over"
    """The draft was published or deleted."""
    EMPTY = "nothing_there"
    """The draft contains no difference from the published flows."""
    UNTITLED = "untitled"
    NOT_SUBMITTED = "not_proposed"
    OWN_HAND = "own_hand"
    """A person who submitted the draft, or who saved a step of the draft, cannot approve it."""
    CHANGED = "changed"
    """The draft or the published flows changed while the approver read the difference."""
    CLASHES = "clashes"
    """A newer publication changed the same fields as the draft. `problems` lists the parts of the draft that contain
    these fields."""
    BROKEN = "broken"
    """The code cannot run the flows of the draft. `problems` says which part of the flows has the fault."""
    HAS_ERRORS = "hurts"
    """The draft has errors that the published flows do not have, and `findings` lists these errors."""
    LANGUAGES_KEPT = "languages_kept"
    """The English text is new, but another language still has the old text. `left_behind` lists the places with an old
    text."""
    ENTRY_MOVED = "entry_moved"
    """If the draft were published, a printed short code would lead to another flow, or to no flow."""
    EMERGENCY_NUMBER = "emergency_number"
    """If the draft were published, no screen would show the emergency number 112."""
    SHORT_REASON = "short_reason"
    BEYOND_WORDS = "beyond_words"
    """The draft contains changes that an emergency publication must not make. `held_back` lists these forbidden
    changes."""
    EMERGENCY_STANDS = "emergency_stands"
    """Callers still see a text that one person published alone. Before the next publication, a second person must
    confirm this text or restore the previous text."""
    READ_BY_ONE = "read_by_one"
    """The older state of the flows contains a text that one person published alone and that no second person
    confirmed."""
    SETTLED = "settled"
    """No emergency change waits for a second person."""
    NOT_ABOUT_TEXT = "not_about_text"
    """A comment is empty, or contains a phone number, an address or a text that may be the reference of a case."""
    NO_ADDRESSEE = "no_addressee"
    TIMES = "times"
    """The planned time of the publication or of its end is invalid, or is in the past."""
    APPOINTED = "appointed"
    """An approver cannot confirm a change if the person who published the change also gave this approver the role of an
    approver."""


WHOLE = ""
"""The key of a conflict about a whole part: one version removed the part and the other version changed it."""


def merge(
    base: PartDocument | None,
    theirs: PartDocument | None,
    yours: PartDocument | None,
    settled: Settled | None = None,
) -> Merged:
    """Merges two versions of a part of a draft. If only one version changed the part, the result is the changed
    version.

    A changed order of the screens counts as a change too.
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
    """Returns True if both documents are equal and their keys have the same order."""
    return one is other or (one == other and json.dumps(one) == json.dumps(other))


@dataclass(frozen=True)
class GatheredDraft:
    """A draft with its newest steps, the published flows (`live`), and the flows on which the draft is based
    (`base`)."""

    change: DraftRow
    steps: Mapping[str, DraftStep]
    """The newest step of each part that the draft edits."""
    live_id: int
    live_digest: str
    live: Document
    base: Document
    authors: Sequence[Actor] = ()
    """The people who submitted the draft or saved a change to the draft. None of these people can approve the draft."""

    @cached_property
    def merged(self) -> Mapping[str, Merged]:
        """Returns every edited part, merged with its published version."""
        return {part: self.merge_part(part) for part in self.steps}

    def merge_part(self, part: str, settled: Settled | None = None) -> Merged:
        """Merges one edited part with its published version, field by field. In each conflict of the merge, `theirs` is
        the published version."""
        base, live = part_of(self.base, part), part_of(self.live, part)
        return merge(base, live, self.steps[part].document, settled)

    @property
    def clashes(self) -> Mapping[str, Sequence[FieldClash]]:
        """Returns the conflicts of the parts in which the draft and a newer publication changed the same fields."""
        return {part: one.clashes for part, one in self.merged.items() if one.clashes}

    @cached_property
    def document(self) -> Document:
        """Returns the document that publishing the draft would produce."""
        document = dict(self.live)
        for part, one in self.merged.items():
            document = with_part(document, part, one.document)
        return document

    @cached_property
    def changes(self) -> Difference:
        """Returns the differences between the published flows and the flows of the draft."""
        return compare_documents(self.live, self.document)

    @property
    def digest(self) -> str:
        """Returns the digest of the document that an approver reads. To approve a draft, the approver's form must
        contain the same digest."""
        flows = self.document["flows"]
        of_flows = {
            name: derived_value(service_authoring.digest_of_flow, flow)
            for name, flow in flows.items()
        }
        return service_authoring.sha_of({**self.document, "flows": of_flows})

    @property
    def own_digest(self) -> str:
        """Returns the digest of the draft's parts and of the published flow set on which the parts are based. The
        digest stays the same after the draft is submitted."""
        parts = {part: step.document for part, step in self.steps.items()}
        written = json.dumps([self.change.base_id, parts], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(written.encode()).hexdigest()

    @property
    def version(self) -> str:
        """Returns the short form of `own_digest`. The name of a file in which a person can try the draft contains this
        short form."""
        return self.own_digest[:12]

    @property
    def checked_as(self) -> str:
        """Returns the key under which the hotline stores the problems of this draft. The key names the draft and the
        published flows, because the check reads the draft and the published flows. The code can compute this key before
        the draft is merged with the published flows."""
        return f"{self.live_digest}+{self.own_digest}"


def gather_draft(session: Session, draft_id: int) -> GatheredDraft:
    """Returns a draft with its newest steps, the published flows, and the flows on which the draft is based. Raises
    NotFound, NotReady."""
    change, (now, live) = tables.get_draft(session, draft_id), live_revision(session)
    steps = tables.newest_steps(session, draft_id)
    base = live if change.base_id == now.id else document_of(session, change.base_id)
    own = () if change.proposer is None else (change.proposer,)
    authors = (*tables.step_authors(session, draft_id), *own)
    return GatheredDraft(change, steps, now.id, now.digest, live, base, authors)


def live_revision(session: Session) -> tuple[Revision, Document]:
    """Returns the published revision and its document. Raises NotReady."""
    live = flows_tables.live_revision(session)
    if live is None:
        raise NotReady(service_authoring.NO_FLOWS)
    return live, document_of(session, live.id)


def document_of(session: Session, revision_id: int) -> Document:
    """Returns the document of a revision. Raises NotFound."""
    document = flows_tables.document_of(session, revision_id)
    if document is None:
        raise NotFound(f"revision {revision_id}")
    return document


def part_in(session: Session, revision_id: int, part: str) -> PartDocument | None:
    """Returns one part of a revision's document. Raises NotFound."""
    return part_of(document_of(session, revision_id), part)


def is_as_read(session: Session, gathered: GatheredDraft) -> bool:
    """Returns True if no part of the draft has changed since the approver read the draft. The calling code must lock
    the draft in the same transaction."""
    read = {part: step.version for part, step in gathered.steps.items()}
    return tables.newest_versions(session, gathered.change.id) == read


SHOWN = 50
"""The number of steps that one page of the draft's history shows."""
StepDescription = Document
"""The description of a step, such as `{"did": "edited", "node": "fee"}`, with the value of a `StepKind`."""


class PartDraft(NamedTuple):
    """The current version of a part of a draft, which a form shows."""

    version: int
    document: PartDocument | None
    """The content of this part of the draft. The content is None if the part does not exist."""
    author: str
    """The person who saved this version of the part. The name is empty if no one has edited the part in this draft."""
    at: datetime | None


class NewStep(NamedTuple):
    """A new version of a part of a draft, as the form sent it."""

    part: str
    document: PartDocument | None
    """The complete new content of the part. If the content is None, the step removes the flow."""
    once: str
    """The token of the form that contained this version of the part. Because of this token, a form that arrives twice
    makes only one step."""
    about: StepDescription


def part_draft(context: Context, draft_id: int, part: str) -> PartDraft:
    """Returns the newest version of a part of a draft. Raises NotFound, StoreUnavailable."""
    with context.database.reading() as session:
        return newest(session, tables.get_draft(session, draft_id), part)


def part_drafts(context: Context, draft_id: int) -> Mapping[str, PartDraft]:
    """Returns the newest version of every part that the draft edits. Raises NotFound, StoreUnavailable."""
    with context.database.reading() as session:
        tables.get_draft(session, draft_id)
        return {
            part: _of_step(step) for part, step in tables.newest_steps(session, draft_id).items()
        }


def history(
    context: Context, draft_id: int, *, before: int | None = None, limit: int = SHOWN
) -> Sequence[DraftStep]:
    """Returns the steps of a draft, newest first. With `before`, the id of a step, returns only older steps.

    Raises NotFound, StoreUnavailable.
    """
    with context.database.reading() as session:
        tables.get_draft(session, draft_id)
        return tables.list_steps(session, draft_id, before=before, limit=limit)


def newest(session: Session, change: DraftRow, part: str) -> PartDraft:
    step = tables.find_step(session, change.id, part=part)
    if step is not None:
        return _of_step(step)
    base = base_id(session, change)
    return PartDraft(-base, part_in(session, base, part), "", None)


def _of_step(step: DraftStep) -> PartDraft:
    return PartDraft(step.version, step.document, step.made_by, step.at)


def base_id(session: Session, change: DraftRow) -> int:
    """Returns the revision on which a draft's parts are based.

    A draft without a step is based on the published revision.
    """
    if tables.newest_versions(session, change.id):
        return change.base_id
    return flows_tables.live_id(session) or change.base_id


def state_at(session: Session, change: DraftRow, part: str, version: int) -> PartDocument | None:
    """Returns the version `version` of a part of a draft. The form showed this version to the editor. Raises
    NotFound."""
    if version < 0:
        return part_in(session, -version, part)
    step = tables.find_step(session, change.id, part=part, version=version)
    if step is None:
        raise NotFound(f"flow {part} has no version {version}: reload the page")
    document: PartDocument | None = step.document
    return document


TITLE_LETTERS = 120
LISTED = 100
REASON_LETTERS = 200
NUMBER = re.compile(r"\d(?:[ .-]?\d){7,}")
"""Matches eight digits or more, with or without separators. A text with eight digits or more could contain the phone
number of a person."""


def open_draft(
    context: Context, by: Author, title: str, reason: str = "", *, once: str = ""
) -> int:
    """Opens a new draft of the published flows, and returns its id. Raises DraftRefused, NotReady, StoreUnavailable.

    `once` is the token of the form with which a person opens a draft. If the browser sends the form twice, the second
    call returns the same draft as the first call.
    """
    title = " ".join(title.split())[:TITLE_LETTERS]
    if not title:
        raise DraftRefused(Refusal.UNTITLED)
    with context.database.writing() as session:
        base = flows_tables.live_id(session)
        if base is None:
            raise NotReady(service_authoring.NO_FLOWS)
        source = f"form {by.account_id} {once}" if once else None
        if source and (known := tables.draft_of_source(session, source)):
            return known.id
        at = context.now()
        return add_draft(session, by, title, reason.strip(), base=base, at=at, source=source).id


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
    """Adds a new draft inside a transaction that the calling code opened."""
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
    """Lists the drafts that can be edited. If `over` is True, lists the published and deleted drafts instead. Each
    draft comes with the names of the parts that it edits. The newest draft comes first.

    A part is a flow name, `#numbers`, `#entries` or `#phrases`. Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        rows = tables.list_drafts(session, editable=not over, limit=limit)
        edited = tables.parts_edited(session, [row.id for row in rows])
    return [(row, edited[row.id]) for row in rows]


draft_titles = reads(tables.draft_titles)
get_draft = reads(tables.get_draft)


def drop_draft(context: Context, by: Author, draft_id: int) -> None:
    """Deletes a draft, so that no one can edit or publish the draft any more. The steps of the draft remain stored.

    Raises DraftRefused, NotFound, StoreUnavailable.
    """
    with context.database.writing() as session:
        row = tables.get_draft(session, draft_id, held=True)
        if not row.is_editable:
            raise DraftRefused(Refusal.OVER)
        row.state, row.ended_at = DraftState.DROPPED, context.now()
        tables.cancel_publication_plans(session, draft_id, row.ended_at)
        log_command(session, context, by, "change_dropped", f"change {draft_id}", row.title)


def log_command(
    session: Session, context: Context, by: Author | str, action: str, subject: str, reason: str
) -> None:
    """Writes a command to the audit log. Writes the reason on one line, without phone numbers."""
    said = NUMBER.sub("[number]", " ".join(reason.split()))[:REASON_LETTERS]
    actor = by if isinstance(by, str) else actor_of(by)
    tables_audit.append_row(session, context.now(), actor, action, subject, said)


class EditedFlow(NamedTuple):
    """A flow of a draft, with the values that a form needs. The browser sends `version` back with the form."""

    name: str
    version: int
    document: Document
    author: str
    """The person who saved the newest version of this flow. The name is empty if no one has edited the flow in this
    draft."""
    at: datetime | None
    others: Mapping[str, Document | None]
    """The other flows that the draft edits. The value is None for a flow that the draft removes."""


def live_titles(context: Context, language: str) -> Titles:
    """Returns the titles of the published flows. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return Titles(flows_tables.live_flows(session), language)


def edited_flow(
    context: Context, draft_id: int, flow: str, version: int | None = None
) -> EditedFlow:
    """Returns the version `version` of a flow in a draft. Without `version`, returns the newest version. Raises
    NotFound, StoreUnavailable."""
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
        raise NotFound(f"draft {draft_id} has no flow {flow}: choose another flow")
    return EditedFlow(flow, made_of, document, now.author, now.at, others)


def set_around(context: Context, here: EditedFlow) -> FlowSet:
    """Returns the published flow set, with the draft's versions of all flows that the draft edits, except the flow
    `here`. Raises NotReady, StoreUnavailable."""
    return with_flows(context.flow_sets.get(context.flow_sets.live()), here.others)


def flow_set_to_play(context: Context, draft_id: int) -> tuple[GatheredDraft, FlowSet]:
    """Returns a draft and its flow set, for a file in which a person can try the draft. The flow set contains the
    published flows on which the draft is based. The draft's own versions replace the flows that the draft edits. The
    flow set does not contain nodes that cannot be previewed. If two drafts have the same digest, their flow sets
    contain the same flows. Raises NotFound, NotReady, StoreUnavailable."""
    with context.database.reading() as session:
        gathered = gather_draft(session, draft_id)
    own = {part: step.document for part, step in gathered.steps.items() if part[0] != "#"}
    return gathered, with_flows(context.flow_sets.get(gathered.change.base_id), own)


def with_flows(flow_set: FlowSet, documents: Mapping[str, PartDocument | None]) -> FlowSet:
    """Returns the flow set with the flows in `documents` added or replaced. A flow whose document is None stays
    unchanged."""
    for name, document in documents.items():
        if document is not None:
            flow_set = with_flow(flow_set, derived_value(playable_part, document, name))
    return flow_set


def live_flow(context: Context, flow: str) -> Document | None:
    """Returns a published flow by its name. Returns None if no published flow has this name. Raises
    StoreUnavailable."""
    with context.database.reading() as session:
        live = flows_tables.live_id(session)
        return None if live is None else part_in(session, live, flow)


def flows_in(context: Context, draft_id: int) -> Mapping[str, Document]:
    """Returns every flow of a draft: the published flows, with the draft's own versions. Raises NotFound,
    StoreUnavailable."""
    with context.database.reading() as session:
        change = tables.get_draft(session, draft_id)
        own: Editable = dict(document_of(session, base_id(session, change))["flows"])
        for part, step in tables.newest_steps(session, draft_id).items():
            if not part.startswith("#"):
                own[part] = step.document
    return {name: flow for name, flow in own.items() if flow is not None}
