"""What an answer in the flow of a roll changes: a phone joins, leaves, tells of a session or answers a case."""

from collections.abc import Mapping

from hotline.domain.gathering import CAME_ANSWER, OCCASION_ANSWER, Gathering, Occasion, crowd
from hotline.domain.joining import NAMES, ROLL_OF, YES
from hotline.domain.training import case_of
from hotline.domain.ussd import is_number
from hotline.engine.events import Answered
from hotline.ports import Kit
from hotline.services import gatherings, joining, lessons
from hotline.store.contacts import Dialogue
from hotline.store.database import Session

LEAVES = {names.leaves: roll for roll, names in NAMES.items()}


def concerns(name: str) -> bool:
    """Whether an answer of this name changes anything here."""
    return name in ROLL_OF or name in LEAVES or name == CAME_ANSWER or case_of(name) is not None


def answered(
    session: Session,
    kit: Kit,
    dialogue: Dialogue,
    caller: str,
    answer: Answered,
    answers: Mapping[str, str],
    *,
    opened: bool,
) -> None:
    """Carry an answer out inside the hop's transaction. What was keyed and can not be believed changes nothing.

    `opened`: a try has found that this code lets its caller in.
    """
    if (roll := ROLL_OF.get(answer.name)) is not None:
        if opened and is_number(caller):
            joining.join(session, kit, roll, caller, answer.value, dialogue.started_at)
        return
    if (roll := LEAVES.get(answer.name)) is not None:
        if answer.value == YES:
            joining.leave(session, kit, caller, roll)
        return

    if (case := case_of(answer.name)) is not None:
        lessons.log(session, kit, dialogue, caller, case, answers, kit.now())
        return

    came, occasion = crowd(answer.value), answers.get(OCCASION_ANSWER, "")
    if came is not None and occasion in set(Occasion):
        told = Gathering(Occasion(occasion), came)
        gatherings.log(session, kit, caller, told, at=kit.now(), channel=dialogue.channel)
