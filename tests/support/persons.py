"""Writes coded answers about persons into the database, for tests that use these answers later."""

from hotline.alerts import service_case
from hotline.alerts.service_case import EventActor
from hotline.cases import service_requests
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.tips import tables_persons
from hotline.tips.rules_events import EventChannel, LoggedEvent
from hotline.tips.rules_persons import PersonCodes
from hotline.tips.tables import Tip

SIGNS = {"minor": "no", "act": "yes", "force": "yes", "deceit": "no", "purpose": "yes"}
"""The coded answers in a screening of a possible victim."""
BY = EventActor("account:1:Alice", EventChannel.CONSOLE)


def said(
    session: Session, context: Context, tip: Tip, kind: LoggedEvent, codes: PersonCodes
) -> int:
    """Adds a case event about a person, and the person if the case does not have this person yet. Returns the id of the
    event."""
    at = context.now()
    tables_persons.add_person(session, tip.id, codes.n, at)
    key = f"{tip.id}:{codes.n}:{at.timestamp()}:{codes.referral}"
    entry_id = service_case.write_event(session, tip.id, kind, BY, at, key=key)
    assert entry_id is not None
    service_requests.store_codes(
        session, context, tip, entry_id, codes.checked(kind).to_bytes(), at
    )
    return entry_id


def screened(context: Context, tip_id: int, n: int = 1, **more: str) -> int:
    """Records a screening of a person with signs of trafficking. `more` adds further coded answers or replaces some."""
    with context.database.writing() as session:
        tip = session.get_one(Tip, tip_id)
        codes = PersonCodes(n, {**SIGNS, "form": "labour", "sex": "woman", **more})
        return said(session, context, tip, LoggedEvent.SCREENED, codes)
