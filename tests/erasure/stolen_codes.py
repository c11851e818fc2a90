"""Reads the codes about a person as an intruder finds them in the database: encrypted, with one grant for each desk or
process that may read them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from hotline.alerts import service_case, tables_case_events
from hotline.alerts.service_case import EventActor
from hotline.alerts.tables_case_events import CaseCode
from hotline.cases import service_requests
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.keys.decrypt import decrypt_case_key, decrypt_codes
from hotline.keys.encrypt import READER, case_name, label
from hotline.keys.weekly_lock import WeeklyLock
from hotline.text.errors import DecryptionFailed, KeyMissing
from hotline.text.places import NATIONAL
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import PersonCodes
from hotline.tips.tables import Tip

SEEN = PersonCodes(1, {"minor": "yes", "act": "yes", "purpose": "yes", "sex": "girl"})


@dataclass(frozen=True, slots=True)
class StolenCodes:
    uid: str
    entry_id: int
    body: bytes = field(repr=False)
    grants: Mapping[str, bytes] = field(repr=False)

    def are_read(
        self, holder: str, privates: Collection[bytes], weekly_locks: Iterable[WeeklyLock]
    ) -> bool:
        """Returns True if the keys and weekly locks given here decrypt the holder's grant, and the codes behind this
        grant are the correct ones."""
        bound = label(case_name(self.uid), holder)
        for weekly_lock in weekly_locks:
            for private in privates:
                try:
                    grant = weekly_lock.unlock(self.grants[holder], bound)
                    key = decrypt_case_key(grant, uid=self.uid, holder=holder, private_key=private)
                    seen = decrypt_codes(
                        self.body, private=key, uid=self.uid, entry_id=self.entry_id
                    )
                except (KeyMissing, DecryptionFailed):
                    continue
                return seen == SEEN.to_bytes()
        return False


def note(session: Session, context: Context, tip: Tip) -> None:
    """Stores the screening of a person from a signed-in account, with encrypted codes."""
    at, by = context.now(), EventActor("account:1:prove-shred")
    entry_id = service_case.write_event(
        session, tip.id, LoggedEvent.SCREENED, by, at, key=str(tip.id)
    )
    assert entry_id is not None
    service_requests.store_codes(session, context, tip, entry_id, SEEN.to_bytes(), at)


def steal(session: Session, tip_id: int, uid: str) -> StolenCodes:
    ((entry_id, body),) = tables_case_events.bodies_of(session, CaseCode, tip_id).items()
    held = {one: tables_case_events.grant_of(session, tip_id, one) for one in (READER, NATIONAL)}
    grants = {holder: grant for holder, grant in held.items() if grant is not None}
    return StolenCodes(uid, entry_id, body, grants)
