"""What was noted of a person, as whoever copied the database has it: sealed, with the key of it by each who held it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from hotline.alerts import service_case_events, tables_case_keys
from hotline.alerts.service_case_events import EntryBy
from hotline.alerts.tables_case_keys import CaseCode
from hotline.cases import service_codes
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.errors import KeyMissing, SealBroken
from hotline.keys.decrypt import open_case_key, open_codes
from hotline.keys.encrypt import READER, case_name, label
from hotline.keys.weekly_lock import WeeklyLock
from hotline.text.codes import NATIONAL
from hotline.tips.rules_events import EntryKind
from hotline.tips.rules_person_codes import PersonCodes
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
        """By a holder's grant, with any of these keys under any of these locks."""
        bound = label(case_name(self.uid), holder)
        for weekly_lock in weekly_locks:
            for private in privates:
                try:
                    grant = weekly_lock.unlock(self.grants[holder], bound)
                    key = open_case_key(grant, uid=self.uid, holder=holder, private_key=private)
                    seen = open_codes(self.body, private=key, uid=self.uid, entry_id=self.entry_id)
                except (KeyMissing, SealBroken):
                    continue
                return seen == SEEN.to_bytes()
        return False


def note(session: Session, kit: Kit, tip: Tip) -> None:
    """Somebody signed in notes what she saw of a person."""
    at, by = kit.now(), EntryBy("account:1:prove-shred")
    entry_id = service_case_events.done_by(
        session, tip.id, EntryKind.SCREENED, by, at, key=str(tip.id)
    )
    assert entry_id is not None
    service_codes.keep(session, kit, tip, entry_id, SEEN.to_bytes(), at)


def steal(session: Session, tip_id: int, uid: str) -> StolenCodes:
    ((entry_id, body),) = tables_case_keys.bodies_of(session, CaseCode, tip_id).items()
    held = {one: tables_case_keys.grant_of(session, tip_id, one) for one in (READER, NATIONAL)}
    grants = {holder: grant for holder, grant in held.items() if grant is not None}
    return StolenCodes(uid, entry_id, body, grants)
