"""Acts on a case, as responders do by dialling and other people do with a command."""

from collections.abc import Sequence
from datetime import datetime

from hotline.alerts import queries, service_closing, service_commands
from hotline.alerts.rules_replies import Command, CommandOutcome, Verb
from hotline.alerts.service_case import EventActor
from hotline.alerts.service_closing import CloseRequest
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


SECOND = "account:99:A second desk"


def confirm(context: WholeContext, tip_id: int, *, people: Sequence[MetPerson] = ()) -> None:
    """Opens the case as a second person and confirms its closure. `people` are the persons of the case, or empty if
    their notes could not be decrypted."""
    who, at = CloseRequest(SECOND, SECOND, "seen"), context.now()
    with context.database.writing() as session:
        tip = queries.tip_for_writing(session, tip_id)
        service_closing.note_opened(session, context, tip, who.name, EventActor(SECOND), at)
        service_closing.confirm_closure(session, context, tip, who, True, at, people=people)
