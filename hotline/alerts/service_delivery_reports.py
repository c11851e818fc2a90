"""Applies delivery reports, which the gateway sends about outgoing messages.

They are matched by the gateway's id only.
"""

from datetime import datetime

from hotline.alerts import queries_outbox, service_case_events, service_escalation
from hotline.core.context import Kit
from hotline.core.database import Session, add_if_new
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules_delivery import FINAL_STATES, MessageState, ReportMeaning, report_meaning
from hotline.gateway.rules_message import Kind, ReportIn
from hotline.gateway.tables import DeliveryReport, Message
from hotline.tips.rules_events import EntryKind, EntryWay


def apply_report(kit: Kit, report: ReportIn) -> None:
    """Stores a delivery report, and applies it when a message has its id. Repeats and unknown statuses change nothing.

    Raises StoreUnavailable. The hook then asks the gateway to send the report again.
    """
    at = kit.now()
    with ringing(kit) as session:
        row = DeliveryReport(
            gateway=report.gateway,
            provider_id=report.provider_id,
            status=report.status,
            network=report.network,
            received_at=at,
            applied=False,
        )
        if add_if_new(session, row):
            apply_early(session, kit, report.gateway, report.provider_id, at)


def apply_early(session: Session, kit: Kit, gateway: str, provider_id: str, at: datetime) -> None:
    """Applies the stored reports of an id, if a message has that id by now."""
    queries_outbox.take_turns(session, provider_id)
    kept = queries_outbox.early_reports(session, gateway, provider_id)
    message = queries_outbox.message_of_provider_id(session, gateway, provider_id) if kept else None
    if message is None:
        return
    for row in kept:
        row.applied = True
        _apply(session, kit, message, row, at)
    session.flush()


def _apply(
    session: Session, kit: Kit, message: Message, report: DeliveryReport, at: datetime
) -> None:
    """Applies one report. A final state never changes, except that an answered message may become delivered.

    A failure of an older attempt says nothing about the newest one.
    """
    meaning = report_meaning(report.status)
    arrived = meaning is ReportMeaning.ARRIVED
    still_open = message.state not in FINAL_STATES
    if meaning is ReportMeaning.NOTHING:
        return
    if arrived and (still_open or message.state == MessageState.ANSWERED):
        queries_outbox.end(message, MessageState.DELIVERED)
        message.delivered_at = at
        _log(session, message, at)
        return
    if not still_open or message.state == MessageState.SENDING:
        return
    if (message.gateway, message.provider_id) != (report.gateway, report.provider_id):
        return

    queries_outbox.end(message, MessageState.FAILED)
    session.flush()
    tip_id = queries_outbox.tip_of(session, message)
    if tip_id is not None:
        service_escalation.unreached(session, kit, tip_id, at)


def _log(session: Session, message: Message, at: datetime) -> None:
    """Writes a case event: an alert was delivered to the responder's phone."""
    tip_id = queries_outbox.tip_of(session, message)
    if message.kind != Kind.ALERT or tip_id is None or message.responder_id is None:
        return
    by = service_case_events.by_responder(message.responder_id, EntryWay.SMS)
    service_case_events.done_by(session, tip_id, EntryKind.DELIVERED, by, at, key=str(message.id))
