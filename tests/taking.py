"""A responder takes a case, as by dialling."""

from datetime import datetime

from hotline.domain.reply import Verb
from hotline.ports import Kit
from hotline.services import casework
from hotline.services.casework import Act, Done, Way


def take_case(kit: Kit, responder_id: int, reference: str, at: datetime) -> Done:
    return do(kit, responder_id, reference, Verb.TAKE, at)


def do(kit: Kit, responder_id: int, reference: str, verb: Verb, at: datetime) -> Done:
    """One act in a transaction of its own."""
    with kit.database.writing() as session:
        return casework.act(
            session, kit, Act(responder_id, reference, verb, Way.USSD, at, proved=True)
        )
