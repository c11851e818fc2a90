"""A change put onto what callers hear now: the document that would go live."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotline.domain.changes.change import PartDocument, part_of, with_part
from hotline.engine.editing.merging import Settled
from hotline.errors import NotFound, NotReady
from hotline.services.changes.merging import PartMerge, merged
from hotline.services.flows import authoring
from hotline.store.changes import changes
from hotline.store.changes.changes import Change, ChangeStep
from hotline.store.database import Session
from hotline.store.flows import flows


@dataclass(frozen=True, slots=True)
class GatheredChange:
    """A change's rows, and the documents that it stands between."""

    change: Change
    steps: Mapping[str, ChangeStep]
    """The newest of each part."""
    live_id: int
    live: Mapping[str, Any]
    base: Mapping[str, Any]

    @property
    def own_digest(self) -> str:
        """Of its parts and of what they were made of: what is frozen when it is proposed."""
        parts = {part: step.document for part, step in self.steps.items()}
        written = json.dumps([self.change.base_id, parts], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(written.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AssembledChange:
    document: Mapping[str, Any]
    clashes: Mapping[str, PartMerge]
    """Parts in which what went live meanwhile changed the same fields."""

    @property
    def digest(self) -> str:
        return authoring.digest_of(self.document)


def gather(session: Session, change_id: int) -> GatheredChange:
    """Raises NotFound, NotReady."""
    change = changes.found(session, change_id)
    if change is None:
        raise NotFound(f"no change {change_id}")
    live_id = flows.live_id(session)
    if live_id is None:
        raise NotReady("no flows are published: run `hotline init`")
    live = document_of(session, live_id)
    same = change.base_id == live_id
    base = live if same else document_of(session, change.base_id)
    return GatheredChange(change, changes.newest(session, change_id), live_id, live, base)


def document_of(session: Session, revision_id: int) -> Mapping[str, Any]:
    """Raises NotFound."""
    document = flows.document_of(session, revision_id)
    if document is None:
        raise NotFound(f"revision {revision_id}")
    return document


def assemble(gathered: GatheredChange) -> AssembledChange:
    """The live document with every edited part merged onto it, field by field."""
    document = dict(gathered.live)
    clashes = {}
    for part, step in gathered.steps.items():
        one = merge_part(gathered, part, step.document)
        if one.clashes:
            clashes[part] = one
        document = with_part(document, part, one.document)
    return AssembledChange(document, clashes)


def merge_part(
    gathered: GatheredChange,
    part: str,
    edited: PartDocument | None,
    settled: Settled | None = None,
) -> PartMerge:
    """`theirs` is what is live."""
    base, live = part_of(gathered.base, part), part_of(gathered.live, part)
    return merged(base, live, edited, settled)
