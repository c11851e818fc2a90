"""Saves the steps of a draft in such a way that several editors can work on the draft at the same time. An editor
cannot overwrite another person's edit.

A form contains the number of the version that the editor saw in the form. A version number above 0 means a step of the
draft, and a number below 0 means a published revision. If another person saved a newer version after the editor opened
the form, the service merges the edits of both people. If the merge has a conflict, the service saves nothing, and the
form asks the editor to choose a version.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hotline.core.actors import Actor
from hotline.core.contexts import Context, Job
from hotline.core.database import Session
from hotline.core.documents import Document
from hotline.core.driver import with_json
from hotline.editing import service_publishing, tables
from hotline.editing.rules_drafts import (
    PHRASES,
    Author,
    DraftState,
    PartDocument,
    StepKind,
    part_of,
    parts_of,
)
from hotline.editing.rules_forms import Settled
from hotline.editing.service_drafts import (
    NewStep,
    Refusal,
    StepDescription,
    add_draft,
    are_alike,
    base_id,
    document_of,
    gather_draft,
    is_as_read,
    live_revision,
    merge,
    newest,
    state_at,
)
from hotline.editing.tables import DraftRow, DraftStep
from hotline.flows import document as documents
from hotline.flows import service_authoring
from hotline.flows import tables as flows_tables
from hotline.flows.flow_set_cache import MARK
from hotline.flows.node_fields import nodes_of
from hotline.flows.rules_reviews import Signature
from hotline.flows.service_check import place_lists
from hotline.text.errors import DraftRefused, EditClash, NotFound


class StepSaved(NamedTuple):
    """A step of a draft that the service saved. `version` and `document` describe the edited part after the save."""

    version: int
    document: PartDocument | None
    is_merged: bool = False
    """True if the save merged edits that other people saved after the editor opened the form."""


def save_step(
    context: Context,
    by: Author,
    draft_id: int,
    new: NewStep,
    *,
    base_version: int,
    settled: Settled | None = None,
) -> StepSaved:
    """Saves the next complete version of a part of the draft. The editor saw the version `base_version` in the form,
    and changed this version. If the draft was submitted for approval, the save withdraws the submission. `settled`
    contains the editor's choices for the conflicts that the page showed after an earlier save of the same form. Raises
    DraftRefused, EditClash, NotFound, StoreUnavailable.
    """
    while True:
        # Merges the versions before the writing transaction, because with SQLite only one process can write at a time.
        with context.database.reading() as session:
            sent = tables.step_of_form(session, draft_id, new.part, new.once)
            if sent is not None:
                return StepSaved(sent.version, sent.document)
            change = tables.get_draft(session, draft_id)
            if not change.is_editable:
                raise DraftRefused(Refusal.OVER)
            now = newest(session, change, new.part)
            base = state_at(session, change, new.part, base_version)
        both = merge(base, now.document, new.document, settled)
        if both.clashes:
            raise EditClash({new.part: both.clashes}, now.author)
        if are_alike(both.document, now.document):
            return StepSaved(now.version, now.document)

        both_kept = new._replace(document=with_json(both.document))
        with context.database.writing() as session:
            saved = _add(session, context, by, draft_id, both_kept, now.version)
        if saved is not None:
            context.jobs.ring(Job.CHECK_DRAFT, draft_id)
            return StepSaved(saved, both.document, not are_alike(both.document, new.document))


def restore_step(
    context: Context, by: Author, draft_id: int, step_id: int, *, once: str, before: bool = False
) -> StepSaved:
    """Restores the version of a part that a step of a draft saved. Saves this version again as the newest version of
    the part. Raises DraftRefused, NotFound, StoreUnavailable.

    With `before`, restores the part as it was before that step. If no earlier step changed the part, restores the part
    from the published flows on which the draft is based.
    """
    with context.database.reading() as session:
        step = tables.find_step(session, draft_id, id=step_id)
        if step is None:
            raise NotFound(f"draft {draft_id} has no step {step_id}: reload the draft's page")
        change = tables.get_draft(session, draft_id)
        now = newest(session, change, step.part)
        document, version = step.document, step.version - before
        if before:
            at = version or -base_id(session, change)
            document = state_at(session, change, step.part, at)
    says = {"did": StepKind.RESTORED, "version": version}
    new = NewStep(step.part, document, once, says)
    try:
        return save_step(context, by, draft_id, new, base_version=now.version)
    except EditClash:
        # Another person saved a change while the service restored the version. The editor asked for exactly this
        # version, so the service tries again to restore this version.
        return restore_step(context, by, draft_id, step_id, once=once, before=before)


def _add(
    session: Session, context: Context, by: Author, draft_id: int, new: NewStep, after: int
) -> int | None:
    """Adds a step to a draft, and returns the version of the step. Returns None if another process saved this part
    first, or if the same form has already saved a step."""
    change = tables.get_draft(session, draft_id, held=True)
    if not change.is_editable:
        raise DraftRefused(Refusal.OVER)
    base = base_id(session, change)
    known = tables.newest_versions(session, draft_id).get(new.part, -base)
    if known != after or tables.step_of_form(session, draft_id, new.part, new.once):
        return None
    change.base_id = base
    return add_step(session, by, change, new, context.now())


def add_steps(
    session: Session,
    by: Author,
    change: DraftRow,
    documents: Mapping[str, PartDocument | None],
    once: str,
    about: StepDescription,
    at: datetime,
) -> None:
    """Adds the next version of several parts of a draft, with one call of `add_step` for each part."""
    for part, document in documents.items():
        add_step(session, by, change, NewStep(part, document, once, about), at)


def add_step(session: Session, by: Author, change: DraftRow, new: NewStep, at: datetime) -> int:
    """Adds the next version of a part of a draft, inside a transaction that locks the draft.

    The calling code must make `new.document` with `with_json` before that transaction, because `with_json` is slow for
    a large document.
    """
    version = tables.newest_versions(session, change.id).get(new.part, 0) + 1
    session.add(
        DraftStep(
            draft_id=change.id,
            part=new.part,
            version=version,
            document=new.document,
            made_by_id=by.account_id,
            made_by=by.name,
            at=at,
            about=dict(new.about),
            once=tables.form_key(change.id, new.part, new.once),
        )
    )
    withdraw_submission(change)
    session.flush()
    return version


def withdraw_submission(change: DraftRow) -> None:
    """Reopens a submitted draft, because an edit withdraws the submission."""
    change.state = DraftState.OPEN
    change.submitted_by_id = change.submitted_by = None
    change.submitted_at = change.submitted_digest = None


def update_draft(
    context: Context,
    by: Author,
    draft_id: int,
    *,
    once: str,
    settled: Mapping[str, Settled] | None = None,
) -> int:
    """Updates a draft: merges every part with the published flows, and saves the result as a new step.

    Returns the revision on which the draft is based now. `settled` contains the editor's choices for the conflicts, by
    the part of the draft. Raises DraftRefused, EditClash, NotFound, NotReady, StoreUnavailable.
    """
    with context.database.reading() as session:
        gathered = gather_draft(session, draft_id)
        sent = any(tables.step_of_form(session, draft_id, part, once) for part in gathered.steps)
    if not gathered.change.is_editable:
        raise DraftRefused(Refusal.OVER)
    if gathered.change.base_id == gathered.live_id or sent:
        return gathered.change.base_id
    parts = {part: gathered.merge_part(part, (settled or {}).get(part)) for part in gathered.steps}
    if clashes := {part: one.clashes for part, one in parts.items() if one.clashes}:
        raise EditClash(clashes)
    documents = {part: with_json(one.document) for part, one in parts.items()}
    with context.database.writing() as session:
        change = tables.get_draft(session, draft_id, held=True)
        if not is_as_read(session, gathered):
            raise DraftRefused(Refusal.CHANGED)
        says = {"did": StepKind.UPDATED, "revision": gathered.live_id}
        add_steps(session, by, change, documents, once, says, context.now())
        change.base_id = gathered.live_id
    return gathered.live_id


TITLE = "What version {version} brings"


class VersionReleased(NamedTuple):
    """The result of publishing the flows of a software release."""

    revision: int
    """The id of the published revision, which is a stored version of all flows."""
    change: int | None = None
    """The id of the draft with the differences between this release and the previous release. The id is None if no
    person has published other flows in the console."""
    published_by: str = ""


def publish_version(
    context: Context, document: Document, version: str, signed: Sequence[Signature] = ()
) -> VersionReleased:
    """Publishes the flows of a software release. If a person published other flows in the console, makes a draft of the
    release's flows and publishes nothing. The calling code may call the function again with the same flows.

    `signed` lists the texts that the files of the release mark as reviewed. Raises StoreUnavailable. Raises FlowInvalid
    if the installed software cannot run the flows of the release or the published flows.
    """
    with context.database.reading() as session:
        current = flows_tables.current(session)
        live_id = flows_tables.live_id(session)
        live = None if live_id is None else document_of(session, live_id)
    if signed:
        with context.database.writing() as session:
            tables.store_signatures(session, signed)
    if (
        current is None
        or live_id is None
        or live is None
        or current.kind == flows_tables.PublicationKind.VERSION
        or service_authoring.are_same(live, document)
    ):
        revision = service_publishing.publish_version(context, document)
        # The revision is None if another process published flows at the same moment.
        return (
            VersionReleased(revision) if revision else publish_version(context, document, version)
        )
    # Raises FlowInvalid if the installed software cannot run the published flows. The code stores the published flows
    # in compiled form, so that no other process has to compile them.
    pressed = service_authoring.compile_text(live)
    with context.database.writing() as session:
        flows_tables.store_compiled(session, live_id, pressed, MARK)
    documents.compile(document, place_lists())
    change = _as_change(context, document, live_id, version)
    return VersionReleased(live_id, change, current.published_by)


def import_folder(
    context: Context,
    by: Author,
    document: Document,
    *,
    title: str,
    signed: Sequence[Signature] = (),
) -> int | None:
    """Makes a draft of all parts in a folder of flow files that differ from the published flows.

    Returns None if no part in the folder differs. `signed` lists the texts that the folder marks as reviewed. Raises
    NotReady, StoreUnavailable.
    """
    with context.database.reading() as session:
        revision, live = live_revision(session)
    edits = dict(_edits(live, document, keeps_phrases="phrases" not in document))
    with context.database.writing() as session:
        tables.store_signatures(session, signed)
        return _add_edits(session, context, by, title, edits, base=revision.id)


def _add_edits(
    session: Session,
    context: Context,
    by: Author,
    title: str,
    edits: Mapping[str, PartDocument | None],
    *,
    base: int,
    source: str | None = None,
    label: str = "",
) -> int | None:
    """Adds a draft with the edits that imported flow files contain. Returns None if there are no edits."""
    if not edits:
        return None
    at, about = context.now(), {"did": StepKind.IMPORTED.value, "source": label or title}
    change = add_draft(session, by, title, "", base=base, at=at, source=source)
    add_steps(session, by, change, edits, "import", about, at)
    return change.id


def _as_change(context: Context, document: Document, live_id: int, version: str) -> int | None:
    """Makes a draft of the differences between the flows of a release and the flows of the release before it."""
    source, line = service_authoring.digest_of(document), Actor(service_publishing.LINE)
    with context.database.reading() as session:
        last = flows_tables.newest_of_version(session)
        base_id = live_id if last is None else last.revision_id
        base = document_of(session, base_id)
    edits = dict(_edits(base, document))
    with context.database.writing() as session:
        if (known := tables.draft_of_source(session, source)) is not None:
            return known.id
        title = TITLE.format(version=version)
        return _add_edits(
            session, context, line, title, edits, base=base_id, source=source, label=version
        )


def _edits(
    before: Document, after: Document, *, keeps_phrases: bool = False
) -> Iterator[tuple[str, Any]]:
    for part in dict.fromkeys((*parts_of(before), *parts_of(after))):
        if keeps_phrases and part == PHRASES:
            continue
        now, was = part_of(after, part), part_of(before, part)
        if now != was or [*nodes_of(now)] != [*nodes_of(was)]:
            yield part, with_json(now)
