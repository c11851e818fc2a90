"""Finds the desks whose tips an account can decrypt. Also returns the timeline of a case.

An account may see the tips of a desk only if the desk's key was encrypted for the account. A role alone gives no
access.

The timeline contains nothing encrypted, and never shows who is excluded from the case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hotline.alerts import queries as alerts_queries
from hotline.alerts import tables_case_events
from hotline.cases import queries
from hotline.cases.queries import TipListFilter, TipOverview, tip_overviews
from hotline.core.actors import AccountRole, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.people import queries_member_keys, tables_audit, tables_desks
from hotline.people.tables import Responder
from hotline.text.errors import NotFound
from hotline.text.places import NATIONAL
from hotline.tips import queries as tips_queries
from hotline.tips import queries_visible
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules import OVERSEEN
from hotline.tips.rules_events import AGREES, PROOF, WAITS, YES, LoggedEvent, TakeProof
from hotline.tips.tables import Tip


def viewer_of(session: Session, by: SignedIn) -> Viewer:
    """Returns a `Viewer` for an account: the person who owns the account, and the desks whose keys the account can
    decrypt. Queries return only the tips that this `Viewer` may see.

    If the account's owner is also a responder, leaves out the desks to which this responder does not belong.
    """
    found = tables_desks.access_of(session, by.account_id)
    opens = {code for code in found.desks if queries_member_keys.role_for(code) in by.roles}
    return queries_visible.account_viewer(found.person_id, frozenset(opens), found.phones)


def is_national(viewer: Viewer) -> bool:
    return NATIONAL in viewer.desks


def is_seen_by_national(session: Session, by: SignedIn, tip_id: int) -> bool:
    """Returns True if this account belongs to the national desk and may see the tip."""
    viewer = viewer_of(session, by)
    return is_national(viewer) and queries_visible.is_visible(session, tip_id, viewer)


def check_visible(context: Context, by: SignedIn, tip_id: int) -> None:
    """Raises NotFound unless this account may see the tip."""
    with context.database.reading() as session:
        queries.visible_tip(session, viewer_of(session, by), tip_id)


def check_national(context: Context, by: SignedIn, tip_id: int) -> None:
    """Raises NotFound unless this account may see the tip and belongs to the national desk."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        queries.visible_tip(session, viewer, tip_id)
    if not is_national(viewer):
        raise NotFound(f"tip {tip_id}: only the national desk may use this command")


def decides(viewer: Viewer, tip: Tip) -> bool:
    """Returns True if the viewer belongs to the desk that makes the decisions about the tip, for example about its
    closure. The calling function must first check that the viewer may see the tip.

    Only oversight desks see a complaint about the national desk, so every viewer of such a complaint may decide.
    """
    return is_national(viewer) or tip.official == OVERSEEN


def check_decides(context: Context, by: SignedIn, tip_id: int) -> None:
    """Raises NotFound unless this account may see the tip and belongs to the desk that decides about the tip."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        if not decides(viewer, queries.visible_tip(session, viewer, tip_id)):
            raise NotFound(f"only the desk that decides about tip {tip_id} can use this command")


def hidden_subjects(context: Context, by: SignedIn) -> Sequence[str]:
    """Returns the subjects of audit log rows that this account must not see: the complaints about the national desk.
    Returns an empty list for an auditor, because auditors may see these rows.

    Other admins must not see the rows, because an admin can also belong to the national desk through another account.
    """
    if AccountRole.AUDITOR in by.roles:
        return ()
    with context.database.reading() as session:
        return [f"tip:{tip_id}" for tip_id in queries.overseen_tips(session)]


def get_readable(context: Context, by: SignedIn, tip_id: int, reason: str) -> tuple[Viewer, Tip]:
    """Returns a tip whose text an account wants to read, and a `Viewer` for this account. Raises NotFound if the
    account may not see the tip.

    If the tip exists but the account may not see it, writes a row to the audit log.
    """
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        try:
            return viewer, queries.visible_tip(session, viewer, tip_id)
        except NotFound:
            is_there = session.get(Tip, tip_id) is not None
    if is_there:
        log(context, by, tip_id, "tip_refused", f"no grant: {reason}")
    raise NotFound(f"there is no tip {tip_id} that you may see")


def log(context: Context, by: SignedIn, tip_id: int, action: str, reason: str) -> None:
    """Writes a row about a tip to the audit log, in its own transaction."""
    with context.database.writing() as session:
        tables_audit.append_command(
            session, by.actor, context.now(), action, f"tip:{tip_id}", reason
        )


EVENT_LABELS = {
    LoggedEvent.ALERTED: Template.LINE_TOLD,
    LoggedEvent.DELIVERED: Template.LINE_DELIVERED,
    LoggedEvent.ACKNOWLEDGED: Template.LINE_TAKEN,
    LoggedEvent.OPENED: Template.LINE_OPENED,
    LoggedEvent.ON_SITE: Template.LINE_ON_SITE,
    LoggedEvent.OFFERED: Template.LINE_OFFERED,
    LoggedEvent.ASKED: Template.LINE_ASKED,
    LoggedEvent.NOTE: Template.LINE_NOTE,
    LoggedEvent.PASSED: Template.LINE_PASSED,
    LoggedEvent.LINKED: Template.LINE_LINKED,
    LoggedEvent.CLOSURE_DECIDED: Template.LINE_REFUSED,
    LoggedEvent.CLOSED: Template.LINE_CLOSED,
    LoggedEvent.REOPENED: Template.LINE_REOPENED,
    LoggedEvent.SCREENED: Template.LINE_SCREENED,
    LoggedEvent.CONSENT: Template.LINE_CONSENT,
    LoggedEvent.ANSWERED: Template.LINE_ANSWERED,
    LoggedEvent.ARRIVED: Template.LINE_ARRIVED,
    LoggedEvent.THIRTY: Template.LINE_THIRTY,
    LoggedEvent.DETERMINATION: Template.LINE_DETERMINED,
}
"""Maps each kind of event that responders may see to its label. Only desks see events of other kinds."""


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """A case event, as pages and phones show it."""

    at: datetime
    kind: LoggedEvent
    channel: str
    name: str
    """The name of the responder who caused the event. Empty if a desk, a command at the server or the clock process
    caused the event."""
    desk: str
    codes: Mapping[str, str] = field(default_factory=dict)
    entry_id: int = 0
    supersedes: int | None = None
    """The id of the case event that this event corrects."""
    corrected_by: int | None = None
    """The id of the newest case event that corrects this event. Pages show both events."""

    @property
    def template(self) -> Template | None:
        """Returns the template of the event's text in the timeline. Returns None if only desks may see the event."""
        if self.kind is LoggedEvent.ACKNOWLEDGED and self.codes.get(PROOF) == TakeProof.DOUBTED:
            return Template.LINE_DOUBTED
        if self.kind is LoggedEvent.CLOSED and self.codes.get(WAITS) == YES:
            return Template.LINE_WANTED
        if self.kind is LoggedEvent.CLOSURE_DECIDED and self.codes.get(AGREES) == YES:
            return Template.LINE_AGREED
        return EVENT_LABELS.get(self.kind)


def timeline_of(session: Session, tip_id: int) -> Sequence[TimelineEvent]:
    """Returns the timeline of a tip, the oldest event first."""
    rows = tables_case_events.events_of_tip(session, tip_id)
    ids = {row.responder_id for row in rows if row.responder_id is not None}
    names = {one: session.get_one(Responder, one).name for one in ids}
    corrected = {row.supersedes: row.id for row in rows if row.supersedes is not None}
    return [
        TimelineEvent(
            row.at,
            LoggedEvent(row.kind),
            row.channel,
            names.get(row.responder_id or 0, ""),
            row.desk or "",
            row.codes,
            row.id,
            row.supersedes,
            corrected.get(row.id),
        )
        for row in rows
    ]


class CaseSheet(NamedTuple):
    """Everything that the hotline stores about a case without encryption."""

    overview: TipOverview
    references: Sequence[str]
    """The references of the case in the SMS to responders, the oldest first."""
    links: Sequence[int]
    """The ids of the other tips that are about the same situation."""
    timeline: Sequence[TimelineEvent]


def case_sheet(context: Context, name: str) -> CaseSheet:
    """Returns a case, found by the id of its tip or by a responder's reference. Raises NotFound."""
    with context.database.reading() as session:
        tip_id = tables_case_events.find_tip(session, name) or 0
        found = tip_overviews(session, TipListFilter(tip_id=tip_id))
        if not found:
            raise NotFound(f"there is no case {name}: `hotline tips list` shows all cases")
        similar = tips_queries.same_situation(session, [tip_id]).get(tip_id, ())
        known_as = alerts_queries.references_of_tip(session, tip_id)
        return CaseSheet(found[0], known_as, sorted(similar), timeline_of(session, tip_id))
