"""Records the lessons that trainees pass, and makes and checks their certificates.

Statistics count the first answer of a session, by district. The last answer decides if a lesson is passed. No
certificate is stored. Each time, its code is computed from the programme's row and the line's key.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.dialogue.ussd import Opening
from hotline.domain.rolls import certificate
from hotline.domain.rolls.certificate import Certificate, CertificateVerdict, Passed
from hotline.domain.rolls.training import TAKEN, LessonCase, measure_of, whole
from hotline.engine.flow import Book
from hotline.engine.run import Facts
from hotline.errors import KeyMissing
from hotline.ports import Kit
from hotline.services.reach.outreach import day_of, first_time
from hotline.services.rolls import joining
from hotline.services.rolls.joining import Learner
from hotline.store.database import Session
from hotline.store.dialogue.openings import HeldDialogue
from hotline.store.reach import outreach
from hotline.store.reach.outreach import Cell
from hotline.store.rolls import joined
from hotline.store.rolls.joined import Joined


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on a certificate code, and the contents of a code that is ours."""

    verdict: CertificateVerdict
    district: str = ""
    """Empty if the holder belongs to no single district."""
    month: str = ""
    until: str = ""
    """The last month in which it is valid."""
    misread: bool = False
    """True for a code that no line can have made: a letter is wrong or missing."""


def facts(kit: Kit, book: Book, opening: Opening, caller: str) -> Facts:
    """Returns the lessons that a phone had passed when the session began, and its certificate code.

    The code is also there before the last lesson is passed. Returns nothing for a person who joined in this session.
    The PIN identifies a responder.
    """
    who = joining.as_begun(kit, book, opening, caller)
    if who is None or not kit.pseudonyms.knows_certificates:
        return Facts()

    passed = {} if who.row is None else passed_of(who.row)
    before = {name: at for name, at in passed.items() if at < opening.started_at}
    living = certificate.still(before, opening.started_at)
    certified = certificate.whole(living)
    month = certificate.month_of(max(living.values()) if certified else opening.started_at)
    return Facts(
        flags={
            certificate.CERTIFICATES: True,
            certificate.CERTIFIED: certified,
            **{f"{certificate.PASSED}.{lesson}": True for lesson in living},
        },
        words={certificate.SHOWN: _code(kit, who, month)},
    )


def count_answer(
    session: Session,
    kit: Kit,
    dialogue: HeldDialogue,
    caller: str,
    case: LessonCase,
    answers: Mapping[str, str],
    at: datetime,
) -> None:
    """Counts an answer, and the lesson once it is complete.

    Only a trainee of the programme or a responder behind a PIN counts.
    """
    row = None
    with suppress(KeyMissing):
        row = joining.answering(session, kit, dialogue, caller, at)
    if row is None:
        return
    measures = [measure_of(answers[case.name])] if first_time(dialogue, case.name) else []
    if whole(case.lesson, answers) and first_time(dialogue, f"{TAKEN}:{case.lesson}"):
        measures.append(TAKEN)
    if certificate.passes(case.lesson, answers):
        pass_lesson(session, row.number_key, case.lesson, dialogue.started_at)
    for measure in measures:
        cell = Cell(day_of(at), measure, "", dialogue.channel, "", row.district, case.lesson)
        outreach.count(session, cell)


def pass_lesson(session: Session, number_key: str, lesson: str, at: datetime) -> None:
    """Records in the programme's row that a lesson was passed, in a session that began at this time."""
    row = joined.for_writing(session, number_key)
    if row is None:
        return
    passed = certificate.with_lesson(passed_of(row), lesson, at)
    row.passed = {name: when.isoformat() for name, when in passed.items()}


def verify(kit: Kit, typed: str) -> Judged:
    """Checks a code for a person who was shown a certificate. Raises KeyMissing."""
    meant = certificate.read(typed)
    if not kit.pseudonyms.knows_certificates:
        raise KeyMissing("no certificate.key is here: restore it (`hotline keys import`)")
    found = certificate.opened(meant, kit.pseudonyms.certificate) if meant else None
    verdict = certificate.verdict(found, kit.now())
    if found is None:
        return Judged(verdict, misread=meant is None)
    return Judged(
        verdict,
        "" if found.district == certificate.NO_DISTRICT else found.district,
        certificate.month_name(found.month),
        certificate.month_name(found.month + certificate.VALID_MONTHS),
    )


def passed_of(row: Joined) -> Passed:
    return {name: datetime.fromisoformat(when) for name, when in (row.passed or {}).items()}


def _code(kit: Kit, who: Learner, month: int) -> str:
    drawn = int(kit.pseudonyms.holder(who.number_key, month), 16)
    district = who.district or certificate.NO_DISTRICT
    mine = Certificate(district, month, drawn % certificate.SERIALS)
    return certificate.code_of(mine, kit.pseudonyms.certificate)
