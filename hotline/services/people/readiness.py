"""Whether the line may be offered: what must be true before a tip can be promised a recipient."""

from hotline.errors import NotReady, StoreUnavailable
from hotline.ports import Kit
from hotline.services.referrals import referral
from hotline.store.dialogue import contacts
from hotline.store.outbox import lanes


def reasons_not_ready(kit: Kit) -> tuple[str, ...]:
    """Every reason, in words that hold no secret; none where all is well."""
    try:
        with kit.database.writing() as session:
            contacts.try_writing(session, kit.now())
            held = lanes.held(session, kit.now())
        offered = referral.may_be_offered(kit.database, kit.now())
    except StoreUnavailable:
        return ("the database cannot commit",)

    reasons = []
    if not offered:
        reasons.append("no living responder anywhere: the report is not offered")
    if held:
        reasons.append(f"no message goes out: the lane is held ({held})")
    try:
        kit.books.live()
    except NotReady:
        reasons.append("no flows are live")
    except StoreUnavailable:
        reasons.append("the database does not answer")
    return tuple(reasons)
