"""Files a tip from one SMS, or from several SMS of one phone. The hotline sends no answer, so that the phone shows no
trace of a tip. While a phone has an open tip, the hotline adds each further text of this phone to the tip, such as a
place or a number (docs/decisions/11)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from hotline.alerts import service_correction, service_intake
from hotline.alerts.service_intake import ReportAttempt, needs_assignment
from hotline.cases import service_weekly_keys
from hotline.core import rules_trial
from hotline.core.contexts import WebContext
from hotline.core.database import Session, add_if_new
from hotline.counters import service
from hotline.dialogue import rules_sms_tips
from hotline.gateway import tables as gateway_tables
from hotline.gateway.rules import MessageIn
from hotline.gateway.tables import Dialogue, LockedDialogue
from hotline.text.errors import RunsUnavailable
from hotline.text.languages import FIRST
from hotline.tips import rules as domain_tip
from hotline.tips import tables
from hotline.tips.queries import ReportedTip

SMS = "sms"
TOGETHER = timedelta(minutes=30)
"""The longest time between two messages of one tip. After a longer time, a different person may hold the phone."""
RECENT = timedelta(hours=24)
"""If a phone has sent a tip within this time, the hotline files its next meaningful message as another tip. This is so
even if the hotline has already deleted the text of the earlier message.
"""


@dataclass(frozen=True, slots=True)
class PendingPart:
    """The last text that a phone sent. The state store keeps this text encrypted for the time `TOGETHER`. Even if the
    state store loses this text, the hotline can still file a tip."""

    key: str
    dialogue: str
    text: str = field(repr=False)
    at: datetime
    place: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The place that the messages of this phone named, as answers to the questions of a report."""


@dataclass(frozen=True, slots=True)
class FilingData:
    """The data that the hotline reads before it begins the transaction that files a tip."""

    revision_id: int
    before: PendingPart | None
    """The last text that the phone sent, if the phone sent it within the time `TOGETHER`."""


@dataclass(frozen=True, slots=True)
class SmsTipWritten:
    """The result of filing a message: the tip to announce, and the text to which the hotline will add the phone's next
    message."""

    tip: ReportedTip | None
    pending: PendingPart | None


def filing_data(context: WebContext, message: MessageIn, at: datetime) -> FilingData | None:
    """Returns the data with which the hotline can file the message. Returns None if the message reports nothing and the
    phone sent no tip recently.

    Raises NotReady if flows were never published, and StoreUnavailable if the database does not answer.
    """
    before = _last_text(context, message, at)
    if not rules_sms_tips.is_tip(message.text) and not _adds(context, message, before, at):
        return None
    return FilingData(context.flow_sets.live(), before)


def _last_text(context: WebContext, message: MessageIn, at: datetime) -> PendingPart | None:
    try:
        found = context.runs.load(context.pseudonyms.session(f"sms {message.sender}"))
        if found is None:
            return None
        pocket = PendingPart(**{**found, "at": datetime.fromisoformat(found["at"])})
    except (RunsUnavailable, KeyError, TypeError, ValueError):
        return None
    return pocket if timedelta() <= at - pocket.at <= TOGETHER else None


def _adds(
    context: WebContext, message: MessageIn, before: PendingPart | None, at: datetime
) -> bool:
    """Returns True if the hotline must treat the text of `message` as a part of a tip, even if the text alone reports
    nothing. The function returns True if the phone has an open tip. It also returns True if the text has a meaning and
    the phone sent a tip within the time `RECENT`.
    """
    if not rules_sms_tips.clean_message(message.text):
        return False
    with context.database.reading() as session:
        if before is not None and tables.can_be_extended(session, before.dialogue):
            return True
        contact_keys = context.pseudonyms.contacts(message.sender, at)
        return rules_sms_tips.has_meaning(message.text) and tables.has_written(
            session, contact_keys, at - RECENT
        )


def file_message(
    session: Session, context: WebContext, message: MessageIn, known: FilingData, at: datetime
) -> SmsTipWritten:
    """Files the message, in the transaction of the calling function. If the same phone sends the same text again on
    the same day, the function files no second tip. The hotline files a tip even if it can alert no responder. The
    alert then stays pending, and the hotline raises an alarm."""
    said = rules_sms_tips.clean_message(message.text)
    own = context.pseudonyms.session(f"sms {message.sender} {service.day_of(at)} {said.casefold()}")
    before = known.before
    if before is not None and not tables.can_be_extended(session, before.dialogue):
        before = None
    repeats = before is not None and f" {said} " in f" {before.text} "
    if repeats or gateway_tables.find_dialogue(session, own) is not None:
        return SmsTipWritten(None, None if before is None else replace(before, at=at))
    if before is None or not rules_sms_tips.fits(f"{before.text} {said}"):
        before, answers = None, rules_sms_tips.report_answers(said)
    else:
        own, newest, said = before.dialogue, said, f"{before.text} {said}"
        answers = rules_sms_tips.with_added_text(said, newest, before.place)
    words = answers[domain_tip.WORDS]
    dialogue = locked_session(session, context, message, own, known.revision_id, at, tells=words)
    attempt = ReportAttempt(answers, 1, completed=True, language=dialogue.language)
    tip = service_intake.store_report(session, context, dialogue, attempt, caller=message.sender)
    place = {name: answers[name] for name in rules_sms_tips.WHERE if name in answers}
    same_place = before is not None and before.place == place
    if same_place and tip is not None and not needs_assignment(tip):
        service_correction.notify_added(session, context, tip, at)
    session.flush()
    key = context.pseudonyms.session(f"sms {message.sender}")
    return SmsTipWritten(tip, PendingPart(key, own, said, at, place))


def announce_tip(context: WebContext, written: SmsTipWritten) -> None:
    """Stores the phone's text, so that the hotline can add the phone's next message to the tip. Also announces the tip.
    The calling function calls this function after it has committed its transaction.
    """
    if written.pending is not None:
        kept = {**asdict(written.pending), "at": written.pending.at.isoformat()}
        with suppress(RunsUnavailable):
            context.runs.save(written.pending.key, kept, seconds=int(TOGETHER.total_seconds()))
    service_intake.announce(context, () if written.tip is None else (written.tip,))


def locked_session(
    session: Session,
    context: WebContext,
    message: MessageIn,
    key: str,
    revision_id: int,
    began: datetime,
    *,
    entry: str = "",
    tells: str | None = None,
) -> LockedDialogue:
    """Returns the session of an SMS, and locks it.

    If the SMS has no session, makes a new session and counts it. If the SMS is a tip, `tells` is the text of the tip.
    """
    held = gateway_tables.lock_dialogue(session, key)
    if held is not None:
        return held
    row = Dialogue(
        key=key,
        channel=rules_trial.channel_of(message.sender, SMS),
        revision_id=revision_id,
        entry=entry,
        dialled=0,
        reporting=tells is not None,
        responder_id=None,
        network=message.network,
        language=FIRST if tells is None else rules_sms_tips.likely_language(tells),
        counted=[],
        started_at=began,
        ended_at=None if tells is None else began,
        committed=0,
    )
    service_weekly_keys.delete_old_keys_at(context, began, session)
    add_if_new(session, row)
    dialogue = gateway_tables.lock_dialogue(session, key)
    assert dialogue is not None
    service.count_session(session, dialogue)
    service.count_person(session, context, message.sender, began)
    return dialogue
