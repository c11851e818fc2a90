"""Enrols phones in a programme with a district's code, counts community sessions and lessons, and makes and checks
certificates.

Lessons count for a trainee whose phone is in the programme, and for a responder who entered the PIN. A responder needs
no enrolment code, and the lessons do not enrol the responder in the programme. The hotline stores lessons under a keyed
digest of the phone number. A responder's lessons count for the responder's district, or for the programme's district if
the phone is also in the programme.

Statistics count the first answer to each case in a session. The last answers decide if the officer passes the lesson.
Certificates are not stored: the hotline computes the code from the phone's row and from its own key.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from hotline.cases import service_receipts
from hotline.cases.service_receipts import AttemptResult, CompareSecret, SecretAttempt
from hotline.core.contexts import Context
from hotline.core.database import Session, add_if_new
from hotline.core.rules_attempts import AttemptedSecret, SecretTyped
from hotline.core.ussd import SEPARATOR, SessionStart, UssdHop
from hotline.counters import tables as counters_tables
from hotline.counters.service import day_of, is_first_time
from hotline.flows.conversation import Facts
from hotline.flows.flow import FlowSet
from hotline.gateway.tables import LockedDialogue
from hotline.people import tables, tables_audit
from hotline.people.rules import every_district
from hotline.people.tables_audit import CommandActor
from hotline.programmes import rules
from hotline.programmes import tables as programmes_tables
from hotline.programmes.rules import (
    CODE_FLAG,
    CROWD_FLAG,
    LESSONS_COMPLETED,
    TALK_FLAG,
    Certificate,
    CertificateVerdict,
    LessonCase,
    Passed,
    Programme,
    SessionReport,
    case_counter,
    whole,
)
from hotline.programmes.tables import EnrolmentCode, Participant
from hotline.text.characters import clean_keys
from hotline.text.errors import KeyMissing, NotFound, Undecided
from hotline.text.identifiers import parse_sendable
from hotline.text.languages import message_text
from hotline.text.places import NATIONAL, district_named
from hotline.text.time import KIGALI

PROGRAMMES = {str(roll): roll for roll in Programme}
"""Maps the name of each programme's flow to the programme."""
ALL_CODES = ""
"""This value represents all codes of a programme. The hotline counts all wrong codes of a programme together, under
this value."""


class DistrictEnrolment(NamedTuple):
    """The enrolment in one district of a programme: the number of enrolled phones, and the valid codes."""

    district: str
    phones: int
    codes: Sequence[EnrolmentCode]


def programme_of(flow_set: FlowSet, entry: str) -> Programme | None:
    """Returns the programme whose flow a short code opens. Returns None for any other short code."""
    return PROGRAMMES.get(flow_set.entries.get(entry, ""))


def session_flags(flow_set: FlowSet, start: SessionStart, hop: UssdHop) -> dict[str, bool]:
    """Returns a flag for each number that the caller typed and that can be an attendance. Also returns a flag for the
    month's talking point.

    Returns no flags if the short code does not open a programme's flow.
    """
    if programme_of(flow_set, start.entry) is None:
        return {}
    typed = {clean_keys(keyed) for keyed in hop.text.split(SEPARATOR)}
    theme = rules.talking_point_of(start.started_at.astimezone(KIGALI))
    numbers = {
        f"{CROWD_FLAG}.{keyed}": True
        for keyed in typed
        if rules.parse_attendance(keyed) is not None
    }
    return numbers | {f"{TALK_FLAG}.{theme}": True}


def enrolment_flags(
    context: Context, flow_set: FlowSet, start: SessionStart, caller: str
) -> dict[str, bool]:
    """Returns a flag that says if the phone was already in the programme when the session began. Returns no flag if
    this process does not have the key for programmes."""
    kind = programme_of(flow_set, start.entry)
    if kind is not None:
        with suppress(KeyMissing), context.database.reading() as session:
            number_key = context.pseudonyms.joined(kind, caller)
            row = programmes_tables.enrolled_participant(session, number_key)
            is_known = row is not None and row.created_at < start.started_at
            return {rules.FLOW_NAMES[kind].joined: is_known}
    return {}


def try_code(
    context: Context, start: SessionStart, hop: UssdHop, asked: SecretTyped
) -> AttemptResult:
    """Checks an enrolment code that a caller typed, and counts the attempt. A phone that hides its number cannot join.

    Raises StoreUnavailable.
    """
    programme = Programme(asked.target)
    if not hop.shows_number:
        return AttemptResult()
    with suppress(KeyMissing):
        opens = _opener(context, programme, asked.typed, start.started_at)
        target = context.pseudonyms.joins(programme, ALL_CODES)
        found = service_receipts.try_once(
            context, hop, asked.upto, AttemptedSecret.CODE, target, opens
        )
        if found.opened_key is None:
            return found
        # The flow checks this flag to choose the next screen. No table stores the code.
        return replace(found, results=(f"{CODE_FLAG}.{asked.typed}",))
    return AttemptResult()


def enrol_by_sms(
    session: Session, context: Context, programme: Programme, caller: str, code: str, at: datetime
) -> bool:
    """Enrols a phone with a code that arrived by SMS. The SMS counts as one attempt, like a typed code. Returns True if
    the phone is enrolled."""
    with suppress(KeyMissing):
        key = context.pseudonyms.session(f"code {caller}")
        attempt = SecretAttempt(
            AttemptedSecret.CODE,
            session_key=key,
            text_key=context.pseudonyms.heard(key, f"{at.isoformat()} {code}"),
            target_key=context.pseudonyms.joins(programme, ALL_CODES),
            caller=caller,
        )
        found = service_receipts.try_secret(
            session, context, attempt, _opener(context, programme, code, at)
        )
        return found.opened_key is not None and enrol(session, context, programme, caller, code, at)
    return False


def enrol(
    session: Session, context: Context, programme: Programme, caller: str, code: str, at: datetime
) -> bool:
    """Enrols a phone. Returns False if the code is invalid, or if this process does not have the key for programmes. A
    second call for the same phone and code changes nothing.

    Does not count an attempt: before this call, the calling function must check the code and count the attempt.
    """
    with suppress(KeyMissing):
        code_key = context.pseudonyms.joins(programme, code)
        number_key = context.pseudonyms.joined(programme, caller)
        for code_row in programmes_tables.valid_codes(session, [code_key], at):
            row = Participant(
                number_key=number_key,
                programme=programme,
                district=code_row.district,
                created_at=at,
                reports=[],
            )
            programmes_tables.enrol(session, row, code_key)
            return True
    return False


def leave(session: Session, context: Context, caller: str, *rolls: Programme) -> int:
    """Removes a phone from the given programmes, or from all programmes if `rolls` is empty. Returns the number of
    deleted rows. A phone has one row for each programme, or one row with only a responder's lessons. Returns 0 if this
    process does not have the key for programmes."""
    with suppress(KeyMissing):
        names = [context.pseudonyms.joined(one, caller) for one in rolls or tuple(Programme)]
        return programmes_tables.remove_participants(session, names)
    return 0


def create_code(
    context: Context,
    programme: Programme,
    place: str,
    *,
    by: CommandActor,
    valid: timedelta = rules.CODE_VALIDITY,
) -> tuple[str, EnrolmentCode]:
    """Creates an enrolment code for a district. Returns the code and its row, which stores only a digest, so no one can
    read the code again later.

    Raises NotFound, Undecided, KeyMissing.
    """
    district = _district(place)
    if not timedelta(days=1) <= valid <= rules.MAX_VALIDITY:
        raise Undecided(message_text("enter 1 to {most} days", most=rules.MAX_VALIDITY.days))
    code, at = rules.new_code(), context.now()

    with context.database.writing() as session:
        row = EnrolmentCode(
            code_key=context.pseudonyms.joins(programme, code),
            programme=programme,
            district=district,
            made_by=tables_audit.name_of(by),
            created_at=at,
            ends_at=at + valid,
            uses=0,
        )
        if not add_if_new(session, row):
            raise Undecided(
                message_text(
                    "the new code is the same as another enrolment code of this programme: "
                    "try again to get a different code"
                )
            )
        _record(session, context, f"{programme}_code_made", district, by)
    return code, row


def end_codes(context: Context, programme: Programme, place: str, *, by: CommandActor) -> int:
    """Ends every enrolment code of a district at once, and returns the number of ended codes. Phones that enrolled with
    one of these codes stay enrolled.

    Raises NotFound.
    """
    district = _district(place)
    with context.database.writing() as session:
        ended = programmes_tables.end_codes(session, programme, district, context.now())
        _record(session, context, f"{programme}_codes_ended", district, by)
    return ended


def remove_participant(
    context: Context, programme: Programme, number: str, *, by: CommandActor
) -> None:
    """Removes a phone from a programme. If the phone's row stores only a responder's lessons, deletes these lessons.

    Raises NumberInvalid, NotFound, KeyMissing.
    """
    number_key = context.pseudonyms.joined(programme, parse_sendable(number))
    with context.database.writing() as session:
        row = programmes_tables.find_participant(session, number_key)
        if row is None:
            raise NotFound(message_text("this number is not enrolled"))
        programmes_tables.remove_participants(session, [number_key])
        _record(session, context, f"{programme}_removed", row.district or NATIONAL, by)


def enrolment_by_district(context: Context, programme: Programme) -> Sequence[DistrictEnrolment]:
    """Returns the districts in which a phone is enrolled, or in which an enrolment code is still valid."""
    with context.database.reading() as session:
        phones = programmes_tables.participants_by_district(session, programme)
        codes = programmes_tables.current_codes(session, programme, context.now())
    places = sorted({*phones, *(code.district for code in codes)})
    return [
        DistrictEnrolment(
            place, phones.get(place, 0), [code for code in codes if code.district == place]
        )
        for place in places
    ]


def _opener(context: Context, programme: Programme, code: str, at: datetime) -> CompareSecret:
    code_key = context.pseudonyms.joins(programme, code)

    def opens(session: Session) -> AttemptResult:
        codes = programmes_tables.valid_codes(session, [code_key], at)
        return AttemptResult((CODE_FLAG,), code_key) if codes else AttemptResult()

    return opens


def _district(place: str) -> str:
    code = district_named(place)
    if code is None:
        raise NotFound(message_text("choose a district"))
    return code


def _record(
    session: Session, context: Context, action: str, district: str, by: CommandActor
) -> None:
    subject = f"district:{district}"
    tables_audit.append_command(session, by, context.now(), action, subject)


def log_session(
    session: Session,
    context: Context,
    caller: str,
    report: SessionReport,
    *,
    at: datetime,
    channel: str,
) -> bool:
    """Counts a community session that a leader reports. Returns False if the sender is not an enrolled leader.

    A repeated report on the same day changes nothing.
    """
    row = None
    with suppress(KeyMissing):
        row = programmes_tables.locked_participant(
            session, context.pseudonyms.joined(Programme.LEADERS, caller)
        )
    if row is None:
        return False
    day = day_of(at)
    row.reports, held, came = rules.add_report(row.reports, day, report)
    for measure, number in ((rules.SESSIONS_HELD, held), (rules.ATTENDANCE, came)):
        cell = counters_tables.CounterKey(
            day, measure, "", channel, "", row.district, report.occasion
        )
        if number:
            counters_tables.count(session, cell, number)
    return True


def receive_sms(
    session: Session, context: Context, caller: str, text: str, at: datetime, channel: str
) -> bool:
    """Handles an SMS of a local leader: an enrolment code, or a report of a community session. Returns False for any
    other SMS, for a code that enrols no phone, and for a report that no enrolled leader sent."""
    match rules.parse_sms(text):
        case str() as code:
            return enrol_by_sms(session, context, Programme.LEADERS, caller, code, at)
        case SessionReport() as report:
            return log_session(session, context, caller, report, at=at, channel=channel)
        case None:
            return False


RESPONDER_FLAGS = {rules.FLOW_NAMES[Programme.TRAINEES].joined: True}
"""The flags for a responder's session. These flags let a responder open the lessons after entering the PIN."""


class Learner(NamedTuple):
    """A person who takes lessons, as the hotline knew the person when the session began."""

    number_key: str
    district: str
    """The learner's district. Empty for a responder who belongs to several districts."""
    row: Participant | None
    """The row of the phone, with the passed lessons. None for a responder whose phone has no row yet."""


def learner_of(
    context: Context, flow_set: FlowSet, start: SessionStart, caller: str
) -> Learner | None:
    """Returns the learner of this session. Returns None if the lessons of this session do not count, or if this process
    does not have the key for programmes."""
    who, at = start.responder_id, start.started_at
    if who is None and programme_of(flow_set, start.entry) is not Programme.TRAINEES:
        return None
    with suppress(KeyMissing), context.database.reading() as session:
        number_key = context.pseudonyms.joined(Programme.TRAINEES, caller)
        row = programmes_tables.enrolled_participant(session, number_key)
        if row is not None and row.created_at < at:
            return Learner(number_key, row.district, row)
        if who is not None:
            kept = programmes_tables.find_participant(session, number_key)
            return Learner(number_key, _district_of(session, who, at), kept)
    return None


def answering_row(
    session: Session, context: Context, dialogue: LockedDialogue, caller: str, at: datetime
) -> Participant | None:
    """Returns the row of the phone on which a person answers in a lesson. Creates the row if a responder answers for
    the first time.

    Returns None if the answers do not count. The phone is then not in the programme, or the responder was removed after
    entering the PIN. Raises KeyMissing.
    """
    number_key = context.pseudonyms.joined(Programme.TRAINEES, caller)
    if dialogue.responder_id is None:
        return programmes_tables.enrolled_participant(session, number_key)
    person = session.get(tables.Responder, dialogue.responder_id)
    if person is None or not person.active:
        return None
    return programmes_tables.lesson_row(
        session, number_key, _district_of(session, person.id, at), at
    )


def _district_of(session: Session, responder_id: int, at: datetime) -> str:
    """Returns the responder's district. Returns an empty text unless the responder has exactly one district, because a
    lesson counts for one district only."""
    desks = {*tables.desks_at(session, responder_id, at)} & {*every_district()}
    return desks.pop() if len(desks) == 1 else ""


# The code below records the lessons that trainees and responders pass, and makes and checks their certificates.


class CertificateCheck(NamedTuple):
    """The result of checking a certificate's code. Contains the facts in the code if the code is valid or expired."""

    verdict: CertificateVerdict
    district: str = ""
    """The officer's district. Empty if the officer does not belong to exactly one district."""
    month: str = ""
    until: str = ""
    """The last month in which the certificate is valid."""
    misread: bool = False
    """True for a code with a wrong or missing character, which no hotline has made."""


def certificate_facts(
    context: Context, flow_set: FlowSet, start: SessionStart, caller: str
) -> Facts:
    """Returns flags for the lessons that the person had passed before the session began, and the code of the person's
    certificate.

    Computes the code in advance, for a session in which the person passes the last lesson. Returns an empty result for
    a person who joined during this session.
    """
    who = learner_of(context, flow_set, start, caller)
    if who is None or not context.pseudonyms.has_certificate_key:
        return Facts()

    passed = {} if who.row is None else passed_lessons(who.row)
    before = {name: at for name, at in passed.items() if at < start.started_at}
    current = rules.current_lessons(before, start.started_at)
    certified = rules.has_every_lesson(current)
    month = rules.month_index(max(current.values()) if certified else start.started_at)
    return Facts(
        flags={
            rules.CERTIFICATES: True,
            rules.CERTIFIED: certified,
            **{f"{rules.PASSED}.{lesson}": True for lesson in current},
        },
        words={rules.SHOWN: _code(context, who, month)},
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
    """Counts an answer in a lesson. If the answer completes the lesson, also counts the lesson.

    Counts only answers of a trainee in the programme, and of a responder who entered the PIN.
    """
    row = None
    with suppress(KeyMissing):
        row = answering_row(session, context, dialogue, caller, at)
    if row is None:
        return
    measures = [case_counter(answers[case.name])] if is_first_time(dialogue, case.name) else []
    if whole(case.lesson, answers) and is_first_time(
        dialogue, f"{LESSONS_COMPLETED}:{case.lesson}"
    ):
        measures.append(LESSONS_COMPLETED)
    if rules.is_passed(case.lesson, answers):
        record_passed_lesson(session, row.number_key, case.lesson, dialogue.started_at)
    for measure in measures:
        cell = counters_tables.CounterKey(
            day_of(at), measure, "", dialogue.channel, "", row.district, case.lesson
        )
        counters_tables.count(session, cell)


def record_passed_lesson(session: Session, number_key: str, lesson: str, at: datetime) -> None:
    """Stores a passed lesson in the row of a phone. `at` is the time when the session of the lesson began."""
    row = programmes_tables.locked_participant(session, number_key)
    if row is None:
        return
    passed = rules.add_lesson(passed_lessons(row), lesson, at)
    row.passed = {name: when.isoformat() for name, when in passed.items()}


def verify_certificate(context: Context, typed: str) -> CertificateCheck:
    """Checks the code on a certificate. Raises KeyMissing."""
    meant = rules.normalise_code(typed)
    if not context.pseudonyms.has_certificate_key:
        raise KeyMissing("the key certificate.key is missing: run `hotline keys import`")
    found = rules.decode(meant, context.pseudonyms.certificate) if meant else None
    verdict = rules.verdict(found, context.now())
    if found is None:
        return CertificateCheck(verdict, misread=meant is None)
    return CertificateCheck(
        verdict,
        "" if found.district == rules.NO_DISTRICT else found.district,
        rules.month_name(found.month),
        rules.month_name(found.month + rules.VALID_MONTHS),
    )


def passed_lessons(row: programmes_tables.Participant) -> Passed:
    return {name: datetime.fromisoformat(when) for name, when in (row.passed or {}).items()}


def _code(context: Context, learner: Learner, month: int) -> str:
    drawn = int(context.pseudonyms.holder(learner.number_key, month), 16)
    district = learner.district or rules.NO_DISTRICT
    mine = Certificate(district, month, drawn % rules.SERIALS)
    return rules.encode(mine, context.pseudonyms.certificate)
