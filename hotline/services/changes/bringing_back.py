"""What was live when, and bringing an older state back: old words, today's numbers and entries."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from hotline.domain.changes.change import Author, brought_back
from hotline.engine.check.finding import Finding
from hotline.engine.document.kept import Document
from hotline.errors import NotFound, NotReady
from hotline.ports import Kit
from hotline.services.changes import judging
from hotline.services.changes.assembling import document_of
from hotline.services.changes.folders import noted
from hotline.services.changes.going_live import make_live, press
from hotline.services.changes.proposing import read_by_two
from hotline.services.changes.results import ChangePublished, ChangeRefused, Refusal
from hotline.services.flows import authoring
from hotline.services.flows.publishing import PublicationNote
from hotline.store.changes import changes
from hotline.store.flows import flows, publications
from hotline.store.flows.publications import Publication, Publishing

LISTED = 100


class StateToBringBack(NamedTuple):
    """The difference of `before` and `after` is read first."""

    publication: Publication
    is_read: bool
    """False if it holds words that one person alone published, and that no second person read."""
    before: Document
    """What callers hear now."""
    after: Document
    digest: str
    """Sent with the act: it must be that of what would go live."""
    live_id: int
    old: Document
    """As it was live, with the numbers and entries of that time."""


class PublishedChange(NamedTuple):
    """A change as it went live."""

    publication: Publication
    before: Document
    after: Document


def history(kit: Kit) -> Sequence[tuple[Publication, bool]]:
    """Returns the newest first, each with whether two people have read it. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        read = read_by_two(session)
        return [(row, row.id in read) for row in publications.history(session, LISTED)]


def latest(kit: Kit, flows_named: Collection[str]) -> Mapping[str, Publication]:
    """Of each flow the newest publication that brought it: a change that edits it, or a whole state.

    Raises StoreUnavailable.
    """
    with kit.database.reading() as session:
        rows = publications.history(session, LISTED)
        edited = changes.parts_edited(session, [one.change_id for one in rows if one.change_id])
    found: dict[str, Publication] = {}
    for row in rows:
        for name in flows_named if row.change_id is None else edited[row.change_id]:
            found.setdefault(name, row)
    return found


def of_change(kit: Kit, change_id: int) -> PublishedChange | None:
    """What a change did when it went live; None where it did not. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        row = publications.of_change(session, change_id)
        older = None if row is None else publications.before(session, row.id)
        if row is None or older is None:
            return None
        return PublishedChange(
            row, document_of(session, older.revision_id), document_of(session, row.revision_id)
        )


def preview(kit: Kit, publication_id: int) -> StateToBringBack:
    """What callers would hear. Raises NotFound, NotReady, StoreUnavailable."""
    with kit.database.reading() as session:
        row = publications.found(session, publication_id)
        if row is None:
            raise NotFound(f"no publication {publication_id}")
        live_id = flows.live_id(session)
        if live_id is None:
            raise NotReady(authoring.NO_FLOWS)
        before, old = document_of(session, live_id), document_of(session, row.revision_id)
        is_read = row.id in read_by_two(session)
    after = brought_back(old, before)
    return StateToBringBack(row, is_read, before, after, authoring.digest_of(after), live_id, old)


def bring_back(
    kit: Kit, by: Author, publication_id: int, reason: str, digest: str
) -> ChangePublished | ChangeRefused:
    """Makes an older state live. One person decides, but only if two people read that state once.

    Raises NotFound, StoreUnavailable.
    """
    reason = reason.strip()
    if not reason:
        return ChangeRefused(Refusal.SHORT_REASON)
    state = preview(kit, publication_id)
    if state.digest != digest:
        return ChangeRefused(Refusal.CHANGED)
    if not state.is_read:
        return ChangeRefused(Refusal.READ_BY_ONE)
    return _unfit(kit, state) or put_back(
        kit, state, PublicationNote(by.name, Publishing.BACK, reason, by.account_id), actor=by
    )


def put_back(
    kit: Kit, state: StateToBringBack, said: PublicationNote, *, actor: Author | str
) -> ChangePublished | ChangeRefused:
    """In one transaction. Raises FlowInvalid where it cannot be played, StoreUnavailable."""
    ready = press(state.after, state.before, state.live_id)
    with kit.database.writing() as session:
        publications.take_turns(session)
        done = make_live(session, kit, ready, said, after=state.live_id)
        if isinstance(done, ChangePublished):
            what = f"revision {state.publication.revision_id}"
            noted(session, kit, actor, "flows_brought_back", what, said.reason)
    return done


def _unfit(kit: Kit, state: StateToBringBack) -> ChangeRefused | None:
    """It must be playable, and hurt nobody whom neither live nor that state itself hurt."""

    def found(document: Document) -> Sequence[Finding]:
        return judging.look(kit, document, authoring.digest_of(document))

    if authoring.are_same(state.after, state.before):
        return ChangeRefused(Refusal.NOTHING_THERE)
    known = [*found(state.before), *found(state.old)]
    return judging.hurting(judging.divide(found(state.after), known))
