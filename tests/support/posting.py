"""Gives a responder membership of desks, as two admins do on the pages People and Approvals."""

from collections.abc import Mapping

from hotline.core.actors import AccountRole, Actor
from hotline.core.contexts import Context
from hotline.duty import service_removal
from hotline.people.rules import Level, RequestedPosting, kind_of
from hotline.people.tables_desks import Desk
from hotline.text.places import Category
from hotline.web import service_approvals
from tests.support.deciding import signed_in, waits


def post(
    context: Context,
    responder_id: int,
    desks: Mapping[str, Level],
    categories: tuple[Category, ...] = (),
) -> None:
    """Makes a responder a member of exactly these desks."""
    with context.database.writing() as session:
        for code in desks:
            if session.get(Desk, code) is None:
                session.add(
                    Desk(code=code, kind=kind_of(code), public_key=b"", created_at=context.now())
                )
    wanted = RequestedPosting(desks, categories)
    if service_removal.change_desks(context, Actor("Alice"), responder_id, wanted, "a test"):
        bob = signed_in(context, "Bob", AccountRole.ADMIN)
        newest = max(one.id for one in waits(context, bob, "posting"))
        service_approvals.decide(context, bob, newest, "a test", approve=True)
