"""Whether the line may be offered: what must be true before a tip can be promised a recipient."""

from hotline.errors import NotReady, StoreUnavailable
from hotline.ports import DoorKit
from hotline.services.outbox import alert_path
from hotline.store.dialogue import contacts
from hotline.store.people import responders
from hotline.store.watch import alarms


def reasons_not_ready(kit: DoorKit) -> tuple[str, ...]:
    """Every reason, in words that hold no secret; none where all is well."""
    try:
        with kit.database.writing() as session:
            contacts.try_writing(session, kit.now())
        blocked = alert_path.why_blocked(kit)
        wrong = wrong_keys(kit)
        offered = responders.anybody_lives(kit.database, kit.now())
    except StoreUnavailable:
        return ("the database cannot commit",)

    reasons = []
    if not offered:
        reasons.append("no living responder anywhere: the report is not offered")
    if blocked:
        reasons.append(f"no alert can leave: {blocked}")
    reasons += wrong
    try:
        kit.books.live()
    except NotReady:
        reasons.append("no flows are live")
    except StoreUnavailable:
        reasons.append("the database does not answer")
    return tuple(reasons)


def wrong_keys(kit: DoorKit) -> list[str]:
    """Processes that do not start for a wrong key, or go on without it. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return [
            f"a key of {one.role} is wrong ({one.wrong_keys})"
            for one in alarms.refused(session, kit.now())
        ]
