"""Finds the desks that a console account can open now, and so the tips that it may see.

It asks for memberships, never for a role alone. An account sees nothing if no desk's key was encrypted for it.
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
    """Returns the viewer for an account, with the desks that its key opens.

    A linked responder must be a member of these desks too.
    """
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
    """Raises NotFound unless this account may see the tip."""
    with kit.database.reading() as session:
        tip_pages.seen(session, viewer_of(session, by), tip_id)


def check_national(kit: Kit, by: SignedIn, tip_id: int) -> None:
    """Raises NotFound unless this account may see the tip and opens the national desk."""
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
        tip_pages.seen(session, viewer, tip_id)
    if not is_national(viewer):
        raise NotFound(f"no tip {tip_id} for the national desk")


def found_or_refused(kit: Kit, by: SignedIn, tip_id: int, reason: str) -> tuple[Viewer, Tip]:
    """Returns a tip for an account that wants its text. Raises NotFound.

    The refusal of a tip that exists leaves a row in the audit log.
    """
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
