"""A change put onto what callers hear now: the document that would go live."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hotline.domain.changes.change import ENTRIES, PartDocument, part_of, with_part
from hotline.engine.document.kept import Document, derived
from hotline.engine.editing.merging import Merged, Settled
from hotline.errors import NotFound, NotReady
from hotline.services.changes.merging import merged
from hotline.services.flows import authoring
from hotline.store.changes import changes
from hotline.store.changes.changes import Change, ChangeStep
from hotline.store.database import Session
from hotline.store.flows import flows


@dataclass(frozen=True, slots=True)
class EditedChange:
    """A change and its newest steps, without the documents that it stands between, which are big."""

    change: Change
    steps: Mapping[str, ChangeStep]
    """The newest of each part."""
    live_id: int
    live_digest: str

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


@dataclass(frozen=True, slots=True)
class GatheredChange(EditedChange):
    """The same with the documents."""

    live: Document
    base: Document


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


def gather_edits(session: Session, change_id: int) -> EditedChange:
    """Raises NotFound, NotReady."""
    change = changes.found(session, change_id)
    if change is None:
        raise NotFound(f"no change {change_id}")
    live = flows.live(session)
    if live is None:
        raise NotReady(authoring.NO_FLOWS)
    return EditedChange(change, changes.newest(session, change_id), live.id, live.digest)


def gather(session: Session, change_id: int) -> GatheredChange:
    """Raises NotFound, NotReady."""
    edited = gather_edits(session, change_id)
    live = document_of(session, edited.live_id)
    base_id = edited.change.base_id
    base = live if base_id == edited.live_id else document_of(session, base_id)
    return GatheredChange(
        edited.change, edited.steps, edited.live_id, edited.live_digest, live, base
    )


def document_of(session: Session, revision_id: int) -> Document:
    """Raises NotFound."""
    document = flows.document_of(session, revision_id)
    if document is None:
        raise NotFound(f"revision {revision_id}")
    return document


def part_in(session: Session, revision_id: int, part: str) -> PartDocument | None:
    """One part of a revision."""
    if not part.startswith("#"):
        flow: PartDocument | None = flows.piece_of(session, revision_id, "flows", part)
        return flow
    names = ("entries", "entry_names") if part == ENTRIES else (part.removeprefix("#"),)
    pieces = {name: flows.piece_of(session, revision_id, name) for name in names}
    there = {name: piece for name, piece in pieces.items() if piece is not None}
    return part_of({"flows": {}, **there}, part)


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
    gathered_ids = {part: step.id for part, step in gathered.steps.items()}
    return changes.newest_ids(session, gathered.change.id) == gathered_ids
