"""Records the lessons that trainees pass, and makes and checks their certificates.

Statistics count the first answer of a session, by district. The last answer decides if the officer passes the lesson.
Certificates are not stored. Each time, the code is computed from the row of the officer's phone and the hotline's key.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.ussd import SessionStart
from hotline.counters import tables
from hotline.counters.service import day_of, is_first_time
from hotline.errors import KeyMissing
from hotline.flows.conversation import Facts
from hotline.flows.flow import FlowSet
from hotline.gateway.tables_sessions import LockedDialogue
from hotline.programmes import rules_certificate, service_enrolment
from hotline.programmes import tables as programmes_tables
from hotline.programmes.rules import LESSONS_COMPLETED, LessonCase, case_counter, whole
from hotline.programmes.rules_certificate import Certificate, CertificateVerdict, Passed


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """The result of checking a certificate code, and the content of the code if it is ours."""

    verdict: CertificateVerdict
    district: str = ""
    """The officer's district. It is empty if the officer belongs to no single district."""
    month: str = ""
    until: str = ""
    """The last month in which the certificate is valid."""
    misread: bool = False
    """True for a code that no hotline can have made: a letter is wrong or missing."""


def certificate_facts(
    context: Context, flow_set: FlowSet, start: SessionStart, caller: str
) -> Facts:
    """Returns the lessons that a phone had passed before the session began, and the code of its certificate.

    The code already exists before the last lesson is passed. The result is empty for a person who joined during this
    session. A responder is identified by the PIN.
    """
    who = service_enrolment.learner_of(context, flow_set, start, caller)
    if who is None or not context.pseudonyms.knows_certificates:
        return Facts()

    passed = {} if who.row is None else passed_lessons(who.row)
    before = {name: at for name, at in passed.items() if at < start.started_at}
    current = rules_certificate.current_lessons(before, start.started_at)
    certified = rules_certificate.has_every_lesson(current)
    month = rules_certificate.month_index(max(current.values()) if certified else start.started_at)
    return Facts(
        flags={
            rules_certificate.CERTIFICATES: True,
            rules_certificate.CERTIFIED: certified,
            **{f"{rules_certificate.PASSED}.{lesson}": True for lesson in current},
        },
        words={rules_certificate.SHOWN: _code(context, who, month)},
    )


def count_answer(
    session: Session,
    context: Context,
    dialogue: LockedDialogue,
    caller: str,
    case: LessonCase,
    answers: Mapping[str, str],
    at: datetime,
) -> None:
    """Counts an answer, and also counts the lesson when it is complete.

    Only answers of a trainee in the programme, or of a responder after the PIN, count.
    """
    row = None
    with suppress(KeyMissing):
        row = service_enrolment.answering_row(session, context, dialogue, caller, at)
    if row is None:
        return
    measures = [case_counter(answers[case.name])] if is_first_time(dialogue, case.name) else []
    if whole(case.lesson, answers) and is_first_time(
        dialogue, f"{LESSONS_COMPLETED}:{case.lesson}"
    ):
        measures.append(LESSONS_COMPLETED)
    if rules_certificate.is_passed(case.lesson, answers):
        record_passed_lesson(session, row.number_key, case.lesson, dialogue.started_at)
    for measure in measures:
        cell = tables.CounterKey(
            day_of(at), measure, "", dialogue.channel, "", row.district, case.lesson
        )
        tables.count(session, cell)


def record_passed_lesson(session: Session, number_key: str, lesson: str, at: datetime) -> None:
    """Records in the phone's row that a lesson was passed in a session that began at this time."""
    row = programmes_tables.locked_participant(session, number_key)
    if row is None:
        return
    passed = rules_certificate.add_lesson(passed_lessons(row), lesson, at)
    row.passed = {name: when.isoformat() for name, when in passed.items()}


def verify_certificate(context: Context, typed: str) -> CertificateCheck:
    """Checks the code of a certificate for a person who was shown it. Raises KeyMissing."""
    meant = rules_certificate.normalise_code(typed)
    if not context.pseudonyms.knows_certificates:
        raise KeyMissing("certificate.key is missing: restore it (`hotline keys import`)")
    found = rules_certificate.decode(meant, context.pseudonyms.certificate) if meant else None
    verdict = rules_certificate.verdict(found, context.now())
    if found is None:
        return CertificateCheck(verdict, misread=meant is None)
    return CertificateCheck(
        verdict,
        "" if found.district == rules_certificate.NO_DISTRICT else found.district,
        rules_certificate.month_name(found.month),
        rules_certificate.month_name(found.month + rules_certificate.VALID_MONTHS),
    )


def passed_lessons(row: programmes_tables.Participant) -> Passed:
    return {name: datetime.fromisoformat(when) for name, when in (row.passed or {}).items()}


def _code(context: Context, learner: service_enrolment.Learner, month: int) -> str:
    drawn = int(context.pseudonyms.holder(learner.number_key, month), 16)
    district = learner.district or rules_certificate.NO_DISTRICT
    mine = Certificate(district, month, drawn % rules_certificate.SERIALS)
    return rules_certificate.encode(mine, context.pseudonyms.certificate)
