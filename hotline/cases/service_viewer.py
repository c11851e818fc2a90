"""Finds the desks whose tips an account can decrypt. The account may see the tips of these desks.

It reads which desks' keys were encrypted for the account. A role alone gives no access. If no desk's key was encrypted
for the account, the account sees no tips.
"""

from collections.abc import Sequence

from hotline.cases import queries_list
from hotline.core.actors import AccountRole, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.errors import NotFound
from hotline.people import queries_member_keys, tables_audit, tables_members
from hotline.text.codes import NATIONAL
from hotline.tips import queries_visible
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules import OVERSEEN
from hotline.tips.tables import Tip


def viewer_of(session: Session, by: SignedIn) -> Viewer:
    """Returns the viewer for an account, with the desks whose keys the account can decrypt.

    If the account's owner is also a responder, the responder must belong to these desks too.
    """
    found = tables_members.access_of(session, by.account_id)
    opens = {code for code in found.desks if queries_member_keys.role_for(code) in by.roles}
    return queries_visible.account_viewer(found.person_id, frozenset(opens), found.phones)


def is_national(viewer: Viewer) -> bool:
    return NATIONAL in viewer.desks


def check_visible(context: Context, by: SignedIn, tip_id: int) -> None:
    """Raises NotFound unless this account may see the tip."""
    with context.database.reading() as session:
        queries_list.visible_tip(session, viewer_of(session, by), tip_id)


def check_national(context: Context, by: SignedIn, tip_id: int) -> None:
    """Raises NotFound unless this account may see the tip and belongs to the national desk."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        queries_list.visible_tip(session, viewer, tip_id)
    if not is_national(viewer):
        raise NotFound(f"the national desk has no tip {tip_id}")


def decides(viewer: Viewer, tip: Tip) -> bool:
    """Returns True if an account that may see the tip belongs to the desk that decides about it.

    Only oversight desks see a complaint about the national desk.
    """
    return is_national(viewer) or tip.official == OVERSEEN


def check_decides(context: Context, by: SignedIn, tip_id: int) -> None:
    """Raises NotFound unless this account may see the tip and its desk decides about it."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        if not decides(viewer, queries_list.visible_tip(session, viewer, tip_id)):
            raise NotFound(f"the national desk has no tip {tip_id}")


def hidden_subjects(context: Context, by: SignedIn) -> Sequence[str]:
    """Returns the subjects in the audit log that only auditors may see: complaints about the national desk.

    An admin may also be a person of the national desk, with another account.
    """
    if AccountRole.AUDITOR in by.roles:
        return ()
    with context.database.reading() as session:
        return [f"tip:{tip_id}" for tip_id in queries_list.overseen_tips(session)]


def get_readable(context: Context, by: SignedIn, tip_id: int, reason: str) -> tuple[Viewer, Tip]:
    """Returns a tip for an account that wants to read its text. Raises NotFound if the account may not see it.

    If the tip exists, this refusal is written to the audit log.
    """
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        try:
            return viewer, queries_list.visible_tip(session, viewer, tip_id)
        except NotFound:
            is_there = session.get(Tip, tip_id) is not None
    if is_there:
        log(context, by, tip_id, "tip_refused", f"no grant: {reason}")
    raise NotFound(f"there is no tip {tip_id}")


def log(context: Context, by: SignedIn, tip_id: int, action: str, reason: str) -> None:
    """Writes a row about a tip to the audit log, in its own transaction."""
    with context.database.writing() as session:
        tables_audit.append_command(
            session, by.actor, context.now(), action, f"tip:{tip_id}", reason
        )
