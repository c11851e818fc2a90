"""Tests which data the hotline erases and when, and which data it keeps. The hotline announces each erasure before it
happens."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.alerts import queries_retention as rows
from hotline.alerts import service_case, tables_case_events
from hotline.alerts.tables import QuestionBackRow
from hotline.alerts.tables_case_events import CaseNote
from hotline.cases import decrypt_access, service_retention
from hotline.cases.service_retention import BATCH, ERRAND, erase_batch
from hotline.gateway.rules import MessageState
from hotline.gateway.tables import DeliveryReport, Dialogue, InboundSeen
from hotline.monitoring.service_checks_database import check_database
from hotline.people import tables_audit
from hotline.people.rules import Level
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_desks import Desk
from hotline.text.errors import NotFound
from hotline.tips.rules import COUNTS_AS_CLOSED, WARNING, RetentionTerm, TextState
from hotline.tips.rules import TEXT_KEPT as WORDS
from hotline.tips.rules_events import EventChannel, LoggedEvent
from hotline.tips.tables import Grant, Tip
from tests.support.builders import NOON, make_tip
from tests.support.callers import DANGER_HERE, Line, told
from tests.support.district import District
from tests.support.fakes import FakeShelf
from tests.support.two_people import ALICE, WITH_BOSCO

SIGNED: dict[str, Any] = {"by": ALICE, "reason": "court asked"}
WHO: dict[str, Any] = {"by": "A. Director", "reason": "letter 12 of the prosecutor"}
DAY = timedelta(days=1)


def days_go_by(district: District, days: int, *, quiet: int = 0) -> None:
    """Lets `days` days pass, with one tick of the relay on each day.

    The relay does not run in the first `quiet` of these days.
    """
    district.clock.turn(days=quiet)
    for _ in range(days - quiet):
        district.clock.turn(days=1)
        erase_batch(district.context)


def with_words(district: District, **fields: Any) -> int:
    """Adds a tip that a desk can read."""
    tip_id = district.file_tip(**fields)
    with district.database.writing() as session:
        if session.get(Desk, "national") is None:
            session.add(
                Desk(code="national", kind="national", public_key=b"k" * 32, created_at=NOON)
            )
            session.flush()
        session.add(Grant(tip_id=tip_id, desk_code="national", encrypted_key=b"sealed"))
    return tip_id


def with_note_and_question(district: District, tip_id: int) -> None:
    """Adds an encrypted note and an encrypted question from a desk to the tip."""
    at = district.clock()
    by = service_case.by_responder(district.enrol(districts=("12",)), EventChannel.USSD)
    question = QuestionBackRow(
        tip_id=tip_id,
        question="when",
        desk="national",
        asked_at=at,
        public_key=b"k",
        locked_key=b"k",
        body=b"",
    )
    with district.database.writing() as session:
        entry = service_case.write_event(session, tip_id, LoggedEvent.NOTE, by, at, key="1")
        assert entry is not None
        tables_case_events.store_body(session, CaseNote, entry, b"sealed")
        session.add(question)


def state_of(district: District, tip_id: int) -> TextState:
    with district.database.writing() as session:
        return rows.retained_tip(session, tip_id).term.state


@pytest.mark.row("P4")
def test_text_of_closed_tip_is_erased_after_90_days_and_warning(district: District) -> None:
    tip_id = with_words(district, filed_at=district.clock(), urgency=2)
    service_retention.close_tip(district.context, tip_id, **WHO)

    days_go_by(district, 75, quiet=70)
    assert state_of(district, tip_id) is TextState.KEPT
    days_go_by(district, 1)
    assert state_of(district, tip_id) is TextState.WARNED
    days_go_by(district, 13)
    assert district.tip(tip_id).body == b"sealed"
    days_go_by(district, 1)
    assert state_of(district, tip_id) is TextState.ERASED


def test_open_tip_counts_as_closed_after_half_a_year(district: District) -> None:
    tip_id = with_words(district, filed_at=district.clock(), urgency=2)
    days_go_by(district, 269, quiet=240)
    assert state_of(district, tip_id) is TextState.WARNED
    days_go_by(district, 1)
    assert state_of(district, tip_id) is TextState.ERASED


@pytest.mark.row("P4")
def test_erased_tip_keeps_only_its_counts(district: District) -> None:
    tip_id = with_words(district, filed_at=NOON - 300 * DAY, sector="1205")
    district.change(Tip, tip_id, receipt_key="a key")
    with_note_and_question(district, tip_id)
    days_go_by(district, 15)

    tip = district.tip(tip_id)
    assert tip.receipt_key is None
    with district.database.reading() as session:
        assert tables_case_events.bodies_of(session, CaseNote, tip_id) == {}
        assert session.get(QuestionBackRow, tip_id) is None
    assert (tip.place, tip.category, tip.urgency, tip.official) == ("12", "labour", 1, "no")
    assert (tip.body, tip.sector, tip.contact_key, tip.session_key) == (b"", None, "", "")
    assert tip.identity == f"erased:{tip.uid}"
    assert district.all(Grant) == []
    with pytest.raises(NotFound, match="erased on"):
        decrypt_access.read_tip(
            district.context, tip_id, desk="national", passphrase="any", **SIGNED
        )
    row, refused = district.all(AuditEntry)
    assert refused.reason == f"words erased: court asked{WITH_BOSCO}"
    assert (row.actor, row.action, row.subject) == ("clock", "tip_erased", f"tip:{tip_id}")


def test_late_clock_process_still_warns_before_erasure(district: District) -> None:
    tip_id = with_words(district, filed_at=district.clock() - 600 * DAY)
    erase_batch(district.context)
    assert state_of(district, tip_id) is TextState.WARNED
    days_go_by(district, 13)
    assert state_of(district, tip_id) is TextState.WARNED
    days_go_by(district, 1)
    assert state_of(district, tip_id) is TextState.ERASED


def test_legal_hold_keeps_text_and_its_end_warns_again(district: District) -> None:
    tip_id = with_words(district, filed_at=district.clock() - 300 * DAY)
    days_go_by(district, 5)
    service_retention.set_legal_hold(district.context, tip_id, **WHO)
    days_go_by(district, 30, quiet=20)
    assert district.tip(tip_id).body == b"sealed"
    (kept,) = service_retention.upcoming_erasures(district.context)
    assert (kept.term.state, kept.hold and kept.hold.placed_by) == (TextState.HELD, WHO["by"])

    service_retention.lift_legal_hold(district.context, tip_id, **WHO)
    days_go_by(district, 14)
    assert state_of(district, tip_id) is TextState.WARNED
    days_go_by(district, 1)
    assert state_of(district, tip_id) is TextState.ERASED
    said = [(row.actor, row.action, row.reason) for row in district.all(AuditEntry)][:2]
    assert said == [
        (f"cli:{WHO['by']}", verb, WHO["reason"]) for verb in ("hold_placed", "hold_lifted")
    ]


def test_unmatched_delivery_reports_are_erased_after_a_week(district: District) -> None:
    with district.database.writing() as session:
        for number, applied in enumerate((True, False)):
            row = DeliveryReport(
                gateway="africastalking",
                provider_id=f"ATXid_{number}",
                status="Success",
                network=None,
                received_at=district.clock(),
                applied=applied,
            )
            session.add(row)
    days_go_by(district, 6)
    assert len(district.all(DeliveryReport)) == 2
    days_go_by(district, 1)
    assert [row.applied for row in district.all(DeliveryReport)] == [True]


def test_erased_or_unknown_tip_accepts_no_legal_hold(district: District) -> None:
    gone = with_words(district, filed_at=district.clock() - 300 * DAY)
    days_go_by(district, 15)
    for impossible in (service_retention.set_legal_hold, service_retention.lift_legal_hold):
        with pytest.raises(NotFound):
            impossible(district.context, gone, **WHO)
    with pytest.raises(NotFound):
        service_retention.close_tip(district.context, gone + 1, **WHO)


def test_second_closure_and_second_hold_change_nothing(district: District) -> None:
    tip_id = with_words(district, urgency=2)
    first = service_retention.close_tip(district.context, tip_id, **WHO)
    district.clock.turn(days=1)
    assert service_retention.close_tip(district.context, tip_id, **WHO).term == first.term
    service_retention.set_legal_hold(district.context, tip_id, **WHO)
    service_retention.set_legal_hold(district.context, tip_id, **WHO)
    assert [row.action for row in district.all(AuditEntry)] == ["tip_closed", "hold_placed"]


def test_closed_tip_has_no_deadline(district: District) -> None:
    district.enrol(Level.NATIONAL)
    tip_id = district.tell(urgency=2)
    assert district.open_deadlines()
    service_retention.close_tip(district.context, tip_id, **WHO)
    assert district.open_deadlines() == []


def test_pseudonyms_are_erased_after_30_days_without_text(district: District) -> None:
    tip_id = with_words(district)
    days_go_by(district, 31, quiet=28)
    tip = district.tip(tip_id)
    assert (tip.contact_key, tip.session_key, tip.body) == ("", "", b"sealed")


def test_sessions_and_inbound_ids_are_erased_after_30_days(line: Line) -> None:
    told(line, *DANGER_HERE)
    with line.database.writing() as session:
        session.add(InboundSeen(provider_id="ATXid_1", outcome="helped", received_at=line.clock()))
    line.clock.turn(days=29)
    erase_batch(line.context)
    assert (len(line.all(Dialogue)), len(line.all(InboundSeen))) == (1, 1)
    line.clock.turn(days=1)
    erase_batch(line.context)
    assert line.all(Dialogue) == line.all(InboundSeen) == []
    assert line.tip.contact_key == ""


def test_message_parameters_are_erased_and_send_times_kept(district: District) -> None:
    district.enrol(Level.NATIONAL)
    district.tell(urgency=3)
    district.deliver()
    days_go_by(district, 89, quiet=86)
    assert district.message.parameters
    days_go_by(district, 2)
    assert district.message.parameters == {}
    assert (district.message.state, district.message.accepted_at is None) == (
        MessageState.ACCEPTED,
        False,
    )


def test_erasure_runs_once_a_day_in_batches(district: District) -> None:
    old = district.clock() - 300 * DAY
    with district.database.writing() as session:
        for number in range(BATCH + 1):
            session.add(make_tip(uid=f"9{number:031}", filed_at=old, at=old))
    erase_batch(district.context)
    assert sum(tip.warned_at is not None for tip in district.all(Tip)) == BATCH
    erase_batch(district.context)
    assert all(tip.warned_at for tip in district.all(Tip))
    late = with_words(district, filed_at=old)
    erase_batch(district.context)
    assert district.tip(late).warned_at is None
    days_go_by(district, 1)
    assert district.tip(late).warned_at is not None


def test_clock_set_back_does_not_stop_erasure(district: District) -> None:
    with district.database.writing() as session:
        rows.note_done(session, ERRAND, district.clock() + 400 * DAY)
    tip_id = with_words(district, filed_at=district.clock() - 300 * DAY)
    erase_batch(district.context)
    assert state_of(district, tip_id) is TextState.WARNED


def test_rule_and_query_give_same_erasure_time(district: District) -> None:
    """Tests that `RetentionTerm.goes_at` and the query of `warn` compute the same time for an erasure."""
    ends = {}
    for before, closed in product((WARNING + DAY, WARNING, timedelta()), (True, False)):
        end = district.clock() + before
        filed = end - WORDS - (5 * DAY if closed else COUNTS_AS_CLOSED)
        closed_at = end - WORDS if closed else None
        assert RetentionTerm(filed_at=filed, closed_at=closed_at).goes_at == end
        tip_id = with_words(district, filed_at=filed)
        district.change(Tip, tip_id, closed_at=closed_at)
        ends[tip_id] = end
    erase_batch(district.context)
    warned = {tip.id for tip in district.all(Tip) if tip.warned_at is not None}
    assert warned == {id for id, end in ends.items() if end <= district.clock() + WARNING}
    assert 0 < len(warned) < len(ends)


def test_doctor_counts_due_and_late_erasures(district: District) -> None:
    def retention_line() -> tuple[bool, str]:
        context = replace(district.context, flow_sets=FakeShelf())
        (found,) = [one for one in check_database(context) if one.name == "retention"]
        assert found.ok or found.todo
        return found.ok, found.message

    assert retention_line() == (True, "no text is erased within two weeks")
    with_words(district, filed_at=district.clock() - 300 * DAY)
    erase_batch(district.context)
    ok, says = retention_line()
    assert ok
    assert "1 tips are erased soon" in says
    district.clock.turn(days=17)
    assert not retention_line()[0]


def test_audit_log_is_intact_after_erasure(district: District) -> None:
    for _ in range(3):
        with_words(district, filed_at=district.clock() - 300 * DAY)
    days_go_by(district, 15)
    with district.database.reading() as session:
        assert tables_audit.verify_chain(session).broken_at is None
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 3
