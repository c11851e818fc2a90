"""Reads the list of received SMS at the gateway (the inbox), because the gateway's callbacks to the hotline can get
lost. If a callback reported an SMS that the inbox does not list, marks the SMS as doubted: someone may have forged the
callback. The clock process reads the inbox. The clock process does not have the key with which the hotline finds the
responder of a phone number. So this process sends each SMS to the web address where the hotline receives SMS from the
gateway (docs/decisions/06). If the clock process crashes, it sends the SMS of the same inbox page to this web address
again. The hotline handles each SMS only once.
"""

from datetime import datetime, timedelta

from hotline.alarms.rules import CheckResult, in_kigali
from hotline.alerts import service_commands, tables
from hotline.core.contexts import Line, WorkerContext
from hotline.core.database import Session
from hotline.gateway import rules
from hotline.gateway.rules import Bookmark, PageResult
from hotline.gateway.tables import assignments_of
from hotline.text.errors import InboxUnavailable

PATIENCE = timedelta(minutes=10)
"""If the hotline has not read the inbox for longer than this time, a check of `hotline doctor` fails."""
LATELY = timedelta(days=1)
NOT_LISTED = "the hotline's own hook does not accept an SMS from it"


def read_inbox(context: WorkerContext) -> None:
    """Reads one page of the inbox if a reading is due. A reading is due each minute, and at once if the inbox has
    further pages. Raises StoreUnavailable.
    """
    if not context.line.inbound_sms or not context.line.sms_inbox:
        return
    at = context.now()
    bookmark = _due(context, at)
    if bookmark is None:
        return
    after = rules.next_request(bookmark, at)
    try:
        page = context.inbox.after(after)
    except InboxUnavailable as broken:
        _stumble(context, f"the gateway's inbox {broken}", at)
        return

    reading = rules.read_page(bookmark, page, after=after, shortcode=context.line.shortcode, at=at)

    if not _sent_to_hook(context, reading):
        _stumble(context, NOT_LISTED, at)
        return
    with context.database.writing() as session:
        next_at = at if reading.more else at + rules.EACH
        if tables.move_position(session, bookmark, reading.bookmark, at=at, next_at=next_at):
            _doubt(session, context, reading, at)


def _due(context: WorkerContext, at: datetime) -> Bookmark | None:
    with context.database.reading() as session:
        row = tables.inbox_position(session)
    if row is None:
        with context.database.writing() as session:
            tables.create_position(session, at)
            row = tables.inbox_position(session)
        assert row is not None
    # If someone has set back the system clock, the next reading is due at once.
    due = row.next_at <= at or row.next_at - at > rules.EACH
    return tables.bookmark(row) if due else None


def _sent_to_hook(context: WorkerContext, reading: PageResult) -> bool:
    """Sends each SMS of the page to the web address where the hotline receives SMS from the gateway. Stops at the first
    SMS that the hotline does not accept at this web address, and returns False. The function makes HTTP calls, so no
    transaction may be open.
    """
    for sms in reading.to_answer:
        if not context.hook.tell(sms):
            return False
        context.failpoint("inbox.after_told")
    return True


def _doubt(session: Session, context: WorkerContext, reading: PageResult, at: datetime) -> None:
    """Marks each received SMS as doubted that this page of the inbox should list but does not."""
    if reading.proves_until is None:
        return
    since = reading.bookmark.sure_from
    for row in tables.unlisted(session, since, reading.proves_until):
        row.unproven_at = at
        for assignment_id in assignments_of(row):
            service_commands.doubt_answer(session, context, assignment_id, at)


def _stumble(context: WorkerContext, fault: str, at: datetime) -> None:
    with context.database.writing() as session:
        tables.record_fault(session, fault, at + rules.EACH)


def check_inbox(session: Session, line: Line, at: datetime) -> tuple[CheckResult, ...]:
    """Checks if the hotline reads the inbox, and if the inbox lists every answer by SMS. Returns the results of both
    checks."""
    if not line.inbound_sms:
        return (CheckResult("inbox", True, "not needed: responders cannot reply by SMS"),)
    if not line.sms_inbox:
        text = "there is none (HOTLINE_SMS_INBOX=none): answers by SMS count without a proof"
        return (CheckResult("inbox", True, text),)
    return (_inbox(session, at), _unproven(session, at))


def _inbox(session: Session, at: datetime) -> CheckResult:
    row = tables.inbox_position(session)
    if row is None:
        return CheckResult("inbox", True, "not read yet: the clock process reads it")
    if at - row.read_at <= PATIENCE:
        return CheckResult("inbox", True, f"read at {in_kigali(row.read_at)}")
    text = f"not read since {in_kigali(row.read_at)}"
    return CheckResult(
        "inbox",
        False,
        f"{text}: {row.fault}" if row.fault else text,
        "an SMS whose callback is lost never arrives: check the gateway, the clock and HOTLINE_LINE_URL",
    )


def _unproven(session: Session, at: datetime) -> CheckResult:
    count = tables.unproven_answers(session, at - LATELY)
    if not count:
        return CheckResult(
            "unproven", True, "the inbox lists every answer by SMS, or may still list it"
        )
    return CheckResult(
        "unproven",
        False,
        f"{count} answers by SMS are not in the inbox: an attacker may forge callbacks",
        "call the responders that `hotline tips list` names as unproven; then run `hotline keys hooks rotate`",
    )
