"""Pauses and resumes the outgoing queue. The audit log records each pause, and each end of a pause.

After a backup was restored, the hotline does not know which of the waiting messages it has already sent. The person who
resumes the queue decides for each kind of message if the hotline sends these doubtful messages. After this decision,
the hotline sends the messages, perhaps for a second time, or drops them. Before this decision, the hotline sends no
doubtful message.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.core.contexts import Context, reads
from hotline.core.database import Session, add_if_new
from hotline.gateway import queries, tables
from hotline.gateway.queries import WaitingMessages
from hotline.gateway.rules import DoubtDecision, MessageKind, OutgoingPart
from hotline.gateway.tables import QueuePause
from hotline.people import tables_audit
from hotline.people.tables_audit import CommandActor
from hotline.text.errors import NotFound, Undecided


@dataclass(frozen=True, slots=True)
class QueueView:
    """The state of the outgoing queue, for a page or a command."""

    pause: QueuePause | None
    parts: Sequence[QueuePause]
    """The pauses of single parts of the hotline's work."""
    fault: str | None
    """The reason why the gateway refuses messages, or None. When the gateway accepts a message again, the hotline
    clears this reason, and no person has to give a command."""
    waiting: Sequence[WaitingMessages]

    @property
    def undecided(self) -> Collection[MessageKind]:
        """Returns the kinds of waiting messages that the hotline may already have sent before the restore. A person
        must decide about each of these kinds."""
        return [group.kind for group in self.waiting if group.doubtful]


def queue_view(context: Context) -> QueueView:
    with context.database.reading() as session:
        return _outgoing_queue(session)


current_pause = reads(queries.current_pause)
"""Returns the pause of the outgoing queue, or None if no person has paused the queue.

Every page of the console calls this function. So, unlike `queue_view`, the function does not count the waiting
messages.
"""


def pause(context: Context, *, by: CommandActor, reason: str) -> bool:
    """Pauses the outgoing queue.

    Returns False if the queue was already paused. The hotline finishes a send that is already in progress.
    """
    with context.database.writing() as session:
        return write_pause(session, by=by, reason=reason, at=context.now())


def pause_restored(session: Session, *, by: str, reason: str, at: datetime) -> int:
    """Pauses the outgoing queue of a restored database. Returns the number of waiting messages. The hotline may have
    sent these messages after a person made the backup. Replaces a pause that the backup contained."""
    current = queries.current_pause(session)
    if current is not None:
        session.delete(current)
    write_pause(session, by=by, reason=reason, at=at, doubtful_until=at)
    tables_audit.append_row(session, at, tables_audit.by_command(by), "restored", reason=reason)
    return sum(group.count for group in queries.waiting_messages(session, at))


def write_pause(
    session: Session,
    *,
    by: CommandActor,
    reason: str,
    at: datetime,
    doubtful_until: datetime | None = None,
) -> bool:
    """Stores a pause of the outgoing queue. Returns False if the queue is already paused."""
    row = QueuePause(
        queue=tables.SMS,
        paused_by=tables_audit.name_of(by),
        reason=reason,
        since=at,
        doubtful_until=doubtful_until,
    )
    if not add_if_new(session, row):
        return False
    tables_audit.append_command(session, by, at, "lane_held", tables.SMS, reason)
    return True


def resume(
    context: Context, *, by: CommandActor, reason: str, doubts: Mapping[MessageKind, DoubtDecision]
) -> tuple[int, int]:
    """Resumes the outgoing queue. Returns the number of messages that the hotline will now send, and the number of
    dropped messages.

    Raises NotFound if the queue is not paused, or Undecided if `doubts` lacks a decision about a kind of doubtful
    messages.
    """
    at = context.now()
    with context.database.writing() as session:
        row = queries.pause_for_writing(session)
        if row is None:
            raise NotFound("the outgoing queue is not paused: there is nothing to resume")

        queue = _outgoing_queue(session)
        missing = [kind for kind in queue.undecided if kind not in doubts]
        if missing:
            choices = " ".join(f"--{kind}s send|drop" for kind in missing)
            raise Undecided(
                f"some messages may have been sent before the restore: send them again or drop them with {choices}"
            )

        dropped = 0
        if row.doubtful_until is not None:
            kinds = [kind for kind, fate in doubts.items() if fate is DoubtDecision.DROP]
            dropped = queries.drop_doubtful(session, kinds, row.doubtful_until)
        session.delete(row)
        going = sum(group.count for group in queue.waiting) - dropped
        tables_audit.append_command(
            session,
            by,
            at,
            "lane_released",
            f"{tables.SMS}: {going} to send, {dropped} dropped",
            reason,
        )
    return going, dropped


paused_parts = reads(queries.paused_parts)


def pause_part(
    session: Session, part: OutgoingPart, *, by: CommandActor, reason: str, at: datetime
) -> bool:
    """Pauses one part of the hotline's work. Returns False if this part was already paused."""
    name = tables_audit.name_of(by)
    if not add_if_new(session, QueuePause(queue=part, paused_by=name, reason=reason, since=at)):
        return False
    tables_audit.append_command(session, by, at, "part_paused", part, reason)
    return True


def resume_part(
    session: Session, part: OutgoingPart, *, by: CommandActor, reason: str, at: datetime
) -> None:
    """Resumes one part of the hotline's work. Raises NotFound if this part is not paused."""
    row = session.get(QueuePause, part, with_for_update=True)
    if row is None:
        raise NotFound(f"the sending of {part} is not paused: there is nothing to resume")
    session.delete(row)
    tables_audit.append_command(session, by, at, "part_resumed", part, reason)


undeliverable = reads(queries.unreviewed)
"""Returns the undeliverable messages that no person has reviewed."""


def mark_reviewed(
    context: Context, message_ids: Collection[int], *, by: CommandActor, reason: str
) -> Sequence[int]:
    """Marks undeliverable messages as reviewed by a person.

    Raises NotFound if one of the messages is not undeliverable or was already reviewed.
    """
    at = context.now()
    with context.database.writing() as session:
        answered = queries.mark_reviewed(session, message_ids, at)
        if missing := sorted(set(message_ids) - set(answered)):
            ids = ", ".join(map(str, missing))
            raise NotFound(f"these messages are not in the list of undeliverable messages: {ids}")
        for message_id in answered:
            tables_audit.append_command(
                session, by, at, "given_up_answered", f"message:{message_id}", reason
            )
    return answered


def _outgoing_queue(session: Session) -> QueueView:
    hold = queries.current_pause(session)
    return QueueView(
        pause=hold,
        parts=queries.paused_parts(session),
        fault=tables.queue_state(session).reason,
        waiting=queries.waiting_messages(session, hold.doubtful_until if hold else None),
    )
