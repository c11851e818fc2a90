"""Returns the handover notes about open cases for a viewer. Each query uses `visible_to`."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.alerts.tables_case_events import CaseEventRow, CaseNote
from hotline.cases.queries_list import OPEN
from hotline.people.tables_roster import HandoverNote
from hotline.tips.queries_visible import Viewer, visible_to
from hotline.tips.tables import IS_REAL_CASE, Tip


class CaseHandover(NamedTuple):
    """A handover note about a case, encrypted with the key of its tip."""

    tip_id: int
    uid: str
    person_id: int
    """The person who wrote it."""
    at: datetime
    key: str
    """The key of the case event to which the text is bound."""
    body: bytes


def case_notes(session: Session, viewer: Viewer) -> Sequence[CaseHandover]:
    """Returns the handover notes of the open cases that this viewer may see, the newest first."""
    columns = (Tip.id, Tip.uid, HandoverNote.person_id, HandoverNote.at)
    found = (
        select(*columns, CaseEventRow.key, CaseNote.body)
        .join(CaseNote, CaseNote.case_event_id == HandoverNote.case_event_id)
        .join(CaseEventRow, CaseEventRow.id == CaseNote.case_event_id)
        .join(Tip, Tip.id == CaseEventRow.tip_id)
        .where(*IS_REAL_CASE, OPEN, visible_to(viewer))
        .order_by(HandoverNote.id.desc())
    )
    return [CaseHandover(*row) for row in session.execute(found)]
