"""Which desks an account of the console opens at this moment, and so what it may know of.

It asks for memberships, never for a role alone: an account to which no desk's key was sealed knows of nothing.
"""

from hotline.domain.accounts.account import SignedIn
from hotline.domain.desk.desks import of_account
from hotline.domain.tip import NATIONAL
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.store.accounts import accounts
from hotline.store.database import Session
from hotline.store.desk import audit, members
from hotline.store.people import member_keys
from hotline.store.referrals.desk_pages import tip_pages
from hotline.store.tips import visible
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer


def viewer_of(session: Session, by: SignedIn) -> Viewer:
    """By the desks that its key opens; where it was joined to a responder, by hers too."""
    account = accounts.one(session, by.account_id)
    member = of_account(account.id)
    opens = frozenset(
        code
        for code in members.desks_of(session, member)
        if member_keys.public_key(session, code, member) is not None
    )
    return visible.of_account(session, account, opens)


def is_national(viewer: Viewer) -> bool:
    return NATIONAL in viewer.desks


def check(kit: Kit, by: SignedIn, tip_id: int) -> None:
    """That this account may know of a tip. Raises NotFound."""
    with kit.database.reading() as session:
        tip_pages.seen(session, viewer_of(session, by), tip_id)


def check_national(kit: Kit, by: SignedIn, tip_id: int) -> None:
    """The same, for what the national desk alone decides. Raises NotFound."""
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
        tip_pages.seen(session, viewer, tip_id)
    if not is_national(viewer):
        raise NotFound(f"no tip {tip_id} for the national desk")


def found_or_refused(kit: Kit, by: SignedIn, tip_id: int, reason: str) -> tuple[Viewer, Tip]:
    """A tip for whoever wants its words. What is kept from her leaves a row in the audit log. Raises NotFound."""
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
        try:
            return viewer, tip_pages.seen(session, viewer, tip_id)
        except NotFound:
            is_there = session.get(Tip, tip_id) is not None
    if is_there:
        with kit.database.writing() as session:
            signed = audit.signer(by.actor)
            audit.of_tip(session, tip_id, "tip_refused", signed, kit.now(), f"no grant: {reason}")
    raise NotFound(f"no tip {tip_id}")
