"""Gives a responder places at desks as two admins do, on the pages People and Approvals."""

from collections.abc import Mapping

from hotline.domain.accounts.account import AccountRole, Actor
from hotline.domain.people.enrolment import WantedPosting
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import Category
from hotline.ports import Kit
from hotline.services import approvals
from hotline.services.people.dossiers import postings
from hotline.store.desk.desks import Desk
from tests.deciding import signed_in, waits


def post(
    kit: Kit, responder_id: int, desks: Mapping[str, Level], categories: tuple[Category, ...] = ()
) -> None:
    """Lets a responder act at exactly these desks."""
    with kit.database.writing() as session:
        for code in desks:
            if session.get(Desk, code) is None:
                session.add(Desk(code=code, public_key=b"", created_at=kit.now()))
    wanted = WantedPosting(desks, categories)
    if postings.place(kit, Actor("Alice"), responder_id, wanted, "a test"):
        bob = signed_in(kit, "Bob", AccountRole.ADMIN)
        newest = max(one.id for one in waits(kit, bob, "posting"))
        approvals.decide(kit, bob, newest, "a test", approve=True)
