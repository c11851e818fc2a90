"""Approves pending approvals as a second person, for tests."""

from hotline.core.actors import AccountRole, SignedIn, entered_as
from hotline.core.context import Kit
from hotline.people import tables_accounts
from hotline.web import service_approvals
from hotline.web.service_approvals import WaitingApproval
from tests.support.builders import make_account


def signed_in(kit: Kit, name: str, *roles: AccountRole) -> SignedIn:
    """Returns the account of that name, signed in. Creates it if it does not exist."""
    with kit.database.writing() as session:
        account = tables_accounts.find(session, entered_as(name))
        if account is None:
            account = make_account(name, *roles, at=kit.now())
            session.add(account)
            session.flush()
        return SignedIn(account.id, name, account.held_roles, "en", True, "key")


def waits(kit: Kit, by: SignedIn, kind: str) -> list[WaitingApproval]:
    """Returns the pending approvals of one kind that this account sees."""
    return [one for one in service_approvals.waiting(kit, by) if one.kind == kind]


def decides(kit: Kit, by: SignedIn, kind: str, *, approve: bool = True) -> None:
    """Decides the only pending approval of its kind."""
    (one,) = waits(kit, by, kind)
    service_approvals.decide(kit, by, one.id, "known to me", approve=approve)


def approves_by_name(kit: Kit, admin: str, person: str) -> None:
    """Approves a person's enrolment as an admin, whose account is deleted afterwards if it existed only for this."""
    by = signed_in(kit, admin, AccountRole.ADMIN)
    (one,) = [one for one in waits(kit, by, "enrolment") if f" {person} for " in str(one.sentence)]
    service_approvals.decide(kit, by, one.id, "known to me", approve=True)
    with kit.database.writing() as session:
        session.delete(tables_accounts.one(session, by.account_id))
