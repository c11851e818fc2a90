"""Records the lessons that trainees pass, and makes and checks their certificates.

Statistics count the first answer of a session, by district. The last answer decides if a lesson is passed. No
certificate is stored. Each time, its code is computed from the programme's row and the line's key.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.core.ussd import Opening
from hotline.counters import tables
from hotline.counters.service import day_of, first_time
from hotline.counters.tables import Cell
from hotline.errors import KeyMissing
from hotline.flows.flow import Book
from hotline.flows.run import Facts
from hotline.gateway.tables_sessions import HeldDialogue
from hotline.programmes import rules_certificate, service_enrolment
from hotline.programmes import tables as programmes_tables
from hotline.programmes.rules import TAKEN, LessonCase, measure_of, whole
from hotline.programmes.rules_certificate import Certificate, CertificateVerdict, Passed
from hotline.programmes.service_enrolment import Learner
from hotline.programmes.tables import Joined


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
    who = service_enrolment.as_begun(kit, book, opening, caller)
    if who is None or not kit.pseudonyms.knows_certificates:
        return Facts()

    passed = {} if who.row is None else passed_of(who.row)
    before = {name: at for name, at in passed.items() if at < opening.started_at}
    living = rules_certificate.still(before, opening.started_at)
    certified = rules_certificate.whole(living)
    month = rules_certificate.month_of(max(living.values()) if certified else opening.started_at)
    return Facts(
        flags={
            rules_certificate.CERTIFICATES: True,
            rules_certificate.CERTIFIED: certified,
            **{f"{rules_certificate.PASSED}.{lesson}": True for lesson in living},
        },
        words={rules_certificate.SHOWN: _code(kit, who, month)},
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
        row = service_enrolment.answering(session, kit, dialogue, caller, at)
    if row is None:
        return
    measures = [measure_of(answers[case.name])] if first_time(dialogue, case.name) else []
    if whole(case.lesson, answers) and first_time(dialogue, f"{TAKEN}:{case.lesson}"):
        measures.append(TAKEN)
    if rules_certificate.passes(case.lesson, answers):
        pass_lesson(session, row.number_key, case.lesson, dialogue.started_at)
    for measure in measures:
        cell = Cell(day_of(at), measure, "", dialogue.channel, "", row.district, case.lesson)
        tables.count(session, cell)


def pass_lesson(session: Session, number_key: str, lesson: str, at: datetime) -> None:
    """Records in the programme's row that a lesson was passed, in a session that began at this time."""
    row = programmes_tables.for_writing(session, number_key)
    if row is None:
        return
    passed = rules_certificate.with_lesson(passed_of(row), lesson, at)
    row.passed = {name: when.isoformat() for name, when in passed.items()}


def verify(kit: Kit, typed: str) -> Judged:
    """Checks a code for a person who was shown a certificate. Raises KeyMissing."""
    meant = rules_certificate.read(typed)
    if not kit.pseudonyms.knows_certificates:
        raise KeyMissing("no certificate.key is here: restore it (`hotline keys import`)")
    found = rules_certificate.opened(meant, kit.pseudonyms.certificate) if meant else None
    verdict = rules_certificate.verdict(found, kit.now())
    if found is None:
        return Judged(verdict, misread=meant is None)
    return Judged(
        verdict,
        "" if found.district == rules_certificate.NO_DISTRICT else found.district,
        rules_certificate.month_name(found.month),
        rules_certificate.month_name(found.month + rules_certificate.VALID_MONTHS),
    )


def passed_of(row: Joined) -> Passed:
    return {name: datetime.fromisoformat(when) for name, when in (row.passed or {}).items()}


def _code(kit: Kit, who: Learner, month: int) -> str:
    drawn = int(kit.pseudonyms.holder(who.number_key, month), 16)
    district = who.district or rules_certificate.NO_DISTRICT
    mine = Certificate(district, month, drawn % rules_certificate.SERIALS)
    return rules_certificate.code_of(mine, kit.pseudonyms.certificate)
