"""Checks, submits and publishes drafts. Before a publication, a second person must have read exactly the text that is
published."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from hotline.core.contexts import Context, Job, reads
from hotline.core.database import Session
from hotline.core.documents import Document
from hotline.core.driver import WrittenArray
from hotline.editing import service_news, service_publishing, service_reviews, tables
from hotline.editing.rules_difference import stale_translations
from hotline.editing.rules_drafts import Author, DraftState, NewsKind, loses_emergency
from hotline.editing.service_draft_steps import withdraw_submission
from hotline.editing.service_drafts import (
    GatheredDraft,
    Refusal,
    gather_draft,
    is_as_read,
    log_command,
    may_publish,
)
from hotline.editing.service_publishing import BEARABLE, all_problems
from hotline.flows import service_authoring
from hotline.flows import tables as flows_tables
from hotline.flows.check import Code, Problem
from hotline.flows.tables import Publication, PublicationKind
from hotline.gateway import tables as gateway_tables
from hotline.gateway.doorbell import ringing
from hotline.text.errors import DraftRefused, FlowInvalid, NotFound
from hotline.text.identifiers import reveals

UNPLAYABLE = frozenset(
    {Code.SHAPE, Code.UNKNOWN_NODE, Code.UNKNOWN_FLOW, Code.UNKNOWN_LIST, Code.UNKNOWN_ENTRY}
)
"""Errors that make it impossible to build a flow set from a document."""
LIVE = 0
"""A check that gets this value instead of a draft's id checks only the published flows."""
PROBLEMS_KEPT = timedelta(days=30)
"""The time for which the hotline keeps the stored problems of a draft."""


class DividedProblems(NamedTuple):
    """The problems of a draft in three groups."""

    blocking: Sequence[Problem]
    """Errors that the published flows do not have. A draft with these errors cannot be submitted for approval."""
    live_already: Sequence[Problem]
    """Errors that the published flows already have. These errors do not block a draft, because a stricter rule must
    never delay an urgent text."""
    bearable: Sequence[Problem]


def divide_problems(found: Sequence[Problem], live: Sequence[Problem]) -> DividedProblems:
    known = set(live)
    hurting = [one for one in found if one.code not in BEARABLE]
    return DividedProblems(
        blocking=[one for one in hurting if one not in known],
        live_already=[one for one in hurting if one in known],
        bearable=[one for one in found if one.code in BEARABLE],
    )


def draft_problems(context: Context, draft_id: int) -> DividedProblems | None:
    """Returns the problems of a draft, checked together with the published flows. Returns None while the check is
    running.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    with context.database.reading() as session:
        edited = gather_draft(session, draft_id)
        live = _stored_problems(session, edited.live_digest)
        mine = _stored_problems(session, edited.checked_as)
    if live is None or mine is None:
        context.jobs.ring(Job.CHECK_DRAFT, draft_id)
        return None
    return divide_problems(mine, live)


def check_merged(context: Context, draft: GatheredDraft) -> DividedProblems:
    """Returns the problems of a draft, checked together with the published flows. Raises StoreUnavailable."""
    live = problems_of(context, draft.live, draft.live_digest)
    return divide_problems(_check_all(context, draft), live)


def check_errors(found: DividedProblems) -> None:
    """Raises DraftRefused if there are errors that the published flows do not have."""
    if found.blocking:
        is_broken = any(one.code in UNPLAYABLE for one in found.blocking)
        raise DraftRefused(Refusal.BROKEN if is_broken else Refusal.HAS_ERRORS, found.blocking)


def check_new_errors(context: Context, document: Document, *known: Document) -> None:
    """Raises DraftRefused if the flows in a document cannot run or have new errors. Errors are not new if one of the
    documents in `known` already has these errors. Raises StoreUnavailable."""
    found, *before = (
        problems_of(context, one, service_authoring.digest_of(one)) for one in (document, *known)
    )
    check_errors(divide_problems(found, [one for each in before for one in each]))


def check_by_id(context: Context, draft_id: int) -> None:
    """Checks a draft and the published flows. If the id is `LIVE`, the function checks only the published flows. If the
    problems are already stored, the function does not check again.

    Ignores a deleted draft. Raises NotReady, StoreUnavailable.
    """
    if draft_id == LIVE:
        document = service_authoring.live_document(context.database)
        problems_of(context, document, service_authoring.digest_of(document))
        return
    with suppress(NotFound):
        check_merged(context, merge_draft(context, draft_id))


def published_problems(context: Context) -> Sequence[Problem] | None:
    """Returns the problems of the published flows. Returns None while the check is running. Raises StoreUnavailable."""
    with context.database.reading() as session:
        live = flows_tables.live_revision(session)
        found = None if live is None else _stored_problems(session, live.digest)
    if found is None:
        context.jobs.ring(Job.CHECK_DRAFT, LIVE)
    return found


def _check_all(context: Context, draft: GatheredDraft) -> Sequence[Problem]:
    """Returns the problems of the document that results from a draft and the published flows."""
    key, draft_id = draft.checked_as, draft.change.id
    return problems_of(context, draft.document, key, draft_id, live=draft.live)


def problems_of(
    context: Context,
    document: Document,
    digest: str,
    draft_id: int | None = None,
    *,
    live: Document | None = None,
) -> Sequence[Problem]:
    """Returns every problem of a document. Checks the document once for each `digest` and stores the result. With
    `live`, the check compares the document with the published flows in `live`. With `live`, `digest` must be a digest
    of both documents. Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        kept = _stored_problems(session, digest)
    if kept is not None:
        return kept
    found = all_problems(document, live=live)
    written = WrittenArray([one.to_row() for one in found])
    with context.database.writing() as session:
        tables.delete_problems(session, context.now() - PROBLEMS_KEPT)
        tables.store_problems(session, _key(digest), written, draft_id=draft_id, at=context.now())
    return found


def _stored_problems(session: Session, digest: str) -> Sequence[Problem] | None:
    kept = tables.stored_problems(session, _key(digest))
    return None if kept is None else [Problem.from_row(one) for one in kept]


def _key(digest: str) -> str:
    return f"{service_publishing.checker_digest()} {digest}"


def submit(context: Context, by: Author, draft_id: int, *, keeps_languages: bool = False) -> None:
    """Submits a draft for approval. A later edit withdraws the submission. Refuses a draft that has new errors or
    cannot run. Refuses a draft with new English text and old translations, unless the editor agreed to this
    (`keeps_languages`). Raises DraftRefused, NotFound, NotReady, StoreUnavailable.
    """
    gathered = merge_draft(context, draft_id)
    check_publishable(context, gathered, keeps_languages=keeps_languages)
    digest = gathered.own_digest
    with context.database.writing() as session:
        change = tables.get_draft(session, draft_id, held=True)
        if not change.is_editable:
            raise DraftRefused(Refusal.OVER)
        if not is_as_read(session, gathered):
            raise DraftRefused(Refusal.CHANGED)
        tables.mark_settled(session, draft_id, (NewsKind.SENT_BACK,), context.now())
        change.state = DraftState.SUBMITTED
        change.submitted_by_id, change.submitted_by = by.account_id, by.name
        change.submitted_at, change.submitted_digest = context.now(), digest
        change.note = change.noted_by = None
        log_command(session, context, by, "change_proposed", f"change {draft_id}", change.title)


def send_back(context: Context, by: Author, draft_id: int, note: str) -> None:
    """Reopens a submitted draft with a note from the approver, and tells the authors of the draft.

    Raises DraftRefused, NotFound, StoreUnavailable.
    """
    if reveals(note):
        raise DraftRefused(Refusal.NOT_ABOUT_TEXT)
    with context.database.writing() as session:
        change = tables.get_draft(session, draft_id, held=True)
        if change.state != DraftState.SUBMITTED:
            raise DraftRefused(Refusal.NOT_SUBMITTED)
        authors = service_news.authors_of(session, change)
        withdraw_submission(change)
        change.note, change.noted_by = note.strip(), by.name
        said, at = change.note, context.now()
        service_news.add_news(session, NewsKind.SENT_BACK, change, authors, by, at, said)
        log_command(session, context, by, "change_sent_back", f"change {draft_id}", said)


def check_publishable(context: Context, draft: GatheredDraft, *, keeps_languages: bool) -> None:
    """Raises DraftRefused with the reason if no one may publish a draft.

    If `keeps_languages` is True, a translation may stay old although its English text is new.
    """
    if not draft.change.is_editable:
        raise DraftRefused(Refusal.OVER)
    if draft.clashes:
        raise DraftRefused(Refusal.CLASHES, tuple(draft.clashes))
    live, document = draft.live, draft.document
    if service_authoring.are_same(document, live):
        raise DraftRefused(Refusal.EMPTY)
    codes = service_authoring.SHORT_CODES_FILE
    if moved := service_authoring.moved_short_codes(live.get(codes, {}), document.get(codes, {})):
        raise DraftRefused(Refusal.ENTRY_MOVED, moved)
    if loses_emergency(live, document):
        raise DraftRefused(Refusal.EMERGENCY_NUMBER)
    check_errors(check_merged(context, draft))
    if not keeps_languages:
        check_translations(draft)


def check_translations(draft: GatheredDraft) -> None:
    """Raises DraftRefused if a draft changes an English text but not its translations. The error lists these texts."""
    if behind := stale_translations(draft.changes, draft.document):
        raise DraftRefused(Refusal.LANGUAGES_KEPT, behind)


def read_by_two(session: Session) -> frozenset[int]:
    """Returns the ids of the publications in which two people have read every text.

    Publications by a release or a command count as read by two people, because the operator is responsible for such
    publications.
    """
    seen: set[int] = set()
    read: set[int] = set()
    """The ids of the revisions (stored versions of all flows) that two people have read."""
    was_read = True
    rows = flows_tables.history(session)[::-1]
    for row in rows:
        was_read = row.revision_id in read or _is_read(
            row, was_read, is_new=row.revision_id not in seen
        )
        seen.add(row.revision_id)
        if was_read:
            read.add(row.revision_id)
    return frozenset(row.id for row in rows if row.revision_id in read)


def _is_read(row: Publication, was_read: bool, *, is_new: bool) -> bool:
    """Returns True if two people read this publication. `was_read` is True if two people read the state before this
    publication.

    `is_new` is True if no earlier publication published the same revision.
    """
    match PublicationKind(row.kind):
        case PublicationKind.EMERGENCY:
            # The person who confirms an emergency change reads every difference from the newest state that two people
            # read.
            return row.approved_by is not None
        case PublicationKind.BACK:
            # People can restore only a state that two people have read. If phone numbers have changed since the old
            # publication, the restored state is a new revision, which also counts as read by two people.
            return is_new
        case PublicationKind.BY_HAND if row.draft_id is not None:
            # The approver read only the difference from the previous state, so the new state counts as read by two
            # people only if the previous state does.
            return was_read
        case PublicationKind.ENDED:
            return was_read
    return True


MAX_SESSION = timedelta(minutes=10)
"""If a caller's session has no recorded end, it counts as abandoned after this time. The mobile network ends sessions
earlier than this."""


merge_draft = reads(gather_draft)


def is_second(context: Context, by: Author, draft: GatheredDraft) -> bool:
    """Returns True if this reader may approve the draft as the second person. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return may_publish(session, by, draft.authors)


def running_sessions(context: Context) -> int:
    """Returns the number of recent sessions that have not ended. A running session keeps the flows with which it
    began."""
    with context.database.reading() as session:
        return gateway_tables.running_calls(session, context.now() - MAX_SESSION)


def approvable(
    context: Context,
    by: Author,
    draft_id: int,
    digest: str,
    *,
    note: str = "",
    alone: bool = False,
    keeps_languages: bool = False,
) -> tuple[GatheredDraft, Publication]:
    """Checks that a submitted draft can be published exactly as the approver read it. Returns the draft, and the row of
    the draft for the publication history.

    If `alone` is True, one person may both submit and approve the draft. In `hotline demo`, `alone` is True, so that
    one learner can try both tasks. Raises DraftRefused, NotFound, NotReady, StoreUnavailable.
    """
    with context.database.reading() as session:
        gathered = gather_draft(session, draft_id)
        urgent = flows_tables.unsettled(session)
        may_approve = alone or may_publish(session, by, gathered.authors)
    change = gathered.change
    if change.state != DraftState.SUBMITTED or change.proposer is None:
        over = change.state in (DraftState.LIVE, DraftState.DROPPED)
        raise DraftRefused(Refusal.OVER if over else Refusal.NOT_SUBMITTED)
    if not may_approve:
        raise DraftRefused(Refusal.OWN_HAND)
    if urgent is not None:
        # The published text includes the emergency change. The approver would not see the text of the emergency change
        # in the difference.
        raise DraftRefused(Refusal.EMERGENCY_STANDS)
    if gathered.digest != digest or gathered.own_digest != change.submitted_digest:
        raise DraftRefused(Refusal.CHANGED)
    check_publishable(context, gathered, keeps_languages=keeps_languages)
    return gathered, approved_row(change, by.name, note)


def approved_row(change: tables.DraftRow, approved_by: str, note: str) -> Publication:
    """Returns the row of an approved draft for the publication history."""
    return Publication(
        published_by=change.submitted_by,
        published_by_id=change.submitted_by_id,
        kind=PublicationKind.BY_HAND,
        reason=note or change.title,
        draft_id=change.id,
        approved_by=approved_by,
    )


def publish_in_transaction(
    context: Context,
    by: Author | str,
    gathered: GatheredDraft,
    row: Publication,
    also: Callable[[Session], None] = lambda _session: None,
) -> Publication:
    """Publishes a draft in one transaction, unless the draft or the published flows have changed since `gathered` was
    read.

    `also` is a function that writes more rows in the same transaction. Raises DraftRefused, StoreUnavailable.
    """
    document = gathered.document
    try:
        ready = service_authoring.prepare(document)
    except FlowInvalid as invalid:
        raise DraftRefused(Refusal.BROKEN, invalid.problems) from None
    moved = service_reviews.moved_signatures(
        gathered.live, document, service_reviews.all_signatures(context)
    )
    behind = stale_translations(gathered.changes, document)
    checked = WrittenArray([one.to_row() for one in _check_all(context, gathered)])
    with ringing(context) as session:
        flows_tables.take_lock(session)
        change = tables.get_draft(session, gathered.change.id, held=True)
        if change.state != gathered.change.state or not is_as_read(session, gathered):
            raise DraftRefused(Refusal.CHANGED)
        if row.kind == PublicationKind.BY_HAND and flows_tables.unsettled(session) is not None:
            raise DraftRefused(Refusal.EMERGENCY_STANDS)
        done = publish_prepared(session, context, ready, row, after=gathered.live_id)
        change.state, change.ended_at = DraftState.LIVE, context.now()
        log_command(
            session,
            context,
            by,
            "emergency_published" if row.kind == PublicationKind.EMERGENCY else "change_published",
            f"change {change.id}",
            row.reason,
        )
        tables.store_signatures(session, moved)
        # Stores the problems of the draft for the new revision, so that no process checks the revision again.
        tables.store_problems(session, _key(ready.digest), checked, draft_id=None, at=context.now())
        service_news.tell_published(session, change, by, context.now(), behind)
        also(session)
        tables.cancel_publication_plans(session, change.id, context.now())
    return done


def publish_prepared(
    session: Session,
    context: Context,
    ready: service_authoring.ReadyDocument,
    row: Publication,
    *,
    after: int,
) -> Publication:
    """Publishes a document. The calling code must hold the publishing lock in its transaction.

    `after` is the revision that was live when the document was read. Raises DraftRefused.
    """
    if flows_tables.live_id(session) != after:
        raise DraftRefused(Refusal.CHANGED)
    try:
        revision = service_authoring.publish_document(session, ready, context.now())
    except FlowInvalid as moved:
        raise DraftRefused(Refusal.ENTRY_MOVED, moved.problems) from None
    service_publishing.record(session, revision, row, context.now())
    return row
