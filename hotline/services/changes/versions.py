"""Flow files into changes: what a version of the line brings, and a folder that somebody has edited."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hotline.domain.changes.change import PHRASES, Author, ChangeAuthor, StepKind, part_of, parts_of
from hotline.domain.flows.review import Signature
from hotline.engine.document import document as documents
from hotline.engine.document.kept import Document
from hotline.engine.editing.anatomy import nodes_of
from hotline.engine.transcripts.pressing import MARK
from hotline.errors import NotReady
from hotline.ports import Kit
from hotline.services.changes.assembling import document_of
from hotline.services.changes.folders import add
from hotline.services.changes.steps import add_steps
from hotline.services.flows import authoring, publishing
from hotline.services.flows.places import place_lists
from hotline.store.changes import changes, signatures
from hotline.store.driver import written
from hotline.store.flows import flows, publications
from hotline.store.flows.publications import Publishing

IMPORTED = {"did": StepKind.IMPORTED.value}
TITLE = "What version {version} brings"


class VersionReleased(NamedTuple):
    """What a release came to."""

    revision: int
    """The one that is live."""
    change: int | None = None
    """Where somebody published others by hand: the change that holds what is new of the version."""
    published_by: str = ""


def release(
    kit: Kit, document: Document, version: str, signed: Sequence[Signature] = ()
) -> VersionReleased:
    """Make a version's flows live, or a change where somebody published others. Safe to repeat.

    `signed`: what its files say was read.

    Raises FlowInvalid where they, or what is live, cannot be played by this code; StoreUnavailable.
    """
    with kit.database.reading() as session:
        standing = publications.standing(session)
        live_id = flows.live_id(session)
        live = None if live_id is None else document_of(session, live_id)
    if signed:
        with kit.database.writing() as session:
            signatures.sign(session, signed)
    if standing is None or live_id is None or live is None:
        return VersionReleased(publishing.publish_version(kit, document).revision)
    if standing.kind == Publishing.VERSION or authoring.are_same(live, document):
        done = publishing.publish_version(kit, document)
        if not done.waits_for:
            return VersionReleased(done.revision)
    # What is live must be playable by this code, and no process shall have to compile it.
    pressed = authoring.pressed(live)
    with kit.database.writing() as session:
        flows.keep_pressed(session, live_id, pressed, MARK)
    documents.compile(document, place_lists())
    change = _as_change(kit, document, live_id, version)
    return VersionReleased(live_id, change, standing.published_by)


def import_folder(
    kit: Kit,
    by: Author,
    document: Document,
    *,
    title: str,
    signed: Sequence[Signature] = (),
) -> int | None:
    """A change of what differs from live; None where nothing does. `signed`: what the folder says was read.

    Raises NotReady, StoreUnavailable.
    """
    with kit.database.reading() as session:
        live_id = flows.live_id(session)
        live = None if live_id is None else document_of(session, live_id)
    if live_id is None or live is None:
        raise NotReady(authoring.NO_FLOWS)
    edits = dict(_edits(live, document, keeps_phrases="phrases" not in document))
    with kit.database.writing() as session:
        signatures.sign(session, signed)
        if not edits:
            return None
        change = add(session, by, title, "", base=live_id, at=kit.now())
        add_steps(session, by, change, edits, "import", IMPORTED | {"source": title}, kit.now())
        return change.id


def _as_change(kit: Kit, document: Document, live_id: int, version: str) -> int | None:
    """On the base of the last files: what this version says otherwise than the one before."""
    source, line = authoring.digest_of(document), ChangeAuthor(publishing.LINE)
    with kit.database.reading() as session:
        last = publications.newest_of_version(session)
        base_id = live_id if last is None else last.revision_id
        base = document_of(session, base_id)
    edits = dict(_edits(base, document))
    with kit.database.writing() as session:
        known = changes.of_source(session, source)
        if known is not None:
            return known.id
        if not edits:
            return None
        title = TITLE.format(version=version)
        change = add(session, line, title, "", base=base_id, at=kit.now(), source=source)
        add_steps(session, line, change, edits, "import", IMPORTED | {"source": version}, kit.now())
        return change.id


def _edits(
    before: Document, after: Document, *, keeps_phrases: bool = False
) -> Iterator[tuple[str, Any]]:
    for part in dict.fromkeys((*parts_of(before), *parts_of(after))):
        if keeps_phrases and part == PHRASES:
            continue
        now, was = part_of(after, part), part_of(before, part)
        if now != was or [*nodes_of(now)] != [*nodes_of(was)]:
            yield part, written(now)
