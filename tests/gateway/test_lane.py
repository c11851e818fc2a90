"""Tests how a person pauses, checks and resumes the outgoing queue. After a restore, nothing is sent twice without a
person's decision."""

import pytest
from sqlalchemy import select

from hotline.alerts import service_sending
from hotline.gateway import queries, service_pause, tables
from hotline.gateway.rules import DoubtDecision, MessageKind, MessageState
from hotline.gateway.tables import Message
from hotline.people import tables_audit
from hotline.people.rules import Level
from hotline.text.errors import NotFound, Undecided
from tests.support.district import District

pytestmark = pytest.mark.both

WHY = {"by": "Aline", "reason": "a wrong list of numbers"}
FIRST = "+250788000001"


def hold_restored(district: District) -> None:
    """Pauses the queue as a restore does: everything in it may have been sent after the backup."""
    with district.database.writing() as session:
        service_pause.write_pause(
            session,
            by="Aline",
            reason="restored",
            at=district.clock(),
            doubtful_until=district.clock(),
        )
    district.clock.turn(minutes=1)


def release(district: District, decision: DoubtDecision) -> tuple[int, int]:
    """Releases the queue, and sends or drops the alerts that may have been sent after the backup."""
    doubts = {MessageKind.ALERT: decision}
    return service_pause.resume(district.context, by="Bosco", reason="checked", doubts=doubts)


def audited(district: District) -> list[tuple[str, str, str, str]]:
    rows = district.all(tables_audit.AuditEntry)
    return [
        (row.actor, row.action, row.subject, row.reason)
        for row in rows
        if row.action.startswith("lane")
    ]


@pytest.fixture
def alone(district: District) -> District:
    """Returns a district with one member of the national desk, and one tip whose alert is not sent yet."""
    district.enrol(Level.NATIONAL)
    district.tell(urgency=1)
    return district


@pytest.mark.row("P3")
def test_nothing_goes_out_until_a_named_person_says_so(alone: District) -> None:
    assert service_pause.pause(alone.context, **WHY)
    assert alone.deliver() == 0

    done = service_pause.resume(alone.context, by="Bosco", reason="mended", doubts={})

    assert done == (1, 0)
    assert alone.deliver() == 1
    assert audited(alone) == [
        ("cli:Aline", "lane_held", "sms", "a wrong list of numbers"),
        ("cli:Bosco", "lane_released", "sms: 1 to send, 0 dropped", "mended"),
    ]


def test_the_first_hold_stands_and_only_a_held_lane_is_released(alone: District) -> None:
    service_pause.pause(alone.context, **WHY)
    assert not service_pause.pause(alone.context, by="Bosco", reason="also")
    held = service_pause.queue_view(alone.context).pause
    assert held is not None
    assert (held.paused_by, held.reason, held.since) == (
        "Aline",
        "a wrong list of numbers",
        alone.clock(),
    )

    service_pause.resume(alone.context, by="Bosco", reason="mended", doubts={})
    with pytest.raises(NotFound):
        service_pause.resume(alone.context, by="Bosco", reason="again", doubts={})


def test_what_the_gateway_accepts_meanwhile_does_not_free_it(alone: District) -> None:
    """If the gateway accepts a send that was in progress, this ends a pause after a gateway fault, but not a pause by
    a person."""

    def hold_meanwhile() -> None:
        service_pause.pause(alone.context, **WHY)

    alone.sms.during = hold_meanwhile
    alone.deliver()

    with alone.database.reading() as session:
        assert tables.pause_reason(session, alone.clock()) == tables.BY_HAND


def test_it_shows_what_waits_and_since_when(alone: District) -> None:
    oldest = alone.clock()
    alone.clock.turn(minutes=5)
    alone.tell(urgency=3)
    service_pause.pause(alone.context, **WHY)

    (only,) = service_pause.queue_view(alone.context).waiting
    assert (only.kind, only.doubtful, only.count, only.oldest) == (
        MessageKind.ALERT,
        False,
        2,
        oldest,
    )


class TestAfterARestore:
    def test_old_messages_wait_for_a_word_and_new_ones_do_not(self, alone: District) -> None:
        hold_restored(alone)
        alone.tell(urgency=1)
        doubtful, new = service_pause.queue_view(alone.context).waiting
        assert (doubtful.doubtful, doubtful.count, new.doubtful, new.count) == (True, 1, False, 1)

        with pytest.raises(Undecided, match="--alerts"):
            service_pause.resume(alone.context, by="Bosco", reason="checked", doubts={})
        assert alone.deliver() == 0, "a refused release frees nothing"

        done = release(alone, DoubtDecision.DROP)
        assert done == (1, 1)
        alone.deliver()
        assert alone.states == ["failed", "accepted"]

    def test_they_may_be_sent_again(self, alone: District) -> None:
        hold_restored(alone)
        release(alone, DoubtDecision.SEND)
        assert alone.deliver() == 1

    def test_the_clock_turns_nothing_old_into_something_new(self, alone: District) -> None:
        """Without a restore, the clock sends an accepted message once more if no delivery report comes. After a
        restore, the clock does not send the message again, because a person must decide about it."""
        alone.deliver()
        hold_restored(alone)
        (before,) = service_pause.queue_view(alone.context).waiting
        assert before.doubtful
        alone.clock.turn(minutes=5)
        service_sending.resend_unreported(alone.context)
        assert alone.states == ["retry"]

        release(alone, DoubtDecision.DROP)

        alone.deliver()
        assert len(alone.sms.sent) == 1

    def test_dropped_before_the_clock_looked_it_is_not_sent_either(self, alone: District) -> None:
        alone.deliver()
        hold_restored(alone)
        release(alone, DoubtDecision.DROP)

        alone.clock.turn(minutes=5)
        service_sending.resend_unreported(alone.context)
        alone.deliver()
        assert len(alone.sms.sent) == 1
        assert alone.states == ["accepted"], "its report may still come"

    def test_a_dropped_alert_does_not_silence_its_tip(self, alone: District) -> None:
        hold_restored(alone)
        release(alone, DoubtDecision.DROP)
        assert alone.open_deadlines()


def give_up(district: District) -> int:
    with district.database.writing() as session:
        row = session.scalars(select(Message)).one()
        row.state = MessageState.UNDELIVERABLE
        return row.id


def is_well(district: District) -> bool:
    """Returns True if neither the doctor nor the monitoring process counts a message as undeliverable."""
    with district.database.reading() as session:
        return queries.outbox_health(session).dead == 0


def test_what_was_given_up_is_wrong_until_somebody_answers_for_it(alone: District) -> None:
    message_id = give_up(alone)
    assert not is_well(alone)
    (row,) = service_pause.undeliverable(alone.context)
    assert (row.message_id, row.kind, row.tip_id) == (message_id, "alert", 1)
    assert row.name == alone.responder(1).name

    assert service_pause.mark_reviewed(
        alone.context, [message_id], by="Aline", reason="telephoned"
    ) == [message_id]
    assert is_well(alone)
    assert service_pause.undeliverable(alone.context) == []
    assert alone.message.state == MessageState.UNDELIVERABLE
    (entry,) = [
        one for one in alone.all(tables_audit.AuditEntry) if one.action == "given_up_answered"
    ]
    assert (entry.actor, entry.subject, entry.reason) == ("cli:Aline", "message:1", "telephoned")


def test_nobody_answers_for_what_was_not_given_up_or_answers_twice(alone: District) -> None:
    with pytest.raises(NotFound, match="not in the list of undeliverable messages"):
        service_pause.mark_reviewed(alone.context, [1], **WHY)
    message_id = give_up(alone)
    with pytest.raises(NotFound, match="7"):
        service_pause.mark_reviewed(alone.context, [message_id, 7], **WHY)
    assert not is_well(alone)
    service_pause.mark_reviewed(alone.context, [message_id], **WHY)
    with pytest.raises(NotFound):
        service_pause.mark_reviewed(alone.context, [message_id], **WHY)
