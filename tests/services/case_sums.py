"""What the rows that the ladder decides by say of a case, beside what its log adds up to: they must be one."""

from sqlalchemy import select

from hotline.domain.cases.persons import CaseSum, add_up
from hotline.domain.outbox.message import Kind
from hotline.store.cases import case_log
from hotline.store.database import Database, Session
from hotline.store.outbox.messages import BELIEVED, Message, Referral
from hotline.store.referrals import asked_back
from hotline.store.tips.tips import Tip


def check_logs(database: Database) -> None:
    """Of every tip."""
    with database.reading() as session:
        for tip in session.scalars(select(Tip).order_by(Tip.id)):
            assert of_log(session, tip.id) == of_rows(session, tip)


def of_log(session: Session, tip_id: int) -> CaseSum:
    return add_up(case_log.entry_of(row) for row in case_log.of_tip(session, tip_id))


def of_rows(session: Session, tip: Tip) -> CaseSum:
    def who(*which: object) -> set[int]:
        found = select(Referral.responder_id).where(Referral.tip_id == tip.id, *which)  # type: ignore[arg-type]
        return set(session.scalars(found))

    heard = select(Referral.responder_id).join(Message, Message.referral_id == Referral.id)
    heard = heard.where(
        Referral.tip_id == tip.id, Message.kind == Kind.ALERT, Message.delivered_at.is_not(None)
    )
    took = (Referral.acknowledged_at.is_not(None), Referral.passed_at.is_(None), BELIEVED)
    return CaseSum(
        told=who(),
        delivered=set(session.scalars(heard)),
        taken=who(*took),
        opened=who(Referral.opened_at.is_not(None)),
        on_site=who(Referral.on_site_at.is_not(None)),
        offered=who(Referral.handed_to_help_at.is_not(None)),
        asked=asked_back.of_tip(session, tip.id) is not None,
        closed=tip.closed_at is not None,
    )
