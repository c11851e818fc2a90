"""Acts on a case as a responder does by dialling or a person by a command."""

from collections.abc import Sequence
from datetime import datetime

from hotline.alerts import queries, service_closing, service_commands
from hotline.alerts.rules_replies import Act, Done, Verb
from hotline.alerts.service_case_events import EntryBy
from hotline.alerts.service_closing import EndRequest
from hotline.cases import service_retention
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_events import EntryWay
from hotline.tips.rules_persons import MetPerson
from hotline.tips.tables import Tip
from tests.support.kits import WholeKit


def take_case(kit: WholeKit, responder_id: int, reference: str, at: datetime) -> Done:
    return do(kit, responder_id, reference, Verb.TAKE, at)


def do(kit: WholeKit, responder_id: int, reference: str, verb: Verb, at: datetime) -> Done:
    """Runs one command in a transaction of its own."""
    with kit.database.writing() as session:
        return service_commands.act(
            session, kit, Act(responder_id, reference, verb, EntryWay.USSD, at, proved=True)
        )


def close_by_two(kit: WholeKit, tip_id: int, outcome: TipOutcome | None = None) -> None:
    """Closes a case of any kind. One person requests it, and a second one opens the case and confirms."""
    service_retention.close_tip(kit, tip_id, by="A desk", reason="over", outcome=outcome)
    with kit.database.reading() as session:
        waits = session.get_one(Tip, tip_id).closed_at is None
    if waits:
        confirm(kit, tip_id)


SECOND = "account:99:A second desk"


def confirm(kit: WholeKit, tip_id: int, *, people: Sequence[MetPerson] = ()) -> None:
    """Opens the case as a second person and confirms its closure. `people` are the persons found there."""
    who, at = EndRequest(SECOND, SECOND, "seen"), kit.now()
    with kit.database.writing() as session:
        tip = queries.tip_for_writing(session, tip_id)
        service_closing.note_opened(session, kit, tip, who.name, EntryBy(SECOND), at)
        service_closing.judge(session, kit, tip, who, True, at, people=people)
