"""Checks whether the installation is ready: whether a promised tip would reach a recipient."""

from hotline.errors import NotReady, StoreUnavailable
from hotline.ports import DoorKit
from hotline.services.outbox import alert_path
from hotline.store.dialogue import contacts
from hotline.store.people import responders
from hotline.store.watch import alarms


def reasons_not_ready(kit: DoorKit) -> tuple[str, ...]:
    """Returns every reason why it is not ready. The texts contain no secret."""
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
    """Returns processes that refuse to start because of a wrong key, or run without it. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return [
            f"a key of {one.role} is wrong ({one.wrong_keys})"
            for one in alarms.refused(session, kit.now())
        ]
