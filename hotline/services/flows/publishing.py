"""Publishing with a history: a version's flows never take the place of what somebody published by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.errors import NotReady
from hotline.ports import Kit
from hotline.services.flows import authoring
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.flows import flows, publications
from hotline.store.flows.publications import Publication, Publishing

LINE = "line"
OF_A_VERSION = "the flows of this version"
EMERGENCY_STANDS = (
    "words of one person alone are live: a second person confirms them in the console, or brings back what was "
    "before. The flows that this version ships can be published now"
)


@dataclass(frozen=True, slots=True)
class Published:
    revision: int
    waits_for: str = ""
    """Who published by hand what is live: the revision is a draft then."""


@dataclass(frozen=True, slots=True)
class PublicationNote:
    """What the history says of a publication."""

    by: str
    kind: Publishing
    reason: str
    by_id: int | None = None
    change_id: int | None = None
    approved_by: str | None = None
    approved_by_id: int | None = None
    lapses_at: datetime | None = None


def publish_version(kit: Kit, document: Mapping[str, Any]) -> Published:
    """Make a version's flows live, or a draft where somebody published others by hand. Safe to repeat.

    Raises FlowInvalid, StoreUnavailable.
    """
    made = authoring.made_ready(kit.database, document)
    with kit.database.writing() as session:
        publications.take_turns(session)
        standing = publications.standing(session)
        live = flows.live_id(session)
        saved = authoring.saved(session, made)
        by_hand = standing is not None and standing.kind != Publishing.VERSION
        if standing is not None and by_hand and (saved is None or saved.id != live):
            draft = saved or authoring.draft(session, made, kit.now())
            return Published(draft.id, waits_for=standing.published_by)
        revision = authoring.put_live(session, made, kit.now())
        if standing is None or standing.revision_id != revision:
            said = PublicationNote(LINE, Publishing.VERSION, OF_A_VERSION)
            record(session, revision, said, kit.now())
    return Published(revision)


def publish(
    kit: Kit, document: Mapping[str, Any], *, by: str, reason: str, of_version: bool
) -> int:
    """Make flows live on a person's word, and say their revision. `of_version`: later versions follow them.

    Raises FlowInvalid, NotReady, StoreUnavailable.
    """
    made = authoring.made_ready(kit.database, document)
    with kit.database.writing() as session:
        publications.take_turns(session)
        if not of_version and publications.unsettled(session) is not None:
            # The folder may hold them: then nobody would read them any more, and they would stay.
            raise NotReady(EMERGENCY_STANDS)
        revision = authoring.put_live(session, made, kit.now())
        kind = Publishing.VERSION if of_version else Publishing.BY_HAND
        record(session, revision, PublicationNote(by, kind, reason), kit.now())
        audit.append(
            session,
            at=kit.now(),
            actor=audit.by_command(by),
            action="flows_published",
            subject=f"revision {revision}",
            reason=reason,
        )
    return revision


def record(session: Session, revision: int, said: PublicationNote, at: datetime) -> Publication:
    """Write into the history what is live from now on, whoever made it so."""
    publications.end_standing(session, at)
    row = Publication(
        revision_id=revision,
        published_by=said.by,
        published_by_id=said.by_id,
        kind=said.kind,
        reason=said.reason,
        published_at=at,
        until=None,
        change_id=said.change_id,
        approved_by=said.approved_by,
        approved_by_id=said.approved_by_id,
        lapses_at=said.lapses_at,
    )
    session.add(row)
    session.flush()
    return row
