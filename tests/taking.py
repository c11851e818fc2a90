"""What people do with a case, as by dialling or by a command."""

from datetime import datetime

from hotline.domain.sms.reply import Verb
from hotline.domain.tip import TipOutcome
from hotline.domain.tips.acts import Act, Done, Way
from hotline.services.referrals import casework
from hotline.services.tips import retention
from hotline.store.tips.tips import Tip
from tests.kits import WholeKit


def take_case(kit: WholeKit, responder_id: int, reference: str, at: datetime) -> Done:
    return do(kit, responder_id, reference, Verb.TAKE, at)


def do(kit: WholeKit, responder_id: int, reference: str, verb: Verb, at: datetime) -> Done:
    """One act in a transaction of its own."""
    with kit.database.writing() as session:
        return casework.act(
            session, kit, Act(responder_id, reference, verb, Way.USSD, at, proved=True)
        )


def close_by_two(kit: WholeKit, tip_id: int, outcome: TipOutcome | None = None) -> None:
    """Closes a case, whatever it is of: one person wants it, a second one agrees."""
    retention.close_tip(kit, tip_id, by="A desk", reason="over", outcome=outcome)
    with kit.database.reading() as session:
        waits = session.get_one(Tip, tip_id).closed_at is None
    if waits:
        retention.judge_end(kit, tip_id, agrees=True, by="A second desk", reason="seen")
