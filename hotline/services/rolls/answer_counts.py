"""What somebody on a roll answered, counted by her district. `hotline reach --by district` shows it by itself."""

from contextlib import suppress

from hotline.domain.reach.answers import measure_of
from hotline.domain.rolls.joining import Roll
from hotline.engine.events import Answered
from hotline.errors import KeyMissing
from hotline.ports import Kit
from hotline.services.reach.outreach import day_of, first_time
from hotline.store.database import Session
from hotline.store.dialogue.held import HeldDialogue
from hotline.store.reach import outreach
from hotline.store.reach.outreach import Cell
from hotline.store.rolls import joined


def log(
    session: Session, kit: Kit, dialogue: HeldDialogue, roll: Roll, caller: str, answer: Answered
) -> None:
    """Count the first answer of a session. Of anybody who is not on the roll, nothing is counted."""
    row = None
    with suppress(KeyMissing):
        row = joined.on_roll(session, kit.pseudonyms.joined(roll, caller))
    measure = measure_of(answer.name, answer.value)
    if row is not None and first_time(dialogue, f"counted {answer.name}"):
        cell = Cell(day_of(kit.now()), measure, "", dialogue.channel, "", row.district)
        outreach.count(session, cell)
