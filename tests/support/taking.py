"""Acts on a case, as responders do by dialling and other people do with a command."""

from collections.abc import Sequence
from datetime import datetime

from hotline.alerts import queries, service_closing, service_commands
from hotline.alerts.rules_replies import Command, CommandOutcome, Verb
from hotline.alerts.service_closing import CloseRequest, CloseResult, Closing
from hotline.cases import service_retention
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_events import EventChannel
from hotline.tips.rules_persons import MetPerson
from hotline.tips.tables import Tip
from tests.support.contexts import WholeContext


def take_case(
    context: WholeContext, responder_id: int, reference: str, at: datetime
) -> CommandOutcome:
    return do(context, responder_id, reference, Verb.TAKE, at)


def do(
    context: WholeContext, responder_id: int, reference: str, verb: Verb, at: datetime
) -> CommandOutcome:
    """Runs one command of a responder about a case, in its own transaction."""
    with context.database.writing() as session:
        return service_commands.carry_out(
            session,
            context,
            Command(responder_id, reference, verb, EventChannel.USSD, at, proved=True),
        )


def close_by_two(context: WholeContext, tip_id: int, outcome: TipOutcome | None = None) -> None:
    """Closes a case: one person requests the closure, and a second person confirms the closure if this is needed."""
    service_retention.close_tip(context, tip_id, by="A desk", reason="over", outcome=outcome)
    with context.database.reading() as session:
        waits = session.get_one(Tip, tip_id).closed_at is None
    if waits:
        confirm(context, tip_id)


SECOND = CloseRequest("account:99:A second desk", "account:99:A second desk", "seen")


def confirm(
    context: WholeContext,
    tip_id: int,
    by: CloseRequest = SECOND,
    *,
    people: Sequence[MetPerson] | None = (),
) -> None:
    """Opens the case as a second person and confirms its closure. `people` are the persons of the case, or empty if
    their notes could not be decrypted."""
    opens(context, tip_id, by)
    decides(context, tip_id, by, people=people)


def requests_closure(
    context: WholeContext, tip_id: int, outcome: TipOutcome | None, by: CloseRequest
) -> CloseResult:
    with context.database.writing() as session:
        tip = queries.tip_for_writing(session, tip_id)
        return Closing(session, context, tip, by, context.now()).close(outcome)


def opens(context: WholeContext, tip_id: int, by: CloseRequest) -> None:
    """Records that a person opened the case, whose closure may be requested."""
    with context.database.writing() as session:
        tip, at = queries.tip_for_writing(session, tip_id), context.now()
        service_closing.note_opened(session, context, tip, by.name, by.entry_by, at)


def decides(
    context: WholeContext,
    tip_id: int,
    by: CloseRequest,
    *,
    agrees: bool = True,
    people: Sequence[MetPerson] | None = None,
) -> None:
    """Confirms or refuses the closure of a case."""
    with context.database.writing() as session:
        tip = queries.tip_for_writing(session, tip_id)
        closing = Closing(session, context, tip, by, context.now())
        closing.decide(agrees=agrees, people=people)
