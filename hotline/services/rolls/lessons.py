"""What officers answered in their lessons: counted by district, the first answer of a session; what they answer in the
end passes a lesson."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from hotline.domain.rolls import certificate
from hotline.domain.rolls.training import TAKEN, LessonCase, measure_of, whole
from hotline.errors import KeyMissing
from hotline.ports import Kit
from hotline.services.reach.outreach import day_of, first_time
from hotline.services.rolls import certificates, joining
from hotline.store.database import Session
from hotline.store.dialogue.openings import HeldDialogue
from hotline.store.reach import outreach
from hotline.store.reach.outreach import Cell


def log(
    session: Session,
    kit: Kit,
    dialogue: HeldDialogue,
    caller: str,
    case: LessonCase,
    answers: Mapping[str, str],
    at: datetime,
) -> None:
    """Count an answer, and the lesson once it is whole: of an officer on the roll, or a responder behind her PIN."""
    row = None
    with suppress(KeyMissing):
        row = joining.answering(session, kit, dialogue, caller, at)
    if row is None:
        return
    measures = [measure_of(answers[case.name])] if first_time(dialogue, case.name) else []
    if whole(case.lesson, answers) and first_time(dialogue, f"{TAKEN}:{case.lesson}"):
        measures.append(TAKEN)
    if certificate.passes(case.lesson, answers):
        certificates.pass_lesson(session, row.number_key, case.lesson, dialogue.started_at)
    for measure in measures:
        cell = Cell(day_of(at), measure, "", dialogue.channel, "", row.district, case.lesson)
        outreach.count(session, cell)
