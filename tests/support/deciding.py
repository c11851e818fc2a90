"""Approves pending approvals as a second person, for tests."""

from sqlalchemy import delete, update

from hotline.core.actors import AccountRole, Actor, SignedIn, account_name_key
from hotline.core.contexts import Context
from hotline.core.database import Row, Session
from hotline.duty import service_enrolment, service_leaves
from hotline.duty.service_enrolment import StartPaper
from hotline.keys.passphrase import Costs
from hotline.people import tables, tables_accounts
from hotline.people.tables import Responder
from hotline.tips.queries_visible import Viewer, account_viewer
from hotline.web import service_approvals
from hotline.web.service_approvals import PendingApproval
from tests.support.builders import make_account

QUICK = Costs(passes=1, kib=8)


def signed_in(context: Context, name: str, *roles: AccountRole) -> SignedIn:
    """Returns the signed-in account with this name. Creates the account if it does not exist."""
    with context.database.writing() as session:
        account = tables_accounts.find_account(session, account_name_key(name))
        if account is None:
            account = make_account(name, *roles, at=context.now())
            session.add(account)
            session.flush()
        return SignedIn(account.id, name, account.held_roles, "en", True, "key")


def one_person(context: Context, account_id: int, phone: str) -> None:
    """Links an account to the person of a responder. `phone` is the responder's name or id."""
    with context.database.writing() as session:
        account = tables_accounts.get_account(session, account_id)
        into = service_leaves.find_person(session, phone).person_id
        merge_persons(session, account.person_id, into)


def merge_persons(session: Session, other: int, into: int) -> None:
    """Merges two rows of the table of persons into one row. Changes all references to the person `other` into
    references to the person `into`, and then deletes `other`.

    Does nothing if both ids are the same.
    """
    if other == into:
        return
    for table in Row.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is tables.Person.__table__.c.id for key in column.foreign_keys):
                session.execute(update(table).where(column == other).values({column: into}))
    session.execute(delete(tables.Person).where(tables.Person.id == other))


def waits(context: Context, by: SignedIn, kind: str) -> list[PendingApproval]:
    """Returns the pending approvals of one kind that this account can see."""
    return [one for one in service_approvals.pending(context, by) if one.kind == kind]


def decides(context: Context, by: SignedIn, kind: str, *, approve: bool = True) -> None:
    """Approves or refuses the only pending approval of the given kind."""
    (one,) = waits(context, by, kind)
    service_approvals.decide(context, by, one.id, "known to me", approve=approve)


def prints_start_pin(context: Context, by: Actor, person: str) -> StartPaper:
    """Approves the requested start PIN of a person as a second admin, and prints it."""
    with context.database.reading() as session:
        responder_id = service_leaves.find_person(session, person).id
    decides(context, signed_in(context, "Admin 9", AccountRole.ADMIN), "start_pin")
    return service_enrolment.print_start_pin(context, by, responder_id, costs=QUICK)


def approves_by_name(context: Context, admin: str, person: str) -> None:
    """Approves a person's enrolment as an admin, and then deletes the admin's account."""
    by = signed_in(context, admin, AccountRole.ADMIN)
    (one,) = [
        one for one in waits(context, by, "enrolment") if f" {person} for " in str(one.sentence)
    ]
    service_approvals.decide(context, by, one.id, "known to me", approve=True)
    with context.database.writing() as session:
        session.delete(tables_accounts.get_account(session, by.account_id))


def person_viewer(session: Session, person_id: int, desks: frozenset[str]) -> Viewer:
    """Returns a viewer: the account of this person, which can decrypt the keys of these desks."""
    phones = {
        row.id: frozenset(one.desk_code for one in tables.current_memberships(session, row.id))
        for row in tables_accounts.phones_of(session, person_id)
    }
    return account_viewer(person_id, desks, phones)


def responder_viewer(session: Session, responder_id: int) -> Viewer:
    """Returns a viewer with the desk memberships of this responder."""
    desks = {row.desk_code for row in tables.current_memberships(session, responder_id)}
    person_id = session.get_one(Responder, responder_id).person_id
    return Viewer(frozenset(desks), responder_id, person_id)
